"""Fit the weight of the density on official contours, from files."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from geoville.carroyage.grid import CELL_SIZE_M, cell_squares
from geoville.carroyage.ground_index import reference_density
from geoville.carroyage.method import index_rules, method_date, method_rules
from geoville.crs import GRID_CRS, transform_points
from geoville.errors import InvalidInputError
from geoville.model import Kind
from geoville.perimeters.density_fit import DensityFit, fit_density
from geoville.perimeters.index_search import ground_of_unit
from geoville.perimeters.quarters import CandidateOptions
from geoville.perimeters.score import Score, score_perimeters
from geoville.perimeters.search import cells_of_units, find_candidates
from geoville.sources.files import replacing, sha256_of
from geoville.sources.provenance import InputFile, Provenance, write_provenance
from geoville.workflows.layers import read_map
from geoville.workflows.outlines import OutlineInput, outlines_of
from geoville.workflows.search_inputs import prepare_search

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from numpy.typing import NDArray
    from shapely.geometry.base import BaseGeometry

    from geoville.workflows.search_inputs import CandidateRequest, SearchInputs


_DECIMALS = 6


@dataclass(frozen=True, slots=True)
class DensityRun:
    """What was fitted, and the scores on the same town with the shipped weight and with the fitted one."""

    fitted: DensityFit
    shipped_weight: float
    before: Score
    after: Score

    def document(self) -> dict[str, Any]:
        """As plain values."""
        return {
            **{name: round(value, _DECIMALS) for name, value in asdict(self.fitted).items()},
            "shipped_density_weight": self.shipped_weight,
            "f1_before": round(self.before.f1, 4),
            "f1_after": round(self.after.f1, 4),
            "scored_on_the_town_fitted": True,
            "method_date": method_date(),
        }


def fit_density_on(
    grid: Path, official: Path, request: CandidateRequest, out: Path, *, generation: int | None = None
) -> DensityRun:
    """Fit the weight on the contours of one town, and write it with its provenance.

    Raises
    ------
    InvalidInputError
        As `prepare_search` and `fit_density`.
    """
    found = prepare_search(grid, request)
    epsg = GRID_CRS[found.start.grid.epsg]
    layer = read_map(official, epsg, "official", otherwise=Kind.QPV, otherwise_generation=generation)
    contours = [perimeter.geometry for perimeter in layer.perimeters if not perimeter.estimated]
    if not contours:
        raise InvalidInputError("Aucun contour officiel dans ce fichier", advice="donner avec --official des QPV")
    fitted = fitted_on(found, contours, epsg)
    run = DensityRun(
        fitted,
        method_rules().density_weight,
        _score(found, contours, epsg, method_rules().density_weight),
        _score(found, contours, epsg, max(fitted.density_weight, 0.0)),
    )
    with replacing(out) as beside:
        text = json.dumps(run.document(), indent=2, sort_keys=True, ensure_ascii=False)
        beside.write_text(text + "\n", encoding="utf-8", newline="\n")
    used = InputFile("official", official.name, sha256_of(official), generation)
    parameters = found.parameters | {"method_date": method_date()}
    provenance = Provenance("perimeters fit-density", (*found.inputs, used), found.law, parameters, (found.source,))
    write_provenance(provenance, out)
    return run


def fitted_on(found: SearchInputs, contours: Sequence[BaseGeometry], epsg: int) -> DensityFit:
    """Weight of the density that contours ask for, in the projected CRS `epsg`; InvalidInputError as `fit_density`."""
    return fit_density(*squares_in_contours(found, contours, epsg), method_rules().index_cut)


def squares_in_contours(
    found: SearchInputs, contours: Sequence[BaseGeometry], epsg: int
) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
    """Share, density term, whether the centre is in the contours, and people of every inhabited square."""
    import shapely

    start, rules = found.start, method_rules()
    size = CELL_SIZE_M // rules.subcells_per_side
    area = shapely.union_all(list(contours))
    shapely.prepare(area)
    columns = []
    half = np.float64(size / 2)
    for unit in cells_of_units(start.grid, start.income, start.zones, start.thresholds, start.parts):
        place = ground_of_unit(unit, rules)
        ground, held = place.ground, np.flatnonzero(place.people > 0)
        term = np.log((ground.density + 1) / reference_density(ground.density, place.people, rules))
        east, north = transform_points(
            ground.column[held] * size + half, ground.row[held] * size + half, start.grid.epsg, epsg
        )
        inside = shapely.contains_xy(area, east, north).astype(float)
        columns.append(np.stack([ground.share[held], term[held], inside, place.people[held]]))
    share, term, inside, people = np.concatenate(columns, axis=1)
    return share, term, inside, people


def _score(found: SearchInputs, contours: Sequence[BaseGeometry], epsg: int, weight: float) -> Score:
    start = found.start
    options = replace(CandidateOptions(), index=index_rules(weight))
    search = find_candidates(start.grid, start.income, start.zones, start.thresholds, found.legal, options, start.parts)
    drawn = outlines_of(search.kept, start.grid, epsg, OutlineInput()).geometries
    squares = cell_squares(start.grid.easting, start.grid.northing, start.grid.epsg, epsg)
    return score_perimeters(drawn, contours, squares, start.grid.people)
