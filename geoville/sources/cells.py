"""Cells as GeoTIFF and back, and as tables: the same bytes for the same input."""

from __future__ import annotations

import csv
import warnings
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from geoville.carroyage.cell_id import encode_ids, format_cell_ids, parse_cell_ids
from geoville.carroyage.raster import CellValues, cells_of_pixels, frame_of_affine, frame_of_cells, pixels_of_cells
from geoville.crs import GRID_CRS
from geoville.errors import DataUnavailableError, GridError, InvalidInputError, Location
from geoville.extras import need
from geoville.sources.files import replacing

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from numpy.typing import NDArray

    from geoville.carroyage.grid import Grid
    from geoville.carroyage.raster import Affine, RasterFrame


SUFFIXES = (".tif", ".tiff")
TILE_PIXELS = 256
_FLOATING_POINT_PREDICTOR = 3


def check_image_name(path: Path) -> None:
    """Refuse a name whose suffix is not that of an image, before the work of minutes that would be written to it.

    Raises
    ------
    InvalidInputError
        Neither .tif nor .tiff.
    """
    if path.suffix.lower() not in SUFFIXES:
        raise InvalidInputError(
            f"Format d'image inconnu : « {path.suffix or path.name} »", advice="donner un nom de fichier en .tif"
        )


def write_cell_raster(
    path: Path, grid: Grid, bands: Mapping[str, NDArray[np.generic]], *, units: Mapping[str, str] | None = None
) -> None:
    """Write indicators of cells as one GeoTIFF, whole or not at all.

    Parameters
    ----------
    path : in .tif or .tiff.
    bands : (n,) numbers or booleans for each cell of the grid, by name; a band is written for each, in this order.
    units : of the bands, by name, as the user reads them ("euros", "%").

    Raises
    ------
    InvalidInputError
        Another suffix, no cell, no band, or a folder that is missing or not writable.

    Notes
    -----
    Pixels are the cells themselves, in the CRS that names them, in double precision so that nothing is lost on the way
    back. NaN stands for "no cell" and for "no value". Overviews average the cells that have a value: they serve the
    display, and are nobody's figure.
    """
    need("raster")
    import rasterio
    from rasterio.enums import Resampling
    from rasterio.io import MemoryFile

    check_image_name(path)
    if not bands:
        raise InvalidInputError("Aucun indicateur à mettre en image", advice="en donner au moins un")
    frame = frame_of_cells(grid.easting, grid.northing)
    # Made in memory: GDAL complains of a full disk on the error stream, in words of its own.
    with MemoryFile() as made:
        with made.open(**_profile(frame, grid.epsg, len(bands))) as dataset:
            for number, (name, values) in enumerate(bands.items(), start=1):
                dataset.write(pixels_of_cells(frame, grid.easting, grid.northing, values), number)
                dataset.set_band_description(number, name)
                if units and name in units:
                    dataset.set_band_unit(number, units[name])
        with rasterio.open(made.name, "r+") as dataset:
            dataset.build_overviews(_overview_factors(frame.rows, frame.columns), Resampling.average)
        with replacing(path) as beside:
            beside.write_bytes(made.getbuffer())


def read_cell_raster(path: Path) -> CellValues:
    """Read a raster whose pixels are cells of 200 m.

    Returns
    -------
    Cells with a value in some band, by (northing, easting). A band without a description is named `bande_1`…

    Raises
    ------
    GridError
        The file cannot be read, its CRS is not one of the grids', its pixels are not cells, two bands have one name.
    """
    need("raster")
    import rasterio
    from rasterio.errors import NotGeoreferencedWarning, RasterioError

    with warnings.catch_warnings():
        warnings.simplefilter("ignore", NotGeoreferencedWarning)  # refused below, in the user's language
        try:
            with rasterio.open(path) as dataset:
                epsg = dataset.crs.to_epsg() if dataset.crs else None
                affine = tuple(dataset.transform)[:6]
                names = [text or f"bande_{place}" for place, text in enumerate(dataset.descriptions, start=1)]
                pixels = dataset.read(masked=True, out_dtype="float64").filled(np.nan)
        except RasterioError as error:
            raise GridError(
                "L'image ne peut pas être lue", where=Location(path.name), advice="donner un GeoTIFF"
            ) from error
    return _cell_values(path, epsg, affine, names, pixels)


def _profile(frame: RasterFrame, epsg: int, bands: int) -> dict[str, Any]:
    import rasterio

    return {
        "driver": "GTiff",
        "width": frame.columns,
        "height": frame.rows,
        "count": bands,
        "dtype": "float64",
        "crs": rasterio.CRS.from_epsg(epsg),
        "transform": rasterio.Affine(*frame.affine),
        "nodata": np.nan,
        "tiled": True,
        "blockxsize": TILE_PIXELS,
        "blockysize": TILE_PIXELS,
        "compress": "deflate",
        "predictor": _FLOATING_POINT_PREDICTOR,
        "interleave": "band",
    }


def _cell_values(
    path: Path,
    epsg: int | None,
    affine: Affine,
    names: list[str],
    pixels: NDArray[np.float64],
) -> CellValues:
    where = Location(path.name)
    if epsg not in GRID_CRS:
        listed = ", ".join(f"EPSG:{code}" for code in GRID_CRS)
        found = f"EPSG:{epsg}" if epsg else "sans code EPSG"
        raise GridError(
            f"L'image n'est pas dans le système d'une grille de l'Insee ({found})",
            where=where,
            advice=f"la donner dans l'un de : {listed}",
        )
    if len(set(names)) < len(names):
        raise GridError("Deux bandes de l'image ont le même nom", where=where, advice="donner un nom à chacune")
    try:
        frame = frame_of_affine(affine, *pixels.shape[1:])
    except InvalidInputError as error:
        raise GridError(error.message, where=where, advice=error.advice) from error
    easting, northing, values = cells_of_pixels(frame, pixels)
    return CellValues(epsg, easting, northing, dict(zip(names, values, strict=True)))


def _overview_factors(rows: int, columns: int) -> list[int]:
    """Powers of two, from 2 until the whole image fits in one tile."""
    factors = [2]
    while max(rows, columns) > factors[-1] * TILE_PIXELS:
        factors.append(factors[-1] * 2)
    return factors


# --- Tables of cells, with INSEE's identifiers: the same bytes for the same input

ID_COLUMN = "idcar_200m"
TABLE_SUFFIXES = (".csv", ".parquet")


def write_cell_table(cells: CellValues, path: Path) -> None:
    """Write one line for each cell, whole or not at all.

    Parameters
    ----------
    path : .csv (UTF-8, commas, decimal points) or .parquet. What has no value is left empty.

    Raises
    ------
    InvalidInputError
        Another suffix, a band named like the identifiers, or a folder that is missing or not writable.
    """
    suffix = path.suffix.lower()
    if suffix not in TABLE_SUFFIXES:
        raise InvalidInputError(
            f"Format de table inconnu : « {path.suffix or path.name} »",
            advice="donner un nom de fichier en .csv ou .parquet",
        )
    if ID_COLUMN in cells.bands:
        raise InvalidInputError(f"Une bande porte le nom des identifiants ({ID_COLUMN})", advice="la renommer")
    with replacing(path) as beside:
        if suffix == ".csv":
            _write_csv(cells, beside)
        else:
            _write_parquet(cells, beside)


def _write_csv(cells: CellValues, path: Path) -> None:
    ids = format_cell_ids(cells.epsg, cells.northing, cells.easting)
    columns = [["" if np.isnan(value) else repr(value) for value in band.tolist()] for band in cells.bands.values()]
    with path.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream, lineterminator="\n")
        writer.writerow([ID_COLUMN, *cells.bands])
        writer.writerows(zip(ids, *columns, strict=True))


def _write_parquet(cells: CellValues, path: Path) -> None:
    import pyarrow as pa
    from pyarrow import parquet

    ids = format_cell_ids(cells.epsg, cells.northing, cells.easting)
    bands = {name: pa.array(band, from_pandas=True) for name, band in cells.bands.items()}  # NaN becomes null
    parquet.write_table(pa.table({ID_COLUMN: ids, **bands}), path)


# --- How many scenarios keep each cell: the layer that a pack ships so that maps need not search again

COUNT_COLUMN = "scenarios"


@dataclass(frozen=True, eq=False, slots=True)
class KeptCells:
    """Cells that some scenario keeps, in order of (northing, easting).

    Parameters
    ----------
    epsg : CRS of the cells.
    easting, northing : (n,) int64, south-west corners, metres in `epsg`.
    scenarios : (n,) int64, how many keep the cell, at least 1.
    """

    epsg: int
    easting: NDArray[np.int64]
    northing: NDArray[np.int64]
    scenarios: NDArray[np.int64]


def write_kept_cells(kept: KeptCells, path: Path) -> None:
    """Write one line for each cell as CSV (UTF-8, commas), whole or not at all."""
    ids = format_cell_ids(kept.epsg, kept.northing, kept.easting)
    with replacing(path) as beside, beside.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream, lineterminator="\n")
        writer.writerow([ID_COLUMN, COUNT_COLUMN])
        writer.writerows(zip(ids, kept.scenarios.tolist(), strict=True))


def read_kept_cells(path: Path) -> KeptCells:
    """Read what `write_kept_cells` wrote.

    Raises
    ------
    DataUnavailableError
        The file is not one of these.
    """
    try:
        with path.open(encoding="utf-8", newline="") as stream:
            rows = list(csv.DictReader(stream))
        epsg, northing, easting = parse_cell_ids(encode_ids(row[ID_COLUMN] for row in rows))
        scenarios = np.array([int(row[COUNT_COLUMN]) for row in rows], dtype=np.int64)
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise _unusable(path) from error
    if len(np.unique(epsg)) != 1 or epsg[0] == 0 or (scenarios < 1).any():
        raise _unusable(path)
    return KeptCells(int(epsg[0]), easting, northing, scenarios)


def _unusable(path: Path) -> DataUnavailableError:
    return DataUnavailableError(
        "La sensibilité des carreaux du territoire est illisible",
        where=Location(path.name),
        advice="la refaire avec « geoville data build », ou réinstaller geoville",
    )
