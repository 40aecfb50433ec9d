"""The service in this process, over httpx's ASGI transport, and the real one on a loopback port."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from event_loops import no_loop_runs, virtual_time
from fastapi import FastAPI
from services import Start, console_script, services

from geoville.api.app import create_app
from geoville.api.settings import Settings

__all__ = ["no_loop_runs", "virtual_time"]

Get = Callable[..., httpx.Response]


@pytest.fixture(scope="session")
def app() -> FastAPI:
    return create_app(Settings(territory="calais", perimeters=()))


def ask(app: FastAPI, method: str, url: str, **options: Any) -> httpx.Response:
    """One request to an application; an exception that leaves the application is raised here."""

    async def asked() -> httpx.Response:
        transport = httpx.ASGITransport(app=app, raise_app_exceptions=True)
        async with httpx.AsyncClient(transport=transport, base_url="http://geoville") as client:
            return await client.request(method, url, **options)

    return asyncio.run(asked())


@pytest.fixture(scope="session")
def get(app: FastAPI) -> Get:
    """`get("/lookup", q="...")`."""
    return lambda path, **parameters: ask(app, "GET", path, params=parameters or None)


@pytest.fixture(scope="session")
def request_of() -> Callable[..., httpx.Response]:
    """`request_of(app, "POST", "/lookup")`."""
    return ask


@pytest.fixture(scope="session")
def script() -> str:
    """Path of the installed console script."""
    return console_script()


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Start]:
    """`start("--workers", "2", env={...})`: a service that answers, in the folder of the test, ended after it."""
    with services(tmp_path) as started:
        yield started


@pytest.fixture(scope="module")
def start_once(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Start]:
    """The same, for a service that all the tests of a module ask."""
    folder = tmp_path_factory.mktemp("services")
    own = {"GEOVILLE_DATA_DIR": str(folder / "user"), "GEOVILLE_CACHE_DIR": str(folder / "cache")}
    with services(folder) as started:
        yield lambda *arguments, env=None, **options: started(*arguments, env={**own, **(env or {})}, **options)
