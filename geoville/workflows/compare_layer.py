"""What enters, leaves and stays as a table of polygons."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    import geopandas

    from geoville.model import Perimeter
    from geoville.perimeters.overlay import Piece

CHANGES_LAYER = "changements"
KIND_SEPARATOR = ";"


def pieces_frame(pieces: Sequence[Piece], epsg: int) -> geopandas.GeoDataFrame:
    """Pieces of two maps as a table, in the order of the overlay.

    Parameters
    ----------
    epsg : projected CRS of the pieces.

    Returns
    -------
    Columns change ("enter", "leave", "stay"), old_code, old_name, new_code, new_name (null where there is none), kind
    (of the perimeters that the piece was cut from, joined by ";"), estimated (True if any perimeter compared with is:
    a limit is then ours), people, cells, area_m2, geometry.
    """
    import geopandas

    estimated = any(perimeter.estimated for piece in pieces for perimeter in _cut_from(piece))
    columns: dict[str, Sequence[object]] = {
        "change": [piece.change.value for piece in pieces],
        "old_code": [_text(piece.old, lambda item: item.code) for piece in pieces],
        "old_name": [_text(piece.old, lambda item: item.name) for piece in pieces],
        "new_code": [_text(piece.new, lambda item: item.code) for piece in pieces],
        "new_name": [_text(piece.new, lambda item: item.name) for piece in pieces],
        "kind": [KIND_SEPARATOR.join(dict.fromkeys(item.kind.value for item in _cut_from(piece))) for piece in pieces],
        "estimated": [estimated] * len(pieces),
        "people": [round(piece.extent.people, 1) for piece in pieces],
        "cells": [piece.extent.cells for piece in pieces],
        "area_m2": [round(piece.extent.area_m2) for piece in pieces],
    }
    return geopandas.GeoDataFrame(columns, geometry=[piece.geometry for piece in pieces], crs=epsg)


def _cut_from(piece: Piece) -> list[Perimeter]:
    return [perimeter for perimeter in (piece.old, piece.new) if perimeter is not None]


def _text(perimeter: Perimeter | None, of: Callable[[Perimeter], str]) -> str | None:
    return None if perimeter is None else of(perimeter)
