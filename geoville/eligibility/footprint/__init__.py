"""The decision about a footprint: a plot, a building, a whole street, a catchment."""

from __future__ import annotations

from typing import TYPE_CHECKING

from geoville.eligibility.evidence import listed, references_of, sources_of
from geoville.eligibility.footprint.measure import BANDS_M, measure_footprint, require_footprint, share_of_people
from geoville.eligibility.footprint.reasons import footprint_reasons
from geoville.eligibility.rules import rule_findings
from geoville.eligibility.rules.ground import Ground, Standing, communes_of
from geoville.eligibility.shares import AREAS
from geoville.model import Basis, FootprintAnswer, Kind, Placement, VerdictCode

if TYPE_CHECKING:
    from datetime import date

    from shapely.geometry.base import BaseGeometry

    from geoville.eligibility.footprint.measure import FootprintMeasure
    from geoville.eligibility.index import PerimeterIndex
    from geoville.model import PerimeterHit
    from geoville.perimeters.areas import PopulatedCells

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
    placement = _placement(measure, known=known)
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


def _placement(measure: FootprintMeasure | None, *, known: bool) -> Placement:
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
) -> Ground:
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
    return Ground(on, standings, estimated=basis is Basis.ESTIMATED, communes=communes, is_footprint=True)


def _standing(measure: FootprintMeasure, *, is_area: bool) -> Standing:
    """Standing with one kind; only an area tells how far a building reaches."""
    farthest_m = measure.farthest_m if is_area else None
    return Standing(measure.hits[0].perimeter, _VERDICTS[measure.placement], measure.nearest_m, farthest_m)
