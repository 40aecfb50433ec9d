"""Veille on figures drawn by hand: every surface can be checked with a pencil."""

from __future__ import annotations

import numpy as np
import pytest
import shapely

from geoville.errors import InvalidInputError
from geoville.model import Kind, Perimeter, Source
from geoville.perimeters.areas import PopulatedCells
from geoville.perimeters.outlines import split_slivers
from geoville.perimeters.veille import (
    TOO_FEW_PEOPLE,
    TOO_NARROW,
    TOO_SMALL,
    DroppedPiece,
    VeilleRules,
    _described,
    piece_figures,
    veille_quarters,
)

SOURCE = Source("essai")
ZUS = Perimeter("3100", "Les Tours", Kind.ZUS, shapely.box(0, 0, 400, 400), 2154, estimated=False, communes=("62193",))
CUCS = Perimeter("C1", "La Plaine", Kind.CUCS, shapely.box(300, 0, 700, 400), 2154, estimated=False)


def qpv(*areas: shapely.Polygon, estimated: bool = False) -> list[Perimeter]:
    kind = Kind.CANDIDAT if estimated else Kind.QPV
    return [Perimeter(f"Q{rank}", "", kind, area, 2154, estimated) for rank, area in enumerate(areas)]


def test_the_difference_keeps_its_origins_and_its_surface() -> None:
    found = veille_quarters([ZUS, CUCS], qpv(shapely.box(0, 0, 200, 400)), VeilleRules(), source=SOURCE)
    (quarter,) = found.quarters
    assert quarter.code == "VEILLE-C1-1"
    assert quarter.name == "La Plaine"
    assert quarter.kind is Kind.VEILLE
    assert not quarter.estimated
    assert quarter.communes == ("62193",)
    assert quarter.attributes == {
        "origin": "C1;3100",
        "origin_name": "La Plaine ; Les Tours",
        "area_m2": 200_000.0,
        "population": None,
    }
    assert quarter.geometry.equals(shapely.box(200, 0, 700, 400))
    assert (found.former_m2, found.in_qpv_m2, found.dropped) == (280_000.0, 80_000.0, ())


def test_pieces_of_one_origin_are_numbered_by_surface() -> None:
    found = veille_quarters([CUCS], qpv(shapely.box(400, 0, 500, 400)), VeilleRules(), source=SOURCE)
    assert [(item.code, item.name, item.attributes["area_m2"]) for item in found.quarters] == [
        ("VEILLE-C1-1", "La Plaine, partie 1", 80_000.0),
        ("VEILLE-C1-2", "La Plaine, partie 2", 40_000.0),
    ]


def test_what_is_too_narrow_too_small_or_empty_is_listed_with_its_origin() -> None:
    cells = PopulatedCells(np.array([shapely.box(0, 0, 400, 400)], dtype=object), np.array([1600.0]))
    quarters = qpv(shapely.box(10, -10, 410, 330), shapely.box(-10, 380, 410, 410), shapely.box(390, 300, 410, 390))
    narrow = veille_quarters([ZUS], quarters, VeilleRules(), source=SOURCE, cells=cells)
    assert [(piece.reason, piece.population) for piece in narrow.dropped] == [(TOO_NARROW, pytest.approx(33, abs=1.5))]
    assert narrow.quarters[0].attributes["area_m2"] == pytest.approx(390 * 50 + 330 * 10, abs=4_000)
    for rules, reason in (
        (VeilleRules(min_area_m2=50_000), TOO_SMALL),
        (VeilleRules(min_population=300), TOO_FEW_PEOPLE),
    ):
        found = veille_quarters([ZUS], quarters, rules, source=SOURCE, cells=cells)
        assert found.quarters == ()
        assert {piece.reason for piece in found.dropped} == {TOO_NARROW, reason}
        assert all(piece.origins == (ZUS,) for piece in found.dropped)


def test_population_is_that_of_the_share_of_the_cells() -> None:
    squares = np.array([shapely.box(0, 0, 200, 200), shapely.box(200, 0, 400, 200)], dtype=object)
    cells = PopulatedCells(squares, np.array([100.0, 60.0]))
    found = veille_quarters([ZUS], qpv(shapely.box(0, 0, 100, 400)), VeilleRules(), source=SOURCE, cells=cells)
    assert found.quarters[0].attributes["population"] == 110.0


def test_a_smallest_population_needs_cells() -> None:
    with pytest.raises(InvalidInputError, match="--grid"):
        veille_quarters([ZUS], [], VeilleRules(min_population=100), source=SOURCE)


def test_one_estimate_makes_everything_estimated() -> None:
    official = veille_quarters([ZUS], qpv(shapely.box(0, 0, 50, 400)), VeilleRules(), source=SOURCE)
    estimated = veille_quarters([ZUS], qpv(shapely.box(0, 0, 50, 400), estimated=True), VeilleRules(), source=SOURCE)
    assert [item.estimated for item in (*official.quarters, *estimated.quarters)] == [False, True]


def test_a_quarter_that_is_wholly_a_qpv_leaves_nothing() -> None:
    found = veille_quarters([ZUS], qpv(shapely.box(-1, -1, 401, 401)), VeilleRules(), source=SOURCE)
    assert (found.quarters, found.dropped, found.in_qpv_m2) == ((), (), 160_000.0)


def test_a_strip_is_cut_off_and_corners_stay() -> None:
    block, strip = shapely.box(0, 0, 100, 100), shapely.box(100, 45, 300, 55)
    kept, slivers = split_slivers(block.union(strip), 20)
    assert len(slivers) == 1
    assert kept.covers(block.buffer(-0.01))
    assert slivers[0].area == pytest.approx(strip.area, abs=60)


def test_a_width_of_zero_finds_no_sliver() -> None:
    needle = shapely.box(0, 0, 0.001, 100)
    assert split_slivers(needle, 0) == (needle, ())


def test_a_crumb_of_rounding_that_shares_nothing_comes_from_the_nearest() -> None:
    """Seen once in a random search: a piece of the difference that meets none of the former perimeters."""
    crumb = shapely.box(700 + 1e-9, 0, 700 + 2e-9, 1e-9)
    assert _described(crumb, [ZUS, CUCS], None).origins == (CUCS,)


def test_a_crumb_comes_from_each_perimeter_that_has_a_fair_part_of_it() -> None:
    """Half a square metre, 40 % in one and 60 % in the other: each has more than a third."""
    crumb = shapely.box(300 - 0.2, 0, 300 + 0.3, 1)
    west = Perimeter("W", "Ouest", Kind.ZUS, shapely.box(0, 0, 300, 400), 2154, estimated=False)
    assert [item.code for item in _described(crumb, [west, CUCS], None).origins] == ["C1", "W"]


def test_a_piece_of_just_the_smallest_surface_and_population_is_kept() -> None:
    cells = PopulatedCells(np.array([shapely.box(0, 0, 400, 400)], dtype=object), np.array([1600.0]))
    rules = VeilleRules(min_area_m2=160_000, min_population=1600)
    found = veille_quarters([ZUS], [], rules, source=SOURCE, cells=cells)
    assert [item.attributes["population"] for item in found.quarters] == [1600.0]
    assert found.dropped == ()


def test_what_is_too_little_is_what_the_note_says() -> None:
    assert VeilleRules() == VeilleRules(min_width_m=20, min_area_m2=5_000, min_population=0)


def test_without_former_perimeters_or_without_quarters_the_difference_is_nothing_or_all() -> None:
    nothing = veille_quarters([], qpv(shapely.box(0, 0, 200, 400)), VeilleRules(), source=SOURCE)
    assert (nothing.quarters, nothing.dropped, nothing.former_m2, nothing.in_qpv_m2) == ((), (), 0.0, 0.0)
    everything = veille_quarters([ZUS], [], VeilleRules(), source=SOURCE)
    assert (everything.former_m2, everything.in_qpv_m2) == (160_000.0, 0.0)
    assert [item.geometry.area for item in everything.quarters] == [160_000.0]


@pytest.mark.parametrize(("width_m", "origins"), [(0.0024, ["3100"]), (0.0026, ["3100", "C9"])])
def test_a_perimeter_that_shares_more_than_a_square_metre_is_an_origin(width_m: float, origins: list[str]) -> None:
    beside = Perimeter("C9", "", Kind.CUCS, shapely.box(400 - width_m, 0, 700, 400), 2154, estimated=False)
    assert [item.code for item in _described(ZUS.geometry, [beside, ZUS], None).origins] == origins


def test_origins_of_as_much_ground_come_by_code_and_then_by_name() -> None:
    def former(code: str, name: str) -> Perimeter:
        return Perimeter(code, name, Kind.CUCS, ZUS.geometry, 2154, estimated=False)

    made = [former("B", "Un"), former("A", "Deux"), former("A", "Cinq")]
    found = _described(ZUS.geometry, made, None)
    assert [(item.code, item.name) for item in found.origins] == [("A", "Cinq"), ("A", "Deux"), ("B", "Un")]


def test_a_crumb_as_near_to_two_comes_from_the_first_code() -> None:
    west, east = (
        Perimeter(code, "", Kind.ZUS, shapely.box(left, 0, left + 100, 100), 2154, estimated=False)
        for code, left in (("W", 0), ("E", 102))
    )
    crumb = shapely.box(100.75, 50, 101.25, 50.1)
    assert [item.code for item in _described(crumb, [west, east], None).origins] == ["E"]


def test_pieces_of_two_origins_are_numbered_each_in_its_own() -> None:
    north = Perimeter("C2", "Le Nord", Kind.CUCS, shapely.box(0, 1000, 400, 1400), 2154, estimated=False)
    found = veille_quarters([CUCS, north], qpv(shapely.box(400, 0, 500, 400)), VeilleRules(), source=SOURCE)
    assert [(item.code, item.name) for item in found.quarters] == [
        ("VEILLE-C2-1", "Le Nord"), ("VEILLE-C1-1", "La Plaine, partie 1"), ("VEILLE-C1-2", "La Plaine, partie 2"),
    ]  # fmt: skip
    assert {(item.source, item.epsg) for item in found.quarters} == {(SOURCE, 2154)}


def test_communes_of_a_piece_are_those_of_its_origins_each_once() -> None:
    def former(code: str, left: float, communes: tuple[str, ...]) -> Perimeter:
        area = shapely.box(left, 0, left + 200, 400)
        return Perimeter(code, "", Kind.CUCS, area, 2154, estimated=False, communes=communes)

    first, second = former("A", 0, ("62548", "62193")), former("B", 200, ("62193", "62041"))
    (quarter,) = veille_quarters([second, first], [], VeilleRules(), source=SOURCE).quarters
    assert quarter.communes == ("62548", "62193", "62041")


def test_origins_that_hold_as_much_of_a_piece_come_by_code_then_by_name() -> None:
    def former(code: str, name: str) -> Perimeter:
        return Perimeter(code, name, Kind.CUCS, ZUS.geometry, 2154, estimated=False)

    first, second, third = former("A", "Z"), former("B", "X"), former("B", "Y")
    for order in ((first, second, third), (third, second, first)):
        assert _described(ZUS.geometry, order, None).origins == (first, second, third)


def test_a_former_perimeter_that_is_estimated_makes_its_quarters_so() -> None:
    guessed = Perimeter("C3", "", Kind.CUCS, ZUS.geometry, 2154, estimated=True)
    assert [item.estimated for item in veille_quarters([guessed], [], VeilleRules(), source=SOURCE).quarters] == [True]


@pytest.mark.parametrize(
    ("least_m2", "fewest", "reason"),
    [(160_001, 0, TOO_SMALL), (160_001, 1601, TOO_SMALL), (160_000, 1600.5, TOO_FEW_PEOPLE)],
)
def test_a_piece_dropped_keeps_its_people_and_the_first_reason(least_m2: float, fewest: float, reason: str) -> None:
    cells = PopulatedCells(np.array([ZUS.geometry], dtype=object), np.array([1600.0]))
    rules = VeilleRules(min_area_m2=least_m2, min_population=fewest)
    found = veille_quarters([ZUS], [], rules, source=SOURCE, cells=cells)
    assert [(piece.reason, piece.population, piece.origins) for piece in found.dropped] == [(reason, 1600.0, (ZUS,))]
    assert found.quarters == ()


def test_a_piece_where_nobody_lives_is_kept_when_no_people_are_asked_for() -> None:
    cells = PopulatedCells(np.array([shapely.box(5000, 0, 5200, 200)], dtype=object), np.array([10.0]))
    (quarter,) = veille_quarters([ZUS], [], VeilleRules(), source=SOURCE, cells=cells).quarters
    assert quarter.attributes["population"] == 0.0


def test_figures_of_a_piece_are_to_the_tenth() -> None:
    piece = DroppedPiece(shapely.box(0, 0, 1, 10.26), (ZUS,), 12.34, "")
    assert piece_figures(piece) == {
        "origin": "3100", "origin_name": "Les Tours", "area_m2": 10.3, "population": 12.3,
    }  # fmt: skip


def test_a_perimeter_that_shares_just_a_square_metre_is_no_origin() -> None:
    beside = Perimeter("C9", "", Kind.CUCS, shapely.box(399, 399, 700, 700), 2154, estimated=False)
    assert [item.code for item in _described(ZUS.geometry, [beside, ZUS], None).origins] == ["3100"]
