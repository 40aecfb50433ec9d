"""The interactive page: folium draws the map, our template lays the page out, and everything is in one file."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from geoville.rendering.assets import json_tag, own_text, script_tag, style_tag
from geoville.rendering.cell_data import cell_data
from geoville.rendering.figure import blank_map, drawn, page_text
from geoville.rendering.folium_layers import add_backdrop, add_links, add_outline, add_perimeters, add_places

if TYPE_CHECKING:
    from collections.abc import Iterator

    from geoville.rendering.map_spec import MapSpec
    from geoville.rendering.map_style import PlaceStyle
    from geoville.rendering.styles import LineStyle

_SCRIPTS = ("details.js", "labels.js", "cells.js", "layers.js", "search.js", "tools.js", "table.js", "page.js")


@dataclass(frozen=True, slots=True)
class LayerEntry:
    """One line of the list of layers.

    Parameters
    ----------
    group : heading that it stands under.
    lines : of its key, empty for places.
    place : mark of its key, None for lines.
    drawn : folium's layer.
    shown : whether it is on when the map opens.
    """

    group: str
    name: str
    lines: tuple[LineStyle, ...]
    place: PlaceStyle | None
    drawn: Any
    shown: bool


def render_page(spec: MapSpec) -> str:
    """Draw a map as one HTML page that opens with no network.

    Returns
    -------
    HTML text; the same `spec` always gives the same text. Only a map with `tiles` fetches anything, from their host.

    Raises
    ------
    DataUnavailableError
        A script that the page needs is missing from the installation.
    """
    folium_map = blank_map(spec.bounds)
    backdrop = add_backdrop(folium_map, spec.backdrop) if spec.backdrop is not None else None
    layers = list(_layers(spec, folium_map))
    page = drawn([folium_map])
    return page_text(
        "page.html",
        spec=spec,
        layers=layers,
        groups=list(dict.fromkeys(layer.group for layer in layers)),
        styles=[*page.styles, style_tag(own_text("page.css"))],
        scripts=[*page.scripts, *(script_tag(own_text(name)) for name in _SCRIPTS)],
        map_element=page.elements[0],
        cell_data=json_tag("cell-data", cell_data(spec.cells, spec.style)),
        map_script=script_tag(f"{page.code}\n{_set_up(spec, page.names[0], layers, backdrop)}"),
    )


def _layers(spec: MapSpec, folium_map: Any) -> Iterator[LayerEntry]:
    """Draw every layer but the cells, and say how the list of layers presents it."""
    style = spec.style
    if spec.outline is not None:
        layer = add_outline(folium_map, spec.outline, style)
        key = (style.lines["sector"],) if spec.outline.outline else ()
        yield LayerEntry("Secteur", spec.outline.name, key, None, layer, shown=True)
    if spec.links is not None:
        layer = add_links(folium_map, spec.links, style)
        keys = dict.fromkeys("axis" if link.is_axis else "link" for link in spec.links.links)
        lines = tuple(style.lines[key] for key in keys)
        yield LayerEntry("Secteur", spec.links.name, lines, None, layer, shown=spec.links.shown)
    for group, perimeters in (("Périmètres", spec.perimeters), ("Repères", spec.guides)):
        for item in perimeters:
            layer = add_perimeters(folium_map, item, style)
            yield LayerEntry(group, item.name, (style.lines[item.style],), None, layer, shown=item.shown)
    for places in spec.places:
        layer = add_places(folium_map, places, style)
        yield LayerEntry("Lieux", places.name, (), style.places[places.category], layer, shown=places.shown)


def _set_up(spec: MapSpec, folium_map: str, layers: list[LayerEntry], backdrop: Any) -> str:
    names = ", ".join(layer.drawn.get_name() for layer in layers)
    tiles = json.dumps({**asdict(spec.tiles), "url": spec.tiles.url}) if spec.tiles else "null"
    return f"setUpPage({folium_map}, [{names}], {backdrop.get_name() if backdrop else 'null'}, {tiles});"
