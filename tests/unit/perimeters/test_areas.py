from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pytest
import shapely
from shapely import affinity

from geoville.carroyage.grid import cell_squares
from geoville.perimeters import areas
from geoville.perimeters.areas import CoveredGround, PopulatedCells, clipped, tiled
from geoville.perimeters.figures import Coverage, coverage_of


@pytest.fixture
def cells() -> PopulatedCells:
    """Three squares of 200 m in a row, with 10, 20 and 40 people."""
    squares = np.array([shapely.box(left, 0, left + 200, 200) for left in (0, 200, 400)])
    return PopulatedCells(squares, np.array([10.0, 20.0, 40.0]))


def test_people_are_spread_evenly_over_their_cell(cells):
    assert cells.people_in(shapely.box(100, 0, 450, 200)) == pytest.approx(5 + 20 + 10)


def test_a_cell_is_in_an_area_from_one_half_on(cells):
    assert cells.cells_in(shapely.box(100, 0, 499, 200)).tolist() == [0, 1]


@pytest.mark.parametrize("area", [shapely.Polygon(), shapely.box(600, 0, 800, 200), shapely.box(900, 0, 950, 10)])
def test_an_area_without_cells_holds_nobody(cells, area):
    assert cells.people_in(area) == 0
    assert cells.cells_in(area).tolist() == []


@pytest.fixture
def town() -> tuple[CoveredGround, shapely.Polygon]:
    """A town of 12 × 12 cells with a park of 4 × 4 in the middle where nobody lives, and its square."""
    rows, columns = (axis.ravel() for axis in np.indices((12, 12)))
    lived_in = ~((rows >= 4) & (rows < 8) & (columns >= 4) & (columns < 8))
    easting, northing = 3_746_000 + columns * 200, 2_838_600 + rows * 200
    ground = CoveredGround(easting[lived_in], northing[lived_in], 3035)
    return ground, shapely.union_all(cell_squares(easting, northing, 3035, 2154))


def test_a_park_among_inhabited_cells_is_covered_though_it_has_no_cell(town) -> None:
    ground, whole = town
    park = whole.centroid.buffer(300)
    assert (ground.share(park), ground.share(whole)) == (1.0, pytest.approx(1.0))


def test_an_area_amid_covered_ground_is_known_without_its_squares(town, monkeypatch) -> None:
    ground, whole = town

    def asked(*_given):
        raise AssertionError

    monkeypatch.setattr(CoveredGround, "_places_within", asked)
    assert ground.share(whole.centroid.buffer(300)) == 1.0


def test_an_area_too_large_for_its_squares_is_measured_by_their_centres(town, monkeypatch) -> None:
    ground, whole = town
    _, south, east, north = whole.bounds
    beyond = shapely.box(east - 1_200, south + 400, east + 1_800, north - 400)
    exact = ground.share(beyond)
    monkeypatch.setattr(areas, "_MOST_SQUARES", 10)
    assert 0.4 < exact < 0.6
    assert ground.share(beyond) == pytest.approx(exact, abs=0.04)  # fifteen squares long


def test_an_area_partly_out_of_the_grid_says_how_much_is_in(town) -> None:
    ground, whole = town
    _, south, east, north = whole.bounds
    # One cell around the town is known too, so that half of this box, less 200 m of 4 800, is not.
    beyond = shapely.box(east - 2_000, south + 800, east + 2_400, north - 800)
    assert ground.share(beyond) == pytest.approx((2_000 + 200) / 4_400, abs=0.03)
    assert coverage_of(ground.share(beyond)) is Coverage.PARTIAL


def test_an_area_out_of_the_grid_is_not_an_empty_one(town) -> None:
    ground, whole = town
    away = shapely.transform(whole, lambda places: places + 20_000)
    assert ground.share(away) == 0
    assert coverage_of(ground.share(away)) is Coverage.NONE
    assert coverage_of(0.95) is Coverage.WHOLE
    assert ground.share(shapely.Polygon()) == 0


def test_a_large_area_is_measured_by_the_centres_of_the_lattice() -> None:
    rows, columns = (axis.ravel() for axis in np.indices((160, 160)))
    easting, northing = 3_746_000 + columns * 200, 2_838_600 + rows * 200
    ground = CoveredGround(easting, northing, 3035)
    block = shapely.convex_hull(shapely.multipolygons(cell_squares(easting, northing, 3035, 2154)))
    area = shapely.transform(block, lambda places: places + np.array([16_000, 0]))
    assert ground.share(area) == pytest.approx(block.intersection(area).area / area.area, abs=0.02)


def test_many_areas_are_measured_as_each_alone(cells, town):
    ground, square = town
    west, south, east, north = square.bounds
    areas = [shapely.box(west + step, south, east + step, north) for step in (0.0, 900.0, 5_000.0)]
    areas += [shapely.box(west + 50, south + 50, west + 90, south + 90), shapely.Polygon()]
    assert ground.shares(areas).tolist() == pytest.approx([ground.share(area) for area in areas])
    shapes = [
        shapely.box(100, 0, 450, 200),
        shapely.box(10, 10, 20, 20),
        shapely.Polygon(),
        shapely.box(900, 0, 950, 10),
    ]
    found = cells.inside(shapes)
    for rank, shape in enumerate(shapes):
        cell, share = cells.shares_inside(shape)
        assert found.cell[found.area == rank].tolist() == cell.tolist()
        assert found.share[found.area == rank].tolist() == pytest.approx(share.tolist())


def comb(teeth: int) -> shapely.Polygon:
    """A polygon that enters and leaves each square many times: teeth of 40 m every 80 m, 260 m long."""
    bars = [shapely.box(80 * rank, 100, 80 * rank + 40, 360) for rank in range(teeth)]
    return shapely.union_all([*bars, shapely.box(0, 300, 80 * teeth, 360)])


ON_THE_SIDES = shapely.Polygon([(200, 0), (400, 200), (600, 0), (400, -100)])
"""Corners and edges on corners and sides of the squares, and one part beyond them."""


@pytest.mark.parametrize(
    "shape",
    [
        comb(7),
        shapely.Point(300, 100).buffer(250, quad_segs=6).difference(shapely.Point(300, 100).buffer(120, quad_segs=4)),
        shapely.box(50, 50, 550, 150).difference(shapely.box(150, 80, 450, 120)),  # a hole across three squares
        ON_THE_SIDES,
        shapely.box(0, 0, 600, 200),
        shapely.box(200, 0, 400, 200).reverse(),
        shapely.Polygon([(-500, 100), (1_500, 100.001), (1_500, 100)]),
    ],
    ids=["comb", "ring", "long hole", "on the sides", "whole", "one cell, other way round", "sliver"],
)
@pytest.mark.parametrize("turned", [0.0, 0.3])
def test_shares_of_cells_are_those_that_geos_finds(shape, turned):
    def placed(item):
        return affinity.translate(affinity.rotate(item, turned, origin=(0, 0), use_radians=True), 650_000, 6_860_000)

    squares = np.array([placed(shapely.box(left, 0, left + 200, 200)) for left in (0, 200, 400)])
    area = placed(shape)
    found = PopulatedCells(squares, np.ones(3)).inside([area])
    shares = np.zeros(3)
    shares[found.cell] = found.share
    assert shares.tolist() == pytest.approx(
        (shapely.area(shapely.intersection(squares, area)) / 40_000).tolist(), abs=1e-9
    )


@pytest.mark.parametrize(("share", "covers"), [(0.95, True), (0.9499, False)])
def test_figures_are_those_of_the_whole_where_nineteen_parts_of_twenty_are_covered(share, covers):
    ground = SimpleNamespace(share=lambda _area: share)
    squares = np.array([shapely.box(0, 0, 200, 200)])
    assert PopulatedCells(squares, np.array([10.0]), ground).covers(squares[0]) is covers
    assert coverage_of(share) is (Coverage.WHOLE if covers else Coverage.PARTIAL)


def covered_from(*places: tuple[int, int]) -> CoveredGround:
    """Inhabited cells at (column, row), in a CRS where they are plain squares."""
    columns, rows = (np.array(axis) for axis in zip(*places, strict=True))
    return CoveredGround(200 * columns, 200 * rows, 2975)


def cells_box(west: int, south: int, east: int, north: int) -> shapely.Polygon:
    return shapely.box(200 * west, 200 * south, 200 * east, 200 * north)


@pytest.mark.parametrize(
    ("area", "share"),
    [
        (cells_box(-1, -1, 2, 2), 1.0),
        (cells_box(-2, -2, 3, 3), 9 / 25),
        (cells_box(0, 0, 4, 1), 2 / 4),
        (cells_box(0, 0, 1, 4), 2 / 4),
        (cells_box(-3, 0, 1, 1), 2 / 4),
        (cells_box(0, -3, 1, 1), 2 / 4),
        (cells_box(2, 0, 3, 1), 0.0),
        (cells_box(-40, -40, 41, 41), 9 / 81**2),
    ],
)
def test_one_cell_on_each_side_of_an_inhabited_one_is_covered(area, share):
    assert covered_from((0, 0)).share(area) == pytest.approx(share)


@pytest.mark.parametrize(("last", "share"), [(11, 1.0), (12, 0.0)])
def test_empty_ground_is_known_up_to_ten_cells_between_two_inhabited_ones(last, share):
    assert covered_from((0, 0), (last, 0)).share(cells_box(5, 0, 7, 1)) == pytest.approx(share)
    assert covered_from((0, 0), (0, last)).share(cells_box(0, 5, 1, 7)) == pytest.approx(share)


def test_the_places_of_a_large_area_are_those_whose_centre_it_holds(monkeypatch):
    monkeypatch.setattr(areas, "_MOST_SQUARES", 0)
    ground = covered_from((0, 0), (1, 0))  # 4 × 3 cells are covered
    assert ground.share(shapely.box(-150, -150, 850, 850)) == pytest.approx(12 / 25)
    assert ground.share(shapely.box(-50, -250, 950, 750)) == pytest.approx(9 / 25)
    assert ground.share(shapely.box(-110, -110, 310, 310)) == 1.0  # nine centres in 4.4 cells


def test_no_area_has_no_share_and_no_cell(cells):
    assert covered_from((0, 0)).shares([]).tolist() == []
    found = cells.inside([])
    assert (len(found.area), len(found.cell), len(found.share)) == (0, 0, 0)


def test_without_a_word_on_the_ground_every_area_is_covered(cells):
    assert cells.covers(shapely.box(5_000, 0, 5_100, 100))


def test_parts_in_one_cell_add_up_and_cells_come_in_order(cells):
    parts = shapely.MultiPolygon([shapely.box(500, 0, 600, 50), shapely.box(0, 0, 20, 20), shapely.box(50, 0, 70, 40)])
    cell, share = cells.shares_inside(parts)
    assert (cell.tolist(), share.tolist()) == ([0, 2], pytest.approx([1_200 / 40_000, 5_000 / 40_000]))


def test_areas_with_many_corners_keep_their_place_among_the_others(cells):
    """A band over the three cells whose upper side goes up and down by 5 to 9 m around 100 m, 800 times."""
    steps = np.arange(1_601)
    band = shapely.Polygon(
        [*zip(steps * 0.375, 100 + (5 + steps / 400) * (-1.0) ** steps, strict=True), (600, 0), (0, 0)]
    )
    found = cells.inside([shapely.box(0, 0, 100, 200), band, shapely.box(300, 0, 390, 100)])
    assert found.area.tolist() == [0, 1, 1, 1, 2]
    assert found.cell.tolist() == [0, 0, 1, 2, 1]
    assert found.share.tolist() == pytest.approx([0.5, 0.5, 0.5, 0.5, 0.225], abs=2e-4)


@pytest.mark.parametrize(
    ("cell", "people"),
    [
        (shapely.box(0, 0, 200, 200).reverse(), 1 / 4),
        (shapely.Polygon([(0, 0), (200, 0), (50, 50), (0, 200)]), 2 / 3),
        (shapely.Polygon([(0, 0), (200, 0), (0, 200)]), 1 / 2),
    ],
    ids=["clockwise", "dart", "triangle"],
)
def test_cells_need_not_be_squares(cell, people):
    """Of the dart of 10 000 m², a square of 50 m and twice 50 m of an arm 50 to 33.3 m wide: 6 667 m²."""
    area = shapely.box(0, 0, 100, 100)
    assert PopulatedCells(np.array([cell]), np.array([1.0])).people_in(area) == pytest.approx(people)


def test_areas_that_meet_in_one_point_meet_and_pairs_come_in_order():
    first = [shapely.box(10, 10, 20, 20), shapely.box(100, 100, 101, 101), shapely.box(0, 0, 30, 30)]
    second = [shapely.box(20, 20, 40, 40), shapely.box(0, 0, 10, 10), shapely.box(20.5, 0, 25, 5)]
    assert areas.meeting_pairs(first, second) == [(0, 0), (0, 1), (2, 0), (2, 1), (2, 2)]


@pytest.mark.parametrize("turned", [False, True], ids=["a side of frames along them", "and across"])
@pytest.mark.parametrize("teeth", [(10.0, -10.0), (10.0, 10.0, -10.0, 0.0)], ids=["two heights", "three"])
def test_no_ground_is_lost_where_many_corners_lie_on_the_side_of_a_frame(teeth: tuple[float, ...], turned: bool):
    """A rectangle cuts such an area into rings that cross each other: 13 500 m² of one frame were taken for 3 000."""
    steps = np.arange(1601)
    top = 100 + np.resize(teeth, len(steps))
    band = shapely.Polygon([*zip(steps * 0.375, top, strict=True), (600, 0), (0, 0)])
    band = shapely.transform(band, lambda corners: corners[:, ::-1]) if turned else band
    assert shapely.area(tiled(band)).sum() == pytest.approx(band.area, rel=1e-12)
    frame = (0.0, 0.0, 300.0, 300.0)
    assert clipped(band, frame).area == pytest.approx(band.intersection(shapely.box(*frame)).area, rel=1e-12)


def test_a_tall_area_with_many_corners_is_cut_in_tiles_with_few():
    """A band 10 km high whose eastern side goes in and out 1 000 times."""
    steps = np.arange(2_001)
    band = shapely.Polygon([*zip(100 + 10 * (-1.0) ** steps, steps * 5.0, strict=True), (0, 10_000), (0, 0)])
    tiles = tiled(band)
    assert shapely.get_num_coordinates(tiles).max() <= areas.CORNERS_OF_A_TILE
    assert shapely.area(tiles).sum() == pytest.approx(band.area, rel=1e-12)
