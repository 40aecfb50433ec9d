"""A project of QGIS: layers in groups, their styles, titles of columns, and a page to print; written as a .qgz.

The XML is that of QGIS 3.22 (Debian 12); later versions read it. The project names its files beside it, by their name
alone: the folder can be moved or sent.
"""

from __future__ import annotations

import zipfile
from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET

from geoville.sources.files import replacing
from geoville.sources.qgis_styles import QGIS_DOCTYPE, LayerStyle, add_renderer

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

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
