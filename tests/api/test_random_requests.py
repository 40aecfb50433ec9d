"""Whatever is asked, and however, the service answers or refuses in one sentence; it never fails."""

from __future__ import annotations

import asyncio
import json
import random

import httpx
import pytest

PATHS = ("/search", "/reverse", "/lookup", "/lookup/geometry", "/search/csv", "/reverse/csv", "/rules", "/attest", "/x")
METHODS = ("GET", "GET", "POST", "POST", "PUT")
NAMES = ("q", "lon", "lat", "on", "limit", "type", "citycode", "postcode", "autocomplete", "accuracy_m", "format", "zz")
ODD = (
    *("", " ", "calais", "1 rue mollien", "1.88,50.95", "1.88", "50.95", "nan", "-inf", "1e999", "1" * 400, "0", "-1"),
    *("2024-06-01", "0001-01-01", "9999-12-31", "2024-02-30", "street", "pdf", "\x00", "١٢", "%", "é" * 300, "<b>"),
    *("🏘", "\u202e", "' OR 1=1 --", "../../etc/passwd", "true", "null", "[]"),
)
VALUES = (*ODD, None, True, 0, -1, 5, 10**400, 1.88, 50.95, 1e308, float("nan"), float("inf"), [], {}, [[]], "\ud800")
GEOMETRIES = ("Point", "LineString", "Polygon", "MultiPolygon", "Feature", "FeatureCollection", "GeometryCollection")
TYPES = (
    "application/json",
    "text/plain",
    "multipart/form-data; boundary=a",
    "application/x-www-form-urlencoded",
    "",
    "é",
)


def value(chance: random.Random, depth: int = 0) -> object:
    if depth < 3 and chance.random() < 0.3:
        return [value(chance, depth + 1) for _ in range(chance.randrange(4))]
    return chance.choice(VALUES)


def body(chance: random.Random, path: str) -> bytes:
    kind = chance.random()
    if kind < 0.2:
        return chance.randbytes(chance.randrange(200))
    if kind < 0.3:
        return (
            b'--a\r\nContent-Disposition: form-data; name="data"; filename="x"\r\n\r\n'
            + chance.randbytes(60)
            + b"\r\n--a--\r\n"
        )
    if path == "/lookup/geometry":
        drawn = {"type": chance.choice(GEOMETRIES)}
        drawn |= {key: value(chance) for key in ("coordinates", "geometry", "features") if chance.random() < 0.6}
        return json.dumps(drawn).encode()
    asked = {name: value(chance) for name in chance.sample(NAMES, chance.randrange(5))}
    if path == "/lookup":
        asked = {"questions": [asked, value(chance)]} if chance.random() < 0.5 else {"questions": [asked]}
    return json.dumps(asked).encode()


def request(chance: random.Random) -> httpx.Request:
    method, path = chance.choice(METHODS), chance.choice(PATHS)
    parameters = [(chance.choice(NAMES), chance.choice(ODD)) for _ in range(chance.randrange(4))]
    if method == "GET":
        accept = chance.choice(["*/*", "application/pdf", "text/html", "\xff"]).encode("latin-1")
        return httpx.Request(method, f"http://geoville{path}", params=parameters, headers=[(b"accept", accept)])
    kind = chance.choice((TYPES[0], TYPES[0], *TYPES)).encode("latin-1")
    headers = [(b"content-type", kind)]
    on = parameters[:1] if chance.random() < 0.2 else None
    return httpx.Request(method, f"http://geoville{path}", params=on, headers=headers, content=body(chance, path))


async def answers(app, chance: random.Random, count: int) -> None:
    transport = httpx.ASGITransport(app=app)
    async with httpx.AsyncClient(transport=transport) as client:
        for _ in range(count):
            asked = request(chance)
            answer = await client.send(asked)
            assert answer.status_code < 500, (asked.method, asked.url, asked.headers, asked.content)
            if answer.status_code >= 400:
                assert answer.headers["content-type"] == "application/problem+json"
                assert answer.json()["detail"].endswith(".")


def test_four_hundred_random_requests_never_fail(app):
    asyncio.run(answers(app, random.Random(5), 400))


@pytest.mark.slow
def test_ten_thousand_random_requests_never_fail(app):
    asyncio.run(answers(app, random.Random(), 10_000))
