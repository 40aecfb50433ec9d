"""Indicators of cells: what the grid publishes, and what is estimated from it."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from geoville.carroyage.grid import Grid
    from geoville.carroyage.income import CellIncome


class Indicator(StrEnum):
    """What a cell is described by; the last two are estimated."""

    PEOPLE = "people"
    MEAN = "mean"
    POOR_SHARE = "poor_share"
    IMPUTED = "imputed"
    MEDIAN = "median"
    SHARE_BELOW = "share_below"

    @property
    def is_estimated(self) -> bool:
        """Whether it is computed by geoville, and not published by INSEE."""
        return self in {Indicator.MEDIAN, Indicator.SHARE_BELOW}

    @property
    def unit(self) -> str:
        """Unit of its values, in French; empty for a share and for a yes or no."""
        return _UNITS.get(self, "")


_UNITS = {
    Indicator.PEOPLE: "habitants",
    Indicator.MEAN: "euros par UC et par an",
    Indicator.MEDIAN: "euros par UC et par an",
}


def published_values(indicator: Indicator, grid: Grid) -> NDArray[np.generic]:
    """(n,) values of an indicator that the grid publishes; NaN where it publishes none."""
    columns: dict[Indicator, NDArray[np.generic]] = {
        Indicator.PEOPLE: grid.people,
        Indicator.MEAN: grid.mean_eur,
        Indicator.POOR_SHARE: grid.poor_share,
        Indicator.IMPUTED: grid.imputed,
    }
    return columns[indicator]


def estimated_values(
    indicator: Indicator, income: CellIncome, national_eur: float, threshold: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Values of an estimated indicator.

    Parameters
    ----------
    national_eur : national median declared income per UC, which `income` is relative to.
    threshold : (n,) of the urban unit of each cell, relative to the national median; NaN outside urban units.

    Returns
    -------
    (n,) median declared income per UC in euros, or share of people strictly below the threshold, in [0, 1]; NaN where
    the income is unknown, and for the share where there is no threshold.
    """
    return income.median * national_eur if indicator is Indicator.MEDIAN else income.share_below(threshold)
