"""One layer of features as a GIS reads it: identifiers, properties and shapes, asked by box, by days, by identifier."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

from geoville.sources.writers import DEGREE_DECIMALS, rounded_shapes

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from numpy.typing import NDArray
    from shapely import STRtree

    Box = tuple[float, float, float, float]
    Days = tuple[date | None, date | None]

ANY_DAY: Days = (None, None)


@dataclass(frozen=True, eq=False)
class FeatureLayer:
    """Features of one nature; official ones and estimates are never in the same layer.

    Parameters
    ----------
    name : in addresses of the service: "qpv-2024".
    title, description : French; the description says what an estimate is worth.
    attribution : what to cite.
    ids : (n,) one per feature, none twice, the same as long as the data are.
    properties : (n,) plain values by name; None where not published.
    shapes : (n,) polygons in WGS84, None where nobody has published one.
    days : (n,) first and last day in force; None on a side without end.

    Notes
    -----
    What is derived is computed when first asked for, and kept. No geometry is prepared: prepared geometries shared by
    threads corrupt memory.
    """

    name: str
    title: str
    description: str
    attribution: str
    ids: tuple[str, ...]
    properties: tuple[dict[str, Any], ...]
    shapes: NDArray[np.object_]
    days: tuple[Days, ...]

    def __len__(self) -> int:
        return len(self.ids)

    @cached_property
    def row_of(self) -> dict[str, int]:
        """Row of each feature by its identifier."""
        return {fid: row for row, fid in enumerate(self.ids)}

    @cached_property
    def extent(self) -> Box | None:
        """West, south, east, north of the shapes; None where there is none."""
        import shapely

        west, south, east, north = shapely.total_bounds(self.shapes).tolist()
        return None if np.isnan(west) else (west, south, east, north)

    @property
    def dated(self) -> bool:
        """Whether some feature is in force for a time only; the others answer at any date."""
        return any(start or end for start, end in self.days)

    @property
    def interval(self) -> Days:
        """First and last day on which some feature is in force; None on a side without end."""
        starts, ends = [start for start, _ in self.days], [end for _, end in self.days]
        first = None if None in starts else min((day for day in starts if day), default=None)
        last = None if None in ends else max((day for day in ends if day), default=None)
        return first, last

    def select(self, boxes: Sequence[Box] | None, days: Days) -> list[int]:
        """Rows of the features that meet one of some boxes and are in force on one of some days, in order.

        Parameters
        ----------
        boxes : west, south, east, north in degrees, WGS84; None takes everything, features without shape included.
        days : first and last, both included; None on a side without end.
        """
        rows = range(len(self)) if boxes is None else self._meeting(boxes)
        return [row for row in rows if _overlap(self.days[row], days)]

    @cached_property
    def _tree(self) -> STRtree:
        import shapely

        return shapely.STRtree(self.shapes)

    def _meeting(self, boxes: Sequence[Box]) -> list[int]:
        import shapely

        shapes = [shapely.box(*box) for box in boxes]
        return sorted({int(row) for shape in shapes for row in self._tree.query(shape, predicate="intersects")})


def _overlap(one: Days, other: Days) -> bool:
    return _starts_by(one[0], other[1]) and _starts_by(other[0], one[1])


def _starts_by(start: date | None, end: date | None) -> bool:
    return start is None or end is None or start <= end


def published_shapes(shapes: NDArray[np.object_]) -> NDArray[np.object_]:
    """Shapes in WGS84 as RFC 7946 wants them: seven decimals, outer rings anticlockwise; None stays None."""
    import shapely

    return np.asarray(shapely.orient_polygons(rounded_shapes(shapes, DEGREE_DECIMALS)), dtype=object)
