"""The layers of a map: perimeters, bands, places, IRIS, guide layers, and the ground (streets, railways, water)."""

from __future__ import annotations

import json
from dataclasses import replace
from functools import lru_cache
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

import numpy as np

from geoville.carroyage.grid import union_of_cells
from geoville.crs import WGS84, transform_geometry
from geoville.eligibility.sentences import KIND_NAMES, dates_in_force
from geoville.french import UNIT_SPACE, UNKNOWN, distance, euros, fold, long_date, number, people, percent
from geoville.law import position_accuracy
from geoville.model import CELL_PEOPLE, CELL_PEOPLE_SOURCE, POPULATION, POPULATION_SOURCE, Kind, Perimeter
from geoville.rendering.cells import DEGREE_DECIMALS, Popup, geojson, grid_squares
from geoville.rendering.look import GROUND_LINES, PLACES
from geoville.rendering.map_spec import GroundLayer, PerimeterLayer, PlaceLayer, PlacePoint, Shape

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence
    from datetime import date

    from numpy.typing import NDArray
    from shapely.geometry.base import BaseGeometry

    from geoville.carroyage.grid import Grid
    from geoville.model import Address, Rule
    from geoville.rendering.cells import IrisFigures
    from geoville.rendering.look import PlaceStyle
    from geoville.rendering.map_spec import Scene


_SHAPES_AT_HAND = 512

ESTIMATED = "estimé, sans valeur réglementaire"

GENERALISED_LINE = "qpv_generalised"

LINE_OF_KIND = {
    Kind.QPV: "qpv",
    Kind.CANDIDAT: "candidat",
    Kind.VEILLE: "veille",
    Kind.VECU: "vecu",
    Kind.ZUS: "former",
    Kind.CUCS: "former",
    Kind.NPNRU: "npnru",
    Kind.ANRU: "npnru",
    Kind.ZFU: "zfu",
}

_FIGURES: dict[str, tuple[str, Callable[[float], str]]] = {
    "population": ("Population", people),
    "households": ("Ménages", number),
    "share_below_threshold": ("Part sous le seuil", percent),
    "median_eur": ("Revenu médian par UC", euros),
    "share_imputed": ("Part de population imputée", percent),
}
"""French label and format of the figures that a perimeter may carry among its attributes."""


def perimeter_layers(
    perimeters: Sequence[Perimeter],
    on: date,
    hidden: frozenset[Kind] = frozenset(),
    names: Mapping[str, str] = MappingProxyType({}),
    subject: Perimeter | None = None,
) -> tuple[PerimeterLayer, ...]:
    """One layer per kind, generation, basis and worth, in the order of `Kind`, the latest generation first.

    Parameters
    ----------
    on : official QPV not in force that day are drawn thinner, in a layer that says so, off where others are in force.
    hidden : kinds that are off when the map opens.
    names : of kinds, in place of the usual ones.
    subject : the one that the map is about; its layer is on.
    """
    groups: dict[tuple[int, int, bool, bool], list[Perimeter]] = {}
    kinds = list(Kind)
    for perimeter in perimeters:
        is_exact = perimeter.accuracy_m == 0
        key = (kinds.index(perimeter.kind), -(perimeter.generation or 0), perimeter.estimated, is_exact)
        groups.setdefault(key, []).append(perimeter)
    return tuple(
        _singled_out(_quarters_layer(groups[key], on, hidden, names), groups[key], on, perimeters, subject)
        for key in sorted(groups)
    )


@lru_cache(_SHAPES_AT_HAND)
def wgs84_shape(perimeter: Perimeter) -> Shape:
    """Return one perimeter, transformed vertex by vertex, with its popup: each page of an atlas draws all."""
    return Shape(geojson(transform_geometry(perimeter.geometry, perimeter.epsg, WGS84)), perimeter_popup(perimeter))


def _singled_out(
    layer: PerimeterLayer,
    members: list[Perimeter],
    on: date,
    perimeters: Sequence[Perimeter],
    subject: Perimeter | None,
) -> PerimeterLayer:
    """Layer of quarters with the names of those that answer, of all where none does; former ones off beside others."""
    answering = {id(item) for item in _quarters(perimeters, on)}
    ordered = sorted(members, key=lambda item: item.code)
    named = {id(item) for item in ordered if item is subject or not answering or id(item) in answering}
    shapes = tuple(
        replace(
            shape,
            name_at=heart_of(item.geometry, item.epsg) if id(item) in named else None,
            is_subject=item is subject,
        )
        for item, shape in zip(ordered, layer.shapes, strict=True)
    )
    is_past = (
        members[0].kind is Kind.QPV and not members[0].estimated and not any(item.in_force(on) for item in members)
    )
    official = any(item.kind is Kind.QPV and id(item) in answering for item in perimeters)
    shown = any(item is subject for item in members) or (layer.shown and not (is_past and official))
    return replace(layer, shapes=shapes, shown=shown)


_HEART_TOLERANCE_M = 5.0


@lru_cache(_SHAPES_AT_HAND)
def heart_of(area: BaseGeometry, epsg: int) -> tuple[float, float] | None:
    """Centre of the widest circle inside an area in metres, lon and lat; None where it is none."""
    import shapely

    if area.is_empty or not isinstance(area, shapely.Polygon | shapely.MultiPolygon):
        return None
    circle = shapely.maximum_inscribed_circle(area, _HEART_TOLERANCE_M)
    lon, lat = shapely.get_coordinates(transform_geometry(circle, epsg, WGS84))[0].round(DEGREE_DECIMALS)
    return float(lon), float(lat)


def perimeter_popup(perimeter: Perimeter) -> Popup:
    """Nature, code, dates, figures and reference of a perimeter."""
    kind = KIND_NAMES[perimeter.kind].title
    rows = [
        ("Nature", ESTIMATED if perimeter.estimated else f"{kind}, {contour_of(perimeter)}"),
        ("Code", perimeter.code),
        ("Génération", str(perimeter.generation or "")),
        ("Grille", f"Filosofi {perimeter.vintage}" if perimeter.vintage else ""),
        ("En vigueur", dates_in_force(perimeter)),
        *_figure_rows(perimeter),
        *_census_rows(perimeter),
        *_origin_rows(perimeter),
        ("Texte", perimeter.reference),
        ("Source", perimeter.source.citation if perimeter.source else ""),
    ]
    return Popup(perimeter.name or perimeter.code, tuple(row for row in rows if row[1]))


def line_of(perimeter: Perimeter) -> str:
    """Key of the line of a perimeter: dashed for an estimate."""
    style = LINE_OF_KIND[perimeter.kind]
    if perimeter.kind is Kind.QPV and perimeter.accuracy_m:
        return GENERALISED_LINE
    return style if perimeter.kind is Kind.CANDIDAT or not perimeter.estimated else f"{style}_estimated"


def contour_of(perimeter: Perimeter) -> str:
    r"""What an official contour is worth, in words.

    >>> import shapely
    >>> contour_of(Perimeter("QN01332M", "", Kind.QPV, shapely.Point(), 2154, False, accuracy_m=25))
    'contour officiel, généralisé (25\xa0m)'
    """
    if not perimeter.accuracy_m:
        return "contour officiel"
    return f"contour officiel, généralisé ({perimeter.accuracy_m:.0f}{UNIT_SPACE}m)"


def _quarters_layer(
    perimeters: list[Perimeter], on: date, hidden: frozenset[Kind], names: Mapping[str, str]
) -> PerimeterLayer:
    first = perimeters[0]
    name = names.get(first.kind, KIND_NAMES[first.kind].plural) + (f" {first.generation}" if first.generation else "")
    style = LINE_OF_KIND[first.kind]
    if first.estimated:
        name, style = f"{name} (contour {ESTIMATED})", line_of(first)
    elif not any(perimeter.in_force(on) for perimeter in perimeters):
        name, style = f"{name}, hors vigueur au {long_date(on)}", "former"
    elif first.accuracy_m:
        least = min(perimeter.accuracy_m for perimeter in perimeters)
        name, style = f"{name}, contour généralisé ({least:.0f}{UNIT_SPACE}m)", GENERALISED_LINE
    ordered = sorted(perimeters, key=lambda perimeter: perimeter.code)
    shapes = tuple(wgs84_shape(perimeter) for perimeter in ordered)
    return PerimeterLayer(name, style, shapes, shown=first.kind not in hidden)


def _figure_rows(perimeter: Perimeter) -> list[tuple[str, str]]:
    rows = []
    for key, (label, write) in _FIGURES.items():
        value = perimeter.attributes.get(key)
        if isinstance(value, int | float) and not isinstance(value, bool):
            rows.append((f"{label} (estimation)" if perimeter.estimated else label, write(value)))
    return rows


def _census_rows(perimeter: Perimeter) -> list[tuple[str, str]]:
    """People of an official quarter, one figure with its source: Insee's count, else that of the cells."""
    pairs = ((POPULATION, POPULATION_SOURCE), (CELL_PEOPLE, CELL_PEOPLE_SOURCE))
    found = [(perimeter.attributes.get(count), perimeter.attributes.get(source)) for count, source in pairs]
    known = [(f"Population ({source})", people(count)) for count, source in found if isinstance(count, int) and count]
    return known[:1]


def _origin_rows(perimeter: Perimeter) -> list[tuple[str, str]]:
    """Former perimeters that a veille quarter comes from, places that make a vécu, each with its evidence."""
    places = str(perimeter.attributes.get("evidence") or "")
    return [
        ("Anciens périmètres", str(perimeter.attributes.get("origin_name") or "")),
        *(("Lieu", place) for place in places.split(" | ")),
    ]


# --- Distances around perimeters that rules look at: one layer per distance

_OUTLINE_TOLERANCE_M = 2.0
"""Arcs are drawn with vertices that lie this near the true curve."""


def band_layers(perimeters: Sequence[Perimeter], rules: Iterable[Rule], on: date) -> tuple[PerimeterLayer, ...]:
    """Bands around the quarters that answer on a day: official ones where there are some, else candidates.

    Parameters
    ----------
    rules : in force that day; their bands give the distances.
    """
    quarters = _quarters(perimeters, on)
    if not quarters:
        return ()
    names: dict[float, list[str]] = {}
    for rule in rules:
        for band in rule.bands if Kind.QPV in rule.within and not rule.former else ():
            if band.valid_from is None or band.valid_from <= on:
                names.setdefault(band.whole_m, []).append(rule.name)
    return tuple(_band_layer(metres, tuple(dict.fromkeys(names[metres])), quarters) for metres in sorted(names))


def _quarters(perimeters: Sequence[Perimeter], on: date) -> list[Perimeter]:
    official = [item for item in perimeters if item.kind is Kind.QPV and not item.estimated and item.in_force(on)]
    return official or [item for item in perimeters if item.kind is Kind.CANDIDAT]


def _band_layer(metres: float, rules: tuple[str, ...], quarters: list[Perimeter]) -> PerimeterLayer:
    name = f"Bande de {distance(metres)} autour des quartiers"
    rows = [("Règle", rule) for rule in rules]
    if any(quarter.estimated for quarter in quarters):
        rows.append(("Nature", "autour d'un contour estimé, sans valeur réglementaire"))
    note = "C'est l'emprise entière du bâtiment qui compte : la bande ne décide pas seule."
    shapes = tuple(
        Shape(
            _around(quarter, metres),
            Popup(f"À moins de {distance(metres)} : {quarter.name or quarter.code}", tuple(rows), note),
        )
        for quarter in quarters
    )
    return PerimeterLayer(name, "band", shapes, shown=False)


@lru_cache(_SHAPES_AT_HAND)
def _around(quarter: Perimeter, metres: float) -> dict[str, Any]:
    """What lies so near a quarter (WGS84): each page of an atlas draws the bands of all."""
    near = quarter.geometry.buffer(metres).simplify(_OUTLINE_TOLERANCE_M)
    return geojson(transform_geometry(near, quarter.epsg, WGS84))


# --- IRIS as drawn: made of the cells whose centre lies in each, where their own outlines are not open

_NOTE = "Contour approché : les carreaux habités dont le centre est dans l'IRIS."


@lru_cache(1)
def iris_layer(grid: Grid, iris: IrisFigures) -> PerimeterLayer:
    """Outlines of the IRIS that have a name, with their published income."""
    squares = grid_squares(grid)
    shapes = []
    for code in sorted(set(iris.code_of.tolist()) & set(iris.names)):
        rows = (
            ("Code", code),
            (f"Revenu déclaré médian ({iris.year})", _median(iris, code)),
            ("Source", iris.source),
        )
        outline = geojson(union_of_cells(squares[np.flatnonzero(iris.code_of == code)]))
        shapes.append(Shape(outline, Popup(f"IRIS {iris.names[code]}", rows, _NOTE)))
    return PerimeterLayer("IRIS (contours approchés par les carreaux)", "iris", tuple(shapes), shown=False)


def _median(iris: IrisFigures, code: str) -> str:
    return f"{euros(iris.median_eur[code])} par UC" if code in iris.median_eur else UNKNOWN


# --- Layers that help to read a map, whatever its subject: listed under « Repères », off when it opens


def guide_layers(scene: Scene) -> tuple[PerimeterLayer, ...]:
    """Draw what surrounds the subject of a map; what the territory does not know gives no layer."""
    return tuple(layer for draw in GUIDES for layer in draw(scene))


def _bands(scene: Scene) -> tuple[PerimeterLayer, ...]:
    return band_layers(scene.perimeters, scene.rules, scene.on)


def _iris(scene: Scene) -> tuple[PerimeterLayer, ...]:
    known = scene.figures.iris if scene.figures is not None else None
    return () if scene.grid is None or known is None else (iris_layer(scene.grid, known),)


GUIDES: tuple[Callable[[Scene], tuple[PerimeterLayer, ...]], ...] = (_bands, _iris)
"""Every such layer, in the order of the list of layers."""


# --- Named places as drawn, by category, and the look-up of a recipe's names among those of a territory

_OTHER = "other"
_CATEGORIES = {
    "college": "school",
    "lycee": "school",
    "ecole": "school",
    "gare": "station",
    "halte_ter": "station",
    "gare_fret": "station",
    "bureau_poste": "post",
    "france_travail": "service",
    "mission_locale": "service",
    "regie_quartier": "service",
    "ccas": "service",
    "salle": "culture",
    "sante": "health",
    "centre_commercial": "shop",
    "point_on_street": "street",
}
"""Category of a map by category of a file of places."""


def find_places(names: Iterable[str], places: Sequence[Address]) -> tuple[dict[str, Address], tuple[str, ...]]:
    """Look names up, letter case, accents and punctuation apart.

    Parameters
    ----------
    names : of places ("Collège Vauban") or addresses ("1 Rue Youri Gagarine").

    Returns
    -------
    The places found, by name as asked, in the order asked; and the names that no place has.
    """
    known = {fold(place_name(place)): place for place in reversed(places)}
    asked = list(dict.fromkeys(names))
    found = {name: known[fold(name)] for name in asked if fold(name) in known}
    return found, tuple(name for name in asked if name not in found)


def place_name(place: Address) -> str:
    """Name of a place, or number and street of an address."""
    return place.place or _postal(place)


def short_name(name: str) -> str:
    """Name without the precision given in parentheses, for a label; the popup keeps the whole of it."""
    return name.partition(" (")[0]


def labelled_places(found: Iterable[Address]) -> PlaceLayer:
    """Build the layer of the places that a recipe names: their names are written on the map."""
    return PlaceLayer(PLACES["sector"].name, labelled=True, shown=True, places=_points(found), category="sector")


def other_places(
    places: Sequence[Address], drawn: Iterable[Address], marks: Mapping[str, PlaceStyle] = PLACES
) -> tuple[PlaceLayer, ...]:
    """One layer per category for the territory's other places, off when the map opens; addresses are left out."""
    already = {place.id for place in drawn}
    by_category: dict[str, list[Address]] = {category: [] for category in PLACES}
    for place in places:
        if place.place and place.id not in already:
            by_category[_CATEGORIES.get(place.category.partition(" ")[0], _OTHER)].append(place)
    return tuple(
        PlaceLayer(marks[category].name, labelled=False, shown=False, places=_points(members), category=category)
        for category, members in by_category.items()
        if members
    )


def place_popup(place: Address) -> Popup:
    """Postal address, worth of the position and source of a place."""
    rows = (
        ("Adresse", _postal(place) if place.place else ""),
        ("Commune", f"{place.postcode} {place.city}".strip()),
        ("Position", position_accuracy(place.precision).reason),
        ("Source", place.source),
    )
    return Popup(place_name(place), tuple(row for row in rows if row[1]))


def _points(places: Iterable[Address]) -> tuple[PlacePoint, ...]:
    named = ((place, short_name(place_name(place))) for place in places)
    return tuple(PlacePoint(place.lon, place.lat, name, place_popup(place)) for place, name in named)


def _postal(place: Address) -> str:
    number = f"{place.number}{place.suffix} " if place.number is not None else ""
    return f"{number}{place.street}"


# --- The ground of a page: what its window shows of streets, railways and water, light enough to be inlined

MOST_BYTES = 400_000
"""Weight that the ground may add to a page."""

_MARGIN = 0.5
"""Share of the view's size that is drawn around it: one looks about a little."""

_TOLERANCES = (1e-5, 2e-5, 5e-5, 1e-4, 2e-4)
"""Degrees by which lines may stray, tried in turn until the whole is light enough: from one metre to twenty."""

_SCALE = 100_000
_LESSER = "street"


def ground_in(layers: Sequence[GroundLayer], bounds: tuple[float, float, float, float]) -> tuple[GroundLayer, ...]:
    """Ground of a window and what lies just around it.

    Parameters
    ----------
    bounds : west, south, east, north in degrees.
    """
    import shapely

    west, south, east, north = bounds
    across, along = (east - west) * _MARGIN, (north - south) * _MARGIN
    window = (west - across, south - along, east + across, north + along)
    shapely.prepare(box := shapely.box(*window))
    found = []
    for layer in layers:
        near = layer.shapes[shapely.intersects(box, layer.shapes)]
        parts = shapely.get_parts(shapely.intersection(near, box))
        kept = parts[shapely.get_dimensions(parts) > 0]
        if len(kept):
            found.append(GroundLayer(layer.kind, kept))
    return tuple(found)


def ground_data(layers: Sequence[GroundLayer], most_bytes: int = MOST_BYTES) -> str:
    """JSON text of a ground that `ground.js` draws, coarser, then without its lesser streets, until it is light enough.

    Notes
    -----
    A line is integers of 10⁻⁵ degree, each vertex written as its difference from the one before; a polygon is rings.
    """
    text = "[]"
    for kept in (layers, [layer for layer in layers if layer.kind != _LESSER]):
        for tolerance in _TOLERANCES:
            text = json.dumps([_written(layer, tolerance) for layer in kept], separators=(",", ":"))
            if len(text) <= most_bytes:
                return text
    return "[]"


def _written(layer: GroundLayer, tolerance: float) -> dict[str, Any]:
    import shapely

    line = GROUND_LINES[layer.kind]
    shapes = shapely.simplify(layer.shapes, tolerance)
    areas = shapes[shapely.get_dimensions(shapes) == 2]  # noqa: PLR2004 - of surfaces
    lines = shapes[shapely.get_dimensions(shapes) == 1]
    return {
        "kind": layer.kind,
        "color": line.colour,
        "weight": line.width_px,
        "dashArray": line.dashes or None,
        "lines": [_steps(shapely.get_coordinates(item)) for item in lines],
        "areas": [[_steps(shapely.get_coordinates(ring)) for ring in shapely.get_rings(area)] for area in areas],
    }


def _steps(vertices: NDArray[np.float64]) -> list[int]:
    whole = np.round(vertices * _SCALE).astype(int)
    steps: list[int] = np.diff(whole, axis=0, prepend=np.zeros((1, 2), dtype=int)).ravel().tolist()
    return steps
