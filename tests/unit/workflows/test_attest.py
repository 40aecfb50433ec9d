"""A statement from a desk: in memory for a service, on disk for a command."""

from __future__ import annotations

import logging
from pathlib import Path

import pytest
from made_up_answers import ASKED, LAT, LON, OFFICIAL_INDEX, ON, position

from geoville.errors import InvalidInputError
from geoville.model import NotFound, Position
from geoville.workflows.attest import StatementFormat, attest, attest_at, format_of, statement_bytes, write_statement
from geoville.workflows.lookup import LookupDesk


class OneAddress:
    """A geocoder that knows one address."""

    def search(self, text: str, **_: str) -> Position | NotFound:
        return position() if text == ASKED else NotFound("Adresse absente de la liste d'essai.")


@pytest.fixture
def desk() -> LookupDesk:
    return LookupDesk(OneAddress(), OFFICIAL_INDEX)


def test_the_statement_is_the_answer_of_the_desk(desk):
    answer = desk.answer(ASKED, ON)
    made = attest(desk, ASKED, ON, issued=ON)
    assert made.verdict == "DEHORS"
    assert made.sentence.replace("\N{NO-BREAK SPACE}", " ") == answer.reasons[0].replace("\N{NO-BREAK SPACE}", " ")
    assert attest(desk, "ailleurs", ON, issued=ON).verdict == "INCONNU"


def test_coordinates_have_the_accuracy_that_is_said(desk):
    assert attest_at(desk, LON, LAT, ON, issued=ON).verdict == "DEHORS"
    assert attest_at(desk, LON, LAT, ON, issued=ON, accuracy_m=80.0).verdict == "À VÉRIFIER"
    assert attest_at(desk, LON, LAT, ON, issued=ON) == attest(desk, f"{LON}, {LAT}", ON, issued=ON)


def test_a_service_gets_bytes(desk):
    made = attest(desk, ASKED, ON, issued=ON)
    assert statement_bytes(made, StatementFormat.PDF).startswith(b"%PDF-")
    assert statement_bytes(made, StatementFormat.HTML).decode("utf-8").startswith("<!DOCTYPE html>")


@pytest.mark.parametrize("name", ["relevé.pdf", "RELEVE.HTML"])
def test_the_file_is_what_a_service_would_send(desk, tmp_path, name):
    path = tmp_path / name
    made = attest(desk, ASKED, ON, issued=ON)
    write_statement(made, path)
    assert path.read_bytes() == statement_bytes(made, format_of(path))
    assert [item.name for item in tmp_path.iterdir()] == [name]


@pytest.mark.parametrize("name", ["releve.docx", "releve", "releve.pdf.txt"])
def test_another_format_is_refused(name):
    with pytest.raises(InvalidInputError, match=r"\.html ou \.pdf"):
        format_of(Path(name))


def test_what_cannot_be_written_leaves_what_was_there(desk, tmp_path, monkeypatch):
    path = tmp_path / "releve.pdf"
    path.write_bytes(b"avant")

    def refused(*_: object) -> Path:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "replace", refused)
    with pytest.raises(InvalidInputError, match="Impossible d'écrire"):
        write_statement(attest(desk, ASKED, ON, issued=ON), path)
    assert path.read_bytes() == b"avant"
    assert [item.name for item in tmp_path.iterdir()] == ["releve.pdf"]


@pytest.mark.parametrize("written_as", StatementFormat)
def test_the_address_is_in_no_log(desk, caplog, written_as):
    with caplog.at_level(logging.DEBUG):
        statement_bytes(attest(desk, "12 rue Zéphyrine Ouistiti", ON, issued=ON), written_as)
    assert not any(word in caplog.text for word in ("Zéphyrine", "Ouistiti"))
