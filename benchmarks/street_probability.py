"""How far the probability beside "à vérifier" can be believed: reliability on lists degraded in known ways.

    python benchmarks/street_probability.py --data ../shared/data

Numbers left to be checked by `street_sides.py`, by the probability of being inside that geoville gives them: how many
there are, the mean of the probability, and the share that is inside by the untouched list. What makes the probability
(`geoville/eligibility/street_region.yaml`) was chosen on Montpellier; Bondy had no part in it.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np
import shapely
from street_sides import AXES, DEGRADATIONS, LISTS, numbers_judged, read_streets

from geoville.eligibility.judgement import sharpened, weighed
from geoville.eligibility.street_region import region_rules
from geoville.sources.contours import read_perimeters

BOUNDS = (0.0, 0.01, 0.05, 0.1, 0.2, 0.35, 0.5, 0.65, 0.8, 0.9, 0.95, 0.99, 1.0)


def chances(data: Path, name: str) -> tuple[np.ndarray, np.ndarray]:
    """Probability of being inside of each number left to be checked, and whether it is, over all degradations."""
    rules = region_rules()
    addresses, contours = LISTS[name]
    streets = read_streets(data / addresses)
    quarters = shapely.union_all([item.geometry for item in read_perimeters(data / contours).perimeters])
    limit = shapely.boundary(quarters)
    shapely.prepare([quarters, limit])
    told, truly = [], []
    for how in DEGRADATIONS[1:]:
        for number in numbers_judged(streets, quarters, how, limit, data / AXES[name]):
            if number is None or number.declared or not shapely.intersects(limit, number.shape):
                continue
            points, weights = weighed(number.shape, (number.point.x, number.point.y), number.spread_m)
            held = shapely.intersects_xy(quarters, points[:, 0], points[:, 1])
            share = float(np.average(held, weights=weights))
            told.append(sharpened(share, rules.sharpness, rules.least_probability))
            truly.append(number.truly)
    return np.array(told), np.array(truly)


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True)
    data = parser.parse_args().data
    print("| liste | probabilité donnée | numéros | moyenne | dedans en vérité |\n|---|---|---|---|---|")
    for name in LISTS:
        told, truly = chances(data, name)
        rank = np.searchsorted(BOUNDS, told, side="right").clip(1, len(BOUNDS) - 1)
        for place in range(1, len(BOUNDS)):
            here = rank == place
            if here.any():
                span = f"{100 * BOUNDS[place - 1]:g} à {100 * BOUNDS[place]:g} %"
                shares = f"{100 * told[here].mean():.1f} % | {100 * truly[here].mean():.1f} %"
                print(f"| {name} | {span} | {here.sum()} | {shares} |")
        error, plain = np.mean((told - truly) ** 2), np.mean((truly.mean() - truly) ** 2)
        sure = (told >= 0.99) | (told <= 0.01)
        wrong = ((told > 0.5) != truly)[sure].mean()
        print(f"{name} : score de Brier {error:.3f}, au lieu de {plain:.3f} pour la part moyenne.")
        print(f"À 99 %, {sure.mean():.1%} de ces numéros seraient tranchés, dont {wrong:.2%} à tort.", flush=True)


if __name__ == "__main__":
    main()
