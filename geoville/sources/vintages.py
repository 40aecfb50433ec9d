"""Which year a grid's incomes are of: said by the user, else by the file's checksum, else by its name."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from geoville.errors import GridError, Location
from geoville.sources.files import sha256_of

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

PLAUSIBLE_VINTAGES = range(2012, 2031)
"""Filosofi, the source of the cells, describes incomes from 2012 on."""

_YEAR = re.compile(r"(?<!\d)(20\d\d)(?!\d)")
_ASK = "préciser le millésime avec `--vintage ANNÉE`"


def vintage_of(path: Path, vintage: int | None, known_checksums: Mapping[str, int]) -> int:
    """Vintage of a grid file; the spelling of its columns proves nothing and is not looked at.

    Parameters
    ----------
    vintage : what the user said; it wins over the file's name.
    known_checksums : sha256 in hexadecimal of files whose vintage is certain, and that vintage.

    Raises
    ------
    GridError
        Nothing says the vintage, the name says several, or the user contradicts a file whose vintage is certain.
    """
    if vintage is not None and vintage not in PLAUSIBLE_VINTAGES:
        raise GridError(
            f"{vintage} n'est pas un millésime de Filosofi",
            where=Location(path.name),
            advice=f"donner une année entre {PLAUSIBLE_VINTAGES[0]} et {PLAUSIBLE_VINTAGES[-1]}",
        )
    certain = known_checksums.get(sha256_of(path)) if known_checksums else None
    if certain is not None and vintage not in (None, certain):
        raise GridError(
            f"Ce fichier est connu : ses revenus sont de {certain}, et non de {vintage}",
            where=Location(path.name),
            advice="retirer `--vintage` ou donner l'autre fichier",
        )
    return vintage or certain or _vintage_in_name(path)


def _vintage_in_name(path: Path) -> int:
    years = sorted({int(year) for year in _YEAR.findall(path.name)} & set(PLAUSIBLE_VINTAGES))
    if len(years) == 1:
        return years[0]
    if years:
        several = " et ".join(str(year) for year in years)
        raise GridError(f"Le nom du fichier porte plusieurs années ({several})", where=Location(path.name), advice=_ASK)
    raise GridError(
        "Rien ne dit de quelle année sont les revenus de cette grille", where=Location(path.name), advice=_ASK
    )
