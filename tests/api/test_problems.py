"""Every error is a problem document (RFC 9457), from one table, in French."""

from __future__ import annotations

from dataclasses import replace

import pytest
from effort import cases
from hypothesis import HealthCheck, given
from hypothesis import strategies as st

from geoville import errors
from geoville.api.app import create_app
from geoville.api.problems import STATUS_OF_ERROR
from geoville.api.settings import Settings

PROBLEM = {"type", "title", "status", "detail"}

BAD = {
    "nothing asked": ("/lookup", 400),
    "lon without lat": ("/lookup?lon=1.9", 400),
    "both": ("/lookup?q=calais&lon=1.9&lat=50.9", 400),
    "accuracy of an address": ("/lookup?q=calais&accuracy_m=5", 400),
    "asked twice": ("/lookup?lon=1.9&lat=50.9&lat=51", 400),
    "empty": ("/lookup?q=", 400),
    "a long address": (f"/lookup?q={'a' * 5_000}", 413),
    "ten kilobytes": (f"/lookup?q={'a' * 10_000}", 414),
    "NaN": ("/lookup?lon=nan&lat=50.9", 400),
    "infinite": ("/lookup?lon=inf&lat=50.9", 400),
    "overflow": ("/lookup?lon=1e999&lat=50.9", 400),
    "latitude first": ("/lookup?lon=50.95&lat=1.88", 400),
    "accuracy NaN": ("/lookup?lon=1.9&lat=50.9&accuracy_m=nan", 400),
    "not a number": ("/lookup?lon=est&lat=nord", 422),
    "not a day": ("/lookup?q=calais&on=hier", 422),
    "mistyped parameter": ("/lookup?q=calais&date=2016-01-01", 422),
    "no such page": ("/inconnu", 404),
    "another service's page": ("/redoc", 404),
}


@pytest.mark.parametrize(("url", "status"), BAD.values(), ids=BAD)
def test_a_bad_request_is_a_problem(get, url, status):
    answer = get(url)
    assert answer.status_code == status
    assert answer.headers["content-type"] == "application/problem+json"
    document = answer.json()
    assert document.keys() >= PROBLEM
    assert document["status"] == status
    assert document["detail"].endswith(".")
    assert document["title"] in {"Demande incorrecte", "Demande trop longue", "Demande trop grande", "Introuvable"}


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "PATCH"])
def test_another_method_is_a_problem_that_names_the_right_one(app, request_of, method):
    answer = request_of(app, method, "/rules")
    assert (answer.status_code, answer.headers["allow"]) == (405, "GET, HEAD, OPTIONS")
    assert answer.headers["content-type"] == "application/problem+json"


def test_the_parameters_at_fault_are_named(get):
    assert get("/lookup?lon=est&lat=nord&on=hier").json()["parameters"] == ["lat", "lon", "on"]


@pytest.mark.parametrize("q", ["%ff%fe", "%00", "a%00b", "%ED%A0%80", "%F0%9F%8F%98", "%E2%80%AE", "%25", "+"])
def test_odd_bytes_are_an_answer_or_a_problem(get, q):
    answer = get(f"/lookup?q={q}")
    assert answer.status_code in {200, 400}
    assert answer.json()


@pytest.mark.parametrize("error", list(STATUS_OF_ERROR), ids=lambda error: error.__name__)
def test_every_error_of_geoville_has_its_status(request_of, error):
    class Broken:
        geocoder = None

        def answer(self, *_: object, **__: object) -> None:
            raise error("Phrase", advice="conseil")

    app = create_app(Settings(territory="calais", perimeters=()))
    app.state.service = replace(app.state.service, desk=Broken())
    answer = request_of(app, "GET", "/lookup?q=calais")
    assert answer.status_code == STATUS_OF_ERROR[error]
    assert answer.json()["detail"] == "Phrase : conseil."


def test_every_error_of_geoville_is_in_the_table():
    declared = [kind for kind in vars(errors).values() if isinstance(kind, type) and issubclass(kind, Exception)]
    assert all(any(issubclass(kind, known) for known in STATUS_OF_ERROR) for kind in declared)
    kinds = list(STATUS_OF_ERROR)
    assert not any(issubclass(later, earlier) for i, earlier in enumerate(kinds) for later in kinds[i + 1 :])


VALUES = st.one_of(
    st.text(max_size=60),
    st.floats().map(str),
    st.dates().map(str),
    st.sampled_from(["", "nan", "1e999", "-0", "1.89", "50.95", "0x10", "١٢", "12 rue", "\x00", "1,2", "0001-01-01"]),
)
NAMES = st.sampled_from(["q", "lon", "lat", "on", "accuracy_m", "inconnu"])


@cases(each_run=150, slow=600, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(parameters=st.lists(st.tuples(NAMES, VALUES), max_size=5))
def test_whatever_is_asked_the_service_answers_in_json(app, request_of, parameters):
    answer = request_of(app, "GET", "/lookup", params=parameters)
    assert answer.status_code in {200, 400, 413, 422}
    assert answer.json()


@pytest.mark.parametrize(
    ("method", "path", "allowed"),
    [
        ("DELETE", "/lookup", "GET, HEAD, OPTIONS, POST"),
        ("POST", "/collections", "GET, HEAD, OPTIONS"),
        ("GET", "/lookup/geometry", "OPTIONS, POST"),
    ],
)
def test_a_method_that_is_refused_is_told_those_that_are_not(app, request_of, method, path, allowed):
    answer = request_of(app, method, path)
    assert (answer.status_code, answer.headers["allow"]) == (405, allowed)


@pytest.mark.parametrize("path", ["/lookup/geometry", "/perimeters/check"])
def test_a_day_misspelt_in_the_address_of_a_post_is_not_today(app, request_of, path):
    square = [[1.888, 50.949], [1.902, 50.949], [1.902, 50.957], [1.888, 50.957], [1.888, 50.949]]
    answer = request_of(app, "POST", f"{path}?onn=2016-01-01", json={"type": "Polygon", "coordinates": [square]})
    assert answer.status_code == 422
    assert answer.json()["detail"] == "Paramètre inconnu ; voir /docs."
