"""Points among perimeters: geoville's kernel against geopandas, shapely, polars-st, sedonadb and dask-geopandas.

    pip install -r benchmarks/requirements.txt
    python benchmarks/speed_points.py [--repeats 3] [--points 1000000] [--parquet-points 4000000,10000000]

Everything in memory is timed on one core, on the same points and polygons, in the form that each reads fastest, and
compared before it is timed. What starts from Parquet is in `points_from_parquet.py`: one fresh process for each.
"""

from __future__ import annotations

import argparse
import os
import pickle
from collections.abc import Callable, Iterator

import geopandas
import numpy as np
import polars as pl
import polars_st
import shapely
from made_up_perimeters import addresses, beside_limits, by_place, perimeters
from points_from_parquet import parquet_lines
from races import HEAD, Race, machine

from geoville.eligibility.kernel.points import LimitFinder, PointLocator

PACKAGES = ("numpy", "numba", "pyarrow", "shapely", "geopandas", "polars-st", "sedonadb", "dask", "dask-geopandas")
EPSG = 2154
NEAR_M = 500.0


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--points", type=int, default=1_000_000)
    parser.add_argument("--parquet-points", default="4000000,10000000", help="numbers of points, with commas between")
    asked = parser.parse_args()
    what, polygons = perimeters()
    print(f"{machine(PACKAGES)}; {len(polygons):,} perimeters ({what}); median of {asked.repeats}.\n\n{HEAD}")
    cores = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {min(cores)})
    for race in (*placing(polygons, asked.points), *measuring(polygons, asked.points // 5)):
        print(race.line(asked.repeats), flush=True)
    os.sched_setaffinity(0, cores)
    sentences = []
    for points in map(int, asked.parquet_points.split(",")):
        *rows, sentence = parquet_lines(polygons, points, asked.repeats)
        print(*rows, sep="\n", flush=True)
        sentences.append(sentence)
    print(*sentences, sep="")


def placing(polygons: np.ndarray, count: int) -> Iterator[Race]:
    """Which polygons hold each point."""
    locator = PointLocator.build(polygons)
    frame = geopandas.GeoDataFrame(geometry=polygons, crs=EPSG)
    shuffled = addresses(polygons, count)
    ordered = by_place(shuffled)
    for order, points, target in (("sorted", ordered, 100), ("in random order", shuffled, 45)):
        yield _placing_race(order, points, locator, "`geopandas.sjoin`", _sjoin(points, frame), target)
        yield _beside_memory(order, points, locator)
    tree = shapely.STRtree(polygons)
    places = shapely.points(shuffled)
    yield _placing_race(
        "in random order", shuffled, locator, "`shapely.STRtree.query`", lambda: tree.query(places, "intersects")
    )
    yield _placing_race("in random order", shuffled, locator, "polars-st `sjoin`", _polars(shuffled, frame))


def _placing_race(
    order: str,
    points: np.ndarray,
    locator: PointLocator,
    peer: str,
    theirs: Callable[[], object],
    target: float | None = None,
) -> Race:
    east, north = points.T.copy()
    found = theirs()
    pairs = found.shape[1] if isinstance(found, np.ndarray) else len(found)
    membership = locator.place(east, north)
    assert len(membership.pairs()[0]) == pairs, peer
    inside = f"{membership.held().mean():.0%} inside"
    return Race(
        f"{len(points):,} points {order} ({inside}): which perimeters hold them",
        peer,
        lambda: locator.place(east, north),
        theirs,
        target,
    )


def _beside_memory(order: str, points: np.ndarray, locator: PointLocator) -> Race:
    """What passing once over the same bytes takes: the share of it that is reached says what is left to gain."""
    east, north = points.T.copy()
    sets = np.empty(len(points), dtype=np.int32)
    return Race(
        f"{len(points):,} points {order}: which perimeters hold them",
        "these bytes read and written, and no more (`numpy.dot`, `fill`)",
        lambda: locator.place(east, north),
        lambda: (np.dot(east, north), sets.fill(0)),
        target=0.25,
    )


def _sjoin(points: np.ndarray, frame: geopandas.GeoDataFrame) -> Callable[[], object]:
    places = geopandas.GeoDataFrame(geometry=geopandas.points_from_xy(*points.T), crs=EPSG)
    return lambda: geopandas.sjoin(places, frame, predicate="intersects")


def _polars(points: np.ndarray, frame: geopandas.GeoDataFrame) -> Callable[[], object]:
    columns = pl.DataFrame({"x": points[:, 0], "y": points[:, 1]})
    places = columns.select(geometry=polars_st.point(pl.concat_list("x", "y")).st.set_srid(EPSG))
    others = polars_st.from_geopandas(frame)
    return lambda: places.st.sjoin(others, on="geometry", how="inner", predicate="intersects")


def measuring(polygons: np.ndarray, count: int) -> Iterator[Race]:
    """How far the nearest limit is, up to 500 m."""
    locator, finder = PointLocator.build(polygons), LimitFinder.build(polygons, NEAR_M)
    megabytes = len(pickle.dumps(finder)) / 1e6
    tree = shapely.STRtree(shapely.boundary(polygons))
    shuffled = beside_limits(polygons, count, NEAR_M)
    for order, points in (("sorted", by_place(shuffled)), ("in random order", shuffled)):
        east, north = points.T.copy()
        places = shapely.points(points)
        distances = tree.query_nearest(places, max_distance=NEAR_M, return_distance=True, all_matches=False)[1]
        membership = locator.place(east, north)
        alone = ~(membership.sets > len(polygons))  # amid overlapping perimeters the nearest limit may be another one's
        error = np.abs(np.abs(finder.measure(east, north, membership)[0]) - distances)[alone].max()
        yield Race(
            f"{count:,} points {order}: signed distance to the limit (index {megabytes:.0f} MB, error {error:.0e} m)",
            "`shapely.STRtree.query_nearest`",
            lambda east=east, north=north: finder.measure(east, north, locator.place(east, north)),
            lambda places=places: tree.query_nearest(
                places, max_distance=NEAR_M, return_distance=True, all_matches=False
            ),
            target=40,
        )


if __name__ == "__main__":
    main()
