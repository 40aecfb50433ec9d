"""The parts of an address as people write it: number, suffix, street, postcode, town."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import takewhile
from typing import NamedTuple

from geoville.french import STREET_TYPES, TYPE_ABBREVIATIONS, fold, is_street_type, well_read
from geoville.geocoding.words import (
    ALIASES,
    ALONE_INSIDE,
    AREAS,
    BEFORE_FRANCE,
    CITIES_WITH_ARRONDISSEMENTS,
    COUNTRIES,
    DEPARTEMENTS,
    DISTINGUISHING,
    ENDS_OF_NAMES,
    FIRST_NAMES,
    FLOORS,
    INSIDE_BUILDING,
    LETTERED_PLACES,
    MONTHS,
    NUMBER_SIGNS,
    NUMBERED_ROADS,
    OTHER_COUNTRIES,
    OTHER_TYPES,
    PARTICLES,
    PLACES_OF_STREETS,
    PLAIN_TYPES,
    PLURAL_ARTICLES,
    REPETITION_LETTERS,
    REPETITIONS,
    SIDES,
    SINGULAR_ARTICLES,
    THINGS,
    TITLES,
    TWO_WORD_TYPES,
    content_words,
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
    other_types : that the type as it was abbreviated may stand for as well.
    """

    type: str
    words: tuple[str, ...]
    other_types: tuple[str, ...] = ()

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

    @cached_property
    def article(self) -> str:
        """Whether an article says that its things are several, or that it is one: "des", "du"; else empty."""
        first = set(takewhile(PARTICLES.__contains__, self.words))
        return "des" if first & PLURAL_ARTICLES else "du" if first & SINGULAR_ARTICLES else ""

    @cached_property
    def without_alias(self) -> StreetName:
        """The name before its other one: "Émile Chartier" for "Émile Chartier dit Alain"."""
        words = tuple(takewhile(lambda word: word not in ALIASES, self.words))
        return replace(self, words=words) if words and words[-1] not in PARTICLES else self

    @cached_property
    def names_a_thing(self) -> bool:
        """Whether an article says that it is no person's bare name: "du Moulin", "de la Fontaine", "des Marais"."""
        first = tuple(takewhile(PARTICLES.__contains__, self.words))
        return bool(first) and first not in {("de",), ("d",)} and self.content[0] not in TITLES

    def leaves_first_names_out_of(self, known: StreetName) -> bool:
        """Whether this is surely the end of a person's name as the list writes it: "Guynemer", "de Gaulle"."""
        start = known.words[: -len(self.words) or None]
        omitted = all(word in FIRST_NAMES or word in TITLES or word in {"du", "de", "la"} for word in start)
        is_surname = len(self.content) > 1 or self.content[0] not in THINGS
        return (
            omitted and is_surname and not self.names_a_thing and known.words[-len(self.words) :][:1] == self.words[:1]
        )


def street_name(text: str) -> StreetName:
    """Cut the name of a street into type and body.

    >>> street_name("Bd du 8 Mai")
    StreetName(type='boulevard', words=('du', 'huit', 'mai'), other_types=())
    >>> street_name("Grande Rue du Petit Courgain").type
    'grande rue'
    """
    words = tuple(normalise(text).split())
    kind, length = leading_type(words)
    others = OTHER_TYPES.get(words[0], ()) if length == 1 else ()
    return StreetName(kind, numbers_in_letters(words[length:]), others)


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
_BETWEEN_NUMBERS = frozenset({"a", "au", "et", "ou"})


class HouseNumber(NamedTuple):
    """A house number, and the words before and after it.

    Parameters
    ----------
    number : None where the words hold no house number.
    suffix : "bis", "b"…, as typed, folded.
    others : the other numbers typed with it, with their suffixes: those of "12-14", of "12, 14 et 16".
    """

    number: int | None
    suffix: str
    before: Words
    after: Words
    others: tuple[tuple[int, str], ...] = ()


def house_number(words: Words) -> HouseNumber:
    """Find the house number: before a type of street, else at the head, else after the name of the street.

    >>> house_number(("12", "bis", "rue", "mollien"))
    HouseNumber(number=12, suffix='bis', before=(), after=('rue', 'mollien'), others=())
    >>> house_number(("12", "a", "16", "rue", "mollien")).others
    ((16, ''),)
    >>> house_number(("boulevard", "du", "8", "mai")).number is None
    True
    """
    places = [place for place, word in enumerate(words) if _NUMBER.fullmatch(word)]
    if len(places) > 1:
        places.sort(key=lambda place: not _precedes_a_type(words, place))
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
    """Whether a number is neither a date, nor a year, nor part of the name of a road."""
    before, after = words[:place], words[place + 1 :]
    if not before:
        return bool(after) and after[0] not in MONTHS
    if before[-1] in PARTICLES or (after and after[0] in MONTHS):
        return False
    if before[-1] in MONTHS:
        return not _YEAR.fullmatch(words[place])
    return before[-1] not in NUMBERED_ROADS or before[-1] in NUMBER_SIGNS


def _precedes_a_type(words: Words, place: int) -> bool:
    return leading_type(_cut(words, place).after)[1] > 0


def _cut(words: Words, place: int) -> HouseNumber:
    before = words[:place]
    if before and before[-1] in NUMBER_SIGNS:
        before = before[:-1]
    number, suffix, after = _take_number(words[place:], at_end=bool(before))
    others: list[tuple[int, str]] = []
    last = number
    while True:
        rest = after[1:] if after and after[0] in _BETWEEN_NUMBERS else after
        if rest and rest is not after and rest[0] in REPETITIONS:  # "12 bis et ter"
            others.append((last, rest[0]))
            after = rest[1:]
        elif rest and _NUMBER.fullmatch(rest[0]) and MONTHS.isdisjoint(rest[1:2]):
            last, other_suffix, after = _take_number(rest, at_end=bool(before))
            others.append((last, other_suffix))
        else:
            return HouseNumber(number, suffix, before, after, tuple(others))


def _take_number(words: Words, *, at_end: bool) -> tuple[int, str, Words]:
    """Number at the head of words, with its suffix, and what follows them."""
    match = _NUMBER.fullmatch(words[0])
    assert match is not None
    suffix, after = match[2], words[1:]
    if not suffix and after and _is_suffix(after, at_end=at_end):
        suffix, after = after[0], after[1:]
    if len(suffix) == 1 and after and after[0] in REPETITIONS and len(after) > 1:  # "42 a bis"
        suffix, after = f"{suffix}{after[0]}", after[1:]
    return int(match[1]), suffix, after


def _is_suffix(after: Words, *, at_end: bool) -> bool:
    """Whether the word after the number repeats it: a word or its letter, or any letter before a type or at the end."""
    if after[0] in REPETITIONS or (after[0] in REPETITION_LETTERS and len(after) > 1):
        return True
    if len(after[0]) != 1 or after[0].isdigit():
        return False
    follows = after[2:] if after[1:2] and after[1] in REPETITIONS else after[1:]
    return leading_type(follows)[1] > 0 or (at_end and len(after) == 1)


# --- What a text holds beside an address, found before its signs are lost: boxes, former numbers, fractions, ranges

_SEPARATORS = re.compile(r"[,;|\t\r\n\u2028\x0b\x0c\x85]+|\s[-–—/]+\s")
_NUMBER_SIGN = re.compile(r"\bn\s*[°º]|№", re.IGNORECASE)
_DEPARTEMENT = re.compile(r"\(\s*(\d{2,3}|2[AB])\s*\)", re.IGNORECASE)
_POSTAL_BOX = re.compile(
    r"\b(?:b\.?p|c\.?s|t\.?s\.?a|cidex|bo[iî]te\s+postale|case\s+postale)\.?\s*(?:n\s*[°º]\s*)?\d+\b", re.IGNORECASE
)
_POSTCODE_SIGNS = re.compile(r"\b(?:F\s*-\s*)?(\d{5})(?=[^\W\d]|\b)", re.IGNORECASE)
_POSTCODE = re.compile(r"\d{5}")

_FRACTION = re.compile(r"(?:\b\d{1,4}\s*)?[½¼¾⅓⅔⅛]|\b\d{1,4}\s+[1-3]\s*/\s*[2-4]\b")
_DECIMAL = re.compile(r"(?<![\d./])\d{1,4}\.\d{1,4}(?![\d.])(?=[\s,]*[^\W\d])")
_FORMER_NUMBER = re.compile(
    r"\b(?:ex|anciennement|ancien(?:\s+num[ée]ro)?)\b[\s.:-]*(?:le\s+|n\s*[°º]?\s*)?\d{1,4}(?:\s?(?:bis|ter|quater|[a-d]))?\b",
    re.IGNORECASE,
)
_FORMER_NAME = re.compile(
    r"\b(?:ex|anciennement|ancien\s+nom)\b[\s.:-]*(?=(?:rue|r|avenue|av|ave|boulevard|bd|place|pl|chemin|impasse|imp|all[ée]e|route|rte|quai|cours)\b)",
    re.IGNORECASE,
)
_END_OF_RANGE = r"\s+(?:les?\s+)?(?:n\s*[°º]\s*|num[ée]ros?\s+)?(\d{1,4}(?:\s*(?:bis|ter|quater|[a-d]))?)"
_RANGE = re.compile(
    rf"\b(entre|depuis|de|du|des){_END_OF_RANGE}\s+(?:et|[àa]|au|jusqu['’ ]\s*(?:au|[àa])){_END_OF_RANGE}\b"
    rf"(?!\s+(?:{'|'.join(sorted(MONTHS))}|f[ée]vrier|ao[ûu]t|d[ée]cembre)\b)",
    re.IGNORECASE,
)
_STOREYS = re.compile(r"\bR\s*\+\s*\d{1,2}\b", re.IGNORECASE)
_PHRASES_INSIDE = (
    ("escalier", re.compile(r"\bcage\s+d\s*['’ ]\s*escalier", re.IGNORECASE), "escalier"),
    ("lettre", re.compile(r"\b(?:bo[iî]te|bte)s?\s+(?:aux|[àa])\s+lettres?", re.IGNORECASE), "boite"),
    ("rez", re.compile(r"\brez[\s-]+de[\s-]+(?:chauss[ée]e|jardin)", re.IGNORECASE), "rdc"),
    ("sous", re.compile(r"\bsous[\s-]+sol\b", re.IGNORECASE), "entresol"),
)
"""Letters that a text has where it has such a phrase, the phrase, and what it is read as."""
_DESIGNATOR = re.compile(r"[a-z]|\d{1,4}[a-z]?|[a-z]\d{1,4}|[ivx]{2,4}|bis|ter")
_STUCK = re.compile(r"([a-z]{2,})(\d{1,4}[a-z]?)")
_RANK = re.compile(
    r"(?:\d{1,2}(?:er|ere|e|eme|nd|nde|ieme)|premier|premiere|deuxieme|second|troisieme|quatrieme|dernier)"
)
_LONE_RANK = re.compile(r"\d{1,2}")


class Prepared(NamedTuple):
    """What a text says that is no part of a position.

    Parameters
    ----------
    doubts : French sentences about what was typed and cannot be trusted: the answer is then not firm.
    aside : what was understood and set aside, as it was typed.
    """

    text: str
    doubts: tuple[str, ...] = ()
    aside: tuple[str, ...] = ()


def _prepared(text: str) -> Prepared:
    """Take out of a text what would be lost with its signs, or be read as a house number that it is not."""
    text = well_read(text)
    doubts: list[str] = []
    aside: list[str] = []
    lower = text.casefold()
    for pattern in (_POSTAL_BOX, _STOREYS) if "+" in lower else (_POSTAL_BOX,):
        if found := pattern.findall(text):
            aside += [one.strip() for one in found]
            text = pattern.sub(",", text)
    for needed, pattern, word in _PHRASES_INSIDE:
        text = pattern.sub(word, text) if needed in lower else text
    for needed_letters, pattern, doubt in _UNSURE:
        if any(map(lower.__contains__, needed_letters)) and (matches := tuple(pattern.finditer(text))):
            doubts += [doubt.format(" ".join(match[0].split())) for match in matches]
            text = pattern.sub(" ", text)
    if matches := tuple(_RANGE.finditer(text)):
        between = [match[0] for match in matches if fold(match[1]) in {"entre", "depuis"}]
        doubts += [_BETWEEN.format(" ".join(one.split())) for one in between]
        text = _RANGE.sub(r"\2 a \3", text)
    return Prepared(text, tuple(doubts), tuple(aside))


_UNSURE = (
    (("ex", "anc"), _FORMER_NUMBER, "« {} » est un ancien numéro, dont la position n'est pas connue."),
    (("ex", "anc"), _FORMER_NAME, "La voie demandée est désignée par un ancien nom."),
    (("/", *"½¼¾⅓⅔⅛"), _FRACTION, "« {} » n'est pas un numéro de maison connu."),
    ((".",), _DECIMAL, "« {} » n'est pas un numéro de maison lisible."),
)
_BETWEEN = "« {} » ne dit pas à quel numéro."
_SECOND_STREET = "Une autre voie est écrite dans la même adresse : « {} »."
_SECOND_NUMBER = "Un autre numéro est écrit dans la même adresse : « {} »."
_OTHER_COUNTRY = "Un autre pays est écrit dans l'adresse : « {} »."
_NOT_UNDERSTOOD = "« {} », écrit entre le numéro et la rue, n'est pas compris."
_NUMBER_ZERO = "numéro 0, qui n'en est pas un"


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
    others : the other house numbers typed with the first one, with their suffixes: those of "12-14", "12, 14 et 16".
    doubts : French sentences about what was typed and contradicts the rest, or cannot be trusted: no answer is firm.
    aside : what was understood and has no part in the position, as it was typed: a flat, a postal box, a country.
    departement : code of the département named after the town.
    lines : what stood after the street, one text for each line, its town left out.
    """

    number: int | None
    suffix: str
    street: StreetName
    postcode: str = ""
    city: str = ""
    complement: str = ""
    others: tuple[tuple[int, str], ...] = ()
    doubts: tuple[str, ...] = ()
    aside: tuple[str, ...] = ()
    departement: str = ""
    lines: tuple[str, ...] = ()

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
    said = _prepared(text)
    departements = [match[1].upper() for match in _DEPARTEMENT.finditer(said.text)] if "(" in said.text else []
    parts, aside = _parts(said.text)
    parts, postcode, city = _take_postcode(parts)
    parts = _join_lone_numbers(parts)
    rank = _street_rank(parts)
    later, areas = _without_areas(parts[rank + 1 :], in_a_town=bool(city))
    city, area = _without_area(city) if postcode else (city, "")
    doubts = [*said.doubts, *_other_streets(parts, rank), *_lone_numbers(later), *_abroad(parts, city)]
    later = [words for words in later if not _is_a_number(words) and not _is_a_street(words)]
    if not city and later:
        city, later = " ".join(later[-1]), later[:-1]
    found = house_number(parts[rank]) if parts else HouseNumber(None, "", (), ())
    street, complement, city = _street_of(found, city)
    if complement and found.after and " ".join(found.after).startswith(f"{complement} "):
        doubts.append(_NOT_UNDERSTOOD.format(complement))
    before = " ".join(word for part in parts[:rank] for word in part)
    areas = [*areas, area] if area else areas
    codes = [*departements, *(DEPARTEMENTS[name] for name in areas if name in DEPARTEMENTS)]
    zero = found.number == 0
    return ParsedAddress(
        number=None if zero else found.number,
        suffix="" if zero else found.suffix,
        street=street,
        postcode=postcode,
        city=city,
        complement=" ".join((before, complement)).strip(),
        others=() if zero else found.others,
        doubts=tuple(doubts),
        aside=(*said.aside, *aside, *areas, *((_NUMBER_ZERO,) if zero else ())),
        departement=codes[0] if codes else "",
        lines=tuple(" ".join(words) for words in later),
    )


def _parts(text: str) -> tuple[list[Words], list[str]]:
    """Words between commas and line ends, without places inside a building, which come apart as they were typed."""
    plain = _DEPARTEMENT.sub(" ", text) if "(" in text else text
    plain = _POSTCODE_SIGNS.sub(r"\1 ", plain if plain.isascii() else _NUMBER_SIGN.sub(" n ", plain))
    aside: list[str] = []
    parts = [_without_noise(tuple(normalise(part).split()), aside) for part in _SEPARATORS.split(plain)]
    if ("0",) in parts:
        aside.append(_NUMBER_ZERO)
    return [part for part in _one_by_one([part for part in parts if part != ("0",)]) if part], aside


def _one_by_one(parts: list[Words]) -> list[Words]:
    """Give what stands alone in its part to the next one, as columns cut it: "bd", "National"; "62100", "Calais"."""
    joined: list[Words] = []
    pending: Words = ()
    for part in filter(None, parts):
        whole = pending + part
        kind = part[0] if len(part) == 1 else ""
        is_type = is_street_type(kind)
        if is_type or (len(part) == 1 and _POSTCODE.fullmatch(kind)):
            pending = whole
        else:
            joined.append(whole)
            pending = ()
    return [*joined, pending] if pending else joined


def _without_noise(words: Words, aside: list[str]) -> Words:
    kept: list[str] = []
    place = 0
    words = tuple(part for word in words for part in _unstuck(word))
    while place < len(words):
        length = _noise_length(words, place, kept)
        if length:
            aside.append(" ".join(words[place : place + length]))
        else:
            kept.append(words[place])
        place += length or 1
    return tuple(kept)


def _unstuck(word: str) -> Words:
    """Cut "apt12" in two."""
    stuck = None if word.isalpha() else _STUCK.fullmatch(word)
    return (stuck[1], stuck[2]) if stuck and stuck[1] in INSIDE_BUILDING else (word,)


def _noise_length(words: Words, place: int, kept: list[str]) -> int:
    """How many words from here are a place inside a building; 0 for none."""
    word, after = words[place], words[place + 1 :]
    if word in ALONE_INSIDE:
        return 1 + (after[:1] != () and after[0] in SIDES)
    floor = _floor_length(words[place:])
    if floor:
        return floor
    if word in LETTERED_PLACES and len(after) > 1 and after[0].isdigit() and leading_type(after[1:])[1]:
        return 2
    return _named_inside(word, after, kept)


def _named_inside(word: str, after: Words, kept: list[str]) -> int:
    """How many words are a part of a building and its name: "porte n 70", "appt 3 et 4", "lot 12"; 0 for none."""
    signs = 1 if after[:1] and after[0] in NUMBER_SIGNS else 0
    named = after[signs:]
    if not (named and _DESIGNATOR.fullmatch(named[0])):
        return 0
    # Whatever it is, a thing with a number of its own before a street: "cabinet n° 3 rue Mollien".
    is_numbered = bool(signs and not kept and word.isalpha() and named[0].isdigit() and leading_type(named[1:])[1])
    is_inside = word in INSIDE_BUILDING and not _ends_a_name(word, kept)
    is_other = is_numbered and word not in NUMBER_SIGNS and not leading_type((word,))[1]
    return 1 + signs + _designators(named) if is_inside or is_other else 0


def _designators(words: Words) -> int:
    """How many words at the head name flats, floors or doors: "3", "3 et 4", "b gauche"."""
    length = 1
    while words[length : length + 1] and words[length] in {"et", "a"} and words[length + 1 : length + 2]:
        if not (_DESIGNATOR.fullmatch(words[length + 1]) and not leading_type(words[length + 2 :])[1]):
            break
        length += 2
    return length + (words[length : length + 1] != () and words[length] in SIDES)


def _floor_length(words: Words) -> int:
    """Length of "2e etage", "3 eme gauche", "1er et 2e etage" at the head of words; 0 where there is none."""
    if _RANK.fullmatch(words[0]):
        length = 1
    elif _LONE_RANK.fullmatch(words[0]) and words[1:2] and words[1] in {"e", "er", "eme", "nd", "ieme"}:
        length = 2
    elif _LONE_RANK.fullmatch(words[0]) and words[1:2] and words[1] in {"etage", "etages", "etg"}:
        length = 1
    else:
        return 0
    if words[length : length + 1] and words[length] in {"et", "a"} and words[length + 1 : length + 2]:
        more = _floor_length(words[length + 1 :])
        if more:
            return length + 1 + more
    if not (words[length : length + 1] and words[length] in FLOORS):
        return 0
    return length + 1 + (words[length + 1 : length + 2] != () and words[length + 1] in SIDES)


def _ends_a_name(word: str, kept: list[str]) -> bool:
    """Whether the word ends the name of a street: "rue de la Porte 12", "rue de la Grande Tour 3"."""
    if not kept:
        return False
    if kept[-1] in PARTICLES or is_street_type(kept[-1]):
        return True
    return word in ENDS_OF_NAMES and not kept[0][0].isdigit() and leading_type(tuple(kept))[1] > 0


def _without_areas(later: list[Words], *, in_a_town: bool) -> tuple[list[Words], list[str]]:
    """Lines after the street without the country, the region and the département that end them."""
    kept, areas = list(later), list[str]()
    while kept and (name := " ".join(kept[-1])) in AREAS and (in_a_town or len(kept) > 1 or name in COUNTRIES):
        areas.insert(0, name)
        kept.pop()
    return kept, areas


def _without_area(city: str) -> tuple[str, str]:
    """Town without the département, the region or the country written after it; what was."""
    words = tuple(city.split())
    for length in range(1, len(words)):
        name = " ".join(words[length:])
        first, _ = _without_area(name)
        if name in AREAS and (len(name.split()) > 1 or name in COUNTRIES):
            return " ".join(words[:length]), name
        if first != name and first in AREAS:
            return " ".join(words[:length]), first
    return city, ""


def _other_streets(parts: list[Words], rank: int) -> list[str]:
    """Doubts about other streets written with their numbers, or with a type that no town and no place has."""
    return [
        _SECOND_STREET.format(" ".join(words))
        for place, words in enumerate(parts)
        if place != rank and _is_a_street(words)
    ]


def _is_a_street(words: Words) -> bool:
    return words[0] in PLAIN_TYPES or leading_type(house_number(words).after)[1] > 0


def _abroad(parts: list[Words], city: str) -> list[str]:
    named = [" ".join(words) for words in parts] + [
        " ".join(city.split()[rank:]) for rank in range(1, len(city.split()))
    ]
    return [_OTHER_COUNTRY.format(name) for name in named if name in OTHER_COUNTRIES]


def _lone_numbers(later: list[Words]) -> list[str]:
    return [_SECOND_NUMBER.format(" ".join(words)) for words in later if _is_a_number(words)]


def _is_a_number(words: Words) -> bool:
    return _NUMBER.fullmatch(words[0]) is not None and all(_belongs_to_a_number(word) for word in words[1:])


def _take_postcode(parts: list[Words]) -> tuple[list[Words], str, str]:
    """Take the postcode out, with the town that follows it up to a number or a type of street.

    The number of an arrondissement is part of the name of its town: "13003 Marseille 03", "Marseille cedex 04".
    """
    for rank in range(len(parts) - 1, -1, -1):
        words = parts[rank]
        for place in range(len(words) - 1, -1, -1):
            if _POSTCODE.fullmatch(words[place]):
                after = words[place + 1 :]
                city, rest_of_town, is_cedex = _take_town(after)
                rest = [part for part in (words[:place], rest_of_town) if part]
                remaining = parts[:rank] + rest + parts[rank + 1 :]
                return remaining, "" if is_cedex else words[place], " ".join(city)
    return [kept for kept, _ in map(_without_cedex, parts) if kept], "", ""


def _take_town(after: Words) -> tuple[Words, Words, bool]:
    """Town that follows a postcode, what follows it, and whether it is a CEDEX."""
    town = tuple(takewhile(lambda word: not word.isdigit() and word not in PLAIN_TYPES, after))
    rest = after[len(town) :]
    kept, is_cedex = _without_cedex(town)
    numbered, length = _with_its_rank(kept, rest)
    if length:
        return numbered, rest[length:], is_cedex
    return kept, rest[1:] if is_cedex and rest and rest[0].isdigit() else rest, is_cedex


def _with_its_rank(town: Words, rest: Words) -> tuple[Words, int]:
    """Town with the number of its arrondissement, and how many words of the rest that is; 0 where there is none."""
    most = CITIES_WITH_ARRONDISSEMENTS.get(town[-1], 0) if town else 0
    if not (rest and rest[0].isdigit() and 1 <= int(rest[0]) <= most):
        return town, 0
    length = 1 + (rest[1:2] != () and rest[1] in {"e", "er", "eme", "ieme"})
    length += rest[length : length + 1] == ("arrondissement",)
    return (*town, str(int(rest[0]))), length


def _without_cedex(words: Words) -> tuple[Words, bool]:
    """Words before "cedex", with its number where it is an arrondissement's: "Marseille cedex 04"."""
    is_cedex = "cedex" in words
    kept = words[: words.index("cedex")] if is_cedex else words
    kept = kept[:-1] if _ends_with_the_country(kept) else kept
    numbered, _ = _with_its_rank(kept, words[len(kept) + 1 :]) if is_cedex else (kept, 0)
    return numbered, is_cedex


def _ends_with_the_country(words: Words) -> bool:
    """Whether "France" is the country at the end of words: not in "rue de France", "rue Anatole France"."""
    if words[-1:] != ("france",) or len(words) == 1:
        return False
    before = words[-2]
    in_a_name = before in PARTICLES or before in FIRST_NAMES or before in BEFORE_FRANCE or before in STREET_TYPES
    return not (in_a_name and (leading_type(words)[1] or leading_type(house_number(words).after)[1]))


def _join_lone_numbers(parts: list[Words]) -> list[Words]:
    """Give a number alone between commas to the street before it, else to what follows: "66, rue Mollien"."""
    joined: list[Words] = []
    pending: Words = ()
    for signed in parts:
        part = signed[1:] if signed[0] in NUMBER_SIGNS and len(signed) > 1 else signed
        alone = _is_a_number(part)
        if alone and joined and leading_type(joined[-1])[1]:
            joined[-1] += part
        elif alone or (pending and len(part) == 1 and (part[0] in REPETITIONS or len(part[0]) == 1)):
            pending += part
        else:
            joined.append(pending + signed)
            pending = ()
    return [*joined, pending] if pending else joined


def _belongs_to_a_number(word: str) -> bool:
    return _NUMBER.fullmatch(word) is not None or word in REPETITIONS or len(word) == 1 or word in _BETWEEN_NUMBERS


def _street_rank(parts: list[Words]) -> int:
    """Which part is the street: the first with a number before a type of street, else a type, else a number."""
    numbers = [house_number(words) for words in parts]
    for rank, found in enumerate(numbers):
        if found.number is not None and leading_type(found.after)[1]:
            return rank
    kinds = [leading_type(found.before)[0] or leading_type(found.after)[0] for found in numbers]
    if PLACES_OF_STREETS.issuperset(filter(None, kinds)):
        for rank, found in enumerate(numbers):
            if found.number is not None and not found.before:  # "Résidence les Lilas", "6 Plan de l'Om"
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
        rank = 0 if rank and name[rank - 1] in DISTINGUISHING else rank  # "Vieille rue du Temple"
        name, complement = name[rank:], f"{complement} {' '.join(name[:rank])}".strip()
    return street_name(" ".join(_type_first(name))), complement, city


def _type_first(name: Words) -> Words:
    """Bring a type written last to the front: "Mollien (rue)"."""
    if len(name) > 1 and name[-1] in PLAIN_TYPES and not leading_type(name)[1]:
        return (name[-1], *name[:-1])
    return name
