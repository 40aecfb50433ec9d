"""Which blocks make a quarter, and what becomes of streets, holes, slivers and pieces."""

from __future__ import annotations

import time
from pathlib import Path

import numpy as np
import pytest
import shapely
from town_plans import voronoi_blocks

from geoville.carroyage.cell_geometry import cell_squares, union_of_cells
from geoville.carroyage.contiguity import cluster_cells
from geoville.perimeters.blocks import BlockRules, fit_to_blocks
from geoville.perimeters.clustered_cells import NO_QUARTER, ClusteredCells
from geoville.perimeters.dasymetric import spread_people
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


def test_people_live_in_blocks_in_proportion_to_their_area_in_the_cell() -> None:
    squares = boxes((0, 0, 200, 200), (200, 0, 400, 200), (400, 0, 600, 200))
    blocks = boxes((0, 0, 50, 200), (150, 0, 300, 200))
    spread = spread_people(squares, np.array([100.0, 30.0, 7.0]), blocks)
    found = dict(zip(zip(spread.cell.tolist(), spread.unit.tolist(), strict=True), spread.people, strict=True))
    assert found == {(0, 0): 50, (0, 1): 50, (1, 1): 30, (2, 2): 7}
    assert shapely.equals(spread.units[2], squares[2])


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
    hole = shapely.box(80, 80, 120, 120)
    ring = shapely.difference(shapely.box(0, 0, 200, 200), hole)
    people, quarter = [1000.0, 1.0], [0, NO_QUARTER]
    cells = row_of_cells(people, quarter)
    blocks = np.array([ring])
    (filled,) = fit_to_blocks(cells, blocks, EPSG)
    assert filled.geometry.area == 40_000
    (kept_open,) = fit_to_blocks(cells, blocks, EPSG, BlockRules(hole_area_m2=1_500))
    assert kept_open.geometry.area == ring.area


def test_a_spur_narrower_than_the_width_is_dropped() -> None:
    cells = row_of_cells([100, 0, 0], [0, 0, 0])
    block = shapely.union(shapely.box(0, 0, 200, 200), shapely.box(200, 90, 500, 96))
    (outline,) = fit_to_blocks(cells, np.array([block]), EPSG)
    assert outline.geometry.bounds == (0, 0, 200, 200)


@pytest.mark.realdata
def test_ten_thousand_blocks_of_marseille_take_seconds(shared_data: Path) -> None:
    grid = read_grid(shared_data / "marseille" / "filosofi2017_200m.csv")
    squares = cell_squares(grid.easting, grid.northing, 3035, 2154)
    poor = grid.mean_eur < 16_500
    quarter = np.full(len(grid), NO_QUARTER)
    quarter[poor] = cluster_cells(grid.easting[poor], grid.northing[poor])
    cells = ClusteredCells(grid.epsg, grid.easting, grid.northing, grid.people, quarter)
    blocks = voronoi_blocks(union_of_cells(squares), 10_000, seed=1)
    start = time.perf_counter()
    outlines = fit_to_blocks(cells, blocks, 2154)
    assert time.perf_counter() - start < 5
    before = sum(outline.people_before for outline in outlines)
    after = sum(outline.people_after + sum(piece.people for piece in outline.left_out) for outline in outlines)
    assert after == pytest.approx(before, rel=0.05)
