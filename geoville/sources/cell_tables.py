"""Tables of cells, with INSEE's identifiers: CSV or Parquet by suffix, the same bytes for the same input."""

from __future__ import annotations

import csv
from typing import TYPE_CHECKING

import numpy as np

from geoville.carroyage.cell_id import format_cell_ids
from geoville.errors import InvalidInputError
from geoville.sources.files import replacing

if TYPE_CHECKING:
    from pathlib import Path

    from geoville.carroyage.raster import CellValues


ID_COLUMN = "idcar_200m"
SUFFIXES = (".csv", ".parquet")


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
    if suffix not in SUFFIXES:
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
