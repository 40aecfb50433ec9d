"""The map and the page of a comparison."""

from __future__ import annotations

import json
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from geoville.crs import WGS84, transform_geometry
from geoville.eligibility.sentences import KIND_NAMES, dates_in_force
from geoville.french import agreed, number, percent, quantity
from geoville.perimeters.comparison import FATE_NAMES, Change
from geoville.rendering.cells import Popup, geojson, grid_squares, inhabited_area
from geoville.rendering.changes import CHANGE_NAMES
from geoville.rendering.folium_map import (
    add_areas,
    add_backdrop,
    add_perimeters,
    blank_map,
    drawn,
    json_tag,
    own_text,
    page_text,
    script_tag,
    style_tag,
)
from geoville.rendering.layers import ESTIMATED, ground_data, ground_in, heart_of, line_of, wgs84_shape
from geoville.rendering.look import CHANGE_FILLS, MapStyle, change_fill
from geoville.rendering.map_spec import AreaLayer, PerimeterLayer, Shape
from geoville.rendering.maps import ESTIMATE_WARNING

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from geoville.carroyage.grid import Grid
    from geoville.model import Perimeter, Source
    from geoville.perimeters.comparison import ChangedPiece, Comparison, Flow, Group, Member, SharedGround
    from geoville.rendering.look import TileSource
    from geoville.rendering.map_spec import GroundLayer


# --- A comparison of two maps in French: names of the maps, of what changes, and the rows of its table

M2_IN_A_HECTARE = 10_000

COLUMNS = ("Avant", "Après", "Devenir", "Habitants avant", "Sortent", "Restent", "Entrent", "Habitants après")


@dataclass(frozen=True, slots=True)
class TableRow:
    """Perimeters that answer to each other, and their figures in the order of `COLUMNS`.

    Parameters
    ----------
    old, new : name and people of each perimeter.
    people : five numbers of people.
    details : cells and surface of each of the five, empty where there is nothing.
    """

    old: tuple[tuple[str, str], ...]
    new: tuple[tuple[str, str], ...]
    fate: str
    people: tuple[str, ...]
    details: tuple[str, ...]


def table_rows(comparison: Comparison) -> tuple[TableRow, ...]:
    """One row per group of perimeters."""
    return tuple(_row(group) for group in comparison.groups)


def total_row(comparison: Comparison) -> TableRow:
    """The row of the two maps as wholes."""
    return TableRow((), (), "", *_figures(comparison.total))


def map_name(perimeters: Sequence[Perimeter]) -> str:
    """What a map shows: kinds of its perimeters with their generation, or the year of the grid they rest on."""
    return " ; ".join(dict.fromkeys(layer_name(item) for item in perimeters)) or "Aucun périmètre"


def layer_name(perimeter: Perimeter, names: Mapping[str, str] = MappingProxyType({})) -> str:
    """Kind of a perimeter with its generation, or the year of the grid it rests on; says so if it is estimated.

    Parameters
    ----------
    names : of kinds; a kind that it leaves out has its usual name.
    """
    generation = f" {perimeter.generation}" if perimeter.generation else ""
    grid = f", grille {perimeter.vintage}" if perimeter.vintage else ""
    status = f" (contour {ESTIMATED})" if perimeter.estimated else ""
    return f"{names.get(perimeter.kind, KIND_NAMES[perimeter.kind].plural)}{generation}{grid}{status}"


def summary(comparison: Comparison) -> tuple[str, ...]:
    """French sentences: who enters, leaves and stays, and how alike the two maps are."""
    if not comparison.groups:
        return ("Aucune des deux cartes n'a de périmètre.",)
    total = comparison.total
    sentences = [
        f"Entrent : {size(total.enter)}.",
        f"Sortent : {size(total.leave)}.",
        f"Restent : {size(total.stay)}.",
    ]
    if round(comparison.people_between_groups):
        sentences.append(
            f"Parmi ceux qui restent, {quantity(comparison.people_between_groups, 'hab.')} passent d'un quartier à un "
            "autre : ils sortent de l'un et entrent dans l'autre."
        )
    likeness = f"F1 de population {number(total.f1, 3)}, rapport des surfaces (IoU) {number(total.area_iou, 3)}"
    return (*sentences, f"Ressemblance des deux cartes : {likeness}.")


def rules_sentence(comparison: Comparison) -> str:
    """How perimeters were paired, as a French sentence."""
    rules = comparison.rules
    return (
        f"Deux périmètres se répondent s'ils partagent au moins {percent(rules.link_share)} des habitants de l'un "
        f"d'eux ; un périmètre est inchangé si au plus {percent(rules.tolerance)} de ses habitants et de sa surface "
        "entrent ou sortent. Un carreau compte dès qu'il est couvert pour moitié."
    )


def size(extent: SharedGround) -> str:
    """People, cells and surface of an area."""
    return f"{quantity(extent.people, 'hab.')}, {cells_and_surface(extent)}"


def cells_and_surface(extent: SharedGround) -> str:
    """Populated cells and surface of an area.

    >>> from geoville.french import UNIT_SPACE
    >>> from geoville.perimeters.comparison import SharedGround
    >>> cells_and_surface(SharedGround(120.0, 1, 52_000.0)).replace(UNIT_SPACE, " ")
    '1 carreau, 5,2 ha'
    """
    cells = quantity(extent.cells, agreed(extent.cells, "carreau", "carreaux"))
    return f"{cells}, {surface(extent)}"


def surface(extent: SharedGround) -> str:
    """Surface of an area in hectares."""
    return quantity(extent.area_m2 / M2_IN_A_HECTARE, "ha", 1)


def _row(group: Group) -> TableRow:
    return TableRow(
        tuple(_member(member, member.flow.before) for member in group.old),
        tuple(_member(member, member.flow.after) for member in group.new),
        FATE_NAMES[group.fate],
        *_figures(group.flow),
    )


def _member(member: Member, extent: SharedGround) -> tuple[str, str]:
    return member.perimeter.name, quantity(extent.people, "hab.")


def _figures(flow: Flow) -> tuple[tuple[str, ...], tuple[str, ...]]:
    extents = (flow.before, flow.leave, flow.stay, flow.enter, flow.after)
    return tuple(number(item.people) for item in extents), tuple(
        cells_and_surface(item) if item.area_m2 else "" for item in extents
    )


_VIEW_MARGIN = 0.05
"""Share of the size of both maps left around them on opening."""


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
    tiles : online backdrop that the reader may ask for; None for none.
    ground : what both maps show of streets, railways and water; nothing where they are not known.
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
    tiles: TileSource | None = None
    ground: tuple[GroundLayer, ...] = ()


def comparison_map(
    comparison: Comparison,
    pieces: Sequence[ChangedPiece],
    *,
    old: Sequence[Perimeter],
    new: Sequence[Perimeter],
    grid: Grid,
    sources: Iterable[Source],
    style: MapStyle | None = None,
    tiles: TileSource | None = None,
    ground: Sequence[GroundLayer] = (),
    ground_credits: Sequence[str] = (),
) -> ComparisonSpec:
    """Two maps of one place, before and after.

    Parameters
    ----------
    pieces : the overlay of `old` and `new`.
    grid : cells whose people were counted.
    sources : of everything drawn and counted.
    style : lines and names of perimeters; the patterns of what changes are always the same.
    ground, ground_credits : streets, railways and water around, and what their licences ask to be written.
    """
    bounds = _view((*old, *new), grid)
    cited = (*(source.citation for source in sources), *(f"Fond : {credit}" for credit in ground_credits))
    look = style or MapStyle()
    people_note = f"Habitants : carreaux de 200 m de {grid.vintage}, les mêmes pour les deux cartes."
    warning = (ESTIMATE_WARNING,) if comparison.estimated else ()
    return ComparisonSpec(
        title="Périmètres : avant et après",
        subtitle=f"{map_name(old)} → {map_name(new)}",
        bounds=bounds,
        backdrop=inhabited_area(grid),
        sides=(
            _side("Avant", old, pieces, (Change.STAY, Change.LEAVE), look.names),
            _side("Après", new, pieces, (Change.STAY, Change.ENTER), look.names),
        ),
        summary=summary(comparison),
        rows=table_rows(comparison),
        total=total_row(comparison),
        notes=(*warning, people_note, rules_sentence(comparison)),
        sources=tuple(dict.fromkeys(cited)),
        style=look,
        tiles=tiles,
        ground=ground_in(ground, bounds),
    )


def _side(
    heading: str,
    perimeters: Sequence[Perimeter],
    pieces: Sequence[ChangedPiece],
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
    return tuple(PerimeterLayer(name, line_of(items[0]), tuple(map(_named, items))) for name, items in layers.items())


def _named(perimeter: Perimeter) -> Shape:
    return replace(wgs84_shape(perimeter), name_at=heart_of(perimeter.geometry, perimeter.epsg))


def _shape(piece: ChangedPiece) -> Shape:
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


# --- The page of a comparison: two maps that move together, their legend and their table, in one offline file


_SCRIPTS = ("details.js", "labels.js", "ground.js", "online.js", "comparison/compare.js")


def render_comparison(spec: ComparisonSpec) -> str:
    """Draw a comparison as one HTML page that opens with no network.

    Returns
    -------
    HTML text; the same `spec` always gives the same text.

    Raises
    ------
    DataUnavailableError
        A script that the page needs is missing from the installation.
    """
    page = drawn([_folium_map(spec, side) for side in spec.sides])
    tiles = json.dumps(spec.tiles.document(), ensure_ascii=False) if spec.tiles else "null"
    return page_text(
        "comparison/compare.html",
        spec=spec,
        styles=[*page.styles, style_tag(own_text("page.css")), style_tag(own_text("comparison/compare.css"))],
        scripts=[*page.scripts, *(script_tag(own_text(name)) for name in _SCRIPTS)],
        map_elements=page.elements,
        ground_data=json_tag("ground-data", ground_data(spec.ground)),
        map_script=script_tag(f"{page.code}\nsetUpComparison({', '.join(page.names)}, {tiles});"),
        columns=COLUMNS,
        fills=CHANGE_FILLS,
        change_fill=change_fill,
        change_names=CHANGE_NAMES,
        lines=spec.style.lines,
    )


def _folium_map(spec: ComparisonSpec, side: SideSpec) -> Any:
    folium_map = blank_map(spec.bounds)
    add_backdrop(folium_map, spec.backdrop)
    for areas in side.areas:
        add_areas(folium_map, areas)
    for perimeters in side.perimeters:
        add_perimeters(folium_map, perimeters, spec.style)
    return folium_map
