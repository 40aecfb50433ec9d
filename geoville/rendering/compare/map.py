"""From a comparison to two maps as data, side by side, with the table of what became of each perimeter."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from geoville.crs import WGS84, transform_geometry
from geoville.eligibility.sentences import dates_in_force
from geoville.french import quantity
from geoville.perimeters.overlay import Change
from geoville.rendering.cell_layer import geojson, grid_squares, inhabited_area
from geoville.rendering.compare.text import (
    CHANGE_NAMES,
    TableRow,
    layer_name,
    map_name,
    rules_sentence,
    summary,
    surface,
    table_rows,
    total_row,
)
from geoville.rendering.map_spec import PerimeterLayer, Popup, Shape
from geoville.rendering.map_style import MapStyle
from geoville.rendering.panel import ESTIMATE_WARNING
from geoville.rendering.perimeter_layer import ESTIMATED, line_of, wgs84_shape

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from geoville.carroyage.grid import Grid
    from geoville.model import Perimeter, Source
    from geoville.perimeters.compare import Comparison
    from geoville.perimeters.overlay import Piece

_VIEW_MARGIN = 0.05
"""Share of the size of both maps left around them on opening."""


@dataclass(frozen=True, slots=True)
class AreaLayer:
    """Places that enter, that leave, or that stay."""

    change: Change
    shapes: tuple[Shape, ...]


@dataclass(frozen=True, slots=True)
class SideSpec:
    """One of the two maps.

    Parameters
    ----------
    heading : "Avant" or "Après".
    name : what the map shows, as one line.
    validity : days in force, empty where they are not known.
    """

    heading: str
    name: str
    validity: str
    areas: tuple[AreaLayer, ...]
    perimeters: tuple[PerimeterLayer, ...]


@dataclass(frozen=True, slots=True)
class ComparisonSpec:
    """Everything that the page of a comparison shows.

    Parameters
    ----------
    bounds : west, south, east, north in degrees: the view of both maps on opening.
    backdrop : inhabited area, GeoJSON geometry.
    summary, notes : French sentences above the table and under it.
    sources : citations, one line each.
    """

    title: str
    subtitle: str
    bounds: tuple[float, float, float, float]
    backdrop: Mapping[str, Any]
    sides: tuple[SideSpec, SideSpec]
    summary: tuple[str, ...]
    rows: tuple[TableRow, ...]
    total: TableRow
    notes: tuple[str, ...]
    sources: tuple[str, ...]
    style: MapStyle = field(default_factory=MapStyle)


def comparison_map(
    comparison: Comparison,
    pieces: Sequence[Piece],
    *,
    old: Sequence[Perimeter],
    new: Sequence[Perimeter],
    grid: Grid,
    sources: Iterable[Source],
    style: MapStyle | None = None,
) -> ComparisonSpec:
    """Two maps of one place, before and after.

    Parameters
    ----------
    pieces : the overlay of `old` and `new`.
    grid : cells whose people were counted.
    sources : of everything drawn and counted.
    style : lines and names of perimeters; the patterns of what changes are always the same.
    """
    look = style or MapStyle()
    people_note = f"Habitants : carreaux de 200 m de {grid.vintage}, les mêmes pour les deux cartes."
    warning = (ESTIMATE_WARNING,) if comparison.estimated else ()
    return ComparisonSpec(
        title="Périmètres : avant et après",
        subtitle=f"{map_name(old)} → {map_name(new)}",
        bounds=_view((*old, *new), grid),
        backdrop=inhabited_area(grid),
        sides=(
            _side("Avant", old, pieces, (Change.STAY, Change.LEAVE), look.names),
            _side("Après", new, pieces, (Change.STAY, Change.ENTER), look.names),
        ),
        summary=summary(comparison),
        rows=table_rows(comparison),
        total=total_row(comparison),
        notes=(*warning, people_note, rules_sentence(comparison)),
        sources=tuple(dict.fromkeys(source.citation for source in sources)),
        style=look,
    )


def _side(
    heading: str,
    perimeters: Sequence[Perimeter],
    pieces: Sequence[Piece],
    changes: tuple[Change, ...],
    names: Mapping[str, str],
) -> SideSpec:
    in_force = dict.fromkeys(phrase for item in perimeters if (phrase := dates_in_force(item)))
    return SideSpec(
        heading=heading,
        name=map_name(perimeters),
        validity=" ; ".join(in_force),
        areas=tuple(
            AreaLayer(change, tuple(_shape(piece) for piece in pieces if piece.change is change)) for change in changes
        ),
        perimeters=_outlines(perimeters, names),
    )


def _outlines(perimeters: Sequence[Perimeter], names: Mapping[str, str]) -> tuple[PerimeterLayer, ...]:
    """One layer per kind and year: what was in force and what is are drawn alike, since both maps are dated."""
    layers: dict[str, list[Perimeter]] = {}
    for perimeter in perimeters:
        layers.setdefault(layer_name(perimeter, names), []).append(perimeter)
    return tuple(
        PerimeterLayer(name, line_of(items[0]), tuple(wgs84_shape(item) for item in items))
        for name, items in layers.items()
    )


def _shape(piece: Piece) -> Shape:
    epsg = next(item.epsg for item in (piece.old, piece.new) if item)
    rows = (
        ("Avant", piece.old.name if piece.old else "hors périmètre"),
        ("Après", piece.new.name if piece.new else "hors périmètre"),
        ("Population", quantity(piece.extent.people, "hab.")),
        ("Surface", surface(piece.extent)),
    )
    note = ESTIMATED if any(item.estimated for item in (piece.old, piece.new) if item) else ""
    popup = Popup(CHANGE_NAMES[piece.change], rows, note)
    return Shape(geojson(transform_geometry(piece.geometry, epsg, WGS84)), popup)


def _view(perimeters: Sequence[Perimeter], grid: Grid) -> tuple[float, float, float, float]:
    import shapely

    drawn = [transform_geometry(item.geometry, item.epsg, WGS84) for item in perimeters] or list(grid_squares(grid))
    west, south, east, north = (float(limit) for limit in shapely.total_bounds(drawn))
    across, along = (east - west) * _VIEW_MARGIN, (north - south) * _VIEW_MARGIN
    return west - across, south - along, east + across, north + along
