"""A planner's own polygons, checked: figures, communes, IRIS, and the decree's conditions one by one."""

from __future__ import annotations

import math
from dataclasses import asdict, dataclass, replace
from typing import TYPE_CHECKING, Any

from geoville.crs import WGS84, transform_geometry
from geoville.errors import InvalidInputError, Location
from geoville.law import counted_people
from geoville.model import Kind, Perimeter
from geoville.perimeters.decree import DecreeCondition, DecreeOutcome, UnitSize, conditions, outcome_of
from geoville.perimeters.estimated import INTERVALS_COVER, area_attributes
from geoville.perimeters.outlines import cut, merged, subtracted
from geoville.perimeters.quarters import by_population
from geoville.sources.provenance import Provenance, write_provenance
from geoville.sources.writers import OWN_LAYER, perimeters_frame, write_perimeters
from geoville.workflows.describe import AreaDescriber
from geoville.workflows.layers import inputs_of, read_map, remarks_of
from geoville.workflows.qgis_looks import perimeters_look
from geoville.workflows.search_inputs import prepare_search

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

    import geopandas
    import numpy as np
    from numpy.typing import NDArray
    from shapely.geometry.base import BaseGeometry

    from geoville.perimeters.figures import AreaFigures
    from geoville.sources.contours import OwnColumns
    from geoville.sources.writers import LayerChoice
    from geoville.workflows.layers import GisLayer
    from geoville.workflows.search_inputs import CandidateRequest, SearchInputs

COMMAND = "perimeters check"


@dataclass(frozen=True, slots=True)
class Redrawing:
    """What is done to polygons before they are checked, in this order.

    Parameters
    ----------
    within : file of polygons; only what lies in one of them is kept.
    minus : file of polygons that are taken away.
    merge : whether what is left is checked as one.
    """

    within: Path | None = None
    minus: Path | None = None
    merge: bool = False


AS_DRAWN = Redrawing()


@dataclass(frozen=True, slots=True)
class PlacePeople:
    """People of an area who live in one commune, or in one IRIS, by the centre of their cells."""

    code: str
    name: str
    people: float


@dataclass(frozen=True, eq=False, slots=True)
class CheckedPolygon:
    """One polygon, with what is estimated of it.

    Parameters
    ----------
    perimeter : as drawn, an official contour too; its figures are estimated all the same.
    threshold_eur : of its urban unit; NaN outside those that have one.
    """

    perimeter: Perimeter
    figures: AreaFigures
    threshold_eur: float
    conditions: tuple[DecreeCondition, ...]
    communes: tuple[PlacePeople, ...]
    iris: tuple[PlacePeople, ...]

    @property
    def outcome(self) -> DecreeOutcome:
        """What the conditions come to together."""
        return outcome_of(self.conditions, self.figures)

    @property
    def area_m2(self) -> float:
        """Surface, in the projected CRS."""
        return float(self.perimeter.geometry.area)

    def document(self) -> dict[str, Any]:
        """Plain values; what is not known is None once printed."""
        return {
            "code": self.perimeter.code,
            "name": self.perimeter.name,
            "kind": self.perimeter.kind.value,
            "outline_estimated": self.perimeter.estimated,
            "area_m2": round(self.area_m2),
            **asdict(self.figures),
            "coverage": self.figures.coverage,
            "threshold_eur": self.threshold_eur,
            "communes": [asdict(item) for item in self.communes],
            "iris": [asdict(item) for item in self.iris],
            "outcome": self.outcome,
            "conditions": [
                {
                    "test": item.test.name,
                    "value": item.test.value,
                    "limit": item.test.limit,
                    "passed": item.test.passed,
                    "margin": item.test.margin,
                    "sure": item.is_sure,
                    "needed": item.needed or None,
                }
                for item in self.conditions
            ],
        }

    def attributed(self) -> Perimeter:
        """The polygon with its estimated figures as attributes, and none of those of its file."""
        attributes = {
            **area_attributes(self.figures, self.threshold_eur),
            "figures_estimated": True,
            "outcome": self.outcome.value,
            "area_m2": round(self.area_m2),
            "iris": ";".join(item.code for item in self.iris),
        }
        communes = tuple(item.code for item in self.communes) or self.perimeter.communes
        return replace(self.perimeter, attributes=attributes, communes=communes)


@dataclass(frozen=True, eq=False, slots=True)
class CheckRun:
    """Polygons checked, with everything that decided it.

    Parameters
    ----------
    remarks : French sentences on what of the files was left out.
    """

    found: SearchInputs
    polygons: tuple[CheckedPolygon, ...]
    provenance: Provenance
    remarks: tuple[str, ...] = ()

    def frame(self) -> geopandas.GeoDataFrame:
        """One row per polygon, with its figures; columns as in `geoville.sources.writers.perimeters_frame`."""
        return perimeters_frame([item.attributed() for item in self.polygons])

    def write(self, path: Path, into: LayerChoice = OWN_LAYER) -> None:
        """Write the polygons with their figures (format by suffix), and their provenance beside."""
        made = [item.attributed() for item in self.polygons]
        write_perimeters(made, path, style=perimeters_look(made), into=into)
        write_provenance(self.provenance, path)

    def document(self) -> dict[str, Any]:
        """What came out, as plain values."""
        return {
            "estimated": True,
            "vintage": self.found.start.grid.vintage,
            "euros_of": self.found.euros_of,
            "supposed": self.found.supposed.sentence or None,
            "unverified": self.found.unverified or None,
            "doubts": list(self.found.doubts),
            "intervals": INTERVALS_COVER,
            "polygons": [item.document() for item in self.polygons],
            "remarks": list(self.remarks),
        }


def check_polygons(
    path: Path,
    grid_path: Path,
    request: CandidateRequest,
    own: OwnColumns | None = None,
    redrawing: Redrawing = AS_DRAWN,
) -> CheckRun:
    """Check the polygons of a file against the decree, with the cells of a grid.

    Parameters
    ----------
    path : any file of perimeters; what it does not say the kind of is taken as a draft of yours.
    request : gives the territory or the reference incomes, the vintage, the IRIS, and the figures supposed.

    Raises
    ------
    InvalidInputError
        There is no threshold, the polygons and the grid are not of the same territory, or nothing is left of them.
    """
    checker = Checker(prepare_search(grid_path, request))
    epsg = checker.describer.epsg
    layer = read_map(path, epsg, "polygons", otherwise=Kind.CANDIDAT, may_be_empty=False, own=own)
    others = [
        None if other is None else read_map(other, epsg, role, otherwise=Kind.CANDIDAT)
        for role, other in (("within", redrawing.within), ("minus", redrawing.minus))
    ]
    drawn = _redrawn(layer, *others, merge=redrawing.merge)
    read = [layer, *(other for other in others if other is not None)]
    files, _ = inputs_of(read)
    return replace(checker.check(drawn, files, {"merge": redrawing.merge}), remarks=remarks_of(*read))


def drawn_perimeter(shape: BaseGeometry, epsg: int) -> Perimeter:
    """What somebody draws, WGS84, as a draft in a projected CRS.

    Raises
    ------
    InvalidInputError
        It has no surface.
    """
    if shape.geom_type not in {"Polygon", "MultiPolygon"}:
        raise InvalidInputError("Ce tracé n'est pas une surface", advice="dessiner un polygone")
    drawn = transform_geometry(shape, WGS84, epsg)
    return Perimeter("trace", "Tracé", Kind.CANDIDAT, drawn, epsg, estimated=True)


class Checker:
    """What checks any polygon in the projected CRS of a grid's territory.

    Parameters
    ----------
    prepared : the grid, its estimate, zones and thresholds.
    """

    def __init__(self, prepared: SearchInputs) -> None:
        self.prepared = prepared
        self.describer = AreaDescriber(prepared)

    def check(
        self, perimeters: Sequence[Perimeter], files: Sequence[Any] = (), choices: Mapping[str, Any] | None = None
    ) -> CheckRun:
        """Check polygons; `files` and `choices` are those that they come from, for the provenance."""
        prepared = self.prepared
        provenance = Provenance(
            command=COMMAND,
            inputs=(*prepared.inputs, *files),
            law=prepared.law,
            parameters={**prepared.parameters, **(choices or {})},
            sources=(prepared.source,),
        )
        return CheckRun(prepared, tuple(self._checked(perimeters)), provenance)

    def _checked(self, perimeters: Sequence[Perimeter]) -> Iterator[CheckedPolygon]:
        areas = [item.geometry for item in perimeters]
        figures = self.describer.figures(areas)
        inside = self.describer.cells.inside(areas)
        start, names = self.prepared.start, self.prepared.names
        people = start.grid.people[inside.cell] * inside.share
        units = self.describer.units(inside, len(areas))
        for rank, (perimeter, found, unit) in enumerate(zip(perimeters, figures, units, strict=True)):
            mine = inside.area == rank
            rows, held = inside.cell[mine], people[mine]
            threshold_eur = start.thresholds[unit].eur if unit else math.nan
            tests = conditions(found, perimeter.geometry.area, self.prepared.legal, self._size(unit), threshold_eur)
            communes = _places(start.zones.commune[rows], held, names.communes)
            iris = _places(start.zones.iris[rows], held, {**names.iris, **names.neighbourhoods})
            yield CheckedPolygon(perimeter, found, threshold_eur, tests, communes, iris)

    def _size(self, unit: str) -> UnitSize:
        """Size of an urban unit, as the decree counts it."""
        prepared = self.prepared
        if not unit:
            fewest = next(counted_people(item, prepared.on, prepared.rule)[1] for item in prepared.references.values())
            return UnitSize("", math.nan, fewest, passed=False)
        return UnitSize(unit, *counted_people(prepared.references[unit], prepared.on, prepared.rule))


def _redrawn(layer: GisLayer, within: GisLayer | None, minus: GisLayer | None, *, merge: bool) -> tuple[Perimeter, ...]:
    drawn = layer.perimeters
    if within is not None:
        drawn = cut(drawn, [item.geometry for item in within.perimeters])
    if minus is not None:
        drawn = subtracted(drawn, [item.geometry for item in minus.perimeters])
    if not drawn:
        raise InvalidInputError(
            "Il ne reste rien de ces polygones", where=Location(layer.file.name), advice="vérifier ce qui leur est ôté"
        )
    return (merged(drawn),) if merge else drawn


def _places(codes: NDArray[np.str_], people: NDArray[np.float64], names: Mapping[str, str]) -> tuple[PlacePeople, ...]:
    """People by place, the most populated first; what is in no place that is known is left out."""
    return tuple(
        PlacePeople(code, names.get(code, code), float(people[codes == code].sum()))
        for code in by_population(codes, people)
    )
