"""The estimate of the index method from files: bridge, IRIS under the squares of cells, thresholds."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from geoville.carroyage.cell_parts import cut_by_iris, square_centres, whole_cells
from geoville.carroyage.estimate_parts import IrisShares, estimate_parts
from geoville.crs import GRID_CRS, transform_points
from geoville.law import parameter
from geoville.law.method import method_rules
from geoville.sources.bridges import read_probit_bridge
from geoville.sources.files import embedded_data, sha256_of
from geoville.sources.provenance import InputFile

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from geoville.carroyage.cell_parts import CellParts
    from geoville.carroyage.grid import Grid
    from geoville.law import DatedValue, Threshold
    from geoville.perimeters.search import CellZones
    from geoville.sources.layers import IrisLayer
    from geoville.sources.pack import Pack
    from geoville.workflows.search_inputs import CandidateRequest, Estimate


PROBIT_BRIDGE_FILE = "probit_bridge.json"
_WHOLE = 1 - 1e-9


@dataclass(frozen=True, eq=False, slots=True)
class EstimatedParts:
    """Parts of cells with their incomes, and what they rest on beside the estimate of cells; None without threshold."""

    parts: CellParts | None
    law: tuple[DatedValue, ...] = ()
    inputs: tuple[InputFile, ...] = ()


def estimate_parts_of(
    grid: Grid,
    estimate: Estimate,
    zones: CellZones,
    thresholds: Mapping[str, Threshold],
    request: CandidateRequest,
) -> EstimatedParts:
    """Estimate the parts of the cells of a grid, with the IRIS given, else those that the territory's tables know.

    Raises
    ------
    DataUnavailableError
        The shipped coefficients cannot be read.
    """
    if not thresholds:
        return EstimatedParts(None)
    path = embedded_data() / PROBIT_BRIDGE_FILE
    bridge, used = read_probit_bridge(path), InputFile("bridge", PROBIT_BRIDGE_FILE, sha256_of(path))
    found = _Iris(_iris_given(grid, estimate))
    if found.shares is None and request.territory is not None:
        found = _iris_of_tables(request.territory, zones)
    relative = np.full(len(grid), np.nan)
    for unit, threshold in thresholds.items():
        relative[zones.unit == unit] = threshold.relative
    disposable = parameter("median_disposable_income_eur").of_year(grid.vintage).value
    weight = request.iris.weight if request.iris else None
    parts = estimate_parts(grid, bridge, disposable, relative, method_rules(), found.shares, weight)
    return EstimatedParts(parts, found.law, (used, *found.inputs))


@dataclass(frozen=True, eq=False, slots=True)
class _Iris:
    """Figures of IRIS, None where there are none, and what they rest on."""

    shares: IrisShares | None
    law: tuple[DatedValue, ...] = ()
    inputs: tuple[InputFile, ...] = ()


def _iris_given(grid: Grid, estimate: Estimate) -> IrisShares | None:
    """Figures of the IRIS whose polygons are known."""
    layer = estimate.layer
    if layer is None or estimate.complete is None:
        return None
    cell, squares, iris = cut_by_iris(iris_of_squares(grid, layer), method_rules().subcells_per_side)
    national = estimate.national_declared_eur
    return IrisShares(
        cell, squares, iris, layer.median_eur / national, layer.range_eur / national, estimate.complete, layer.year
    )


def iris_of_squares(grid: Grid, layer: IrisLayer) -> NDArray[np.intp]:
    """(n, side²) IRIS that holds the centre of each square, -1 where none does; the first one on a common border."""
    import shapely

    side = method_rules().subcells_per_side
    tree = shapely.STRtree(layer.polygons)
    found = np.full((len(grid), side**2), -1, dtype=np.intp)
    for start in range(0, len(grid), _CELLS_AT_ONCE):
        some = slice(start, start + _CELLS_AT_ONCE)
        east, north = square_centres(grid.easting[some], grid.northing[some], side)
        points = shapely.points(*transform_points(east.ravel(), north.ravel(), grid.epsg, GRID_CRS[grid.epsg]))
        place, iris = tree.query(points, predicate="intersects")
        order = np.lexsort((iris, place))[::-1]  # the lowest index is written last
        found[some].ravel()[place[order]] = iris[order]
    return found


_CELLS_AT_ONCE = 50_000


def _iris_of_tables(territory: Pack, zones: CellZones) -> _Iris:
    """Figures of the IRIS that a territory names for each cell, without their polygons: whole cells.

    None where it has none, or no national median of their year is known.
    """
    year = territory.iris_year
    known = {value.valid_from.year: value for value in parameter("median_declared_income_eur").values}
    if year not in known or not (zones.iris != "").any():
        return _Iris(None)
    codes, place = np.unique(zones.iris, return_inverse=True)
    medians, declared = territory.iris_medians(year), known[year]
    relative = np.array([medians.get(code, np.nan) for code in codes.tolist()]) / declared.value
    iris = np.where(zones.iris != "", place, -1)
    cell, squares, iris = whole_cells(iris, method_rules().subcells_per_side)
    unknown, complete = np.full(len(codes), np.nan), np.ones(len(codes), dtype=bool)
    file = territory.file("iris_income")
    used = InputFile("iris_incomes", file.path.name, sha256_of(file.checked_path()), year)
    return _Iris(IrisShares(cell, squares, iris, relative, unknown, complete, year), (declared,), (used,))
