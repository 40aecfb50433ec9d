"""What the side of the street settles: lists degraded in known ways, judged against the list as it was.

    python benchmarks/street_sides.py --data ../shared/data
    python benchmarks/street_sides.py --data ../shared/data --by-kind

Each list is degraded (every second, fifth, tenth number kept and the others put between at equal steps; positions moved
along the street by up to 15, 30 or 60 m and across by up to 3 m), every number of it is judged by a disc of 50 m and by
its side of the street, and both are compared with where the untouched list puts the number. One line a list, a
degradation and a rule: numbers, share left « à vérifier », firm answers that are wrong out of 10 000, and how many of
these numbers the untouched list itself contradicts: it puts them over 40 m away from the line of their two neighbours.
With `--by-kind`, a line for each way in which geoville holds that a number was placed.
"""

from __future__ import annotations

import argparse
import math
import random
from collections import defaultdict
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import shapely

from geoville.crs import LAMBERT_93, WGS84, transform_points
from geoville.eligibility.street_region import region_rules, street_region
from geoville.geocoding.street_side import street_side, survey_of
from geoville.model import Address
from geoville.sources.contours import read_perimeters

if TYPE_CHECKING:
    from collections.abc import Iterator

DISC_M = 50.0
LISTS = {
    "Montpellier 2014": ("montpellier/addresses_2014.csv", "montpellier/qpv2015_official.geojson"),
    "Bondy 2022": ("bondy/addresses_ban_2022.csv", "bondy/qpv2015_official.geojson"),
}
DEGRADATIONS = ("telle quelle", "1 sur 2", "1 sur 5", "1 sur 10", "décalée 15 m", "décalée 30 m", "décalée 60 m")
RULES = ("disque de 50 m", "côté de la rue")
NEAR_M = 300.0


class Row(NamedTuple):
    """Outcome of one rule on one list, degraded in one way."""

    numbers: int
    unsure: int
    wrong: int
    contradicted: int

    def cells(self) -> str:
        """What is printed of it."""
        shares = f"{100 * self.unsure / self.numbers:.1f} % | {10_000 * self.wrong / self.numbers:.1f}"
        return f"{self.numbers} | {shares} | {self.contradicted} sur {self.wrong}"


Street = list[tuple[Address, float, float]]
"""Addresses of a street in order, with their easting and northing."""


def read_streets(path: Path) -> dict[str, Street]:
    """Streets of a list, house numbers only, sorted."""
    import csv

    text = path.read_text(encoding="utf-8-sig")
    delimiter = ";" if text.split("\n", 1)[0].count(";") > 3 else ","
    rows = [row for row in csv.DictReader(text.splitlines(), delimiter=delimiter) if int(row["numero"] or 0)]
    lon, lat = (np.array([float(row[name]) for row in rows]) for name in ("lon", "lat"))
    east, north = transform_points(lon, lat, WGS84, LAMBERT_93)
    streets: dict[str, Street] = defaultdict(list)
    for row, x, y, one_lon, one_lat in zip(rows, east, north, lon, lat, strict=True):
        address = Address(
            id=row["id"],
            number=int(row["numero"]),
            suffix=row["rep"],
            street=row["nom_voie"],
            place="",
            postcode="",
            citycode=row["code_insee"],
            city="",
            lon=float(one_lon),
            lat=float(one_lat),
            precision="segment",
        )
        streets[row["nom_voie"]].append((address, float(x), float(y)))
    for street in streets.values():
        street.sort(key=lambda item: (item[0].number or 0, item[0].suffix))
    return dict(streets)


def degraded(streets: dict[str, Street], how: str) -> Iterator[tuple[Street, Street]]:
    """Each side of each street, as it was and as degraded, in the same order."""
    rng = random.Random(how)
    for street in streets.values():
        for parity in (0, 1):
            side = [item for item in street if (item[0].number or 0) % 2 == parity]
            if side:
                yield side, _moved(side, _interpolated(side, how) or _shifted(side, how, rng) or side)


def _interpolated(side: Street, how: str) -> list[tuple[float, float]] | None:
    if not how.startswith("1 sur") or len(side) < 3:
        return None
    step = int(how.rpartition(" ")[2])
    points = []
    for rank, (_, x, y) in enumerate(side):
        low = rank // step * step
        high = min(low + step, len(side) - 1)
        if rank == low or high <= rank:
            points.append((x, y))
            continue
        part = (rank - low) / (high - low)
        (_, x0, y0), (_, x1, y1) = side[low], side[high]
        points.append((x0 + (x1 - x0) * part, y0 + (y1 - y0) * part))
    return points


def _shifted(side: Street, how: str, rng: random.Random) -> list[tuple[float, float]] | None:
    if not how.startswith("décalée"):
        return None
    most = float(how.split()[1])
    apart: list[tuple[float, float]] = []
    for _, x, y in side:
        if not apart or math.dist(apart[-1], (x, y)) > 0.5:
            apart.append((x, y))
    if len(apart) < 2:
        return None
    line = shapely.LineString(apart)
    points = []
    for _, x, y in side:
        along = min(max(line.project(shapely.Point(x, y)) + rng.uniform(-most, most), 0.0), line.length)
        here, after = line.interpolate(along), line.interpolate(min(along + 1.0, line.length))
        before = line.interpolate(max(along - 1.0, 0.0))
        across = rng.uniform(-3.0, 3.0)
        east, north = after.x - before.x, after.y - before.y
        length = math.hypot(east, north) or 1.0
        points.append((here.x - north / length * across, here.y + east / length * across))
    return points


def _moved(side: Street, points: Street | list[tuple[float, float]]) -> Street:
    if points is side:
        return side
    east, north = np.array([(x, y) for x, y in points]).T
    lon, lat = transform_points(east, north, LAMBERT_93, WGS84)
    moved = zip(side, lon, lat, east, north, strict=True)
    return [(replace(item[0], lon=float(a), lat=float(b)), float(x), float(y)) for item, a, b, x, y in moved]


class Judged(NamedTuple):
    """A number of a degraded list, as it is judged.

    Parameters
    ----------
    kind : how geoville holds that it was placed; "disque" without a region.
    shape : all that may be its place.
    inside, truly : whether the quarters hold its position, and the one that the untouched list gives.
    """

    kind: str
    shape: shapely.Geometry
    point: shapely.Geometry
    spread_m: float
    inside: bool
    truly: bool
    contradicted: bool


def numbers_judged(
    streets: dict[str, Street], quarters: shapely.Geometry, how: str, limit: shapely.Geometry
) -> Iterator[Judged | None]:
    """Each number of a list degraded in one way; None where it is far from every limit."""
    rules = region_rules()
    sides = list(degraded(streets, how))
    survey = survey_of(address for _, side in sides for address, _, _ in side)
    disc_m = DISC_M if survey is None or survey.interpolated else survey.along_m
    for was, side in sides:
        street = [item[0] for item in side]
        for rank, (address, x, y) in enumerate(side):
            point, true = shapely.Point(x, y), shapely.Point(was[rank][1:])
            inside, truly = (bool(shapely.intersects(quarters, one)) for one in (point, true))
            away_m = shapely.distance(limit, point)
            if away_m > NEAR_M and inside == truly:
                yield None
                continue
            told = street_side(address, street, survey) if away_m <= NEAR_M else None
            region = street_region(told, LAMBERT_93) if told else None
            shape = region.shape if region else shapely.buffer(point, disc_m)
            spread_m = region.spread_m if region else disc_m * rules.chance_disc
            kind = str(region.placing) if region else "disque"
            yield Judged(kind, shape, point, spread_m, inside, truly, is_contradicted(was, rank))


def is_contradicted(side: Street, rank: int) -> bool:
    """Whether a list puts a number far from the line of the two that stand beside it."""
    here = side[rank][1:]
    before = [item[1:] for item in side[:rank] if math.dist(item[1:], here) > 0.5]
    after = [item[1:] for item in side[rank + 1 :] if math.dist(item[1:], here) > 0.5]
    beside = before[-1:] + after[:1]
    if not beside:
        return False
    line = shapely.LineString(beside) if len(beside) > 1 else shapely.Point(beside[0])
    return bool(line.distance(shapely.Point(here)) > region_rules().astray_m)


def judged(streets: dict[str, Street], quarters: shapely.Geometry, how: str) -> dict[str, Row]:
    """Outcome of each rule, and of each way of placing numbers, on a list degraded in one way."""
    limit = shapely.boundary(quarters)
    shapely.prepare([quarters, limit])
    counts: dict[str, list[int]] = {rule: [0, 0, 0, 0] for rule in RULES}
    for number in numbers_judged(streets, quarters, how, limit):
        if number is None:
            for rule in RULES:
                counts[rule][0] += 1
            continue
        wrong = number.inside != number.truly
        doubts = {
            RULES[0]: bool(shapely.distance(limit, number.point) <= DISC_M),
            RULES[1]: bool(shapely.intersects(limit, number.shape)),
        }
        doubts[f"— {number.kind}"] = doubts[RULES[1]]
        for rule, doubt in doubts.items():
            row = counts.setdefault(rule, [0, 0, 0, 0])
            row[0] += 1
            row[1] += doubt
            row[2] += wrong and not doubt
            row[3] += wrong and not doubt and number.contradicted
    return {rule: Row(*count) for rule, count in counts.items()}


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--by-kind", action="store_true")
    parser.add_argument("--list", choices=list(LISTS), action="append")
    asked = parser.parse_args()
    print("| liste | dégradation | règle | numéros | à vérifier | fermes et faux sur 10 000 | dont contredits |")
    print("|---|---|---|---|---|---|---|")
    for name in asked.list or LISTS:
        addresses, contours = LISTS[name]
        streets = read_streets(asked.data / addresses)
        quarters = shapely.union_all([item.geometry for item in read_perimeters(asked.data / contours).perimeters])
        for how in DEGRADATIONS:
            for rule, row in judged(streets, quarters, how).items():
                if rule in RULES or asked.by_kind:
                    print(f"| {name} | {how} | {rule} | {row.cells()} |", flush=True)


if __name__ == "__main__":
    main()
