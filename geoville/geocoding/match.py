"""Which streets of the list a question may mean: type and body of the name are scored apart, then weighed.

Scores of the whole string lie: a street of the wrong town shares most of its letters with the right one.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache, partial
from typing import TYPE_CHECKING, NamedTuple

from rapidfuzz.distance import OSA

from geoville.geocoding.body_likeness import body_likeness
from geoville.geocoding.street_name import StreetName

if TYPE_CHECKING:
    from geoville.geocoding.spelling import Vocabulary
    from geoville.geocoding.street_index import Street, StreetIndex

SAME_TYPE = 1.0
NO_TYPE_ASKED = 0.92
OTHER_TYPE = 0.85
MISSPELT_TYPE = 0.95
SHORTEST_TYPE = 4

ACCEPTED = 0.79
"""Least score of a street: one departure from its name is accepted, or first names left out and one more."""

AS_GOOD = 0.02
"""Streets whose scores differ by no more than this are as good as each other."""


class NameLikeness(NamedTuple):
    """How alike the names of two streets are.

    Parameters
    ----------
    score : in [0, 1].
    other_type : the question names another type of street ("rue" for "avenue").
    no_type : the question names no type of street.
    misspelt : a word was taken for another spelling of a known one.
    """

    score: float
    other_type: bool = False
    no_type: bool = False
    misspelt: bool = False


@dataclass(frozen=True, slots=True)
class StreetMatch:
    """A street that the question may mean, with the likeness of its name to the one asked."""

    street: Street
    score: float
    other_type: bool
    no_type: bool
    misspelt: bool


def name_likeness(asked: StreetName, known: StreetName, vocabulary: Vocabulary) -> NameLikeness | None:
    """Likeness of a street's name as asked to a known one, None where they are two streets."""
    if not asked.type and known.type:
        retyped = _with_misspelt_type(asked, known.type)
        if retyped:
            likeness = name_likeness(retyped, known, vocabulary)
            return likeness and likeness._replace(score=likeness.score * MISSPELT_TYPE, misspelt=True)
    words = asked.content if known.type or not asked.type else (asked.type, *asked.content)
    if not words and not known.content:
        return NameLikeness(SAME_TYPE) if asked.type == known.type else None
    body = body_likeness(words, known, vocabulary)
    if body is None:
        return None
    if asked.type == known.type or not known.type:
        return NameLikeness(body.score, misspelt=body.misspelt)
    if not asked.type:
        return NameLikeness(body.score * NO_TYPE_ASKED, no_type=True, misspelt=body.misspelt)
    return NameLikeness(body.score * OTHER_TYPE, other_type=True, misspelt=body.misspelt)


def _with_misspelt_type(asked: StreetName, kind: str) -> StreetName | None:
    """The name asked, its first word taken for a type of street that it misspells; None where it is none."""
    first = asked.words[0] if len(asked.words) > 1 else ""
    is_near = len(first) >= SHORTEST_TYPE and OSA.distance(first, kind, score_cutoff=1) <= 1
    return StreetName(kind, asked.words[1:]) if is_near else None


def match_streets(asked: StreetName, index: StreetIndex) -> tuple[StreetMatch, ...]:
    """Streets of every town that the name asked may mean, the best first."""
    likeness_of = cache(partial(name_likeness, asked, vocabulary=index.vocabulary))
    found = ((street, likeness_of(street.name)) for street in index.candidates(asked))
    accepted = [StreetMatch(street, *likeness) for street, likeness in found if likeness and likeness.score >= ACCEPTED]
    return tuple(sorted(accepted, key=lambda match: (-match.score, match.street.town, match.street.label)))


def as_good_as_first(matches: tuple[StreetMatch, ...]) -> tuple[StreetMatch, ...]:
    """The best match and those that cannot be told from it by their score."""
    return tuple(match for match in matches if match.score >= matches[0].score - AS_GOOD)
