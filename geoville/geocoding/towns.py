"""The towns of an address list, and which of them a postcode, a code and a name designate."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections import defaultdict
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, NamedTuple

from rapidfuzz.distance import OSA

from geoville.crs import commune_of, departement_of
from geoville.geocoding.words import CITIES_WITH_ARRONDISSEMENTS, normalise, numbers_in_letters

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from geoville.geocoding.parse import ParsedAddress


SHORTEST_MISSPELT = 5
SHORTEST_TWICE_MISSPELT = 9
"""Lengths from which a name may have one wrong letter, or two: Ham is not Hem."""

AFTER_LETTERS = "\x7f"
"""Sorts after every letter of a normalised name."""

OTHER_SPELLING = 0.95
UNKNOWN_IN_ITS_POSTCODE = 0.85

_ARTICLE = re.compile(r"(?:le|la|les|l) (.+)")
_ARRONDISSEMENT = re.compile(r"(.+?) 0?(\d{1,2})(?: ?(?:er|e|eme|ieme))?(?: arrondissement)?")
_CODE_OF_ARRONDISSEMENT = re.compile(r"751(\d\d)|6938(\d)|132(\d\d)")
_POSTCODES = {"paris": "750{:02}", "lyon": "6900{}", "marseille": "130{:02}"}
_POSTCODE_OF_ARRONDISSEMENT = re.compile(r"75[01](\d\d)|6900(\d)|130(\d\d)")


class Town(NamedTuple):
    """A town of the list, or what was a commune of its own before it was merged into the town.

    Parameters
    ----------
    citycode : INSEE code; empty where the list gives none.
    name : as the list writes it.
    former_citycode, former_name : of the former commune, or of the arrondissement; empty where there is none.
    """

    citycode: str
    name: str
    former_citycode: str = ""
    former_name: str = ""

    @property
    def title(self) -> str:
        """Name for a sentence.

        >>> Town("62193", "Calais").title, Town("74010", "Annecy", "74268", "Seynod").title
        ('Calais', 'Seynod, Annecy')
        """
        return f"{self.former_name}, {self.name}" if self.former_name not in ("", self.name) else self.name

    @property
    def names(self) -> frozenset[str]:
        """Normalised names that designate it: its own, its former one, and its city's for an arrondissement."""
        written = {normalise(self.name), normalise(self.former_name)} - {""}
        coded = _CODE_OF_ARRONDISSEMENT.fullmatch(self.citycode)
        if coded and normalise(self.name) in CITIES_WITH_ARRONDISSEMENTS:
            written.add(f"{normalise(self.name)} {int(coded[coded.lastindex or 0])}e arrondissement")
        return frozenset(spelling for name in written for spelling in _spellings(name))

    @property
    def codes(self) -> frozenset[str]:
        """INSEE codes that designate it."""
        return frozenset({self.citycode, self.former_citycode, commune_of(self.citycode)} - {""})


@dataclass(frozen=True, slots=True)
class Designation:
    """What a question says of its town.

    Parameters
    ----------
    towns : towns of the list that are meant; None where the question names none, empty where the list has none such.
    doubt : French sentence saying why they are not sure; empty where they are.
    likeness : in [0, 1], 1 where they are named as the list names them.
    unnamed : whether a postcode alone designates them, which other communes may share.
    """

    towns: frozenset[Town] | None
    doubt: str = ""
    likeness: float = 1.0
    unnamed: bool = False

    @property
    def leaves_the_town_open(self) -> bool:
        """Whether the commune is not said: none is named, nor the postcode of one."""
        if self.towns is None:
            return True
        return self.unnamed and len({town.citycode for town in self.towns} - {""}) > 1

    def within(self, limits: frozenset[Town] | None) -> Designation:
        """The same, among some towns only (None: all)."""
        if limits is None:
            return self
        return replace(self, towns=limits if self.towns is None else self.towns & limits)


NO_TOWN_NAMED = Designation(None)
UNKNOWN_TOWN = Designation(frozenset())


class Towns:
    """Towns by postcode, by code and by name, fixed after construction.

    Parameters
    ----------
    known : towns, each with a postcode, once for each of its postcodes; the postcode is empty where unknown.
    names : what `Town.names` is of some of them, made already: normalising those of a whole country takes a second.
    """

    def __init__(self, known: Iterable[tuple[Town, str]], names: Mapping[Town, frozenset[str]] | None = None) -> None:
        names = names or {}
        by_postcode, by_name, by_code = (defaultdict[str, set[Town]](set) for _ in range(3))
        self._names: dict[Town, frozenset[str]] = {}
        for town, postcode in known:
            by_postcode[postcode].add(town)
            if town not in self._names:
                self._names[town] = spellings = names.get(town) or town.names
                for name in spellings:
                    by_name[name].add(town)
                for code in town.codes:
                    by_code[code].add(town)
        self._without_postcode = frozenset(by_postcode.pop("", ()))
        self._by_postcode, self._by_name, self._by_code = map(_frozen, (by_postcode, by_name, by_code))
        self._sorted_names = sorted(self._by_name)

    def named(self, name: str) -> frozenset[Town]:
        """Towns of that normalised name; empty where the list has none."""
        found = self._by_name.get(name, frozenset())
        arrondissement = None if found else _ARRONDISSEMENT.fullmatch(name)
        if not arrondissement:
            return found
        city, rank = arrondissement[1], int(arrondissement[2])
        exact = self._by_name.get(f"{city} {rank}")
        if exact is not None or city not in CITIES_WITH_ARRONDISSEMENTS:
            return exact or self._by_name.get(city, frozenset())
        whole = self._by_name.get(city, frozenset())
        return frozenset(town for town in whole if not _CODE_OF_ARRONDISSEMENT.fullmatch(town.citycode))

    def starting_with(self, start: str) -> frozenset[Town]:
        """Towns whose normalised name starts so."""
        return frozenset(town for name in self._names_starting_with(start) for town in self._by_name[name])

    def designated(self, postcode: str, name: str) -> Designation:
        """Towns that a typed postcode and normalised name designate together.

        Returns
        -------
        No town of the list where it does not know the postcode, does not know the name, or where the two contradict
        each other. With the postcode of a known town, its name may be misspelt or cut short, and a name that is no
        town's is that of a hamlet.
        """
        if not postcode:
            return self._by_name_alone(name) if name else NO_TOWN_NAMED
        by_postcode = self._by_postcode.get(postcode, frozenset())
        if not name:
            return Designation(self.posted(postcode), unnamed=True)
        together = by_postcode & self.named(name)
        if not together and arrondissement_of(name) is None:
            together = frozenset(
                town for town in by_postcode if any(_is_nearly(name, known) for known in self._names[town])
            )
        if together:
            return Designation(together)
        if by_postcode and not self.named(name):
            doubt = "Commune demandée inconnue de la liste ; rue cherchée dans celles du même code postal."
            return Designation(by_postcode, doubt, UNKNOWN_IN_ITS_POSTCODE)
        return UNKNOWN_TOWN if by_postcode else self._named_without_its_postcode(postcode, name)

    def posted(self, postcode: str) -> frozenset[Town]:
        """Towns of a postcode; those of its département where the list says no postcode of theirs."""
        return self._by_postcode.get(postcode) or (self.in_departement_of(postcode) & self._without_postcode)

    def posted_starting(self, start: str) -> frozenset[Town]:
        """Towns of which a postcode starts so."""
        known = (towns for postcode, towns in self._by_postcode.items() if postcode.startswith(start))
        return frozenset(town for towns in known for town in towns)

    def coded(self, citycode: str) -> frozenset[Town]:
        """Towns of an INSEE code, a former commune's included."""
        return self._by_code.get(citycode) or self._by_code.get(commune_of(citycode), frozenset())

    def of_departement(self, code: str) -> frozenset[Town]:
        """Towns of a département, by its code; those that the list gives no code are of any."""
        return frozenset(
            town for town in self._names if not town.citycode or departement_of(town.citycode) in _departements(code)
        )

    def choices(self, *claims: frozenset[Town] | None) -> list[frozenset[Town]]:
        """What a question that contradicts itself may mean: each of its claims that the list knows, once."""
        return list(dict.fromkeys(towns for towns in claims if towns))

    def in_departement_of(self, postcode: str) -> frozenset[Town]:
        """Towns of the département that a postcode starts with."""
        start = "2" if postcode.startswith("20") else postcode[:2]  # Corsica: 20000 is in 2A
        return frozenset(town for code, towns in self._by_code.items() if code.startswith(start) for town in towns)

    def at_end_of(self, words: tuple[str, ...]) -> tuple[int, str]:
        """How many words at the end of a normalised text are the name of a town (0: none), and that name."""
        for length in range(len(words), 0, -1):
            name = " ".join(words[-length:])
            if name in self._by_name:
                return length, name
        return 0, ""

    def _names_starting_with(self, start: str) -> list[str]:
        first, end = (bisect_left(self._sorted_names, bound) for bound in (start, start + AFTER_LETTERS))
        return self._sorted_names[first:end]

    def _by_name_alone(self, name: str) -> Designation:
        found = self.named(name)
        if found or len(name) < SHORTEST_MISSPELT:
            return Designation(found)
        near = [known for known in self._names_starting_with(name[0]) if _is_misspelt(name, known)]
        towns = frozenset(town for known in near for town in self._by_name[known])
        names = ", ".join(sorted({f"« {town.title} »" for town in towns}))
        return Designation(towns, f"Nom de commune rapproché de {names}.", OTHER_SPELLING) if towns else UNKNOWN_TOWN

    def _named_without_its_postcode(self, postcode: str, name: str) -> Designation:
        """Towns of that name in the département of a postcode that the list lacks, as lists without postcodes do."""
        towns = self.in_departement_of(postcode) & self.named(name)
        if towns <= self._without_postcode:
            return Designation(towns)
        return Designation(towns, "Code postal inconnu de la liste ; commune cherchée d'après son nom.", OTHER_SPELLING)


def _frozen(towns: dict[str, set[Town]]) -> dict[str, frozenset[Town]]:
    return {key: frozenset(found) for key, found in towns.items()}


def _departements(code: str) -> frozenset[str]:
    """Codes that a département goes by: "20" was Corsica's."""
    return frozenset({"2A", "2B"}) if code == "20" else frozenset({code})


def arrondissement_of(name: str) -> tuple[str, int] | None:
    """City and rank of a normalised name that is that of an arrondissement; None where it is none.

    >>> arrondissement_of("marseille 3eme"), arrondissement_of("paris 07"), arrondissement_of("calais")
    (('marseille', 3), ('paris', 7), None)
    """
    found = _ARRONDISSEMENT.fullmatch(name)
    if not found or not 1 <= int(found[2]) <= CITIES_WITH_ARRONDISSEMENTS.get(found[1], 0):
        return None
    return found[1], int(found[2])


def with_its_postcode(parsed: ParsedAddress) -> ParsedAddress:
    """The address with the postcode that its arrondissement has; with a doubt where another one is typed."""
    place = arrondissement_of(parsed.city)
    if place is None:
        return parsed
    city, rank = place
    if not parsed.postcode:
        return replace(parsed, postcode=_POSTCODES[city].format(rank))
    typed = _POSTCODE_OF_ARRONDISSEMENT.fullmatch(parsed.postcode)
    if typed is None or int(typed[typed.lastindex or 0]) == rank:
        return parsed
    doubt = f"Le code postal {parsed.postcode} n'est pas celui de l'arrondissement demandé ({rank}e)."
    return replace(parsed, doubts=(*parsed.doubts, doubt))


def _spellings(name: str) -> set[str]:
    """Ways of writing the name of a town: without its article; for an arrondissement, its city's name alone."""
    article, arrondissement = _ARTICLE.fullmatch(name), _ARRONDISSEMENT.fullmatch(name)
    if article:
        return {name, article[1]}
    if not arrondissement or not name.endswith("arrondissement"):
        return {name}
    city, rank = arrondissement[1], arrondissement[2]
    spelt = {" ".join((city, *numbers_in_letters((f"{rank}{ending}",)))) for ending in ("", "e", "eme", "er")}
    written = {f"{city} {rank}{ending}" for ending in ("", "e", "er", "eme", " e", " er", " eme")}
    return {name, city, *written, *spelt, f"{city} 0{rank}"}


def _is_nearly(typed: str, name: str) -> bool:
    """Whether a town of the postcode typed may be meant: its name with more words, with fewer, or misspelt."""
    is_start = len(typed) >= SHORTEST_MISSPELT and name.startswith(f"{typed} ")
    return is_start or typed.startswith(f"{name} ") or _is_misspelt(typed, name)


def _is_misspelt(typed: str, name: str) -> bool:
    allowed = sum(len(name) >= length for length in (SHORTEST_MISSPELT, SHORTEST_TWICE_MISSPELT))
    return OSA.distance(typed, name, score_cutoff=allowed) <= allowed
