"""The probability that ground of some index is in a QPV, fitted on contours of 2015, each place left out in turn.

    python benchmarks/probability.py DATA

Squares of 50 m count by their people, and each place for as much as another.
"""

from __future__ import annotations

import argparse
import tempfile
from pathlib import Path

import numpy as np
from towns import towns

from geoville.carroyage.method import method_rules
from geoville.perimeters.score import logistic_fit
from geoville.workflows.score import squares_in_contours

PLACES = ("Marseille", "Quatre villes, sans IRIS", "Bondy, sans IRIS", "Calais 2019")
TENTHS = 10
Squares = tuple[np.ndarray, np.ndarray, np.ndarray]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", type=Path, help="folder of the towns with official contours")
    data = parser.parse_args().data
    with tempfile.TemporaryDirectory() as scratch:
        found = {town.name: squares(town) for town in towns(data, Path(scratch)) if town.name in PLACES}
    print("| lieu | logit au seuil | pente | laissé de côté : écart moyen | au plus |")
    print("|---|---|---|---|---|")
    for name, here in found.items():
        others = fit([item for other, item in found.items() if other != name])
        own, (mean, most) = fit([here]), gaps(here, others)
        print(f"| {name} | {own[0]:.2f} | {own[1]:.1f} | {mean:.3f} | {most:.2f} |")
    level, steepness = fit(list(found.values()))
    print(f"| ensemble | {level:.2f} | {steepness:.1f} | | |")


def squares(town) -> Squares:
    """Index above the cut, whether in the contours, people."""
    rules = method_rules()
    share, term, inside, people = squares_in_contours(town.found, town.official, town.epsg)
    return share + rules.density_weight * term - rules.index_cut, inside, people / people.sum()


def fit(places: list[Squares]) -> list[float]:
    index, inside, weight = (np.concatenate(parts) for parts in zip(*places, strict=True))
    return logistic_fit(np.stack([np.ones_like(index), index], axis=-1), inside, weight)


def gaps(place: Squares, fitted: list[float]) -> tuple[float, float]:
    """Mean and largest gap between the probability and the share of people inside, by tenths of probability."""
    index, inside, weight = place
    probability = 1 / (1 + np.exp(-(fitted[0] + fitted[1] * index)))
    tenth = np.minimum((probability * TENTHS).astype(int), TENTHS - 1)
    people = np.bincount(tenth, weight, TENTHS)
    apart = np.abs(np.bincount(tenth, weight * (probability - inside), TENTHS))
    return float(apart.sum()), float((apart[people > 0] / people[people > 0]).max())


if __name__ == "__main__":
    main()
