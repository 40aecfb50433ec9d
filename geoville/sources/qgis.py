"""QGIS: styles kept in the table `layer_styles` of a GeoPackage (QML, SLD), and projects written as .qgz.

See https://docs.qgis.org/latest/en/docs/user_manual/style_library/style_manager.html and OGC 05-078r4 for SLD.
"""

from __future__ import annotations

import sqlite3
import zipfile
from contextlib import closing
from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET

from geoville.sources.files import replacing

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


# --- A project of QGIS: layers in groups, their styles, titles of columns, and a page to print; written as a .qgz

QGIS_VERSION = "3.22.16-Białowieża"
_WMS = "wms"


@dataclass(frozen=True, slots=True)
class ProjectLayer:
    """One layer of a project.

    Parameters
    ----------
    key : its identifier in the project, of ten letters at least: QGIS replaces a shorter one.
    source : as QGIS writes it, relative to the project ("./ville.gpkg|layername=qpv"), or the address of a service.
    geometry : "Polygon", "Line" or "Point"; empty for a backdrop of images.
    style : None where QGIS takes that of the service.
    title, abstract : in French.
    aliases : titles of its columns.
    label : column written inside the shapes; empty for none.
    shown : whether it is drawn when the project opens.
    """

    key: str
    name: str
    source: str
    geometry: str = "Polygon"
    style: LayerStyle | None = None
    title: str = ""
    abstract: str = ""
    aliases: Mapping[str, str] = field(default_factory=dict)
    label: str = ""
    shown: bool = True
    provider: str = "ogr"


@dataclass(frozen=True, slots=True)
class Project:
    """What a project holds.

    Parameters
    ----------
    groups : layers by the title of their group, from what lies on top.
    extent : west, south, east, north in `epsg`.
    credits : what the licences ask to be written, on the printed page too.
    """

    title: str
    epsg: int
    extent: tuple[float, float, float, float]
    groups: Mapping[str, Sequence[ProjectLayer]]
    credits: Sequence[str] = ()

    @property
    def layers(self) -> list[ProjectLayer]:
        """Every layer, from what lies on top."""
        return [layer for group in self.groups.values() for layer in group]


def write_project(project: Project, path: Path) -> None:
    """Write a project: the same bytes for the same content.

    Raises
    ------
    InvalidInputError
        The folder is missing or not writable.
    """
    with replacing(path) as beside, zipfile.ZipFile(beside, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(zipfile.ZipInfo(f"{path.stem}.qgs"), project_xml(project), zipfile.ZIP_DEFLATED)


def project_xml(project: Project) -> str:
    """The document of a project, as QGIS writes it."""
    root = ET.Element("qgis", projectname=project.title, version=QGIS_VERSION)
    ET.SubElement(root, "homePath", path="")
    ET.SubElement(root, "title").text = project.title
    _crs(ET.SubElement(root, "projectCrs"), project.epsg)
    _tree(root, project)
    canvas = ET.SubElement(root, "mapcanvas", name="theMapCanvas", annotationsVisible="1")
    ET.SubElement(canvas, "units").text = "meters"
    _extent(canvas, project.extent)
    _crs(ET.SubElement(canvas, "destinationsrs"), project.epsg)
    layers = ET.SubElement(root, "projectlayers")
    for layer in project.layers:
        _layer(layers, layer, project.epsg)
    order = ET.SubElement(root, "layerorder")
    for layer in project.layers:
        ET.SubElement(order, "layer", id=layer.key)
    properties = ET.SubElement(root, "properties")
    ET.SubElement(ET.SubElement(properties, "Paths"), "Absolute", type="bool").text = "false"
    projected = ET.SubElement(properties, "SpatialRefSys")
    ET.SubElement(projected, "ProjectionsEnabled", type="int").text = "1"
    _layout(ET.SubElement(root, "Layouts"), project)
    metadata = ET.SubElement(root, "projectMetadata")
    ET.SubElement(metadata, "title").text = project.title
    ET.SubElement(metadata, "abstract").text = " ; ".join(project.credits)
    return QGIS_DOCTYPE + ET.tostring(root, encoding="unicode")


def _crs(parent: ET.Element, epsg: int) -> None:
    import pyproj

    element = ET.SubElement(parent, "spatialrefsys")
    ET.SubElement(element, "wkt").text = pyproj.CRS.from_epsg(epsg).to_wkt()
    ET.SubElement(element, "srid").text = str(epsg)
    ET.SubElement(element, "authid").text = f"EPSG:{epsg}"


def _extent(parent: ET.Element, extent: tuple[float, float, float, float]) -> None:
    element = ET.SubElement(parent, "extent")
    for name, value in zip(("xmin", "ymin", "xmax", "ymax"), extent, strict=True):
        ET.SubElement(element, name).text = f"{value:.3f}"


def _tree(root: ET.Element, project: Project) -> None:
    tree = ET.SubElement(root, "layer-tree-group")
    for title, layers in project.groups.items():
        group = ET.SubElement(tree, "layer-tree-group", name=title, checked="Qt::Checked", expanded="1")
        for layer in layers:
            ET.SubElement(
                group,
                "layer-tree-layer",
                id=layer.key,
                name=layer.name,
                source=layer.source,
                providerKey=layer.provider,
                checked="Qt::Checked" if layer.shown else "Qt::Unchecked",
                expanded="1" if layer.shown else "0",
            )


def _layer(parent: ET.Element, layer: ProjectLayer, epsg: int) -> None:
    is_backdrop = layer.provider == _WMS
    element = ET.SubElement(parent, "maplayer", type="raster" if is_backdrop else "vector")
    if not is_backdrop:
        element.attrib.update(geometry=layer.geometry, labelsEnabled="1" if layer.label else "0")
    ET.SubElement(element, "id").text = layer.key
    ET.SubElement(element, "datasource").text = layer.source
    ET.SubElement(element, "layername").text = layer.name
    ET.SubElement(element, "title").text = layer.title or layer.name
    ET.SubElement(element, "abstract").text = layer.abstract
    own = 3857 if is_backdrop else 4326 if layer.provider == "OAPIF" else epsg
    _crs(ET.SubElement(element, "srs"), own)
    ET.SubElement(element, "provider", encoding="UTF-8").text = layer.provider
    aliases = ET.SubElement(element, "aliases")
    for index, (column, title) in enumerate(layer.aliases.items(), start=1):
        ET.SubElement(aliases, "alias", field=column, index=str(index), name=title)
    if layer.style is not None:
        add_renderer(element, layer.style, "line" if layer.geometry == "Line" else "fill")
    if layer.label:
        _label(element, layer.label)


def _label(element: ET.Element, column: str) -> None:
    """Names inside the shapes, dark on a white edge."""
    settings = ET.SubElement(ET.SubElement(element, "labeling", type="simple"), "settings", calloutType="simple")
    style = ET.SubElement(
        settings, "text-style", fieldName=column, isExpression="0", fontSize="8", fontSizeUnit="Point"
    )
    style.attrib.update(textColor="29,39,51,255", fontFamily="DejaVu Sans", namedStyle="Book", multilineHeight="1")
    ET.SubElement(
        style, "text-buffer", bufferDraw="1", bufferSize="0.8", bufferSizeUnits="MM", bufferColor="255,255,255,255"
    )
    ET.SubElement(settings, "placement", placement="1", centroidInside="1", fitInPolygonOnly="0")
    ET.SubElement(settings, "rendering", obstacle="1", scaleVisibility="0", drawLabels="1")


# --- The printed page: A4, landscape, with its title, legend, scale, north and credits

_PAGE_MM = (297.0, 210.0)
_MAP_MM = (10.0, 22.0, 185.0, 168.0)
_LEGEND_MM, _SCALE_MM, _NORTH_MM = (200.0, 22.0, 87.0, 140.0), (200.0, 176.0, 60.0, 12.0), (270.0, 178.0, 17.0, 6.0)
_PAGE, _MAP, _PICTURE, _LABEL, _LEGEND, _SCALE = "65638", "65639", "65640", "65641", "65642", "65646"
MAP_ID = "{00000000-0000-4000-8000-000000000001}"


def _layout(parent: ET.Element, project: Project) -> None:
    layout = ET.SubElement(parent, "Layout", name="Carte A4", units="mm", printResolution="300", worldFileMap="")
    pages = ET.SubElement(layout, "PageCollection")
    page = _item(pages, _PAGE, (0, 0, *_PAGE_MM))
    symbol = ET.SubElement(page, "symbol", name="", type="fill", alpha="1", clip_to_extent="1")
    fill = ET.SubElement(symbol, "layer", {"class": "SimpleFill", "enabled": "1", "locked": "0", "pass": "0"})
    for name, value in (("color", "255,255,255,255"), ("style", "solid"), ("outline_style", "no")):
        ET.SubElement(fill, "prop", k=name, v=value)
    drawn = _item(layout, _MAP, _MAP_MM, uuid=MAP_ID, id="Carte", frame="true", background="true")
    drawn.attrib.update(followPreset="false", mapRotation="0", keepLayerSet="false", drawCanvasItems="true")
    west, south, east, north = _fitted(project.extent, _MAP_MM[2] / _MAP_MM[3])
    ends = {"xmin": west, "ymin": south, "xmax": east, "ymax": north}
    ET.SubElement(drawn, "Extent", {name: f"{value:.3f}" for name, value in ends.items()})
    _text(layout, project.title, (10, 8, 277, 10), size=16)
    _legend(layout)
    scale = _item(layout, _SCALE, _SCALE_MM, id="Échelle", mapUuid=MAP_ID, style="Single Box")
    scale.attrib.update(unitType="meters", unitLabel="m", numMapUnitsPerScaleBarUnit="1", segmentSizeMode="0")
    step = _round_step((east - west) / 8)
    scale.attrib.update(numUnitsPerSegment=f"{step:g}", numSegments="2", numSegmentsLeft="0", height="2")
    scale.attrib.update(outlineWidth="0.2", labelBarSpace="1", boxContentSpace="1", segmentMillimeters="20")
    ET.SubElement(scale, "text-style", fontSize="7", fontSizeUnit="Point", fontFamily="DejaVu Sans")
    _text(layout, "Nord ↑", _NORTH_MM, size=8)
    note = "Les contours estimés (tirets) sont calculés par geoville, sans valeur réglementaire. "
    _text(layout, note + " ; ".join(project.credits), (10, 193, 277, 14), size=5)


_LEGEND_STYLES = {
    "title": (9, 0.0),
    "group": (8, 2.0),
    "subgroup": (7, 1.5),
    "symbol": (6, 1.0),
    "symbolLabel": (6, 1.0),
}
"""Height of the letters in points, and millimetres above, by what QGIS names the parts of a legend."""


def _legend(layout: ET.Element) -> None:
    """Names of the groups and layers with their symbols, those that are drawn on the map alone."""
    legend = _item(layout, _LEGEND, _LEGEND_MM, id="Légende", map_uuid=MAP_ID, title="", legendFilterByMap="1")
    legend.attrib.update(resizeToContents="1", columnCount="1", symbolWidth="5", symbolHeight="3")
    styles = ET.SubElement(legend, "styles")
    for name, (size, above_mm) in _LEGEND_STYLES.items():
        style = ET.SubElement(styles, "style", name=name, alignment="1", indent="0", marginTop=f"{above_mm:g}")
        if name == "symbolLabel":
            style.attrib["marginLeft"] = "2"
        ET.SubElement(style, "styleFont", description=_font(size), style="")  # what QGIS reads before 3.24
        ET.SubElement(style, "text-style", fontSize=str(size), fontSizeUnit="Point", fontFamily="DejaVu Sans")


def _font(size: float) -> str:
    """A font as Qt writes it."""
    return f"DejaVu Sans,{size:g},-1,5,50,0,0,0,0,0"


def _item(parent: ET.Element, kind: str, box_mm: tuple[float, float, float, float], **attributes: str) -> ET.Element:
    left, top, width, height = box_mm
    place = f"{left:g},{top:g},mm"
    item = ET.SubElement(parent, "LayoutItem", type=kind, position=place, positionOnPage=place)
    item.attrib["size"] = f"{width:g},{height:g},mm"
    item.attrib.update(referencePoint="0", itemRotation="0", visibility="1", opacity="1", groupUuid="")
    item.attrib.update(attributes)
    return item


def _text(parent: ET.Element, text: str, box_mm: tuple[float, float, float, float], *, size: float) -> None:
    item = _item(parent, _LABEL, box_mm, labelText=text, htmlState="0", halign="1", valign="32")
    item.attrib.update(marginX="0", marginY="0")
    ET.SubElement(item, "LabelFont", description=_font(size), style="")


def _fitted(extent: tuple[float, float, float, float], ratio: float) -> tuple[float, float, float, float]:
    """The least extent around another that has the shape of the map, a twentieth wider."""
    west, south, east, north = extent
    width = max(east - west, (north - south) * ratio) * 1.05
    height, across, up = width / ratio, (west + east) / 2, (south + north) / 2
    return across - width / 2, up - height / 2, across + width / 2, up + height / 2


def _round_step(length_m: float) -> float:
    """The largest of 1, 2 or 5 times a power of ten within a length.

    >>> _round_step(730), _round_step(1900), _round_step(260)
    (500.0, 1000.0, 200.0)
    """
    power = 10.0 ** (len(str(int(max(length_m, 1)))) - 1)
    return max(step * power for step in (1, 2, 5) if step * power <= max(length_m, 1))
