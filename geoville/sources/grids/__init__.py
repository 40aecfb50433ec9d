"""Read INSEE's 200 m grids, every vintage and spelling, into a checked `Grid`; or refuse, saying where."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING

import numpy as np

from geoville.carroyage.cell_id import parse_cell_ids
from geoville.carroyage.grid import Grid
from geoville.errors import GridError, Location
from geoville.sources.grids import checks
from geoville.sources.grids.columns import OPTIONAL, choose_columns, fixed_width_ids, numbers
from geoville.sources.grids.files import open_grid_file
from geoville.sources.vintages import vintage_of

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    import pyarrow as pa
    from numpy.typing import NDArray

    from geoville.sources.grids.columns import GridColumns
    from geoville.sources.grids.files import GridFile

_NONE_KNOWN: Mapping[str, int] = MappingProxyType({})
_COUNTS = {
    "people": "Nombre d'habitants",
    "income": "Somme des niveaux de vie",
    "households": "Nombre de ménages",
    "poor": "Nombre de ménages pauvres",
}


def read_grid(path: Path, *, vintage: int | None = None, known_checksums: Mapping[str, int] = _NONE_KNOWN) -> Grid:
    """Read a file of 200 m cells.

    Parameters
    ----------
    path : CSV (separated by commas, or by semicolons with decimal commas), Parquet, GeoPackage or .dbf.
    vintage : year of the incomes, where the user says it.
    known_checksums : sha256 in hexadecimal of files whose vintage is certain, and that vintage.

    Returns
    -------
    In order of (northing, easting), whatever the order of the file. Households and poor households are NaN where the
    file has none (2021) or leaves them empty; halves of people and fractions of households are kept as published.

    Raises
    ------
    GridError
        The file cannot be read, columns are missing, nothing says the vintage, or cells are at fault: all of them are
        looked at first, and the sentence says what is wrong, on which line, in which column, with which value.
    """
    source = open_grid_file(path)
    columns = choose_columns(source.names, path.name)
    year = vintage_of(path, vintage, known_checksums)
    table = source.read(columns.names)
    if not table.num_rows:
        raise GridError("La grille n'a aucun carreau", where=Location(path.name), advice="donner un autre fichier")
    return _checked(table, columns, source, path.name, year)


def _checked(table: pa.Table, columns: GridColumns, source: GridFile, file: str, vintage: int) -> Grid:
    ids = fixed_width_ids(table[columns.id])
    epsg, northing, easting = parse_cell_ids(ids)
    faults = list(checks.id_faults(columns.id, ids, epsg, northing, easting))
    values: dict[str, NDArray[np.float64]] = {}
    for role, label in _COUNTS.items():
        name = getattr(columns, role)
        if name is None:
            values[role] = np.full(table.num_rows, np.nan)
            continue
        values[role], unreadable = numbers(table[name], decimal_comma=source.decimal_comma)
        required = role not in OPTIONAL
        faults += checks.count_faults(label, name, values[role], unreadable, required=required)
    flags, _ = numbers(table[columns.imputed], decimal_comma=source.decimal_comma)
    faults += checks.flag_faults(columns.imputed, flags)
    faults += checks.income_without_people(columns.income, values["people"], values["income"])
    if columns.poor is not None:
        faults += checks.more_poor_than_households(columns.poor, values["households"], values["poor"])
    checks.refuse(faults, table, source, file)
    order = np.lexsort((easting, northing))
    return Grid(
        int(epsg[0]),
        vintage,
        easting[order],
        northing[order],
        values["people"][order],
        values["income"][order],
        flags[order] == 1,
        values["households"][order],
        values["poor"][order],
    )
