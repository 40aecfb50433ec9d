"""What is promised to those who write code against the answers: a yes or a no apart, some fields, a day a question."""

from __future__ import annotations

import json

import pytest

ON = "2026-01-15"
GAGARINE = "1 rue Youri Gagarine, 62100 Calais"
INCONNUE = "12 rue de l'Inconnue, 62100 Calais"


@pytest.fixture
def post(app, request_of):
    return lambda path, body: request_of(app, "POST", path, json=body)


def test_a_yes_is_in_its_own_field_and_its_perimeters_hold_the_place(get):
    inside = get("/lookup", q=GAGARINE, on=ON).json()
    assert (inside["contains"], inside["conclusive"]) == (True, True)
    assert inside["perimeters"][0]["code"] == "QN06254M"
    assert all(item["distance_m"] <= 0 and item["in_force"] for item in inside["perimeters"])
    outside = get("/lookup", lon="1.8867", lat="50.956", on=ON).json()
    assert (outside["contains"], outside["conclusive"]) == (False, True)
    assert [item["kind"] for item in outside["perimeters"] if item["kind"] == "qpv"] == []
    assert outside["nearest"][0]["distance_m"] == outside["distance_m"] > 0
    unknown = get("/lookup", q=INCONNUE, on=ON).json()
    assert (unknown["contains"], unknown["conclusive"]) == (None, False)


def test_every_answer_tells_the_version_of_the_data_and_it_is_one(get, post):
    building = {"type": "Polygon", "coordinates": [[[1.88, 50.95], [1.881, 50.95], [1.881, 50.951], [1.88, 50.95]]]}
    versions = {
        get("/lookup", q=GAGARINE, on=ON).json()["data_version"],
        get("/search", q=GAGARINE, on=ON).json()["qpv"]["data_version"],
        post("/lookup/geometry", building).json()["data_version"],
        post("/actions/check", {"title": "Atelier", "places": [GAGARINE], "on": ON}).json()["data_version"],
    }
    (version,) = versions
    assert len(version) == 16


def test_the_fields_asked_for_come_alone_and_an_answer_gets_short(get, post):
    whole = get("/lookup", q=GAGARINE, on=ON)
    short = get("/lookup", q=GAGARINE, on=ON, fields="verdict,contains,reasons")
    assert short.json() == {name: whole.json()[name] for name in ("verdict", "contains", "reasons")}
    assert len(short.content) * 10 < len(whole.content)
    batch = post(
        "/lookup", {"on": ON, "fields": "contains", "questions": [{"q": GAGARINE}, {"lon": 1.8867, "lat": 50.956}]}
    )
    assert [item["answer"] for item in batch.json()["answers"]] == [{"contains": True}, {"contains": False}]
    refused = get("/lookup", q=GAGARINE, fields="verdict,couleur")
    assert refused.status_code == 400
    assert "couleur" not in refused.text
    assert "data_version" in refused.json()["detail"]


def test_each_question_of_a_batch_may_have_its_day_and_its_town(post):
    point = {"lon": 5.3810, "lat": 43.3130}
    questions = [
        {"id": "a", **point, "on": "2016-05-01"},
        {"id": "b", **point},
        {"id": "c", "q": "rue Youri Gagarine", "citycode": "62193"},
        {"id": "d", "q": "1 rue Youri Gagarine", "postcode": "62100"},
        {"id": "e", **point, "postcode": "13003"},
    ]
    document = post("/lookup", {"on": ON, "questions": questions}).json()
    assert document["on"] == ON
    by_id = {item["id"]: item for item in document["answers"]}
    assert by_id["a"]["answer"]["on"] == "2016-05-01"
    assert by_id["a"]["answer"]["perimeters"][0]["generation"] == 2015
    assert by_id["b"]["answer"]["perimeters"][0]["generation"] == 2024
    assert by_id["c"]["answer"]["position"]["citycode"] == "62193"
    assert by_id["d"]["answer"]["contains"] is True
    assert by_id["e"]["problem"]["detail"].startswith("postcode et citycode ne disent rien de coordonnées")


@pytest.mark.parametrize(
    ("question", "named"),
    [
        ({"q": "Calais", "on": "hier"}, "on"),
        ({"lon": "un", "lat": 50.9}, "lon"),
        ({"adresse": "Calais"}, "adresse"),
        ({"q": "Calais", "code_postal": "62100", "postcode": 62100}, "code_postal, postcode"),
    ],
)
def test_a_question_that_cannot_be_read_is_told_its_own_keys(post, question, named):
    (answer,) = post("/lookup", {"questions": [question]}).json()["answers"]
    assert answer["problem"]["detail"].startswith(f"Question mal formée : {named} : clés permises : ")


def test_a_key_that_may_be_somebodys_address_is_not_repeated(post):
    (answer,) = post("/lookup", {"questions": [{"12 rue des Lilas": 1}]}).json()["answers"]
    assert "Lilas" not in json.dumps(answer)


def test_a_suggestion_has_no_verdict_of_its_own_where_the_question_was_not_found(get):
    document = get("/search", q="1 rue Youri Gagarin", limit="20", on=ON).json()
    assert document["features"]
    if document["qpv"]["verdict"] == "not_found":
        assert {item["properties"]["qpv"]["verdict"] for item in document["features"]} == {"not_found"}
    absent = get("/search", q="12 rue de l'Inconnue Gagarine, 62100 Calais", limit="20", on=ON).json()
    assert absent["qpv"]["verdict"] == "not_found"
    assert all(item["properties"]["qpv"] == absent["qpv"] for item in absent["features"])


def test_the_features_carry_the_people_of_the_cells_as_answers_do(get):
    answered = get("/lookup", q=GAGARINE, on=ON).json()["perimeters"][0]
    features = get("/collections/qpv-2024/items", limit="100").json()["features"]
    (drawn,) = [item["properties"] for item in features if item["properties"]["code"] == answered["code"]]
    assert drawn["population_cells"] == answered["population_cells"]["count"] > 0
    assert drawn["population_cells_source"] == answered["population_cells"]["source"]
