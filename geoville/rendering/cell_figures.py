"""What is known of the cells beside what the grid publishes: values that a map is given, never computes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    import numpy as np
    from numpy.typing import NDArray


@dataclass(frozen=True, eq=False, slots=True)
class IrisFigures:
    """IRIS of cells and their published income.

    Parameters
    ----------
    code_of : (n,) code of the IRIS of each cell's centre, empty where unknown.
    names : of IRIS, by code.
    median_eur : median declared income per UC, euros of `year`, by code; those that publish none are left out.
    source : citation.
    """

    code_of: NDArray[np.str_]
    names: Mapping[str, str]
    median_eur: Mapping[str, float]
    year: int
    source: str


@dataclass(frozen=True, eq=False, slots=True)
class CellFigures:
    """Estimates of cells, in the order of the grid that is drawn.

    Parameters
    ----------
    median_eur : (n,) estimated median declared income per UC; NaN where unknown.
    share_below : (n,) estimated share of people below the threshold, in [0, 1]; NaN where unknown.
    threshold_eur : of the decree; NaN where the cells have several.
    retained_share : share of its people below the threshold from which a cell is retained, in [0, 1].
    unverified : what the estimates rest on without its text having been read, a French enumeration or nothing.
    sensitivity : (n,) share of the scenarios that keep the cell, in [0, 1]; None where not computed.
    scenarios : how many were tried.
    iris : None where the IRIS of the cells are not known.
    """

    median_eur: NDArray[np.float64]
    share_below: NDArray[np.float64]
    threshold_eur: float
    retained_share: float
    unverified: str
    sensitivity: NDArray[np.float64] | None = None
    scenarios: int = 0
    iris: IrisFigures | None = None
