"""Which blocks make a quarter, and what becomes of streets, holes, slivers and pieces."""

from __future__ import annotations

import time
from pathlib import Path

import numpy as np
import pytest
import shapely
from town_plans import voronoi_blocks

from geoville.carroyage.grid import cell_squares, union_of_cells
from geoville.carroyage.lattice import cluster_cells
from geoville.perimeters.blocks import BlockRules, fit_to_blocks
from geoville.perimeters.outlines import NO_QUARTER, ClusteredCells
from geoville.sources.grids import read_grid

EPSG = 2975
"""La Réunion: cells and contours share one CRS, so that cells are plain squares."""


def row_of_cells(people: list[float], quarter: list[int]) -> ClusteredCells:
    """Cells side by side from (0, 0) eastward."""
    count = len(people)
    return ClusteredCells(
        EPSG, np.arange(count) * 200, np.zeros(count, np.int64), np.array(people, float), np.array(quarter)
    )


def boxes(*bounds: tuple[float, float, float, float]) -> np.ndarray:
    return np.array([shapely.box(*bound) for bound in bounds])


@pytest.mark.parametrize(("people_east", "goes_in"), [(99.0, True), (100.0, True), (101.0, False)])
def test_a_block_goes_in_with_half_of_its_people(people_east: float, goes_in: bool) -> None:
    cells = row_of_cells([100, people_east], [0, NO_QUARTER])
    (outline,) = fit_to_blocks(cells, boxes((0, 0, 400, 200)), EPSG)
    assert outline.geometry.area == (80_000 if goes_in else 0)
    assert outline.people_before == 100
    assert outline.people_after == (100 + people_east if goes_in else 0)


def test_the_share_is_a_parameter() -> None:
    cells = row_of_cells([100, 300], [0, NO_QUARTER])
    blocks = boxes((0, 0, 400, 200))
    assert fit_to_blocks(cells, blocks, EPSG)[0].geometry.is_empty
    assert not fit_to_blocks(cells, blocks, EPSG, BlockRules(selected_share=0.25))[0].geometry.is_empty


def test_a_block_where_nobody_lives_goes_in_with_half_of_its_area() -> None:
    cells = row_of_cells([0, 100], [0, 0])
    blocks = boxes((-150, 0, 120, 200), (-150, 200, 50, 500), (120, 0, 400, 200))
    assert fit_to_blocks(cells, blocks, EPSG)[0].geometry.area == 280 * 200
    wider = boxes((-110, 0, 120, 200), (120, 0, 400, 200))
    assert fit_to_blocks(cells, wider, EPSG)[0].geometry.area == (280 + 230) * 200


def test_a_block_that_two_quarters_hold_goes_to_the_one_with_most_of_its_people() -> None:
    cells = row_of_cells([10, 60, 70, 10], [0, 0, 1, 1])
    blocks = boxes((0, 0, 200, 200), (200, 0, 600, 200), (600, 0, 800, 200))
    west, east = fit_to_blocks(cells, blocks, EPSG)
    assert west.geometry.bounds == (0, 0, 200, 200)
    assert east.geometry.bounds == (200, 0, 800, 200)
    assert (west.people_before, west.people_after, east.people_before, east.people_after) == (70, 10, 80, 140)


def test_the_street_between_two_blocks_of_a_quarter_is_part_of_it() -> None:
    cells = row_of_cells([100, 100, 100], [0, 0, NO_QUARTER])
    blocks = boxes((0, 0, 195, 200), (207, 0, 395, 200), (407, 0, 600, 200))
    (outline,) = fit_to_blocks(cells, blocks, EPSG)
    assert shapely.symmetric_difference(outline.geometry, shapely.box(0, 0, 395, 200)).area < 2
    assert shapely.intersection(outline.geometry, blocks[2]).area == 0
    wide = fit_to_blocks(cells, blocks, EPSG, BlockRules(street_width_m=5))[0]
    assert [piece.people for piece in wide.left_out] == [100]


def test_closing_streets_takes_nothing_from_other_blocks() -> None:
    cells = ClusteredCells(
        EPSG,
        np.array([0, 200, 0, 200]),
        np.array([0, 0, 200, 200]),
        np.array([100.0, 100, 900, 900]),
        np.array([0, 0, NO_QUARTER, NO_QUARTER]),
    )
    other = (192, 80, 208, 400)
    blocks = boxes((0, 0, 190, 200), (210, 0, 400, 200), other)
    (outline,) = fit_to_blocks(cells, blocks, EPSG)
    assert shapely.intersection(outline.geometry, blocks[2]).area == 0
    assert shapely.contains(outline.geometry, shapely.Point(200, 40))
    assert not shapely.intersects(outline.geometry, shapely.Point(200, 150))


def test_pieces_that_touch_by_a_corner_are_reported() -> None:
    cells = row_of_cells([100, 40], [0, 0])
    blocks = boxes((0, 0, 200, 100), (200, 100, 400, 200))
    (outline,) = fit_to_blocks(cells, blocks, EPSG)
    assert outline.geometry.bounds == (0, 0, 200, 100)
    assert [(piece.people, piece.geometry.bounds) for piece in outline.left_out] == [(40, (200, 100, 400, 200))]


def test_a_small_hole_is_filled_unless_it_is_another_quarter() -> None:
    rows, columns = np.divmod(np.arange(9), 3)
    for middle, area in ((NO_QUARTER, 9 * 40_000), (1, 8 * 40_000)):
        quarter = np.where(np.arange(9) == 4, middle, 0)
        cells = ClusteredCells(EPSG, columns * 200, rows * 200, np.full(9, 100.0), quarter)
        around, *_ = fit_to_blocks(cells, cell_squares(cells.easting, cells.northing, EPSG, EPSG), EPSG)
        assert around.geometry.area == area
        assert around.people_after == area / 400


def test_a_spur_narrower_than_the_width_is_dropped() -> None:
    cells = row_of_cells([100, 0, 0], [0, 0, 0])
    block = shapely.union(shapely.box(0, 0, 200, 200), shapely.box(200, 90, 500, 96))
    (outline,) = fit_to_blocks(cells, np.array([block]), EPSG)
    assert outline.geometry.bounds == (0, 0, 200, 200)


def test_where_no_block_was_drawn_cells_stay_as_they_are() -> None:
    cells = row_of_cells([100, 50, 70], [0, 0, NO_QUARTER])
    (outline,) = fit_to_blocks(cells, np.empty(0, dtype=object), EPSG)
    assert shapely.equals(outline.geometry, shapely.box(0, 0, 400, 200))
    assert outline.people_after == outline.people_before == 150


def test_without_a_quarter_there_is_no_outline() -> None:
    cells = row_of_cells([100, 50], [NO_QUARTER, NO_QUARTER])
    assert fit_to_blocks(cells, boxes((0, 0, 300, 200)), EPSG) == ()


@pytest.mark.realdata
def test_ten_thousand_blocks_of_marseille_take_seconds(shared_data: Path) -> None:
    grid = read_grid(shared_data / "marseille" / "filosofi2017_200m.csv")
    squares = cell_squares(grid.easting, grid.northing, 3035, 2154)
    poor = grid.mean_eur < 16_500
    quarter = np.full(len(grid), NO_QUARTER)
    quarter[poor] = cluster_cells(grid.easting[poor], grid.northing[poor])
    cells = ClusteredCells(grid.epsg, grid.easting, grid.northing, grid.people, quarter)
    blocks = voronoi_blocks(union_of_cells(squares), 10_000, seed=1)
    start = time.process_time()
    outlines = fit_to_blocks(cells, blocks, 2154)
    assert time.process_time() - start < 5
    before = sum(outline.people_before for outline in outlines)
    after = sum(outline.people_after + sum(piece.people for piece in outline.left_out) for outline in outlines)
    assert after == pytest.approx(before, rel=0.05)


def test_a_quarter_takes_no_block_where_none_of_its_people_live_whatever_the_share() -> None:
    cells = row_of_cells([0, 100, 50], [0, NO_QUARTER, 0])
    blocks = boxes((0, 0, 400, 200), (400, 0, 600, 200))
    (outline,) = fit_to_blocks(cells, blocks, EPSG, BlockRules(selected_share=0.0))
    assert outline.geometry.bounds == (400, 0, 600, 200)


def test_a_block_of_one_person_goes_in_with_that_person() -> None:
    (outline,) = fit_to_blocks(row_of_cells([1], [0]), boxes((0, 0, 200, 200)), EPSG)
    assert (outline.geometry.area, outline.people_after) == (40_000, 1)


def test_a_block_that_two_quarters_hold_alike_goes_to_the_first() -> None:
    cells = row_of_cells([10, 60, 60, 10], [0, 0, 1, 1])
    first, second = fit_to_blocks(cells, boxes((0, 0, 200, 200), (200, 0, 600, 200), (600, 0, 800, 200)), EPSG)
    assert (first.geometry.bounds, second.geometry.bounds) == ((0, 0, 600, 200), (600, 0, 800, 200))


RING = [(0, 0), (200, 0), (400, 0), (0, 200), (400, 200), (0, 400), (200, 400), (400, 400)]


@pytest.mark.parametrize(("top", "is_filled"), [(400, True), (401, False)])
def test_a_hole_as_large_as_a_cell_is_filled_and_a_larger_one_is_not(top: float, is_filled: bool) -> None:
    east, north = np.array(RING).T
    cells = ClusteredCells(EPSG, east, north, np.full(8, 100.0), np.zeros(8, np.intp))
    hole = shapely.box(200, 200, 400, top)
    block = shapely.box(0, 0, 600, 600).difference(hole)
    (outline,) = fit_to_blocks(cells, np.array([block]), EPSG)
    assert outline.geometry.area == 360_000 - (0 if is_filled else hole.area)


@pytest.mark.parametrize(("gap", "is_closed"), [(29, True), (31, False)])
def test_a_street_is_narrower_than_thirty_metres(gap: float, is_closed: bool) -> None:
    cells = row_of_cells([100, 90], [0, 0])
    (outline,) = fit_to_blocks(cells, boxes((0, 0, 180, 200), (180 + gap, 0, 400, 200)), EPSG)
    assert outline.geometry.bounds == pytest.approx((0, 0, 400 if is_closed else 180, 200))
    assert len(outline.left_out) == (0 if is_closed else 1)


@pytest.mark.parametrize(("width", "end"), [(9.5, 200), (10.5, 350)])
def test_a_spur_under_ten_metres_is_dropped(width: float, end: float) -> None:
    block = shapely.union(shapely.box(0, 0, 200, 200), shapely.box(200, 90, 350, 90 + width))
    (outline,) = fit_to_blocks(row_of_cells([100], [0]), np.array([block]), EPSG)
    assert outline.geometry.bounds == pytest.approx((0, 0, end, 200))


def test_a_block_goes_in_with_the_people_of_all_the_quarters_that_hold_it() -> None:
    """30 + 35 of its 105 people are in a quarter, though neither quarter has half of them."""
    cells = row_of_cells([30, 40, 35], [0, NO_QUARTER, 1])
    first, second = fit_to_blocks(cells, boxes((0, 0, 600, 200)), EPSG)
    assert first.geometry.is_empty
    assert (first.people_before, first.people_after) == (30, 0)
    assert (second.people_before, second.people_after) == (35, 105)


def test_pieces_left_out_come_by_decreasing_population() -> None:
    cells = row_of_cells([40, 10, 30], [0, 0, 0])
    blocks = boxes((0, 0, 200, 80), (200, 120, 400, 200), (400, 0, 600, 80))
    (outline,) = fit_to_blocks(cells, blocks, EPSG, BlockRules(street_width_m=5))
    assert outline.people_after == 40
    assert [piece.people for piece in outline.left_out] == [30, 10]
