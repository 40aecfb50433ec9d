"""The service in this process, over httpx's ASGI transport, and the real one on a loopback port."""

from __future__ import annotations

import asyncio
import os
import re
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest
from event_loops import no_loop_runs
from fastapi import FastAPI

from geoville.api.app import create_app
from geoville.api.settings import Settings

__all__ = ["no_loop_runs"]

Get = Callable[..., httpx.Response]

READINGS = re.compile(r'geoville_readings_total\{outcome="done"\} ([\d.]+)')
STARTED_WITHIN_S = 60


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


@dataclass
class Service:
    """`geoville serve` in a process of its own."""

    process: subprocess.Popen[str]
    url: str

    def stop(self, signal_number: int) -> tuple[int, str]:
        """Exit code, and everything that was printed."""
        self.process.send_signal(signal_number)
        printed, _ = self.process.communicate(timeout=30)
        return self.process.returncode, printed


@pytest.fixture(scope="session")
def script() -> str:
    """Path of the installed console script."""
    found = shutil.which("geoville", path=str(Path(sys.executable).parent))
    assert found
    return found


def free_port() -> int:
    with socket.socket() as trial:
        trial.bind(("127.0.0.1", 0))
        return int(trial.getsockname()[1])


@pytest.fixture
def start(tmp_path: Path, script: str) -> Iterator[Callable[..., Service]]:
    """`start("--workers", "2", env={...})`: a service that answers; ended by its process id after the test.

    With `whole=False` the first worker's answer is enough: others may still be starting.
    """
    processes: list[subprocess.Popen[str]] = []

    def started(*arguments: str, env: dict[str, str] | None = None, whole: bool = True) -> Service:
        port = free_port()
        process = subprocess.Popen(
            [script, "serve", "--port", str(port), *arguments],
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            encoding="utf-8",
            env={**os.environ, **(env or {})},
            cwd=tmp_path,
        )
        processes.append(process)
        service = Service(process, f"http://127.0.0.1:{port}")
        _wait_for(service)
        if whole and "--workers" in arguments:
            _wait_for_all(service, int(arguments[arguments.index("--workers") + 1]))
        return service

    yield started
    for process in processes:
        with process:  # closes its output
            process.terminate()
            try:
                process.wait(timeout=10)
            except subprocess.TimeoutExpired:
                process.kill()


def _wait_for_all(service: Service, workers: int) -> None:
    """Until every worker has read the data: one that starts while a test alters them would read them twice."""
    until = time.monotonic() + STARTED_WITHIN_S
    while time.monotonic() < until:
        read = READINGS.search(httpx.get(f"{service.url}/metrics", timeout=10).text)
        if read and float(read[1]) >= workers:
            return
        time.sleep(0.1)
    pytest.fail(f"fewer than {workers} workers have read the data")


def _wait_for(service: Service) -> None:
    until = time.monotonic() + STARTED_WITHIN_S
    while time.monotonic() < until and service.process.poll() is None:
        try:
            if httpx.get(f"{service.url}/health", timeout=2).status_code == 200:
                return
        except httpx.TransportError:
            time.sleep(0.1)
    pytest.fail(f"the service did not answer; exit code {service.process.poll()}")
