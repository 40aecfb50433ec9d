"""The folders of the user missing, closed, or not folders; and several processes in one."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from geoville.sources.additions import add_file, list_additions
from geoville.sources.pack import open_pack

WRITING = {
    "data add": "data add {places} --kind places",
    "data territory new": "data territory new essai --communes 62193",
}


@pytest.mark.parametrize("line", WRITING.values(), ids=WRITING)
def test_a_folder_of_the_user_that_is_a_file_is_told(geoville, monkeypatch, tmp_path, inputs, line):
    (tmp_path / "fichier").write_text("x", encoding="utf-8")
    monkeypatch.setenv("GEOVILLE_DATA_DIR", str(tmp_path / "fichier"))
    told = geoville(*line.format(places=inputs / "places.csv").split())
    told.check_refused()
    assert "un fichier est à la place d'un dossier" in told.err


@pytest.mark.parametrize("line", WRITING.values(), ids=WRITING)
def test_a_folder_of_the_user_that_is_closed_is_told(geoville, monkeypatch, inputs, line):
    def closed(*_: object, **__: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "mkdir", closed)
    told = geoville(*line.format(places=inputs / "places.csv").split())
    told.check_refused()
    assert "accès refusé" in told.err


def test_additions_made_at_once_are_all_kept(tmp_path, inputs):
    files = [tmp_path / f"lieux-{number}.csv" for number in range(6)]
    text = (inputs / "places.csv").read_text(encoding="utf-8")
    for number, path in enumerate(files):
        path.write_text(text + "\n" * number, encoding="utf-8")
    territory = open_pack("calais")
    with ThreadPoolExecutor(len(files)) as pool:
        added = list(pool.map(lambda path: add_file(territory, path, "places"), files))
    assert {item.id for item in list_additions("calais")} == {item.id for item in added}
    assert len(added) == len(files)
