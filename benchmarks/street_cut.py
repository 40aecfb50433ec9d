"""Quarters as a minimum cut whose border is cheap along streets: tried, and not kept.

    python benchmarks/street_cut.py --data ../shared/data

Ground of 50 m goes in or out so that the sum of |I − cut| over what is wrongly labelled, plus a cost for each 50 m of
border, is the least (Boykov and Kolmogorov 2004; `scipy.sparse.csgraph.maximum_flow`). Tables:

1. without streets, on every place, before widening and the decree's tests, then after them: what a border costs;
2. on Montpellier, whose axes and contours are known but no cells: an index is simulated from the contours (its contrast
   and noise are those of Marseille), and cut where a border along an axis costs a part of what it costs elsewhere;
3. on Bondy, the index of its quarters cut on squares of 12.5 m, with its axes; people under 1 000 are dropped.
"""

from __future__ import annotations

import argparse
import tempfile
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

import geopandas
import numpy as np
import shapely
from method_scores import DEFAULT, row, score
from scipy.ndimage import distance_transform_edt, gaussian_filter, map_coordinates
from scipy.sparse import csr_matrix
from scipy.sparse.csgraph import breadth_first_order, maximum_flow
from towns import Town, towns

from geoville.carroyage.method import method_rules
from geoville.crs import transform_geometry
from geoville.perimeters.index_search import ground_of_unit, quarters_by_index
from geoville.perimeters.search import cells_of_units, find_candidates
from geoville.workflows.search_inputs import OutlineInput, outlines_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray
    from shapely.geometry.base import BaseGeometry

    Image = NDArray[np.float64]

SQUARE_M = 50
COSTS = (0.0, 0.02, 0.04, 0.06, 0.09, 0.12)
ALONG = (1.0, 0.5, 0.35, 0.2)
"""Cost of a border along an axis, over its cost elsewhere."""

ON_AN_AXIS_M = 8.0
FAR_M = 60.0
FINER = 4
FEWEST = 1_000
WAYS = ("residential", "tertiary", "unclassified", "primary", "living_street", "motorway", "motorway_link")
CONTRAST, NOISE, SIGMA = (0.35, 0.42), 0.12, 1.4
"""Index out of a quarter, what being in adds, standard deviation of what is left, and the kernel, in squares."""

DRAWS, AROUND_M = 3, 400
_WHOLE = 10_000
"""Capacities are whole numbers."""


def cut(unary: Image, up: Image, right: Image) -> NDArray[np.bool_]:
    """Labels of the minimum cut.

    Parameters
    ----------
    unary : (h, w) what being in gains.
    up, right : (h − 1, w), (h, w − 1) cost of a border between a square and the one north, or east, of it.
    """
    count = unary.size
    place = np.arange(count).reshape(unary.shape)
    gain = np.rint(unary.ravel() * _WHOLE).astype(np.int32)
    first = np.concatenate([place[:-1].ravel(), place[:, :-1].ravel()])
    second = np.concatenate([place[1:].ravel(), place[:, 1:].ravel()])
    border = np.rint(np.concatenate([up.ravel(), right.ravel()]) * _WHOLE).astype(np.int32)
    wanted, unwanted = np.flatnonzero(gain > 0), np.flatnonzero(gain < 0)
    rows = np.concatenate([np.full(len(wanted), count), unwanted, first, second])
    columns = np.concatenate([wanted, np.full(len(unwanted), count + 1), second, first])
    capacity = np.concatenate([gain[wanted], -gain[unwanted], border, border])
    graph = csr_matrix((capacity, (rows, columns)), shape=(count + 2, count + 2))
    left = graph - maximum_flow(graph, count, count + 1).flow
    left.data[left.data < 0] = 0
    left.eliminate_zeros()
    reached = np.zeros(count + 2, dtype=bool)
    reached[breadth_first_order(left, count, return_predecessors=False)] = True
    return reached[:count].reshape(unary.shape)


@dataclass(frozen=True, eq=False)
class Picture:
    """Ground of one unit as an image, south first.

    Parameters
    ----------
    south, west : row and column of its first square.
    """

    index: Image
    people: Image
    south: int
    west: int

    @classmethod
    def of(cls, town: Town) -> Picture:
        start = town.found.start
        [unit] = cells_of_units(start.grid, start.income, start.zones, start.thresholds, start.parts)
        place = ground_of_unit(unit, method_rules())
        ground = place.ground
        south, west = int(ground.row.min()) - 1, int(ground.column.min()) - 1
        shape = ground.row.max() - south + 2, ground.column.max() - west + 2
        index, people = np.full(shape, -method_rules().index_cut), np.zeros(shape)
        at = ground.row - south, ground.column - west
        index[at], people[at] = np.where(ground.mine, ground.index, -method_rules().index_cut), place.people
        return cls(index, people, south, west)

    def centres(self, finer: int = 1) -> tuple[Image, Image]:
        """Northing of each row and easting of each column, metres."""
        height, width = (side * finer for side in self.index.shape)
        size = SQUARE_M / finer
        return self.south * SQUARE_M + (np.arange(height) + 0.5) * size, self.west * SQUARE_M + (
            np.arange(width) + 0.5
        ) * size


def inside(area: BaseGeometry, north: Image, east: Image) -> NDArray[np.bool_]:
    shapely.prepare(area)
    columns, rows = np.meshgrid(east, north)
    return shapely.contains_xy(area, columns.ravel(), rows.ravel()).reshape(columns.shape)


def larger(image: Image, finer: int) -> Image:
    north, east = ((np.arange(side * finer) + 0.5) / finer - 0.5 for side in image.shape)
    return map_coordinates(image, np.meshgrid(north, east, indexing="ij"), order=1, mode="nearest")


def on_axes(axes: NDArray[np.object_], north: Image, east: Image) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """Whether the middle of each border, north and east of a square, lies on an axis."""
    tree = shapely.STRtree(axes)

    def near(rows: Image, columns: Image) -> NDArray[np.bool_]:
        x, y = np.meshgrid(columns, rows)
        found, distance = tree.query_nearest(
            shapely.points(x.ravel(), y.ravel()), return_distance=True, all_matches=False, max_distance=FAR_M
        )
        far = np.full(x.size, FAR_M)
        far[found[0]] = distance
        return (far < ON_AN_AXIS_M).reshape(x.shape)

    half = (north[1] - north[0]) / 2
    return near(north[:-1] + half, east), near(north, east[:-1] + half)


def without_streets(town: Town) -> str:
    """F1 by the cost of a border, each square counted by its people and its share of area in the contours."""
    picture = Picture.of(town)
    area = transform_geometry(shapely.union_all(town.official), town.epsg, town.found.start.grid.epsg)
    height, width = picture.index.shape
    held = inside(area, *picture.centres(FINER)).reshape(height, FINER, width, FINER).mean((1, 3))
    figures = []
    for cost in COSTS:
        chosen = cut(picture.index - method_rules().index_cut, *_flat(picture.index.shape, cost))
        both = float((picture.people * held)[chosen].sum())
        figures.append(2 * both / float(picture.people[chosen].sum() + (picture.people * held).sum()))
    return row(town.name, *figures)


def whole_method(town: Town) -> str:
    """F1 by the cost of a border, the ground that is cut being widened, tested and outlined as by the method."""
    start, rules = town.found.start, method_rules()
    [unit] = cells_of_units(start.grid, start.income, start.zones, start.thresholds, start.parts)
    place, picture = ground_of_unit(unit, rules), Picture.of(town)
    ground = place.ground
    off = np.maximum(np.abs(ground.index - rules.index_cut), 0.001)
    figures = []
    for cost in COSTS:
        chosen = cut(picture.index - rules.index_cut, *_flat(picture.index.shape, cost))
        labelled = np.where(chosen[ground.row - picture.south, ground.column - picture.west], off, -off)
        moved = replace(place, ground=replace(ground, index=rules.index_cut + labelled))
        kept = [found for found in quarters_by_index(unit, moved, town.found.legal, DEFAULT) if found.is_candidate]
        figures.append(score(town, outlines_of(kept, unit.grid, town.epsg, OutlineInput()).geometries).f1)
    return row(town.name, *figures)


def _flat(shape: tuple[int, ...], cost: float) -> tuple[Image, Image]:
    return np.full((shape[0] - 1, shape[1]), cost), np.full((shape[0], shape[1] - 1), cost)


def montpellier(folder: Path) -> Iterator[str]:
    """F1 of area won by the cut on simulated indices: what is cheap along streets is found again."""
    contours, axes = (
        geopandas.read_file(folder / name).to_crs(3035).geometry.make_valid().to_numpy()
        for name in ("qpv2015_official.geojson", "streets_2014.geojson")
    )
    area, finer = shapely.union_all(contours), 3
    west, south, east, north = (int(side // 200) * 4 for side in shapely.box(*area.bounds).buffer(800).bounds)
    picture = Picture(np.zeros((north + 4 - south, east + 4 - west)), np.empty(0), south, west)
    rows, columns = picture.centres(finer)
    truth, (up, right) = inside(area, rows, columns), on_axes(axes, rows, columns)
    around = distance_transform_edt(~truth) * SQUARE_M / finer < AROUND_M
    won = np.zeros((len(COSTS), len(ALONG)))
    for draw in range(DRAWS):
        index = np.where(around, larger(_simulated(truth, picture.index.shape, finer, draw), finer), 0.0)
        before = _f1(index > method_rules().index_cut, truth)
        for (i, cost), (j, part) in ((a, b) for a in enumerate(COSTS) for b in enumerate(ALONG)):
            chosen = cut((index - method_rules().index_cut) / finer**2, *_priced(cost / finer, part, up, right))
            won[i, j] += (_f1(chosen, truth) - before) / DRAWS
    for cost, gains in zip(COSTS, won.tolist(), strict=True):
        yield row(f"{cost:g}".replace(".", ","), *(f"{gain:+.3f}".replace(".", ",") for gain in gains))


def _simulated(truth: NDArray[np.bool_], shape: tuple[int, ...], finer: int, draw: int) -> Image:
    """An index such as cells of 200 m would give, with errors that neighbours share."""
    chance, cells = np.random.default_rng(draw), (shape[0] // 4, shape[1] // 4)
    share = truth.reshape(cells[0], 4 * finer, cells[1], 4 * finer).mean((1, 3))
    squares = np.ones((4, 4))
    of_cells = gaussian_filter(np.kron(chance.normal(size=cells), squares), SIGMA)
    of_places = gaussian_filter(chance.normal(size=shape), 6)
    error = np.sqrt(0.6) * of_cells / of_cells.std() + np.sqrt(0.4) * of_places / of_places.std()
    return CONTRAST[0] + CONTRAST[1] * gaussian_filter(np.kron(share, squares), SIGMA) + NOISE * error


def _priced(cost: float, part: float, up: NDArray[np.bool_], right: NDArray[np.bool_]) -> tuple[Image, Image]:
    return cost * np.where(up, part, 1.0), cost * np.where(right, part, 1.0)


def _f1(chosen: NDArray[np.bool_], truth: NDArray[np.bool_]) -> float:
    return 2 * float((chosen & truth).sum()) / float(chosen.sum() + truth.sum())


def bondy(town: Town, streets: Path) -> Iterator[str]:
    """F1 of the quarters of Bondy, drawn again along its axes; their legal tests but that of the median made again."""
    start, rules = town.found.start, method_rules()
    found = find_candidates(
        start.grid, start.income, start.zones, start.thresholds, town.found.legal, DEFAULT, start.parts
    )
    picture = Picture.of(town)
    kept = np.zeros(picture.index.shape, dtype=bool)
    for quarter in found.kept:
        assert quarter.squares is not None
        kept[quarter.squares[0] - picture.south, quarter.squares[1] - picture.west] = True
    off = np.maximum(np.abs(picture.index - rules.index_cut), 0.001)
    value = larger(np.where(kept, off, -off), FINER)
    north, east = picture.centres(FINER)
    axes = geopandas.read_file(streets).query("highway in @WAYS").to_crs(start.grid.epsg).geometry.to_numpy()
    up, right = on_axes(axes, north, east)
    half = SQUARE_M / FINER / 2
    for cost in COSTS:
        figures = []
        for part in ALONG:
            chosen = np.nonzero(cut(value / FINER**2, *_priced(cost / FINER, part, up, right)))
            x, y = east[chosen[1]], north[chosen[0]]
            drawn = shapely.union_all(shapely.box(x - half, y - half, x + half, y + half))
            pieces = shapely.get_parts(transform_geometry(drawn, start.grid.epsg, town.epsg))
            figures.append(score(town, [piece for piece in pieces if town.cells.people_in(piece) >= FEWEST]).f1)
        yield row(f"{cost:g}".replace(".", ","), *figures)


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--data", type=Path, default=Path("../shared/data"), help="folder of the real data")
    data = arguments.parse_args().data
    costs = [f"{cost:g}".replace(".", ",") for cost in COSTS]
    parts = " | ".join(f"× {part:g} le long d'un axe".replace(".", ",") for part in ALONG)
    with tempfile.TemporaryDirectory() as scratch:
        every = [town for town in towns(data, Path(scratch)) if "sans IRIS" in town.name]
        print(row("F1 par coût du bord (50 m), sans rues", *costs) + "\n|---|" + "---|" * len(COSTS))
        for town in every:
            print(without_streets(town), flush=True)
        print("\n" + row("le même, élargi et éprouvé", *costs) + "\n|---|" + "---|" * len(COSTS))
        for town in every:
            print(whole_method(town), flush=True)
        print(f"\n| Montpellier simulée, F1 gagné | {parts} |\n|---|" + "---|" * len(ALONG))
        print("\n".join(montpellier(data / "montpellier")), flush=True)
        print(f"\n| Bondy, F1 | {parts} |\n|---|" + "---|" * len(ALONG))
        here = next(town for town in every if town.name.startswith("Bondy"))
        print("\n".join(bondy(here, data / "bondy" / "streets_osm_2023.geojson")))


if __name__ == "__main__":
    main()
