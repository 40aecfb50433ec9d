"""The page of a comparison: two maps that move together, their legend and their table, in one offline file."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from geoville.rendering.assets import own_text, script_tag, style_tag
from geoville.rendering.compare.text import CHANGE_NAMES, COLUMNS
from geoville.rendering.figure import blank_map, drawn, page_text
from geoville.rendering.folium_layers import add_areas, add_backdrop, add_perimeters
from geoville.rendering.styles import CHANGE_FILLS, change_fill

if TYPE_CHECKING:
    from geoville.rendering.compare.map import ComparisonSpec, SideSpec


def render_comparison(spec: ComparisonSpec) -> str:
    """Draw a comparison as one HTML page that opens with no network.

    Returns
    -------
    HTML text; the same `spec` always gives the same text.

    Raises
    ------
    DataUnavailableError
        A script that the page needs is missing from the installation.
    """
    page = drawn([_folium_map(spec, side) for side in spec.sides])
    return page_text(
        "compare/compare.html",
        spec=spec,
        styles=[*page.styles, style_tag(own_text("page.css")), style_tag(own_text("compare/compare.css"))],
        scripts=[*page.scripts, script_tag(own_text("details.js")), script_tag(own_text("compare/compare.js"))],
        map_elements=page.elements,
        map_script=script_tag(f"{page.code}\nsetUpComparison({', '.join(page.names)});"),
        columns=COLUMNS,
        fills=CHANGE_FILLS,
        change_fill=change_fill,
        change_names=CHANGE_NAMES,
        lines=spec.style.lines,
    )


def _folium_map(spec: ComparisonSpec, side: SideSpec) -> Any:
    folium_map = blank_map(spec.bounds)
    add_backdrop(folium_map, spec.backdrop)
    for areas in side.areas:
        add_areas(folium_map, areas)
    for perimeters in side.perimeters:
        add_perimeters(folium_map, perimeters, spec.style)
    return folium_map
