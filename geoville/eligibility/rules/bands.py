"""The condition of place of a rule about a whole footprint, in or around the perimeters."""

from __future__ import annotations

from typing import TYPE_CHECKING

from geoville import french
from geoville.eligibility.rules.place import Place
from geoville.eligibility.sentences import describe
from geoville.model import RuleStatus

if TYPE_CHECKING:
    from geoville.eligibility.rules.ground import Ground, Standing
    from geoville.model import Band, Rule


def place_by_bands(rule: Rule, standing: Standing, ground: Ground) -> Place:
    """Place of a rule with bands: decided on a footprint, never on a point, which only rules out what is far."""
    bands = [band for band in rule.bands if band.valid_from is None or band.valid_from <= ground.on]
    if standing.farthest_m is None:
        return _of_point(standing, ground, max(band.whole_m for band in bands))
    for band in bands:
        if _holds(band, standing.distance_m, standing.farthest_m):
            return Place(
                RuleStatus.MET,
                met=True,
                reason=f"{_extent(band)} de : {describe(standing.perimeter)}.",
                estimated=standing.perimeter.estimated,
                condition=band.condition,
            )
    widest = max(band.whole_m for band in bands)
    return Place(
        RuleStatus.NEARLY if standing.distance_m <= widest else RuleStatus.NOT_MET,
        met=False,
        reason=(
            f"L'emprise va de {french.distance(max(standing.distance_m, 0))} à {french.distance(standing.farthest_m)} "
            f"de : {describe(standing.perimeter)}."
        ),
        estimated=standing.perimeter.estimated,
    )


def _of_point(standing: Standing, ground: Ground, widest_m: float) -> Place:
    """What a point tells: beyond the widest band no building that stands there can be within it."""
    name, estimated = describe(standing.perimeter), standing.perimeter.estimated
    reach = french.distance(abs(standing.distance_m))
    if ground.firm and standing.distance_m > widest_m + ground.accuracy_m:
        reason = f"{ground.subject} est à {reach} de : {name}."
        return Place(RuleStatus.NOT_MET, met=False, reason=reason, estimated=estimated)
    side = "de la limite" if standing.distance_m <= 0 else "à l'extérieur"
    reason = f"À vérifier sur l'emprise du bâtiment, qu'un point ne dit pas (il est à {reach} {side}, {name})."
    return Place(RuleStatus.TO_CHECK, met=None, reason=reason, estimated=estimated)


def _holds(band: Band, nearest_m: float, farthest_m: float) -> bool:
    return farthest_m <= band.whole_m and (band.part_m is None or nearest_m <= band.part_m)


def _extent(band: Band) -> str:
    whole = f"L'emprise est tout entière à moins de {french.distance(band.whole_m)}"
    return whole if band.part_m is None else f"{whole}, et en partie à moins de {french.distance(band.part_m)},"
