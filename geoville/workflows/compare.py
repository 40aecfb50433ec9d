"""Compare two files of perimeters on the people of one grid: figures, a layer of what changes, a two-sided map."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

from geoville.carroyage.cell_geometry import cell_squares
from geoville.crs import GRID_CRS
from geoville.perimeters.compare import compare_perimeters
from geoville.perimeters.overlay import overlay
from geoville.rendering import comparison_map, render_comparison
from geoville.sources.files import replacing
from geoville.sources.provenance import Provenance, write_provenance
from geoville.sources.writers import write_layer
from geoville.workflows.compare_layer import CHANGES_LAYER, pieces_frame
from geoville.workflows.layers import read_map, refuse_idle_generation
from geoville.workflows.qgis_looks import changes_look
from geoville.workflows.search_inputs import grid_input, read_sourced_grid

if TYPE_CHECKING:
    from pathlib import Path

    from geoville.carroyage.grid import Grid
    from geoville.model import Kind, Perimeter
    from geoville.perimeters.compare import Comparison
    from geoville.perimeters.overlay import Piece
    from geoville.rendering.map_style import MapStyle


@dataclass(frozen=True, eq=False, slots=True)
class ComparisonRun:
    """Two files of perimeters compared, with all that was read.

    Parameters
    ----------
    pieces : what enters, leaves and stays, as polygons in the CRS `epsg`.
    """

    old: tuple[Perimeter, ...]
    new: tuple[Perimeter, ...]
    grid: Grid
    epsg: int
    comparison: Comparison
    pieces: tuple[Piece, ...]
    provenance: Provenance

    def write(self, path: Path) -> None:
        """Write what enters, leaves and stays as one layer (format by suffix), and its provenance beside."""
        write_layer(pieces_frame(self.pieces, self.epsg), path, layer=CHANGES_LAYER, style=changes_look())
        write_provenance(self.provenance, path)

    def draw(self, path: Path, style: MapStyle | None = None) -> None:
        """Draw both maps side by side, as one page that opens with no network."""
        spec = comparison_map(
            self.comparison,
            self.pieces,
            old=self.old,
            new=self.new,
            grid=self.grid,
            sources=self.provenance.sources,
            style=style,
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
) -> ComparisonRun:
    """Compare two files of perimeters.

    Parameters
    ----------
    old, new : perimeters of any known layout, official or estimated; a file without any is a map without any.
    grid : cells whose people weigh both sides.
    vintage : of the grid, where nothing else tells it.
    kind : what the perimeters of both files are, where nothing else tells it.
    generation : of the QPV of both files, where nothing else tells it.

    Raises
    ------
    ContourError
        A file cannot be read, its perimeters are not of the grid's territory, or a generation is given without QPV.
    """
    cells, grid_source = read_sourced_grid(grid, vintage)
    epsg = GRID_CRS[cells.epsg]
    squares = cell_squares(cells.easting, cells.northing, cells.epsg, epsg)
    before, after = (
        read_map(path, epsg, role, otherwise=kind, otherwise_generation=generation)
        for path, role in ((old, "old"), (new, "new"))
    )
    refuse_idle_generation(generation, before, after)
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
            parameters=asdict(comparison.rules),
            sources=tuple(dict.fromkeys((*cited, grid_source))),
        ),
    )
