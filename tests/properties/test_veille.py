"""What holds of the veille quarters whatever the perimeters: the algebra of a difference."""

from __future__ import annotations

import pytest
import shapely
from effort import cases
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely.geometry.base import BaseGeometry

from geoville.model import Kind, Perimeter, Source
from geoville.perimeters.outlines import split_slivers
from geoville.perimeters.veille import Veille, VeilleRules, veille_quarters

SOURCE = Source("essai")
EVERYTHING = VeilleRules(min_width_m=0, min_area_m2=0)
TOLERANCE_M2 = 0.5
"""Arithmetic of buffers: a millimetre along a few hundred metres of limits."""


@st.composite
def shapes(draw: st.DrawFn) -> BaseGeometry:
    """A rectangle, a triangle or a disc of 15 to 400 m, anywhere in a square kilometre."""
    east, north = draw(st.integers(0, 900)), draw(st.integers(0, 900))
    width, height = draw(st.integers(15, 400)), draw(st.integers(15, 400))
    form = draw(st.sampled_from(["rectangle", "triangle", "disc"]))
    if form == "rectangle":
        return shapely.box(east, north, east + width, north + height)
    if form == "triangle":
        return shapely.Polygon([(east, north), (east + width, north), (east + width // 3, north + height)])
    return shapely.Point(east, north).buffer(width / 2)


def perimeters(areas: list[BaseGeometry], kind: Kind, *, estimated: bool = False) -> list[Perimeter]:
    return [
        Perimeter(f"{kind}-{rank}", f"{kind} {rank}", kind, area, 2154, estimated) for rank, area in enumerate(areas)
    ]


def union(areas: list[BaseGeometry]) -> BaseGeometry:
    return shapely.union_all(areas)


def covered(found: Veille) -> BaseGeometry:
    return union([quarter.geometry for quarter in found.quarters])


FORMER = st.lists(shapes(), min_size=1, max_size=5)
QPV = st.lists(shapes(), max_size=4)
RULES = st.builds(VeilleRules, st.sampled_from([0.0, 10.0, 20.0, 60.0]), st.sampled_from([0.0, 5_000.0]))


def computed(former: list[BaseGeometry], qpv: list[BaseGeometry], rules: VeilleRules) -> Veille:
    return veille_quarters(perimeters(former, Kind.ZUS), perimeters(qpv, Kind.QPV), rules, source=SOURCE)


@given(FORMER, QPV, RULES)
@cases(each_run=40, slow=300)
def test_quarters_dropped_pieces_and_qpv_make_up_the_former_perimeters(
    former: list[BaseGeometry], qpv: list[BaseGeometry], rules: VeilleRules
) -> None:
    found = computed(former, qpv, rules)
    dropped = union([piece.geometry for piece in found.dropped])
    before, now = union(former), union(qpv)
    again = union([covered(found), dropped, shapely.intersection(before, now)])
    assert again.symmetric_difference(before).area < TOLERANCE_M2
    assert covered(found).intersection(now).area < TOLERANCE_M2
    assert covered(found).intersection(dropped).area < TOLERANCE_M2
    assert covered(found).difference(before).area < TOLERANCE_M2
    parts = sum(quarter.geometry.area for quarter in found.quarters)
    parts += sum(piece.geometry.area for piece in found.dropped)
    assert parts + found.in_qpv_m2 == pytest.approx(found.former_m2, abs=TOLERANCE_M2)


@given(FORMER, QPV, RULES)
@cases(each_run=50, slow=200)
def test_quarters_of_the_quarters_are_the_quarters(
    former: list[BaseGeometry], qpv: list[BaseGeometry], rules: VeilleRules
) -> None:
    once = computed(former, qpv, rules)
    if once.quarters:
        twice = computed([quarter.geometry for quarter in once.quarters], qpv, rules)
        assert covered(twice).symmetric_difference(covered(once)).area < TOLERANCE_M2


@given(FORMER, QPV, RULES, st.randoms())
@cases(each_run=40, slow=120)
def test_the_order_of_the_files_does_not_matter(
    former: list[BaseGeometry], qpv: list[BaseGeometry], rules: VeilleRules, chance: st.DataObject
) -> None:
    old, new = perimeters(former, Kind.CUCS), perimeters(qpv, Kind.QPV)
    shuffled = sorted(old, key=lambda _: chance.random())
    first = veille_quarters(old, new, rules, source=SOURCE)
    second = veille_quarters(shuffled, list(reversed(new)), rules, source=SOURCE)
    assert [item.code for item in first.quarters] == [item.code for item in second.quarters]
    assert [item.attributes for item in first.quarters] == [item.attributes for item in second.quarters]
    assert covered(first).symmetric_difference(covered(second)).area < TOLERANCE_M2


@given(FORMER, QPV)
@settings(max_examples=60, deadline=None)
def test_every_quarter_is_one_valid_polygon_with_its_origin_and_its_own_code(
    former: list[BaseGeometry], qpv: list[BaseGeometry]
) -> None:
    old = perimeters(former, Kind.ZUS)
    found = veille_quarters(old, perimeters(qpv, Kind.QPV), EVERYTHING, source=SOURCE)
    by_code = {item.code: item for item in old}
    for quarter in found.quarters:
        assert quarter.geometry.is_valid
        assert quarter.geometry.geom_type == "Polygon"
        origins = [by_code[code].geometry for code in str(quarter.attributes["origin"]).split(";")]
        assert quarter.geometry.difference(union(origins)).area < len(old) * 1.0
    codes = [quarter.code for quarter in found.quarters]
    assert len(codes) == len(set(codes))


@given(st.lists(shapes(), min_size=1, max_size=6), st.sampled_from([5.0, 20.0, 60.0]))
@cases(each_run=30, slow=200)
def test_slivers_and_the_rest_make_up_the_area_and_are_found_once(areas: list[BaseGeometry], width_m: float) -> None:
    area = union(areas)
    kept, slivers = split_slivers(area, width_m)
    assert kept.area + sum(part.area for part in slivers) == pytest.approx(area.area, abs=TOLERANCE_M2)
    assert kept.difference(area).area < 1e-6
    again, found = split_slivers(kept, width_m)
    assert sum(part.area for part in found) < TOLERANCE_M2
    assert again.symmetric_difference(kept).area < TOLERANCE_M2
