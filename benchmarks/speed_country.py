"""Points of a whole country among its official quarters: the index opened, then millions of points placed.

    python benchmarks/speed_country.py [--points 26000000] [--repeats 3]

The quarters are the real ones, of both generations; the points are generated: one in ten within a kilometre or so of a
quarter, the others up to tens of kilometres from one. Two processes share the index, kept in a folder and mapped, and
read the row groups of a Parquet file ahead. Answers are compared with those of GEOS and trees before anything is timed.
"""

from __future__ import annotations

import argparse
import json
import multiprocessing
import subprocess
import sys
import tempfile
import time
from collections import Counter, deque
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from pathlib import Path

import numpy as np
import shapely
from races import HEAD, limit_line, machine, seconds

from geoville.crs import LAMBERT_93, WGS84, transform_points
from geoville.eligibility.bulk import VERDICTS, BulkIndex, Means
from geoville.eligibility.index import PerimeterIndex
from geoville.sources.layer_index import kept_cells
from geoville.sources.national import national_layer

SEED, ON = 2_024, date(2026, 1, 15)
COUNTRY, MOST_S, OPENED_S = 26_000_000, 60.0, 0.15
COMPARED = 20_000
ROW_GROUP = 500_000
WORKERS = 2
_AHEAD = 2
_NEAR_SHARE, _NEAR_M, _FAR_M = 0.1, 700.0, 20_000.0
_OPEN = """
import json, sys, time
from pathlib import Path
import pyarrow
from speed_country import ON, BulkIndex, Means, country, kept_cells
from geoville.eligibility.kernel.points import compile_loops

compile_loops()
index = country()
means = kept_cells(Path(sys.argv[1]), made=False) if sys.argv[1] else Means.cells()
start = time.perf_counter()
BulkIndex.build(index, ON, means)
print(json.dumps(time.perf_counter() - start))
"""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--points", type=int, default=COUNTRY)
    parser.add_argument("--repeats", type=int, default=3)
    asked = parser.parse_args()
    quarters = len(national_layer().perimeters)
    print(f"{machine(('geoville', 'numpy', 'numba', 'pyarrow', 'shapely'))}; {quarters:,} quarters.\n")
    print(HEAD)
    with tempfile.TemporaryDirectory() as folder:
        kept = Path(folder)
        index = BulkIndex.build(country(), ON, kept_cells(kept))
        compare(index, min(COMPARED, asked.points))
        print(opened(kept, asked.repeats), flush=True)
        for text in placed(index, kept, asked.points):
            print(text, flush=True)


def country() -> PerimeterIndex:
    """Every official quarter, and where their lists are whole."""
    layer = national_layer()
    return PerimeterIndex(layer.perimeters, country=layer.country, whole=layer.whole)


def compare(kept: BulkIndex, points: int) -> None:
    """See that an index that is read answers as GEOS and trees do."""
    lon, lat = generated(points, SEED)
    ours, theirs = kept.decide(lon, lat), BulkIndex.build(kept.index, ON, Means.trees()).decide(lon, lat)
    for column in ("code", "perimeter", "distance_m", "unsettled"):
        np.testing.assert_array_equal(getattr(ours, column), getattr(theirs, column))


def opened(kept: Path, repeats: int) -> str:
    """Row of the index opened where it is kept, each time in a new process, beside the same made again."""
    ours, theirs = ([_opening(where) for _ in range(repeats)] for where in (str(kept), ""))
    task = "index of the official quarters of the country: read, checked, mapped"
    return limit_line(task, "made again", ours, theirs, OPENED_S)


def _opening(where: str) -> float:
    command = [sys.executable, "-c", _OPEN, where]
    done = subprocess.run(command, check=True, capture_output=True, text=True, cwd=Path(__file__).parent)
    return float(json.loads(done.stdout))


def placed(index: BulkIndex, kept: Path, points: int) -> Iterator[str]:
    """Rows of points placed, at a hundredth, a tenth and the whole of what is asked."""
    for share in (0.01, 0.1, 1.0):
        file, count = kept / "points.parquet", max(1, round(points * share))
        write_points(file, count)
        start = time.perf_counter()
        found = place_file(file, kept)
        taken = time.perf_counter() - start
        assert sum(found.values()) == count
        said = ", ".join(f"{verdict or 'no place'} {number / count:.1%}" for verdict, number in sorted(found.items()))
        task = f"{count:,} points of Parquet placed by {WORKERS} processes ({said})"
        if share == 0.01:
            lon, lat = generated(count, SEED)
            trees = seconds(lambda: BulkIndex.build(index.index, ON, Means.trees()).decide(lon, lat), 1)  # noqa: B023
            yield limit_line(task, "GEOS and trees, 1 process", [taken], trees, MOST_S)
        else:
            yield limit_line(task, "–", [taken], None, MOST_S)


def place_file(file: Path, kept: Path) -> Counter[str]:
    """How many points of a file get each verdict, counted by processes that begin with nothing but the kept index."""
    import pyarrow.parquet as pq

    groups = list(range(pq.read_metadata(file).num_row_groups))
    shares = [(file, kept, groups[rank::WORKERS]) for rank in range(WORKERS)]
    with multiprocessing.get_context("spawn").Pool(WORKERS) as pool:
        return sum(pool.starmap(_place_groups, shares), Counter())


def _place_groups(file: Path, kept: Path, groups: Sequence[int]) -> Counter[str]:
    found = np.zeros(len(VERDICTS), dtype=np.int64)
    index = BulkIndex.build(country(), ON, kept_cells(kept, made=False))
    for lon, lat in read_ahead(file, groups, ("lon", "lat")):
        found += np.bincount(index.decide(lon, lat).code, minlength=len(VERDICTS))
    return Counter({str(verdict or ""): int(count) for verdict, count in zip(VERDICTS, found, strict=True) if count})


def read_ahead(file: Path, groups: Sequence[int], names: Sequence[str]) -> Iterator[list[np.ndarray]]:
    """Columns of row groups, the next two being read, from this call on, while one is used."""
    import pyarrow.parquet as pq

    def read(group: int) -> list[np.ndarray]:
        with pq.ParquetFile(file) as points:
            table = points.read_row_group(group, list(names), use_threads=False)
        return [table[name].to_numpy() for name in names]

    reader = ThreadPoolExecutor(1)
    waiting = deque(reader.submit(read, group) for group in groups[:_AHEAD])

    def read_in_turn() -> Iterator[list[np.ndarray]]:
        with reader:
            for rank in range(len(groups)):
                if rank + _AHEAD < len(groups):
                    waiting.append(reader.submit(read, groups[rank + _AHEAD]))
                yield waiting.popleft().result()

    return read_in_turn()


def generated(points: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Longitude and latitude of points in degrees, in no order."""
    random = np.random.default_rng(seed)
    shapes = [item.geometry for item in national_layer().perimeters if item.epsg == LAMBERT_93]
    centres = shapely.get_coordinates(shapely.point_on_surface(shapes))
    spread_m = np.where(random.random(points) < _NEAR_SHARE, _NEAR_M, _FAR_M)
    places = random.choice(centres, points) + random.normal(0, 1, (points, 2)) * spread_m[:, None]
    return transform_points(*places.T.copy(), LAMBERT_93, WGS84)


def write_points(file: Path, points: int) -> None:
    """Write them, a row group at a time."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    schema = pa.schema([("lon", pa.float64()), ("lat", pa.float64())])
    with pq.ParquetWriter(file, schema) as writer:
        for first in range(0, points, ROW_GROUP):
            columns = generated(min(ROW_GROUP, points - first), SEED + first)
            writer.write_table(pa.table(dict(zip(("lon", "lat"), columns, strict=True)), schema))


if __name__ == "__main__":
    main()
