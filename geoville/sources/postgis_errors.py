"""What PostgreSQL refuses, as one French sentence that never holds a password nor a value."""

from __future__ import annotations

from typing import TYPE_CHECKING

from geoville.errors import DataUnavailableError, GeovilleError, InvalidInputError

if TYPE_CHECKING:
    import psycopg

    from geoville.sources.postgis_address import PostgisAddress

_AUTHENTICATION = (
    "password authentication failed",
    "authentification par mot de passe échouée",
    "no password supplied",
    "peer authentication failed",
    "authentification peer échouée",
)
_NO_BASE = ("database", "base de données")
_NO_ENTRY = ("pg_hba.conf",)
_CUT = ("08", "57P")
"""Classes of SQLSTATE: connection exceptions, and the server's own shutdowns."""


def failure_of(error: psycopg.Error, address: PostgisAddress) -> GeovilleError:
    """Tell a failure of PostgreSQL in French.

    Parameters
    ----------
    error : as psycopg raises it; while connecting it has no SQLSTATE and only its text, in the language of the server.
    """
    import psycopg

    state = error.sqlstate
    if state is None and isinstance(error, psycopg.OperationalError):
        text = str(error)
        return _refused(text, address) if _answered(text) else _silent(text, address)
    if state is not None and state.startswith(_CUT):
        return _interrupted(address)
    return _by_state(state or "", error, address)


def _answered(text: str) -> bool:
    return any(word in text for word in ("FATAL", *_AUTHENTICATION))


def _refused(text: str, address: PostgisAddress) -> GeovilleError:
    """What a server that answers says to a connection."""
    if any(phrase in text for phrase in _AUTHENTICATION):
        return InvalidInputError(
            f"Le serveur « {address.server} » refuse le mot de passe ou l'utilisateur",
            advice="vérifier l'utilisateur, et donner le mot de passe par PGPASSWORD ou ~/.pgpass",
        )
    if any(phrase in text for phrase in _NO_ENTRY):
        return InvalidInputError(
            f"Le serveur « {address.server} » n'accepte pas cet utilisateur depuis cette machine",
            advice="demander l'accès à l'administrateur de la base (pg_hba.conf)",
        )
    if any(phrase in text.lower() for phrase in _NO_BASE):
        return InvalidInputError(
            f"La base « {address.base} » n'existe pas sur « {address.server} » ou refuse la connexion",
            advice="vérifier son nom",
        )
    return InvalidInputError(
        f"Le serveur « {address.server} » refuse la connexion", advice="vérifier l'utilisateur et la base"
    )


def _silent(text: str, address: PostgisAddress) -> GeovilleError:
    """What is said where no server answers, or no longer."""
    if "connection failed" in text or "connection is bad" in text or "timeout" in text:
        return DataUnavailableError(
            f"Le serveur PostgreSQL « {address.server} » ne répond pas",
            advice="vérifier l'adresse et le port, et que le serveur est lancé",
        )
    return _interrupted(address)


def _interrupted(address: PostgisAddress) -> GeovilleError:
    return DataUnavailableError(
        f"La connexion à « {address.server} » a été coupée avant la fin",
        advice="rien n'a été écrit : recommencer quand le serveur répond",
    )


def _by_state(state: str, error: psycopg.Error, address: PostgisAddress) -> GeovilleError:
    name = f"« {address.schema}.{address.table} »"
    sentences = {
        "42501": (
            f"L'utilisateur n'a pas les droits qu'il faut sur {name}",
            "les demander à l'administrateur de la base (lire la table ; pour écrire, GRANT CREATE sur le schéma)",
        ),
        "3F000": (f"Le schéma « {address.schema} » n'existe pas", "le créer (CREATE SCHEMA) ou vérifier son nom"),
        "42P01": (f"La table {name} n'existe pas", "vérifier son nom, majuscules comprises"),
        "2BP01": (
            f"D'autres objets de la base, des vues par exemple, dépendent de {name}",
            "les supprimer d'abord, ou écrire dans une autre table",
        ),
        "55P03": (f"La table {name} est occupée par quelqu'un d'autre", "recommencer dans un moment"),
        "53100": ("Le disque du serveur est plein", "faire de la place ou prévenir l'administrateur de la base"),
        "25006": ("Le serveur n'accepte que la lecture", "écrire sur le serveur principal"),
    }
    if state in sentences:
        message, advice = sentences[state]
        return InvalidInputError(message, advice=advice)
    told = f" ({type(error).__name__}, code {state})" if state else f" ({type(error).__name__})"
    return InvalidInputError(
        f"PostgreSQL refuse l'opération sur {name}{told}", advice="montrer ce code à l'administrateur de la base"
    )
