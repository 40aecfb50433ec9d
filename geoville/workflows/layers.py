"""What several products read before they compute: the quarters in force, and cells with their people, in one CRS."""

from __future__ import annotations

import logging
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from geoville import french
from geoville.carroyage.grid import cell_squares
from geoville.crs import GRID_CRS
from geoville.errors import ContourError, Location
from geoville.model import QUARTER_KINDS, Kind, Source
from geoville.perimeters.areas import CoveredGround, PopulatedCells
from geoville.sources.additions import NEIGHBOURHOOD_M
from geoville.sources.contours import read_perimeters
from geoville.sources.files import sha256_of
from geoville.sources.grids import read_grid
from geoville.sources.national import with_carried_contours
from geoville.sources.provenance import InputFile

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date
    from pathlib import Path

    import numpy as np
    from numpy.typing import NDArray

    from geoville.carroyage.grid import Grid
    from geoville.model import Perimeter
    from geoville.sources.contours import ContourFile, OwnColumns


_log = logging.getLogger(__name__)


@dataclass(frozen=True, eq=False, slots=True)
class GisLayer:
    """Perimeters of one file, with what to write of it in a provenance.

    Parameters
    ----------
    remarks : French sentences on what of the file was left out, or taken from elsewhere; said in warnings too.
    """

    perimeters: tuple[Perimeter, ...]
    file: InputFile
    source: Source
    remarks: tuple[str, ...] = ()

    def left(self, perimeters: tuple[Perimeter, ...], remark: str) -> GisLayer:
        """The layer with some of its perimeters alone, and a sentence on the others."""
        _log.warning(remark)
        return replace(self, perimeters=perimeters, remarks=(*self.remarks, remark))

    @property
    def epsg(self) -> int:
        """Projected CRS of the perimeters."""
        return self.perimeters[0].epsg


@dataclass(frozen=True, eq=False, slots=True)
class GridLayer:
    """Cells of one file, measured in a territory's projected CRS."""

    grid: Grid
    cells: PopulatedCells
    file: InputFile
    source: Source

    @property
    def squares(self) -> NDArray[np.object_]:
        """The cells as polygons, in the CRS of the territory."""
        return self.cells.squares


def read_quarters(path: Path, on: date, *, generation: int | None = None, own: OwnColumns | None = None) -> GisLayer:
    """Read the priority quarters in force on a day, or candidates, which answer at any date.

    Parameters
    ----------
    generation, own : as `read_perimeters` takes them.

    Raises
    ------
    ContourError
        The file holds other perimeters, none in force that day, or perimeters in several CRS; or a generation is given
        where none is a QPV.
    """
    read = read_perimeters(path, generation=generation, otherwise=Kind.QPV, flat_apart=True, own=own)
    layer = _layer("qpv", path, read)
    for perimeter in layer.perimeters:
        if perimeter.kind not in QUARTER_KINDS:
            raise ContourError(
                f"Le périmètre {perimeter.code} n'est ni un QPV ni un candidat",
                where=Location(path.name),
                advice="ne donner que des QPV, ou des candidats",
            )
    refuse_idle_generation(generation, layer)
    in_force = tuple(perimeter for perimeter in layer.perimeters if perimeter.in_force(on))
    if not in_force:
        raise ContourError(
            f"Aucun des QPV n'est en vigueur le {french.long_date(on)}",
            where=Location(path.name),
            advice="donner les contours de la génération en vigueur ce jour-là, ou un autre jour avec --on",
        )
    layer = replace(layer, perimeters=in_force)
    require_epsg(layer, layer.epsg)
    return layer


def read_former(path: Path, own: OwnColumns | None = None) -> GisLayer:
    """Read former perimeters: ZUS where the file's name says so, CUCS otherwise, unless the file itself tells."""
    kind = Kind.ZUS if Kind.ZUS in path.stem.lower() else Kind.CUCS
    return _layer("former", path, read_perimeters(path, otherwise=kind, flat_apart=True, own=own))


def read_map(
    path: Path,
    epsg: int,
    role: str,
    *,
    otherwise: Kind | None = None,
    otherwise_generation: int | None = None,
    may_be_empty: bool = True,
    own: OwnColumns | None = None,
) -> GisLayer:
    """Read a whole map of perimeters, whatever they are: a file without any is a map without any.

    Those measured elsewhere (overseas, in a file of the whole country) are left out, and counted in a warning.

    Parameters
    ----------
    epsg : projected CRS that they must be measured in.
    role : of the file, in a provenance.
    otherwise, otherwise_generation : what the perimeters are, and the generation of QPV, where nothing else tells.
    may_be_empty : whether a map without any says something; else it is refused.
    own : columns of the codes and names, where they are not the usual ones.

    Raises
    ------
    ContourError
        The file cannot be read, all its perimeters are of another territory, or it has none and must.
    """
    read = read_perimeters(
        path,
        otherwise=otherwise,
        otherwise_generation=otherwise_generation,
        may_be_empty=True,
        flat_apart=True,
        own=own,
    )
    layer = _layer(role, path, read)
    if not layer.perimeters and not may_be_empty:
        raise ContourError(
            "Le fichier ne contient aucun périmètre",
            where=Location(path.name),
            advice="donner un fichier qui en a au moins un",
        )
    here = tuple(item for item in layer.perimeters if item.epsg == epsg)
    if layer.perimeters and not here:
        raise _elsewhere(layer.file.name)
    if elsewhere := len(layer.perimeters) - len(here):
        told = french.counted(
            elsewhere, "périmètre d'un autre territoire, laissé", "périmètres d'un autre territoire, laissés"
        )
        return layer.left(here, f"{told} de côté.")
    return layer


def read_cells_with_people(path: Path, epsg: int, *, vintage: int | None = None) -> GridLayer:
    """Read a grid whose cells are measured in a projected CRS.

    Raises
    ------
    ContourError
        The grid is of a territory measured in another CRS.
    """
    return grid_layer(read_grid(path, vintage=vintage), epsg, path)


def grid_layer(grid: Grid, epsg: int, path: Path) -> GridLayer:
    """A grid that was read, with its cells in a projected CRS; ContourError where it is of another territory."""
    if GRID_CRS[grid.epsg] != epsg:
        raise _elsewhere(path.name)
    sha256 = sha256_of(path)
    return GridLayer(
        grid,
        PopulatedCells(
            cell_squares(grid.easting, grid.northing, grid.epsg, epsg),
            grid.people,
            CoveredGround(grid.easting, grid.northing, grid.epsg),
        ),
        InputFile("grid", path.name, sha256, grid.vintage),
        Source(path.name, vintage=str(grid.vintage), sha256=sha256),
    )


def require_epsg(layer: GisLayer, epsg: int) -> None:
    """Refuse perimeters that are not measured in a CRS."""
    if any(perimeter.epsg != epsg for perimeter in layer.perimeters):
        raise _elsewhere(layer.file.name)


def require_near(layer: GisLayer, ground: NDArray[np.object_] | GisLayer) -> None:
    """Refuse perimeters that all lie far from what they are read with: the result would be empty, and look like one.

    Parameters
    ----------
    ground : cells, or other perimeters, in the CRS of the layer.

    Raises
    ------
    ContourError
        None of the perimeters comes within 20 km of the box around it; what holds nothing is near all.
    """
    import shapely

    shapes = [item.geometry for item in ground.perimeters] if isinstance(ground, GisLayer) else ground
    if not layer.perimeters or not len(shapes):
        return
    around = shapely.box(*shapely.total_bounds(shapes)).buffer(NEIGHBOURHOOD_M)
    if not shapely.intersects(around, [item.geometry for item in layer.perimeters]).any():
        raise _elsewhere(layer.file.name)


def refuse_idle_generation(generation: int | None, *layers: GisLayer) -> None:
    """Refuse a generation given for perimeters none of which is a QPV: it would say nothing."""
    kinds = {perimeter.kind for layer in layers for perimeter in layer.perimeters}
    if generation is not None and Kind.QPV not in kinds:
        raise ContourError(
            "Seuls les QPV ont une génération",
            where=Location(", ".join(layer.file.name for layer in layers)),
            advice="retirer `--generation`",
        )


def remarks_of(*layers: GisLayer) -> tuple[str, ...]:
    """What is to be said of layers, each sentence after the file that it is about."""
    return tuple(f"{layer.file.name} : {remark}" for layer in layers for remark in layer.remarks)


def inputs_of(layers: Iterable[GisLayer | GridLayer | None]) -> tuple[tuple[InputFile, ...], tuple[Source, ...]]:
    """Files and sources of layers, for a provenance; what was not given is left out."""
    given = [layer for layer in layers if layer is not None]
    return tuple(layer.file for layer in given), tuple(layer.source for layer in given)


def layer_of(role: str, perimeters: tuple[Perimeter, ...]) -> GisLayer:
    """Perimeters that are known already, at least one, with the source of the first."""
    source = perimeters[0].source or Source(role)
    return GisLayer(perimeters, InputFile(role, source.title, source.sha256 or ""), source)


def _layer(role: str, path: Path, read: ContourFile) -> GisLayer:
    """What a file holds; a polygon without a surface stops no other, and is named in a warning."""
    read, sentences = with_carried_contours(read)
    for sentence in sentences:
        _log.warning(sentence)
    file, source = InputFile(role, path.name, read.sha256), Source(path.name, sha256=read.sha256)
    return GisLayer(read.perimeters, file, source, sentences)


def _elsewhere(file: str) -> ContourError:
    return ContourError(
        "Les fichiers ne sont pas du même territoire",
        where=Location(file),
        advice="donner des périmètres et une grille du même lieu",
    )
