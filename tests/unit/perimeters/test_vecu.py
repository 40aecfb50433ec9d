"""Vécu on a plan drawn by hand: who is in, who is not, and why."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import shapely
from effort import cases
from hypothesis import given
from hypothesis import strategies as st
from shapely import LineString, Point

from geoville.model import Kind, Perimeter, Source
from geoville.perimeters.areas import PopulatedCells
from geoville.perimeters.vecu import (
    NO_USER,
    NO_WAY,
    NOT_AN_EQUIPMENT,
    NOT_PLACED,
    PlaceOfUse,
    Vecu,
    VecuRules,
    on_foot,
    vecu_perimeters,
)
from geoville.perimeters.walks import Walk

EAST, NORTH = 619_000.0, 7_096_000.0
SOURCE = Source("essai")
RULES = VecuRules()


def quarter(code: str, west: float, south: float, side: float = 400) -> Perimeter:
    area = shapely.box(EAST + west, NORTH + south, EAST + west + side, NORTH + south + side)
    return Perimeter(code, f"Quartier {code}", Kind.QPV, area, 2154, estimated=False, communes=("62193",))


def at(east: float, north: float, **facts: object) -> PlaceOfUse:
    return PlaceOfUse("Salle", Point(EAST + east, NORTH + north), **facts)  # type: ignore[arg-type]


ONE, TWO = quarter("QN06253M", 0, 0), quarter("QN06254M", 1400, 0)


def found(*places: PlaceOfUse, quarters: tuple[Perimeter, ...] = (ONE, TWO), **options: object) -> Vecu:
    return vecu_perimeters(quarters, places, RULES, source=SOURCE, **options)  # type: ignore[arg-type]


def test_a_place_within_reach_is_in_with_the_way_that_leads_there() -> None:
    result = found(at(600, 200))
    (kept,) = [item for item in result.kept if item.quarter is ONE]
    assert kept.evidence.replace("\N{NO-BREAK SPACE}", " ") == ("à environ 260 m à pied (ligne droite × 1,3)")
    perimeter = result.perimeters[0]
    assert (perimeter.code, perimeter.kind, perimeter.estimated) == ("VECU-QN06253M", Kind.VECU, True)
    assert perimeter.attributes["qpv"] == "QN06253M"
    assert "Salle : à environ" in str(perimeter.attributes["evidence"])
    disc, way = np.pi * 100**2, 100 * 20
    assert perimeter.geometry.area == pytest.approx(disc + way, rel=0.02)
    assert perimeter.geometry.geom_type == "Polygon"
    assert perimeter.geometry.distance(ONE.geometry) == 0


def test_reach_is_ten_minutes_at_four_and_a_half_kilometres_an_hour() -> None:
    assert RULES.reach_m == 750
    near, far = at(400 + 570, 200), at(400 + 580, 200)
    assert [item.place for item in found(near, far, quarters=(ONE,)).kept] == [near]
    (left,) = found(far, quarters=(ONE,)).left
    assert left.reason.replace("\N{NO-BREAK SPACE}", " ").endswith("du quartier le plus proche, au-delà de 750 m")


def test_a_place_between_two_quarters_is_kept_for_both() -> None:
    result = found(at(900, 200))
    assert [item.quarter.code for item in result.kept] == ["QN06253M", "QN06254M"]
    assert [perimeter.code for perimeter in result.perimeters] == ["VECU-QN06253M", "VECU-QN06254M"]


def test_a_stated_place_is_kept_for_the_nearest_quarter_up_to_an_hour_s_walk() -> None:
    school = at(3000, 200, qpv_users_share=0.35)
    result = found(school)
    assert [item.quarter.code for item in result.kept] == ["QN06254M"]
    assert "35 % de ses usagers habitent un QPV" in result.kept[0].evidence.replace("\N{NO-BREAK SPACE}", " ")
    told = found(at(3000, 200, statement="cité par le contrat"))
    assert told.kept[0].evidence.startswith("cité par le contrat ; à environ")
    (left,) = found(at(9000, 200, qpv_users_share=0.35)).left
    assert "4,5" in left.reason


@pytest.mark.parametrize(
    ("place", "reason"),
    [
        (PlaceOfUse("Site Coubertin", None, statement="contrat de ville"), NOT_PLACED),
        (at(600, 200, is_equipment=False), NOT_AN_EQUIPMENT),
        (at(600, 200, qpv_users_share=0.0), NO_USER),
        (at(400, 200), "dans le quartier lui-même (QN06253M)"),
        (at(600, 200, qpv_users_share=0.0, statement="contrat de ville"), NO_USER),
    ],
)
def test_places_not_retained_say_why(place: PlaceOfUse, reason: str) -> None:
    result = found(place)
    assert [(item.place, item.reason) for item in result.left] == [(place, reason)]
    assert (result.kept, result.perimeters) == ((), ())


def test_on_streets_the_way_follows_them_and_a_place_apart_is_left() -> None:
    lines = [[(300, 200), (500, 200)], [(500, 200), (500, 350)], [(900, 900), (950, 900)]]
    plan = np.array([LineString([(EAST + a, NORTH + b) for a, b in line]) for line in lines], dtype=object)
    result = found(at(500, 350), at(940, 900), quarters=(ONE,), streets=plan)
    assert [item.walk.metres for item in result.kept] == [pytest.approx(250)]
    assert "par les rues" in result.kept[0].evidence
    assert [item.reason for item in result.left] == [NO_WAY]
    corner = Point(EAST + 500, NORTH + 200)
    assert result.perimeters[0].geometry.contains(corner)


def test_with_a_grid_the_place_has_its_cell_populated_or_not() -> None:
    cells = PopulatedCells(
        np.array([shapely.box(EAST, NORTH, EAST + 2000, NORTH + 2000)], dtype=object), np.array([4000.0])
    )
    result = found(at(700, 200), quarters=(ONE,), grid_epsg=3035, cells=cells)
    perimeter = result.perimeters[0]
    assert 40_000 < perimeter.geometry.area < 40_000 + 300 * 20 + 100
    assert perimeter.attributes["population"] == pytest.approx(perimeter.geometry.area / 1000, rel=0.01)


POINTS = st.tuples(st.integers(-900, 2700), st.integers(-900, 1300))
PLACES = st.lists(
    st.builds(lambda where, share: at(*where, qpv_users_share=share), POINTS, st.sampled_from([None, 0.2])), max_size=8
)


@given(PLACES, st.sampled_from([None, 3035]))
@cases(each_run=50, slow=160)
def test_every_vecu_lies_outside_the_quarters_and_touches_its_own(places: list[PlaceOfUse], grid: int | None) -> None:
    result = found(*places, grid_epsg=grid)
    everywhere = shapely.union(ONE.geometry, TWO.geometry)
    for perimeter in result.perimeters:
        assert perimeter.geometry.is_valid
        assert perimeter.geometry.intersection(everywhere).area < 1e-3
        joined = shapely.union_all([perimeter.geometry.buffer(0.01), everywhere])
        assert len(shapely.get_parts(joined)) <= 2
        mine = [item.place.point for item in result.kept if f"VECU-{item.quarter.code}" == perimeter.code]
        assert all(perimeter.geometry.distance(point) < 1.01 for point in mine)
    assert len({item.place for item in result.kept} | {item.place for item in result.left}) == len(set(places))


@given(PLACES)
@cases(each_run=20, slow=80)
def test_a_longer_walk_never_loses_a_place(places: list[PlaceOfUse]) -> None:
    kept = [
        {(item.place, item.quarter.code) for item in vecu_perimeters([ONE, TWO], places, rules, source=SOURCE).kept}
        for rules in (VecuRules(minutes=5), VecuRules(minutes=10), VecuRules(minutes=10, speed_kmh=6))
    ]
    assert kept[0] <= kept[1] <= kept[2]


def test_what_lies_between_two_limits_that_are_meant_to_be_one_is_no_vecu() -> None:
    """Two quarters half a metre apart: the disc around a place north of both reaches between them."""
    beside = quarter("QN06255M", 400.5, 0)
    between = shapely.box(EAST + 400, NORTH, EAST + 400.5, NORTH + 395)
    for perimeter in found(at(400, 440), quarters=(ONE, beside)).perimeters:
        assert perimeter.geometry.area > 20_000
        assert perimeter.geometry.intersection(between).area < 0.1


@pytest.mark.parametrize(
    ("share", "statement", "stated"),
    [(None, "", False), (None, "cité", True), (0.0, "cité", False), (0.0, "", False), (0.01, "", True),
     (0.2, "cité", True)],
)  # fmt: skip
def test_a_place_is_stated_by_its_users_or_else_by_a_document(
    share: float | None, statement: str, stated: bool
) -> None:
    assert at(0, 0, qpv_users_share=share, statement=statement).is_stated is stated


def test_rules_are_those_of_the_note_and_the_farthest_is_an_hours_walk_or_the_reach() -> None:
    assert (RULES.minutes, RULES.speed_kmh, RULES.way_width_m, RULES.radius_m) == (10, 4.5, 20, 100)
    assert RULES.farthest_m == 4_500
    long = VecuRules(minutes=90, speed_kmh=4)
    assert (long.reach_m, long.farthest_m) == (6_000, 6_000)
    short = VecuRules(minutes=30, speed_kmh=4)
    assert (short.reach_m, short.farthest_m) == (2_000, 4_000)


@pytest.mark.parametrize(("minutes", "facts"), [(60, {}), (6, {"qpv_users_share": 0.2}), (6, {"statement": "cité"})])
def test_a_walk_of_just_the_limit_is_within_it(minutes: float, facts: dict[str, object]) -> None:
    """400 m in a straight line are 520 m on foot, an hour at 0.52 km/h."""
    rules = VecuRules(minutes=minutes, speed_kmh=0.52)
    assert rules.farthest_m == 520
    result = vecu_perimeters([ONE], [at(800, 200, **facts), at(801, 200, **facts)], rules, source=SOURCE)
    assert [item.place.point.x - EAST for item in result.kept] == [800]
    assert [item.place.point.x - EAST for item in result.left] == [801]
    assert plain(result.left[0].reason) == (
        "à environ 521 m à pied (ligne droite × 1,3) du quartier le plus proche, au-delà de 520 m"
    )


@pytest.mark.parametrize("quarters", [(ONE, TWO), (TWO, ONE)])
def test_a_stated_place_as_near_to_two_quarters_is_that_of_the_first_code(quarters: tuple[Perimeter, ...]) -> None:
    rules = VecuRules(minutes=5)  # 375 m, where the place is 650 m from both
    result = vecu_perimeters(quarters, [at(900, 200, qpv_users_share=0.2)], rules, source=SOURCE)
    assert [item.quarter.code for item in result.kept] == ["QN06253M"]


def test_how_far_a_place_is_is_told_of_the_nearest_quarter_against_what_its_evidence_allows() -> None:
    unstated, stated = at(3000, 200), at(6000, 200, statement="cité")
    first, second = (plain(item.reason) for item in found(unstated, stated).left)
    assert first.startswith("à environ 1,6 km à pied")  # 1 200 m from the second quarter
    assert first.endswith("au-delà de 750 m")
    assert second.startswith("à environ 5,5 km à pied")
    assert second.endswith("au-delà de 4,5 km")


def test_evidence_comes_as_users_then_statement_then_walk() -> None:
    both = found(at(600, 200, qpv_users_share=0.4, statement="cité par le contrat"), quarters=(ONE,)).kept[0]
    walk = "à environ 260 m à pied (ligne droite × 1,3)"
    assert plain(both.evidence) == f"40 % de ses usagers habitent un QPV ; cité par le contrat ; {walk}"
    assert plain(on_foot(Walk(1_234, Point(0, 0), on_streets=True))) == "à 1,2 km à pied par les rues"


def test_a_place_in_the_second_quarter_is_said_to_be_in_it() -> None:
    assert [item.reason for item in found(at(1500, 200)).left] == ["dans le quartier lui-même (QN06254M)"]


def test_without_quarters_no_way_leads_anywhere_and_without_places_nothing_is_drawn() -> None:
    assert [item.reason for item in found(at(600, 200), quarters=()).left] == [NO_WAY]
    nothing = found()
    assert (nothing.perimeters, nothing.kept, nothing.left) == ((), (), ())


@pytest.mark.parametrize(("east", "north"), [(600, 250), (700, 250), (799, 385), (600, 200)])
def test_a_place_stands_in_the_cell_whose_south_west_corner_is_at_or_before_it(east: float, north: float) -> None:
    """The cell from 600 to 800 m east and from 200 to 400 m north of the corner, in the CRS of the plan."""
    result = found(at(east, north), quarters=(ONE,), grid_epsg=2154)
    area = result.perimeters[0].geometry
    cell = shapely.box(EAST + 600, NORTH + 200, EAST + 800, NORTH + 400)
    assert cell.difference(area).area < 2
    assert area.difference(cell.union(shapely.box(EAST + 400, NORTH + 190, EAST + 600, NORTH + 410))).area < 220


def test_a_vecu_is_the_disc_and_the_way_of_the_rules() -> None:
    """300 m of a way 40 m wide from the quarter to a disc of 50 m, which holds the last 50 m of it or so."""
    rules = VecuRules(way_width_m=40, radius_m=50)
    (drawn,) = vecu_perimeters([ONE], [at(700, 200)], rules, source=SOURCE).perimeters
    half_chord = (50**2 - 20**2) ** 0.5
    segment = 50**2 * np.arcsin(20 / 50) + 20 * half_chord  # of the disc on one side, within the width of the way
    assert drawn.geometry.area == pytest.approx(np.pi * 50**2 + 300 * 40 - segment, rel=0.005)
    assert drawn.attributes["area_m2"] == round(drawn.geometry.area, 1)


def test_a_perimeter_counts_and_lists_its_places_and_has_no_people_without_cells() -> None:
    result = found(at(600, 200), at(600, 300, statement="cité"), quarters=(ONE,))
    (drawn,) = result.perimeters
    walk = "à environ 260 m à pied (ligne droite × 1,3)"
    assert plain(str(drawn.attributes["evidence"])) == f"Salle : {walk} | Salle : cité ; {walk}"
    assert (drawn.attributes["places"], drawn.attributes["population"]) == (2, None)
    assert (drawn.name, drawn.communes, drawn.epsg) == ("Vécu autour de : Quartier QN06253M", ("62193",), 2154)
    assert drawn.source == SOURCE


def test_a_quarter_given_twice_is_drawn_twice_with_its_places_once_each() -> None:
    drawn = found(at(600, 200), quarters=(ONE, replace(ONE))).perimeters
    assert [(item.attributes["qpv"], item.attributes["places"]) for item in drawn] == [("QN06253M", 1)] * 2


def plain(words: str) -> str:
    return words.replace("\N{NO-BREAK SPACE}", " ").replace("\N{NARROW NO-BREAK SPACE}", " ")
