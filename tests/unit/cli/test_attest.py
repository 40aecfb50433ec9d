"""`geoville attest` on the embedded territory."""

from __future__ import annotations

import pytest

ADDRESS = "1 rue Youri Gagarine, 62100 Calais"
SECRET = "73 rue Zéphyrine Ouistiti-Secrète"
DAYS = ("--on", "2026-01-15", "--issued", "2026-01-15")


@pytest.mark.parametrize("suffix", ["html", "pdf"])
def test_the_same_command_writes_the_same_bytes(geoville, console_script, tmp_path, suffix):
    first, second = tmp_path / f"a.{suffix}", tmp_path / f"b.{suffix}"
    told = geoville("attest", ADDRESS, "--out", first, *DAYS)
    assert (told.code, told.err) == (0, "")
    assert told.out == f"DEDANS (au 15 janvier 2026)\nRelevé : {first}\n"
    assert console_script("attest", ADDRESS, "--out", second, *DAYS).code == 0
    assert first.read_bytes() == second.read_bytes()
    assert sorted(path.name for path in tmp_path.iterdir()) == [first.name, second.name]


def test_the_page_has_the_answer_its_sources_and_its_day(geoville, tmp_path):
    out = tmp_path / "releve.html"
    geoville("attest", ADDRESS, "--out", out, *DAYS)
    page = out.read_text(encoding="utf-8").replace("\N{NO-BREAK SPACE}", " ")
    for written in (
        f"« {ADDRESS} »",
        "ANCT, Contours des quartiers prioritaires de 2024",
        "QN06254M",
        "Établi le 15 janvier 2026",
        "sha256 ",
        "Collège Martin Luther King",
    ):
        assert written in page


def test_coordinates_with_their_accuracy(geoville, tmp_path):
    out = tmp_path / "releve.html"
    told = geoville("attest", "--lon", "1.8860", "--lat", "50.9550", "--accuracy-m", "50", "--out", out, *DAYS)
    assert told.out.startswith("À VÉRIFIER")
    assert "Ce n’est pas un" in out.read_text(encoding="utf-8")


def test_an_unknown_address_has_its_statement_and_is_said_nowhere_else(geoville, tmp_path):
    out = tmp_path / "releve.html"
    told = geoville("attest", SECRET, "--out", out, *DAYS)
    assert told.code == 0
    assert told.out.startswith("INCONNU (au 15 janvier 2026)\n")
    assert "Ouistiti" not in told.out + told.err
    assert SECRET in out.read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ((SECRET, "--out", "releve.docx"), ".html ou .pdf"),
        ((SECRET,), "--out"),
        ((SECRET, "--lon", "1.9", "--out", "r.pdf"), "--lon et --lat"),
        (("--out", "r.pdf"), "donner soit une adresse"),
        ((SECRET, "--issued", "demain", "--out", "r.pdf"), "AAAA-MM-JJ"),
        ((SECRET, "--out", "absent/r.pdf"), "absent"),
        ((SECRET * 10, "--out", "r.pdf"), "200 caractères"),
    ],
    ids=["format", "no file", "half a point", "no question", "no day", "no folder", "too long"],
)
def test_a_bad_request_is_one_sentence_and_writes_nothing(geoville, tmp_path, monkeypatch, arguments, said):
    monkeypatch.chdir(tmp_path)
    told = geoville("attest", *arguments)
    assert told.code == 2
    assert said in told.err
    assert told.err.count("\n") == 1
    assert "Ouistiti" not in told.err
    assert list(tmp_path.iterdir()) == []


def test_a_day_to_come_has_what_the_answer_supposes_written_in_the_statement(geoville, tmp_path):
    out = tmp_path / "releve.html"
    geoville("attest", ADDRESS, "--out", out, "--on", "2999-01-01", "--issued", "2026-01-15")
    assert "Date à venir" in out.read_text(encoding="utf-8")
    past = tmp_path / "passe.html"
    geoville("attest", ADDRESS, "--out", past, *DAYS)
    assert "Date à venir" not in past.read_text(encoding="utf-8")
