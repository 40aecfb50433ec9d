from __future__ import annotations

import gzip
import json
import os
import sys
from pathlib import Path

import pytest

HEADER = "id;numero;rep;nom_voie;code_postal;code_insee;nom_commune;lon;lat;type_position"
GOOD = "1;12;;Rue de l'Essai;62100;62193;Calais;1.8867;50.9560;entrée"
BAD = "2;douze;;Rue de l'Essai;62100;62193;Calais;1.8867;50.9560;entrée"


def write(folder: Path, *rows: str) -> Path:
    path = folder / "adresses-62.csv"
    path.write_text("\n".join((HEADER, *rows, "")), encoding="utf-8")
    return path


def test_an_index_is_built_and_searched(geoville, tmp_path: Path) -> None:
    out = tmp_path / "62.sqlite"
    built = geoville("data", "addresses", "build", write(tmp_path, GOOD, GOOD, BAD), "--out", out)
    assert built.code == 0
    assert built.err == ""
    assert built.out.splitlines() == [
        "Lu : adresses-62.csv (BAN, 2 adresses).",
        f"Écrit : {out} (1 adresse, 1 voie, 1 commune ; liste tenue pour complète).",
        "Répétées : 1 adresse, gardées une fois.",
        "Refusées : 1 ligne.",
        "- 1 fois : Numéro de rue qui n'est pas un entier.",
        "Les premières :",
        "- Numéro de rue qui n'est pas un entier (fichier adresses-62.csv, ligne 4, colonne numero, valeur « douze »)"
        " : mettre « bis » ou « b » dans rep.",
    ]
    answer = geoville("lookup", "12 rue de l'Essai, Calais", "--addresses", out, "--on", "2026-01-15", "--json")
    position = json.loads(answer.out)["position"]
    assert (position["label"], position["score"]) == ("12 Rue de l'Essai, 62100 Calais", 1.0)


def test_the_summary_as_a_document(geoville, tmp_path: Path) -> None:
    out = tmp_path / "62.sqlite"
    built = geoville("data", "addresses", "build", write(tmp_path, GOOD), "--out", out, "--incomplete", "--json")
    document = json.loads(built.out)
    assert (document["addresses"], document["streets"], document["towns"], document["complete"]) == (1, 1, 1, False)
    assert document["files"][0]["layout"] == "BAN"
    assert document["refused"] == 0


def test_what_cannot_be_read_ends_with_code_2(geoville, tmp_path: Path) -> None:
    (tmp_path / "autre.csv").write_text("a;b\n", encoding="utf-8")
    for file in (tmp_path / "absent.csv", tmp_path / "autre.csv"):
        ended = geoville("data", "addresses", "build", file, "--out", tmp_path / "x.sqlite")
        assert ended.code == 2
        assert file.name in ended.err
    (tmp_path / "x.sqlite").write_bytes(b"SQLite format 3\x00" + b"\x00" * 100)
    ended = geoville("lookup", "12 rue de l'Essai", "--addresses", tmp_path / "x.sqlite")
    assert ended.code == 2
    assert "n'est pas un index d'adresses" in ended.err


def test_a_folder_of_lists_makes_one_index(geoville, tmp_path: Path) -> None:
    folder = tmp_path / "ban"
    for name, rows in (("b", (GOOD, BAD)), ("a", (GOOD,))):
        (folder / name).mkdir(parents=True)
        write(folder / name, *rows).rename(folder / f"adresses-{name}.csv")
    built = geoville("data", "addresses", "build", folder, "--out", tmp_path / "62.sqlite", "--workers", "2")
    assert (built.code, built.err) == (0, "")
    assert built.out.splitlines()[:2] == [
        "Lu : adresses-a.csv (BAN, 1 adresse).",
        "Lu : adresses-b.csv (BAN, 1 adresse).",
    ]
    assert "fichier adresses-b.csv, ligne 3, colonne numero" in built.out


def test_a_folder_that_cannot_be_read_whole_writes_nothing(geoville, tmp_path: Path) -> None:
    empty, foreign, cut = (tmp_path / name for name in ("vide", "autre", "coupe"))
    for folder in (empty, foreign, cut):
        folder.mkdir()
    for folder in (foreign, cut):
        write(folder, GOOD)
    (foreign / "lieux.csv").write_text("nom;lon;lat\n", encoding="utf-8")
    whole = gzip.compress("\n".join((HEADER, *(GOOD.replace("1;12", f"{n};{n}") for n in range(9_999)))).encode())
    (cut / "adresses-63.csv.gz").write_bytes(whole[:-100])
    for folder, said in (
        (empty, "Le dossier « vide » n'a aucun fichier .csv ni .csv.gz"),
        (foreign, "présentation inconnue (fichier lieux.csv, ligne 1)"),
        (cut, "Fichier illisible (fichier adresses-63.csv.gz)"),
    ):
        ended = geoville("data", "addresses", "build", folder, "--out", tmp_path / "x.sqlite")
        assert (ended.code, ended.out, ended.err.count("\n")) == (2, "", 1)
        assert said in ended.err
        assert not [*tmp_path.glob("x.sqlite*")]


@pytest.mark.skipif(sys.platform != "linux", reason="names are any bytes there")
def test_a_list_whose_name_is_no_text_is_one_sentence(geoville, tmp_path: Path) -> None:
    write(tmp_path, GOOD).rename(tmp_path / os.fsdecode(b"adresses-\xff.csv"))
    ended = geoville("data", "addresses", "build", tmp_path, "--out", tmp_path / "x.sqlite")
    assert ended.code == 2
    assert "n'est pas une ligne de texte en UTF-8" in ended.err


def test_an_index_is_not_written_over_a_list_of_the_folder(geoville, tmp_path: Path) -> None:
    path = write(tmp_path, GOOD)
    ended = geoville("data", "addresses", "build", tmp_path, "--out", path)
    assert ended.code == 2
    assert "même fichier" in ended.err
    assert path.read_text(encoding="utf-8").startswith(HEADER)
