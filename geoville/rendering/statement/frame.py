"""The window of ground that a statement's map shows, and where things of the ground fall on the paper."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray
    from shapely.geometry.base import BaseGeometry

_NICE = (1.0, 2.0, 5.0)
_FINEST_MM = 0.05
"""Detail under this size is not drawn: no eye and no printer shows it."""


@dataclass(frozen=True, slots=True)
class Frame:
    """A rectangle of paper and the ground that it shows.

    Parameters
    ----------
    width_mm, height_mm : of the paper; its origin is the top left corner, downwards.
    west_m, north_m : easting and northing of that corner.
    metres_per_mm : of ground on paper.
    """

    width_mm: float
    height_mm: float
    west_m: float
    north_m: float
    metres_per_mm: float

    @property
    def ground(self) -> BaseGeometry:
        """The rectangle of ground shown, easting and northing in metres."""
        import shapely

        east = self.west_m + self.width_mm * self.metres_per_mm
        south = self.north_m - self.height_mm * self.metres_per_mm
        return shapely.box(self.west_m, south, east, self.north_m)

    @property
    def ninths(self) -> NDArray[np.object_]:
        """The ground in three rows of three boxes."""
        import shapely

        west, south, east, north = self.ground.bounds
        eastings, northings = np.linspace(west, east, 4), np.linspace(south, north, 4)
        lefts, bottoms = np.meshgrid(eastings[:-1], northings[:-1])
        rights, tops = np.meshgrid(eastings[1:], northings[1:])
        return np.asarray(shapely.box(lefts, bottoms, rights, tops)).ravel()

    def place(self, easting_m: float, northing_m: float) -> tuple[float, float]:
        """Millimetres from the left and from the top of a point of the ground."""
        scale = self.metres_per_mm
        return (easting_m - self.west_m) / scale, (self.north_m - northing_m) / scale

    def path(self, geometry: BaseGeometry) -> str:
        """SVG path of what the frame shows of lines or polygons, empty where it shows nothing.

        Parameters
        ----------
        geometry : easting and northing in metres, valid.
        """
        import shapely

        shown = shapely.intersection(geometry, self.ground)
        drawn = shapely.simplify(shown, _FINEST_MM * self.metres_per_mm)
        rings = [
            ring
            for part in shapely.get_parts(drawn)
            for ring in ([part.exterior, *part.interiors] if part.geom_type == "Polygon" else [part])
            if ring.geom_type != "Point" and not ring.is_empty
        ]
        return "".join(self._line(shapely.get_coordinates(ring)) for ring in rings)

    def dots(self, points: BaseGeometry) -> str:
        """SVG path of what the frame shows of points, each a line of no length; empty for other geometries."""
        import shapely

        shown = shapely.get_parts(shapely.intersection(points, self.ground))
        places = [self.place(part.x, part.y) for part in shown if part.geom_type == "Point" and not part.is_empty]
        return "".join(f"M{x:.2f} {y:.2f}h0.01" for x, y in places)

    def round_length_m(self, longest_mm: float) -> float:
        """Longest of 1, 2, 5, 10, 20… metres that is no longer than this on paper."""
        longest_m = longest_mm * self.metres_per_mm
        power = 10.0 ** math.floor(math.log10(longest_m))
        return max(step * power for step in _NICE if step * power <= longest_m)

    def _line(self, metres: NDArray[np.float64]) -> str:
        places = [self.place(*vertex) for vertex in metres.tolist()]
        return "M" + "L".join(f"{x:.2f} {y:.2f}" for x, y in places)


def frame_around(
    shown: Sequence[BaseGeometry], *, width_mm: float, height_mm: float, margin_mm: float, least_m_per_mm: float
) -> Frame:
    """Frame that shows geometries whole, as large as it can.

    Parameters
    ----------
    margin_mm : of paper left free around them.
    least_m_per_mm : what is small is not drawn larger than this.
    """
    import shapely

    west, south, east, north = shapely.total_bounds(np.array(shown, dtype=object)).tolist()
    scale = max(
        (east - west) / (width_mm - 2 * margin_mm), (north - south) / (height_mm - 2 * margin_mm), least_m_per_mm
    )
    return Frame(
        width_mm=width_mm,
        height_mm=height_mm,
        west_m=(west + east) / 2 - scale * width_mm / 2,
        north_m=(south + north) / 2 + scale * height_mm / 2,
        metres_per_mm=scale,
    )
