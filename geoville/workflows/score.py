"""Candidates scored against official contours, and the weight of the density fitted on them, from files."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from geoville.carroyage.grid import CELL_SIZE_M, cell_squares
from geoville.carroyage.ground_index import reference_density
from geoville.carroyage.method import index_rules, method_date, method_rules
from geoville.crs import GRID_CRS, transform_points
from geoville.errors import ContourError, InvalidInputError, Location
from geoville.model import Kind
from geoville.perimeters.index_search import ground_of_unit
from geoville.perimeters.quarters import CandidateOptions
from geoville.perimeters.score import DensityFit, Score, fit_density, score_perimeters
from geoville.perimeters.search import cells_of_units, find_candidates
from geoville.sources.files import replacing
from geoville.sources.manifest import missing
from geoville.sources.provenance import Provenance, write_provenance
from geoville.workflows.layers import GisLayer, layer_of, read_map, remarks_of, require_epsg, require_near
from geoville.workflows.search_inputs import OutlineInput, outlines_of, prepare_search, read_sourced_grid

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray
    from shapely.geometry.base import BaseGeometry

    from geoville.sources.contours import OwnColumns
    from geoville.sources.pack import Pack
    from geoville.workflows.search_inputs import CandidateRequest, SearchInputs


@dataclass(frozen=True, slots=True)
class FileScore(Score):
    """Agreement of the perimeters of two files.

    Parameters
    ----------
    remarks : French sentences on what of the files was left out.
    """

    remarks: tuple[str, ...] = ()


def score_files(
    candidates: Path,
    official: Path | GisLayer,
    grid: Path,
    *,
    vintage: int | None = None,
    generation: int | None = None,
    own: OwnColumns | None = None,
) -> FileScore:
    """Compare two maps of perimeters on the people of a grid.

    Parameters
    ----------
    candidates : estimated perimeters; a file without any is scored as well: nothing found.
    official : official contours of QPV: a file, or those of a territory.
    grid : cells whose people weigh the comparison.
    vintage : of the grid, where nothing else tells it.
    generation : of the QPV, where nothing else tells it.
    own : columns of the codes and names of the official contours, where they are not the usual ones.

    Raises
    ------
    ContourError
        A file cannot be read, is of another territory than the grid, or what should be official is not.
    """
    cells, _ = read_sourced_grid(grid, vintage)
    epsg = GRID_CRS[cells.epsg]
    squares = cell_squares(cells.easting, cells.northing, cells.epsg, epsg)
    ours = read_map(candidates, epsg, "candidates", otherwise=Kind.CANDIDAT)
    theirs = (
        read_map(official, epsg, "official", otherwise=Kind.QPV, otherwise_generation=generation, own=own)
        if isinstance(official, Path)
        else official
    )
    require_epsg(theirs, epsg)
    for layer in (ours, theirs):
        require_near(layer, squares)
    _require_official(theirs)
    found = score_perimeters(_geometries(ours), _geometries(theirs), squares, cells.people)
    return FileScore(**asdict(found), remarks=remarks_of(ours, theirs))


def official_contours(territory: Pack, generation: int | None = None) -> GisLayer:
    """Official contours of QPV that are known of a territory: the user's, the pack's, else those that geoville carries.

    Parameters
    ----------
    generation : of the QPV, where several are known; that of the territory's own files where they have one only.

    Raises
    ------
    DataUnavailableError
        None is known.
    InvalidInputError
        Several generations are known and none is asked for, or not that one.
    """
    known = territory.perimeters({Kind.QPV})
    years = sorted({item.generation for item in known if item.generation})
    if not years:
        raise missing("qpv", territory.name)
    own = {item.generation for item in territory.own_perimeters({Kind.QPV})}
    if generation is None and len(own or years) == 1:
        generation = next(iter(own or years))
    if generation not in years:
        fault = (
            "Plusieurs générations de QPV connues" if generation is None else f"Pas de QPV de génération {generation}"
        )
        raise InvalidInputError(
            f"{fault} ({territory.title})", advice=f"donner --generation {' ou '.join(map(str, years))}"
        )
    return layer_of("official", tuple(item for item in known if item.generation == generation))


def _require_official(layer: GisLayer) -> None:
    for perimeter in layer.perimeters:
        if perimeter.kind is not Kind.QPV:
            raise ContourError(
                f"Le périmètre {perimeter.code} n'est pas un QPV officiel",
                where=Location(layer.file.name),
                advice="donner avec `--official` les contours fixés par décret, et seulement eux",
            )


def _geometries(layer: GisLayer) -> list[BaseGeometry]:
    return [perimeter.geometry for perimeter in layer.perimeters]


# --- Fit the weight of the density on official contours, from files

_DECIMALS = 6


@dataclass(frozen=True, slots=True)
class DensityRun:
    """What was fitted, and the scores on the same town with the shipped weight and with the fitted one.

    Parameters
    ----------
    remarks : French sentences on what of the contours was left out.
    """

    fitted: DensityFit
    shipped_weight: float
    before: Score
    after: Score
    remarks: tuple[str, ...] = ()

    def document(self) -> dict[str, Any]:
        """As plain values."""
        return {
            **{name: round(value, _DECIMALS) for name, value in asdict(self.fitted).items()},
            "shipped_density_weight": self.shipped_weight,
            "f1_before": round(self.before.f1, 4),
            "f1_after": round(self.after.f1, 4),
            "scored_on_the_town_fitted": True,
            "method_date": method_date(),
            "remarks": list(self.remarks),
        }


def fit_density_on(
    grid: Path, official: Path | GisLayer, request: CandidateRequest, out: Path, *, generation: int | None = None
) -> DensityRun:
    """Fit the weight on the contours of one town, and write it with its provenance.

    Parameters
    ----------
    official : contours in force: a file, or those of a territory.
    generation : of the QPV of a file, where nothing else tells it.

    Raises
    ------
    InvalidInputError
        As `prepare_search` and `fit_density`.
    """
    found = prepare_search(grid, request)
    epsg = GRID_CRS[found.start.grid.epsg]
    layer = (
        read_map(official, epsg, "official", otherwise=Kind.QPV, otherwise_generation=generation)
        if isinstance(official, Path)
        else official
    )
    contours = [perimeter.geometry for perimeter in layer.perimeters if not perimeter.estimated]
    if not contours:
        raise InvalidInputError("Aucun contour officiel dans ce fichier", advice="donner avec --official des QPV")
    fitted = fitted_on(found, contours, epsg)
    run = DensityRun(
        fitted,
        method_rules().density_weight,
        _score(found, contours, epsg, method_rules().density_weight),
        _score(found, contours, epsg, max(fitted.density_weight, 0.0)),
        remarks_of(layer),
    )
    with replacing(out) as beside:
        text = json.dumps(run.document(), indent=2, sort_keys=True, ensure_ascii=False)
        beside.write_text(text + "\n", encoding="utf-8", newline="\n")
    used = replace(layer.file, vintage=generation) if isinstance(official, Path) else layer.file
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
