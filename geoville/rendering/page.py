"""The interactive page: folium draws the map, our template lays the page out, and everything is in one file."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from geoville.rendering.assets import inlined_link, own_text, script_tag, style_tag
from geoville.rendering.classes import NO_DATA_COLOUR, PALETTE_NAME
from geoville.rendering.folium_layers import add_backdrop, add_cells, add_outline, add_perimeters, add_places
from geoville.rendering.styles import PANES, PERIMETER_LINES, PLACE_COLOUR, SECTOR_LINE, imputed_fill

if TYPE_CHECKING:
    from geoville.rendering.map_spec import MapSpec

_LEAFLET_SCRIPT, _LEAFLET_STYLE = "leaflet", "leaflet_css"
_ZOOMS = (9, 18)
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
    import jinja2

    folium_map = _folium_map(spec)
    _number_elements(folium_map)
    figure = folium_map.get_root()
    # The first rendering hands scripts and links out to the figure's parts, which our own template then lays out.
    figure.render()
    environment = jinja2.Environment(autoescape=True, trim_blocks=True, lstrip_blocks=True)
    return environment.from_string(own_text("page.html")).render(
        spec=spec,
        styles=[*_inlined_links(figure, "CssLink"), style_tag(own_text("page.css"))],
        scripts=[*_inlined_links(figure, "JavascriptLink"), script_tag(own_text("page.js"))],
        map_element=figure.html.render(),
        map_script=script_tag(f"{figure.script.render()}\nsetUpPage({folium_map.get_name()});"),
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

    # Zoom buttons and scale are added by page.js, with French titles.
    folium_map = folium.Map(tiles=None, zoom_control=False, attribution_control=False, zoom_snap=0.25)
    folium_map.options.update(minZoom=_ZOOMS[0], maxZoom=_ZOOMS[1])
    folium_map.default_js = [link for link in folium_map.default_js if link[0] == _LEAFLET_SCRIPT]
    folium_map.default_css = [link for link in folium_map.default_css if link[0] == _LEAFLET_STYLE]
    for name, height in PANES.items():
        folium.map.CustomPane(name, z_index=height).add_to(folium_map)
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
    west, south, east, north = spec.bounds
    folium_map.fit_bounds([[south, west], [north, east]])
    return folium_map


def _number_elements(folium_map: Any) -> None:
    """Replace folium's random identifiers by numbers in order of drawing, so that the page's bytes never vary."""
    elements = [folium_map]
    for number, element in enumerate(elements):
        element._id = str(number)
        elements.extend(element._children.values())


def _inlined_links(figure: Any, kind: str) -> list[str]:
    links = figure.header._children.items()
    return [inlined_link(name) for name, element in links if element._name == kind]
