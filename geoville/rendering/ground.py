"""The ground of a page: what its window shows of streets, railways and water, light enough to be inlined."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import numpy as np

from geoville.rendering.look import GROUND_LINES
from geoville.rendering.map_spec import GroundLayer

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

MOST_BYTES = 400_000
"""Weight that the ground may add to a page."""

_MARGIN = 0.5
"""Share of the view's size that is drawn around it: one looks about a little."""

_TOLERANCES = (1e-5, 2e-5, 5e-5, 1e-4, 2e-4)
"""Degrees by which lines may stray, tried in turn until the whole is light enough: from one metre to twenty."""

_SCALE = 100_000
_LESSER = "street"


def ground_in(layers: Sequence[GroundLayer], bounds: tuple[float, float, float, float]) -> tuple[GroundLayer, ...]:
    """Ground of a window and what lies just around it.

    Parameters
    ----------
    bounds : west, south, east, north in degrees.
    """
    import shapely

    west, south, east, north = bounds
    across, along = (east - west) * _MARGIN, (north - south) * _MARGIN
    window = (west - across, south - along, east + across, north + along)
    shapely.prepare(box := shapely.box(*window))
    found = []
    for layer in layers:
        near = layer.shapes[shapely.intersects(box, layer.shapes)]
        parts = shapely.get_parts(shapely.intersection(near, box))
        kept = parts[shapely.get_dimensions(parts) > 0]
        if len(kept):
            found.append(GroundLayer(layer.kind, kept))
    return tuple(found)


def ground_data(layers: Sequence[GroundLayer], most_bytes: int = MOST_BYTES) -> str:
    """JSON text of a ground that `ground.js` draws, coarser, then without its lesser streets, until it is light enough.

    Notes
    -----
    A line is integers of 10⁻⁵ degree, each vertex written as its difference from the one before; a polygon is rings.
    """
    text = "[]"
    for kept in (layers, [layer for layer in layers if layer.kind != _LESSER]):
        for tolerance in _TOLERANCES:
            text = json.dumps([_written(layer, tolerance) for layer in kept], separators=(",", ":"))
            if len(text) <= most_bytes:
                return text
    return "[]"


def _written(layer: GroundLayer, tolerance: float) -> dict[str, Any]:
    import shapely

    line = GROUND_LINES[layer.kind]
    shapes = shapely.simplify(layer.shapes, tolerance)
    areas = shapes[shapely.get_dimensions(shapes) == 2]  # noqa: PLR2004 - of surfaces
    lines = shapes[shapely.get_dimensions(shapes) == 1]
    return {
        "kind": layer.kind,
        "color": line.colour,
        "weight": line.width_px,
        "dashArray": line.dashes or None,
        "lines": [_steps(shapely.get_coordinates(item)) for item in lines],
        "areas": [[_steps(shapely.get_coordinates(ring)) for ring in shapely.get_rings(area)] for area in areas],
    }


def _steps(vertices: NDArray[np.float64]) -> list[int]:
    whole = np.round(vertices * _SCALE).astype(int)
    steps: list[int] = np.diff(whole, axis=0, prepend=np.zeros((1, 2), dtype=int)).ravel().tolist()
    return steps
