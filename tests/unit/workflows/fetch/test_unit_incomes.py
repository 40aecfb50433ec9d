"""Reference incomes of the urban units of a fetched territory: those that INSEE publishes, else an estimate, said."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Sequence
from datetime import date
from pathlib import Path

import openpyxl
import pyarrow.parquet as pq
import pytest
from official_mirror import COMMUNES, write_mirror

from geoville.sources.official.recognise import recognise
from geoville.workflows.candidates import compute_candidates
from geoville.workflows.fetch import FetchRequest, FetchRun, fetch_pack, target_of_pack
from geoville.workflows.search_inputs import CandidateRequest
from geoville.workflows.territories import new_territory

TITLE = "Structure et distribution des revenus déclarés par unité de consommation en {year}"
HEADER = ("CODGEO", "LIBGEO", "NBMEN{y}", "NBPERS{y}", "NBUC{y}", "PIMP{y}", "Q1{y}", "Q2{y}", "Q3{y}", "PACT{y}")
UNITS = (("00851", "Paris", 24_000), ("62502", "Calais", 14_870), ("59702", "Lille", 20_100))
"""Made-up medians, in the layout of INSEE's workbooks: titles, labels, then the names of the columns on a sixth row."""

METROPOLE = (("METRO", "France métropolitaine", 21_000),)
ON = date(2026, 1, 15)


def workbook(path: Path, rows: Sequence[tuple[str, str, float]], year: int = 2019, extra: tuple[str, ...] = ()) -> Path:
    """A workbook of one level: the whole population, then a sheet by age, as INSEE publishes it."""
    book = openpyxl.Workbook()
    book.active.title = "Documentation"
    book.active.append(["Mise en ligne le 21 janvier 2022"])
    short = f"{year % 100:02}"
    sheet = book.create_sheet("ENSEMBLE")
    for line in (
        [TITLE.format(year=year)],
        [f"Géographie au 01/01/{year + 1}"],
        [],
        ["Source : Insee"],
        ["Code", "Nom"],
    ):
        sheet.append(line)
    sheet.append([name.format(y=short) for name in (*HEADER, *extra)])
    for code, name, median in rows:
        sheet.append(
            [code, name, 1000, 2200, 1500, 55.0, median - 5000, median, median + 7000, 70.0, *(1.0 for _ in extra)]
        )
    by_age = book.create_sheet("AGE1")
    by_age.append([f"AGE1{name.format(y=short)}" for name in HEADER[5:]])
    book.save(path)
    return path


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The files of a town, without incomes by urban unit."""
    folder = tmp_path / "dossier"
    folder.mkdir()
    write_mirror(folder)
    return folder


class Quiet:
    """Nobody is told."""

    def step(self, data_set: object, doing: str) -> None:
        """Nothing."""

    def came(self, done: int, total: int | None) -> None:
        """Nothing."""


@pytest.fixture
def fetched(folder: Path) -> Callable[[], FetchRun]:
    def run() -> FetchRun:
        new_territory("ville", COMMUNES)
        return fetch_pack(FetchRequest(target_of_pack("ville"), from_dir=folder), Quiet())

    return run


@pytest.mark.parametrize(
    "names", [("FILO2019_DEC_UU2020.xlsx", "FILO2019_DEC_METROPOLE.xlsx"), ("a.xlsx", "b (1).xlsx")]
)
def test_published_incomes_are_verified_and_cited_whatever_the_workbooks_are_called(folder, fetched, names) -> None:
    workbook(folder / names[0], UNITS)
    workbook(folder / names[1], METROPOLE)
    run = fetched()
    assert not run.has_failed
    (reference,) = run.territory.unit_references.values()
    assert (reference.national_eur, reference.urban_unit_eur, reference.year) == (21_000, 14_870, 2019)
    assert reference.verified
    assert reference.source.startswith("Insee-DGFiP-Cnaf-Cnav-CCMSA")
    assert "2019" in reference.source
    assert not [note for note in run.notes if "estimés" in note]
    found = compute_candidates(run.territory.grid_path(), CandidateRequest(on=ON, territory=run.territory))
    assert "revenus médians de référence" not in found.found.unverified


def test_without_them_the_estimate_stays_and_is_said(fetched) -> None:
    run = fetched()
    (reference,) = run.territory.unit_references.values()
    assert 9870.5 < reference.urban_unit_eur < (9870.5 + 21_000) / 2, "pooled: lower than a mean of medians"
    assert not reference.verified
    (note,) = (note for note in run.notes if "estimés d'après les IRIS (62502)" in note)
    assert "unit_income" in note


def test_one_level_alone_is_not_enough_and_is_said(folder, fetched) -> None:
    workbook(folder / "uu.xlsx", UNITS)
    run = fetched()
    (reference,) = run.territory.unit_references.values()
    assert not reference.verified
    (made,) = (file for item in run.brought if item.data_set.kind == "unit_income" for file in item.files)
    assert "métropolitaine" in made.notes[0]


def test_incomes_of_units_of_another_zoning_are_not_used(folder, fetched) -> None:
    """RFL 2011 follows the urban units of 2010: 62502 may be another town there."""
    workbook(folder / "uu.xlsx", UNITS, year=2011)
    workbook(folder / "metro.xlsx", METROPOLE, year=2011)
    (reference,) = fetched().territory.unit_references.values()
    assert not reference.verified


def test_disposable_incomes_by_unit_are_refused(folder, fetched) -> None:
    workbook(folder / "uu.xlsx", UNITS, extra=("PPSOC{y}", "PIMPOT{y}"))
    run = fetched()
    assert ["revenus disponibles" in item.failure for item in run.failures] == [True]


@pytest.mark.parametrize(
    "rows", [(("62193", "Calais", 13_650), ("62548", "Marck", 19_000)), (("32", "Hauts-de-France", 1),)]
)
def test_communes_and_regions_in_the_same_layout_are_not_urban_units(tmp_path: Path, rows) -> None:
    assert recognise([workbook(tmp_path / "FILO2019_DEC_COM.xlsx", rows)]) == ()


def test_a_median_that_is_no_number_is_refused_with_its_place(folder, fetched) -> None:
    path = workbook(folder / "uu.xlsx", UNITS)
    book = openpyxl.load_workbook(path)
    book["ENSEMBLE"]["H8"] = "quinze mille"
    book.save(path)
    (failure,) = (item.failure for item in fetched().failures)
    assert "uu.xlsx, ligne 8, colonne Q219, valeur « quinze mille »" in failure


def test_workbooks_that_come_later_replace_what_the_version_before_had(folder, fetched) -> None:
    """What the note asks for: the same command with the workbooks alone; people are those that were counted before."""
    (estimated,) = fetched().territory.unit_references.values()
    shutil.rmtree(folder)
    folder.mkdir()
    for year, median in ((2019, 14_870), (2021, 15_500)):
        workbook(folder / f"uu{year}.xlsx", [("00851", "Paris", 25_000), ("62502", "Calais", median)], year)
        workbook(folder / f"metro{year}.xlsx", [("METRO", "France métropolitaine", 22_400)], year)
    run = fetch_pack(FetchRequest(target_of_pack("ville"), from_dir=folder), Quiet())
    (reference,) = run.territory.unit_references.values()
    assert (reference.urban_unit_eur, reference.year, reference.verified) == (15_500, 2021, True)
    assert reference.urban_unit_population == estimated.urban_unit_population == 12_800
    medians = pq.read_table(run.territory.file("unit_medians").checked_path()).to_pylist()
    assert {row["year"] for row in medians} == {2019, 2021}
    again = fetch_pack(FetchRequest(target_of_pack("ville"), from_dir=folder), Quiet()).territory
    assert again.unit_references == run.territory.unit_references
