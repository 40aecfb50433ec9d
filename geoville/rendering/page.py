"""The interactive page: folium draws the map, our template lays the page out, and everything is in one file."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from geoville.rendering.assets import own_text, script_tag, style_tag
from geoville.rendering.classes import NO_DATA_COLOUR, PALETTE_NAME
from geoville.rendering.figure import blank_map, drawn, page_text
from geoville.rendering.folium_layers import add_backdrop, add_cells, add_outline, add_perimeters, add_places
from geoville.rendering.styles import PERIMETER_LINES, PLACE_COLOUR, SECTOR_LINE, imputed_fill

if TYPE_CHECKING:
    from geoville.rendering.map_spec import MapSpec

_ON_SMALL_SCREEN = "window.matchMedia('(max-width: 60rem)').matches"


def render_page(spec: MapSpec) -> str:
    """Draw a map as one HTML page that opens with no network.

    Returns
    -------
    HTML text; the same `spec` always gives the same text.

    Raises
    ------
    DataUnavailableError
        A script that the page needs is missing from the installation.
    """
    page = drawn([_folium_map(spec)])
    return page_text(
        "page.html",
        spec=spec,
        styles=[*page.styles, style_tag(own_text("page.css"))],
        scripts=[*page.scripts, script_tag(own_text("page.js"))],
        map_element=page.elements[0],
        map_script=script_tag(f"{page.code}\nsetUpPage({page.names[0]});"),
        palette_name=PALETTE_NAME,
        no_data_colour=NO_DATA_COLOUR,
        has_cells_without_data=any(cell.class_index is None for cell in spec.cells.cells),
        has_imputed_cells=any(cell.imputed for cell in spec.cells.cells),
        lines=PERIMETER_LINES,
        sector_line=SECTOR_LINE,
        place_colour=PLACE_COLOUR,
        imputed_fill=imputed_fill,
    )


def _folium_map(spec: MapSpec) -> Any:
    import folium
    from folium.utilities import JsCode

    folium_map = blank_map(spec.bounds)
    add_backdrop(folium_map, spec.backdrop)
    add_cells(folium_map, spec.cells)
    for perimeters in spec.perimeters:
        add_perimeters(folium_map, perimeters)
    if spec.outline is not None:
        add_outline(folium_map, spec.outline)
    for places in spec.places:
        add_places(folium_map, places)
    control: Any = folium.LayerControl()
    control.options["collapsed"] = JsCode(_ON_SMALL_SCREEN)
    control.add_to(folium_map)
    return folium_map
