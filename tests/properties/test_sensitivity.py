"""What holds of a sweep whatever the town and the choices."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import numpy as np
from effort import cases
from hypothesis import example, given, settings
from hypothesis import strategies as st
from strategies import BRIDGE, NATIONAL_DISPOSABLE_EUR, REFERENCE, UNIT, everywhere, grid_of, grids

from geoville.carroyage.estimate import estimate_income
from geoville.carroyage.grid import Grid
from geoville.law import income_threshold
from geoville.model import Contiguity
from geoville.perimeters.quarters import CandidateOptions, LegalTests
from geoville.perimeters.scenarios import Choices, Scenario, SearchMethod
from geoville.perimeters.sensitivity import SearchStart, Sensitivity, sweep

THRESHOLDS = {UNIT: income_threshold(REFERENCE, date(2024, 1, 1))}
LEGAL = LegalTests(poor_share=0.5, minimum_population=1000)
DECREE = Choices((1.0,), (Contiguity.QUEEN,), (200.0,))


def start(grid: Grid, vintage: int = 2019) -> SearchStart:
    dated = replace(grid, vintage=vintage)
    return SearchStart(dated, estimate_income(dated, BRIDGE, NATIONAL_DISPOSABLE_EUR), everywhere(dated), THRESHOLDS)


def places(grid: Grid, chosen: np.ndarray) -> set[tuple[int, int]]:
    return set(zip(grid.easting[chosen].tolist(), grid.northing[chosen].tolist(), strict=True))


def kept_places(begun: SearchStart, scenario: Scenario, options: CandidateOptions) -> set[tuple[int, int]]:
    quarters = begun.search(scenario, LEGAL, options).kept
    return {
        place for quarter in quarters for place in zip(quarter.easting.tolist(), quarter.northing.tolist(), strict=True)
    }


choices = st.builds(
    Choices,
    st.lists(st.sampled_from([0.8, 0.9, 1.0, 1.1, 1.3]), min_size=1, max_size=3).map(tuple),
    st.lists(st.sampled_from(Contiguity), min_size=1, max_size=2).map(tuple),
    st.lists(st.sampled_from([0.0, 200.0, 400.0]), min_size=1, max_size=2).map(tuple),
)


@given(st.lists(grids(), min_size=1, max_size=3), choices)
@cases(each_run=20, slow=120)
def test_shares_count_the_scenarios_one_by_one(towns: list[Grid], chosen: Choices) -> None:
    starts = [start(town, 2015 + rank) for rank, town in enumerate(towns)]
    found = sweep(starts, chosen, LEGAL, CandidateOptions(method=SearchMethod.CELLS))
    scenarios = chosen.scenarios([item.grid.vintage for item in starts])
    assert set(found.outcomes) == set(scenarios)
    kept = [
        kept_places(starts[item.vintage - 2015], item, CandidateOptions(method=SearchMethod.CELLS))
        for item in scenarios
    ]
    by_place = {
        place: sum(place in one for one in kept)
        for place in zip(found.grid.easting.tolist(), found.grid.northing.tolist(), strict=True)
    }
    assert list(by_place.values()) == found.times_kept.tolist()
    assert ((found.share >= 0) & (found.share <= 1)).all()
    assert not (found.core & found.fringe).any()
    assert (found.core | found.fringe).tolist() == (found.times_kept > 0).tolist()


@given(grids())
@example(grid_of([(0, 0), (2, 0)], [200.0, 800.0], [9_000.0, 9_000.0]))  # the cell between them is nobody's
@cases(each_run=40, slow=120)
def test_one_scenario_is_the_candidates_exactly(town: Grid) -> None:
    found = sweep([start(town)], DECREE, LEGAL, CandidateOptions(method=SearchMethod.CELLS))
    expected = kept_places(start(town), found.own, CandidateOptions(method=SearchMethod.CELLS))
    assert places(found.grid, found.core) == expected
    assert places(found.grid, found.kept_by_own) == expected
    assert not found.fringe.any()
    assert found.outcomes == {found.own: found.own_outcome}
    assert found.own_outcome.cells == len(expected & places(town, town.people > 0))
    assert found.own_outcome.people == found.grid.people[found.core].sum()


@given(grids(), st.floats(0.7, 1.0), st.floats(1.0, 1.4))
@cases(each_run=20, slow=120)
def test_the_core_of_a_lower_threshold_lies_in_the_union_of_a_higher_one(town: Grid, low: float, high: float) -> None:
    """Of populated cells, where no doubtful cell is added and no hole filled: those may give way to poorer ones."""
    plain = CandidateOptions(method=SearchMethod.CELLS, doubt=0, hole_cells=0)

    def swept(factor: float) -> Sensitivity:
        return sweep([start(town)], Choices((factor,), tuple(Contiguity), (0.0, 200.0)), LEGAL, plain)

    lower, higher = swept(low), swept(high)
    populated = places(town, town.people > 0)
    assert places(lower.grid, lower.core) & populated <= places(higher.grid, higher.times_kept > 0)


@given(grids(), st.permutations([0.9, 1.0, 1.2]))
@settings(max_examples=30, deadline=None)
def test_the_order_of_choices_and_repeated_values_change_nothing(town: Grid, factors: list[float]) -> None:
    sorted_once = sweep(
        [start(town)],
        replace(DECREE, threshold_factors=(0.9, 1.0, 1.2)),
        LEGAL,
        CandidateOptions(method=SearchMethod.CELLS),
    )
    again = replace(DECREE, threshold_factors=(*factors, factors[0]))
    found = sweep([start(town)], again, LEGAL, CandidateOptions(method=SearchMethod.CELLS))
    assert found.times_kept.tolist() == sorted_once.times_kept.tolist()
    assert found.outcomes == sorted_once.outcomes
