"""`geoville data raster` and `geoville data cells`: to an image and back."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq
import pytest
import rasterio

from geoville.carroyage.cell_id import format_cell_ids
from geoville.carroyage.indicators import Indicator
from geoville.sources.files import embedded_data
from geoville.sources.grids import read_grid

GRID = embedded_data() / "calais" / "filosofi_2019_200m.csv"
EVERY = [part for indicator in Indicator for part in ("--indicator", indicator)]


@pytest.fixture
def image(geoville, tmp_path: Path) -> Path:
    path = tmp_path / "carreaux.tif"
    asked = ("data", "raster", "--grid", GRID, *EVERY, "--territory", "calais", "--on", "2024-01-01")
    assert geoville(*asked, "--out", path).code == 0
    return path


def test_every_cell_comes_back_with_its_identifier_and_its_values(geoville, image: Path, tmp_path: Path) -> None:
    table = tmp_path / "carreaux.csv"
    assert geoville("data", "cells", image, "--out", table).code == 0
    rows = list(csv.DictReader(table.read_text(encoding="utf-8").splitlines()))
    grid = read_grid(GRID)
    assert list(rows[0]) == ["idcar_200m", *Indicator]
    assert [row["idcar_200m"] for row in rows] == format_cell_ids(grid.epsg, grid.northing, grid.easting)
    assert [float(row["people"]) for row in rows] == grid.people.tolist()
    assert [float(row["mean"]) for row in rows] == grid.mean_eur.tolist()
    assert [float(row["imputed"]) == 1 for row in rows] == grid.imputed.tolist()
    assert [row["poor_share"] == "" for row in rows] == np.isnan(grid.poor_share).tolist()
    shares = [float(row["share_below"]) for row in rows if row["share_below"]]
    assert shares
    assert all(0 <= share <= 1 for share in shares)
    assert all(float(row["median"]) > 0 for row in rows)


def test_parquet_holds_what_csv_holds(geoville, image: Path, tmp_path: Path) -> None:
    for suffix in ("csv", "parquet"):
        assert geoville("data", "cells", image, "--out", tmp_path / f"carreaux.{suffix}").code == 0
    columns = pq.read_table(tmp_path / "carreaux.parquet").to_pydict()
    rows = csv.DictReader((tmp_path / "carreaux.csv").read_text(encoding="utf-8").splitlines())
    written = [[row["idcar_200m"], *(float(row[name]) if row[name] else None for name in Indicator)] for row in rows]
    assert written == [list(row) for row in zip(*columns.values(), strict=True)]


def test_a_band_says_its_unit_and_the_file_its_origin(image: Path) -> None:
    with rasterio.open(image) as dataset:
        assert dataset.descriptions == tuple(Indicator)
        assert dataset.units[:2] == ("habitants", "euros par UC et par an")
    provenance = json.loads(image.with_name("carreaux.tif.provenance.json").read_text(encoding="utf-8"))
    assert provenance["parameters"]["indicators"] == list(Indicator)
    assert {"grid", "bridge"} <= {item["role"] for item in provenance["inputs"]}
    assert provenance["sources"][0]["producer"].startswith("Insee")
    assert provenance["law"]


def test_what_the_grid_publishes_needs_no_threshold(geoville, tmp_path: Path) -> None:
    path = tmp_path / "habitants.tif"
    assert geoville("data", "raster", "--grid", GRID, "--indicator", "people", "--out", path).code == 0
    provenance = json.loads(path.with_name("habitants.tif.provenance.json").read_text(encoding="utf-8"))
    assert [item["role"] for item in provenance["inputs"]] == ["grid"]
    assert provenance["law"] == []


def test_an_estimate_says_so(geoville, tmp_path: Path) -> None:
    asked = ("data", "raster", "--grid", GRID, "--indicator", "people", "--indicator", "median")
    printed = geoville(*asked, "--territory", "calais", "--out", tmp_path / "c.tif")
    assert "Estimé, sans valeur réglementaire : median." in printed.out


@pytest.mark.parametrize("suffix", ["csv", "parquet"])
def test_the_same_input_gives_the_same_bytes(geoville, tmp_path: Path, suffix: str) -> None:
    written = []
    for folder in (tmp_path / "a", tmp_path / "b"):
        folder.mkdir()
        geoville("data", "raster", "--grid", GRID, *EVERY, "--territory", "calais", "--out", folder / "c.tif")
        geoville("data", "cells", folder / "c.tif", "--out", folder / f"c.{suffix}")
        written.append([(folder / name).read_bytes() for name in ("c.tif", f"c.{suffix}")])
    assert written[0] == written[1]


def test_bad_input_is_one_sentence(geoville, image: Path, tmp_path: Path) -> None:
    raster = ("data", "raster", "--grid", GRID, "--out", tmp_path / "x.tif")
    cases = (
        ((*raster, "--indicator", "median"), "--territory"),
        ((*raster, "--indicator", "richesse"), "--indicator"),
        (raster, "--indicator"),
        (("data", "cells", image, "--out", tmp_path / "x.txt"), ".parquet"),
        (("data", "cells", GRID, "--out", tmp_path / "x.csv"), "GeoTIFF"),
        (("data", "cells", tmp_path / "absent.tif", "--out", tmp_path / "x.csv"), "absent.tif"),
    )
    for arguments, said in cases:
        told = geoville(*arguments)
        assert told.code == 2
        assert said in told.err
        assert told.out == ""
    assert not list(tmp_path.glob("x.*"))
