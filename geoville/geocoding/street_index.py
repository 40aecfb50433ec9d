"""The streets of a town, or those that share a word, by the words of their names."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from rapidfuzz import fuzz, process

from geoville.geocoding.spelling import Vocabulary

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from geoville.geocoding.street_name import StreetName
    from geoville.geocoding.towns import Town

LIKE_ENOUGH_TO_SUGGEST = 80
SUGGESTIONS = 3


class StreetRow(NamedTuple):
    """A street as the list writes it, with the key under which its addresses are found."""

    label: str
    key: int
    name: StreetName
    town: Town


@dataclass(frozen=True, slots=True)
class Street:
    """A street of the list; two ways of writing its name are one street.

    Parameters
    ----------
    label : name as the list writes it, the first one in alphabetical order.
    keys : under which its addresses are found.
    """

    label: str
    name: StreetName
    town: Town
    keys: tuple[int, ...]

    @property
    def title(self) -> str:
        """The street and its town, quoted for a sentence.

        >>> from geoville.geocoding.street_name import street_name
        >>> from geoville.geocoding.towns import Town
        >>> Street("Rue Mollien", street_name("Rue Mollien"), Town("62193", "Calais"), ()).title
        '« Rue Mollien » (Calais)'
        """
        return f"« {self.label} » ({self.town.title})"


class StreetIndex:
    """Streets by the words of their names, fixed after construction.

    Parameters
    ----------
    rows : streets as the list writes them.
    knows : whether the whole list has a word in the name of a street.
    rich : whether the whole list knows so many words that one that it lacks is likely misspelt.
    """

    def __init__(self, rows: Iterable[StreetRow], knows: Callable[[str], bool], *, rich: bool) -> None:
        self.streets = _streets(rows)
        by_word: defaultdict[str, list[Street]] = defaultdict(list)
        for street in self.streets:
            for word in dict.fromkeys((*street.name.content, street.name.type)):
                by_word[word].append(street)
        self._by_word = {word: tuple(streets) for word, streets in by_word.items() if word}
        words = (word for street in self.streets for word in street.name.content)
        self.vocabulary = Vocabulary(words, knows=knows, rich=rich)

    def candidates(self, asked: StreetName) -> tuple[Street, ...]:
        """Streets that hold the last word asked, or, after a date, the word before its year."""
        words = [known for word in last_words(asked) for known in (self.vocabulary.alternatives(word) or (word,))]
        found = (street for word in words for street in self._by_word.get(word, ()))
        return tuple({street.keys: street for street in found}.values())

    def starting(self, asked: StreetName) -> tuple[Street, ...]:
        """Streets that hold every word asked, of which the last one may be only the start of theirs."""
        *whole, start = asked.content or (asked.type,)
        return tuple(
            street
            for street in self.streets
            if asked.type in {"", start, street.name.type}
            and all(word in street.name.content for word in whole)
            and any(word.startswith(start) for word in (*street.name.content, street.name.type))
        )

    def suggestions(self, asked: StreetName) -> tuple[str, ...]:
        """Titles of the few streets whose names look most like the one asked."""
        names = {street.title: " ".join(street.name.content) for street in self.streets}
        near = process.extract(
            " ".join(asked.content),
            names,
            scorer=fuzz.token_set_ratio,
            score_cutoff=LIKE_ENOUGH_TO_SUGGEST,
            limit=SUGGESTIONS,
        )
        return tuple(title for _, _, title in near)


def last_words(asked: StreetName) -> tuple[str, ...]:
    """The word by which a street is looked for: its last one, with the one before where it is a year or a number."""
    last = asked.content[-1:] or (asked.type,)
    return asked.content[-2:] if last[0].isdigit() else last


def _streets(rows: Iterable[StreetRow]) -> tuple[Street, ...]:
    """Group rows by town and normalised name; their order does not matter."""
    grouped: defaultdict[tuple[Town, str, tuple[str, ...]], list[StreetRow]] = defaultdict(list)
    for row in rows:
        grouped[row.town, row.name.type, row.name.content].append(row)
    return tuple(sorted(map(_street, grouped.values()), key=lambda street: (street.town, street.label)))


def _street(rows: list[StreetRow]) -> Street:
    first = min(rows, key=lambda row: row.label)
    return Street(first.label, first.name, first.town, tuple(sorted(row.key for row in rows)))
