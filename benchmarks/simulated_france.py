"""A made-up France, in files as the producers publish them: all of it, or a share.

    python benchmarks/simulated_france.py --folder FOLDER [--share 0.01]

All of it is 2.3 million cells in 300 towns and their countryside, 35 000 communes, 49 000 IRIS, 1 600 QPV, 26 million
addresses: nothing is real but these orders of magnitude. The same share gives the same files. Addresses are streamed.
"""

from __future__ import annotations

import argparse
import gzip
import json
from dataclasses import asdict, dataclass
from pathlib import Path

import geopandas
import made_up_addresses
import made_up_country
import made_up_perimeters
import numpy as np
import pandas as pd
import shapely

CELLS, TOWNS, PERIMETERS, ADDRESSES = 2_300_000, 300, 1_600, 26_000_000
IRIS_PER_COMMUNE = 49_000 / 35_000
IRIS_OF_A_CITY = 6
QUICK_COMPRESSION = 1
SEED = 20_240_101
_WITHOUT_DIGITS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"


@dataclass(frozen=True)
class France:
    """Files of a made-up France: cells, communes, urban units and their incomes, IRIS and theirs, QPV, addresses."""

    share: float
    grid: Path
    communes: Path
    urban_units: Path
    rmuc: Path
    iris: Path
    iris_incomes: Path
    qpv: Path
    addresses: Path

    @property
    def addresses_count(self) -> int:
        """Rows of the list of addresses."""
        return round(ADDRESSES * self.share)


def make_france(folder: Path, share: float) -> France:
    """Write a share of a made-up France."""
    folder.mkdir(parents=True, exist_ok=True)
    country = made_up_country.make_country(folder, round(CELLS * share), max(1, round(TOWNS * share)))
    france = France(
        share,
        **asdict(country),
        iris=folder / "CONTOURS-IRIS.gpkg",
        iris_incomes=folder / "BASE_TD_FILO_DEC_IRIS_2017.csv",
        qpv=folder / "QP2024_France_hexagonale_LB93.gpkg",
        addresses=folder / "adresses-france.csv.gz",
    )
    write_iris(france)
    write_qpv(france.qpv, max(1, round(PERIMETERS * share)))
    with gzip.open(france.addresses, "wt", QUICK_COMPRESSION, encoding="utf-8", newline="") as stream:
        made_up_addresses.write(stream, france.addresses_count)
    return france


def write_iris(france: France) -> None:
    """Cut the communes of urban units into bands, as many as it takes; the other communes are one IRIS each."""
    communes = geopandas.read_file(france.communes)
    urban = pd.read_csv(france.urban_units, dtype=str)["CodeInsee"]
    cities = round(len(communes) * (IRIS_PER_COMMUNE - 1) / (IRIS_OF_A_CITY - 1))
    bands = np.where(communes["INSEE_COM"].isin(urban[:cities]), IRIS_OF_A_CITY, 1)
    rows = np.repeat(np.arange(len(communes)), bands)
    rank = np.arange(len(rows)) - np.repeat(np.cumsum(bands) - bands, bands)
    west, south, east, north = communes.bounds.to_numpy()[rows].T
    height = (north - south) / bands[rows]
    band = shapely.box(west, south + rank * height, east, south + (rank + 1) * height)
    number = [f"{0 if of == 1 else place + 101:04d}" for of, place in zip(bands[rows], rank, strict=True)]
    code = communes["INSEE_COM"].to_numpy()[rows] + np.array(number)
    columns = {
        "INSEE_COM": communes["INSEE_COM"].to_numpy()[rows],
        "NOM_COM": communes["NOM"].to_numpy()[rows],
        "IRIS": number,
        "CODE_IRIS": code,
        "NOM_IRIS": [f"Iris {text}" for text in code],
        "TYP_IRIS": np.where(bands[rows] == 1, "Z", "H"),
    }
    shapes = shapely.intersection(communes.geometry.to_numpy()[rows], band)
    geopandas.GeoDataFrame(columns, geometry=shapes, crs=communes.crs).to_file(france.iris, engine="pyogrio")
    incomes = {"CODE_IRIS": code, "NOM_IRIS": columns["NOM_IRIS"], "DEC_MED17": _medians(len(code))}
    pd.DataFrame(incomes).to_csv(france.iris_incomes, sep=";", index=False)


def write_qpv(path: Path, count: int) -> None:
    """Write perimeters in the layout of the QPV of 2024."""
    _, polygons = made_up_perimeters.perimeters()
    rows = range(count)
    codes = [f"QN{1 + row // 2_600:03d}{row // 26 % 100:02d}{_WITHOUT_DIGITS[row % 26]}" for row in rows]
    columns = {
        "code_qp": codes,
        "lib_qp": [f"Quartier {code}" for code in codes],
        "insee_reg": "84",
        "insee_dep": "01",
        "insee_com": [f"01{1 + row % 400:03d}" for row in rows],
        "lib_com": [f"Commune {1 + row % 400}" for row in rows],
        "siren_epci": "200000000",
        "lib_epci": "Communauté inventée",
    }
    geopandas.GeoDataFrame(columns, geometry=polygons[:count], crs=2154).to_file(path, engine="pyogrio")


def _medians(count: int) -> np.ndarray:
    random = np.random.default_rng(SEED)
    return np.round(made_up_country.NATIONAL_DECLARED_EUR * np.exp(random.normal(0, 0.2, count)), -1).astype(int)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--folder", type=Path, required=True)
    parser.add_argument("--share", type=float, default=1.0)
    chosen = parser.parse_args()
    print(json.dumps(asdict(make_france(chosen.folder, chosen.share)), default=str, indent=2))


if __name__ == "__main__":
    main()
