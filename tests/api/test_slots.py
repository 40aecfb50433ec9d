"""Places for files: so many at once, each given back whatever happens to its file, its client or the disk."""

from __future__ import annotations

import asyncio
import errno
import time
from typing import Any

import pytest

from geoville.api import files, slots
from geoville.api.app import create_app
from geoville.api.settings import Settings

CSV = b"adresse\ncoll\xc3\xa8ge Vauban, Calais\n"


@pytest.fixture
def one_place(monkeypatch, tmp_path):
    """An application with one place, which is not waited for long."""
    monkeypatch.setattr(slots, "WAITED_S", 0.1)
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    return create_app(Settings(territory="calais", max_files=1))


def test_a_file_that_finds_no_place_is_told_when_to_come_back_and_the_service_is_not_ready(one_place, request_of):
    assert request_of(one_place, "GET", "/ready").status_code == 200
    held = asyncio.run(one_place.state.slots.taken())
    refused = request_of(one_place, "POST", "/search/csv", files={"data": ("a.csv", CSV)})
    assert (refused.status_code, refused.headers["retry-after"]) == (503, "30")
    assert "Trop de fichiers" in refused.json()["detail"]
    assert request_of(one_place, "GET", "/ready").status_code == 503
    assert request_of(one_place, "GET", "/lookup", params={"q": "collège Vauban"}).status_code == 200
    held.cleanup()
    held.cleanup()  # a place is given back once
    assert request_of(one_place, "GET", "/ready").status_code == 200
    assert request_of(one_place, "POST", "/search/csv", files={"data": ("a.csv", CSV)}).status_code == 200
    assert one_place.state.slots._free == 1


def test_a_full_disk_is_not_the_fault_of_the_file_and_keeps_no_place(one_place, request_of, monkeypatch):
    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(files.shutil, "copyfileobj", full)
    answer = request_of(one_place, "POST", "/search/csv", files={"data": ("a.csv", CSV)})
    assert (answer.status_code, answer.json()["detail"]) == (
        503, "La machine n'a plus de place pour ce fichier : réessayer plus tard."
    )  # fmt: skip
    assert one_place.state.slots._free == 1


async def _asked_and_left(app: Any, path: str, seen: asyncio.Event, left: asyncio.Event) -> list[dict[str, Any]]:
    """Send a file, and leave once told; what the service sends meanwhile."""
    body = b'--a\r\nContent-Disposition: form-data; name="data"; filename="a.csv"\r\n\r\n' + CSV + b"\r\n--a--\r\n"
    headers = [(b"content-type", b"multipart/form-data; boundary=a"), (b"content-length", str(len(body)).encode())]
    scope = {"type": "http", "method": "POST", "path": path, "raw_path": path.encode(), "query_string": b"",
             "headers": headers, "http_version": "1.1", "scheme": "http", "server": ("geoville", 80),
             "client": ("127.0.0.1", 1), "root_path": "", "asgi": {"version": "3.0"}}  # fmt: skip
    messages, told = iter([{"type": "http.request", "body": body}]), []

    async def receive() -> dict[str, Any]:
        for message in messages:
            return message
        seen.set()
        await left.wait()
        return {"type": "http.disconnect"}

    async def send(message: dict[str, Any]) -> None:
        told.append(message)

    await app(scope, receive, send)
    return told


@pytest.mark.parametrize("path", ["/search/csv", "/files/preview", "/actions/check/csv"])
def test_a_client_that_leaves_gives_its_place_back_though_its_file_is_being_read(one_place, monkeypatch, path):
    """Its reader, stuck for a minute, is ended."""

    def stuck(_: object, sent: slots.SentFiles, *__: object, **___: object) -> None:
        sent.apart.call(time.sleep, 60)

    monkeypatch.setattr(files, "put_down", stuck)
    monkeypatch.setattr("geoville.api.actions.put_down", stuck)

    async def asked() -> float:
        seen, left = asyncio.Event(), asyncio.Event()
        asking = asyncio.ensure_future(_asked_and_left(one_place, path, seen, left))
        await seen.wait()
        assert one_place.state.slots._free == 0
        left.set()
        begun = time.monotonic()
        (start, _) = await asking
        assert start["status"] == slots.LEFT
        return time.monotonic() - begun

    assert asyncio.run(asked()) < 30  # half of what it would have been stuck for; a second, on a machine at rest
    assert one_place.state.slots._free == 1
    assert list(slots.Path(slots.tempfile.tempdir).glob("geoville-fichier-*")) == []
