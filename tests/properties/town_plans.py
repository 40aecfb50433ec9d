"""Random towns with their quarters and blocks, shared by the property tests of outlines."""

from __future__ import annotations

import numpy as np
import shapely
from hypothesis import strategies as st

from geoville.carroyage.grid import CELL_SIZE_M, cell_squares, union_of_cells
from geoville.perimeters.outlines import ClusteredCells

WEST, SOUTH = 3_750_000, 3_120_000
SIDE = 6


@st.composite
def quartered_towns(draw: st.DrawFn, quarters: int = 3) -> ClusteredCells:
    """A square town, some of its places empty, any of them in a quarter."""
    count = SIDE**2
    quarter = draw(st.lists(st.integers(-1, quarters - 1), min_size=count, max_size=count))
    people = draw(st.lists(st.sampled_from([0.0, 3.5, 40.0, 250.0, 900.0]), min_size=count, max_size=count))
    return town_of(np.array(quarter), np.array(people))


def town_of(quarter: np.ndarray, people: np.ndarray) -> ClusteredCells:
    """The places of a square town, row by row from the south-west."""
    side = int(len(quarter) ** 0.5)
    rows, columns = np.divmod(np.arange(side**2), side)
    return ClusteredCells(
        3035, WEST + columns * CELL_SIZE_M, SOUTH + rows * CELL_SIZE_M, people.astype(float), quarter.astype(np.intp)
    )


def squares_of(cells: ClusteredCells) -> np.ndarray:
    return cell_squares(cells.easting, cells.northing, cells.epsg, 2154)


@st.composite
def town_blocks(draw: st.DrawFn) -> np.ndarray:
    """Blocks over the square town: they share their edges, or lie on either side of streets."""
    seed = draw(st.integers(0, 10_000))
    count = draw(st.integers(3, 60))
    street_m = draw(st.sampled_from([0.0, 0.0, 6.0, 14.0]))
    area = union_of_cells(squares_of(town_of(np.zeros(SIDE**2), np.zeros(SIDE**2))))
    blocks = voronoi_blocks(area, count, seed)
    if street_m:
        blocks = shapely.get_parts(shapely.buffer(blocks, -street_m / 2, join_style="mitre"))
    return blocks[shapely.area(blocks) > 1]


def voronoi_blocks(area: shapely.Geometry, count: int, seed: int) -> np.ndarray:
    """Polygons that tile an area, around seats drawn at random."""
    west, south, east, north = area.bounds
    seats = np.random.default_rng(seed).uniform((west, south), (east, north), (count, 2))
    tiles = shapely.get_parts(shapely.voronoi_polygons(shapely.MultiPoint(seats), extend_to=area))
    parts = shapely.get_parts(shapely.intersection(tiles, area))
    return parts[shapely.get_type_id(parts) == shapely.GeometryType.POLYGON]
