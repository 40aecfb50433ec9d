"""The base answers, computes and draws pages; what needs more says which extra to install, and does nothing else."""

from __future__ import annotations

import ast
import json
import os
import subprocess
import sys
import tomllib
from dataclasses import dataclass
from functools import cache
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

import geoville
from geoville.errors import MissingExtraError
from geoville.extras import EXTRAS, need

PACKAGE = Path(geoville.__file__).parent
PROJECT = tomllib.loads((PACKAGE.parent / "pyproject.toml").read_text(encoding="utf-8"))["project"]
FOR_DEVELOPERS = {"test", "lint"}

ADDRESS = "1 rue Youri Gagarine, 62100 Calais"
GRID = str(PACKAGE.parent / "data" / "calais" / "filosofi_2019_200m.csv")
ON = ("--on", "2026-01-15")

RUNS = """
import io, json, os, sys
from importlib.metadata import Distribution, PackageNotFoundError
installed, absent = Distribution.from_name, set()
def from_name(name):
    if name in absent:
        raise PackageNotFoundError(name)
    return installed(name)
Distribution.from_name = from_name
screen, said_in_turn = sys.stdout, []
for modules, distributions, folder, commands in json.load(sys.stdin):
    for name in [name for name in sys.modules if name.partition(".")[0] in {"geoville", *modules}]:
        del sys.modules[name]  # the package is read again, without what the run before had
    sys.modules.update(dict.fromkeys(modules))  # as if they were not installed
    absent.clear()
    absent.update(distributions)
    os.chdir(folder)
    from geoville.cli.main import main
    for arguments in commands:
        sys.argv, code = ["geoville", *arguments], 0
        sys.stdout, sys.stderr = said = [io.TextIOWrapper(io.BytesIO(), encoding="utf-8") for _ in range(2)]
        try:
            main()
        except SystemExit as end:
            code = end.code or 0
        for stream in said:
            stream.flush()
        said_in_turn.append([code, *(stream.buffer.getvalue().decode() for stream in said)])
    for name in modules:
        del sys.modules[name]
json.dump(said_in_turn, screen)
"""
"""Runs commands in one process, some after others, each run without the modules of some extras."""


@dataclass(frozen=True)
class Ran:
    code: int
    out: str
    err: str


def run_without(runs: list[tuple[list[str], Path, list[list[str]]]], own: Path) -> list[Ran]:
    """What commands say: for each run, the extras that are not installed, the folder, the commands."""
    told = [
        (
            [module for name in names for module in EXTRAS[name].modules],
            sorted(_distributions([line for name in names for line in PROJECT["optional-dependencies"][name]])),
            str(folder),
            commands,
        )
        for names, folder, commands in runs
    ]
    environment = {"GEOVILLE_DATA_DIR": str(own / "user"), "GEOVILLE_CACHE_DIR": str(own / "cache")}
    done = subprocess.run(
        [sys.executable, "-c", RUNS],
        input=json.dumps(told),
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, **environment},
    )
    assert done.returncode == 0, done.stderr
    return [Ran(*ran) for ran in json.loads(done.stdout)]


def _distributions(lines):
    return {canonicalize_name(Requirement(line).name) for line in lines}


@cache
def _imported():
    """Top-level modules of other projects that the package imports, each with the files that do."""
    found = {}
    for path in PACKAGE.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Import):
                names = [alias.name for alias in node.names]
            else:
                names = [node.module] if isinstance(node, ast.ImportFrom) and node.module else []
            for name in names:
                found.setdefault(name.split(".")[0], set()).add(path)
    return {name: paths for name, paths in found.items() if name not in {*sys.stdlib_module_names, "geoville"}}


def test_every_extra_of_pip_is_known_with_its_modules():
    shipped = PROJECT["optional-dependencies"].keys() - FOR_DEVELOPERS - {"all"}
    assert EXTRAS.keys() == shipped
    owners = packages_distributions()
    for name, extra in EXTRAS.items():
        owned = {canonicalize_name(owner) for module in extra.modules for owner in owners[module]}
        assert owned == _distributions(PROJECT["optional-dependencies"][name]), name


def test_all_is_every_extra_and_tests_have_it():
    extras = PROJECT["optional-dependencies"]
    assert Requirement(extras["all"][0]).extras == EXTRAS.keys()
    assert "geoville[all]" in extras["test"]


def test_nothing_is_imported_that_nothing_installs():
    """What the base imports is a dependency; what an extra brings is told by `EXTRAS`."""
    owners = packages_distributions()
    base = _distributions(PROJECT["dependencies"])
    of_extras = {module for extra in EXTRAS.values() for module in extra.modules}
    companions = {"pydantic": "fastapi and typer", "pydantic_core": "pydantic", "branca": "folium"}
    unknown = [
        name
        for name in _imported()
        if name not in of_extras | companions.keys() and not base & {canonicalize_name(o) for o in owners[name]}
    ]
    assert unknown == []
    assert all(path.is_relative_to(PACKAGE / "api") for path in _imported()["pydantic"])


def test_a_missing_extra_is_named_in_one_sentence(monkeypatch):
    monkeypatch.setitem(sys.modules, "fpdf", None)
    with pytest.raises(MissingExtraError) as raised:
        need("paper")
    expected = "Cette installation ne sait pas écrire de PDF ni de planche : lancer pip install 'geoville[paper]'."
    assert raised.value.sentence == expected


REFUSED = [
    ("serve", ["serve", "--port", "8001"]),
    ("paper", ["attest", ADDRESS, "--out", "releve.pdf", *ON]),
    ("paper", ["sheet", "constantine", "--out", "planche.png", *ON]),
    ("paper", ["atlas", "calais", "--out", "atlas", *ON]),
    ("fetch", ["data", "fetch", "--departement", "62", "--from-dir", "."]),
    ("raster", ["data", "raster", "--grid", GRID, "--indicator", "people", "--out", "a.tif"]),
    ("raster", ["data", "cells", GRID, "--out", "cells.csv"]),
    ("raster", ["perimeters", "sensitivity", "--grid", GRID, "--out", "a.tif", "--territory", "calais"]),
    ("cluster", ["perimeters", "candidates", "--grid", GRID, "--out", "a.gpkg", "--workers", "2"]),
    ("postgis", ["lookup", ADDRESS, "--perimeters", "postgresql://u@127.0.0.1:1/b#t", *ON]),
    ("s3", ["lookup", ADDRESS, "--perimeters", "s3://seau/qpv.gpkg", *ON]),
]
"""An extra, and a command that needs it."""


@pytest.fixture(scope="module")
def refusals(tmp_path_factory) -> list[tuple[Path, Ran]]:
    """Where each of those commands ran without its extra, and what it said."""
    folders = [tmp_path_factory.mktemp("refused") for _ in REFUSED]
    runs = [([extra], folder, [arguments]) for (extra, arguments), folder in zip(REFUSED, folders, strict=True)]
    own = tmp_path_factory.mktemp("own")
    ran = run_without(runs, own)
    assert [path for path in own.rglob("*") if path.is_file()] == []
    return list(zip(folders, ran, strict=True))


@pytest.mark.parametrize(
    "rank", range(len(REFUSED)), ids=[f"{extra}-{'-'.join(said[:2]).partition(',')[0]}" for extra, said in REFUSED]
)
def test_a_command_whose_extra_is_missing_says_which_and_writes_nothing(refusals, rank):
    extra, (folder, ran) = REFUSED[rank][0], refusals[rank]
    expected = f"Cette installation ne sait pas {EXTRAS[extra].purpose} : lancer pip install 'geoville[{extra}]'.\n"
    assert ran == Ran(2, "", expected)
    written = [path for path in folder.rglob("*") if path.is_file()]
    assert written == []


@pytest.fixture(scope="module")
def base(tmp_path_factory) -> tuple[Path, dict[tuple[str, ...], Ran]]:
    """Where the commands that the base answers were run, without any extra, one after another; what each said."""
    folder = tmp_path_factory.mktemp("base")
    _write_rows(folder)
    commands = [DEMONSTRATION, *OF_THE_BASE, *OF_FILES.values()]
    ran = run_without([(list(EXTRAS), folder, commands)], folder)
    return folder, dict(zip(map(tuple, commands), ran, strict=True))


def _write_rows(folder: Path) -> None:
    import pandas as pd

    rows = pd.DataFrame({"lon": [1.886, 1.9], "lat": [50.955, 50.96]})
    for suffix, writer in {".csv": "to_csv", ".xlsx": "to_excel", ".parquet": "to_parquet"}.items():
        getattr(rows, writer)(folder / f"lignes{suffix}", index=False)


DEMONSTRATION = ["demo"]
OF_THE_BASE = [
    ["lookup", ADDRESS, *ON],
    ["lookup", "--lon", "1.886", "--lat", "50.955", "--json", *ON],
    ["attest", ADDRESS, "--out", "releve.html", *ON],
    ["map", "constantine", "--out", "cartes", *ON],
    ["rules"],
    ["data", "list"],
    ["data", "sources"],
    ["data", "info", "calais"],
    ["perimeters", "candidates", "--grid", GRID, "--out", "c.parquet", "--territory", "calais", *ON],
    ["--help"],
    ["serve", "--help"],
]
OF_FILES = {
    suffix: ["lookup-file", f"lignes{suffix}", f"reponses{suffix}", "--json", *ON]
    for suffix in (".csv", ".xlsx", ".parquet")
}


def test_the_base_computes_answers_and_draws_the_demonstration(base):
    folder, ran = base
    assert ran[tuple(DEMONSTRATION)].code == 0, ran[tuple(DEMONSTRATION)].err
    assert {path.suffix for path in (folder / "demo").iterdir()} >= {".gpkg", ".geojson", ".json", ".html"}


@pytest.mark.parametrize("arguments", OF_THE_BASE, ids=lambda arguments: "-".join(arguments[:2]).partition(" ")[0])
def test_the_base_does_without_any_extra(base, arguments):
    ran = base[1][tuple(arguments)]
    assert (ran.code, ran.err) == (0, "")
    assert ran.out


@pytest.mark.parametrize("suffix", OF_FILES)
def test_the_base_answers_files_of_rows(base, suffix):
    ran = base[1][tuple(OF_FILES[suffix])]
    assert ran.code == 0, ran.err
    assert json.loads(ran.out)["statuses"] == {"ok": 2}
