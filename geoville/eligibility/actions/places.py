"""Where the places of an action stand, with the QPV, the vécu and the veille in turn."""

from __future__ import annotations

from typing import TYPE_CHECKING

from geoville.eligibility.actions.action import LayerFinding, SpotFinding, SpotStanding
from geoville.eligibility.decide import decide
from geoville.eligibility.footprint import decide_footprint
from geoville.eligibility.index import PerimeterIndex
from geoville.model import Answer, Basis, Kind, NotFound, Placement, VerdictCode

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import date

    from shapely.geometry.base import BaseGeometry

    from geoville.model import FootprintAnswer, Position

    _Question = Callable[[PerimeterIndex], Answer | FootprintAnswer]

_STANDINGS = {
    VerdictCode.INSIDE: SpotStanding.INSIDE,
    VerdictCode.OUTSIDE: SpotStanding.OUTSIDE,
    VerdictCode.UNCERTAIN: SpotStanding.UNCERTAIN,
    VerdictCode.NOT_FOUND: SpotStanding.NOT_FOUND,
    Placement.INSIDE: SpotStanding.INSIDE,
    Placement.PARTLY: SpotStanding.PARTLY,
    Placement.OUTSIDE: SpotStanding.OUTSIDE,
    Placement.UNKNOWN: SpotStanding.NOT_FOUND,
}


class ActionLayers:
    """Perimeters that actions are placed among, one index for each kind, so that each has its own answer.

    Parameters
    ----------
    index : all the perimeters known.
    """

    def __init__(self, index: PerimeterIndex) -> None:
        self.perimeters = index.perimeters
        self.quarters = _only(index, Kind.QPV, Kind.CANDIDAT)
        self._vecu = _only(index, Kind.VECU)
        self._veille = _only(index, Kind.VEILLE)

    def place(self, rank: int, found: Position | NotFound, on: date) -> SpotFinding:
        """Where one place stands on a day.

        Parameters
        ----------
        rank : 1-based, among the action's places: it names the place where it was not found.
        """
        label = f"lieu {rank} (non trouvé)" if isinstance(found, NotFound) else found.label
        return self._spot(label, on, lambda index: decide(found, index, on))

    def zone(self, geometry: BaseGeometry, on: date) -> SpotFinding:
        """Where an area (WGS84) stands on a day."""
        return self._spot("zone de l'action", on, lambda index: decide_footprint(geometry, index, on))

    def _spot(self, label: str, on: date, ask: _Question) -> SpotFinding:
        answer = ask(self.quarters)
        return SpotFinding(
            label,
            _finding(self.quarters, on, answer, "Aucun contour de QPV en vigueur n'est connu."),
            _finding(self._vecu, on, ask(self._vecu), "Aucun quartier vécu n'est connu."),
            _finding(self._veille, on, ask(self._veille), "Aucun quartier de veille n'est connu."),
            tuple(finding.rule for finding in answer.rules),
        )


def any_in_force(index: PerimeterIndex, on: date) -> bool:
    """Whether a perimeter of an index answers on a day: without one nothing is known, and nothing is outside."""
    return any(perimeter.in_force(on) for perimeter in index.perimeters)


def _only(index: PerimeterIndex, *kinds: Kind) -> PerimeterIndex:
    return PerimeterIndex((item for item in index.perimeters if item.kind in kinds), index.extent)


def _finding(index: PerimeterIndex, on: date, answer: Answer | FootprintAnswer, none_known: str) -> LayerFinding:
    if not any_in_force(index, on):
        return LayerFinding(SpotStanding.UNKNOWN, Basis.OFFICIAL, none_known)
    code = answer.verdict if isinstance(answer, Answer) else answer.placement
    return LayerFinding(_STANDINGS[code], answer.basis, answer.reasons[0], answer.sources, answer.references)
