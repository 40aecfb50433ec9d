"""A polygon of one's own, over HTTP: what Python and the command line say of it."""

from __future__ import annotations

import pytest
import shapely

from geoville import Territory

MINE = {
    "type": "Polygon",
    "coordinates": [[[1.888, 50.949], [1.902, 50.949], [1.902, 50.957], [1.888, 50.957], [1.888, 50.949]]],
}
ON = "2026-01-15"


@pytest.fixture
def post(app, request_of):
    return lambda path, body: request_of(app, "POST", path, json=body)


def test_a_polygon_is_checked_as_in_python(post):
    told = post(f"/perimeters/check?on={ON}", MINE).json()
    (item,) = Territory.open("calais").check(shapely.box(1.888, 50.949, 1.902, 50.957), on=ON).run.polygons
    assert told["estimated"] is True
    assert told["population"] == pytest.approx(item.figures.population)
    assert told["households"] is None  # cells that do not publish them are not nought
    assert [(test["test"], test["passed"]) for test in told["conditions"]] == [
        (test.test.name, test.test.passed) for test in item.conditions
    ]
    assert told["outcome"] == item.outcome.value


def test_a_scenario_says_that_it_is_not_the_decree(post):
    told = post(f"/perimeters/check?on={ON}&threshold_factor=1.1&minimum=8000", MINE).json()
    assert "Ce n'est pas le décret" in told["supposed"]
    assert told["threshold_eur"] == pytest.approx(1.1 * 10_200)


@pytest.mark.parametrize(
    ("query", "body"),
    [
        ("threshold_factor=0", MINE),
        ("minimum=-1", MINE),
        ("on=hier", MINE),
        ("", {"type": "Point", "coordinates": [1.89, 50.95]}),
        ("", {"type": "Polygon", "coordinates": []}),
    ],
)
def test_what_cannot_be_checked_is_refused_in_words(post, query, body):
    answer = post(f"/perimeters/check?{query}", body)
    assert answer.status_code in {400, 422}
    assert answer.json()["detail"]
