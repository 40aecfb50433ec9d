"""What the search of one urban unit needs of the grid, and what comes out."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from geoville.carroyage.cell_parts import CellParts
    from geoville.carroyage.grid import Grid
    from geoville.carroyage.income import CellIncome
    from geoville.law import Threshold
    from geoville.perimeters.search import CellZones, Quarter


@dataclass(frozen=True, eq=False, slots=True)
class UnitCells:
    """All that the search of an urban unit needs: its cells, and those around, which may fill a gap or a hole.

    Parameters
    ----------
    rows : (n,) indices of the cells in the whole grid, increasing.
    grid, income, zones : of these cells.
    parts : of these cells, for the index method.
    """

    unit: str
    threshold: Threshold
    rows: NDArray[np.intp]
    grid: Grid
    income: CellIncome
    zones: CellZones
    parts: CellParts | None = None


@dataclass(frozen=True, eq=False, slots=True)
class UnitSearch:
    """What the search of an urban unit finds, over the rows of its `UnitCells`.

    Parameters
    ----------
    mine : (n,) cells of the unit itself.
    share_below, selected, added : (n,) as `CandidateSearch` has them.
    quarters : kept and rejected; their rows are those of the unit's own cells.
    """

    rows: NDArray[np.intp]
    mine: NDArray[np.bool_]
    share_below: NDArray[np.float64]
    selected: NDArray[np.bool_]
    added: NDArray[np.bool_]
    quarters: tuple[Quarter, ...]
