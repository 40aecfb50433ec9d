"""What rules are tried on: where a position or a footprint stands with the perimeters of each kind."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from geoville.eligibility.judgement import verdict_on
from geoville.model import Basis, Kind

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

    from geoville.eligibility.judgement import Located
    from geoville.model import Perimeter, PerimeterHit, VerdictCode


@dataclass(frozen=True, slots=True)
class Standing:
    """Where what is asked about stands with the perimeters of one kind in force.

    Parameters
    ----------
    perimeter : the one that holds it, or the nearest one.
    verdict : `uncertain` for a position that is not sure, and for a footprint that is partly in.
    distance_m : signed distance to the limit, at most 0 inside; for a footprint, from its nearest part.
    farthest_m : largest distance from any point of an area to the perimeters; None for a position, points or a line.
    """

    perimeter: Perimeter
    verdict: VerdictCode
    distance_m: float
    farthest_m: float | None = None


@dataclass(frozen=True, slots=True)
class Ground:
    """What rules are tried on.

    Parameters
    ----------
    standings : by kind; a kind of which no perimeter in force is known is absent. `qpv` is held by the candidates where
        only these are known.
    estimated : whether the answer as a whole rests on estimates.
    accuracy_m : of the position; 0 for a footprint.
    firm : False for a position that stands for a street, a town or one of several places.
    name : what was found ("Collège Vauban, …"), empty for a footprint.
    communes : INSEE codes or names of the communes that it may be in.
    """

    on: date
    standings: Mapping[Kind, Standing]
    estimated: bool
    communes: frozenset[str]
    accuracy_m: float = 0.0
    firm: bool = True
    name: str = ""
    is_footprint: bool = False

    @property
    def subject(self) -> str:
        """French noun phrase for what is asked about."""
        return "L'emprise" if self.is_footprint else "La position"


def ground_of_position(located: Located, basis: Basis, answering: tuple[PerimeterHit, ...], on: date) -> Ground:
    """Ground of a position.

    Parameters
    ----------
    answering : hits that its verdict rests on: candidates stand for QPV where only these are known.
    """
    nearest: dict[Kind, PerimeterHit] = {}
    for hit in located.hits:
        if hit.perimeter.in_force(on):
            nearest.setdefault(hit.perimeter.kind, hit)
    if answering and answering[0].perimeter.kind is Kind.CANDIDAT:
        nearest[Kind.QPV] = answering[0]
    standings = {
        kind: Standing(hit.perimeter, verdict_on(located, hit), hit.distance_m) for kind, hit in nearest.items()
    }
    position = located.position
    communes = frozenset({position.citycode}) if position.citycode else communes_of(answering or located.hits)
    return Ground(
        on,
        standings,
        estimated=basis is Basis.ESTIMATED,
        communes=communes,
        accuracy_m=position.accuracy_m,
        firm=located.firm,
        name=position.label,
    )


def communes_of(hits: tuple[PerimeterHit, ...]) -> frozenset[str]:
    """Communes of the first perimeter of an answer."""
    return frozenset(hits[0].perimeter.communes) if hits else frozenset()
