"""Layers of a `MapSpec` as folium objects. GeoJSON layers only: they need Leaflet and nothing else.

Cells are not here: forty thousand of them are drawn on one canvas by `cells.js`, from `cell_data`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from geoville.rendering.styles import CASING_WIDTH_PX, CHANGE_FILLS, LineStyle, change_fill

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from geoville.rendering.compare.map import AreaLayer
    from geoville.rendering.map_spec import Link, LinkLayer, OutlineLayer, PerimeterLayer, PlaceLayer, Popup, Shape
    from geoville.rendering.map_style import MapStyle

DETAILS = "bindDetails"
"""Function of `details.js` that gives a feature its popup, its label and its place in the keyboard's order."""

_LEAST_CASED_PX = 2
"""Under a thinner line the pale band is not seen, and only makes it easier to aim at."""


def add_backdrop(folium_map: Any, geometry: Mapping[str, Any]) -> Any:
    """Draw the inhabited area, always on and silent."""
    import folium

    style = {"stroke": False, "fillColor": "#dfe3e6", "fillOpacity": 1}
    layer = folium.GeoJson(
        _collection([_feature(geometry, {})]),
        style_function=lambda _: style,
        control=False,
        interactive=False,
        pane="backdrop",
    )
    layer.add_to(folium_map)
    return layer


def add_perimeters(folium_map: Any, layer: PerimeterLayer, style: MapStyle) -> Any:
    """Draw perimeters, as a line over a pale band; their inside leaves the cells within reach."""
    return _add_group(folium_map, layer.shapes, style.lines[layer.style], "perimeters", shown=layer.shown)


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


def add_outline(folium_map: Any, layer: OutlineLayer, style: MapStyle) -> Any:
    """Draw the sector: its schematic outline if there is one, and the label that says what it is worth."""
    import folium
    from folium.utilities import JsCode

    group = _add_group(folium_map, [layer.outline] if layer.outline else [], style.lines["sector"], "sector")
    label = {"label": layer.label, "labelled": True, "kind": "sector"}
    anchor = folium.CircleMarker(radius=0, stroke=False, fill=False)
    anchor.options.update(pane="sector", interactive=False)
    folium.GeoJson(
        _collection([_feature(_point(layer.label_lon, layer.label_lat), label)]),
        marker=anchor,
        on_each_feature=JsCode(DETAILS),
    ).add_to(group)
    return group


def add_links(folium_map: Any, layer: LinkLayer, style: MapStyle) -> Any:
    """Draw axes in a full line and connections to be made in dashes."""
    import folium

    group = folium.FeatureGroup(show=layer.shown)
    for is_axis, key in ((False, "link"), (True, "axis")):
        features = [_link_feature(link) for link in layer.links if link.is_axis == is_axis]
        _add_lines(group, features, style.lines[key], "links")
    group.add_to(folium_map)
    return group


def add_places(folium_map: Any, layer: PlaceLayer, style: MapStyle) -> Any:
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
        radius=6, color=style.places[layer.category].colour, weight=2.5, fill=True, fill_color="#ffffff", fill_opacity=1
    )
    marker.options["pane"] = "places"
    drawn = folium.GeoJson(
        _collection(features), show=layer.shown, marker=marker, on_each_feature=JsCode(DETAILS), control=False
    )
    drawn.add_to(folium_map)
    return drawn


def _add_group(folium_map: Any, shapes: Iterable[Shape], line: LineStyle, pane: str, *, shown: bool = True) -> Any:
    import folium

    group = folium.FeatureGroup(show=shown)
    _add_lines(
        group, [_feature(shape.geometry, {"kind": "area", **_details(shape.popup)}) for shape in shapes], line, pane
    )
    group.add_to(folium_map)
    return group


def _add_lines(group: Any, features: list[dict[str, Any]], line: LineStyle, pane: str) -> None:
    import folium
    from folium.utilities import JsCode

    if not features:
        return
    opacity = 0.75 if line.width_px >= _LEAST_CASED_PX else 0
    casing = {
        "color": "#ffffff",
        "weight": CASING_WIDTH_PX,
        "opacity": opacity,
        "fill": False,
        "className": "casing",
    }
    stroke = {"color": line.colour, "weight": line.width_px, "dashArray": line.dashes or None, "fill": False}
    folium.GeoJson(
        _collection(features), style_function=lambda _: casing, on_each_feature=JsCode(DETAILS), pane=pane
    ).add_to(group)
    folium.GeoJson(
        _collection([_feature(feature["geometry"], {}) for feature in features]),
        style_function=lambda _: stroke,
        interactive=False,
        pane=pane,
    ).add_to(group)


def _link_feature(link: Link) -> dict[str, Any]:
    line = {"type": "LineString", "coordinates": [list(point) for point in link.points]}
    label = {"label": link.label, "labelled": link.is_axis, "kind": "link"}
    return _feature(line, {**label, **_details(link.popup)})


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
