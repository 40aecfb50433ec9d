"""Bulk answers equal those of `decide`, row by row: dates, kinds, territories, accuracies, faulty coordinates."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import numpy as np
import pytest
import shapely
from effort import cases
from hypothesis import given
from hypothesis import strategies as st
from lattice_perimeters import polygon_layers, telling_points
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from geoville.crs import LAMBERT_93, RGR92_UTM40, WGS84, transform_points
from geoville.eligibility.bulk import NO_PERIMETER, VERDICTS, BulkIndex, BulkVerdicts, Means, is_place
from geoville.eligibility.decide import decide
from geoville.eligibility.index import PerimeterIndex
from geoville.errors import InvalidInputError
from geoville.model import Kind, Perimeter
from geoville.workflows.lookup import typed_position

ON = date(2020, 6, 1)
PERIODS = [(None, None), (date(2015, 1, 1), date(2023, 12, 31)), (date(2024, 1, 1), None)]
CALAIS = (1.80, 50.90, 1.95, 51.00)


@st.composite
def indexes(draw: st.DrawFn) -> PerimeterIndex:
    """Perimeters of several kinds, generations and periods, some with the same code."""
    accuracies = st.sampled_from(draw(st.sampled_from([(0.0,), (25.0,), (0.0, 25.0, 40.0, 300.0)])))
    perimeters = [
        replace(
            _perimeter(
                shape, draw(st.sampled_from("ABC")), draw(st.sampled_from(Kind)), *draw(st.sampled_from(PERIODS))
            ),
            accuracy_m=draw(accuracies),
        )
        for shape in draw(polygon_layers())
    ]
    country = draw(st.sampled_from([None, shapely.box(1.6, 50.8, 1.9, 51.1)]))
    return PerimeterIndex(perimeters, draw(st.sampled_from([None, CALAIS])), country)


def _perimeter(
    shape: BaseGeometry, code: str, kind: Kind, since: date | None, until: date | None, epsg: int = LAMBERT_93
) -> Perimeter:
    generation = (2024 if until is None else 2015) if kind is Kind.QPV and since else None
    return Perimeter(
        code, code, kind, shape, epsg, kind is Kind.CANDIDAT, generation=generation, valid_from=since, valid_to=until
    )


BOTH = (Means.cells, Means.trees)


def sets_of(verdicts: BulkVerdicts) -> list[list[int]]:
    """Perimeters that hold each point."""
    return [verdicts.sets.of(number) for number in verdicts.within.tolist()]


def assert_same_as_one_by_one(
    index: PerimeterIndex, lon: NDArray[np.float64], lat: NDArray[np.float64], accuracy_m: float = 0.0
) -> None:
    by_cells, bulk = (BulkIndex.build(index, ON, means()).decide(lon, lat, accuracy_m) for means in BOTH)
    for column in ("code", "estimated", "perimeter", "distance_m", "known", "unsettled"):
        np.testing.assert_array_equal(getattr(by_cells, column), getattr(bulk, column))
    assert sets_of(by_cells) == sets_of(bulk)
    for row in range(len(lon)):
        try:
            answer = decide(typed_position(float(lon[row]), float(lat[row]), accuracy_m), index, ON)
        except InvalidInputError:
            assert (bulk.code[row], bulk.perimeter[row]) == (0, NO_PERIMETER)
            assert np.isnan(bulk.distance_m[row])
            continue
        assert VERDICTS[bulk.code[row]] is answer.verdict
        assert bulk.estimated[row] == (answer.basis == "estimated")
        if answer.distance_m is None:
            assert bulk.perimeter[row] == NO_PERIMETER
            assert np.isnan(bulk.distance_m[row])
        else:
            assert index.perimeters[bulk.perimeter[row]] is answer.hits[0].perimeter
            assert bulk.distance_m[row] == answer.distance_m
            held = {id(index.perimeters[item]) for item in bulk.sets.of(int(bulk.within[row]))}
            assert held == {id(hit.perimeter) for hit in answer.hits if hit.inside}


@cases(each_run=24, slow=200)
@given(index=indexes(), seed=st.integers(0, 1_000), accuracy_m=st.sampled_from([0.0, 30.0, 2_000.0]))
def test_rows_are_answered_as_one_by_one(index: PerimeterIndex, seed: int, accuracy_m: float) -> None:
    points = telling_points([perimeter.geometry for perimeter in index.perimeters], seed, scattered=20)
    chosen = np.random.default_rng(seed).choice(points, 100)
    assert_same_as_one_by_one(index, *transform_points(*chosen.T.copy(), LAMBERT_93, WGS84), accuracy_m)


def test_each_territory_answers_about_its_own_places() -> None:
    calais = shapely.box(618_000, 7_090_000, 618_400, 7_090_400)
    reunion = shapely.box(338_000, 7_680_000, 338_400, 7_680_400)
    index = PerimeterIndex(
        [
            _perimeter(calais, "A", Kind.CANDIDAT, None, None),
            _perimeter(calais.buffer(50), "V", Kind.VEILLE, None, None),
            _perimeter(reunion, "R", Kind.QPV, *PERIODS[1], epsg=RGR92_UTM40),
        ]
    )
    lon, lat = (
        np.array([place[axis] for place in ((1.84, 50.9), (55.4, -20.9), (2.3, 48.8), (47.0, -10.0))])
        for axis in (0, 1)
    )
    assert_same_as_one_by_one(index, lon, lat)


@pytest.mark.parametrize("extent", [None, CALAIS])
def test_coordinates_that_are_no_place_get_no_verdict(extent: tuple[float, float, float, float] | None) -> None:
    shape = shapely.box(618_000, 7_090_000, 618_400, 7_090_400)
    index = PerimeterIndex([_perimeter(shape, "A", Kind.QPV, None, None)], extent)
    lon = np.array([1.85, np.nan, 1.85, 181.0, 50.9, 0.0, np.inf, 1.85, -180.0])
    lat = np.array([50.9, 50.9, np.nan, 50.9, 1.85, -90.0, 50.9, 90.0, 90.0])
    assert_same_as_one_by_one(index, lon, lat)


def test_no_perimeter_at_all_is_an_answer() -> None:
    assert_same_as_one_by_one(PerimeterIndex([]), np.array([1.85]), np.array([50.9]))
    assert_same_as_one_by_one(PerimeterIndex([], CALAIS), np.array([1.85, 2.85]), np.array([50.95, 50.95]))


def test_no_point_at_all_is_no_error() -> None:
    shape = shapely.box(618_000, 7_090_000, 618_400, 7_090_400)
    index = PerimeterIndex([_perimeter(shape, "A", Kind.QPV, None, None)])
    for means in BOTH:
        assert len(BulkIndex.build(index, ON, means()).decide(np.empty(0), np.empty(0)).code) == 0


@given(lon=st.floats(-200, 200), lat=st.floats(-100, 100))
def test_what_is_a_place_is_what_a_single_question_takes(lon: float, lat: float) -> None:
    try:
        taken = typed_position(lon, lat) is not None
    except InvalidInputError:
        taken = False
    assert is_place(np.array([lon]), np.array([lat])).tolist() == [taken]
