"""The type of each problem is the address of a paragraph that says what it is, in the service and in the documents."""

from __future__ import annotations

import importlib.util
import re
from pathlib import Path

import pytest

from geoville.api.app import create_app
from geoville.api.problems import PAGE, PROBLEM_TYPES
from geoville.api.settings import Settings

DOCS = Path(__file__).resolve().parents[2] / "docs"

ASKED = {
    "/lookup": "question",
    f"/lookup?q={'a' * 201}": "texte-trop-long",
    f"/search?q={'a' * 201}": "texte-trop-long",
    "/search?q=calais&limit=21": "parametre",
    "/lookup?q=calais&date=2016-01-01": "parametre-inconnu",
    "/collections/inconnue": "introuvable",
    f"/lookup?q={'a' * 10_000}": "trop-long",
}


@pytest.mark.parametrize(("url", "kind"), ASKED.items(), ids=list(ASKED.values()))
def test_the_type_of_a_problem_leads_to_its_paragraph(get, url, kind):
    answer = get(url)
    document = answer.json()
    assert document["type"] == f"{PAGE}#{kind}"
    assert answer.status_code == document["status"] == PROBLEM_TYPES[kind].status
    page, _, anchor = document["type"].partition("#")
    shown = get(page)
    assert shown.status_code == 200
    assert f'id="{anchor}"' in shown.text


def test_a_question_of_a_batch_has_a_type_too(app, request_of):
    answers = request_of(app, "POST", "/lookup", json={"questions": [{}, {"q": "a" * 201}]}).json()["answers"]
    assert [answer["problem"]["type"] for answer in answers] == [f"{PAGE}#question", f"{PAGE}#texte-trop-long"]
    assert [answer["problem"]["status"] for answer in answers] == [400, 413]


def test_behind_a_public_address_types_are_absolute(request_of):
    app = create_app(Settings(territory="calais", perimeters=(), public_url="https://ville.example/qpv/"))
    kind = request_of(app, "GET", "/inconnu").json()["type"]
    assert kind == "https://ville.example/qpv/docs/erreurs#introuvable"


def test_the_bound_that_is_passed_is_said(get, request_of, app):
    assert "200 caractères" in get(f"/lookup?q={'a' * 201}").json()["detail"]
    assert "20 au plus" in get("/search?q=calais&limit=21").json()["detail"]
    many = request_of(app, "POST", "/lookup", json={"questions": [{"q": "calais"}] * 1_001}).json()
    assert "1 000 au plus" in many["detail"].replace("\u202f", " ").replace("\u00a0", " ")


def test_the_document_says_what_the_service_shows(get):
    spec = importlib.util.spec_from_file_location("erreurs", DOCS / "erreurs.py")
    erreurs = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(erreurs)
    written = (DOCS / "erreurs.md").read_text(encoding="utf-8")
    assert written == erreurs.page(), "python docs/erreurs.py"
    sections = re.findall(r"^## ([a-z-]+)$", written, re.MULTILINE)
    assert sections == re.findall(r'<section id="([a-z-]+)">', get(PAGE).text) == list(PROBLEM_TYPES)
