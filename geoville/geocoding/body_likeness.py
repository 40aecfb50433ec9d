"""How alike the bodies of two street names are: "avenue Guynemer" and "Avenue Georges Guynemer" without the types."""

from __future__ import annotations

from math import prod
from typing import TYPE_CHECKING, NamedTuple

from geoville.geocoding.spelling import INITIAL, SAME_SOUND
from geoville.geocoding.vocabulary import DISTINGUISHING, MONTHS, TITLES

if TYPE_CHECKING:
    from collections.abc import Iterator

    from geoville.geocoding.spelling import Vocabulary
    from geoville.geocoding.street_name import StreetName

Words = tuple[str, ...]

OTHER_ORDER = 0.97
ADDED_TITLE = 0.96
FIRST_NAMES_LEFT_OUT = 0.94
SHORTEST_START = 3


class BodyLikeness(NamedTuple):
    """Likeness of two bodies.

    Parameters
    ----------
    score : in [0, 1].
    misspelt : whether a word was taken for another spelling of one that the list knows.
    """

    score: float
    misspelt: bool

    def times(self, factor: float) -> BodyLikeness:
        """The same likeness, weakened."""
        return BodyLikeness(self.score * factor, self.misspelt)


def body_likeness(asked: Words, known: StreetName, vocabulary: Vocabulary) -> BodyLikeness | None:
    """Likeness of a typed body to a known one, None where they are two streets.

    Parameters
    ----------
    asked : content words of the typed body, normalised.
    known : name of a street of the list.
    vocabulary : words of the list.

    Notes
    -----
    The score is 1 for the same words in the same order; less for an initial, a misspelt word, another order, a title
    added, first names left out of a person's name ("Guynemer"). A word that the list lacks is never ignored.
    """
    found = [_same_words(asked, known, vocabulary)]
    for fewer in _without_extras(asked, known):
        reduced = _same_words(fewer, known, vocabulary)
        found.append(reduced and reduced.times(ADDED_TITLE))
    return max((likeness for likeness in found if likeness), default=None)


def _same_words(asked: Words, known: StreetName, vocabulary: Vocabulary) -> BodyLikeness | None:
    omitted, kept = known.content[: -len(asked) or None], known.content[-len(asked) :]
    if len(asked) == len(known.content):
        in_order = _aligned(asked, known.content, vocabulary)
        if in_order is None and sorted(asked) == sorted(known.content):
            return BodyLikeness(OTHER_ORDER, misspelt=False)
        return in_order
    if not asked or len(asked) > len(known.content):
        return None
    if not known.names_a_person or not DISTINGUISHING.isdisjoint(omitted):
        return None
    without_first_names = _aligned(asked, kept, vocabulary)
    return without_first_names and without_first_names.times(FIRST_NAMES_LEFT_OUT)


def _aligned(asked: Words, known: Words, vocabulary: Vocabulary) -> BodyLikeness | None:
    scores = []
    for rank, (typed, word) in enumerate(zip(asked, known, strict=True)):
        is_shortened = rank < len(known) - 1 and typed != word and _shortens(typed, word)
        score = INITIAL if is_shortened else vocabulary.likeness(typed, word)
        if score is None:
            return None
        scores.append(score)
    return BodyLikeness(prod(scores), misspelt=any(score <= SAME_SOUND for score in scores))


def _shortens(typed: str, word: str) -> bool:
    """Whether a word is the initial of another, or the start of a title: "V" for Victor, "Cap" for Capitaine."""
    return word.startswith(typed) and (len(typed) == 1 or (len(typed) >= SHORTEST_START and word in TITLES))


def _is_that_person(asked: Words, known: StreetName) -> bool:
    """Whether a title may be left out: the general Vaillant is not Gabriel Vaillant, but Leclerc is general Leclerc."""
    return asked[0] in known.content or len(asked) - 1 >= len(known.content)


def _without_extras(asked: Words, known: StreetName) -> Iterator[Words]:
    """The typed words without a title before a person's name, and without the year after a date."""
    if len(asked) > 1 and asked[0] in TITLES and known.names_a_person and _is_that_person(asked, known):
        yield asked[1:]
    if len(asked) > 1 and asked[-1].isdigit() and asked[-2] in MONTHS:
        yield asked[:-1]
