"""The chain of one place, on the shipped candidates of Calais: inside, outside, where nobody lives."""

from __future__ import annotations

import json
import shutil
from datetime import date
from pathlib import Path

import pytest

from geoville.errors import InvalidInputError
from geoville.sources.files import embedded_data
from geoville.workflows.explain import explain_place

CANDIDATES = embedded_data() / "calais" / "candidats.geojson"
ON = date(2026, 11, 22)
GAGARINE = (1.893673, 50.953397)
CITY_CENTRE = (1.8504, 50.9472)
AT_SEA = (1.80, 50.99)


def test_a_place_in_a_candidate_has_its_cell_its_cluster_and_every_test_passed() -> None:
    chain = explain_place(CANDIDATES, *GAGARINE, on=ON).document()
    assert chain["cell"]["selected"]
    assert chain["cell"]["share_below_threshold"] > 0.5
    assert chain["candidate"].startswith("C2019-62193-")
    assert all(test["passed"] for test in chain["cluster"]["tests"])
    low, high = chain["cluster"]["median_interval_eur"]
    assert low < chain["cluster"]["median_eur"] < high < chain["cluster"]["threshold_eur"]
    assert 0 < len(chain["neighbours"]) <= 8


def test_a_place_out_of_the_candidates_says_which_test_its_cell_fails() -> None:
    chain = explain_place(CANDIDATES, *CITY_CENTRE, on=ON).document()
    assert not chain["cell"]["selected"]
    assert chain["cell"]["share_below_threshold"] <= 0.5
    assert chain["candidate"] is None
    assert chain["cluster"] is None


def test_where_nobody_lives_there_is_no_cell() -> None:
    assert explain_place(CANDIDATES, *AT_SEA, on=ON).document()["cell"] is None


def test_a_rejected_cluster_is_told_with_the_test_that_failed() -> None:
    run = explain_place(CANDIDATES, *GAGARINE, on=ON).run
    small = run.search.rejected[0]
    assert any(not test.passed for test in small.tests)


def test_candidates_without_their_provenance_cannot_be_explained(tmp_path: Path) -> None:
    alone = tmp_path / "candidats.geojson"
    shutil.copy(CANDIDATES, alone)
    with pytest.raises(InvalidInputError, match="provenance"):
        explain_place(alone, *GAGARINE, on=ON)


def test_another_grid_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InvalidInputError, match="n'est pas celle"):
        explain_place(CANDIDATES, *GAGARINE, on=ON, grid=embedded_data() / "calais" / "filosofi_2015_200m.csv")


def test_the_provenance_says_enough_to_compute_again() -> None:
    provenance = json.loads(Path(f"{CANDIDATES}.provenance.json").read_text(encoding="utf-8"))
    shipped = json.loads(CANDIDATES.read_text(encoding="utf-8"))
    run = explain_place(CANDIDATES, *GAGARINE, on=ON).run
    assert {item["properties"]["code"] for item in shipped["features"]} == {item.code for item in run.perimeters}
    assert provenance["parameters"]["territory"] == "calais"
