"""An address that was typed is in no log and in no error, whatever goes wrong."""

from __future__ import annotations

import logging
import os
import signal
import sys
import textwrap
from dataclasses import replace

import httpx
import pytest
from fastapi import FastAPI
from opentelemetry.trace import NoOpTracer, TracerProvider

from geoville.api.app import create_app
from geoville.api.settings import Settings

SECRET = "Zéphyrine-Ouistiti"
PIECES = ("Zéphyrine", "Ouistiti", "Z%C3%A9phyrine", "ZEPHYRINE", "zephyrine", "ouistiti")

REQUESTS = {
    "not found": (f"/lookup?q=12 rue {SECRET}, 62100 Calais", 200),
    "found": (f"/lookup?q=1 rue Youri Gagarine, 62100 Calais ({SECRET})", 200),
    "too long": (f"/lookup?q={SECRET * 20}", 413),
    "in another parameter": (f"/lookup?lon={SECRET}&lat=50.9", 422),
    "as a day": (f"/lookup?q=calais&on={SECRET}", 422),
    "as a parameter": (f"/lookup?{SECRET}=1", 422),
    "as a page": (f"/{SECRET}", 404),
    "with coordinates": (f"/lookup?q={SECRET}&lon=1.9", 400),
}


class Spans(TracerProvider):
    """What an OpenTelemetry collector would be told."""

    def __init__(self):
        self.told = []

    def get_tracer(self, *_, **__):
        return Spans.Tracer(self.told)

    class Tracer(NoOpTracer):
        def __init__(self, told):
            self.told = told

        def start_span(self, name, *given, **options):
            self.told.append(str(options.get("attributes")))
            return super().start_span(name, *given, **options)


class BrokenDesk:
    """A desk whose own failure quotes what was asked."""

    geocoder = None

    def answer(self, question: str, *_: object, **__: object) -> None:
        raise RuntimeError(question)


def holds_the_secret(text: str) -> bool:
    return any(piece in text for piece in PIECES)


@pytest.mark.parametrize(("url", "status"), REQUESTS.values(), ids=REQUESTS)
def test_no_log_and_no_problem_holds_an_address(app, request_of, caplog, url, status):
    # httpx is this test's own client: it logs the address that it asks for.
    logging.getLogger("httpx").disabled = True
    try:
        with caplog.at_level(logging.DEBUG):
            answer = request_of(app, "GET", url)
    finally:
        logging.getLogger("httpx").disabled = False
    assert answer.status_code == status
    assert not holds_the_secret(answer.text)
    assert not holds_the_secret(caplog.text)


def test_no_collector_of_telemetry_is_told_anything(app, request_of, monkeypatch):
    provider = Spans()
    monkeypatch.setattr("opentelemetry.trace.get_tracer_provider", lambda: provider)
    question = f"/lookup?q=12 rue {SECRET}, 62100 Calais"
    request_of(app, "GET", question)
    assert provider.told == []
    request_of(FastAPI(), "GET", question)  # which would tell it all
    assert any(piece in said for said in provider.told for piece in PIECES)


def test_an_unexpected_error_is_a_problem_without_its_message(request_of, caplog):
    app = create_app(Settings(territory="calais", perimeters=()))
    app.state.service = replace(app.state.service, desk=BrokenDesk())
    with caplog.at_level(logging.DEBUG, logger="geoville"):
        answer = request_of(app, "GET", f"/lookup?q={SECRET}")
    assert answer.status_code == 500
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["detail"] == "Erreur interne : la demande n'a pas pu être traitée."
    records = [record for record in caplog.records if record.name == "geoville.api.middleware"]
    assert [record.getMessage() for record in records] == ["Unexpected RuntimeError while answering a request"]
    assert records[0].exc_info is None


@pytest.fixture
def all_loggers_at_debug(tmp_path):
    """Environment in which every process of the service logs at DEBUG, and breaks on what starts with "panne"."""
    (tmp_path / "sitecustomize.py").write_text(
        textwrap.dedent(
            """
            import logging

            logging.basicConfig(level=logging.DEBUG)

            import geoville.workflows.lookup as lookup

            answer = lookup.LookupDesk.answer

            def fragile(self, question, on, **limits):
                if question.startswith("panne"):
                    raise RuntimeError(question)
                return answer(self, question, on, **limits)

            lookup.LookupDesk.answer = fragile
            """
        ),
        encoding="utf-8",
    )
    path = os.pathsep.join(filter(None, (str(tmp_path), os.environ.get("PYTHONPATH"))))
    return {"PYTHONPATH": path, "PYTHONASYNCIODEBUG": "1", "RUST_LOG": "debug"}


@pytest.mark.skipif(sys.platform == "win32", reason="signals")
def test_the_real_server_prints_no_address(start, all_loggers_at_debug):
    service = start("--log-json", env=all_loggers_at_debug)
    for url, status in REQUESTS.values():
        assert httpx.get(f"{service.url}{url}", timeout=20).status_code == status
    broken = httpx.get(f"{service.url}/lookup", params={"q": f"panne {SECRET}"}, timeout=20)
    assert broken.status_code == 500
    assert not holds_the_secret(broken.text)
    code, printed = service.stop(signal.SIGTERM)
    assert code == 0
    assert "Unexpected RuntimeError while answering a request" in printed
    looked_up = [url for url, _ in REQUESTS.values() if url.startswith("/lookup")]
    assert printed.count('"route": "/lookup"') == len(looked_up) + 1
    assert "Traceback" not in printed
    assert not holds_the_secret(printed)
