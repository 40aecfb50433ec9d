"""Tables of cells, with INSEE's identifiers: the same bytes for the same input."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from geoville.carroyage.cell_id import encode_ids, format_cell_ids, parse_cell_ids
from geoville.errors import DataUnavailableError, InvalidInputError, Location
from geoville.sources.files import replacing

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

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
