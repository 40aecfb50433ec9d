"""What a table is, by the names of its columns and, for a grid, by its first cell."""

from __future__ import annotations

from typing import TYPE_CHECKING

from geoville.sources.grids.columns import SPELLINGS, has_cell_ids
from geoville.sources.official import columns as known
from geoville.sources.official.layer_kinds import are_200_m

if TYPE_CHECKING:
    import re
    from collections.abc import Iterable

    from geoville.sources.official.tables import Table


LABELS = "labels"
"""Not a data set: the meaning of codes, read with the equipment that it comes with."""

_BY_COLUMNS = ((known.LABELS, LABELS), (known.COG, "communes"))


def kind_of_table(table: Table) -> tuple[str, str] | None:
    """Kind of data set and vintage (empty where the content does not tell); None where it is none of them."""
    names = table.known
    if has_cell_ids(table.names):
        return ("grid", "") if are_200_m(first_values(table, *SPELLINGS["id"])) else None
    if {"typequ", "depcom"} <= names and names & {"lambert_x", "longitude"}:
        return "equipment", next(iter(first_values(table, "an")), "")
    by_columns = next((kind for columns, kind in _BY_COLUMNS if columns <= names), None)
    if by_columns is not None:
        return by_columns, ""
    if names.intersection(known.UNIT_COMMUNES) and (unit := matching(names, known.UNIT_CODE)):
        return "urban_units", str(zoning_of(unit))
    return _incomes(names) if names.intersection(known.INCOME_CODES) else None


def matching(names: Iterable[str], pattern: re.Pattern[str]) -> str | None:
    """Last name, in order, that a pattern spells in full; None where there is none."""
    return max((name for name in names if pattern.fullmatch(name)), default=None)


def zoning_of(unit_column: str) -> int:
    """Year of the zoning whose units a column holds.

    >>> zoning_of("uu2020"), zoning_of("codeuu07")
    (2020, 2010)

    Notes
    -----
    The zoning of 2010 is that of the census of 2007, by whose year some files name it.
    """
    match = known.UNIT_CODE.fullmatch(unit_column)
    census_year, zoning_year = "07", 2010
    if match is None or match[2] == census_year:
        return zoning_year
    return known.year_of(match[1] or match[2])


def first_values(table: Table, *spellings: str) -> list[str]:
    """First value of a column, in a list; an empty one where the column or the value is not there."""
    name = table.named(*spellings)
    return [] if name is None else [text for text in table.head(name) if text][:1]


def _incomes(names: frozenset[str]) -> tuple[str, str] | None:
    for pattern in (known.DECLARED_MEDIAN, known.DISPOSABLE_MEDIAN):
        years = [known.year_of(match[1]) for name in names if (match := pattern.fullmatch(name))]
        if years:
            return "iris_income", str(max(years))
    return ("iris_income", "") if "year" in names and names.intersection(known.YEARLY_MEDIANS) else None
