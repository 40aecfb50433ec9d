"""`geoville action`: the answer in words, as JSON, as a table with its map; faults in one sentence."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

INSIDE = "1 rue Youri Gagarine, 62100 Calais"
DAY = ("--on", "2026-01-15")


@pytest.fixture
def described(tmp_path: Path) -> Path:
    """One action, whose public is a list of homes."""
    homes = ["adresse;commune", *["1 rue Youri Gagarine;62100 Calais"] * 30, *["12 rue Ouistiti;62100 Calais"] * 4]
    (tmp_path / "domiciles.csv").write_text("\n".join(homes), encoding="utf-8")
    path = tmp_path / "action.toml"
    path.write_text(
        f'title = "Devoirs"\nbearer = "Association Exemple"\nplaces = ["{INSIDE}"]\n'
        'start = 2023-09-01\nend = 2024-06-30\n[public]\naddresses = "domiciles.csv"\n',
        encoding="utf-8",
    )
    return path


def test_the_answer_in_words_says_what_it_rests_on(geoville, described):
    told = geoville("action", "check", described)
    assert (told.code, told.err) == (0, "")
    lines = told.out.splitlines()
    assert lines[:3] == [
        "EN QPV",
        "Action : Devoirs (Association Exemple)",
        "Période : du 1er septembre 2023 au 30 juin 2024",
    ]
    assert any("contours officiels" in line for line in lines)
    assert not any("d'après une estimation" in line for line in lines)
    assert "- adresse non trouvée : moins de 11" in lines
    assert "Crédits du BOP 147 : REMPLI" in lines
    assert "Ouistiti" not in told.out
    assert sum(line.startswith("- Part des bénéficiaires") for line in lines) == 1


def test_the_document_has_what_the_words_say(geoville, described):
    told = json.loads(geoville("action", "check", described, "--json").out)
    assert (told["ground"], told["basis"], len(told["stages"])) == ("in_qpv", "official", 2)
    assert {"evidence_used", "evidence_missing", "to_check", "readings", "sources"} <= set(told)
    one_day = json.loads(geoville("action", "check", described, *DAY, "--json").out)
    assert (one_day["start"], one_day["end"]) == ("2026-01-15", "2026-01-15")


@pytest.fixture
def table(tmp_path: Path) -> Path:
    path = tmp_path / "actions.csv"
    path.write_text(
        f"Titre;Porteur;lieu;Part QPV\nDevoirs;A;{INSIDE};60 %\n<script>alert(1)</script>;B;1.866,50.94;\n"
        "Sport;C;;\nJardin;D;12 rue de l'Inconnue, 62100 Calais;\n",
        encoding="utf-8",
    )
    return path


def test_a_table_gives_a_table_and_a_map(geoville, table, tmp_path):
    out, page = tmp_path / "reponses.csv", tmp_path / "carte.html"
    told = geoville("action", "check-file", table, "--out", out, "--map", page, *DAY)
    assert (told.code, told.err) == (0, "")
    assert "Colonnes lues : titre dans Titre, porteur dans Porteur, lieu, part-qpv dans Part QPV" in told.out
    assert "Toutes les actions" in told.out
    assert f"Écrit : {page}" in told.out
    assert out.read_text(encoding="utf-8").count("\n") == 5
    drawn = page.read_text(encoding="utf-8")
    assert "<script>alert(1)" not in drawn
    assert "QN06254M" in drawn  # Beau Marais
    assert "QN013" not in drawn  # Marseille: no page holds a whole country
    assert sorted(path.name for path in tmp_path.iterdir()) == [
        "actions.csv",
        "carte.html",
        "reponses.csv",
        "reponses.csv.provenance.json",
    ]


def test_columns_seats_and_a_report_are_asked_for(geoville, tmp_path):
    (tmp_path / "a.csv").write_text("Quoi;Qui;Versé\nAtelier;Club;100\n;Autre;50\n", encoding="utf-8")
    (tmp_path / "l.csv").write_text(f"nom;adresse\nclub;{INSIDE}\n", encoding="utf-8")
    columns = ("--column", "titre=Quoi", "--column", "porteur=Qui", "--column", "montant=Versé")
    seats = ("--bearers", tmp_path / "l.csv", "--seat-as-place")
    report = tmp_path / "r.xlsx"
    table = ("action", "check-file", tmp_path / "a.csv", "--out", tmp_path / "o.csv")
    told = geoville(*table, *columns, *seats, "--report", report, *DAY)
    assert (told.code, told.err) == (0, "")
    assert report.is_file()
    assert "150 €" in told.out.replace("\N{NO-BREAK SPACE}", " ").replace("\N{NARROW NO-BREAK SPACE}", " ")


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (("--column", "Adresse"), "--column lieu=Adresse"),
        (("--column", "couleur=Titre"), "titre, porteur"),
        (("--column", "lieu=Absente"), "Colonne absente"),
        (("--seat-as-place",), "--bearers"),
        (("--catchment", "0"), "rayon"),
        (("--report", "r.txt"), ".xlsx ou .pdf"),
    ],
)
def test_a_choice_that_cannot_be_one_is_told_before_any_row(geoville, table, tmp_path, options, said):
    told = geoville("action", "check-file", table, "--out", tmp_path / "r.csv", *options)
    assert told.code == 2
    assert said in told.err
    assert not (tmp_path / "r.csv").exists()


def test_a_table_as_json_has_one_entry_for_each_row(geoville, table, tmp_path):
    told = json.loads(geoville("action", "check-file", table, "--out", tmp_path / "r.csv", *DAY, "--json").out)
    assert [(row["line"], row["status"]) for row in told["rows"]] == [(2, "ok"), (3, "ok"), (4, "ok"), (5, "ok")]
    assert told["rows"][2]["answer"]["ground"] == "unknown"
    assert "Le lieu de l'action n'est pas donné" in told["rows"][2]["answer"]["reason"]
    assert told["rows"][0]["answer"]["ground"] == "in_qpv"


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("check", "absente.toml"), "absente.toml"),
        (("check", "action.csv"), "check-file"),
        (("check", "action.toml", "--on", "hier"), "AAAA-MM-JJ"),
        (("check", "action.toml", "--territory", "atlantide"), "territoires connus"),
        (("check-file", "actions.csv", "--out", "r.xlsx"), "format"),
        (("check-file", "actions.csv", "--out", "actions.csv"), "même fichier"),
        (("check-file", "actions.csv", "--out", "absent/r.csv"), "absent"),
        (("check-file", "absent.csv", "--out", "r.csv"), "absent.csv"),
        (("check-file", "actions.csv", "--out", "r.csv", "--map", "absent/carte.html"), "absent"),
        (("check-file", "actions.csv"), "--out"),
    ],
)
def test_a_fault_is_one_sentence_and_nothing_is_written(
    geoville, described, table, tmp_path, monkeypatch, arguments, said
):
    monkeypatch.chdir(tmp_path)
    before = sorted(tmp_path.iterdir())
    told = geoville("action", *arguments)
    assert told.code == 2
    assert told.out == ""
    assert told.err.count("\n") == 1
    assert said in told.err
    assert sorted(tmp_path.iterdir()) == before


def test_an_action_judged_on_a_day_to_come_says_what_it_supposes(geoville, described):
    supposed = (
        "- Date à venir : la réponse suppose que les contours et les règles connus aujourd'hui vaudront encore le "
        "1er janvier 2999."
    )
    assert supposed in geoville("action", "check", described, "--on", "2999-01-01").out.splitlines()
    assert "Date à venir" not in geoville("action", "check", described, *DAY).out
