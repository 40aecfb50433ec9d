"""Outlines of quarters: fitted to blocks where a layer is given, else smoothed, else made of cells."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from geoville.carroyage.grid import CELL_SIZE_M, cell_squares, union_of_cells
from geoville.carroyage.method import method_rules
from geoville.crs import transform_geometry
from geoville.errors import InvalidInputError
from geoville.perimeters.blocks import blocks_from_streets, fit_to_blocks
from geoville.perimeters.outlines import cells_of_quarters, smooth_outlines, squares_of_quarters
from geoville.sources.layers import read_blocks, read_streets
from geoville.sources.provenance import InputFile

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from shapely.geometry.base import BaseGeometry

    from geoville.carroyage.grid import Grid
    from geoville.perimeters.quarters import Quarter


@dataclass(frozen=True, slots=True)
class OutlineInput:
    """What the outlines follow.

    Parameters
    ----------
    blocks : polygons of blocks.
    streets : lines of streets, which the blocks lie between; not with `blocks`.
    smooth : without a layer, whether the stair steps of cells are turned into slopes.
    """

    blocks: Path | None = None
    streets: Path | None = None
    smooth: bool = True

    @property
    def has_layer(self) -> bool:
        """Whether there is a layer to follow."""
        return self.blocks is not None or self.streets is not None

    @property
    def name(self) -> str:
        """What the outlines follow, for the provenance."""
        if self.blocks or self.streets:
            return "blocks"
        return "smoothed cells" if self.smooth else "cells"


@dataclass(frozen=True, eq=False, slots=True)
class Outlines:
    """Outlines of quarters in one projected CRS, in the order of the quarters, and the layer that they follow."""

    geometries: tuple[BaseGeometry, ...]
    inputs: tuple[InputFile, ...]


def outlines_of(quarters: Sequence[Quarter], grid: Grid, epsg: int, following: OutlineInput) -> Outlines:
    """Outlines of quarters; one that no block makes up keeps its cells.

    Raises
    ------
    InvalidInputError
        Both a layer of blocks and one of streets, or a layer that cannot be read.
    """
    if following.blocks and following.streets:
        raise InvalidInputError(
            "Deux couches pour un seul contour", advice="donner --blocks ou --streets, pas les deux"
        )
    if quarters and all(quarter.outline is not None for quarter in quarters) and not following.has_layer:
        return Outlines(tuple(_outline_of_ground(quarter, grid.epsg, epsg, following) for quarter in quarters), ())
    of_ground = all(quarter.squares is not None for quarter in quarters)
    cells = [_as_drawn(quarter, grid.epsg, epsg) for quarter in quarters]
    if not (following.blocks or following.streets or following.smooth):
        return Outlines(tuple(cells), ())
    side = method_rules().subcells_per_side
    clustered = squares_of_quarters(grid, quarters, side) if of_ground else cells_of_quarters(grid, quarters)
    inputs: tuple[InputFile, ...] = ()
    if following.blocks:
        layer = read_blocks(following.blocks, epsg)
        inputs = (InputFile("blocks", following.blocks.name, layer.sha256),)
        fitted = fit_to_blocks(clustered, layer.blocks, epsg)
    elif following.streets:
        streets = read_streets(following.streets, epsg)
        inputs = (InputFile("streets", following.streets.name, streets.sha256),)
        fitted = fit_to_blocks(clustered, blocks_from_streets(streets.lines), epsg)
    else:
        fitted = smooth_outlines(clustered, epsg)
    kept = (own if outline.geometry.is_empty else outline.geometry for own, outline in zip(cells, fitted, strict=True))
    return Outlines(tuple(kept), inputs)


def _as_drawn(quarter: Quarter, source: int, target: int) -> BaseGeometry:
    """Isoline of a quarter made of ground, union of its cells else."""
    import shapely

    if quarter.outline is not None:
        return shapely.normalize(transform_geometry(quarter.outline, source, target))
    return union_of_cells(cell_squares(quarter.easting, quarter.northing, source, target))


def _outline_of_ground(quarter: Quarter, source: int, target: int, following: OutlineInput) -> BaseGeometry:
    """Isoline of the ground of a quarter, or its squares as they are."""
    import shapely

    outline = quarter.outline
    if following.smooth and outline is not None:
        return shapely.normalize(transform_geometry(outline, source, target))
    assert quarter.squares is not None  # made with the outline
    row, column = quarter.squares
    size = CELL_SIZE_M // method_rules().subcells_per_side
    return union_of_cells(cell_squares(column * size, row * size, source, target, size))
