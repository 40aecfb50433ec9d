"""How far the probability beside "à vérifier" can be believed: reliability on lists degraded in known ways.

    python benchmarks/street_probability.py --data ../shared/data

Numbers left to be checked by `street_sides.py`, by the probability of being inside that geoville gives them. First,
what each town alone measures of the constants of `geoville/eligibility/street_region.yaml`, by how geoville holds that
a number was placed: how often its true place is out of its region, and the power of the odds that makes what was seen
the most likely. Only numbers that the degradation moved are heard there, those that stand at one point as one. Then
how many numbers were given each probability, and the share of these that is inside by the untouched list. Last, what
`--decide-at` would settle, and how much of that wrongly: with the constants shipped, and with those that the other town
alone measures; with and without the numbers that the untouched list itself puts where they cannot be.
"""

from __future__ import annotations

import argparse
import math
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import shapely
from street_sides import AXES, DEGRADATIONS, EXACT_M, LISTS, numbers_judged, read_streets

from geoville.eligibility.judgement import sharpened, weighed
from geoville.eligibility.street_region import Placing, region_rules
from geoville.sources.contours import read_perimeters

if TYPE_CHECKING:
    from collections.abc import Sequence

BOUNDS = (0.0, 0.01, 0.05, 0.1, 0.2, 0.35, 0.5, 0.65, 0.8, 0.9, 0.95, 0.99, 1.0)
THRESHOLDS = (0.99, 0.95, 0.9)
POWERS = np.arange(0.6, 2.6, 0.05)
COMPUTED, SHIFTED, KNOWN = "calculés entre deux connus", "décalés", "posés sur place, et disques"
EVIDENCE = {Placing.INTERPOLATED: COMPUTED, Placing.UNORDERED: SHIFTED}
OUT_M = 0.01


class Open(NamedTuple):
    """A number left to be checked.

    Parameters
    ----------
    placing : how geoville holds that it was placed; None for a disc.
    within, around : shares that are inside, of what may be its place and of what lies around that, weighed.
    truly : whether it is inside by the untouched list.
    out : whether its true place is out of what may be it.
    moved : whether the degradation moved it.
    alike : how many of the list stand at its place.
    """

    how: str
    placing: Placing | None
    within: float
    around: float
    truly: bool
    out: bool
    moved: bool
    declared: bool
    alike: int

    @property
    def evidence(self) -> str:
        """What is known of how it was placed."""
        return EVIDENCE.get(self.placing, KNOWN) if self.placing else KNOWN


class Constants(NamedTuple):
    """What makes the probability, by evidence."""

    missed: dict[str, float]
    power: dict[str, float]

    def chance(self, number: Open) -> float:
        """Probability that a number is inside."""
        missed = self.missed[number.evidence]
        share = (1.0 - missed) * number.within + missed * number.around
        return sharpened(share, self.power[number.evidence], region_rules().least_probability)


def shipped() -> Constants:
    """Constants of geoville."""
    rules, kinds = region_rules(), {COMPUTED: Placing.INTERPOLATED, SHIFTED: Placing.UNORDERED, KNOWN: None}
    return Constants(
        {name: rules.missed(kind) for name, kind in kinds.items()},
        {name: rules.power(kind) for name, kind in kinds.items()},
    )


def open_numbers(data: Path, name: str) -> list[Open]:
    """Numbers of a town left to be checked, over all degradations."""
    addresses, contours = LISTS[name]
    streets = read_streets(data / addresses)
    quarters = shapely.union_all([item.geometry for item in read_perimeters(data / contours).perimeters])
    limit = shapely.boundary(quarters)
    shapely.prepare([quarters, limit])
    found = []
    for how in DEGRADATIONS[1:]:
        judged = numbers_judged(streets, quarters, how, limit, data / AXES[name])
        left = [one for one in judged if one is not None and one.is_unsure(quarters, limit)]
        places = Counter(_place(one.point) for one in left)
        for one in left:
            shares = []
            for missed in (0.0, 1.0):
                points, weights = weighed(one.shape, (one.point.x, one.point.y), one.spread_m, missed)
                held = shapely.intersects_xy(quarters, points[:, 0], points[:, 1])
                shares.append(float(np.average(held, weights=weights)))
            out = shapely.distance(one.shape, one.true) > OUT_M
            moved = shapely.distance(one.point, one.true) > EXACT_M / 2
            placing = None if one.kind == "disque" else Placing(one.kind)
            alike = places[_place(one.point)]
            found.append(Open(how, placing, *shares, one.truly, out, moved, bool(one.declared), alike))
    return found


def _place(point: shapely.Geometry) -> tuple[int, int]:
    return round(point.x), round(point.y)


def measured(numbers: Sequence[Open]) -> Constants:
    """Constants that some numbers measure, those of no town having been heard."""
    found = Constants({}, {})
    for evidence in (COMPUTED, SHIFTED, KNOWN):
        heard = [one for one in numbers if one.evidence == evidence and one.moved and not one.declared]
        found.missed[evidence] = sum(one.out for one in heard) / len(heard)
        tried = []
        for power in POWERS:
            found.power[evidence] = float(power)
            likely = (math.log(_given(found.chance(one), truly=one.truly)) / one.alike for one in heard)
            tried.append(sum(likely))
        found.power[evidence] = float(POWERS[int(np.argmax(tried))])
    return found


def _given(chance: float, *, truly: bool) -> float:
    return chance if truly else 1.0 - chance


def settled(numbers: Sequence[Open], constants: Constants, threshold: float) -> tuple[int, int, int]:
    """How many numbers there are, how many would be settled from a threshold, and how many of those wrongly."""
    chances = [(constants.chance(one), one.truly) for one in numbers]
    sure = [(chance > 1 / 2) == truly for chance, truly in chances if max(chance, 1.0 - chance) >= threshold]
    return len(chances), len(sure), len(sure) - sum(sure)


def settled_cells(numbers: Sequence[Open], constants: Constants, threshold: float) -> str:
    """What is printed of it: with the numbers that nothing contradicts, then with all."""
    cells = []
    for kept in ([one for one in numbers if not one.declared], numbers):
        total, sure, wrong = settled(kept, constants, threshold)
        cells.append(f"{total} | {sure} | {wrong} ({100 * wrong / max(sure, 1):.2f} %)")
    return " | ".join(cells)


def print_reliability(name: str, numbers: Sequence[Open], constants: Constants) -> None:
    """How many numbers were given each probability, and the share of them that is inside."""
    told = np.array([constants.chance(one) for one in numbers])
    truly = np.array([one.truly for one in numbers])
    rank = np.searchsorted(BOUNDS, told, side="right").clip(1, len(BOUNDS) - 1)
    for place in range(1, len(BOUNDS)):
        here = rank == place
        if here.any():
            span = f"{100 * BOUNDS[place - 1]:g} à {100 * BOUNDS[place]:g} %"
            shares = f"{100 * told[here].mean():.1f} % | {100 * truly[here].mean():.1f} %"
            print(f"| {name} | {span} | {here.sum()} | {shares} |")
    error, plain = np.mean((told - truly) ** 2), np.mean((truly.mean() - truly) ** 2)
    print(f"| {name} | score de Brier {error:.3f}, au lieu de {plain:.3f} pour la part moyenne | | | |")


def main() -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True)
    data = parser.parse_args().data
    towns = {name: open_numbers(data, name) for name in LISTS}
    own = {name: measured(numbers) for name, numbers in towns.items()}
    print("| liste | numéros | vraie place hors de la région | puissance la plus vraisemblable |\n|---|---|---|---|")
    for name, constants in own.items():
        for evidence, missed in constants.missed.items():
            print(f"| {name} | {evidence} | {100 * missed:.1f} % | {constants.power[evidence]:.2f} |")
    print("\n| liste | probabilité donnée | numéros | moyenne | dedans en vérité |\n|---|---|---|---|---|")
    for name, numbers in towns.items():
        print_reliability(name, [one for one in numbers if not one.declared], shipped())
    print("\n| liste | réglée sur | seuil | numéros | tranchés | à tort | avec les contredits | tranchés | à tort |")
    print("|---|---|---|---|---|---|---|---|---|")
    for name, numbers in towns.items():
        (other,) = own.keys() - {name}
        for told, constants in (("les deux", shipped()), (other, own[other])):
            for threshold in THRESHOLDS:
                print(f"| {name} | {told} | {threshold} | {settled_cells(numbers, constants, threshold)} |")
    told = "numéros | tranchés | à tort | avec les contredits | tranchés | à tort"
    print(f"\n| liste, à {THRESHOLDS[0]}, réglée sur l'autre | | {told} |")
    print("|---|---|---|---|---|---|---|---|")
    for name, numbers in towns.items():
        (other,) = own.keys() - {name}
        for some in (*DEGRADATIONS[1:], COMPUTED, SHIFTED, KNOWN):
            kept = [one for one in numbers if some in (one.how, one.evidence)]
            print(f"| {name} | {some} | {settled_cells(kept, own[other], THRESHOLDS[0])} |", flush=True)


if __name__ == "__main__":
    main()
