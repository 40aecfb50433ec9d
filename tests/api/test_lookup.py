"""The service answers what the command line answers."""

from __future__ import annotations

import json
import sys

import pytest

from geoville.cli.main import main

ON = "2024-06-01"
QUESTIONS = {
    "address": (("1 rue Youri Gagarine, 62100 Calais",), {"q": "1 rue Youri Gagarine, 62100 Calais"}),
    "place": (("collège Vauban",), {"q": "collège Vauban"}),
    "street": (("avenue Guynemer, Calais",), {"q": "avenue Guynemer, Calais"}),
    "unknown": (("12 rue de l'Inconnue, 62100 Calais",), {"q": "12 rue de l'Inconnue, 62100 Calais"}),
    "coordinates": (("--lon", "1.8867", "--lat", "50.956"), {"lon": "1.8867", "lat": "50.956"}),
    "inaccurate": (
        ("--lon", "1.8867", "--lat", "50.956", "--accuracy-m", "500"),
        {"lon": "1.8867", "lat": "50.956", "accuracy_m": "500"},
    ),
    "far away": (("--lon", "-178.5", "--lat", "-89.9"), {"lon": "-178.5", "lat": "-89.9"}),
}


@pytest.mark.parametrize(("arguments", "parameters"), QUESTIONS.values(), ids=QUESTIONS)
def test_the_service_and_the_command_line_give_the_same_document(get, monkeypatch, capsys, arguments, parameters):
    monkeypatch.setattr(sys, "argv", ["geoville", "lookup", *arguments, "--on", ON, "--json"])
    with pytest.raises(SystemExit):
        main()
    answer = get("/lookup", **parameters, on=ON)
    printed = capsys.readouterr()
    assert printed.err == ("" if answer.status_code == 200 else answer.json()["detail"] + "\n")
    if answer.status_code == 200:
        assert answer.headers["content-type"] == "application/json"
        assert answer.json() == json.loads(printed.out)


def test_the_day_asked_is_echoed(get):
    assert get("/lookup", q="collège Vauban", on="2016-05-04").json()["on"] == "2016-05-04"


def test_coordinates_are_accepted_where_an_address_is(get):
    typed, given = get("/lookup", q="1.8867, 50.956", on=ON), get("/lookup", lon=1.8867, lat=50.956, on=ON)
    assert typed.json() == given.json()


def test_an_answer_for_a_day_to_come_says_what_it_supposes(get):
    to_come = [
        reason
        for reason in get("/lookup", q="collège Vauban", on="2999-01-01").json()["reasons"]
        if "à venir" in reason
    ]
    assert to_come == [
        "Date à venir : la réponse suppose que les contours et les règles connus aujourd'hui vaudront encore le "
        "1er janvier 2999."
    ]
    assert not any("à venir" in reason for reason in get("/lookup", q="collège Vauban", on=ON).json()["reasons"])
