"""The map of a statement, as SVG."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from geoville.crs import WGS84, transform_points
from geoville.eligibility.judgement import locate
from geoville.eligibility.sentences import KIND_NAMES
from geoville.french import distance
from geoville.law import position_accuracy
from geoville.model import Basis, Kind, VerdictCode
from geoville.rendering.folium_map import page_text
from geoville.rendering.layers import ESTIMATED, contour_of, line_of, place_name
from geoville.rendering.look import PERIMETER_LINES
from geoville.rendering.paper import Box, Frame, Label, LabelBoard, frame_around, printed

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from shapely import Point
    from shapely.geometry.base import BaseGeometry

    from geoville.eligibility.index import PerimeterIndex
    from geoville.model import Address, Answer, Perimeter, Position


# --- Named places by which the reader of a statement's map finds their way

_MOST = 6
_ACCURACY_M = 100.0
_NEAR_DEGREES = 1.0
_SIZE_MM = 2.1
_LONGEST_LANDMARK = 40


@dataclass(frozen=True, slots=True)
class StatementLandmark:
    """A named place as drawn, millimetres from the top left corner of the map.

    Parameters
    ----------
    source : where its position comes from, as its list says; empty where that is not known.
    """

    x: float
    y: float
    label: Label
    source: str


def landmarks_shown(
    board: LabelBoard, places: Sequence[Address], frame: Frame, position: Position, point: Point, epsg: int
) -> tuple[StatementLandmark, ...]:
    """Write the named places of a map where there is room, the nearest to a position first.

    Parameters
    ----------
    places : those without a name, and those whose own position is not firm, are left out: they would mislead.
    point : the position in the CRS `epsg` of the frame.
    """
    import shapely

    sure = [place for place in places if place.place and _is_near(place, position) and _is_sure(place)]
    lon, lat = np.array([place.lon for place in sure]), np.array([place.lat for place in sure])
    spots = np.array(shapely.points(*transform_points(lon, lat, WGS84, epsg)))
    nearest_first = np.argsort(shapely.distance(spots, point), kind="stable")
    drawn: list[StatementLandmark] = []
    for row in nearest_first[shapely.intersects(spots[nearest_first], frame.ground)].tolist():
        x, y = frame.place(spots[row].x, spots[row].y)
        name = printed(place_name(sure[row]).partition(" (")[0], _LONGEST_LANDMARK)
        label = board.write(name, x, y, size_mm=_SIZE_MM)
        if label:
            drawn.append(StatementLandmark(x, y, label, sure[row].source))
        if len(drawn) == _MOST:
            break
    return tuple(drawn)


def _is_near(place: Address, position: Position) -> bool:
    """Whether a place may be on the map: another territory's may lie out of the projection's domain."""
    return abs(place.lon - position.lon) < _NEAR_DEGREES and abs(place.lat - position.lat) < _NEAR_DEGREES


def _is_sure(place: Address) -> bool:
    accuracy = position_accuracy(place.precision)
    return accuracy.firm and accuracy.accuracy_m <= _ACCURACY_M


# --- Perimeters on a statement's map: which ones are drawn, and how each nature is told from the others

_MM_PER_PX = 0.2
_CODE_MM = 2.3
_LONGEST_CODE = 30


@dataclass(frozen=True, slots=True)
class PaperOutline:
    """A perimeter as drawn.

    Parameters
    ----------
    area, line : SVG paths of its ground and of its limit; without the edges of the map.
    legend : French name of what has this line.
    dashes : SVG dash array; empty for a full line, which is for official contours only.
    """

    area: str
    line: str
    legend: str
    colour: str
    width_mm: float
    dashes: str
    filled: bool


def perimeters_shown(answer: Answer, known: Sequence[Perimeter], frame: Frame) -> tuple[Perimeter, ...]:
    """Perimeters of a map: of the kind that answers, those that hold the position, and official ones of other days.

    Parameters
    ----------
    known : perimeters among which the answer was sought.

    Returns
    -------
    In the order of drawing: those not in force first, the one that the answer rests on last.
    """
    nearest = answer.hits[0].perimeter
    kinds = {nearest.kind, Kind.QPV} if answer.basis is Basis.ESTIMATED else {nearest.kind}
    holding = [hit.perimeter for hit in answer.hits if hit.inside]
    ground = frame.ground
    seen = [
        item
        for item in known
        if item.epsg == nearest.epsg
        and (item.kind in kinds or any(item is perimeter for perimeter in holding))
        and item.geometry.intersects(ground)
    ]
    return tuple(sorted(seen, key=lambda item: (item is nearest, item.in_force(answer.on), item.code)))


def outline(perimeter: Perimeter, on: date, frame: Frame) -> PaperOutline:
    """Draw a perimeter: full where official, dashed where estimated, thin and unfilled where not in force that day."""
    import shapely

    in_force = perimeter.in_force(on)
    style = PERIMETER_LINES[line_of(perimeter) if in_force or perimeter.estimated else "former"]
    generation = f" {perimeter.generation}" if perimeter.generation else ""
    nature = f"contour {ESTIMATED}" if perimeter.estimated else contour_of(perimeter)
    return PaperOutline(
        area=frame.path(perimeter.geometry),
        line=frame.path(shapely.boundary(perimeter.geometry)),
        legend=f"{KIND_NAMES[perimeter.kind].plural}{generation} : {nature}{'' if in_force else ' hors vigueur'}",
        colour=style.colour,
        width_mm=round(style.width_px * _MM_PER_PX, 2),
        dashes=" ".join(f"{float(part) * _MM_PER_PX:g}" for part in style.dashes.split()),
        filled=in_force,
    )


def code_label(board: LabelBoard, perimeter: Perimeter, frame: Frame) -> Label | None:
    """Code of a perimeter, written within what is seen of it, in the largest of nine parts of the map that has room."""
    import shapely

    parts = shapely.intersection(perimeter.geometry, frame.ninths)
    largest_first = parts[np.argsort(-shapely.area(parts), kind="stable")]
    spots = (spot for spot in shapely.point_on_surface(largest_first) if not spot.is_empty)
    code = printed(perimeter.code, _LONGEST_CODE)
    written = (board.write_on(code, *frame.place(spot.x, spot.y), size_mm=_CODE_MM) for spot in spots)
    return next((label for label in written if label), None)


TITLE = "Extrait de carte"
WIDTH_MM, HEIGHT_MM = 96.0, 88.0
_MARGIN_MM = 9.0
_LEAST_M_PER_MM = 5.0
_SEEN_AROUND_M = 1000.0
"""Of a large perimeter, what lies within this of the position is shown."""
_LONGEST_BAR_MM = 28.0
_LEAST_SEEN_MM = 1.5
_MARK_MM = 1.9
_METRES_LABEL_MM = 2.6


@dataclass(frozen=True, slots=True)
class StatementMap:
    """Everything that the map shows; lengths in millimetres from its top left corner unless their name says metres.

    Parameters
    ----------
    position : from the left, then from the top.
    accuracy_mm : radius of the circle in which the true place lies, 0 where it is exact or too small to be seen.
    whole : SVG path of the whole street or town that was judged in place of the point, empty where it was not.
    limit : SVG path from what was judged to the nearest limit, empty where it is too short to be seen.
    limit_m : length of that path on the ground.
    labels : the texts but those of the landmarks.
    grid : SVG path of the lines of the projected grid, `bar_m` apart on the ground as the scale bar is long.
    perimeters : drawn, in the order of `outlines`.
    description : the map in French words, for who does not see it.
    """

    metres_per_mm: float
    position: tuple[float, float]
    accuracy_mm: float
    accuracy_m: float
    outlines: tuple[PaperOutline, ...]
    whole: str
    limit: str
    limit_m: float
    landmarks: tuple[StatementLandmark, ...]
    labels: tuple[Label, ...]
    grid: str
    bar_m: float
    perimeters: tuple[Perimeter, ...]
    description: str


def statement_map(answer: Answer, index: PerimeterIndex, places: Sequence[Address]) -> StatementMap | None:
    """Draw where a position stands; None where there is no position or no perimeter near which to show it.

    Parameters
    ----------
    index : perimeters among which the answer was sought.
    places : named ones, of which the nearest are written where there is room.
    """
    import shapely

    is_placed = answer.verdict is not VerdictCode.NOT_FOUND or answer.periods  # among quarters of another date
    if answer.position is None or not is_placed or not answer.hits:
        return None
    nearest = answer.hits[0].perimeter
    point = _projected(answer.position, nearest.epsg)
    whole = locate(answer.position, index).whole
    judged = point if whole is None else whole
    way = shapely.shortest_line(judged, shapely.boundary(nearest.geometry))
    frame = _frame(answer.position, nearest, shapely.union(point, judged), way)
    shown = perimeters_shown(answer, index.perimeters, frame)
    position = frame.place(point.x, point.y)
    board = LabelBoard(Box(0, 0, WIDTH_MM, HEIGHT_MM), _furniture(*position))
    is_seen = answer.distance_m is not None and way.length >= _LEAST_SEEN_MM * frame.metres_per_mm
    written = [_limit_label(board, way, frame)] if is_seen else []
    written += [code_label(board, perimeter, frame) for perimeter in reversed(shown)]
    bar_m = frame.round_length_m(_LONGEST_BAR_MM)
    accuracy_mm = answer.position.accuracy_m / frame.metres_per_mm if whole is None else 0.0
    return StatementMap(
        metres_per_mm=frame.metres_per_mm,
        position=position,
        accuracy_mm=accuracy_mm if accuracy_mm >= _LEAST_SEEN_MM else 0.0,
        accuracy_m=answer.position.accuracy_m,
        outlines=tuple(outline(perimeter, answer.on, frame) for perimeter in shown),
        whole="" if whole is None else frame.dots(whole) + frame.path(whole),
        limit=frame.path(way) if is_seen else "",
        limit_m=way.length,
        landmarks=landmarks_shown(board, places, frame, answer.position, point, nearest.epsg),
        labels=tuple(label for label in written if label),
        grid=_grid(frame, bar_m),
        bar_m=bar_m,
        perimeters=shown,
        description=_description(answer, shown),
    )


def _projected(position: Position, epsg: int) -> Point:
    import shapely

    easting, northing = transform_points(np.array([position.lon]), np.array([position.lat]), WGS84, epsg)
    return shapely.Point(easting[0], northing[0])


def _frame(position: Position, nearest: Perimeter, judged: BaseGeometry, way: BaseGeometry) -> Frame:
    around = judged.buffer(max(position.accuracy_m, _LEAST_M_PER_MM))
    seen = nearest.geometry.intersection(judged.buffer(max(_SEEN_AROUND_M, way.length * 1.2)))
    return frame_around(
        [around, way, seen],
        width_mm=WIDTH_MM,
        height_mm=HEIGHT_MM,
        margin_mm=_MARGIN_MM,
        least_m_per_mm=_LEAST_M_PER_MM,
    )


def _furniture(x: float, y: float) -> list[Box]:
    """Boxes of the position's mark, the scale bar and the north arrow."""
    return [
        Box(x - _MARK_MM, y - _MARK_MM, 2 * _MARK_MM, 2 * _MARK_MM),
        Box(0, HEIGHT_MM - 8, _LONGEST_BAR_MM + 6, 8),
        Box(WIDTH_MM - 8, 0, 8, 11),
    ]


def _limit_label(board: LabelBoard, way: BaseGeometry, frame: Frame) -> Label | None:
    middle = way.interpolate(0.5, normalized=True)
    west, south, east, north = way.bounds
    x, y = frame.place(middle.x, middle.y)
    is_steep = north - south > east - west
    return board.write(distance(way.length), x, y, size_mm=_METRES_LABEL_MM, bold=True, beside=is_steep)


def _grid(frame: Frame, step_m: float) -> str:
    """Lines of the projected grid at round eastings and northings."""
    west, south, east, north = frame.ground.bounds
    eastings = np.arange(np.ceil(west / step_m), np.floor(east / step_m) + 1) * step_m
    northings = np.arange(np.ceil(south / step_m), np.floor(north / step_m) + 1) * step_m
    vertical = [f"M{frame.place(value, north)[0]:.2f} 0V{HEIGHT_MM:g}" for value in eastings.tolist()]
    horizontal = [f"M0 {frame.place(west, value)[1]:.2f}H{WIDTH_MM:g}" for value in northings.tolist()]
    return "".join((*vertical, *horizontal))


def _description(answer: Answer, shown: Sequence[Perimeter]) -> str:
    hit = answer.hits[0]
    side = "à l'intérieur" if hit.inside else "à l'extérieur"
    others = [item.code for item in shown if item is not hit.perimeter]
    also = f" Aussi dessinés : {', '.join(others)}." if others else ""
    limit = distance(abs(hit.distance_m))
    force = "" if hit.perimeter.in_force(answer.on) else ", hors vigueur"
    named = f"« {hit.perimeter.name} » ({hit.perimeter.code}{force})"
    return printed(f"La position est {side} de {named}, à {limit} de sa limite.{also}")


# --- A statement's map as SVG elements: the page holds them as they are, the PDF draws them as vectors

FONT = "DejaVu Sans"
_LEGEND_TOP_MM = 1.2
_LEGEND_ROW_MM = 3.6
_WHOLE_MM = 1.0


@dataclass(frozen=True, slots=True)
class StatementDrawing:
    """SVG elements, one unit a millimetre.

    Parameters
    ----------
    elements : without the `svg` element that holds them; texts are escaped.
    """

    elements: str
    width_mm: float
    height_mm: float


@dataclass(frozen=True, slots=True)
class _LegendKey:
    mark: str
    text: str
    colour: str = ""
    width_mm: float = 0.0
    dashes: str = ""


def drawing(extract: StatementMap) -> StatementDrawing:
    """Draw the map and its legend; the same map always gives the same text."""
    legend = _legend(extract)
    elements = page_text(
        "statement/map.svg",
        map=extract,
        labels=(*extract.labels, *(landmark.label for landmark in extract.landmarks)),
        bar=extract.bar_m / extract.metres_per_mm,
        bar_text=distance(extract.bar_m),
        legend=legend,
        whole_width=_WHOLE_MM,
        width=WIDTH_MM,
        height=HEIGHT_MM,
    )
    return StatementDrawing(elements, WIDTH_MM, HEIGHT_MM + _LEGEND_TOP_MM + _LEGEND_ROW_MM * len(legend))


def _legend(extract: StatementMap) -> list[_LegendKey]:
    lines = [
        _LegendKey("line", item.legend, item.colour, item.width_mm, item.dashes)
        for item in reversed(extract.outlines)
        if item.line
    ]
    near = f"Limite la plus proche : {distance(extract.limit_m)}"
    limit = [_LegendKey("line", near, "#000000", 0.35)] if extract.limit else []
    within = f"Précision de la position : {distance(extract.accuracy_m)} autour"
    circle = [_LegendKey("circle", within)] if extract.accuracy_mm else []
    places = [_LegendKey("point", "Lieux repères")] if extract.landmarks else []
    whole = [_LegendKey("dots", "Toute la rue ou toute la commune, comme la liste la connaît")] if extract.whole else []
    return [*dict.fromkeys(lines), _LegendKey("cross", "Position"), *circle, *whole, *limit, *places]
