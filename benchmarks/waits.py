"""What people wait for, beside the same with the code of an earlier day, in one run.

    python benchmarks/waits.py [--only lookup,map] [--repeats 3] [--earlier COMMIT]

Each command runs in a process of its own, after a first time that does not count; seconds are those of processor,
which what else the machine does changes little, but for what answers a person at once, or by two processes. Earlier
code is taken from the history of the repository, where the clone has it.
"""

from __future__ import annotations

import argparse
import csv
import itertools
import json
import random
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from http import HTTPStatus
from pathlib import Path
from urllib.parse import urlencode

import httpx
import speed_addresses
from alone import geoville, usual_environment
from load_http import serving
from made_up_country import NATIONAL_DECLARED_EUR, make_country
from races import HEAD, limit_line, machine
from simulated_france import CELLS, TOWNS, France, write_iris

from geoville.sources.pack import open_pack

REPOSITORY = Path(__file__).resolve().parents[1]
SHARED_DATA = REPOSITORY.parent / "shared" / "data"
EARLIER = "254cb60"
"""Code of 23 November 2026, before what is measured here was looked at; not all of these commands were there."""

PORT = 8_791
ROWS, ADDRESSES = 20_000, 505_000
ON = ("--on", "2026-01-15")
ADDRESS = "1 rue Youri Gagarine, 62100 Calais"
_SUGGEST = """
import json, sys, time
from pathlib import Path
from geoville.geocoding import EmbeddedGeocoder
from geoville.geocoding.index import AddressIndex

geocoder = EmbeddedGeocoder(AddressIndex.open(Path(sys.argv[1])))
taken = []
for text in json.loads(Path(sys.argv[2]).read_text(encoding="utf-8")):
    start = time.process_time()
    geocoder.suggest(text)
    taken.append(time.process_time() - start)
print(json.dumps(taken[len(taken) // 10:]))
"""


@dataclass(frozen=True)
class Code:
    """A version of geoville, and where it keeps what it is given.

    Parameters
    ----------
    root : of its files; empty for the one that is installed.
    """

    name: str
    folder: Path
    root: str = ""

    @property
    def environment(self) -> dict[str, str]:
        """What its processes are given."""
        own = {name: str(self.folder / name) for name in ("GEOVILLE_DATA_DIR", "GEOVILLE_CACHE_DIR")}
        return {**usual_environment(), **own, **({"PYTHONPATH": self.root} if self.root else {})}

    def processor_s(self, arguments: Sequence[object]) -> float:
        """Seconds of processor that a command takes."""
        return self.taken(arguments)[0]

    def taken(self, arguments: Sequence[object]) -> tuple[float, float]:
        """Seconds of processor and megabytes of memory that a command takes."""
        taken = geoville(arguments, self.folder / "printed.txt", self.environment)
        return taken.processor_s, taken.peak_mb


@dataclass(frozen=True)
class Wait:
    """Something that is waited for.

    Parameters
    ----------
    most_s : what it may take.
    measure : how long it takes, with some code; several times where that is more telling than one.
    repeats : False for what takes long enough to be telling.
    """

    task: str
    most_s: float
    measure: Callable[[Code], Sequence[float]]
    repeats: bool = True


def lookup(code: Code) -> Sequence[float]:
    return [code.processor_s(["lookup", ADDRESS, *ON])]


def sector_map(code: Code) -> Sequence[float]:
    return [code.processor_s(["map", "gagarine-manet-ferber", "--out", code.folder / "cartes", *ON])]


def atlas(code: Code) -> Sequence[float]:
    incomes = ["--rmuc-nat", 19218, "--rmuc-uu", 18380, "--uu-population", 1560000, "--rmuc-year", 2011]
    code.taken(["data", "territory", "new", "marseille", "--communes", "13055", *incomes])
    code.taken(
        ["data", "add", SHARED_DATA / "marseille" / "qpv2015.geojson", "--territory", "marseille", "--kind", "qpv"]
    )
    return [code.processor_s(["atlas", "marseille", "--on", "2023-06-01", "--out", code.folder / "atlas"])]


def ready(code: Code) -> Sequence[float]:
    """Seconds until an address is answered; the description of the routes, made when first asked for, is not."""
    command = [sys.executable, "-P", "-c", "from geoville.cli import main; main()", "serve"]
    start = time.perf_counter()
    with serving(command, PORT, code.environment, every_s=0.01, path=f"/lookup?{urlencode({'q': ADDRESS})}"):
        return [time.perf_counter() - start]


def town_rows(code: Code) -> tuple[Path, list[object]]:
    """A file of 20,000 rows about a real town, most of which differ, and the list of its addresses as it is named."""
    listed, file = SHARED_DATA / "bondy" / "addresses_ban_2022.csv", code.folder / "ville.csv"
    with listed.open(encoding="utf-8") as stream:
        known = [row for row in csv.DictReader(stream, delimiter=";") if row["numero"]]
    spellings = (str, str.upper, str.lower)
    asked = [
        f"{row['numero']} {row['rep']} {write(row['nom_voie'])};{row['code_postal']};Bondy"
        for write in spellings
        for row in random.Random(len(known)).sample(known, len(known))
    ]
    file.write_text("\n".join(["adresse;cp;ville", *asked[:ROWS]]) + "\n", encoding="utf-8")
    return file, ["--addresses", listed]


def repeated_rows(code: Code) -> tuple[Path, list[object]]:
    """A file of 20,000 rows about the few addresses of the territory that geoville carries: most are there before."""
    known = [
        f"{address.number or ''} {address.street};{address.city}"
        for address in open_pack("calais").address_list().addresses
        if not address.place
    ]
    file = code.folder / "memes.csv"
    repeated = "\n".join(itertools.islice(itertools.cycle(known), ROWS))
    file.write_text(f"adresse;ville\n{repeated}\n", encoding="utf-8")
    return file, []


def uploaded(rows: Callable[[Code], tuple[Path, list[object]]], code: Code) -> Sequence[float]:
    """Seconds from sending a file to the last byte of its answers."""
    file, options = rows(code)
    command = [sys.executable, "-P", "-c", "from geoville.cli import main; main()", "serve", *map(str, options)]
    with serving(command, PORT, code.environment) as service, file.open("rb") as sent:
        start = time.perf_counter()
        answer = httpx.post(f"{service.url}/search/csv", files={"data": sent}, timeout=600)
        taken = time.perf_counter() - start
    if answer.status_code != HTTPStatus.OK or answer.content.count(b"\n") != ROWS + 1:
        raise SystemExit(f"{code.name}: {answer.status_code}, not all the rows")
    return [taken]


def by_two_processes(code: Code) -> Sequence[float]:
    """Seconds, not those of processor: what two processes bring is that these pass at once."""
    file, options = town_rows(code)
    out = code.folder / "reponses-ville.csv"
    out.unlink(missing_ok=True)
    start = time.perf_counter()
    code.taken(["lookup-file", file, out, *options, "--workers", 2, *ON])
    return [time.perf_counter() - start]


def rows_by_address(code: Code) -> Sequence[float]:
    return [code.processor_s([*_made_up_rows(code), "--workers", 1])]


def rows_waited_for(code: Code) -> Sequence[float]:
    """Seconds, not those of processor, with the number of processes that each code takes by itself."""
    command = _made_up_rows(code)
    start = time.perf_counter()
    code.taken(command)
    return [time.perf_counter() - start]


def _made_up_rows(code: Code) -> list[object]:
    index, questions, out = addresses(code), code.folder / "questions.csv", code.folder / "reponses.csv"
    asked = speed_addresses.requests(ADDRESSES, ROWS)
    questions.write_text("\n".join(["adresse", *(f'"{text}"' for text in asked)]) + "\n", encoding="utf-8")
    out.unlink(missing_ok=True)
    return ["lookup-file", questions, out, "--address-columns", "adresse", "--addresses", index, *ON]


def addresses(code: Code) -> Path:
    """Index of made-up addresses, which each code makes for itself."""
    listed, index = code.folder / "adresses.csv", code.folder / "adresses.sqlite"
    if not index.exists():
        with listed.open("w", encoding="utf-8", newline="") as stream:
            speed_addresses.made_up_addresses.write(stream, ADDRESSES)
        code.taken(["data", "addresses", "build", listed, "--out", index])
    return index


def suggestions(code: Code) -> Sequence[float]:
    index, typed = addresses(code), code.folder / "typed.json"
    asked = speed_addresses.requests(ADDRESSES, 100)
    typed.write_text(json.dumps([text[:length] for text in asked for length in range(4, len(text), 3)]))
    command = [sys.executable, "-P", "-c", _SUGGEST, str(index), str(typed)]
    done = subprocess.run(command, check=True, capture_output=True, text=True, env=code.environment)
    return json.loads(done.stdout)


def fetch(code: Code) -> Sequence[float]:
    sys.path.insert(0, str(REPOSITORY / "tests" / "support"))
    from official_mirror import write_mirror

    mirror = code.folder / "telechargements"
    if not mirror.exists():
        mirror.mkdir()
        write_mirror(mirror)
    shutil.rmtree(code.environment["GEOVILLE_DATA_DIR"], ignore_errors=True)
    code.taken(["data", "territory", "new", "deux-villes", "--communes", "62193,62548"])
    return [code.processor_s(["data", "fetch", "deux-villes", "--from-dir", mirror])]


WAITS = {
    "lookup": Wait("`geoville lookup` of an address", 0.6, lookup),
    "map": Wait("`geoville map` of a sector", 1.5, sector_map),
    "serve": Wait("`geoville serve`, from its start to its first answer to an address", 1.5, ready),
    "suggest": Wait(f"a suggestion, letter after letter, {ADDRESSES:,} addresses", 0.010, suggestions, repeats=False),
    "fetch": Wait("`geoville data fetch` of two small towns, from a folder", 4.0, fetch),
    "rows": Wait(
        f"`geoville lookup-file --workers 1` of {ROWS:,} addresses of CSV: processor",
        15.0,
        rows_by_address,
        repeats=False,
    ),
    "rows-wait": Wait(
        f"`geoville lookup-file` of {ROWS:,} addresses of CSV, from its start to its end",
        15.0,
        rows_waited_for,
        repeats=False,
    ),
    "upload": Wait(
        f"`POST /search/csv`, {ROWS:,} rows of a real town", 20.0, partial(uploaded, town_rows), repeats=False
    ),
    "upload-same": Wait(
        f"`POST /search/csv`, {ROWS:,} rows of a hundred addresses",
        20.0,
        partial(uploaded, repeated_rows),
        repeats=False,
    ),
    "workers": Wait(
        f"`geoville lookup-file --workers 2`, {ROWS:,} rows of a real town", 15.0, by_two_processes, repeats=False
    ),
    "atlas": Wait("`geoville atlas` of Marseille", 30.0, atlas, repeats=False),
}
COUNTRY = "country"
COUNTRY_LIMITS = {"": (60.0, 1_500.0), " with IRIS": (120.0, 2_000.0)}


def main() -> None:
    chosen = _arguments()
    named = chosen.only.split(",")
    print(f"{machine(('geoville', 'numpy', 'pyarrow', 'shapely', 'rapidfuzz'))}; median of {chosen.repeats}.\n\n{HEAD}")
    with tempfile.TemporaryDirectory() as temporary:
        now, then = Code("now", Path(temporary, "now")), earlier(Path(temporary, "then"), chosen.earlier)
        now.folder.mkdir()
        for name in named:
            if name in WAITS:
                print(raced(WAITS[name], now, then, chosen.repeats), flush=True)
        if COUNTRY in named:
            for text in country(now):
                print(text, flush=True)


def earlier(folder: Path, commit: str) -> Code | None:
    """The code of another day, taken from the history; None where this clone does not have it."""
    root = folder / "code"
    root.mkdir(parents=True)
    packed = subprocess.run(["git", "-C", REPOSITORY, "archive", commit], check=False, capture_output=True)
    if packed.returncode:
        return None
    subprocess.run(["tar", "-x", "-C", root], input=packed.stdout, check=True)
    return Code(f"geoville of {commit}", folder, str(root))


def raced(wait: Wait, now: Code, then: Code | None, repeats: int) -> str:
    """Row of a wait: ours, and the same with the code of another day."""
    ours, theirs = timed(wait, now, repeats), None
    if then:
        try:
            theirs = timed(wait, then, repeats)
        except (SystemExit, subprocess.CalledProcessError):
            print(f"{then.name} has not: {wait.task}", file=sys.stderr)
    return limit_line(wait.task, then.name if then and theirs else "–", ours, theirs, wait.most_s)


def timed(wait: Wait, code: Code, repeats: int) -> list[float]:
    """What it took, the first time left out where it is repeated."""
    if wait.repeats:
        wait.measure(code)
    return [one for _ in range(repeats if wait.repeats else 1) for one in wait.measure(code)]


def country(code: Code) -> Iterator[str]:
    """Rows of the candidates of a whole made-up country."""
    folder = code.folder
    files = make_country(folder, CELLS, TOWNS)
    iris, incomes = folder / "iris.gpkg", folder / "BASE_TD_FILO_DEC_IRIS_2017.csv"
    france = France(1.0, **vars(files), iris=iris, iris_incomes=incomes, qpv=folder, addresses=folder, questions=folder)
    write_iris(france)
    units = ["--communes", files.communes, "--urban-units", files.urban_units, "--rmuc", files.rmuc]
    command = ["perimeters", "candidates", "--grid", files.grid, *units, "--rmuc-nat", NATIONAL_DECLARED_EUR]
    follow = ["--iris", iris, "--iris-incomes", incomes, "--iris-national", NATIONAL_DECLARED_EUR]
    for (said, (most_s, most_mb)), more in zip(COUNTRY_LIMITS.items(), ([], follow), strict=True):
        seconds, peak_mb = code.taken([*command, *more, "--out", folder / "candidats.gpkg"])
        task = f"`geoville perimeters candidates` of 2.3 million cells{said}"
        yield limit_line(task, "–", [seconds], None, most_s)
        reached = "reached" if peak_mb <= most_mb else "missed"
        yield f"| {task}: memory | – | {peak_mb:,.0f} MB | – | – | ≤ {most_mb:,.0f} MB: {reached} |"


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--only", default=",".join([*WAITS, COUNTRY]), help="names, with commas between them")
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--earlier", default=EARLIER, help="a commit of this clone")
    return parser.parse_args()


if __name__ == "__main__":
    main()
