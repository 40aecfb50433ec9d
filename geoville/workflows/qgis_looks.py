"""How layers written as GeoPackage look in QGIS: as on our own maps."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

from geoville.french import percent
from geoville.model import Kind
from geoville.rendering.cells import BUPU
from geoville.rendering.comparison import CHANGE_NAMES
from geoville.rendering.layers import ESTIMATED, LAYER_NAMES, line_of
from geoville.rendering.look import CHANGE_FILLS, PERIMETER_LINES
from geoville.sources.qgis_styles import Condition, LayerStyle, StyleRule

if TYPE_CHECKING:
    from collections.abc import Iterable

    from geoville.model import Perimeter


_SHARES = (0.0, 0.25, 0.5, 0.75, 1.0)
_CELL_EDGE = "#ffffff"


def perimeters_look(perimeters: Iterable[Perimeter]) -> LayerStyle:
    """One rule per kind and basis: official contours in full lines, estimates dashed and named so."""
    kinds = list(Kind)
    drawn = {(kinds.index(item.kind), item.estimated): item for item in perimeters}
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


def _perimeter_rule(perimeter: Perimeter) -> StyleRule:
    line = PERIMETER_LINES[line_of(perimeter)]
    name = LAYER_NAMES[perimeter.kind]
    return StyleRule(
        f"{name} (contour {ESTIMATED})" if perimeter.estimated else name,
        (Condition("kind", "=", perimeter.kind.value), Condition("estimated", "=", perimeter.estimated)),
        line.colour,
        line.width_px,
        tuple(float(length) for length in line.dashes.split()),
    )
