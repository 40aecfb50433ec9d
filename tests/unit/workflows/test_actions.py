"""Actions described in files, looked for in the pack of Calais: answers, tables, and no home anywhere."""

from __future__ import annotations

import json
import logging
from datetime import date

import pytest
from asked_actions import INSIDE, TODAY, check, homes_file

from geoville.eligibility.actions.action import ActionGround as Ground
from geoville.eligibility.documents import action_document
from geoville.errors import InvalidInputError
from geoville.sources.actions import action_of

SECRET = "73 rue Zéphyrine Ouistiti"


def test_an_address_a_name_and_coordinates_are_placed(desk, tmp_path):
    found = check(desk, tmp_path, places=[INSIDE, "Collège Martin Luther King", {"lon": 1.8860, "lat": 50.9550}])
    assert found.ground is Ground.IN_QPV
    assert found.stages[0].spots[0].label == "1 Rue Youri Gagarine, 62100 Calais"
    assert (found.action.start, found.action.end) == (TODAY, TODAY)


def test_the_day_asked_stands_for_the_period(desk, tmp_path):
    asked = action_of(
        {"title": "A", "places": [INSIDE], "start": "2023-01-01", "end": "2025-01-01"}, "a.toml", tmp_path
    )
    assert len(desk.check(asked, on=None, today=TODAY).stages) == 2
    found = desk.check(asked, on=date(2024, 5, 1), today=TODAY)
    assert (found.action.start, found.action.end, len(found.stages)) == (date(2024, 5, 1), date(2024, 5, 1), 1)


@pytest.mark.parametrize("place", [{"lon": 50.95, "lat": 1.88}, "a" * 201], ids=["exchanged", "too long"])
def test_a_place_that_cannot_be_asked_about_is_named_by_its_rank(desk, tmp_path, place):
    with pytest.raises(InvalidInputError, match=r"fichier action\.toml, colonne places\[2\]"):
        check(desk, tmp_path, places=[INSIDE, place])


def test_homes_of_a_file_are_counted_row_by_row(desk, tmp_path):
    rows = ["1 rue Youri Gagarine;62100 Calais"] * 30 + [f"{SECRET};62100 Calais"] * 20 + [f"{'x' * 300};"] * 10
    found = check(desk, tmp_path, places=[INSIDE], public={"addresses": homes_file(tmp_path, *rows)})
    assert found.beneficiaries is not None
    assert found.beneficiaries.share == (0.5, 1.0)
    text = json.dumps(action_document(found), ensure_ascii=False)
    assert "Ouistiti" not in text


def test_homes_by_coordinates(desk, tmp_path):
    rows = ["1.8860;50.9550"] * 20 + ["1,95;50,99"] * 11 + ["ici;là"] * 11
    name = homes_file(tmp_path, *rows, header="lon;lat")
    found = check(desk, tmp_path, places=[INSIDE], public={"addresses": name}).beneficiaries
    assert found is not None
    assert found.counts is not None
    assert found.counts.total == 42


@pytest.mark.parametrize(
    ("rows", "header", "said"),
    [
        ([], "adresse", "vide"),
        ([SECRET], "nom", "domiciles.csv|adresse"),
        (["1 rue A;62100 Calais", f"{SECRET};62100;Calais"], "adresse;commune", "ligne 3"),
    ],
    ids=["empty", "no column", "row with a cell too many"],
)
def test_a_list_of_homes_that_cannot_be_read_is_refused_by_its_line(desk, tmp_path, rows, header, said):
    with pytest.raises(InvalidInputError, match=said) as refused:
        check(desk, tmp_path, places=[INSIDE], public={"addresses": homes_file(tmp_path, *rows, header=header)})
    assert "Ouistiti" not in refused.value.sentence


def test_no_home_is_in_a_log(desk, tmp_path, caplog):
    with caplog.at_level(logging.DEBUG):
        check(desk, tmp_path, places=[INSIDE], public={"addresses": [f"{SECRET}, 62100 Calais"] * 12})
    assert "Ouistiti" not in caplog.text
