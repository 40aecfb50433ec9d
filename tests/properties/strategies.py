"""Small random grids and incomes, shared by the property tests."""

from __future__ import annotations

import numpy as np
from hypothesis import strategies as st

from geoville.carroyage.bridge import Bridge
from geoville.carroyage.grid import CELL_SIZE_M, Grid
from geoville.law import IncomeReference
from geoville.perimeters.quarters import CellZones

BRIDGE = Bridge(0.98, 1.4, 0.44, 0.27, 0.04, 0.97, 93)
REFERENCE = IncomeReference(18_355, 13_287, 99_000, year=2009)
UNIT = "62504"
NATIONAL_DISPOSABLE_EUR = 22_040.0


def grid_of(seats: list[tuple[int, int]], people: list[float], mean_eur: list[float], imputed: bool = False) -> Grid:
    """A grid from (row, column) seats of the lattice."""
    order = sorted(range(len(seats)), key=lambda place: seats[place])
    rows = np.array([seats[place][0] for place in order], dtype=np.int64)
    columns = np.array([seats[place][1] for place in order], dtype=np.int64)
    counts = np.array([people[place] for place in order], dtype=float)
    means = np.array([mean_eur[place] for place in order], dtype=float)
    return Grid(
        epsg=3035,
        vintage=2019,
        easting=3_750_000 + columns * CELL_SIZE_M,
        northing=3_120_000 + rows * CELL_SIZE_M,
        people=counts,
        income_sum_eur=counts * means,
        imputed=np.full(len(counts), imputed),
        households=counts / 2.2,
        poor_households=counts / 10,
    )


def everywhere(grid: Grid) -> CellZones:
    """Zones of a grid that lies in one commune of the urban unit."""
    return CellZones(np.full(len(grid), "62193"), np.full(len(grid), ""), np.full(len(grid), UNIT))


@st.composite
def grids(draw: st.DrawFn, side: int = 9) -> Grid:
    """A random town on a small lattice: poor, average and rich cells, some seats empty."""
    seats = draw(st.lists(st.tuples(st.integers(0, side), st.integers(0, side)), min_size=1, max_size=60, unique=True))
    people = draw(st.lists(st.integers(1, 1600), min_size=len(seats), max_size=len(seats)))
    means = draw(st.lists(st.integers(9_000, 30_000), min_size=len(seats), max_size=len(seats)))
    return grid_of(seats, [count / 2 for count in people], [float(mean) for mean in means])
