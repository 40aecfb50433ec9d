"""Perimeters around a point: the same, whatever is kept of the squares of ground asked before."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import numpy as np
import pytest
import shapely
from square_quarter import CANDIDATE, EAST, IN_2020, IN_2026, NORTH, VEILLE, at, qpv

from geoville.crs import LAMBERT_93, WGS84, transform_geometry
from geoville.eligibility.decide import decide
from geoville.eligibility.index import NEARBY_M, PerimeterIndex, TerritoryIndex, family_key
from geoville.law.generations import first_day_of_quarters
from geoville.model import Basis, Kind, Perimeter, PerimeterHit, Position, PositionType, VerdictCode

SIDE_M = 2_000
"""Of the squares of ground whose perimeters are kept."""


def scattered() -> list[Perimeter]:
    """Quarters of two generations and a veille: crowded in the west of 40 km, one alone in the east."""
    random = np.random.default_rng(62_193)
    places = np.vstack([random.uniform(0, 12_000, (60, 2)), [[39_000, 500]]])
    turned = [
        shapely.affinity.rotate(shapely.box(EAST + east, NORTH + north, EAST + east + 400, NORTH + north + 150), angle)
        for (east, north), angle in zip(places, random.uniform(0, 90, len(places)), strict=True)
    ]
    codes = [f"QN062{rank:02d}M" if rank % 2 else f"QP0620{rank:02d}" for rank in range(len(turned))]
    quarters = [qpv(code, shape) for code, shape in zip(codes, turned, strict=True)]
    return [*quarters, replace(VEILLE, geometry=shapely.box(EAST, NORTH, EAST + 300, NORTH + 300))]


def asked() -> list[shapely.Point]:
    """Points near and far, and on the sides and corners of squares of ground."""
    random = np.random.default_rng(1)
    free = random.uniform((EAST - 9_000, NORTH - 9_000), (EAST + 45_000, NORTH + 20_000), (150, 2))
    crowded = random.uniform((EAST, NORTH), (EAST + 12_000, NORTH + 12_000), (150, 2))
    corners = np.round(crowded[:50] / SIDE_M) * SIDE_M
    return list(shapely.points(np.vstack([free, crowded, corners, corners + 0.001, corners - 0.001])))


@pytest.fixture(scope="module")
def territory() -> TerritoryIndex:
    return TerritoryIndex(scattered())


def test_around_a_point_is_all_that_is_near_and_the_nearest_of_each_family(territory: TerritoryIndex) -> None:
    perimeters = scattered()
    polygons = np.array([one.geometry for one in perimeters])
    families = np.unique([str(family_key(one)) for one in perimeters], return_inverse=True)[1]
    for point in asked():
        metres = shapely.distance(polygons, point)
        nearest = np.array([metres[families == family].min() for family in range(families.max() + 1)])
        expected = np.flatnonzero((metres <= NEARBY_M) | (metres == nearest[families]))
        found = territory.around_point(point.x, point.y, quarters_only=False)
        assert sorted(hit.perimeter.code for hit in found) == sorted(perimeters[row].code for row in expected)
        assert {(hit.perimeter.code, hit.distance_m) for hit in territory.around(point, NEARBY_M)} == {
            (hit.perimeter.code, hit.distance_m) for hit in found
        }
        quarters = territory.around_point(point.x, point.y, quarters_only=True)
        assert quarters == [hit for hit in found if hit.perimeter.kind is Kind.QPV]


def test_a_point_is_measured_to_the_perimeters_of_its_square_alone(territory: TerritoryIndex) -> None:
    far = territory._near(int((EAST + 39_000) // SIDE_M), int(NORTH // SIDE_M), quarters_only=False)
    assert len(far.rows) < len(scattered()) / 4
    assert len(far.families) == len(territory.families)


def test_the_distance_of_a_shape_is_that_of_the_nearest_perimeter(territory: TerritoryIndex) -> None:
    polygons = np.array([one.geometry for one in scattered()])
    for point in asked()[::25]:
        for shape in (point, point.buffer(700), shapely.box(*point.buffer(90).bounds)):
            assert territory.distance(shape) == shapely.distance(polygons, shape).min()


@pytest.mark.parametrize("reach_m", [100.0, 500.0, 9_000.0])
def test_around_a_shape_is_all_that_is_near_wherever_it_goes(territory: TerritoryIndex, reach_m: float) -> None:
    perimeters = scattered()
    polygons = np.array([one.geometry for one in perimeters])
    families = np.unique([str(family_key(one)) for one in perimeters], return_inverse=True)[1]
    places = asked()
    street = shapely.LineString([places[0], places[200], places[100]])
    for shape in (places[160], street, shapely.box(EAST + 9_000, NORTH, EAST + 38_900, NORTH + 900)):
        metres = shapely.distance(polygons, shape)
        nearest = np.array([metres[families == family].min() for family in range(families.max() + 1)])
        expected = np.flatnonzero((metres <= reach_m) | (metres == nearest[families]))
        found = territory.around(shape, reach_m)
        assert sorted(hit.perimeter.code for hit in found) == sorted(perimeters[row].code for row in expected)


@pytest.mark.parametrize(
    ("shape", "distance_m", "inside"),
    [
        (shapely.box(100, 300, 200, 400), -100.0, True),
        (shapely.box(0, 300, 200, 400), 0.0, True),  # against the limit, from inside
        (shapely.box(-50, 300, 200, 400), 0.0, False),  # astride
        (shapely.box(-50, 300, 0, 400), 0.0, False),  # against it, from outside
        (shapely.box(-50, 300, -30, 400), 30.0, False),
        (shapely.Point(300, 200), -200.0, True),
        (shapely.Point(0, 200), 0.0, True),
        (shapely.Point(-3, -4), 5.0, False),
    ],
)
def test_a_shape_stands_at_a_signed_distance_from_the_limit(
    shape: shapely.Geometry, distance_m: float, inside: bool
) -> None:
    [hit] = TerritoryIndex([qpv(geometry=shapely.box(0, 0, 1000, 1000))]).around(shape, NEARBY_M)
    assert (hit.distance_m, hit.inside) == (distance_m, inside)


def test_what_is_known_of_a_place_is_what_its_lists_are_known_to_hold() -> None:
    here, away = (2.0, 51.0, 2.0, 51.0), (1.0, 46.0, 1.0, 46.0)
    hits = [PerimeterHit(one, 100.0, False) for one in (qpv(), CANDIDATE, VEILLE)]
    town = PerimeterIndex([hit.perimeter for hit in hits], extent=EXTENT, country=TRIANGLE)
    assert town.known_at(hits, here, AROUND) == hits
    assert town.known_at(hits, away, AROUND) == hits[:1]
    assert [town.is_whole(VEILLE, box) for box in (here, away)] == [True, False]
    assert town.is_whole(qpv(), away)
    far = moved(AROUND, 0, -1)
    assert PerimeterIndex([hit.perimeter for hit in hits]).known_at(hits, away, far) == []


def test_what_is_equally_near_is_in_the_order_of_its_codes() -> None:
    index = PerimeterIndex([qpv("QP062057"), qpv("QP062055"), qpv("QP062056")])
    place = at(500, 500)
    assert [hit.perimeter.code for hit in index.around(place.lon, place.lat)] == ["QP062055", "QP062056", "QP062057"]


# --- Where perimeters are known, and which answer

AROUND = (EAST - 10_000, NORTH - 10_000, EAST + 11_000, NORTH + 11_000)
"""Ten kilometres around the square of a kilometre."""

EXTENT = (1.5, 50.5, 2.5, 51.5)
"""Degrees; Calais is in it."""


def moved(box: tuple[float, ...], side: int, by: float) -> tuple[float, ...]:
    """A box of which one side is elsewhere."""
    return tuple(edge + by * (place == side) for place, edge in enumerate(box))


@pytest.mark.parametrize(("side", "outwards"), [(0, -1), (1, -1), (2, 1), (3, 1)])
def test_a_list_is_known_as_far_as_its_box_on_every_side(side: int, outwards: int) -> None:
    index, nearest = PerimeterIndex([qpv()]), PerimeterHit(qpv(), 9_000.0, False)
    degrees = (1.0, 50.0, 1.0, 50.0)
    assert index.known_around(qpv()) == AROUND
    assert index.tells(nearest, degrees, AROUND)
    assert not index.tells(nearest, degrees, moved(AROUND, side, outwards))
    local = PerimeterIndex([qpv()], extent=EXTENT)
    assert local.is_local(EXTENT)
    assert not local.is_local(moved(EXTENT, side, outwards * 1e-6))


@pytest.mark.parametrize(("distance_m", "told"), [(50_000.0, True), (50_000.5, False)])
def test_a_perimeter_that_is_over_fifty_kilometres_away_tells_nothing(distance_m: float, told: bool) -> None:
    index = PerimeterIndex([qpv()])
    assert index.tells(PerimeterHit(qpv(), distance_m, False), (1.0, 50.0, 1.0, 50.0), AROUND) is told


TRIANGLE = shapely.Polygon([(0, 45), (10, 45), (0, 55)])
"""A country whose north-east is another one's."""


@pytest.mark.parametrize(
    ("box", "covered"),
    [
        ((6.0, 46.0, 6.0, 46.0), True),
        ((6.0, 50.0, 6.0, 50.0), False),
        ((1.0, 46.0, 2.0, 47.0), True),
        ((6.0, 46.0, 9.0, 48.0), False),
        ((6.0, 46.0, 6.0, 50.0), False),
        ((2.0, 47.0, 9.0, 47.0), False),
        ((2.0, 47.0, 3.0, 47.0), True),
    ],
)
def test_a_country_is_known_all_over_a_box_or_it_is_not(box: tuple[float, ...], covered: bool) -> None:
    assert PerimeterIndex([qpv()], country=TRIANGLE).covers_box(box) is covered


def test_beyond_a_country_what_lies_in_the_extent_is_known() -> None:
    index = PerimeterIndex([qpv()], extent=(20.0, 45.0, 21.0, 46.0), country=TRIANGLE)
    assert index.covers_box((20.1, 45.1, 20.2, 45.2))
    assert index.covers_box((1.0, 46.0, 2.0, 47.0))
    assert not index.covers_box((22.0, 45.1, 22.0, 45.1))
    assert index.knows_everything((20.1, 45.1, 20.2, 45.2))
    assert not index.knows_everything((1.0, 46.0, 2.0, 47.0))


def test_lists_of_quarters_alone_are_whole_and_those_that_are_said_to_be() -> None:
    old, new = qpv("QP062056"), qpv("QN06254M")
    every = PerimeterIndex([old, new, VEILLE, CANDIDATE], country=TRIANGLE)
    assert [every.holds_whole(one) for one in (old, new, VEILLE, CANDIDATE)] == [True, True, False, False]
    one = PerimeterIndex([old, new, VEILLE], country=TRIANGLE, whole=frozenset({(LAMBERT_93, 2015)}))
    assert [one.holds_whole(each) for each in (old, new, VEILLE)] == [True, False, False]
    assert not PerimeterIndex([old]).is_whole(old, (1.0, 46.0, 1.0, 46.0))


def test_what_answers_is_of_a_kind_asked_about_and_in_force() -> None:
    index = PerimeterIndex([qpv("QN06254M"), VEILLE])
    assert index.any_in_force(IN_2026, frozenset({Kind.QPV}))
    assert not index.any_in_force(IN_2020, frozenset({Kind.QPV}))
    assert not index.any_in_force(IN_2026, frozenset({Kind.CANDIDAT}))
    assert index.any_in_force(IN_2020, frozenset({Kind.VEILLE}))


def test_an_estimate_answers_from_the_first_day_of_the_quarters_where_their_contours_are_missing() -> None:
    first = first_day_of_quarters()
    index, day = PerimeterIndex([CANDIDATE, VEILLE]), timedelta(days=1)
    assert index.answering(first) == (Basis.ESTIMATED, frozenset({Kind.CANDIDAT}))
    assert index.answering(first - day) == (Basis.OFFICIAL, frozenset({Kind.QPV}))
    assert PerimeterIndex([qpv(), CANDIDATE]).answering(IN_2020)[0] is Basis.OFFICIAL
    assert PerimeterIndex([qpv("QN06254M"), CANDIDATE]).answering(IN_2020)[0] is Basis.ESTIMATED
    assert PerimeterIndex([VEILLE]).answering(IN_2020) == (Basis.OFFICIAL, frozenset({Kind.VEILLE}))
    estimated = PerimeterIndex([VEILLE, replace(VEILLE, estimated=True)])
    assert estimated.answering(IN_2020) == (Basis.ESTIMATED, frozenset({Kind.VEILLE}))
    assert index.answering(IN_2020, local=False) == (Basis.OFFICIAL, frozenset({Kind.QPV}))


def test_overseas_a_shape_is_projected_in_the_system_of_its_island() -> None:
    reunion = replace(qpv("QP974001", shapely.box(340_000, 7_650_000, 341_000, 7_651_000)), epsg=2975)
    index = PerimeterIndex([qpv(), reunion])
    island = shapely.box(55.4, -21.3, 55.6, -21.1)
    shape, epsg = index.projected(island)
    assert epsg == index.nearest_epsg(55.5, -21.2) == 2975
    assert shape.equals(transform_geometry(island, WGS84, 2975))
    town = at(500, 500)
    assert index.nearest_epsg(town.lon, town.lat) == LAMBERT_93


def test_what_is_known_of_one_territory_says_nothing_of_another_of_the_same_country() -> None:
    """La Réunion is in the country, and no perimeter of it is held: those of Calais are not its neighbours."""
    island = Position(55.5, -21.2, "là-bas", PositionType.COORDINATES)
    country = shapely.union_all([shapely.box(1.5, 50.5, 2.5, 51.5), shapely.box(55, -22, 56, -20)])
    index = PerimeterIndex([qpv()], country=country)
    assert index.around(island.lon, island.lat) == ()
    assert index.nearest_epsg(island.lon, island.lat) is None
    assert decide(island, index, IN_2020).verdict is VerdictCode.NOT_FOUND
    assert PerimeterIndex([qpv()]).nearest_epsg(island.lon, island.lat) == LAMBERT_93  # where no country is known


def test_a_line_as_far_east_as_its_end_is_north_is_no_point() -> None:
    """From 44° to 45° north at 45° east, in a country that ends half way."""
    index = PerimeterIndex([qpv()], country=shapely.box(44, 43, 46, 44.5))
    assert index.covers_box((45.0, 44.0, 45.0, 44.0))
    assert not index.covers_box((45.0, 44.0, 45.0, 45.0))


def test_in_a_country_a_shape_is_projected_in_the_system_of_the_territory_where_its_middle_lies() -> None:
    reunion = replace(qpv("QP974001", shapely.box(340_000, 7_650_000, 341_000, 7_651_000)), epsg=2975)
    country = shapely.union_all([shapely.box(1.5, 50.5, 2.5, 51.5), shapely.box(55, -22, 56, -20)])
    index = PerimeterIndex([qpv(), reunion], country=country)
    assert index.projected(shapely.box(55.4, -21.3, 55.6, -21.1))[1] == 2975
    assert index.projected(shapely.box(1.8, 50.8, 1.9, 50.9))[1] == LAMBERT_93
