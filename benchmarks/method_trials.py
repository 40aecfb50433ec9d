"""What was tried beside the index method, on towns whose files allow it: a negative result is a result.

    python benchmarks/method_trials.py --data ../shared/data

Social housing as one more term of the index (four towns and Bondy, each judging the other's weight), blocks between
streets (Bondy), and the weight of the density fitted on each town.
"""

from __future__ import annotations

import argparse
import tempfile
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from method_scores import CELLS, DEFAULT, row, score
from towns import Town, towns

from geoville.carroyage.cell_id import format_cell_ids
from geoville.carroyage.cell_parts import subcells_of
from geoville.carroyage.ground_index import sigma_in_squares, smooth_ground
from geoville.carroyage.method import index_rules
from geoville.perimeters.index_search import ground_of_unit, quarters_by_index
from geoville.perimeters.quarters import CandidateOptions
from geoville.perimeters.search import cells_of_units, find_candidates
from geoville.workflows.density_fit import fitted_on
from geoville.workflows.outlines import OutlineInput, outlines_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from geoville.perimeters.score import Score

WEIGHTS = (-0.1, 0.0, 0.1, 0.2, 0.4)


def social_housing(town: Town, weight: float) -> Score:
    """Score with the smoothed share of social dwellings, less its mean, added to the index."""
    start, rules = town.found.start, DEFAULT.index
    [unit] = cells_of_units(start.grid, start.income, start.zones, start.thresholds, start.parts)
    grid, parts = unit.grid, unit.parts
    assert parts is not None
    table = pd.read_csv(town.grid).set_index("idcar_200m")
    told = (table["log_soc"] / table["men"]).reindex(format_cell_ids(grid.epsg, grid.northing, grid.easting))
    social = np.clip(told.fillna(0).to_numpy(), 0, 1)
    place, squares = ground_of_unit(unit, rules), subcells_of(parts, grid.easting, grid.northing)
    cell = parts.cell[squares.part]
    layers = np.stack([grid.people[cell], grid.people[cell] * social[cell]])
    smooth = smooth_ground(squares.row, squares.column, layers, sigma_in_squares(rules)).layers
    term = smooth[1] / smooth[0] - np.average(social, weights=grid.people)
    ground = replace(place.ground, index=place.ground.index + weight * term)
    quarters = quarters_by_index(unit, replace(place, ground=ground), town.found.legal, DEFAULT)
    kept = [quarter for quarter in quarters if quarter.is_candidate]
    return score(town, outlines_of(kept, grid, town.epsg, OutlineInput()).geometries)


def along_streets(town: Town, streets: Path) -> Iterator[str]:
    """Scores with outlines of their own, then fitted to the blocks between streets."""
    start = town.found.start
    for name, options in (("carreaux", CELLS), ("indice", DEFAULT)):
        found = find_candidates(
            start.grid, start.income, start.zones, start.thresholds, town.found.legal, options, start.parts
        )
        for layer in (None, streets):
            drawn = outlines_of(found.kept, start.grid, town.epsg, OutlineInput(streets=layer)).geometries
            made = score(town, drawn)
            yield row(
                town.name, name, "îlots" if layer else "sans", made.f1, made.precision, made.recall, made.area_iou
            )


def other_density(every: list[Town]) -> Iterator[str]:
    """The weight that each town asks for, and the score of every town with it."""
    yield row("c ajusté sur", "c", *(f"F1, {town.name}" for town in every))
    yield "|---|" + "---|" * (len(every) + 1)
    for judge in every:
        weight = fitted_on(judge.found, judge.official, judge.epsg).density_weight
        options = CandidateOptions(index=index_rules(weight))
        scores = []
        for town in every:
            start = town.found.start
            found = find_candidates(
                start.grid, start.income, start.zones, start.thresholds, town.found.legal, options, start.parts
            )
            scores.append(score(town, outlines_of(found.kept, start.grid, town.epsg, OutlineInput()).geometries).f1)
        yield row(judge.name, weight, *scores)


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--data", type=Path, default=Path("../shared/data"), help="folder of the real data")
    data = arguments.parse_args().data
    with tempfile.TemporaryDirectory() as scratch:
        every = {town.name.split(",")[0]: town for town in towns(data, Path(scratch))}
        four, bondy = every["Quatre villes"], every["Bondy"]
        print("| poids du logement social | F1, quatre villes | F1, Bondy |\n|---|---|---|")
        for weight in WEIGHTS:
            print(row(weight, social_housing(four, weight).f1, social_housing(bondy, weight).f1))
        print("\n| ville | méthode | îlots | F1 | précision | rappel | IoU |\n|---|---|---|---|---|---|---|")
        print("\n".join(along_streets(bondy, data / "bondy" / "streets_osm_2023.geojson")), end="\n\n")
        print("\n".join(other_density([every["Marseille"], four, bondy, every["Calais 2015"]])))


if __name__ == "__main__":
    main()
