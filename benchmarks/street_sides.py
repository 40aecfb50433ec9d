"""What the side of the street settles: lists degraded in known ways, judged against the list as it was.

    python benchmarks/street_sides.py --data ../shared/data
    python benchmarks/street_sides.py --data ../shared/data --by-kind
    python benchmarks/street_sides.py --data ../shared/data --wrong
    python benchmarks/street_sides.py --data ../shared/data --left

Each list is degraded (every second, fifth, tenth number kept and the others put between at equal steps; positions
moved along the street by up to 15, 30 or 60 m and across by up to 3 m), every number of it is judged by a disc of 50 m,
by its side of the street, and by that side and the axis of the street; all are compared with where the untouched list
puts the number. One line a list, a degradation and a rule: numbers, share left « à vérifier », firm answers that are
wrong out of 10 000, then without the numbers that the untouched list itself puts where they cannot be. These are
declared by reason: over 30 m away from the axis of the street that they name, on the other side of it than the others
of their parity, or over 40 m away from the line of their two neighbours. The last two columns are floors. The first is
the share of numbers whose own line of numbers, known exactly, is met by the limit (within 1 m) where the degradation
lets them be: who knows that line and the order, and not where along it, can be sure of no answer, or by chance. The
second is for who knows this line to 3 m across, as a shift leaves it, and on which side of the axis the number is. With
`--by-kind`, a line for each way in which geoville holds that a number was placed; with `--wrong`, each firm and wrong
answer of the last rule, with how far the untouched list puts it from the axis of its street; with `--left`, why numbers
are left to be checked by the last rule.
"""

from __future__ import annotations

import argparse
import math
import random
from collections import Counter, defaultdict
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import shapely
from shapely.ops import substring

from geoville.crs import LAMBERT_93, WGS84, transform_points
from geoville.eligibility.street_region import hands_of, region_rules, street_region
from geoville.french import well_read
from geoville.geocoding.match import Street as NamedStreet
from geoville.geocoding.parse import street_name
from geoville.geocoding.street_side import StreetAxes, street_side, survey_of
from geoville.geocoding.towns import Town
from geoville.model import Address
from geoville.sources.contours import read_perimeters
from geoville.sources.layers import read_streets as read_lines

if TYPE_CHECKING:
    from collections.abc import Iterator

    from geoville.model import StreetAxis

DISC_M = 50.0
LISTS = {
    "Montpellier 2014": ("montpellier/addresses_2014.csv", "montpellier/qpv2015_official.geojson"),
    "Bondy 2022": ("bondy/addresses_ban_2022.csv", "bondy/qpv2015_official.geojson"),
}
DEGRADATIONS = ("telle quelle", "1 sur 2", "1 sur 5", "1 sur 10", "décalée 15 m", "décalée 30 m", "décalée 60 m")
RULES = ("disque de 50 m", "côté de la rue", "côté et axe")
AXES = {"Montpellier 2014": "montpellier/streets_2014.geojson", "Bondy 2022": "bondy/streets_osm_2023.geojson"}
NEAR_M = 300.0
BESIDE_M = 150.0
EXACT_M = 1.0
ACROSS_M = 3.0
"""How far across a number is misplaced in a list that is shifted."""

STACKED = 5
"""Numbers that a list puts at one point, from which it says where none of them is."""


class Row(NamedTuple):
    """Outcome of one rule on one list, degraded in one way."""

    numbers: int
    unsure: int
    wrong: int
    declared: int

    def cells(self) -> str:
        """What is printed of it."""
        wrong, kept = (10_000 * count / self.numbers for count in (self.wrong, self.wrong - self.declared))
        return f"{self.numbers} | {100 * self.unsure / self.numbers:.1f} % | {wrong:.1f} | {kept:.1f}"


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
            street=well_read(row["nom_voie"]),
            place="",
            postcode="",
            citycode=row["code_insee"],
            city="",
            lon=float(one_lon),
            lat=float(one_lat),
            precision="segment",
        )
        streets[well_read(row["nom_voie"])].append((address, float(x), float(y)))
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
    return [(item[0]._replace(lon=float(a), lat=float(b)), float(x), float(y)) for item, a, b, x, y in moved]


class Judged(NamedTuple):
    """A number of a degraded list, as it is judged.

    Parameters
    ----------
    address : with its place in the degraded list.
    true : its place in the untouched one.
    kind : how geoville holds that it was placed; "disque" without a region.
    shape : all that may be its place.
    by_axis : whether the axis of the street told it.
    axis : of the street, where one bears its name.
    inside, truly : whether the quarters hold its position, and the one that the untouched list gives.
    declared : why the untouched list cannot be right about it; empty where nothing says so.
    """

    address: Address
    true: shapely.Geometry
    kind: str
    shape: shapely.Geometry
    by_axis: bool
    point: shapely.Geometry
    spread_m: float
    inside: bool
    truly: bool
    declared: str
    axis: StreetAxis | None

    def why_left(self, line_m: float, at_its_point: int) -> str:
        """Why it is to be checked.

        Parameters
        ----------
        line_m : from the limit to what it may be of its own line of numbers.
        at_its_point : numbers that the untouched list puts where it puts this one.
        """
        if at_its_point >= STACKED:
            return "empilé avec d'autres en un point"
        if line_m <= EXACT_M:
            return "la limite coupe ce qui peut être sa place sur sa ligne de numéros"
        if line_m <= EXACT_M + ACROSS_M:
            return "la limite passe à moins de 4 m de celle-ci"
        if self.axis is None:
            return "aucun axe ne porte le nom de sa rue"
        if not self.by_axis:
            return (
                "son disque : seul de son côté, ou loin de l'axe" if self.kind == "disque" else "par ses voisins seuls"
            )
        astride = any(shapely.intersects(line, self.shape) for line in self.axis.lines)
        return "le côté de l'axe n'est pas su" if astride else "la limite serpente dans sa région"

    def is_unsure(self, quarters: shapely.Geometry, limit: shapely.Geometry) -> bool:
        """Whether it is to be checked, as `geoville.eligibility.judgement` says it of an exact contour."""
        if shapely.intersects(limit, self.shape):
            return True
        return self.by_axis and shapely.intersects(quarters, shapely.point_on_surface(self.shape)) != self.inside


def axes_of(path: Path) -> StreetAxes:
    """Axes of a town."""
    streets = read_lines(path, LAMBERT_93)
    return StreetAxes(lambda: (streets.lines, streets.epsg, streets.names))


def named(label: str, side: Street) -> NamedStreet:
    """A street as the geocoder knows it."""
    address = side[0][0]
    return NamedStreet(label, street_name(label), Town(address.citycode, address.city), ())


def numbers_judged(
    streets: dict[str, Street], quarters: shapely.Geometry, how: str, limit: shapely.Geometry, path: Path | None = None
) -> Iterator[Judged | None]:
    """Each number of a list degraded in one way; None where it is far from every limit.

    Parameters
    ----------
    path : of the axes of the town's streets; None to judge without any.
    """
    rules, axes = region_rules(), axes_of(path) if path else None
    sides = list(degraded(streets, how))
    survey = survey_of(address for _, side in sides for address, _, _ in side)
    disc_m = DISC_M if survey is None or survey.interpolated else survey.along_m
    whole: dict[str, list[Address]] = defaultdict(list)
    for _, side in sides:
        whole[side[0][0].street] += [item[0] for item in side]
    why = impossible(streets, path) if path else {}
    for was, side in sides:
        street = whole[side[0][0].street]
        axis = axes.of(named(side[0][0].street, side), street) if axes else None
        for rank, (address, x, y) in enumerate(side):
            point, true = shapely.Point(x, y), shapely.Point(was[rank][1:])
            inside, truly = (bool(shapely.intersects(quarters, one)) for one in (point, true))
            away_m = shapely.distance(limit, point)
            if away_m > NEAR_M and inside == truly:
                yield None
                continue
            told = street_side(address, street, survey, axis) if away_m <= NEAR_M else None
            region = street_region(told, LAMBERT_93) if told else None
            shape = region.shape if region else shapely.buffer(point, disc_m)
            spread_m = region.spread_m if region else disc_m * rules.chance_disc
            kind = str(region.placing) if region else "disque"
            by_axis = region is not None and region.by_axis
            declared = why.get(address.id, "") or ("loin de ses voisins" if is_contradicted(was, rank) else "")
            yield Judged(address, true, kind, shape, by_axis, point, spread_m, inside, truly, declared, axis)


def impossible(streets: dict[str, Street], path: Path) -> dict[str, str]:
    """Why numbers are not where the untouched list puts them, by id: far from their axis, or across it."""
    rules, axes, found = region_rules(), axes_of(path), dict[str, str]()
    for label, street in streets.items():
        axis = axes.of(named(label, street), [item[0] for item in street])
        if axis is None:
            continue
        points = np.array([item[1:] for item in street])
        placed = shapely.points(points)
        away_m = shapely.distance(np.array(axis.lines)[:, None], placed[None, :])
        for line, own in zip(axis.lines, away_m.argmin(axis=0) == np.arange(len(axis.lines))[:, None], strict=True):
            near = np.flatnonzero(own)
            hands = hands_of(line, shapely.line_locate_point(line, placed[near]), placed[near])
            odd = np.array([(street[place][0].number or 0) % 2 for place in near])
            hands = np.where(odd > 0, hands, -hands)
            on_it = away_m.min(axis=0)[near] <= rules.axis_far_m
            for rank, place in enumerate(near):
                far_m = float(away_m[:, place].min())
                if not on_it[rank]:
                    found[street[place][0].id] = f"à {far_m:.0f} m de sa rue"
                    continue
                alike = on_it & (odd == odd[rank]) & (np.hypot(*(points[near] - points[place]).T) < BESIDE_M)
                alike[rank] = False
                if alike.sum() >= rules.axis_votes and np.mean(hands[alike] != hands[rank]) >= rules.axis_share:
                    found[street[place][0].id] = f"à {far_m:.1f} m de l'axe, du côté de l'autre parité"
    return found


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


def judged(
    streets: dict[str, Street], quarters: shapely.Geometry, how: str, path: Path
) -> tuple[dict[str, Row], list[Judged], list[Judged]]:
    """Outcome of each rule, and of each way of placing numbers, on a list degraded in one way.

    Parameters
    ----------
    path : of the axes of the town's streets.

    Returns
    -------
    rows, then what the last rule has firm and wrong, and what it leaves to be checked.
    """
    limit = shapely.boundary(quarters)
    shapely.prepare([quarters, limit])
    counts: dict[str, list[int]] = {rule: [0, 0, 0, 0] for rule in RULES}
    astray: list[Judged] = []
    left: list[Judged] = []
    without = numbers_judged(streets, quarters, how, limit)
    for plain, told in zip(without, numbers_judged(streets, quarters, how, limit, path), strict=True):
        if plain is None or told is None:
            for rule in RULES:
                counts[rule][0] += 1
            continue
        wrong = told.inside != told.truly
        doubts = {
            RULES[0]: bool(shapely.distance(limit, told.point) <= DISC_M),
            RULES[1]: plain.is_unsure(quarters, limit),
            RULES[2]: told.is_unsure(quarters, limit),
        }
        doubts[f"— {told.kind}{' (axe)' * told.by_axis}"] = doubts[RULES[2]]
        for rule, doubt in doubts.items():
            row = counts.setdefault(rule, [0, 0, 0, 0])
            row[0] += 1
            row[1] += doubt
            row[2] += wrong and not doubt
            row[3] += wrong and not doubt and bool(told.declared)
        if wrong and not doubts[RULES[2]]:
            astray.append(told)
        if doubts[RULES[2]]:
            left.append(told)
    return {rule: Row(*count) for rule, count in counts.items()}, astray, left


class OwnLine(NamedTuple):
    """What the degradation lets a number be of its own line of numbers.

    Parameters
    ----------
    metres : from the limit.
    is_met : whether the limit meets what lies within 3 m of it, on the side of the axis where the number is.
    """

    metres: float
    is_met: bool


def own_lines(streets: dict[str, Street], limit: shapely.Geometry, how: str, path: Path) -> dict[str, OwnLine]:
    """Own line of each number that is near a limit, by its id."""
    axes, found = axes_of(path), {}
    for was, side in degraded(streets, how):
        line = shapely.LineString([item[1:] for item in was]) if len(was) > 1 else shapely.Point(was[0][1:])
        for rank, (address, x, y) in enumerate(side):
            place = shapely.Point(was[rank][1:])
            if shapely.distance(limit, place) <= NEAR_M:
                reached = _stretch(was, line, rank, how, (x, y)) or place
                metres, is_met = shapely.distance(limit, reached), False
                if metres <= ACROSS_M:
                    axis = axes.of(named(address.street, was), [item[0] for item in streets[address.street]])
                    is_met = bool(shapely.intersects(limit, _beside_it(reached, axis, place)))
                found[address.id] = OwnLine(metres, is_met)
    return found


def _beside_it(line: shapely.Geometry, axis: StreetAxis | None, place: shapely.Geometry) -> shapely.Geometry:
    """What lies within 3 m of a line, on the side of the axis where a place is; all of it where that is not known."""
    around = shapely.buffer(line, ACROSS_M)
    if axis is None:
        return around
    between = shapely.buffer(shapely.union_all(axis.lines), region_rules().axis_clear_m)
    parts = shapely.get_parts(shapely.difference(around, between))
    own = parts[shapely.intersects(parts, place)]
    return own[0] if len(own) else around


def _stretch(
    was: Street, line: shapely.Geometry, rank: int, how: str, here: tuple[float, float]
) -> shapely.Geometry | None:
    """Where on its line a number may be; None where it is known."""
    if how.startswith("décalée") and line.length > 0:
        most, at_m = float(how.split()[1]), line.project(shapely.Point(here))
        return substring(line, max(at_m - most, 0.0), min(at_m + most, line.length))
    if not how.startswith("1 sur") or len(was) < 3:
        return None
    step = int(how.rpartition(" ")[2])
    low, high = rank // step * step, min(rank // step * step + step, len(was) - 1)
    return None if rank == low or high <= rank else shapely.LineString([item[1:] for item in was[low : high + 1]])


def reasons_left(streets: dict[str, Street], left: list[Judged], lines: dict[str, OwnLine]) -> Counter[str]:
    """How many numbers are left to be checked, by why."""
    at_a_point = Counter(item[1:] for street in streets.values() for item in street)
    far = OwnLine(math.inf, is_met=False)
    return Counter(
        one.why_left(lines.get(one.address.id, far).metres, at_a_point[one.true.x, one.true.y]) for one in left
    )


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--by-kind", action="store_true")
    parser.add_argument("--list", choices=list(LISTS), action="append")
    parser.add_argument("--wrong", action="store_true")
    parser.add_argument("--left", action="store_true")
    asked = parser.parse_args()
    told = "fermes et faux sur 10 000 | sans ceux que la liste contredit | plancher | plancher, le côté su"
    print(f"| liste | dégradation | règle | numéros | à vérifier | {told} |")
    print("|---|---|---|---|---|---|---|---|---|")
    for name in asked.list or LISTS:
        addresses, contours = LISTS[name]
        streets = read_streets(asked.data / addresses)
        quarters = shapely.union_all([item.geometry for item in read_perimeters(asked.data / contours).perimeters])
        for how in DEGRADATIONS:
            rows, astray, left = judged(streets, quarters, how, asked.data / AXES[name])
            lines = own_lines(streets, shapely.boundary(quarters), how, asked.data / AXES[name])
            floors = (sum(one.metres <= EXACT_M for one in lines.values()), sum(one.is_met for one in lines.values()))
            least = " | ".join(f"{100 * floor / sum(map(len, streets.values())):.1f} %" for floor in floors)
            for rule, row in rows.items():
                if rule in RULES or asked.by_kind:
                    print(f"| {name} | {how} | {rule} | {row.cells()} | {least} |", flush=True)
            for number in astray if asked.wrong else ():
                label = f"{number.address.number}{number.address.suffix} {number.address.street}"
                moved = f"à {number.point.distance(number.true):.0f} m de sa place"
                print(f"  {label} ({number.kind}{', axe' * number.by_axis}), {moved} : {number.declared or 'rien'}")
            for why, count in reasons_left(streets, left, lines).most_common() if asked.left else ():
                print(f"  {count} : {why}")


if __name__ == "__main__":
    main()
