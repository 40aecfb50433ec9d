"""Scores of the index method on towns with official contours, as the Markdown tables of docs/methode.md.

    python benchmarks/method_scores.py --data ../shared/data scores
    python benchmarks/method_scores.py --data ../shared/data ablation
    python benchmarks/method_scores.py --data ../shared/data bootstrap
    python benchmarks/method_scores.py --data ../shared/data coverage
    python benchmarks/method_scores.py --data ../shared/data populations
    python benchmarks/method_scores.py --data ../shared/data quarters
    python benchmarks/method_scores.py --data ../shared/data leave-out
    python benchmarks/method_scores.py --data ../shared/data bridges

Population F1 as `geoville perimeters score` computes it, and IoU of areas. The bridge was fitted on IRIS of Calais, and
`bridges` scores with those of other towns; the kernel, the weight of the density and what it is compared to were chosen
on all these places: `leave-out` chooses them without each place in turn, and scores the place left out.
"""

from __future__ import annotations

import argparse
import tempfile
from dataclasses import replace
from itertools import product
from pathlib import Path
from typing import TYPE_CHECKING
from unittest.mock import patch

import numpy as np
import shapely
from towns import Town, towns

from geoville.carroyage.income import CellIncome
from geoville.carroyage.iris_share import iris_log_spread, iris_share_below, left_out_residuals, meet_shares
from geoville.carroyage.method import method_rules
from geoville.carroyage.raking import overlap_of_cells
from geoville.carroyage.uncertainty import shifted_income, shifted_median_interval
from geoville.law import parameter
from geoville.perimeters.quarters import CandidateOptions
from geoville.perimeters.scenarios import SearchMethod
from geoville.perimeters.score import Score, f1_of, score_perimeters
from geoville.perimeters.search import find_candidates
from geoville.sources.layers import read_iris
from geoville.workflows import search_inputs
from geoville.workflows.bridge import FitTown, fit_two_figures
from geoville.workflows.search_inputs import OutlineInput, outlines_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from shapely.geometry.base import BaseGeometry

    from geoville.carroyage.method import MethodRules

CELLS = CandidateOptions(method=SearchMethod.CELLS)
DEFAULT = CandidateOptions()
BLOCK_M = 3_000
DRAWS = 1_000


def outlines(town: Town, options: CandidateOptions, *, smooth: bool = True) -> tuple[BaseGeometry, ...]:
    start = town.found.start
    found = find_candidates(
        start.grid, start.income, start.zones, start.thresholds, town.found.legal, options, start.parts
    )
    return outlines_of(found.kept, start.grid, town.epsg, OutlineInput(smooth=smooth)).geometries


def score(town: Town, drawn: Iterable[BaseGeometry]) -> Score:
    return score_perimeters(list(drawn), town.official, town.squares, town.found.start.grid.people)


def row(*fields: object) -> str:
    shown = (f"{item:.3f}".replace(".", ",") if isinstance(item, float) else str(item) for item in fields)
    return f"| {' | '.join(shown)} |"


def scores(every: Iterable[Town]) -> Iterator[str]:
    yield row(
        "ville",
        "F1, carreaux",
        "F1, indice",
        "précision",
        "rappel",
        "IoU, carreaux",
        "IoU, indice",
        "habitants",
        "en QPV",
    )
    yield "|---|---|---|---|---|---|---|---|---|"
    for town in every:
        old, new = score(town, outlines(town, CELLS)), score(town, outlines(town, DEFAULT))
        figures = (old.f1, new.f1, new.precision, new.recall, old.area_iou, new.area_iou)
        yield row(town.name, *figures, round(new.population_candidates), round(new.population_official))


def _by_part(town: Town) -> CellIncome:
    """Incomes of the two-figure bridge, one for each cell: that of its largest part."""
    start = town.found.start
    assert start.parts is not None
    order = np.argsort(start.parts.weight, kind="stable")
    main = np.zeros(len(start.grid), dtype=np.intp)
    main[start.parts.cell[order]] = order
    return start.parts.income.take(main)


def ablation(every: Iterable[Town]) -> Iterator[str]:
    """F1 and IoU of areas, step by step."""
    rules = method_rules()
    never = float("inf")
    plain = replace(rules, density_weight=0.0, smallest_widened_population=never)
    own = replace(rules, own_density_share=1.0, smallest_widened_population=never)
    dense = replace(rules, smallest_widened_population=never)
    steps = (
        "carreaux",
        "deux chiffres, IRIS rejoints",
        "+ noyau, 50 m",
        "+ densité de l'unité",
        "+ sol dense à mi-chemin",
        "+ élargissement",
        "+ isoligne",
    )
    yield row("ville", *steps)
    yield "|---|" + "---|" * len(steps)
    for town in every:
        start = town.found.start
        bare = replace(CELLS, doubt=0.0)
        by_cells = find_candidates(start.grid, _by_part(town), start.zones, start.thresholds, town.found.legal, bare)
        drawn = [
            outlines(town, CELLS),
            outlines_of(by_cells.kept, start.grid, town.epsg, OutlineInput(smooth=False)).geometries,
            *(outlines(town, replace(DEFAULT, index=one), smooth=False) for one in (plain, own, dense, rules)),
            outlines(town, DEFAULT),
        ]
        made = [score(town, shapes) for shapes in drawn]
        yield row(town.name, *(f"{one.f1:.3f} ({one.area_iou:.3f})".replace(".", ",") for one in made))


def bootstrap(every: Iterable[Town]) -> Iterator[str]:
    """Blocks of 3 km drawn again: 90 % intervals of F1 and of the gain over the method of cells."""
    yield "| ville | F1 | intervalle | gain sur les carreaux | intervalle |"
    yield "|---|---|---|---|---|"
    generator = np.random.default_rng(0)
    for town in every:
        grid = town.found.start.grid
        block = np.unique((grid.easting // BLOCK_M) * 10**6 + grid.northing // BLOCK_M, return_inverse=True)[1]
        sums = np.stack([_sums(town, outlines(town, options), block) for options in (DEFAULT, CELLS)])
        drawn = generator.integers(0, sums.shape[2], (DRAWS, sums.shape[2]))
        f1 = np.array([[f1_of(*one[:, picked].sum(axis=1)) for one in sums] for picked in drawn])
        own = [f1_of(*one.sum(axis=1)) for one in sums]
        gain = f1[:, 0] - f1[:, 1]
        yield row(town.name, own[0], _between(f1[:, 0]), own[0] - own[1], _between(gain))


def _between(values: np.ndarray) -> str:
    low, high = np.nanquantile(values, [0.05, 0.95])
    return f"{low:.3f} à {high:.3f}".replace(".", ",")


def _sums(town: Town, ours: Iterable[BaseGeometry], block: np.ndarray) -> np.ndarray:
    """(3, blocks) people in both, in ours, in the official contours."""
    mine, theirs = shapely.union_all(list(ours)), shapely.union_all(town.official)
    people, found = town.found.start.grid.people, []
    for area in (shapely.intersection(mine, theirs), mine, theirs):
        cells, shares = town.cells.shares_inside(area)
        found.append(np.bincount(block[cells], people[cells] * shares, block.max() + 1))
    return np.stack(found)


def coverage(every: Iterable[Town]) -> Iterator[str]:
    """How often the 90 % interval of an IRIS that is left out holds its published median."""
    yield "| ville | IRIS | erreur type du probit | médianes dans l'intervalle à 90 % |"
    yield "|---|---|---|---|"
    for town in every:
        if town.iris is None:
            continue
        held, error = _held(town)
        yield row(town.name, len(held), error, float(np.mean(held)))


def _held(town: Town) -> tuple[list[bool], float]:
    """Whether the interval of each IRIS, made without its own figures, holds its published median."""
    assert town.iris is not None
    found = replace(town, iris=replace(town.iris, weight=0.0)).found
    parts, grid = found.start.parts, found.start.grid
    assert parts is not None
    layer = read_iris(town.iris.polygons, town.iris.incomes)
    national = parameter("median_declared_income_eur").of_year(layer.year).value
    median, spread_eur = layer.median_eur / national, layer.range_eur / national
    [threshold] = found.start.thresholds.values()
    people = grid.people[parts.cell] * parts.weight
    target = iris_share_below(median, iris_log_spread(median, spread_eur, method_rules()), threshold.relative)
    complete = overlap_of_cells(town.squares, layer.polygons).complete
    probit = (np.log(threshold.relative) - np.log(parts.income.median)) / parts.income.log_spread
    meeting = meet_shares(probit, people, parts.iris, np.where(complete, target, np.nan), method_rules())
    inside = parts.iris >= 0
    of_iris = np.bincount(parts.iris[inside], people[inside], len(median))
    chosen = np.flatnonzero(meeting.met)
    others = meeting.shift[chosen] - left_out_residuals(meeting.shift[chosen], of_iris[chosen])
    held = []
    for iris, shift in zip(chosen.tolist(), others.tolist(), strict=True):
        own = parts.iris == iris
        income = shifted_income(parts.income.take(own), shift)
        band = shifted_median_interval(income, people[own], parts.probit_error)
        held.append(bool(band.low <= median[iris] <= band.high))
    return held, parts.probit_error


def populations(every: Iterable[Town]) -> Iterator[str]:
    """People of the census of 2013 by quarter against those of the cells, spread evenly, and what it makes of F1."""
    yield row(
        "ville",
        "quartiers",
        "Insee 2013",
        "carreaux",
        "erreur (médiane)",
        "absolue",
        "F1",
        "F1, habitants de l'Insee",
    )
    yield "|---|---|---|---|---|---|---|---|"
    for town in every:
        told = town.census()
        whole = [(shape, told[code]) for code, shape in town.quarters().items() if code in told]
        ours = shapely.union_all(list(outlines(town, DEFAULT)))
        spread = np.array([town.cells.people_in(shape) for shape, _ in whole])
        shared = np.array([town.cells.people_in(shapely.intersection(shape, ours)) for shape, _ in whole])
        census = np.array([people for _, people in whole])
        error, drawn = spread / census - 1, town.cells.people_in(ours)
        plain = f1_of(float(shared.sum()), drawn, float(spread.sum()))
        moved = f1_of(float((shared * census / spread).sum()), drawn, float(census.sum()))
        weighted = float(np.average(np.abs(error), weights=census))
        yield row(
            town.name,
            len(whole),
            round(census.sum()),
            round(spread.sum()),
            float(np.median(error)),
            weighted,
            plain,
            moved,
        )


def quarters(every: Iterable[Town]) -> Iterator[str]:
    """People of each quarter that lies on the grid: census of 2013, cells spread evenly, and what we take of it."""
    yield row("quartier", "ville", "Insee 2013", "carreaux", "erreur", "dans un candidat")
    yield "|---|---|---|---|---|---|"
    for town in every:
        if town.name not in _ONE_OF_EACH:
            continue
        told, ours = town.census(), shapely.union_all(list(outlines(town, DEFAULT)))
        for code, shape in sorted(town.quarters().items()):
            if code in told:
                spread = town.cells.people_in(shape)
                shared = town.cells.people_in(shapely.intersection(shape, ours))
                yield row(code, town.name, round(told[code]), round(spread), spread / told[code] - 1, shared / spread)


_ONE_OF_EACH = ("Marseille", "Quatre villes, sans IRIS", "Bondy, sans IRIS", "Calais 2015")


def leave_out(every: Iterable[Town]) -> Iterator[str]:
    """Constants chosen on every place but one, by the mean of their scores, and the score of the place left out.

    Notes
    -----
    A place is all its runs: with IRIS and without, one for each grid. Where the density of the unit alone counts, the
    cut takes the part of the density of dense ground: it sets how much ground is in.
    """
    rules, places = method_rules(), _places(every)
    names = list(places)
    for label, tried in _tried(rules).items():
        found = np.array([[_mean_score(places[name], one) for name in names] for one in tried])
        best, out = found[found.mean(axis=1).argmax()], []
        yield row(f"**{label}**", "constantes choisies", *names, "moyenne")
        yield "|---|---|" + "---|" * (len(names) + 1)
        yield row("aucun laissé", _told(tried[found.mean(axis=1).argmax()]), *best, float(best.mean()))
        for held, name in enumerate(names):
            chosen = np.delete(found, held, axis=1).mean(axis=1).argmax()
            out.append(found[chosen, held])
            yield row(f"sans {name}", _told(tried[chosen]), *found[chosen], float(found[chosen].mean()))
        yield row("note du lieu laissé", "", *out, float(np.mean(out)))
        yield ""


def bridges(every: Iterable[Town]) -> Iterator[str]:
    """Scores by the town whose IRIS the bridge of two figures was fitted on: none but those two has IRIS.

    Notes
    -----
    Both: the two grids of Calais, and that of Marseille twice, so that each town counts the same.
    """
    every = list(every)
    known = {town.name: town for town in every}
    calais = [_fit_town(known[f"Calais {year}"]) for year in (2015, 2019)]
    marseille = [_fit_town(known["Marseille"])]
    yield row("pont ajusté sur", "observations", *known)
    yield "|---|---|" + "---|" * len(known)
    fits = {"Calais": calais, "Marseille": marseille, "les deux": [*calais, *marseille, *marseille]}
    with tempfile.TemporaryDirectory() as scratch:
        for name, fitted_on in fits.items():
            incomes = every[0].populations.parents[1] / "income" / "rfl_iris_2009_2011.csv"
            bridge = fit_two_figures(None, fitted_on, incomes, Path(scratch) / "bridge.json")
            with patch.object(search_inputs, "read_probit_bridge", lambda _, bridge=bridge: bridge):
                made = [score(town, outlines(town, DEFAULT)).f1 for town in map(replace, every)]
            yield row(name, bridge.observations, *made)


def _fit_town(town: Town) -> FitTown:
    assert town.iris is not None
    return FitTown(town.grid, town.iris.polygons, town.vintage)


def _places(every: Iterable[Town]) -> dict[str, list[Town]]:
    places: dict[str, list[Town]] = {}
    for town in every:
        places.setdefault(town.name.split(",")[0].split(" 20")[0], []).append(town)
    return places


def _mean_score(runs: Iterable[Town], rules: MethodRules) -> float:
    return float(np.mean([score(town, outlines(town, replace(DEFAULT, index=rules))).f1 for town in runs]))


def _told(rules: MethodRules) -> str:
    compared = f"dense {rules.dense_people_per_cell:g}" if rules.own_density_share < 1 else f"I > {rules.index_cut:g}"
    text = f"c {rules.density_weight:g}, {compared}, σ {rules.kernel_sigma_m:g} m"
    return f"{text}, {rules.smallest_widened_population:g} habitants".replace(".", ",")


def _tried(rules: MethodRules) -> dict[str, list[MethodRules]]:
    weights, dense, cuts = (0.14, 0.18, 0.22), (450.0, 550.0, 650.0), (0.5, 0.53, 0.56)
    own = [
        replace(rules, own_density_share=1.0, density_weight=weight, index_cut=cut)
        for weight, cut in product((0.1, 0.13, 0.16), cuts)
    ]
    anywhere, half = (
        [
            replace(rules, own_density_share=share, density_weight=weight, dense_people_per_cell=people)
            for weight, people in product(weights, dense)
        ]
        for share in (0.0, rules.own_density_share)
    )
    others = [replace(rules, kernel_sigma_m=sigma_m) for sigma_m in (55, 70, 90)]
    others += [replace(rules, smallest_widened_population=people) for people in (300, 1000)]
    return {
        "densité de l'unité seule": own,
        "densité du sol dense seule": anywhere,
        "à mi-chemin": half,
        "à mi-chemin, noyau et élargissement": others,
    }


COMMANDS = {
    "scores": scores,
    "ablation": ablation,
    "bootstrap": bootstrap,
    "coverage": coverage,
    "populations": populations,
    "quarters": quarters,
    "leave-out": leave_out,
    "bridges": bridges,
}


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--data", type=Path, default=Path("../shared/data"), help="folder of the real data")
    arguments.add_argument("table", nargs="*", help=", ".join(COMMANDS))
    asked = arguments.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        for name in asked.table or COMMANDS:
            print("\n".join(COMMANDS[name](towns(asked.data, Path(scratch)))), end="\n\n", flush=True)


if __name__ == "__main__":
    main()
