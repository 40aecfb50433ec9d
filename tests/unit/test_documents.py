"""What the documents show exists: commands, options, files, and the figures of the method note."""

from __future__ import annotations

import json
import re
import shlex
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import typer
from shown import DOCUMENTS, REPOSITORY, dialogues, name_of
from shown_files import write_shown_files

from geoville.cli.main import app, main

SHARED = REPOSITORY.parent / "shared" / "data"
LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)")
SHOWN = re.compile(r"^\$ (geoville .+?)(?: &)?$", re.MULTILINE)
INLINE = re.compile(r"`(geoville [a-z][^`\n]*)`")
RUN_ELSEWHERE = {
    "geoville serve": "tests/api/test_shown_requests.py",
    "postgresql://": "tests/unit/sources: the tests of PostGIS have a server",
    "s3://": "tests/unit/cli/test_addresses_of_files.py has an object store",
    "--workers 4": "tests/unit/workflows/test_candidates_by_unit.py, test_lookup_file.py",
    "atlas calais --out atlas": "the page on the atlas shows it with what it prints; it takes a minute",
    "--geocoder": "tests/unit/geocoding/test_remote.py has a service that answers",
}
"""What a command line holds that is not run here, and the tests that run its like."""
ATLAS_PAGE = "docs/guide/15-planches-et-atlas.md"
MARSEILLE_PAGE = "docs/guide/19-marseille.md"
"""A whole study of half a minute: run in `make slow`; its figures are in tests/slow/test_guide_of_marseille.py."""
TABLE_ROW = re.compile(r"^\| .+ \|$", re.MULTILINE)


def _commands_of(text: str) -> Iterator[str]:
    yield from SHOWN.findall(text)
    yield from INLINE.findall(text)


def _read(path: Path) -> str:
    return path.read_text(encoding="utf-8")


COMMANDS = sorted({(name_of(path), command) for path in DOCUMENTS for command in _commands_of(_read(path))})


@cache
def _tree() -> Any:
    return typer.main.get_command(app)


def _fault(words: list[str]) -> str:
    """Why a command line cannot be parsed as one of geoville's, empty where it can."""
    command = _tree()
    while words and hasattr(command, "commands"):
        name, *rest = words
        if name.startswith("--"):
            break
        if name not in command.commands:
            return f"no command {name}"
        command, words = command.commands[name], rest
    known = {"--help"} | {name for parameter in command.params for name in (*parameter.opts, *parameter.secondary_opts)}
    unknown = [word for word in words if word.startswith("--") and word not in known]
    return f"no option {unknown}" if unknown else ""


def test_commands_are_shown():
    shown = {" ".join(command.split()[1:3]) for _, command in COMMANDS}
    assert {"perimeters candidates", "perimeters score", "data add", "perimeters veille"} <= shown


@pytest.mark.parametrize(("document", "command"), COMMANDS)
def test_every_command_shown_exists(document, command):
    words = shlex.split(command, posix=True)
    assert words[0] == "geoville"
    assert _fault(words[1:]) == ""


def test_a_wrong_command_would_be_found():
    assert _fault(["perimeters", "candidat", "--grid", "x"]) == "no command candidat"
    assert _fault(["perimeters", "score", "--oficial", "x"]) == "no option ['--oficial']"


def _anchor(title: str) -> str:
    """Anchor that a page gives to a title: lower case, spaces as hyphens, punctuation dropped."""
    return re.sub(r"[^\w\- ]", "", title.strip().lower()).replace(" ", "-")


@pytest.mark.parametrize("path", DOCUMENTS, ids=name_of)
def test_every_local_link_leads_somewhere(path):
    for target in LINK.findall(_read(path)):
        if target.startswith(("https://", "http://")):
            continue
        file, _, anchor = target.partition("#")
        goal = (path.parent / file).resolve() if file else path
        assert goal.exists(), target
        assert goal.is_relative_to(REPOSITORY), target
        if anchor:
            titles = re.findall(r"^#+ (.+)$", _read(goal), re.MULTILINE)
            assert anchor in {_anchor(title) for title in titles}, target


def test_every_page_of_the_guide_and_every_decision_is_listed():
    for folder in ("guide", "decisions"):
        pages = {page.name for page in (REPOSITORY / "docs" / folder).glob("[0-9]*.md")}
        assert pages
        assert pages <= set(LINK.findall(_read(REPOSITORY / "docs" / folder / "README.md")))


def test_pictures_are_light():
    folder = REPOSITORY / "docs" / "images"
    pictures = [file for file in folder.rglob("*") if file.suffix in {".png", ".webp"}]
    assert len(pictures) > 24
    assert all(picture.stat().st_size < 300_000 for picture in pictures)
    assert sum(picture.stat().st_size for picture in folder.glob("cotes-de-rue/*.webp")) < 500_000


@pytest.mark.realdata
def test_the_ablation_of_the_method_note_is_what_its_script_prints(shared_data):
    script = [sys.executable, str(REPOSITORY / "benchmarks" / "ablation.py"), "--data", str(shared_data)]
    printed = subprocess.run(script, capture_output=True, encoding="utf-8", check=True).stdout
    note = _read(REPOSITORY / "docs" / "methode.md")
    rows = TABLE_ROW.findall(printed)
    assert len(rows) > 10
    assert [row for row in rows if row not in note] == []


@pytest.mark.realdata
@pytest.mark.parametrize(
    "path",
    [path for path in DOCUMENTS if "$ geoville" in _read(path) and path != REPOSITORY / MARSEILLE_PAGE],
    ids=name_of,
)
def test_every_output_shown_is_what_the_command_writes(path, run_beside_the_data, monkeypatch):
    """An atlas is put together without its pictures, which take most of its minute: they are drawn in `make slow`."""
    monkeypatch.setattr("geoville.workflows.atlas.AtlasPrint.picture", lambda *_: "<svg/>")
    monkeypatch.setattr("geoville.workflows.atlas.AtlasPrint.pdf", lambda _: b"%PDF-1.7")
    _check_outputs(path, run_beside_the_data)


@pytest.mark.slow
@pytest.mark.realdata
def test_the_atlas_shown_is_drawn_whole(run_beside_the_data):
    _check_outputs(REPOSITORY / ATLAS_PAGE, run_beside_the_data)


@pytest.mark.slow
@pytest.mark.realdata
def test_the_recomputation_of_marseille_is_what_its_commands_print(run_beside_the_data):
    _check_outputs(REPOSITORY / MARSEILLE_PAGE, run_beside_the_data)


def _check_outputs(path: Path, run_beside_the_data: Callable[[list[str]], tuple[list[str], bool]]) -> None:
    for command, shown in _commands_shown(path):
        if any(held in command for held in RUN_ELSEWHERE):
            continue
        written, failed = run_beside_the_data(shlex.split(command))
        assert shown or not failed, (command, written)
        assert [line for line in shown if not _is_written(line, written)] == [], command


def test_the_demo_of_the_readme_is_what_it_prints(run_beside_the_data):
    (shown,) = re.findall(r"```\n(Seuil : .*?)```", _read(REPOSITORY / "README.md"), re.DOTALL)
    written, _ = run_beside_the_data(["geoville", "demo", "--on", "2026-01-15"])
    assert [line for line in shown.splitlines() if not _is_written(line, written)] == []


@pytest.fixture(scope="session")
def files_shown(tmp_path_factory) -> Path:
    """Folder that holds the files that the documents name."""
    made = tmp_path_factory.mktemp("files-shown")
    for folder in ("data", "docs/exemples"):
        shutil.copytree(REPOSITORY / folder, made / folder)
    for file in (name for folder in ("calais", "marseille", "income", ".") for name in (SHARED / folder).glob("*.*")):
        if file.name not in {"addresses.csv", "places.csv"}:
            shutil.copy(file, made)
    _write_quarters_of_2024(made / "qpv2024.geojson")
    write_shown_files(made)
    return made


def _write_quarters_of_2024(path: Path) -> None:
    """Those of Marseille and Les Pennes-Mirabeau, taken from the national file as the guide says."""
    national = SHARED / "qpv_national" / "qpv2024_simplified.geojson"
    if national.is_file():
        document = json.loads(national.read_text(encoding="utf-8"))
        towns = {"13055", "13071"}
        document["features"] = [item for item in document["features"] if item["properties"]["insee_com"] in towns]
        path.write_text(json.dumps(document), encoding="utf-8")


@pytest.fixture
def run_beside_the_data(files_shown, tmp_path, monkeypatch, capsys):
    """The command line, in a folder that holds those files."""
    shutil.copytree(files_shown, tmp_path, dirs_exist_ok=True)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "240")

    def run(words: list[str]) -> tuple[list[str], bool]:
        monkeypatch.setattr(sys, "argv", words)
        with pytest.raises(SystemExit) as left:
            main()
        captured = capsys.readouterr()
        return [_plain(line) for line in (captured.out + captured.err).splitlines()], bool(left.value.code)

    return run


def _commands_shown(path: Path) -> Iterator[tuple[str, list[str]]]:
    """Command lines of geoville that a document shows, each with the lines shown under it."""
    for command, shown in dialogues(path):
        if command.startswith("geoville "):
            yield command, shown


def _is_written(line: str, written: list[str]) -> bool:
    """Whether a shown line was written, as a whole or, where it ends in an ellipsis, from its start."""
    start, cut, _ = _plain(line).partition("…")
    return not start.strip() or any(item.startswith(start) if cut else item == start for item in written)


def _plain(line: str) -> str:
    """A line without its frame and with plain spaces: tables are as wide as the screen."""
    return " ".join(line.replace("│", " ").split())
