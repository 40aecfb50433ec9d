"""Every file of every command, given as what is no file: refused at once, in a sentence, and nothing is written."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest
from every_command import COMMANDS, words

TOO_LONG = "n" * 300
END_OF_LINE = "saut\nde ligne"
NO_TEXT = "caf\udce9"


def _pipe(folder: Path, suffix: str) -> Path:
    path = folder / f"tube{suffix}"
    os.mkfifo(path)
    return path


NEVER_A_FILE: dict[str, tuple[Callable[[Path, str], Path], str]] = {
    "pipe": (_pipe, "pas un fichier ordinaire"),
    "device": (lambda _folder, _suffix: Path(os.devnull), "pas un fichier ordinaire"),
    "long name": (lambda folder, suffix: folder / (TOO_LONG + suffix), "refuse ce nom"),
    "end of line": (lambda folder, suffix: folder / (END_OF_LINE + suffix), "pas une ligne de texte"),
    "no text": (lambda folder, suffix: folder / (NO_TEXT + suffix), "pas une ligne de texte"),
}
UNREADABLE: dict[str, Callable[[Path, str], Path]] = {
    "absent": lambda folder, suffix: folder / f"absent{suffix}",
    "folder": lambda folder, suffix: _made(folder / f"dossier{suffix}", None),
    "empty": lambda folder, suffix: _made(folder / f"vide{suffix}", b""),
    "noise": lambda folder, suffix: _made(folder / f"bruit{suffix}", bytes(range(256)) * 40),
    "other text": lambda folder, suffix: _made(folder / f"texte{suffix}", b"bonjour\n"),
}
MEANS_SOMETHING = {("in:style.toml", "empty"), ("in:action.toml", "folder")}
"""A style that says nothing; a folder of actions is told from a file by another command."""

MARKED = [
    pytest.param(name, word, id=f"{name} {word}")
    for name, line in COMMANDS.items()
    for word in dict.fromkeys(line.split())
    if word.startswith(("in:", "out:"))
]
QUICK = ("lookup", "data add", "data cells", "data addresses build")


def _slow_unless(quick: bool) -> list[pytest.MarkDecorator]:
    return [] if quick else [pytest.mark.slow]


POSIX = pytest.mark.skipif(os.name != "posix", reason="pipes and bytes as names")


def _made(path: Path, content: bytes | None) -> Path:
    if content is None:
        path.mkdir()
    else:
        path.write_bytes(content)
    return path


def _with(name: str, marked: str, path: Path, inputs: Path, outputs: Path) -> list[str]:
    """A command line whose marked file is another one."""
    put = words(marked, inputs, outputs)[0]
    return [str(path) if word == put else word for word in (*name.split(), *words(COMMANDS[name], inputs, outputs))]


@POSIX
@pytest.mark.parametrize(
    ("name", "marked", "what"),
    [
        pytest.param(
            *one.values, what, id=f"{one.id} {what}", marks=_slow_unless(what == "pipe" or one.values[0] in QUICK)
        )
        for one in MARKED
        for what in NEVER_A_FILE
    ],
)
def test_what_is_never_a_file_is_refused_at_once(geoville, tmp_path, inputs, outputs, name, marked, what):
    make, said = NEVER_A_FILE[what]
    told = geoville(*_with(name, marked, make(tmp_path, Path(marked).suffix), inputs, outputs))
    told.check_refused()
    assert told.code == 2
    assert said in told.err
    assert list(outputs.iterdir()) == []


@pytest.mark.parametrize(("name", "marked"), [one for one in MARKED if "out:" in one.values[1]])
def test_a_folder_that_takes_no_file_is_found_out_before_the_work(geoville, monkeypatch, inputs, outputs, name, marked):
    monkeypatch.setattr(os, "access", lambda path, _mode: Path(path) != outputs)
    told = geoville(*_with(name, marked, outputs / "neuf" / marked.removeprefix("out:"), inputs, outputs))
    told.check_refused()
    assert f"Impossible d'écrire dans « {outputs} »" in told.err
    assert list(outputs.iterdir()) == []


@pytest.mark.parametrize("what", UNREADABLE)
@pytest.mark.parametrize(
    ("name", "marked"),
    [
        pytest.param(*one.values, id=one.id, marks=_slow_unless(one.values[0] in QUICK))
        for one in MARKED
        if "in:" in one.values[1]
    ],
)
def test_what_cannot_be_read_is_refused(geoville, tmp_path, inputs, outputs, name, marked, what):
    if (marked, what) in MEANS_SOMETHING or name == "serve":
        return
    told = geoville(*_with(name, marked, UNREADABLE[what](tmp_path, Path(marked).suffix), inputs, outputs))
    if name == "lookup-file" and told.err.startswith("Lecture"):
        told = type(told)(told.code, told.out, told.err.partition("\n")[2])
    told.check_refused()
    assert list(outputs.iterdir()) == []


SAME_SUFFIX = {"data addresses build": "in:addresses.csv", "perimeters vecu": "in:quarters.geojson"}


@pytest.mark.parametrize("name", SAME_SUFFIX)
def test_a_file_that_is_read_is_never_written_over(geoville, tmp_path, inputs, outputs, name):
    read = tmp_path / f"mine{Path(SAME_SUFFIX[name]).suffix}"
    content = (inputs / SAME_SUFFIX[name].removeprefix("in:")).read_bytes()
    read.write_bytes(content)
    line = COMMANDS[name].replace(SAME_SUFFIX[name], str(read))
    out = next(word for word in line.split() if word.startswith("out:"))
    told = geoville(*name.split(), *words(line.replace(out, str(read)), inputs, outputs))
    told.check_refused()
    assert "le même fichier" in told.err
    assert read.read_bytes() == content
