"""The towns of an address list, and which of them a postcode and a name designate."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

from rapidfuzz.distance import OSA

from geoville.geocoding.normalise import normalise

if TYPE_CHECKING:
    from collections.abc import Iterable

    from geoville.model import Address


@dataclass(frozen=True, slots=True, order=True)
class Town:
    """A town of the list.

    Parameters
    ----------
    citycode : INSEE code; empty where the list gives none.
    name : as the list writes it.
    """

    citycode: str
    name: str


class Towns:
    """Towns by postcode and by name, fixed after construction."""

    def __init__(self, addresses: Iterable[Address]) -> None:
        by_postcode: defaultdict[str, set[Town]] = defaultdict(set)
        by_name: defaultdict[str, set[Town]] = defaultdict(set)
        for address in addresses:
            if address.city:
                town = Town(address.citycode, address.city)
                by_name[normalise(address.city)].add(town)
                by_postcode[address.postcode].add(town)
        self._by_postcode = {postcode: frozenset(towns) for postcode, towns in by_postcode.items() if postcode}
        self._by_name = {name: frozenset(towns) for name, towns in by_name.items() if name}

    def named(self, name: str) -> frozenset[Town]:
        """Towns of that normalised name; empty where the list has none."""
        return self._by_name.get(name, frozenset())

    def designated(self, postcode: str, name: str) -> frozenset[Town] | None:
        """Towns that a typed postcode and normalised name designate together.

        Returns
        -------
        None where nothing was typed; empty where the list does not know the postcode, does not know the name, or
        where the two contradict each other. With the postcode of a known town, its name may be one letter off.
        """
        if not postcode:
            return self.named(name) if name else None
        by_postcode = self._by_postcode.get(postcode, frozenset())
        if not name:
            return by_postcode
        return frozenset(town for town in by_postcode if _is_nearly(name, normalise(town.name)))

    def at_end_of(self, words: tuple[str, ...]) -> tuple[int, str]:
        """How many words at the end of a normalised text are the name of a town (0: none), and that name."""
        for length in range(len(words), 0, -1):
            name = " ".join(words[-length:])
            if name in self._by_name:
                return length, name
        return 0, ""


def _is_nearly(typed: str, name: str) -> bool:
    return typed == name or typed.startswith(f"{name} ") or OSA.distance(typed, name, score_cutoff=1) <= 1
