"""The figures of the guided recomputation of Marseille, found again with geopandas alone."""

from __future__ import annotations

from pathlib import Path

import geopandas
import numpy as np
import pandas as pd
import pytest
import shapely
from machine import REPOSITORY

from geoville import Territory

pytestmark = [pytest.mark.slow, pytest.mark.realdata]

PAGE = REPOSITORY / "docs" / "guide" / "19-marseille.md"
ON = "2023-06-01"
MEDIANS = {"rmuc_nat": 19_218, "rmuc_uu": 18_380, "uu_population": 1_560_000, "rmuc_year": 2011}


def _shown(text: str) -> bool:
    """Whether the page shows a text, whatever its spaces."""
    page = PAGE.read_text(encoding="utf-8")
    plain = page.replace("\u202f", " ").replace("\u00a0", " ")
    return text in plain


@pytest.fixture(scope="module")
def folder(shared_data: Path) -> Path:
    return shared_data / "marseille"


@pytest.fixture(scope="module")
def cells(folder: Path) -> geopandas.GeoDataFrame:
    table = pd.read_csv(folder / "filosofi2017_200m.csv")
    corner = table["Idcar_200m"].str.extract(r"N(\d+)E(\d+)").astype(int)
    squares = shapely.box(corner[1], corner[0], corner[1] + 200, corner[0] + 200)
    return geopandas.GeoDataFrame(table, geometry=squares, crs=3035).to_crs(2154)


@pytest.fixture(scope="module")
def official(folder: Path) -> geopandas.GeoDataFrame:
    frame = geopandas.read_file(folder / "qpv2015.geojson").to_crs(2154)
    return frame.set_geometry(frame.geometry.make_valid())


@pytest.fixture(scope="module")
def candidates(folder: Path, shared_data: Path, tmp_path_factory) -> geopandas.GeoDataFrame:
    with pytest.MonkeyPatch.context() as patched:
        patched.setenv("GEOVILLE_DATA_DIR", str(tmp_path_factory.mktemp("marseille")))
        town = Territory.new("marseille", ["13055"], **MEDIANS)
        incomes = {
            "iris": folder / "iris_2020_generalised_rfl2011.geojson",
            "iris_incomes": shared_data / "income" / "rfl_iris_2009_2011.csv",
        }
        return town.candidates(folder / "filosofi2017_200m.csv", on=ON, **incomes).frame()


def _number(value: float) -> str:
    return f"{value:,.0f}".replace(",", " ")


def _inside(cells: geopandas.GeoDataFrame, ground: shapely.Geometry) -> np.ndarray:
    """Share of each cell inside."""
    return (cells.intersection(ground).area / cells.area).to_numpy()


def test_the_threshold_is_that_of_the_decree():
    exact = 0.6 * (0.7 * MEDIANS["rmuc_nat"] + 0.3 * MEDIANS["rmuc_uu"])
    assert round(exact) == 11_380
    assert _shown("Seuil : 11 400 € par UC et par an, 11 380 €")


def test_people_and_scores_are_those_of_an_overlay(cells, official, candidates):
    ours, theirs = candidates.union_all(), official.union_all()
    people = cells["Ind"].to_numpy()
    in_ours, in_theirs, in_both = (people @ _inside(cells, area) for area in (ours, theirs, ours.intersection(theirs)))
    precision, recall = in_both / in_ours, in_both / in_theirs
    f1, iou = 2 * precision * recall / (precision + recall), ours.intersection(theirs).area / ours.union(theirs).area
    assert _shown(f"Population : {_number(in_theirs)} en QPV, {_number(in_ours)} dans les candidats")
    assert _shown(f"Précision : {100 * precision:.1f} %".replace(".", ","))
    assert _shown(f"Rappel : {100 * recall:.1f} %".replace(".", ","))
    assert _shown(f"F1 : {f1:.3f} ; rapport des surfaces (IoU) : {iou:.3f}".replace(".", ","))


def _check_what_moves(cells, old: shapely.Geometry, new: shapely.Geometry, title: str) -> None:
    """People and hectares that enter, leave and stay, as the lines under a title of the page say them."""
    section = PAGE.read_text(encoding="utf-8").replace("\u202f", " ").replace("\u00a0", " ").partition(title)[2]
    for word, ground in (
        ("Entrent", new.difference(old)),
        ("Sortent", old.difference(new)),
        ("Restent", old.intersection(new)),
    ):
        hectares = f"{ground.area / 10_000:,.1f}".replace(".0", "").replace(",", " ").replace(".", ",")
        people = _number(cells["Ind"].to_numpy() @ _inside(cells, ground))
        line = next(line for line in section.splitlines() if line.startswith(f"{word} : "))
        assert f"{word} : {people} hab., " in line, word
        assert f"{hectares} ha" in line, word


def test_what_candidates_add_and_leave_is_that_of_an_overlay(cells, official, candidates):
    _check_what_moves(cells, official.union_all(), candidates.union_all(), "## La comparaison et le portrait")


def test_what_2024_changed_is_that_of_an_overlay(cells, official, shared_data):
    national = geopandas.read_file(shared_data / "qpv_national" / "qpv2024_simplified.geojson")
    town = national[national["insee_com"].isin(["13055", "13071"])].to_crs(2154)
    _check_what_moves(cells, official.union_all(), town.geometry.make_valid().union_all(), "## De 2015 à 2024")


def test_the_merged_draft_has_the_people_and_households_of_its_cells(cells, official):
    share = _inside(cells, official.union_all())
    people, households = (cells[name].to_numpy() @ share for name in ("Ind", "Men"))
    assert _shown(f"Habitants : {_number(people)}, {_number(households)} ménages.")


def test_the_portrait_of_a_quarter_is_the_sum_of_its_cells(cells, official):
    share = _inside(cells, official.set_index("CODE_QP").geometry["QP013032"])
    people, households, poor = (cells[name].to_numpy() @ share for name in ("Ind", "Men", "Men_pauv"))
    poor_share = f"{100 * poor / households:.1f}".replace(".", ",")
    assert _shown(f"│ {_number(people)}    │ {poor_share} %")
