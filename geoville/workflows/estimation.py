"""Inputs of an estimate: the bridge, the national medians, the IRIS under the cells, the zones of each cell."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from geoville.carroyage.cell_geometry import cell_squares
from geoville.carroyage.estimate import IrisIncome, estimate_income, iris_weight
from geoville.carroyage.raking import overlap_of_cells
from geoville.crs import GRID_CRS
from geoville.errors import InvalidInputError, LawError
from geoville.law import DatedValue, parameter
from geoville.sources.bridges import read_bridge
from geoville.sources.files import sha256_of
from geoville.sources.iris import read_iris
from geoville.sources.locations import embedded_data
from geoville.sources.provenance import InputFile

if TYPE_CHECKING:
    from pathlib import Path

    from geoville.carroyage.grid import Grid
    from geoville.carroyage.income import CellIncome
    from geoville.sources.iris import IrisLayer
    from geoville.sources.territory import Territory

BRIDGE_FILE = "bridge.json"


@dataclass(frozen=True, slots=True)
class IrisInput:
    """IRIS given by the user.

    Parameters
    ----------
    polygons : file of IRIS.
    incomes : table of their medians, where the polygons do not carry them.
    national_median_eur : national declared median of the same year, where the law's files do not know it.
    weight : in [0, 1], how far cells are moved towards the published medians; `iris_weight` of the years if not given.
    national_source : who says the national median.
    """

    polygons: Path
    incomes: Path | None = None
    national_median_eur: float | None = None
    weight: float | None = None
    national_source: str = "donné en ligne de commande"


@dataclass(frozen=True, eq=False, slots=True)
class Estimate:
    """Estimated incomes of a grid and what they rest on.

    Parameters
    ----------
    iris : code of the IRIS of each cell's centre, empty where it is not known; None without IRIS.
    iris_names : by code.
    layer : the IRIS as read, None without IRIS.
    national_declared_eur : national declared median of their year; NaN without IRIS.
    complete : (k,) IRIS that the grid covers.
    """

    income: CellIncome
    iris: np.ndarray[tuple[int], np.dtype[np.str_]] | None
    iris_names: dict[str, str]
    iris_weight: float | None
    law: tuple[DatedValue, ...]
    inputs: tuple[InputFile, ...]
    layer: IrisLayer | None = None
    national_declared_eur: float = math.nan
    complete: np.ndarray[tuple[int], np.dtype[np.bool_]] | None = None


def estimate_grid(grid: Grid, iris: IrisInput | None = None) -> Estimate:
    """Estimate the declared income of every cell of a grid.

    Raises
    ------
    LawError
        The national median of the grid's vintage, or of the IRIS's year, is not known.
    InvalidInputError
        The IRIS do not lie under the cells, or the weight is not in [0, 1].
    """
    bridge_path = embedded_data() / BRIDGE_FILE
    bridge = read_bridge(bridge_path)
    disposable = parameter("median_disposable_income_eur").of_year(grid.vintage)
    used = InputFile("bridge", BRIDGE_FILE, sha256_of(bridge_path))
    if iris is None:
        return Estimate(estimate_income(grid, bridge, disposable.value), None, {}, None, (disposable,), (used,))
    if iris.weight is not None and not 0 <= iris.weight <= 1:
        raise InvalidInputError(f"Poids des IRIS hors de l'intervalle ({iris.weight})", advice="le donner entre 0 et 1")
    layer = read_iris(iris.polygons, iris.incomes)
    declared = _national_declared_median(iris, layer.year)
    squares = cell_squares(grid.easting, grid.northing, grid.epsg, GRID_CRS[grid.epsg])
    overlap = overlap_of_cells(squares, layer.polygons)
    if len(overlap.cell) == 0 or layer.epsg != GRID_CRS[grid.epsg]:
        raise InvalidInputError("Aucun IRIS ne se trouve sous les carreaux", advice="donner les IRIS du même lieu")
    weight = iris_weight(grid.vintage, layer.year) if iris.weight is None else iris.weight
    published = IrisIncome(
        overlap, layer.median_eur / declared.value, weight, years_apart=abs(grid.vintage - layer.year)
    )
    income = estimate_income(grid, bridge, disposable.value, published)
    return Estimate(
        income=income,
        iris=_main_iris(len(grid), layer, overlap.cell, overlap.iris, overlap.share),
        iris_names=dict(zip(layer.code.tolist(), layer.name.tolist(), strict=True)),
        iris_weight=weight,
        law=(disposable, declared),
        inputs=(used, *(InputFile("iris", name, sha256, layer.year) for name, sha256 in layer.files)),
        layer=layer,
        national_declared_eur=declared.value,
        complete=overlap.complete,
    )


def iris_of_territory(territory: Territory) -> IrisInput | None:
    """IRIS of a pack with their incomes; None where it lacks either, or no national median of their year is known.

    The national median of their year is that of the law's files, else the one that the pack's references rest on.
    """
    year = territory.iris_year
    if not territory.has("iris") or year is None:
        return None
    reference = next(iter(territory.unit_references.values()), territory.income_reference)
    given = reference if reference is not None and reference.year == year else None
    known = {value.valid_from.year for value in parameter("median_declared_income_eur").values}
    if given is None and year not in known:
        return None
    return IrisInput(
        territory.file("iris").checked_path(),
        territory.file("iris_income").checked_path(),
        national_median_eur=None if year in known or given is None else given.national_eur,
        national_source=given.source if given else "",
    )


def _national_declared_median(iris: IrisInput, year: int) -> DatedValue:
    known = parameter("median_declared_income_eur")
    if iris.national_median_eur is None:
        try:
            return known.of_year(year)
        except LawError as error:
            raise LawError(error.message, advice="donner --iris-national, en euros de la même année") from error
    from datetime import date

    return DatedValue(known.id, iris.national_median_eur, date(year, 1, 1), iris.national_source, verified=False)


def _main_iris(
    count: int, layer: IrisLayer, cell: np.ndarray, iris: np.ndarray, share: np.ndarray
) -> np.ndarray[tuple[int], np.dtype[np.str_]]:
    """Code of the IRIS that holds most of each cell."""
    main = np.full(count, "", dtype=layer.code.dtype)
    order = np.argsort(share, kind="stable")  # the largest share is written last
    main[cell[order]] = layer.code[iris[order]]
    return main
