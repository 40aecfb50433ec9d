"""A map as data drawn with folium, its scripts inlined: the page opens with no network."""

from __future__ import annotations

import base64
import re
import sys
import threading
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Any

from geoville.errors import DataUnavailableError
from geoville.french import held_together, typeset, typeset_page
from geoville.rendering.look import AIM_WIDTH_PX, CASING_WIDTH_PX, CHANGE_FILLS, PANES, LineStyle, MapStyle, change_fill

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from jinja2 import Environment

    from geoville.rendering.cells import Popup
    from geoville.rendering.map_spec import (
        AreaLayer,
        LinkLayer,
        OutlineLayer,
        PerimeterLayer,
        PlaceLayer,
        PlaceLink,
        Shape,
    )


# --- What a page carries within itself: Leaflet, from the PyPI package XStatic-Leaflet, and our own style and script

_CSS_URL = re.compile(r"url\(\s*['\"]?(?P<path>[^'\")#][^'\")]*)['\"]?\s*\)")
_CLOSING_TAG = re.compile(r"</(script|style)", re.IGNORECASE)
_LEAFLET_SCRIPT, _LEAFLET_STYLE = "leaflet.js", "leaflet.css"
_SOURCE_MAP = re.compile(r"^//# sourceMappingURL=.*$", re.MULTILINE)


def inlined_link(name: str) -> str:
    """Script or style tag that stands for one of folium's links to outside hosts.

    Parameters
    ----------
    name : folium's name of the link.

    Raises
    ------
    DataUnavailableError
        The page asks for a script that the installation does not carry: drawn without it, the page would be broken.
    """
    if name not in _INLINED:
        raise DataUnavailableError(f"La page demande « {name} », que l'installation ne contient pas")
    return _INLINED[name]()


def own_text(name: str) -> str:
    """Text of a file of this package ("page.css", "page.js", "page.html")."""
    return files("geoville.rendering").joinpath(name).read_text(encoding="utf-8")


def script_tag(code: str) -> str:
    """Script element; a closing tag inside the code is escaped, the address of its source map dropped."""
    harmless = _CLOSING_TAG.sub(r"<\\/\1", _SOURCE_MAP.sub("", code))
    return f"<script>{harmless}</script>"


def json_tag(identifier: str, document: str) -> str:
    """Element that holds data for a script; nothing in it can close it or open a comment."""
    harmless = document.replace("<", "\\u003c")
    return f'<script type="application/json" id="{identifier}">{harmless}</script>'


def style_tag(rules: str) -> str:
    """Style element; a closing tag inside the rules is escaped."""
    harmless = _CLOSING_TAG.sub(r"<\\/\1", rules)
    return f"<style>{harmless}</style>"


def _leaflet_script() -> str:
    return script_tag(read_leaflet(_LEAFLET_SCRIPT).decode("utf-8"))


def _leaflet_style() -> str:
    rules = read_leaflet(_LEAFLET_STYLE).decode("utf-8")
    return style_tag(_CSS_URL.sub(lambda match: f"url({_data_uri(match['path'])})", rules))


def _data_uri(path: str) -> str:
    return f"data:image/png;base64,{base64.b64encode(read_leaflet(path)).decode('ascii')}"


def read_leaflet(path: str) -> bytes:
    """Bytes of a file of the package XStatic-Leaflet ("leaflet.js").

    The script comes with its licence, which asks to be wherever the script is, and which the package leaves out.

    Raises
    ------
    DataUnavailableError
        The file is missing.
    """
    from xstatic.pkg import leaflet

    file = Path(leaflet.BASE_DIR) / path
    try:
        content = file.read_bytes()
    except OSError as error:
        raise DataUnavailableError(
            f"Le fichier {path} du paquet XStatic-Leaflet est introuvable", advice="réinstaller geoville"
        ) from error
    return f"/*!\n{own_text('leaflet_licence.txt')}*/\n".encode() + content if path == _LEAFLET_SCRIPT else content


_INLINED: dict[str, Callable[[], str]] = {"leaflet": _leaflet_script, "leaflet_css": _leaflet_style}


_SCRIPT_LINK, _STYLE_LINK = "leaflet", "leaflet_css"
_ZOOMS = (9, 18)


@dataclass(frozen=True, slots=True)
class DrawnMaps:
    """What a page needs to show maps.

    Parameters
    ----------
    names : JavaScript variables of the maps.
    elements : HTML of each map, in the order of `names`.
    code : JavaScript that draws them.
    styles, scripts : HTML elements that `code` needs.
    """

    names: tuple[str, ...]
    elements: tuple[str, ...]
    code: str
    styles: tuple[str, ...]
    scripts: tuple[str, ...]


class _TablesOfPandas:
    """`pandas` as folium knows it, to ask whether a location is a table: none is one before pandas is loaded."""

    @property
    def DataFrame(self) -> Any:  # noqa: N802 - the name that folium asks for
        return getattr(sys.modules.get("pandas"), "DataFrame", ())


def load_folium() -> Any:
    """Import folium without pandas, which is slower to load than all the rest of it, unless something else loaded it.

    Only where no other thread could ask for pandas meanwhile, and be told that there is none.
    """
    if "pandas" in sys.modules or "folium" in sys.modules or threading.active_count() > 1:
        import folium

        return folium
    sys.modules["pandas"] = None  # type: ignore[assignment]  # folium then takes it for one that is not installed
    try:
        import folium
    finally:
        del sys.modules["pandas"]
    vars(folium.utilities)["pd"] = _TablesOfPandas()
    return folium


def blank_map(bounds: tuple[float, float, float, float]) -> Any:
    """Map without tiles nor controls, which the page's own script adds with French titles.

    Parameters
    ----------
    bounds : west, south, east, north in degrees: the view on opening.
    """
    folium = load_folium()
    folium_map = folium.Map(tiles=None, zoom_control=False, attribution_control=False, zoom_snap=0.25)
    folium_map.options.update(minZoom=_ZOOMS[0], maxZoom=_ZOOMS[1])
    folium_map.default_js = [link for link in folium_map.default_js if link[0] == _SCRIPT_LINK]
    folium_map.default_css = [link for link in folium_map.default_css if link[0] == _STYLE_LINK]
    for name, height in PANES.items():
        folium.map.CustomPane(name, z_index=height).add_to(folium_map)
    west, south, east, north = bounds
    folium_map.fit_bounds([[south, west], [north, east]])
    return folium_map


def drawn(maps: Sequence[Any]) -> DrawnMaps:
    """Render maps for one page; the same maps always give the same text.

    Raises
    ------
    DataUnavailableError
        A script that they need is missing from the installation.
    """
    from branca.element import Figure

    _number_elements(maps)
    figure = Figure()
    for folium_map in maps:
        figure.add_child(folium_map)
    # The first rendering hands scripts and links out to the figure's parts, which our own template then lays out.
    figure.render()
    names = tuple(folium_map.get_name() for folium_map in maps)
    return DrawnMaps(
        names=names,
        elements=tuple(figure.html._children[name].render() for name in names),
        code=figure.script.render(),
        styles=_inlined_links(figure, "CssLink"),
        scripts=_inlined_links(figure, "JavascriptLink"),
    )


def page_text(template: str, **values: Any) -> str:
    """Fill a template of this package; values are escaped, texts typeset."""
    return typeset_page(_templates().get_template(template).render(**values))


@cache
def _templates() -> Environment:
    """Templates of this package, each compiled once."""
    import jinja2

    return jinja2.Environment(
        loader=jinja2.FunctionLoader(own_text), autoescape=True, trim_blocks=True, lstrip_blocks=True, finalize=_printed
    )


def _printed(value: Any) -> Any:
    """Value of a template; in plain texts no line begins with a sign nor ends with an opening quotation mark."""
    return held_together(value) if type(value) is str else value


def _number_elements(maps: Sequence[Any]) -> None:
    """Replace folium's random identifiers by numbers in order of drawing, so that the page's bytes never vary."""
    elements = list(maps)
    for number, element in enumerate(elements):
        element._id = str(number)
        elements.extend(element._children.values())


def _inlined_links(figure: Any, kind: str) -> tuple[str, ...]:
    links = figure.header._children.items()
    return tuple(inlined_link(name) for name, element in links if element._name == kind)


# --- Layers of a `MapSpec` as folium objects. GeoJSON layers only: they need Leaflet and nothing else

DETAILS = "bindDetails"
"""Function of `details.js` that gives a feature its popup, its label and its place in the keyboard's order."""

_FILLED = frozenset({"qpv", "qpv_generalised"})
_SUBJECT_SCALE = 1.5
_DIMMED_OPACITY = 0.45
_DOTS = "1 "
"""Start of the dashes that are dots, for which ends are round; other dashes keep their gaps."""
_LEAST_CASED_PX = 1.2
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


def add_perimeters(folium_map: Any, layer: PerimeterLayer, style: MapStyle, *, dimmed: bool = False) -> Any:
    """Draw perimeters, as a line over a pale band; their inside leaves the cells within reach.

    Parameters
    ----------
    dimmed : whether those that the map is not about recede.
    """
    group = _add_group(
        folium_map,
        layer.shapes,
        style.lines[layer.style],
        "perimeters",
        shown=layer.shown,
        dimmed=dimmed,
        filled=layer.style in _FILLED,
    )
    _add_names(group, layer)
    return group


def _add_names(group: Any, layer: PerimeterLayer) -> None:
    """Write names inside perimeters: that of the subject first, then those of the largest."""
    import shapely

    named = [shape for shape in layer.shapes if shape.name_at is not None]
    named.sort(key=lambda shape: shapely.geometry.shape(dict(shape.geometry)).area, reverse=True)
    _add_labels(group, [(shape, "subject" if shape.is_subject else "quarter") for shape in named])


def _add_labels(group: Any, shapes: Iterable[tuple[Shape, str]]) -> None:
    """Write the titles of shapes where they have room for them, each in the manner of its kind."""
    import folium
    from folium.utilities import JsCode

    features = [
        _feature(_point(*shape.name_at), {"label": typeset(shape.popup.title), "labelled": True, "kind": kind})
        for shape, kind in shapes
        if shape.name_at is not None
    ]
    if features:
        folium.GeoJson(
            _collection(features), marker=_anchor(folium, "perimeters"), on_each_feature=JsCode(DETAILS)
        ).add_to(group)


def _anchor(folium: Any, pane: str) -> Any:
    """Mark that is not seen, which a label hangs on."""
    anchor = folium.CircleMarker(radius=0, stroke=False, fill=False)
    anchor.options.update(pane=pane, interactive=False)
    return anchor


def add_areas(folium_map: Any, layer: AreaLayer, *, over_cells: bool = False) -> Any:
    """Draw what enters, leaves or stays, each with its own pattern.

    Parameters
    ----------
    over_cells : whether cells lie under, which are then seen through the pattern.
    """
    import folium
    from folium.utilities import JsCode

    style = {
        "fillColor": f"url(#{'over-' if over_cells else ''}{change_fill(layer.change)})",
        "fillOpacity": 1,
        "color": CHANGE_FILLS[layer.change].ink,
        "weight": 2 if over_cells else 1,
    }
    kind = {"kind": "change" if over_cells else "area"}
    group = folium.FeatureGroup()
    folium.GeoJson(
        _collection([_feature(shape.geometry, {**kind, **_details(shape.popup)}) for shape in layer.shapes]),
        style_function=lambda _: style,
        on_each_feature=JsCode(DETAILS),
        pane="perimeters" if over_cells else "cells",
    ).add_to(group)
    _add_labels(group, [(shape, "change") for shape in layer.shapes])
    group.add_to(folium_map)
    return group


def add_outline(folium_map: Any, layer: OutlineLayer, style: MapStyle) -> Any:
    """Draw the sector: its schematic outline if there is one, and the label that says what it is worth."""
    import folium
    from folium.utilities import JsCode

    group = _add_group(folium_map, [layer.outline] if layer.outline else [], style.lines["sector"], "sector")
    label = {"label": typeset(layer.label), "labelled": True, "kind": "sector"}
    folium.GeoJson(
        _collection([_feature(_point(layer.label_lon, layer.label_lat), label)]),
        marker=_anchor(folium, "sector"),
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
            {"label": typeset(place.label), "labelled": layer.labelled, "kind": "place", **_details(place.popup)},
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


def _add_group(
    folium_map: Any,
    shapes: Iterable[Shape],
    line: LineStyle,
    pane: str,
    *,
    shown: bool = True,
    dimmed: bool = False,
    filled: bool = False,
) -> Any:
    import folium

    group = folium.FeatureGroup(show=shown)
    # The subject is drawn last, over the others.
    ordered = sorted(shapes, key=lambda shape: shape.is_subject)
    features = [
        _feature(
            shape.geometry,
            {"kind": "area", "subject": shape.is_subject, "filled": filled, **_details(shape.popup)},
        )
        for shape in ordered
    ]
    _add_lines(group, features, line, pane, dimmed=dimmed)
    group.add_to(folium_map)
    return group


def _add_lines(group: Any, features: list[dict[str, Any]], line: LineStyle, pane: str, *, dimmed: bool = False) -> None:
    """Draw a band that is not seen but easy to aim at; `details.js` draws the line and its casing with it."""
    import folium
    from folium.utilities import JsCode

    if not features:
        return
    for feature in features:
        is_subject = feature["properties"].get("subject", False)
        feature["properties"]["line"] = {
            "color": line.colour,
            "weight": line.width_px * (_SUBJECT_SCALE if is_subject else 1),
            "dashArray": line.dashes or None,
            "lineCap": "round" if line.dashes.startswith(_DOTS) else "butt",
            "opacity": _DIMMED_OPACITY if dimmed and not is_subject else 1,
            "casing": CASING_WIDTH_PX if line.width_px >= _LEAST_CASED_PX else 0,
        }
    band = {"weight": AIM_WIDTH_PX, "opacity": 0, "fill": False}
    folium.GeoJson(
        _collection(features), style_function=lambda _: band, on_each_feature=JsCode(DETAILS), pane=pane
    ).add_to(group)


def _link_feature(link: PlaceLink) -> dict[str, Any]:
    line = {"type": "LineString", "coordinates": [list(point) for point in link.points]}
    label = {"label": typeset(link.label), "labelled": link.is_axis and bool(link.label), "kind": "link"}
    return _feature(line, {**label, **_details(link.popup)})


def _details(popup: Popup) -> dict[str, Any]:
    rows = [[label, typeset(text)] for label, text in popup.rows]
    return {"title": typeset(popup.title), "rows": rows, "note": typeset(popup.note)}


def _point(lon: float, lat: float) -> dict[str, Any]:
    return {"type": "Point", "coordinates": [lon, lat]}


def _feature(geometry: Mapping[str, Any], properties: dict[str, Any]) -> dict[str, Any]:
    return {"type": "Feature", "geometry": geometry, "properties": properties}


def _collection(features: list[dict[str, Any]]) -> dict[str, Any]:
    """Feature collection with its own identifiers, so that folium does not choose a property to be one."""
    for index, feature in enumerate(features):
        feature["id"] = str(index)
    return {"type": "FeatureCollection", "features": features}
