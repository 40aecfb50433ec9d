"""Blocks are the faces of the street network, whichever way it was drawn."""

from __future__ import annotations

import numpy as np
import pytest
import shapely

from geoville.perimeters.blocks import _joints, blocks_from_streets


def lines(*texts: str) -> np.ndarray:
    return shapely.from_wkt([f"LINESTRING ({text})" for text in texts])


CROSSING_WAYS = lines("0 0, 200 0", "0 100, 200 100", "0 0, 0 100", "100 0, 100 100", "200 0, 200 100")
CUT_AT_CROSSINGS = lines(
    *("0 0, 100 0", "100 0, 200 0", "0 100, 100 100", "100 100, 200 100"),
    *("0 0, 0 100", "100 0, 100 100", "200 0, 200 100"),
)
TWO_BLOCKS = shapely.box([0, 100], 0, [100, 200], 100)


def assert_blocks(found: np.ndarray, expected: np.ndarray, within_m: float = 0.0011) -> None:
    assert len(found) == len(expected)
    for block in expected:
        assert shapely.hausdorff_distance(found, block).min() <= within_m


@pytest.mark.parametrize("streets", [CROSSING_WAYS, CUT_AT_CROSSINGS, np.concatenate([CROSSING_WAYS] * 2)])
def test_ways_that_cross_and_ways_cut_at_crossings_give_the_same_blocks(streets: np.ndarray) -> None:
    assert_blocks(blocks_from_streets(streets), TWO_BLOCKS)


def test_the_order_and_direction_of_streets_are_irrelevant() -> None:
    one = blocks_from_streets(CROSSING_WAYS)
    other = blocks_from_streets(shapely.reverse(CUT_AT_CROSSINGS)[::-1])
    assert [block.wkb for block in one] == [block.wkb for block in other]


def test_neighbours_share_their_edges() -> None:
    blocks = blocks_from_streets(
        lines("0 0, 300 11", "0 90, 300 100", "0 0, 0 90", "131 -20, 97 130", "300 11, 300 100")
    )
    assert len(blocks) == 2
    assert shapely.coverage_is_valid(blocks)


def test_dead_ends_enclose_nothing() -> None:
    dead_ends = lines("50 0, 50 60", "200 50, 280 50", "150 40, 160 60")
    assert_blocks(blocks_from_streets(np.concatenate([CROSSING_WAYS, dead_ends])), TWO_BLOCKS)


def test_a_street_that_misses_the_next_by_less_than_a_metre_meets_it() -> None:
    broken = lines("0.7 0, 199.5 0", "0 100, 200 100", "0 0, 0 100", "100 0.6, 100 99.2", "200 0, 200 100")
    assert_blocks(blocks_from_streets(broken), TWO_BLOCKS, within_m=1)


def test_a_wider_gap_is_left_open() -> None:
    broken = lines("0 0, 200 0", "0 100, 200 100", "0 0, 0 100", "100 2, 100 98", "200 0, 200 100")
    assert_blocks(blocks_from_streets(broken), shapely.box([0], 0, [200], 100))


def test_a_loop_that_misses_its_own_start_is_a_block() -> None:
    assert_blocks(blocks_from_streets(lines("0 0, 100 0, 100 100, 0 100, 0 0.5")), shapely.box([0], 0, [100], 100), 1)


def test_a_crossing_that_is_overshot_makes_no_crumb() -> None:
    overshooting = lines("0 0, 200 0", "0 100, 200 100", "0 0, 0 100", "100 0, 100.3 100.4", "200 0, 200 100")
    assert len(blocks_from_streets(overshooting)) == 2


def test_an_estate_inside_a_block_leaves_a_hole_in_it() -> None:
    inner = lines("30 30, 70 30, 70 70, 30 70, 30 30")
    areas = sorted(shapely.area(blocks_from_streets(np.concatenate([CROSSING_WAYS, inner]))).round(6))
    assert areas == [1600, 8400, 10_000]


def test_no_street_makes_no_block() -> None:
    assert len(blocks_from_streets(np.empty(0, dtype=object))) == 0


@pytest.mark.parametrize(("start", "blocks"), [("100 1", 2), ("100 1.01", 1)])
def test_a_street_that_misses_the_next_by_a_metre_meets_it_and_by_more_does_not(start: str, blocks: int) -> None:
    streets = lines("0 0, 200 0", "0 100, 200 100", "0 0, 0 100", f"{start}, 100 100", "200 0, 200 100")
    assert len(blocks_from_streets(streets)) == blocks


@pytest.mark.parametrize("order", [[0, 1], [1, 0]])
def test_a_loose_end_is_joined_to_the_street_that_it_misses_whichever_of_the_two_comes_first(order: list[int]) -> None:
    """Half a metre short of a street that passes."""
    (joint,) = _joints(lines("0 0, 50 0", "50.5 -20, 50.5 20")[order])
    assert shapely.get_coordinates(joint).tolist() == [[50, 0], [50.5, 0]]
