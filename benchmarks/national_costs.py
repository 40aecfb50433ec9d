"""What each command costs on a share of a simulated France, and what the smaller ones foretell of all of it.

    python benchmarks/national_costs.py [--shares 0.01,0.1] [--folder FOLDER]

Add 1 to the shares to measure the whole (half an hour or more; 8 GB of disk). Each command runs in a process of its
own: its time of processor, its peak of memory as the system counts it (Linux, macOS), and what it wrote. A cost is
taken for a straight line through the two smallest shares, which foretells that of the whole.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pandas as pd
import speed_addresses
from alone import geoville
from made_up_country import NATIONAL_DECLARED_EUR
from made_up_perimeters import addresses as points_around
from made_up_perimeters import perimeters
from pyproj import Transformer
from races import machine
from simulated_france import France, make_france

PACKAGES = ("geoville", "numpy", "numba", "pyarrow", "shapely", "geopandas", "rapidfuzz")
POINTS, QUESTIONS = 1_000_000, 30_000
MOST_QUESTIONS = 3_000
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


@dataclass(frozen=True)
class Cost:
    """What a command took: seconds of processor, megabytes of memory at its peak, and of disk."""

    seconds: float
    memory_mb: float
    disk_mb: float

    def __str__(self) -> str:
        return f"{self.seconds:,.1f} s, {self.memory_mb:,.0f} MB, {self.disk_mb:,.0f} MB"

    def at(self, other: Cost, share: float, other_share: float) -> Cost:
        """Cost of the whole, on the line through this one and that of another share."""
        rise = (1 - other_share) / (other_share - share)
        pairs = zip(self._values(), other._values(), strict=True)
        return Cost(*(there + (there - here) * rise for here, there in pairs))

    def _values(self) -> tuple[float, float, float]:
        return self.seconds, self.memory_mb, self.disk_mb


def main() -> None:
    arguments = _arguments()
    shares = sorted(float(share) for share in arguments.shares.split(","))
    measured: dict[float, dict[str, Cost]] = {}
    found: list[str] = []
    with tempfile.TemporaryDirectory(dir=arguments.folder) as folder:
        for share in shares:
            france = make_france(Path(folder) / f"{share:g}", share)
            measured[share] = {name: cost(command, out) for name, command, out in commands(france)}
            found += [f"{share:.0%}: {text}" for text in (searched(france), located(france))]
    print(f"{machine(PACKAGES)}; seconds of processor, peak of memory, disk written.\n")
    print("\n".join([*table(measured), "", *found]))


def commands(france: France) -> Iterator[tuple[str, list[object], Path]]:
    """Commands, what they are given, and what they write."""
    folder = france.grid.parent
    index, candidates = folder / "adresses.sqlite", folder / "candidats.gpkg"
    build, shared = ["data", "addresses", "build", france.addresses, "--out"], folder / "adresses-2.sqlite"
    yield "data addresses build", [*build, index], index
    yield "data addresses build --workers 2", [*build, shared, "--workers", "2"], shared
    units = ["--communes", france.communes, "--urban-units", france.urban_units, "--rmuc", france.rmuc]
    grid = ["perimeters", "candidates", "--grid", france.grid, *units, "--rmuc-nat", NATIONAL_DECLARED_EUR]
    yield "perimeters candidates", [*grid, "--out", candidates], candidates
    iris = ["--iris", france.iris, "--iris-incomes", france.iris_incomes, "--iris-national", NATIONAL_DECLARED_EUR]
    followed = folder / "candidats-iris.gpkg"
    yield "perimeters candidates --iris", [*grid, *iris, "--out", followed], followed
    known = ["--perimeters", france.qpv, "--on", ON]
    question = speed_addresses.requests(france.addresses_count, 3)[-1]
    yield "lookup, by coordinates", ["lookup", "--lon", "2.35", "--lat", "48.85", *known], folder / "nothing"
    yield "lookup, by address", ["lookup", question, "--addresses", index, *known], folder / "nothing"
    points, answers = write_points(folder, france.share), folder / "points-reponses.parquet"
    yield "lookup-file, points of Parquet", ["lookup-file", points, answers, *known], answers
    questions, answers = write_questions(folder, france), folder / "adresses-reponses.csv"
    columns = ["--address-columns", "adresse", "--addresses", index]
    yield "lookup-file, addresses of CSV", ["lookup-file", questions, answers, *columns, *known], answers


def cost(arguments: list[object], out: Path) -> Cost:
    """Run a command and say what it took."""
    taken = geoville(arguments, out.with_suffix(".txt"))
    return Cost(taken.processor_s, taken.peak_mb, out.stat().st_size / 1e6 if out.exists() else 0)


def table(measured: dict[float, dict[str, Cost]]) -> list[str]:
    """Rows of Markdown: what was measured, and what the two smallest shares foretell of the whole."""
    shares = list(measured)
    foretold = len(shares) > 1 and shares[1] < 1
    head = [
        "command",
        *(f"{share:.2g} of France" for share in shares),
        *(["foretold of the whole"] if foretold else []),
    ]
    lines = [f"| {' | '.join(head)} |", "|" + "---|" * len(head)]
    for name in measured[shares[0]]:
        costs = [measured[share][name] for share in shares]
        whole = [costs[0].at(costs[1], *shares[:2])] if foretold else []
        lines.append(f"| {name} | {' | '.join(map(str, costs + whole))} |")
    return lines


def searched(france: France) -> str:
    """How fast the index of addresses opens and answers, in seconds of processor."""
    index = france.grid.parent / "adresses.sqlite"
    asked = speed_addresses.requests(france.addresses_count, min(MOST_QUESTIONS, france.addresses_count // 2))
    opened = speed_addresses.alone(speed_addresses.opening, index)
    answered = speed_addresses.alone(speed_addresses.search, index, asked)
    return (
        f"{france.addresses_count:,} addresses: opened in {opened['seconds']} s, {answered['requests/s']} requests/s, "
        f"peak {answered['peak MB']} MB"
    )


def located(france: France) -> str:
    """How large the index of the perimeters is that lookups of files are made with."""
    command = [sys.executable, "-c", _INDEX, str(france.qpv), ON]
    said = subprocess.run(command, check=True, capture_output=True, text=True).stdout.split()
    return f"{said[0]} perimeters: index of {float(said[1]):,.0f} MB, made in {float(said[2]):.1f} s"


def write_points(folder: Path, share: float) -> Path:
    """Write points in and around perimeters, in degrees."""
    _, polygons = perimeters()
    east, north = points_around(polygons, max(100, round(POINTS * share))).T
    lon, lat = Transformer.from_crs(2154, 4326, always_xy=True).transform(east, north)
    pd.DataFrame({"longitude": lon.round(6), "latitude": lat.round(6)}).to_parquet(folder / "points.parquet")
    return folder / "points.parquet"


def write_questions(folder: Path, france: France) -> Path:
    """Write addresses as people write them, one in ten misspelt."""
    asked = speed_addresses.requests(france.addresses_count, max(100, round(QUESTIONS * france.share)))
    pd.DataFrame({"adresse": asked}).to_csv(folder / "adresses.csv", sep=";", index=False)
    return folder / "adresses.csv"


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--shares", default="0.01,0.1", help="of France, the smallest first")
    parser.add_argument("--folder", type=Path, help="where to make it; the system's temporary folder otherwise")
    return parser.parse_args()


if __name__ == "__main__":
    main()
