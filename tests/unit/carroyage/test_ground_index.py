"""The kernel and the index: sums kept, tiles unseen, values worked by hand."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from geoville.carroyage.grid import Grid
from geoville.carroyage.ground_index import (
    cells_around,
    index_of,
    reference_density,
    sigma_in_squares,
    smooth_ground,
    square_keys,
    typical_density,
)
from geoville.carroyage.method import method_rules


def some_people(count: int = 60) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    generator = np.random.default_rng(3)
    places = generator.integers(0, 90, (count, 2)) + np.array([-20, 1000])
    keys = np.unique(places, axis=0)
    order = np.argsort(square_keys(keys[:, 0], keys[:, 1]))
    people = generator.uniform(1, 50, (1, len(keys)))
    return keys[order, 0], keys[order, 1], np.concatenate([people, people / 3])


def test_the_kernel_moves_people_and_loses_none() -> None:
    row, column, layers = some_people()
    smooth = smooth_ground(row, column, layers, 2.0)
    assert smooth.layers.sum(axis=1) == pytest.approx(layers.sum(axis=1))


def test_one_square_spreads_as_the_normal_law() -> None:
    smooth = smooth_ground(np.array([0]), np.array([0]), np.array([[1.0]]), 2.0)
    at = {(r, c): v for r, c, v in zip(smooth.row, smooth.column, smooth.layers[0], strict=True)}
    assert at[(0, 2)] / at[(0, 0)] == pytest.approx(np.exp(-0.5))
    assert at[(2, 2)] / at[(0, 0)] == pytest.approx(np.exp(-1.0))
    assert (0, 8) in at
    assert (0, 9) not in at  # cut at four standard deviations


@pytest.mark.parametrize("tile", [16, 37, 64])
def test_tiles_change_not_one_bit(tile: int) -> None:
    row, column, layers = some_people()
    whole, tiled = smooth_ground(row, column, layers, 2.0), smooth_ground(row, column, layers, 2.0, tile=tile)
    assert whole.row.tolist() == tiled.row.tolist()
    assert whole.column.tolist() == tiled.column.tolist()
    assert whole.layers.tobytes() == tiled.layers.tobytes()


def test_ground_west_of_the_origin_is_smoothed_as_any_other() -> None:
    """By tiles whose number is under zero, on both axes."""
    row, column, layers = some_people()
    here = smooth_ground(row, column, layers, 2.0, tile=16)
    moved = smooth_ground(row - 160, column - 1600, layers, 2.0, tile=16)
    assert (moved.row + 160).tolist() == here.row.tolist()
    assert (moved.column + 1600).tolist() == here.column.tolist()
    assert moved.layers.tobytes() == here.layers.tobytes()


def test_nobody_makes_no_ground() -> None:
    nothing = np.empty(0, dtype=np.int64)
    ground = smooth_ground(nothing, nothing, np.empty((2, 0)), 2.0)
    assert (len(ground.row), ground.layers.shape) == (0, (2, 0))


def test_typical_density_is_the_mean_of_logarithms_by_people() -> None:
    assert typical_density(np.array([9.0, 99.0]), np.array([3.0, 1.0])) == pytest.approx(10 ** (5 / 4))


def test_where_nobody_lives_the_typical_density_is_that_of_empty_ground() -> None:
    """exp(ln(0 + 1)): the density of reference is then a number to divide by."""
    for nobody in (np.zeros(0), np.zeros(2)):
        assert typical_density(nobody, nobody) == 1.0
        assert reference_density(nobody, nobody, replace(method_rules(), own_density_share=1.0)) == 1.0


def test_the_density_of_reference_lies_between_that_of_the_town_and_that_of_dense_ground() -> None:
    rules = replace(method_rules(), own_density_share=0.5, dense_people_per_cell=400.0)
    town = np.array([99.0]), np.array([1.0])
    assert reference_density(*town, rules) == pytest.approx(200.0)  # geometric mean of 100 and 400
    assert reference_density(*town, replace(rules, own_density_share=1.0)) == pytest.approx(100.0)
    assert reference_density(*town, replace(rules, own_density_share=0.0)) == pytest.approx(400.0)


def test_the_index_is_the_share_where_the_density_is_typical() -> None:
    index = index_of(np.array([0.4, 0.4]), np.array([199.0, 199.0 * np.e + np.e - 1]), 200.0, 0.13)
    assert index == pytest.approx([0.4, 0.53])


def test_cells_far_from_a_unit_change_nothing_to_the_last_bit_where_its_people_reach_and_beside() -> None:
    """The edges of its ground are drawn from the squares that touch it."""
    random, rules = np.random.default_rng(4), method_rules()
    side, sigma = rules.subcells_per_side, sigma_in_squares(rules)
    place = np.unique(random.integers(0, 80, (700, 2)), axis=0)
    own = (np.hypot(*(place - 20).T) < 9) | (np.hypot(*(place - (60, 25)).T) < 3)
    zeros = np.zeros(len(place))
    grid = Grid(3035, 2019, 3_800_000 + 200 * place[:, 1], 2_900_000 + 200 * place[:, 0], *[zeros] * 5)
    near = cells_around(grid, own, rules)
    assert own[near].sum() == own.sum()
    assert near.sum() < 0.6 * len(place)

    def smooth(cells: np.ndarray) -> dict[int, list[float]]:
        row, column = (np.repeat(axis * side, side**2) for axis in place[cells].T)
        step = np.tile(np.arange(side**2), cells.sum())
        row, column = row + step // side, column + step % side
        people = np.repeat(people_of[cells], side**2)
        order = np.lexsort((column, row))
        found = smooth_ground(row[order], column[order], people[None, order], sigma)
        return dict(zip(square_keys(found.row, found.column).tolist(), found.layers[0].tolist(), strict=True))

    people_of = random.uniform(1, 90, len(place))
    everybody, some, alone = smooth(np.ones(len(place), dtype=bool)), smooth(near), smooth(own)
    beside = {key + step for key in alone for step in square_keys(*np.mgrid[-2:3, -2:3]).ravel().tolist()}
    assert {key: everybody.get(key) for key in beside} == {key: some.get(key) for key in beside}
    assert not cells_around(grid, np.zeros(len(place), dtype=bool), rules).any()
