"""Vector tiles (Mapbox Vector Tile 2.1, Web Mercator) of one layer, and the MapLibre styles that draw them."""

from __future__ import annotations

import math
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import numpy as np

from geoville.crs import WGS84, transform_points
from geoville.rendering.cells import GARNET
from geoville.rendering.look import CASING_WIDTH_PX, LINES, SECTOR_LINE, LineStyle

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from numpy.typing import NDArray


WEB_MERCATOR = 3857
WORLD_M = 2 * math.pi * 6_378_137
"""Side of the tile of zoom 0: the equator of Web Mercator's sphere."""

MAX_ZOOM = 18
EXTENT = 4096
"""Units along the side of a tile: an eighth of a pixel on a screen of 512 pixels a tile."""

BUFFER = 64
"""Units drawn beyond each side, so that lines along a side do not show where tiles meet."""

TOLERANCE = 1.0
"""Units by which simplified lines may stray; the rounding to whole units is half of that."""

SMALLEST = 8.0
"""Units, a pixel, under which a shape is left out: it would not be seen, and the tile of a country would hold all."""

TILES_KEPT = 64
"""Tiles that a layer keeps in memory: users look at the same places, and a tile of a town's cells is long to write."""


def tile_exists(zoom: int, column: int, row: int) -> bool:
    """Whether the pyramid has such a tile, rows counted from the north.

    >>> tile_exists(0, 0, 0), tile_exists(1, 2, 0), tile_exists(19, 0, 0)
    (True, False, False)
    """
    return 0 <= zoom <= MAX_ZOOM and 0 <= column < 2**zoom and 0 <= row < 2**zoom


class TiledLayer:
    """Shapes of one layer, moved to Web Mercator and indexed once.

    Parameters
    ----------
    name : of the layer, in the tiles too.
    shapes : (n,) polygons in WGS84; None is drawn nowhere.
    properties : (n,) plain values by name; a tile has no null, so None is left out.
    """

    def __init__(self, name: str, shapes: NDArray[np.object_], properties: Sequence[dict[str, Any]]) -> None:
        import shapely

        def to_mercator(coordinates: NDArray[np.float64]) -> NDArray[np.float64]:
            return np.column_stack(transform_points(coordinates[:, 0], coordinates[:, 1], WGS84, WEB_MERCATOR))

        drawn = np.flatnonzero(~shapely.is_missing(shapes))
        self._name = name
        self._shapes = np.asarray(shapely.transform(shapes[drawn], to_mercator), dtype=object)
        self._properties = [_without_nulls(properties[row]) for row in drawn.tolist()]
        bounds = shapely.bounds(self._shapes)
        self._size_m = np.maximum(bounds[:, 2] - bounds[:, 0], bounds[:, 3] - bounds[:, 1])
        self._tree = shapely.STRtree(self._shapes)
        self._kept = lru_cache(TILES_KEPT)(self._written)

    def tile(self, zoom: int, column: int, row: int) -> bytes:
        """One tile; empty where it shows nothing.

        Parameters
        ----------
        zoom, column, row : of a tile that exists.
        """
        return self._kept(zoom, column, row)

    def _written(self, zoom: int, column: int, row: int) -> bytes:
        import shapely
        from mapbox_vector_tile import encode

        unit_m = WORLD_M / 2**zoom / EXTENT
        west, south = column * EXTENT * unit_m - WORLD_M / 2, WORLD_M / 2 - (row + 1) * EXTENT * unit_m
        frame = shapely.box(-BUFFER, -BUFFER, EXTENT + BUFFER, EXTENT + BUFFER)
        near = self._tree.query(shapely.transform(frame, lambda units: units * unit_m + (west, south)))
        rows = np.sort(near[self._size_m[near] >= SMALLEST * unit_m])
        in_units = shapely.transform(self._shapes[rows], lambda metres: (metres - (west, south)) / unit_m)
        cut = _drawn(in_units, frame)
        features = [
            {"geometry": shape, "properties": self._properties[row]}
            for row, shape in zip(rows.tolist(), cut, strict=True)
            if not shape.is_empty
        ]
        if not features:
            return b""
        # The winding order is set below, for all shapes at once.
        options = {"extents": EXTENT, "check_winding_order": False}
        return bytes(encode({"name": self._name, "features": features}, default_options=options))


def _drawn(shapes: NDArray[np.object_], frame: Any) -> NDArray[np.object_]:
    """Polygons cut to a frame, simplified, on whole units, valid; empty where nothing is left."""
    import shapely

    cut = np.asarray(shapely.simplify(shapes, TOLERANCE), dtype=object)
    crossing = ~shapely.covers(frame, cut)
    cut[crossing] = shapely.intersection(cut[crossing], frame)
    whole = shapely.set_precision(cut, 1.0)
    return np.asarray(shapely.orient_polygons(_polygons(whole), exterior_cw=True), dtype=object)


def _polygons(shapes: NDArray[np.object_]) -> NDArray[np.object_]:
    """The polygons of shapes that a cut may have left with points or lines."""
    import shapely

    area = shapely.GeometryType.POLYGON, shapely.GeometryType.MULTIPOLYGON
    for row in np.flatnonzero(~np.isin(shapely.get_type_id(shapes), area)):
        parts = shapely.get_parts(shapes[row])
        shapes[row] = shapely.multipolygons(parts[shapely.get_type_id(parts) == shapely.GeometryType.POLYGON])
    return shapes


def _without_nulls(row: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in row.items() if value is not None and value == value}  # noqa: PLR0124


# --- MapLibre styles of the vector tiles: the colours and the lines of the maps, in the words of another renderer

FORMER_KINDS = frozenset({"zus", "cucs"})
PAPER, UNKNOWN, IMPUTED = "#f4f3ef", "#c9ccd1", "#5b6673"
CELL_BOUNDS_EUR = (14_000, 17_000, 20_000, 24_000)
"""Between classes of the mean living standard of a cell, per UC per year: a style is the same in every town."""


def line_of(name: str, *, generalised: bool = False) -> LineStyle | None:
    """Line of a layer of perimeters or of outlines, by the name of the layer; None for cells, which have a fill.

    >>> line_of("qpv-2024"), line_of("cells-2019")
    (LineStyle(colour='#0b2545', width_px=1.8, dashes=''), None)
    """
    kind = name.partition("-")[0]
    if kind in {"cells", "sectors"}:
        return SECTOR_LINE if kind == "sectors" else None
    if kind == "qpv" and generalised:
        return LINES["qpv_generalised"]
    known = "former" if kind in FORMER_KINDS else kind
    return LINES.get(f"{known}_estimated" if name.endswith("-estimated") else known)


def style_document(title: str, layers: Iterable[tuple[str, str, LineStyle | None]]) -> dict[str, Any]:
    """Style of some layers of tiles (MapLibre Style Specification, version 8); it needs no font and no picture.

    Parameters
    ----------
    layers : name of each, address of its TileJSON, and its line; None where it is filled by the income of its cells.
    """
    sources: dict[str, Any] = {}
    drawn: list[dict[str, Any]] = [{"id": "papier", "type": "background", "paint": {"background-color": PAPER}}]
    for name, tilejson, line in layers:
        sources[name] = {"type": "vector", "url": tilejson}
        drawn += _cells(name) if line is None else _lines(name, line)
    return {"version": 8, "name": title, "sources": sources, "layers": drawn}


def _lines(name: str, line: LineStyle) -> list[dict[str, Any]]:
    """The line of a layer over its white band."""
    paint: dict[str, Any] = {"line-color": line.colour, "line-width": line.width_px}
    if line.dashes:  # SVG counts dashes in pixels, MapLibre in widths of the line
        paint["line-dasharray"] = [round(float(part) / line.width_px, 2) for part in line.dashes.split()]
    band = {"line-color": "#ffffff", "line-width": round(line.width_px + CASING_WIDTH_PX, 2)}
    shape = {"type": "line", "source": name, "source-layer": name, "layout": {"line-join": "round"}}
    return [{"id": f"{name}-bande", **shape, "paint": band}, {"id": name, **shape, "paint": paint}]


def _cells(name: str) -> list[dict[str, Any]]:
    """Cells by their mean living standard; the border of an imputed one is dark."""
    first, *others = GARNET.pick(len(CELL_BOUNDS_EUR) + 1, darkest_first=True)
    steps: list[Any] = [first]
    for bound, colour in zip(CELL_BOUNDS_EUR, others, strict=True):
        steps += [bound, colour]
    income = ["case", ["has", "mean_eur"], ["step", ["get", "mean_eur"], *steps], UNKNOWN]
    border = ["case", ["==", ["get", "imputed"], True], IMPUTED, "#ffffff"]
    paint = {"fill-color": income, "fill-outline-color": border}
    return [{"id": name, "type": "fill", "source": name, "source-layer": name, "paint": paint}]
