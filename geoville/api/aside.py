"""Long geometry, done beside the event loop: footprints, layers and tiles, each by one thread and no other.

No prepared geometry is shared: footprints are measured among copies that only their thread holds, and layers are read
by the event loop once they are made.
"""

from __future__ import annotations

import asyncio
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from functools import cached_property
from typing import TYPE_CHECKING

from geoville.eligibility.footprint import decide_footprint
from geoville.eligibility.index import PerimeterIndex
from geoville.workflows.footprints import population_of

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

    from shapely.geometry.base import BaseGeometry

    from geoville.model import FootprintAnswer
    from geoville.perimeters.areas import PopulatedCells
    from geoville.workflows.feature_layer import FeatureLayer
    from geoville.workflows.feature_layers import FeatureLayers


class Aside:
    """What one snapshot of the data has done beside the event loop.

    Parameters
    ----------
    index : perimeters that footprints are measured among; they are copied.
    layers : made and drawn here alone.
    territory : name of the pack whose cells give footprints their people.
    """

    def __init__(self, index: PerimeterIndex, layers: FeatureLayers, territory: str) -> None:
        import shapely

        self._written = [(item, shapely.to_wkb(item.geometry)) for item in index.perimeters]
        self._extent = index.extent
        self._layers, self._territory = layers, territory
        self._measuring = ThreadPoolExecutor(1, thread_name_prefix="geoville-footprints")
        self._drawing = ThreadPoolExecutor(1, thread_name_prefix="geoville-layers")

    async def footprint(self, shape: BaseGeometry, on: date) -> FootprintAnswer:
        """What `decide_footprint` answers; raises what it raises."""
        measured = self._measuring.submit(lambda: decide_footprint(shape, self._index, on, self._population))
        return await asyncio.wrap_future(measured)

    async def layers(self) -> Mapping[str, FeatureLayer]:
        """Every layer; the first to ask waits for them to be made, and the event loop does not."""
        return await asyncio.wrap_future(self._drawing.submit(lambda: self._layers.by_name))

    async def tile(self, name: str, zoom: int, column: int, row: int) -> bytes:
        """A tile of a layer; empty where it shows nothing."""
        drawn = self._drawing.submit(lambda: self._layers.tiled(name).tile(zoom, column, row))
        return await asyncio.wrap_future(drawn)

    @cached_property
    def _index(self) -> PerimeterIndex:
        import shapely

        copies = (replace(item, geometry=shapely.from_wkb(written)) for item, written in self._written)
        return PerimeterIndex(copies, self._extent)

    @cached_property
    def _population(self) -> PopulatedCells | None:
        return population_of(self._territory)
