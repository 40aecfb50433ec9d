"""Compare two files of perimeters on the people of one grid: figures, a layer of what changes, a two-sided map."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

from geoville.carroyage.cell_geometry import cell_squares
from geoville.crs import GRID_CRS
from geoville.errors import ContourError, Location
from geoville.model import Source
from geoville.perimeters.compare import compare_perimeters
from geoville.perimeters.overlay import overlay
from geoville.rendering import comparison_map, render_comparison
from geoville.sources.contours import read_perimeters
from geoville.sources.files import replacing, sha256_of
from geoville.sources.grids import read_grid
from geoville.sources.provenance import InputFile, Provenance, write_provenance
from geoville.sources.territory import list_territories
from geoville.sources.writers import write_layer
from geoville.workflows.compare_layer import CHANGES_LAYER, pieces_frame

if TYPE_CHECKING:
    from pathlib import Path

    from geoville.carroyage.grid import Grid
    from geoville.model import Perimeter
    from geoville.perimeters.compare import Comparison
    from geoville.perimeters.overlay import Piece


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
        write_layer(pieces_frame(self.pieces, self.epsg), path, layer=CHANGES_LAYER)
        write_provenance(self.provenance, path)

    def draw(self, path: Path) -> None:
        """Draw both maps side by side, as one page that opens with no network."""
        spec = comparison_map(
            self.comparison,
            self.pieces,
            old=self.old,
            new=self.new,
            grid=self.grid,
            sources=self.provenance.sources,
        )
        with replacing(path) as beside:
            beside.write_text(render_comparison(spec), encoding="utf-8", newline="\n")


def compare_files(old: Path, new: Path, grid: Path, *, vintage: int | None = None) -> ComparisonRun:
    """Compare two files of perimeters.

    Parameters
    ----------
    old, new : perimeters of any known layout, official or estimated.
    grid : cells whose people weigh both sides.
    vintage : of the grid, where nothing else tells it.

    Raises
    ------
    ContourError
        A file cannot be read, or its perimeters are not of the grid's territory.
    """
    cells = read_grid(grid, vintage=vintage)
    epsg = GRID_CRS[cells.epsg]
    squares = cell_squares(cells.easting, cells.northing, cells.epsg, epsg)
    before, after = _perimeters(old, epsg), _perimeters(new, epsg)
    comparison = compare_perimeters(before, after, squares, cells.people)
    grid_source = _grid_source(grid, cells.vintage)
    cited = [item.source for item in (*before, *after) if item.source]
    return ComparisonRun(
        old=before,
        new=after,
        grid=cells,
        epsg=epsg,
        comparison=comparison,
        pieces=overlay(before, after, squares, cells.people),
        provenance=Provenance(
            command="perimeters compare",
            inputs=(
                InputFile("old", old.name, sha256_of(old)),
                InputFile("new", new.name, sha256_of(new)),
                InputFile("grid", grid.name, grid_source.sha256 or "", cells.vintage),
            ),
            law=(),
            parameters=asdict(comparison.rules),
            sources=tuple(dict.fromkeys((*cited, grid_source))),
        ),
    )


def _perimeters(path: Path, epsg: int) -> tuple[Perimeter, ...]:
    perimeters = read_perimeters(path).perimeters
    if any(perimeter.epsg != epsg for perimeter in perimeters):
        raise ContourError(
            "Les périmètres et la grille ne sont pas du même territoire",
            where=Location(file=path.name),
            advice="donner des contours et une grille du même lieu",
        )
    return perimeters


def _grid_source(path: Path, vintage: int) -> Source:
    """What to cite for a grid: the pack that ships the same bytes, else the file."""
    sha256 = sha256_of(path)
    shipped = (file.source for pack in list_territories() for file in pack.grids.values())
    by_name = Source(path.name, vintage=str(vintage), sha256=sha256)
    return next((source for source in shipped if source.sha256 == sha256), by_name)
