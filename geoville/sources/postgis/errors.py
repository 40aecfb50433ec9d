"""What PostgreSQL refuses, as one French sentence that never holds a password nor a value."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from geoville.errors import DataUnavailableError, GeovilleError, InvalidInputError

if TYPE_CHECKING:
    import psycopg

    from geoville.sources.postgis.address import PostgisAddress

_AUTHENTICATION = re.compile(
    r"\b[Pp]eer authentication failed|password authentication failed|authentification .*échouée|no password supplied"
    r"|(role|rôle) .*(does not exist|n'existe pas)"
)
_NO_BASE = re.compile("(database .* does not exist|base de données .* n'existe pas)")
_NO_ENTRY = "pg_hba.conf"
_SERVER_SPEAKS = "FATAL"
_CUT = ("08", "57P")
"""Classes of SQLSTATE: connection exceptions, and the server's own shutdowns."""


def refusal_of(error: psycopg.Error, address: PostgisAddress) -> GeovilleError:
    """Tell in French why no connection was made: psycopg has no code for it, only a text, in the server's language."""
    text = str(error)
    if _AUTHENTICATION.search(text):
        return InvalidInputError(
            f"Le serveur « {address.server} » refuse le mot de passe ou l'utilisateur",
            advice="vérifier l'utilisateur, et donner le mot de passe par PGPASSWORD ou ~/.pgpass",
        )
    if _NO_ENTRY in text:
        return InvalidInputError(
            f"Le serveur « {address.server} » n'accepte pas cet utilisateur depuis cette machine",
            advice="demander l'accès à l'administrateur de la base (pg_hba.conf)",
        )
    if _NO_BASE.search(text):
        return InvalidInputError(
            f"La base « {address.base} » n'existe pas sur le serveur « {address.server} »", advice="vérifier son nom"
        )
    if _SERVER_SPEAKS in text:
        return InvalidInputError(
            f"Le serveur « {address.server} » refuse la connexion à la base « {address.base} »",
            advice="vérifier l'utilisateur et ses droits",
        )
    return DataUnavailableError(
        f"Le serveur PostgreSQL « {address.server} » ne répond pas",
        advice="vérifier l'adresse et le port, et que le serveur est lancé",
    )


def failure_of(error: psycopg.Error, address: PostgisAddress) -> GeovilleError:
    """Tell in French what failed once connected."""
    import psycopg

    state = error.sqlstate
    is_cut = state.startswith(_CUT) if state else isinstance(error, psycopg.OperationalError)
    if is_cut:
        return DataUnavailableError(
            f"La connexion à « {address.server} » a été coupée avant la fin",
            advice="rien n'a été écrit ; recommencer quand le serveur répond",
        )
    return _by_state(state or "", error, address)


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
