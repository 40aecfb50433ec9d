"""Cells of a grid: with their estimate, as a layer; their indicators as a GeoTIFF, and a GeoTIFF as a table."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from geoville.carroyage.cell_id import format_cell_ids
from geoville.carroyage.grid import cell_squares
from geoville.carroyage.indicators import Indicator, estimated_values, published_values
from geoville.crs import GRID_CRS
from geoville.extras import need
from geoville.sources.cells import read_cell_raster, write_cell_raster, write_cell_table
from geoville.sources.files import sha256_of
from geoville.sources.provenance import InputFile, Provenance, write_provenance
from geoville.sources.writers import OWN_LAYER, write_layer, write_look
from geoville.workflows.qgis_looks import cells_look, indicator_look
from geoville.workflows.search_inputs import grid_input, prepare_search, read_sourced_grid

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    import geopandas
    from numpy.typing import NDArray

    from geoville.carroyage.grid import Grid
    from geoville.sources.writers import LayerChoice
    from geoville.workflows.generations import GenerationInputs
    from geoville.workflows.search_inputs import CandidateRequest, SearchInputs


def write_indicators(grid_path: Path, indicators: Sequence[Indicator], out: Path, request: CandidateRequest) -> int:
    """Write indicators of a grid as the bands of a GeoTIFF, and its provenance beside.

    Parameters
    ----------
    request : gives the vintage and, where an indicator is estimated, the threshold, the zones and the IRIS.

    Returns
    -------
    Number of cells.

    Raises
    ------
    InvalidInputError
        An indicator is estimated and nothing gives the threshold, or the file cannot be written.
    """
    need("raster")
    if any(indicator.is_estimated for indicator in indicators):
        prepared = prepare_search(grid_path, request)
        grid, source = prepared.start.grid, prepared.source
        inputs, law, figures = prepared.inputs, prepared.law, prepared.parameters
    else:
        prepared, law, figures = None, (), {}
        grid, source = read_sourced_grid(grid_path, request.vintage)
        inputs = (grid_input(grid_path, grid, source),)
    bands = {indicator.value: _values(indicator, grid, prepared) for indicator in indicators}
    units = {indicator.value: indicator.unit for indicator in indicators if indicator.unit}
    write_cell_raster(out, grid, bands, units=units)
    threshold_eur = (
        max((item.eur for item in prepared.start.thresholds.values()), default=np.nan) if prepared else np.nan
    )
    write_look(indicator_look(indicators[0], bands[indicators[0].value], threshold_eur), out)
    parameters = figures | {"indicators": [indicator.value for indicator in indicators]}
    write_provenance(Provenance("data raster", inputs, law, parameters, (source,)), out)
    return len(grid)


def _values(indicator: Indicator, grid: Grid, prepared: SearchInputs | None) -> NDArray[np.generic]:
    if prepared is None or not indicator.is_estimated:
        return published_values(indicator, grid)
    start = prepared.start
    threshold = np.full(len(grid), np.nan)
    for unit, its_own in start.thresholds.items():
        threshold[start.zones.unit == unit] = its_own.relative
    if indicator is Indicator.SHARE_BELOW and start.parts is not None:
        return start.parts.share_below(threshold, len(grid))
    return estimated_values(indicator, start.income, prepared.national_eur, threshold)


def write_cells_of_raster(raster: Path, out: Path) -> int:
    """Write the cells of a GeoTIFF as a table, a column for each band, and its provenance beside.

    Returns
    -------
    Number of cells.

    Raises
    ------
    GridError
        The image cannot be read, or its pixels are not cells.
    InvalidInputError
        The table cannot be written.
    """
    cells = read_cell_raster(raster)
    write_cell_table(cells, out)
    inputs = (InputFile("raster", raster.name, sha256_of(raster)),)
    write_provenance(Provenance("data cells", inputs, (), {}, ()), out)
    return len(cells.easting)


# --- Cells of a grid with their estimate, as a layer

LAYER = "carreaux"


@dataclass(frozen=True, eq=False, slots=True)
class CellsRun:
    """Every cell of a grid, with what INSEE publishes of it and what is estimated.

    Parameters
    ----------
    generation : that the grid, incomes and law were chosen for, if any.
    """

    found: SearchInputs
    generation: GenerationInputs | None = None

    def frame(self) -> geopandas.GeoDataFrame:
        """One row per cell, in the projected CRS of the territory, by (northing, easting).

        Returns
        -------
        Columns idcar_200m, vintage, people, households, mean_eur, poor_share, imputed (published), then estimated,
        median_eur, standard_error_eur, share_below, threshold_eur, euros_of, commune, iris, unit, geometry; null where
        nothing is published, and outside the urban units examined for what needs a threshold.
        """
        import geopandas

        found, start = self.found, self.found.start
        grid, zones = start.grid, start.zones
        eur, relative = (np.full(len(grid), math.nan) for _ in range(2))
        for unit, threshold in start.thresholds.items():
            eur[zones.unit == unit], relative[zones.unit == unit] = threshold.eur, threshold.relative
        parts, epsg = start.parts, GRID_CRS[grid.epsg]
        below = start.income.share_below(relative) if parts is None else parts.share_below(relative, len(grid))
        columns: dict[str, Any] = {
            "idcar_200m": format_cell_ids(grid.epsg, grid.northing, grid.easting),
            "vintage": np.full(len(grid), grid.vintage),
            "people": grid.people,
            "households": grid.households,
            "mean_eur": grid.mean_eur.round(),
            "poor_share": grid.poor_share.round(4),
            "imputed": grid.imputed,
            "estimated": np.ones(len(grid), dtype=bool),
            "median_eur": (start.income.median * found.national_eur).round(),
            "standard_error_eur": (start.income.standard_error * found.national_eur).round(),
            "share_below": below.round(4),
            "threshold_eur": eur,
            "euros_of": [found.euros_of] * len(grid),
            "commune": zones.commune,
            "iris": zones.iris,
            "unit": zones.unit,
        }
        squares = cell_squares(grid.easting, grid.northing, grid.epsg, epsg)
        return geopandas.GeoDataFrame(columns, geometry=squares, crs=epsg)

    @property
    def threshold_eur(self) -> float:
        """The threshold of the only urban unit, else of the first one."""
        return next((threshold.eur for threshold in self.found.start.thresholds.values()), math.nan)

    def write(self, path: Path, into: LayerChoice = OWN_LAYER) -> None:
        """Write the cells (format by suffix), and their provenance beside."""
        write_layer(self.frame(), path, layer=LAYER, style=cells_look(self.threshold_eur), into=into)
        found, chosen = self.found, self.generation
        law = tuple(dict.fromkeys((*found.law, *(chosen.law if chosen else ()))))
        parameters = found.parameters | ({"generation": chosen.document()} if chosen else {})
        write_provenance(Provenance("perimeters cells", found.inputs, law, parameters, (found.source,)), path)

    def document(self) -> dict[str, Any]:
        """What came out, as plain values."""
        frame = self.frame()
        rows = frame.drop(columns="geometry").astype(object).where(frame.drop(columns="geometry").notna(), None)
        supposed, chosen = self.found.supposed.sentence, self.generation
        return {
            "estimated": True,
            **({"supposed": supposed} if supposed else {}),
            **({"generation": chosen.document()} if chosen else {}),
            "euros_of": self.found.euros_of,
            "cells": rows.to_dict("records"),
        }


def estimate_cells(grid_path: Path, request: CandidateRequest) -> CellsRun:
    """Estimate the income of every cell of a grid; errors as those of `prepare_search`."""
    return CellsRun(prepare_search(grid_path, request), request.generation)
