"""What tests of geocoders share: a service on loopback that answers as the Géoplateforme does, and the benchmarks."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from importlib import import_module
from pathlib import Path
from threading import Thread
from types import ModuleType
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

HOUSE = {
    "type": "housenumber", "label": "66 Rue Mollien 62100 Calais", "name": "66 Rue Mollien", "housenumber": "66",
    "id": "62193_2740_00066", "banId": None, "postcode": "62100", "citycode": "62193", "oldcitycode": None,
    "x": 620_103.1, "y": 7_095_013.2, "city": "Calais", "oldcity": None, "importance": 0.69, "score": 0.97,
    "context": "62, Pas-de-Calais, Hauts-de-France", "street": "Rue Mollien", "_type": "address",
}  # fmt: skip
STREET = HOUSE | {
    "type": "street", "label": "Rue Mollien 62100 Calais", "name": "Rue Mollien", "id": "62193_2740",
    "housenumber": None,
}  # fmt: skip
TOWN = {
    "type": "municipality", "label": "Calais", "name": "Calais", "id": "62193", "postcode": "62100", "score": 0.95,
    "citycode": "62193", "city": "Calais", "municipality": "Calais", "context": "62, Pas-de-Calais, Hauts-de-France",
}  # fmt: skip


@dataclass
class Reply:
    status: int
    body: str
    headers: dict[str, str]


@dataclass
class Service:
    """What the service answers, reply after reply (the last one for ever), and what it was asked."""

    url: str = ""
    replies: list[Reply] = field(default_factory=list)
    asked: list[tuple[str, dict[str, str]]] = field(default_factory=list)

    def finds(self, *features: dict[str, Any]) -> None:
        """Answer a collection that repeats the question, as the real one does."""
        document = {"type": "FeatureCollection", "features": list(features), "query": "QUERY"}
        self.says(200, json.dumps(document))

    def says(self, status: int, body: str = "", **headers: str) -> None:
        """Answer a text where QUERY stands for the question, and headers where PATH stands for the whole request."""
        self.replies.append(Reply(status, body, headers))

    @staticmethod
    def house(**properties: object) -> dict[str, Any]:
        return _feature(HOUSE | properties)

    @staticmethod
    def street(**properties: object) -> dict[str, Any]:
        return _feature(STREET | properties)

    @staticmethod
    def town(**properties: object) -> dict[str, Any]:
        return _feature(TOWN | properties)


def _feature(properties: dict[str, Any]) -> dict[str, Any]:
    lon, lat = properties.pop("lon", 1.863088), properties.pop("lat", 50.955)
    return {"type": "Feature", "geometry": {"type": "Point", "coordinates": [lon, lat]}, "properties": properties}


@pytest.fixture
def service() -> Iterator[Service]:
    known = Service()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            split = urlsplit(self.path)
            query = {key: values[0] for key, values in parse_qs(split.query).items()}
            known.asked.append((split.path, query))
            reply = known.replies.pop(0) if len(known.replies) > 1 else known.replies[0]
            body = reply.body.replace("QUERY", query.get("q", "")).encode()
            self.send_response(reply.status)
            for name, value in reply.headers.items():
                self.send_header(name.replace("_", "-"), value.replace("PATH", self.path))
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Keep quiet."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        server.daemon_threads = True
        known.url = f"http://127.0.0.1:{server.server_port}/geocodage"
        thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
        thread.start()
        yield known
        server.shutdown()
        thread.join()


@pytest.fixture(scope="session")
def benchmark_module() -> Iterator[Callable[[str], ModuleType]]:
    """Import a module of `benchmarks/` by its name."""
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(Path(__file__).resolve().parents[3] / "benchmarks")
        yield import_module
