"""Named places by which the reader of a statement's map finds their way."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from geoville.crs import WGS84, transform_points
from geoville.law import position_accuracy
from geoville.rendering.place_layer import place_name

if TYPE_CHECKING:
    from collections.abc import Sequence

    from shapely.geometry.base import BaseGeometry

    from geoville.model import Address
    from geoville.rendering.statement_frame import Frame
    from geoville.rendering.statement_labels import Label, LabelBoard

_MOST = 6
_ACCURACY_M = 100.0
_SIZE_MM = 2.1


def landmark_labels(
    board: LabelBoard, places: Sequence[Address], frame: Frame, point: BaseGeometry, epsg: int
) -> tuple[tuple[tuple[float, float], ...], tuple[Label, ...]]:
    """Write the named places of a frame where there is room, the nearest to a point first.

    Parameters
    ----------
    places : those whose position is not firm are left out: they would mislead.
    point : easting and northing in metres in the CRS `epsg`.

    Returns
    -------
    Points of the places written, in millimetres of paper, and their labels.
    """
    import shapely

    sure = [place for place in places if place.place and _is_sure(place)]
    lon, lat = np.array([place.lon for place in sure]), np.array([place.lat for place in sure])
    easting, northing = transform_points(lon, lat, WGS84, epsg)
    spots = np.array(shapely.points(easting, northing))
    nearest_first = np.argsort(shapely.distance(spots, point), kind="stable")
    points: list[tuple[float, float]] = []
    labels: list[Label] = []
    for row in nearest_first[shapely.intersects(spots[nearest_first], frame.ground)].tolist():
        x, y = frame.place(easting[row], northing[row])
        label = board.write(place_name(sure[row]).partition(" (")[0], x, y, size_mm=_SIZE_MM)
        if label:
            points.append((x, y))
            labels.append(label)
        if len(labels) == _MOST:
            break
    return tuple(points), tuple(labels)


def _is_sure(place: Address) -> bool:
    accuracy = position_accuracy(place.precision)
    return accuracy.firm and accuracy.accuracy_m <= _ACCURACY_M
