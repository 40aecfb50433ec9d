"""Named places by which the reader of a statement's map finds their way."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from geoville.crs import WGS84, transform_points
from geoville.law import position_accuracy
from geoville.rendering.place_layer import place_name
from geoville.rendering.statement.print import printed

if TYPE_CHECKING:
    from collections.abc import Sequence

    from shapely import Point

    from geoville.model import Address, Position
    from geoville.rendering.statement.frame import Frame
    from geoville.rendering.statement.labels import Label, LabelBoard

_MOST = 6
_ACCURACY_M = 100.0
_NEAR_DEGREES = 1.0
_SIZE_MM = 2.1
_LONGEST = 40


@dataclass(frozen=True, slots=True)
class Landmark:
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
) -> tuple[Landmark, ...]:
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
    drawn: list[Landmark] = []
    for row in nearest_first[shapely.intersects(spots[nearest_first], frame.ground)].tolist():
        x, y = frame.place(spots[row].x, spots[row].y)
        name = printed(place_name(sure[row]).partition(" (")[0], _LONGEST)
        label = board.write(name, x, y, size_mm=_SIZE_MM)
        if label:
            drawn.append(Landmark(x, y, label, sure[row].source))
        if len(drawn) == _MOST:
            break
    return tuple(drawn)


def _is_near(place: Address, position: Position) -> bool:
    """Whether a place may be on the map: another territory's may lie out of the projection's domain."""
    return abs(place.lon - position.lon) < _NEAR_DEGREES and abs(place.lat - position.lat) < _NEAR_DEGREES


def _is_sure(place: Address) -> bool:
    accuracy = position_accuracy(place.precision)
    return accuracy.firm and accuracy.accuracy_m <= _ACCURACY_M
