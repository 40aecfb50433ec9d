"""Printed maps: names never collide, the same map gives the same bytes, and colour alone tells nothing apart."""

from __future__ import annotations

import re
from dataclasses import replace
from itertools import combinations, pairwise

import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st
from shapely import affinity

from geoville.errors import InvalidInputError
from geoville.rendering import perimeter_map, sector_map
from geoville.rendering.cells import Popup
from geoville.rendering.look import PERIMETER_LINES
from geoville.rendering.map_spec import PlaceLayer, PlacePoint
from geoville.rendering.paper import Box
from geoville.rendering.sheet.map import HATCHES, line_options
from geoville.rendering.sheet.page import (
    PaperFormat,
    ShapeReader,
    ground_around,
    paper_format,
    printing,
    subject_bounds,
    text_width,
    wrapped,
)
from geoville.rendering.sheet.sheet import SheetOptions, draw_sheet, sheet_pdf, sheet_png

MM_PER_POINT = 25.4 / 72


@pytest.fixture
def spec(scene, recipe):
    return sector_map(recipe, scene)


def crowded(spec, names):
    """The map with places spread over the whole view, thicker than names can be written."""
    west, south, east, north = subject_bounds(spec)
    lon, lat = np.meshgrid(np.linspace(west, east, 8), np.linspace(south, north, 8))
    points = tuple(
        PlacePoint(x, y, names[rank % len(names)], Popup("Lieu"))
        for rank, (x, y) in enumerate(zip(lon.ravel().tolist(), lat.ravel().tolist(), strict=True))
    )
    return replace(spec, places=(PlaceLayer("Lieux", labelled=True, shown=True, places=points, category="school"),))


@pytest.mark.parametrize("paper", list(PaperFormat))
def test_names_hide_neither_one_another_nor_leave_the_window(spec, paper):
    full = crowded(spec, ["École élémentaire Jean Jaurès", "MAIRIE", "Gare"])
    with printing():
        sheet = draw_sheet(full, SheetOptions(paper))
    boxes = [label.box for label in sheet.labels]
    assert len(boxes) > 10
    assert not any(first.overlaps(second) for first, second in combinations(boxes, 2))


def test_the_box_of_a_name_holds_its_letters(spec):
    with printing():
        sheet = draw_sheet(crowded(spec, ["Œuvre Notre-Dame WWW", "lilliput", "MMMMM 12 345"]))
    for label in sheet.labels:
        printed = text_width(label.text, label.size_mm / MM_PER_POINT, bold=label.bold)
        assert printed < label.box.width


def test_a_quarter_drawn_in_two_generations_is_named_once_and_two_of_one_name_twice(candidate, scene):
    spec = perimeter_map(candidate, scene)
    layer = spec.perimeters[0]
    (shape,) = layer.shapes
    east = affinity.translate(shapely.geometry.shape(shape.geometry), 0.004)
    elsewhere = replace(shape, geometry=shapely.geometry.mapping(east))
    for shapes, times in ((layer.shapes * 2, 1), ((shape, elsewhere), 2)):
        perimeters = (replace(layer, shapes=shapes),)
        with printing():
            sheet = draw_sheet(replace(spec, perimeters=perimeters, places=()))
        assert [label.text for label in sheet.labels].count(shape.popup.title) == times


@pytest.mark.parametrize("written", [sheet_pdf, sheet_png])
def test_the_same_map_gives_the_same_bytes(spec, written):
    assert written(spec) == written(spec)


@pytest.mark.parametrize(("paper", "points"), [(PaperFormat.A4, (841.89, 595.28)), (PaperFormat.A3, (1190.55, 841.89))])
def test_the_pdf_has_the_size_of_the_paper_and_says_what_the_panel_says(spec, paper, points):
    pdf = sheet_pdf(spec, SheetOptions(paper))
    sizes = [tuple(map(float, found.split())) for found in re.findall(rb"/MediaBox \[ 0 0 ([\d.]+ [\d.]+) \]", pdf)]
    assert len(sizes) >= 2
    for size in sizes:
        assert size == pytest.approx(points, abs=0.02)


def test_the_png_has_300_dots_per_inch(spec):
    png = sheet_png(spec)
    width, height = (int.from_bytes(png[start : start + 4], "big") for start in (16, 20))
    assert (width, height) == (3507, 2480)


@pytest.mark.parametrize("name", ["<script>alert(1)</script>", "$x^2$ & \\alpha", "{%", "\N{NARROW NO-BREAK SPACE}"])
def test_any_name_is_printed_as_it_is(spec, name):
    with printing():
        sheet = draw_sheet(crowded(spec, [name]))
    assert {label.text for label in sheet.labels} >= {name}


def test_the_theme_asked_for_is_drawn_or_refused(spec):
    assert sheet_pdf(spec, SheetOptions(theme="people")) != sheet_pdf(spec)
    with pytest.raises(InvalidInputError, match="thème « sea »"):
        sheet_pdf(spec, SheetOptions(theme="sea"))


def test_a_map_without_cells_nor_places_is_printed(spec):
    bare = replace(spec, cells=None, backdrop=None, places=(), links=None, outline=None)
    assert sheet_pdf(bare, SheetOptions(graticule=True)).startswith(b"%PDF")


def test_an_unknown_paper_is_refused():
    assert paper_format("A3") is PaperFormat.A3
    with pytest.raises(InvalidInputError, match="a4, a3"):
        paper_format("letter")


def test_the_subject_holds_in_the_window(candidate, scene):
    spec = perimeter_map(candidate, scene)
    ground = ground_around(subject_bounds(spec), Box(10, 20, 200, 150))
    (shape,) = spec.perimeters[0].shapes
    (ring,) = shape.geometry["coordinates"]
    assert all(ground.holds(ground.place(np.array(vertex))) for vertex in ring)


@given(st.floats(-0.05, 0.05), st.floats(-0.05, 0.05), st.floats(1e-4, 0.1))
def test_a_window_shows_what_lies_in_it_and_nothing_of_what_lies_beside(east, north, size):
    """Against GEOS, which cuts every shape; the window sees 5 mm beyond its frame."""
    ground = ground_around((1.80, 50.93, 1.90, 50.97), Box(10, 20, 200, 150))
    area = shapely.box(1.85 + east, 50.95 + north, 1.85 + east + size, 50.95 + north + size)
    whole = shapely.transform(area, ground.place)
    expected = whole.intersection(shapely.box(5, 15, 215, 175))
    shown = ground.shape(shapely.geometry.mapping(area))
    assert shown.area == pytest.approx(expected.area)
    assert shown.symmetric_difference(expected).area == pytest.approx(0.0, abs=1e-9)


def test_geometries_of_a_map_are_read_once_and_never_taken_for_others():
    read = ShapeReader()
    squares = [shapely.box(at, 0, at + 1, 1) for at in range(50)]
    drawn = [read(shapely.geometry.mapping(square)) for square in squares]  # each mapping is forgotten at once
    assert drawn == squares
    kept = shapely.geometry.mapping(squares[0])
    assert read(kept) is read(kept)


@given(st.floats(-60, 60), st.floats(-30, 60), st.floats(1e-4, 0.2), st.floats(1e-4, 0.2), st.floats(40, 400))
def test_scales_are_round_and_hold_the_subject(lon, lat, across, along, width):
    ground = ground_around((lon, lat, lon + across, lat + along), Box(0, 0, width, 150))
    leading = f"{ground.denominator:.0f}".rstrip("0")
    assert leading in {"1", "125", "15", "2", "25", "3", "4", "5", "6", "75"}
    west, south, east, north = ground.degrees()
    assert west <= lon
    assert east >= lon + across
    assert south <= lat
    assert north >= lat + along


def test_a_metre_on_the_ground_is_a_metre_on_the_scale_bar():
    """Against the ellipsoid, at Calais: under 0.5 %."""
    import pyproj

    ground = ground_around((1.80, 50.93, 1.90, 50.97), Box(0, 0, 200, 150))
    ends = np.array([(1.82, 50.95), (1.88, 50.94)])
    (x1, y1), (x2, y2) = ground.place(ends)
    _, _, metres = pyproj.Geod(ellps="WGS84").inv(*ends[0], *ends[1])
    assert np.hypot(x2 - x1, y2 - y1) * ground.metres_per_mm == pytest.approx(metres, rel=5e-3)


def test_exact_official_lines_are_full_and_all_others_dashed():
    for key, line in PERIMETER_LINES.items():
        full = line_options(key, line)["linestyle"] == "solid"
        assert full is (key not in {"candidat", "action", "qpv_generalised"} and not key.endswith("_estimated"))


def test_perimeters_are_told_apart_without_colour():
    looks = [
        (str(options["linestyle"]), options["linewidth"], HATCHES.get(key, ""))
        for key, line in PERIMETER_LINES.items()
        for options in [line_options(key, line)]
        if key != "npnru"  # a sector is named on its map, and drawn with a quarter's line
    ]
    assert len(set(looks)) >= len(looks) - 1


def test_classes_get_lighter_in_one_direction(spec):
    for theme in spec.cells.themes:
        greys = [
            sum(weight * int(colour[at : at + 2], 16) for weight, at in ((0.299, 1), (0.587, 3), (0.114, 5)))
            for colour in theme.classes.colours
        ]
        steps = [second - first for first, second in pairwise(greys)]
        assert all(step > 0 for step in steps) or all(step < 0 for step in steps)


@given(st.text(alphabet="ab é;:?!«»\N{NO-BREAK SPACE} ", max_size=80), st.floats(10, 60))
def test_lines_fit_and_none_begins_with_a_mark(text, width):
    lines = wrapped(f"mot {text}", 8.0, width)
    for line in lines:
        assert text_width(line, 8.0) <= width + 0.5 or " " not in line
    joined = "".join("".join(lines).split())
    assert joined == "".join(f"mot{text}".split())
    assert not any(line.startswith(" ") for line in lines)
