"""Reasons of an answer about a footprint: the placement in words, then what it rests on."""

from __future__ import annotations

from typing import TYPE_CHECKING

from geoville import french
from geoville.eligibility.footprint.measure import BANDS_M
from geoville.eligibility.sentences import (
    NOT_A_NO,
    basis_sentences,
    describe,
    none_in_force,
    outside_sentence,
    part_in_words,
)
from geoville.eligibility.shares import AREAS, LINES, POINTS
from geoville.model import Placement

if TYPE_CHECKING:
    from datetime import date

    from shapely.geometry.base import BaseGeometry

    from geoville.eligibility.footprint.measure import FootprintMeasure
    from geoville.model import Basis

_OUT_OF_TERRITORY = "Inconnu : l'emprise sort du territoire connu, où geoville n'a pas de données."
_PARTLY_KNOWN = (
    "L'emprise sort du territoire connu : ce qui en dépasse est compté comme étant dehors, faute de données."
)
_SIZES = {POINTS: "des points de l'emprise", LINES: "de la longueur de l'emprise", AREAS: "de la surface de l'emprise"}


def footprint_reasons(
    placement: Placement,
    basis: Basis,
    measure: FootprintMeasure | None,
    shape: BaseGeometry,
    people: float | None,
    on: date,
    *,
    known: bool,
) -> tuple[str, ...]:
    """Reasons of an answer, the placement in words first.

    Parameters
    ----------
    measure : None where no perimeter is in force.
    people : share of the people inside, None where unknown.
    known : False where a part of the footprint leaves the territory whose perimeters are known.
    """
    if measure is None:
        return (f"Inconnu : {none_in_force(on)}", NOT_A_NO)
    if placement is Placement.UNKNOWN:
        return (_OUT_OF_TERRITORY, NOT_A_NO)
    return (
        _placement_sentence(measure, shape),
        *basis_sentences(basis, measure.hits),
        *([] if known or placement is Placement.INSIDE else [_PARTLY_KNOWN]),
        *_people(placement, people),
        *_reach(measure),
    )


def _placement_sentence(measure: FootprintMeasure, shape: BaseGeometry) -> str:
    import shapely

    nearest = measure.hits[0]
    name = describe(nearest.perimeter)
    if measure.placement is Placement.PARTLY:
        size = _SIZES[int(shapely.get_dimensions(shape))]
        return f"En partie dedans : {part_in_words(measure.share)} {size} est dans : {_names(measure)}."
    if measure.placement is Placement.OUTSIDE and measure.nearest_m == 0:
        return f"Dehors : l'emprise touche la limite sans y entrer ({name})."
    if measure.placement is Placement.OUTSIDE:
        return outside_sentence(nearest.perimeter, measure.nearest_m)
    if nearest.inside:
        margin = french.distance(-nearest.distance_m)
        return f"Dedans : l'emprise est tout entière dans : {name}, à {margin} au moins de la limite."
    return f"Dedans : l'emprise est tout entière dans : {_names(measure)}."


def _names(measure: FootprintMeasure) -> str:
    """Perimeters that the footprint meets."""
    return " ; ".join(describe(hit.perimeter) for hit in measure.hits if hit.distance_m <= 0)


def _people(placement: Placement, people: float | None) -> list[str]:
    if placement is not Placement.PARTLY or people is None:
        return []
    share = french.percent(people) if people in (0, 1) else part_in_words(people)
    return [f"Habitants dedans, d'après les carreaux répartis sur l'emprise : {share} (estimation)."]


def _reach(measure: FootprintMeasure) -> list[str]:
    """How far a footprint that is not wholly in reaches, and which bands hold it."""
    if measure.placement is Placement.INSIDE:
        return []
    wholly = [band for band in BANDS_M if measure.farthest_m <= band]
    is_within = "est tout entière" if wholly else "n'est pas tout entière"
    band = french.distance(wholly[0] if wholly else BANDS_M[-1])
    farthest = french.distance(measure.farthest_m)
    return [
        f"Le point de l'emprise le plus éloigné du périmètre est à {farthest} : elle {is_within} à moins de {band}."
    ]
