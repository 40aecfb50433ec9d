"""The parts of an address as people write it: number, suffix, street, postcode, town."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property
from itertools import takewhile
from typing import NamedTuple

from geoville.geocoding.words import (
    INSIDE_BUILDING,
    MONTHS,
    NUMBER_SIGNS,
    NUMBERED_ROADS,
    PARTICLES,
    PLAIN_TYPES,
    REPETITION_LETTERS,
    REPETITIONS,
    STREET_TYPES,
    TITLES,
    TWO_WORD_TYPES,
    TYPE_ABBREVIATIONS,
    content_words,
    fold,
    normalise,
    numbers_in_letters,
)

# --- The name of a street cut into its type and its body, the same way for a list and for a question


@dataclass(frozen=True)
class StreetName:
    """A street's name, normalised.

    Parameters
    ----------
    type : "rue", "avenue", "grande rue"…, empty where the name has none ("Transmarck").
    words : body of the name with its articles, abbreviations written out, small numbers in letters.
    """

    type: str
    words: tuple[str, ...]

    @cached_property
    def content(self) -> tuple[str, ...]:
        """Words of the body that tell streets apart."""
        return content_words(self.words)

    @cached_property
    def names_a_person(self) -> bool:
        """Whether it starts with no article ("Georges Guynemer") or with a title ("du Général Leclerc")."""
        if not self.words:
            return False
        return self.words[0] not in PARTICLES or self.content[0] in TITLES


def street_name(text: str) -> StreetName:
    """Cut the name of a street into type and body.

    >>> street_name("Bd du 8 Mai")
    StreetName(type='boulevard', words=('du', 'huit', 'mai'))
    >>> street_name("Grande Rue du Petit Courgain").type
    'grande rue'
    """
    words = tuple(normalise(text).split())
    kind, length = leading_type(words)
    return StreetName(kind, numbers_in_letters(words[length:]))


def leading_type(words: tuple[str, ...]) -> tuple[str, int]:
    """Type of street at the head of folded words, written out, and how many words it takes (0: none).

    >>> leading_type(("gr", "rue", "du", "port")), leading_type(("mollien",))
    (('grande rue', 2), ('', 0))
    """
    if words[:2] in TWO_WORD_TYPES:
        return TWO_WORD_TYPES[words[:2]], 2
    if not words:
        return "", 0
    kind = TYPE_ABBREVIATIONS.get(words[0], words[0])
    known = kind in STREET_TYPES or kind in TWO_WORD_TYPES.values()
    return (kind, 1) if known else ("", 0)


# --- The house number of an address: where it stands among the words, and what is left without it

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


_SEPARATORS = re.compile(r"[,;|\t\r\n]+|\s[-–—/]+\s")
_NUMBER_SIGN = re.compile(r"\bn\s*[°º]", re.IGNORECASE)
_DEPARTEMENT = re.compile(r"\(\s*(?:\d{2,3}|2[AB])\s*\)", re.IGNORECASE)
_POSTAL_BOX = re.compile(r"\b(?:b\.?p|c\.?s|t\.?s\.?a|cidex)\.?\s*(?:n\s*[°º]\s*)?\d+\b", re.IGNORECASE)
_POSTCODE_SIGNS = re.compile(r"\b(?:F\s*-\s*)?(\d{5})(?=[^\W\d]|\b)", re.IGNORECASE)
_POSTCODE = re.compile(r"\d{5}")
_FLOOR = re.compile(r"\d{1,2}(?:er|e|eme)?")


@dataclass(frozen=True, slots=True)
class ParsedAddress:
    """The parts of an address, normalised; what is absent is None or empty.

    Parameters
    ----------
    number, suffix : house number, and its "bis", "b"…
    street : type and body of the street. Without comma or postcode, the town may still end the body.
    postcode : five digits; never that of a CEDEX, which is no place.
    city : what stands where a town is expected: after the postcode, or after the last comma.
    complement : what stood before the street.
    """

    number: int | None
    suffix: str
    street: StreetName
    postcode: str = ""
    city: str = ""
    complement: str = ""

    @property
    def street_type(self) -> str:
        """Type of the street, written out; empty where none was typed."""
        return self.street.type

    @property
    def street_body(self) -> str:
        """Name of the street without its type."""
        return " ".join(self.street.words)

    @property
    def in_usual_order(self) -> str:
        """The parts in one line: number, street, postcode, town.

        >>> parse_address("62107 CALAIS CEDEX, BP 12, rue Mollien n° 12 bis").in_usual_order
        '12 bis rue mollien calais'
        """
        number = "" if self.number is None else str(self.number)
        parts = (number, self.suffix, self.street_type, self.street_body, self.postcode, self.city)
        return " ".join(part for part in parts if part)


def parse_address(text: str) -> ParsedAddress:
    """Cut an address into its parts; whatever is typed, there is an answer, be it empty.

    >>> parsed = parse_address("12 bis, av. de St-Exupéry, 62100 CALAIS")
    >>> parsed.number, parsed.suffix, parsed.street_type, parsed.street_body, parsed.postcode, parsed.city
    (12, 'bis', 'avenue', 'de saint exupery', '62100', 'calais')
    >>> parse_address("Boulevard du 8 Mai 320").number
    320
    """
    parts = _parts(text)
    parts, postcode, city = _take_postcode(parts)
    parts = _join_lone_numbers(parts)
    rank = _street_rank(parts)
    later = parts[rank + 1 :]
    if not city and later:
        city, later = " ".join(later[-1]), later[:-1]
    found = house_number(parts[rank]) if parts else HouseNumber(None, "", (), ())
    street, complement, city = _street_of(found, city)
    before = " ".join(word for part in parts[:rank] for word in part)
    return ParsedAddress(found.number, found.suffix, street, postcode, city, " ".join((before, complement)).strip())


def _parts(text: str) -> list[Words]:
    """Words between commas and line ends, without postal boxes and places inside a building."""
    without_boxes = _POSTAL_BOX.sub(",", _DEPARTEMENT.sub(" ", text))
    plain = _POSTCODE_SIGNS.sub(r"\1 ", _NUMBER_SIGN.sub(" n ", without_boxes))
    parts = [_without_noise(tuple(normalise(part).split())) for part in _SEPARATORS.split(plain)]
    return [part for part in parts if part and part != ("france",)]


def _without_noise(words: Words) -> Words:
    kept: list[str] = []
    place = 0
    while place < len(words):
        place += _noise_length(words, place, kept) or _keep(words[place], kept)
    return tuple(kept)


def _keep(word: str, kept: list[str]) -> int:
    kept.append(word)
    return 1


def _noise_length(words: Words, place: int, kept: list[str]) -> int:
    """How many words from here are a place inside a building; 0 for none."""
    word, following = words[place], words[place + 1 : place + 2]
    if following == ("etage",) and _FLOOR.fullmatch(word):
        return 2
    named = bool(following) and (len(following[0]) == 1 or following[0].isdigit())
    in_a_name = bool(kept) and kept[-1] in PARTICLES | {"rue", "r"}
    return 2 if word in INSIDE_BUILDING and named and not in_a_name else 0


def _take_postcode(parts: list[Words]) -> tuple[list[Words], str, str]:
    """Take the postcode out, with the town that follows it up to a number or a type of street."""
    for rank in range(len(parts) - 1, -1, -1):
        words = parts[rank]
        for place in range(len(words) - 1, -1, -1):
            if _POSTCODE.fullmatch(words[place]):
                after = words[place + 1 :]
                city = tuple(takewhile(lambda word: not word.isdigit() and word not in PLAIN_TYPES, after))
                rest = [part for part in (words[:place], _without_cedex_rank(city, after)) if part]
                city, is_cedex = _without_cedex(city)
                remaining = parts[:rank] + rest + parts[rank + 1 :]
                return remaining, "" if is_cedex else words[place], " ".join(city)
    return [kept for kept, _ in map(_without_cedex, parts) if kept], "", ""


def _without_cedex_rank(city: Words, after: Words) -> Words:
    """What follows the town, without the number of its CEDEX."""
    rest = after[len(city) :]
    return rest[1:] if "cedex" in city and rest and rest[0].isdigit() else rest


def _without_cedex(words: Words) -> tuple[Words, bool]:
    kept = tuple(takewhile(lambda word: word != "cedex", words))
    kept = kept[:-1] if kept[-1:] == ("france",) and len(kept) > 1 and kept[-2] not in PARTICLES else kept
    return kept, "cedex" in words


def _join_lone_numbers(parts: list[Words]) -> list[Words]:
    """Give a number alone between commas to the street before it, else to what follows: "66, rue Mollien"."""
    joined: list[Words] = []
    pending: Words = ()
    for signed in parts:
        part = signed[1:] if signed[0] in NUMBER_SIGNS and len(signed) > 1 else signed
        alone = split_number(part[0]) is not None and all(_belongs_to_a_number(word) for word in part[1:])
        if alone and joined and leading_type(joined[-1])[1]:
            joined[-1] += part
        elif alone:
            pending += part
        else:
            joined.append(pending + signed)
            pending = ()
    return [*joined, pending] if pending else joined


def _belongs_to_a_number(word: str) -> bool:
    return word.isdigit() or word in REPETITIONS or len(word) == 1


def _street_rank(parts: list[Words]) -> int:
    """Which part is the street: the first with a number before a type of street, else a type, else a number."""
    numbers = [house_number(words) for words in parts]
    for rank, found in enumerate(numbers):
        if found.number is not None and leading_type(found.after)[1]:
            return rank
    for rank, (words, found) in enumerate(zip(parts, numbers, strict=True)):
        if leading_type(found.before)[1] or leading_type(found.after)[1] or _plain_type_rank(words):
            return rank
    return next((rank for rank, found in enumerate(numbers) if found.number is not None), 0)


def _plain_type_rank(words: Words) -> int:
    """Rank of a word such as "rue" further on in the words; 0 where there is none or it ends them."""
    return next((rank for rank, word in enumerate(words[:-1]) if word in PLAIN_TYPES and rank > 0), 0)


def _street_of(found: HouseNumber, city: str) -> tuple[StreetName, str, str]:
    """Street, complement and town from the words around the house number."""
    before, after = found.before, found.after
    if leading_type(after)[1] or not before:
        name, complement = after, " ".join(before)
    else:
        name, complement, city = before, "", city or " ".join(after)
    if not leading_type(name)[1]:
        rank = _plain_type_rank(name)
        name, complement = name[rank:], f"{complement} {' '.join(name[:rank])}".strip()
    return street_name(" ".join(_type_first(name))), complement, city


def _type_first(name: Words) -> Words:
    """Bring a type written last to the front: "Mollien (rue)"."""
    if len(name) > 1 and name[-1] in PLAIN_TYPES and not leading_type(name)[1]:
        return (name[-1], *name[:-1])
    return name
