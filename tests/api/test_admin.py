"""What an operator asks: /health, /ready, /metrics, /admin/reload."""

from __future__ import annotations

import json

import pytest
from prometheus_client.mmap_dict import MmapedDict, mmap_key
from prometheus_client.parser import text_string_to_metric_families

from geoville.api.app import assemble, create_app
from geoville.api.observability import FOLDER_VARIABLE, Metrics
from geoville.api.settings import Settings

TOKEN = "un-jeton-de-seize-lettres"


def counts(text: str) -> dict[tuple[str, ...], float]:
    """Requests by method, route and status."""
    families = {family.name: family for family in text_string_to_metric_families(text)}
    return {
        (sample.labels["method"], sample.labels["route"], sample.labels["status"]): sample.value
        for sample in families["geoville_requests"].samples
        if sample.name.endswith("_total")
    }


def test_health_and_ready_while_there_are_data(get):
    assert get("/health").json()["status"] == "ok"
    ready = get("/ready").json()
    assert (ready["status"], ready["perimeters"] > 0, len(ready["data_version"])) == ("ready", True, 16)


def test_without_data_the_process_lives_and_nothing_is_answered(request_of):
    app = assemble(Settings(), None)
    assert request_of(app, "GET", "/health").status_code == 200
    for url in ("/ready", "/lookup?q=calais"):
        answer = request_of(app, "GET", url)
        assert (answer.status_code, answer.headers["content-type"]) == (503, "application/problem+json")


def test_metrics_count_by_route_and_never_by_address(request_of):
    app = create_app(Settings())
    for url in ("/lookup?q=Ouistiti", "/lookup?q=Ouistiti", "/lookup?lon=1", "/Ouistiti"):
        request_of(app, "GET", url)
    request_of(app, "OUISTITI", "/lookup")
    answer = request_of(app, "GET", "/metrics")
    assert answer.headers["content-type"].startswith("text/plain; version=0.0.4")
    assert "ouistiti" not in answer.text.lower()
    assert counts(answer.text) == {
        ("GET", "/lookup", "200"): 2,
        ("GET", "/lookup", "400"): 1,
        ("OTHER", "/lookup", "405"): 1,
        ("GET", "(aucune)", "404"): 1,
    }
    assert f"geoville_perimeters {len(app.state.service.desk.index.perimeters)}.0" in answer.text
    assert 'geoville_request_seconds_count{route="/lookup"} 4.0' in answer.text


def test_counts_are_given_while_a_worker_makes_the_file_of_its_own(tmp_path, monkeypatch):
    """It is empty for a moment, which the library takes for a damaged one."""
    written = MmapedDict(str(tmp_path / "counter_1.db"))
    written.write_value(mmap_key("geoville_readings", "geoville_readings_total", (), (), "Lectures."), 3.0, 0.0)
    written.close()
    (tmp_path / "counter_2.db").touch()
    monkeypatch.setenv(FOLDER_VARIABLE, str(tmp_path))
    assert b"geoville_readings_total 3.0" in Metrics().exposition()


@pytest.fixture
def reloads(tmp_path):
    """An application with a token, a file of perimeters, and the list of reloads asked to the master."""
    file = tmp_path / "qpv.geojson"
    write_perimeters(file, "Ancien")
    app = create_app(Settings(admin_token=TOKEN, perimeters=(file,)))
    asked: list[str] = []
    app.state.reload_all = lambda: asked.append("reload")
    return app, file, asked


def write_perimeters(file, name):
    ring = [[1.88, 50.95], [1.9, 50.95], [1.9, 50.97], [1.88, 50.97], [1.88, 50.95]]
    contour = {
        "type": "Feature",
        "properties": {"code_qp": "QN06299M", "lib_qp": name, "insee_com": "62193"},
        "geometry": {"type": "Polygon", "coordinates": [ring]},
    }
    file.write_text(json.dumps({"type": "FeatureCollection", "features": [contour]}), encoding="utf-8")


def test_whoever_holds_the_token_has_the_data_read_again(reloads, request_of):
    app, file, asked = reloads
    before = app.state.service.version
    write_perimeters(file, "Nouveau")
    answer = request_of(app, "POST", "/admin/reload", headers={"Authorization": f"Bearer {TOKEN}"})
    assert (answer.status_code, asked) == (202, ["reload"])
    assert answer.json()["data_version"] != before


PARTS = [f"Bearer {TOKEN}"[:length] for length in (1, 6, 7, 8, len(TOKEN), len(f"Bearer {TOKEN}") - 1)]


@pytest.mark.parametrize(
    "given", [None, "", TOKEN, f"bearer {TOKEN}", f"Bearer {TOKEN}x", "Bearer é", "Basic eDp5", *PARTS]
)
def test_nobody_else_does(reloads, request_of, given):
    app, _, asked = reloads
    headers = {} if given is None else {"Authorization": given.encode()}
    answer = request_of(app, "POST", "/admin/reload", headers=headers)
    assert (answer.status_code, answer.headers["www-authenticate"], asked) == (401, "Bearer", [])
    assert TOKEN not in answer.text


def test_without_a_token_there_is_no_such_route(app, request_of):
    answer = request_of(app, "POST", "/admin/reload", headers={"Authorization": f"Bearer {TOKEN}"})
    assert answer.status_code == 404


def test_data_that_cannot_be_read_are_refused_and_the_old_ones_answer(reloads, request_of):
    app, file, asked = reloads
    before = app.state.service
    file.write_text("{", encoding="utf-8")
    answer = request_of(app, "POST", "/admin/reload", headers={"Authorization": f"Bearer {TOKEN}"})
    assert (answer.status_code, asked) == (503, [])
    assert "qpv.geojson" in answer.json()["detail"]
    assert str(file.parent) not in answer.text
    assert app.state.service is before
    assert request_of(app, "GET", "/lookup?lon=1.89&lat=50.96&on=2024-06-01").json()["verdict"] == "inside"
