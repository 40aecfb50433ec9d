"""Compare two files of perimeters on the people of one grid: figures, a layer of what changes, a two-sided map."""

from __future__ import annotations

from collections import Counter
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from geoville.carroyage.grid import cell_squares
from geoville.crs import GRID_CRS, WGS84, transform_geometry
from geoville.eligibility.documents import identity_document
from geoville.perimeters.areas import CoveredGround
from geoville.perimeters.comparison import compare_perimeters, overlay
from geoville.perimeters.figures import Coverage, coverage_of
from geoville.rendering import comparison_map, render_comparison
from geoville.sources.contours import own_columns_of
from geoville.sources.files import replacing
from geoville.sources.provenance import Provenance, write_provenance
from geoville.sources.writers import OWN_LAYER, write_layer
from geoville.workflows.layers import read_map, refuse_idle_generation, remarks_of, require_near
from geoville.workflows.maps import MapLook, ground_of, territory_around
from geoville.workflows.qgis_looks import changes_look
from geoville.workflows.search_inputs import grid_input, read_sourced_grid

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    import geopandas

    from geoville.carroyage.grid import Grid
    from geoville.model import Kind, Perimeter
    from geoville.perimeters.comparison import ChangedPiece, Comparison, Flow, Group, Member, SharedGround
    from geoville.sources.contours import OwnColumns
    from geoville.sources.writers import LayerChoice


# --- What enters, leaves and stays as a table of polygons

CHANGES_LAYER = "changements"
KIND_SEPARATOR = ";"


def pieces_frame(pieces: Sequence[ChangedPiece], epsg: int) -> geopandas.GeoDataFrame:
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


def _cut_from(piece: ChangedPiece) -> list[Perimeter]:
    return [perimeter for perimeter in (piece.old, piece.new) if perimeter is not None]


def _text(perimeter: Perimeter | None, of: Callable[[Perimeter], str]) -> str | None:
    return None if perimeter is None else of(perimeter)


@dataclass(frozen=True, eq=False, slots=True)
class ComparisonRun:
    """Two files of perimeters compared, with all that was read.

    Parameters
    ----------
    pieces : what enters, leaves and stays, as polygons in the CRS `epsg`.
    remarks : French sentences on what of the files was left out.
    """

    old: tuple[Perimeter, ...]
    new: tuple[Perimeter, ...]
    grid: Grid
    epsg: int
    comparison: Comparison
    pieces: tuple[ChangedPiece, ...]
    provenance: Provenance
    remarks: tuple[str, ...] = ()

    def frame(self) -> geopandas.GeoDataFrame:
        """What enters, leaves and stays, a row each; columns as in `pieces_frame`."""
        return pieces_frame(self.pieces, self.epsg)

    @property
    def partial(self) -> tuple[tuple[Perimeter, float], ...]:
        """Perimeters of either map that the grid does not cover whole, and the share of each that it covers."""
        ground = CoveredGround(self.grid.easting, self.grid.northing, self.grid.epsg)
        shares = ((item, ground.share(item.geometry)) for item in (*self.old, *self.new))
        return tuple((item, share) for item, share in shares if coverage_of(share) is not Coverage.WHOLE)

    def document(self) -> dict[str, Any]:
        """Fate of each perimeter, people who enter, leave and stay, how alike the maps are, what is left out."""
        partial = [
            {"code": item.code, "share_covered": round(share, 4), "coverage": coverage_of(share)}
            for item, share in self.partial
        ]
        told = {"partial": partial, "remarks": list(self.remarks)}
        return comparison_document(self.comparison, self.grid.vintage) | told

    def write(self, path: Path, into: LayerChoice = OWN_LAYER) -> None:
        """Write what enters, leaves and stays as one layer (format by suffix), and its provenance beside."""
        write_layer(self.frame(), path, layer=CHANGES_LAYER, style=changes_look(), into=into)
        write_provenance(self.provenance, path)

    def draw(self, path: Path, look: MapLook | None = None) -> None:
        """Draw both maps side by side, as one page that opens with no network."""
        import shapely

        look = look or MapLook()
        shapes = [transform_geometry(item.geometry, item.epsg, WGS84) for item in (*self.old, *self.new)]
        ground = ground_of(territory_around(shapely.union_all(shapes)), look.ground)
        spec = comparison_map(
            self.comparison,
            self.pieces,
            old=self.old,
            new=self.new,
            grid=self.grid,
            sources=self.provenance.sources,
            style=look.style,
            tiles=look.tiles,
            ground=ground.layers,
            ground_credits=ground.credits,
        )
        with replacing(path) as beside:
            beside.write_text(render_comparison(spec), encoding="utf-8", newline="\n")


def compare_files(
    old: Path,
    new: Path,
    grid: Path,
    *,
    vintage: int | None = None,
    kind: Kind | None = None,
    generation: int | None = None,
    own: OwnColumns | None = None,
) -> ComparisonRun:
    """Compare two files of perimeters.

    Parameters
    ----------
    old, new : perimeters of any known layout, official or estimated; a file without any is a map without any.
    grid : cells whose people weigh both sides.
    vintage : of the grid, where nothing else tells it.
    kind : what the perimeters of both files are, where nothing else tells it.
    generation : of the QPV of both files, where nothing else tells it.
    own : columns of the codes and names, in whichever file has them.

    Raises
    ------
    ContourError
        A file cannot be read, its perimeters are not of the grid's territory, or a generation is given without QPV.
    """
    cells, grid_source = read_sourced_grid(grid, vintage)
    epsg = GRID_CRS[cells.epsg]
    squares = cell_squares(cells.easting, cells.northing, cells.epsg, epsg)
    before, after = (
        read_map(path, epsg, role, otherwise=kind, otherwise_generation=generation, own=columns)
        for path, role, columns in zip((old, new), ("old", "new"), own_columns_of((old, new), own), strict=True)
    )
    refuse_idle_generation(generation, before, after)
    for layer in (before, after):
        require_near(layer, squares)
    comparison = compare_perimeters(before.perimeters, after.perimeters, squares, cells.people)
    cited = [item.source for item in (*before.perimeters, *after.perimeters) if item.source]
    return ComparisonRun(
        old=before.perimeters,
        new=after.perimeters,
        grid=cells,
        epsg=epsg,
        comparison=comparison,
        pieces=overlay(before.perimeters, after.perimeters, squares, cells.people),
        provenance=Provenance(
            command="perimeters compare",
            inputs=(before.file, after.file, grid_input(grid, cells, grid_source)),
            law=(),
            parameters={**asdict(comparison.rules), **(own.said() if own else {})},
            sources=tuple(dict.fromkeys((*cited, grid_source))),
        ),
        remarks=remarks_of(before, after),
    )


# --- A comparison as plain values, for `--json`

PEOPLE_DECIMALS = 1


def comparison_document(comparison: Comparison, vintage: int) -> dict[str, Any]:
    """What changes from one map to the next.

    Parameters
    ----------
    vintage : of the grid whose people were counted.

    Returns
    -------
    Keys estimated, vintage, link_share, tolerance, f1, area_iou (NaN where there is nothing to compare), fates (number
    of groups by fate), total, people_between_groups, groups. A flow has before, after, enter, leave and stay, each with
    people, cells and area_m2.
    """
    return {
        "estimated": comparison.estimated,
        "vintage": vintage,
        "link_share": comparison.rules.link_share,
        "tolerance": comparison.rules.tolerance,
        "f1": comparison.total.f1,
        "area_iou": comparison.total.area_iou,
        "fates": dict(Counter(group.fate.value for group in comparison.groups)),
        "total": _flow(comparison.total),
        "people_between_groups": round(comparison.people_between_groups, PEOPLE_DECIMALS),
        "groups": [_group(group) for group in comparison.groups],
    }


def _group(group: Group) -> dict[str, Any]:
    return {
        "fate": group.fate.value,
        **_flow(group.flow),
        "old": [_member(member) for member in group.old],
        "new": [_member(member) for member in group.new],
    }


def _member(member: Member) -> dict[str, Any]:
    return {**identity_document(member.perimeter), **_flow(member.flow)}


def _flow(flow: Flow) -> dict[str, Any]:
    extents = {
        "before": flow.before,
        "after": flow.after,
        "enter": flow.enter,
        "leave": flow.leave,
        "stay": flow.stay,
    }
    return {name: _extent(extent) for name, extent in extents.items()}


def _extent(extent: SharedGround) -> dict[str, Any]:
    return {
        "people": round(extent.people, PEOPLE_DECIMALS),
        "cells": extent.cells,
        "area_m2": round(extent.area_m2),
    }
