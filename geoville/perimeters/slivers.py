"""Slivers: strips too narrow to be a place, left where two drawings of one limit do not quite agree."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from shapely.geometry.base import BaseGeometry

_QUADRANT_SEGMENTS = 16
_SEAM_M = 0.001
"""Rounding of the opening's own arithmetic: what is left over is looked for a millimetre off its edge."""


def split_slivers(area: BaseGeometry, width_m: float) -> tuple[BaseGeometry, tuple[BaseGeometry, ...]]:
    """Part an area from its slivers.

    Parameters
    ----------
    area : polygons in a projected CRS.
    width_m : what a disc of this diameter cannot enter is a sliver; 0 finds none.

    Returns
    -------
    The area without its slivers, and the slivers, in an order that the area alone decides. Together they are the area:
    nothing is added to it, nothing of it is lost.

    Notes
    -----
    The morphological opening of radius r = width / 2 is what discs of radius r inside the area cover. What it leaves
    out is a corner, or a sliver. It counts as a corner, and stays, when all of it lies within r of the opening (so do
    corners of more than 60° and necks shorter than the width); as a sliver otherwise. The operation is idempotent: the
    opening of what stays is the same opening.
    """
    import shapely

    if width_m == 0 or area.is_empty:
        return area, ()
    radius = width_m / 2
    opened = area.buffer(-radius, quad_segs=_QUADRANT_SEGMENTS).buffer(radius, quad_segs=_QUADRANT_SEGMENTS)
    left_out = shapely.difference(area, opened.buffer(_SEAM_M, quad_segs=1))
    near = opened.buffer(radius + _SEAM_M, quad_segs=_QUADRANT_SEGMENTS)
    slivers = tuple(part for part in polygons_of(left_out) if not near.covers(part))
    if not slivers:
        return area, ()
    return shapely.union_all(polygons_of(shapely.difference(area, shapely.union_all(slivers)))), slivers


def polygons_of(geometry: BaseGeometry) -> tuple[BaseGeometry, ...]:
    """Polygons of any geometry, by decreasing surface then from the west and the south; lines and points are left."""
    import shapely

    parts = shapely.get_parts(geometry)
    found = [part for part in parts if part.geom_type == "Polygon" and not part.is_empty]
    return tuple(sorted(found, key=lambda part: (-part.area, *part.bounds)))
