"""What an installation can do: the base answers, computes and draws pages; extras of pip bring the rest."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from importlib.util import find_spec

from geoville.errors import InvalidInputError, MissingExtraError


@dataclass(frozen=True, slots=True)
class Extra:
    """An extra of pyproject.toml.

    Parameters
    ----------
    purpose : what it brings, a French phrase after « Cette installation ne sait pas ».
    modules : that geoville imports of its distributions; `tests/architecture/test_extras.py` compares both.
    """

    purpose: str
    modules: tuple[str, ...]


EXTRAS = {
    "serve": Extra(
        "répondre par HTTP",
        (
            "fastapi", "granian", "mapbox_vector_tile", "orjson", "prometheus_client", "pydantic_settings",
            "python_multipart", "starlette",
        ),
    ),
    "paper": Extra("écrire de PDF ni de planche", ("fpdf", "matplotlib")),
    "fetch": Extra("aller chercher les données officielles", ("py7zr", "xlrd")),
    "raster": Extra("lire ni écrire d'image GeoTIFF", ("rasterio",)),
    "cluster": Extra("répartir un calcul entre plusieurs processus", ("cryptography", "dask", "distributed")),
    "postgis": Extra("parler à PostgreSQL", ("psycopg",)),
    "s3": Extra("lire les adresses s3://", ("s3fs",)),
}  # fmt: skip
"""What each extra is for, in the order of the documents."""


def need(name: str) -> None:
    """Refuse to go on without an extra: asked where a work begins, before anything long is done for nothing.

    Nothing is imported: looking for the modules takes less than a millisecond.

    Raises
    ------
    MissingExtraError
        A module of the extra is not installed.

    >>> need("paper")
    """
    extra = EXTRAS[name]
    if not has(name):
        raise MissingExtraError(
            f"Cette installation ne sait pas {extra.purpose}", advice=f"lancer pip install 'geoville[{name}]'"
        )


def has(name: str) -> bool:
    """Whether an extra is installed."""
    return all(_is_there(module) for module in EXTRAS[name].modules)


def _is_there(module: str) -> bool:
    try:
        return find_spec(module) is not None
    except ValueError:  # `sys.modules` has it, as None or without a specification
        return False


LEAST_MEMORY_BYTES = 2_000_000_000
"""Of addresses of memory that the libraries of a search take as they start on two cores, most of them never used: 1.95
GB do not do. More cores take more."""


def need_memory() -> None:
    """Refuse a search where the machine lets this process have too little memory: its libraries would wait for ever.

    Raises
    ------
    InvalidInputError
        It does (`ulimit -v`, a limit of the batch system).
    """
    if sys.platform == "win32":
        return
    import resource

    most, _ = resource.getrlimit(resource.RLIMIT_AS)
    if most != resource.RLIM_INFINITY and most < LEAST_MEMORY_BYTES:
        raise InvalidInputError(
            f"Cette machine ne donne que {most // 1_000_000} Mo de mémoire à geoville, et un calcul de périmètres en "
            f"demande {LEAST_MEMORY_BYTES // 1_000_000}",
            advice="lever la limite (ulimit -v unlimited)",
        )
