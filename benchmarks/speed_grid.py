"""Grids: geoville against what a user would write with pandas, libpysal, shapely and geopandas, in one run.

    pip install -r benchmarks/requirements.txt
    python benchmarks/speed_grid.py [--repeats 3]

Both sides get the same cells, in memory, in the form that each reads fastest. Results are compared
before they are timed.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable

import geopandas
import numpy as np
import pandas as pd
import pyarrow as pa
import shapely
from libpysal.graph import Graph
from races import HEAD, Race, machine
from scipy import ndimage

from geoville.carroyage.cell_id import format_cell_ids, parse_cell_ids
from geoville.carroyage.grid import cell_squares, union_of_cells
from geoville.carroyage.lattice import cluster_cells, members
from geoville.sources.grids import fixed_width_ids

SEED = 20_140_767
CELL_M = 200
IDS = 1_000_000
CLUSTERED_CELLS = 375_000
UNITED_CELLS = 20_000
SIDE = 1_000
PACKAGES = ("numpy", "pandas", "pyarrow", "scipy", "shapely", "geopandas", "libpysal")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--share", type=float, default=1.0, help="of the identifiers and cells")
    asked = parser.parse_args()
    print(f"{machine(PACKAGES)}; median of {asked.repeats} turns, extremes in brackets.\n")
    print(HEAD)
    ids, clustered, united = (round(asked.share * count) for count in (IDS, CLUSTERED_CELLS, UNITED_CELLS))
    for race in (
        ids_race(ids),
        ids_from_bytes_race(ids),
        clusters_race(clustered),
        union_race(united),
        polygons_race(clustered),
    ):
        print(race.line(asked.repeats))


def ids_race(count: int) -> Race:
    ids = _ids(count)
    column, series = pa.chunked_array([ids]), pd.Series(ids)
    return _ids_race("read from an Arrow column", lambda: parse_cell_ids(fixed_width_ids(column)), series)


def ids_from_bytes_race(count: int) -> Race:
    ids = _ids(count)
    held = fixed_width_ids(pa.chunked_array([ids]))
    return _ids_race("read from fixed-width bytes", lambda: parse_cell_ids(held), pd.Series(ids))


def _ids(count: int) -> list[str]:
    random = np.random.default_rng(SEED)
    north, east = (CELL_M * random.integers(first, last, count) for first, last in ((10_000, 16_000), (16_000, 22_000)))
    return format_cell_ids(3035, north, east)


def _ids_race(task: str, ours: Callable[[], object], series: pd.Series) -> Race:
    def theirs() -> pd.DataFrame:
        return series.str.extract(r"^CRS(\d{4})RES200mN(\d{6,7})E(\d{6,7})$").astype("int64")

    assert np.array_equal(np.column_stack(ours()), theirs().to_numpy())
    return Race(f"{len(series):,} identifiers, {task}", "pandas `str.extract`", ours, theirs, target=50)


def clusters_race(cells: int) -> Race:
    east, north = _districts(cells)
    squares = geopandas.GeoSeries(cell_squares(east, north, 3035, 3035), crs=3035)

    def theirs() -> np.ndarray:
        return Graph.build_contiguity(squares, rook=False).component_labels.to_numpy()

    pairs = set(zip(cluster_cells(east, north).tolist(), theirs().tolist(), strict=True))
    assert len(pairs) == len({ours for ours, _ in pairs}) == len({other for _, other in pairs})
    return Race(
        f"queen clusters of {cells:,} cells",
        "libpysal `Graph.build_contiguity` on squares already made, `component_labels`",
        lambda: cluster_cells(east, north),
        theirs,
        target=100,
    )


def union_race(cells: int) -> Race:
    east, north = _districts(cells)
    squares = cell_squares(east, north, 3035, 2154)
    assert union_of_cells(squares).symmetric_difference(shapely.union_all(squares)).area < 1
    return Race(
        f"union of {cells:,} squares",
        "`shapely.union_all`",
        lambda: union_of_cells(squares),
        lambda: shapely.union_all(squares),
    )


def polygons_race(cells: int) -> Race:
    east, north = _districts(cells)

    def ours() -> list[shapely.Geometry]:
        squares = cell_squares(east, north, 3035, 2154)
        return [union_of_cells(squares[cells]) for cells in members(cluster_cells(east, north))]

    def theirs() -> geopandas.GeoSeries:
        boxes = shapely.box(east, north, east + CELL_M, north + CELL_M)
        frame = geopandas.GeoDataFrame({"cluster": cluster_cells(east, north)}, geometry=boxes, crs=3035)
        return frame.to_crs(2154).dissolve("cluster").geometry

    assert abs(sum(shape.area for shape in ours()) - theirs().area.sum()) < 1
    return Race(
        f"{cells:,} cells to one polygon per cluster, in Lambert-93",
        "geopandas `to_crs`, `dissolve` (clusters given)",
        ours,
        theirs,
    )


def _districts(cells: int) -> tuple[np.ndarray, np.ndarray]:
    """Cells in districts of all sizes: where smooth noise on a square lattice is highest."""
    side = min(SIDE, int(2 * np.sqrt(cells)))
    noise = ndimage.gaussian_filter(np.random.default_rng(SEED).standard_normal((side, side)), 2)
    chosen = np.sort(np.argpartition(-noise, cells, axis=None)[:cells])
    rows, columns = np.divmod(chosen, side)
    return 3_400_000 + CELL_M * columns, 2_300_000 + CELL_M * rows


if __name__ == "__main__":
    main()
