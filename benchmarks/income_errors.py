"""How wrong the income estimate is, IRIS by IRIS and cell by cell: the tables of the method note.

    python benchmarks/income_errors.py --data ../shared/data

1. Leave one IRIS out: its published declared median against the one estimated without it (the bridge and the shift of
   the other IRIS), on Calais (three grids) and Marseille.
2. What one vintage of Calais says of another: the share of an IRIS's variance inside its cells, the weight of an
   imputed value against its neighbours, and the drift.
"""

from __future__ import annotations

import argparse
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from geoville.carroyage import shrinkage
from geoville.carroyage.bridge import QUARTILE_Z, Bridge
from geoville.carroyage.grid import Grid, cell_squares
from geoville.carroyage.income import CellIncome, pooled_medians
from geoville.carroyage.raking import IrisOverlap, overlap_of_cells, rake_to_iris
from geoville.carroyage.shrinkage import neighbour_mean, sampling_variance, shrink_to_neighbours
from geoville.law import parameter
from geoville.sources.bridges import read_bridge
from geoville.sources.files import embedded_data
from geoville.sources.grids import read_grid
from geoville.sources.layers import read_iris

CALAIS_VINTAGES = (2015, 2019, 2021)
FULL_CELL_HOUSEHOLDS = 100
PEOPLE_PER_HOUSEHOLD = 2.2
SHARES = (0.0, 0.1, 0.2, 0.3, 0.5, 0.7, 1.0)


@dataclass(frozen=True)
class Town:
    """A grid with the IRIS under it."""

    name: str
    grid: Grid
    overlap: IrisOverlap
    published: np.ndarray


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--data", type=Path, required=True)
    data = arguments.parse_args().data
    bridge = read_bridge(embedded_data() / "bridge.json")
    calais = [_calais(data / "calais", vintage) for vintage in CALAIS_VINTAGES]
    print_iris_errors([*calais, _marseille(data / "marseille")], bridge)
    print_within_cell_share(calais, bridge)
    print_imputed_weight(calais, bridge)
    print_drift(calais, bridge)


def print_iris_errors(towns: list[Town], bridge: Bridge) -> None:
    """Leave-one-IRIS-out errors, in euros of 2011 and in shares of the national median."""
    national = parameter("median_declared_income_eur").of_year(2011).value
    print("| Grille | IRIS | biais | erreur quadratique | erreur médiane | corrélation | en euros |")
    print("|---|---|---|---|---|---|---|")
    for town in towns:
        left_out = _leave_one_out(town, bridge)
        error = left_out - town.published
        known = np.isfinite(error)
        weight = np.bincount(town.overlap.iris, town.grid.people[town.overlap.cell] * town.overlap.share, len(error))[
            known
        ]
        rmse = float(np.sqrt(np.average(error[known] ** 2, weights=weight)))
        bias = float(np.average(error[known], weights=weight))
        middle = float(np.median(np.abs(error[known])))
        correlation = float(np.corrcoef(left_out[known], town.published[known])[0, 1])
        print(
            f"| {town.name} | {known.sum()} | {bias:+.3f} | {rmse:.3f} | {middle:.3f} | {correlation:.3f} "
            f"| {rmse * national:.0f} € |"
        )


def _leave_one_out(town: Town, bridge: Bridge) -> np.ndarray:
    """Median of each IRIS, estimated from the cells and from the other IRIS."""
    own = _own_median(town.grid, bridge)
    shrunk = shrink_to_neighbours(town.grid, own, _variance(town.grid, own, bridge)).median
    estimated = np.full(len(town.published), np.nan)
    for place in np.flatnonzero(np.isfinite(town.published) & town.overlap.complete):
        others = town.published.copy()
        others[place] = np.nan
        raked = rake_to_iris(shrunk, town.grid.people, bridge, town.overlap, others).median
        mine = town.overlap.iris == place
        cells = town.overlap.cell[mine]
        income = CellIncome(raked, bridge.log_spread(raked), np.zeros(len(raked)), np.zeros(len(raked))).take(cells)
        weight = town.grid.people[cells] * town.overlap.share[mine]
        estimated[place] = pooled_medians(income, weight, np.zeros(len(cells), dtype=np.intp), 1)[0]
    return estimated


def print_within_cell_share(towns: list[Town], bridge: Bridge) -> None:
    """How well each vintage predicts each other one, by the share of variance said to lie inside cells."""
    print("\n| Part de la variance dans le carreau | erreur d'un millésime à l'autre |")
    print("|---|---|")
    default = shrinkage.WITHIN_CELL_SHARE
    for share in SHARES:
        errors = []
        for source in towns:
            own = _own_median(source.grid, bridge)
            variance = _variance(source.grid, own, bridge) * max(share / default, 1e-9)
            predicted = shrink_to_neighbours(source.grid, own, variance).median
            errors += [
                _prediction_error(source.grid, predicted, target.grid, _own_median(target.grid, bridge))
                for target in towns
                if target is not source
            ]
        print(f"| {share:.1f} | {np.mean(errors):.5f} |")


def print_imputed_weight(towns: list[Town], bridge: Bridge) -> None:
    """How well a cell imputed in one vintage predicts itself observed in another, by the weight of its own value."""
    own, around, truth, people = [], [], [], []
    for source in towns:
        median = _own_median(source.grid, bridge)
        neighbours = neighbour_mean(source.grid, median, _variance(source.grid, median, bridge))[0]
        for target in towns:
            here, there = _common(source.grid, target.grid)
            useful = source.grid.imputed[here] & ~target.grid.imputed[there] & np.isfinite(neighbours[here])
            own.append(median[here[useful]])
            around.append(neighbours[here[useful]])
            truth.append(_own_median(target.grid, bridge)[there[useful]])
            people.append(target.grid.people[there[useful]])
    values, means, observed, weight = (np.concatenate(parts) for parts in (own, around, truth, people))
    print(f"\n| Poids d'une valeur imputée ({len(values)} cas) | erreur |")
    print("|---|---|")
    for share in (0.0, 0.25, 0.5, 0.75, 1.0):
        error = share * values + (1 - share) * means - observed
        print(f"| {share:.2f} | {np.sqrt(np.average(error**2, weights=weight)):.3f} |")


def _prediction_error(source: Grid, predicted: np.ndarray, target: Grid, truth: np.ndarray) -> float:
    here, there = _common(source, target)
    observed = ~source.imputed[here] & ~target.imputed[there]
    gap = predicted[here[observed]] - truth[there[observed]]
    weight = source.people[here[observed]]
    return float(np.sqrt(np.average((gap - np.average(gap, weights=weight)) ** 2, weights=weight)))


def print_drift(towns: list[Town], bridge: Bridge) -> None:
    """Variance of the change of full cells between vintages, a year."""
    print("\n| Millésimes | carreaux | variance du changement | par an |")
    print("|---|---|---|---|")
    total, years = 0.0, 0
    for place, old in enumerate(towns):
        for new in towns[place + 1 :]:
            here, there = _common(old.grid, new.grid)
            before, after = _own_median(old.grid, bridge)[here], _own_median(new.grid, bridge)[there]
            full = (
                ~old.grid.imputed[here]
                & ~new.grid.imputed[there]
                & (new.grid.people[there] >= FULL_CELL_HOUSEHOLDS * PEOPLE_PER_HOUSEHOLD)
                & (before < 1.2)
            )
            change, weight = (after - before)[full], new.grid.people[there][full]
            variance = float(np.average((change - np.average(change, weights=weight)) ** 2, weights=weight))
            gap = new.grid.vintage - old.grid.vintage
            total, years = total + variance, years + gap
            print(f"| {old.grid.vintage}-{new.grid.vintage} | {full.sum()} | {variance:.5f} | {variance / gap:.5f} |")
    print(f"| ensemble | | | {total / years:.5f} |")


def _common(first: Grid, second: Grid) -> tuple[np.ndarray, np.ndarray]:
    """Rows of the cells that two grids share."""
    keys = [grid.northing * 10_000_000 + grid.easting for grid in (first, second)]
    _, here, there = np.intersect1d(*keys, return_indices=True)
    return here, there


def _own_median(grid: Grid, bridge: Bridge) -> np.ndarray:
    return bridge.declared_median(grid.mean_eur / parameter("median_disposable_income_eur").of_year(grid.vintage).value)


def _variance(grid: Grid, own: np.ndarray, bridge: Bridge) -> np.ndarray:
    return sampling_variance(grid, (bridge.range_intercept + bridge.range_slope * own) / (2 * QUARTILE_Z))


def _calais(folder: Path, vintage: int) -> Town:
    grid = read_grid(folder / f"calais_filosofi{vintage}_200m.csv", vintage=vintage)
    layer = read_iris(folder / "iris_contours_2020_generalised.geojson", folder / "iris_rfl_2001_2011.csv")
    return _town(f"Calais {vintage}", grid, layer.polygons, layer.median_eur)


def _marseille(folder: Path) -> Town:
    layer = read_iris(folder / "iris_2020_generalised_rfl2011.geojson")
    return _town("Marseille 2017", read_grid(folder / "filosofi2017_200m.csv"), layer.polygons, layer.median_eur)


def _town(name: str, grid: Grid, polygons: np.ndarray, median_eur: np.ndarray) -> Town:
    squares = cell_squares(grid.easting, grid.northing, grid.epsg, 2154)
    national = parameter("median_declared_income_eur").of_year(2011).value
    return Town(name, grid, overlap_of_cells(squares, polygons), median_eur / national)


if __name__ == "__main__":
    main()
