"""The median income of a town from those of its IRIS: their mean, or the median of their people pooled.

    python benchmarks/pooled_medians.py --data ../shared/data

Judged on the medians of communes that INSEE publishes for the same year (RFL 2009 and 2011): nothing is fitted to them.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np
import pandas as pd

from geoville.carroyage.iris_share import iris_log_spread, pooled_median
from geoville.carroyage.method import method_rules
from geoville.crs import commune_of

YEARS = (2009, 2011)
FEWEST_IRIS = (8, 50)
NATIONAL_EUR = 19_218
"""Of RFL 2011: only the spread of IRIS without a published range depends on it."""


def towns_of(data: Path, year: int) -> pd.DataFrame:
    """Number of IRIS, published median, mean and pooled median of each commune with eight IRIS or more, euros."""
    iris = pd.read_csv(data / "income" / "rfl_iris_2009_2011.csv", dtype={"code_iris": str})
    iris = iris[(iris["year"] == year) & iris["median_uc"].notna()]
    communes = pd.read_csv(data / "income" / "rfl_communes_2009_2011.csv", dtype={"code_commune": str})
    published = communes.set_index("code_commune")[f"median_uc_{year}"].to_dict()
    rows = []
    for code, group in iris.groupby(iris["code_iris"].str[:5].map(commune_of)):
        if len(group) >= FEWEST_IRIS[0] and published.get(code, 0) > 0:
            median, spread = (group[name].to_numpy(dtype=float) / NATIONAL_EUR for name in ("median_uc", "iqr"))
            pooled = NATIONAL_EUR * pooled_median(median, iris_log_spread(median, spread, method_rules()))
            rows.append((code, len(group), published[code], NATIONAL_EUR * median.mean(), pooled))
    return pd.DataFrame(rows, columns=["commune", "iris", "published", "mean", "pooled"])


def rms_error(towns: pd.DataFrame, column: str) -> float:
    """Root mean square of the relative error, as a share."""
    return float(np.sqrt((np.log(towns[column] / towns["published"]) ** 2).mean()))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True)
    data = parser.parse_args().data
    print("| année | communes | moyenne des médianes | médiane des habitants réunis |")
    print("|---|---|---|---|")
    for year in YEARS:
        towns = towns_of(data, year)
        for fewest in FEWEST_IRIS:
            some = towns[towns["iris"] >= fewest]
            errors = (f"{100 * rms_error(some, name):.1f} %".replace(".", ",") for name in ("mean", "pooled"))
            print(f"| {year} | {len(some)} de {fewest} IRIS ou plus | {' | '.join(errors)} |")


if __name__ == "__main__":
    main()
