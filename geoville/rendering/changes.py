"""What enters and leaves a quarter from one generation to the next, on the map of the quarter itself."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from geoville.carroyage.grid import cell_squares
from geoville.crs import WGS84, transform_geometry, transform_points
from geoville.french import UNIT_SPACE, counted, held_together, people, quantity
from geoville.model import Kind
from geoville.perimeters.areas import PopulatedCells
from geoville.perimeters.comparison import Change
from geoville.rendering.cells import Popup, geojson
from geoville.rendering.layers import heart_of, short_name
from geoville.rendering.map_spec import AreaLayer, PanelSection, Shape

if TYPE_CHECKING:
    from collections.abc import Sequence

    from shapely.geometry.base import BaseGeometry

    from geoville.model import Address, Perimeter
    from geoville.rendering.map_spec import Scene

CHANGE_NAMES = {Change.ENTER: "Entre", Change.LEAVE: "Sort", Change.STAY: "Reste"}

_M2_IN_A_HECTARE = 10_000
_LEAST_M2 = 1_000.0
"""Under it a piece is a corner of a street."""

_MOST_PLACES = 8


@dataclass(frozen=True, slots=True)
class QuarterChanges:
    """A quarter of one generation beside those of another.

    Parameters
    ----------
    areas : what enters, then what leaves; only those that are not empty.
    section : the same in words, with people and places.
    other : the generation that it is compared with.
    """

    areas: tuple[AreaLayer, ...]
    section: PanelSection
    other: int


def quarter_changes(perimeter: Perimeter, scene: Scene) -> QuarterChanges | None:
    """What enters and leaves between an official quarter and the generation before it, or after it for the first one.

    None for an estimate, a quarter that no other generation touches, or one that did not change.

    Notes
    -----
    Pieces narrower than the accuracy of the two contours together are not changes: a generalised contour strays by
    that much from an exact one that did not move.
    """
    others = _other_generation(perimeter, scene.perimeters)
    if not others or perimeter.generation is None:
        return None
    year = others[0].generation or 0
    is_newer = perimeter.generation > year
    own = perimeter.geometry
    beside = _union([transform_geometry(item.geometry, item.epsg, perimeter.epsg) for item in others])
    narrow_m = max(item.accuracy_m for item in (perimeter, *others))
    gained, lost = _wide(own.difference(beside), narrow_m), _wide(beside.difference(own), narrow_m)
    pieces = {Change.ENTER: gained, Change.LEAVE: lost} if is_newer else {Change.ENTER: lost, Change.LEAVE: gained}
    kept = {change: piece for change, piece in pieces.items() if not piece.is_empty}
    if not kept:
        return None
    first, last = sorted((perimeter.generation, year))
    told = {change: _told(change, piece, perimeter.epsg, scene) for change, piece in kept.items()}
    areas = tuple(_area(change, piece, perimeter, told[change], last) for change, piece in kept.items())
    cells = f" Habitants{UNIT_SPACE}: carreaux de {scene.grid.vintage}." if scene.grid is not None else ""
    narrow = f" Sous {narrow_m:.0f}{UNIT_SPACE}m de large, l'écart est celui du contour généralisé." if narrow_m else ""
    section = PanelSection(
        f"Ce qui change de {first} à {last}",
        text=held_together(f"Le contour de l'autre génération est dessiné dessous.{narrow}{cells}"),
        items=tuple(held_together(text) for text in told.values()),
    )
    return QuarterChanges(areas, section, year)


def _other_generation(perimeter: Perimeter, perimeters: Sequence[Perimeter]) -> list[Perimeter]:
    """Official quarters of the nearest other generation that meet a quarter, an older one where there is one."""
    if perimeter.kind is not Kind.QPV or perimeter.estimated or not perimeter.generation:
        return []
    official = [item for item in perimeters if item.kind is Kind.QPV and not item.estimated and item.generation]
    years = {item.generation for item in official if item.generation} - {perimeter.generation}
    older = [year for year in years if year < perimeter.generation]
    wanted = max(older) if older else min(years, default=None)
    around = transform_geometry(perimeter.geometry, perimeter.epsg, WGS84)
    return [
        item
        for item in official
        if item.generation == wanted and transform_geometry(item.geometry, item.epsg, WGS84).intersects(around)
    ]


def _union(shapes: list[BaseGeometry]) -> BaseGeometry:
    import shapely

    return shapely.union_all(shapes)


def _wide(area: BaseGeometry, narrow_m: float) -> BaseGeometry:
    """Parts of an area that are wider than a width, and not tiny, each as it was."""
    import shapely

    parts = [part for part in shapely.get_parts(area) if part.area >= _LEAST_M2]
    core = [part.buffer(-narrow_m / 2) for part in parts]
    grown = [
        part.intersection(heart.buffer(narrow_m / 2 + 1))
        for part, heart in zip(parts, core, strict=True)
        if not heart.is_empty
    ]
    return shapely.union_all(grown) if grown else shapely.Polygon()


def _told(change: Change, piece: BaseGeometry, epsg: int, scene: Scene) -> str:
    """One sentence: how many people and hectares, and which places."""
    hectares = quantity(piece.area / _M2_IN_A_HECTARE, "ha", 1)
    residents = f"{people(_people_in(piece, epsg, scene))}, " if scene.grid is not None else ""
    named = _places_in(piece, epsg, scene.places)
    more = len(named) - _MOST_PLACES
    shown = ", ".join(named[:_MOST_PLACES]) + (f" et {counted(more, 'autre')}" if more > 0 else "")
    return f"{CHANGE_NAMES[change]} : {residents}{hectares}" + (f" ; lieux : {shown}." if named else ".")


def _people_in(piece: BaseGeometry, epsg: int, scene: Scene) -> float:
    grid = scene.grid
    if grid is None:
        return float("nan")
    return PopulatedCells(cell_squares(grid.easting, grid.northing, grid.epsg, epsg), grid.people).people_in(piece)


def _places_in(piece: BaseGeometry, epsg: int, places: Sequence[Address]) -> list[str]:
    """Names of the places of a piece, in alphabetical order."""
    import shapely

    named = [place for place in places if place.place]
    lon, lat = np.array([[place.lon, place.lat] for place in named], dtype=float).reshape(-1, 2).T
    inside = np.atleast_1d(shapely.intersects(piece, shapely.points(*transform_points(lon, lat, WGS84, epsg))))
    return sorted({short_name(place.place) for place, held in zip(named, inside.tolist(), strict=True) if held})


def _area(change: Change, piece: BaseGeometry, subject: Perimeter, told: str, year: int) -> AreaLayer:
    verb = "entre" if change is Change.ENTER else "sort"
    popup = Popup(held_together(told.partition(" ; ")[0].rstrip(".")), (("Changement", f"{verb} en {year}"),), told)
    drawn = geojson(transform_geometry(piece, subject.epsg, WGS84))
    return AreaLayer(change, (Shape(drawn, popup, name_at=heart_of(_labelled_part(piece, subject), subject.epsg)),))


def _labelled_part(piece: BaseGeometry, subject: Perimeter) -> BaseGeometry:
    """Largest part of what changes where the name of the quarter is not written; the largest where it has one only."""
    import shapely

    written_at = heart_of(subject.geometry, subject.epsg)
    name = transform_geometry(shapely.Point(written_at or ()), WGS84, subject.epsg)
    parts: list[BaseGeometry] = list(shapely.get_parts(piece))
    return max([part for part in parts if not part.contains(name)] or parts, key=lambda part: part.area)
