"""`geoville sheet` and `geoville atlas`: what they write, what they refuse before computing anything."""

from __future__ import annotations

import re

import pytest


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("constantine", "--out", "c.tif"), "format « .tif »"),
        (("constantine", "--out", "c.pdf", "--format", "letter"), "papier « letter » est inconnu"),
        (("--out", "c.pdf"), "Rien de précis à imprimer"),
        (("constantine", "--from", "p.geojson", "--out", "c.pdf"), "Rien de précis à imprimer"),
        (("constantine", "--kind", "qpv", "--out", "c.pdf"), "--kind"),
    ],
)
def test_what_cannot_be_printed_is_refused_at_once(geoville, words, said):
    printed = geoville("sheet", *words)
    assert printed.code == 2
    assert said in printed.err


def test_a_map_asked_for_as_a_sheet_leads_to_the_command_that_prints_one(geoville):
    printed = geoville("map", "constantine", "--out", "c.pdf")
    assert printed.code == 2
    assert "geoville sheet" in printed.err


def test_a_file_of_perimeters_is_printed(geoville, tmp_path):
    source = tmp_path / "mes-quartiers.geojson"
    source.write_text(
        '{"type":"FeatureCollection","features":[{"type":"Feature","properties":{"code":"A","name":"Essai"},"geometry":'
        '{"type":"Polygon","coordinates":[[[7.0,43.0],[7.01,43.0],[7.01,43.01],[7.0,43.01],[7.0,43.0]]]}}]}',
        encoding="utf-8",
    )
    out = tmp_path / "p.pdf"
    printed = geoville("sheet", "--from", source, "--kind", "zus", "--out", out, "--graticule", "--on", "2024-06-01")
    assert (printed.code, printed.out) == (0, f"Planche : {out}\n")
    assert out.read_bytes().startswith(b"%PDF")


@pytest.mark.slow
def test_the_atlas_of_calais_is_whole_resumed_and_the_same_each_time(geoville, tmp_path):
    folder = tmp_path / "atlas"
    words = ("atlas", "calais", "--on", "2024-06-01", "--out", folder)
    assert geoville(*words).out.startswith("Fichiers écrits : 24. Déjà là, gardés : 0.")
    files = {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}
    pages = [name for name in files if name.endswith(".html") and name != "carte.html"]
    assert len(pages) == 11
    for name in pages:
        page = files[name].decode("utf-8")
        linked = re.findall(r'(?:href|src)="([^"#]+)"', page)
        assert linked
        assert set(linked) <= files.keys()
        assert "estimé" in page
    (folder / "index.html").unlink()
    (folder / "atlas.pdf").write_bytes(b"altered")
    assert geoville(*words).out.startswith("Fichiers écrits : 2. Déjà là, gardés : 22.")
    assert files == {
        path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()
    }
    assert geoville(*words).out.startswith("Fichiers écrits : 0. Déjà là, gardés : 24.")


@pytest.mark.parametrize(
    "words", [("une-ville",), ("--territory", "une-ville"), ("une-ville", "--territory", "une-ville")]
)
def test_an_atlas_takes_its_territory_as_other_commands_do(geoville, words):
    printed = geoville("atlas", *words, "--out", "atlas")
    assert printed.code == 2
    assert "territoire est inconnu" in printed.err


def test_an_atlas_of_two_territories_is_refused(geoville):
    printed = geoville("atlas", "calais", "--territory", "bondy", "--out", "atlas")
    assert printed.code == 2
    assert "Deux territoires, calais et bondy" in printed.err
