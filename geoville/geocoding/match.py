"""How like a street is to what was asked."""

from __future__ import annotations

from collections import defaultdict
from functools import cache, cached_property
from math import prod
from operator import attrgetter
from typing import TYPE_CHECKING, NamedTuple

from rapidfuzz import fuzz, process
from rapidfuzz.distance import OSA

from geoville.geocoding.parse import StreetName
from geoville.geocoding.words import (
    DISTINGUISHING,
    FIRST_NAMES,
    INITIAL,
    MONTHS,
    PARTICLES,
    SAME,
    SAME_SOUND,
    THINGS,
    TITLES,
    Vocabulary,
    slip,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from geoville.geocoding.towns import Town


# --- How alike the bodies of two street names are: "avenue Guynemer" and "Avenue Georges Guynemer" without the types

Words = tuple[str, ...]

OTHER_ORDER = 0.97
ADDED_TITLE = 0.96
OTHER_ARTICLE = 0.97
FIRST_NAMES_LEFT_OUT = 0.94
SHORTEST_START = 3
INITIALS = 2
"""How many initials stand for a compound first name: "JB" for Jean-Baptiste."""


class BodyLikeness(NamedTuple):
    """Likeness of two bodies.

    Parameters
    ----------
    score : in [0, 1].
    misspelt : whether a word was taken for another spelling of one that the list knows.
    unsure : whether it may well be another name: another word of the language, another surname, a thing for a person.
    """

    score: float
    misspelt: bool
    unsure: bool = False

    def times(self, factor: float) -> BodyLikeness:
        """The same likeness, weakened."""
        return self._replace(score=self.score * factor)


def body_likeness(
    asked: Words, known: StreetName, vocabulary: Vocabulary, name: StreetName | None = None
) -> BodyLikeness | None:
    """Likeness of a typed body to a known one, None where they are two streets.

    Parameters
    ----------
    asked : content words of the typed body, normalised.
    known : name of a street of the list.
    vocabulary : words of the list.
    name : the typed name with its articles, which tell a thing from a person; None where it has none.

    Notes
    -----
    The score is 1 for the same words in the same order; less for an initial, a misspelt word, another order, a title
    added, first names left out of a person's name ("Guynemer"). A word that the list lacks is never ignored.
    """
    name = name or StreetName("", asked)
    if asked == known.content:  # most are: nothing else is as like
        best: BodyLikeness | None = BodyLikeness(SAME, misspelt=False)
    else:
        best = max(filter(None, _ways_to_be_alike(asked, known, vocabulary, name)), default=None)
    if best and {name.article, known.article} == {"du", "des"}:
        return best.times(OTHER_ARTICLE)._replace(unsure=True)
    return best


def _ways_to_be_alike(
    asked: Words, known: StreetName, vocabulary: Vocabulary, name: StreetName
) -> Iterator[BodyLikeness | None]:
    yield _same_words(asked, known, vocabulary, name)
    if asked[-1:] and asked[-1] in MONTHS and known.content[-1].isdigit() and known.content[-2:-1] == asked[-1:]:
        without_year = StreetName(known.type, known.words[:-1])  # "8 mai" is the "8 mai 1945"
        dated = _same_words(asked, without_year, vocabulary, name)
        yield dated and dated.times(ADDED_TITLE)
    if known.without_alias.words != known.words:
        without_alias = _same_words(asked, known.without_alias, vocabulary, name)
        yield without_alias and without_alias.times(ADDED_TITLE)
    if asked[:1] and len(asked[0]) == INITIALS and "".join(word[0] for word in known.content[:INITIALS]) == asked[0]:
        yield _same_words((*asked[0], *asked[1:]), known, vocabulary, name)
    for fewer in _without_extras(asked, known):
        reduced = _same_words(fewer, known, vocabulary, StreetName("", fewer))
        is_bare = len(known.content) == 1 and asked[0] in TITLES  # the rue Leclerc may be another's
        yield reduced and reduced.times(ADDED_TITLE)._replace(unsure=reduced.unsure or is_bare)


def _same_words(asked: Words, known: StreetName, vocabulary: Vocabulary, name: StreetName) -> BodyLikeness | None:
    omitted, kept = known.content[: -len(asked) or None], known.content[-len(asked) :]
    if len(asked) == len(known.content):
        in_order = _aligned(asked, known.content, vocabulary)
        if in_order is None and sorted(asked) == sorted(known.content):
            is_a_person = known.content[0] in FIRST_NAMES and PARTICLES.isdisjoint(known.words)
            return BodyLikeness(OTHER_ORDER, misspelt=False, unsure=not is_a_person)
        return in_order
    if not asked or len(asked) > len(known.content):
        return None
    if not known.names_a_person or not DISTINGUISHING.isdisjoint(omitted):
        return None
    without_first_names = _aligned(asked, kept, vocabulary)
    if without_first_names is None:
        return None
    unsure = without_first_names.unsure or not name.leaves_first_names_out_of(known)
    return without_first_names.times(FIRST_NAMES_LEFT_OUT)._replace(unsure=unsure)


def _aligned(asked: Words, known: Words, vocabulary: Vocabulary) -> BodyLikeness | None:
    scores = []
    unsure = False
    for rank, (typed, word) in enumerate(zip(asked, known, strict=True)):
        is_shortened = rank < len(known) - 1 and typed != word and _shortens(typed, word)
        score = INITIAL if is_shortened else vocabulary.likeness(typed, word)
        if score is None:
            return None
        unsure = unsure or (score <= SAME_SOUND and not vocabulary.is_slip(typed, word))
        scores.append(score)
    return BodyLikeness(prod(scores), misspelt=any(score <= SAME_SOUND for score in scores), unsure=unsure)


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
    unsure : it may well be another street's name.
    """

    score: float
    other_type: bool = False
    no_type: bool = False
    misspelt: bool = False
    unsure: bool = False


class StreetMatch(NamedTuple):
    """A street that the question may mean, with the likeness of its name to the one asked."""

    street: Street
    score: float
    other_type: bool
    no_type: bool
    misspelt: bool
    unsure: bool = False


def name_likeness(asked: StreetName, known: StreetName, vocabulary: Vocabulary) -> NameLikeness | None:
    """Likeness of a street's name as asked to a known one, None where they are two streets."""
    if not asked.type and known.type:
        retyped = _with_misspelt_type(asked, known.type)
        if retyped:
            likeness = name_likeness(retyped, known, vocabulary)
            unsure = not slip(asked.words[0], known.type) or asked.words[0] in THINGS
            return likeness and likeness._replace(
                score=likeness.score * MISSPELT_TYPE, misspelt=True, unsure=likeness.unsure or unsure
            )
    words = asked.content if known.type or not asked.type else (asked.type, *asked.content)
    if not words and not known.content:
        return NameLikeness(SAME_TYPE) if asked.type == known.type else None
    body = body_likeness(words, known, vocabulary, asked if words == asked.content else None)
    if body is None:
        return None
    if asked.type == known.type or not known.type or known.type in asked.other_types:
        return NameLikeness(body.score, misspelt=body.misspelt, unsure=body.unsure)
    if not asked.type:
        return NameLikeness(body.score * NO_TYPE_ASKED, no_type=True, misspelt=body.misspelt, unsure=body.unsure)
    return NameLikeness(body.score * OTHER_TYPE, other_type=True, misspelt=body.misspelt, unsure=body.unsure)


def _with_misspelt_type(asked: StreetName, kind: str) -> StreetName | None:
    """The name asked, its first word taken for a type of street that it misspells; None where it is none."""
    first = asked.words[0] if len(asked.words) > 1 else ""
    is_near = len(first) >= SHORTEST_TYPE and OSA.distance(first, kind, score_cutoff=1) <= 1
    return StreetName(kind, asked.words[1:]) if is_near else None


def match_streets(asked: StreetName, index: StreetIndex) -> tuple[StreetMatch, ...]:
    """Streets of every town that the name asked may mean, the best first."""
    candidates = index.candidates(asked)
    names = {street.name for street in candidates}
    likeness = {name: name_likeness(asked, name, index.vocabulary) for name in names}
    found = ((street, likeness[street.name]) for street in candidates)
    accepted = [StreetMatch(street, *alike) for street, alike in found if alike and alike.score >= ACCEPTED]
    return tuple(sorted(accepted, key=lambda match: (-match.score, match.street.town, match.street.label)))


def as_good_as_first(matches: tuple[StreetMatch, ...]) -> tuple[StreetMatch, ...]:
    """The best match and those that cannot be told from it by their score."""
    return tuple(match for match in matches if match.score >= matches[0].score - AS_GOOD)


# --- The streets of a town, or those that share a word, by the words of their names

LIKE_ENOUGH_TO_SUGGEST = 80
SUGGESTED_STREETS = 3


class StreetRow(NamedTuple):
    """A street as the list writes it, with the key under which its addresses are found."""

    label: str
    key: int
    name: StreetName
    town: Town


class Street(NamedTuple):
    """A street of the list; two ways of writing its name are one street.

    Parameters
    ----------
    label : name as the list writes it, the first one in alphabetical order.
    keys : under which its addresses are found.
    """

    label: str
    name: StreetName
    town: Town
    keys: tuple[int, ...]

    @property
    def title(self) -> str:
        """The street and its town, quoted for a sentence.

        >>> from geoville.geocoding.parse import street_name
        >>> from geoville.geocoding.towns import Town
        >>> Street("Rue Mollien", street_name("Rue Mollien"), Town("62193", "Calais"), ()).title
        '« Rue Mollien » (Calais)'
        """
        return f"« {self.label} » ({self.town.title})"


class StreetIndex:
    """Streets by the words of their names, fixed after construction.

    Parameters
    ----------
    rows : streets as the list writes them.
    knows : whether the whole list has a word in the name of a street.
    rich : whether the whole list knows so many words that one that it lacks is likely misspelt.
    """

    def __init__(self, rows: Iterable[StreetRow], knows: Callable[[str], bool], *, rich: bool) -> None:
        self.streets = _streets(rows)
        by_word: defaultdict[str, list[Street]] = defaultdict(list)
        for street in self.streets:
            for word in dict.fromkeys((*street.name.content, street.name.type)):
                by_word[word].append(street)
        self._by_word = {word: tuple(streets) for word, streets in by_word.items() if word}
        words = (word for street in self.streets for word in street.name.content)
        self.vocabulary = Vocabulary(words, knows=knows, rich=rich)

    def candidates(self, asked: StreetName) -> tuple[Street, ...]:
        """Streets that hold the last word asked, or, after a date, the word before its year."""
        words = [known for word in last_words(asked) for known in (self.vocabulary.alternatives(word) or (word,))]
        found = (street for word in words for street in self._by_word.get(word, ()))
        return tuple({street.keys: street for street in found}.values())

    def suggestions(self, asked: StreetName) -> tuple[str, ...]:
        """Titles of the few streets whose names look most like the one asked."""
        near = process.extract(
            " ".join(asked.content),
            self._contents,
            scorer=fuzz.token_set_ratio,
            score_cutoff=LIKE_ENOUGH_TO_SUGGEST,
            limit=SUGGESTED_STREETS,
        )
        return tuple(title for _, _, title in near)

    @cached_property
    def _contents(self) -> dict[str, str]:
        """Content words of each street, by its title."""
        return {street.title: " ".join(street.name.content) for street in self.streets}


def started(asked: StreetName, rows: Iterable[StreetRow]) -> tuple[Street, ...]:
    """Streets that hold every word asked, of which the last one may be only the start of theirs.

    Only those are made, of rows that may be many more: this is asked at each letter that is typed.
    """
    *whole, start = asked.content or (asked.type,)
    types = {"", start}

    @cache
    def is_started(name: StreetName) -> bool:
        return (
            (asked.type in types or asked.type == name.type)
            and all(word in name.content for word in whole)
            and any(word.startswith(start) for word in (*name.content, name.type))
        )

    return _streets(row for row in rows if is_started(row.name))


def last_words(asked: StreetName) -> tuple[str, ...]:
    """The word by which a street is looked for: its last one, with the one before where it is a year or a number."""
    last = asked.content[-1:] or (asked.type,)
    return asked.content[-2:] if last[0].isdigit() else last


def _streets(rows: Iterable[StreetRow]) -> tuple[Street, ...]:
    """Group rows by town and normalised name; their order does not matter."""
    by_town: dict[Town, dict[tuple[str, tuple[str, ...]], list[StreetRow]]] = {}
    last: Town | None = None
    for row in rows:
        if row.town is not last:  # they mostly come town by town, and a town is long to look for
            last = row.town
            by_name = by_town.setdefault(last, {})
        by_name.setdefault((row.name.type, row.name.content), []).append(row)
    found: list[Street] = []
    for town in sorted(by_town):
        streets = [_street(rows) for group in by_town[town].values() for rows in _by_article(group)]
        found += sorted(streets, key=attrgetter("label"))
    return tuple(found)


def _by_article(rows: list[StreetRow]) -> list[list[StreetRow]]:
    """Rows of one name, apart where it is both that of one thing and that of several: rue du Marais, rue des Marais."""
    if len(rows) == 1 or not {"du", "des"} <= {row.name.article for row in rows}:
        return [rows]
    by_article = defaultdict(list)
    for row in rows:
        by_article[row.name.article].append(row)
    return list(by_article.values())


def _street(rows: list[StreetRow]) -> Street:
    first = rows[0]
    if len(rows) == 1:
        return Street(first.label, first.name, first.town, (first.key,))
    first = min(rows, key=lambda row: row.label)
    return Street(first.label, first.name, first.town, tuple(sorted(row.key for row in rows)))
