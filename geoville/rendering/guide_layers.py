"""Layers that help to read a map, whatever its subject: listed under « Repères », off when it opens."""

from __future__ import annotations

from typing import TYPE_CHECKING

from geoville.rendering.bands import band_layers
from geoville.rendering.iris_layer import iris_layer

if TYPE_CHECKING:
    from collections.abc import Callable

    from geoville.rendering.map_spec import PerimeterLayer
    from geoville.rendering.scene import Scene


def guide_layers(scene: Scene) -> tuple[PerimeterLayer, ...]:
    """Draw what surrounds the subject of a map; what the territory does not know gives no layer."""
    return tuple(layer for draw in GUIDES for layer in draw(scene))


def _bands(scene: Scene) -> tuple[PerimeterLayer, ...]:
    return band_layers(scene.perimeters, scene.rules, scene.on)


def _iris(scene: Scene) -> tuple[PerimeterLayer, ...]:
    known = scene.figures.iris if scene.figures is not None else None
    return () if scene.grid is None or known is None else (iris_layer(scene.grid, known),)


GUIDES: tuple[Callable[[Scene], tuple[PerimeterLayer, ...]], ...] = (_bands, _iris)
"""Every such layer, in the order of the list of layers."""
