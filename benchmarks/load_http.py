"""Lookups over HTTP: one worker of geoville beside one of `plain_service.py`, on loopback.

    apt-get install wrk
    pip install -r benchmarks/requirements.txt
    python benchmarks/load_http.py [--turns 5] [--seconds 3] [--connections 8]

Both know 1,600 perimeters and 50,000 made-up addresses, and run behind the same server (granian). They are asked turn
by turn, in short turns, since what else the machine does slows them all; the time of processor that a request takes,
from /proc, suffers from it the least.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlencode
from urllib.request import urlopen

import geopandas
import made_up_addresses
import pandas as pd
import shapely
from made_up_perimeters import SEED, addresses, perimeters
from plain_service import ADDRESSES, PERIMETERS
from races import machine

from geoville.workflows.address_index import build_address_index

PACKAGES = ("fastapi", "pydantic", "granian", "orjson", "shapely", "geopandas", "rapidfuzz")
HERE = Path(__file__).parent
QUESTIONS = 2_000
ADDRESSES_KNOWN = 50_000
PORT = 8_771
STARTED_WITHIN_S = 60
_ON = "2016-06-01"
_IN_MS = {"us": 0.001, "ms": 1.0, "s": 1_000.0}
_FAILURES = re.compile(r"(?:Non-2xx or 3xx responses:|connect|read|write|timeout) (\d+)")
_SCRIPT = """local paths = {{{paths}}}
local asked = 0
request = function()
  asked = asked + 1
  return wrk.format("GET", paths[asked % #paths + 1])
end
"""


@dataclass(frozen=True)
class Service:
    """A server that answers on a port of this machine."""

    process: subprocess.Popen[bytes]
    url: str

    def processor_s(self) -> float:
        """Seconds of processor taken by the server and its worker."""
        pid = self.process.pid
        children = Path(f"/proc/{pid}/task/{pid}/children").read_text(encoding="ascii").split()
        ticks = 0
        for number in (str(pid), *children):
            fields = Path(f"/proc/{number}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()
            ticks += int(fields[11]) + int(fields[12])
        return ticks / os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True)
class Load:
    """What one run of wrk saw."""

    per_second: float
    p50_ms: float
    p99_ms: float
    processor_ms: float
    failures: int


@dataclass(frozen=True)
class Contender:
    """A service, and the script of what it is asked."""

    name: str
    service: Service
    script: Path


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--turns", type=int, default=5)
    parser.add_argument("--seconds", type=int, default=3)
    parser.add_argument("--connections", type=int, default=8)
    asked = parser.parse_args()
    if shutil.which("wrk") is None:
        sys.exit("wrk is not on this machine: apt-get install wrk")
    print(
        f"{machine(PACKAGES)}; {asked.connections} connections, median of {asked.turns} turns of {asked.seconds} s.\n"
    )
    print(
        "| question | service | requests/s | p50 | p99 | processor | failures | geoville / it: rate, p99, processor |"
    )
    print("|---|---|---|---|---|---|---|---|")
    with tempfile.TemporaryDirectory() as name, ExitStack() as services:
        for question, contenders in prepared(Path(name), services).items():
            race(question, contenders, asked)


def prepared(folder: Path, services: ExitStack) -> dict[str, list[Contender]]:
    """Write files and questions, start the services; for each kind of questions, who answers them, geoville first."""
    quarters, index, listed = folder / "perimeters.geojson", folder / "addresses.sqlite", folder / "addresses.csv"
    points, labels = write_perimeters(quarters), write_addresses(listed, index)
    os.environ |= {PERIMETERS: str(quarters), ADDRESSES: str(listed)}
    ours = [str(Path(sys.executable).with_name("geoville")), "serve"]
    ours += ["--perimeters", str(quarters), "--addresses", str(index)]
    theirs = [sys.executable, "-m", "granian", "--interface", "asgi", "--factory", "--no-ws", "--http", "1"]
    theirs += ["--log-level", "warning", "plain_service:create_app"]
    geoville, plain = (
        services.enter_context(serving(command, port)) for port, command in enumerate((ours, theirs), PORT)
    )
    by_point = wrk_script(folder / "points.lua", "/lookup", points)
    nearest_only = wrk_script(folder / "nearest.lua", "/nearest", points)
    by_address = wrk_script(folder / "addresses.lua", "/lookup", [{"q": label} for label in labels])
    return {
        "coordinates": [
            Contender("geoville", geoville, by_point),
            Contender("plain", plain, by_point),
            Contender("plain, the nearest alone", plain, nearest_only),
        ],
        "addresses": [Contender("geoville", geoville, by_address), Contender("plain", plain, by_address)],
    }


def race(question: str, contenders: list[Contender], asked: argparse.Namespace) -> None:
    """Ask each in turn, again and again; print a line for each. The first turn does not count."""
    loads: dict[str, list[Load]] = {contender.name: [] for contender in contenders}
    for turn in range(asked.turns + 1):
        for contender in contenders:
            seen = load(contender, asked.seconds if turn else 1, asked.connections)
            loads[contender.name] += [seen] if turn else []
    ours = loads[contenders[0].name]
    for name, theirs in loads.items():
        ratios = [median(ours, field) / median(theirs, field) for field in ("per_second", "p99_ms", "processor_ms")]
        against = "–" if theirs is ours else ", ".join(f"× {ratio:.2f}" for ratio in ratios)
        print(f"| {question} | {name} | {shown(theirs)} | {against} |", flush=True)


def load(contender: Contender, seconds: int, connections: int) -> Load:
    """Ask as fast as a service answers."""
    command = ["wrk", "-t1", f"-c{connections}", f"-d{seconds}s", "--latency", "-s", str(contender.script)]
    before_s = contender.service.processor_s()
    printed = subprocess.run([*command, contender.service.url], capture_output=True, text=True, check=True).stdout
    processor_s = contender.service.processor_s() - before_s
    requests = int(re.search(r"(\d+) requests in", printed)[1])
    rate = float(re.search(r"Requests/sec:\s+([\d.]+)", printed)[1])
    failures = sum(int(count) for count in _FAILURES.findall(printed))
    return Load(
        rate, _percentile(printed, 50), _percentile(printed, 99), 1_000 * processor_s / max(requests, 1), failures
    )


def _percentile(printed: str, percent: int) -> float:
    number, unit = re.search(rf"{percent}%\s+([\d.]+)(us|ms|s)", printed).groups()
    return float(number) * _IN_MS[unit]


def median(loads: list[Load], field: str) -> float:
    return statistics.median(getattr(one, field) for one in loads)


def shown(loads: list[Load]) -> str:
    rates = [one.per_second for one in loads]
    rate = f"{statistics.median(rates):.0f} ({min(rates):.0f}–{max(rates):.0f})"
    failures = sum(one.failures for one in loads)
    times = " | ".join(f"{median(loads, field):.2f} ms" for field in ("p50_ms", "p99_ms", "processor_ms"))
    return f"{rate} | {times} | {failures}"


@contextmanager
def serving(
    command: list[str],
    port: int,
    environment: Mapping[str, str] | None = None,
    *,
    every_s: float = 0.1,
    path: str = "/openapi.json",
) -> Iterator[Service]:
    """A service that answers, asked every so often for a path until it does, and ended at the end."""
    url = f"http://127.0.0.1:{port}"
    command = [*command, "--port", str(port)]
    with subprocess.Popen(command, cwd=HERE, stdout=subprocess.DEVNULL, env=environment) as process:
        try:
            until = time.monotonic() + STARTED_WITHIN_S
            while not _answers(f"{url}{path}"):
                if process.poll() is not None or time.monotonic() > until:
                    sys.exit(f"{command[0]} did not start")
                time.sleep(every_s)
            yield Service(process, url)
        finally:
            process.terminate()


def _answers(url: str) -> bool:
    try:
        with urlopen(url) as answer:
            return bool(answer.status == 200)
    except OSError:
        return False


def write_perimeters(file: Path) -> list[dict[str, object]]:
    """Write a file of QPV of 2015, and draw points around them."""
    _, polygons = perimeters()
    codes = [f"QP{100 + row:06d}" for row in range(len(polygons))]
    columns = {"code_qp": codes, "lib_qp": [f"Quartier {code}" for code in codes], "insee_com": "62193"}
    frame = geopandas.GeoDataFrame(columns, geometry=polygons, crs=2154)
    frame.to_crs(4326).to_file(file, driver="GeoJSON")
    places = geopandas.GeoSeries(shapely.points(addresses(polygons, QUESTIONS)), crs=2154).to_crs(4326)
    return [{"lon": round(place.x, 6), "lat": round(place.y, 6)} for place in places]


def write_addresses(file: Path, index: Path) -> list[str]:
    """Write made-up addresses as geoville and as the plain service read them, and draw those that are asked."""
    source = file.with_name("ban.csv")
    with source.open("w", encoding="utf-8", newline="") as stream:
        made_up_addresses.write(stream, ADDRESSES_KNOWN)
    build_address_index([source], index, complete=True)
    rows = pd.read_csv(source, sep=";", dtype=str, keep_default_na=False)
    numbers = rows["numero"] + rows["rep"].map(lambda suffix: f" {suffix}" if suffix else "")
    rows["label"] = numbers + " " + rows["nom_voie"] + " " + rows["code_postal"] + " " + rows["nom_commune"]
    rows[["label", "lon", "lat"]].to_csv(file, index=False)
    return random.Random(SEED).choices(rows["label"].tolist(), k=QUESTIONS)


def wrk_script(file: Path, path: str, questions: list[dict[str, object]]) -> Path:
    paths = [f"{path}?{urlencode({**question, 'on': _ON})}" for question in questions]
    file.write_text(_SCRIPT.format(paths=",".join(map(json.dumps, paths))), encoding="utf-8")
    return file


if __name__ == "__main__":
    main()
