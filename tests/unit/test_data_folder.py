"""The files of `data/`: what the manifest promises, what the source gave, what the README says."""

from __future__ import annotations

import csv
from collections import Counter
from pathlib import Path

import pytest

from geoville.law import known_precisions
from geoville.sources.files import embedded_data, sha256_of
from geoville.sources.grids import read_grid
from geoville.sources.pack import open_pack
from geoville.workflows.embedded import cell_table

CALAIS = embedded_data() / "calais"


def rows(name: str) -> list[dict[str, str]]:
    with (CALAIS / name).open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


def test_every_file_is_in_the_manifest_with_its_checksum_and_its_origin() -> None:
    files = open_pack("calais").manifest.files
    there = {path.name for path in CALAIS.iterdir() if not path.name.endswith(".provenance.json")}
    assert {file.path.name for file in files} == there - {"territory.toml"}
    for file in files:
        assert file.checked_path() == file.path
        assert file.source.producer
        assert file.source.vintage
        assert file.source.licence == ("ODbL 1.0" if "osm" in file.path.name else "Licence Ouverte 2.0")


def test_the_readme_names_every_file_and_column() -> None:
    readme = (embedded_data() / "README.md").read_text(encoding="utf-8")
    for path in CALAIS.glob("*.csv"):
        assert f"`{path.name}`" in readme
        with path.open(encoding="utf-8", newline="") as stream:
            for column in next(csv.reader(stream)):
                assert f"`{column}`" in readme, (path.name, column)


def test_codes_of_qpv_belong_to_their_generation() -> None:
    quarters = open_pack("calais").manifest.quarters
    assert {(item.code, item.generation) for item in quarters} == {
        ("QP062055", 2015),
        ("QP062056", 2015),
        ("QN06253M", 2024),
        ("QN06254M", 2024),
    }


def test_published_populations_that_contradict_each_other_say_so() -> None:
    populations = {item.population: item for item in open_pack("calais").manifest.populations}
    assert set(populations) == {7937, 5515, 15700, 3103, 14485, 18000}
    assert populations[14485].note
    assert populations[18000].note
    assert not populations[15700].verified


def test_every_precision_has_an_accuracy() -> None:
    written = {row["precision"] for name in ("addresses.csv", "places.csv", "places_osm.csv") for row in rows(name)}
    assert written <= set(known_precisions())


def test_counts_that_the_readme_states() -> None:
    cells = rows("cells.csv")
    assert len(cells) == 1261
    assert sum(row["commune"] != row["iris"][:5] for row in cells) == 16
    assert {row["commune"] for row in cells} == {row["code"] for row in rows("communes.csv")}
    assert (len(rows("addresses.csv")), len(rows("places.csv")), len(rows("places_osm.csv"))) == (69, 35, 5)
    assert {row["name"] for row in rows("places.csv") if row["rep_plus"] == "oui"} == {
        "Collège Vauban",
        "Collège Lucien Vadez",
        "Collège Martin Luther King",
    }


@pytest.mark.realdata
@pytest.mark.parametrize("vintage", [2015, 2019, 2021])
def test_grids_are_the_source_s_bytes(shared_data: Path, vintage: int) -> None:
    original = shared_data / "calais" / f"calais_filosofi{vintage}_200m.csv"
    assert sha256_of(CALAIS / f"filosofi_{vintage}_200m.csv") == sha256_of(original)


@pytest.mark.realdata
def test_cell_table_is_rebuilt_byte_for_byte(shared_data: Path) -> None:
    calais = open_pack("calais")
    grids = [read_grid(calais.grid_path(year)) for year in calais.grids]
    outlines = shared_data / "calais" / "iris_contours_2020_generalised.geojson"
    table = cell_table(grids, outlines, shared_data / "calais" / "communes.geojson")
    assert table.encode() == (CALAIS / "cells.csv").read_bytes()


def test_cells_of_2019_fall_in_communes_as_the_source_counts_them() -> None:
    calais = open_pack("calais")
    commune, _ = calais.cells.zones_of(read_grid(calais.grid_path(2019)))
    counts = Counter(commune.tolist())
    outside_every_outline = 4
    assert [counts[code] for code in ("62193", "62548", "62244", "62239")] == [391, 205, 118, 56]
    assert counts["62774"] == 78 + outside_every_outline


@pytest.mark.realdata
def test_positions_and_medians_are_the_source_s(shared_data: Path) -> None:
    def original(name: str) -> list[dict[str, str]]:
        with (shared_data / "calais" / name).open(encoding="utf-8", newline="") as stream:
            return list(csv.DictReader(stream))

    for name in ("addresses.csv", "places.csv"):
        kept = [(row["lon"], row["lat"], row["source"]) for row in rows(name)]
        known = original(name)
        assert kept[: len(known)] == [(row["lon"], row["lat"], row["source"]) for row in known]
    extra = [(row["lon"], row["lat"]) for row in original("addresses_extra.csv")]
    assert [(row["lon"], row["lat"]) for row in rows("addresses.csv")][-len(extra) :] == extra
    known = {row["name"]: (row["lon"], row["lat"]) for row in original("places_osm_2026.csv")}
    assert {row["name"]: (row["lon"], row["lat"]) for row in rows("places_osm.csv")}.items() <= known.items()
    medians = {(row["CodeIris"], row["year"]): row["median_uc"] for row in original("iris_rfl_2001_2011.csv")}
    assert {(row["code"], row["year"]): row["median_declared_eur"] for row in rows("iris_income.csv")} == medians
