"""Rows answered in bulk say, to the letter, what they would say one by one."""

from __future__ import annotations

import json
from datetime import date
from unittest.mock import Mock

import numpy as np
import pyarrow as pa
import pytest

from geoville.eligibility.bulk import BulkIndex, Means
from geoville.model import VerdictCode
from geoville.sources.layer_index import NotKeptError
from geoville.sources.rows.row import InputRow
from geoville.workflows.lookup import DeskChoice, LookupDesk
from geoville.workflows.lookup_file import bulk
from geoville.workflows.lookup_file import desk as lookup_file_desk
from geoville.workflows.lookup_file.bulk import BulkAnswers
from geoville.workflows.lookup_file.desk import FileDesk
from geoville.workflows.lookup_file.questions import Asking, CoordinateQuestions

DAYS = (date(2010, 1, 1), date(2020, 1, 15), date(2026, 1, 15), date(2999, 1, 1))


def _square(code: str, west: float, south: float, side: float) -> dict[str, object]:
    east, north = west + side, south + side
    ring = [[west, south], [east, south], [east, north], [west, north], [west, south]]
    names = {"code_qp": code, "lib_qp": f"Quartier {code}", "insee_com": "62193"}
    return {"type": "Feature", "properties": names, "geometry": {"type": "Polygon", "coordinates": [ring]}}


@pytest.fixture(scope="module")
def two_generations(tmp_path_factory: pytest.TempPathFactory) -> DeskChoice:
    """Quarters of 2015 and 2024 that overlap, touch, or stand alone."""
    path = tmp_path_factory.mktemp("contours") / "qpv.geojson"
    squares = [
        _square("QP062001", 1.85, 50.95, 0.02),
        _square("QP062002", 1.90, 50.95, 0.01),
        _square("QN06201M", 1.86, 50.95, 0.02),
        _square("QN06202M", 1.88, 50.95, 0.02),
        _square("QN06203M", 1.95, 50.95, 0.01),
    ]
    path.write_text(json.dumps({"type": "FeatureCollection", "features": squares}), encoding="utf-8")
    return DeskChoice("calais", perimeters=(path,))


@pytest.fixture(scope="module", params=["estimates", "two generations"])
def desk(request: pytest.FixtureRequest, two_generations: DeskChoice) -> LookupDesk:
    return DeskChoice("calais").open() if request.param == "estimates" else two_generations.open()


def _rows() -> list[InputRow]:
    """Points everywhere, on corners and sides, 14 to 28 km away, out of the territory, and what is no point."""
    random = np.random.default_rng(62193)
    points = np.column_stack([random.uniform(1.80, 2.0, 400), random.uniform(50.93, 50.98, 400)]).tolist()
    corners = [(lon, lat) for lon in (1.85, 1.86, 1.87, 1.88, 1.90) for lat in (50.95, 50.96, 50.97)]
    far = [(lon, 50.95) for lon in np.linspace(2.15, 2.35, 80).tolist()]
    texts = [(repr(lon), repr(lat)) for lon, lat in (*points, *corners, *far, (2.35, 48.85))]
    return [InputRow(line, cells) for line, cells in enumerate([*texts, ("", ""), ("x", "1"), ("50.95", "1.87")], 2)]


@pytest.mark.parametrize("on", DAYS, ids=str)
def test_a_chunk_in_bulk_has_the_cells_of_rows_one_by_one(desk, on, monkeypatch):
    monkeypatch.setattr(lookup_file_desk, "ROWS_WORTH_A_BULK", 1_000)
    rows = [*_rows(), InputRow(999, ("", ""), "1 cases au lieu de 2")]
    asked = FileDesk(desk, Asking(CoordinateQuestions("lon", "lat"), on))
    one_by_one = list(asked.answers(rows))
    monkeypatch.setattr(lookup_file_desk, "ROWS_WORTH_A_BULK", len(rows))
    monkeypatch.setattr(lookup_file_desk, "answered", answered := Mock(side_effect=lookup_file_desk.answered))
    assert list(asked.answers(rows)) == one_by_one
    assert [call.args[0] for call in answered.call_args_list] == rows[-4:]


def test_the_points_asked_about_are_of_every_kind(two_generations):
    desk, on = two_generations.open(), DAYS[-1]
    answers = [desk.answer_at(*map(float, row.cells), on) for row in _rows()[:-3]]
    assert {answer.verdict for answer in answers} == {VerdictCode.INSIDE, VerdictCode.OUTSIDE, VerdictCode.NOT_FOUND}
    assert any("À une autre date" in " ".join(answer.reasons) for answer in answers)
    assert any(answer.distance_m == 0 for answer in answers)
    assert {answer.verdict for row, answer in zip(_rows(), answers, strict=False) if float(row.cells[0]) > 2.15} == {
        VerdictCode.NOT_FOUND  # over ten kilometres away from all of them
    }


def test_few_rows_after_many_are_answered_in_bulk_too(desk, monkeypatch):
    asked = FileDesk(desk, Asking(CoordinateQuestions("lon", "lat"), DAYS[-1]))
    monkeypatch.setattr(lookup_file_desk, "answered", answered := Mock(side_effect=lookup_file_desk.answered))
    monkeypatch.setattr(lookup_file_desk, "ROWS_WORTH_A_BULK", 50)
    rows = _rows()[:60]
    assert [*asked.answers(rows[:50]), *asked.answers(rows[50:])] == list(asked.answers(rows))
    assert not answered.called


def test_cells_that_are_kept_are_opened_for_fewer_rows(two_generations, monkeypatch):
    """Where none are kept, nothing is made for rows so few, and trees answer."""
    desk, lon, lat = two_generations.open(), pa.array([1.86, 1.87]), pa.array([50.95, 50.95])
    asking = Asking(CoordinateQuestions("lon", "lat"), DAYS[-1])
    by_trees = BulkAnswers(desk, asking).columns(lon, lat, 1)
    monkeypatch.setattr(bulk, "cells_are_worth", lambda _rows, _index, *, made=False: made)
    opened = []
    build = BulkIndex.build
    monkeypatch.setattr(BulkIndex, "build", lambda *given: opened.append(given[-1] != Means.trees()) or build(*given))
    monkeypatch.setattr(bulk, "kept_cells", lambda *, made: pytest.fail("made") if made else _NOTHING_KEPT)
    answers = BulkAnswers(desk, asking)
    assert [answers.columns(lon, lat, 1), answers.columns(lon, lat, 1)] == [by_trees] * 2
    assert opened == [True, False], "asked once"
    monkeypatch.setattr(bulk, "kept_cells", lambda **_: Means.cells())
    assert BulkAnswers(desk, asking).columns(lon, lat, 1) == by_trees
    assert opened == [True, False, True]


def _nothing(_polygons):
    raise NotKeptError


_NOTHING_KEPT = Means(_nothing, _nothing)


@pytest.mark.parametrize("expected", [0, 300])
def test_cells_are_made_once_the_rows_met_or_expected_are_worth_it(two_generations, expected, monkeypatch):
    """By trees before, by cells from then on: the columns are the same."""
    desk = two_generations.open()
    lon, lat = (pa.array([float(row.cells[axis]) for row in _rows()[:300]]) for axis in (0, 1))
    asking = Asking(CoordinateQuestions("lon", "lat"), DAYS[-1])
    by_trees = BulkAnswers(desk, asking).columns(lon, lat, 1)
    built = []
    monkeypatch.setattr(bulk, "_worth", lambda rows, _: bulk.Worth.MAKING if rows > 200 else bulk.Worth.NOTHING)
    build = BulkIndex.build
    monkeypatch.setattr(BulkIndex, "build", lambda *given: built.append(given[-1] != Means.trees()) or build(*given))
    answers = BulkAnswers(desk, asking, expected)
    parts = [answers.columns(lon.slice(first, 100), lat.slice(first, 100), 1 + first) for first in (0, 100, 200)]
    assert built == ([True] if expected else [False, True])
    assert [pa.concat_arrays(some).to_pylist() for some in zip(*parts, strict=True)] == [
        column.to_pylist() for column in by_trees
    ]
