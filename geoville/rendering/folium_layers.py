"""Layers of a `MapSpec` as folium objects. GeoJSON layers only: they need Leaflet and nothing else."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING, Any

from geoville.rendering.classes import NO_DATA_COLOUR
from geoville.rendering.styles import (
    CASING_WIDTH_PX,
    CHANGE_FILLS,
    PERIMETER_LINES,
    PLACE_COLOUR,
    SECTOR_LINE,
    LineStyle,
    change_fill,
    imputed_fill,
)

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from geoville.rendering.classes import IncomeClasses
    from geoville.rendering.compare_map import AreaLayer
    from geoville.rendering.map_spec import CellLayer, OutlineLayer, PerimeterLayer, PlaceLayer, Popup, Shape

DETAILS = "bindDetails"
"""Function of `page.js` that gives a feature its popup, its label and its place in the keyboard's order."""

_CELL_LINE = {"fillOpacity": 1, "color": "#ffffff", "weight": 0.6}


def add_backdrop(folium_map: Any, geometry: Mapping[str, Any]) -> None:
    """Draw the inhabited area, always on and silent."""
    import folium

    style = {"stroke": False, "fillColor": "#dfe3e6", "fillOpacity": 1}
    folium.GeoJson(
        _collection([_feature(geometry, {})]),
        style_function=lambda _: style,
        control=False,
        interactive=False,
        pane="backdrop",
    ).add_to(folium_map)


def add_cells(folium_map: Any, layer: CellLayer) -> None:
    """Draw the cells, coloured by class, hatched where imputed."""
    import folium
    from folium.utilities import JsCode

    features = [
        _feature(cell.geometry, {"class": cell.class_index, "imputed": cell.imputed, **_details(cell.popup)})
        for cell in layer.cells
    ]
    folium.GeoJson(
        _collection(features),
        name=escape(layer.name),
        style_function=lambda feature: _cell_style(feature, layer.classes),
        on_each_feature=JsCode(DETAILS),
        pane="cells",
    ).add_to(folium_map)


def add_perimeters(folium_map: Any, layer: PerimeterLayer) -> None:
    """Draw perimeters, as a line over a pale band; their inside leaves the cells within reach."""
    import folium

    group = folium.FeatureGroup(name=escape(layer.name), show=layer.shown)
    _add_line(group, layer.shapes, PERIMETER_LINES[layer.style], "perimeters")
    group.add_to(folium_map)


def add_areas(folium_map: Any, layer: AreaLayer) -> None:
    """Draw what enters, leaves or stays, each with its own pattern."""
    import folium
    from folium.utilities import JsCode

    style = {
        "fillColor": f"url(#{change_fill(layer.change)})",
        "fillOpacity": 1,
        "color": CHANGE_FILLS[layer.change].ink,
        "weight": 1,
    }
    folium.GeoJson(
        _collection([_feature(shape.geometry, {"kind": "area", **_details(shape.popup)}) for shape in layer.shapes]),
        style_function=lambda _: style,
        on_each_feature=JsCode(DETAILS),
        pane="cells",
    ).add_to(folium_map)


def add_outline(folium_map: Any, layer: OutlineLayer) -> None:
    """Draw the sector: its schematic outline if there is one, and the label that says what it is worth."""
    import folium
    from folium.utilities import JsCode

    group = folium.FeatureGroup(name=escape(layer.name))
    if layer.outline is not None:
        _add_line(group, [layer.outline], SECTOR_LINE, "sector")
    label = {"label": layer.label, "labelled": True, "kind": "sector"}
    anchor = folium.CircleMarker(radius=0, stroke=False, fill=False)
    anchor.options.update(pane="sector", interactive=False)
    folium.GeoJson(
        _collection([_feature(_point(layer.label_lon, layer.label_lat), label)]),
        marker=anchor,
        on_each_feature=JsCode(DETAILS),
    ).add_to(group)
    group.add_to(folium_map)


def add_places(folium_map: Any, layer: PlaceLayer) -> None:
    """Draw named places as points."""
    import folium
    from folium.utilities import JsCode

    features = [
        _feature(
            _point(place.lon, place.lat),
            {"label": place.label, "labelled": layer.labelled, "kind": "place", **_details(place.popup)},
        )
        for place in layer.places
    ]
    marker = folium.CircleMarker(
        radius=6, color=PLACE_COLOUR, weight=2.5, fill=True, fill_color="#ffffff", fill_opacity=1
    )
    marker.options["pane"] = "places"
    folium.GeoJson(
        _collection(features),
        name=escape(layer.name),
        show=layer.shown,
        marker=marker,
        on_each_feature=JsCode(DETAILS),
    ).add_to(folium_map)


def _add_line(group: Any, shapes: Sequence[Shape], line: LineStyle, pane: str) -> None:
    import folium
    from folium.utilities import JsCode

    features = [_feature(shape.geometry, {"kind": "area", **_details(shape.popup)}) for shape in shapes]
    casing = {"color": "#ffffff", "weight": CASING_WIDTH_PX, "opacity": 0.75, "fill": False}
    stroke = {"color": line.colour, "weight": line.width_px, "dashArray": line.dashes or None, "fill": False}
    folium.GeoJson(
        _collection(features), style_function=lambda _: casing, on_each_feature=JsCode(DETAILS), pane=pane
    ).add_to(group)
    folium.GeoJson(
        _collection([_feature(shape.geometry, {}) for shape in shapes]),
        style_function=lambda _: stroke,
        interactive=False,
        pane=pane,
    ).add_to(group)


def _cell_style(feature: Mapping[str, Any], classes: IncomeClasses) -> dict[str, Any]:
    index, imputed = feature["properties"]["class"], feature["properties"]["imputed"]
    if index is None:
        return {"fillColor": NO_DATA_COLOUR, **_CELL_LINE}
    fill = f"url(#{imputed_fill(index)})" if imputed else classes.colours[index]
    return {"fillColor": fill, **_CELL_LINE}


def _details(popup: Popup) -> dict[str, Any]:
    return {"title": popup.title, "rows": [list(row) for row in popup.rows], "note": popup.note}


def _point(lon: float, lat: float) -> dict[str, Any]:
    return {"type": "Point", "coordinates": [lon, lat]}


def _feature(geometry: Mapping[str, Any], properties: dict[str, Any]) -> dict[str, Any]:
    return {"type": "Feature", "geometry": geometry, "properties": properties}


def _collection(features: list[dict[str, Any]]) -> dict[str, Any]:
    """Feature collection with its own identifiers, so that folium does not choose a property to be one."""
    for index, feature in enumerate(features):
        feature["id"] = str(index)
    return {"type": "FeatureCollection", "features": features}
