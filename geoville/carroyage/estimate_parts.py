"""The estimate of the index method: two figures of each cell, moved to the share that its IRIS publishes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from geoville.carroyage.cell_parts import CellParts, whole_cells
from geoville.carroyage.income import CellIncome
from geoville.carroyage.iris_share import Meeting, iris_log_spread, iris_share_below, left_out_error, meet_shares

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from geoville.carroyage.grid import Grid
    from geoville.carroyage.method import MethodRules
    from geoville.carroyage.probit_bridge import ProbitBridge


@dataclass(frozen=True, eq=False, slots=True)
class IrisShares:
    """What is published for the IRIS, and how cells lie over them.

    Parameters
    ----------
    cell, squares, iris : (m,) parts of cells, as in `CellParts`.
    median, quartile_range : (k,) over the national declared median of the same year; NaN where not published.
    complete : (k,) False for an IRIS that the edge of the grid cuts: it cannot be met.
    year : of the incomes.
    """

    cell: NDArray[np.intp]
    squares: NDArray[np.uint64]
    iris: NDArray[np.intp]
    median: NDArray[np.float64]
    quartile_range: NDArray[np.float64]
    complete: NDArray[np.bool_]
    year: int


def iris_meeting_weight(iris_year: int, rules: MethodRules) -> float:
    """How far the shares of IRIS are met when nothing else is asked: wholly, unless the incomes are too old.

    The year that counts is the one of the decree's incomes, not that of the grid: contours were drawn from it.
    """
    return rules.old_incomes_weight if iris_year <= rules.old_incomes_year else 1.0


def estimate_parts(
    grid: Grid,
    bridge: ProbitBridge,
    national_median_eur: float,
    threshold: NDArray[np.float64],
    rules: MethodRules,
    iris: IrisShares | None = None,
    weight: float | None = None,
) -> CellParts:
    """Distribution of declared income in each part of cell.

    Parameters
    ----------
    national_median_eur : national median living standard of the grid's vintage, euros per UC per year.
    threshold : (n,) relative threshold of the urban unit of each cell; NaN outside urban units.
    weight : how far the shares are met; `iris_meeting_weight` if not given.

    Notes
    -----
    1. The two figures of the cell give ``z(t) = A ln t − B`` (`ProbitBridge`).
    2. The share below the threshold of each complete IRIS is met by a shift d of z (`meet_shares`).
    3. A part is a lognormal of log spread 1/A and median exp((B − d)/A), so that its share below any t is Φ(z(t) + d).
    """
    slope, intercept = bridge.apply(grid.mean_eur / national_median_eur, grid.poor_share, rules)
    side = rules.subcells_per_side
    if iris is None:
        cell, squares, place = whole_cells(np.full(len(grid), -1, dtype=np.intp), side)
        shift, error = np.zeros(len(grid)), rules.probit_error
    else:
        cell, squares, place = iris.cell, iris.squares, iris.iris
        people = grid.people[cell] * np.bitwise_count(squares) / side**2
        meeting = meet_iris(slope[cell] * np.log(threshold[cell]) - intercept[cell], people, threshold, iris, rules)
        shift = (iris_meeting_weight(iris.year, rules) if weight is None else weight) * meeting.of(place)
        error = _error(meeting, people, place, rules)
    slope, intercept = slope[cell], intercept[cell]
    nothing = np.zeros(len(cell))
    income = CellIncome(np.exp((intercept - shift) / slope), 1 / slope, nothing, nothing)
    return CellParts(side, cell, squares, place, income, error)


def meet_iris(
    probit: NDArray[np.float64],
    people: NDArray[np.float64],
    threshold: NDArray[np.float64],
    iris: IrisShares,
    rules: MethodRules,
) -> Meeting:
    """Shifts that meet the IRIS, each at the threshold of the urban unit of its cells.

    Parameters
    ----------
    probit, people : (m,) of the parts.
    threshold : (n,) of the cells.
    """
    count = len(iris.median)
    limit = np.full(count, np.nan)
    inside = iris.iris >= 0
    limit[iris.iris[inside]] = threshold[iris.cell[inside]]
    spread = iris_log_spread(iris.median, iris.quartile_range, rules)
    with np.errstate(invalid="ignore"):
        target = np.where(iris.complete, iris_share_below(iris.median, spread, limit), np.nan)
    return meet_shares(probit, people, iris.iris, target, rules)


def _error(meeting: Meeting, people: NDArray[np.float64], place: NDArray[np.intp], rules: MethodRules) -> float:
    """Standard error of the probit of a place: that of the territory's own IRIS, where they are enough."""
    if meeting.met.sum() < rules.fewest_iris_for_residuals:
        return rules.probit_error
    inside = place >= 0
    of_iris = np.bincount(place[inside], people[inside], len(meeting.met)).astype(float)
    return left_out_error(meeting.shift, meeting.met, of_iris)
