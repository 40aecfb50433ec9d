"""Cells of a grid with their estimate, as a layer."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from geoville.carroyage.cell_id import format_cell_ids
from geoville.carroyage.grid import cell_squares
from geoville.crs import GRID_CRS
from geoville.sources.provenance import Provenance, write_provenance
from geoville.sources.writers import OWN_LAYER, write_layer
from geoville.workflows.qgis_looks import cells_look
from geoville.workflows.search_inputs import prepare_search

if TYPE_CHECKING:
    from pathlib import Path

    import geopandas

    from geoville.sources.writers import LayerChoice
    from geoville.workflows.search_inputs import CandidateRequest, SearchInputs

LAYER = "carreaux"


@dataclass(frozen=True, eq=False, slots=True)
class CellsRun:
    """Every cell of a grid, with what INSEE publishes of it and what is estimated."""

    found: SearchInputs

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
        found = self.found
        provenance = Provenance("perimeters cells", found.inputs, found.law, found.parameters, (found.source,))
        write_provenance(provenance, path)

    def document(self) -> dict[str, Any]:
        """What came out, as plain values."""
        frame = self.frame()
        rows = frame.drop(columns="geometry").astype(object).where(frame.drop(columns="geometry").notna(), None)
        return {"estimated": True, "euros_of": self.found.euros_of, "cells": rows.to_dict("records")}


def estimate_cells(grid_path: Path, request: CandidateRequest) -> CellsRun:
    """Estimate the income of every cell of a grid; errors as those of `prepare_search`."""
    return CellsRun(prepare_search(grid_path, request))
