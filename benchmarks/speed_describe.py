"""Many polygons described, beside what one writes with geopandas to count their people alone.

    python benchmarks/speed_describe.py [--polygons 120000] [--repeats 3]

Rounds of 25 corners and 20 to 200 m of radius over the cells of Calais, in a GeoPackage that both read. geoville gives
people, share under the threshold and median, with intervals; the peer, an overlay and a sum, the people. Times are
of processor, interpreter and libraries included, each in a process of its own.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from pathlib import Path

import geopandas
import numpy as np
import pandas as pd
import shapely
from alone import Taken, geoville, python
from races import HEAD, line, machine

GRID = Path(__file__).resolve().parents[1] / "data" / "calais" / "filosofi_2019_200m.csv"
SEED = 20_140_767
CELL_M = 200
AT_LEAST = 0.67
"""Of the time of the peer: at most once and a half of it."""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--polygons", type=int, default=120_000)
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--peer", type=Path, help=argparse.SUPPRESS)
    chosen = parser.parse_args()
    if chosen.peer:
        print(people_by_geopandas(chosen.peer).sum())
        return
    print(f"{machine(('shapely', 'geopandas', 'pyogrio'))}; processor, median of {chosen.repeats} turns.\n")
    with tempfile.TemporaryDirectory() as folder:
        race(chosen.polygons, chosen.repeats, Path(folder))


def race(polygons: int, repeats: int, folder: Path) -> None:
    layer, printed, out = folder / "polygons.gpkg", folder / "printed", folder / "described.gpkg"
    rounds(polygons).to_file(layer)
    asked = ["perimeters", "describe", "--perimeters", layer, "--territory", "calais"]
    figures, written, peer = [], [], []
    for _ in range(repeats):
        peer.append(python([sys.argv[0], "--peer", layer], printed))
        figures.append(geoville(asked, printed))
        written.append(geoville([*asked, "--out", out], printed))
    same_people(out, layer)
    print(HEAD)
    for task, ours in (("described", figures), ("described and written", written)):
        processor = ([taken.processor_s for taken in some] for some in (ours, peer))
        print(line(f"{polygons:,} polygons {task}", "geopandas `overlay`, people alone", *processor, AT_LEAST))
    print(f"\nPeak: {peak(figures)} MB, {peak(written)} written; geopandas {peak(peer)}.")


def rounds(count: int) -> geopandas.GeoDataFrame:
    """Rounds over inhabited cells, in Lambert-93."""
    random, cells = np.random.default_rng(SEED), inhabited()
    chosen = cells.iloc[random.integers(0, len(cells), count)]
    places = shapely.points(chosen[["east", "north"]].to_numpy() + random.uniform(0, CELL_M, (count, 2)))
    shapes = shapely.buffer(places, random.uniform(20, 200, count), quad_segs=6)
    codes = [f"Z{rank:06d}" for rank in range(count)]
    return geopandas.GeoDataFrame({"code": codes}, geometry=shapes, crs=3035).to_crs(2154)


def inhabited() -> pd.DataFrame:
    table = pd.read_csv(GRID)
    corners = table.idcar_200m.str.extract(r"N(?P<north>\d+)E(?P<east>\d+)").astype("int64")
    return corners.assign(people=table.ind)


def people_by_geopandas(layer: Path) -> pd.Series:
    """People of each polygon, by share of the area of cells: what one writes first."""
    polygons, cells = geopandas.read_file(layer), inhabited()
    squares = shapely.box(cells.east, cells.north, cells.east + CELL_M, cells.north + CELL_M)
    ground = geopandas.GeoDataFrame({"people": cells.people}, geometry=squares, crs=3035).to_crs(2154)
    ground["area"] = ground.area
    pieces = geopandas.overlay(polygons, ground, how="intersection", keep_geom_type=False)
    return (pieces.people * pieces.area / pieces["area"]).groupby(pieces.code).sum()


def same_people(out: Path, layer: Path) -> None:
    ours = geopandas.read_file(out, ignore_geometry=True).set_index("code").population
    assert (ours - people_by_geopandas(layer)).abs().max() < 0.01, "geopandas counts other people"


def peak(taken: list[Taken]) -> str:
    return f"{max(item.peak_mb for item in taken):.0f}"


if __name__ == "__main__":
    main()
