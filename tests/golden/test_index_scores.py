"""What the index method scores on real towns with official contours, and how often its intervals hold."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

pytestmark = pytest.mark.realdata
BENCHMARKS = Path(__file__).parents[2] / "benchmarks"


@pytest.fixture(scope="module")
def every(shared_data: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict]:
    sys.path.insert(0, str(BENCHMARKS))
    try:
        from towns import towns

        yield {town.name: town for town in towns(shared_data, tmp_path_factory.mktemp("grids"))}
    finally:
        sys.path.remove(str(BENCHMARKS))


@pytest.mark.parametrize(
    ("town", "floor", "floor_iou"),
    [
        ("Marseille", 0.80, 0.48),
        ("Marseille, sans IRIS", 0.79, 0.48),
        ("Quatre villes, sans IRIS", 0.82, 0.28),
        ("Bondy, sans IRIS", 0.68, 0.33),
        ("Calais 2015", 0.68, 0.41),
        ("Calais 2019", 0.68, 0.42),
        ("Calais 2021", 0.68, 0.42),
    ],
)
def test_candidates_come_as_close_to_official_contours_as_the_method_note_says(every, town, floor, floor_iou):
    from method_scores import DEFAULT, outlines, score

    found = score(every[town], outlines(every[town], DEFAULT))
    assert found.f1 >= floor
    assert found.area_iou >= floor_iou


@pytest.mark.parametrize("town", ["Marseille", "Marseille, étendue publiée"])
def test_intervals_of_iris_left_out_hold_nine_times_out_of_ten(every, town):
    from method_scores import _held

    held, _ = _held(every[town])
    assert len(held) > 400
    assert 0.85 <= sum(held) / len(held) <= 0.95


def test_figures_of_a_candidate_are_those_of_its_outline(every):
    from method_scores import DEFAULT, outlines

    town = every["Marseille"]
    drawn = outlines(town, DEFAULT)
    assert all(shape.is_valid for shape in drawn)
    assert sum(town.cells.people_in(shape) for shape in drawn) == pytest.approx(192_830, rel=1e-3)
