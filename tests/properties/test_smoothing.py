"""What holds of smoothed outlines, whatever the town."""

from __future__ import annotations

import numpy as np
import shapely
from effort import cases
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from town_plans import quartered_towns, squares_of

from geoville.carroyage.lattice import cluster_cells
from geoville.perimeters.areas import PopulatedCells
from geoville.perimeters.outlines import ClusteredCells, smooth_outlines


@given(quartered_towns(), st.sampled_from([0.005, 0.02, 0.5]))
@cases(each_run=30, slow=200)
def test_the_population_stays_within_the_tolerance(cells: ClusteredCells, tolerance: float) -> None:
    homes = PopulatedCells(squares_of(cells), cells.people)
    for outline in smooth_outlines(cells, 2154, tolerance=tolerance):
        inside = homes.people_in(outline.geometry)
        rounding = 1e-6 * cells.people.sum()  # of coordinates: a quarter of nobody may touch its neighbours by a hair
        assert abs(inside - outline.people_before) <= tolerance * outline.people_before + rounding
        np.testing.assert_allclose(inside, outline.people_after, atol=1e-3 * cells.people.sum())


@given(quartered_towns(), st.sampled_from([0.02, 1.0]))
@cases(each_run=40, slow=200)
def test_outlines_are_valid_and_stay_apart(cells: ClusteredCells, tolerance: float) -> None:
    shapes = [outline.geometry for outline in smooth_outlines(cells, 2154, tolerance=tolerance)]
    assert all(shape.is_valid for shape in shapes)
    for place, shape in enumerate(shapes):
        assert all(shapely.intersection(shape, other).area < 1e-6 for other in shapes[:place])


@given(quartered_towns(quarters=1))
@cases(each_run=40, slow=200)
def test_a_quarter_that_holds_together_by_corners_becomes_continuous(cells: ClusteredCells) -> None:
    members = cells.quarter == 0
    assume(cells.people[members].sum() > 0)
    clusters = cluster_cells(cells.easting[members], cells.northing[members]).max() + 1
    (outline,) = smooth_outlines(cells, 2154)
    assert len(shapely.get_parts(outline.geometry)) == clusters


@given(quartered_towns())
@settings(max_examples=30, deadline=None)
def test_the_same_cells_give_the_same_outline(cells: ClusteredCells) -> None:
    first, second = ([outline.geometry.wkb for outline in smooth_outlines(cells, 2154)] for _ in range(2))
    assert first == second
