"""The map of a statement, as data in millimetres of paper: drawn the same on the page and in the PDF."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from geoville.crs import WGS84, transform_points
from geoville.french import distance, long_date
from geoville.model import Basis, Kind
from geoville.rendering.perimeter_layer import ESTIMATED, LAYER_NAMES, line_of
from geoville.rendering.statement_frame import Frame, frame_around
from geoville.rendering.statement_labels import Box, Label, LabelBoard
from geoville.rendering.statement_landmarks import landmark_labels
from geoville.rendering.styles import PERIMETER_LINES

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from shapely import Point
    from shapely.geometry.base import BaseGeometry

    from geoville.model import Address, Answer, Perimeter, Position

WIDTH_MM, HEIGHT_MM = 96.0, 88.0
_MARGIN_MM = 9.0
_LEAST_M_PER_MM = 5.0
_SEEN_AROUND_M = 1000.0
"""Of a large perimeter, what lies within this of the position is shown."""
_MM_PER_PX = 0.2
_SCALE_BAR_MM = 28.0
_LEAST_LIMIT_MM = 1.5
_MARK_MM = 1.9
_CODE_MM = 2.3
_METRES_LABEL_MM = 2.6


@dataclass(frozen=True, slots=True)
class Outline:
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


@dataclass(frozen=True, slots=True)
class StatementMap:
    """Everything that the map shows; lengths in millimetres from its top left corner.

    Parameters
    ----------
    grid : SVG path of the lines of the projected grid, `bar_mm` apart.
    accuracy_mm : radius of the circle in which the true place lies, 0 for an exact position.
    limit : SVG path from the position to the nearest limit, empty where it is too short to be seen.
    landmarks : points of the named places of `labels`.
    title, description : the map in French words, for who does not see it.
    """

    outlines: tuple[Outline, ...]
    grid: str
    position: tuple[float, float]
    accuracy_mm: float
    limit: str
    landmarks: tuple[tuple[float, float], ...]
    labels: tuple[Label, ...]
    bar_mm: float
    bar_text: str
    legend_accuracy: str
    legend_limit: str
    title: str
    description: str


def statement_map(answer: Answer, known: Sequence[Perimeter], landmarks: Sequence[Address]) -> StatementMap | None:
    """Draw where a position stands; None where there is no position or no perimeter near which to show it.

    Parameters
    ----------
    known : perimeters among which the answer was sought.
    landmarks : named places, of which the nearest ones are written where there is room.
    """
    import shapely

    if answer.position is None or answer.distance_m is None:
        return None
    nearest = answer.perimeters[0].perimeter
    point = _projected(answer.position, nearest.epsg)
    way = shapely.shortest_line(point, shapely.boundary(nearest.geometry))
    frame = _frame(answer.position, nearest, point, way)
    shown = _shown(answer, known, frame)
    outlines = tuple(_outline(perimeter, answer.on, frame) for perimeter in shown)
    limit = frame.path(way) if way.length >= _LEAST_LIMIT_MM * frame.metres_per_mm else ""
    x, y = frame.place(point.x, point.y)
    board = LabelBoard(Box(0, 0, WIDTH_MM, HEIGHT_MM), _furniture(x, y))
    written = [_limit_label(board, answer, frame, way)] if limit else []
    written += [_code_label(board, perimeter, frame) for perimeter in shown]
    points, names = landmark_labels(board, landmarks, frame, point, nearest.epsg)
    bar_m = frame.round_length_m(_SCALE_BAR_MM)
    metres = distance(abs(answer.distance_m))
    return StatementMap(
        outlines=outlines,
        grid=_grid(frame, bar_m),
        position=(x, y),
        accuracy_mm=answer.position.accuracy_m / frame.metres_per_mm,
        limit=limit,
        landmarks=points,
        labels=tuple(label for label in (*written, *names) if label),
        bar_mm=bar_m / frame.metres_per_mm,
        bar_text=distance(bar_m),
        legend_accuracy=f"Précision : {distance(answer.position.accuracy_m)} autour",
        legend_limit=f"Limite la plus proche : {metres}",
        title="Extrait de carte",
        description=_description(answer, shown, metres),
    )


def _projected(position: Position, epsg: int) -> Point:
    import shapely

    easting, northing = transform_points(np.array([position.lon]), np.array([position.lat]), WGS84, epsg)
    return shapely.Point(easting[0], northing[0])


def _frame(position: Position, nearest: Perimeter, point: BaseGeometry, way: BaseGeometry) -> Frame:
    around = point.buffer(max(position.accuracy_m, _LEAST_M_PER_MM))
    seen = nearest.geometry.intersection(point.buffer(max(_SEEN_AROUND_M, way.length * 1.2)))
    return frame_around(
        [around, way, seen],
        width_mm=WIDTH_MM,
        height_mm=HEIGHT_MM,
        margin_mm=_MARGIN_MM,
        least_m_per_mm=_LEAST_M_PER_MM,
    )


def _shown(answer: Answer, known: Sequence[Perimeter], frame: Frame) -> list[Perimeter]:
    """Perimeters of the kinds that the answer speaks of, those not in force first: drawn under the others."""
    nearest = answer.perimeters[0].perimeter
    kinds = {nearest.kind, Kind.QPV} if answer.basis is Basis.ESTIMATED else {nearest.kind}
    holding = [hit.perimeter for hit in answer.perimeters if hit.inside]
    ground = frame.ground
    seen = [
        item
        for item in known
        if item.epsg == nearest.epsg
        and (item.kind in kinds or any(item is perimeter for perimeter in holding))
        and item.geometry.intersects(ground)
    ]
    return sorted(seen, key=lambda item: (item is nearest, item.in_force(answer.on), item.code))


def _outline(perimeter: Perimeter, on: date, frame: Frame) -> Outline:
    import shapely

    in_force = perimeter.in_force(on)
    style = PERIMETER_LINES[line_of(perimeter) if in_force or perimeter.estimated else "former"]
    generation = f" {perimeter.generation}" if perimeter.generation else ""
    nature = f"contour {ESTIMATED}" if perimeter.estimated else "contour officiel"
    dated = "" if in_force else f", hors vigueur au {long_date(on)}"
    return Outline(
        area=frame.path(perimeter.geometry),
        line=frame.path(shapely.boundary(perimeter.geometry)),
        legend=f"{LAYER_NAMES[perimeter.kind]}{generation} : {nature}{dated}",
        colour=style.colour,
        width_mm=round(style.width_px * _MM_PER_PX, 2),
        dashes=" ".join(f"{float(part) * _MM_PER_PX:g}" for part in style.dashes.split()),
        filled=in_force,
    )


def _furniture(x: float, y: float) -> list[Box]:
    """Boxes of the position's mark, the scale bar and the north arrow."""
    return [
        Box(x - _MARK_MM, y - _MARK_MM, 2 * _MARK_MM, 2 * _MARK_MM),
        Box(0, HEIGHT_MM - 8, _SCALE_BAR_MM + 6, 8),
        Box(WIDTH_MM - 8, 0, 8, 11),
    ]


def _limit_label(board: LabelBoard, answer: Answer, frame: Frame, way: BaseGeometry) -> Label | None:
    middle = way.interpolate(0.5, normalized=True)
    return board.write(
        distance(abs(answer.distance_m or 0.0)), *frame.place(middle.x, middle.y), size_mm=_METRES_LABEL_MM, bold=True
    )


def _code_label(board: LabelBoard, perimeter: Perimeter, frame: Frame) -> Label | None:
    """Code of a perimeter, written within what is seen of it, in the largest of nine parts of the map that has room."""
    import shapely

    parts = shapely.intersection(perimeter.geometry, frame.ninths)
    inside = shapely.point_on_surface(parts[np.argsort(-shapely.area(parts), kind="stable")])
    written = (
        board.write_on(perimeter.code, *frame.place(point.x, point.y), size_mm=_CODE_MM)
        for point in inside
        if not point.is_empty
    )
    return next((label for label in written if label), None)


def _grid(frame: Frame, step_m: float) -> str:
    """Lines of the projected grid at round eastings and northings."""
    west, south, east, north = frame.ground.bounds
    eastings = np.arange(np.ceil(west / step_m), np.floor(east / step_m) + 1) * step_m
    northings = np.arange(np.ceil(south / step_m), np.floor(north / step_m) + 1) * step_m
    vertical = [f"M{frame.place(value, north)[0]:.2f} 0V{HEIGHT_MM:g}" for value in eastings.tolist()]
    horizontal = [f"M0 {frame.place(west, value)[1]:.2f}H{WIDTH_MM:g}" for value in northings.tolist()]
    return "".join((*vertical, *horizontal))


def _description(answer: Answer, shown: Sequence[Perimeter], metres: str) -> str:
    hit = answer.perimeters[0]
    side = "à l'intérieur" if hit.inside else "à l'extérieur"
    others = [item.code for item in shown if item is not hit.perimeter]
    also = f" Aussi dessinés : {', '.join(others)}." if others else ""
    return f"La position est {side} de « {hit.perimeter.name} » ({hit.perimeter.code}), à {metres} de sa limite.{also}"
