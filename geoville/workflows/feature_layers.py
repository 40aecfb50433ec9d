"""The layers that a territory offers to a GIS: perimeters, cells, IRIS, sectors; all made when first asked for."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from geoville.model import Perimeter
    from geoville.rendering.vector_tiles import TiledLayer
    from geoville.sources.territory import Territory
    from geoville.workflows.feature_layer import FeatureLayer


class FeatureLayers:
    """Layers of one snapshot of the data.

    Parameters
    ----------
    territory : whose cells, IRIS and sectors are offered.
    perimeters : that answers are given from, those of files given to the service included.
    """

    def __init__(self, territory: Territory, perimeters: Sequence[Perimeter]) -> None:
        self._territory = territory
        self._perimeters = perimeters
        self._tiled: dict[str, TiledLayer] = {}

    @cached_property
    def by_name(self) -> dict[str, FeatureLayer]:
        """Every layer that has a feature, in the order in which a user looks for them."""
        from geoville.workflows.cell_features import cells_layer, iris_layer
        from geoville.workflows.perimeter_features import perimeter_layers, sectors_layer

        territory = self._territory
        layers = [
            *perimeter_layers(self._perimeters),
            sectors_layer(territory, self._perimeters),
            *([iris_layer(territory)] if territory.has("cells") or territory.has("iris") else []),
            *(cells_layer(territory, vintage) for vintage in sorted(territory.grids, reverse=True)),
        ]
        return {layer.name: layer for layer in layers if len(layer)}

    def tiled(self, name: str) -> TiledLayer:
        """The layer of that name, ready to be cut into vector tiles."""
        from geoville.rendering.vector_tiles import TiledLayer

        if name not in self._tiled:
            layer = self.by_name[name]
            rows = [{"id": fid} | row for fid, row in zip(layer.ids, layer.properties, strict=True)]
            self._tiled[name] = TiledLayer(name, layer.shapes, rows)
        return self._tiled[name]
