"""Fit the bridges from disposable to declared income on the IRIS of a territory, or of towns."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from geoville.carroyage.bridge import Bridge, fit_bridge
from geoville.carroyage.cell_parts import whole_cells
from geoville.carroyage.method import method_date, method_rules
from geoville.carroyage.probit_bridge import ProbitBridge, fit_probit_bridge
from geoville.carroyage.raking import cells_over_iris
from geoville.crs import GRID_CRS
from geoville.errors import InvalidInputError, Location
from geoville.law import parameter
from geoville.sources.bridges import write_bridge
from geoville.sources.files import sha256_of
from geoville.sources.grids import read_grid
from geoville.sources.layers import read_iris, read_iris_figures
from geoville.sources.provenance import InputFile, Provenance, write_provenance

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from numpy.typing import NDArray

    from geoville.carroyage.grid import Grid
    from geoville.law import DatedValue
    from geoville.sources.pack import Pack


_COLUMNS = ("CodeIris", "median_uc", "iqr", "year")


def fit_territory_bridge(territory: Pack, incomes: Path, year: int, out: Path) -> Bridge:
    """Fit the bridge on every grid of a territory against one year of IRIS incomes, and write it with its provenance.

    Parameters
    ----------
    incomes : CSV of declared incomes by IRIS: CodeIris, median_uc, iqr (euros per UC), year.
    year : year of `incomes` to use.
    out : JSON file to write.

    Raises
    ------
    InvalidInputError
        The table lacks a column, or too few IRIS have both figures.
    """
    declared = parameter("median_declared_income_eur").of_year(year)
    medians, ranges = _read_incomes(incomes, year)
    columns: list[tuple[float, float, float, float]] = []
    law: list[DatedValue] = [declared]
    inputs = [InputFile("iris_incomes", incomes.name, sha256_of(incomes), year)]
    for vintage in sorted(territory.grids):
        path = territory.grid_path(vintage)
        grid = read_grid(path, vintage=vintage)
        disposable = parameter("median_disposable_income_eur").of_year(vintage)
        law.append(disposable)
        inputs.append(InputFile("grid", path.name, sha256_of(path), vintage))
        for iris, (people, income) in _sums_by_iris(grid, territory).items():
            if iris in medians:
                relative_mean = income / people / disposable.value
                relative_median, relative_range = medians[iris] / declared.value, ranges[iris] / declared.value
                columns.append((relative_mean, relative_median, relative_range, people))
    bridge = fit_bridge(*np.array(columns).reshape(-1, 4).T)
    write_bridge(bridge, out)
    provenance = Provenance(
        command="perimeters fit-bridge",
        inputs=tuple(inputs),
        law=tuple(law),
        parameters={"territory": territory.name, "year": year},
        sources=tuple(file.source for _, file in sorted(territory.grids.items())),
    )
    write_provenance(provenance, out)
    return bridge


def _sums_by_iris(grid: Grid, territory: Pack) -> dict[str, tuple[float, float]]:
    """People and sum of living standards of the cells of each IRIS."""
    _, codes = territory.cells.zones_of(grid)
    found, place = np.unique(codes, return_inverse=True)
    people, income = np.bincount(place, grid.people), np.bincount(place, grid.income_sum_eur)
    return {
        str(code): (float(count), float(total))
        for code, count, total in zip(found, people, income, strict=True)
        if code and count > 0
    }


def _read_incomes(path: Path, year: int) -> tuple[dict[str, float], dict[str, float]]:
    """Median and interquartile range by IRIS; an IRIS without either is left out."""
    kept = [row for row in _income_rows(path) if row["year"] == str(year) and row["median_uc"] and row["iqr"]]
    medians = {row["CodeIris"]: float(row["median_uc"]) for row in kept}
    return medians, {row["CodeIris"]: float(row["iqr"]) for row in kept}


def _income_rows(path: Path) -> list[dict[str, str]]:
    try:
        with path.open(encoding="utf-8", newline="") as stream:
            rows = csv.DictReader(stream)
            missing = [name for name in _COLUMNS if name not in (rows.fieldnames or ())]
            if missing:
                raise InvalidInputError(
                    "Colonne absente de la table des revenus",
                    where=Location(path.name, column=missing[0]),
                    advice=f"colonnes attendues : {', '.join(_COLUMNS)}",
                )
            return list(rows)
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise InvalidInputError(
            "La table des revenus ne peut pas être lue",
            where=Location(path.name),
            advice="vérifier son chemin, et l'enregistrer en CSV UTF-8",
        ) from error


# --- The bridge of two figures, on the IRIS of one town or several


@dataclass(frozen=True, slots=True)
class FitTown:
    """A town with its cells and the polygons of its IRIS.

    Parameters
    ----------
    vintage : of the grid, where nothing else tells it.
    """

    grid: Path
    iris: Path
    vintage: int | None = None


@dataclass(frozen=True, eq=False, slots=True)
class IrisCase:
    """IRIS of one grid, and what was read: (n, 5) relative mean, poor share, relative median and range, people."""

    figures: NDArray[np.float64]
    law: tuple[DatedValue, ...]
    inputs: tuple[InputFile, ...]


def fit_two_figures(territory: Pack | None, towns: Sequence[FitTown], incomes: Path, out: Path) -> ProbitBridge:
    """Fit the bridge on the IRIS of a territory and of towns, and write it with its provenance.

    Parameters
    ----------
    territory : its grids that publish poor households count, with the IRIS that its table names for each cell.
    incomes : declared incomes by IRIS, with their interquartile range where it is published; the latest year counts.
    out : JSON file to write.

    Notes
    -----
    Each town counts the same, whatever its people, or the largest would decide alone.

    Raises
    ------
    InvalidInputError
        A file cannot be read, or too few IRIS have every figure.
    """
    cases = [*([] if territory is None else _territory_cases(territory, incomes))]
    by_town = [cases] if cases else []
    by_town += [[_town_case(town, incomes)] for town in towns]
    if not by_town:
        raise InvalidInputError("Aucun IRIS où ajuster", advice="donner --territory, ou --grid et --iris")
    bridge = fit_cases(by_town)
    write_bridge(bridge, out)
    every = [case for town in by_town for case in town]
    provenance = Provenance(
        command="perimeters fit-bridge",
        inputs=tuple(dict.fromkeys(file for case in every for file in case.inputs)),
        law=tuple(dict.fromkeys(value for case in every for value in case.law)),
        parameters={
            "method": "index",
            "method_date": method_date(),
            "territory": territory.name if territory else None,
            "observations": bridge.observations,
        },
        sources=(),
    )
    write_provenance(provenance, out)
    return bridge


def fit_cases(by_town: Sequence[Sequence[IrisCase]]) -> ProbitBridge:
    """Fit the bridge on towns that count the same."""
    weighted = []
    for cases in by_town:
        figures = np.concatenate([case.figures for case in cases])
        people = figures[:, 4]
        weighted.append(np.column_stack([figures[:, :4], people / people.sum()]))
    mean, poor, median, spread, weight = np.concatenate(weighted).T
    return fit_probit_bridge(mean, poor, median, spread, weight, method_rules())


def _territory_cases(territory: Pack, incomes: Path) -> list[IrisCase]:
    """One case for each grid of a territory that publishes poor households."""
    medians, ranges, year = read_iris_figures(incomes)
    cases = []
    for vintage in sorted(territory.grids):
        path = territory.grid_path(vintage)
        grid = read_grid(path, vintage=vintage)
        if not np.isfinite(grid.poor_share).any():
            continue
        _, codes = territory.cells.zones_of(grid)
        found, place = np.unique(codes, return_inverse=True)
        parts = whole_cells(np.where(codes != "", place, -1), method_rules().subcells_per_side)
        median = np.array([medians.get(code, np.nan) for code in found.tolist()])
        spread = np.array([ranges.get(code, np.nan) for code in found.tolist()])
        cases.append(_case(grid, path, parts, (median, spread, np.ones(len(found), dtype=bool)), (incomes, year)))
    return cases


def _town_case(town: FitTown, incomes: Path) -> IrisCase:
    grid, layer = read_grid(town.grid, vintage=town.vintage), read_iris(town.iris, incomes)
    over = cells_over_iris(grid, layer.polygons, GRID_CRS[grid.epsg], method_rules().subcells_per_side)
    parts, complete = (over.cell, over.squares, over.iris), over.overlap.complete
    return _case(grid, town.grid, parts, (layer.median_eur, layer.range_eur, complete), (incomes, layer.year))


def _case(
    grid: Grid,
    path: Path,
    parts: tuple[NDArray[np.intp], NDArray[np.uint64], NDArray[np.intp]],
    published: tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.bool_]],
    incomes: tuple[Path, int],
) -> IrisCase:
    declared = parameter("median_declared_income_eur").of_year(incomes[1])
    disposable = parameter("median_disposable_income_eur").of_year(grid.vintage)
    median, spread, complete = published
    people, mean, poor = _figures_of_iris(grid, parts, len(median))
    figures = np.column_stack([mean / disposable.value, poor, median / declared.value, spread / declared.value, people])
    inputs = (
        InputFile("iris_incomes", incomes[0].name, sha256_of(incomes[0]), incomes[1]),
        InputFile("grid", path.name, sha256_of(path), grid.vintage),
    )
    return IrisCase(figures[complete & np.isfinite(figures[:, :3]).all(axis=1)], (declared, disposable), inputs)


def _figures_of_iris(
    grid: Grid, parts: tuple[NDArray[np.intp], NDArray[np.uint64], NDArray[np.intp]], count: int
) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
    """People, mean living standard and share of poor households of each IRIS; NaN where nobody is known."""
    cell, squares, iris = parts
    inside = iris >= 0
    cell, iris = cell[inside], iris[inside]
    weight = np.bitwise_count(squares[inside]) / method_rules().subcells_per_side ** 2
    known = np.isfinite(grid.poor_share[cell])

    def total(values: NDArray[np.float64], rows: NDArray[np.bool_] | slice = slice(None)) -> NDArray[np.float64]:
        return np.bincount(iris[rows], (weight * values[cell])[rows], count).astype(float)

    people = total(grid.people)
    with np.errstate(invalid="ignore", divide="ignore"):
        mean = total(grid.income_sum_eur) / people
        poor = total(grid.poor_households, known) / total(grid.households, known)
    return people, mean, poor
