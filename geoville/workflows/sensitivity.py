"""How far the candidates of a town depend on choices: from files of cells to an image and a layer."""

from __future__ import annotations

from dataclasses import asdict, dataclass, replace
from itertools import zip_longest
from typing import TYPE_CHECKING, Any

import numpy as np

from geoville.carroyage.cell_id import format_cell_ids
from geoville.carroyage.grid import cell_squares
from geoville.crs import GRID_CRS
from geoville.errors import InvalidInputError
from geoville.french import counted
from geoville.perimeters.estimated import unverified_inputs
from geoville.perimeters.scenarios import TRIED, Choices
from geoville.perimeters.sensitivity import sweep
from geoville.sources.cells import KeptCells, read_kept_cells, write_cell_raster, write_kept_cells
from geoville.sources.manifest import SENSITIVITY
from geoville.sources.provenance import Provenance, rests_on, write_provenance
from geoville.sources.writers import OWN_LAYER, write_layer, write_look
from geoville.workflows.qgis_looks import scenarios_look, shares_look
from geoville.workflows.search_inputs import prepare_search

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from pathlib import Path

    import geopandas
    from numpy.typing import NDArray

    from geoville.perimeters.scenarios import Scenario
    from geoville.perimeters.sensitivity import Outcome, Sensitivity
    from geoville.sources.pack import Pack
    from geoville.sources.writers import LayerChoice
    from geoville.workflows.search_inputs import CandidateRequest, SearchInputs


SHARE_BAND = "part_des_scenarios"
OWN_BAND = "scenario_du_decret"
LAYER = "sensibilite"


@dataclass(frozen=True, eq=False, slots=True)
class SensitivityRun:
    """The search under every combination of choices, with everything that it rests on.

    Parameters
    ----------
    unverified : what it rests on without its text having been read, as a French enumeration.
    """

    choices: Choices
    result: Sensitivity
    unverified: str
    provenance: Provenance

    def frame(self) -> geopandas.GeoDataFrame:
        """Cells that some scenario keeps; columns as in `cells_frame`."""
        return cells_frame(self.result)

    def write(self, path: Path, into: LayerChoice = OWN_LAYER) -> None:  # noqa: ARG002 - an image has no layers
        """Write the share of scenarios and the decree's own as two bands of a GeoTIFF, and its provenance beside.

        Populated cells that no scenario keeps are 0; places without a cell have no value.
        """
        bands = {SHARE_BAND: self.result.share, OWN_BAND: self.result.kept_by_own}
        write_cell_raster(path, self.result.grid, bands)
        write_look(shares_look(), path)
        write_provenance(self.provenance, path)

    def write_cells(self, path: Path, into: LayerChoice = OWN_LAYER) -> None:
        """Write the cells that some scenario keeps as squares (format by suffix), and their provenance beside."""
        write_layer(self.frame(), path, layer=LAYER, style=scenarios_look(), into=into)
        write_provenance(self.provenance, path)

    def write_counts(self, path: Path) -> None:
        """Write the layer that a pack ships, how many scenarios keep each cell, and its provenance beside."""
        write_kept_cells(self.kept(), path)
        write_provenance(self.provenance, path)

    def kept(self) -> KeptCells:
        """Cells that some scenario keeps."""
        grid, times = self.result.grid, self.result.times_kept
        some = times > 0
        return KeptCells(grid.epsg, grid.easting[some], grid.northing[some], times[some])

    def document(self) -> dict[str, Any]:
        """What came out, as plain values; people are those of the own scenario's vintage but in `scenarios`."""
        result = self.result
        return {
            "estimated": True,
            "unverified": self.unverified or None,
            "vintages": sorted({scenario.vintage for scenario in result.outcomes}),
            **asdict(self.choices),
            "own_scenario": _outcome(result.own, result.own_outcome),
            "scenarios": [_outcome(scenario, outcome) for scenario, outcome in result.outcomes.items()],
            "core": _extent(result, result.core),
            "fringe": _extent(result, result.fringe),
            "by_count": [
                {"scenarios": count, **_extent(result, result.times_kept == count)}
                for count in range(len(result.outcomes), 0, -1)
                if (result.times_kept == count).any()
            ],
        }


def sweep_files(
    grids: Sequence[Path],
    request: CandidateRequest,
    choices: Choices,
    *,
    vintages: Sequence[int] = (),
    track: Callable[[Sequence[Scenario]], Iterable[Scenario]] = iter,
) -> SensitivityRun:
    """Search for candidates in every vintage of a town, under every combination of choices.

    Parameters
    ----------
    grids : one file for each vintage; each is estimated once.
    request : what gives thresholds, zones and IRIS, and the choices that are not swept. Its outline plays no part,
        since results are by cell, nor does its vintage.
    vintages : of the grids, in their order, where nothing else tells them.
    track : goes through the scenarios, and may show how far it is.

    Raises
    ------
    InvalidInputError
        Vintages that do not go with the grids, two grids of one vintage or of two places, no threshold.
    """
    if vintages and len(vintages) != len(grids):
        raise InvalidInputError(
            f"{counted(len(vintages), 'millésime')} pour {counted(len(grids), 'grille')}",
            advice="donner un --vintage par --grid, ou aucun",
        )
    prepared = [
        prepare_search(path, replace(request, vintage=vintage)) for path, vintage in zip_longest(grids, vintages)
    ]
    return _sweep(prepared, request, choices, track)


def _sweep(
    prepared: Sequence[SearchInputs],
    request: CandidateRequest,
    choices: Choices,
    track: Callable[[Sequence[Scenario]], Iterable[Scenario]] = iter,
) -> SensitivityRun:
    result = sweep([item.start for item in prepared], choices, prepared[0].legal, request.options, track)
    provenance = _provenance(prepared, request, choices)
    references = prepared[0].references.values()
    return SensitivityRun(choices, result, unverified_inputs(references, provenance.law), provenance)


def _provenance(prepared: Sequence[SearchInputs], request: CandidateRequest, choices: Choices) -> Provenance:
    first = prepared[0]
    return Provenance(
        command="perimeters sensitivity",
        inputs=tuple(dict.fromkeys(file for item in prepared for file in item.inputs)),
        law=tuple(dict.fromkeys(value for item in prepared for value in item.law)),
        parameters={
            "choices": {name: list(values) for name, values in asdict(choices).items()},
            **asdict(request.options),
            **first.parameters,
            "iris_weight": {str(item.start.grid.vintage): item.iris_weight for item in prepared},
            "territory": request.territory.designation if request.territory else None,
        },
        sources=tuple(dict.fromkeys(item.source for item in prepared)),
    )


# --- Of a territory: what its pack ships, as long as it is what would be found again


def sweep_territory(territory: Pack, request: CandidateRequest) -> SensitivityRun:
    """Search in every vintage of a territory under the default choices; errors as those of `sweep_files`."""
    return sweep_files([territory.grid_path(year) for year in sorted(territory.grids)], request, TRIED)


@dataclass(frozen=True, eq=False, slots=True)
class TerritorySensitivity:
    """How many scenarios keep each cell of a territory, beside the grid that is drawn.

    Parameters
    ----------
    drawn : the territory's default grid, ready to be searched.
    scenarios : how many were tried.
    """

    drawn: SearchInputs
    kept: KeptCells
    scenarios: int


def sensitivity_of(territory: Pack, request: CandidateRequest) -> TerritorySensitivity:
    """Sensitivity under the default choices: read from the pack where it was made from the same, else computed.

    The same: files by their sha256, legal values, choices, and the version of geoville.

    Raises
    ------
    InvalidInputError
        As `sweep_files`.
    DataUnavailableError
        What the pack ships was altered.
    """
    prepared = {year: prepare_search(territory.grid_path(year), request) for year in sorted(territory.grids)}
    every, choices = list(prepared.values()), TRIED
    shipped = territory.file(SENSITIVITY).checked_path() if territory.has(SENSITIVITY) else None
    if shipped is not None and rests_on(shipped, _provenance(every, request, choices)):
        kept = read_kept_cells(shipped)
    else:
        kept = _sweep(every, request, choices).kept()
    return TerritorySensitivity(prepared[territory.default_vintage], kept, len(choices.scenarios(prepared)))


def cells_frame(result: Sensitivity) -> geopandas.GeoDataFrame:
    """Cells that some scenario keeps, by (northing, easting), in the projected CRS of the territory.

    Returns
    -------
    Columns idcar_200m, people, scenarios (how many keep the cell), share (of the scenarios), core (whether all do), own
    (whether the decree's own does), estimated, geometry.
    """
    import geopandas

    kept = result.times_kept > 0
    cells, epsg = result.grid.take(kept), GRID_CRS[result.grid.epsg]
    columns = {
        "idcar_200m": format_cell_ids(cells.epsg, cells.northing, cells.easting),
        "people": cells.people,
        "scenarios": result.times_kept[kept],
        "share": result.share[kept],
        "core": result.core[kept],
        "own": result.kept_by_own[kept],
        "estimated": np.ones(len(cells), dtype=bool),
    }
    squares = cell_squares(cells.easting, cells.northing, cells.epsg, epsg)
    return geopandas.GeoDataFrame(columns, geometry=squares, crs=epsg)


def _outcome(scenario: Scenario, outcome: Outcome) -> dict[str, Any]:
    return {**asdict(scenario), **asdict(outcome)}


def _extent(result: Sensitivity, chosen: NDArray[np.bool_]) -> dict[str, float | int]:
    return {"people": float(result.grid.people[chosen].sum()), "cells": int(chosen.sum())}
