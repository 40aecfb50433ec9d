"""What every request goes through: limits, deadlines, rates, compression, headers, numbers, log."""

from __future__ import annotations

import asyncio
import json
import logging
import re
import uuid
from collections.abc import AsyncIterator
from ipaddress import ip_network
from typing import Any

import httpx
import pytest
from fastapi import FastAPI, Request
from starlette.responses import PlainTextResponse, StreamingResponse

from geoville.api import middleware, problems
from geoville.api.middleware import MOST_CLIENTS, RateLimit
from geoville.api.observability import JsonLines, Metrics
from geoville.api.service import CurrentService, cache_headers, not_modified
from geoville.api.settings import Settings

PROBLEM_JSON = "application/problem+json"


def built(**given: Any) -> FastAPI:
    """An application of a few routes behind the middlewares of the service."""
    app = FastAPI()
    app.state.metrics = Metrics()

    @app.post("/echo")
    @app.post("/search/csv")
    async def echo(request: Request) -> PlainTextResponse:
        return PlainTextResponse(str(len(await request.body())))

    @app.get("/health")
    async def health() -> str:
        return "ok"

    @app.get("/many/{size}")
    async def many(size: int) -> PlainTextResponse:
        return PlainTextResponse("é" * size)

    @app.get("/sheet")
    async def sheet() -> PlainTextResponse:
        return PlainTextResponse("a" * 5_000, media_type="application/pdf")

    @app.get("/sleep/{seconds}")
    async def sleep(seconds: float) -> PlainTextResponse:
        await asyncio.sleep(seconds)
        return PlainTextResponse("awake")

    @app.get("/steps")
    async def steps() -> StreamingResponse:
        async def parts() -> AsyncIterator[bytes]:
            for _ in range(6):
                await asyncio.sleep(0.1)
                yield b"step "

        return StreamingResponse(parts())

    @app.get("/data")
    async def data(request: Request, service: CurrentService) -> Any:
        return not_modified(request, service) or PlainTextResponse("data", headers=cache_headers(service))

    problems.install(app)
    middleware.install(app, Settings(**given))
    return app


class TestBodies:
    @pytest.mark.parametrize(("path", "length", "status"), [
        ("/echo", 100, 200), ("/echo", 101, 413), ("/search/csv", 101, 200), ("/search/csv", 1_001, 413),
    ])  # fmt: skip
    @pytest.mark.parametrize("streamed", [False, True])
    def test_a_body_has_a_longest_length(self, request_of, path, length, status, streamed):
        async def parts() -> AsyncIterator[bytes]:
            for _ in range(length):
                yield b"a"

        app = built(max_body_bytes=100, max_upload_bytes=1_000)
        answer = request_of(app, "POST", path, content=parts() if streamed else b"a" * length)
        assert answer.status_code == status
        if status == 413:
            assert answer.headers["content-type"] == PROBLEM_JSON
            assert answer.json()["title"] == "Demande trop grande"

    def test_a_body_is_no_longer_read_once_it_is_too_long(self, request_of):
        sent = 0

        async def parts() -> AsyncIterator[bytes]:
            nonlocal sent
            for _ in range(1_000):
                sent += 10
                yield b"a" * 10

        assert request_of(built(max_body_bytes=100), "POST", "/echo", content=parts()).status_code == 413
        assert sent <= 120

    @pytest.mark.parametrize("length", ["-1", "1e3", "", "é"])
    def test_a_length_that_is_not_one_is_not_believed(self, request_of, length):
        headers = {"Content-Length": length.encode()}
        answer = request_of(built(max_body_bytes=100), "POST", "/echo", content=b"a" * 101, headers=headers)
        assert answer.status_code == 413


@pytest.mark.parametrize(
    ("url", "status"), [(f"/many/1?{'a' * 90}", 200), (f"/many/1?{'a' * 95}", 414), (f"/{'a' * 101}", 414)]
)
def test_a_request_has_a_longest_address(request_of, url, status):
    assert request_of(built(max_query_bytes=101 - 1), "GET", url).status_code == status


@pytest.mark.usefixtures("virtual_time")
class TestDeadlines:
    def test_an_answer_that_does_not_come(self, request_of):
        app = built(request_timeout_s=0.2)
        assert request_of(app, "GET", "/sleep/0").text == "awake"
        answer = request_of(app, "GET", "/sleep/5")
        assert (answer.status_code, answer.headers["content-type"]) == (503, PROBLEM_JSON)

    def test_an_answer_that_comes_by_steps_may_be_long(self, request_of):
        assert request_of(built(request_timeout_s=0.4), "GET", "/steps").text == "step " * 6

    @pytest.mark.parametrize(("pause_s", "size", "status"), [(0.05, 1, 408), (1.0, 1, 408), (0.05, 4_096, 200)])
    def test_a_body_that_trickles(self, request_of, pause_s, size, status):
        async def parts() -> AsyncIterator[bytes]:
            for _ in range(10):
                yield b"a" * size
                await asyncio.sleep(pause_s)

        answer = request_of(built(request_timeout_s=0.3), "POST", "/echo", content=parts())
        assert answer.status_code == status

    def test_a_reader_that_does_not_read_is_left(self):
        app = built(request_timeout_s=0.2)

        async def stuck(message: dict[str, Any]) -> None:
            if message["type"] == "http.response.body":
                await asyncio.sleep(60)

        async def receive() -> dict[str, Any]:
            await asyncio.sleep(60)
            return {"type": "http.disconnect"}

        scope = {
            "type": "http", "asgi": {"version": "3.0", "spec_version": "2.3"}, "method": "GET", "path": "/steps",
            "query_string": b"", "headers": [], "client": ("192.0.2.1", 1), "http_version": "1.1",
        }  # fmt: skip
        asyncio.run(asyncio.wait_for(app(scope, receive, stuck), timeout=10))


class TestRates:
    def test_a_client_beyond_its_rate_waits(self):
        app = built(rate_per_minute=3)

        async def asked() -> list[httpx.Response]:
            transport = httpx.ASGITransport(app=app)
            async with httpx.AsyncClient(transport=transport, base_url="http://geoville") as client:
                return [await client.get("/many/1") for _ in range(5)]

        answers = asyncio.run(asked())
        assert [answer.status_code for answer in answers] == [200, 200, 200, 429, 429]
        assert 1 <= int(answers[-1].headers["retry-after"]) <= 20

    def limit(self, *, trusted: tuple[str, ...] = ()) -> RateLimit:
        return RateLimit(FastAPI(), per_minute=60, trusted_proxies=[ip_network(text) for text in trusted])

    def test_tokens_come_back_with_time_up_to_a_minute_of_them(self):
        limit = self.limit()
        assert [limit._wait_s("a", 0.0) for _ in range(60)] == [0.0] * 60
        assert limit._wait_s("a", 0.0) == pytest.approx(1.0)
        assert limit._wait_s("a", 0.5) == pytest.approx(0.5)
        assert limit._wait_s("a", 1.0) == 0.0
        assert [limit._wait_s("a", 10_000.0) for _ in range(61)].count(0.0) == 60
        assert limit._wait_s("b", 0.0) == 0.0

    def test_what_is_remembered_is_bounded(self):
        limit = self.limit()
        for client in range(2 * MOST_CLIENTS):
            limit._wait_s(str(client), 0.0)
        assert len(limit._buckets) == MOST_CLIENTS

    @pytest.mark.parametrize(("peer", "forwarded", "trusted", "client"), [
        ("192.0.2.1", [], (), "192.0.2.1"),
        ("192.0.2.1", ["203.0.113.9"], (), "192.0.2.1"),  # anybody may write the header
        ("10.0.0.1", ["203.0.113.9"], ("10.0.0.0/8",), "203.0.113.9"),
        ("10.0.0.1", ["198.51.100.7, 203.0.113.9, 10.0.0.2"], ("10.0.0.0/8",), "203.0.113.9"),
        ("10.0.0.1", ["198.51.100.7", "203.0.113.9"], ("10.0.0.0/8",), "203.0.113.9"),
        ("10.0.0.1", ["n'importe quoi"], ("10.0.0.0/8",), ""),
        ("10.0.0.1", [], ("10.0.0.0/8",), "10.0.0.1"),
        ("2001:db8:1:2:3:4:5:6", [], (), "2001:db8:1:2::/64"),
    ])  # fmt: skip
    def test_who_asks(self, peer, forwarded, trusted, client):
        headers = [(b"x-forwarded-for", value.encode()) for value in forwarded]
        assert self.limit(trusted=trusted)._client({"client": (peer, 1), "headers": headers}) == client

    def test_probes_are_always_answered(self, request_of):
        app = built(rate_per_minute=1)
        assert [request_of(app, "GET", "/health").status_code for _ in range(3)] == [200] * 3


class TestHeaders:
    def test_answers_and_problems_keep_out_of_caches_frames_and_scripts(self, get):
        for url in ("/lookup?lon=1.9&lat=50.9", "/lookup?q=", "/inconnu", f"/lookup?q={'a' * 9_000}", "/openapi.json"):
            headers = get(url).headers
            assert headers["x-content-type-options"] == "nosniff"
            assert headers["referrer-policy"] == "no-referrer"
            assert headers["cache-control"] == "no-store"
            assert headers["content-security-policy"].startswith("default-src 'none'")
            assert "frame-ancestors 'none'" in headers["content-security-policy"]

    def test_the_data_may_be_kept_and_are_not_sent_twice(self, request_of, app):
        data = built()
        data.state.service = app.state.service
        first = request_of(data, "GET", "/data")
        assert (first.text, first.headers["cache-control"]) == ("data", "public, max-age=60")
        for held in (first.headers["etag"], f'"other", {first.headers["etag"]}', "*", first.headers["etag"][2:]):
            again = request_of(data, "GET", "/data", headers={"If-None-Match": held})
            assert (again.status_code, again.content, again.headers["etag"]) == (304, b"", first.headers["etag"])
        assert request_of(data, "GET", "/data", headers={"If-None-Match": '"other"'}).status_code == 200

    def test_pages_of_another_site_read_the_answers_where_the_operator_says_so(self, request_of):
        asked = {"Origin": "https://ville.example"}
        assert "access-control-allow-origin" not in request_of(built(), "GET", "/many/1", headers=asked).headers
        app = built(cors_origins=("https://ville.example",))
        assert (
            request_of(app, "GET", "/many/1", headers=asked).headers["access-control-allow-origin"] == asked["Origin"]
        )
        other = request_of(app, "GET", "/many/1", headers={"Origin": "https://autre.example"})
        assert "access-control-allow-origin" not in other.headers
        preflight = {**asked, "Access-Control-Request-Method": "POST"}
        assert "POST" in request_of(app, "OPTIONS", "/echo", headers=preflight).headers["access-control-allow-methods"]


@pytest.mark.parametrize(("url", "encoding"), [("/many/2000", "gzip"), ("/many/100", None), ("/sheet", None)])
def test_long_texts_are_compressed(request_of, url, encoding):
    answer = request_of(built(), "GET", url, headers={"Accept-Encoding": "gzip"})
    assert answer.headers.get("content-encoding") == encoding
    assert len(answer.content) == {"/many/2000": 4_000, "/many/100": 200, "/sheet": 5_000}[url]
    assert int(answer.headers["content-length"]) < 200 or encoding is None


class TestNumbers:
    def test_each_request_is_numbered_in_its_answer_and_its_problem(self, get):
        first, second = get("/inconnu"), get("/inconnu")
        for answer in (first, second):
            assert uuid.UUID(answer.headers["x-request-id"])
            assert answer.json()["request_id"] == answer.headers["x-request-id"]
        assert first.headers["x-request-id"] != second.headers["x-request-id"]

    @pytest.mark.parametrize(("given", "kept"), [
        ("4bf92f3577b34da6a3ce929d0e0e4736", True), ("3d1d5f30-1c86-4f3a-9d62-0f6d5c4a7b11", True),
        ("1 rue Youri Gagarine", False), ("zephyrine-ouistiti", False), ("abc", False), ("a" * 65, False),
        ("0123456789abcdef\t", False), ("é" * 20, False),
    ])  # fmt: skip
    def test_the_number_of_the_client_is_kept_where_it_is_one(self, app, request_of, given, kept):
        answer = request_of(app, "GET", "/health", headers={"X-Request-ID": given.encode()})
        assert (answer.headers["x-request-id"] == given) is kept


def test_the_log_says_how_a_request_was_answered_and_not_what_it_asked(app, request_of, caplog):
    number = "4bf92f3577b34da6a3ce929d0e0e4736"
    with caplog.at_level(logging.INFO, logger="geoville.access"):
        request_of(app, "GET", "/lookup?q=Ouistiti", headers={"X-Request-ID": number})
        request_of(app, "GET", "/Ouistiti")
    lines = [json.loads(JsonLines().format(record)) for record in caplog.records if record.name == "geoville.access"]
    assert [(line["method"], line["route"], line["status"]) for line in lines] == [
        ("GET", "/lookup", 200),
        ("GET", "(aucune)", 404),
    ]
    assert lines[0].keys() == {"time", "level", "message", "method", "route", "status", "ms", "request_id"}
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT[\d:.]{12}\+00:00", lines[0]["time"])
    assert "ouistiti" not in json.dumps(lines).lower()
