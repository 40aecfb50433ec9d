"""The embedded geocoder: from the parts of an address to a position, or an honest "not found"."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass, replace
from functools import partial
from itertools import islice
from typing import TYPE_CHECKING

from geoville import french
from geoville.crs import departement_of
from geoville.french import fold
from geoville.geocoding.answers import (
    ListName,
    distance_m,
    doubtful,
    either,
    importance_of,
    label_of,
    listed,
    nearest,
    place_elsewhere,
    position,
    several_places,
    spaced,
    too_few_words,
)
from geoville.geocoding.geocoder import LONGEST_TEXT, SUGGESTED, check_question
from geoville.geocoding.index import AddressIndex, AtHand
from geoville.geocoding.match import SUGGESTED_STREETS, StreetMatch, as_good_as_first, last_words, match_streets
from geoville.geocoding.parse import ParsedAddress, StreetName, parse_address
from geoville.geocoding.places import SUGGESTED_PLACES, PlaceIndex, PlaceMatch
from geoville.geocoding.street_side import (
    UNSURVEYED_M,
    WITHOUT_TYPE,
    StreetNumbers,
    beyond_m,
    neighbours_of,
    street_side,
)
from geoville.geocoding.towns import NO_TOWN_NAMED, Designation, Town, Towns, with_its_postcode
from geoville.geocoding.words import COMPLEMENTS, PARTICLES, REPETITION_LETTERS, content_words, normalise
from geoville.law import position_accuracy
from geoville.model import Address, AddressList, NotFound, Position, PositionType, StreetAxis, Survey

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from shapely.geometry.base import BaseGeometry

    from geoville.geocoding.index import TownExtent
    from geoville.geocoding.match import Street
    from geoville.geocoding.street_side import StreetAxes

    Point = tuple[float, float]


# --- The ways to read a question once the towns of the list are known


@dataclass(frozen=True, slots=True)
class AddressReading:
    """A street or a place, and where it is asked: towns of the list, never empty, or none named.

    Parameters
    ----------
    to_the_letter : whether only a name that holds every word as it is written is meant.
    """

    street: StreetName
    designation: Designation
    to_the_letter: bool = False

    @property
    def towns(self) -> frozenset[Town] | None:
        """Towns of the list that were designated; None where the question names no town."""
        return self.designation.towns

    @property
    def is_a_town(self) -> bool:
        """Whether nothing but a town is asked."""
        return not self.street.type and not self.street.words

    def allows_town_named(self, name: str) -> bool:
        """Whether a place of that town may be the one asked; a place without a town may be in any."""
        return self.towns is None or not name or any(normalise(name) in town.names for town in self.towns)


def readings_of(
    parsed: ParsedAddress, towns: Towns, limits: frozenset[Town] | None = None
) -> tuple[AddressReading, ...]:
    """Read the words as they are, then without the name of a town at their end ("66 rue Mollien Calais").

    Parameters
    ----------
    limits : towns among which alone the answer is; None for all.

    Returns
    -------
    One or two readings; none where the town asked is not in the list.
    """
    city = _city_of(parsed, towns)
    asked = towns.designated(parsed.postcode, city)
    if parsed.departement:
        asked = asked.within(towns.of_departement(parsed.departement))
    allowed = asked.within(limits)
    if allowed.towns is not None and not allowed.towns:
        return ()
    whole = AddressReading(parsed.street, allowed)
    kept, name = _without_town(parsed.street.words, towns)
    named = towns.named(name) if name else frozenset()
    ending = Designation(named if asked.towns is None else asked.towns & named).within(limits)
    return (whole, AddressReading(StreetName(parsed.street.type, kept), ending)) if ending.towns else (whole,)


def _city_of(parsed: ParsedAddress, towns: Towns) -> str:
    """Town asked: after the street, else another of the lines that names a town of the list."""
    if parsed.city and (parsed.postcode or towns.named(parsed.city)):
        return parsed.city
    return next((line for line in (*parsed.lines[::-1], parsed.complement) if towns.named(line)), parsed.city)


def in_order_of_search(readings: tuple[AddressReading, ...]) -> tuple[AddressReading, ...]:
    """Readings in the order in which to search them.

    Where the last words are a town's name, a name of street that holds them ("rue du Pont de Calais") is looked for to
    the letter in every town, then what comes before them in that town; then only what looks like the whole, since that
    means comparing streets of the whole country. What is left without a complement at the end comes last.
    """
    whole, *ending = readings
    cut = tuple(short for reading in readings if (short := _without_complement(reading)))
    if whole.towns is not None or not ending:
        return (*readings, *cut)
    return (replace(whole, to_the_letter=True), *ending, whole, *cut)


def _without_complement(reading: AddressReading) -> AddressReading | None:
    """The reading without what is written after its street on the same line: "rue Mollien Résidence les Lilas"."""
    words = reading.street.words
    for rank in range(1, len(words)):
        if words[rank] in COMPLEMENTS and words[rank - 1] not in PARTICLES and reading.street.type:
            return replace(reading, street=replace(reading.street, words=words[:rank]))
    return None


def _without_town(words: tuple[str, ...], towns: Towns) -> tuple[tuple[str, ...], str]:
    """Take a town off the end of the words, with "à" before it; "avenue de Calais" keeps its name."""
    length, name = towns.at_end_of(words)
    kept = words[: len(words) - length]
    if kept[-1:] == ("a",):
        return kept[:-1], name
    return (words, "") if kept and kept[-1] in PARTICLES else (kept, name)


# --- Where on a street: the house number asked, the nearest known one, or a point of the street

SAME_PLACE_M = 5.0
"""Positions of one address that are no farther apart are one: its door and the middle of its building."""

FARTHEST_NEIGHBOURS_M = 200.0
"""Two numbers farther apart do not tell where one between them is: the street may do anything between."""

SEVERAL_NEAR = "la liste donne plusieurs positions de cette adresse, proches"

ABSENT_NUMBER = 0.7
OTHER_SPELLING_OF_SUFFIX = 0.98


class OnStreet:
    """A street that was found, with its addresses.

    Parameters
    ----------
    numbers : addresses of the street, sorted by number; never empty.
    score : of the street, in [0, 1].
    doubts : French sentences saying why the street is not sure.
    complete : whether no address of the street is missing.
    survey : tells how the numbers of the town were placed, where that is asked.
    axis : tells the axis of the street, likewise.
    """

    def __init__(
        self,
        street: Street,
        numbers: StreetNumbers,
        score: float,
        doubts: tuple[str, ...],
        *,
        complete: bool,
        survey: Callable[[], Survey | None],
        axis: Callable[[], StreetAxis | None],
    ) -> None:
        self._street = street
        self._survey = survey
        self._axis = axis
        self._numbers, self._addresses = numbers, numbers.street
        self._importance = importance_of(len(numbers.street))
        self._score = score
        self._doubts = doubts
        self._known_whole = complete and not doubts

    def at(self, asked: ParsedAddress) -> Position:
        """Position of the house number asked, else of the nearest one, else of a point of the street."""
        if asked.number is None:
            return self._point(self._score, *self._other_postcode(self._addresses, asked.postcode))
        if asked.others:
            return self._range(asked)
        return self._numbered(asked.number, asked.suffix, asked.postcode) or self._without(asked.number, asked.suffix)

    def _without(self, number: int, suffix: str) -> Position:
        """Position on the street of a number that the list lacks; beyond all those known, it may lie anywhere."""
        numbered = [address for address in self._addresses if address.number is not None]
        if not numbered:
            return self._point(self._score * ABSENT_NUMBER, "Numéro absent de la liste.")
        nearest = min(numbered, key=lambda address: (abs((address.number or 0) - number), address.suffix != suffix))
        absent = f"Numéro absent de la liste ; le plus proche qui soit connu est « {label_of(nearest)} »."
        found = self._of_the_street(nearest, self._score * ABSENT_NUMBER, absent)
        last = max(address.number or 0 for address in numbered)
        if number <= last:
            return self._between(found, number, suffix)
        beyond = "Le numéro demandé est plus grand que tous ceux de la rue"
        if found.whole is None:
            return doubtful(found, f"{beyond}.")
        reach_m = beyond_m(number, last)
        said = f"{beyond} : il est tenu pour être à {french.distance(reach_m)} d'elle au plus."
        reason = " ".join((said, found.firm_reason))
        return replace(found, accuracy_m=found.accuracy_m + reach_m, firm_reason=reason)

    def _between(self, found: Position, number: int, suffix: str) -> Position:
        """The position of a number that the list lacks, between the two that it has on its side; else as it was."""
        pair = neighbours_of(number, self._addresses)
        survey = self._survey() if pair else None
        if pair is None or self._doubts or (survey and not (survey.surveyed or survey.interpolated)):
            return found
        low, high = pair
        if distance_m(low.lon, low.lat, high) > FARTHEST_NEIGHBOURS_M:
            return found
        lon, lat = (low.lon + high.lon) / 2, (low.lat + high.lat) / 2
        halfway = low._replace(id="", number=number, suffix=suffix, lon=lon, lat=lat, precision=WITHOUT_TYPE)
        side = street_side(halfway, [*self._addresses, halfway], survey, self._axis())
        return replace(found, lon=lon, lat=lat, side=side) if side else found

    def _range(self, asked: ParsedAddress) -> Position:
        """Position of "12 à 16": its ends and what lies between, sure only where they all agree."""
        ends = [(asked.number or 0, asked.suffix), *asked.others]
        said = ", ".join(f"{number}{spaced(suffix)}" for number, suffix in ends)
        positions = [self._numbered(number, suffix, asked.postcode) for number, suffix in ends]
        known = [found for found in positions if found is not None]
        asked_several = f"Plusieurs numéros sont demandés : {said}."
        if len(known) < len(positions):
            found = known[0] if known else self._without(*ends[0])
            return doubtful(found, f"{asked_several} Ils ne sont pas tous dans la liste.")
        numbers = sorted(number for number, _ in ends)
        step = 2 if len({number % 2 for number in numbers}) == 1 else 1
        between = [
            position(address, PositionType.HOUSENUMBER, self._score, self._doubts, importance=self._importance)
            for address in self._addresses
            if address.number in range(numbers[0], numbers[-1] + 1, step)
        ]
        return either([*known, *between], asked_several)

    def _numbered(self, number: int, suffix: str, postcode: str) -> Position | None:
        same_number = [address for address in self._addresses if address.number == number]
        for spelling, factor in ((suffix, 1.0), (_other_spelling(suffix), OTHER_SPELLING_OF_SUFFIX)):
            found = [address for address in same_number if address.suffix.replace(" ", "") == spelling]
            if found:
                here = [address for address in found if address.postcode == postcode] or found
                doubts = (*self._doubts, *self._other_postcode(here, postcode))
                return self._at_places(here, self._score * factor, doubts)
        return None

    def _at_places(self, here: list[Address], score: float, doubts: tuple[str, ...]) -> Position:
        """Position of one address that the list places once or several times."""
        address = min(here, key=_firmest)
        found = self._house(address, score, doubts)
        others = [known for known in here if distance_m(address.lon, address.lat, known) > SAME_PLACE_M]
        if not others:
            return self._with_evidence(found, address) if found.firm else found
        reach_m = max(distance_m(address.lon, address.lat, known) + _accuracy_m(known) for known in others)
        if not any(
            distance_m(address.lon, address.lat, known) > _accuracy_m(address) + _accuracy_m(known) for known in others
        ):
            return replace(found, accuracy_m=max(found.accuracy_m, reach_m), accuracy_reason=SEVERAL_NEAR)
        places = [found, *(self._house(known, score, doubts) for known in others)]
        return either(places, "La liste donne plusieurs positions éloignées à ce numéro.")

    def _house(self, address: Address, score: float, doubts: tuple[str, ...]) -> Position:
        is_point = not position_accuracy(address.precision).firm
        kind = PositionType.STREET if is_point else PositionType.HOUSENUMBER
        return position(address, kind, score, doubts, importance=self._importance)

    def _with_evidence(self, found: Position, address: Address) -> Position:
        """The position of a number that was not surveyed, with what the numbers beside it and of its town tell."""
        if _accuracy_m(address) < UNSURVEYED_M:
            return found
        survey = self._survey()
        found = _as_surveyed(found, survey) if address.precision == WITHOUT_TYPE else found
        side = street_side(address, self._numbers, survey, self._axis())
        return found if side is None else replace(found, side=side)

    def _other_postcode(self, addresses: Iterable[Address], postcode: str) -> tuple[str, ...]:
        """Doubt about a postcode typed that is none of those of some addresses; none where the list says none."""
        known = sorted({address.postcode for address in addresses} - {""})
        if not postcode or not known or postcode in known:
            return ()
        return (f"Le code postal demandé ({postcode}) n'est pas celui de la liste : {', '.join(known)}.",)

    def _point(self, score: float, *more_doubts: str) -> Position:
        """The street's own point, else the middle one of its numbers."""
        points = [address for address in self._addresses if address.number is None]
        return self._of_the_street(
            points[0] if points else self._addresses[len(self._addresses) // 2], score, *more_doubts
        )

    def _of_the_street(self, address: Address, score: float, *more_doubts: str) -> Position:
        label = f"{self._street.label}, {address.postcode} {self._street.town.name}".replace("  ", " ")
        doubts, whole = (*self._doubts, *more_doubts), self._whole()
        found = position(address, PositionType.STREET, score, doubts, label, whole, self._importance)
        if found.whole is None:
            return found
        vaguest = max(self._addresses, key=_accuracy_m)
        found = replace(found, accuracy_m=_accuracy_m(vaguest))
        return _as_surveyed(found, self._survey()) if vaguest.precision == WITHOUT_TYPE else found

    def _whole(self) -> BaseGeometry | None:
        """Every address of the street, WGS84; None where the street is not sure, or not known whole."""
        if not self._known_whole:
            return None
        import shapely

        return shapely.multipoints([(address.lon, address.lat) for address in self._addresses])


def _as_surveyed(found: Position, survey: Survey | None) -> Position:
    """A position without a type, as accurate as the numbers of its town show that they are."""
    if survey is None or survey.interpolated:
        return found
    if survey.surveyed:
        reason = "numéros de la commune posés sur place, comme leur suite le montre"
    else:
        reason = "numéros de la commune décalés le long des rues, comme leur désordre le montre"
    return replace(found, accuracy_m=survey.along_m, accuracy_reason=reason)


def _accuracy_m(address: Address) -> float:
    return position_accuracy(address.precision).accuracy_m


def _firmest(address: Address) -> tuple[bool, float, str]:
    accuracy = position_accuracy(address.precision)
    return not accuracy.firm, accuracy.accuracy_m, address.id


def _other_spelling(suffix: str) -> str:
    """Spell "b" for "bis" and "bis" for "b"; a suffix without another spelling is its own."""
    words = {word: letter for letter, word in REPETITION_LETTERS.items()}
    return REPETITION_LETTERS.get(suffix) or words.get(suffix, suffix)


# --- The streets of an index that a reading of the question may mean, in the towns that it names or in all of them

MANY_TOWNS = 20
"""Most towns whose streets are compared one town after the other: the largest city has twenty arrondissements."""


def matches_of(reading: AddressReading, index: AddressIndex) -> tuple[StreetMatch, ...]:
    """Streets that a reading may mean, the best first.

    Only a name whose last word is misspelt is compared with every street of the towns.
    """
    asked, towns = reading.street, reading.towns
    if towns is None:
        return matches_anywhere(asked, index, misspelt=not reading.to_the_letter)
    last = last_words(asked)
    if all(index.knows(word) for word in last):
        return match_streets(asked, index.streets_with_any(last, towns))
    if len(towns) > MANY_TOWNS:
        return match_streets(asked, index.streets_with_any(_spelt(last, index), towns))
    found = [match for town in towns for match in match_streets(asked, index.streets_of(town))]
    return tuple(sorted(found, key=lambda match: (-match.score, match.street.town, match.street.label)))


def matches_anywhere(asked: StreetName, index: AddressIndex, *, misspelt: bool = True) -> tuple[StreetMatch, ...]:
    """Streets of every town that the name asked may mean, the best first.

    Those that hold all its words come first: the last word alone ("église") may belong to too many to compare.

    Parameters
    ----------
    misspelt : whether others are looked for where none holds all its words.
    """
    words = asked.content or ((asked.type,) if asked.type else ())
    if not words:
        return ()
    exact = match_streets(asked, index.streets_with_all(words))
    if exact or not misspelt:
        return exact
    last = _spelt(last_words(asked), index)
    return match_streets(asked, index.streets_with_any(last)) if last else ()


def near_names(reading: AddressReading, index: AddressIndex) -> tuple[str, ...]:
    """Titles of the few streets of the towns of a reading whose names look most like the one asked."""
    towns = sorted(reading.towns or ())[:MANY_TOWNS]
    indexes = [index.streets_of(town) for town in towns] if towns else [index.streets_with_any(reading.street.content)]
    return tuple(title for streets in indexes for title in streets.suggestions(reading.street))[:SUGGESTED_STREETS]


def _spelt(words: Iterable[str], index: AddressIndex) -> list[str]:
    return [known for word in words if word for known in _alternatives(word, index)]


def _alternatives(word: str, index: AddressIndex) -> tuple[str, ...]:
    """Words of the whole index that a typed word may stand for. A misspelt word keeps its first letter."""
    return (word,) if index.knows(word) else index.vocabulary(word[0]).alternatives(word)


# --- From the streets that a question may mean to one position, with what makes it unsure

MOST_ALTERNATIVES = 10

MATCHES_AT_HAND, ADDRESSES_AT_HAND = 10_000, 20_000
"""Streets that names of streets were found to mean, and addresses of streets, that are kept for the next questions: the
rows of a file are about the same streets. No house number is kept that was asked; some ten megabytes."""


def _at_least_one(some: Sequence[object]) -> int:
    return len(some) or 1


def _no_axis() -> None:
    """The axis of a street where the territory has no streets."""


class StreetAnswers:
    """Answers about the streets of an index."""

    def __init__(self, index: AddressIndex, axes: StreetAxes | None = None, *, several_towns: bool) -> None:
        self._index = index
        self._axes = axes
        self._several_towns = several_towns
        self._matches = AtHand[tuple[object, ...], tuple[StreetMatch, ...]](MATCHES_AT_HAND, _at_least_one)
        self._numbers = AtHand[tuple[int, ...], StreetNumbers](ADDRESSES_AT_HAND, lambda one: len(one.street) or 1)

    def matches(self, reading: AddressReading) -> tuple[StreetMatch, ...]:
        """Streets that a reading may mean, as `matches_of` finds them; those of the last readings are at hand."""
        asked = (reading.street, reading.towns, reading.to_the_letter)
        return self._matches.of(asked, partial(matches_of, reading, self._index))

    def of(self, reading: AddressReading, parsed: ParsedAddress) -> Position | None:
        """Position on the best street that a reading may mean; None where it means none."""
        matches = self.matches(reading)
        if not matches:
            return None
        likely = self._with_the_number_first(as_good_as_first(matches), parsed)
        others = [match for match in matches if match is not likely[0]]
        likeness = reading.designation.likeness
        found = self.on(likely[0], parsed, likeness, self._doubts(likely, reading))
        one_town = len({match.street.town for match in likely}) == 1
        if one_town and not _town_is_open(reading):
            found = with_its_town(found, likely[0].street.town, self._index)
        next_score = round(others[0].score * likeness, 4) if others else None
        named = tuple(f"{match.street.label}, {match.street.town.title}" for match in likely[1 : 1 + MOST_ALTERNATIVES])
        if (next_score, named) == (found.score_next, found.alternatives):
            return found
        return replace(found, score_next=next_score, alternatives=named)

    def on(self, match: StreetMatch, parsed: ParsedAddress, likeness: float, doubts: tuple[str, ...]) -> Position:
        """Position on one street."""
        street = match.street
        numbers = self._numbers.of(street.keys, lambda: StreetNumbers(self._index.addresses_of(street.keys)))
        is_whole = self._index.has_all_of(street.town, street.name)
        survey = partial(self._index.survey_of, street.town)
        axis = partial(self._axes.of, street, numbers.street) if self._axes else _no_axis
        score = match.score * likeness
        known = OnStreet(street, numbers, score, doubts, complete=is_whole, survey=survey, axis=axis)
        return known.at(parsed)

    def _with_the_number_first(
        self, matches: tuple[StreetMatch, ...], parsed: ParsedAddress
    ) -> tuple[StreetMatch, ...]:
        """Streets as good as each other, those that have the number asked first.

        Of namesakes in one commune, as where communes were merged, a complete list rules out those that lack it.
        """
        if parsed.number is None or len(matches) == 1 or len(matches) > MOST_ALTERNATIVES:
            return matches
        number = parsed.number
        having = tuple(match for match in matches if self._index.has_number(match.street.keys, number))
        namesakes = {(match.street.name.type, match.street.name.content) for match in matches}
        communes = {match.street.town.citycode for match in matches}
        complete = all(self._index.has_all_of(match.street.town) for match in matches)
        if having and complete and len(namesakes) == len(communes) == 1:
            return having
        return (*having, *(match for match in matches if match not in having))

    def _may_be_in_another_town(self, best: StreetMatch, reading: AddressReading) -> bool:
        """Whether a town that the list lacks may have a street of that name, and be the one meant."""
        is_open = reading.designation.leaves_the_town_open
        return is_open and self._several_towns and not self._index.knows_around(best.street.town)

    def _doubts(self, matches: tuple[StreetMatch, ...], reading: AddressReading) -> tuple[str, ...]:
        """French sentences saying why a street is not sure; none where it is."""
        best, complete = matches[0], self._index.complete
        doubts = [reading.designation.doubt] if reading.designation.doubt else []
        if len(matches) > 1:
            streets = listed([match.street.title for match in matches])
            doubts.append(f"Plusieurs rues possibles : {streets} ; préciser le nom de la rue ou la commune.")
        elif self._may_be_in_another_town(best, reading):
            doubts.append(
                "Commune non précisée : une rue du même nom peut exister dans une commune absente de la liste."
            )
        if best.other_type:
            doubts.append(f"Le type de voie demandé n'est pas celui de la liste : {best.street.title}.")
        elif best.unsure:
            doubts.append(f"Nom rapproché de {best.street.title}, qui peut être une autre rue que celle demandée.")
        elif not complete and (best.no_type or best.misspelt):
            doubts.append(f"Nom rapproché de {best.street.title}, dans une liste où d'autres rues manquent.")
        return tuple(doubts)


def _town_is_open(reading: AddressReading) -> bool:
    """Whether an address may be in another town than the one that was found."""
    return bool(reading.designation.doubt) or reading.designation.leaves_the_town_open


# --- The position of a town as a whole

LIKE_ANY = "municipality"
VAGUEST = "segment"
"""Vaguest type of position of an address: which types its outermost addresses have is not kept of a town."""


def town_position(asked: Designation, index: AddressIndex) -> Position | None:
    """Address nearest to the middle of the largest town designated; None where the index has no address of them."""
    known = [(extent, town) for town in sorted(asked.towns or ()) if (extent := index.extent_of(town))]
    if not known:
        return None
    extent, town = max(known, key=lambda pair: pair[0].addresses)
    middle = Address(
        id=town.citycode,
        number=None,
        suffix="",
        street="",
        place="",
        postcode=extent.postcode,
        citycode=town.citycode,
        city=town.name,
        lon=extent.lon,
        lat=extent.lat,
        precision=LIKE_ANY,
        source=extent.source,
    )
    names = [town.title] if len(known) == 1 else sorted({town.name for _, town in known})
    doubts = (asked.doubt,) if asked.doubt else ()
    is_whole = not doubts and all(index.has_all_of(one) for _, one in known)
    whole = _hull(extent for extent, _ in known) if is_whole else None
    importance = importance_of(extent.addresses)
    found = position(middle, PositionType.MUNICIPALITY, asked.likeness, doubts, listed(names), whole, importance)
    return replace(found, accuracy_m=position_accuracy(VAGUEST).accuracy_m) if is_whole else found


def with_its_town(found: Position, town: Town, index: AddressIndex) -> Position:
    """A position that nothing makes sure on its street, with the whole town where that is known: it may settle all."""
    if found.firm or found.whole is not None or found.side is not None or not index.has_all_of(town):
        return found
    extent = index.extent_of(town)
    if extent is None:
        return found
    accuracy_m = max(found.accuracy_m, position_accuracy(VAGUEST).accuracy_m)
    return replace(found, whole=_hull([extent]), whole_is=f"toute la commune ({town.title})", accuracy_m=accuracy_m)


def _hull(extents: Iterable[TownExtent]) -> BaseGeometry:
    import shapely

    return shapely.union_all(shapely.from_wkb([extent.hull for extent in extents])).convex_hull


# --- What an address that is being typed may become

STARTED = 0.8
"""Score of a street whose name is not typed to its end."""

COMPARED = 4
"""How many positions are compared for one that is suggested: those that have the number asked come first."""

SHORTEST_TOWN = 2
MOST_TOWNS = 50


class Suggestions:
    """Suggests streets and towns of an index."""

    def __init__(self, index: AddressIndex, towns: Towns, answers: StreetAnswers) -> None:
        self._index = index
        self._towns = towns
        self._answers = answers
        self._middles: dict[Town, TownExtent | None] = {}

    def of(
        self, parsed: ParsedAddress, limits: frozenset[Town] | None, limit: int, near: Point | None = None
    ) -> list[Position]:
        """Positions for an address not typed to its end, the likeliest first, one for each label.

        Parameters
        ----------
        near : the nearer come first, among those that are as likely: streets are compared by their towns before they
            are cut to the first ones, since hundreds of communes have a "Rue de l'Église".
        """
        by_label: dict[str, Position] = {}
        for found in self._all(parsed, limits, limit * COMPARED, near):
            by_label.setdefault(found.label, found)
            if len(by_label) >= limit * COMPARED:
                break
        return sorted(by_label.values(), key=lambda found: likeliest(found, near))[:limit]

    def _nearer(self, town: Town, near: Point | None) -> float:
        """Order of a town by its distance to a point; the same for all without one."""
        if near is None:
            return 0.0
        if town not in self._middles:
            self._middles[town] = self._index.extent_of(town)
        middle = self._middles[town]
        return away(near, (middle.lon, middle.lat)) if middle else math.inf

    def _all(
        self, parsed: ParsedAddress, limits: frozenset[Town] | None, limit: int, near: Point | None
    ) -> Iterator[Position]:
        readings = [*readings_of(parsed, self._towns, limits), *self._in_towns_being_typed(parsed, limits)]
        for reading in readings:
            if reading.is_a_town:
                yield from self._towns_of(reading.designation, limit)
            matches = sorted(
                matches_of(reading, self._index),
                key=lambda match: (-match.score, self._nearer(match.street.town, near)) if near else 0,
            )
            for match in matches[:limit]:
                yield self._answers.on(match, parsed, reading.designation.likeness, ())
        for reading in readings:
            started = self._started(reading)
            if near:
                started = iter(sorted(started, key=lambda street: self._nearer(street.town, near)))
            for street in islice(started, limit):
                yield self._answers.on(_started_match(street), parsed, reading.designation.likeness, ())

    def _towns_of(self, asked: Designation, limit: int) -> Iterator[Position]:
        for town in sorted(asked.towns or ())[:limit]:
            found = town_position(Designation(frozenset({town})), self._index)
            if found:
                yield found

    def _started(self, reading: AddressReading) -> Iterator[Street]:
        """Streets of which the name asked is a start."""
        if reading.is_a_town:
            return
        yield from self._index.streets_started(reading.street, reading.towns)

    def _in_towns_being_typed(self, parsed: ParsedAddress, limits: frozenset[Town] | None) -> Iterator[AddressReading]:
        """Readings of which the town is not typed to its end: after a comma, or as the last word."""
        *words, last = parsed.street.words or ("",)
        ways = (
            ((parsed.street, parsed.city),) if parsed.city else ((StreetName(parsed.street.type, tuple(words)), last),)
        )
        for street, start in ways:
            towns = self._towns.starting_with(start) if len(start) >= SHORTEST_TOWN else frozenset()
            allowed = frozenset(sorted(towns if limits is None else towns & limits)[:MOST_TOWNS])
            if allowed:
                yield AddressReading(street, Designation(allowed))


def likeliest(found: Position, near: Point | None) -> tuple[float, float]:
    """Order of a position that is suggested: by its score, then by its distance to a point where there is one."""
    return -found.score, away(near, (found.lon, found.lat)) if near else 0.0


def away(one: Point, other: Point) -> float:
    """Order of distances between points in degrees: a degree of longitude is shorter than one of latitude."""
    return math.hypot((one[0] - other[0]) * math.cos(math.radians(one[1])), one[1] - other[1])


_POSTCODE_BEING_TYPED = re.compile(r"(.*[^\W\d].*?)[\s,]+(\d{1,4})\s*", re.DOTALL)
"""Digits after words; they may also be of the street ("rue du 8"), which is searched first."""


def _started_match(street: Street) -> StreetMatch:
    return StreetMatch(street, STARTED, other_type=False, no_type=False, misspelt=False)


_LETTER_OR_DIGIT = re.compile(r"[a-zA-Z0-9]")
"""What nearly every text has as it is, without being folded."""

OTHER_TOWN = 0.7
"""What the score of a street is worth where the town asked is not in the list."""


class EmbeddedGeocoder:
    """Geocoder over a list of addresses and places, fixed after construction. Several threads may search at once.

    Parameters
    ----------
    addresses : a list, indexed here, or an index; where it is not complete, a street that it lacks proves nothing, and
        a match that rests on likeness alone, or on a town that was not named, is not firm.
    places : named places to know beside an index, which holds none.
    axes : of the streets, where they are known.
    """

    def __init__(
        self, addresses: AddressList | AddressIndex, places: Iterable[Address] = (), axes: StreetAxes | None = None
    ) -> None:
        self._axes = axes
        listed = addresses.addresses if isinstance(addresses, AddressList) else ()
        places = [*(address for address in listed if address.place), *places]
        self._index = AddressIndex.of_list(addresses) if isinstance(addresses, AddressList) else addresses
        with self._index.telling_damage():
            self._read(places)

    def _read(self, places: list[Address]) -> None:
        self._list = ListName(self._index.name, self._index.size, complete=self._index.complete)
        known = self._index.towns()
        self._towns = Towns(
            [*known, *((Town("", place.city), place.postcode) for place in places if place.city)], self._index.spellings
        )
        self._places = PlaceIndex(places)
        self._streets = StreetAnswers(self._index, self._axes, several_towns=len({town for town, _ in known}) > 1)
        self._suggestions = Suggestions(self._index, self._towns, self._streets)

    def search(self, text: str, *, postcode: str = "", citycode: str = "") -> Position | NotFound:
        """Position of an address, a street, a town or a named place of the list.

        Parameters
        ----------
        postcode, citycode : limits of the search; the code may be a former commune's, or an arrondissement's.

        Raises
        ------
        InvalidInputError
            The text is empty, or longer than 200 characters.
        """
        check_question(text)
        if not _LETTER_OR_DIGIT.search(text) and not fold(text):
            return NotFound("Aucune lettre et aucun chiffre à chercher.")
        with self._index.telling_damage():
            return self._searched(with_its_postcode(parse_address(text)), postcode, citycode)

    def reverse(self, lon: float, lat: float) -> Position | NotFound:
        """Address of the list nearest to a point, degrees; its distance is said with its accuracy."""
        with self._index.telling_damage():
            return nearest(lon, lat, self._index.addresses_around(lon, lat))

    def suggest(
        self,
        text: str,
        *,
        limit: int = SUGGESTED,
        postcode: str = "",
        citycode: str = "",
        near: tuple[float, float] | None = None,
    ) -> tuple[Position, ...]:
        """Addresses that start as the text does, the likeliest first; none where there is nothing to search."""
        if not fold(text) or len(text) > LONGEST_TEXT or limit < 1:
            return ()
        limits = self._limits(postcode, citycode)
        found = self._suggested(text, limits, limit, near)
        typed = _POSTCODE_BEING_TYPED.fullmatch(text)
        if typed is None:
            return found
        posted = self._towns.posted_starting(typed[2])
        others = self._suggested(typed[1], posted if limits is None else posted & limits, limit, near) if posted else ()
        every = {one.label: one for one in (*found, *others)}
        return tuple(sorted(every.values(), key=lambda one: likeliest(one, near)))[:limit]

    def _suggested(
        self, text: str, limits: frozenset[Town] | None, limit: int, near: Point | None
    ) -> tuple[Position, ...]:
        parsed = parse_address(text)
        with self._index.telling_damage():
            found = self._suggestions.of(parsed, limits, limit, near)
        allowed = AddressReading(parsed.street, Designation(limits))
        places = self._suggested_places(allowed) if parsed.number is None else []
        return tuple([*places, *found] if parsed.street_type == "" else [*found, *places])[:limit]

    def _searched(self, parsed: ParsedAddress, postcode: str, citycode: str) -> Position | NotFound:
        """Answer among the towns of a postcode and of an INSEE code given beside the text."""
        posted = self._towns.posted(postcode) if postcode else None
        coded = self._towns.coded(citycode) if citycode else None
        limits = self._limits(postcode, citycode)
        if limits == frozenset():
            choices = self._towns.choices(posted, coded)
            return self._one_of(parsed, choices) if len(choices) > 1 else self._list.unknown_town()
        unknown = [code for code in (postcode, parsed.postcode) if code and coded and not self._towns.posted(code)]
        if any(departement_of(code) != departement_of(citycode) for code in unknown):
            return self._list.contradiction()
        if unknown:  # beside an INSEE code, it is no obstacle: a CEDEX has one that no list holds
            said = tuple(f"code postal {code}, inconnu de la liste" for code in dict.fromkeys(unknown))
            parsed = replace(parsed, aside=(*parsed.aside, *said))
            if parsed.postcode in unknown:
                parsed = replace(parsed, postcode="")
        elif postcode and parsed.postcode not in {"", postcode}:
            doubt = f"Deux codes postaux sont donnés : {parsed.postcode} et {postcode}."
            parsed = replace(parsed, doubts=(*parsed.doubts, doubt))
        elif postcode:
            parsed = replace(parsed, postcode=postcode)
        return self._answer(parsed, limits)

    def _limits(self, postcode: str, citycode: str) -> frozenset[Town] | None:
        """Towns among which alone the answer is; a postcode that the list lacks is no obstacle to an INSEE code."""
        posted = self._towns.posted(postcode) if postcode else None
        coded = self._towns.coded(citycode) if citycode else None
        if coded is None or (coded and not posted):
            return posted if coded is None else coded
        return coded if posted is None else coded & posted

    def _one_of(self, parsed: ParsedAddress, choices: list[frozenset[Town]]) -> Position | NotFound:
        """Answer to a question whose towns contradict each other: sure only where all lead to one verdict."""
        bare = replace(parsed, postcode="", city="", complement="", lines=(), departement="")
        found = [self._answer(bare, towns) for towns in choices]
        positions = [one for one in found if isinstance(one, Position)]
        if not positions:
            return self._list.contradiction()
        reason = self._list.contradictory()
        return either(positions, reason) if len(positions) == len(found) else doubtful(positions[0], reason)

    def _answer(self, parsed: ParsedAddress, limits: frozenset[Town] | None) -> Position | NotFound:
        """Answer, with what was typed and contradicts it, or was set aside."""
        found = self._found(parsed, limits)
        if isinstance(found, NotFound):
            return found
        found = doubtful(found, *parsed.doubts, *self._other_towns(parsed, found))
        if not parsed.aside:
            return found
        return replace(found, notes=(f"Mis de côté dans l'adresse : {', '.join(parsed.aside)}.",))

    def _other_towns(self, parsed: ParsedAddress, found: Position) -> tuple[str, ...]:
        """Doubts about lines after the street that name towns of the list where the answer is not."""
        lines = {line: self._towns.named(line) for line in parsed.lines}
        wrong = [line for line, towns in lines.items() if towns and not any(_is_of(town, found) for town in towns)]
        return tuple(f"Une autre commune est écrite dans l'adresse : « {line} »." for line in wrong)

    def _found(self, parsed: ParsedAddress, limits: frozenset[Town] | None) -> Position | NotFound:
        readings = readings_of(parsed, self._towns, limits)
        if not readings:
            return self._without_town(parsed, limits)
        if parsed.number is None and readings[-1].is_a_town:
            return town_position(readings[-1].designation, self._index) or self._list.absent("Adresse")
        searches = (self._streets.of, self._place) if parsed.street_type else (self._place, self._streets.of)
        for search in searches:
            for reading in in_order_of_search(readings):
                found = search(reading, parsed)
                if found is not None:
                    return found
        return self._not_found(readings)

    def _without_town(self, parsed: ParsedAddress, limits: frozenset[Town] | None) -> Position | NotFound:
        """Answer where the town asked is not in the list; a complete list may know its street, under another town."""
        postcode, city_known = parsed.postcode, bool(self._towns.named(parsed.city))
        typed = self._towns.designated(postcode, parsed.city).towns
        named, posted = self._towns.named(parsed.city), self._towns.designated(postcode, "").towns
        choices = self._towns.choices(limits, typed) if typed else self._towns.choices(limits, named, posted)
        if len(choices) > 1:
            return self._one_of(parsed, choices)
        if typed or (city_known and posted):
            return self._list.contradiction()
        towns = self._towns.in_departement_of(postcode) if postcode else None
        if not self._list.complete or city_known or towns == frozenset():
            return self._list.unknown_town()
        elsewhere = Designation(towns, self._list.searched_elsewhere(), OTHER_TOWN).within(limits)
        found = self._streets.of(AddressReading(parsed.street, elsewhere), parsed)
        return found if found and len(found.alternatives) < MOST_ALTERNATIVES else self._list.unknown_town()

    def _place(self, reading: AddressReading, parsed: ParsedAddress) -> Position | None:
        if parsed.number is not None:
            return None
        here = tuple(match for match in self._named(reading) if _answers(match, reading))
        if not here:
            return None
        as_good = [match.place for match in here if match.score == here[0].score]
        doubts = (several_places(as_good),) if len(as_good) > 1 else ()
        found = position(here[0].place, PositionType.PLACE, here[0].score, doubts)
        return replace(found, alternatives=tuple(label_of(place) for place in as_good[1:]))

    def _suggested_places(self, reading: AddressReading) -> list[Position]:
        scores = dict.fromkeys(self._places.starting(_place_words(reading)), STARTED)
        scores |= {match.place: match.score for match in self._named(reading)}
        here = (item for item in scores.items() if reading.allows_town_named(item[0].city))
        likeliest = sorted(here, key=lambda item: -item[1])
        return [position(place, PositionType.PLACE, score) for place, score in likeliest]

    def _named(self, reading: AddressReading) -> tuple[PlaceMatch, ...]:
        return self._places.match(_place_words(reading))

    def _not_found(self, readings: tuple[AddressReading, ...]) -> NotFound:
        in_a_town = [
            reading.street for reading in readings if reading.towns is not None
        ]  # others were sought everywhere
        anywhere = (AddressReading(street, NO_TOWN_NAMED) for street in in_a_town)
        elsewhere = [match for reading in anywhere for match in self._streets.matches(reading)]
        if elsewhere:
            return self._list.street_elsewhere(list(dict.fromkeys(match.street.title for match in elsewhere)))
        named = [match for reading in readings for match in self._named(reading)]
        places = list({match.place.id: match.place for match in named}.values())[:SUGGESTED_PLACES]
        if any(match.enough for match in named):
            return place_elsewhere(places)
        if places:
            return too_few_words(places)
        thing = "Rue" if readings[0].street.type else "Adresse"
        return self._list.absent(thing, near_names(readings[-1], self._index))


def _is_of(town: Town, found: Position) -> bool:
    """Whether a position may be in a town: of its code, or of its name where one has no code."""
    return town.citycode == found.citycode or not town.citycode or normalise(town.name) == normalise(found.city)


def _place_words(reading: AddressReading) -> tuple[str, ...]:
    return content_words(tuple(word for word in (*reading.street.type.split(), *reading.street.words) if word))


def _answers(match: PlaceMatch, reading: AddressReading) -> bool:
    return match.enough and reading.allows_town_named(match.place.city)
