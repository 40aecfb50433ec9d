"""Equipment of the area (Base permanente des équipements), as the `places.parquet` of a pack."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from geoville.crs import WGS84, projected_epsg, transform_points
from geoville.errors import InvalidInputError, Location
from geoville.sources.official.area import Converted
from geoville.sources.official.faults import Faults
from geoville.sources.official.layers import main_files
from geoville.sources.official.pack_files import write_table
from geoville.sources.official.table_kinds import LABELS, kind_of_table
from geoville.sources.official.tables import only_table, tables_of

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

    from geoville.sources.official.area import Area, Recognised
    from geoville.sources.official.tables import Table
    from geoville.sources.registry import DataSet

FILE, ROLE = "places.parquet", "places"
NO_VALUE = frozenset({"", "_Z", "_U", "NA"})
_TYPE_VARIABLE = "TYPEQU"

_GOOD = frozenset({"bonne", "b"})
_FIRM, _VAGUE = "declared", "municipality"
"""Precision of a position that INSEE says good (within 100 m), and of any other: no verdict may rest on it."""


@dataclass(frozen=True, eq=False, slots=True)
class _Positions:
    """Degrees of each row, NaN without a position."""

    lon: NDArray[np.float64]
    lat: NDArray[np.float64]


def convert_equipment(found: Recognised, data_set: DataSet, area: Area, folder: Path) -> Converted:
    """Write the equipment of the area that has a position, in the columns of a list of places.

    Raises
    ------
    InvalidInputError
        No row is of the area, or coordinates that are not numbers: all of them are looked at first.
    """
    table = only_table(found, lambda table: (kind_of_table(table) or ("", ""))[0] == "equipment")
    (communes,) = table.read([table.column("depcom")])
    kept = area.holds_each(communes)
    if not kept.any():
        raise InvalidInputError(
            "Aucun équipement de ce fichier n'est dans le territoire",
            where=Location(table.path.name),
            advice="vérifier les codes des communes demandées",
        )
    positions = _positions(table, kept)
    placed = np.isfinite(positions.lon) & np.isfinite(positions.lat)
    _write(found, table, data_set, kept, positions, placed, folder / FILE)
    rows, nowhere = int(placed.sum()), int((~placed).sum())
    notes = (f"Équipements sans position, laissés de côté : {nowhere}.",) if nowhere else ()
    return Converted(folder / FILE, ROLE, rows, len(communes) - rows, notes)


def _positions(table: Table, kept: NDArray[np.bool_]) -> _Positions:
    """Positions of the rows kept: in degrees where the file has them, else in its projected CRS."""
    faults = Faults(table.path.name)
    rows = np.flatnonzero(kept)
    if table.named("longitude") and table.named("latitude"):
        lon = _numbers(table, table.column("longitude"), rows, kept, faults)
        lat = _numbers(table, table.column("latitude"), rows, kept, faults)
        faults.refuse()
        return _Positions(lon, lat)
    east = _numbers(table, table.column("lambert_x"), rows, kept, faults)
    north = _numbers(table, table.column("lambert_y"), rows, kept, faults)
    faults.refuse()
    (communes,) = table.read([table.column("depcom")], kept)
    crs = np.array([projected_epsg(code) for code in communes])
    lon, lat = np.full(len(rows), np.nan), np.full(len(rows), np.nan)
    for epsg in np.unique(crs).tolist():
        there = (crs == epsg) & np.isfinite(east) & np.isfinite(north)
        lon[there], lat[there] = transform_points(east[there], north[there], epsg, WGS84)
    return _Positions(lon, lat)


def _numbers(
    table: Table, column: str, rows: NDArray[np.intp], kept: NDArray[np.bool_], faults: Faults
) -> NDArray[np.float64]:
    """Values of a column, NaN where nothing is written; what is no number is a fault."""
    (texts,) = table.read([column], kept)
    values = np.full(len(texts), np.nan)
    for place, text in enumerate(texts):
        if text in NO_VALUE:
            continue
        try:
            values[place] = float(text.replace(",", "."))
        except ValueError:
            values[place] = math.inf
        if not math.isfinite(values[place]):
            line = table.line_of(int(rows[place]))
            advice = "télécharger de nouveau le fichier"
            faults.add("Coordonnée qui n'est pas un nombre", advice, line=line, column=column, value=text)
    return values


def _write(
    found: Recognised,
    table: Table,
    data_set: DataSet,
    kept: NDArray[np.bool_],
    positions: _Positions,
    placed: NDArray[np.bool_],
    path: Path,
) -> None:
    import pyarrow as pa

    kept = kept.copy()
    kept[kept] = placed
    (types,) = table.read([table.column("typequ")], kept)
    labels = _labels(found)
    generic = [labels.get(code, f"Équipement de type {code}") for code in types]
    name_column, quality_column = table.named("nomrs"), table.named("qualite_xy")
    names = table.read([name_column], kept)[0] if name_column else [""] * len(types)
    qualities = table.read([quality_column], kept)[0] if quality_column else [""] * len(types)
    columns = {
        "name": [other if name in NO_VALUE else name for name, other in zip(names, generic, strict=True)],
        "category": types,
        "precision": [_FIRM if quality.lower() in _GOOD else _VAGUE for quality in qualities],
        "lon": positions.lon[placed],
        "lat": positions.lat[placed],
        "address": [""] * len(types),
        "source": [data_set.source.citation] * len(types),
    }
    write_table(pa.table(columns), path)


def _labels(found: Recognised) -> dict[str, str]:
    """French name of each type of equipment, where the publication comes with them."""
    tables = [table for path in main_files(found.files) for table in tables_of(path)]
    known: dict[str, str] = {}
    for table in tables:
        if kind_of_table(table) == (LABELS, ""):
            variables, codes, names = table.read([table.column(name) for name in ("cod_var", "cod_mod", "lib_mod")])
            rows = zip(variables, codes, names, strict=True)
            known |= {code: name for variable, code, name in rows if variable == _TYPE_VARIABLE}
    return known
