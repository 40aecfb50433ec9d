"""Whether a remote result is what was asked: its parts are checked, since scores of the whole string lie."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from rapidfuzz.distance import OSA

from geoville.crs import departement_of
from geoville.geocoding.house_number import split_number
from geoville.geocoding.match import ACCEPTED, NameLikeness, name_likeness
from geoville.geocoding.spelling import Vocabulary
from geoville.geocoding.street_name import StreetName
from geoville.geocoding.vocabulary import REPETITION_LETTERS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from geoville.geocoding.parse import ParsedAddress
    from geoville.geocoding.remote.address import RemoteAddress

ACCEPTED_SCORE = 0.5
FIRM_SCORE = 0.8
"""Scores from which a result is looked at, and from which it may be firm. 0.5 is addok's own threshold for files, where
nearly every street that does not exist in the town named is "found" elsewhere, but by other parts than those asked; at
0.8 hardly any is, without a look at the parts: `python benchmarks/address_quality.py`."""

_ANY_WORD = Vocabulary((), rich=True)
"""A service knows more words than can be listed here: what it takes for a misspelling may be one, and is not firm."""


class Checked(NamedTuple):
    """A result whose town and street are those asked."""

    address: RemoteAddress
    name: NameLikeness


def checked(parsed: ParsedAddress, citycode: str, address: RemoteAddress) -> Checked | str:
    """Check a result against the question; a French clause says why it is put aside.

    Parameters
    ----------
    citycode : INSEE code asked beside the text, empty where none was.
    """
    if address.score < ACCEPTED_SCORE:
        return "score trop faible"
    if (citycode and citycode != address.citycode) or not _is_in_town(parsed, address):
        return "autre commune"
    likeness = _likeness(parsed, address)
    if likeness is None:
        return "commune seulement" if address.kind == "municipality" else "autre rue"
    return Checked(address, likeness)


def same_number(parsed: ParsedAddress, address: RemoteAddress) -> bool:
    """Whether the number found is the number asked, "12 bis" and "12b" being one."""
    found = split_number(address.housenumber)
    return found is not None and (parsed.number, _letter(parsed.suffix)) == (found[0], _letter(found[1]))


def _letter(suffix: str) -> str:
    letters = {word: letter for letter, word in REPETITION_LETTERS.items()}
    return letters.get(suffix, suffix)


def _is_in_town(parsed: ParsedAddress, address: RemoteAddress) -> bool:
    """Whether the town found is the one named; a wrong postcode is forgiven in the right town of the département."""
    same_postcode = parsed.postcode == address.postcode
    if parsed.city:
        near = same_postcode or departement_of(parsed.postcode) in {"", departement_of(address.postcode)}
        return near and any(_names(parsed.city, name, loosely=same_postcode) for name in address.town_names)
    return same_postcode or not parsed.postcode


def _names(typed: str, name: str, *, loosely: bool) -> bool:
    """Whether a name as typed is a town's; loosely, it may say more or less ("Calais Nord", "Saint-Gervais")."""
    if typed == name or OSA.distance(typed, name, score_cutoff=1) <= 1:
        return True
    return loosely and (f" {name} " in f" {typed} " or f" {typed} " in f" {name} ")


def _likeness(parsed: ParsedAddress, address: RemoteAddress) -> NameLikeness | None:
    if address.kind == "municipality":
        only_a_town = any(not reading.type and not reading.words for reading in _readings(parsed.street, address))
        return NameLikeness(1.0) if only_a_town and parsed.number is None else None
    found = [name_likeness(reading, address.street, _ANY_WORD) for reading in _readings(parsed.street, address)]
    return max((likeness for likeness in found if likeness and likeness.score >= ACCEPTED), default=None)


def _readings(street: StreetName, address: RemoteAddress) -> Iterator[StreetName]:
    """The name as it is, then without the town that was found at its end ("66 rue Mollien Calais")."""
    yield street
    for name in address.town_names:
        town = tuple(name.split())
        if street.words[-len(town) :] == town:
            kept = street.words[: -len(town)]
            yield StreetName(street.type, kept[:-1] if kept[-1:] == ("a",) else kept)
