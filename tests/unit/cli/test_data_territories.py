"""`geoville data territory new`, `info`, `list` and `remove`: what a user reads and types."""

from __future__ import annotations

import json

import pytest
from made_up_packs import made_up_pack
from official_mirror import write_mirror, write_outlines

from geoville.law import IncomeReference


def test_a_territory_is_made_seen_and_removed(geoville):
    made = geoville("data", "territory", "new", "roubaix", "--communes", "59512, 59350", "--title", "Roubaix, Lille")
    assert made.code == 0
    assert "roubaix (Roubaix, Lille), 2 communes (59512, 59350), EPSG:2154" in made.out
    assert "geoville data fetch roubaix" in made.out
    seen = geoville("data", "info", "roubaix")
    assert "version 1" in seen.out
    assert "n'a pas de contours de QPV" in seen.out
    assert "roubaix : Roubaix, Lille" in geoville("data", "list").out
    assert geoville("data", "remove", "roubaix").out == "Retiré : territoire roubaix.\n"
    gone = geoville("data", "info", "roubaix")
    assert (gone.code, gone.out) == (2, "")
    assert "territoires connus : calais" in gone.err


def test_versions_are_listed_and_removed_one_by_one(geoville):
    made_up_pack(roles=("places",))
    made_up_pack(roles=("places",))
    assert "versions : bourg@1, bourg@2" in geoville("data", "info", "bourg").out
    older = json.loads(geoville("data", "info", "bourg@1", "--json").out)
    assert (older["version"], older["versions"]) == (1, [1, 2])
    assert older["missing"] == ["grid", "cells", "communes", "iris_income", "addresses", "qpv"]
    assert geoville("data", "remove", "bourg@2").code == 0
    assert json.loads(geoville("data", "info", "bourg", "--json").out)["version"] == 1
    refused = geoville("data", "remove", "bourg@2")
    assert (refused.code, refused.out) == (2, "")
    assert "bourg@1" in refused.err


def test_reference_incomes_are_given_together_and_shown_as_unverified(geoville):
    half = geoville("data", "territory", "new", "bourg", "--communes", "62193", "--rmuc-nat", 19218)
    assert half.code == 2
    assert "--rmuc-uu" in half.err
    whole = ("--rmuc-nat", 19218, "--rmuc-uu", 18380, "--uu-population", 1560000, "--rmuc-year", 2011)
    assert geoville("data", "territory", "new", "bourg", "--communes", "62193", *whole).code == 0
    assert "Revenus de référence (à vérifier)" in geoville("data", "info", "bourg").out
    document = json.loads(geoville("data", "info", "bourg", "--json").out)
    assert document["income_reference"]["year"] == 2011


def test_the_embedded_territory_is_shown_and_can_be_neither_replaced_nor_removed(geoville):
    shown = geoville("data", "info", "calais")
    assert shown.code == 0
    assert "n'a pas" not in shown.out
    assert "livré avec geoville" in geoville("data", "territory", "new", "calais", "--communes", "62193").err
    assert geoville("data", "remove", "calais").code == 2


def test_a_pack_that_cannot_be_read_is_named_in_the_list(geoville):
    folder = made_up_pack(roles=()).folder
    (folder / "territory.toml").write_text("=", encoding="utf-8")
    listed = geoville("data", "list")
    assert listed.code == 0
    assert "bourg : description illisible" in listed.out
    assert geoville("data", "remove", "bourg").code == 0


def test_commands_take_the_name_of_a_pack(geoville, tmp_path):
    made_up_pack()
    answered = geoville("lookup", "collège Vauban", "--territory", "bourg", "--on", "2024-06-01")
    assert (answered.code, answered.out.splitlines()[0]) == (0, "DEDANS (au 1er juin 2024)")
    statement = (
        "attest",
        "collège Vauban",
        "--territory",
        "bourg@1",
        "--on",
        "2024-06-01",
        "--out",
        tmp_path / "a.html",
    )
    assert geoville(*statement).code == 0
    asked = geoville(
        "perimeters", "candidates", "--grid", made_up_pack().grid_path(), "--territory", "bourg", "--out", "c.gpkg"
    )
    assert asked.code == 2
    assert "--rmuc-nat, --rmuc-uu et --uu-population" in asked.err


def test_candidates_and_their_score_need_no_file_but_those_of_the_pack(geoville, tmp_path):
    made_up_pack(income_reference=IncomeReference(18355, 13287, 99000, 2009, verified=False, source="essai"))
    computed, which = tmp_path / "c.gpkg", ("--territory", "bourg")
    assert geoville("perimeters", "candidates", *which, "--on", "2024-06-01", "--out", computed).code == 0
    scored = geoville("perimeters", "score", "--candidates", computed, *which)
    assert scored.out.startswith("Précision : ")
    described = geoville("perimeters", "describe", "--perimeters", computed, *which, "--on", "2024-06-01", "--json")
    assert len(json.loads(described.out)["perimeters"]) > 1


@pytest.mark.parametrize(
    ("command", "said"),
    [
        (("candidates", "--out", "c.gpkg"), "--grid, ou un --territory"),
        (("score", "--candidates", "c.gpkg"), "--official et --grid, ou --territory"),
        (("score", "--candidates", "c.gpkg", "--territory", "calais"), "donner --generation 2015 ou 2024"),
        (
            ("score", "--candidates", "c.gpkg", "--territory", "bourg", "--generation", "2030"),
            "donner --generation 2015 ou 2024",
        ),
        (("candidates", "--out", "c.gpkg", "--territory", "bourg", "--vintage", "1999"), "grille 1999"),
    ],
)
def test_what_the_pack_cannot_give_is_asked_for(geoville, command, said):
    made_up_pack(income_reference=IncomeReference(18355, 13287, 99000, 2009, verified=False, source="essai"))
    refused = geoville("perimeters", *command)
    assert refused.code != 0
    assert said in refused.err


def test_a_folder_with_every_nasty_thing_at_once_gives_what_can_be_read_and_code_1(geoville, tmp_path):
    """Bad archive, page of the web named .zip, two vintages of outlines, a renamed file, a photo, lock files."""
    folder = tmp_path / "Téléchargements 2026"
    folder.mkdir()
    files = write_mirror(folder)
    files["qpv-2024"].rename(folder / "quartiers (1) copie.geojson")
    write_outlines(folder / "ADMIN-EXPRESS-COG_3-2__SHP_WGS84G_FRA_2023-05-03.7z")
    whole = files["contours-iris-2022"].read_bytes()
    nasty = {
        "coupé.7z": whole[: len(whole) // 2],
        "BPE24.zip": b"<!DOCTYPE html><html>403</html>",
        "vide.zip": b"",
        "grille.zip.crdownload": b"PK",
    }
    for name, content in nasty.items():
        (folder / name).write_bytes(content)
    for name in ("mairie.jpg", "~$budget.xlsx", ".~lock.budget.xlsx#"):
        (folder / name).write_bytes(b"\xff\xd8")
    assert geoville("data", "territory", "new", "ville", "--communes", "62193,62548").code == 0
    run = geoville("data", "fetch", "ville", "--from-dir", folder, "--json")
    assert run.code == 1
    document = json.loads(run.out)
    assert {item["name"] for item in document["refused"]} == set(nasty)
    assert document["unknown"] == ["mairie.jpg"]
    words = geoville("data", "fetch", "ville", "--from-dir", folder)
    assert words.code == 1
    said = words.out + words.err
    assert all(name in said for name in (*nasty, "mairie.jpg"))
    assert "Édition laissée de côté" in said
    assert "budget" not in said
    info = json.loads(geoville("data", "info", "ville", "--json").out)
    assert {"grid", "communes", "iris", "iris_income", "qpv", "addresses"} <= {file["role"] for file in info["files"]}
