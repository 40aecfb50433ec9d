"""What hurried people write, over real lists of addresses and official contours: is any answer surer than it may be?

    python benchmarks/adversarial_addresses.py ../shared/data [--questions 10000] [--mistakes]

Lists: Bondy (BAN), Montpellier (its own list), and 40 invented towns whose streets bear the names that every town has,
each laid over the limit of an official quarter of Occitanie. The questions are drawn without chance that changes, from
the list alone: what is right was written before any answer is looked at. Printed by class of question: firm verdicts
on the wrong side, another street or number firmly accepted, streets and numbers rightly found. Beside them, a real
addok on the same lists where GEOVILLE_ADDOK_PYTHON names one (see `local_addok.py`), which has no verdict of its own:
its scores from 0.8 on are taken for firm.
"""

from __future__ import annotations

import argparse
import csv
import json
import re
import tempfile
import unicodedata
from collections import defaultdict
from contextlib import nullcontext
from datetime import date
from functools import cache
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import urlencode
from urllib.request import urlopen

import shapely
from local_addok import local_addok, missing

from geoville.eligibility.decide import decide
from geoville.eligibility.index import PerimeterIndex
from geoville.geocoding import EmbeddedGeocoder
from geoville.geocoding.index import AddressIndex
from geoville.model import Address, NotFound, PositionType, VerdictCode
from geoville.sources.contours import read_perimeters
from geoville.workflows.address_index import build_address_index

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from geoville.model import Position

DATA = Path(__file__).resolve().parents[2] / "shared" / "data"
ON = date(2020, 1, 1)
"""A day when the contours of 2015 were in force."""

COLUMNS = ("id", "numero", "rep", "nom_voie", "code_postal", "code_insee", "nom_commune", "lon", "lat")

SEED = 16
QUESTIONS = 10_000
TOWNS = 40
STREETS_OF_A_TOWN = 45
ADDOK_FIRM = 0.8

COMMON = [
    "Rue du Moulin", "Rue Jean Moulin", "Rue de Paris", "Rue de la Porte de Paris", "Rue de l'Église",
    "Rue Derrière l'Église", "Rue Haute", "Rue Basse", "Rue Haut", "Rue des Roses", "Rue des Rosiers",
    "Rue Anatole France", "Rue de France", "Rue Jean Marais", "Rue des Marais", "Rue du Marais", "Rue Dupont",
    "Rue Dupond", "Rue Pierre Dupont", "Rue du Pont", "Rue du Port", "Rue Victor Hugo", "Avenue Victor Hugo",
    "Rue Pasteur", "Rue Louis Pasteur", "Rue du Pasteur Martin", "Rue Henri Martin", "Rue Martin",
    "Rue Saint-Martin", "Rue de la Gare", "Avenue de la Gare", "Impasse de la Gare", "Rue des Lilas",
    "Rue du Lilas", "Allée des Lilas", "Rue Émile Zola", "Rue Jean Jaurès", "Avenue Jean Jaurès",
    "Rue de la République", "Place de la République", "Rue du 8 Mai 1945", "Rue du 11 Novembre 1918",
    "Rue du Général de Gaulle", "Rue du Général Leclerc", "Rue du Maréchal Leclerc", "Rue Leclerc",
    "Rue Jules Ferry", "Rue du Fer", "Rue des Écoles", "Rue de l'École", "Rue du Château", "Rue des Châteaux",
    "Rue de la Fontaine", "Rue Jean de La Fontaine", "Rue Neuve", "Rue du Pont Neuf", "Rue du Puits", "Rue du Four",
    "Rue Fournier", "Rue Fourier", "Rue Charles Fourier", "Rue Roland", "Rue Rolland", "Rue Romain Rolland",
    "Rue Pierre Curie", "Rue Marie Curie", "Rue Molière", "Rue Mollier", "Rue Voltaire", "Rue du Vieux Moulin",
    "Chemin du Moulin", "Route de Lyon", "Rue de Lyon", "Boulevard Gambetta", "Rue Gambetta", "Rue du Lavoir",
    "Rue des Tilleuls", "Rue du Tilleul", "Rue Olivier", "Rue des Oliviers", "Rue Saint-Jean", "Rue Jean",
    "Rue des Jardins", "Rue du Jardin", "Sente des Grecs", "Sentier des Grecs", "Rue des Fleurs", "Rue de la Fleur",
    "Rue Blanche", "Rue Blanc", "Rue Louis Blanc", "Rue de la Paix", "Rue Vauban", "Square Vauban", "Rue Rabelais",
    "Rue Racine", "Rue Jean Racine", "Rue Alphonse Daudet", "Rue Berlioz",
]  # fmt: skip


class Question(NamedTuple):
    """A question.

    Parameters
    ----------
    lines : as they stand in a file, column by column; one line alone is a text.
    ids : of the addresses that are meant, all of them; none where nothing that the list holds is.
    street : of all the addresses of the street that is meant without a number; none elsewhere.
    """

    kind: str
    lines: tuple[str, ...]
    ids: frozenset[str]
    street: frozenset[str] = frozenset()

    @property
    def text(self) -> str:
        return "\n".join(self.lines)


class Place(NamedTuple):
    """A list of addresses, its index and the official contours around."""

    name: str
    addresses: tuple[Address, ...]
    path: Path
    perimeters: PerimeterIndex


def folded(text: str) -> str:
    """Plain letters and digits; not geoville's own folding, which is on trial."""
    plain = unicodedata.normalize("NFKD", text.lower().replace("œ", "oe")).encode("ascii", "ignore").decode()
    return " ".join(re.findall("[a-z0-9]+", plain))


# --- The lists


def places(data: Path, scratch: Path) -> Iterator[Place]:
    bondy = _rows(data / "bondy" / "addresses_ban_2022.csv", ";")
    montpellier = _rows(data / "montpellier" / "addresses_2014.csv", ",")
    occitanie = data / "occitanie" / "qpv2015.geojson"
    yield placed("Bondy", bondy, data / "bondy" / "qpv2015_official.geojson", scratch)
    yield placed("Montpellier", montpellier, data / "montpellier" / "qpv2015_official.geojson", scratch)
    yield placed("40 invented towns", invented(occitanie), occitanie, scratch)


def placed(name: str, addresses: tuple[Address, ...], contours: Path, scratch: Path) -> Place:
    """A list, written as a file of the BAN, with the contours of a file."""
    path = scratch / f"{folded(name).replace(' ', '_')}.csv"
    with path.open("w", encoding="utf-8", newline="") as stream:
        write = csv.writer(stream).writerow
        write(COLUMNS)
        for one in addresses:
            write((one.id, one.number, one.suffix, one.street, one.postcode, one.citycode, one.city, one.lon, one.lat))
    return Place(name, addresses, path, PerimeterIndex(read_perimeters(contours).perimeters))


def _rows(path: Path, separator: str) -> tuple[Address, ...]:
    with path.open(encoding="utf-8", newline="") as stream:
        rows = csv.DictReader(stream, delimiter=separator)
        return tuple(
            Address(row["id"], int(row["numero"]), row["rep"].lower(), _mended(row["nom_voie"]), "",
                    row.get("code_postal") or "", row["code_insee"], row["nom_commune"], float(row["lon"]),
                    float(row["lat"]), "segment")
            for row in rows
            if int(row["numero"])
        )  # fmt: skip


def _mended(text: str) -> str:
    """UTF-8 that was read as cp1252 by whoever made the list: Bondy's has both."""
    try:
        return text.encode("cp1252").decode("utf-8")
    except UnicodeError:
        return text


def invented(contours: Path, towns: int = TOWNS) -> tuple[Address, ...]:
    """So many towns of the same streets, each around the limit of a quarter of a GeoJSON file, a part of it inside."""
    random, found = Random(SEED), []
    for rank, feature in enumerate(json.loads(contours.read_text("utf-8"))["features"][:towns]):
        west, south, east, north = shapely.from_geojson(json.dumps(feature["geometry"])).bounds
        width, height = east - west, north - south
        city, code, postcode = f"Ville-Inventée-{_letters(rank)}", f"99{rank:03}", f"98{rank:03}"
        for number, street in enumerate(sorted(random.sample(COMMON, STREETS_OF_A_TOWN))):
            lon, lat = west + width * random.uniform(-0.5, 1.5), south + height * random.uniform(-0.5, 1.5)
            for house in range(1, random.randrange(8, 30)):
                key = f"{code}_{number:04}_{house:05}"
                lon, lat = lon + random.uniform(-2e-4, 4e-4), lat + random.uniform(-2e-4, 4e-4)
                found.append(
                    Address(key, house, "", street, "", postcode, code, city, round(lon, 6), round(lat, 6), "entrée")
                )
    return tuple(found)


def _letters(rank: int) -> str:
    return f"{chr(65 + rank // 26)}{chr(97 + rank % 26)}"


# --- The questions: what is right of each is known before it is asked

NOISE = [
    "porte n° {}", "porte {}", "appt {}", "Appartement {}", "apt n°{}", "bât {}", "Bâtiment B{}", "escalier {}",
    "cage d'escalier {}", "étage {}", "{}e étage", "tour {}", "chambre {}", "box {}", "boîte {}",
    "boîte aux lettres n° {}", "local {}", "bureau {}", "niveau {}", "logement {}", "studio {}", "hall {}",
    "entrée {}", "lot {}", "immeuble {}", "BP {}", "CS 3{}", "R+{}", "garage {}", "cave n° {}",
]  # fmt: skip
COMPLEMENTS = ("Résidence Les Mimosas", "chez Mme Untel", "Quartier Beau Soleil", "ZA des Pins", "Les Cailloux")
AREAS = ("France", "Hérault, France", "Occitanie", "FRANCE")
ABBREVIATIONS = {"Rue": "R", "Avenue": "AV", "Boulevard": "BD", "Place": "PL", "Impasse": "IMP", "Allée": "ALL",
                 "Chemin": "CHE", "Route": "RTE", "Square": "SQ"}  # fmt: skip


class Maker:
    """Makes questions over one list."""

    def __init__(self, place: Place, random: Random) -> None:
        self.random = random
        self.several = len({one.citycode for one in place.addresses}) > 1
        streets: defaultdict[tuple[str, str], list[Address]] = defaultdict(list)
        for one in place.addresses:
            streets[one.citycode, folded(one.street)].append(one)
        # Two addresses of one number are told apart by nothing that a person writes.
        self.single = [
            one for one in place.addresses
            if sum(
                (other.number, other.suffix) == (one.number, one.suffix)
                for other in streets[one.citycode, folded(one.street)]
            ) == 1
        ]  # fmt: skip
        self.streets = streets
        self.names = {code: {name for known, name in streets if known == code} for code, _ in streets}
        self.everywhere = sorted({*COMMON, *(one.street for one in place.addresses)})

    def makers(self) -> dict[str, Callable[[], Question | None]]:
        makers = {
            "plain": self.plain, "noise before": self.noise_before, "noise after": self.noise_after,
            "flat and no number": self.flat_alone, "lines and columns": self.lines, "areas after": self.areas,
            "two numbers": self.two_numbers, "former number": self.former, "no house number": self.unreadable,
            "beyond": self.beyond, "contradictory town": self.contradiction, "absent street": self.absent,
            "letters changed": self.near, "article for a person": self.article, "zero": self.zero,
        }  # fmt: skip
        return {**makers, "no town": self.no_town} if self.several else makers

    def address(self) -> Address:
        return self.random.choice(self.single)

    def town(self, one: Address) -> str:
        return f"{one.postcode} {one.city}".strip()

    def house(self, one: Address) -> str:
        return f"{one.number}{one.suffix and ' ' + one.suffix} {one.street}"

    def plain(self) -> Question:
        one = self.address()
        kind, _, body = one.street.partition(" ")
        text = f"{one.number}{one.suffix and ' ' + one.suffix} {ABBREVIATIONS.get(kind, kind)} {body}"
        text = self.random.choice((text.upper(), folded(text), text, self.house(one)))
        return Question("plain", (f"{text}{self.random.choice((', ', ' '))}{self.town(one)}",), frozenset({one.id}))

    def _inside(self) -> str:
        return self.random.choice(NOISE).format(self.random.randrange(1, 90))

    def noise_before(self) -> Question:
        one = self.address()
        gap = self.random.choice((", ", " ", "\n"))
        return Question(
            "noise before", (f"{self._inside()}{gap}{self.house(one)}, {self.town(one)}",), frozenset({one.id})
        )

    def noise_after(self) -> Question:
        one = self.address()
        gap = self.random.choice((", ", " ", "\n"))
        return Question(
            "noise after", (f"{self.house(one)}{gap}{self._inside()}, {self.town(one)}",), frozenset({one.id})
        )

    def flat_alone(self) -> Question:
        one = self.address()
        text = f"{self._inside()}, {one.street}, {self.town(one)}"
        return Question("flat and no number", (text,), frozenset(), self._street(one))

    def _street(self, one: Address) -> frozenset[str]:
        return frozenset(other.id for other in self.streets[one.citycode, folded(one.street)])

    def lines(self) -> Question:
        one = self.address()
        number = f"{one.number}{one.suffix and ' ' + one.suffix}"
        kind, _, body = one.street.partition(" ")
        middle = self.random.choice((*COMPLEMENTS, self._inside()))
        ways = ((self.house(one), middle, one.postcode, one.city), (middle, self.house(one), one.postcode, one.city))
        apart = (number, kind, body, one.postcode, one.city) if body else (self.house(one), one.postcode, one.city)
        lines = tuple(line for line in self.random.choice((*ways, apart)) if line)
        return Question("lines and columns", lines, frozenset({one.id}))

    def areas(self) -> Question:
        one = self.address()
        country = "France" if not one.citycode.startswith("34") else self.random.choice(AREAS)
        gap = self.random.choice((", ", "\n", " "))
        return Question("areas after", (f"{self.house(one)}, {self.town(one)}{gap}{country}",), frozenset({one.id}))

    def two_numbers(self) -> Question | None:
        one = self.address()
        known = self.streets[one.citycode, folded(one.street)]
        later = [other for other in known if (other.number or 0) > (one.number or 0) and not other.suffix]
        if one.suffix or not later:
            return None
        other = self.random.choice(later[:6])
        between = {same.id for same in known if same.number in {one.number, other.number}}
        gap = self.random.choice(("-", " à ", "/", " et ", ", ", " - "))
        return Question(
            "two numbers", (f"{one.number}{gap}{other.number} {one.street}, {self.town(one)}",), frozenset(between)
        )

    def former(self) -> Question:
        one = self.address()
        word = self.random.choice(("ex", "anciennement", "ancien n°"))
        return Question("former number", (f"{word} {one.number} {one.street}, {self.town(one)}",), frozenset())

    def unreadable(self) -> Question:
        one = self.address()
        number = self.random.choice(("{} ½", "30.{}", "entre {} et 38", "{} 1/2")).format(one.number)
        return Question("no house number", (f"{number} {one.street}, {self.town(one)}",), frozenset())

    def beyond(self) -> Question:
        one = self.address()
        most = max(other.number or 0 for other in self.streets[one.citycode, folded(one.street)])
        number = most + self.random.choice((1, 2, 10, 100, 1000))
        text = f"{min(number, 9999)} {one.street}, {self.town(one)}"
        return Question("beyond", (text,), frozenset(), self._street(one))

    def contradiction(self) -> Question:
        one = self.address()
        town = self.random.choice((f"75011 {one.city}", f"{one.postcode or '34000'} Lille", "59000 Lille"))
        return Question("contradictory town", (f"{self.house(one)}, {town}",), frozenset())

    def absent(self) -> Question | None:
        """A street that other towns have and this one has not."""
        one = self.address()
        street = self.random.choice(COMMON if self.random.random() < 0.7 else self.everywhere)
        return self._absent("absent street", one, street)

    def near(self) -> Question | None:
        """Another word: its plural, its feminine, another ending, another first letter."""
        one = self.address()
        words = one.street.split()
        word = words[-1]
        other = self.random.choice((
            word + "s", word.removesuffix("s"), word + "e", word.removesuffix("e"), word[:-1] + "d", word[:-1] + "t",
            word[:-2] + "iers", "B" + word[1:], "M" + word[1:], word + "et", word[:-1] + "in",
        ))  # fmt: skip
        return self._absent("letters changed", one, " ".join((*words[:-1], other)))

    def article(self) -> Question | None:
        """The last word of a name, as the name of a thing."""
        one = self.address()
        kind, *body = one.street.split()
        if len(body) < 2:
            return None
        article = self.random.choice(("du", "de la", "des", "de"))
        return self._absent("article for a person", one, f"{kind} {article} {body[-1].split(chr(39))[-1]}")

    def _absent(self, kind: str, one: Address, street: str) -> Question | None:
        """The question, unless the town has a street of those words, articles apart, or a person's name ends so."""
        key, known = _content(street), {_content(name) for name in self.names[one.citycode]}
        is_bare = folded(street).split()[1:] == list(key[1:]) or "gaulle" in key
        if (
            not key
            or key in known
            or (is_bare and any(name[0] == key[0] and name[1 - len(key) :] == key[1:] for name in known))
        ):
            return None
        return Question(kind, (f"{one.number} {street}, {self.town(one)}",), frozenset())

    def zero(self) -> Question:
        one = self.address()
        return Question("zero", (f"0 {one.street}, {self.town(one)}",), frozenset(), self._street(one))

    def no_town(self) -> Question:
        return Question("no town", (self.house(self.address()),), frozenset())


@cache
def _content(street: str) -> tuple[str, ...]:
    small = {"a", "au", "aux", "d", "de", "des", "du", "en", "et", "l", "la", "le", "les"}
    return tuple(word for word in folded(street).split() if word not in small)


def questions(place: Place, count: int) -> list[Question]:
    """So many questions over a list, each kind in turn."""
    maker = Maker(place, Random(SEED))
    makers = list(maker.makers().values())
    found: dict[tuple[str, ...], Question] = {}
    for turn in range(50 * count):
        made = makers[turn % len(makers)]()
        if made:
            found.setdefault(made.lines, made)
        if len(found) == count:
            break
    return list(found.values())


# --- The answers, and what is wrong with them


class Outcome(NamedTuple):
    """What came of a question; None where nothing of the kind was to be found.

    Parameters
    ----------
    wrong_side : a verdict inside or outside, where some of what is meant is not.
    other : a firm position at another house than those that are meant, or any verdict where the list holds nothing of
        what is.
    """

    question: Question
    answer: str
    wrong_side: bool
    other: bool
    street: bool | None
    number: bool | None


class Judge:
    """Judges answers about one list."""

    def __init__(self, place: Place) -> None:
        self.by_id = {one.id: one for one in place.addresses}
        self.perimeters = place.perimeters

    @cache  # noqa: B019 - as long as the benchmark
    def side(self, key: str) -> bool:
        one = self.by_id[key]
        return any(hit.inside for hit in self.perimeters.around(one.lon, one.lat))

    def outcome(self, question: Question, found: Position | NotFound) -> Outcome:
        if isinstance(found, NotFound):
            lost = False if question.ids else None
            return Outcome(question, found.reason, wrong_side=False, other=False, street=lost, number=lost)
        verdict = decide(found, self.perimeters, ON).verdict
        says = {VerdictCode.INSIDE: True, VerdictCode.OUTSIDE: False}.get(verdict)
        meant = [self.by_id[key] for key in question.ids]
        possible = question.ids or question.street
        wrong = says is not None and any(self.side(key) is not says for key in possible)
        street = number = None
        if meant:
            street = (found.street, found.citycode) == (meant[0].street, meant[0].citycode)
            number = found.id in question.ids
        is_house = found.type is PositionType.HOUSENUMBER
        other = found.firm and is_house and found.id not in question.ids
        unknown = not question.ids and (found.firm or (says is not None and not possible))
        return Outcome(question, found.label, wrong_side=wrong, other=other or unknown, street=street, number=number)


def share(values: list[bool]) -> str:
    return f"{100 * sum(values) / len(values):.2f} %" if values else "—"


def table(outcomes: list[Outcome]) -> str:
    """Markdown table, a line for each kind."""
    lines = ["| class | questions | firm, wrong side | another house or street, firm | street | number |",
             "|---|---|---|---|---|---|"]  # fmt: skip
    kinds = list(dict.fromkeys(one.question.kind for one in outcomes))
    for name, chosen in [*((kind, {kind}) for kind in sorted(kinds)), ("**all**", set(kinds))]:
        some = [one for one in outcomes if one.question.kind in chosen]
        lines.append(
            f"| {name} | {len(some)} | {sum(one.wrong_side for one in some)} | {sum(one.other for one in some)} "
            f"({share([one.other for one in some])}) | {share([one.street for one in some if one.street is not None])} "
            f"| {share([one.number for one in some if one.number is not None])} |"
        )
    return "\n".join(lines)


def by_addok(url: str, by_id: dict[str, Address], question: Question) -> Position | NotFound:
    """Answer of an addok, taken as firm from a score on."""
    from geoville.geocoding.answers import position

    text = question.text.replace("\n", " ")[:200]
    with urlopen(f"{url}/search/?{urlencode({'q': text, 'limit': 1, 'autocomplete': 0})}", timeout=30) as response:
        features = json.load(response)["features"]
    known = features[0]["properties"] if features else {}
    one = by_id.get(known.get("id", ""))
    if not features or known["score"] < ADDOK_FIRM or one is None:
        return NotFound("score trop faible, ou une rue")
    return position(one, PositionType.HOUSENUMBER, known["score"])


def run(place: Place, count: int, scratch: Path) -> Iterator[tuple[str, list[Outcome]]]:
    """Outcomes over one list: of geoville, then of addok where there is one."""
    index = scratch / f"{place.path.stem}.sqlite"
    build_address_index([place.path], index, complete=True)
    geocoder, judge, asked = EmbeddedGeocoder(AddressIndex.open(index)), Judge(place), questions(place, count)
    yield "geoville", [judge.outcome(one, geocoder.search(one.text)) for one in asked]
    with nullcontext(None) if missing() else local_addok(place.addresses) as url:
        if url:
            yield "addok", [judge.outcome(one, by_addok(url, judge.by_id, one)) for one in asked]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("data", type=Path, nargs="?", default=DATA)
    parser.add_argument("--questions", type=int, default=QUESTIONS)
    parser.add_argument("--mistakes", action="store_true", help="print what went wrong")
    asked = parser.parse_args()
    outcomes: defaultdict[str, list[Outcome]] = defaultdict(list)
    with tempfile.TemporaryDirectory() as folder:
        for place in places(asked.data, Path(folder)):
            for name, some in run(place, asked.questions // 3, Path(folder)):
                outcomes[name] += some
    for name, some in outcomes.items():
        print(f"\n{name}\n\n{table(some)}")
    if asked.mistakes:
        for one in outcomes["geoville"]:
            if one.wrong_side or one.other or one.number is False:
                print(one.question.kind, one.question.lines, "->", one.answer, one.wrong_side, one.other)


if __name__ == "__main__":
    main()
