"""Candidates of several urban units at once: a made-up country of two towns, and Marseille with the towns around."""

from __future__ import annotations

import os
import threading
from dataclasses import replace
from datetime import date
from pathlib import Path

import geopandas
import numpy as np
import pytest
from made_up_places import PEOPLE, SIDE, Block, Country

from geoville.errors import InvalidInputError
from geoville.perimeters.quarters import CandidateOptions
from geoville.perimeters.scenarios import Choices, SearchMethod
from geoville.workflows.candidates import CandidateRun, compute_candidates
from geoville.workflows.describe import describe_perimeters
from geoville.workflows.search_inputs import CandidateRequest, UnitTables, read_unit_tables
from geoville.workflows.sensitivity import sweep_files

CELLS = CandidateOptions(method=SearchMethod.CELLS)
ON = date(2024, 1, 1)
POOR, BETWEEN = 9_000, 16_500
CELLS_OF_A_BLOCK = SIDE**2

COUNTRY = Country(
    (
        Block("13201", 0, 0, POOR),  # two arrondissements of Marseille
        Block("13202", 6, 0, POOR),
        Block("83001", 0, 6, POOR),  # the next town begins where they end
        Block("13203", 30, 0, BETWEEN),
        Block("83001", 30, 20, BETWEEN),
        Block("83002", 0, 30, POOR),  # a unit of 9 000 people
        Block("83003", 0, 50, POOR),  # no unit at all
    )
)
UNIT_OF = {"13201": "A", "13202": "A", "13203": "A", "83001": "B", "83002": "S"}
FIGURES = {"A": (12_000, 900_000), "B": (25_000, 50_000), "S": (15_000, 9_000)}


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> CandidateRun:
    folder = tmp_path_factory.mktemp("country")
    tables = COUNTRY.write_tables(folder, UNIT_OF, FIGURES)
    return compute_candidates(COUNTRY.write_grid(folder), CandidateRequest(on=ON, units=tables, options=CELLS))


def test_each_unit_has_its_own_threshold(run: CandidateRun) -> None:
    euros = {unit: threshold.eur for unit, threshold in run.found.start.thresholds.items()}
    assert euros == {"A": 9_900, "B": 12_300}  # 9 869.1 and 12 209.1, rounded up


def test_cells_between_the_two_thresholds_are_kept_in_the_richer_unit_alone(run: CandidateRun) -> None:
    grid, zones = run.found.start.grid, run.found.start.zones
    between = grid.mean_eur == BETWEEN
    assert run.search.selected[between & (zones.unit == "B")].all()
    assert not run.search.selected[between & (zones.unit == "A")].any()


def test_clusters_are_cut_at_the_limit_of_a_unit(run: CandidateRun) -> None:
    units = [set(run.found.start.zones.unit[quarter.rows].tolist()) for quarter in run.search.kept]
    assert sorted(map(sorted, units)) == [["A"], ["B"], ["B"]]
    [town] = [item for item in run.perimeters if item.communes == ("13055",)]
    neighbour = min(
        (item for item in run.perimeters if item.communes == ("83001",)),
        key=lambda item: item.geometry.distance(town.geometry),
    )
    assert town.geometry.distance(neighbour.geometry) < 1
    assert town.geometry.intersection(neighbour.geometry).area < 1e-3


def test_arrondissements_are_their_town(run: CandidateRun) -> None:
    [town] = [item for item in run.perimeters if item.communes == ("13055",)]
    assert (town.code, town.name) == ("C2019-13055-1", "Candidat 1, Marseille")
    assert {item.name for item in run.perimeters if item != town} == {
        f"Candidat {rank}, Commune 83001" for rank in (1, 2)
    }
    assert town.attributes["population"] == 2 * CELLS_OF_A_BLOCK * PEOPLE


def test_a_unit_that_is_too_small_is_left_out_and_listed(run: CandidateRun) -> None:
    document = run.document()
    assert document["small_units"] == ["S"]
    assert set(document["thresholds"]) == {"A", "B"}
    assert not any("83002" in item["communes"] for item in document["candidates"] + document["rejected"])


@pytest.mark.parametrize(("since", "is_left_out"), [("2018-01-02", False), ("2024-01-02", True), ("", True)])
def test_a_small_unit_keeps_its_quarters_for_the_delay(tmp_path: Path, since: str, is_left_out: bool) -> None:
    tables = COUNTRY.write_tables(tmp_path, UNIT_OF, FIGURES, {"S": since})
    run = compute_candidates(COUNTRY.write_grid(tmp_path), CandidateRequest(on=ON, units=tables, options=CELLS))
    assert run.found.small_units == (("S",) if is_left_out else ())
    assert any(item.communes == ("83002",) for item in run.perimeters) != is_left_out
    assert run.provenance.parameters["urban_units"]["S"].get("small_since", "") == since
    assert any(value.parameter == "urban_unit_derogation_years" for value in run.provenance.law) != is_left_out


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("S,15000,9000,hier", r"« hier » n'est pas une date \(fichier rmuc\.csv, ligne 2, colonne small_since\)"),
        ("S,beaucoup,9000,", "pas un nombre.*ligne 2"),
        ("S,15000,inf,", "pas un nombre.*ligne 2"),
        ("S,15000", "pas un nombre.*ligne 2"),
    ],
)
def test_a_figure_that_is_none_is_refused_with_its_line(tmp_path: Path, line: str, said: str) -> None:
    tables = COUNTRY.write_tables(tmp_path, UNIT_OF, FIGURES)
    tables.rmuc.write_text(f"uu,rmuc_eur,population,small_since\n{line}\n", encoding="utf-8")
    with pytest.raises(InvalidInputError, match=said):
        read_unit_tables(tables)


@pytest.mark.skipif(os.name != "posix", reason="named pipes")
def test_a_table_may_be_a_pipe(tmp_path: Path) -> None:
    tables = COUNTRY.write_tables(tmp_path, UNIT_OF, FIGURES)
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    writer = threading.Thread(target=pipe.write_bytes, args=(tables.rmuc.read_bytes(),))
    writer.start()
    piped = read_unit_tables(replace(tables, rmuc=pipe))
    writer.join()
    direct = read_unit_tables(tables)
    assert piped[0] == direct[0]
    assert piped[1].keys() == direct[1].keys()
    assert [file.sha256 for file in piped[2]] == [file.sha256 for file in direct[2]]


def test_cells_outside_every_unit_that_counts_are_counted(run: CandidateRun) -> None:
    assert run.document()["cells_outside_urban_unit"] == 2 * CELLS_OF_A_BLOCK
    outside = np.isin(run.found.start.zones.commune, ["83002", "83003"])
    assert np.isnan(run.search.share_below[outside]).all()
    assert np.isfinite(run.search.share_below[~outside]).all()


def test_a_perimeter_is_described_with_the_threshold_of_its_own_unit(tmp_path: Path) -> None:
    tables = COUNTRY.write_tables(tmp_path, UNIT_OF, FIGURES)
    drawn = geopandas.GeoDataFrame(
        {"code": ["A", "B", "none"], "commune": "13055"},
        geometry=[COUNTRY.square_of(COUNTRY.blocks[place]) for place in (3, 4, 6)],
        crs=COUNTRY.epsg,
    )
    drawn.to_file(tmp_path / "dessins.gpkg")
    request = CandidateRequest(on=ON, units=tables, options=CELLS)
    found = describe_perimeters(tmp_path / "dessins.gpkg", COUNTRY.write_grid(tmp_path), request).found
    figures = {item.code: figures for item, figures in found}
    assert figures["A"].share_below.value < figures["B"].share_below.value
    assert np.isnan(figures["none"].share_below.value)
    assert figures["none"].median_eur.value < figures["A"].median_eur.value
    assert [item.population for item in figures.values()] == pytest.approx([CELLS_OF_A_BLOCK * PEOPLE] * 3, rel=1e-3)


def test_several_units_are_swept_together(run: CandidateRun, tmp_path: Path) -> None:
    request = CandidateRequest(on=ON, units=COUNTRY.write_tables(tmp_path, UNIT_OF, FIGURES), options=CELLS)
    options = request.options
    swept = sweep_files(
        [COUNTRY.write_grid(tmp_path)], request, Choices((1.0, 10.0), (options.contiguity,), (options.gap_m,))
    )
    own, loose = swept.result.outcomes.values()
    assert own == swept.result.own_outcome
    assert (own.candidates, own.people) == (len(run.perimeters), sum(item.population for item in run.search.kept))
    assert loose.people == 5 * CELLS_OF_A_BLOCK * PEOPLE


@pytest.mark.realdata
def test_the_towns_around_marseille_that_are_not_in_its_unit_are_left_out(shared_data: Path, tmp_path: Path) -> None:
    rmuc = tmp_path / "rmuc.csv"
    rmuc.write_text("uu,rmuc_eur,population\n00759,18380,1560000\n", encoding="utf-8")
    folder = shared_data / "marseille"
    units = UnitTables(folder / "communes.geojson", shared_data / "urban_units_2010.csv", rmuc, 19_218.0)
    run = compute_candidates(folder / "filosofi2017_200m.csv", CandidateRequest(on=date(2015, 1, 1), units=units))
    start = run.found.start
    outside = start.zones.unit != "00759"
    assert run.search.outside_unit == int(outside.sum()) == 1_278  # as ../shared/data/SOURCES.md counts them
    assert start.grid.people[outside].sum() == 67_966.5
    assert start.thresholds["00759"].eur == 11_400
    assert {code for item in run.perimeters for code in item.communes}.isdisjoint(start.zones.commune[outside])
    assert len(run.perimeters) > 10
