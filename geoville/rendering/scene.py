"""What a map is drawn from: values already read and computed, the same for every map of a territory."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from geoville.rendering.map_style import MapStyle

if TYPE_CHECKING:
    from datetime import date

    from geoville.carroyage.grid import Grid
    from geoville.model import Address, Perimeter, Rule, Source
    from geoville.rendering.cell_figures import CellFigures
    from geoville.rendering.tiles import TileSource


@dataclass(frozen=True, eq=False, slots=True)
class Scene:
    """Everything that surrounds the subject of a map.

    Parameters
    ----------
    on : date of the map.
    perimeters : candidates, official contours and what surrounds them.
    sources : of everything drawn.
    grid : all cells of the territory; None where none is known.
    figures : estimates of the cells of `grid`; None leaves what it publishes.
    places : addresses and named places.
    rules : that hold on that day; their distances are drawn around the quarters.
    """

    on: date
    perimeters: tuple[Perimeter, ...]
    sources: tuple[Source, ...]
    grid: Grid | None = None
    figures: CellFigures | None = None
    places: tuple[Address, ...] = ()
    rules: tuple[Rule, ...] = ()
    style: MapStyle = field(default_factory=MapStyle)
    tiles: TileSource | None = None
