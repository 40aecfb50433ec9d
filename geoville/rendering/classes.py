"""Classes of incomes: round breaks of equal width, and a sequential palette that survives colour blindness and grey."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np

from geoville.french import euros

if TYPE_CHECKING:
    from numpy.typing import NDArray

PALETTE_NAME = "YlOrBr (ColorBrewer)"
NO_DATA_COLOUR = "#c9ccd1"

_MAX_CLASSES = 7
_WIDTHS_EUR = (1_000, 2_000, 2_500, 5_000, 10_000, 20_000, 50_000)
_SHARE_IN_OPEN_CLASSES = 0.05
# ColorBrewer 2.0, YlOrBr, by number of classes, from the lightest to the darkest.
_YLORBR = {
    3: ("#fff7bc", "#fec44f", "#d95f0e"),
    4: ("#ffffd4", "#fed98e", "#fe9929", "#cc4c02"),
    5: ("#ffffd4", "#fed98e", "#fe9929", "#d95f0e", "#993404"),
    6: ("#ffffd4", "#fee391", "#fec44f", "#fe9929", "#d95f0e", "#993404"),
    7: ("#ffffd4", "#fee391", "#fec44f", "#fe9929", "#ec7014", "#cc4c02", "#8c2d04"),
}


@dataclass(frozen=True, slots=True)
class IncomeClasses:
    """Classes of mean living standard, from the lowest to the highest.

    Parameters
    ----------
    breaks_eur : limits between classes, increasing, euros per UC per year; a value equal to a break is above it.
    colours : one more than there are breaks, the lowest incomes darkest.
    labels : French, one per colour.
    method : French sentence saying how the classes were made.
    """

    breaks_eur: tuple[float, ...]
    colours: tuple[str, ...]
    labels: tuple[str, ...]
    method: str

    def index_of(self, mean_eur: float) -> int | None:
        """Class of a value, None where the value is unknown (NaN).

        >>> classes = income_classes(np.array([9000.0, 12500.0, 16000.0]), np.array([10.0, 10.0, 10.0]))
        >>> classes.index_of(classes.breaks_eur[0]), classes.index_of(float("nan"))
        (1, None)
        """
        if np.isnan(mean_eur):
            return None
        return int(np.searchsorted(self.breaks_eur, mean_eur, side="right"))


def income_classes(mean_eur: NDArray[np.float64], people: NDArray[np.float64]) -> IncomeClasses:
    """Classes of equal round width between the 5th and the 95th percentile of inhabitants.

    Parameters
    ----------
    mean_eur : (n,) mean living standard per cell, euros per UC per year; NaN is left out.
    people : (n,) inhabitants per cell, the weight of the percentiles.

    Returns
    -------
    At most seven classes; one class where no value is known.
    """
    low, high = _weighted_percentiles(mean_eur, people)
    width, breaks = _round_breaks(low, high)
    count = len(breaks) + 1
    darkest_first = tuple(reversed(_YLORBR[max(count, min(_YLORBR))]))[:count]
    method = (
        f"Classes d'amplitude égale ({euros(width)}) à bornes rondes, du 5e au 95e centile des habitants ; "
        "les deux classes extrêmes sont ouvertes."
        if breaks
        else "Une seule classe : les revenus de ce territoire ne se distinguent pas."
    )
    return IncomeClasses(breaks, darkest_first, _labels(breaks), method)


def _weighted_percentiles(mean_eur: NDArray[np.float64], people: NDArray[np.float64]) -> tuple[float, float]:
    known = np.isfinite(mean_eur) & (people > 0)
    if not known.any():
        return 0.0, 0.0
    order = np.argsort(mean_eur[known], kind="stable")
    values = mean_eur[known][order]
    below = np.cumsum(people[known][order]) / people[known].sum()
    low, high = np.searchsorted(below, (_SHARE_IN_OPEN_CLASSES, 1 - _SHARE_IN_OPEN_CLASSES))
    return float(values[low]), float(values[high])


def _round_breaks(low: float, high: float) -> tuple[int, tuple[float, ...]]:
    """Return the narrowest round width that needs no more than the most classes, and its breaks in [low, high]."""
    for width in _WIDTHS_EUR:
        first, last = int(np.ceil(low / width)), int(np.floor(high / width))
        breaks = tuple(float(step * width) for step in range(max(first, 1), last + 1))
        if len(breaks) < _MAX_CLASSES:
            return width, breaks
    return _WIDTHS_EUR[-1], breaks[: _MAX_CLASSES - 1]


def _labels(breaks: tuple[float, ...]) -> tuple[str, ...]:
    if not breaks:
        return ("Tous revenus",)
    between = [f"{euros(low)} à moins de {euros(high)}" for low, high in pairwise(breaks)]
    return (f"Moins de {euros(breaks[0])}", *between, f"{euros(breaks[-1])} et plus")
