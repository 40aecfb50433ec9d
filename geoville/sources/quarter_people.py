"""People of the cells of official quarters, counted once when a pack is built, so that no answer reads a grid."""

from __future__ import annotations

import csv
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from geoville.carroyage.grid import cell_squares
from geoville.crs import GRID_CRS
from geoville.errors import DataUnavailableError, Location
from geoville.model import CELL_PEOPLE, CELL_PEOPLE_SOURCE, Kind
from geoville.perimeters.areas import PopulatedCells
from geoville.sources.files import replacing

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from geoville.carroyage.grid import Grid
    from geoville.model import Perimeter

QUARTER_PEOPLE = "quarter_people"
"""Role of the table in a pack."""

_COLUMNS = ("code", "people", "vintage", "area_m2")
_SAME_AREA_M2 = 1.0
"""Areas are written to the square metre: more than that apart, the contour is not the one that was counted."""


@dataclass(frozen=True, slots=True)
class CountedQuarter:
    """What the cells of one vintage count in one contour of an official quarter.

    Parameters
    ----------
    people : by share of the area of the cells, rounded.
    vintage : of the grid.
    area_m2 : of the contour, in its projected CRS, to the square metre.
    """

    code: str
    people: int
    vintage: int
    area_m2: int


def count_quarters(perimeters: Iterable[Perimeter], grid: Grid) -> tuple[CountedQuarter, ...]:
    """People of each QPV of the grid's territory, by share of the area of its cells; those without any are left out."""
    epsg = GRID_CRS[grid.epsg]
    cells = PopulatedCells(cell_squares(grid.easting, grid.northing, grid.epsg, epsg), grid.people)
    counted = (
        CountedQuarter(item.code, round(cells.people_in(item.geometry)), grid.vintage, round(float(item.geometry.area)))
        for item in perimeters
        if item.kind is Kind.QPV and item.epsg == epsg
    )
    return tuple(item for item in counted if item.people)


def write_quarter_people(counted: Iterable[CountedQuarter], path: Path) -> None:
    """Write the table, in the order of the codes."""
    ordered = sorted(counted, key=lambda item: item.code)
    with replacing(path) as beside, beside.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream, lineterminator="\n")
        writer.writerow(_COLUMNS)
        writer.writerows((item.code, item.people, item.vintage, item.area_m2) for item in ordered)


def read_quarter_people(path: Path) -> tuple[CountedQuarter, ...]:
    """Read the table.

    Raises
    ------
    DataUnavailableError
        It cannot be read, lacks a column or holds something that is not a number.
    """
    try:
        with path.open(encoding="utf-8", newline="") as stream:
            return tuple(
                CountedQuarter(row["code"], int(row["people"]), int(row["vintage"]), int(row["area_m2"]))
                for row in csv.DictReader(stream, strict=True)
            )
    except (OSError, KeyError, TypeError, ValueError, csv.Error) as error:
        raise DataUnavailableError(
            "La table des habitants des quartiers est illisible ou incomplète",
            where=Location(str(path)),
            advice="refaire le territoire, ou réinstaller geoville",
        ) from error


def with_cell_people(perimeters: Iterable[Perimeter], counted: Iterable[CountedQuarter]) -> tuple[Perimeter, ...]:
    """Official quarters with the people of their cells, to stand beside those whom Insee counts; others as they are.

    A quarter whose contour is not the one that was counted, the user's own for example, gets nothing.
    """
    known = {item.code: item for item in counted}
    return tuple(_with(item, known.get(item.code)) for item in perimeters)


def _with(perimeter: Perimeter, counted: CountedQuarter | None) -> Perimeter:
    if counted is None or perimeter.kind is not Kind.QPV:
        return perimeter
    if abs(perimeter.geometry.area - counted.area_m2) > _SAME_AREA_M2:
        return perimeter
    label = f"carreaux de {counted.vintage}, au prorata des surfaces"
    figures = {**perimeter.attributes, CELL_PEOPLE: counted.people, CELL_PEOPLE_SOURCE: label}
    return replace(perimeter, attributes=figures)
