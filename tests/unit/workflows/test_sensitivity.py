"""How many scenarios keep each cell of a territory: what a pack ships is read only while it is what would be found."""

from __future__ import annotations

import hashlib
import json
import pickle
import re
import shutil
from datetime import date
from typing import TYPE_CHECKING

import numpy as np
import pytest

from geoville.errors import DataUnavailableError
from geoville.perimeters.scenarios import Choices
from geoville.sources.cells import KeptCells, read_kept_cells, write_kept_cells
from geoville.sources.manifest import SENSITIVITY
from geoville.sources.pack import Pack, open_pack
from geoville.sources.provenance import provenance_path
from geoville.workflows import sensitivity
from geoville.workflows.candidates import compute_candidates
from geoville.workflows.search_inputs import CandidateRequest

if TYPE_CHECKING:
    from pathlib import Path

DAY = date(2024, 6, 1)
_FOUND: dict[str, object] = {}
"""By a hash of all that the search is given."""
REBUILD = "run: geoville data build calais --out data/calais"


@pytest.fixture
def sweeps(monkeypatch: pytest.MonkeyPatch) -> list[object]:
    """Calls of the search under every scenario; what was found once is not sought again in the very same cells."""
    called: list[object] = []
    search = sensitivity.sweep

    def counted(*arguments: object) -> object:
        called.append(arguments)
        asked = hashlib.sha256(pickle.dumps(arguments)).hexdigest()
        if asked not in _FOUND:
            _FOUND[asked] = search(*arguments)
        return _FOUND[asked]

    monkeypatch.setattr(sensitivity, "sweep", counted)
    return called


def _asked(territory: Pack, on: date = DAY) -> sensitivity.TerritorySensitivity:
    return sensitivity.sensitivity_of(territory, CandidateRequest(on=on, territory=territory))


@pytest.fixture
def copied(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Folder of a copy of the pack of Calais, opened in its place."""
    folder = tmp_path / "calais"
    shutil.copytree(open_pack("calais").folder, folder)
    monkeypatch.setattr("geoville.sources.pack.embedded_data", lambda: tmp_path)
    return folder


def test_calais_ships_what_the_scenarios_of_today_give_and_a_map_does_not_try_them(sweeps: list[object]) -> None:
    shipped = _asked(open_pack("calais"))
    assert sweeps == [], REBUILD
    assert shipped.scenarios == 3 * 3 * 2 * 3  # vintages, thresholds, contiguities, gaps
    request = CandidateRequest(on=DAY, territory=open_pack("calais"))
    found = sensitivity.sweep_territory(open_pack("calais"), request).kept()
    for name in ("epsg", "easting", "northing", "scenarios"):
        assert np.array_equal(getattr(shipped.kept, name), getattr(found, name)), REBUILD


@pytest.mark.parametrize(
    ("part", "key", "value"),
    [
        ("inputs", "sha256", "0" * 64),
        ("law", "value", 0.65),
        ("execution", "geoville", "0.0.1"),
        ("parameters", "doubt", 0),
    ],
)
def test_a_layer_made_from_something_else_is_computed_again(
    copied: Path, sweeps: list[object], part: str, key: str, value: object
) -> None:
    before = _asked(open_pack("calais"))
    path = provenance_path(copied / "sensibilite.csv")
    document = json.loads(path.read_text(encoding="utf-8"))
    (document[part] if isinstance(document[part], dict) else document[part][0])[key] = value
    path.write_text(json.dumps(document), encoding="utf-8")
    again = _asked(open_pack("calais"))
    assert len(sweeps) == 1
    assert np.array_equal(again.kept.scenarios, before.kept.scenarios)


def test_a_layer_without_provenance_is_computed_again(copied: Path, sweeps: list[object]) -> None:
    provenance_path(copied / "sensibilite.csv").unlink()
    _asked(open_pack("calais"))
    assert len(sweeps) == 1


def test_a_layer_that_was_altered_is_refused(copied: Path) -> None:
    path = copied / "sensibilite.csv"
    text = path.read_text(encoding="utf-8")
    path.write_text(re.sub(r",(\d+)\n", r",\g<1>0\n", text, count=1), encoding="utf-8", newline="\n")
    with pytest.raises(DataUnavailableError, match="a été modifié"):
        _asked(open_pack("calais"))
    assert open_pack("calais").has(SENSITIVITY)


def test_kept_cells_are_read_back_and_anything_else_refused(tmp_path: Path) -> None:
    kept = KeptCells(3035, np.array([3_749_000, 3_749_200]), np.array([3_123_400, 3_123_400]), np.array([1, 54]))
    write_kept_cells(kept, tmp_path / "kept.csv")
    read = read_kept_cells(tmp_path / "kept.csv")
    assert (read.epsg, read.easting.tolist(), read.northing.tolist()) == (3035, [3_749_000, 3_749_200], [3_123_400] * 2)
    assert read.scenarios.tolist() == [1, 54]
    cell = "CRS3035RES200mN3123400E3749000"
    for text in ("", "a,b\n1,2\n", f"idcar_200m,scenarios\n{cell},x\n", f"idcar_200m,scenarios\n{cell},0\n",
                 "idcar_200m,scenarios\nailleurs,3\n", f"idcar_200m,scenarios\n{cell}\n"):  # fmt: skip
        (tmp_path / "wrong.csv").write_text(text, encoding="utf-8")
        with pytest.raises(DataUnavailableError, match="illisible"):
            read_kept_cells(tmp_path / "wrong.csv")


def test_a_scenario_counts_its_cells_and_people_as_the_file_of_its_candidates() -> None:
    calais = open_pack("calais")
    request = CandidateRequest(on=DAY, territory=calais)
    own = Choices((1.0,), (request.options.contiguity,), (request.options.gap_m,))
    outcome = sensitivity.sweep_files([calais.grid_path()], request, own).result.own_outcome
    frame = compute_candidates(calais.grid_path(), request).frame()
    assert (outcome.candidates, outcome.cells) == (len(frame), frame["cells"].sum())
    assert outcome.people == pytest.approx(frame["population"].sum())
