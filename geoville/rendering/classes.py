"""Classes of a figure of cells: breaks that mapclassify finds, round, with French labels and a palette."""

from __future__ import annotations

import warnings
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np

from geoville.rendering.map_cells import NO_CLASS

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from numpy.typing import NDArray

    from geoville.rendering.palettes import Palette

MAX_CLASSES = 8
_OPEN_PERCENTILES = (5, 95)
_PRETTY_METHOD = "Bornes rondes d'égale amplitude (mapclassify, PrettyBreaks), du 5e au 95e centile."
_ROUND_TO_PEOPLE = 10


@dataclass(frozen=True, slots=True)
class Classes:
    """Classes of one figure, from the lowest values to the highest.

    Parameters
    ----------
    breaks : limits between classes, increasing; a value equal to a break is above it.
    colours, labels : one more than there are breaks.
    method : French sentence saying how the classes were made.
    palette : name of the palette.
    """

    breaks: tuple[float, ...]
    colours: tuple[str, ...]
    labels: tuple[str, ...]
    method: str
    palette: str

    def index_of(self, values: NDArray[np.float64]) -> NDArray[np.int16]:
        """(n,) class of each value; `NO_CLASS` where the value is NaN."""
        found = np.searchsorted(self.breaks, values, side="right")
        return np.where(np.isnan(values), NO_CLASS, found).astype(np.int16)


@dataclass(frozen=True, slots=True)
class Writing:
    """How values are written and coloured.

    Parameters
    ----------
    write : a value in French, with its unit.
    darkest_first : whether the lowest values are the darkest.
    """

    write: Callable[[float], str]
    palette: Palette
    darkest_first: bool = False


def pretty_classes(values: NDArray[np.float64], writing: Writing) -> Classes:
    """Round breaks of equal width (mapclassify `PrettyBreaks`) between the 5th and the 95th percentile of the cells.

    Parameters
    ----------
    values : (n,); NaN is left out.
    """
    known = values[np.isfinite(values)]
    low, high = np.percentile(known, _OPEN_PERCENTILES) if len(known) else (0.0, 0.0)
    if low == high:
        return _single_class(writing)
    import mapclassify

    clipped = np.clip(known, low, high)
    tried = [mapclassify.PrettyBreaks(clipped, k=count).bins for count in range(MAX_CLASSES, 1, -1)]
    inner = [tuple(float(limit) for limit in bins if low < limit < high) for bins in tried]
    breaks = next((found for found in inner if 0 < len(found) < MAX_CLASSES), ())
    if not breaks:
        return _single_class(writing)
    return _classes(breaks, writing, _PRETTY_METHOD)


def quantile_classes(values: NDArray[np.float64], writing: Writing) -> Classes:
    """Classes of about as many cells each (mapclassify `Quantiles`), breaks rounded to tens."""
    known = values[np.isfinite(values)]
    if len(np.unique(known)) < 2:  # noqa: PLR2004 - one value has no break
        return _single_class(writing)
    import mapclassify

    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", "Not enough unique values", UserWarning)  # fewer classes are what is wanted
        bins = mapclassify.Quantiles(known, k=MAX_CLASSES - 1).bins[:-1]
    if not len(bins):
        return _single_class(writing)
    breaks = tuple(np.unique(np.maximum(np.round(bins / _ROUND_TO_PEOPLE), 1) * _ROUND_TO_PEOPLE).tolist())
    return _classes(breaks, writing, "Autant de carreaux par classe (mapclassify, Quantiles), bornes à la dizaine.")


def chosen_classes(
    breaks: Sequence[float], writing: Writing, method: str, *, lowest: str = "", highest: str = ""
) -> Classes:
    """Classes whose breaks are given (mapclassify `UserDefined`), with the sentence that says why these.

    Parameters
    ----------
    lowest, highest : labels of the first and the last class, where they have a name of their own.
    """
    classes = _classes(tuple(breaks), writing, method)
    first, *between, last = classes.labels
    return replace(classes, labels=(lowest or first, *between, highest or last))


def named_classes(names: tuple[str, ...], palette: Palette, method: str) -> Classes:
    """Return one class per name, for values 0, 1, 2 and so on."""
    breaks = tuple(float(rank) for rank in range(1, len(names)))
    return Classes(breaks, palette.pick(len(names)), names, method, palette.name)


def _classes(breaks: tuple[float, ...], writing: Writing, method: str) -> Classes:
    colours = writing.palette.pick(len(breaks) + 1, darkest_first=writing.darkest_first)
    return Classes(breaks, colours, _labels(breaks, writing.write), method, writing.palette.name)


def _single_class(writing: Writing) -> Classes:
    method = "Une seule classe : les valeurs de ce territoire ne se distinguent pas."
    return Classes((), writing.palette.pick(1), ("Toutes valeurs",), method, writing.palette.name)


def _labels(breaks: tuple[float, ...], write: Callable[[float], str]) -> tuple[str, ...]:
    between = [f"{write(low)} à moins de {write(high)}" for low, high in pairwise(breaks)]
    return (f"Moins de {write(breaks[0])}", *between, f"{write(breaks[-1])} et plus")
