"""Named places ("collège Vauban") found by the words of their names, in any order."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from geoville.geocoding.words import (
    OPTIONAL_PLACE_WORDS,
    SAME,
    Vocabulary,
    content_words,
    normalise,
    numbers_in_letters,
)

if TYPE_CHECKING:
    from collections.abc import Iterable

    from geoville.model import Address


Words = tuple[str, ...]

SHORTENED = 0.95
ENOUGH_WORDS = 2
SUGGESTED_PLACES = 3

_COMMENT = re.compile(r"\(([^)]*)\)")


@dataclass(frozen=True, slots=True)
class PlaceName:
    """One name of a place, normalised.

    Parameters
    ----------
    words : content words of the name.
    needed : first and last of its telling words: what it is and whose name it bears ("college", "vauban").
    besides : words that a question may add: those of its town and of the comment between brackets.
    """

    place: Address
    words: Words
    needed: frozenset[str]
    besides: frozenset[str]


@dataclass(frozen=True, slots=True)
class PlaceMatch:
    """A place that the question may mean; `enough` is False where the words asked are too few to be sure."""

    place: Address
    score: float
    enough: bool


class PlaceIndex:
    """Named places by the words of their names, fixed after construction."""

    def __init__(self, places: Iterable[Address]) -> None:
        by_name = sorted(places, key=lambda place: (place.place, place.id))
        self._names = tuple(name for place in by_name for name in _names_of(place))
        self._vocabulary = Vocabulary(word for name in self._names for word in name.words)

    def match(self, asked: Words) -> tuple[PlaceMatch, ...]:
        """Places whose names hold every word asked, the best first; nothing is asked by no word."""
        best: dict[str, PlaceMatch] = {}
        for name in self._names if asked else ():
            found = self._match(asked, name)
            if found and (name.place.id not in best or found.score > best[name.place.id].score):
                best[name.place.id] = found
        return tuple(sorted(best.values(), key=lambda match: (not match.enough, -match.score)))

    def starting(self, asked: Words) -> tuple[Address, ...]:
        """Places whose names hold the words asked, the last of which is not typed to its end."""
        *typed, last = asked or ("",)
        found = {
            name.place.id: name.place
            for name in self._names
            if last
            and any(word.startswith(last) for word in name.words)
            and name.besides.union(name.words).issuperset(typed)
        }
        return tuple(found.values())

    def _match(self, asked: Words, name: PlaceName) -> PlaceMatch | None:
        score, recognised = SAME, set[str]()
        for typed in asked:
            likeness, known = self._nearest(typed, name)
            if likeness is None:
                return None
            score *= likeness
            recognised.add(known)
        if recognised <= name.besides - set(name.words):
            return None
        whole = set(name.words) <= recognised
        return PlaceMatch(name.place, score if whole else score * SHORTENED, whole or name.needed <= recognised)

    def _nearest(self, typed: str, name: PlaceName) -> tuple[float | None, str]:
        if typed in name.besides:
            return SAME, typed
        scored = ((self._vocabulary.likeness(typed, known), known) for known in name.words)
        return max(((score, known) for score, known in scored if score is not None), default=(None, ""))


def _names_of(place: Address) -> Iterable[PlaceName]:
    comment = " ".join(_COMMENT.findall(place.place))
    town = content_words(tuple(normalise(place.city).split()))
    besides = frozenset((*town, *normalise(comment).split()))
    for name in _COMMENT.sub(" ", place.place).split("/"):
        words = content_words(numbers_in_letters(tuple(normalise(name).split())))
        if words:
            telling = _telling_words(words, town)
            yield PlaceName(place, words, frozenset((telling[0], telling[-1])), besides)


def _telling_words(words: Words, town: Words) -> Words:
    """The name without its town and without what people leave out, as long as two words remain."""
    needed = tuple(word for word in words if word not in OPTIONAL_PLACE_WORDS)
    elsewhere = tuple(word for word in needed if word not in town)
    return next((kept for kept in (elsewhere, needed) if len(kept) >= ENOUGH_WORDS), words)
