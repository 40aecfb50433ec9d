"""Numbers of one side of a street, as a list gives them."""

from __future__ import annotations

from random import Random

import numpy as np
import pytest
import shapely

from geoville.crs import LAMBERT_93, WGS84, transform_points
from geoville.geocoding.match import Street
from geoville.geocoding.parse import street_name
from geoville.geocoding.search import EmbeddedGeocoder
from geoville.geocoding.street_side import (
    MOST_NEIGHBOURS,
    StreetAxes,
    StreetNumbers,
    beyond_m,
    neighbours_of,
    numbers_apart,
    street_side,
    survey_of,
)
from geoville.geocoding.towns import Town
from geoville.model import Address, AddressList, Position, StreetAxis

STREET = Address("1", 1, "", "Rue Test", "", "62100", "62193", "Calais", 1.85, 50.95, "segment")
STEP = 0.0002


def number(value: int | None, suffix: str = "", *, at: float | None = None, citycode: str = "62193") -> Address:
    """A number, 14 m east of the one before it."""
    east = (value or 0) * STEP if at is None else at
    return STREET._replace(id=f"{value}{suffix}", number=value, suffix=suffix, lon=1.85 + east, citycode=citycode)


def test_the_numbers_of_the_same_parity_stand_in_their_order():
    asked = number(5)
    side = street_side(asked, [number(9), number(4), asked, number(1), number(7), number(5, "bis", at=0.0011)])
    assert side is not None
    assert side.numbers == ("1", "5", "5 bis", "7", "9")
    assert side.rank == 1
    assert side.points[1] == (asked.lon, asked.lat)


def test_numbers_of_another_town_or_without_a_number_are_no_neighbours():
    asked = number(5)
    assert street_side(asked, [asked, number(7, citycode="62999"), number(None), number(6)]) is None


def test_numbers_at_one_point_count_once_and_the_one_asked_is_kept():
    asked = number(7, at=0.001)
    side = street_side(asked, [number(5, at=0.001), asked, number(9, at=0.001), number(11)])
    assert side is not None
    assert side.numbers == ("7", "11")


def test_numbers_put_in_order_once_are_those_of_each_one_asked():
    draw = Random(59)
    for _ in range(40):
        street = [
            number(draw.randint(1, 12), draw.choice(("", "", "bis")), at=draw.randint(1, 8) * STEP / 3)
            for _ in range(draw.randint(2, 14))
        ]
        known = StreetNumbers(street)
        for asked in draw.sample(street, len(street)):
            same_parity = [one for one in street if one.number % 2 == asked.number % 2]
            in_order = sorted(same_parity, key=lambda one: (one.number, one.suffix, one is not asked))
            apart = numbers_apart(in_order, asked)
            side = street_side(asked, known)
            if len(apart) == 1:
                assert side is None
                continue
            assert side is not None
            assert side.points == tuple((one.lon, one.lat) for one in apart)
            assert (len(side.numbers), side.rank) == (len(apart), [one is asked for one in apart].index(True))


def test_a_street_without_numbers_has_no_side():
    assert street_side(number(None), [number(None), number(1)]) is None


def test_a_long_street_is_kept_around_the_number():
    street = [number(value) for value in range(1, 401, 2)]
    side = street_side(street[100], street)
    assert side is not None
    assert len(side.points) == 2 * MOST_NEIGHBOURS + 1
    assert side.numbers[side.rank] == "201"


# --- How the numbers of a town were placed


def town(off_m: tuple[float, ...]) -> list[Address]:
    """Thirty streets of eight numbers, 15 m apart, each off along its street by the next of some metres."""
    metre = STEP / 14
    houses = []
    for street in range(30):
        for rank in range(8):
            metres = 15 * rank + off_m[(3 * street + rank) % len(off_m)]
            one = number(2 * rank + 1, at=metres * metre)
            houses.append(one._replace(id=f"{street}-{rank}", street=f"Rue {street}", lat=50.9 + street / 100))
    return houses


def test_numbers_that_follow_each_other_were_surveyed():
    told = survey_of(town((0, 3, -2, 4, -1)))
    assert told is not None
    assert (told.surveyed, told.interpolated, told.along_m) == (True, False, 15)


def test_numbers_at_equal_steps_were_computed():
    told = survey_of(town((0,)))
    assert told is not None
    assert (told.surveyed, told.interpolated) == (False, True)


def test_numbers_that_overtake_each_other_tell_how_far_they_are_off():
    told = survey_of(town((30, -28, 5, -30, 22, -11, 29)))
    assert told is not None
    assert not told.surveyed
    assert 25 < told.along_m <= 60


def test_a_few_numbers_tell_nothing_of_a_town():
    assert survey_of(town((0, 3))[:40]) is None
    typed = [one._replace(precision="entrée") for one in town((0, 3))]
    assert survey_of(typed) is None, "the list says what these are"


# --- A number that the list lacks


def test_a_number_that_the_list_lacks_stands_between_two_that_it_has():
    street = [number(2), number(4), number(10), number(7)]
    pair = neighbours_of(6, street)
    assert pair is not None
    assert [one.number for one in pair] == [4, 10]
    assert neighbours_of(12, street) is None
    assert neighbours_of(6, [number(4), number(10, citycode="62999")]) is None


def test_a_number_beyond_the_last_one_is_so_many_numbers_farther():
    assert beyond_m(46, 40) == 3 * 100
    assert beyond_m(41, 40) == 100


@pytest.fixture(scope="module")
def geocoder() -> EmbeddedGeocoder:
    houses = town((0, 3, -2, 4, -1))
    return EmbeddedGeocoder(AddressList(tuple(houses), complete=True, name="la liste"))


def found(geocoder: EmbeddedGeocoder, text: str) -> Position:
    position = geocoder.search(text)
    assert isinstance(position, Position)
    return position


def test_an_untyped_number_is_as_accurate_as_its_town_shows(geocoder):
    position = found(geocoder, "5 rue 7, Calais")
    assert position.firm
    assert position.accuracy_m == 15, "that of a number placed on the spot, not 50 m"
    assert "posés sur place" in position.accuracy_reason
    assert position.side is not None
    assert position.side.survey is not None


def test_a_missing_number_between_two_is_told_by_its_side(geocoder):
    position = found(geocoder, "5 bis rue 7, Calais")
    assert not position.firm
    assert position.side is not None
    around = position.side.numbers[position.side.rank - 1 : position.side.rank + 2]
    assert around == ("5", "5 bis", "7")


# --- The axes of the streets of a territory

NORTHWARD = shapely.LineString([(620_000.0, 7_096_000.0), (620_000.0, 7_096_400.0)])
UNCROSSED = ((False, False),)


def on_the_axis(*numbers: int) -> list[Address]:
    """Houses of one street, along the line, 6 m from it."""
    north = np.array([7_096_000.0 + 10 * one for one in numbers])
    lon, lat = transform_points(np.full(len(north), 620_006.0), north, LAMBERT_93, WGS84)
    placed = zip(numbers, lon.tolist(), lat.tolist(), strict=True)
    return [number(one)._replace(lon=x, lat=y) for one, x, y in placed]


def axis_of(street: str, *lines: tuple[shapely.LineString, str]) -> StreetAxis | None:
    drawn = np.array([line for line, _ in lines], dtype=object)
    axes = StreetAxes(lambda: (drawn, LAMBERT_93, [(name,) for _, name in lines]))
    return axes.of(Street(street, street_name(street), Town("62193", "Calais"), ()), on_the_axis(1, 3, 5, 7))


def test_an_axis_bears_the_name_of_the_street_and_runs_along_its_numbers():
    far = shapely.transform(NORTHWARD, lambda xy: xy + np.array([500, 0]))
    assert axis_of("Rue Mollien", (NORTHWARD, "RUE MOLLIEN")) == StreetAxis((NORTHWARD,), LAMBERT_93, UNCROSSED)
    assert axis_of("Rue Mollien", (far, "Rue Mollien")) is None, "a namesake elsewhere"
    assert axis_of("Rue Mollien", (NORTHWARD, "Rue Royale")) is None


def test_an_axis_whose_name_says_more_words_counts_where_no_other_does():
    beside = shapely.transform(NORTHWARD, lambda xy: xy + np.array([12, 0]))
    longer = (NORTHWARD, "Avenue du Général Gallieni")
    assert axis_of("Avenue Gallieni", longer) == StreetAxis((NORTHWARD,), LAMBERT_93, UNCROSSED)
    found = axis_of("Avenue Gallieni", longer, (beside, "Avenue Gallieni"))
    assert found == StreetAxis((beside,), LAMBERT_93, UNCROSSED)


def test_the_pieces_of_an_axis_are_one_line():
    south = shapely.LineString([NORTHWARD.coords[0], (620_000, 7_096_040)])
    north = shapely.LineString([(620_000, 7_096_040), *NORTHWARD.coords[1:]])
    found = axis_of("Rue Mollien", (south, "Rue Mollien"), (north, "Rue Mollien"))
    assert found is not None
    assert [line.length for line in found.lines] == [400.0]


def test_an_end_is_crossed_where_another_street_goes_by_on_both_sides():
    def by(*points: tuple[float, float]) -> shapely.LineString:
        return shapely.LineString([(620_000 + east, 7_096_000 + north) for east, north in points])

    mollien = (NORTHWARD, "Rue Mollien")
    through = (by((-50, 0), (50, 0)), "Rue Royale")
    in_two = [(by((-50, 400), (0, 400)), "Rue Royale"), (by((0, 400), (50, 420)), "Rue de Vic")]
    one_way = (by((0, 400), (50, 400)), "Rue Royale")
    for others, crossed in (((through,), (True, False)), (in_two, (False, True)), ((one_way,), (False, False))):
        found = axis_of("Rue Mollien", mollien, *others)
        assert found is not None
        assert found.crossed == (crossed,)


def test_a_street_does_not_cross_itself():
    line = [(620_000, 7_096_400), (619_950, 7_096_400)], [(620_000, 7_096_400), (620_050, 7_096_400)]
    arms = [(shapely.LineString(points), "Rue Mollien") for points in line]
    found = axis_of("Rue Mollien", (NORTHWARD, "Rue Mollien"), *arms)
    assert found is not None
    assert all(crossed == (False, False) for crossed in found.crossed)


def test_a_lone_number_has_a_side_where_its_street_has_an_axis():
    street = on_the_axis(2, 1, 3)
    axis = StreetAxis((NORTHWARD,), LAMBERT_93)
    assert street_side(street[0], street) is None
    alone = street_side(street[0], street, axis=axis)
    assert alone is not None
    assert (alone.numbers, alone.rank, len(alone.across)) == (("2",), 0, 2)


def test_an_address_found_where_the_territory_has_streets_carries_their_axis():
    listed = AddressList(tuple(on_the_axis(1, 3, 5, 7)), complete=True, name="la liste")
    drawn = np.array([NORTHWARD], dtype=object)
    axes = StreetAxes(lambda: (drawn, LAMBERT_93, [(listed.addresses[0].street,)]))
    position = found(EmbeddedGeocoder(listed, axes=axes), f"3 {listed.addresses[0].street}, Calais")
    assert position.side is not None
    assert position.side.axis == StreetAxis((NORTHWARD,), LAMBERT_93, UNCROSSED)
