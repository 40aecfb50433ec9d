"""Made-up addresses in the layout of the BAN: départements of about 890 towns, 38 000 streets, 505 000 addresses.

    python benchmarks/made_up_addresses.py --addresses 505000 --out made_up.csv.gz

Nothing in it is real but its orders of magnitude: the largest town of a département has some 1 400 streets, half the
towns have fifteen at most. The rows are always the same, and more addresses start with the same ones, département by
département. Some are as awkward as in the real files: no postcode, an identifier that comes twice, a former commune.
"""

from __future__ import annotations

import argparse
import csv
import gzip
from itertools import islice
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING, NamedTuple, TextIO

import numpy as np
from made_up_names import street_names, town_names
from pyproj import Transformer

if TYPE_CHECKING:
    from collections.abc import Iterator

SEED = 62_193
COLUMNS = (
    "id", "id_fantoir", "numero", "rep", "nom_voie", "code_postal", "code_insee", "nom_commune",
    "code_insee_ancienne_commune", "nom_ancienne_commune", "x", "y", "lon", "lat", "type_position", "alias", "nom_ld",
    "libelle_acheminement", "nom_afnor", "source_position", "source_nom_voie", "certification_commune", "cad_parcelles",
)  # fmt: skip
DEPARTEMENTS = [f"{number:02d}" for number in (62, 59, 80, *range(1, 20), *range(21, 59), 60, 61, *range(63, 75))]
TOWNS = 890
STREETS = 38_000
NUMBERS_PER_STREET = 12.7
SIDE_M = 100_000
SIZES_FALL = 1.05
FLATTENED_RANKS = 6
POSITION_TYPES = ("entrée",) * 11 + ("segment",) * 5 + ("bâtiment", "parcelle", "délivrance postale", "")
REPETITIONS = ("",) * 24 + ("bis", "bis", "ter", "b", "a")


class Town(NamedTuple):
    """A town, its centre in Lambert-93 metres."""

    code: str
    name: str
    postcode: str
    easting: float
    northing: float
    streets: int


def rows(addresses: int) -> Iterator[tuple[str, ...]]:
    """Rows of the table, without header, in the order of the BAN: town by town, street by street."""
    return islice((row for place in range(len(DEPARTEMENTS)) for row in _departement(place)), addresses)


def write(stream: TextIO, addresses: int) -> None:
    """Write the table, header first."""
    _write(stream, rows(addresses))


def write_departement(stream: TextIO, place: int, most: int) -> int:
    """Write the table of one département, some rows at the most; how many it has."""
    return _write(stream, islice(_departement(place), most))


def _write(stream: TextIO, written: Iterator[tuple[str, ...]]) -> int:
    writer = csv.writer(stream, delimiter=";", lineterminator="\n")
    writer.writerow(COLUMNS)
    return sum(bool(writer.writerow(row)) for row in written)


def _departement(place: int) -> Iterator[tuple[str, ...]]:
    random = Random(f"{SEED}-{place}")
    to_degrees = Transformer.from_crs(2154, 4326, always_xy=True)
    for town in _towns(random, place):
        yield from _town_rows(random, town, to_degrees)


def _towns(random: Random, place: int) -> list[Town]:
    names = random.sample(town_names(), TOWNS)
    ranks = np.arange(TOWNS) + FLATTENED_RANKS
    shares = ranks**-SIZES_FALL
    streets = np.maximum(3, shares / shares.sum() * STREETS * 0.985).astype(int)
    code = DEPARTEMENTS[place]
    west, south = 250_000 + place % 8 * SIDE_M, 6_250_000 + place // 8 * SIDE_M
    return [
        Town(
            code=f"{code}{rank + 1:03d}",
            name=names[rank],
            postcode=f"{code}{rank // 5 + 100:03d}",
            easting=west + random.random() * SIDE_M,
            northing=south + random.random() * SIDE_M,
            streets=int(streets[rank]),
        )
        for rank in range(TOWNS)
    ]


def _town_rows(random: Random, town: Town, to_degrees: Transformer) -> Iterator[tuple[str, ...]]:
    spread_m = 120 * town.streets**0.5
    has_former = random.random() < 0.04
    for rank, name in enumerate(street_names(random, town.streets)):
        former = (
            (f"{town.code[:2]}{900 + rank % 2}", f"{town.name}-Ancienne") if has_former and rank % 3 == 0 else ("", "")
        )
        start = town.easting + random.gauss(0, spread_m), town.northing + random.gauss(0, spread_m)
        yield from _street_rows(random, town, f"{rank + 1:04d}", name, former, start, to_degrees)


def _street_rows(
    random: Random, town: Town, rank: str, name: str, former: tuple[str, str],
    start: tuple[float, float], to_degrees: Transformer,
) -> Iterator[tuple[str, ...]]:  # fmt: skip
    numbers = sorted({*_numbers(random)})
    direction = random.random() * 6.283
    along = np.array([number for number, _ in numbers]) * 5.0
    easting, northing = start[0] + along * np.cos(direction), start[1] + along * np.sin(direction)
    lon, lat = to_degrees.transform(easting, northing)
    postcode = "" if random.random() < 0.002 else town.postcode
    for place, (number, repetition) in enumerate(numbers):
        key = f"{town.code}_{rank}_{number:05d}" + (f"_{repetition}" if repetition else "")
        row = (
            key, f"{town.code}_{rank}", str(number), repetition, name, postcode, town.code, town.name, *former,
            f"{easting[place]:.2f}", f"{northing[place]:.2f}", f"{lon[place]:.6f}", f"{lat[place]:.6f}",
            random.choice(POSITION_TYPES), "", "", town.name.upper().replace("-", " "), name.upper(),
            "commune", "commune", "1", "",
        )  # fmt: skip
        yield row
        if random.random() < 0.0005:
            yield row


def _numbers(random: Random) -> Iterator[tuple[int, str]]:
    """House numbers of one street: both sides, with gaps and repetitions."""
    count = 1 + min(150, int(random.expovariate(1 / NUMBERS_PER_STREET)))
    number = 0
    for _ in range(count):
        number += random.choice((1, 1, 1, 2, 2, 3, 6))
        yield number, random.choice(REPETITIONS)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--addresses", type=int, default=505_000)
    parser.add_argument("--out", type=Path, required=True, help="CSV, or CSV.GZ")
    chosen = parser.parse_args()
    opened = gzip.open if chosen.out.suffix == ".gz" else open
    with opened(chosen.out, "wt", encoding="utf-8", newline="") as stream:
        write(stream, chosen.addresses)


if __name__ == "__main__":
    main()
