"""Addresses: how fast an index is built and searched, and in how much memory.

    python benchmarks/speed_addresses.py [--addresses 505000] [--requests 3000] [--keep FOLDER]

The addresses are those of `made_up_addresses.py`. Of the requests, one in ten misspells its street and one in ten asks
for a street of another town; half name their town with a postcode, a quarter without, a quarter give the postcode only.
Each phase runs in a process of its own, so that its peak of memory is its own.
"""

from __future__ import annotations

import argparse
import csv
import multiprocessing
import os
import platform
import tempfile
import time
from collections.abc import Callable, Iterable
from pathlib import Path
from random import Random
from typing import Any

import made_up_addresses
from alone import own_peak_mb

from geoville.geocoding import EmbeddedGeocoder
from geoville.geocoding.index import AddressIndex
from geoville.model import Position
from geoville.workflows.address_index import build_address_index

SEED = 62_548
TARGET_PER_SECOND = 300
TYPED, SHORTEST_TYPED, SUGGESTED, TARGET_MS = 40, 3, 5, 10
WAYS = (
    "{numero} {rep} {nom_voie}, {code_postal} {nom_commune}",
    "{numero}{rep} {nom_voie} {code_postal} {nom_commune}",
    "{numero} {nom_voie} {nom_commune}",
    "{numero}, {nom_voie} {code_postal}",
)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--addresses", type=int, default=505_000)
    parser.add_argument("--requests", type=int, default=3_000)
    parser.add_argument("--keep", type=Path, help="folder where the list and the index stay")
    chosen = parser.parse_args()
    print(f"{platform.machine()}, {os.cpu_count()} cores, {platform.system()}, Python {platform.python_version()}\n")
    with tempfile.TemporaryDirectory() as temporary:
        folder = chosen.keep or Path(temporary)
        addresses, index = folder / "addresses.csv", folder / "addresses.sqlite"
        with addresses.open("w", encoding="utf-8", newline="") as stream:
            made_up_addresses.write(stream, chosen.addresses)
        _say("built", alone(_build, addresses, index))
        asked = requests(chosen.addresses, chosen.requests)
        _say("opened", alone(opening, index))
        for count in (len(asked) // 10, len(asked)):
            _say(f"searched, {count:,} requests", alone(search, index, asked[:count]))
        _say(f"suggested, {TYPED} addresses typed letter by letter", alone(suggest, index, asked[:TYPED]))


def _say(phase: str, measured: dict[str, Any]) -> None:
    print(f"{phase}: " + ", ".join(f"{name} {value:,}" for name, value in measured.items()), flush=True)


def alone(work: Callable[..., dict[str, Any]], *arguments: Any) -> dict[str, Any]:
    """Do some work in a new process, with the seconds of processor that it took and its peak of memory."""
    with multiprocessing.get_context("spawn").Pool(1) as pool:
        return pool.apply(measured, (work, *arguments))


def measured(work: Callable[..., dict[str, Any]], *arguments: Any) -> dict[str, Any]:
    """Do some work in this process, with its peak of memory."""
    found = work(*arguments)
    return {**found, "peak MB": round(own_peak_mb())}


def _build(addresses: Path, index: Path) -> dict[str, Any]:
    start = time.process_time()
    size = build_address_index([addresses], index, complete=True).size
    seconds = time.process_time() - start
    return {
        **size._asdict(),
        "seconds": round(seconds, 1),
        "rows/s": round(size.addresses / seconds),
        "file MB": round(index.stat().st_size / 1e6),
    }


def opening(index: Path) -> dict[str, Any]:
    start = time.process_time()
    EmbeddedGeocoder(AddressIndex.open(index))
    return {"seconds": round(time.process_time() - start, 3)}


def search(index: Path, asked: list[str]) -> dict[str, Any]:
    geocoder = EmbeddedGeocoder(AddressIndex.open(index))
    start = time.process_time()
    found = sum(isinstance(geocoder.search(request), Position) for request in asked)
    return {
        "requests/s": round(len(asked) / (time.process_time() - start)),
        "target": TARGET_PER_SECOND,
        "found": found,
    }


def suggest(index: Path, asked: list[str]) -> dict[str, Any]:
    """Milliseconds of processor for each letter typed from the third on, in an index that was just opened."""
    geocoder = EmbeddedGeocoder(AddressIndex.open(index))
    took = []
    for text in asked:
        for length in range(SHORTEST_TYPED, len(text) + 1):
            start = time.process_time()
            geocoder.suggest(text[:length], limit=SUGGESTED)
            took.append(1e3 * (time.process_time() - start))
    took.sort()
    ranks = {"median ms": 0.5, "95th ms": 0.95}
    return {
        "letters": len(took),
        **{name: round(took[int(rank * len(took))], 1) for name, rank in ranks.items()},
        "target ms": TARGET_MS,
    }


def requests(addresses: int, count: int, lines: Iterable[str] | None = None) -> list[str]:
    """Requests about addresses drawn evenly; the list is gone through without being held.

    Parameters
    ----------
    lines : of the list, without its header, where it is written: quicker than making its rows again.
    """
    random = Random(SEED)
    drawn = set(random.sample(range(addresses), count))
    if lines is None:
        rows = [row for rank, row in enumerate(made_up_addresses.rows(addresses)) if rank in drawn]
    else:
        rows = [*csv.reader((line for rank, line in enumerate(lines) if rank in drawn), delimiter=";")]
    random.shuffle(rows)
    named = [dict(zip(made_up_addresses.COLUMNS, row, strict=True)) for row in rows]
    return [_request(random, rank, row, random.choice(named)["nom_voie"]) for rank, row in enumerate(named)]


def _request(random: Random, rank: int, row: dict[str, str], other_street: str) -> str:
    street = row["nom_voie"]
    if rank % 10 == 0:
        place = random.randrange(len(street) // 2, len(street))
        street = street[:place] + street[place + 1 :]
    elif rank % 10 == 1:
        street = other_street
    return WAYS[rank % 4].format(**{**row, "nom_voie": street})


if __name__ == "__main__":
    main()
