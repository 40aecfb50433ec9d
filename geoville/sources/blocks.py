"""Read a layer of blocks (îlots): polygons that share their edges or are apart, but never lie on one another."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from geoville.errors import ContourError, InvalidInputError, Location
from geoville.sources.contours.geometry import Repair, fault_of, projected, repaired
from geoville.sources.contours.table import read_contour_table
from geoville.sources.files import sha256_of

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray
    from shapely.geometry.base import BaseGeometry

LARGEST_OVERLAP = 0.05
"""Two blocks that overlap by more than this share of the smaller are two layers on one another, not a drawing fault."""

_SEAM_M = 0.1
"""Edges of two blocks closer than this are one edge, drawn twice."""


@dataclass(frozen=True, eq=False, slots=True)
class BlockFile:
    """A layer of blocks, checked.

    Parameters
    ----------
    blocks : (b,) valid polygons or multipolygons in `epsg`; where edges of two meet, they are the same bit for bit.
    repairs : invalid polygons that had to be mended; the code is the row.
    overlap_m2 : area that two blocks claimed, given to one of them.
    sha256 : of the file, in hexadecimal (of the .shp of a Shapefile).
    """

    blocks: NDArray[np.object_]
    epsg: int
    repairs: tuple[Repair, ...]
    overlap_m2: float
    sha256: str


def read_blocks(path: Path, epsg: int) -> BlockFile:
    """Read the polygons of a GeoJSON, GeoPackage, Shapefile or GeoParquet, in any CRS with an EPSG code.

    Parameters
    ----------
    path : only the geometry is read.
    epsg : projected CRS wanted.

    Raises
    ------
    ContourError
        Another format, a file that cannot be decoded or is empty, a CRS that is unknown or missing, a row that is not a
        polygon or cannot be projected, or two blocks that lie on one another.

    Notes
    -----
    Blocks that overlap by less than `LARGEST_OVERLAP` lose it to the neighbour with the longest common border.
    """
    import shapely

    sha256 = sha256_of(path)
    table = read_contour_table(path)
    placed = [_placed(row, geometry, table.epsg, epsg, path.name) for row, geometry in enumerate(table.geometries, 1)]
    drawn = np.array([block for block, _ in placed], dtype=object)
    overlap_m2 = _overlap_m2(drawn, path.name)
    seamed = shapely.coverage_clean(drawn, gap_width=_SEAM_M, snapping_distance=_SEAM_M)  # type: ignore[attr-defined]
    return BlockFile(
        blocks=seamed[shapely.area(seamed) > 0],
        epsg=epsg,
        repairs=tuple(repair for _, repair in placed if repair is not None),
        overlap_m2=overlap_m2,
        sha256=sha256,
    )


def _placed(
    row: int, geometry: BaseGeometry | None, source: int, target: int, file: str
) -> tuple[BaseGeometry, Repair | None]:
    """A block, valid and in the projected CRS, and what had to be mended."""
    where = Location(file, row, "geometry")
    fault = fault_of(geometry)
    if geometry is None or fault is not None:
        raise ContourError(fault or "Géométrie vide", where=where, advice="donner un polygone par îlot")
    try:
        block, repair = repaired(str(row), projected(geometry, source, target))
    except InvalidInputError as error:
        raise ContourError(error.message, where=where, advice="vérifier les coordonnées et leur système") from error
    if not block.area:
        raise ContourError("Îlot sans surface", where=where, advice="le retirer ou le redessiner")
    return block, repair


def _overlap_m2(blocks: NDArray[np.object_], file: str) -> float:
    """Area claimed twice; refused where it is more than a drawing fault."""
    import shapely

    first, second = shapely.STRtree(blocks).query(blocks, predicate="intersects")
    once = first < second
    first, second = first[once], second[once]
    shared_m2 = shapely.area(shapely.intersection(blocks[first], blocks[second]))
    smaller_m2 = np.minimum(shapely.area(blocks[first]), shapely.area(blocks[second]))
    worst = np.flatnonzero(shared_m2 > LARGEST_OVERLAP * smaller_m2)
    if worst.size:
        one, other = min((int(first[pair]) + 1, int(second[pair]) + 1) for pair in worst)
        raise ContourError(
            f"Îlot qui en recouvre un autre, celui de la ligne {other}",
            where=Location(file, one, "geometry"),
            advice="ne garder que des îlots qui ne se recouvrent pas",
        )
    return float(shared_m2.sum())
