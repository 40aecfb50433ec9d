"""How alike two words are, and which known words a typed one may stand for."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rapidfuzz import process
from rapidfuzz.distance import OSA

from geoville.geocoding.normalise import sound

if TYPE_CHECKING:
    from collections.abc import Iterable

SAME = 1.0
INITIAL = 0.97
SAME_SOUND = 0.95
ONE_LETTER = 0.9
TWO_LETTERS = 0.85

SHORTEST_SOUND = 5
SHORTEST_FOR_ONE_LETTER = 7
SHORTEST_FOR_TWO_LETTERS = 10
"""Lengths under which one letter makes another name: Paul and Raul, Bert and Vert."""


def word_likeness(asked: str, known: str) -> float | None:
    """Likeness of two normalised words in [0, 1], None where they are different words.

    >>> word_likeness("guynemet", "guynemer"), word_likeness("reims", "rheims"), word_likeness("bart", "bert")
    (0.9, 0.95, None)
    """
    if asked == known:
        return SAME
    if not asked or not known or asked[0] != known[0] or asked.isdigit() or known.isdigit():
        return None
    shortest = min(len(asked), len(known))
    if shortest >= SHORTEST_SOUND and sound(asked) == sound(known):
        return SAME_SOUND
    if shortest < SHORTEST_FOR_ONE_LETTER:
        return None
    allowed = 2 if shortest >= SHORTEST_FOR_TWO_LETTERS else 1
    distance = OSA.distance(asked, known, score_cutoff=allowed)
    return {1: ONE_LETTER, 2: TWO_LETTERS}.get(distance) if distance <= allowed else None


class Vocabulary:
    """The words of a list. A word that the list knows is never taken for a misspelling of another."""

    def __init__(self, words: Iterable[str]) -> None:
        self._words = frozenset(words)
        self._sorted = sorted(self._words)

    def likeness(self, asked: str, known: str) -> float | None:
        """Likeness of a typed word to a word of the list, None where they are different words."""
        if asked != known and asked in self._words:
            return None
        return word_likeness(asked, known)

    def alternatives(self, asked: str) -> tuple[str, ...]:
        """Words of the list that a typed word may stand for, in alphabetical order."""
        if asked in self._words:
            return (asked,)
        if len(asked) < SHORTEST_SOUND:
            return ()
        near = process.extract(asked, self._sorted, scorer=OSA.distance, score_cutoff=3, limit=None)
        return tuple(sorted(word for word, _, _ in near if word_likeness(asked, word) is not None))
