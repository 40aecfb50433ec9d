"""Which way many points are answered: by trees at once, by cells where making them pays."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import replace
from datetime import date
from pathlib import Path

import numpy as np
import pytest
import shapely

from geoville.crs import transform_points
from geoville.eligibility.bulk import NO_PERIMETER, VERDICTS, BulkIndex, LimitAnswers, cells_are_worth, is_place
from geoville.eligibility.decide import decide
from geoville.eligibility.index import PerimeterIndex
from geoville.eligibility.kernel import points
from geoville.eligibility.kernel.grid import compiled, is_kept
from geoville.model import Kind, Perimeter, Position, PositionType, VerdictCode

ON = date(2024, 6, 1)
SQUARE = shapely.box(618_000, 7_090_000, 618_400, 7_090_400)


def index_of(edges: int) -> PerimeterIndex:
    shape = shapely.segmentize(SQUARE, 1_600 / edges)
    return PerimeterIndex([Perimeter("A", "A", Kind.QPV, shape, 2154, estimated=False)])


@pytest.mark.parametrize(
    ("rows", "edges", "compiled", "expected"),
    [
        (5_200, 4, True, False),  # what one town asks in a day: nothing is made ready for it
        (5_200, 4, False, False),
        (100_000, 4, True, True),
        (100_000, 4, False, False),  # seconds of compilation are not worth two seconds of trees
        (100_000, 200_000, True, False),  # a country's cells take as long
        (1_000_000, 200_000, True, True),
        (1_000_000, 200_000, False, True),
    ],
)
def test_cells_are_made_where_they_pay(
    rows: int, edges: int, compiled: bool, expected: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(points, "are_compiled", lambda: compiled)
    assert cells_are_worth(rows, index_of(edges)) is expected


def test_trees_answer_any_number_of_points_where_there_is_no_compiler(monkeypatch):
    assert cells_are_worth(10_000_000, index_of(1_000))
    monkeypatch.setitem(sys.modules, "numba", None)
    assert not cells_are_worth(10_000_000, index_of(1_000))


def test_what_is_compiled_is_known_to_be_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    module = tmp_path / "loops.py"
    module.write_text("def more(number):\n    return number + 1\n", encoding="utf-8")
    monkeypatch.syspath_prepend(tmp_path)
    from loops import more  # type: ignore[import-not-found]

    loop = compiled(more)
    assert not is_kept(loop)
    assert loop(1) == 2
    assert is_kept(loop)
    assert not is_kept(more)


def test_answers_by_trees_load_no_compiler() -> None:
    asked = (
        "import sys, numpy as np, shapely; from datetime import date\n"
        "from geoville.eligibility.bulk import BulkIndex; from geoville.eligibility.index import PerimeterIndex\n"
        "from geoville.model import Kind, Perimeter\n"
        "square = Perimeter('A', 'A', Kind.QPV, shapely.box(6e5, 7e6, 6.1e5, 7.1e6), 2154, estimated=False)\n"
        "index = BulkIndex.build(PerimeterIndex([square]), date(2025, 1, 1))\n"
        "assert len(index.decide(np.array([1.8]), np.array([50.9])).code) == 1\n"
        "sys.exit('numba' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", asked], check=False).returncode == 0


# --- Answers of several lists put together, and answers as one by one


def test_of_two_answers_the_one_that_decides_is_kept_and_a_tie_is_left_to_decide() -> None:
    def answers(rank: list[int], metres: list[float], place: int) -> LimitAnswers:
        nothing = np.zeros(5, dtype=bool)
        return LimitAnswers(np.array(rank, np.int8), np.array(metres), np.full(5, place), nothing, nothing, nothing)

    first = answers([0, 2, 1, 1, 1], [9.0, 1.0, 5.0, 5.0, 5.0], 1)
    found = first.or_deciding(answers([1, 1, 1, 1, 1], [1.0, 9.0, 4.0, 6.0, 5.0], 2))
    assert found.place.tolist() == [1, 2, 2, 1, 1]  # by rank, then by distance
    assert found.distance_m.tolist() == [9.0, 9.0, 4.0, 5.0, 5.0]
    assert found.doubtful.tolist() == [False, False, False, False, True]


def quarter(code: str, west: float, accuracy_m: float = 0.0, **period: object) -> Perimeter:
    shape = shapely.box(618_000 + west, 7_090_000, 618_200 + west, 7_090_200)
    return Perimeter(
        code,
        code,
        Kind.QPV,
        shape,
        2154,
        estimated=False,
        accuracy_m=accuracy_m,
        generation=2024,
        **period,  # type: ignore[arg-type]
    )


EARLY = {"valid_from": date(2015, 1, 1), "valid_to": date(2020, 12, 31)}
LATE = {"valid_from": date(2021, 1, 1), "valid_to": None}


@pytest.mark.parametrize(
    "perimeters",
    [
        [quarter("A", 0, 25.0), quarter("B", 230, 40.0), quarter("C", 460, 10.0), quarter("D", 690, 300.0)],
        [quarter("A", 0, 25.0, **EARLY), quarter("B", 230, 25.0, **LATE), quarter("C", 900, 25.0, **EARLY)],
        [quarter("A", 0, 0.0, **LATE), quarter("B", 100, 40.0, **EARLY), quarter("C", 205, 0.0, **LATE)],
    ],
    ids=["accuracies", "periods", "both"],
)
@pytest.mark.parametrize("accuracy_m", [0.0, 20.0])
def test_points_are_answered_as_one_by_one(perimeters: list[Perimeter], accuracy_m: float) -> None:
    index = PerimeterIndex(perimeters)
    east = np.arange(617_850.0, 619_250.0, 23.0)
    lon, lat = transform_points(east, np.full(len(east), 7_090_190.0), 2154, 4326)
    ready = BulkIndex.build(index, ON)
    found = ready.decide(lon, lat, accuracy_m)
    chances = ready.probabilities(found, lon, lat, accuracy_m)
    for row in range(len(lon)):
        position = Position(float(lon[row]), float(lat[row]), "", PositionType.COORDINATES, accuracy_m=accuracy_m)
        answer = decide(position, index, ON)
        assert VERDICTS[found.code[row]] is answer.verdict
        assert chances[row] == pytest.approx(answer.probability_inside)
        assert index.perimeters[found.perimeter[row]] is answer.hits[0].perimeter


def test_what_is_not_known_has_no_probability() -> None:
    ready = BulkIndex.build(PerimeterIndex([quarter("A", 0)]), ON)
    lon, lat = np.array([5.38, np.nan]), np.array([43.3, 50.9])  # Marseille, and no place
    found = ready.decide(lon, lat)
    assert [VERDICTS[code] for code in found.code] == [VerdictCode.NOT_FOUND, None]
    assert np.isnan(ready.probabilities(found, lon, lat)).all()


MAMOUDZOU = np.array([45.225]), np.array([-12.785])


@pytest.mark.parametrize("accuracy_m", [0.0, 30.0])
@pytest.mark.parametrize("perimeters", [[quarter("A", 0)], [replace(quarter("A", 0), kind=Kind.CANDIDAT)]])
def test_where_a_law_makes_every_commune_count_the_answer_is_sure_and_no_estimate(
    perimeters: list[Perimeter], accuracy_m: float
) -> None:
    """Mayotte, since 2026: no contour is looked at, hence none that is near."""
    ready = BulkIndex.build(PerimeterIndex(perimeters), date(2026, 6, 1))
    found = ready.decide(*MAMOUDZOU, accuracy_m)
    assert [VERDICTS[code] for code in found.code] == [VerdictCode.INSIDE]
    assert found.perimeter.tolist() == [NO_PERIMETER]
    assert not found.estimated.any()
    assert np.isnan(found.distance_m).all()
    assert ready.probabilities(found, *MAMOUDZOU, accuracy_m).tolist() == [1.0]


def test_a_place_is_on_the_globe() -> None:
    lon, lat = np.array([1.8, 1.8, 1.8, 180.0, 180.5]), np.array([50.9, 90.0, 90.5, 50.9, 50.9])
    assert is_place(lon, lat).tolist() == [True, True, False, True, False]
