from __future__ import annotations

import json
from pathlib import Path

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
