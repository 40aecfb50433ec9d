"""What goes with a generation of QPV, among what a territory has: chosen by the law that was read, and said."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from geoville.errors import DataUnavailableError, InvalidInputError
from geoville.law import IncomeReference
from geoville.model import GenerationName
from geoville.sources.pack import Pack, open_pack
from geoville.territory import Territory
from geoville.workflows.candidates import compute_candidates
from geoville.workflows.explain import explain_place, replay
from geoville.workflows.generations import day_of_generation, inputs_of_generation
from geoville.workflows.search_inputs import CandidateRequest, request_of_generation

TODAY = date(2026, 1, 15)


def town(**has: Any) -> Pack:
    """A territory of the Pas-de-Calais with what a test says that it has."""
    unit = SimpleNamespace(zoning=2020, communes=("62193",))
    known: dict[str, Any] = {
        "name": "ville",
        "grids": {2017: None, 2019: None, 2021: None},
        "communes": {"62193": "Calais"},
        "income_reference": IncomeReference(21_000, 18_000, 99_000, year=2019),
        "unit_references": {},
        "iris_years": (2011, 2019),
        "latest_zoning": None,
        "manifest": SimpleNamespace(urban_unit=unit, communes=()),
    }
    return SimpleNamespace(**known | has)  # type: ignore[return-value]


def test_the_law_of_2015_names_the_incomes_of_2011_and_the_nearest_grid_stands_for_them() -> None:
    """Décret 2014-767, art. 2, II: revenus fiscaux localisés of 2011; its zoning is in no text that was read."""
    found = inputs_of_generation(open_pack("calais"), GenerationName.G2015, date(2015, 1, 1))
    assert (found.incomes_year, found.vintage, found.iris_year, found.reference_year) == (2011, 2015, 2011, 2009)
    assert found.remarks == (
        "La grille de 2015 tient lieu de celle de 2011.",
        "Les revenus de référence de 2009 tiennent lieu de ceux de 2011.",
        "Le zonage en unités urbaines de la génération 2015 n'a pas été lu : celui de 2010 en tient lieu.",
    )


def test_a_territory_that_has_all_of_2024_is_told_only_that_the_year_of_incomes_was_not_read() -> None:
    found = inputs_of_generation(town(), GenerationName.G2024, date(2024, 1, 1))
    assert (found.vintage, found.iris_year, found.reference_year, found.zoning) == (2019, 2019, 2019, 2020)
    (remark,) = found.remarks
    assert remark.startswith("L'année des revenus de la génération 2024 n'a pas été lue")


def test_incomes_of_iris_without_a_national_median_of_their_year_are_not_used() -> None:
    """No national declared median of 2013 is known: that of another year would be an invented figure."""
    found = inputs_of_generation(town(iris_years=(2013,)), GenerationName.G2024, date(2024, 1, 1))
    assert found.iris_year is None
    assert any("aucun" in remark for remark in found.remarks)


def test_the_generation_to_come_takes_the_latest_grid_and_says_that_no_text_rules_it() -> None:
    found = inputs_of_generation(town(), GenerationName.NEXT, TODAY)
    assert (found.vintage, found.iris_year, found.incomes_year) == (2021, 2019, 2021)
    assert found.remarks[0].startswith("Aucun texte ne règle la génération suivante")
    assert "Les revenus des IRIS de 2019 tiennent lieu de ceux de 2021." in found.remarks


def test_the_generation_to_come_is_refused_where_grids_are_no_newer_than_those_in_force() -> None:
    with pytest.raises(InvalidInputError, match="pas de carreaux d'après 2019"):
        inputs_of_generation(town(grids={2015: None, 2019: None}), GenerationName.NEXT, TODAY)


def test_a_territory_without_grid_is_refused_with_the_command_that_brings_one() -> None:
    with pytest.raises(DataUnavailableError, match="geoville data fetch ville --only grid"):
        inputs_of_generation(town(grids={}), GenerationName.G2024, date(2024, 1, 1))


@pytest.mark.parametrize(
    "given",
    [
        {"vintage": 2019},
        {"reference": IncomeReference(19_218, 13_650, 99_000)},
        {"territory": None},
    ],
)
def test_what_the_generation_chooses_cannot_be_given_too(given: dict[str, Any]) -> None:
    request = replace(CandidateRequest(on=TODAY, territory=open_pack("calais")), **given)
    with pytest.raises(InvalidInputError, match="La génération choisit elle-même"):
        request_of_generation(request, "2024", None)


def test_a_day_of_another_generation_is_refused() -> None:
    request = CandidateRequest(on=TODAY, territory=open_pack("calais"))
    with pytest.raises(InvalidInputError, match="n'est pas un jour de la génération 2015"):
        request_of_generation(request, "2015", date(2024, 1, 1))
    assert request_of_generation(request, "2015", date(2020, 5, 1)).on == date(2020, 5, 1)
    with pytest.raises(InvalidInputError, match="Génération inconnue"):
        day_of_generation(open_pack("calais"), "2030")


def test_lists_of_overseas_begin_on_their_own_day() -> None:
    """Décret 2024-1212: from 1 January 2025."""
    island = town(manifest=SimpleNamespace(urban_unit=None, communes=("97209",)))
    assert day_of_generation(island, "2024") == date(2025, 1, 1)


def test_candidates_of_a_generation_are_those_of_its_grid_and_are_explained_again(tmp_path: Path) -> None:
    out = tmp_path / "candidats.geojson"
    request = request_of_generation(CandidateRequest(on=TODAY, territory=open_pack("calais")), "2015", None)
    compute_candidates(request.territory_grid(), request).write(out)
    told = json.loads(out.with_name(out.name + ".provenance.json").read_text(encoding="utf-8"))
    assert told["parameters"]["generation"]["law_on"] == "2015-01-01"
    assert {item["parameter"] for item in told["law"]} >= {"income_year"}
    asked = CandidateRequest(on=date(2015, 1, 1), territory=open_pack("calais"), vintage=2015)
    by_hand = compute_candidates(asked.territory_grid(), asked)
    again = replay(out, on=TODAY)
    assert [item.attributes for item in again.perimeters] == [item.attributes for item in by_hand.perimeters]
    assert explain_place(out, 1.8937, 50.9534, on=TODAY).code == "C2015-62193-1"


def test_python_asks_for_a_day_of_the_generation() -> None:
    calais = Territory.open("calais")
    found = calais.candidates(on=TODAY, generation="2024")
    assert found.document()["generation"]["grid"] == 2019
    with pytest.raises(InvalidInputError, match="n'est pas un jour de la génération 2015"):
        calais.candidates(on=TODAY, generation="2015")
    with pytest.raises(InvalidInputError, match="Il manque le jour"):
        day_of_generation(calais.pack, "next")
