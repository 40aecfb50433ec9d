"""Why a place belongs to the vécu of a quarter, or why it does not: each with its French clause."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from geoville import french

if TYPE_CHECKING:
    from shapely.geometry import Point

    from geoville.model import Perimeter
    from geoville.perimeters.walk import Walk

NOT_PLACED = "non placé : aucune source ne donne sa position"
NOT_AN_EQUIPMENT = "point d'une rue, et non un équipement"
NO_USER = "aucun usager des quartiers prioritaires, d'après le fichier"
NO_WAY = "aucune rue connue n'y mène d'un quartier, ou trop loin pour y aller à pied"


@dataclass(frozen=True, slots=True)
class PlaceOfUse:
    """A place that inhabitants of a quarter may use.

    Parameters
    ----------
    point : metres in the territory's projected CRS; None where its position is not known.
    qpv_users_share : share in [0, 1] of its users who live in a priority quarter; None where nobody says.
    statement : French clause of a document that says who uses it, with the document; empty where none does.
    is_equipment : False for what is only a known point of a street.
    source : where the place and its position come from.
    """

    name: str
    point: Point | None
    qpv_users_share: float | None = None
    statement: str = ""
    is_equipment: bool = True
    source: str = ""

    @property
    def is_stated(self) -> bool:
        """Whether something else than its distance says that inhabitants of the quarters use it."""
        return bool(self.qpv_users_share) or (bool(self.statement) and self.qpv_users_share is None)


@dataclass(frozen=True, eq=False, slots=True)
class KeptPlace:
    """A place of the vécu of a quarter, with its evidence.

    Parameters
    ----------
    quarter : the priority quarter whose inhabitants use it.
    """

    place: PlaceOfUse
    quarter: Perimeter
    walk: Walk

    @property
    def evidence(self) -> str:
        """What says that inhabitants of the quarter use the place, as a French clause."""
        clauses = []
        if self.place.qpv_users_share:
            clauses.append(f"{french.percent(self.place.qpv_users_share)} de ses usagers habitent un QPV")
        if self.place.statement:
            clauses.append(self.place.statement)
        clauses.append(on_foot(self.walk))
        return " ; ".join(clauses)


@dataclass(frozen=True, slots=True)
class LeftPlace:
    """A place that was not retained, and why, as a French clause."""

    place: PlaceOfUse
    reason: str


def on_foot(walk: Walk) -> str:
    """Length of a walk in words, with how it was measured."""
    if walk.on_streets:
        return f"à {french.distance(walk.metres)} à pied par les rues"
    return f"à environ {french.distance(walk.metres)} à pied (ligne droite × 1,3)"


def too_far(walk: Walk, limit_m: float) -> str:
    """Reason of a place that is farther than its evidence allows."""
    return f"{on_foot(walk)} du quartier le plus proche, au-delà de {french.distance(limit_m)}"


def inside(quarter: Perimeter) -> str:
    """Reason of a place that needs no vécu."""
    return f"dans le quartier lui-même ({quarter.code})"
