"""Small official files, made up in their real layouts, and what is needed to convert them."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import geopandas as gpd
import shapely

from geoville.sources.official.tables import IndexedAddresses
from geoville.sources.registry import DataSet
from geoville.workflows.address_index import build_address_index

EAST, NORTH = 650_000.0, 6_860_000.0
"""A corner in Lambert-93, from which the made-up communes are drawn."""


def publication(kind: str, *, grid_vintage: int | None = None, vintage: str = "2024") -> DataSet:
    """An entry of the registry."""
    return DataSet(
        id=f"{kind}-test",
        kind=kind,
        title="Données d'essai",
        producer="Insee",
        licence="Licence Ouverte 2.0",
        page="",
        url="",
        format="",
        vintage=vintage,
        scope="national",
        seen_in="",
        reader="",
        grid_vintage=grid_vintage,
    )


def square(column: int, row: int, size_m: float = 1000.0) -> shapely.Polygon:
    """A square of a lattice that starts at the corner."""
    east, north = EAST + column * size_m, NORTH + row * size_m
    return shapely.box(east, north, east + size_m, north + size_m)


def layer(shapes: Sequence[object], epsg: int | None = 2154, **columns: Sequence[object]) -> gpd.GeoDataFrame:
    """A layer of shapes drawn in Lambert-93, given in some CRS; None leaves it unsaid."""
    frame = gpd.GeoDataFrame(columns, geometry=list(shapes), crs=2154)
    return frame.set_crs(None, allow_override=True) if epsg is None else frame.to_crs(epsg)


def shapefile(frame: gpd.GeoDataFrame, path: Path, encoding: str = "ISO-8859-1") -> list[Path]:
    """Write a Shapefile in Latin-1, as IGN does; return all its files."""
    frame.to_file(path, encoding=encoding)
    return sorted(path.parent.glob(f"{path.stem}.*"))


def indexed(paths: Sequence[Path], out: Path, *, complete: bool) -> IndexedAddresses:
    """Index addresses as the command does."""
    built = build_address_index(paths, out, complete=complete)
    return IndexedAddresses(built.size.addresses, built.refused.count)
