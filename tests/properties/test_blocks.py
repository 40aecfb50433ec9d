"""What holds of quarters fitted to blocks, whatever the town and the blocks."""

from __future__ import annotations

import numpy as np
import shapely
from effort import cases
from hypothesis import given
from hypothesis import strategies as st
from town_plans import quartered_towns, squares_of, town_blocks

from geoville.perimeters.areas import PopulatedCells
from geoville.perimeters.blocks import BlockRules, fit_to_blocks, spread_people
from geoville.perimeters.outlines import ClusteredCells, Outline, drop_slivers


def fitted(cells: ClusteredCells, blocks: np.ndarray, **rules: float) -> tuple[Outline, ...]:
    return fit_to_blocks(cells, blocks, 2154, BlockRules(**rules))


@given(quartered_towns(), town_blocks())
@cases(each_run=40, slow=120)
def test_the_people_of_each_cell_are_kept(cells: ClusteredCells, blocks: np.ndarray) -> None:
    spread = spread_people(squares_of(cells), cells.people, blocks)
    kept = np.bincount(spread.cell, weights=spread.people, minlength=len(cells.people))
    np.testing.assert_allclose(kept, cells.people, rtol=1e-12)
    assert (spread.people >= 0).all()


@given(quartered_towns(), town_blocks())
@cases(each_run=20, slow=120)
def test_outlines_are_valid_continuous_without_slivers_and_apart(cells: ClusteredCells, blocks: np.ndarray) -> None:
    outlines = fitted(cells, blocks)
    shapes = [outline.geometry for outline in outlines]
    for shape in shapes:
        assert shape.is_valid
        assert shape.geom_type == "Polygon"
        assert shape.area - drop_slivers(shape, 10).area < 1e-6
    for place, shape in enumerate(shapes):
        assert all(shapely.intersection(shape, other).area < 1e-6 for other in shapes[:place])


@given(quartered_towns(), town_blocks())
@cases(each_run=20, slow=80)
def test_populations_are_those_of_the_ground(cells: ClusteredCells, blocks: np.ndarray) -> None:
    spread = spread_people(squares_of(cells), cells.people, blocks)
    homes = PopulatedCells(spread.part, spread.people)
    for number, outline in enumerate(fitted(cells, blocks)):
        assert outline.people_before == cells.people[cells.quarter == number].sum()
        np.testing.assert_allclose(outline.people_after, homes.people_in(outline.geometry), atol=1e-6)
        assert all(piece.people <= outline.people_after for piece in outline.left_out)


@given(quartered_towns(), town_blocks(), st.randoms(use_true_random=False))
@cases(each_run=20, slow=80)
def test_the_order_of_blocks_is_irrelevant(cells: ClusteredCells, blocks: np.ndarray, random: object) -> None:
    shuffled = blocks.copy()
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    for one, other in zip(fitted(cells, blocks), fitted(cells, shuffled), strict=True):
        assert one.geometry.wkb == other.geometry.wkb
        assert one.people_after == other.people_after


@given(quartered_towns(quarters=1), town_blocks())
@cases(each_run=20, slow=80)
def test_selecting_everything_gives_the_union(cells: ClusteredCells, blocks: np.ndarray) -> None:
    everything = ClusteredCells(cells.epsg, cells.easting, cells.northing, cells.people, np.zeros_like(cells.quarter))
    (outline,) = fitted(everything, blocks)
    ground = shapely.union_all(blocks)
    assert shapely.difference(ground, outline.geometry).area < 1e-3 * ground.area
    np.testing.assert_allclose(outline.people_after, cells.people.sum(), rtol=1e-3)


@given(quartered_towns())
@cases(each_run=20, slow=120)
def test_blocks_that_are_the_cells_give_the_quarter_back(cells: ClusteredCells) -> None:
    squares = squares_of(cells)
    for number, outline in enumerate(fitted(cells, squares, hole_area_m2=0)):
        ground = shapely.union_all(squares[cells.quarter == number])
        pieces = [outline.geometry, *(piece.geometry for piece in outline.left_out)]
        assert shapely.symmetric_difference(shapely.union_all(pieces), ground).area < 1e-6
        people = outline.people_after + sum(piece.people for piece in outline.left_out)
        np.testing.assert_allclose(people, outline.people_before, rtol=1e-12)
