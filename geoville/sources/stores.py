"""Where addresses lead: object stores and other file systems that fsspec knows, with their failures told in French."""

from __future__ import annotations

import re
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from geoville.errors import DataUnavailableError, GeovilleError, InvalidInputError

if TYPE_CHECKING:
    from collections.abc import Iterator

_ADDRESS = re.compile(r"([a-z][a-z0-9+.-]+)://", re.IGNORECASE)
_PASSWORD = re.compile(r"(://[^:@/]*):.*@")
_QUERY = re.compile(r"\?[^#]*")

_PACKAGES = {
    "s3": "s3fs",
    "s3a": "s3fs",
    "gs": "gcsfs",
    "gcs": "gcsfs",
    "az": "adlfs",
    "abfs": "adlfs",
    "abfss": "adlfs",
}


def is_address(text: str) -> bool:
    """Whether what a user gave is an address, and not a path of this machine.

    >>> [is_address(text) for text in ("s3://seau/grille.csv", "grille.csv", "C:/grille.csv")]
    [True, False, False]
    """
    return _ADDRESS.match(text) is not None


def shown(address: str) -> str:
    """An address, or a path, as it may be shown: without its password, nor the query that may hold a key.

    >>> shown("postgresql://lea:secret@base:5432/ville?sslmode=require#carreaux")
    'postgresql://lea@base:5432/ville#carreaux'
    """
    if not is_address(address):
        return address
    return _QUERY.sub("", _PASSWORD.sub(r"\1@", address))


def scheme_of(address: str) -> str:
    """What an address begins with, in lower case; empty for a path."""
    found = _ADDRESS.match(address)
    return found[1].lower() if found else ""


@dataclass(frozen=True, slots=True)
class Store:
    """A file system, and a place in it.

    Parameters
    ----------
    files : an fsspec file system.
    path : of the place, as the file system writes it.
    """

    files: Any
    path: str


def open_store(address: str) -> Store:
    """Open the file system that an address leads to; nothing is asked of it yet.

    Raises
    ------
    InvalidInputError
        Nothing is known of such addresses, or the package that reads them is not installed.
    """
    import fsspec  # type: ignore[import-untyped]

    scheme = scheme_of(address)
    try:
        files, path = fsspec.core.url_to_fs(address)
    except ImportError as error:
        package = _PACKAGES.get(scheme)
        raise InvalidInputError(
            f"Il manque un paquet Python pour lire les adresses {scheme}://",
            advice=f"l'installer : pip install {package}" if package else "installer celui que fsspec demande",
        ) from error
    except ValueError as error:
        raise InvalidInputError(
            f"« {shown(address)} » n'est pas une adresse connue",
            advice="donner un chemin, ou une adresse s3://seau/fichier, gs://…, postgresql://…",
        ) from error
    return Store(files, path)


@contextmanager
def failures_told(address: str) -> Iterator[None]:
    """Turn what a file system raises about an address into one French sentence.

    Raises
    ------
    InvalidInputError
        There is nothing there, or access is refused.
    DataUnavailableError
        The store does not answer.
    """
    try:
        yield
    except GeovilleError:
        raise
    except FileNotFoundError as error:
        raise InvalidInputError(
            f"« {shown(address)} » n'existe pas", advice="vérifier l'adresse : le nom du seau, puis celui du fichier"
        ) from error
    except PermissionError as error:
        raise InvalidInputError(
            f"Accès refusé à « {shown(address)} »",
            advice="vérifier les clés d'accès (AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY) et les droits sur le seau",
        ) from error
    except Exception as error:  # each file system has failures of its own, whose texts may hold keys
        if _is_about_keys(error):
            raise InvalidInputError(
                f"Clés d'accès absentes ou incomplètes pour « {shown(address)} »",
                advice="les donner dans l'environnement (AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY)",
            ) from error
        raise DataUnavailableError(
            f"« {shown(address)} » est hors d'atteinte ({type(error).__name__})",
            advice="vérifier le réseau et l'adresse du service (AWS_ENDPOINT_URL), puis recommencer",
        ) from error


def _is_about_keys(error: Exception) -> bool:
    return "Credentials" in type(error).__name__
