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

WITHOUT = """
import sys
from importlib.metadata import Distribution, PackageNotFoundError
sys.modules.update(dict.fromkeys({modules!r}))  # as if they were not installed
installed = Distribution.from_name
def from_name(name):
    if name in {distributions!r}:
        raise PackageNotFoundError(name)
    return installed(name)
Distribution.from_name = from_name
from geoville.cli.main import main
"""
ONE_COMMAND = """
sys.argv = ["geoville", *{arguments!r}]
main()
"""
ONE_AFTER_ANOTHER = """
import io, json
screen, ran = sys.stdout, []
for arguments in {commands!r}:
    sys.argv, code = ["geoville", *arguments], 0
    sys.stdout, sys.stderr = said = [io.TextIOWrapper(io.BytesIO(), encoding="utf-8") for _ in range(2)]
    try:
        main()
    except SystemExit as end:
        code = end.code or 0
    for stream in said:
        stream.flush()
    ran.append([arguments, code, *(stream.buffer.getvalue().decode() for stream in said)])
json.dump(ran, screen)
"""


@pytest.fixture(autouse=True)
def _own_folders(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("GEOVILLE_DATA_DIR", str(tmp_path / "user"))
    monkeypatch.setenv("GEOVILLE_CACHE_DIR", str(tmp_path / "cache"))


def without(names, *arguments):
    """Run a command where the modules of some extras are not installed."""
    code = _blocking(names) + ONE_COMMAND.format(arguments=arguments)
    return subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False, timeout=120)


def _blocking(names):
    modules = [module for name in names for module in EXTRAS[name].modules]
    lines = [line for name in names for line in PROJECT["optional-dependencies"][name]]
    return WITHOUT.format(modules=modules, distributions=_distributions(lines))


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
    companions = {"pydantic": "fastapi and typer", "branca": "folium"}
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


@pytest.mark.parametrize(
    ("extra", "arguments"),
    [
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
    ],
    ids=lambda value: value if isinstance(value, str) else "-".join(value[:2]).partition(",")[0],
)
def test_a_command_whose_extra_is_missing_says_which_and_writes_nothing(extra, arguments, tmp_path):
    done = without([extra], *arguments)
    expected = f"Cette installation ne sait pas {EXTRAS[extra].purpose} : lancer pip install 'geoville[{extra}]'.\n"
    assert (done.returncode, done.stdout, done.stderr) == (2, "", expected)
    written = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert written == []


@dataclass(frozen=True)
class Ran:
    code: int
    out: str
    err: str


@pytest.fixture(scope="module")
def base(tmp_path_factory) -> tuple[Path, dict[tuple[str, ...], Ran]]:
    """Where the commands that the base answers were run, without any extra, one after another; what each said."""
    folder = tmp_path_factory.mktemp("base")
    _write_rows(folder)
    own = {"GEOVILLE_DATA_DIR": str(folder / "user"), "GEOVILLE_CACHE_DIR": str(folder / "cache")}
    code = _blocking(EXTRAS) + ONE_AFTER_ANOTHER.format(commands=[DEMONSTRATION, *OF_THE_BASE, *OF_FILES.values()])
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=False, cwd=folder, env={**os.environ, **own}
    )
    assert done.returncode == 0, done.stderr
    return folder, {tuple(arguments): Ran(*ran) for arguments, *ran in json.loads(done.stdout)}


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
