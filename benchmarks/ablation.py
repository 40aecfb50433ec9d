"""What each step of the method adds on Marseille, as the Markdown tables of docs/methode.md.

    python benchmarks/ablation.py --data ../shared/data

Cells of 2017 against the official QPV of 2015, one urban unit, reference incomes given (both unverified): the method of
cells. The last row of the first table is what `geoville perimeters candidates --method cells` does, scored as
`geoville perimeters score` does.
"""

from __future__ import annotations

import argparse
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from geoville.carroyage.estimate import IrisIncome, estimate_income, iris_weight
from geoville.carroyage.grid import cell_squares
from geoville.carroyage.method import method_choice
from geoville.carroyage.raking import overlap_of_cells
from geoville.crs import GRID_CRS
from geoville.law import IncomeReference, income_threshold, parameter
from geoville.perimeters.quarters import CandidateOptions, CellZones, LegalTests
from geoville.perimeters.scenarios import SearchMethod
from geoville.perimeters.score import score_perimeters
from geoville.perimeters.search import find_candidates
from geoville.sources.bridges import read_bridge
from geoville.sources.contours import read_perimeters
from geoville.sources.files import embedded_data
from geoville.sources.grids import read_grid
from geoville.sources.layers import read_iris
from geoville.workflows.search_inputs import OutlineInput, outlines_of

if TYPE_CHECKING:
    from collections.abc import Iterable

    from shapely.geometry.base import BaseGeometry

    from geoville.carroyage.income import CellIncome
    from geoville.perimeters.score import Score

UNIT = "00759"
ON = date(2026, 1, 1)
RMUC = IncomeReference(national_eur=19_218, urban_unit_eur=18_380, urban_unit_population=1_560_000, verified=False)
HEADER = "| étape | précision | rappel | F1 | IoU | population |\n|---|---|---|---|---|---|"


@dataclass(frozen=True, slots=True)
class Chain:
    """Which steps are done, and how; the defaults are those of the method."""

    clusters: bool = True
    shrink: bool = True
    iris_weight: float | None = None
    doubt: float = CandidateOptions().doubt
    smooth: bool = True


class Marseille:
    """The cells, the IRIS under them and the official contours."""

    def __init__(self, folder: Path) -> None:
        self.grid = read_grid(folder / "filosofi2017_200m.csv")
        self.epsg = GRID_CRS[self.grid.epsg]
        self.squares = cell_squares(self.grid.easting, self.grid.northing, self.grid.epsg, self.epsg)
        self.official = [item.geometry for item in read_perimeters(folder / "qpv2015.geojson").perimeters]
        self.bridge = read_bridge(embedded_data() / "bridge.json")
        self.national_eur = parameter("median_disposable_income_eur").of_year(self.grid.vintage).value
        layer = read_iris(folder / "iris_2020_generalised_rfl2011.geojson")
        self.iris_year = layer.year
        self.iris_median = layer.median_eur / parameter("median_declared_income_eur").of_year(layer.year).value
        self._incomes: dict[tuple[float, bool], CellIncome] = {}
        self.overlap = overlap_of_cells(self.squares, layer.polygons)
        self.threshold = income_threshold(RMUC, ON)
        self.legal = LegalTests(
            method_choice("poor_cell_share").value, parameter("minimum_quarter_population").at(ON).value
        )

    @property
    def default_iris_weight(self) -> float:
        return iris_weight(self.grid.vintage, self.iris_year)

    def score(self, chain: Chain) -> Score:
        income = self._income(chain)
        outlines = self._quarters(income, chain) if chain.clusters else self._poor_cells(income)
        return score_perimeters(outlines, self.official, self.squares, self.grid.people)

    def _income(self, chain: Chain) -> CellIncome:
        weight = self.default_iris_weight if chain.iris_weight is None else chain.iris_weight
        if (weight, chain.shrink) not in self._incomes:
            years_apart = abs(self.grid.vintage - self.iris_year)
            iris = IrisIncome(self.overlap, self.iris_median, weight, years_apart) if weight else None
            income = estimate_income(self.grid, self.bridge, self.national_eur, iris, shrink=chain.shrink)
            self._incomes[weight, chain.shrink] = income
        return self._incomes[weight, chain.shrink]

    def _poor_cells(self, income: CellIncome) -> list[BaseGeometry]:
        with np.errstate(invalid="ignore"):
            poor = income.share_below(self.threshold.relative) > self.legal.poor_share
        return list(self.squares[poor])

    def _quarters(self, income: CellIncome, chain: Chain) -> tuple[BaseGeometry, ...]:
        unknown = np.full(len(self.grid), "")
        zones = CellZones(unknown, unknown, np.full(len(self.grid), UNIT))
        options = CandidateOptions(doubt=chain.doubt, method=SearchMethod.CELLS)
        search = find_candidates(self.grid, income, zones, {UNIT: self.threshold}, self.legal, options)
        return outlines_of(search.kept, self.grid, self.epsg, OutlineInput(smooth=chain.smooth)).geometries


def steps() -> dict[str, Chain]:
    """The steps of the method, each added to those before it."""
    alone = Chain(clusters=False, shrink=False, iris_weight=0.0, doubt=0.0, smooth=False)
    clustered = replace(alone, clusters=True)
    shrunk = replace(clustered, shrink=True)
    raked = replace(shrunk, iris_weight=None)
    doubtful = replace(raked, doubt=Chain().doubt)
    return {
        "un seul seuil, carreau par carreau (pont)": alone,
        "+ contiguïté, vides, trous, 1 000 habitants": clustered,
        "+ emprunt aux voisins": shrunk,
        "+ IRIS à demi-poids": raked,
        "+ carreaux douteux (0,1 erreur)": doubtful,
        "+ contours lissés (méthode des carreaux)": replace(doubtful, smooth=True),
    }


def variants() -> dict[str, Chain]:
    """The default method with one choice changed."""
    return {
        "sans IRIS": Chain(iris_weight=0.0),
        "IRIS à plein poids": Chain(iris_weight=1.0),
        "sans emprunt aux voisins": Chain(shrink=False),
        "sans carreaux douteux": Chain(doubt=0.0),
        "doute à 0,25 erreur": Chain(doubt=0.25),
        "doute à 0,5 erreur": Chain(doubt=0.5),
        "doute à 1 erreur": Chain(doubt=1.0),
    }


def table(town: Marseille, chains: dict[str, Chain]) -> Iterable[str]:
    """Rows of a Markdown table, French figures."""
    yield HEADER
    for name, chain in chains.items():
        score = town.score(chain)
        shares = (score.precision, score.recall, score.f1, score.area_iou)
        figures = [f"{share:.3f}".replace(".", ",") for share in shares]
        people = f"{score.population_candidates:,.0f}".replace(",", " ")
        yield f"| {name} | {' | '.join(figures)} | {people} |"


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--data", type=Path, default=Path("../shared/data"), help="folder of the real data")
    town = Marseille(arguments.parse_args().data / "marseille")
    print("\n".join(table(town, steps())), end="\n\n")
    print("\n".join(table(town, variants())))


if __name__ == "__main__":
    main()
