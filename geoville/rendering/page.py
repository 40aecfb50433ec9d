"""The interactive page: folium draws the map, our template lays the page out, and everything is in one file."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from geoville.french import typeset
from geoville.rendering.cells import DEGREE_DECIMALS
from geoville.rendering.folium_map import (
    add_areas,
    add_backdrop,
    add_links,
    add_outline,
    add_perimeters,
    add_places,
    blank_map,
    drawn,
    json_tag,
    own_text,
    page_text,
    script_tag,
    style_tag,
)
from geoville.rendering.layers import ground_data
from geoville.rendering.look import CHANGE_FILLS, change_fill

if TYPE_CHECKING:
    from collections.abc import Iterator

    from geoville.rendering.cells import CellColumn, CellLayer, CellTheme
    from geoville.rendering.look import LineStyle, MapStyle, PlaceStyle
    from geoville.rendering.map_spec import MapSpec


# --- Cells of a map as the compact JSON that `cells.js` draws: corners, texts and classes, each written once

_SCALE = 10**DEGREE_DECIMALS


def cell_data(layer: CellLayer | None, style: MapStyle) -> str:
    """JSON text of the cells of a map; "null" where it has none.

    Notes
    -----
    Corners are integers of 10⁻⁶ degree, each written as its difference from the one before; cells point at them. A
    column is its distinct texts, and the rank of each cell's own.
    """
    return "null" if layer is None else _compact(_cell_document(layer, style))


def cells_with_legends(layer: CellLayer, style: MapStyle) -> str:
    """JSON text of cells, as `cell_data`, with the legends of their themes: what the page of the service draws."""
    return _compact({"data": _cell_document(layer, style), "legends": [_legend(theme) for theme in layer.themes]})


def _legend(theme: CellTheme) -> dict[str, Any]:
    classes = theme.classes
    return {
        "key": theme.key,
        "name": typeset(theme.name) + (" (estimation)" if theme.estimated else ""),
        "title": typeset(theme.legend_title),
        "colours": classes.colours,
        "labels": [typeset(text) for text in classes.labels],
        "people": theme.people,
        "mark": typeset(classes.mark),
        "mark_rank": classes.mark_rank,
        "has_unknown": theme.has_unknown,
        "notes": [typeset(text) for text in (classes.method, theme.note) if text],
    }


def _compact(document: Any) -> str:
    return json.dumps(document, ensure_ascii=False, separators=(",", ":"))


def _cell_document(layer: CellLayer, style: MapStyle) -> dict[str, Any]:
    corners, where = np.unique(np.round(layer.squares.reshape(-1, 2) * _SCALE).astype(int), axis=0, return_inverse=True)
    steps = np.diff(corners, axis=0, prepend=np.zeros((1, 2), dtype=int))
    return {
        "title": typeset(layer.title),
        "scale": _SCALE,
        "corners": steps.ravel().tolist(),
        "cells": where.ravel().tolist(),
        "imputed": layer.imputed.astype(int).tolist(),
        "columns": [_column(column) for column in layer.columns],
        "themes": [_theme(theme) for theme in layer.themes],
        "noData": style.no_data,
    }


def _column(column: CellColumn) -> dict[str, Any]:
    texts = list(dict.fromkeys(column.texts))
    rank = {text: index for index, text in enumerate(texts)}
    return {
        "label": typeset(column.label),
        "texts": [typeset(text) for text in texts],
        "ranks": [rank[text] for text in column.texts],
    }


def _theme(theme: CellTheme) -> dict[str, Any]:
    classes = theme.classes
    hatched = classes.mark_rank if classes.mark else len(classes.colours)
    return {"key": theme.key, "colours": list(classes.colours), "hatched": hatched, "classes": theme.class_of.tolist()}


_SCRIPTS = (
    "details.js",
    "labels.js",
    "ground.js",
    "online.js",
    "cells.js",
    "layers.js",
    "search.js",
    "tools.js",
    "table.js",
    "reasons.js",
    "page.js",
)


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
    fill : pattern of its key, empty for none.
    """

    group: str
    name: str
    lines: tuple[LineStyle, ...]
    place: PlaceStyle | None
    drawn: Any
    shown: bool
    fill: str = ""


def render_page(spec: MapSpec) -> str:
    """Draw a map as one HTML page that opens with no network.

    Returns
    -------
    HTML text; the same `spec` always gives the same text. Only a map with `tiles` fetches anything, from their
    host, once its reader asked for them.

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
        fills=[(f"over-{change_fill(item.change)}", CHANGE_FILLS[item.change]) for item in spec.changes],
        groups=list(dict.fromkeys(layer.group for layer in layers)),
        styles=[*page.styles, style_tag(own_text("page.css"))],
        scripts=[*page.scripts, *(script_tag(own_text(name)) for name in _SCRIPTS)],
        map_element=page.elements[0],
        cell_data=json_tag("cell-data", cell_data(spec.cells, spec.style)),
        reason_data=json_tag(
            "reason-data", _compact([{"number": item.number, "points": item.points} for item in spec.reasons])
        ),
        ground_data=json_tag("ground-data", ground_data(spec.ground)),
        map_script=script_tag(f"{page.code}\n{_set_up(spec, page.names[0], layers, backdrop)}"),
    )


def _layers(spec: MapSpec, folium_map: Any) -> Iterator[LayerEntry]:
    """Draw every layer but the cells, and say how the list of layers presents it."""
    style = spec.style
    dimmed = any(shape.is_subject for layer in spec.perimeters for shape in layer.shapes)
    if spec.outline is not None:
        layer = add_outline(folium_map, spec.outline, style)
        key = (style.lines["sector"],) if spec.outline.outline else ()
        yield LayerEntry("Secteur", spec.outline.name, key, None, layer, shown=True)
    if spec.links is not None:
        layer = add_links(folium_map, spec.links, style)
        keys = dict.fromkeys("axis" if link.is_axis else "link" for link in spec.links.links)
        lines = tuple(style.lines[key] for key in keys)
        yield LayerEntry("Secteur", spec.links.name, lines, None, layer, shown=spec.links.shown)
    for areas in spec.changes:
        layer = add_areas(folium_map, areas, over_cells=True)
        name = areas.shapes[0].popup.title
        yield LayerEntry("Changements", name, (), None, layer, shown=True, fill=f"over-{change_fill(areas.change)}")
    for group, perimeters in (("Périmètres", spec.perimeters), ("Repères", spec.guides)):
        # Listed from the first to look at, drawn from the last: what is drawn later lies above.
        on_map = [add_perimeters(folium_map, item, style, dimmed=dimmed) for item in reversed(perimeters)]
        for item, layer in zip(perimeters, reversed(on_map), strict=True):
            yield LayerEntry(group, item.name, (style.lines[item.style],), None, layer, shown=item.shown)
    for places in spec.places:
        layer = add_places(folium_map, places, style)
        yield LayerEntry("Lieux", places.name, (), style.places[places.category], layer, shown=places.shown)


def _set_up(spec: MapSpec, folium_map: str, layers: list[LayerEntry], backdrop: Any) -> str:
    names = ", ".join(layer.drawn.get_name() for layer in layers)
    tiles = json.dumps(spec.tiles.document(), ensure_ascii=False) if spec.tiles else "null"
    return f"setUpPage({folium_map}, [{names}], {backdrop.get_name() if backdrop else 'null'}, {tiles});"
