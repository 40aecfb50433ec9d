"""Which streets of the list a question may mean: type and body of the name are scored apart, then weighed.

Scores of the whole string lie: a street of the wrong town shares most of its letters with the right one.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from geoville.geocoding.body_likeness import body_likeness

if TYPE_CHECKING:
    from geoville.geocoding.street_index import Street, StreetIndex
    from geoville.geocoding.street_name import StreetName

SAME_TYPE = 1.0
NO_TYPE_ASKED = 0.92
OTHER_TYPE = 0.85

ACCEPTED = 0.79
"""Least score of a street: one departure from its name is accepted, or first names left out and one more."""

AS_GOOD = 0.02
"""Streets whose scores differ by no more than this are as good as each other."""


@dataclass(frozen=True, slots=True)
class StreetMatch:
    """A street that the question may mean.

    Parameters
    ----------
    score : in [ACCEPTED, 1].
    other_type : the question names another type of street ("rue" for "avenue").
    no_type : the question names no type of street.
    misspelt : a word was taken for another spelling of a known one.
    """

    street: Street
    score: float
    other_type: bool = False
    no_type: bool = False
    misspelt: bool = False


def match_streets(asked: StreetName, index: StreetIndex) -> tuple[StreetMatch, ...]:
    """Streets of every town that the name asked may mean, the best first."""
    matches = (_match(asked, street, index) for street in index.candidates(asked))
    accepted = [match for match in matches if match is not None and match.score >= ACCEPTED]
    return tuple(sorted(accepted, key=lambda match: (-match.score, match.street.town, match.street.label)))


def as_good_as_first(matches: tuple[StreetMatch, ...]) -> tuple[StreetMatch, ...]:
    """The best match and those that cannot be told from it by their score."""
    return tuple(match for match in matches if match.score >= matches[0].score - AS_GOOD)


def _match(asked: StreetName, street: Street, index: StreetIndex) -> StreetMatch | None:
    known = street.name
    words = asked.content if known.type or not asked.type else (asked.type, *asked.content)
    if not words and not known.content:
        return StreetMatch(street, SAME_TYPE) if asked.type == known.type else None
    body = body_likeness(words, known, index.vocabulary)
    if body is None:
        return None
    if asked.type == known.type or not known.type:
        return StreetMatch(street, body.score, misspelt=body.misspelt)
    if not asked.type:
        return StreetMatch(street, body.score * NO_TYPE_ASKED, no_type=True, misspelt=body.misspelt)
    return StreetMatch(street, body.score * OTHER_TYPE, other_type=True, misspelt=body.misspelt)
