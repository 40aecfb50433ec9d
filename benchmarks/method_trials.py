"""What was tried beside the index method, on towns whose files allow it: a negative result is a result.

    python benchmarks/method_trials.py --data ../shared/data

Social housing as one more term of the index (four towns and Bondy, each judging the other's weight), fifteen columns of
INSEE's full files likewise, blocks between streets (Bondy), and the weight of the density fitted on each town.
"""

from __future__ import annotations

import argparse
import tempfile
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import shapely
from method_scores import CELLS, DEFAULT, row, score
from towns import Town, towns

from geoville.carroyage.cell_id import format_cell_ids
from geoville.carroyage.cell_parts import subcells_of
from geoville.carroyage.ground_index import sigma_in_squares, smooth_ground
from geoville.carroyage.income import pooled_median
from geoville.carroyage.method import index_rules
from geoville.crs import transform_points
from geoville.law import parameter
from geoville.perimeters.index_search import ground_of_unit, quarters_by_index
from geoville.perimeters.quarters import CandidateOptions
from geoville.perimeters.score import logistic_fit
from geoville.perimeters.search import cells_of_units, find_candidates
from geoville.workflows.score import fitted_on
from geoville.workflows.search_inputs import OutlineInput, outlines_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from numpy.typing import NDArray

    from geoville.perimeters.quarters import UnitCells
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


COLUMNS = (
    ("log_soc", "men"),
    ("men_coll", "men"),
    ("log_45_70", "men"),
    ("log_70_90", "men"),
    ("log_av45", "men"),
    ("log_ap90", "men"),
    ("men_5ind", "men"),
    ("men_fmp", "men"),
    ("men_prop", "men"),
    ("men_surf", "men"),
    ("men_1ind", "men"),
    ("ind_0_3", "ind"),
    ("ind_11_17", "ind"),
    ("ind_25_39", "ind"),
    ("ind_65_79", "ind"),
)


def other_columns(town: Town) -> Iterator[tuple[str, float, float]]:
    """What each column of INSEE's full files adds to the share and the density: its weight in I, and the log loss won.

    Logistic regression weighted by people, on the squares of the town itself; a column is taken as a share of
    households (or people), smoothed, and measured in its own standard deviations.
    """
    rules = DEFAULT.index
    [unit] = cells_of_units(*(getattr(town.found.start, name) for name in _SEARCHED))
    place = ground_of_unit(unit, rules)
    ground, held = place.ground, np.flatnonzero(place.people > 0)
    people = place.people[held]
    east, north = transform_points(
        ground.column[held] * 50 + 25.0, ground.row[held] * 50 + 25.0, unit.grid.epsg, town.epsg
    )
    area = shapely.union_all(town.official)
    shapely.prepare(area)
    inside = shapely.contains_xy(area, east, north).astype(float)
    known = np.stack([np.ones(len(held)), ground.share[held], np.log(ground.density[held] + 1)], axis=-1)
    _, before = _fitted(known, inside, people)
    for name, whole in COLUMNS:
        term = _smoothed_share(town, unit, name, whole)[held]
        term = term - np.average(term, weights=people)
        term /= np.sqrt(np.average(term**2, weights=people))
        found, after = _fitted(np.column_stack([known, term]), inside, people)
        yield name, found[3] / found[1], 1 - after / before


_SEARCHED = ("grid", "income", "zones", "thresholds", "parts")


def _fitted(
    terms: NDArray[np.float64], inside: NDArray[np.float64], people: NDArray[np.float64]
) -> tuple[list[float], float]:
    """Coefficients, and log loss by person."""
    found = logistic_fit(terms, inside, people)
    chance = np.clip(1 / (1 + np.exp(-(terms @ np.array(found)))), 1e-9, 1 - 1e-9)
    loss = -np.average(inside * np.log(chance) + (1 - inside) * np.log(1 - chance), weights=people)
    return found, float(loss)


def _smoothed_share(town: Town, unit: UnitCells, name: str, whole: str) -> NDArray[np.float64]:
    """A column over another, smoothed over the ground by the people who live there."""
    grid, parts = unit.grid, unit.parts
    assert parts is not None
    table = pd.read_csv(town.grid).set_index("idcar_200m")
    told = (table[name] / table[whole]).reindex(format_cell_ids(grid.epsg, grid.northing, grid.easting))
    value = told.fillna(0).to_numpy()
    squares = subcells_of(parts, grid.easting, grid.northing)
    cell = parts.cell[squares.part]
    layers = np.stack([grid.people[cell], grid.people[cell] * value[cell]])
    smooth = smooth_ground(squares.row, squares.column, layers, sigma_in_squares(DEFAULT.index)).layers
    return np.asarray(smooth[1] / smooth[0])


def communes(every: Iterable[Town], published: Path) -> Iterator[str]:
    """Median of the communes that grids hold for the most part, estimated and published (RFL 2011)."""
    told = pd.read_csv(published, dtype={"code_commune": str}).set_index("code_commune")["median_uc_2011"]
    national = parameter("median_declared_income_eur").of_year(2011).value
    for town in every:
        start = town.found.start
        grid, parts = start.grid, start.parts
        assert parts is not None
        table = pd.read_csv(town.grid, dtype={"lcog_geo": str}).set_index("idcar_200m")["lcog_geo"]
        ids = format_cell_ids(grid.epsg, grid.northing, grid.easting)
        commune = table.reindex(ids).str[:5].to_numpy()[parts.cell]
        people = grid.people[parts.cell] * parts.weight
        for code in sorted(set(commune.tolist())):
            own = np.flatnonzero(commune == code)
            if people[own].sum() > 20_000:
                median = pooled_median(parts.income.take(own), people[own]) * national
                yield row(code, round(people[own].sum()), round(median), round(told[code]))


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
        print("\n| colonne | poids, quatre villes | gain | poids, Bondy | gain |\n|---|---|---|---|---|")
        for (name, *first), (_, *second) in zip(other_columns(four), other_columns(bondy), strict=True):
            print(row(name, *first, *second))
        print("\n| commune | habitants | médiane estimée | RFL 2011 |\n|---|---|---|---|")
        print("\n".join(communes((four, bondy), data / "income" / "rfl_communes_2009_2011.csv")))
        print("\n| ville | méthode | îlots | F1 | précision | rappel | IoU |\n|---|---|---|---|---|---|---|")
        print("\n".join(along_streets(bondy, data / "bondy" / "streets_osm_2023.geojson")), end="\n\n")
        print("\n".join(other_density([every["Marseille"], four, bondy, every["Calais 2015"]])))


if __name__ == "__main__":
    main()
