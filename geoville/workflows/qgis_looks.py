"""How layers written as GeoPackage look in QGIS: as on our own maps."""

from __future__ import annotations

import math
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np

from geoville.carroyage.indicators import Indicator
from geoville.eligibility.sentences import KIND_NAMES
from geoville.french import number, percent
from geoville.model import Kind
from geoville.rendering.cells import BUPU, GARNET, threshold_classes
from geoville.rendering.changes import CHANGE_NAMES
from geoville.rendering.layers import ESTIMATED, line_of
from geoville.rendering.look import CHANGE_FILLS, GROUND_LINES, PERIMETER_LINES
from geoville.rendering.vector_tiles import CELL_BOUNDS_EUR
from geoville.rendering.vector_tiles import line_of as of_collection
from geoville.sources.qgis import Condition, LayerStyle, StyleRule, raster_qml

if TYPE_CHECKING:
    from collections.abc import Iterable

    from numpy.typing import NDArray

    from geoville.model import Perimeter


_SHARES = (0.0, 0.25, 0.5, 0.75, 1.0)
_FIFTHS = (20, 40, 60, 80)
_CELL_EDGE, _CELL_OPACITY = "#ffffff", 0.85


def perimeters_look(perimeters: Iterable[Perimeter]) -> LayerStyle:
    """One rule per kind, basis and worth: exact official contours in full lines, what is not is dashed and named so."""
    kinds = list(Kind)
    drawn = {(kinds.index(item.kind), item.estimated, item.accuracy_m > 0): item for item in perimeters}
    return LayerStyle("Périmètres", tuple(_perimeter_rule(drawn[key]) for key in sorted(drawn)))


def changes_look() -> LayerStyle:
    """What enters, leaves and stays."""
    return LayerStyle(
        "Changements",
        tuple(
            StyleRule(name, (Condition("change", "=", change.value),), fill.ink, 1.5, fill=fill.paper, opacity=0.8)
            for change, name in CHANGE_NAMES.items()
            for fill in (CHANGE_FILLS[change.value],)
        ),
    )


def scenarios_look() -> LayerStyle:
    """Cells by the share of scenarios that keep them."""
    colours = BUPU.pick(len(_SHARES))
    between = [
        StyleRule(
            f"De {percent(low)} à moins de {percent(high)} des scénarios",
            (Condition("share", ">=", low), Condition("share", "<", high)),
            _CELL_EDGE,
            0.5,
            fill=colour,
        )
        for (low, high), colour in zip(pairwise(_SHARES), colours, strict=False)
    ]
    everything = StyleRule(
        "Tous les scénarios", (Condition("share", ">=", _SHARES[-1]),), _CELL_EDGE, 0.5, fill=colours[-1]
    )
    return LayerStyle("Sensibilité aux choix", (*between, everything))


def cells_look(threshold_eur: float) -> LayerStyle:
    """Cells by their estimated median income, reds under the threshold as on our own maps."""
    classes = threshold_classes(threshold_eur)
    ends = [share * threshold_eur for share in classes.breaks]
    rules = []
    for low, high, colour, label in zip((None, *ends), (*ends, None), classes.colours, classes.labels, strict=True):
        where = [Condition("median_eur", ">=", low)] if low is not None else []
        where += [Condition("median_eur", "<", high)] if high is not None else []
        rules.append(StyleRule(label, tuple(where), _CELL_EDGE, 0.25, fill=colour, opacity=_CELL_OPACITY))
    return LayerStyle("Revenu médian estimé", tuple(rules))


def shares_look() -> str:
    """An image of shares in [0, 1], by quarters: as QGIS reads it."""
    ends = _SHARES[1:-1]
    labels = [f"Moins de {percent(ends[0])}", *(f"{percent(a)} à {percent(b)}" for a, b in pairwise(ends))]
    return raster_qml(ends, BUPU.pick(len(ends) + 1), [*labels, f"{percent(ends[-1])} et plus"])


def indicator_look(indicator: Indicator, values: NDArray[np.generic], threshold_eur: float) -> str:
    """An image whose first band is an indicator: a median around the threshold, a share by quarters, else by fifths.

    Parameters
    ----------
    threshold_eur : NaN where none is known.
    """
    if indicator is Indicator.MEDIAN and not math.isnan(threshold_eur):
        classes = threshold_classes(threshold_eur)
        return raster_qml([share * threshold_eur for share in classes.breaks], classes.colours, classes.labels)
    if indicator not in {Indicator.PEOPLE, Indicator.MEAN, Indicator.MEDIAN}:
        return shares_look()
    known = values.astype(float)[np.isfinite(values.astype(float))]
    ends = np.unique(np.percentile(known, _FIFTHS).round()).tolist() if len(known) else [0.0]
    labels = [f"Moins de {number(ends[0])}", *(f"{number(a)} à {number(b)}" for a, b in pairwise(ends))]
    return raster_qml(ends, BUPU.pick(len(ends) + 1), [*labels, f"{number(ends[-1])} et plus"])


def service_look(name: str, title: str, *, generalised: bool) -> LayerStyle:
    """A layer of a service as its tiles are drawn: one line for perimeters, cells by their mean living standard.

    Parameters
    ----------
    name : of the collection.
    generalised : whether its official contours are.
    """
    line = of_collection(name, generalised=generalised)
    if line is not None:
        dashes = tuple(float(length) for length in line.dashes.split())
        return LayerStyle(title, (StyleRule(title, (), line.colour, line.width_px, dashes),))
    colours = GARNET.pick(len(CELL_BOUNDS_EUR) + 1, darkest_first=True)
    ends = [-math.inf, *CELL_BOUNDS_EUR, math.inf]
    labels = [f"Moins de {number(ends[1])} €", *(f"{number(a)} à {number(b)} €" for a, b in pairwise(ends[1:-1]))]
    rules = []
    for low, high, colour, label in zip(
        ends, ends[1:], colours, [*labels, f"{number(ends[-2])} € et plus"], strict=False
    ):
        where = [Condition("mean_eur", ">=", low)] if math.isfinite(low) else []
        where += [Condition("mean_eur", "<", high)] if math.isfinite(high) else []
        rules.append(StyleRule(label, tuple(where), _CELL_EDGE, 0.25, fill=colour, opacity=_CELL_OPACITY))
    return LayerStyle("Niveau de vie moyen par UC", tuple(rules))


def ground_look(kind: str) -> LayerStyle:
    """Streets, railways or water in quiet greys."""
    line = GROUND_LINES[kind]
    dashes = tuple(float(length) for length in line.dashes.split())
    rule = StyleRule(GROUND_NAMES[kind], (), line.colour, line.width_px, dashes, fill=line.colour)
    return LayerStyle(GROUND_NAMES[kind], (rule,))


GROUND_NAMES = {"water": "Eau", "rail": "Voies ferrées", "street": "Rues", "main": "Grandes rues"}


def _perimeter_rule(perimeter: Perimeter) -> StyleRule:
    line = PERIMETER_LINES[line_of(perimeter)]
    name = KIND_NAMES[perimeter.kind].plural
    worth = (
        f" (contour {ESTIMATED})" if perimeter.estimated else " (contour généralisé)" if perimeter.accuracy_m else ""
    )
    exactness = Condition("accuracy_m", ">=", 0.001) if perimeter.accuracy_m else Condition("accuracy_m", "<", 0.001)
    return StyleRule(
        name + worth,
        (
            Condition("kind", "=", perimeter.kind.value),
            Condition("estimated", "=", perimeter.estimated),
            *(() if perimeter.estimated else (exactness,)),
        ),
        line.colour,
        line.width_px,
        tuple(float(length) for length in line.dashes.split()),
    )
