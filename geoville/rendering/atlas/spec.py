"""An atlas as data: what is written of each perimeter beside its map. Nothing here knows about HTML or matplotlib."""

from __future__ import annotations

from dataclasses import dataclass

from geoville.rendering.map_spec import MapSpec, PanelSection

__all__ = ["AtlasEntry", "AtlasSpec", "Block", "FigureTable", "MapSpec", "PanelSection"]


@dataclass(frozen=True, slots=True)
class FigureTable:
    """A titled table; texts are plain and already in French.

    Parameters
    ----------
    rows : each as long as `headers`; the first text of a row names it.
    note : sentence under the table, empty where there is none.
    """

    title: str
    headers: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    note: str = ""


Block = PanelSection | FigureTable
"""A part of what is written of a map."""


@dataclass(frozen=True, slots=True)
class AtlasEntry:
    """One perimeter of an atlas.

    Parameters
    ----------
    key : of its page, a name that every file system takes.
    summary : texts of its row in the index, as long as `AtlasSpec.headers`.
    """

    key: str
    spec: MapSpec
    blocks: tuple[Block, ...]
    summary: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class AtlasSpec:
    """A whole atlas.

    Parameters
    ----------
    overview : map of all the perimeters.
    headers, note : of the table of the index.
    """

    title: str
    overview: MapSpec
    headers: tuple[str, ...]
    note: str
    entries: tuple[AtlasEntry, ...]
