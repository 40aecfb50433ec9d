"""The index method: ground chosen by the share of people below the threshold around it, and by its density."""

from __future__ import annotations

import math
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import numpy as np

from geoville.carroyage.cell_parts import subcells_of
from geoville.carroyage.grid import CELL_SIZE_M
from geoville.carroyage.ground_index import (
    Ground,
    cells_around,
    cells_per_square,
    index_of,
    reference_density,
    sigma_in_squares,
    smooth_ground,
    square_keys,
)
from geoville.carroyage.income import pooled_share_below
from geoville.carroyage.lattice import find_keys
from geoville.carroyage.uncertainty import shifted_median_interval, shifted_share_interval
from geoville.errors import InvalidInputError
from geoville.perimeters.ground_clusters import (
    GroundInside,
    PeopledGround,
    clusters_of,
    drop_lowest,
    fill_holes,
    ground_inside,
    isoline_of,
    join_corners,
    widen,
)
from geoville.perimeters.quarters import (
    CELLS_IN_A_KM2,
    MEDIAN_TEST,
    DecreeTest,
    Quarter,
    UnitSearch,
    by_population,
    place_tests,
)

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from shapely.geometry.base import BaseGeometry

    from geoville.carroyage.cell_parts import CellParts
    from geoville.carroyage.income import CellIncome
    from geoville.carroyage.method import MethodRules
    from geoville.perimeters.quarters import CandidateOptions, LegalTests, UnitCells


_HALF = 0.5
_MARGIN = 0.05


def search_by_index(cells: UnitCells, legal: LegalTests, options: CandidateOptions) -> UnitSearch:
    """Find the quarters of one urban unit by the index of its ground.

    Returns
    -------
    Cells count as selected where one half of them at least lies in a quarter, kept or rejected; none is added.
    """
    place = ground_of_unit(cells, options.index)
    quarters = quarters_by_index(cells, place, legal, options)
    count = len(cells.rows)
    held = np.zeros(count)
    for quarter in quarters:
        held[quarter.rows] += 1.0 if quarter.held is None else quarter.held
    share_below = _parts(cells).share_below(cells.threshold.relative, count)
    mine = cells.zones.unit == cells.unit
    return UnitSearch(cells.rows, mine, share_below, held >= _HALF, np.zeros(count, dtype=bool), quarters)


def ground_of_unit(cells: UnitCells, rules: MethodRules) -> PeopledGround:
    """Ground of an urban unit with its index.

    Notes
    -----
    People of other units nearby count in the share and the density, for the ground does not end at a limit; ground is
    the unit's where it holds more than half of the people around, and those of others never count in its quarters.
    Those who live farther than that are left out: they change nothing where the unit's ground and its edges are.
    """
    parts, grid = _parts(cells), cells.grid
    squares = subcells_of(parts, grid.easting, grid.northing).of_cells(
        parts, cells_around(grid, cells.zones.unit == cells.unit, rules)
    )
    everybody = (grid.people / cells_per_square(parts.side))[parts.cell[squares.part]]
    below = np.nan_to_num(parts.income.share_below(cells.threshold.relative))[squares.part]
    own = (cells.zones.unit == cells.unit)[parts.cell[squares.part]]
    layers = np.stack([everybody, everybody * below, everybody * own])
    smooth = smooth_ground(squares.row, squares.column, layers, sigma_in_squares(rules))
    at = find_keys(square_keys(squares.row, squares.column), square_keys(smooth.row, smooth.column))
    people, people_below = np.zeros(len(smooth.row)), np.zeros(len(smooth.row))
    people[at], people_below[at] = everybody * own, everybody * own * below
    part = np.full(len(smooth.row), -1, dtype=np.intp)
    part[at] = squares.part
    mine = smooth.layers[2] > _HALF * smooth.layers[0]
    mine[at] = own
    density = smooth.layers[0] * cells_per_square(parts.side)
    share = smooth.layers[1] / smooth.layers[0]
    index = index_of(share, density, reference_density(density, people, rules), rules.density_weight)
    ground = Ground(smooth.row, smooth.column, share, density, index, mine, part)
    return PeopledGround(ground, people, people_below)


def _parts(cells: UnitCells) -> CellParts:
    if cells.parts is None:
        raise InvalidInputError(
            "La méthode de l'indice demande les parts des carreaux", advice="choisir la méthode « cells »"
        )
    return cells.parts


def quarters_by_index(
    cells: UnitCells, place: PeopledGround, legal: LegalTests, options: CandidateOptions
) -> tuple[Quarter, ...]:
    """Quarters of one urban unit, kept and rejected.

    Notes
    -----
    Clusters of ground whose index is above the cut; those that are too small are widened, small holes are filled, and
    the ground of lowest index goes from those whose people are not mostly below the threshold. What then fails one of
    the decree's tests is rejected.
    """
    rules, ground = options.index, place.ground
    found = clusters_of(ground, np.flatnonzero(ground.mine & (ground.index > rules.index_cut)), options.contiguity)
    found.sort(key=lambda squares: (-place.population(squares), int(squares[0])))
    free = ground.mine.copy()
    for squares in found:
        free[squares] = False
    quarters = []
    for squares in found:
        lines = Lines(place, rules)
        pieces = _drawn(lines, squares, free, legal, options)
        quarters += [describe_ground(cells, lines, piece, legal) for piece in pieces]
    return tuple(quarters)


@dataclass(frozen=True, eq=False, slots=True)
class Lines:
    """Outlines of ground, each drawn once.

    Parameters
    ----------
    drawn : outline of some squares and what lies inside, by their indices as bytes.
    """

    place: PeopledGround
    rules: MethodRules
    drawn: dict[bytes, tuple[BaseGeometry, GroundInside]] = field(default_factory=dict)

    def around(self, squares: NDArray[np.intp]) -> tuple[BaseGeometry, GroundInside]:
        """Outline of some squares, and the ground inside it."""
        key = squares.tobytes()
        if key not in self.drawn:
            outline = isoline_of(self.place.ground, squares, self.rules)
            self.drawn[key] = outline, ground_inside(self.place.ground, squares, outline, self.rules)
        return self.drawn[key]


def _drawn(
    lines: Lines,
    squares: NDArray[np.intp],
    free: NDArray[np.bool_],
    legal: LegalTests,
    options: CandidateOptions,
) -> list[NDArray[np.intp]]:
    """Ground of the quarters that come of one cluster; what they take is no longer free."""
    place, ground = lines.place, lines.place.ground
    if place.population(squares) <= 0:
        return []
    squares = _enough(lines, squares, free, legal.minimum_population)
    if place.population(squares) < legal.minimum_population:
        return [squares]
    kept = _mostly_below(lines, squares)
    if not len(kept):
        return [squares]
    free[squares], free[kept] = ground.mine[squares], False
    return [kept] if len(kept) == len(squares) else clusters_of(ground, kept, options.contiguity)


_ROUNDS = 6
"""How often ground is widened or cut again because of those whom its outline leaves out or takes in."""


def _enough(lines: Lines, squares: NDArray[np.intp], free: NDArray[np.bool_], minimum: float) -> NDArray[np.intp]:
    """Ground of a cluster joined and without small holes, widened where its outline would hold too few people.

    Notes
    -----
    A cluster too small to be widened is returned as it is, and so is one that cannot be.
    """
    place, rules, wanted = lines.place, lines.rules, minimum
    for _ in range(_ROUNDS):
        people = place.population(squares)
        if people < rules.smallest_widened_population:
            return squares
        wider = widen(place, squares, free, wanted, rules) if people < wanted else squares
        if place.population(wider) < wanted:
            return squares
        squares = fill_holes(place.ground, join_corners(place.ground, wider, free), free, rules)
        if place.population(squares) > 2 * minimum:  # no outline loses one half of its people
            return squares
        short = minimum - lines.around(squares)[1].population(place)
        if short <= 0:
            return squares
        wanted = place.population(squares) + short
    return squares


def _mostly_below(lines: Lines, squares: NDArray[np.intp]) -> NDArray[np.intp]:
    """Ground of a cluster without its lowest, so that more than half of the people inside its outline are below.

    Notes
    -----
    Empty where no ground passes.
    """
    place, wanted = lines.place, _HALF
    for _ in range(_ROUNDS):
        kept = drop_lowest(place, squares, wanted)
        if not len(kept):
            return kept
        reached = place.share_below(kept)
        if reached - wanted > _MARGIN:  # far enough for the outline to change nothing
            return kept
        short = _HALF - lines.around(kept)[1].share_below(place)
        if short < 0:
            return kept
        wanted = max(wanted, reached) + short
    return kept


# --- A cluster of ground seen as a quarter: figures of its own people, and the decree's tests


def describe_ground(cells: UnitCells, lines: Lines, squares: NDArray[np.intp], legal: LegalTests) -> Quarter:
    """Figures and tests of some ground.

    Parameters
    ----------
    squares : increasing indices in the ground.

    Notes
    -----
    Figures and tests are those of what lies inside the outline, each square with an equal part of its cell and cut by
    its area; where the squares fail a test as they are, no outline is drawn and the figures are theirs.
    """
    content = _content_of(cells, lines.place, GroundInside.whole(squares))
    if not _passes(cells, content, legal):
        return _described(cells, lines.place, squares, content, legal)
    outline, inside = lines.around(squares)
    content = _content_of(cells, lines.place, inside)
    return replace(_described(cells, lines.place, squares, content, legal), outline=outline)


@dataclass(frozen=True, eq=False, slots=True)
class _Content:
    """What some ground holds.

    Parameters
    ----------
    part, count : (k,) parts of cells, increasing, and how many squares of each.
    weights : (k,) people of the unit on them.
    income : (k,) of the parts.
    population, density : people, and people per km².
    """

    part: NDArray[np.intp]
    count: NDArray[np.float64]
    weights: NDArray[np.float64]
    income: CellIncome
    population: float
    density: float


def _content_of(cells: UnitCells, place: PeopledGround, inside: GroundInside) -> _Content:
    parts, part_of = _parts(cells), place.ground.part[inside.squares]
    inhabited = part_of >= 0
    part, at = np.unique(part_of[inhabited], return_inverse=True)
    count = np.bincount(at, inside.share[inhabited], len(part)).astype(float)
    population = inside.population(place)
    return _Content(
        part=part,
        count=count,
        weights=place_weights(cells, parts, part, count),
        income=parts.income.take(part),
        population=population,
        density=population / float(inside.share.sum()) * parts.side**2 * CELLS_IN_A_KM2,
    )


def _passes(cells: UnitCells, content: _Content, legal: LegalTests) -> bool:
    """Whether the decree's tests hold, without the intervals that figures have."""
    if not all(test.passed for test in place_tests(legal, content.population, content.density)):
        return False
    return pooled_share_below(content.income, content.weights, cells.threshold.relative) > _HALF


def _described(
    cells: UnitCells,
    place: PeopledGround,
    squares: NDArray[np.intp],
    content: _Content,
    legal: LegalTests,
) -> Quarter:
    """Figures and tests of what the ground of a quarter holds, as those of the quarter of some squares."""
    ground, parts, grid = place.ground, _parts(cells), cells.grid
    rows, at = np.unique(parts.cell[content.part], return_inverse=True)
    held = np.bincount(at, content.count, len(rows)) / float(parts.side**2)
    mine = cells.zones.unit[rows] == cells.unit
    rows, held = rows[mine], held[mine]
    people = grid.people[rows] * held
    population, threshold = content.population, cells.threshold
    income, weights = content.income, content.weights
    median = shifted_median_interval(income, weights, parts.probit_error).times(threshold.reference.national_eur)
    share = shifted_share_interval(income, weights, parts.probit_error, threshold.relative)
    tests = (
        *place_tests(legal, population, content.density),
        DecreeTest(MEDIAN_TEST, median.value, threshold.eur, passed=share.value > _HALF),
    )
    return Quarter(
        *_cells_half_held(place, squares, parts.side),
        rows=rows,
        population=population,
        households=float((grid.households[rows] * held).sum()),
        share_below=share,
        median_eur=median,
        share_imputed=float(people[grid.imputed[rows]].sum() / population) if population else math.nan,
        communes=by_population(cells.zones.commune[rows], people),
        iris=by_population(cells.zones.iris[rows], people),
        threshold=threshold,
        tests=tests,
        held=held,
        squares=np.stack([ground.row[squares], ground.column[squares]]),
    )


def place_weights(
    cells: UnitCells, parts: CellParts, part: NDArray[np.intp], count: NDArray[np.float64]
) -> NDArray[np.float64]:
    """People of the unit on so many squares of each part."""
    cell = parts.cell[part]
    own = cells.zones.unit[cell] == cells.unit
    return np.asarray(cells.grid.people[cell] * own * count / float(parts.side**2))


def _cells_half_held(
    place: PeopledGround, squares: NDArray[np.intp], side: int
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Easting and northing of the cells of which half lies in the ground, by northing; of the most held, if none is."""
    lattice = np.stack([place.ground.row[squares] // side, place.ground.column[squares] // side])
    found, count = np.unique(lattice, axis=1, return_counts=True)
    north, east = found[:, count >= min(_HALF * side**2, count.max())] * CELL_SIZE_M
    return east, north
