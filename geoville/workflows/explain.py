"""Why a place, a street or a polygon is in a candidate, or not: the chain from its cell to the tests of the decree."""

from __future__ import annotations

import json
import math
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import date
from typing import TYPE_CHECKING, Any

import numpy as np

from geoville.carroyage.cell_id import format_cell_ids
from geoville.carroyage.grid import CELL_SIZE_M, cell_squares
from geoville.carroyage.method import MethodRules
from geoville.crs import GRID_CRS, WGS84, transform_geometry, transform_points
from geoville.errors import InvalidInputError, Location
from geoville.law import IncomeReference, parameter
from geoville.model import Contiguity, Kind, NotFound, PositionType
from geoville.perimeters.areas import CoveredGround, PopulatedCells
from geoville.perimeters.estimated import INTERVALS_COVER
from geoville.perimeters.place_index import IndexAtPlace, IndexOfArea, area_index, place_index
from geoville.perimeters.quarters import CandidateOptions
from geoville.perimeters.scenarios import SearchMethod, Supposition
from geoville.sources.contours import read_perimeters
from geoville.sources.files import sha256_of
from geoville.sources.pack import open_pack
from geoville.sources.provenance import differences, provenance_path
from geoville.workflows.candidates import CandidateRun, compute_candidates
from geoville.workflows.layers import read_map, remarks_of
from geoville.workflows.lookup import open_geocoder
from geoville.workflows.search_inputs import (
    GIVEN_UNIT,
    CandidateRequest,
    OutlineInput,
    iris_of_territory,
    reference_parameters,
    request_of_generation,
)

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from shapely import Point
    from shapely.geometry.base import BaseGeometry

    from geoville.carroyage.grid import Grid
    from geoville.model import Position
    from geoville.perimeters.quarters import Quarter
    from geoville.sources.pack import Pack
    from geoville.workflows.incomes import IrisInput


@dataclass(frozen=True, eq=False, slots=True)
class Explanation:
    """The chain for one place.

    Parameters
    ----------
    row : its cell in the run's grid, None where nobody lives.
    neighbours : rows of the populated cells around it.
    quarter : the cluster that holds it, kept or rejected; None where its cell was not selected.
    code : of the candidate, None where the cluster was rejected.
    ground : the index there and its parts; None by the method of cells, and away from where people live.
    is_covered : whether the grid says something of that place, were it that nobody lives there.
    position : of the address that was asked about; None for coordinates.
    """

    run: CandidateRun
    row: int | None
    neighbours: tuple[int, ...]
    quarter: Quarter | None
    code: str | None
    ground: IndexAtPlace | None = None
    is_covered: bool = True
    position: Position | None = None

    def document(self) -> dict[str, Any]:
        """The chain as plain values."""
        return {
            "area": None,
            "position": self._position(),
            "covered": self.is_covered,
            "euros_of": self.run.found.euros_of,
            "cell": None if self.row is None else self._cell(self.row),
            "neighbours": [self._cell(row) for row in self.neighbours],
            "cluster": None if self.quarter is None else self._cluster(self.quarter),
            "candidate": self.code,
            "ground": None if self.ground is None else self.ground.document(),
            "supposed": self.run.found.supposed.sentence or None,
            "threshold": _threshold(self.run),
            "doubts": list(self.run.found.doubts),
            "intervals": INTERVALS_COVER,
        }

    def _position(self) -> dict[str, Any] | None:
        found = self.position
        if found is None:
            return None
        return {"label": found.label, "lon": found.lon, "lat": found.lat, "accuracy_m": found.accuracy_m}

    def _cell(self, row: int) -> dict[str, Any]:
        run, start = self.run, self.run.found.start
        grid = start.grid
        unit = str(start.zones.unit[row])
        national = run.found.references[unit].national_eur if unit in run.found.references else None
        median = float(start.income.median[row])
        return {
            "id": format_cell_ids(grid.epsg, grid.northing[[row]], grid.easting[[row]])[0],
            "commune": str(start.zones.commune[row]) or None,
            "urban_unit": unit or None,
            "people": float(grid.people[row]),
            "imputed": bool(grid.imputed[row]),
            "mean_eur": round(float(grid.mean_eur[row])),
            "median_eur": round(median * national) if national and np.isfinite(median) else None,
            "standard_error_eur": round(float(start.income.standard_error[row]) * national) if national else None,
            "share_below_threshold": _share(run.search.share_below[row]),
            "selected": bool(run.search.selected[row]),
            "added_as_doubtful": bool(run.search.added[row]),
        }

    def _cluster(self, quarter: Quarter) -> dict[str, Any]:
        return {
            "population": quarter.population,
            "cells": len(quarter.rows),
            "threshold_eur": round(quarter.threshold.eur),
            "median_eur": round(quarter.median_eur.value),
            "median_interval_eur": [round(quarter.median_eur.low), round(quarter.median_eur.high)],
            "tests": [
                {"test": test.name, "value": round(test.value, 2), "limit": round(test.limit, 1), "passed": test.passed}
                for test in quarter.tests
            ],
        }


def _threshold(run: CandidateRun) -> dict[str, Any] | None:
    """Threshold of the one urban unit that candidates are explained for: a scenario's, and the decree's."""
    threshold = next(iter(run.found.start.thresholds.values()), None)
    if threshold is None:
        return None
    return {
        "eur": round(threshold.eur),
        "factor": run.found.supposed.threshold_factor,
        "decree_eur": round(threshold.decree_eur),
        "unrounded_eur": round(threshold.unrounded_eur),
        "references": list(dict.fromkeys(value.reference for value in threshold.law)),
    }


@dataclass(frozen=True, eq=False, slots=True)
class AreaExplanation:
    """The same for a street, by its addresses, or for a polygon, by its people.

    Parameters
    ----------
    label : of the street, or name of the polygon.
    addresses : of the street; None for a polygon.
    people : of the polygon, NaN out of the data; None for a street.
    share_covered : share of the polygon that the grid says something of; None for a street.
    held : share of the addresses, or of the people (of the area, where nobody lives), in each candidate, by code.
    ground : the index over it; None by the method of cells, and away from where people live.
    remarks : French sentences on what of the file of polygons was left out.
    """

    run: CandidateRun
    label: str
    addresses: int | None
    people: float | None
    share_covered: float | None
    held: dict[str, float]
    ground: IndexOfArea | None
    remarks: tuple[str, ...] = ()

    def document(self) -> dict[str, Any]:
        """What was found, as plain values."""
        return {
            "area": {
                "kind": "polygon" if self.addresses is None else "street",
                "label": self.label,
                "addresses": self.addresses,
                "people": None if self.people is None or math.isnan(self.people) else round(self.people, 2),
                "share_covered": None if self.share_covered is None else round(self.share_covered, 4),
            },
            "ground": None if self.ground is None else self.ground.document(),
            "candidates": [{"code": code, "share": round(share, 4)} for code, share in self.held.items()],
            "outside_share": round(max(1 - sum(self.held.values()), 0.0), 4),
            "supposed": self.run.found.supposed.sentence or None,
            "threshold": _threshold(self.run),
            "euros_of": self.run.found.euros_of,
            "doubts": list(self.run.found.doubts),
            "remarks": list(self.remarks),
        }


def explain_place(
    candidates: Path, lon: float, lat: float, *, on: date, grid: Path | None = None, iris: IrisInput | None = None
) -> Explanation:
    """Compute again what a file of candidates was made from, and follow one place through it; see `replay`."""
    return follow_place(replay(candidates, on=on, grid=grid, iris=iris), lon, lat)


def explain_address(
    candidates: Path, address: str, *, on: date, grid: Path | None = None, iris: IrisInput | None = None
) -> Explanation | AreaExplanation:
    """As `explain_place`, for an address, a named place or a street of the territory that the candidates are of.

    Returns
    -------
    A street is followed whole where the territory's list knows every address of it.

    Raises
    ------
    InvalidInputError
        As `replay`; the candidates are of no territory, or what is asked is not found, or not for sure. The message
        never repeats it.
    """
    territory = _read_provenance(candidates)["parameters"].get("territory")
    if not territory:
        raise InvalidInputError(
            "Ces candidats ne sont pas ceux d'un territoire : rien ne dit où chercher l'adresse", advice=_BY_COORDINATES
        )
    found = open_geocoder(open_pack(territory)).search(address)
    if isinstance(found, NotFound):
        raise InvalidInputError(found.reason.rstrip("."), advice=_BY_COORDINATES)
    is_a_street = found.type is PositionType.STREET and found.whole is not None
    if not found.firm and not is_a_street:
        raise InvalidInputError(found.firm_reason.rstrip("."), advice=_BY_COORDINATES)
    run = replay(candidates, on=on, grid=grid, iris=iris)
    if is_a_street and found.whole is not None:
        return follow_street(run, found.label, found.whole)
    return replace(follow_place(run, found.lon, found.lat), position=found)


def explain_polygons(
    candidates: Path, polygons: Path, *, on: date, grid: Path | None = None, iris: IrisInput | None = None
) -> tuple[AreaExplanation, ...]:
    """As `explain_place`, for each polygon of a file; see `follow_polygon`.

    Raises
    ------
    InvalidInputError, ContourError
        As `replay`; the file cannot be read, or is of another territory.
    """
    run = replay(candidates, on=on, grid=grid, iris=iris)
    epsg = GRID_CRS[run.found.start.grid.epsg]
    layer = read_map(polygons, epsg, "perimeters", otherwise=Kind.CANDIDAT, may_be_empty=False)
    remarks = remarks_of(layer)
    return tuple(replace(follow_polygon(run, item.name, item.geometry), remarks=remarks) for item in layer.perimeters)


_BY_COORDINATES = "donner le lieu avec --at LONGITUDE,LATITUDE"


def replay(candidates: Path, *, on: date, grid: Path | None = None, iris: IrisInput | None = None) -> CandidateRun:
    """Compute again the very candidates of a file, with the choices that its provenance tells; or refuse.

    Parameters
    ----------
    candidates : a file written by `perimeters candidates`, with its provenance beside.
    on : day whose law applies; that of a generation is in the provenance, and decides.
    grid, iris : the inputs that it was made from, where they are not those of a territory pack.

    Raises
    ------
    InvalidInputError
        The provenance is missing or does not say enough, an input is not the one that the file was made from, outlines
        followed a layer that is not kept, or what is found again is not what the file holds.
    """
    provenance = _read_provenance(candidates)
    used = {item["role"]: item for item in provenance["inputs"]}
    parameters = provenance["parameters"]
    territory = open_pack(parameters["territory"]) if parameters["territory"] else None
    path = grid or (territory.grid_path(used["grid"]["vintage"]) if territory else None)
    if path is None or sha256_of(path) != used["grid"]["sha256"]:
        raise InvalidInputError(
            "La grille n'est pas celle d'où viennent ces candidats",
            where=Location(path.name if path else None),
            advice=f"donner « {used['grid']['name']} » avec --grid",
        )
    request = CandidateRequest(
        on=on,
        territory=territory,
        options=_options(parameters, candidates.name),
        outline=_outline(parameters.get("outline"), candidates.name),
        supposed=_supposed(parameters, candidates.name),
    )
    generation = parameters.get("generation")
    if generation:
        request = request_of_generation(request, generation["name"], date.fromisoformat(generation["law_on"]))
    else:
        request = replace(
            request,
            reference=_reference(parameters["urban_units"], territory),
            vintage=used["grid"]["vintage"],
            iris=_iris(iris or (iris_of_territory(territory) if territory else None), provenance),
        )
    run = compute_candidates(path, request)
    _check_same(candidates, provenance, run)
    return run


def _check_same(candidates: Path, provenance: dict[str, Any], run: CandidateRun) -> None:
    """Refuse a computation that rests on something else than the file, or that does not find its candidates.

    A provenance written before a choice existed does not tell it: what is found decides then.
    """
    told = {name: value for name, value in run.provenance.parameters.items() if name in provenance["parameters"]}
    other = differences(provenance, replace(run.provenance, parameters=told))
    if other:
        raise InvalidInputError(
            f"Ces candidats ne peuvent pas être recalculés à l'identique : {', '.join(other)} diffère",
            where=Location(candidates.name),
            advice="donner les fichiers et le jour (--on) de leur calcul, ou les recalculer",
        )
    before = {item.code: item.attributes.get("population") for item in read_perimeters(candidates).perimeters}
    after = {item.code: item.attributes["population"] for item in run.perimeters}
    if before.keys() != after.keys() or any(not _alike(before[code], after[code]) for code in after):
        raise InvalidInputError(
            "Recalculés, ces candidats ne sont plus ceux du fichier : il vient d'une autre version de geoville, "
            "ou a été modifié",
            where=Location(candidates.name),
            advice="les recalculer avec « geoville perimeters candidates »",
        )


_PEOPLE_ALIKE = 0.01


def _alike(first: object, second: object) -> bool:
    return isinstance(first, int | float) and isinstance(second, int | float) and abs(first - second) <= _PEOPLE_ALIKE


def _iris(given: IrisInput | None, provenance: dict[str, Any]) -> IrisInput | None:
    """The IRIS given, with the weight and the national median that the file was made with.

    Raises
    ------
    InvalidInputError
        The file was made with IRIS and none are given, or without and some are; or it does not tell their weight.
    """
    used = next((item for item in provenance["inputs"] if item["role"] == "iris"), None)
    if (used is None) != (given is None):
        raise InvalidInputError(
            "Les IRIS ne sont pas ceux d'où viennent ces candidats",
            advice=f"donner « {used['name']} » avec --iris" if used else "ne pas donner --iris",
        )
    if given is None:
        return None
    weight = _asked_weight(provenance["parameters"])
    medians = [item for item in provenance["law"] if item["parameter"] == "median_declared_income_eur"]
    known = {value.value for value in parameter("median_declared_income_eur").values}
    national = next((item for item in medians if item["value"] not in known), None)
    if national is None:
        return replace(given, weight=weight)
    return replace(given, weight=weight, national_median_eur=national["value"], national_source=national["reference"])


def _asked_weight(parameters: dict[str, Any]) -> float | None:
    """The weight of the IRIS that the file was asked with, None where it was that of the years.

    Raises
    ------
    InvalidInputError
        The provenance does not tell which: what a computation without a weight takes is another choice.
    """
    try:
        asked = parameters["asked_iris_weight"]
        return None if asked is None else float(asked)
    except (KeyError, TypeError, ValueError) as error:
        raise InvalidInputError(
            "La provenance de ces candidats ne dit pas quel poids des IRIS a été demandé",
            advice="les recalculer avec « geoville perimeters candidates »",
        ) from error


_SMOOTH, _STEPS = OutlineInput(), OutlineInput(smooth=False)


def _outline(name: object, file: str) -> OutlineInput:
    """How outlines were drawn.

    Raises
    ------
    InvalidInputError
        They followed blocks or streets, whose file a provenance names but does not hold.
    """
    for outline in (_SMOOTH, _STEPS):
        if name in (outline.name, None):
            return outline
    raise InvalidInputError(
        f"Les contours de ces candidats ont suivi d'autres fichiers ({name}) : leur calcul ne peut pas être refait ici",
        where=Location(file),
        advice="expliquer des candidats calculés sans îlots ni rues",
    )


_HALF = 0.5


def follow_place(run: CandidateRun, lon: float, lat: float) -> Explanation:
    """Follow one place, degrees in WGS84, through a computation."""
    from shapely import Point

    grid = run.found.start.grid
    east, north = transform_points(np.array([lon]), np.array([lat]), WGS84, grid.epsg)
    right = np.abs((grid.easting - east[0]) // CELL_SIZE_M + 1)
    up = np.abs((grid.northing - north[0]) // CELL_SIZE_M + 1)
    around = np.flatnonzero((right <= 1) & (up <= 1))
    here = around[(right[around] == 0) & (up[around] == 0)]
    row = int(here[0]) if len(here) else None
    quarters = (*run.search.kept, *run.search.rejected)
    ground = place_index(run.found.start, run.options, float(east[0]), float(north[0]), row)
    if ground is None:
        holding = [place for place, quarter in enumerate(quarters) if row is not None and row in quarter.rows]
    else:
        place_of = Point(float(east[0]), float(north[0]))
        holding = [rank for rank, quarter in enumerate(quarters) if _holds(quarter, ground, place_of)]
    code = run.perimeters[holding[0]].code if holding and holding[0] < len(run.perimeters) else None
    return Explanation(
        run=run,
        row=row,
        neighbours=tuple(int(item) for item in around if item != row),
        quarter=quarters[holding[0]] if holding else None,
        code=code,
        ground=ground,
        is_covered=row is not None or _is_covered(grid, float(east[0]), float(north[0])),
    )


def follow_street(run: CandidateRun, label: str, places: BaseGeometry) -> AreaExplanation:
    """Follow the addresses of a street, points in WGS84, through a computation."""
    import shapely

    epsg = run.found.start.grid.epsg
    east, north = shapely.get_coordinates(transform_geometry(places, WGS84, epsg)).T
    held = {}
    for item in run.perimeters:
        outline = transform_geometry(item.geometry, item.epsg, epsg)
        shapely.prepare(outline)
        held[item.code] = float(shapely.intersects_xy(outline, east, north).mean())
    return AreaExplanation(
        run=run,
        label=label,
        addresses=len(east),
        people=None,
        share_covered=None,
        held=_some(held),
        ground=area_index(run.found.start, run.options, shapely.MultiPoint(np.stack([east, north], axis=-1))),
    )


def follow_polygon(run: CandidateRun, label: str, area: BaseGeometry) -> AreaExplanation:
    """Follow the people of a polygon, in the projected CRS of the territory, through a computation."""
    import shapely

    grid = run.found.start.grid
    epsg = GRID_CRS[grid.epsg]
    cells = PopulatedCells(cell_squares(grid.easting, grid.northing, grid.epsg, epsg), grid.people)
    covered = CoveredGround(grid.easting, grid.northing, grid.epsg).share(area)
    people = cells.people_in(area) if covered > 0 else math.nan
    held = {}
    for item in run.perimeters:
        both = shapely.intersection(area, item.geometry)
        held[item.code] = cells.people_in(both) / people if people > 0 else both.area / area.area
    return AreaExplanation(
        run=run,
        label=label,
        addresses=None,
        people=people,
        share_covered=covered,
        held=_some(held),
        ground=area_index(run.found.start, run.options, transform_geometry(area, epsg, grid.epsg)),
    )


_HARDLY_ANY = 0.0005
"""A share that is written as nothing."""


def _some(held: dict[str, float]) -> dict[str, float]:
    """Shares that are not nothing, the largest first."""
    return {code: share for code, share in sorted(held.items(), key=lambda item: -item[1]) if share >= _HARDLY_ANY}


def _is_covered(grid: Grid, easting: float, northing: float) -> bool:
    """Whether the place of the lattice that holds a point is among the cells of a grid, or at their edge."""
    corner_east, corner_north = (np.array([int(value // CELL_SIZE_M) * CELL_SIZE_M]) for value in (easting, northing))
    (square,) = cell_squares(corner_east, corner_north, grid.epsg, GRID_CRS[grid.epsg])
    return CoveredGround(grid.easting, grid.northing, grid.epsg).share(square) > _HALF


def _holds(quarter: Quarter, ground: IndexAtPlace, place: Point) -> bool:
    """Whether a place is in a quarter: in its outline, or on its squares where none was drawn."""
    return ground.is_in(quarter) if quarter.outline is None else bool(quarter.outline.intersects(place))


def _read_provenance(candidates: Path) -> dict[str, Any]:
    path = provenance_path(candidates)
    try:
        document: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise InvalidInputError(
            "La provenance de ces candidats est absente ou illisible",
            where=Location(path.name),
            advice="garder à côté du fichier celui que « perimeters candidates » a écrit avec lui",
        ) from error
    if document.get("command") != "perimeters candidates":
        raise InvalidInputError("Ce fichier ne vient pas de « perimeters candidates »", where=Location(candidates.name))
    return document


def _options(parameters: dict[str, Any], name: str) -> CandidateOptions:
    """Choices of a computation, each as its own type: in a provenance they are numbers and text."""
    with _understood(name):
        return CandidateOptions(
            doubt=float(parameters["doubt"]),
            contiguity=Contiguity(parameters["contiguity"]),
            gap_m=float(parameters["gap_m"]),
            hole_cells=int(parameters["hole_cells"]),
            **_method(parameters),
        )


def _supposed(parameters: dict[str, Any], name: str) -> Supposition:
    """Figures taken in place of the decree's; a provenance without any tells none."""
    with _understood(name):
        return Supposition(**parameters.get("supposed", {}))


@contextmanager
def _understood(name: str) -> Iterator[None]:
    """Refuse a provenance whose choices are not those of a computation."""
    try:
        yield
    except (KeyError, TypeError, ValueError) as error:
        raise InvalidInputError(
            "La provenance de ces candidats ne dit pas avec quels choix ils ont été calculés",
            where=Location(name),
            advice="les recalculer avec « geoville perimeters candidates »",
        ) from error


def _method(parameters: dict[str, Any]) -> dict[str, Any]:
    """How ground was chosen; a file written before there was a choice of methods was made by cells."""
    if "method" not in parameters:
        return {"method": SearchMethod.CELLS}
    return {"method": SearchMethod(parameters["method"]), "index": MethodRules(**parameters["index"])}


def _reference(units: dict[str, Any], territory: Pack | None) -> IncomeReference | None:
    """Reference incomes of the computation; None where they are those of the territory, of one unit or of many."""
    if territory is not None:
        unit = territory.manifest.urban_unit
        own = territory.income_reference
        known = {unit.code if unit else GIVEN_UNIT: own} if own else territory.unit_references
        if all(code in known and reference_parameters(known[code]) == told for code, told in units.items()):
            return None
    if len(units) != 1:
        raise InvalidInputError(
            "Ces candidats portent sur plusieurs unités urbaines", advice="les recalculer pour une seule"
        )
    (told,) = units.values()
    return IncomeReference(
        national_eur=told["rmuc_national_eur"],
        urban_unit_eur=told["rmuc_urban_unit_eur"],
        urban_unit_population=told["population"],
        verified=told["verified"],
        source=told["source"],
        too_small_since=date.fromisoformat(told["small_since"]) if "small_since" in told else None,
    )


def _share(value: float) -> float | None:
    return round(float(value), 4) if np.isfinite(value) else None
