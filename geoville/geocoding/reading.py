"""The ways to read a question once the towns of the list are known."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from geoville.geocoding.normalise import normalise
from geoville.geocoding.street_name import StreetName
from geoville.geocoding.towns import Designation
from geoville.geocoding.vocabulary import PARTICLES

if TYPE_CHECKING:
    from geoville.geocoding.parse import ParsedAddress
    from geoville.geocoding.towns import Town, Towns


@dataclass(frozen=True, slots=True)
class Reading:
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


def readings_of(parsed: ParsedAddress, towns: Towns, limits: frozenset[Town] | None = None) -> tuple[Reading, ...]:
    """Read the words as they are, then without the name of a town at their end ("66 rue Mollien Calais").

    Parameters
    ----------
    limits : towns among which alone the answer is; None for all.

    Returns
    -------
    One or two readings; none where the town asked is not in the list.
    """
    city = parsed.city or (parsed.complement if towns.named(parsed.complement) else "")
    asked = towns.designated(parsed.postcode, city)
    allowed = asked.within(limits)
    if allowed.towns is not None and not allowed.towns:
        return ()
    whole = Reading(parsed.street, allowed)
    kept, name = _without_town(parsed.street.words, towns)
    named = towns.named(name) if name else frozenset()
    ending = Designation(named if asked.towns is None else asked.towns & named).within(limits)
    return (whole, Reading(StreetName(parsed.street.type, kept), ending)) if ending.towns else (whole,)


def in_order_of_search(readings: tuple[Reading, ...]) -> tuple[Reading, ...]:
    """Readings in the order in which to search them.

    Where the last words are a town's name, a name of street that holds them ("rue du Pont de Calais") is looked for to
    the letter in every town, then what comes before them in that town; then only what looks like the whole, since that
    means comparing streets of the whole country.
    """
    whole, *ending = readings
    if whole.towns is not None or not ending:
        return readings
    return (replace(whole, to_the_letter=True), *ending, whole)


def _without_town(words: tuple[str, ...], towns: Towns) -> tuple[tuple[str, ...], str]:
    """Take a town off the end of the words, with "à" before it; "avenue de Calais" keeps its name."""
    length, name = towns.at_end_of(words)
    kept = words[: len(words) - length]
    if kept[-1:] == ("a",):
        return kept[:-1], name
    return (words, "") if kept and kept[-1] in PARTICLES else (kept, name)
