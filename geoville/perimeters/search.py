"""Candidate quarters of a territory: cells chosen, joined, bridged, filled, grown and tested."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from geoville.carroyage.grid import CELL_SIZE_M
from geoville.carroyage.income import pooled_median
from geoville.carroyage.lattice import (
    cluster_cells,
    find_keys,
    members,
    neighbour_pairs,
    place_keys,
    places_of,
)
from geoville.carroyage.uncertainty import median_interval, share_interval
from geoville.model import Contiguity
from geoville.perimeters.index_search import search_by_index
from geoville.perimeters.quarters import (
    CELLS_IN_A_KM2,
    Quarter,
    UnitCells,
    UnitSearch,
    by_population,
    median_test,
    place_tests,
)
from geoville.perimeters.scenarios import SearchMethod

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from numpy.typing import NDArray

    from geoville.carroyage.cell_parts import CellParts
    from geoville.carroyage.grid import Grid
    from geoville.carroyage.income import CellIncome
    from geoville.law import Threshold
    from geoville.perimeters.quarters import CandidateOptions, CellZones, LegalTests


# --- Unpopulated gaps between clusters: a street, a park or a railway does not cut a quarter in two

Lattice = tuple[int, int]


def bridging_cells(
    grid: Grid, selected: NDArray[np.bool_], contiguity: Contiguity, gap_m: float
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Unpopulated places of the lattice that join clusters of selected cells.

    Parameters
    ----------
    selected : (n,) cells of the grid that were selected.
    gap_m : widest gap to bridge, in metres; 0 bridges nothing.

    Returns
    -------
    easting, northing : (m,) south-west corners in the grid's CRS, each once, in order of (northing, easting).

    Notes
    -----
    Two cells of different clusters are joined when the straight line of the lattice between them is at most `gap_m`
    long and meets no populated cell: people are never jumped over.
    """
    reach = int(gap_m // CELL_SIZE_M)
    east, north = grid.easting[selected], grid.northing[selected]
    if reach == 0 or len(east) == 0:
        return np.empty(0, np.int64), np.empty(0, np.int64)
    seats = place_keys(east, north)  # increasing, as cells are in order of (northing, easting)
    cluster = cluster_cells(east, north, contiguity)
    populated = place_keys(grid.easting, grid.northing)
    bridges = [np.empty(0, np.int64)]
    for steps in _half_plane(reach + 1):
        there = find_keys(seats + _keys_of([steps]), seats)
        joined = (there >= 0) & (cluster[there] != cluster)
        between = seats[joined, None] + _keys_of(_line_of(steps))
        bridges.append(between[(find_keys(between, populated) < 0).all(axis=1)].ravel())
    return places_of(np.unique(np.concatenate(bridges)))


def _keys_of(moves: Iterable[Lattice]) -> NDArray[np.int64]:
    """What moves of so many cells (north, east) add to the key of a place."""
    up, right = np.array(list(moves), dtype=np.int64).T * CELL_SIZE_M
    return place_keys(right, up)


def _half_plane(reach: int) -> Iterator[Lattice]:
    """Steps to every lattice place within reach but not touching, one of each opposite pair."""
    for up in range(reach + 1):
        for right in range(-reach, reach + 1):
            if max(up, abs(right)) > 1 and (up > 0 or right > 0):
                yield up, right


def _line_of(steps: Lattice) -> Iterator[Lattice]:
    """Steps to the places strictly between a cell and the one `steps` away, along the straight line of the lattice."""
    length = max(abs(steps[0]), abs(steps[1]))
    for place in range(1, length):
        up, right = (round(place * step / length) for step in steps)
        yield up, right


# --- From cells that are poor on their own to the cells of a quarter: a doubtful cell follows a sure neighbour


def doubtful_neighbours(
    grid: Grid,
    income: CellIncome,
    seeds: NDArray[np.bool_],
    threshold: float,
    contiguity: Contiguity,
    doubt: float,
) -> NDArray[np.bool_]:
    """Cells that touch a selected one and whose estimate cannot be told from the threshold.

    Parameters
    ----------
    seeds : (n,) cells selected on their own estimate.
    threshold : relative income threshold.
    doubt : a cell is doubtful when its median is less than this many standard errors above the threshold; 0 finds none.

    Notes
    -----
    The decree tests the median of the whole quarter, not each cell's, and wants a continuous space: where the estimate
    leaves a doubt, touching a poor cell is evidence. One ring only: doubt is not passed on.
    """
    if not seeds.any():
        return seeds
    first, second = neighbour_pairs(grid.easting, grid.northing, contiguity)
    touching = np.zeros(len(grid), dtype=bool)
    touching[second[seeds[first]]] = True
    touching[first[seeds[second]]] = True
    with np.errstate(invalid="ignore"):
        return np.asarray(touching & ~seeds & (income.median - doubt * income.standard_error < threshold))


def drop_excess(
    grid: Grid,
    income: CellIncome,
    seeds: NDArray[np.bool_],
    added: NDArray[np.bool_],
    threshold: float,
    contiguity: Contiguity,
) -> NDArray[np.bool_]:
    """Added cells that stay once the median of each cluster, seeds and added together, lies below the threshold.

    The richest of the added cells go first, as few of them as will do. Seeds alone are all below the threshold, so that
    there is always an end.
    """
    rows = np.flatnonzero(seeds | added)
    kept = np.zeros(len(grid), dtype=bool)
    for cluster in members(cluster_cells(grid.easting[rows], grid.northing[rows], contiguity)):
        cells = rows[cluster]
        richest_first = cells[added[cells]]
        richest_first = richest_first[np.argsort(-income.median[richest_first], kind="stable")]
        kept[richest_first[_fewest_drops(income, grid.people, cells, richest_first, threshold) :]] = True
    return kept


def _fewest_drops(
    income: CellIncome,
    people: NDArray[np.float64],
    cells: NDArray[np.intp],
    richest_first: NDArray[np.intp],
    threshold: float,
) -> int:
    low, high = 0, len(richest_first)
    while low < high:
        middle = (low + high) // 2
        rest = np.setdiff1d(cells, richest_first[:middle], assume_unique=True)
        if pooled_median(income.take(rest), people[rest]) < threshold:
            high = middle
        else:
            low = middle + 1
    return low


# --- Holes: places that a cluster encloses, filled when hardly anybody lives there

_FEWEST_AROUND_A_HOLE = 4  # those that touch it by an edge, and one another by a corner


def filled_holes(
    grid: Grid,
    easting: NDArray[np.int64],
    northing: NDArray[np.int64],
    contiguity: Contiguity,
    most_populated_cells: int,
    barred: NDArray[np.bool_],
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Places that one cluster encloses and that are filled.

    Parameters
    ----------
    grid : every populated cell.
    easting, northing : (n,) cells of one cluster, metres in the grid's CRS.
    most_populated_cells : a hole with more populated cells than this stays open.
    barred : (cells of the grid,) those of another cluster or urban unit: a hole that holds one stays open.

    Returns
    -------
    easting, northing : (m,) lattice places to add, populated or not.

    Notes
    -----
    The outside is 4-connected where clusters are 8-connected, and the other way round: the two must not cross.
    """
    from scipy import ndimage

    if len(easting) < _FEWEST_AROUND_A_HOLE:
        return np.empty(0, np.int64), np.empty(0, np.int64)
    south, west = northing.min(), easting.min()
    rows, columns = (northing - south) // CELL_SIZE_M, (easting - west) // CELL_SIZE_M
    covered = np.zeros((rows.max() + 1, columns.max() + 1), dtype=bool)
    covered[rows, columns] = True
    outside_structure = ndimage.generate_binary_structure(2, 1 if contiguity is Contiguity.QUEEN else 2)
    enclosed = ndimage.binary_fill_holes(covered, structure=outside_structure) & ~covered
    hole, count = ndimage.label(enclosed, structure=outside_structure)
    if count == 0:
        return np.empty(0, np.int64), np.empty(0, np.int64)
    inhabited = _populated_cells(grid, barred, int(west), int(south), covered.shape)
    inhabitants = ndimage.sum_labels(inhabited, hole, index=np.arange(count + 1))
    fill_rows, fill_columns = np.nonzero(enclosed & (inhabitants <= most_populated_cells)[hole])
    return west + fill_columns * CELL_SIZE_M, south + fill_rows * CELL_SIZE_M


def _populated_cells(
    grid: Grid, barred: NDArray[np.bool_], west: int, south: int, shape: tuple[int, int]
) -> NDArray[np.float64]:
    """Lattice with 1 where somebody lives, and infinity where a cell is barred."""
    north, east = (corner + (size - 1) * CELL_SIZE_M for corner, size in zip((south, west), shape, strict=True))
    near = grid.rows_in_box(west, south, east, north)
    picture = np.zeros(shape)
    rows, columns = (grid.northing[near] - south) // CELL_SIZE_M, (grid.easting[near] - west) // CELL_SIZE_M
    picture[rows, columns] = np.where(barred[near], np.inf, grid.people[near] > 0)
    return picture


# --- A cluster of cells seen as a quarter: its figures, and the decree's tests that keep or reject it


def describe_quarter(
    grid: Grid,
    income: CellIncome,
    zones: CellZones,
    cells: tuple[NDArray[np.int64], NDArray[np.int64]],
    threshold: Threshold,
    legal: LegalTests,
) -> Quarter:
    """Figures and tests of one cluster.

    Parameters
    ----------
    cells : easting and northing of its lattice places, in any order.
    """
    order = np.lexsort(cells)
    easting, northing = cells[0][order], cells[1][order]
    rows = _rows_of(grid, easting, northing)
    people, cells_income = grid.people[rows], income.take(rows)
    population = float(people.sum())
    iris = np.unique(zones.iris[rows], return_inverse=True)[1]
    median_eur = median_interval(cells_income, people, iris).times(threshold.reference.national_eur)
    density = population / len(easting) * CELLS_IN_A_KM2
    return Quarter(
        easting=easting,
        northing=northing,
        rows=rows,
        population=population,
        households=float(grid.households[rows].sum()),
        share_below=share_interval(cells_income, people, iris, threshold.relative),
        median_eur=median_eur,
        share_imputed=float(people[grid.imputed[rows]].sum() / population) if population else float("nan"),
        communes=by_population(zones.commune[rows], people),
        iris=by_population(zones.iris[rows], people),
        threshold=threshold,
        tests=(*place_tests(legal, population, density), median_test(median_eur.value, threshold.eur)),
    )


def _rows_of(grid: Grid, easting: NDArray[np.int64], northing: NDArray[np.int64]) -> NDArray[np.intp]:
    """Indices in the grid of the lattice places that are populated cells."""
    near = grid.rows_in_box(easting.min(), northing.min(), easting.max(), northing.max())
    found = find_keys(place_keys(easting, northing), place_keys(grid.easting[near], grid.northing[near]))
    return near[found[found >= 0]]


_MARGIN_M = 600
"""The kernel reaches 4 σ, a cell more is within reach of its border."""


def cells_of_units(
    grid: Grid,
    income: CellIncome,
    zones: CellZones,
    thresholds: Mapping[str, Threshold],
    parts: CellParts | None = None,
) -> Iterator[UnitCells]:
    """Cut out of a grid what the search of each urban unit needs, one unit after the other."""
    for unit, threshold in thresholds.items():
        rows = _rows_around(grid, zones.unit == unit)
        its_parts = None if parts is None else parts.take_cells(rows, len(grid))
        yield UnitCells(unit, threshold, rows, grid.take(rows), income.take(rows), zones.take(rows), its_parts)


def search_unit(cells: UnitCells, legal: LegalTests, options: CandidateOptions) -> UnitSearch:
    """Find the quarters of one urban unit, by the method of the options; see `find_candidates`."""
    if options.method is SearchMethod.INDEX:
        return search_by_index(cells, legal, options)
    return _search_by_cells(cells, legal, options)


def _search_by_cells(cells: UnitCells, legal: LegalTests, options: CandidateOptions) -> UnitSearch:
    grid, income, relative = cells.grid, cells.income, cells.threshold.relative
    mine = cells.zones.unit == cells.unit
    below = income.share_below(relative)
    with np.errstate(invalid="ignore"):
        seeds = mine & (below > legal.poor_share)
    doubtful = mine & doubtful_neighbours(grid, income, seeds, relative, options.contiguity, options.doubt)
    followers = drop_excess(grid, income, seeds, doubtful, relative, options.contiguity)
    quarters = tuple(
        describe_quarter(grid, income, cells.zones, places, cells.threshold, legal)
        for places in _clusters(grid, seeds | followers, mine, options)
    )
    return UnitSearch(cells.rows, mine, below, seeds, followers, quarters)


def _rows_around(grid: Grid, chosen: NDArray[np.bool_]) -> NDArray[np.intp]:
    """Cells in and around the bounding box of the chosen ones: they may fill a gap, and count in what is smoothed."""
    north, east = grid.northing[chosen], grid.easting[chosen]
    if len(north) == 0:
        return np.empty(0, dtype=np.intp)
    margin = _MARGIN_M
    return grid.rows_in_box(east.min() - margin, north.min() - margin, east.max() + margin, north.max() + margin)


def _clusters(
    grid: Grid, selected: NDArray[np.bool_], mine: NDArray[np.bool_], options: CandidateOptions
) -> list[tuple[NDArray[np.int64], NDArray[np.int64]]]:
    """Lattice places (easting, northing) of each cluster: selected cells, bridges and filled holes."""
    bridge_east, bridge_north = bridging_cells(grid, selected, options.contiguity, options.gap_m)
    east = np.concatenate([grid.easting[selected], bridge_east])
    north = np.concatenate([grid.northing[selected], bridge_north])
    barred = selected | ~mine
    clusters = []
    for cells in members(cluster_cells(east, north, options.contiguity)):
        hole_east, hole_north = filled_holes(
            grid, east[cells], north[cells], options.contiguity, options.hole_cells, barred
        )
        clusters.append((np.concatenate([east[cells], hole_east]), np.concatenate([north[cells], hole_north])))
    return clusters


# --- Candidate perimeters: clusters of poor cells that meet the decree's tests. Estimated, never official


@dataclass(frozen=True, eq=False, slots=True)
class CandidateSearch:
    """What came out: quarters kept and rejected, each with its tests, by decreasing population.

    Parameters
    ----------
    share_below : (n,) per cell of the grid; NaN where the income is unknown or the cell is in no unit with a threshold.
    selected : (n,) cells poor enough.
    added : (n,) doubtful cells that touch a selected one.
    outside_unit : number of cells left out because their commune is in no urban unit with a threshold.
    """

    kept: tuple[Quarter, ...]
    rejected: tuple[Quarter, ...]
    share_below: NDArray[np.float64]
    selected: NDArray[np.bool_]
    added: NDArray[np.bool_]
    outside_unit: int


def find_candidates(
    grid: Grid,
    income: CellIncome,
    zones: CellZones,
    thresholds: Mapping[str, Threshold],
    legal: LegalTests,
    options: CandidateOptions,
    parts: CellParts | None = None,
) -> CandidateSearch:
    """Find the candidate quarters of every urban unit.

    Parameters
    ----------
    grid, income : the cells and their estimated declared income, in the same order.
    zones : commune, IRIS and urban unit of each cell.
    thresholds : the decree's income threshold of each urban unit; cells of other units are left out.
    parts : of the cells, which the index method needs.

    Notes
    -----
    Décret n° 2014-767: a continuous urban space of one urban unit, of at least 1 000 people, whose median declared
    income per UC lies strictly below the threshold of the unit. The rest is the method's choice, no article says it.
    The index method chooses ground (`geoville.perimeters.index_search`). The method of cells: cells in which more than
    half of the people are below it are selected, with the doubtful cells that touch them, joined by contiguity across
    unpopulated gaps, and their small holes filled; each cluster is then tested whole. No cluster crosses the limit of
    a unit.
    """
    units = cells_of_units(grid, income, zones, thresholds, parts)
    return put_together((search_unit(unit, legal, options) for unit in units), zones, thresholds)


def put_together(found: Iterable[UnitSearch], zones: CellZones, thresholds: Mapping[str, Threshold]) -> CandidateSearch:
    """Make one search of those of the urban units.

    Parameters
    ----------
    found : in the order of the units, which decides between quarters that nothing else tells apart.
    zones : of the cells of the whole grid.
    """
    count = len(zones.unit)
    share_below = np.full(count, np.nan)
    selected, added = np.zeros(count, dtype=bool), np.zeros(count, dtype=bool)
    quarters: list[Quarter] = []
    for unit in found:
        rows, mine = unit.rows, unit.mine
        share_below[rows[mine]] = unit.share_below[mine]
        selected[rows], added[rows] = selected[rows] | unit.selected, added[rows] | unit.added
        quarters += (replace(quarter, rows=rows[quarter.rows]) for quarter in unit.quarters)
    quarters.sort(key=lambda quarter: (-quarter.population, quarter.northing[0], quarter.easting[0]))
    return CandidateSearch(
        kept=tuple(quarter for quarter in quarters if quarter.is_candidate),
        rejected=tuple(quarter for quarter in quarters if not quarter.is_candidate),
        share_below=share_below,
        selected=selected,
        added=added,
        outside_unit=int((~np.isin(zones.unit, list(thresholds))).sum()),
    )
