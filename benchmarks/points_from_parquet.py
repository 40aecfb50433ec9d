"""Points counted per perimeter from a Parquet file, by one engine in a process of its own.

Time runs from the call to the counts, reading and indexing included, once libraries are imported and workers
started: threads of geoville and sedonadb, whose loops hold no lock, processes of dask-geopandas. Memory is the peak of
the process and its children, sampled.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from races import line

if TYPE_CHECKING:
    from geoville.eligibility.kernel.points import PointLocator

ENGINES = ("geoville", "sedonadb", "dask-geopandas", "geopandas")
WORKERS = 2
_AHEAD = 8
ROW_GROUP = 500_000
TARGETS = {"sedonadb": 4.0, "dask-geopandas": 15.0}
MEMORY_TARGET = 0.25


def parquet_lines(polygons: np.ndarray, points: int, repeats: int) -> Iterator[str]:
    """Rows of the table of races, then a sentence on memory."""
    with tempfile.TemporaryDirectory() as folder:
        _write(polygons, points, Path(folder))
        runs = {engine: [_run(engine, folder) for _ in range(repeats)] for engine in ENGINES}
        kept = [_run("geoville", folder, kept=True) for _ in range(repeats)]
    counts = {tuple(run["counts"]) for of_engine in runs.values() for run in of_engine}
    counts |= {tuple(run["counts"]) for run in kept}
    assert len(counts) == 1, "engines disagree"
    seconds = {engine: [run["seconds"] for run in of_engine] for engine, of_engine in runs.items()}
    task = f"{points:,} points of a Parquet file counted per perimeter, {WORKERS} workers"
    for peer in ENGINES[1:]:
        peer_name = f"{peer} (1 worker)" if peer == "geopandas" else peer
        yield line(task, peer_name, seconds["geoville"], seconds[peer], TARGETS.get(peer))
    for peer in ("sedonadb", "dask-geopandas"):
        yield line(f"{task}, perimeters indexed before", peer, [run["seconds"] for run in kept], seconds[peer], None)
    peak = {engine: max(run["peak_mb"] for run in of_engine) for engine, of_engine in runs.items()}
    share = peak["geoville"] / peak["geopandas"]
    shown = ", ".join(f"{engine} {megabytes:,.0f} MB" for engine, megabytes in peak.items())
    verdict = "reached" if share <= MEMORY_TARGET else "missed"
    yield f"\nPeak memory: {shown}; geoville takes {share:.0%} of geopandas (target {MEMORY_TARGET:.0%}: {verdict})."


def _write(polygons: np.ndarray, points: int, folder: Path) -> None:
    import geopandas
    import pyarrow as pa
    import pyarrow.parquet as pq
    from made_up_perimeters import addresses

    from geoville.sources.files import on_disk

    east, north = addresses(polygons, points).T.copy()
    pq.write_table(pa.table({"x": east, "y": north}), folder / "points.parquet", row_group_size=ROW_GROUP)
    frame = geopandas.GeoDataFrame({"row": np.arange(len(polygons))}, geometry=polygons, crs=2154)
    frame.to_parquet(folder / "perimeters.parquet")
    for written in folder.iterdir():
        on_disk(written)  # else the first to be timed waits for the disk that writes it


def _run(engine: str, folder: str, *, kept: bool = False) -> dict[str, object]:
    """What an engine took; nothing is left of the runs before, unless the index that geoville made is kept."""
    for index in () if kept else Path(folder).glob("*.index"):
        index.unlink()
    done = subprocess.run(
        [sys.executable, "-W", "ignore", __file__, engine, folder], check=True, capture_output=True, text=True
    )
    return json.loads(done.stdout.splitlines()[-1])


def _timed(count: Callable[[], np.ndarray]) -> tuple[float, np.ndarray]:
    start = time.perf_counter()
    counts = count()
    return time.perf_counter() - start, counts


def by_geoville(folder: Path) -> tuple[float, np.ndarray]:
    with ThreadPoolExecutor(WORKERS) as workers:
        for started in [workers.submit(_imported) for _ in range(WORKERS)]:
            started.result()
        return _timed(lambda: _counted(folder, workers))


def _imported() -> None:
    import geopandas  # noqa: F401
    import pyarrow.parquet  # noqa: F401

    from geoville.eligibility.kernel.points import compile_loops
    from geoville.sources.layer_index import kept_cells  # noqa: F401

    compile_loops()


def _counted(folder: Path, workers: ThreadPoolExecutor) -> np.ndarray:
    """Points in each perimeter: one worker indexes these while the other begins to read, then both read and count."""
    import pyarrow.parquet as pq

    locator = workers.submit(_locator, folder)
    groups = range(pq.read_metadata(folder / "points.parquet").num_row_groups)
    ahead = deque(workers.submit(_points, folder, group) for group in groups[:_AHEAD])
    counts = []
    for group in groups:
        counts.append(workers.submit(_held, locator, ahead.popleft()))
        ahead.extend(workers.submit(_points, folder, later) for later in groups[group + _AHEAD : group + _AHEAD + 1])
    return sum(count.result() for count in counts)


def _locator(folder: Path) -> PointLocator:
    import geopandas

    from geoville.sources.layer_index import kept_cells

    return kept_cells(folder).locator(geopandas.read_parquet(folder / "perimeters.parquet").geometry.values)


def _points(folder: Path, group: int) -> list[np.ndarray]:
    import pyarrow.parquet as pq

    with pq.ParquetFile(folder / "points.parquet") as points:
        table = points.read_row_group(group, ["x", "y"], use_threads=False)
    return [table[name].to_numpy() for name in ("x", "y")]


def _held(locator: Future[PointLocator], points: Future[list[np.ndarray]]) -> np.ndarray:
    """Both were given to the workers before."""
    return locator.result().place(*points.result()).counts()


def by_sedonadb(folder: Path) -> tuple[float, np.ndarray]:
    import geopandas
    import sedonadb

    session = sedonadb.connect()
    session.sql(f"SET datafusion.execution.target_partitions = {WORKERS}").execute()

    def count() -> np.ndarray:
        frame = geopandas.read_parquet(folder / "perimeters.parquet").set_crs(None, allow_override=True)
        session.create_data_frame(frame).to_view("perimeters", overwrite=True)
        session.read_parquet(str(folder / "points.parquet")).to_view("points", overwrite=True)
        counted = session.sql(
            "SELECT row, count(*) AS held FROM points JOIN perimeters"
            " ON ST_Intersects(perimeters.geometry, ST_Point(points.x, points.y)) GROUP BY row"
        ).to_pandas()
        return _by_row(counted["row"], counted["held"], len(frame))

    return _timed(count)


def by_dask_geopandas(folder: Path) -> tuple[float, np.ndarray]:
    import dask.dataframe
    import dask_geopandas
    import geopandas
    from distributed import Client

    def count() -> np.ndarray:
        frame = geopandas.read_parquet(folder / "perimeters.parquet")
        points = dask.dataframe.read_parquet(folder / "points.parquet", split_row_groups=True)
        places = dask_geopandas.from_dask_dataframe(
            points, geometry=dask_geopandas.points_from_xy(points, "x", "y", crs=2154)
        )
        joined = dask_geopandas.sjoin(places, frame, how="inner", predicate="intersects")
        counted = joined["row"].value_counts().compute()
        return _by_row(counted.index, counted, len(frame))

    with Client(n_workers=WORKERS, threads_per_worker=1, dashboard_address=None) as client:
        client.run(_imported)
        return _timed(count)


def by_geopandas(folder: Path) -> tuple[float, np.ndarray]:
    import geopandas
    import pandas as pd

    def count() -> np.ndarray:
        frame = geopandas.read_parquet(folder / "perimeters.parquet")
        points = pd.read_parquet(folder / "points.parquet")
        places = geopandas.GeoDataFrame(geometry=geopandas.points_from_xy(points["x"], points["y"]), crs=2154)
        counted = geopandas.sjoin(places, frame, predicate="intersects")["row"].value_counts()
        return _by_row(counted.index, counted, len(frame))

    return _timed(count)


def _by_row(rows: object, held: object, perimeters: int) -> np.ndarray:
    counts = np.zeros(perimeters, dtype=np.int64)
    counts[np.asarray(rows)] = np.asarray(held)
    return counts


@contextmanager
def _peak_memory() -> Iterator[list[float]]:
    """Peak of this process and its children, pages that they share counted once: megabytes, in a list of one."""
    import psutil

    peak, over = [0.0], threading.Event()

    def sample() -> None:
        this = psutil.Process()
        while not over.wait(0.05):
            held = 0
            for process in (this, *this.children(recursive=True)):
                try:
                    held += process.memory_full_info().pss
                except psutil.NoSuchProcess:
                    continue
            peak[0] = max(peak[0], held / 1e6)

    sampler = threading.Thread(target=sample, daemon=True)
    sampler.start()
    try:
        yield peak
    finally:
        over.set()
        sampler.join()


def main() -> None:
    engine, folder = sys.argv[1:]
    with _peak_memory() as peak:
        taken, counts = globals()[f"by_{engine.replace('-', '_')}"](Path(folder))
    print(json.dumps({"seconds": taken, "peak_mb": peak[0], "counts": counts.tolist()}))


if __name__ == "__main__":
    main()
