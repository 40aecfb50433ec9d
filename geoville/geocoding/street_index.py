"""The streets of an address list, by town and by word, prepared once."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

from rapidfuzz import fuzz, process

from geoville.geocoding.spelling import Vocabulary
from geoville.geocoding.street_name import StreetName, street_name
from geoville.geocoding.towns import Town

if TYPE_CHECKING:
    from collections.abc import Iterable

    from geoville.model import Address

LIKE_ENOUGH_TO_SUGGEST = 80
SUGGESTIONS = 3


@dataclass(frozen=True, slots=True)
class Street:
    """A street of the list with what the list knows on it.

    Parameters
    ----------
    label : name as the list writes it.
    addresses : numbered addresses and points of the street, sorted by number, suffix and id; never empty.
    """

    label: str
    name: StreetName
    town: Town
    addresses: tuple[Address, ...]

    @property
    def title(self) -> str:
        """The street and its town, quoted for a sentence.

        >>> from geoville.geocoding.street_name import street_name
        >>> Street("Rue Mollien", street_name("Rue Mollien"), Town("62193", "Calais"), ()).title
        '« Rue Mollien » (Calais)'
        """
        return f"« {self.label} » ({self.town.name})"


class StreetIndex:
    """Streets by the words of their names, fixed after construction."""

    def __init__(self, addresses: Iterable[Address]) -> None:
        self.streets = _streets(addresses)
        by_word: defaultdict[str, list[Street]] = defaultdict(list)
        for street in self.streets:
            for word in dict.fromkeys((*street.name.content, street.name.type)):
                by_word[word].append(street)
        self._by_word = {word: tuple(streets) for word, streets in by_word.items() if word}
        self.vocabulary = Vocabulary(word for street in self.streets for word in street.name.content)
        self.towns = frozenset(street.town for street in self.streets)
        plain_names: defaultdict[Town, dict[str, str]] = defaultdict(dict)
        for street in self.streets:
            plain_names[street.town][street.title] = " ".join(street.name.content)
        self._plain_names = dict(plain_names)

    def candidates(self, asked: StreetName) -> tuple[Street, ...]:
        """Streets that hold the last word asked, or, after a date, the word before its year."""
        last = asked.content[-1:] or (asked.type,)
        if last[0].isdigit():
            last = asked.content[-2:]
        words = [known for word in last for known in (self.vocabulary.alternatives(word) or (word,))]
        found = (street for word in words for street in self._by_word.get(word, ()))
        return tuple({id(street): street for street in found}.values())

    def suggestions(self, asked: StreetName, towns: frozenset[Town] | None) -> tuple[str, ...]:
        """Titles of the few streets of some towns (None: all) whose names look most like the one asked."""
        titles: dict[str, str] = {}
        for town in sorted(self.towns if towns is None else self.towns & towns):
            titles |= self._plain_names[town]
        near = process.extract(
            " ".join(asked.content),
            titles,
            scorer=fuzz.token_set_ratio,
            score_cutoff=LIKE_ENOUGH_TO_SUGGEST,
            limit=SUGGESTIONS,
        )
        return tuple(title for _, _, title in near)


def _streets(addresses: Iterable[Address]) -> tuple[Street, ...]:
    """Group addresses by town and normalised name; the order of the list does not matter."""
    grouped: defaultdict[tuple[Town, StreetName], list[Address]] = defaultdict(list)
    names: dict[str, StreetName] = {}
    for address in addresses:
        if address.street not in names:
            names[address.street] = street_name(address.street)
        name = names[address.street]
        grouped[Town(address.citycode, address.city), StreetName(name.type, name.content)].append(address)
    streets = (_street(town, sorted(known, key=_rank)) for (town, _), known in grouped.items())
    return tuple(sorted(streets, key=lambda street: (street.town, street.label)))


def _street(town: Town, addresses: list[Address]) -> Street:
    label = min(address.street for address in addresses)
    return Street(label, street_name(label), town, tuple(addresses))


def _rank(address: Address) -> tuple[int, str, str]:
    return (-1 if address.number is None else address.number), address.suffix, address.id
