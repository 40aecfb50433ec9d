"""Every command takes addresses where it takes files; what it says shows them, and never the files in between."""

from __future__ import annotations

import json
import re
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import fsspec
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from geoville import cli
from geoville.sources import stores
from geoville.sources.files import embedded_data
from geoville.sources.stores import fetch

CALAIS = embedded_data() / "calais"
GRID = CALAIS / "filosofi_2019_200m.csv"
CANDIDATES = CALAIS / "candidats.geojson"
ON = ("--on", "2026-01-15")


@pytest.fixture(autouse=True)
def temporary(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A folder of temporary files that must be empty in the end, whatever the command did."""
    folder = tmp_path / "temporary"
    folder.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(folder))
    yield folder
    assert list(folder.iterdir()) == []


@pytest.fixture
def memory() -> Iterator[Any]:
    files = fsspec.filesystem("memory")
    for path in (GRID, CANDIDATES):
        files.put_file(str(path), f"/in/{path.name}")
    yield files
    files.rm("/", recursive=True)


def names(files: Any) -> set[str]:
    return set(files.find("/out"))


def test_candidates_of_a_store_are_those_of_a_disk(geoville, seau, tmp_path):
    seau.put_file(str(GRID), f"seau/{GRID.name}")
    here = geoville(
        "perimeters", "candidates", "--grid", GRID, "--territory", "calais", "--out", tmp_path / "c.geojson"
    )
    there = geoville(
        *("perimeters", "candidates", "--grid", f"s3://seau/{GRID.name}", "--territory", "calais"),
        *("--out", "s3://seau/out/c.geojson"),
    )
    assert there.code == 0
    assert there.out.splitlines()[-1] == "Écrit : s3://seau/out/c.geojson"
    assert there.out.splitlines()[:-1] == here.out.splitlines()[:-1]
    assert seau.cat_file("seau/out/c.geojson") == (tmp_path / "c.geojson").read_bytes()
    documents = [
        json.loads(seau.cat_file("seau/out/c.geojson.provenance.json")),
        json.loads((tmp_path / "c.geojson.provenance.json").read_text(encoding="utf-8")),
    ]
    assert documents[0].pop("execution")["output"] == "s3://seau/out/c.geojson"
    assert documents[1].pop("execution")["output"] == "c.geojson"
    assert documents[0] == documents[1]


COMMANDS = {
    "groups of options": (
        ("perimeters", "veille", "--former", "{c}", "--qpv", "{c}", "--out", "memory://out/v.geojson"),
        "Écrit : memory://out/v.geojson",
        {"/out/v.geojson", "/out/v.geojson.provenance.json"},
    ),
    "arguments": (
        ("perimeters", "compare", "{c}", "{c}", "--grid", "{g}", "--map", "memory://out/c.html"),
        "Carte : memory://out/c.html",
        {"/out/c.html"},
    ),
    "a file to look in": (
        ("lookup", "1.8860, 50.9550", "--perimeters", "{c}", *ON),
        "DEHORS (au 15 janvier 2026)",
        set(),
    ),
    "two files of one option": (
        ("map", "--compare", "{c}", "{c}", "--grid", "{g}", "--out", "memory://out/cartes"),
        "Carte : memory://out/cartes/comparaison.html",
        {"/out/cartes/comparaison.html"},
    ),
    "a raster": (
        ("data", "raster", "--grid", "{g}", "--indicator", "people", "--out", "memory://out/r.tif"),
        "Écrit : memory://out/r.tif (",
        {"/out/r.tif", "/out/r.tif.provenance.json"},
    ),
}


@pytest.mark.parametrize(("arguments", "said", "written"), COMMANDS.values(), ids=COMMANDS)
def test_every_kind_of_command_takes_addresses(geoville, memory, arguments, said, written):
    addresses = {"c": "memory://in/candidats.geojson", "g": "memory://in/filosofi_2019_200m.csv"}
    done = geoville(*(argument.format(**addresses) for argument in arguments))
    assert (done.code, done.err) == (0, "")
    assert said in done.out
    assert "temporary" not in done.out
    assert names(memory) == written


def test_nothing_is_said_to_be_written_before_it_is(geoville, seau):
    done = geoville(
        "perimeters", "candidates", "--grid", GRID, "--territory", "calais", "--out", "s3://absent/c.geojson"
    )
    assert (done.code, done.out) == (2, "")
    assert (
        done.err
        == "« s3://absent/c.geojson » n'existe pas : vérifier l'adresse : le nom du seau, puis celui du fichier.\n"
    )


@pytest.mark.parametrize("out", ["bidule://seau/c.geojson", "gs://seau/c.geojson"])
def test_an_address_that_leads_nowhere_is_refused_before_the_work(geoville, monkeypatch, out):
    monkeypatch.setitem(sys.modules, "gcsfs", None)
    monkeypatch.setattr("geoville.workflows.candidates.compute_candidates", None)
    done = geoville("perimeters", "candidates", "--grid", GRID, "--territory", "calais", "--out", out)
    assert done.code == 2
    assert done.err.count("\n") == 1


def test_a_file_is_answered_at_its_address(geoville, seau):
    seau.pipe_file("seau/a.csv", b"adresse\n1 rue Youri Gagarine, Calais\n")
    done = geoville("lookup-file", "s3://seau/a.csv", "s3://seau/b.csv", *ON)
    assert done.code == 0
    assert done.out.splitlines()[0] == "Écrit : s3://seau/b.csv (1 ligne, au 15 janvier 2026)"
    assert seau.cat_file("seau/b.csv").startswith(b"adresse;")
    again = geoville("lookup-file", "s3://seau/a.csv", "s3://seau/b.csv", *ON)
    assert (again.code, "« s3://seau/b.csv » existe déjà" in again.err) == (2, True)
    resumed = geoville("lookup-file", "s3://seau/a.csv", "s3://seau/b.csv", "--resume", *ON)
    assert (resumed.code, "--resume" in resumed.err) == (2, True)
    assert geoville("lookup-file", "s3://seau/a.csv", "s3://seau/b.csv", "--force", *ON).code == 0


@pytest.mark.parametrize("numbers", [True, False])
def test_coordinates_of_parquet_are_read_where_they_are(geoville, seau, tmp_path, monkeypatch, numbers):
    fetched = []
    monkeypatch.setattr(stores, "fetch", lambda *asked: fetched.append(asked) or fetch(*asked))
    points = {"lon": [1.8867, 1.893673], "lat": [50.9560, 50.953397]}
    table = points if numbers else {name: [str(value) for value in column] for name, column in points.items()}
    pq.write_table(pa.table(table), tmp_path / "p.parquet")
    seau.put_file(str(tmp_path / "p.parquet"), "seau/p.parquet")
    done = geoville("lookup-file", "s3://seau/p.parquet", "s3://seau/r.parquet", *ON)
    assert (done.code, done.out.splitlines()[0]) == (0, "Écrit : s3://seau/r.parquet (2 lignes, au 15 janvier 2026)")
    assert bool(fetched) is not numbers


def test_the_password_of_an_address_is_never_shown(geoville):
    done = geoville("lookup", "1.88, 50.95", "--perimeters", "bidule://lea:secret@machine/c.gpkg")
    assert done.code == 2
    assert "secret" not in done.err
    assert "bidule://lea@machine/c.gpkg" in done.err


DECLARED = re.compile(r'Annotated\[\s*([\w\s|\[\]]+?),\s*typer\.Option\(\s*"(--[a-z-]+)"')


def test_what_is_written_is_declared_as_a_destination():
    """An output declared as a path would be taken for a file to bring here."""
    texts = [path.read_text(encoding="utf-8") for path in Path(cli.__file__).parent.glob("*.py")]
    declared = [(kind.removesuffix(" | None"), name) for text in texts for kind, name in DECLARED.findall(text)]
    assert len([name for _, name in declared if name in {"--out", "--map"}]) > 10
    assert {kind for kind, name in declared if name in {"--out", "--map"}} == {"Destination"}
    # The layer of `sensitivity` is a file; elsewhere it is the name of one of those of a GeoPackage.
    assert {kind for kind, name in declared if name == "--layer"} == {"Destination", "str"}
