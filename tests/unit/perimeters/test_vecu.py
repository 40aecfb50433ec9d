"""Vécu on a plan drawn by hand: who is in, who is not, and why."""

from __future__ import annotations

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
    vecu_perimeters,
)

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
