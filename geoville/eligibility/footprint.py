"""The decision about a footprint: a plot, a building, a whole street, a catchment."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from geoville import french
from geoville.crs import refuse_swapped
from geoville.eligibility.decide import listed, reasons_by_law, references_of, sources_of, standing_by_law
from geoville.eligibility.index import NEARBY_M
from geoville.eligibility.judgement import AREAS, LINES, POINTS, part_inside, share_of
from geoville.eligibility.reach import farthest_m
from geoville.eligibility.rules import RuleGround, Standing, communes_of, former_quarters, rule_findings
from geoville.eligibility.secrecy import secrecy_threshold
from geoville.eligibility.sentences import (
    NOT_A_NO,
    basis_sentences,
    contour_sentence,
    describe,
    how_far,
    none_in_force,
    outside_sentence,
    part_in_words,
    to_come_sentences,
)
from geoville.errors import InvalidInputError
from geoville.law import whole_territory_around
from geoville.model import FARTHEST_M, Basis, FootprintAnswer, Kind, Placement, VerdictCode

if TYPE_CHECKING:
    from datetime import date

    from shapely.geometry.base import BaseGeometry

    from geoville.eligibility.index import PerimeterIndex
    from geoville.model import Perimeter, PerimeterHit, WholeCommune
    from geoville.perimeters.areas import PopulatedCells


# --- How a footprint lies among the perimeters that answer: placement, shares, nearest and farthest distance

BANDS_M = (300.0, 500.0)
"""Distances whose side a measure always tells rightly: those of the bands of the rules."""

ROUNDING_M = 1e-6
"""What transforming coordinates may move them by: what passes a limit by less does not pass it, and what comes as
near to a band is at it, hence not less far than it."""


@dataclass(frozen=True, slots=True)
class FootprintMeasure:
    """A footprint among perimeters, of which there is one at least.

    Parameters
    ----------
    hits : those near the footprint, the one that holds it or the nearest first.
    inside : part of the footprint that lies in them.
    share : in [0, 1], of its area, length or points, inside.
    nearest_m, farthest_m : distances from its nearest and farthest points, 0 inside.
    accuracy_m : of the contours near it, the largest.
    complete : whether every official QPV of the place is known.
    """

    hits: tuple[PerimeterHit, ...]
    inside: BaseGeometry
    placement: Placement
    share: float
    nearest_m: float
    farthest_m: float
    accuracy_m: float = 0.0
    complete: bool = False


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
    complete = index.country is not None and index.holds_whole(hits[0].perimeter)
    accuracy_m = max(hit.perimeter.accuracy_m for hit in reachable)
    perimeters = shapely.union_all([hit.perimeter.geometry for hit in reachable])
    inside = part_inside(shape, [hit.perimeter.geometry for hit in reachable if hit.distance_m <= 0])
    marks = [ROUNDING_M, *(band - ROUNDING_M for band in BANDS_M)]
    farthest = _without_rounding(farthest_m(shape, perimeters, marks))
    placement = _placement_in(shape, inside, farthest)
    if accuracy_m and not _is_sure(placement, shape, inside, perimeters, nearest_m, farthest, accuracy_m):
        share = 1.0 if placement is Placement.INSIDE else share_of(inside, shape)
        return FootprintMeasure(hits, inside, Placement.UNCERTAIN, share, nearest_m, farthest, accuracy_m, complete)
    if placement is Placement.INSIDE:
        return FootprintMeasure(hits, shape, placement, 1.0, 0.0, 0.0, accuracy_m, complete)
    share = 0.0 if placement is Placement.OUTSIDE else share_of(inside, shape)
    return FootprintMeasure(hits, inside, placement, share, nearest_m, farthest, accuracy_m, complete)


def _is_sure(
    placement: Placement,
    shape: BaseGeometry,
    inside: BaseGeometry,
    perimeters: BaseGeometry,
    nearest_m: float,
    farthest: float,
    accuracy_m: float,
) -> bool:
    """Whether a placement stays the same wherever, within their accuracy, the contours lie.

    Parameters
    ----------
    inside : part of the shape that the perimeters, together, hold.
    """
    import shapely

    if placement is Placement.OUTSIDE:
        return nearest_m > accuracy_m
    if placement is Placement.INSIDE:
        return bool(shapely.distance(shape, shapely.boundary(perimeters)) > accuracy_m)
    around = shapely.difference(shapely.box(*perimeters.bounds).buffer(ROUNDING_M), perimeters)
    parts = shapely.get_parts(inside)
    own = parts[shapely.get_dimensions(parts) == shapely.get_dimensions(shape)]  # not where it only touches
    return farthest > accuracy_m and len(own) > 0 and farthest_m(shapely.union_all(own), around) > accuracy_m


def share_of_people(measure: FootprintMeasure, shape: BaseGeometry, population: PopulatedCells | None) -> float | None:
    """Share of the people of a footprint, spread over its cells, who live inside.

    None where cells give it too few people for statistics to be published, or do not cover the whole of it.
    """
    people = population.people_in(shape) if population else 0.0
    if population is None or people < secrecy_threshold() or not population.covers(shape):
        return None
    return min(1.0, population.people_in(measure.inside) / people)


def _without_rounding(distance_m: float) -> float:
    """A distance, brought to the limit or the band that it misses or passes by rounding alone."""
    near = [band for band in (0.0, *BANDS_M) if abs(distance_m - band) <= ROUNDING_M]
    return near[0] if near else distance_m


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
_OUT_OF_CONTOURS = (
    "Inconnu : l'emprise est hors de celle des contours connus à cette date ; geoville ne sait pas s'il y a là un "
    "quartier prioritaire."
)
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
    covered: bool,
    today: date | None = None,
) -> tuple[str, ...]:
    """Reasons of an answer, the placement in words first.

    Parameters
    ----------
    measure : None where no perimeter is in force.
    people : share of the people inside, None where unknown.
    known : False where a part of the footprint leaves the place where perimeters are known.
    covered : False where that place is the territory, True where it is around the contours.
    """
    if measure is None:
        return (f"Inconnu : {none_in_force(on)}", NOT_A_NO)
    if placement is Placement.UNKNOWN:
        return (_OUT_OF_CONTOURS if covered else _OUT_OF_TERRITORY, NOT_A_NO)
    return (
        _placement_sentence(placement, measure, shape),
        *to_come_sentences(on, today),
        *basis_sentences(basis, measure.hits),
        *([contour_sentence(_least_accurate(measure))] if placement is Placement.UNCERTAIN else []),
        *([] if known or placement is Placement.INSIDE else [_PARTLY_KNOWN]),
        *_people(placement, people),
        *_reach(measure),
    )


def _least_accurate(measure: FootprintMeasure) -> Perimeter:
    return max((hit.perimeter for hit in measure.hits), key=lambda perimeter: perimeter.accuracy_m)


def _placement_sentence(placement: Placement, measure: FootprintMeasure, shape: BaseGeometry) -> str:
    import shapely

    nearest = measure.hits[0]
    name = describe(nearest.perimeter)
    if placement is Placement.UNCERTAIN:
        known = french.distance(measure.accuracy_m)
        return f"À vérifier : l'emprise est trop près d'une limite connue à {known} près ({name})."
    if measure.placement is Placement.PARTLY:
        size = _SIZES[int(shapely.get_dimensions(shape))]
        return f"En partie dedans : {part_in_words(measure.share)} {size} est dans : {_names(measure)}."
    if measure.placement is Placement.OUTSIDE and measure.nearest_m == 0:
        return f"Dehors : l'emprise touche la limite sans y entrer ({name})."
    if measure.placement is Placement.OUTSIDE:
        return outside_sentence(nearest.perimeter, measure.nearest_m, complete=measure.complete)
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
    wholly = [band for band in BANDS_M if measure.farthest_m + measure.accuracy_m < band]
    may_be = measure.farthest_m - measure.accuracy_m < BANDS_M[-1]
    is_within = (
        "est tout entière" if wholly else "n'est pas sûrement tout entière" if may_be else "n'est pas tout entière"
    )
    band = french.distance(wholly[0] if wholly else BANDS_M[-1])
    farthest = how_far(measure.farthest_m)
    return [
        f"Le point de l'emprise le plus éloigné du périmètre est à {farthest} : elle {is_within} à moins de {band}."
    ]


_VERDICTS = {
    Placement.INSIDE: VerdictCode.INSIDE,
    Placement.PARTLY: VerdictCode.UNCERTAIN,
    Placement.OUTSIDE: VerdictCode.OUTSIDE,
    Placement.UNCERTAIN: VerdictCode.UNCERTAIN,
}


def decide_footprint(
    geometry_wgs84: BaseGeometry,
    index: PerimeterIndex,
    on: date,
    population: PopulatedCells | None = None,
    *,
    permit_date: date | None = None,
    today: date | None = None,
) -> FootprintAnswer:
    """Say whether a footprint lies in the priority quarters of a day: wholly, partly and by how much, or not at all.

    Parameters
    ----------
    geometry_wgs84 : polygons, lines or points (one sort), valid, (lon, lat) in degrees.
    index : the perimeters known.
    on : day asked about.
    population : people of the territory, in the projected CRS of the perimeters.
    permit_date : day when the building permit is applied for, at which some rules judge the place; None where unknown.
    today : as for `decide`.

    Returns
    -------
    Placement and distances are about the union of the perimeters that `decide` would answer from: QPV in force, else
    candidates. Vertices are transformed one by one and everything is measured in the projected CRS, limits included.
    Outside the territory whose perimeters are known, or where none is in force, the placement is `unknown`, never
    `outside`. What lies wholly where a law makes every commune count as a quarter is inside by that law, whatever
    contours are known.

    Raises
    ------
    InvalidInputError
        A footprint that is empty, invalid, of several sorts, or whose latitude comes first.
    """
    require_footprint(geometry_wgs84)
    refuse_swapped(geometry_wgs84.bounds)
    commune = whole_territory_around(geometry_wgs84.bounds, on)
    if commune:
        return replace(_answer_by_law(geometry_wgs84, commune, on, today), data_version=index.version)
    shape, epsg = index.projected(geometry_wgs84)
    local = index.knows_everything(geometry_wgs84.bounds)
    basis, kinds = index.answering(on, epsg, local=local)
    measure = measure_footprint(shape, epsg, index, kinds, on) if epsg else None
    box = geometry_wgs84.bounds
    hits = tuple(index.known_at(index.around_shape(shape, epsg), box, shape.bounds)) if epsg else ()
    answering = measure.hits if measure else ()
    covered = index.covers_box(box)
    known = covered and any(index.tells(hit, box, shape.bounds) for hit in answering)
    placement = _placement_known(measure, known=known)
    is_placed = placement is not Placement.UNKNOWN
    people = share_of_people(measure, shape, population) if measure and known else None
    is_within = [measure is not None and measure.farthest_m + measure.accuracy_m < band for band in BANDS_M]
    ground = _ground(index, shape, measure, hits, basis, on)
    at_permit = _ground_on(index, shape, epsg, hits, permit_date, local=local) if epsg and permit_date else None
    return FootprintAnswer(
        on=on,
        placement=placement,
        basis=basis,
        share_of_area=measure.share if measure else 0.0,
        share_of_people=people,
        nearest_m=_told(measure.nearest_m) if measure and is_placed else None,
        farthest_m=_told(measure.farthest_m) if measure and is_placed else None,
        wholly_within_300_m=is_within[0],
        wholly_within_500_m=is_within[1],
        hits=listed(answering if is_placed else (), hits),
        reasons=footprint_reasons(
            placement, basis, measure, shape, people, on, known=known, covered=covered, today=today
        ),
        references=references_of(basis, answering, hits),
        rules=() if placement is Placement.UNKNOWN else rule_findings(ground, at_permit),
        sources=sources_of(hit.perimeter for hit in answering or hits),
        data_version=index.version,
    )


def _told(distance_m: float) -> float | None:
    """A distance that may be part of an answer."""
    return distance_m if distance_m <= FARTHEST_M else None


def _answer_by_law(shape: BaseGeometry, commune: WholeCommune, on: date, today: date | None) -> FootprintAnswer:
    """Say that a footprint is wholly inside, by the law that makes every commune there count as a quarter.

    Returns
    -------
    An official answer without perimeters nor distances, as `geoville.eligibility.decide.answer_by_law` gives of a
    position.
    """
    import shapely

    standing = standing_by_law(commune, 0.0 if shapely.get_dimensions(shape) == AREAS else None)
    ground = RuleGround(
        on, {Kind.QPV: standing}, estimated=False, communes=frozenset({commune.code}), is_footprint=True
    )
    return FootprintAnswer(
        on=on,
        placement=Placement.INSIDE,
        basis=Basis.OFFICIAL,
        share_of_area=1.0,
        share_of_people=None,
        nearest_m=None,
        farthest_m=None,
        wholly_within_300_m=True,
        wholly_within_500_m=True,
        hits=(),
        reasons=reasons_by_law(commune, on, today),
        references=(commune.reference,),
        rules=rule_findings(ground),
        sources=(),
        whole_commune=commune,
    )


def _placement_known(measure: FootprintMeasure | None, *, known: bool) -> Placement:
    if measure is None or (measure.placement in {Placement.OUTSIDE, Placement.UNCERTAIN} and not known):
        return Placement.UNKNOWN
    return measure.placement


def _ground_on(
    index: PerimeterIndex, shape: BaseGeometry, epsg: int, hits: tuple[PerimeterHit, ...], on: date, *, local: bool
) -> RuleGround:
    """Ground on another day than the one asked about."""
    basis, kinds = index.answering(on, epsg, local=local)
    return _ground(index, shape, measure_footprint(shape, epsg, index, kinds, on), hits, basis, on)


def _former(
    index: PerimeterIndex, shape: BaseGeometry, hits: tuple[PerimeterHit, ...], on: date, *, is_area: bool
) -> Standing | None:
    """Standing with the QPV that are no longer in force: measured as on their last day."""
    former = former_quarters((hit.perimeter for hit in hits), on)
    if not former:
        return None
    last = former[0].valid_to
    assert last is not None  # it has ended
    measure = measure_footprint(shape, former[0].epsg, index, frozenset({Kind.QPV}), last)
    return _standing(measure, is_area=is_area) if measure else None


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
    return RuleGround(
        on,
        standings,
        estimated=basis is Basis.ESTIMATED,
        communes=communes,
        is_footprint=True,
        former=_former(index, shape, hits, on, is_area=is_area),
    )


def _standing(measure: FootprintMeasure, *, is_area: bool) -> Standing:
    """Standing with one kind; only an area tells how far a building reaches."""
    farthest_m = measure.farthest_m if is_area else None
    in_doubt = measure.placement is Placement.UNCERTAIN
    verdict = _VERDICTS[measure.placement]
    return Standing(measure.hits[0].perimeter, verdict, measure.nearest_m, farthest_m, measure.accuracy_m, in_doubt)
