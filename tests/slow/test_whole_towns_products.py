"""From the files that somebody has in a folder to the products of each town: map, atlas, answers to its own list."""

from __future__ import annotations

import csv
import os
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = [pytest.mark.realdata, pytest.mark.slow, pytest.mark.timeout(1_800)]

TOWNS = {
    "bondy": ("93010", "bondy", "QP093012", ("--vintage", "2019")),
    "montpellier": ("34172", "montpellier", "QP034005", ()),
    "quatre-villes": ("93051,91223,93066,95585", "full_layout", "QP093039", ()),
    "calais-2021": ("62193", "calais", "QP062056", ("--vintage", "2021")),
}
"""Communes, folder, a quarter of 2015, and what the names of the files do not say."""

LISTS = {"bondy": "addresses_ban_2022.csv", "montpellier": "addresses_2014.csv", "calais-2021": "addresses.csv"}
GEOVILLE = "import sys; from geoville.cli import main; sys.exit(main())"
EVERY = 40


@pytest.fixture
def geoville(tmp_path: Path):
    def run(*words: object, code: int = 0) -> str:
        command = [sys.executable, "-c", GEOVILLE, *map(str, words)]
        environment = os.environ | {"HOME": str(tmp_path / "home"), "XDG_DATA_HOME": str(tmp_path / "data")}
        done = subprocess.run(command, capture_output=True, text=True, env=environment, timeout=900, check=False)
        assert done.returncode == code, f"{words}\n{done.stdout}\n{done.stderr}"
        return done.stdout

    return run


@pytest.mark.parametrize("town", TOWNS)
def test_a_folder_becomes_a_map_an_atlas_and_answers(town, geoville, shared_data, tmp_path) -> None:
    communes, folder, quarter, options = TOWNS[town]
    geoville("data", "territory", "new", town, "--communes", communes)
    # What a folder has beside known data sets is named, and the code is then 1.
    geoville("data", "fetch", town, "--from-dir", shared_data / folder, *options, code=town == "montpellier")
    geoville("map", quarter, "--territory", town, "--on", "2016-01-01", "--out", tmp_path / "maps")
    (page,) = (tmp_path / "maps").glob("*.html")
    assert quarter in page.read_text("utf-8")
    geoville("atlas", town, "--on", "2016-01-01", "--out", tmp_path / "atlas")
    told = (tmp_path / "atlas" / f"{quarter.lower()}.html").read_text("utf-8")
    assert ("Contrat de ville de Calais" in told) is (town == "calais-2021")
    if town in LISTS:
        _finds_its_own_addresses(town, shared_data / folder / LISTS[town], geoville, tmp_path)


def _finds_its_own_addresses(town: str, published: Path, geoville, folder: Path) -> None:
    """One of `EVERY` addresses of the list, asked as a clerk writes it, without a town."""
    with published.open(encoding="utf-8-sig", newline="") as stream:
        separator = ";" if ";" in stream.readline() else ","
        stream.seek(0)
        rows = [row for row in csv.DictReader(stream, delimiter=separator) if row["numero"] not in ("", "0")][::EVERY]
    asked, answered = folder / "asked.csv", folder / "answered.csv"
    with asked.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream, delimiter=";")
        writer.writerow(["adresse", "x"])
        writer.writerows((f"{row['numero']} {row['rep']} {row['nom_voie']}", row["numero"]) for row in rows)
    geoville("lookup-file", asked, answered, "--territory", town, "--on", "2016-01-01", "--address-columns", "adresse")
    with answered.open(encoding="utf-8-sig", newline="") as stream:
        found = [row for row in csv.DictReader(stream, delimiter=";") if row["result_housenumber"].startswith(row["x"])]
    assert len(found) > 0.98 * len(rows)
