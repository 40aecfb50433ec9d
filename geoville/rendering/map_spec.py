"""A map as data: what every drawing takes."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from geoville.rendering.look import MapStyle

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

    import numpy as np
    from numpy.typing import NDArray

    from geoville.carroyage.grid import Grid
    from geoville.model import Address, Perimeter, Rule, Source
    from geoville.perimeters.comparison import Change
    from geoville.rendering.cells import CellFigures, CellLayer, Popup
    from geoville.rendering.look import TileSource


@dataclass(frozen=True, slots=True)
class Shape:
    """A polygon or multipolygon with its popup.

    Parameters
    ----------
    name_at : lon and lat in degrees where its name is written, well inside it; None where it is not.
    is_subject : whether the map is about it: drawn stronger, its name first, while others recede.
    """

    geometry: Mapping[str, Any]
    popup: Popup
    name_at: tuple[float, float] | None = None
    is_subject: bool = False


@dataclass(frozen=True, eq=False, slots=True)
class GroundLayer:
    """What one recognises a town by, drawn under everything.

    Parameters
    ----------
    kind : "water", "rail", "street" or "main".
    shapes : (n,) lines and polygons in WGS84.
    names : of the shapes, one each; empty where none is known.
    """

    kind: str
    shapes: NDArray[np.object_]
    names: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class PerimeterLayer:
    """Perimeters of one kind and generation; also bands around them, and IRIS.

    Parameters
    ----------
    style : key of the line in `MapStyle.lines`: "qpv", "qpv_generalised", "candidat", "veille", "vecu", "npnru", "zfu"
        or "former"; what is drawn from an estimate has its own ("veille_estimated"…); "band" and "iris".
    shown : whether the layer is on when the map opens.
    """

    name: str
    style: str
    shapes: tuple[Shape, ...]
    shown: bool = True


@dataclass(frozen=True, slots=True)
class AreaLayer:
    """Places that enter, that leave, or that stay."""

    change: Change
    shapes: tuple[Shape, ...]


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
    """Named places of one category.

    Parameters
    ----------
    category : key of the mark in `MapStyle.places`.
    labelled : whether names are always written, or only when a point is aimed at.
    shown : whether the layer is on when the map opens.
    """

    name: str
    labelled: bool
    shown: bool
    places: tuple[PlacePoint, ...]
    category: str = "other"


@dataclass(frozen=True, slots=True)
class PlaceLink:
    """A line of the contract's argument: an axis, or places to be connected.

    Parameters
    ----------
    points : lon and lat in degrees of the known places that it goes through, at least two.
    is_axis : an existing street, or else a connection to be made; drawn apart.
    """

    label: str
    points: tuple[tuple[float, float], ...]
    is_axis: bool
    popup: Popup


@dataclass(frozen=True, slots=True)
class LinkLayer:
    """Axes and connections of a sector."""

    name: str
    links: tuple[PlaceLink, ...]
    shown: bool = True


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
class ReasonMark:
    """A numbered reason, and where its number stands.

    Parameters
    ----------
    points : lon and lat in degrees, at least one.
    """

    number: int
    text: str
    points: tuple[tuple[float, float], ...]

    @property
    def sign(self) -> str:
        """The number in a circle, for a text.

        >>> ReasonMark(3, "", ((0.0, 0.0),)).sign
        '③'
        """
        return chr(ord("①") + self.number - 1)


@dataclass(frozen=True, slots=True)
class PanelSection:
    """A titled part of the side panel.

    Parameters
    ----------
    figures : pairs of value and caption.
    items : sentences or names, drawn as a list.
    source : what `figures` and `items` come from, empty where each says it.
    numbered : whether items begin with the numbers that stand on the map.
    """

    title: str
    text: str = ""
    figures: tuple[tuple[str, str], ...] = ()
    items: tuple[str, ...] = ()
    source: str = ""
    numbered: bool = False


@dataclass(frozen=True, slots=True)
class MapSpec:
    """Everything a map shows.

    Parameters
    ----------
    bounds : west, south, east, north in degrees: the view on opening.
    backdrop : inhabited area, GeoJSON geometry; None where no grid is known.
    cells : None where no grid is known.
    guides : what helps to read the map: distances that rules look at, the nearest first; IRIS made of cells.
    sources : citations, one line each.
    date_line : French sentence dating the map.
    style : lines, marks and labels.
    tiles : online backdrop that the reader may ask for, None for a map without network.
    ground : what the view shows of streets, railways and water; nothing where they are not known.
    reasons : of the subject, numbered, in their order.
    filters : labels of the rows of popups by which the reader may choose what is shown.
    changes : what enters or leaves the subject from one generation to the next.
    """

    title: str
    subtitle: str
    bounds: tuple[float, float, float, float]
    backdrop: Mapping[str, Any] | None
    cells: CellLayer | None
    perimeters: tuple[PerimeterLayer, ...]
    outline: OutlineLayer | None
    places: tuple[PlaceLayer, ...]
    panel: tuple[PanelSection, ...]
    sources: tuple[str, ...]
    date_line: str
    guides: tuple[PerimeterLayer, ...] = ()
    links: LinkLayer | None = None
    style: MapStyle = field(default_factory=MapStyle)
    tiles: TileSource | None = None
    ground: tuple[GroundLayer, ...] = ()
    reasons: tuple[ReasonMark, ...] = ()
    filters: tuple[str, ...] = ()
    changes: tuple[AreaLayer, ...] = ()


# --- An atlas as data: what is written of each perimeter beside its map. Nothing here knows about HTML or matplotlib


@dataclass(frozen=True, slots=True)
class FigureTable:
    """A titled table; texts are plain and already in French.

    Parameters
    ----------
    rows : each as long as `headers`; the first text of a row names it.
    note : sentence under the table, empty where there is none.
    """

    title: str
    headers: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    note: str = ""


Block = PanelSection | FigureTable
"""A part of what is written of a map."""


@dataclass(frozen=True, slots=True)
class AtlasEntry:
    """One perimeter of an atlas.

    Parameters
    ----------
    key : of its page, a name that every file system takes.
    summary : texts of its row in the index, as long as `AtlasSpec.headers`.
    """

    key: str
    spec: MapSpec
    blocks: tuple[Block, ...]
    summary: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class AtlasSpec:
    """A whole atlas.

    Parameters
    ----------
    overview : map of all the perimeters.
    headers, note : of the table of the index.
    """

    title: str
    overview: MapSpec
    headers: tuple[str, ...]
    note: str
    entries: tuple[AtlasEntry, ...]


# --- What a map is drawn from: values already read and computed, the same for every map of a territory


@dataclass(frozen=True, eq=False, slots=True)
class Scene:
    """Everything that surrounds the subject of a map.

    Parameters
    ----------
    on : date of the map.
    perimeters : candidates, official contours and what surrounds them.
    sources : of everything drawn.
    grid : all cells of the territory; None where none is known.
    figures : estimates of the cells of `grid`; None leaves what it publishes.
    places : addresses and named places.
    rules : that hold on that day; their distances are drawn around the quarters.
    ground : streets, railways and water of the territory.
    ground_credits : what their licences ask to be written.
    """

    on: date
    perimeters: tuple[Perimeter, ...]
    sources: tuple[Source, ...]
    grid: Grid | None = None
    figures: CellFigures | None = None
    places: tuple[Address, ...] = ()
    rules: tuple[Rule, ...] = ()
    style: MapStyle = field(default_factory=MapStyle)
    tiles: TileSource | None = None
    ground: tuple[GroundLayer, ...] = ()
    ground_credits: tuple[str, ...] = ()
