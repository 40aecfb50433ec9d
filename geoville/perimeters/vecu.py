"""Quartiers vécus: the places used from a quarter, where they stand, and the ways that lead there. Always estimated."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from geoville import french
from geoville.carroyage.grid import CELL_SIZE_M, cell_squares
from geoville.crs import transform_points
from geoville.model import Kind, Perimeter
from geoville.perimeters.outlines import polygons_of, split_slivers
from geoville.perimeters.walks import StraightWalks, StreetWalks, Walk

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray
    from shapely.geometry import Point
    from shapely.geometry.base import BaseGeometry

    from geoville.model import Source
    from geoville.perimeters.areas import PopulatedCells


# --- Why a place belongs to the vécu of a quarter, or why it does not: each with its French clause

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


_METRES_IN_A_KILOMETRE = 1000
_MINUTES_IN_AN_HOUR = 60
_COINCIDENT_M = 1.0
"""What is narrower lies between two limits that are meant to be one."""


@dataclass(frozen=True, slots=True)
class VecuRules:
    """How far people walk, and how wide what they use is drawn: choices, since the law gives none.

    Parameters
    ----------
    minutes, speed_kmh : a place within this walk is within reach. By default ten minutes at 4.5 km/h: 750 m.
    way_width_m : width of the ways, those of a street with its pavements.
    radius_m : of the disc around a place where no cells are given: as wide as a cell.
    """

    minutes: float = 10.0
    speed_kmh: float = 4.5
    way_width_m: float = 20.0
    radius_m: float = CELL_SIZE_M / 2

    @property
    def reach_m(self) -> float:
        """Longest walk to a place that nothing else than its distance says to be used."""
        return self.minutes / _MINUTES_IN_AN_HOUR * self.speed_kmh * _METRES_IN_A_KILOMETRE

    @property
    def farthest_m(self) -> float:
        """Longest walk to a place that is stated to be used: an hour's walk, or the reach where that is longer."""
        return max(self.reach_m, self.speed_kmh * _METRES_IN_A_KILOMETRE)


@dataclass(frozen=True, eq=False, slots=True)
class Vecu:
    """Vécu perimeters, one per quarter that has any, with all places, retained or not.

    Parameters
    ----------
    kept : a place within reach of two quarters is kept for both.
    left : places not retained, in the order given.
    """

    perimeters: tuple[Perimeter, ...]
    kept: tuple[KeptPlace, ...]
    left: tuple[LeftPlace, ...]


def vecu_perimeters(
    quarters: Sequence[Perimeter],
    places: Sequence[PlaceOfUse],
    rules: VecuRules,
    *,
    source: Source,
    streets: NDArray[np.object_] | None = None,
    grid_epsg: int | None = None,
    cells: PopulatedCells | None = None,
) -> Vecu:
    """Draw the vécu of each quarter from evidence of use.

    Parameters
    ----------
    quarters : QPV in force, or candidates, in one projected CRS.
    places : in the same CRS.
    streets : (n,) LineString in the same CRS; without them walks are straight lines times 1.3.
    grid_epsg : CRS of the cells that places stand in; without it each place has a disc around it.
    cells : give each perimeter its population.

    Notes
    -----
    Loi n° 2014-173 du 21 février 2014, as the contrat de ville de Calais 2015-2020 tells it: public services, equipment
    and associations outside the quarter whose action benefits its inhabitants. A place is kept for every quarter within
    reach of it on foot; one that is stated to be used is kept for the nearest quarter, up to an hour's walk.
    """
    everywhere = _all_walks(quarters, streets, rules.farthest_m)
    kept: list[KeptPlace] = []
    left: list[LeftPlace] = []
    for place in places:
        reason = _unfit(place, quarters)
        walks = {} if reason or place.point is None else _walks_to(place.point, quarters, everywhere)
        used = [KeptPlace(place, quarters[rank], walk) for rank, walk in _retained(place, walks, rules).items()]
        kept += used
        if not used:
            left.append(LeftPlace(place, reason or _out_of_reach(place, walks, rules)))
    drawn = [
        _perimeter(quarter, mine, _area(mine, quarters, rules, grid_epsg), source, cells)
        for quarter in quarters
        if (mine := [item for item in kept if item.quarter is quarter])
    ]
    return Vecu(tuple(drawn), tuple(kept), tuple(left))


def _all_walks(
    quarters: Sequence[Perimeter], streets: NDArray[np.object_] | None, limit_m: float
) -> list[StraightWalks | StreetWalks]:
    if streets is None:
        return [StraightWalks(quarter.geometry) for quarter in quarters]
    return [StreetWalks(quarter.geometry, streets, limit_m) for quarter in quarters]


def _unfit(place: PlaceOfUse, quarters: Sequence[Perimeter]) -> str:
    """Reason why a place is in no vécu however near it is; empty where there is none."""
    if place.point is None:
        return NOT_PLACED
    if not place.is_equipment:
        return NOT_AN_EQUIPMENT
    if place.qpv_users_share == 0:
        return NO_USER
    point = place.point
    return next((inside(quarter) for quarter in quarters if quarter.geometry.intersects(point)), "")


def _walks_to(
    point: Point, quarters: Sequence[Perimeter], everywhere: Sequence[StraightWalks | StreetWalks]
) -> dict[int, Walk]:
    """Walks to a place by rank of the quarter, the nearest quarter first."""
    walks = {rank: walk for rank, walks in enumerate(everywhere) if (walk := walks.to(point)) is not None}
    return dict(sorted(walks.items(), key=lambda item: (item[1].metres, quarters[item[0]].code)))


def _retained(place: PlaceOfUse, walks: dict[int, Walk], rules: VecuRules) -> dict[int, Walk]:
    return {
        rank: walk
        for nearness, (rank, walk) in enumerate(walks.items())
        if walk.metres <= rules.reach_m or (place.is_stated and nearness == 0 and walk.metres <= rules.farthest_m)
    }


def _out_of_reach(place: PlaceOfUse, walks: dict[int, Walk], rules: VecuRules) -> str:
    limit_m = rules.farthest_m if place.is_stated else rules.reach_m
    return too_far(next(iter(walks.values())), limit_m) if walks else NO_WAY


def _area(
    kept: Sequence[KeptPlace], quarters: Sequence[Perimeter], rules: VecuRules, grid_epsg: int | None
) -> BaseGeometry:
    """Where the places stand and the ways to them, outside every quarter."""
    import shapely

    stands = [
        _stand(item.place.point, item.quarter.epsg, rules, grid_epsg) for item in kept if item.place.point is not None
    ]
    ways = [item.walk.way.buffer(rules.way_width_m / 2) for item in kept]
    outside = shapely.difference(
        shapely.union_all([*stands, *ways]), shapely.union_all([quarter.geometry for quarter in quarters])
    )
    tidy, _ = split_slivers(outside, _COINCIDENT_M)
    return shapely.union_all(polygons_of(tidy))


def _stand(point: Point, epsg: int, rules: VecuRules, grid_epsg: int | None) -> BaseGeometry:
    """Cell that a place stands in, populated or not; without a grid, a disc."""
    if grid_epsg is None:
        return point.buffer(rules.radius_m)
    east, north = transform_points(np.array([point.x]), np.array([point.y]), epsg, grid_epsg)
    west, south = (np.floor(axis / CELL_SIZE_M).astype(np.int64) * CELL_SIZE_M for axis in (east, north))
    square: BaseGeometry = cell_squares(west, south, grid_epsg, epsg)[0]
    return square


def _perimeter(
    quarter: Perimeter, kept: Sequence[KeptPlace], area: BaseGeometry, source: Source, cells: PopulatedCells | None
) -> Perimeter:
    return Perimeter(
        code=f"VECU-{quarter.code}",
        name=f"Vécu autour de : {quarter.name}",
        kind=Kind.VECU,
        geometry=area,
        epsg=quarter.epsg,
        estimated=True,
        communes=quarter.communes,
        source=source,
        attributes={
            "qpv": quarter.code,
            "places": len(kept),
            "evidence": " | ".join(f"{item.place.name} : {item.evidence}" for item in kept),
            "area_m2": round(area.area, 1),
            "population": None if cells is None else round(cells.people_in(area), 1),
        },
    )
