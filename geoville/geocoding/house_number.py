"""The house number of an address: where it stands among the words, and what is left without it."""

from __future__ import annotations

import re
from typing import NamedTuple

from geoville.geocoding.normalise import fold
from geoville.geocoding.street_name import leading_type
from geoville.geocoding.vocabulary import (
    MONTHS,
    NUMBER_SIGNS,
    NUMBERED_ROADS,
    PARTICLES,
    REPETITION_LETTERS,
    REPETITIONS,
)

Words = tuple[str, ...]

_NUMBER = re.compile(r"(\d{1,4})([a-z]?|bis|ter|quater|quinquies)")
_YEAR = re.compile(r"1[0-9]{3}|20[0-9]{2}")


class HouseNumber(NamedTuple):
    """A house number, and the words before and after it.

    Parameters
    ----------
    number : None where the words hold no house number.
    suffix : "bis", "b"…, as typed, folded.
    """

    number: int | None
    suffix: str
    before: Words
    after: Words


def house_number(words: Words) -> HouseNumber:
    """Find the house number: before a type of street, else at the head, else after the name of the street.

    >>> house_number(("12", "bis", "rue", "mollien"))
    HouseNumber(number=12, suffix='bis', before=(), after=('rue', 'mollien'))
    >>> house_number(("boulevard", "du", "8", "mai"))
    HouseNumber(number=None, suffix='', before=('boulevard', 'du', '8', 'mai'), after=())
    """
    places = sorted(range(len(words)), key=lambda place: (not _precedes_a_type(words, place), place))
    for place in places:
        if _may_be_a_house_number(words, place):
            return _cut(words, place)
    return HouseNumber(None, "", words, ())


def split_number(text: str) -> tuple[int, str] | None:
    """Number and suffix of a house number written alone, None where it is not one.

    >>> split_number("12 BIS"), split_number("7b"), split_number("bis")
    ((12, 'bis'), (7, 'b'), None)
    """
    match = _NUMBER.fullmatch(fold(text).replace(" ", ""))
    return (int(match[1]), match[2]) if match else None


def _may_be_a_house_number(words: Words, place: int) -> bool:
    """Whether the word is a number that is neither a date, nor a year, nor part of the name of a road."""
    if not _NUMBER.fullmatch(words[place]):
        return False
    before, after = words[:place], words[place + 1 :]
    if not before:
        return bool(after) and after[0] not in MONTHS
    if before[-1] in PARTICLES or (after and after[0] in MONTHS):
        return False
    if before[-1] in MONTHS:
        return not _YEAR.fullmatch(words[place])
    return before[-1] not in NUMBERED_ROADS or before[-1] in NUMBER_SIGNS


def _precedes_a_type(words: Words, place: int) -> bool:
    rest = words[place + 1 :]
    if rest and rest[0] in REPETITIONS:
        rest = rest[1:]
    return bool(_NUMBER.fullmatch(words[place])) and leading_type(_without_range(rest))[1] > 0


def _cut(words: Words, place: int) -> HouseNumber:
    match = _NUMBER.fullmatch(words[place])
    assert match is not None
    before, after, suffix = words[:place], words[place + 1 :], match[2]
    if before and before[-1] in NUMBER_SIGNS:
        before = before[:-1]
    if not suffix and after and _is_suffix(after, at_end=bool(before)):
        suffix, after = after[0], after[1:]
    return HouseNumber(int(match[1]), suffix, before, _without_range(after))


def _is_suffix(after: Words, *, at_end: bool) -> bool:
    """Whether the word after the number repeats it: a word or its letter, or any letter before a type or at the end."""
    if after[0] in REPETITIONS or (after[0] in REPETITION_LETTERS and len(after) > 1):
        return True
    if len(after[0]) != 1 or after[0].isdigit():
        return False
    return leading_type(after[1:])[1] > 0 or (at_end and len(after) == 1)


def _without_range(after: Words) -> Words:
    """Drop the second number of "12-14 rue Mollien" or "12 à 14 rue Mollien"."""
    rest = after[1:] if after and after[0] in {"a", "et"} else after
    is_range = bool(rest) and rest[0].isdigit() and MONTHS.isdisjoint(rest[1:2])
    return rest[1:] if is_range else after
