"""Many clients at once, on one worker: each gets its own answer, none an error, and the memory stays what it was."""

from __future__ import annotations

import asyncio
import statistics
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlencode, urlsplit

import pytest

CONNECTIONS = 8
QUESTIONS = [
    *({"lon": f"{1.80 + step / 200:.4f}", "lat": "50.956"} for step in range(30)),
    {"q": "1 rue Youri Gagarine, 62100 Calais"},
    {"q": "collège Vauban"},
    {"q": "avenue Guynemer, Calais"},
    {"q": "12 rue de l'Inconnue, 62100 Calais"},
]
PATHS = [f"/lookup?{urlencode({**question, 'on': '2024-06-01'})}" for question in QUESTIONS]
PEAK_S, LOADED_S, SETTLED_S = 10, 300, 60
SHARE_OF_PEAK = 0.8
MOST_GROWTH_MB = 8

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="signals")


@dataclass
class Tally:
    """What clients got."""

    answers: int = 0
    seconds: float = 0.0
    faults: list[str] = field(default_factory=list)


class Client:
    """One connection, kept open: httpx would take more of the processor than the service does."""

    def __init__(self, url: str) -> None:
        self._host, self._port = urlsplit(url).hostname, urlsplit(url).port

    async def __aenter__(self) -> Client:
        self._reader, self._writer = await asyncio.open_connection(self._host, self._port)
        return self

    async def __aexit__(self, *_: object) -> None:
        self._writer.close()
        await self._writer.wait_closed()

    async def get(self, path: str) -> tuple[int, bytes]:
        """Status and body."""
        self._writer.write(f"GET {path} HTTP/1.1\r\nHost: {self._host}\r\n\r\n".encode())
        head = (await self._reader.readuntil(b"\r\n\r\n")).lower()
        length = int(head.partition(b"content-length:")[2].partition(b"\r\n")[0])
        return int(head.split()[1]), await self._reader.readexactly(length)


async def ask(url: str, expected: dict[str, bytes], seconds: float, per_second: float | None = None) -> Tally:
    """Ask for some seconds, as fast as answers come or so many times a second."""
    tally, start = Tally(), time.monotonic()

    async def one(number: int) -> None:
        async with Client(url) as client:
            for turn in range(number, sys.maxsize, CONNECTIONS):
                if per_second:
                    await asyncio.sleep(start + turn / per_second - time.monotonic())
                if time.monotonic() > start + seconds:
                    return
                path = PATHS[turn % len(PATHS)]
                status, body = await client.get(path)
                tally.answers += 1
                if (status, body) != (200, expected[path]):
                    tally.faults.append(f"{status} {path}")

    await asyncio.gather(*(one(number) for number in range(CONNECTIONS)))
    tally.seconds = time.monotonic() - start
    return tally


async def answers_alone(url: str) -> dict[str, bytes]:
    async with Client(url) as client:
        asked = {path: await client.get(path) for path in PATHS}
    assert {status for status, _ in asked.values()} == {200}
    return {path: body for path, (_, body) in asked.items()}


async def memory(worker: int, seconds: float) -> list[float]:
    """Resident megabytes of a process, second after second."""
    samples = []
    for _ in range(int(seconds)):
        status = Path(f"/proc/{worker}/status").read_text(encoding="ascii")
        samples.append(int(status.partition("VmRSS:")[2].split()[0]) / 1024)
        await asyncio.sleep(1)
    return samples


def test_under_load_each_client_gets_its_own_answer(start):
    service = start()

    async def loaded() -> Tally:
        return await ask(service.url, await answers_alone(service.url), seconds=1)

    tally = asyncio.run(loaded())
    assert tally.faults == []
    assert tally.answers > CONNECTIONS


@pytest.mark.slow
@pytest.mark.timeout(900)
@pytest.mark.skipif(not Path("/proc/self/task").is_dir(), reason="reads memory in /proc")
def test_five_minutes_at_four_fifths_of_the_peak(start, record_property):
    service = start()
    master = service.process.pid
    [worker] = [int(pid) for pid in Path(f"/proc/{master}/task/{master}/children").read_text().split()]

    async def loaded() -> tuple[Tally, Tally, list[float]]:
        expected = await answers_alone(service.url)
        peak = await ask(service.url, expected, PEAK_S)
        rate = SHARE_OF_PEAK * peak.answers / peak.seconds
        steady = ask(service.url, expected, LOADED_S, per_second=rate)
        return peak, *await asyncio.gather(steady, memory(worker, LOADED_S))

    peak, steady, megabytes = asyncio.run(loaded())
    settled, last = (statistics.median(some) for some in (megabytes[SETTLED_S:][:30], megabytes[-30:]))
    record_property("peak_per_second", round(peak.answers / peak.seconds))
    record_property("held_per_second", round(steady.answers / steady.seconds))
    record_property("memory_mb", [round(settled, 1), round(last, 1)])
    assert peak.faults + steady.faults == []
    assert last - settled < MOST_GROWTH_MB
