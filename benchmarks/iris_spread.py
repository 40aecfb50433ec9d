"""The log spread of incomes in an IRIS from its median alone, for files that publish no quartile range.

    python benchmarks/iris_spread.py --data ../shared/data

Least squares on the IRIS of RFL 2011 that publish both, those of Bouches-du-Rhône (Marseille judges the method) and of
Calais left out. Several forms are compared: each tenth of the départements is predicted from the others, and what is
wrong is counted on the spread itself and on the share of people below 0.6 of the national median. Then F1 by each form,
on Marseille and on Calais, the published ranges hidden.
"""

from __future__ import annotations

import argparse
import tempfile
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from method_scores import DEFAULT, outlines, row, score
from towns import Town, towns

from geoville.carroyage.bridge import QUARTILE_Z
from geoville.carroyage.iris_share import iris_share_below, log_spread_of_range
from geoville.law import parameter
from geoville.sources.layers import read_iris

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    Values = NDArray[np.float64]

YEAR = 2011
MARSEILLE, CALAIS = "13", "62193"
NEAR_THE_THRESHOLD = 0.6
FOLDS = 10
CALAIS_LINE = (0.268, 0.442)
"""Relative range of the 31 IRIS of Calais against their median: what was used before."""


@dataclass(frozen=True)
class Form:
    """A polynomial of the median, or of its logarithm, for the relative range or for the spread."""

    name: str
    degree: int
    of_logarithm: bool
    gives_spread: bool

    def spread(self, median: Values, coefficients: Values) -> Values:
        told = np.polyval(coefficients, np.log(median) if self.of_logarithm else median)
        return told if self.gives_spread else log_spread_of_range(median, told)

    def fit(self, median: Values, quartile_range: Values) -> Values:
        wanted = log_spread_of_range(median, quartile_range) if self.gives_spread else quartile_range
        return np.polyfit(np.log(median) if self.of_logarithm else median, wanted, self.degree)


FORMS = (
    Form("écart interquartile, droite", 1, of_logarithm=False, gives_spread=False),
    Form("écart interquartile, parabole", 2, of_logarithm=False, gives_spread=False),
    Form("étendue, droite de ln M", 1, of_logarithm=True, gives_spread=True),
    Form("étendue, parabole de ln M (retenue)", 2, of_logarithm=True, gives_spread=True),
)


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--data", type=Path, default=Path("../shared/data"), help="folder of the real data")
    data = arguments.parse_args().data
    path = data / "income" / "rfl_iris_2009_2011.csv"
    table = pd.read_csv(path, dtype={"code_iris": str}).query("year == @YEAR").dropna(subset=["median_uc", "iqr"])
    table = table[~table.code_iris.str.startswith((MARSEILLE, CALAIS))]
    national = parameter("median_declared_income_eur").of_year(YEAR).value
    median, quartile_range = table.median_uc.to_numpy() / national, table.iqr.to_numpy() / national
    departement = np.unique(table.code_iris.str[:2].to_numpy(), return_inverse=True)[1]
    print(f"{len(table)} IRIS\n\n| forme | coefficients | erreur de l'étendue | erreur de la part | biais de la part |")
    print("|---|---|---|---|---|")
    calais = log_spread_of_range(median, np.polyval(CALAIS_LINE, median))
    print_row("écart interquartile, droite de Calais", np.array(CALAIS_LINE), calais, median, quartile_range)
    for form in FORMS:
        guessed = np.empty(len(median))
        for fold in range(FOLDS):
            left_out = departement % FOLDS == fold
            guessed[left_out] = form.spread(median[left_out], form.fit(median[~left_out], quartile_range[~left_out]))
        print_row(form.name, form.fit(median, quartile_range), guessed, median, quartile_range)
    with tempfile.TemporaryDirectory() as scratch:
        judged = [town for town in towns(data, Path(scratch)) if town.iris and "étendue" not in town.name]
        print("\n" + row("forme, F1", *(town.name for town in judged)) + "\n|---|" + "---|" * len(judged))
        line = np.array(CALAIS_LINE)
        before = Form("écart interquartile, droite de Calais", 1, of_logarithm=False, gives_spread=False)
        for form, fitted in [(before, line), *((form, form.fit(median, quartile_range)) for form in FORMS)]:
            drawn = (score(town, outlines(town, DEFAULT)) for town in spread_by(form, fitted, judged, Path(scratch)))
            print(row(form.name, *(made.f1 for made in drawn)))


def spread_by(form: Form, fitted: Values, judged: list[Town], scratch: Path) -> Iterator[Town]:
    """Towns whose IRIS have the range that a form gives to their median, and no other."""
    national = parameter("median_declared_income_eur").of_year(YEAR).value
    for town in judged:
        assert town.iris is not None
        layer = read_iris(town.iris.polygons, town.iris.incomes)
        spread = form.spread(layer.median_eur / national, fitted)
        told = {"code": layer.code, "median_uc": layer.median_eur, "year": layer.year}
        told["iqr"] = 2 * layer.median_eur * np.sinh(QUARTILE_Z * spread)
        path = scratch / "iris.csv"
        pd.DataFrame(told).rename(columns={"code": "CODE_IRIS"}).to_csv(path, index=False)
        yield replace(town, iris=replace(town.iris, incomes=path))


def print_row(name: str, coefficients: Values, guessed: Values, median: Values, quartile_range: Values) -> None:
    spread = log_spread_of_range(median, quartile_range)
    threshold = np.full(len(median), NEAR_THE_THRESHOLD)
    wrong = iris_share_below(median, guessed, threshold) - iris_share_below(median, spread, threshold)
    told = ", ".join(f"{value:.3f}" for value in coefficients[::-1])
    figures = np.sqrt(np.mean((guessed - spread) ** 2)), np.sqrt(np.mean(wrong**2))
    print(f"| {name} | {told} | {figures[0]:.3f} | {figures[1]:.4f} | {wrong.mean():+.4f} |".replace(".", ","))


if __name__ == "__main__":
    main()
