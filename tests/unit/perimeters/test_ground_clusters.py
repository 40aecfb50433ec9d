"""Ground widened, filled, cut down and outlined, on squares whose people and index are written by hand."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import shapely

from geoville.carroyage.ground_index import Ground
from geoville.carroyage.lattice import Contiguity
from geoville.carroyage.method import method_rules
from geoville.perimeters.ground_clusters import (
    GroundInside,
    PeopledGround,
    clusters_of,
    drop_lowest,
    fill_holes,
    ground_inside,
    isoline_of,
    join_corners,
    squares_of,
    widen,
)

RULES = method_rules()


def ground(index: list[list[float]], people: float | list[list[float]] = 10.0, share: float = 0.6) -> PeopledGround:
    """Rows from the south."""
    values = np.array(index)
    row, column = (part.ravel().astype(np.int64) for part in np.indices(values.shape))
    count = values.size
    held = np.broadcast_to(np.asarray(people, dtype=float), values.shape).ravel()
    made = Ground(
        row,
        column,
        np.full(count, share),
        np.full(count, 100.0),
        values.ravel(),
        np.ones(count, bool),
        np.arange(count),
    )
    return PeopledGround(made, held, held * share)


def chosen(place: PeopledGround) -> np.ndarray:
    return np.flatnonzero(place.ground.index > 0.5)


def free_of(place: PeopledGround) -> np.ndarray:
    return place.ground.index <= 0.5


def test_squares_that_meet_by_a_corner_are_one_cluster_for_the_queen_alone() -> None:
    place = ground([[0.9, 0.1], [0.1, 0.9]])
    assert [len(item) for item in clusters_of(place.ground, chosen(place), Contiguity.QUEEN)] == [2]
    assert [len(item) for item in clusters_of(place.ground, chosen(place), Contiguity.ROOK)] == [1, 1]


def test_a_cluster_is_widened_by_its_best_neighbours_until_it_holds_enough() -> None:
    place = ground([[0.2, 0.3, 0.45, 0.9, 0.4, 0.1]])
    found = widen(place, chosen(place), free_of(place), 30, replace(RULES, index_cut=0.4))
    assert found.tolist() == [2, 3, 4]  # 0.45, then 0.4: people 30


def test_widening_stops_at_its_reach() -> None:
    place = ground([[0.9, *[0.45] * 8]])
    near = replace(RULES, index_cut=0.0)
    assert widen(place, chosen(place), free_of(place), 50, near).tolist() == [0, 1, 2, 3, 4]  # 4 squares are 200 m
    assert widen(place, chosen(place), free_of(place), 60, near).tolist() == [0]


def test_what_widening_would_water_down_stays_as_it_is() -> None:
    place = ground([[0.1, 0.8, 0.1]])
    assert widen(place, chosen(place), free_of(place), 30, RULES).tolist() == [1]  # mean index 0.33


def test_widening_takes_nothing_that_is_not_free() -> None:
    place = ground([[0.45, 0.9, 0.44]])
    free = free_of(place)
    free[0] = False
    assert widen(place, chosen(place), free, 20, RULES).tolist() == [1, 2]


def test_small_free_holes_are_filled_and_the_others_stay() -> None:
    ring = [[0.9] * 6, [0.9, 0.1, 0.1, 0.1, 0.1, 0.9], [0.9] * 6]
    place = ground(ring)
    assert len(fill_holes(place.ground, chosen(place), free_of(place), RULES)) == 18
    assert len(fill_holes(place.ground, chosen(place), np.zeros(18, dtype=bool), RULES)) == 14
    assert len(fill_holes(place.ground, chosen(place), free_of(place), replace(RULES, filled_hole_m2=9_999))) == 14


def test_ground_open_to_the_outside_is_no_hole() -> None:
    place = ground([[0.9, 0.9, 0.9], [0.9, 0.1, 0.1], [0.9, 0.9, 0.9]])
    assert len(fill_holes(place.ground, chosen(place), free_of(place), RULES)) == 7


def test_the_lowest_ground_goes_until_more_than_half_of_the_people_are_below() -> None:
    place = ground([[0.9, 0.8, 0.7, 0.6]])
    place = replace(place, below=place.people * [0.9, 0.3, 0.3, 0.2])
    assert drop_lowest(place, np.arange(4)).tolist() == [0, 1]  # 0.9, 0.6, 0.5: half is not more than half
    assert drop_lowest(replace(place, below=place.people * 0.5), np.arange(4)).tolist() == []
    assert drop_lowest(replace(place, below=place.people * 0.51), np.arange(4)).tolist() == [0, 1, 2, 3]


def test_squares_that_meet_by_a_corner_are_joined_by_the_better_of_the_two_beside() -> None:
    place = ground([[0.9, 0.3], [0.4, 0.9]])
    assert join_corners(place.ground, chosen(place), free_of(place)).tolist() == [0, 2, 3]


def test_an_outline_holds_the_centres_of_its_squares_and_no_other() -> None:
    generator = np.random.default_rng(5)
    place = ground(generator.uniform(0, 1, (12, 12)).tolist())
    kept = chosen(place)
    outline = isoline_of(place.ground, kept, RULES)
    centres = shapely.points((place.ground.column + 0.5) * 50, (place.ground.row + 0.5) * 50)
    assert outline.is_valid
    assert np.flatnonzero(shapely.contains(outline, centres)).tolist() == kept.tolist()


def test_an_isoline_passes_where_the_index_would_be_the_cut() -> None:
    place = ground([[0.1, 0.1, 0.1], [0.1, 0.9, 0.1], [0.1, 0.1, 0.1]])
    west, south, east, north = isoline_of(place.ground, chosen(place), RULES).bounds
    assert (east - west, north - south) == pytest.approx((50, 50))  # half way from 0.9 to 0.1, on each side


def test_the_first_square_of_the_ground_has_its_own_index() -> None:
    """Half way from 0.9 to 0.1 on the east, where the other square is."""
    place = ground([[0.9, 0.1]])
    assert isoline_of(place.ground, np.array([0]), RULES).bounds[2] == pytest.approx(50)
    place = ground([[0.9], [0.1]])
    assert isoline_of(place.ground, np.array([0]), RULES).bounds[3] == pytest.approx(50)


def test_ground_inside_an_outline_is_the_whole_of_its_area() -> None:
    """A block of 6 × 5 squares with a hole, and a strip beside: whole squares inside, parts along the line."""
    index = np.full((9, 10), 0.2)
    index[1:7, 1:6] = 0.9
    index[3, 3] = 0.3
    index[7, 8] = 0.7
    place = ground(index.tolist())
    kept = chosen(place)
    outline = isoline_of(place.ground, kept, RULES)
    inside = ground_inside(place.ground, kept, outline, RULES)
    assert inside.share.sum() * 50**2 == pytest.approx(outline.area, abs=1e-6)
    assert (np.diff(inside.squares) > 0).all()
    share = dict(zip(inside.squares.tolist(), inside.share.tolist(), strict=True))
    for row, column in np.ndindex(index.shape):
        box = shapely.box(50 * column, 50 * row, 50 * column + 50, 50 * row + 50)
        expected = box.intersection(outline).area / 50**2
        assert share.get(10 * row + column, 0.0) == pytest.approx(expected, abs=1e-9)


def test_the_first_square_of_the_ground_widens_joins_and_is_inside_as_any_other() -> None:
    everywhere = np.ones(3, dtype=bool)
    row = ground([[0.6, 0.9, 0.1]])
    assert widen(row, np.array([1]), everywhere, 20.0, RULES).tolist() == [0, 1]
    met = ground([[0.5, 0.9], [0.9, 0.1]])
    assert join_corners(met.ground, np.array([1, 2]), np.ones(4, dtype=bool)).tolist() == [0, 1, 2]
    whole = ground([[0.9, 0.1], [0.1, 0.1]])
    inside = ground_inside(whole.ground, np.array([0]), shapely.box(0, 0, 50, 50), RULES)
    assert (inside.squares.tolist(), inside.share.tolist()) == ([0], [1.0])


def test_a_hole_is_filled_whole_or_not_at_all() -> None:
    place = ground([[0.9] * 6, [0.9, 0.1, 0.1, 0.1, 0.1, 0.9], [0.9] * 6])
    assert len(fill_holes(place.ground, chosen(place), free_of(place), replace(RULES, filled_hole_m2=10_000))) == 18
    one_taken = free_of(place) & (np.arange(18) != 8)
    assert len(fill_holes(place.ground, chosen(place), one_taken, RULES)) == 14
    whole = fill_holes(place.ground, chosen(place), np.ones(18, dtype=bool), replace(RULES, filled_hole_m2=1e9))
    assert whole.tolist() == list(range(18)), "each square once, and nothing around"


@pytest.mark.parametrize("turns", range(4))
def test_ground_open_to_any_side_is_no_hole(turns: int) -> None:
    place = ground(np.rot90([[0.9, 0.9, 0.9], [0.9, 0.1, 0.1], [0.9, 0.9, 0.9]], turns).tolist())
    assert len(fill_holes(place.ground, chosen(place), free_of(place), RULES)) == 7


def test_widening_may_bring_the_mean_index_down_to_the_very_cut() -> None:
    place, free = ground([[0.9, 0.1]]), np.ones(2, dtype=bool)
    assert widen(place, np.array([0]), free, 20.0, RULES).tolist() == [0, 1]
    assert widen(place, np.array([0]), free, 20.0, replace(RULES, index_cut=0.51)).tolist() == [0]


def test_nobody_has_no_share_and_no_index() -> None:
    place = ground([[0.9, 0.6, 0.3]], people=[[0.0, 10.0, 30.0]], share=0.25)
    assert (place.population(np.array([1, 2])), place.share_below(np.array([0, 2]))) == (40, 0.25)
    assert place.mean_index(np.arange(3)) == pytest.approx((6 + 9) / 40)
    assert np.isnan(place.share_below(np.array([0])))
    assert place.mean_index(np.array([0])) == float("-inf")


def test_squares_cut_by_an_outline_count_by_their_share() -> None:
    place = replace(ground([[0.9, 0.6]], people=[[10.0, 30.0]]), below=np.array([8.0, 6.0]))
    inside = GroundInside(np.array([0, 1]), np.array([0.5, 1 / 3]))
    assert inside.population(place) == pytest.approx(15)
    assert inside.share_below(place) == pytest.approx(6 / 15)
    whole = GroundInside.whole(np.array([0, 1]))
    assert (whole.population(place), whole.share_below(place)) == (40, 0.35)
    nobody = GroundInside(np.empty(0, np.intp), np.empty(0))
    assert nobody.population(place) == 0
    assert np.isnan(nobody.share_below(place))


@pytest.mark.parametrize("turns", range(4))
def test_widening_goes_by_the_corners_too_and_no_further_than_its_reach(turns: int) -> None:
    """Along a diagonal two squares are 141 m away and three 212 m: 200 m let two in."""
    index = np.full((5, 5), 0.1)
    np.fill_diagonal(index, [0.9, 0.45, 0.45, 0.45, 0.45])
    place = ground(np.rot90(index, turns).tolist())
    free = place.ground.index == 0.45
    easy = replace(RULES, index_cut=0.0, widening_reach_m=200.0)
    assert len(widen(place, chosen(place), free, 30, easy)) == 3
    assert len(widen(place, chosen(place), free, 31, easy)) == 1


def test_of_two_squares_of_one_index_the_first_is_taken_and_no_more_than_are_wanted() -> None:
    place = ground([[0.4, 0.9, 0.4]])
    easy = replace(RULES, index_cut=0.0)
    assert widen(place, np.array([1]), free_of(place), 11, easy).tolist() == [0, 1]
    assert widen(place, np.array([1]), free_of(place), 10, easy).tolist() == [1]


def test_what_is_beyond_the_best_neighbour_is_seen_once_it_is_taken() -> None:
    place = ground([[0.2, 0.9, 0.3, 0.45]])
    assert widen(place, np.array([1]), free_of(place), 30, replace(RULES, index_cut=0.0)).tolist() == [1, 2, 3]


def test_a_hole_with_ground_near_which_nobody_lives_stays() -> None:
    full = ground([[0.9] * 4, [0.9, 0.1, 0.1, 0.9], [0.9] * 4]).ground
    there = np.arange(12) != 5
    names = ("row", "column", "share", "density", "index", "mine", "part")
    partly = replace(full, **{name: getattr(full, name)[there] for name in names})
    free = np.ones(11, dtype=bool)
    assert len(fill_holes(partly, np.flatnonzero(partly.index > 0.5), free, RULES)) == 10
    assert squares_of(partly, np.array([1, 1, 2, 0]), np.array([1, 2, 0, 4])).tolist() == [-1, 5, 7, -1]


def test_ground_that_passes_only_with_lower_ground_is_kept_with_it() -> None:
    place = ground([[0.8, 0.9, 0.7, 0.6]])
    place = replace(place, below=np.array([9.0, 4.0, 1.0, 1.0]))  # best first: 4 of 10, 13 of 20, 14 of 30
    assert drop_lowest(place, np.arange(4)).tolist() == [0, 1]
    assert drop_lowest(place, np.arange(4), share=0.4).tolist() == [0, 1, 2]  # 14 / 30, then 15 / 40
    assert drop_lowest(place, np.array([2, 3])).tolist() == []


def test_of_two_squares_of_one_index_the_last_goes_first() -> None:
    place = replace(ground([[0.9, 0.9]]), below=np.array([6.0, 2.0]))
    assert drop_lowest(place, np.arange(2)).tolist() == [0]
    assert drop_lowest(place, np.array([1, 0])).tolist() == [0]


@pytest.mark.parametrize(
    ("index", "free", "joined"),
    [
        ([[0.3, 0.9], [0.9, 0.4]], [True] * 4, [1, 2, 3]),
        ([[0.4, 0.9], [0.9, 0.3]], [True] * 4, [0, 1, 2]),
        ([[0.9, 0.4], [0.3, 0.9]], [True] * 4, [0, 1, 3]),
        ([[0.9, 0.4], [0.3, 0.9]], [False, False, True, False], [0, 2, 3]),
        ([[0.9, 0.4], [0.3, 0.9]], [False] * 4, [0, 3]),
        ([[0.9, 0.9], [0.3, 0.9]], [True] * 4, [0, 1, 3]),
        ([[0.3, 0.9], [0.9, 0.9]], [True] * 4, [1, 2, 3]),
        ([[0.9, 0.3, 0.9]], [True] * 3, [0, 2]),
    ],
)
def test_a_corner_is_joined_by_free_ground_alone_and_a_side_needs_nothing(index, free, joined) -> None:
    place = ground(index)
    assert join_corners(place.ground, chosen(place), np.array(free)).tolist() == joined


@pytest.mark.parametrize(
    ("index", "reach"),
    [
        ([[0.1, 0.5, 0.1]], 50 * 0.001 / 0.401),  # at the cut, lifted by a thousandth
        ([[0.1, 0.3, 0.1]], 50 * 0.2 / 0.6),  # below it, mirrored
        ([[0.9, 0.7, 0.9]], 50 * 0.2 / 0.6),  # beside better ground that is not kept, mirrored
    ],
)
def test_the_line_passes_between_two_centres_where_the_index_mirrored_is_the_cut(index, reach) -> None:
    west, _, east, _ = isoline_of(ground(index).ground, np.array([1]), replace(RULES, index_cut=0.5)).bounds
    assert (west, east) == pytest.approx((75 - reach, 75 + reach))


def test_beyond_the_ground_the_index_is_one_below_the_cut() -> None:
    outline = isoline_of(ground([[0.9]]).ground, np.array([0]), replace(RULES, index_cut=0.5))
    reach = 50 * 0.4 / 1.4
    assert outline.bounds == pytest.approx((25 - reach, 25 - reach, 25 + reach, 25 + reach))
