"""The streets of an index that a reading of the question may mean, in the towns that it names or in all of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from geoville.geocoding.match import StreetMatch, match_streets
from geoville.geocoding.street_index import SUGGESTIONS, last_words

if TYPE_CHECKING:
    from collections.abc import Iterable

    from geoville.geocoding.address_index import AddressIndex
    from geoville.geocoding.reading import Reading
    from geoville.geocoding.street_name import StreetName

MANY_TOWNS = 20
"""Most towns whose streets are compared one town after the other: the largest city has twenty arrondissements."""


def matches_of(reading: Reading, index: AddressIndex) -> tuple[StreetMatch, ...]:
    """Streets that a reading may mean, the best first.

    Only a name whose last word is misspelt is compared with every street of the towns.
    """
    asked, towns = reading.street, reading.towns
    if towns is None:
        return matches_anywhere(asked, index, misspelt=not reading.to_the_letter)
    last = last_words(asked)
    if all(index.knows(word) for word in last):
        return match_streets(asked, index.streets_with_any(last, towns))
    if len(towns) > MANY_TOWNS:
        return match_streets(asked, index.streets_with_any(_spelt(last, index), towns))
    found = [match for town in towns for match in match_streets(asked, index.streets_of(town))]
    return tuple(sorted(found, key=lambda match: (-match.score, match.street.town, match.street.label)))


def matches_anywhere(asked: StreetName, index: AddressIndex, *, misspelt: bool = True) -> tuple[StreetMatch, ...]:
    """Streets of every town that the name asked may mean, the best first.

    Those that hold all its words come first: the last word alone ("église") may belong to too many to compare.

    Parameters
    ----------
    misspelt : whether others are looked for where none holds all its words.
    """
    words = asked.content or ((asked.type,) if asked.type else ())
    if not words:
        return ()
    exact = match_streets(asked, index.streets_with_all(words))
    if exact or not misspelt:
        return exact
    last = _spelt(last_words(asked), index)
    return match_streets(asked, index.streets_with_any(last)) if last else ()


def near_names(reading: Reading, index: AddressIndex) -> tuple[str, ...]:
    """Titles of the few streets of the towns of a reading whose names look most like the one asked."""
    towns = sorted(reading.towns or ())[:MANY_TOWNS]
    indexes = [index.streets_of(town) for town in towns] if towns else [index.streets_with_any(reading.street.content)]
    return tuple(title for streets in indexes for title in streets.suggestions(reading.street))[:SUGGESTIONS]


def _spelt(words: Iterable[str], index: AddressIndex) -> list[str]:
    return [known for word in words for known in _alternatives(word, index)]


def _alternatives(word: str, index: AddressIndex) -> tuple[str, ...]:
    """Words of the whole index that a typed word may stand for. A misspelt word keeps its first letter."""
    return (word,) if index.knows(word) else index.vocabulary(word[0]).alternatives(word)
