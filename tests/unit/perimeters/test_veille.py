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
    VeilleRules,
    _described,
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
