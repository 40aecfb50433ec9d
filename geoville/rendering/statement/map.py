"""The map of a statement, as data in millimetres of paper: drawn the same on the page and in the PDF."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from geoville.crs import WGS84, transform_points
from geoville.eligibility.judgement import locate
from geoville.french import distance
from geoville.model import VerdictCode
from geoville.rendering.statement.frame import Frame, frame_around
from geoville.rendering.statement.labels import Box, Label, LabelBoard
from geoville.rendering.statement.landmarks import Landmark, landmarks_shown
from geoville.rendering.statement.outlines import Outline, code_label, outline, perimeters_shown
from geoville.rendering.statement.print import printed

if TYPE_CHECKING:
    from collections.abc import Sequence

    from shapely import Point
    from shapely.geometry.base import BaseGeometry

    from geoville.eligibility.index import PerimeterIndex
    from geoville.model import Address, Answer, Perimeter, Position

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
    outlines: tuple[Outline, ...]
    whole: str
    limit: str
    limit_m: float
    landmarks: tuple[Landmark, ...]
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
    if answer.position is None or not is_placed or not answer.perimeters:
        return None
    nearest = answer.perimeters[0].perimeter
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
    hit = answer.perimeters[0]
    side = "à l'intérieur" if hit.inside else "à l'extérieur"
    others = [item.code for item in shown if item is not hit.perimeter]
    also = f" Aussi dessinés : {', '.join(others)}." if others else ""
    limit = distance(abs(hit.distance_m))
    force = "" if hit.perimeter.in_force(answer.on) else ", hors vigueur"
    named = f"« {hit.perimeter.name} » ({hit.perimeter.code}{force})"
    return printed(f"La position est {side} de {named}, à {limit} de sa limite.{also}")
