"""The window of ground that a printed map shows, at a round scale, and where things fall on the paper."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from geoville.rendering.statement.frame import Frame

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from numpy.typing import NDArray
    from shapely.geometry.base import BaseGeometry

    from geoville.rendering.map_spec import MapSpec
    from geoville.rendering.statement.labels import Box

_STEPS = (1.0, 1.25, 1.5, 2.0, 2.5, 3.0, 4.0, 5.0, 6.0, 7.5, 10.0)
_METRES_PER_DEGREE = 111_320.0
"""Of longitude at the equator, on the sphere of the WGS84 major axis."""
_MM_PER_METRE = 1000.0
_BEYOND_MM = 5.0
"""What is drawn beyond the frame, so that no outline runs along it."""
_LARGEST_SCALE = 5000.0
"""Cells of 200 m say nothing more when they are drawn larger."""
_MARGIN = 0.12
"""Part of the subject's size left around it: a page leaves more to move about, a sheet cannot be moved."""
_GRATICULE_MINUTES = (0.25, 0.5, 1.0, 2.0, 5.0, 10.0, 15.0, 30.0, 60.0)
_FEWEST_LINES = 3


@dataclass(frozen=True, slots=True)
class Ground:
    """A rectangle of the page and the ground that it shows, north up.

    Parameters
    ----------
    window : on the page, in millimetres.
    lon, lat : of its middle, degrees WGS84.
    denominator : of the scale, true in the middle; degrees are drawn straight.
    """

    window: Box
    lon: float
    lat: float
    denominator: float

    @property
    def metres_per_mm(self) -> float:
        """Ground on paper."""
        return self.denominator / _MM_PER_METRE

    @property
    def frame(self) -> Frame:
        """Paper and ground of the window, in metres from its middle."""
        scale = self.metres_per_mm
        width, height = self.window.width, self.window.height
        return Frame(width, height, -width * scale / 2, height * scale / 2, scale)

    def place(self, positions: NDArray[np.float64]) -> NDArray[np.float64]:
        """(…, 2) millimetres on the page of lon and lat in degrees."""
        per_mm = _METRES_PER_DEGREE / self.metres_per_mm
        across = (positions[..., 0] - self.lon) * math.cos(math.radians(self.lat)) * per_mm
        down = (self.lat - positions[..., 1]) * per_mm
        return np.stack(
            (self.window.left + self.window.width / 2 + across, self.window.top + self.window.height / 2 + down), -1
        )

    def shape(self, geometry: Mapping[str, Any]) -> BaseGeometry:
        """What the window shows of a GeoJSON geometry, in millimetres of the page, and a little beyond."""
        import shapely

        drawn = shapely.transform(shapely.geometry.shape(dict(geometry)), self.place)
        window = self.window
        box = shapely.box(window.left, window.top, window.left + window.width, window.top + window.height)
        shown: BaseGeometry = shapely.make_valid(drawn).intersection(box.buffer(_BEYOND_MM, join_style="mitre"))
        return shown

    def holds(self, position: NDArray[np.float64]) -> bool:
        """Whether a point of the page is in the window."""
        return bool(
            self.window.left <= position[0] <= self.window.left + self.window.width
            and self.window.top <= position[1] <= self.window.top + self.window.height
        )

    def degrees(self) -> tuple[float, float, float, float]:
        """West, south, east, north of the window."""
        down = self.window.height * self.metres_per_mm / _METRES_PER_DEGREE / 2
        across = self.window.width * self.metres_per_mm / _METRES_PER_DEGREE / 2 / math.cos(math.radians(self.lat))
        return self.lon - across, self.lat - down, self.lon + across, self.lat + down

    def graticule(self) -> tuple[tuple[float, ...], tuple[float, ...]]:
        """Longitudes and latitudes of lines that cross the window, a round number of minutes apart."""
        west, south, east, north = self.degrees()
        span = min(east - west, north - south) * 60
        step = max((minutes for minutes in _GRATICULE_MINUTES if span / minutes >= _FEWEST_LINES), default=0.25) / 60
        return tuple(_multiples(west, east, step)), tuple(_multiples(south, north, step))


def subject_bounds(spec: MapSpec) -> tuple[float, float, float, float]:
    """West, south, east, north of what a map opens on: the perimeters, sector and named places wholly in its view."""
    import shapely

    view = shapely.box(*spec.bounds)
    drawn = [shape.geometry for layer in spec.perimeters if layer.shown for shape in layer.shapes]
    if spec.outline is not None and spec.outline.outline is not None:
        drawn.append(spec.outline.outline.geometry)
    named = [place for layer in spec.places if layer.labelled for place in layer.places]
    shapes = [
        *(shapely.geometry.shape(dict(item)) for item in drawn),
        *(shapely.Point(place.lon, place.lat) for place in named),
    ]
    inside = [shape for shape in shapes if view.contains(shape)]
    return shapely.union_all(inside).bounds if any(shape.area for shape in inside) else spec.bounds


def ground_around(bounds: tuple[float, float, float, float], window: Box, *, margin: float = _MARGIN) -> Ground:
    """Show a subject at the largest round scale at which it holds in a window.

    Parameters
    ----------
    bounds : west, south, east, north of the subject, degrees.
    margin : part of its size left around it.
    """
    west, south, east, north = bounds
    lon, lat = (west + east) / 2, (south + north) / 2
    across = (east - west) * (1 + margin) * math.cos(math.radians(lat)) * _METRES_PER_DEGREE
    along = (north - south) * (1 + margin) * _METRES_PER_DEGREE
    least = max(max(across / window.width, along / window.height) * _MM_PER_METRE, _LARGEST_SCALE)
    return Ground(window, lon, lat, _round_up(least))


def _round_up(denominator: float) -> float:
    power = 10.0 ** math.floor(math.log10(denominator))
    return next(step * power for step in (*_STEPS, 20.0) if step * power >= denominator * (1 - 1e-9))


def _multiples(low: float, high: float, step: float) -> Iterator[float]:
    for count in range(math.ceil(low / step), math.floor(high / step) + 1):
        yield count * step
