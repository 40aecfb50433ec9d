"""A made-up France, in files as the producers publish them: all of it, or a share.

    python benchmarks/simulated_france.py --folder FOLDER [--share 0.01]

All of it is 2.3 million cells in 300 towns and their countryside, 35 000 communes, 49 000 IRIS, 1 600 QPV, 26 million
addresses: nothing is real but these orders of magnitude. The same share gives the same files; a folder that holds them
whole is left as it is. Addresses are streamed, a list for each département, by as many processes as there are cores.
"""

from __future__ import annotations

import argparse
import gzip
import json
import os
from collections.abc import Iterator
from contextlib import closing
from dataclasses import asdict, dataclass
from pathlib import Path

import geopandas
import made_up_addresses
import made_up_country
import made_up_perimeters
import numpy as np
import pandas as pd
import shapely
import speed_addresses

from geoville.workflows.cluster import in_order

CELLS, TOWNS, PERIMETERS, ADDRESSES = 2_300_000, 300, 1_600, 26_000_000
IRIS_PER_COMMUNE = 49_000 / 35_000
IRIS_OF_A_CITY = 6
QUICK_COMPRESSION = 1
LEAST_OF_A_DEPARTEMENT = 450_000
"""Addresses: fewer than any département of `made_up_addresses` has."""
QUESTIONS, LEAST_QUESTIONS = 30_000, 3_000
SEED = 20_240_101
_WITHOUT_DIGITS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"


@dataclass(frozen=True)
class France:
    """Files of a made-up France: cells, communes, urban units and their incomes, IRIS and theirs, QPV, addresses.

    Parameters
    ----------
    addresses : folder of lists, one a département, as the BAN publishes them.
    questions : CSV of addresses as people write them, in any order.
    """

    share: float
    grid: Path
    communes: Path
    urban_units: Path
    rmuc: Path
    iris: Path
    iris_incomes: Path
    qpv: Path
    addresses: Path
    questions: Path

    @property
    def addresses_count(self) -> int:
        """Rows of the lists of addresses."""
        return round(ADDRESSES * self.share)


def make_france(folder: Path, share: float) -> France:
    """Write a share of a made-up France, unless the folder holds it whole: a file written last says so."""
    france = france_in(folder, share)
    orders = {"cells": CELLS, "towns": TOWNS, "perimeters": PERIMETERS, "addresses": ADDRESSES}
    whole, said = folder / "whole.json", json.dumps({"share": share, "seed": SEED, **orders})
    if whole.exists() and whole.read_text(encoding="utf-8") == said:
        return france
    folder.mkdir(parents=True, exist_ok=True)
    whole.unlink(missing_ok=True)
    made_up_country.make_country(folder, round(CELLS * share), max(1, round(TOWNS * share)))
    write_iris(france)
    write_qpv(france.qpv, max(1, round(PERIMETERS * share)))
    write_addresses(france.addresses, france.addresses_count)
    write_questions(france)
    whole.write_text(said, encoding="utf-8")
    return france


def france_in(folder: Path, share: float) -> France:
    """Where the files of a share are, or will be."""
    return France(
        share,
        **asdict(made_up_country.files_in(folder)),
        iris=folder / "CONTOURS-IRIS.gpkg",
        iris_incomes=folder / "BASE_TD_FILO_DEC_IRIS_2017.csv",
        qpv=folder / "QP2024_France_hexagonale_LB93.gpkg",
        addresses=folder / "adresses",
        questions=folder / "questions.csv",
    )


def write_addresses(folder: Path, count: int) -> None:
    """Write the first addresses of `made_up_addresses`, a list for each département."""
    folder.mkdir(exist_ok=True)
    paths = [_list_of(folder, code) for code in made_up_addresses.DEPARTEMENTS]
    mosts = range(count, 0, -LEAST_OF_A_DEPARTEMENT)
    tasks = [(path, place, most) for place, (path, most) in enumerate(zip(paths, mosts, strict=False))]
    left, last = count, -1
    cores = min(len(tasks), os.cpu_count() or 1)
    with closing(in_order(_write_list, tasks, workers=cores, if_one_stops="free some memory")) as written:
        for rows in written:
            last += 1
            if rows >= left:
                break
            left -= rows
    _write_list((paths[last], last, left))
    for beyond in paths[last + 1 :]:
        beyond.unlink(missing_ok=True)


def _write_list(task: tuple[Path, int, int]) -> int:
    """Write the list of a département, some rows at the most; how many it has."""
    path, place, most = task
    with gzip.open(path, "wt", QUICK_COMPRESSION, encoding="utf-8", newline="") as stream:
        return made_up_addresses.write_departement(stream, place, most)


def _list_of(folder: Path, code: str) -> Path:
    return folder / f"adresses-{code}.csv.gz"


def write_questions(france: France) -> None:
    """Write addresses as people write them, one in ten misspelt."""
    count = min(max(LEAST_QUESTIONS, round(QUESTIONS * france.share)), france.addresses_count // 2)
    asked = speed_addresses.requests(france.addresses_count, count, _lines(france))
    pd.DataFrame({"adresse": asked}).to_csv(france.questions, sep=";", index=False)


def _lines(france: France) -> Iterator[str]:
    """Lines of the lists, headers left out, in the order of `made_up_addresses`."""
    for code in made_up_addresses.DEPARTEMENTS:
        path = _list_of(france.addresses, code)
        if path.exists():
            with gzip.open(path, "rt", encoding="utf-8", newline="") as stream:
                next(stream)
                yield from stream


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
