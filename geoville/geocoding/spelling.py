"""How alike two words are, and which known words a typed one may stand for."""

from __future__ import annotations

from collections import defaultdict
from functools import cached_property
from typing import TYPE_CHECKING

from rapidfuzz import process
from rapidfuzz.distance import OSA

from geoville.geocoding.normalise import sound
from geoville.geocoding.phonetics import heard

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

SAME = 1.0
INITIAL = 0.97
SAME_SOUND = 0.95
ONE_LETTER = 0.9
TWO_LETTERS = 0.85

HEARD_ALIKE = 0.93
NEARLY_HEARD = 0.85

SHORTEST_SOUND = 5
SHORTEST_FOR_ONE_LETTER = 7
SHORTEST_FOR_TWO_LETTERS = 10
"""Lengths under which one letter makes another name: Paul and Raul, Bert and Vert."""

SHORTEST_MISSPELT = 3
LONG_ENOUGH_FOR_LETTERS = (4, 8)
SHORTEST_NEARLY_HEARD = 7
"""Lengths from which a word that nobody knows may have one wrong letter, two, or one wrong sound."""

SHORTEST_PLURAL = 4
FARTHEST = 3


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


def misspelling_likeness(asked: str, known: str) -> float | None:
    """Likeness of a word that nobody knows to a known one, as people mistype and as they write by ear.

    >>> misspelling_likeness("emlie", "emile"), misspelling_likeness("kebec", "quebec")
    (0.9, 0.93)
    """
    if asked.isdigit() or known.isdigit() or min(len(asked), len(known)) < SHORTEST_MISSPELT:
        return None
    if heard(asked) == heard(known):
        return HEARD_ALIKE
    longest = max(len(asked), len(known))
    allowed = sum(longest >= length for length in LONG_ENOUGH_FOR_LETTERS)
    distance = OSA.distance(asked, known, score_cutoff=allowed)
    if distance <= allowed:
        return {1: ONE_LETTER, 2: TWO_LETTERS}[distance]
    nearly_heard = longest >= SHORTEST_NEARLY_HEARD and OSA.distance(heard(asked), heard(known), score_cutoff=1) <= 1
    return NEARLY_HEARD if nearly_heard else None


def _differ_by_plural(asked: str, known: str) -> bool:
    """Whether one word is the plural of the other: few know whether it is the rue du Moulin or des Moulins."""
    shorter, longer = sorted((asked, known), key=len)
    return len(shorter) >= SHORTEST_PLURAL and longer in {f"{shorter}s", f"{shorter}x"}


class Vocabulary:
    """Words that a misspelt one may stand for. A word that the list knows is never taken for a misspelling of another.

    Parameters
    ----------
    words : of some streets of the list, or of them all.
    knows : whether the whole list has a word; None where these are all its words.
    rich : whether the list knows so many words that one that it lacks is likely misspelt.
    """

    def __init__(self, words: Iterable[str], *, knows: Callable[[str], bool] | None = None, rich: bool = False) -> None:
        self._words = frozenset(words)
        self._sorted = sorted(self._words)
        self._knows = knows or self._words.__contains__
        self._likeness = misspelling_likeness if rich else word_likeness

    def likeness(self, asked: str, known: str) -> float | None:
        """Likeness of a typed word to a word of the list, None where they are different words."""
        if asked == known:
            return SAME
        if _differ_by_plural(asked, known):
            return SAME_SOUND
        likeness = self._likeness(asked, known)
        return None if likeness is None or self._knows(asked) else likeness

    def alternatives(self, asked: str) -> tuple[str, ...]:
        """Words that a typed word may stand for, in alphabetical order."""
        plurals = (f"{asked}s", f"{asked}x", asked[:-1])
        same = tuple(word for word in (asked, *plurals) if word in self._words and self.likeness(asked, word))
        if same:
            return same
        near = [word for word, _, _ in process.extract(asked, self._sorted, scorer=OSA.distance, score_cutoff=FARTHEST)]
        found = [word for word in {*near, *self._alike.get(heard(asked), ())} if self._likeness(asked, word)]
        return tuple(sorted(found)) if found and not self._knows(asked) else ()

    @cached_property
    def _alike(self) -> dict[str, list[str]]:
        """Words by what is heard."""
        alike = defaultdict[str, list[str]](list)
        for word in self._sorted:
            alike[heard(word)].append(word)
        return dict(alike)
