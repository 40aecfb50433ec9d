"""The raster door, both ways: indicators of a grid to a GeoTIFF, and a GeoTIFF to a table of cells."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from geoville.carroyage.indicators import Indicator, estimated_values, published_values
from geoville.extras import need
from geoville.sources.cell_tables import write_cell_table
from geoville.sources.files import sha256_of
from geoville.sources.provenance import InputFile, Provenance, write_provenance
from geoville.sources.rasters import read_cell_raster, write_cell_raster
from geoville.sources.writers import write_look
from geoville.workflows.qgis_looks import indicator_look
from geoville.workflows.search_inputs import grid_input, prepare_search, read_sourced_grid

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from numpy.typing import NDArray

    from geoville.carroyage.grid import Grid
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
