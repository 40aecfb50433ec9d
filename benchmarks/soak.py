"""A service for an hour: questions, files sent, data read again, workers killed; every answer is compared.

    python benchmarks/soak.py --minutes 60 --per-second 200
    python benchmarks/soak.py --minutes 20 --per-second 10 --turn 30

Questions are asked at a fixed rate by eight clients, and a file is sent again and again beside them. Each answer must
be the one given before the load, byte for byte; a request cut by the death of its worker is counted apart. At each turn
the data are read again; at each fifth one a worker is killed. Memory is that of the server and of its two workers.
"""

from __future__ import annotations

import argparse
import itertools
import os
import secrets
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlencode

import httpx

CLIENTS, WORKERS = 8, 2
ROWS = 200
KILL_EVERY = 5
"""A worker is killed once for so many reloads."""
ON = "2024-06-01"
QUESTIONS = [
    *({"lon": f"{1.80 + step / 200:.4f}", "lat": "50.956"} for step in range(60)),
    {"q": "1 rue Youri Gagarine, 62100 Calais"},
    {"q": "collège Vauban"},
    {"q": "avenue Guynemer, Calais"},
    {"q": "12 rue de l'Inconnue, 62100 Calais"},
]
PATHS = [f"/lookup?{urlencode({**question, 'on': ON})}" for question in QUESTIONS]


@dataclass
class Soak:
    """What was asked, and what came back."""

    url: str
    server: int
    until: float
    token: str
    expected: dict[str, bytes] = field(default_factory=dict)
    counts: Counter[str] = field(default_factory=Counter)
    wrong: list[str] = field(default_factory=list)
    memory_mb: list[float] = field(default_factory=list)
    killed_at: list[float] = field(default_factory=list)
    reloaded_at: list[float] = field(default_factory=list)
    waited: list[str] = field(default_factory=list)

    @property
    def is_over(self) -> bool:
        return time.monotonic() > self.until

    def compare(self, name: str, answer: httpx.Response) -> None:
        self.counts[name] += 1
        if answer.status_code != 200 or answer.content != self.expected[name]:
            self.wrong.append(f"{answer.status_code} {name}")

    def cut(self, error: Exception, began: float) -> None:
        """A request cut short: by the death of its worker, while it waited or just before, or by a fault.

        One that waits for its whole time is told apart, with what happened while it did: a worker that dies closes its
        connections at once, so that nobody should have to wait.
        """
        now, name = time.monotonic(), type(error).__name__
        by_a_kill = any(began - 30 <= at <= now for at in self.killed_at)
        self.counts["cut by a kill" if by_a_kill else f"cut: {name}"] += 1
        if isinstance(error, httpx.TimeoutException):
            kills = [f"{at - began:.1f}" for at in self.killed_at if began - 30 <= at <= now]
            reloads = [f"{at - began:.1f}" for at in self.reloaded_at if began - 30 <= at <= now]
            self.waited.append(f"{name}, {now - began:.0f} s; kills at {kills} s, reloads at {reloads} s")


def ask(soak: Soak, number: int, per_second: float) -> None:
    start = time.monotonic()
    with httpx.Client(base_url=soak.url, timeout=60) as client:
        for turn in itertools.count(number, CLIENTS):
            time.sleep(max(0.0, start + turn / per_second - time.monotonic()))
            if soak.is_over:
                return
            path = PATHS[turn % len(PATHS)]
            began = time.monotonic()
            try:
                soak.compare(path, client.get(path))
            except httpx.TransportError as error:
                soak.cut(error, began)


FILE = ("nom;lon;lat\n" + "".join(f"r{rank};{1.80 + rank / 1000:.3f};50.956\n" for rank in range(ROWS))).encode()


def send_file(client: httpx.Client) -> httpx.Response:
    return client.post("/reverse/csv", files={"data": ("lignes.csv", FILE)}, data={"on": ON})


def upload(soak: Soak) -> None:
    with httpx.Client(base_url=soak.url, timeout=120) as client:
        while not soak.is_over:
            began = time.monotonic()
            try:
                soak.compare("file", send_file(client))
            except httpx.TransportError as error:
                soak.cut(error, began)
            time.sleep(1)


def disturb(soak: Soak, turn_s: float) -> None:
    """Read the data again at each turn, and kill a worker at some."""
    with httpx.Client(base_url=soak.url, timeout=120, headers={"Authorization": f"Bearer {soak.token}"}) as client:
        for turn in itertools.count(1):
            time.sleep(max(0.0, min(turn_s, soak.until - time.monotonic())))
            if soak.is_over:
                return
            if turn % KILL_EVERY == 0:
                os.kill(workers_of(soak.server)[0], signal.SIGKILL)
                soak.killed_at.append(time.monotonic())
                soak.counts["kill"] += 1
                continue
            began = time.monotonic()
            soak.reloaded_at.append(began)
            try:
                soak.counts[f"reload {client.post('/admin/reload').status_code}"] += 1
            except httpx.TransportError as error:
                soak.cut(error, began)


def workers_of(server: int) -> list[int]:
    """Processes that answer, the largest first: those that read a file sent are small and short."""
    children = [int(pid) for pid in Path(f"/proc/{server}/task/{server}/children").read_text("ascii").split()]
    return sorted(children, key=resident_mb, reverse=True)[:WORKERS]


def resident_mb(process: int) -> float:
    try:
        status = Path(f"/proc/{process}/status").read_text(encoding="ascii")
    except OSError:
        return 0.0
    return int(status.partition("VmRSS:")[2].split()[0]) / 1024 if "VmRSS:" in status else 0.0


def weigh(soak: Soak) -> None:
    """Memory of the server and of its two workers; a moment in which one is dead is no measure."""
    while not soak.is_over:
        sizes = [resident_mb(process) for process in (soak.server, *workers_of(soak.server))]
        if len(sizes) == 1 + WORKERS and min(sizes) > 50:
            soak.memory_mb.append(sum(sizes))
        time.sleep(5)


@contextmanager
def served(folder: Path, token: str) -> Iterator[tuple[str, int]]:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    own = {"GEOVILLE_ADMIN_TOKEN": token, "GEOVILLE_DATA_DIR": str(folder / "user"), "TMPDIR": str(folder)}
    command = [sys.executable, "-c", "from geoville.cli.main import main; main()", "serve", "--port", str(port)]
    with subprocess.Popen([*command, "--workers", str(WORKERS)], env={**os.environ, **own}) as server:
        try:
            url = f"http://127.0.0.1:{port}"
            while not answers(url):
                time.sleep(0.2)
            yield url, server.pid
        finally:
            server.terminate()


def answers(url: str) -> bool:
    try:
        return httpx.get(f"{url}/ready", timeout=30).status_code == 200
    except httpx.TransportError:
        return False


def soaked(soak: Soak, per_second: float, turn_s: float) -> None:
    with httpx.Client(base_url=soak.url, timeout=60) as client:
        soak.expected = {path: client.get(path).content for path in PATHS} | {"file": send_file(client).content}
    tasks = [(ask, number, per_second) for number in range(CLIENTS)]
    threads = [
        threading.Thread(target=task, args=(soak, *given))
        for task, *given in [*tasks, (upload,), (disturb, turn_s), (weigh,)]
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def report(soak: Soak, left: list[str]) -> None:
    files = soak.counts.pop("file", 0)
    others = {name: count for name, count in soak.counts.items() if not name.startswith("/")}
    print(f"answers compared: {sum(soak.counts[path] for path in PATHS)}; files of {ROWS} rows: {files}")
    print(f"wrong: {len(soak.wrong)} {soak.wrong[:5]}")
    print(f"beside: {others}")
    print(f"waited for their whole time: {soak.waited}")
    tenth = max(1, len(soak.memory_mb) // 10)
    parts = [soak.memory_mb[start : start + tenth] for start in range(0, len(soak.memory_mb), tenth)]
    print("memory, MB, by tenths of the time:", *(f"{statistics.median(part):.0f}" for part in parts))
    print(f"files left: {left}")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--minutes", type=float, default=60)
    parser.add_argument("--per-second", type=float, default=200)
    parser.add_argument("--turn", type=float, default=60, help="seconds between two reloads; the fifth is a kill")
    asked = parser.parse_args()
    token = secrets.token_hex(16)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        with served(folder, token) as (url, server):
            soak = Soak(url, server, time.monotonic() + 60 * asked.minutes, token)
            soaked(soak, asked.per_second, asked.turn)
        report(soak, sorted(path.name for path in folder.iterdir() if path.name != "user"))
    return 1 if soak.wrong else 0


if __name__ == "__main__":
    sys.exit(main())
