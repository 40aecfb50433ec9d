"""Styles kept in a GeoPackage, in its table `layer_styles`: QGIS opens the layer with them, as QML or as SLD.

See https://docs.qgis.org/latest/en/docs/user_manual/style_library/style_manager.html and OGC 05-078r4 for SLD.
"""

from __future__ import annotations

import sqlite3
from contextlib import closing
from dataclasses import dataclass
from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path


TABLE = "layer_styles"
_COLUMNS = (
    "id INTEGER PRIMARY KEY AUTOINCREMENT",
    "f_table_catalog TEXT(256)",
    "f_table_schema TEXT(256)",
    "f_table_name TEXT(256)",
    "f_geometry_column TEXT(256)",
    "styleName TEXT(30)",
    "styleQML TEXT",
    "styleSLD TEXT",
    "useAsDefault BOOLEAN",
    "description TEXT",
    "owner TEXT(30)",
    "ui TEXT(30)",
    "update_time DATETIME",
)
_SLD, _OGC = "http://www.opengis.net/sld", "http://www.opengis.net/ogc"
_OPERATORS = {"=": "PropertyIsEqualTo", ">=": "PropertyIsGreaterThanOrEqualTo", "<": "PropertyIsLessThan"}
_OPAQUE = 255


@dataclass(frozen=True, slots=True)
class Condition:
    """What a feature must be for a rule to draw it.

    Parameters
    ----------
    operator : "=", ">=" or "<".
    """

    column: str
    operator: str
    value: str | float | bool


@dataclass(frozen=True, slots=True)
class StyleRule:
    """How some polygons of a layer are drawn.

    Parameters
    ----------
    label : in French, for the legend.
    where : conditions that all hold.
    line : colour of the outline, "#rrggbb".
    dashes : lengths in pixels, drawn and blank in turn; empty for a full line.
    fill : colour, empty for none; `opacity` in [0, 1].
    """

    label: str
    where: tuple[Condition, ...]
    line: str
    width_px: float
    dashes: tuple[float, ...] = ()
    fill: str = ""
    opacity: float = 1.0


@dataclass(frozen=True, slots=True)
class LayerStyle:
    """Rules of a layer, in the order of its legend."""

    name: str
    rules: tuple[StyleRule, ...]


def add_style(path: Path, layer: str, style: LayerStyle, *, geometry: str, dated: str) -> None:
    """Add the style of a layer to a GeoPackage, as the one that QGIS opens it with.

    Parameters
    ----------
    geometry : name of the layer's geometry column.
    dated : ISO 8601 instant written as that of the change: a constant keeps the bytes the same.
    """
    row = ("", "", layer, geometry, style.name, qml(style), sld(style, layer), 1, style.name, "", None, dated)
    with closing(sqlite3.connect(path)) as file, file:
        file.execute(f"CREATE TABLE IF NOT EXISTS {TABLE} ({', '.join(_COLUMNS)})")
        file.execute(f"DELETE FROM {TABLE} WHERE f_table_name = ?", (layer,))  # noqa: S608 - the style before
        names = ", ".join(column.split()[0] for column in _COLUMNS[1:])
        file.execute(f"INSERT INTO {TABLE} ({names}) VALUES ({', '.join('?' * len(row))})", row)  # noqa: S608
        file.execute(
            "INSERT OR IGNORE INTO gpkg_contents (table_name, data_type, identifier, description, last_change, srs_id)"
            " VALUES (?, 'attributes', ?, '', ?, 0)",
            (TABLE, TABLE, dated),
        )


_DATA_COLUMNS = (
    "table_name TEXT NOT NULL",
    "column_name TEXT NOT NULL",
    "name TEXT",
    "title TEXT",
    "description TEXT",
    "mime_type TEXT",
    "constraint_name TEXT",
)


def add_titles(path: Path, layer: str, titles: Mapping[str, str]) -> None:
    """Add the titles of columns to a GeoPackage, by its extension "Schema": QGIS shows them in place of the names.

    Parameters
    ----------
    titles : by column; those that are the name itself say nothing and are left out.

    Notes
    -----
    OGC 12-128r17, annex F.9. GDAL gives `name` as the alternative name of a field, and `title` as its comment.
    """
    with closing(sqlite3.connect(path)) as file, file:
        _declare_titles(file)
        file.execute("DELETE FROM gpkg_data_columns WHERE table_name = ?", (layer,))
        taken: set[str] = set()
        for column, title in titles.items():
            if title != column and title not in taken:  # two columns of a layer may not have the same
                taken.add(title)
                file.execute(
                    "INSERT INTO gpkg_data_columns (table_name, column_name, name, title, description) "
                    "VALUES (?, ?, ?, ?, ?)",
                    (layer, column, title, title, title),
                )


def _declare_titles(file: sqlite3.Connection) -> None:
    """Make the table of the titles of columns where it is missing, and declare the extension that it belongs to."""
    file.execute(
        f"CREATE TABLE IF NOT EXISTS gpkg_data_columns ({', '.join(_DATA_COLUMNS)}, "
        "CONSTRAINT pk_gdc PRIMARY KEY (table_name, column_name), CONSTRAINT gdc_tn UNIQUE (table_name, name))"
    )
    file.execute(
        "CREATE TABLE IF NOT EXISTS gpkg_extensions (table_name TEXT, column_name TEXT, "
        "extension_name TEXT NOT NULL, definition TEXT NOT NULL, scope TEXT NOT NULL, "
        "CONSTRAINT ge_tce UNIQUE (table_name, column_name, extension_name))"
    )
    if file.execute("SELECT 1 FROM gpkg_extensions WHERE table_name = 'gpkg_data_columns'").fetchone() is None:
        file.execute(
            "INSERT INTO gpkg_extensions VALUES ('gpkg_data_columns', NULL, 'gpkg_schema', "
            "'http://www.geopackage.org/spec121/#extension_schema', 'read-write')"
        )


def qml(style: LayerStyle) -> str:
    """Write a style as QGIS does: one symbol per rule."""
    root = ET.Element("qgis", version="3.28.0", styleCategories="Symbology")
    add_renderer(root, style)
    return QGIS_DOCTYPE + ET.tostring(root, encoding="unicode")


QGIS_DOCTYPE = "<!DOCTYPE qgis PUBLIC 'http://mrcc.com/qgis.dtd' 'SYSTEM'>\n"


def add_renderer(parent: ET.Element, style: LayerStyle, symbol_type: str = "fill") -> None:
    """Add to a layer of QGIS what draws it: one symbol per rule.

    Parameters
    ----------
    symbol_type : "fill" for polygons, "line" for lines, which have no fill.
    """
    renderer = ET.SubElement(parent, "renderer-v2", type="RuleRenderer", symbollevels="0", enableorderby="0")
    rules = ET.SubElement(renderer, "rules", key="rules")
    symbols = ET.SubElement(renderer, "symbols")
    for rank, rule in enumerate(style.rules):
        where = " AND ".join(_qgis_test(item) for item in rule.where)
        ET.SubElement(rules, "rule", key=f"rule-{rank}", symbol=str(rank), label=rule.label, filter=where)
        symbol = ET.SubElement(symbols, "symbol", name=str(rank), type=symbol_type, alpha="1", clip_to_extent="1")
        if rule.fill and symbol_type == "fill":
            _qgis_layer(symbol, "SimpleFill", _fill_options(rule))
        _qgis_layer(symbol, "SimpleLine", _line_options(rule))


def raster_qml(breaks: Sequence[float], colours: Sequence[str], labels: Sequence[str]) -> str:
    """Write the style of the first band of an image as QGIS does, by classes.

    Parameters
    ----------
    breaks : increasing upper ends of the classes but the last, in the unit of the band.
    colours, labels : of each class, one more than the breaks.
    """
    root = ET.Element("qgis", version="3.28.0", styleCategories="Symbology")
    pipe = ET.SubElement(root, "pipe")
    renderer = ET.SubElement(
        pipe, "rasterrenderer", type="singlebandpseudocolor", band="1", opacity="1", alphaBand="-1", nodataColor=""
    )
    shader = ET.SubElement(ET.SubElement(renderer, "rastershader"), "colorrampshader")
    shader.attrib.update(colorRampType="DISCRETE", classificationMode="1", clip="0")
    for value, colour, label in zip((*map(repr, breaks), "inf"), colours, labels, strict=True):
        ET.SubElement(shader, "item", value=value, color=colour, label=label, alpha="255")
    return QGIS_DOCTYPE + ET.tostring(root, encoding="unicode")


def sld(style: LayerStyle, layer: str) -> str:
    """Write a style as SLD 1.0.0, which other software reads."""
    ET.register_namespace("", _SLD)
    ET.register_namespace("ogc", _OGC)
    root = ET.Element(f"{{{_SLD}}}StyledLayerDescriptor", version="1.0.0")
    named = _element(root, "NamedLayer")
    _element(named, "Name").text = layer
    kind = _element(_element(named, "UserStyle"), "FeatureTypeStyle")
    for rule in style.rules:
        drawn = _element(kind, "Rule")
        _element(drawn, "Name").text = rule.label
        _element(drawn, "Title").text = rule.label
        _filter(drawn, rule.where)
        _polygon(drawn, rule)
    return ET.tostring(root, encoding="unicode", xml_declaration=False)


def _qgis_test(condition: Condition) -> str:
    value = condition.value
    if isinstance(value, bool):
        written = "TRUE" if value else "FALSE"
    else:
        written = "'" + value.replace("'", "''") + "'" if isinstance(value, str) else repr(value)
    return f'"{condition.column}" {condition.operator} {written}'


def _qgis_layer(symbol: ET.Element, kind: str, options: dict[str, str]) -> None:
    """Write a layer of a symbol, with its options as QGIS 3.26 and later read them, then as earlier ones do."""
    layer = ET.SubElement(symbol, "layer", {"class": kind, "enabled": "1", "locked": "0", "pass": "0"})
    listed = ET.SubElement(layer, "Option", type="Map")
    for name, value in options.items():
        ET.SubElement(listed, "Option", name=name, type="QString", value=value)
    for name, value in options.items():
        ET.SubElement(layer, "prop", k=name, v=value)


def _fill_options(rule: StyleRule) -> dict[str, str]:
    return {"color": _rgba(rule.fill, rule.opacity), "style": "solid", "outline_style": "no"}


def _line_options(rule: StyleRule) -> dict[str, str]:
    dashed = {"use_custom_dash": "1", "customdash": ";".join(f"{length:g}" for length in rule.dashes)}
    return {
        "line_color": _rgba(rule.line, 1.0),
        "line_width": f"{rule.width_px:g}",
        "line_width_unit": "Pixel",
        "line_style": "solid",
        "capstyle": "flat",
        "joinstyle": "round",
        **(dashed | {"customdash_unit": "Pixel"} if rule.dashes else {"use_custom_dash": "0"}),
    }


def _rgba(colour: str, opacity: float) -> str:
    parts = [int(colour[start : start + 2], 16) for start in (1, 3, 5)]
    return ",".join(str(part) for part in (*parts, round(opacity * _OPAQUE)))


def _element(parent: ET.Element, name: str, namespace: str = _SLD) -> ET.Element:
    return ET.SubElement(parent, f"{{{namespace}}}{name}")


def _filter(rule: ET.Element, where: tuple[Condition, ...]) -> None:
    if not where:
        return
    parent = _element(rule, "Filter", _OGC)
    if len(where) > 1:
        parent = _element(parent, "And", _OGC)
    for item in where:
        test = _element(parent, _OPERATORS[item.operator], _OGC)
        _element(test, "PropertyName", _OGC).text = item.column
        value = item.value
        _element(test, "Literal", _OGC).text = str(value).lower() if isinstance(value, bool) else str(value)


def _polygon(parent: ET.Element, rule: StyleRule) -> None:
    symbol = _element(parent, "PolygonSymbolizer")
    if rule.fill:
        fill = _element(symbol, "Fill")
        _parameter(fill, "fill", rule.fill)
        _parameter(fill, "fill-opacity", f"{rule.opacity:g}")
    stroke = _element(symbol, "Stroke")
    _parameter(stroke, "stroke", rule.line)
    _parameter(stroke, "stroke-width", f"{rule.width_px:g}")
    if rule.dashes:
        _parameter(stroke, "stroke-dasharray", " ".join(f"{length:g}" for length in rule.dashes))


def _parameter(parent: ET.Element, name: str, value: str) -> None:
    parameter = _element(parent, "CssParameter")
    parameter.set("name", name)
    parameter.text = value
