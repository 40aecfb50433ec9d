from __future__ import annotations

import re
from dataclasses import replace

import pytest
import shapely

from geoville.carroyage.grid import cell_squares
from geoville.model import Kind, Source
from geoville.perimeters.comparison import compare_perimeters, overlay
from geoville.rendering import comparison_map, render_comparison
from geoville.rendering.comparison import layer_name, map_name, summary, table_rows, total_row
from geoville.rendering.look import LineStyle, MapStyle

HOSTILE = "<script>alert(1)</script>"
CITED = Source("Carreaux", "Insee", "2019", HOSTILE)


@pytest.fixture
def official(candidate):
    """The candidate moved by half a cell, as an official contour."""
    return replace(
        candidate,
        code="QP062001",
        name=HOSTILE,
        kind=Kind.QPV,
        estimated=False,
        vintage=None,
        generation=2015,
        geometry=shapely.affinity.translate(candidate.geometry, 0, 100),
    )


@pytest.fixture
def compared(grid):
    """Compare two lists of perimeters on the small grid."""
    squares = cell_squares(grid.easting, grid.northing, grid.epsg, 2154)

    def compare(old, new):
        comparison = compare_perimeters(old, new, squares, grid.people)
        pieces = overlay(old, new, squares, grid.people)
        return comparison, comparison_map(comparison, pieces, old=old, new=new, grid=grid, sources=[CITED])

    return compare


def test_the_same_comparison_gives_the_same_bytes_and_fetches_nothing(compared, candidate, official):
    _, spec = compared([candidate], [official])
    page = render_comparison(spec)
    assert page == render_comparison(spec)
    assert not re.search(r"<(script|img|iframe)[^>]*\ssrc=", page)
    assert "<link" not in page
    assert not re.search(r"url\((?!data:|#|\"?#)", page.replace("url(#default#VML)", ""))


def test_texts_are_escaped_wherever_they_come_from(compared, candidate, official):
    _, spec = compared([replace(candidate, name=HOSTILE)], [official])
    assert HOSTILE not in render_comparison(spec)


def test_maps_are_named_after_what_they_show(candidate, official):
    assert map_name([candidate]) == "Quartiers candidats, grille 2019 (contour estimé, sans valeur réglementaire)"
    assert map_name([official]) == "Quartiers prioritaires (QPV) 2015"
    assert map_name([]) == "Aucun périmètre"


@pytest.mark.parametrize("empty_side", [0, 1, None])
def test_an_empty_map_is_drawn(compared, candidate, empty_side):
    sides = [[candidate], [candidate]] if empty_side is not None else [[], []]
    if empty_side is not None:
        sides[empty_side] = []
    _, spec = compared(*sides)
    assert "Aucun périmètre" in render_comparison(spec)


def test_the_table_has_a_row_per_group_and_a_total(compared, candidate, official):
    comparison, spec = compared([candidate], [official])
    (row,) = table_rows(comparison)
    assert row.fate == "redessiné"
    assert row.people[0] == total_row(comparison).people[0]
    assert spec.rows == (row,)


def test_what_is_not_there_has_no_details(compared, candidate):
    comparison, _ = compared([candidate], [])
    (row,) = table_rows(comparison)
    assert [bool(detail) for detail in row.details] == [True, True, False, False, False]


def test_the_estimate_is_said_only_where_there_is_one(compared, candidate, official):
    _, estimated = compared([candidate], [official])
    _, fixed = compared([official], [official])
    assert any("sans valeur réglementaire" in note for note in estimated.notes)
    assert not any("sans valeur réglementaire" in note for note in fixed.notes)


def test_people_who_change_quarter_are_told_apart(compared, candidate):
    def cut(share, side):
        west, south, east, north = candidate.geometry.bounds
        first = shapely.box(west, south, west + (east - west) * share, north)
        parts = (shapely.intersection(candidate.geometry, first), shapely.difference(candidate.geometry, first))
        return [replace(candidate, code=f"{side}{place}", geometry=part) for place, part in enumerate(parts)]

    comparison, _ = compared(cut(0.5, "O"), cut(0.47, "N"))
    assert comparison.people_between_groups > 1
    assert any("passent d'un quartier à un autre" in sentence for sentence in summary(comparison))


def test_a_style_changes_lines_and_names_and_no_estimate_loses_its_warning(compared, candidate, official):
    comparison, plain = compared([candidate], [official])
    lines = {**plain.style.lines, "qpv": LineStyle("#7a0019", 5)}
    style = MapStyle(lines=lines, names={Kind.QPV: "Quartiers de la ville", Kind.CANDIDAT: "Essais"})
    spec = replace(plain, style=style)
    assert 'stroke="#7a0019"' in render_comparison(spec)
    assert layer_name(official, style.names) == "Quartiers de la ville 2015"
    assert layer_name(candidate, style.names) == "Essais, grille 2019 (contour estimé, sans valeur réglementaire)"
    assert comparison.estimated
