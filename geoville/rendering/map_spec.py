"""A map as data: what is drawn, what is written, in which order. Nothing here knows about folium or HTML.

Texts are plain text: whatever draws them escapes them. Geometries are GeoJSON, lon and lat in degrees (WGS84).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

    from geoville.rendering.classes import IncomeClasses


@dataclass(frozen=True, slots=True)
class Popup:
    """What opens when a drawn thing is chosen.

    Parameters
    ----------
    rows : pairs of label and value, already written in French.
    note : sentence under the rows, empty where there is none.
    """

    title: str
    rows: tuple[tuple[str, str], ...] = ()
    note: str = ""


@dataclass(frozen=True, slots=True)
class Shape:
    """A polygon or multipolygon with its popup."""

    geometry: Mapping[str, Any]
    popup: Popup


@dataclass(frozen=True, slots=True)
class CellShape:
    """One cell of the grid.

    Parameters
    ----------
    class_index : class of income, None where INSEE publishes no income.
    imputed : whether INSEE imputed the values.
    """

    geometry: Mapping[str, Any]
    popup: Popup
    class_index: int | None
    imputed: bool


@dataclass(frozen=True, slots=True)
class CellLayer:
    """Cells coloured by class of income."""

    name: str
    legend_title: str
    classes: IncomeClasses
    cells: tuple[CellShape, ...]


@dataclass(frozen=True, slots=True)
class PerimeterLayer:
    """Perimeters of one kind and generation.

    Parameters
    ----------
    style : key of the line's style: "qpv", "candidat", "veille", "vecu", "npnru", "zfu" or "former"; what is drawn
        from an estimate has its own ("veille_estimated"…).
    shown : whether the layer is on when the map opens.
    """

    name: str
    style: str
    shapes: tuple[Shape, ...]
    shown: bool = True


@dataclass(frozen=True, slots=True)
class PlacePoint:
    """A named place.

    Parameters
    ----------
    label : short name written beside the point.
    """

    lon: float
    lat: float
    label: str
    popup: Popup


@dataclass(frozen=True, slots=True)
class PlaceLayer:
    """Named places.

    Parameters
    ----------
    labelled : whether names are always written, or only when a point is aimed at.
    shown : whether the layer is on when the map opens.
    """

    name: str
    labelled: bool
    shown: bool
    places: tuple[PlacePoint, ...]


@dataclass(frozen=True, slots=True)
class OutlineLayer:
    """The sector that a map is about.

    Parameters
    ----------
    label : written on the map at (`label_lon`, `label_lat`); says that the outline is not an official one.
    outline : None where no position is known: only the label is drawn.
    """

    name: str
    label: str
    label_lon: float
    label_lat: float
    outline: Shape | None


@dataclass(frozen=True, slots=True)
class PanelSection:
    """A titled part of the side panel.

    Parameters
    ----------
    figures : pairs of value and caption.
    items : sentences or names, drawn as a list.
    source : what `figures` and `items` come from, empty where each says it.
    """

    title: str
    text: str = ""
    figures: tuple[tuple[str, str], ...] = ()
    items: tuple[str, ...] = ()
    source: str = ""


@dataclass(frozen=True, slots=True)
class MapSpec:
    """Everything a map shows.

    Parameters
    ----------
    bounds : west, south, east, north in degrees: the view on opening.
    backdrop : inhabited area, GeoJSON geometry.
    sources : citations, one line each.
    date_line : French sentence dating the map.
    """

    title: str
    subtitle: str
    bounds: tuple[float, float, float, float]
    backdrop: Mapping[str, Any]
    cells: CellLayer
    perimeters: tuple[PerimeterLayer, ...]
    outline: OutlineLayer | None
    places: tuple[PlaceLayer, ...]
    panel: tuple[PanelSection, ...]
    sources: tuple[str, ...]
    date_line: str
