"""The routes that read their own query and write their own document, as FastAPI would have."""

from __future__ import annotations

from http import HTTPStatus

import pytest
from starlette.routing import Match

from geoville.api.adresse import AddressCollection
from geoville.api.openapi import published
from geoville.api.routing import LeanRoutes
from geoville.eligibility.documents import LookupDocument

ON = "2024-06-01"
ANSWERED = [
    ("/lookup", {"q": "1 rue Youri Gagarine, 62100 Calais"}),
    ("/lookup", {"q": "avenue Guynemer, Calais"}),
    ("/lookup", {"q": "12 rue de l'Inconnue, 62100 Calais"}),
    ("/lookup", {"q": "collège Vauban"}),
    ("/lookup", {"lon": "1.8867", "lat": "50.956"}),
    ("/lookup", {"lon": "1.8867", "lat": "50.956", "accuracy_m": "500"}),
    ("/lookup", {"lon": "4.8", "lat": "45.7"}),
    ("/search", {"q": "rue Mollien"}),
    ("/search", {"q": "nulle part du tout", "autocomplete": "0"}),
    ("/reverse", {"lon": "1.8867", "lat": "50.956"}),
]
REFUSED = [
    ("/lookup", {"lon": "un", "lat": "50.9"}, 422, ["lon"]),
    ("/lookup", {"q": "Calais", "on": "hier"}, 422, ["on"]),
    ("/lookup", {"q": "Calais", "no": ON}, 422, []),
    ("/lookup", {"lon": ["1.8", "1.9"], "lat": "50.9"}, 400, None),
    ("/search", {}, 422, ["q"]),
    ("/search", {"q": "Calais", "limit": "0", "type": "chose"}, 422, ["limit", "type"]),
    ("/reverse", {"lon": "1.8"}, 422, ["lat"]),
]


@pytest.mark.parametrize(("path", "parameters"), ANSWERED)
def test_documents_are_those_that_are_described(get, path, parameters):
    answer = get(path, **parameters, on=ON)
    assert (answer.status_code, answer.headers["content-type"]) == (200, "application/json")
    model = published(LookupDocument if path == "/lookup" else AddressCollection)
    assert model.model_validate(answer.json()).model_dump(mode="json") == answer.json()


@pytest.mark.parametrize(("path", "parameters", "status", "names"), REFUSED)
def test_a_fault_of_a_query_is_refused_by_the_name_of_its_parameter(get, path, parameters, status, names):
    answer = get(path, **parameters)
    assert (answer.status_code, answer.headers["content-type"]) == (status, "application/problem+json")
    assert answer.json().get("parameters") == names


@pytest.mark.parametrize("path", ["/lookup", "/search", "/reverse"])
def test_the_question_and_the_answer_are_described(get, path):
    described = get("/openapi.json").json()["paths"][path]["get"]
    assert {parameter["name"] for parameter in described["parameters"]} >= {"on"}
    assert "#/components/schemas/" in str(described["responses"]["200"]["content"]["application/json"]["schema"])


@pytest.mark.parametrize("path", ["/lookup", "/search", "/reverse"])
def test_a_lean_route_is_found_by_its_path_before_any_other(app, path):
    scope = {"type": "http", "method": "GET", "path": path, "headers": []}
    first = next(route for route in app.router.routes if route.matches(scope)[0] is not Match.NONE)
    assert isinstance(first, LeanRoutes)
    assert first.matches(scope)[1]["route"].path == path
    for other in ({"method": "POST"}, {"path": f"/qpv{path}"}, {"type": "websocket"}):
        assert first.matches({**scope, **other}) == (Match.NONE, {})


@pytest.mark.parametrize(("prefix", "method", "status"), [("", "GET", 200), ("/qpv", "GET", 200), ("", "DELETE", 405)])
def test_what_is_not_found_by_its_path_alone_is_answered_as_any_other(app, request_of, prefix, method, status):
    async def behind(scope, receive, send):
        await app({**scope, "root_path": prefix}, receive, send)

    answer = request_of(behind, method, f"{prefix}/search", params={"q": "rue Mollien", "on": ON})
    assert answer.status_code == status
    assert ("features" in answer.json()) is (status == HTTPStatus.OK)
