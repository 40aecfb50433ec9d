"""Who lives in cells: the counts that INSEE publishes beside people and incomes, and what they make of an area.

Households, ages, tenure, housing: sums over cells are sums of what is published. INSEE imputes the values of cells of
fewer than 11 households; an area that holds fewer is not described at all.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

PEOPLE, HOUSEHOLDS = "ind", "men"

AGES = {
    "ind_0_3": "0 à 3 ans",
    "ind_4_5": "4 et 5 ans",
    "ind_6_10": "6 à 10 ans",
    "ind_11_17": "11 à 17 ans",
    "ind_18_24": "18 à 24 ans",
    "ind_25_39": "25 à 39 ans",
    "ind_40_54": "40 à 54 ans",
    "ind_55_64": "55 à 64 ans",
    "ind_65_79": "65 à 79 ans",
    "ind_80p": "80 ans et plus",
    "ind_inc": "âge inconnu",
}
"""Counts of people, in French; the word before is « habitants de »."""

OF_HOUSEHOLDS = {
    "men_pauv": "Ménages pauvres",
    "men_1ind": "Ménages d'une personne",
    "men_5ind": "Ménages de cinq personnes et plus",
    "men_prop": "Ménages propriétaires",
    "men_fmp": "Familles monoparentales",
    "men_coll": "Ménages en immeuble collectif",
    "men_mais": "Ménages en maison",
    "log_soc": "Logements sociaux",
    "log_av45": "Logements d'avant 1945",
    "log_45_70": "Logements de 1945 à 1969",
    "log_70_90": "Logements de 1970 à 1989",
    "log_ap90": "Logements de 1990 et après",
    "log_inc": "Logements d'âge inconnu",
}
"""Counts of households or of their dwellings: shares are of all the households."""

AGE_GROUPS = {
    "Moins de 18 ans": ("ind_0_3", "ind_4_5", "ind_6_10", "ind_11_17"),
    "18 à 24 ans": ("ind_18_24",),
    "25 à 39 ans": ("ind_25_39",),
    "40 à 64 ans": ("ind_40_54", "ind_55_64"),
    "65 ans et plus": ("ind_65_79", "ind_80p"),
}
"""Ages as a page tells them: of those, the ones whose counts are all there."""

SURFACE = "men_surf"
"""Floor area of the dwellings together, square metres: the mean is by household."""

COUNTS = (PEOPLE, HOUSEHOLDS, *OF_HOUSEHOLDS, SURFACE, *AGES)


@dataclass(frozen=True, eq=False, slots=True)
class CellCounts:
    """Counts of the cells of a grid, in its order.

    Parameters
    ----------
    by_column : (n,) each, NaN where a cell does not publish it; columns that the file lacks are not there.
    """

    by_column: Mapping[str, NDArray[np.float64]]

    def take(self, chosen: NDArray[np.bool_] | NDArray[np.intp]) -> CellCounts:
        """Return the counts of some of the cells, in the order given."""
        return CellCounts({name: values[chosen] for name, values in self.by_column.items()})


@dataclass(frozen=True, slots=True)
class Portrait:
    """Who lives in one area.

    Parameters
    ----------
    totals : by column, people, households or square metres; NaN where some of its cells do not publish it. Empty where
        the area is under secrecy.
    is_secret : whether it holds somebody, and fewer households than may be described.
    """

    totals: Mapping[str, float]
    is_secret: bool = False

    def share(self, column: str) -> float:
        """Share of the people, or of the households, in [0, 1]; NaN where it is not known.

        >>> Portrait({"ind": 200.0, "men": 80.0, "ind_0_3": 10.0, "log_soc": 60.0}).share("log_soc")
        0.75
        """
        whole = self.totals.get(PEOPLE if column in AGES else HOUSEHOLDS, np.nan)
        return float(self.totals.get(column, np.nan) / whole) if whole else float("nan")

    @property
    def mean_surface_m2(self) -> float:
        """Mean floor area of a dwelling, square metres; NaN where it is not known."""
        return self.share(SURFACE)

    @property
    def columns(self) -> tuple[str, ...]:
        """Columns that are known, in the order of `COUNTS`."""
        return tuple(name for name in COUNTS if not np.isnan(self.totals.get(name, np.nan)))


@dataclass(frozen=True, slots=True)
class Moment:
    """What one vintage of cells says of a perimeter: NaN under secrecy and where nothing is known.

    Parameters
    ----------
    mean_eur : mean living standard, euros of that year per UC.
    """

    vintage: int
    people: float
    mean_eur: float


def portraits(
    counts: CellCounts, area: NDArray[np.intp], cell: NDArray[np.intp], share: NDArray[np.float64], fewest: float
) -> list[Portrait]:
    """Portraits of areas, from the cells that each holds.

    Parameters
    ----------
    area, cell, share : (m,) number of the area, index of the cell, and the share of it that lies inside.
    fewest : households under which nothing is said of an area; where nobody publishes households, people are taken.

    Returns
    -------
    One for each number up to the highest.
    """
    count = int(area.max(initial=-1)) + 1
    totals = {name: np.bincount(area, values[cell] * share, count) for name, values in counts.by_column.items()}
    people = totals.get(PEOPLE, np.zeros(count))
    households = totals.get(HOUSEHOLDS, np.full(count, np.nan))
    size = np.where(np.isnan(households), people, households)
    return [
        Portrait({}, is_secret=True)
        if 0 < size[rank] < fewest
        else Portrait({name: float(values[rank]) for name, values in totals.items()})
        for rank in range(count)
    ]
