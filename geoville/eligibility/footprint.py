"""The decision about a footprint: a plot, a building, a whole street, a catchment."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from geoville import french
from geoville.eligibility.decide import listed, references_of, sources_of
from geoville.eligibility.index import NEARBY_M
from geoville.eligibility.judgement import AREAS, LINES, POINTS, part_inside, share_of
from geoville.eligibility.reach import farthest_m
from geoville.eligibility.rules import RuleGround, Standing, communes_of, rule_findings
from geoville.eligibility.secrecy import secrecy_threshold
from geoville.eligibility.sentences import (
    NOT_A_NO,
    basis_sentences,
    describe,
    none_in_force,
    outside_sentence,
    part_in_words,
)
from geoville.errors import InvalidInputError
from geoville.model import Basis, FootprintAnswer, Kind, Placement, VerdictCode

if TYPE_CHECKING:
    from datetime import date

    from shapely.geometry.base import BaseGeometry

    from geoville.eligibility.index import PerimeterIndex
    from geoville.model import PerimeterHit
    from geoville.perimeters.areas import PopulatedCells


# --- How a footprint lies among the perimeters that answer: placement, shares, nearest and farthest distance

BANDS_M = (300.0, 500.0)
"""Distances whose side a measure always tells rightly: those of the bands of the rules."""

ROUNDING_M = 1e-6
"""What transforming coordinates may move them by: what passes a limit or a band by less does not pass it."""


@dataclass(frozen=True, slots=True)
class FootprintMeasure:
    """A footprint among perimeters, of which there is one at least.

    Parameters
    ----------
    hits : those near the footprint, the one that holds it or the nearest first.
    inside : part of the footprint that lies in them.
    share : in [0, 1], of its area, length or points, inside.
    nearest_m, farthest_m : distances from its nearest and farthest points, 0 inside.
    """

    hits: tuple[PerimeterHit, ...]
    inside: BaseGeometry
    placement: Placement
    share: float
    nearest_m: float
    farthest_m: float


def require_footprint(shape: BaseGeometry) -> None:
    """Refuse what cannot be measured.

    Raises
    ------
    InvalidInputError
        A shape that is empty, invalid, without a size, or made of points, lines and areas together.
    """
    import shapely

    if shape.is_empty:
        raise InvalidInputError("L'emprise est vide", advice="donner un polygone, une ligne ou des points")
    parts = shapely.get_parts(shape)
    if len(set(shapely.get_dimensions(parts).tolist())) > 1:
        raise InvalidInputError(
            "L'emprise mêle des surfaces, des lignes ou des points", advice="n'en garder qu'une sorte"
        )
    if not shape.is_valid or (shapely.get_dimensions(shape) != POINTS and not shape.length > 0):
        raise InvalidInputError(
            f"L'emprise n'est pas une géométrie valide ({shapely.is_valid_reason(shape)})",
            advice="la corriger, par exemple avec « Réparer les géométries » de QGIS",
        )


def measure_footprint(
    shape: BaseGeometry, epsg: int, index: PerimeterIndex, kinds: frozenset[Kind], on: date
) -> FootprintMeasure | None:
    """Measure a footprint against the perimeters of some kinds in force on a day; None where none is.

    Parameters
    ----------
    shape : in `epsg`, as `require_footprint` accepts it.
    """
    import shapely

    def answering(reach_m: float) -> tuple[PerimeterHit, ...]:
        hits = index.around_shape(shape, epsg, reach_m)
        return tuple(hit for hit in hits if hit.perimeter.kind in kinds and hit.perimeter.in_force(on))

    hits = answering(NEARBY_M)
    if not hits:
        return None
    west, south, east, north = shape.bounds
    nearest_m = _without_rounding(max(hits[0].distance_m, 0.0))
    reachable = answering(nearest_m + math.hypot(east - west, north - south))
    polygons = [hit.perimeter.geometry for hit in reachable]
    inside = part_inside(shape, [hit.perimeter.geometry for hit in reachable if hit.distance_m <= 0])
    marks = [band + ROUNDING_M for band in (0.0, *BANDS_M)]
    farthest = _without_rounding(farthest_m(shape, shapely.union_all(polygons), marks))
    placement = _placement_in(shape, inside, farthest)
    if placement is Placement.INSIDE:
        return FootprintMeasure(hits, shape, placement, 1.0, 0.0, 0.0)
    share = 0.0 if placement is Placement.OUTSIDE else share_of(inside, shape)
    return FootprintMeasure(hits, inside, placement, share, nearest_m, farthest)


def share_of_people(measure: FootprintMeasure, shape: BaseGeometry, population: PopulatedCells | None) -> float | None:
    """Share of the people of a footprint, spread over its cells, who live inside.

    None where cells give it too few people for statistics to be published.
    """
    people = population.people_in(shape) if population else 0.0
    if population is None or people < secrecy_threshold():
        return None
    return min(1.0, population.people_in(measure.inside) / people)


def _without_rounding(distance_m: float) -> float:
    """A distance, brought back to the limit or the band that it passes by rounding alone."""
    passed = [band for band in (0.0, *BANDS_M) if band < distance_m <= band + ROUNDING_M]
    return passed[0] if passed else distance_m


def _placement_in(shape: BaseGeometry, inside: BaseGeometry, farthest: float) -> Placement:
    """Placement, by what would remain of either part if the limit were moved by the rounding of coordinates."""
    import shapely

    dimension = shapely.get_dimensions(shape)
    if dimension == POINTS:
        is_in, is_out = share_of(inside, shape) == 1, inside.is_empty
    else:
        least = ROUNDING_M * inside.length if dimension == AREAS else ROUNDING_M
        size = inside.area if dimension == AREAS else inside.length
        is_in, is_out = farthest == 0, size <= least
    if is_in:
        return Placement.INSIDE
    return Placement.OUTSIDE if is_out else Placement.PARTLY


# --- Reasons of an answer about a footprint: the placement in words, then what it rests on

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


_VERDICTS = {
    Placement.INSIDE: VerdictCode.INSIDE,
    Placement.PARTLY: VerdictCode.UNCERTAIN,
    Placement.OUTSIDE: VerdictCode.OUTSIDE,
}


def decide_footprint(
    geometry_wgs84: BaseGeometry, index: PerimeterIndex, on: date, population: PopulatedCells | None = None
) -> FootprintAnswer:
    """Say whether a footprint lies in the priority quarters of a day: wholly, partly and by how much, or not at all.

    Parameters
    ----------
    geometry_wgs84 : polygons, lines or points (one sort), valid, (lon, lat) in degrees.
    index : the perimeters known.
    on : day asked about.
    population : people of the territory, in the projected CRS of the perimeters.

    Returns
    -------
    Placement and distances are about the union of the perimeters that `decide` would answer from: QPV in force, else
    candidates. Vertices are transformed one by one and everything is measured in the projected CRS, limits included.
    Outside the territory whose perimeters are known, or where none is in force, the placement is `unknown`, never
    `outside`.

    Raises
    ------
    InvalidInputError
        A footprint that is empty, invalid, or of several sorts.
    """
    require_footprint(geometry_wgs84)
    shape, epsg = index.projected(geometry_wgs84)
    basis, kinds = index.answering(on, epsg)
    measure = measure_footprint(shape, epsg, index, kinds, on) if epsg else None
    hits = index.around_shape(shape, epsg) if epsg else ()
    answering = measure.hits if measure else ()
    known = index.covers_box(geometry_wgs84.bounds)
    placement = _placement_known(measure, known=known)
    people = share_of_people(measure, shape, population) if measure and known else None
    is_within = [measure is not None and measure.farthest_m <= band for band in BANDS_M]
    ground = _ground(index, shape, measure, hits, basis, on)
    return FootprintAnswer(
        on=on,
        placement=placement,
        basis=basis,
        share_of_area=measure.share if measure else 0.0,
        share_of_people=people,
        nearest_m=measure.nearest_m if measure else None,
        farthest_m=measure.farthest_m if measure else None,
        wholly_within_300_m=is_within[0],
        wholly_within_500_m=is_within[1],
        perimeters=listed(answering, hits),
        reasons=footprint_reasons(placement, basis, measure, shape, people, on, known=known),
        references=references_of(basis, answering, hits),
        rules=() if placement is Placement.UNKNOWN else rule_findings(ground),
        sources=sources_of(hit.perimeter for hit in answering or hits),
    )


def _placement_known(measure: FootprintMeasure | None, *, known: bool) -> Placement:
    if measure is None or (measure.placement is Placement.OUTSIDE and not known):
        return Placement.UNKNOWN
    return measure.placement


def _ground(
    index: PerimeterIndex,
    shape: BaseGeometry,
    measure: FootprintMeasure | None,
    hits: tuple[PerimeterHit, ...],
    basis: Basis,
    on: date,
) -> RuleGround:
    """Ground for the rules: the main measure stands for QPV, the other kinds are measured in turn."""
    import shapely

    measures: dict[Kind, FootprintMeasure] = {}
    for epsg, kind in dict.fromkeys((hit.perimeter.epsg, hit.perimeter.kind) for hit in hits):
        other = measure_footprint(shape, epsg, index, frozenset({kind}), on)
        if other is not None:
            measures[kind] = other
    if measure is not None and measure.hits[0].perimeter.kind is Kind.CANDIDAT:
        measures[Kind.QPV] = measure
    is_area = shapely.get_dimensions(shape) == AREAS
    standings = {kind: _standing(item, is_area=is_area) for kind, item in measures.items()}
    communes = communes_of(measure.hits if measure else hits)
    return RuleGround(on, standings, estimated=basis is Basis.ESTIMATED, communes=communes, is_footprint=True)


def _standing(measure: FootprintMeasure, *, is_area: bool) -> Standing:
    """Standing with one kind; only an area tells how far a building reaches."""
    farthest_m = measure.farthest_m if is_area else None
    return Standing(measure.hits[0].perimeter, _VERDICTS[measure.placement], measure.nearest_m, farthest_m)
