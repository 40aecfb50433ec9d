"""Fifteen ways to write an address of a list, each once per call. A way refuses what would be doubtful to a reader.

Every way takes a source of chance, a row and the gazetteer, and gives the question and the identifier expected (empty
where no number of the list is asked).
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from misspell import (
    ARTICLES,
    abbreviated,
    accents_dropped,
    by_ear,
    folded,
    initialled,
    with_a_typo,
    without_accents,
    without_articles,
)
from rapidfuzz.distance import OSA

if TYPE_CHECKING:
    from random import Random

    from make_spellings import Gazetteer, Row

PERSON = re.compile(r"(?P<kind>\S+) (?P<first>[A-ZÉÈ][a-zà-ÿ]+) (?P<last>[A-ZÉÈ][a-zà-ÿ]+)")
TITLED = re.compile(
    r"(?P<kind>\S+) (?:du (?:Général|Docteur|Colonel|Maréchal|Capitaine)|de l'Abbé) (?P<last>[A-ZÉÈ][a-zà-ÿ]+)"
)
RECIPIENTS = (
    "Mme Durand", "M. et Mme Lefebvre", "SARL Alpha Services", "Société Delta", "Service des ressources humaines",
    "Association des parents d'élèves", "Cabinet médical", "Appartement 12", "Bâtiment B", "Appt 3", "2e étage",
)  # fmt: skip


class Doubtful(Exception):  # noqa: N818 - not an error: another row is taken
    """The row cannot be asked about that way, or two streets would answer."""


def accents(chance: Random, row: Row, _: Gazetteer) -> tuple[str, str]:
    street = accents_dropped(chance, row.street)
    if street == row.street:
        raise Doubtful
    return line_of(chance, row, street, city=accents_dropped(chance, row.city)), _id(row)


def abbreviations(chance: Random, row: Row, gazetteer: Gazetteer) -> tuple[str, str]:
    street = abbreviated(chance, row.street)
    if chance.random() < 0.3 and _is_alone(gazetteer, row):
        street = initialled(street)
    if street == row.street:
        raise Doubtful
    city = re.sub(r"\bSaint-", chance.choice(("St-", "St ", "Saint ")), row.city)
    return line_of(chance, row, street, city=city), _id(row)


def typos(chance: Random, row: Row, gazetteer: Gazetteer) -> tuple[str, str]:
    city = with_a_typo(chance, row.city)
    if chance.random() < 0.15 and city != row.city:
        return line_of(chance, row, row.street, city=city), _id(row)
    return line_of(chance, row, _misspelt(row, gazetteer, with_a_typo(chance, row.street))), _id(row)


def phonetic(chance: Random, row: Row, gazetteer: Gazetteer) -> tuple[str, str]:
    kind, _, body = row.street.partition(" ")
    return line_of(chance, row, _misspelt(row, gazetteer, f"{kind} {by_ear(chance, body)}")), _id(row)


def no_number(chance: Random, row: Row, _: Gazetteer) -> tuple[str, str]:
    return line_of(chance, row, row.street, number=""), ""


def repetitions(chance: Random, row: Row, _: Gazetteer) -> tuple[str, str]:
    if not row.suffix:
        raise Doubtful
    number, suffix = row.number, row.suffix
    written = [f"{number} {suffix}", f"{number}{suffix}", f"{number} {suffix.upper()}", f"{number}{suffix.upper()}"]
    if suffix == "bis":
        written += [f"{number}B", f"{number} b", f"{number}-bis"]
    return line_of(chance, row, row.street, number=chance.choice(written)), row.id


def absent_number(chance: Random, row: Row, gazetteer: Gazetteer) -> tuple[str, str]:
    known = {int(re.match(r"\d+", number)[0]) for number in gazetteer.numbers[row.citycode, row.street] if number}
    number = chance.choice([number for number in range(1, 400) if number not in known])
    return line_of(chance, row, row.street, number=str(number)), ""


def postcode_only(chance: Random, row: Row, gazetteer: Gazetteer) -> tuple[str, str]:
    if gazetteer.same_name_nearby(row):
        raise Doubtful
    return line_of(chance, row, row.street, city=""), _id(row)


def town_only(chance: Random, row: Row, _: Gazetteer) -> tuple[str, str]:
    before = chance.choice((" ", ", ", " à ", "\n", " - "))
    return f"{_number(row)}{row.street}{before}{_case(chance, row.city)}", _id(row)


def inverted(chance: Random, row: Row, gazetteer: Gazetteer) -> tuple[str, str]:
    street, number = row.street, _number(row)
    person = PERSON.fullmatch(street)
    if person and chance.random() < 0.4 and _is_alone(gazetteer, row):
        return line_of(chance, row, f"{person['kind']} {person['last']} {person['first']}"), _id(row)
    kind, _, body = street.partition(" ")
    town = f"{row.postcode} {_case(chance, row.city)}"
    written = [f"{town}, {number}{street}", f"{town} - {number}{street}", f"{row.city}, {number}{street}"]
    written += [f"{town}\n{number}{street}", f"{row.city} ({row.postcode}), {number}{street}"]
    if body and kind in {"Rue", "Avenue", "Boulevard", "Impasse"}:
        written.append(f"{body} ({kind.lower()}) {number}, {town}")
    return chance.choice(written), _id(row)


def postal_noise(chance: Random, row: Row, _: Gazetteer) -> tuple[str, str]:
    box = chance.choice(("BP {}", "B.P. {}", "CS {}", "CS{}", "BP{}", "TSA {}")).format(chance.randrange(10, 99_999))
    recipient = chance.choice(RECIPIENTS)
    gap = chance.choice(("\n", ", ", " - "))
    cedex = f"{row.postcode[:2]}{chance.randrange(900, 999)} {row.city.upper()} CEDEX{chance.choice(('', ' 2', ' 09'))}"
    town = f"{row.postcode} {_case(chance, row.city)}"
    address = f"{_number(row)}{row.street}"
    written = [
        (address, box, cedex), (recipient, address, box, cedex), (recipient, address, cedex), (box, address, cedex),
        (recipient, address, town), (address, box, town), (recipient, address, town, "France"),
    ]  # fmt: skip
    return gap.join(chance.choice(written)), _id(row)


def missing_articles(chance: Random, row: Row, gazetteer: Gazetteer) -> tuple[str, str]:
    street = without_articles(row.street)
    others = {folded(without_articles(other)) for other in gazetteer.streets[row.citycode] if other != row.street}
    if street == row.street or folded(street) in others:
        raise Doubtful
    return line_of(chance, row, street), _id(row)


def surname_only(chance: Random, row: Row, gazetteer: Gazetteer) -> tuple[str, str]:
    found = PERSON.fullmatch(row.street) or TITLED.fullmatch(row.street)
    if not found:
        raise Doubtful
    sharing = [other for other in gazetteer.streets[row.citycode] if folded(found["last"]) in folded(other).split()]
    if len(sharing) > 1 and not _only_of_its_type(found, sharing):
        raise Doubtful
    return line_of(chance, row, f"{found['kind']} {found['last']}"), _id(row)


def number_last(chance: Random, row: Row, _: Gazetteer) -> tuple[str, str]:
    if not row.number:
        raise Doubtful
    number = f"{row.number}{' ' + row.suffix if row.suffix else ''}"
    before = chance.choice((" ", ", ", " n° ", " n°", " N "))
    after = chance.choice((", ", "\n", " - "))
    return f"{row.street}{before}{number}{after}{row.postcode} {_case(chance, row.city)}", row.id


def doubled_towns(chance: Random, row: Row, _: Gazetteer) -> tuple[str, str]:
    if row.former:
        names = [row.former, f"{row.former} ({row.city})", f"{row.city} ({row.former})", f"{row.former}, {row.city}",
                 f"{row.former} {row.city}", f"{row.city} {row.former}"]  # fmt: skip
    elif chance.random() < 0.97:
        raise Doubtful
    else:
        names = [f"{row.city} {row.city}", f"{row.city}, {row.city}", f"{row.city.upper()} - {row.city}"]
    return line_of(chance, row, row.street, city=chance.choice(names)), _id(row)


WAYS = {
    way.__name__: way
    for way in (
        accents, abbreviations, typos, phonetic, no_number, repetitions, absent_number, postcode_only, town_only,
        inverted, postal_noise, missing_articles, surname_only, number_last, doubled_towns,
    )
}  # fmt: skip


def line_of(chance: Random, row: Row, street: str, *, number: str | None = None, city: str | None = None) -> str:
    """Number, street, postcode and town as most people write them; a city of None is the row's."""
    before = _number(row) if number is None else f"{number}{chance.choice((' ', ', '))}" if number else ""
    town = f"{row.postcode} {_case(chance, row.city) if city is None else city}".strip()
    return f"{before}{street}{chance.choice((', ', ' ', ' - ', chr(10)))}{town}"


def _number(row: Row) -> str:
    return f"{row.number}{' ' + row.suffix if row.suffix else ''} " if row.number else ""


def _id(row: Row) -> str:
    return row.id if row.number else ""


def _case(chance: Random, city: str) -> str:
    return chance.choice((city, city, city.upper(), without_accents(city).upper(), city.replace("-", " ")))


def _misspelt(row: Row, gazetteer: Gazetteer, written: str) -> str:
    """The misspelling, unless it is none or another street of the town is as near."""
    typed, meant = folded(written), folded(row.street)
    distance = OSA.distance(typed, meant)
    if not distance or any(OSA.distance(typed, other) <= distance + 1 for other in gazetteer.others(row)):
        raise Doubtful
    return written


def _is_alone(gazetteer: Gazetteer, row: Row) -> bool:
    """Whether no other street of the town bears the last word of its name."""
    last = folded(row.street).split()[-1]
    return not any(last in other.split() for other in gazetteer.others(row))


def _only_of_its_type(found: re.Match[str], sharing: list[str]) -> bool:
    """Whether the streets that share a surname have other types, so that the type tells which is meant."""
    same = [street for street in sharing if street.startswith(f"{found['kind']} ")]
    bare = [street for street in sharing if len(ARTICLES.sub("", street).split()) < 3]
    return len(same) == 1 and not bare
