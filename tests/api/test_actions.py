"""`POST /actions/check`: the same answer as the command line, no file read, no home repeated."""

from __future__ import annotations

import logging
from datetime import date

import pytest

from geoville.eligibility.documents import action_document
from geoville.sources.actions import action_of

INSIDE = "1 rue Youri Gagarine, 62100 Calais"
SECRET = "73 rue Zéphyrine Ouistiti"
SQUARE = {
    "type": "Polygon",
    "coordinates": [[[1.88, 50.95], [1.89, 50.95], [1.89, 50.96], [1.88, 50.96], [1.88, 50.95]]],
}


@pytest.fixture
def post(app, request_of):
    return lambda **entries: request_of(app, "POST", "/actions/check", json=entries)


def test_the_answer_is_that_of_the_desk(app, post):
    described = {"title": "Devoirs", "places": [INSIDE], "start": "2023-09-01", "end": "2024-06-30"}
    answer = post(**described, public={"share_in_qpv": 0.6})
    assert answer.status_code == 200
    asked = action_of({**described, "public": {"share_in_qpv": 0.6}}, "demande", None)
    desk = app.state.service.actions
    assert answer.json() == action_document(desk.check(asked, on=None, today=date(2026, 1, 15)))


def test_an_action_of_days_to_come_says_what_the_answer_supposes(post):
    described = {"title": "Devoirs", "places": [INSIDE]}
    told = post(**described, start="2998-01-01", end="2999-01-01").json()
    assert [note for note in told["notes"] if "à venir" in note] == [
        "Date à venir : la réponse suppose que les contours et les règles connus aujourd'hui vaudront encore le "
        "1er janvier 2998."
    ]
    begun = post(**described, start="2026-01-15", end="2999-01-01").json()
    assert not any("à venir" in note for note in begun["notes"])  # judged on a day that is over


@pytest.mark.parametrize(
    "public",
    [
        {"counts": [{"perimeter": "QN06253M", "people": 40}], "total": 60},
        {"addresses": [INSIDE] * 30 + [SECRET] * 12},
        {"catchment": SQUARE},
    ],
    ids=["counts", "addresses", "catchment"],
)
def test_every_way_to_describe_a_public_is_answered(post, public):
    answer = post(title="Atelier", places=[{"lon": 1.866, "lat": 50.94}], zone=SQUARE, on="2026-01-15", public=public)
    assert answer.status_code == 200
    told = answer.json()
    assert told["start"] == told["end"] == "2026-01-15"
    assert told["beneficiaries"]["share_least"] is not None
    assert "Ouistiti" not in answer.text


BAD = {
    "no title": ({"places": [INSIDE]}, 422),
    "no place": ({"title": "A"}, 400),
    "unknown entry": ({"title": "A", "places": [INSIDE], SECRET: 1}, 422),
    "place that is no text": ({"title": "A", "places": [3]}, 422),
    "place too long": ({"title": "A", "places": [SECRET * 20]}, 400),
    "latitude first": ({"title": "A", "places": [{"lon": 50.9, "lat": 1.8}]}, 400),
    "file of homes": ({"title": "A", "places": [INSIDE], "public": {"addresses": "/etc/passwd"}}, 422),
    "file of a zone": ({"title": "A", "zone": "/etc/passwd"}, 400),
    "file of a catchment": ({"title": "A", "places": [INSIDE], "public": {"catchment": "/etc/passwd"}}, 400),
    "quarter twice": (
        {"title": "A", "places": [INSIDE], "public": {"counts": [{"perimeter": "QN1", "people": 1}] * 2, "total": 9}},
        400,
    ),
    "code that is an address": (
        {"title": "A", "places": [INSIDE], "public": {"counts": [{"perimeter": SECRET[:30], "people": 1}], "total": 9}},
        400,
    ),
    "day that is an address": ({"title": "A", "places": [INSIDE], "start": SECRET}, 422),
    "too many homes": ({"title": "A", "places": [INSIDE], "public": {"addresses": [SECRET] * 501}}, 422),
}


@pytest.mark.parametrize(("entries", "status"), BAD.values(), ids=BAD)
def test_a_bad_request_is_a_problem_that_repeats_no_address(post, caplog, entries, status):
    with caplog.at_level(logging.DEBUG, logger="geoville"):
        answer = post(**entries)
    assert answer.status_code == status
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["detail"].endswith(".")
    assert "Ouistiti" not in answer.text + caplog.text
