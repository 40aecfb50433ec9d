"""What Calais is told: its three REP+ schools, and a street that the embedded list does not hold."""

from __future__ import annotations

import csv
from datetime import date

import pytest

from geoville.model import Basis, PositionType, VerdictCode
from geoville.workflows.lookup import DeskChoice

ON = date(2024, 1, 1)


@pytest.fixture(scope="module")
def desk():
    return DeskChoice("calais").open()


@pytest.mark.parametrize("school", ["Collège Martin Luther King", "Collège Vauban"])
def test_a_school_whose_place_is_known_has_a_verdict_and_a_distance(desk, school):
    answer = desk.answer(school, ON)
    assert answer.verdict in {VerdictCode.INSIDE, VerdictCode.OUTSIDE}
    assert answer.distance_m is not None
    assert (answer.distance_m <= 0) == (answer.verdict is VerdictCode.INSIDE)
    assert abs(answer.distance_m) > answer.accuracy_m
    assert answer.position.type is PositionType.PLACE


def test_a_school_known_to_its_street_alone_is_uncertain_and_says_so(desk):
    answer = desk.answer("collège Lucien Vadez", ON)
    assert answer.verdict is VerdictCode.UNCERTAIN
    assert answer.distance_m is not None
    assert not answer.position.firm
    assert any("rue" in reason for reason in answer.reasons)


def test_a_street_that_the_list_lacks_is_no_no(desk):
    answer = desk.answer("12 rue de l'Inconnue, 62100 Calais", ON)
    assert answer.verdict is VerdictCode.NOT_FOUND
    assert any("absente de la liste embarquée (69 adresses)" in reason for reason in answer.reasons)
    assert any("n'est pas un « non »" in reason for reason in answer.reasons)
    assert answer.position is None
    assert answer.distance_m is None


def test_every_answer_rests_on_the_official_contours(desk):
    for question in ("1 rue Youri Gagarine, Calais", "collège Vauban", "1.8867, 50.9560"):
        answer = desk.answer(question, ON)
        assert answer.basis is Basis.OFFICIAL
        assert answer.hits[0].perimeter.generation == 2024
        assert not any("sans valeur réglementaire" in reason for reason in answer.reasons)
        assert [source.producer for source in answer.sources] == ["ANCT"]


def test_before_the_first_list_nothing_is_known_and_the_estimate_is_only_named(desk):
    answer = desk.answer("1 rue Youri Gagarine, Calais", date(2014, 12, 31))
    assert answer.verdict is VerdictCode.NOT_FOUND
    assert "aucun QPV n'existait le 31 décembre 2014" in answer.reasons[0]
    assert any("aussi dans le périmètre estimé" in reason for reason in answer.reasons)


@pytest.mark.parametrize(
    ("place", "code", "inside"),
    [
        ("École maternelle Constantine", "QP062055", True),
        ("École élémentaire Oran-Constantine", "QP062055", False),
        ("Salle Nelson Mandela", "QP062055", False),
        ("École maternelle Youri Gagarine", "QP062056", True),
    ],
)
def test_the_places_that_the_contract_names_stand_where_they_were_found(desk, place, code, inside):
    answer = desk.answer(place, date(2016, 5, 1))
    nearest = answer.hits[0]
    assert (nearest.perimeter.code, nearest.inside) == (code, inside)
    if not inside:  # 36 m and 38 m outside, as measured when they were found
        assert 34 < nearest.distance_m < 40


def test_a_school_that_two_sources_place_apart_is_uncertain_and_both_are_cited(desk):
    answer = desk.answer("Collège Lucien Vadez", ON)
    assert answer.verdict is VerdictCode.UNCERTAIN
    said = next(reason for reason in answer.reasons if "Plusieurs positions connues" in reason)
    assert "Éducation nationale" in said
    assert "OpenStreetMap" in said
    assert answer.position.alternatives


@pytest.mark.realdata
def test_the_schools_stand_where_the_open_data_put_them(desk, shared_data):
    with (shared_data / "calais" / "places.csv").open(encoding="utf-8", newline="") as stream:
        rows = list(csv.DictReader(stream))
    known = {row["name"]: row for row in rows if "coll" in row["name"].lower()}
    assert known
    for name, row in known.items():
        position = desk.answer(name, ON).position
        assert (position.lon, position.lat) == pytest.approx((float(row["lon"]), float(row["lat"])), abs=1e-6), name
