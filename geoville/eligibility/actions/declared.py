"""Quarters that a bearer says an action concerns, compared with where the action takes place and when."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from geoville import french
from geoville.eligibility.actions.action import SpotStanding
from geoville.french import fold
from geoville.law import generation_of_code
from geoville.model import Kind

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import date

    from geoville.eligibility.actions.action import StageFinding
    from geoville.model import Perimeter, PerimeterHit


class Agreement(StrEnum):
    """How what a bearer declares stands with the place of the action."""

    AGREES = "agrees"
    CONTRADICTS = "contradicts"
    NOTHING = "nothing_to_compare"


AGREEMENT_NAMES = {
    Agreement.AGREES: "accord",
    Agreement.CONTRADICTS: "contradiction",
    Agreement.NOTHING: "rien à comparer",
}
"""What each is called in tables."""


@dataclass(frozen=True, slots=True)
class DeclaredFinding:
    """What the quarters that a bearer declares are worth.

    Parameters
    ----------
    agreement : a contradiction about one of them is one of the whole.
    reasons : French sentences, one for each quarter declared.
    """

    agreement: Agreement
    reasons: tuple[str, ...]


_NO_QUARTER = frozenset(
    (
        "aucun",
        "aucun qpv",
        "commune entiere",
        "ensemble des qpv",
        "hors qpv",
        "neant",
        "non",
        "oui",
        "qpv",
        "tous",
        "tous les qpv",
        "tous les quartiers",
        "toute la ville",
        "ville",
        "ville entiere",
    )
)
"""What bearers write in that column without naming a quarter."""

_MOST_CODES = 3
_BEFORE_NAMES = ("quartier prioritaire", "quartier", "qpv", "qp", "secteur")
NEIGHBOUR_M = 20_000.0
"""Quarters that a name may mean: those around the place; the same names stand in towns far apart."""


class QuartersByName:
    """Quarters known, found by their code or by their name.

    Parameters
    ----------
    perimeters : of every kind; QPV alone are looked among, whatever their dates.
    """

    def __init__(self, perimeters: Iterable[Perimeter]) -> None:
        self._by_code: dict[str, Perimeter] = {}
        self._by_name: dict[str, list[Perimeter]] = {}
        for item in perimeters:
            if item.kind is Kind.QPV:
                self._by_code[item.code] = item
                self._by_name.setdefault(fold(item.name), []).append(item)

    def by_code(self, text: str) -> Perimeter | None:
        """The quarter that has a code."""
        return self._by_code.get("".join(text.split()).upper())

    def by_name(self, text: str, on: date) -> tuple[Perimeter, ...]:
        """Quarters in force on a day that have a name, whole; else those whose name holds it word for word."""
        name = _bare(text)
        same = [item for item in self._by_name.get(name, ()) if item.in_force(on)]
        if same or not name:
            return tuple(same)
        within = (items for known, items in self._by_name.items() if f" {name} " in f" {known} ")
        return tuple(item for items in within for item in items if item.in_force(on))


def compare_declared(
    declared: Sequence[str], stage: StageFinding, known: QuartersByName, near: Mapping[str, PerimeterHit]
) -> DeclaredFinding:
    """Compare the quarters that a bearer declares with where an action takes place.

    Parameters
    ----------
    declared : codes or names.
    stage : the first one of the action.
    near : where the places of the action stand with the quarters around, by code.
    """
    found = [_compared(text, stage, known, near) for text in declared]
    agreements = {agreement for agreement, _ in found}
    worst = next((item for item in (Agreement.CONTRADICTS, Agreement.AGREES) if item in agreements), Agreement.NOTHING)
    return DeclaredFinding(worst, tuple(reason for _, reason in found))


def _compared(
    text: str, stage: StageFinding, known: QuartersByName, near: Mapping[str, PerimeterHit]
) -> tuple[Agreement, str]:
    if fold(text) in _NO_QUARTER:
        return Agreement.NOTHING, f"« {text} » ne désigne pas un quartier."
    generation = generation_of_code("".join(text.split()).upper())
    if generation is None:
        return _named(text, stage, known, near)
    quarter = known.by_code(text)
    if quarter is None:
        return Agreement.CONTRADICTS, f"Aucun quartier connu ne porte le code {text}."
    if quarter.in_force(stage.start):
        return _placed(quarter, stage, near)
    day = french.long_date(stage.start)
    out = f"{text} est de la génération {generation.year}, qui n'est pas en vigueur le {day}."
    return Agreement.CONTRADICTS, out


def _named(
    text: str, stage: StageFinding, known: QuartersByName, near: Mapping[str, PerimeterHit]
) -> tuple[Agreement, str]:
    named = known.by_name(text, stage.start)
    meant = tuple(item for item in named if item.code in near) or named
    if not meant:
        return Agreement.CONTRADICTS, f"Aucun quartier en vigueur ne porte le nom « {text} »."
    if len(meant) > 1:
        codes = ", ".join(item.code for item in meant[:_MOST_CODES])
        return Agreement.NOTHING, f"Plusieurs quartiers peuvent être « {text} » ({codes}…) : donner le code."
    return _placed(meant[0], stage, near)


def _placed(quarter: Perimeter, stage: StageFinding, near: Mapping[str, PerimeterHit]) -> tuple[Agreement, str]:
    name = f"{quarter.code} {quarter.name}".strip()
    standings = {spot.quarters.standing for spot in stage.spots}
    if not standings & {SpotStanding.INSIDE, SpotStanding.PARTLY, SpotStanding.OUTSIDE}:
        return Agreement.NOTHING, f"Le lieu n'est pas assez sûr pour être comparé à {name}."
    if any(hit.perimeter.code == quarter.code for spot in stage.spots for hit in spot.quarters.met):
        return Agreement.AGREES, f"Le lieu est dans {name}."
    hit = near.get(quarter.code)
    how_far = french.distance(hit.distance_m) if hit else f"plus de {french.distance(NEIGHBOUR_M)}"
    return Agreement.CONTRADICTS, f"Le lieu n'est pas dans {name} : il en est à {how_far}."


def _bare(text: str) -> str:
    """A name without what is written before it: « QPV Fort Nieulay »."""
    name = fold(text)
    for word in _BEFORE_NAMES:
        name = name.removeprefix(f"{word} ")
    return name
