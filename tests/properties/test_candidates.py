"""What holds of candidates whatever the town."""

from __future__ import annotations

from datetime import date

import numpy as np
import shapely
from effort import cases
from hypothesis import given, settings
from hypothesis import strategies as st
from strategies import BRIDGE, NATIONAL_DISPOSABLE_EUR, REFERENCE, UNIT, everywhere, grids

from geoville.carroyage.estimate import estimate_income
from geoville.carroyage.grid import Grid, cell_squares, union_of_cells
from geoville.carroyage.lattice import cluster_cells
from geoville.law import income_threshold
from geoville.model import Contiguity
from geoville.perimeters.quarters import CandidateOptions, LegalTests, Quarter
from geoville.perimeters.scenarios import SearchMethod
from geoville.perimeters.search import CandidateSearch, find_candidates

THRESHOLD = income_threshold(REFERENCE, date(2024, 1, 1))
THRESHOLDS = {UNIT: THRESHOLD}
LEGAL = LegalTests(poor_share=0.5, minimum_population=1000)


def search(grid: Grid, **options: float | Contiguity) -> CandidateSearch:
    income = estimate_income(grid, BRIDGE, NATIONAL_DISPOSABLE_EUR)
    return find_candidates(
        grid, income, everywhere(grid), THRESHOLDS, LEGAL, CandidateOptions(method=SearchMethod.CELLS, **options)
    )


def quarters(result: CandidateSearch) -> tuple[Quarter, ...]:
    return result.kept + result.rejected


@given(grids(), st.sampled_from(Contiguity), st.sampled_from([0, 200, 400]))
@cases(each_run=50, slow=300)
def test_every_selected_cell_is_in_exactly_one_quarter(grid: Grid, contiguity: Contiguity, gap_m: int) -> None:
    result = search(grid, contiguity=contiguity, gap_m=gap_m)
    held = np.concatenate([quarter.rows for quarter in quarters(result)] or [np.empty(0, int)])
    assert set(np.flatnonzero(result.selected)) <= set(held)
    kept = [row for quarter in result.kept for row in quarter.rows]
    assert len(kept) == len(set(kept))


@given(grids(), st.sampled_from(Contiguity))
@cases(each_run=60, slow=200)
def test_candidates_are_valid_and_disjoint_and_pass_the_decree(grid: Grid, contiguity: Contiguity) -> None:
    result = search(grid, contiguity=contiguity)
    shapes = [union_of_cells(cell_squares(quarter.easting, quarter.northing, 3035, 2154)) for quarter in result.kept]
    for quarter, shape in zip(result.kept, shapes, strict=True):
        assert shape.is_valid
        assert quarter.population >= 1000
        assert quarter.median_eur.value < THRESHOLD.eur
        assert quarter.population == grid.people[quarter.rows].sum()
    for place, shape in enumerate(shapes):
        assert all(shapely.intersection(shape, other).area < 1e-3 for other in shapes[:place])


@given(grids())
@settings(max_examples=60, deadline=None)
def test_a_quarter_is_continuous(grid: Grid) -> None:
    for quarter in quarters(search(grid)):
        assert cluster_cells(quarter.easting, quarter.northing).max() == 0


@given(grids(), st.floats(0.05, 0.45))
@cases(each_run=50, slow=200)
def test_a_lower_bar_never_removes_a_cell(grid: Grid, lower: float) -> None:
    income = estimate_income(grid, BRIDGE, NATIONAL_DISPOSABLE_EUR)
    strict, lenient = (
        find_candidates(
            grid,
            income,
            everywhere(grid),
            THRESHOLDS,
            LegalTests(bar, 1000),
            CandidateOptions(method=SearchMethod.CELLS),
        ).selected
        for bar in (0.5, lower)
    )
    assert not (strict & ~lenient).any()


@given(grids())
@settings(max_examples=60, deadline=None)
def test_cells_outside_the_urban_unit_are_left_out_and_counted(grid: Grid) -> None:
    zones = everywhere(grid)
    zones.unit[::2] = ""
    result = find_candidates(
        grid,
        estimate_income(grid, BRIDGE, NATIONAL_DISPOSABLE_EUR),
        zones,
        THRESHOLDS,
        LEGAL,
        CandidateOptions(method=SearchMethod.CELLS),
    )
    assert not result.selected[::2].any()
    assert result.outside_unit == len(grid.people[::2])


@given(grids())
@cases(each_run=30, slow=120)
def test_wider_gaps_only_merge_quarters(grid: Grid) -> None:
    counts = [len(quarters(search(grid, gap_m=gap))) for gap in (0, 200, 400)]
    assert counts == sorted(counts, reverse=True)
