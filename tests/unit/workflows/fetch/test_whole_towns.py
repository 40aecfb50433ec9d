"""Whole towns from the real rows that somebody has in a folder, whatever is missing there."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import pandas as pd
import pytest

from geoville.model import Kind
from geoville.sources.contours import read_perimeters
from geoville.sources.pack import Pack
from geoville.workflows.fetch import FetchRequest, FetchRun, fetch_pack, target_of_pack
from geoville.workflows.lookup import DeskChoice
from geoville.workflows.territories import new_territory

pytestmark = pytest.mark.realdata
CUT_BY_CELLS = "Découpé par les carreaux habités du territoire"


class _Quiet:
    def step(self, data_set: object, doing: str) -> None:
        """Nothing."""

    def came(self, done: int, total: int | None) -> None:
        """Nothing."""


def _fetched(town: str, communes: tuple[str, ...], folder: Path, vintage: int | None = None) -> FetchRun:
    new_territory(town, communes)
    return fetch_pack(FetchRequest(target_of_pack(town), from_dir=folder, vintage=vintage), _Quiet())


def _official_codes(folder: Path) -> set[str]:
    features = json.loads((folder / "qpv2015_official.geojson").read_text(encoding="utf-8"))["features"]
    return {feature["properties"]["CODE_QP"] for feature in features}


def _people(pack: Pack) -> float:
    return float(pd.read_parquet(pack.grid_path(), columns=["ind"])["ind"].sum())


def test_bondy_without_outlines_is_cut_by_its_cells(shared_data):
    folder = shared_data / "bondy"
    run = _fetched("bondy", ("93010",), folder, 2019)
    assert [item.failure for item in run.brought if item.failure] == []
    cut = {file.role for item in run.brought for file in item.files if any(CUT_BY_CELLS in note for note in file.notes)}
    assert cut == {"qpv", "streets"}
    rows = pd.read_csv(folder / "filosofi_200m.csv", dtype=str)
    assert _people(run.territory) == pytest.approx(rows[_column(rows, "ind")].astype(float).sum(), abs=1e-6)
    (layer,) = run.territory.layer_paths(Kind.QPV)
    assert {item.code for item in read_perimeters(layer, kind=Kind.QPV).perimeters} == _official_codes(folder)
    answer = DeskChoice("bondy").open().answer("2.4946,48.8957", date(2016, 1, 1))
    assert answer.basis == "official"


def test_montpellier_without_a_grid_keeps_the_quarters_of_its_departement(shared_data):
    folder = shared_data / "montpellier"
    run = _fetched("montpellier", ("34172",), folder)
    assert {item.data_set.kind for item in run.brought if item.files} == {"qpv", "addresses", "streets"}
    (layer,) = run.territory.layer_paths(Kind.QPV)
    assert {item.code for item in read_perimeters(layer, kind=Kind.QPV).perimeters} == _official_codes(folder)
    answer = DeskChoice("montpellier").open().answer("1 rue de Cos 34000 Montpellier", date(2016, 1, 1))
    assert (answer.verdict, answer.basis, answer.perimeters[0].perimeter.code) == ("inside", "official", "QP034005")


def test_the_four_towns_of_the_full_layout_are_whole(shared_data):
    rows = pd.read_csv(shared_data / "full_layout" / "filosofi2019_200m_4communes.csv", dtype={"lcog_geo": str})
    towns = ("93051", "91223", "93066", "95585")
    run = _fetched("quatre-villes", towns, shared_data / "full_layout")
    parts = rows["lcog_geo"].map(lambda codes: {codes[place : place + 5] for place in range(0, len(codes), 5)})
    expected = rows.loc[parts.map(lambda codes: bool(codes & set(towns))), "ind"].sum()
    assert _people(run.territory) == pytest.approx(expected, abs=1e-6)


def test_calais_with_the_incomes_of_2021(shared_data):
    run = _fetched("calais-2021", ("62193",), shared_data / "calais", 2021)
    assert [item.failure for item in run.brought if item.failure] == []
    assert set(run.territory.grids) == {2015, 2019, 2021}
    assert run.territory.default_vintage == 2021


def _column(rows: pd.DataFrame, name: str) -> str:
    return next(column for column in rows.columns if column.lower() == name)
