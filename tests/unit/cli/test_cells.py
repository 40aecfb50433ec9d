"""`geoville perimeters cells`: the cells of a territory as a layer, under a threshold that is supposed."""

from __future__ import annotations

import csv
import json

import pytest


@pytest.fixture(scope="module")
def written(tmp_path_factory):
    return tmp_path_factory.mktemp("cells")


def rows_of(path):
    with path.open(encoding="utf-8", newline="") as file:
        return {row["idcar_200m"]: row for row in csv.DictReader(file)}


def test_a_threshold_that_is_supposed_moves_the_share_and_nothing_else(geoville, written):
    decree, scenario = written / "decree.csv", written / "scenario.csv"
    assert geoville("perimeters", "cells", "--territory", "calais", "--out", decree).code == 0
    printed = geoville("perimeters", "cells", "--territory", "calais", "--threshold-factor", "1.1", "--out", scenario)
    assert printed.code == 0
    assert "Scénario : seuil du décret × 1,1. Ce n'est pas le décret." in printed.out
    before, after = rows_of(decree), rows_of(scenario)
    assert before.keys() == after.keys()
    examined = [key for key, row in before.items() if row["threshold_eur"]]
    assert len(examined) > 300  # the urban unit of Calais
    for key in examined:
        assert float(after[key]["threshold_eur"]) == pytest.approx(1.1 * float(before[key]["threshold_eur"]), abs=1)
        assert float(after[key]["share_below"]) > float(before[key]["share_below"])
    moved = {"share_below", "threshold_eur"}
    same = [
        {name: value for name, value in row.items() if name not in moved} for row in (before[key] for key in before)
    ]
    assert same == [{name: value for name, value in after[key].items() if name not in moved} for key in before]
    parameters = json.loads((written / "scenario.csv.provenance.json").read_text("utf-8"))["parameters"]
    assert parameters["supposed"]["threshold_factor"] == 1.1


def test_a_generation_chooses_the_data_of_the_cells(geoville, written):
    out = written / "of-2015.csv"
    assert geoville("perimeters", "cells", "--territory", "calais", "--generation", "2015", "--out", out).code == 0
    chosen = json.loads((written / "of-2015.csv.provenance.json").read_text("utf-8"))["parameters"]
    assert chosen["generation"]["name"] == "2015"


def test_a_factor_that_is_not_positive_is_refused(geoville, written):
    printed = geoville(
        "perimeters", "cells", "--territory", "calais", "--threshold-factor", "0", "--out", written / "x.csv"
    )
    assert printed.code == 2
    assert "facteur du seuil" in printed.err
    assert not (written / "x.csv").exists()
