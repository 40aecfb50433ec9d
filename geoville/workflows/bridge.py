"""Fit the bridge from disposable to declared income on the IRIS of a territory."""

from __future__ import annotations

import csv
from typing import TYPE_CHECKING

import numpy as np

from geoville.carroyage.bridge import Bridge, fit_bridge
from geoville.errors import InvalidInputError, Location
from geoville.law import parameter
from geoville.sources.bridges import write_bridge
from geoville.sources.files import sha256_of
from geoville.sources.grids import read_grid
from geoville.sources.provenance import InputFile, Provenance, write_provenance

if TYPE_CHECKING:
    from pathlib import Path

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
