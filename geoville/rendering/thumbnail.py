"""A small map of shapes as inline SVG, beside their first rows: what a notebook shows of a result."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    import geopandas
    from shapely.geometry.base import BaseGeometry

WIDTH_PX = 320
SHOWN_ROWS = 8
_MOST_SHAPES = 2_000
_LINE, _FILL = "#7a1f3d", "#7a1f3d22"


def table_with_map(frame: geopandas.GeoDataFrame) -> str:
    """HTML of a table of shapes: a map without network, then its first rows.

    Parameters
    ----------
    frame : in a projected CRS; of more than some thousand shapes, the first ones are drawn, and it is said.
    """
    rows = frame.drop(columns=frame.geometry.name).head(SHOWN_ROWS)
    more = f"<p>{len(frame)} lignes, {SHOWN_ROWS} montrées.</p>" if len(frame) > SHOWN_ROWS else ""
    return f"<div>{small_map(frame)}{rows.to_html(index=False, border=0, na_rep='')}{more}</div>"


def small_map(frame: geopandas.GeoDataFrame) -> str:
    """SVG of shapes, north up; empty where nothing is drawn. Estimated outlines are dashed."""
    drawn = frame[~(frame.geometry.is_empty | frame.geometry.isna())].head(_MOST_SHAPES)
    if not len(drawn):
        return ""
    west, south, east, north = drawn.total_bounds
    scale = WIDTH_PX / max(east - west, north - south, 1e-9)
    width, height = (max((end - start) * scale, 1) for start, end in ((west, east), (south, north)))
    dashed = drawn["estimated"].fillna(value=True) if "estimated" in drawn else np.ones(len(drawn), dtype=bool)
    names = drawn["name"] if "name" in drawn else [""] * len(drawn)
    shapes = "".join(
        _path(shape, (west, north, scale), str(name), dashed=bool(is_dashed))
        for shape, name, is_dashed in zip(drawn.geometry.simplify(1 / scale), names, dashed, strict=True)
    )
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" role="img" aria-label="Carte de {len(drawn)} formes" '
        f'width="{width:.0f}" height="{height:.0f}" viewBox="-2 -2 {width + 4:.0f} {height + 4:.0f}">{shapes}</svg>'
    )


def _path(shape: BaseGeometry, frame: tuple[float, float, float], name: str, *, dashed: bool) -> str:
    """One shape as an SVG path, in pixels from the north-west corner."""
    import shapely

    west, north, scale = frame
    parts = shapely.get_parts(shape)
    rings = [ring for part in parts if part.geom_type == "Polygon" for ring in shapely.get_rings(part)]
    lines = rings or [part for part in parts if part.geom_type == "LineString"]
    steps = []
    for line in lines:
        corners = (shapely.get_coordinates(line) - (west, north)) * (scale, -scale)
        steps.append("M" + "L".join(f"{right:.1f},{down:.1f}" for right, down in corners) + ("Z" if rings else ""))
    style = 'stroke-dasharray="4 2" ' if dashed else ""
    return (
        f'<path d="{"".join(steps)}" fill="{_FILL if rings else "none"}" stroke="{_LINE}" {style}fill-rule="evenodd">'
        f"<title>{escape(name)}</title></path>"
    )
