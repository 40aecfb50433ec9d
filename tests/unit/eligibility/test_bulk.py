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

from geoville.crs import transform_point, transform_points
from geoville.eligibility.bulk import (
    NO_PERIMETER,
    RANKS,
    VERDICTS,
    BulkIndex,
    BulkTerritory,
    LimitAnswers,
    TerritoryAnswers,
    cells_are_worth,
    is_place,
)
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
        (60_000, 200_000, True, False),  # a country's cells take as long
        (100_000, 200_000, True, True),
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
        return LimitAnswers(np.array(rank, np.int8), np.array(metres), np.full(5, place), np.zeros(5, dtype=bool))

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


def asked_in(territory: BulkTerritory, east: list[float], north: float, accuracy_m: float = 0.0) -> TerritoryAnswers:
    """Answers to points in metres from the corner of quarter A, which degrees would not reach exactly."""
    eastings, northings = 618_000.0 + np.array(east), np.full(len(east), 7_090_000.0 + north)
    membership = territory.locator.place(eastings, northings)
    return territory.answers(eastings, northings, membership, np.full(len(east), accuracy_m))


def test_points_are_judged_to_the_metre_of_the_accuracies_added() -> None:
    """A, which is over, leaves unsettled what is 25 m from it; B, from 900 to 1 100 m, is known to 25 m too."""
    index = PerimeterIndex([quarter("A", 0, 25.0, **EARLY), quarter("B", 900, 25.0, **LATE)])
    (territory,) = BulkIndex.build(index, ON).territories
    found = asked_in(territory, [-25.5, -25.0, 225.0, 225.5], 100)
    assert found.unsettled.tolist() == [False, True, True, False]
    found = asked_in(territory, [874.5, 875.0, 925.0, 925.5], 100)
    assert [RANKS[rank] for rank in found.rank] == [
        VerdictCode.OUTSIDE,
        VerdictCode.UNCERTAIN,
        VerdictCode.UNCERTAIN,
        VerdictCode.INSIDE,
    ]
    found = asked_in(territory, [864.5, 865.0], 100, accuracy_m=10.0)
    assert [RANKS[rank] for rank in found.rank] == [VerdictCode.OUTSIDE, VerdictCode.UNCERTAIN]
    assert [index.perimeters[row].code for row in found.perimeter] == ["B", "B"]


@pytest.mark.parametrize(
    ("perimeter", "east_m", "unsettled"),
    [
        (quarter("A", 0, 25.0, **EARLY), -25.0, True),
        (quarter("A", 0, 25.0, **LATE), -25.0, False),  # it answers
        (replace(quarter("A", 0, 25.0, **EARLY), kind=Kind.VEILLE), -25.0, False),  # no quarter of any date
        (replace(quarter("A", 0, 25.0, **EARLY), kind=Kind.ANRU), -25.0, False),
        (quarter("A", 0, **EARLY), 0.0, False),  # an exact limit is inside
    ],
    ids=["over", "in force", "veille", "anru", "exact"],
)
def test_the_answer_of_another_date_is_unsettled_near_a_quarter_out_of_force_that_is_not_exact(
    perimeter: Perimeter, east_m: float, unsettled: bool
) -> None:
    (territory,) = BulkIndex.build(PerimeterIndex([perimeter, quarter("B", 5_000, **LATE)]), ON).territories
    assert asked_in(territory, [east_m], 100).unsettled.tolist() == [unsettled]


def test_where_the_list_of_the_nearest_quarter_is_not_known_another_that_is_answers() -> None:
    """A, alone of its list, is known to 10 km; the list of B and C, to the corners of their common box."""
    other = date(2016, 1, 1)
    far = replace(quarter("C", 0, valid_from=other), geometry=shapely.box(640_000, 7_070_000, 640_200, 7_070_200))
    index = PerimeterIndex([quarter("A", 0), quarter("B", -30_000, valid_from=other), far])
    lon, lat = transform_points(np.array([618_100.0, 628_250.0]), np.full(2, 7_090_100.0), 2154, 4326)
    found = BulkIndex.build(index, ON).decide(lon, lat)
    assert [index.perimeters[row].code for row in found.perimeter] == ["A", "C"]
    assert [VERDICTS[code] for code in found.code] == [VerdictCode.INSIDE, VerdictCode.OUTSIDE]


def test_the_limit_of_an_exact_contour_is_inside() -> None:
    (territory,) = BulkIndex.build(PerimeterIndex([quarter("A", 0)]), ON).territories
    found = asked_in(territory, [-0.001, 0.0, 200.0, 200.001], 100)
    outside, inside = VerdictCode.OUTSIDE, VerdictCode.INSIDE
    assert [RANKS[rank] for rank in found.rank] == [outside, inside, inside, outside]


def test_each_list_is_known_ten_kilometres_around_its_own_contours() -> None:
    """Two lists in force, 15 km apart; where one alone is known, what answers is left to `decide`."""
    lists = [quarter("A", 0), quarter("B", 15_000, valid_from=date(2016, 1, 1))]
    (territory,) = BulkIndex.build(PerimeterIndex(lists), ON).territories
    found = asked_in(territory, [-10_000.5, -10_000, 5_000, 10_200, 10_200.5, 25_200, 25_200.5], 100)
    assert found.told.tolist() == [0, 1, 3, 3, 2, 2, 0]
    assert found.known.tolist() == [False, True, True, True, True, True, False]
    assert found.several.tolist() == [False, True, False, False, True, True, False]
    for north, told in ((-10_000.5, 0), (-10_000, 1), (10_200, 1), (10_200.5, 0)):
        assert asked_in(territory, [100], north).told.tolist() == [told]


FRANCE = shapely.box(-6, 41, 10, 52)


@pytest.mark.parametrize(
    ("perimeters", "country", "known"),
    [
        ([quarter("A", 0, **LATE)], None, False),
        ([quarter("A", 0, **LATE), quarter("B", 230, **EARLY)], None, False),  # the one that is over answers nothing
        ([quarter("A", 0, **LATE)], FRANCE, True),
        ([quarter("A", 0, **LATE), replace(quarter("B", 230), kind=Kind.VEILLE)], FRANCE, True),
    ],
    ids=["one list", "two lists", "a whole list", "beside one that is not"],
)
def test_beyond_ten_kilometres_only_a_list_that_is_known_whole_answers(
    perimeters: list[Perimeter], country: shapely.Geometry | None, known: bool
) -> None:
    index = PerimeterIndex(perimeters, country=country)
    (territory,) = BulkIndex.build(index, ON).territories
    assert asked_in(territory, [-12_000, 100], 100).known.tolist() == [known, True]
    lon, lat = transform_points(np.array([606_000.0]), np.array([7_090_100.0]), 2154, 4326)
    found = BulkIndex.build(index, ON).decide(lon, lat)
    expected = VerdictCode.OUTSIDE if known else VerdictCode.NOT_FOUND
    assert VERDICTS[found.code[0]] is expected
    here = Position(float(lon[0]), float(lat[0]), "", PositionType.COORDINATES)
    assert decide(here, index, ON).verdict is expected


@pytest.mark.parametrize("turned", [False, True])
def test_a_place_around_no_territory_is_answered_by_the_nearest(turned: bool) -> None:
    """At sea east of Corsica, past the box of metropolitan France; La Réunion is the other territory."""
    east, north = transform_points(np.array([9.5]), np.array([42.5]), 4326, 2154)
    square = shapely.box(east[0], north[0], east[0] + 200, north[0] + 200)
    perimeters = [
        replace(quarter("REUNION", 0), geometry=shapely.box(340_000, 7_650_000, 340_200, 7_650_200), epsg=2975),
        replace(quarter("CORSICA", 0), geometry=square),
    ]
    index = PerimeterIndex(perimeters[::-1] if turned else perimeters, extent=(-180.0, -90.0, 180.0, 90.0))
    lon, lat = np.array([10.05, 55.5]), np.array([42.5, -21.2])
    found = BulkIndex.build(index, ON).decide(lon, lat)
    assert [index.perimeters[row].code for row in found.perimeter] == ["CORSICA", "REUNION"]
    for row in range(2):
        alone = decide(Position(float(lon[row]), float(lat[row]), "", PositionType.COORDINATES), index, ON)
        assert alone.hits[0].perimeter is index.perimeters[found.perimeter[row]]
        assert found.distance_m[row] == pytest.approx(alone.distance_m)


@pytest.mark.parametrize("turned", [False, True])
def test_each_territory_of_a_country_answers_about_its_own_places_and_none_about_another(turned: bool) -> None:
    """La Martinique is in the country too, and no list of it is held."""
    island = shapely.box(340_000, 7_650_000, 340_200, 7_650_200)
    perimeters = [quarter("CALAIS", 0), replace(quarter("REUNION", 0), geometry=island, epsg=2975)]
    country = shapely.union_all([FRANCE, shapely.box(55, -22, 56, -20), shapely.box(-61.5, 14, -60.5, 15)])
    index = PerimeterIndex(perimeters[::-1] if turned else perimeters, country=country)
    places = [(2154, 618_100.0, 7_090_100.0), (2975, 340_100.0, 7_650_100.0), (5490, 715_000.0, 1_615_000.0)]
    lon, lat = np.array([transform_point(east, north, epsg, 4326) for epsg, east, north in places]).T
    found = BulkIndex.build(index, ON).decide(lon, lat)
    inside, unknown = VerdictCode.INSIDE, VerdictCode.NOT_FOUND
    assert [VERDICTS[code] for code in found.code] == [inside, inside, unknown]
    assert [index.perimeters[row].code for row in found.perimeter[:2]] == ["CALAIS", "REUNION"]
    assert found.perimeter[2] == NO_PERIMETER
    for row, verdict in enumerate((inside, inside, unknown)):
        here = Position(float(lon[row]), float(lat[row]), "", PositionType.COORDINATES)
        assert decide(here, index, ON).verdict is verdict


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


@pytest.mark.parametrize("kind", [Kind.ANRU, Kind.CANDIDAT, Kind.VEILLE])
def test_in_the_rest_of_a_country_other_kinds_than_quarters_say_nothing(kind: Kind) -> None:
    """A town where all kinds are known, and the country around it, where quarters alone would be."""
    index = PerimeterIndex([replace(quarter("A", 0), kind=kind)], extent=(1.83, 50.8, 1.9, 51.0), country=FRANCE)
    lon, lat = transform_points(np.array([618_100.0, 612_000.0]), np.full(2, 7_090_100.0), 2154, 4326)
    assert lon[1] < 1.83 < lon[0]
    found = BulkIndex.build(index, ON).decide(lon, lat)
    assert [VERDICTS[code] for code in found.code] == [VerdictCode.INSIDE, VerdictCode.NOT_FOUND]
    assert found.perimeter.tolist() == [0, NO_PERIMETER]
    assert np.isnan(found.distance_m).tolist() == [False, True]


def test_beside_a_quarter_but_beyond_the_extent_nothing_is_found() -> None:
    """6 km west of the quarter, and out of the ground that its data cover."""
    index = PerimeterIndex([quarter("A", 0)], extent=(1.83, 50.8, 1.9, 51.0))
    lon, lat = transform_points(np.array([618_100.0, 612_000.0]), np.full(2, 7_090_100.0), 2154, 4326)
    found = BulkIndex.build(index, ON).decide(lon, lat)
    assert [VERDICTS[code] for code in found.code] == [VerdictCode.INSIDE, VerdictCode.NOT_FOUND]
    assert found.perimeter.tolist() == [0, NO_PERIMETER]
    assert np.isnan(found.distance_m).tolist() == [False, True]
    assert decide(Position(lon[1], lat[1], "", PositionType.COORDINATES), index, ON).verdict is VerdictCode.NOT_FOUND
