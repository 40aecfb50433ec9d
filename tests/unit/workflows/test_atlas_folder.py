"""An atlas that was interrupted goes on; what was made of other inputs, or altered since, is made again."""

from __future__ import annotations

from pathlib import Path

import pytest

from geoville.errors import InvalidInputError
from geoville.workflows.atlas import STATE, AtlasFolder

NAMES = ("a.html", "planches/a.svg", "index.html")


def made(folder: Path, inputs: tuple[str, ...] = ("data",), *, stop_before: str = "") -> list[str]:
    """Make an atlas of three files; return the names of those written."""
    out = AtlasFolder.open(folder, inputs)
    for name in NAMES:
        if name == stop_before:
            return out.written
        out.write(name, name.encode)
    out.finish()
    return out.written


def test_everything_is_made_then_kept(tmp_path):
    assert made(tmp_path / "atlas") == list(NAMES)
    assert AtlasFolder.open(tmp_path / "atlas", ("data",)).is_whole()
    assert made(tmp_path / "atlas") == []
    assert (tmp_path / "atlas" / "planches" / "a.svg").read_text("utf-8") == "planches/a.svg"


def test_an_interrupted_atlas_goes_on(tmp_path):
    made(tmp_path, stop_before="index.html")
    assert not AtlasFolder.open(tmp_path, ("data",)).is_whole()
    assert made(tmp_path) == ["index.html"]


@pytest.mark.parametrize("alter", [Path.unlink, lambda path: path.write_text("other", "utf-8")])
def test_what_is_missing_or_altered_is_made_again(tmp_path, alter):
    made(tmp_path)
    alter(tmp_path / "a.html")
    assert not AtlasFolder.open(tmp_path, ("data",)).is_whole()
    assert made(tmp_path) == ["a.html"]
    assert (tmp_path / "a.html").read_text("utf-8") == "a.html"


def test_other_inputs_make_everything_again(tmp_path):
    made(tmp_path)
    assert made(tmp_path, ("data", "2025-01-01")) == list(NAMES)


@pytest.mark.parametrize("state", ["", "{}", "[]", '{"inputs": 1, "whole": true, "files": 3}'])
def test_a_state_that_cannot_be_read_is_no_state(tmp_path, state):
    made(tmp_path)
    (tmp_path / STATE).write_text(state, "utf-8")
    assert made(tmp_path) == list(NAMES)


def test_what_fails_leaves_nothing_half_written(tmp_path):
    def fail() -> bytes:
        raise RuntimeError

    out = AtlasFolder.open(tmp_path, ("data",))
    out.write("a.html", lambda: b"a")
    with pytest.raises(RuntimeError):
        out.write("b.html", fail)
    assert {path.name for path in tmp_path.iterdir()} == {"a.html", STATE}


def test_a_file_in_place_of_the_folder_is_refused(tmp_path):
    (tmp_path / "atlas").write_text("", "utf-8")
    with pytest.raises(InvalidInputError, match="Impossible de créer le dossier"):
        AtlasFolder.open(tmp_path / "atlas", ("data",))
