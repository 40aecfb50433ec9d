"""`geoville serve` in a process of its own, on a port of the loopback."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest
from ports import free_port

READINGS = re.compile(r'geoville_readings_total\{outcome="done"\} ([\d.]+)')
PATIENCE_S = 0.05
"""Between two looks; how long to look is the business of the test's own time limit."""


@dataclass
class Service:
    """A service that answers."""

    process: subprocess.Popen[str]
    url: str

    def stop(self, signal_number: int) -> tuple[int, str]:
        """Exit code, and everything that was printed."""
        self.process.send_signal(signal_number)
        printed, _ = self.process.communicate()
        return self.process.returncode, printed


Start = Callable[..., Service]


def console_script() -> str:
    """Path of the installed console script."""
    found = shutil.which("geoville", path=str(Path(sys.executable).parent))
    assert found
    return found


@contextmanager
def services(folder: Path) -> Iterator[Start]:
    """`start("--workers", "2", env={...})`: a service that works in a folder; each is ended by its process id.

    It answers when `until` does; with `whole=False` the first worker's answer is enough: others may still be starting.
    """
    with ExitStack() as running:

        def start(
            *arguments: str, env: dict[str, str] | None = None, whole: bool = True, until: str = "/health"
        ) -> Service:
            service = running.enter_context(_service(folder, arguments, env or {}, until))
            if whole and "--workers" in arguments:
                _wait_for_all(service, int(arguments[arguments.index("--workers") + 1]))
            return service

        yield start


@contextmanager
def serving(folder: Path, *options: str, **environment: str) -> Iterator[str]:
    """URL of a `geoville serve` that keeps what it keeps in a folder."""
    own = {
        "GEOVILLE_DATA_DIR": str(folder / "user"),
        "GEOVILLE_CACHE_DIR": str(folder / "cache"),
        "TMPDIR": str(folder),
        **environment,
    }
    with services(folder) as start:
        yield f"{start(*options, env=own, until='/ready').url}/"


@contextmanager
def _service(folder: Path, arguments: tuple[str, ...], env: dict[str, str], until: str) -> Iterator[Service]:
    port = free_port()
    command = [console_script(), "serve", "--port", str(port), *arguments]
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.STDOUT, "encoding": "utf-8"}
    with subprocess.Popen(command, env={**os.environ, **env}, cwd=folder, **pipes) as process:  # type: ignore[call-overload]
        try:
            service = Service(process, f"http://127.0.0.1:{port}")
            _wait_for(service, until)
            yield service
        finally:
            process.terminate()
            try:
                process.wait(timeout=30)
            except subprocess.TimeoutExpired:
                process.kill()


def _wait_for(service: Service, path: str) -> None:
    """Until the service answers, as long as its process lives."""
    with _looking() as client:
        while service.process.poll() is None:
            try:
                if client.get(f"{service.url}{path}").status_code == 200:
                    return
            except httpx.TransportError:
                pass
            time.sleep(PATIENCE_S)
    pytest.fail(f"the service did not answer; exit code {service.process.poll()}")


def _wait_for_all(service: Service, workers: int) -> None:
    """Until every worker has read the data: one that starts while a test alters them would read them twice."""
    with _looking() as client:
        while True:
            read = READINGS.search(client.get(f"{service.url}/metrics").text)
            if read and float(read[1]) >= workers:
                return
            time.sleep(PATIENCE_S)


def _looking() -> httpx.Client:
    """A client that reads no certificates, which would take more than the service's own start, look after look."""
    return httpx.Client(timeout=30, verify=False, headers={"Connection": "close"})
