"""Stair steps become slopes: shapes that can be checked by hand."""

from __future__ import annotations

import numpy as np
import pytest
import shapely

from geoville.perimeters.outlines import NO_QUARTER, ClusteredCells, _cut_m, smooth_outlines

EPSG = 2975
"""La Réunion: cells and contours share one CRS, so that cells are plain squares."""


def town(picture: str, people: dict[str, float]) -> ClusteredCells:
    """Cells drawn north up: a digit is the quarter of a cell, another letter is a cell outside them all."""
    rows = picture.split()[::-1]
    seats = [(row, column, mark) for row, marks in enumerate(rows) for column, mark in enumerate(marks) if mark != "."]
    return ClusteredCells(
        EPSG,
        np.array([column for _, column, _ in seats]) * 200,
        np.array([row for row, _, _ in seats]) * 200,
        np.array([people.get(mark, 0.0) for _, _, mark in seats]),
        np.array([int(mark) if mark.isdigit() else NO_QUARTER for _, _, mark in seats]),
    )


def test_a_staircase_becomes_a_slope() -> None:
    cells = town("0.. 00. 000", {"0": 101})
    (outline,) = smooth_outlines(cells, EPSG, tolerance=1.0)
    slope = shapely.LineString([(100, 600), (600, 100)])
    assert shapely.difference(slope, shapely.boundary(outline.geometry)).length < 1e-6
    assert outline.geometry.area == 6 * 40_000 - 6 * 5_000 + 2 * 5_000
    assert outline.people_after == 606 - 6 * 101 / 8


def test_the_cut_is_the_longest_within_the_tolerance() -> None:
    (outline,) = smooth_outlines(town("0", {"0": 100}), EPSG, tolerance=0.02)
    assert outline.people_before == 100
    assert outline.people_after == pytest.approx(98, abs=0.01)
    assert outline.people_after >= 98
    assert outline.geometry.area == pytest.approx(0.98 * 40_000, rel=1e-3)


def test_people_taken_make_up_for_people_given_up() -> None:
    cells = town("0x 00", {"0": 100, "x": 500})
    (outline,) = smooth_outlines(cells, EPSG)
    assert outline.people_after == 300
    assert outline.geometry.area == 120_000 - 5 * 5_000 + 5_000


def test_cells_that_meet_by_a_corner_become_one_polygon() -> None:
    (outline,) = smooth_outlines(town(".0 0.", {"0": 100}), EPSG)
    assert outline.geometry.geom_type == "Polygon"


def test_without_tolerance_only_empty_ground_is_taken() -> None:
    (outline,) = smooth_outlines(town("0. 00", {"0": 100}), EPSG, tolerance=0.0)
    assert outline.geometry.area == 120_000 + 5_000
    assert outline.people_after == 300


def test_the_limit_between_two_quarters_is_left_as_it_is() -> None:
    cells = town("00.. 0111 .111", {"0": 100, "1": 100})
    west, east = smooth_outlines(cells, EPSG, tolerance=1.0)
    assert shapely.intersection(west.geometry, east.geometry).area == 0
    limit = shapely.LineString([(200, 200), (200, 400)])
    assert shapely.covers(shapely.boundary(west.geometry), limit)
    assert shapely.covers(shapely.boundary(east.geometry), limit)


def test_two_quarters_take_different_corners_of_the_cell_between_them() -> None:
    cells = town("0011 0..1 0011", {"0": 100, "1": 100})
    west, east = smooth_outlines(cells, EPSG, tolerance=1.0)
    assert shapely.intersection(west.geometry, east.geometry).area == 0


def test_a_quarter_without_a_cell_of_its_own_is_empty() -> None:
    first, second = smooth_outlines(town("1", {"1": 100}), EPSG)
    assert first.geometry.is_empty
    assert second.people_before == 100


@pytest.mark.parametrize(
    ("picture", "kept"),
    [
        ("10", [(200, 0), (200, 200)]),
        ("01", [(200, 0), (200, 200)]),
        ("1 0", [(0, 200), (200, 200)]),
        ("0 1", [(0, 200), (200, 200)]),
    ],
)
def test_corners_beside_another_quarter_stay_on_every_side(picture: str, kept: list[tuple[int, int]]) -> None:
    for outline in smooth_outlines(town(picture, {"0": 100, "1": 100}), EPSG, tolerance=1.0):
        corners = {(round(east), round(north)) for east, north in shapely.get_coordinates(outline.geometry)}
        assert corners.issuperset(kept)
        assert len(corners) == 5, "the two others are cut, and their cuts meet"


@pytest.mark.parametrize(
    ("people", "against", "allowance", "cut_m"),
    [
        pytest.param(400, 100, 10, 67.067, id="to the millimetre below 67.0671"),
        pytest.param(100, 100, 0, 100.0, id="as many against: half a cell"),
        pytest.param(101, 100, 0, 99.503, id="a few more"),
        pytest.param(101, 100, 10, 100.0, id="which are allowed"),
    ],
)
def test_a_cut_moves_no_more_people_than_those_against_it_and_what_is_allowed(people, against, allowance, cut_m):
    """A triangle of legs c holds c² / 80 000 of a cell: people c² = against 100² + 80 000 x 0.999 allowed."""
    assert _cut_m(people, against, allowance) == cut_m
