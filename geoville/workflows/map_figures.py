"""What maps say of cells beyond what their grid publishes: estimates, sensitivity, IRIS."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from geoville.carroyage.indicators import Indicator, estimated_values
from geoville.carroyage.place_keys import find_keys, place_keys
from geoville.carroyage.touching import Contiguity
from geoville.law import parameter
from geoville.perimeters.scenarios import Choices
from geoville.rendering.cell_figures import CellFigures, IrisFigures
from geoville.workflows.candidates import CandidateRequest
from geoville.workflows.search_inputs import prepare_search
from geoville.workflows.sensitivity import sweep_files

if TYPE_CHECKING:
    from datetime import date

    from numpy.typing import NDArray

    from geoville.carroyage.grid import Grid
    from geoville.sources.territory import Territory
    from geoville.workflows.search_inputs import SearchInputs

_CHOICES = Choices((0.9, 1.0, 1.1), tuple(Contiguity), (0.0, 200.0, 400.0))
"""Those that `geoville perimeters sensitivity` tries."""


def figures_of_territory(territory: Territory, on: date) -> CellFigures | None:
    """Estimates of the cells of a territory's default grid, in its order; None without reference incomes."""
    if territory.income_reference is None:
        return None
    request = CandidateRequest(on=on, territory=territory)
    prepared = prepare_search(territory.grid_path(), request)
    start = prepared.start
    thresholds = np.full(len(start.grid), np.nan)
    for unit, threshold in start.thresholds.items():
        thresholds[start.zones.unit == unit] = threshold.relative
    run = sweep_files([territory.grid_path(year) for year in sorted(territory.grids)], request, _CHOICES)
    return CellFigures(
        median_eur=estimated_values(Indicator.MEDIAN, start.income, prepared.national_eur, thresholds),
        share_below=(
            estimated_values(Indicator.SHARE_BELOW, start.income, prepared.national_eur, thresholds)
            if start.parts is None
            else start.parts.share_below(thresholds, len(start.grid))
        ),
        threshold_eur=_only_threshold(prepared),
        retained_share=parameter("poor_cell_share").at(on).value,
        unverified=prepared.unverified,
        sensitivity=_shares_on(start.grid, run.result.grid, run.result.share),
        scenarios=len(run.result.outcomes),
        iris=_iris(territory, start.zones.iris),
    )


def _only_threshold(prepared: SearchInputs) -> float:
    thresholds = list(prepared.start.thresholds.values())
    return thresholds[0].eur if len(thresholds) == 1 else float("nan")


def _shares_on(grid: Grid, swept: Grid, shares: NDArray[np.float64]) -> NDArray[np.float64]:
    """Shares of the cells of `swept`, in the order of `grid`; 0 where no scenario knows the cell."""
    rows = find_keys(place_keys(grid.easting, grid.northing), place_keys(swept.easting, swept.northing))
    return np.where(rows >= 0, shares[rows], 0.0)


def _iris(territory: Territory, code_of: NDArray[np.str_]) -> IrisFigures | None:
    """Incomes of the IRIS of the cells; None where the pack has none."""
    year = territory.iris_year
    if year is None:
        return None
    source = territory.file("iris_income").source
    return IrisFigures(code_of, territory.iris_names, territory.iris_medians(year), year, source.citation)
