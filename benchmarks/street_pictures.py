"""A thousand addresses within 50 m of official limits, on 24 pictures to look at: which rule settled what.

    python benchmarks/street_pictures.py --data ../shared/data --out pictures

Drawn by chance, the same each time, from the lists of Montpellier and Bondy as they are. Each small map is 120 m wide:
the quarter (violet), its limit, axes of streets (grey), numbers of the same side (black), all that may be the place
(green: dedans; blue: dehors; orange: à vérifier), the position (a cross). Without `--out`, the counts alone.
"""

from __future__ import annotations

import argparse
import random
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import shapely
from street_sides import AXES, LISTS, axes_of, named, read_streets

from geoville.crs import LAMBERT_93, WGS84, transform_point
from geoville.eligibility.street_region import street_region
from geoville.geocoding.street_side import street_side, survey_of
from geoville.sources.contours import read_perimeters
from geoville.sources.layers import read_streets as read_axes

if TYPE_CHECKING:
    from geoville.model import StreetSide

DRAWN = {"Montpellier 2014": 600, "Bondy 2022": 400}
NEAR_M, HALF_M, GAP_M = 50.0, 60.0, 8.0
PICTURES, COLUMNS = 24, 7
COLOURS_KEPT = 16
COLOURS = {"dedans": "#15803d", "dehors": "#1d4ed8", "à vérifier": "#c2410c"}


class Drawn(NamedTuple):
    """An address near a limit, as it was judged."""

    town: str
    label: str
    kind: str
    verdict: str
    point: tuple[float, float]
    shape: Any
    side: StreetSide | None


def near_limits(data: Path, town: str, quarters: Any) -> list[Drawn]:
    """Addresses of a town within 50 m of a limit, drawn by chance, as they are judged."""
    limit = shapely.boundary(quarters)
    shapely.prepare([quarters, limit])
    streets = read_streets(data / LISTS[town][0])
    survey = survey_of(address for street in streets.values() for address, _, _ in street)
    axes = axes_of(data / AXES[town])
    near = [
        (address, x, y, label)
        for label, street in streets.items()
        for address, x, y in street
        if shapely.dwithin(limit, shapely.Point(x, y), NEAR_M)
    ]
    found = []
    for address, x, y, label in random.Random(town).sample(near, DRAWN[town]):
        street = [item[0] for item in streets[label]]
        side = street_side(address, street, survey, axes.of(named(label, streets[label]), street))
        region = street_region(side, LAMBERT_93) if side else None
        disc_m = survey.along_m if survey and not survey.interpolated else NEAR_M
        shape = region.shape if region else shapely.buffer(shapely.Point(x, y), disc_m)
        kind = f"{region.placing}{', axe' * region.by_axis}" if region else "disque"
        inside = "dedans" if shapely.intersects(quarters, shapely.Point(x, y)) else "dehors"
        verdict = "à vérifier" if shapely.intersects(limit, shape) else inside
        written = f"{address.number}{address.suffix} {address.street}"
        found.append(Drawn(town, written, kind, verdict, (x, y), shape, side))
    return found


def draw(drawn: list[Drawn], around: dict[str, tuple[Any, Any]], path: Path) -> None:
    """One picture: a small map for each address."""
    import matplotlib as mpl

    mpl.use("agg")
    from matplotlib import pyplot as plt
    from PIL import Image

    rows = -(-len(drawn) // COLUMNS)
    step = 2 * HALF_M + GAP_M
    figure, axes = plt.subplots(figsize=(COLUMNS * 2.3, rows * 2.4), dpi=75)
    for rank, one in enumerate(drawn):
        east, north = one.point
        window = shapely.box(east - HALF_M, north - HALF_M, east + HALF_M, north + HALF_M)
        move = (rank % COLUMNS * step - east, -(rank // COLUMNS) * (step + 6) - north)
        quarters, tree = around[one.town]
        _fill(axes, shapely.intersection(quarters, window), move, "#8a0f5b", 0.15)
        for line in shapely.get_parts(shapely.intersection(tree.geometries[tree.query(window)], window)):
            _line(axes, line, move, "#b9c1cb", 2.5)
        for part in shapely.get_parts(shapely.intersection(shapely.boundary(quarters), window)):
            _line(axes, part, move, "#8a0f5b", 1.6)
        _fill(axes, shapely.intersection(one.shape, window), move, COLOURS[one.verdict], 0.45)
        for lon, lat in one.side.points if one.side else ():
            x, y = transform_point(lon, lat, WGS84, LAMBERT_93)
            if abs(x - east) < HALF_M and abs(y - north) < HALF_M:
                axes.plot(x + move[0], y + move[1], "k.", markersize=3)
        axes.plot(east + move[0], north + move[1], "k+", markersize=8)
        place = (east - HALF_M + move[0], north + HALF_M + move[1] + 1)
        axes.text(*place, f"{one.label[:26]} · {one.kind}", fontsize=5.5, color=COLOURS[one.verdict])
    axes.set_aspect("equal")
    axes.axis("off")
    figure.tight_layout(pad=0.2)
    figure.savefig(path)
    plt.close(figure)
    with Image.open(path) as whole:  # flat colours: sixteen of them are told apart as well, and weigh a third
        whole.convert("RGB").quantize(COLOURS_KEPT).save(path, optimize=True)


def _fill(axes: Any, shape: Any, move: tuple[float, float], colour: str, opacity: float) -> None:
    for part in shapely.get_parts(shape):
        if part.geom_type == "Polygon" and not part.is_empty:
            x, y = part.exterior.xy
            axes.fill([one + move[0] for one in x], [one + move[1] for one in y], color=colour, alpha=opacity, lw=0)


def _line(axes: Any, shape: Any, move: tuple[float, float], colour: str, width: float) -> None:
    for part in shapely.get_parts(shape):
        if part.geom_type == "LineString" and not part.is_empty:
            x, y = part.xy
            axes.plot([one + move[0] for one in x], [one + move[1] for one in y], color=colour, lw=width)


def main() -> None:
    """Draw the pictures, and print what settled what."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--out", type=Path)
    asked = parser.parse_args()
    drawn: list[Drawn] = []
    around = {}
    for town in DRAWN:
        perimeters = read_perimeters(asked.data / LISTS[town][1]).perimeters
        quarters = shapely.union_all([item.geometry for item in perimeters])
        around[town] = (quarters, shapely.STRtree(read_axes(asked.data / AXES[town], LAMBERT_93).lines))
        drawn += near_limits(asked.data, town, quarters)
    counted = Counter((one.town, one.kind, one.verdict) for one in drawn)
    print("| liste | ce qui a jugé | dedans | dehors | à vérifier |\n|---|---|---|---|---|")
    for town, kind in sorted({key[:2] for key in counted}):
        counts = " | ".join(str(counted[town, kind, verdict]) for verdict in COLOURS)
        print(f"| {town} | {kind} | {counts} |")
    if asked.out is None:
        return
    asked.out.mkdir(exist_ok=True)
    each = -(-len(drawn) // PICTURES)
    for rank in range(PICTURES):
        draw(drawn[rank * each : (rank + 1) * each], around, asked.out / f"{rank + 1:02}.png")


if __name__ == "__main__":
    main()
