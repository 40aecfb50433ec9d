"""How far candidates depend on choices: the search repeated under every combination of them, cell by cell."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from geoville.carroyage.grid import Grid
from geoville.carroyage.lattice import place_keys, places_of
from geoville.errors import InvalidInputError
from geoville.perimeters.scenarios import Scenario
from geoville.perimeters.search import find_candidates

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from numpy.typing import NDArray

    from geoville.carroyage.cell_parts import CellParts
    from geoville.carroyage.income import CellIncome
    from geoville.law import Threshold
    from geoville.perimeters.quarters import CandidateOptions, CellZones, LegalTests, Quarter
    from geoville.perimeters.scenarios import Choices
    from geoville.perimeters.search import CandidateSearch


@dataclass(frozen=True, eq=False, slots=True)
class SearchStart:
    """What every search of one vintage starts from: its cells, estimated once, their zones and the thresholds.

    Parameters
    ----------
    income : one figure for each cell: what the method of cells reads, and what is shown of a cell.
    parts : what the index method reads; None where there is no threshold to estimate it for.
    """

    grid: Grid
    income: CellIncome
    zones: CellZones
    thresholds: Mapping[str, Threshold]
    parts: CellParts | None = None

    def search(self, scenario: Scenario, legal: LegalTests, options: CandidateOptions) -> CandidateSearch:
        """Find the candidates of one scenario; what it does not choose is taken from `options`."""
        supposed = scenario.supposed
        thresholds = {unit: supposed.threshold(threshold) for unit, threshold in self.thresholds.items()}
        index = options.index
        if scenario.density_weight is not None:
            index = replace(index, density_weight=scenario.density_weight)
        if scenario.kernel_sigma_m is not None:
            index = replace(index, kernel_sigma_m=scenario.kernel_sigma_m)
        chosen = replace(options, contiguity=scenario.contiguity, gap_m=scenario.gap_m, index=index)
        return find_candidates(
            self.grid, self.income, self.zones, thresholds, legal.supposing(supposed), chosen, self.parts
        )


@dataclass(frozen=True, slots=True)
class Outcome:
    """What one scenario keeps.

    Parameters
    ----------
    candidates : how many.
    cells : populated ones that they touch, counted as in a file of candidates.
    people : of the scenario's own vintage.
    """

    candidates: int
    cells: int
    people: float


@dataclass(frozen=True, eq=False, slots=True)
class Sensitivity:
    """How often each cell is kept.

    Parameters
    ----------
    grid : (n,) cells of every vintage and every place that some scenario keeps; its figures are those of the vintage of
        the decree's own scenario, with nobody in the cells which that vintage does not have.
    outcomes : by scenario.
    times_kept : (n,) number of scenarios in which the cell lies in a candidate.
    own : the decree's own scenario: its threshold, the latest vintage, the default options; it counts in `times_kept`
        only if it is one of the scenarios.
    own_outcome : what it keeps.
    kept_by_own : (n,) whether the cell is kept by it.
    """

    grid: Grid
    outcomes: Mapping[Scenario, Outcome]
    times_kept: NDArray[np.int64]
    own: Scenario
    own_outcome: Outcome
    kept_by_own: NDArray[np.bool_]

    @property
    def share(self) -> NDArray[np.float64]:
        """(n,) share of the scenarios that keep each cell, in [0, 1]."""
        return self.times_kept / len(self.outcomes)

    @property
    def core(self) -> NDArray[np.bool_]:
        """(n,) cells that every scenario keeps."""
        return np.asarray(self.times_kept == len(self.outcomes))

    @property
    def fringe(self) -> NDArray[np.bool_]:
        """(n,) cells that some scenarios keep and others do not."""
        return (self.times_kept > 0) & ~self.core


def sweep(
    starts: Sequence[SearchStart],
    choices: Choices,
    legal: LegalTests,
    options: CandidateOptions,
    track: Callable[[Sequence[Scenario]], Iterable[Scenario]] = iter,
) -> Sensitivity:
    """Search under every combination of choices, and count the scenarios that keep each cell.

    Parameters
    ----------
    starts : one for each vintage of one town; their cells are joined by position.
    options : choices that are not swept, and those of the decree's own scenario.
    track : goes through the scenarios, and may show how far it is.

    Raises
    ------
    InvalidInputError
        No grid, two grids of one vintage, or grids in several CRS.
    """
    _require_one_town(starts)
    by_vintage = {start.grid.vintage: start for start in starts}
    scenarios = choices.scenarios(sorted(by_vintage))
    own = Scenario(max(by_vintage), 1.0, options.contiguity, options.gap_m)
    found = {
        scenario: by_vintage[scenario.vintage].search(scenario, legal, options).kept
        for scenario in track(tuple(dict.fromkeys((*scenarios, own))))
    }
    kept = {scenario: _places_in(quarters) for scenario, quarters in found.items()}
    outcomes = {scenario: _outcome(quarters) for scenario, quarters in found.items()}
    cells = [place_keys(start.grid.easting, start.grid.northing) for start in starts]
    places = np.unique(np.concatenate([*cells, *kept.values()]))
    times_kept = np.zeros(len(places), dtype=np.int64)
    for scenario in scenarios:
        times_kept[np.searchsorted(places, kept[scenario])] += 1
    return Sensitivity(
        grid=_grid_at(places, by_vintage[own.vintage].grid),
        outcomes={scenario: outcomes[scenario] for scenario in scenarios},
        times_kept=times_kept,
        own=own,
        own_outcome=outcomes[own],
        kept_by_own=np.isin(places, kept[own]),
    )


def _require_one_town(starts: Sequence[SearchStart]) -> None:
    if not starts:
        raise InvalidInputError("Aucune grille", advice="en donner au moins une")
    if len({start.grid.vintage for start in starts}) < len(starts):
        raise InvalidInputError(
            "Deux grilles sont du même millésime", advice="en donner une par millésime, toutes du même lieu"
        )
    if len({start.grid.epsg for start in starts}) > 1:
        raise InvalidInputError(
            "Les grilles sont dans plusieurs systèmes de coordonnées", advice="donner des grilles du même lieu"
        )


def _places_in(quarters: Sequence[Quarter]) -> NDArray[np.int64]:
    """Sorted keys of the lattice places of some quarters, each once."""
    keys = [place_keys(quarter.easting, quarter.northing) for quarter in quarters]
    return np.unique(np.concatenate([np.empty(0, dtype=np.int64), *keys]))


def _outcome(quarters: Sequence[Quarter]) -> Outcome:
    cells = sum(len(quarter.rows) for quarter in quarters)
    return Outcome(len(quarters), cells, float(sum(quarter.population for quarter in quarters)))


def _grid_at(places: NDArray[np.int64], reference: Grid) -> Grid:
    """Cells at the places of sorted keys, with the figures of a grid whose cells are all among them."""
    at = np.searchsorted(places, place_keys(reference.easting, reference.northing))
    easting, northing = places_of(places)
    people, income_sum_eur = np.zeros(len(places)), np.zeros(len(places))
    imputed = np.zeros(len(places), dtype=bool)
    households, poor_households = np.full(len(places), np.nan), np.full(len(places), np.nan)
    people[at], income_sum_eur[at], imputed[at] = reference.people, reference.income_sum_eur, reference.imputed
    households[at], poor_households[at] = reference.households, reference.poor_households
    return Grid(
        epsg=reference.epsg,
        vintage=reference.vintage,
        easting=easting,
        northing=northing,
        people=people,
        income_sum_eur=income_sum_eur,
        imputed=imputed,
        households=households,
        poor_households=poor_households,
    )
