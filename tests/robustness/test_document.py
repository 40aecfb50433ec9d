"""`docs/robustesse.md` shows what is printed: each row of its table is run, word for word."""

from __future__ import annotations

import os
import re
import shlex
import shutil
from pathlib import Path

import pytest
from every_command import REPOSITORY

DOCUMENT = REPOSITORY / "docs" / "robustesse.md"
ROW = re.compile(r"^\| ([^|]+) \| `geoville ([^`]+)` \| ([^|]+) \| (\d) \|$", re.MULTILINE)
ROWS = ROW.findall(DOCUMENT.read_text(encoding="utf-8"))
CLOSED, FULL = "lecture-seule", "plein"


@pytest.fixture
def situations(inputs: Path, outputs: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What the rows name, in the working folder."""
    for path in inputs.iterdir():
        shutil.copyfile(path, outputs / path.name)
    for name in (CLOSED, FULL, "dossier.geojson"):
        (outputs / name).mkdir()
    (outputs / "vide.geojson").write_bytes(b"")
    (outputs / "bruit.geojson").write_bytes(bytes(range(256)) * 40)
    os.mkfifo(outputs / "tube.geojson")
    replace = Path.replace

    def replace_if_there_is_room(path: Path, target: Path) -> Path:
        if FULL in Path(target).parts:
            raise OSError(28, "No space left on device")
        return replace(path, target)

    monkeypatch.setattr(Path, "replace", replace_if_there_is_room)
    monkeypatch.setattr(os, "access", lambda path, _mode: Path(path).name != CLOSED)


@pytest.mark.skipif(os.name != "posix", reason="pipes, and paths as the document writes them")
@pytest.mark.usefixtures("situations")
@pytest.mark.parametrize(("line", "said", "code"), [row[1:] for row in ROWS], ids=[row[0] for row in ROWS])
def test_a_row_is_what_is_printed(geoville, outputs, line, said, code):
    told = geoville(*shlex.split(line))
    assert told.err.replace(f"{outputs}/", "") == f"{said}\n"
    assert told.code == int(code)


def test_every_test_of_the_folder_is_told():
    text = DOCUMENT.read_text(encoding="utf-8")
    assert len(ROWS) >= 10
    assert [
        path.name
        for path in Path(__file__).parent.glob("test_*.py")
        if f"`{path.name}`" not in text.replace("tests/robustness/", "")
    ] == []
