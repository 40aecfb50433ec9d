"""What enters, leaves and stays between an area and the one that takes its place."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from geoville.perimeters.score import f1_of

if TYPE_CHECKING:
    from shapely.geometry.base import BaseGeometry

    from geoville.perimeters.areas import PopulatedCells


@dataclass(frozen=True, slots=True)
class Extent:
    """Size of an area.

    Parameters
    ----------
    people : by share of the area of their cells.
    cells : populated cells that the area covers by one half at least.
    """

    people: float
    cells: int
    area_m2: float


@dataclass(frozen=True, slots=True)
class Flow:
    """From an old area to a new one: `stay` is in both, `leave` in the old one only, `enter` in the new one only."""

    enter: Extent
    leave: Extent
    stay: Extent

    @property
    def before(self) -> Extent:
        """Size of the old area."""
        return _sum(self.stay, self.leave)

    @property
    def after(self) -> Extent:
        """Size of the new area."""
        return _sum(self.stay, self.enter)

    @property
    def f1(self) -> float:
        """Population F1 of the two areas; NaN where nobody lives in either."""
        return f1_of(self.stay.people, self.before.people, self.after.people)

    @property
    def area_iou(self) -> float:
        """Area of the intersection over that of the union; NaN where both areas are empty."""
        union_m2 = self.stay.area_m2 + self.enter.area_m2 + self.leave.area_m2
        return self.stay.area_m2 / union_m2 if union_m2 else float("nan")

    @property
    def share_entering(self) -> float:
        """Share of the new area that enters: of its people or of its surface, whichever is larger; 0 if it is empty."""
        return _share(self.enter, self.after)

    @property
    def share_leaving(self) -> float:
        """Share of the old area that leaves: of its people or of its surface, whichever is larger; 0 if it is empty."""
        return _share(self.leave, self.before)


def measure_flow(old: BaseGeometry, new: BaseGeometry, cells: PopulatedCells) -> Flow:
    """Measure what enters, leaves and stays.

    Parameters
    ----------
    old, new : valid polygons, or empty, in the CRS of the cells.

    Notes
    -----
    Each cell is counted once: it stays when it belongs to both areas, whether or not their intersection holds half of
    it. So counts of cells add up as people and areas do.
    """
    import shapely

    both = shapely.intersection(old, new)
    people_before, people_after, people_in_both = (cells.people_in(area) for area in (old, new, both))
    cells_before, cells_after = cells.cells_in(old), cells.cells_in(new)
    cells_in_both = len(np.intersect1d(cells_before, cells_after, assume_unique=True))
    return Flow(
        enter=_rest(people_after - people_in_both, len(cells_after) - cells_in_both, new.area - both.area),
        leave=_rest(people_before - people_in_both, len(cells_before) - cells_in_both, old.area - both.area),
        stay=Extent(people_in_both, cells_in_both, float(both.area)),
    )


def _rest(people: float, cells: int, area_m2: float) -> Extent:
    """What is left of an area once its intersection is taken out, never less than nothing by rounding."""
    return Extent(max(people, 0.0), cells, max(float(area_m2), 0.0))


def _sum(one: Extent, other: Extent) -> Extent:
    return Extent(one.people + other.people, one.cells + other.cells, one.area_m2 + other.area_m2)


def _share(part: Extent, whole: Extent) -> float:
    of_people = part.people / whole.people if whole.people else 0.0
    of_area = part.area_m2 / whole.area_m2 if whole.area_m2 else 0.0
    return max(of_people, of_area)
