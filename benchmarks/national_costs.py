"""What each command costs on a share of a simulated France: measured, or foretold of all of it by the smaller ones.

    python benchmarks/national_costs.py [--shares 0.01,0.1,1] [--folder FOLDER]

With 1 among the shares, the whole is measured, in half an hour on two cores (8 GB of disk); without, a cost is taken
for a straight line through the two smallest shares, which foretells that of the whole. What is made of France stays in
the folder given, and serves again. Each command runs in a process of its own: its time of processor, the seconds that
passed, its peak of memory as the system counts it (Linux, macOS; of two processes, both at once), and what it wrote.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import astuple, dataclass
from pathlib import Path

import pandas as pd
from alone import geoville
from made_up_country import NATIONAL_DECLARED_EUR
from made_up_perimeters import addresses as points_around
from made_up_perimeters import perimeters
from pyproj import Transformer
from races import machine
from simulated_france import QUESTIONS, France, make_france

PACKAGES = ("geoville", "numpy", "numba", "pyarrow", "shapely", "geopandas", "rapidfuzz")
POINTS, MOST_SEARCHES = 1_000_000, 3_000
WHOLE = 1.0
ON = "2024-06-01"
_INDEX = """
import pickle, sys, time
from datetime import date
from pathlib import Path
from geoville.eligibility.bulk import Means, bulk_territories
from geoville.eligibility.index import PerimeterIndex
from geoville.sources.contours import read_perimeters

perimeters = read_perimeters(Path(sys.argv[1])).perimeters
start = time.process_time()
held = bulk_territories(PerimeterIndex(perimeters), date.fromisoformat(sys.argv[2]), Means.cells())
seconds = time.process_time() - start
print(len(perimeters), len(pickle.dumps(held)) / 1e6, seconds)
"""


_ASKED = """
import json, sys
from pathlib import Path
import speed_addresses

work = getattr(speed_addresses, sys.argv[1])
print(json.dumps(speed_addresses.measured(work, Path(sys.argv[2]), *json.load(sys.stdin))))
"""


@dataclass(frozen=True)
class Cost:
    """What a command took: seconds of processor, and passed; megabytes of memory at its peak, and of disk."""

    processor_s: float
    passed_s: float
    memory_mb: float
    disk_mb: float

    def __str__(self) -> str:
        memory, disk = f"{self.memory_mb:,.0f} MB", f"{self.disk_mb:,.0f} MB"
        return f"{self.processor_s:,.1f} s ({self.passed_s:,.1f}), {memory}, {disk}"

    def at(self, other: Cost, share: float, other_share: float) -> Cost:
        """Cost of the whole, on the line through this one and that of another share."""
        rise = (1 - other_share) / (other_share - share)
        pairs = zip(astuple(self), astuple(other), strict=True)
        return Cost(*(there + (there - here) * rise for here, there in pairs))


@dataclass(frozen=True)
class Command:
    """A command line of geoville, what it writes, and whether several processes may work at it."""

    name: str
    arguments: list[object]
    out: Path
    several: bool = False


def main() -> None:
    arguments = _arguments()
    shares = sorted(float(share) for share in arguments.shares.split(","))
    measured: dict[float, dict[str, Cost | str]] = {}
    with tempfile.TemporaryDirectory() as temporary:
        for share in shares:
            france = make_france((arguments.folder or Path(temporary)) / f"{share:g}", share)
            with tempfile.TemporaryDirectory(dir=france.grid.parent) as folder:
                measured[share] = dict(told(costs(france, Path(folder)), share))
    print(f"{machine(PACKAGES)}; seconds of processor (and passed), peak of memory, disk written.\n")
    print("\n".join(table(measured)))


def told(found: Iterable[tuple[str, Cost | str]], share: float) -> Iterator[tuple[str, Cost | str]]:
    """The same, each one printed as it comes: the whole takes long."""
    for name, cost in found:
        print(f"{_percent(share)}, {name}: {cost}", file=sys.stderr, flush=True)
        yield name, cost


def costs(france: France, folder: Path) -> Iterator[tuple[str, Cost | str]]:
    """What each command takes, then the indexes that they are made with."""
    for command in commands(france, folder):
        taken = geoville(command.arguments, folder / "printed.txt", together=command.several)
        yield command.name, Cost(taken.processor_s, taken.seconds, taken.peak_mb, _megabytes(command.out))
    yield from searched(folder / "adresses.sqlite", questions(france, MOST_SEARCHES))
    yield "perimeters, index of files", located(france)


def commands(france: France, folder: Path) -> Iterator[Command]:
    """Commands, the smaller inputs of some of them made meanwhile."""
    index, nothing = folder / "adresses.sqlite", folder / "nothing"
    build = ["data", "addresses", "build", france.addresses, "--workers", 2, "--out", index]
    yield Command("data addresses build --workers 2", build, index, several=True)
    units = ["--communes", france.communes, "--urban-units", france.urban_units, "--rmuc", france.rmuc]
    grid = ["perimeters", "candidates", "--grid", france.grid, *units, "--rmuc-nat", NATIONAL_DECLARED_EUR]
    out = folder / "candidats.gpkg"
    yield Command("perimeters candidates", [*grid, "--out", out], out)
    iris = ["--iris", france.iris, "--iris-incomes", france.iris_incomes, "--iris-national", NATIONAL_DECLARED_EUR]
    out = folder / "candidats-iris.gpkg"
    yield Command("perimeters candidates --iris", [*grid, *iris, "--out", out], out)
    out = folder / "cartes"
    yield Command("map, of the QPV", ["map", "--from", france.qpv, "--out", out], out)
    known = ["--perimeters", france.qpv, "--on", ON]
    yield Command("lookup, by coordinates", ["lookup", "--lon", "2.35", "--lat", "48.85", *known], nothing)
    (question,) = questions(france, 1)
    yield Command("lookup, by address", ["lookup", question, "--addresses", index, *known], nothing)
    points, count = folder / "points.parquet", round(POINTS * france.share)
    write_points(points, count)
    out = folder / "points-reponses.parquet"
    yield Command("lookup-file, points of Parquet", ["lookup-file", points, out, *known], out)
    asked, out = folder / "questions.csv", folder / "questions-reponses.csv"
    pd.DataFrame({"adresse": questions(france, round(QUESTIONS * france.share))}).to_csv(asked, sep=";", index=False)
    columns = ["--address-columns", "adresse", "--addresses", index]
    yield Command("lookup-file, addresses of CSV", ["lookup-file", asked, out, *columns, *known], out, several=True)


def table(measured: Mapping[float, Mapping[str, Cost | str]]) -> list[str]:
    """Rows of Markdown: what was measured, and what the two smallest shares foretell of a whole that was not."""
    shares = list(measured)
    foretold = len(shares) > 1 and WHOLE not in shares
    head = ["command", *(f"{_percent(share)} of France" for share in shares)]
    head += ["foretold of the whole"] if foretold else []
    lines = [f"| {' | '.join(head)} |", "|" + "---|" * len(head)]
    for name in measured[shares[0]]:
        cells = [measured[share][name] for share in shares]
        cells += [_foretold(cells[0], cells[1], *shares[:2])] if foretold else []
        lines.append(f"| {name} | {' | '.join(map(str, cells))} |")
    return lines


def _percent(share: float) -> str:
    return f"{100 * share:.3g} %"


def _foretold(cost: Cost | str, larger: Cost | str, share: float, larger_share: float) -> Cost | str:
    return cost.at(larger, share, larger_share) if isinstance(cost, Cost) and isinstance(larger, Cost) else "–"


def searched(index: Path, asked: list[str]) -> Iterator[tuple[str, str]]:
    """How fast the index of addresses opens and answers, in seconds of processor."""
    opened = _asked_alone("opening", index)
    yield "addresses, opening of the index", f"{opened['seconds']} s"
    answered = _asked_alone("search", index, asked)
    yield f"addresses, {len(asked):,} searches", f"{answered['requests/s']} a second, {answered['peak MB']} MB"


def _asked_alone(work: str, index: Path, *given: list[str]) -> dict[str, float]:
    """What a work of `speed_addresses` says, in a process that holds nothing of what is imported here."""
    command = [sys.executable, "-c", _ASKED, work, str(index.resolve())]
    here = Path(__file__).resolve().parent
    done = subprocess.run(command, input=json.dumps(given), check=True, stdout=subprocess.PIPE, text=True, cwd=here)
    return json.loads(done.stdout)


def located(france: France) -> str:
    """How large the index of the perimeters is that lookups of files are made with."""
    command = [sys.executable, "-c", _INDEX, str(france.qpv), ON]
    said = subprocess.run(command, check=True, capture_output=True, text=True).stdout.split()
    return f"{float(said[2]):.1f} s, {float(said[1]):,.0f} MB ({said[0]} perimeters)"


def write_points(path: Path, count: int) -> None:
    """Write points in and around perimeters, in degrees."""
    _, polygons = perimeters()
    east, north = points_around(polygons, count).T
    lon, lat = Transformer.from_crs(2154, 4326, always_xy=True).transform(east, north)
    pd.DataFrame({"longitude": lon.round(6), "latitude": lat.round(6)}).to_parquet(path)


def questions(france: France, count: int) -> list[str]:
    """The first addresses that are asked, as people write them."""
    return pd.read_csv(france.questions, sep=";", nrows=count)["adresse"].tolist()


def _megabytes(out: Path) -> float:
    """Size of a file, or of all those of a folder; none where nothing was written."""
    return sum(file.stat().st_size for file in (out, *out.rglob("*")) if file.is_file()) / 1e6


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--shares", default="0.01,0.1", help="of France, the smallest first")
    parser.add_argument("--folder", type=Path, help="where to make it, or where it was; otherwise it does not stay")
    return parser.parse_args()


if __name__ == "__main__":
    main()
