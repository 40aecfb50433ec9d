"""A statement as PDF: one page of A4, embedded fonts, searchable text, vectors, the same bytes."""

from __future__ import annotations

import logging
import re
import shutil
import subprocess
import sys
import zlib
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from made_up_answers import (
    ASKED,
    ESTIMATED_INDEX,
    HOSTILE,
    OFFICIAL_INDEX,
    ON,
    SHA_2015,
    SHA_2024,
    estimated,
    landmark,
    not_found,
    official,
    overflowing,
)

from geoville.rendering.statement.sheet import statement_pdf
from geoville.rendering.statement.text import Statement, statement

A4_POINTS = (595.28, 841.89)
POSITION = re.compile(rb"BT [\d.-]+ ([\d.-]+) Td")


def made(answer=None, index=OFFICIAL_INDEX, asked: str = ASKED, issued: date = ON) -> Statement:
    places = (landmark("Collège", 100, -200),)
    return statement(answer or official(), asked, index=index, landmarks=places, issued=issued)


def streams(pdf: bytes) -> list[bytes]:
    """Every stream of a document, decompressed."""
    found = re.findall(rb"stream\r?\n(.*?)\r?\nendstream", pdf, re.DOTALL)
    return [zlib.decompress(part) if part[:1] == b"x" else part for part in found]


def in_metadata(text: str) -> bytes:
    """A text as titles and descriptions are written."""
    return text.encode("utf-16-be").hex().encode("ascii")


def lowest_text_points(pdf: bytes) -> float:
    """Height of the lowest line of text, from the foot of the page."""
    return min(float(height) for stream in streams(pdf) for height in POSITION.findall(stream))


@pytest.fixture(scope="module")
def pdf() -> bytes:
    return statement_pdf(made())


def test_it_is_one_page_of_a4_in_french(pdf):
    assert pdf.startswith(b"%PDF-")
    assert len(re.findall(rb"/Type /Page\b", pdf)) == 1
    width, height = map(float, re.findall(rb"/MediaBox \[0 0 ([\d.]+) ([\d.]+)\]", pdf)[0])
    assert (width, height) == pytest.approx(A4_POINTS, abs=0.1)
    assert b"/Lang (fr-FR)" in pdf
    assert in_metadata("Relevé de situation") in pdf
    assert b"(D:20260115000000Z" in pdf


def test_fonts_are_embedded_and_the_map_is_no_image(pdf):
    assert pdf.count(b"/FontFile2") == 3
    assert pdf.count(b"/ToUnicode") == 3
    assert b"/Subtype /Image" not in pdf
    assert any(b" re f" in stream or b" l" in stream for stream in streams(pdf))
    assert in_metadata("Extrait de carte. La position est") in pdf


def test_the_same_statement_gives_the_same_bytes_in_any_process(pdf):
    assert statement_pdf(made()) == pdf
    code = (
        "import hashlib; from made_up_answers import *; from geoville.rendering.statement.text import statement;"
        "from geoville.rendering.statement.pdf import statement_pdf;"
        "made = statement(official(), ASKED, index=OFFICIAL_INDEX,"
        " landmarks=(landmark('Collège', 100, -200),), issued=ON);"
        "print(statement_pdf(made).hex())"
    )
    ran = subprocess.run(
        [sys.executable, "-X", "utf8", "-c", code],
        env={"PYTHONPATH": ":".join(path for path in sys.path if path), "PYTHONHASHSEED": "7", "TZ": "Asia/Tokyo"},
        capture_output=True,
        check=True,
        text=True,
    )
    assert bytes.fromhex(ran.stdout.strip()) == pdf


def test_another_day_of_issue_gives_another_document(pdf):
    assert statement_pdf(made(issued=date(2026, 1, 16))) != pdf


@pytest.mark.parametrize("answer", [estimated(), not_found(), official(accuracy_m=80.0)])
def test_every_verdict_has_its_page(answer):
    page = statement_pdf(made(answer, ESTIMATED_INDEX))
    assert len(re.findall(rb"/Type /Page\b", page)) == 1
    assert lowest_text_points(page) > 30


def test_names_of_any_length_hold_on_the_page():
    answer, index = overflowing()
    page = statement_pdf(made(answer, index, "W" * 200))
    assert len(re.findall(rb"/Type /Page\b", page)) == 1
    assert lowest_text_points(page) > 30


def test_letters_that_the_font_lacks_are_neither_lost_in_silence_nor_logged(caplog):
    with caplog.at_level(logging.DEBUG):
        page = statement_pdf(made(asked=f"{HOSTILE} 北京"))
    assert len(re.findall(rb"/Type /Page\b", page)) == 1
    assert "missing" not in caplog.text
    assert "alert" not in caplog.text
    assert "Exemple" not in caplog.text


needs_pdftotext = pytest.mark.skipif(shutil.which("pdftotext") is None, reason="pdftotext is not on this machine")


def searched(folder: Path, pdf: bytes) -> str:
    """What a reader finds in a document."""
    path = folder / "releve.pdf"
    path.write_bytes(pdf)
    ran = subprocess.run(["pdftotext", "-layout", str(path), "-"], capture_output=True, check=True)
    return ran.stdout.decode("utf-8").replace("\N{NO-BREAK SPACE}", " ")


@needs_pdftotext
def test_its_text_can_be_searched(tmp_path, pdf):
    text = searched(tmp_path, pdf)
    for written in (
        "DEHORS",
        ASKED,
        "Fort Nieulay (QN06253M)",
        "Décret n° 2023-1314",
        f"sha256 {SHA_2024}",
        f"sha256 {SHA_2015}",
        "Établi le 15 janvier 2026",
        "n'émane pas de l'État",
        "60 m",
        "Collège",
    ):
        assert written in text


@needs_pdftotext
def test_what_looks_like_markup_in_a_name_is_printed_as_it_is(tmp_path):
    name = "Quartier **A** __B__ [C](D)"
    assert name in searched(tmp_path, statement_pdf(replace(made(), sentence=name, facts=(("Nom", name),))))
