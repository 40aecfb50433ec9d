"""Many questions at once, footprints, rules and statements: the answers of the other doors."""

from __future__ import annotations

import json
import sys
from datetime import date

import pytest

from geoville.eligibility.documents import footprint_document, rule_document
from geoville.eligibility.rules import rules_at
from geoville.workflows.footprints import answer_about_file

ON = "2024-06-01"
SQUARE = {
    "type": "Polygon",
    "coordinates": [[[1.88, 50.95], [1.89, 50.95], [1.89, 50.96], [1.88, 50.96], [1.88, 50.95]]],
}
FEATURE = {"type": "Feature", "properties": {}, "geometry": SQUARE}


@pytest.fixture
def post(app, request_of):
    return lambda path, body: request_of(app, "POST", path, json=body)


def test_each_question_has_its_answer_or_its_problem(get, post):
    asked = [
        {"id": "a", "q": "collège Vauban"},
        {"id": 7, "lon": 1.8867, "lat": 50.956, "accuracy_m": 30},
        {"id": "both", "q": "calais", "lon": 1.8},
        {"id": "text", "lon": "est", "lat": "nord"},
        {"id": "unknown", "q": "calais", "Ouistiti": 1},
        {"id": ["x"], "q": " "},
    ]
    told = post("/lookup", {"questions": asked, "on": ON})
    document = told.json()
    answers = document["answers"]
    assert (told.status_code, document["on"]) == (200, ON)
    assert [item["id"] for item in answers] == ["a", 7, "both", "text", "unknown", None]
    assert answers[0]["answer"] == get("/lookup", q="collège Vauban", on=ON).json()
    assert answers[1]["answer"] == get("/lookup", lon=1.8867, lat=50.956, accuracy_m=30, on=ON).json()
    assert [item["problem"] and item["problem"]["status"] for item in answers] == [None, None, 400, 400, 400, 400]
    assert "Ouistiti" not in told.text


def test_a_thousand_questions_are_answered_and_no_more(post):
    question = {"lon": 1.8867, "lat": 50.956}
    answers = post("/lookup", {"questions": [question] * 1_000}).json()["answers"]
    assert len(answers) == 1_000
    assert all(item == answers[0] for item in answers)
    assert post("/lookup", {"questions": [question] * 1_001}).status_code == 422
    assert post("/lookup", {"questions": []}).json()["answers"] == []


@pytest.mark.parametrize(
    "drawn", [SQUARE, FEATURE, {"type": "FeatureCollection", "features": [FEATURE]}], ids=lambda drawn: drawn["type"]
)
def test_a_footprint_is_answered_as_the_command_line_does(app, post, tmp_path, drawn):
    file = tmp_path / "emprise.geojson"
    file.write_text(json.dumps(drawn), encoding="utf-8")
    index = app.state.service.desk.index
    expected = footprint_document(answer_about_file(file, index, date.fromisoformat(ON), territory="calais"))
    assert post(f"/lookup/geometry?on={ON}", drawn).json() == expected


def test_a_footprint_on_a_day_to_come_says_what_it_supposes(post):
    told = {day: " ".join(post(f"/lookup/geometry?on={day}", SQUARE).json()["reasons"]) for day in ("2999-01-01", ON)}
    assert {day: "Date à venir" in reasons for day, reasons in told.items()} == {"2999-01-01": True, ON: False}


BAD_SHAPES = {
    "nothing": {"type": "Polygon", "coordinates": []},
    "no coordinates": {"type": "Polygon"},
    "open ring": {"type": "Polygon", "coordinates": [[[1.8, 50.9], [1.9, 50.9]]]},
    "bow tie": {"type": "Polygon", "coordinates": [[[1, 50], [2, 51], [2, 50], [1, 51], [1, 50]]]},
    "off the globe": {"type": "Point", "coordinates": [1e300, 5]},
    "texts": {"type": "Point", "coordinates": ["Ouistiti", 5]},
    "no geometry": {"type": "Feature", "geometry": None, "properties": {}},
    "two sorts": {"type": "GeometryCollection", "geometries": [SQUARE, {"type": "Point", "coordinates": [1, 50]}]},
    "too many vertices": {"type": "MultiPoint", "coordinates": [[1.8, 50.9]] * 5_001},
}


@pytest.mark.parametrize("drawn", BAD_SHAPES.values(), ids=BAD_SHAPES)
def test_a_bad_footprint_is_a_problem(post, drawn):
    answer = post("/lookup/geometry", drawn)
    assert answer.status_code == 400
    assert answer.headers["content-type"] == "application/problem+json"
    assert "Ouistiti" not in answer.text


def test_rules_are_those_of_their_data_files(get):
    assert get("/rules", on=ON).json() == [rule_document(rule) for rule in rules_at(date.fromisoformat(ON))]
    assert len(get("/rules").json()) >= len(get("/rules", on=ON).json())


def test_a_statement_is_html_or_pdf_as_asked(app, get, post, request_of):
    page = get("/attest", q="collège Vauban", on=ON)
    assert page.headers["content-type"] == "text/html; charset=utf-8"
    assert "DEDANS" in page.text
    assert "<script" not in page.text
    assert get("/attest", q="collège Vauban", on=ON, format="pdf").content.startswith(b"%PDF")
    wanted = request_of(app, "GET", "/attest?q=calais", headers={"Accept": "application/pdf"})
    assert wanted.headers["content-type"] == "application/pdf"
    assert post("/attest", {"q": "collège Vauban", "on": ON}).content == page.content


def test_a_statement_in_pdf_is_not_implemented_where_nothing_writes_pdf(get, monkeypatch):
    monkeypatch.setitem(sys.modules, "fpdf", None)  # as if the extra "paper" were not installed
    refused = get("/attest", q="collège Vauban", on=ON, format="pdf")
    assert (refused.status_code, refused.headers["content-type"]) == (501, "application/problem+json")
    assert refused.json()["title"] == "Non disponible"
    assert refused.json()["detail"].endswith("lancer pip install 'geoville[paper]'.")
    assert get("/attest", q="collège Vauban", on=ON).status_code == 200


def test_what_is_typed_is_escaped_in_a_statement(get):
    page = get("/attest", q="<script>alert(1)</script> Calais", on=ON)
    assert page.status_code == 200
    assert "<script" not in page.text
    assert "&lt;script" in page.text
