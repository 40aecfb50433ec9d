"""How far a shape with many corners reaches, of which only what may lie farther than its corners is cut up."""

from __future__ import annotations

import numpy as np
import pytest
import shapely

from geoville.eligibility.reach import TOLERANCE_M, _quartered, farthest_m

MIDDLE = np.array([50.0, 0.0])
"""Of a square hole of 2 km in the quarter, near the origin so that an easting taken for a northing is about as far."""


def around(west: float, south: float, east: float, north: float) -> shapely.Polygon:
    return shapely.transform(shapely.box(west, south, east, north), lambda metres: metres + MIDDLE)


@pytest.mark.parametrize("across", [1, -1])
@pytest.mark.parametrize("up", [1, -1])
def test_the_middle_of_a_hole_is_reached_in_whichever_corner_of_a_square_it_lies(across: int, up: int) -> None:
    """The middle is 1 000 m from the quarter, and 10 m farther than any corner of the shape.

    The third cut leaves it in a square of 150 m, 50 m from two of its sides: three corners alone would not tell it.
    """
    quarter = shapely.difference(around(-3_000, -3_000, 3_000, 3_000), around(-1_000, -1_000, 1_000, 1_000))
    (west, east), (south, north) = (sorted((-700 * side, 500 * side)) for side in (across, up))
    site = shapely.segmentize(around(west, south, east, north), 40.0)
    court = around(10, 10, 12, 12)
    assert farthest_m(shapely.difference(site, court), quarter) == pytest.approx(1_000, abs=TOLERANCE_M)


def test_a_box_is_cut_in_four_equal_ones() -> None:
    cut = _quartered(np.array([[2.0, 3.0, 3.0, 4.0]]))
    assert sorted(cut.tolist()) == [
        [2.0, 3.0, 2.5, 3.5],
        [2.0, 3.5, 2.5, 4.0],
        [2.5, 3.0, 3.0, 3.5],
        [2.5, 3.5, 3.0, 4.0],
    ]
