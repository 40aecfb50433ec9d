"""Equipment of the area (Base permanente des équipements), as the `places.parquet` of a pack."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from geoville.crs import WGS84, projected_epsg, transform_points
from geoville.errors import InvalidInputError, Location
from geoville.sources.grids.columns import numbers
from geoville.sources.official.area import Converted
from geoville.sources.official.faults import Faults
from geoville.sources.official.layers import main_files
from geoville.sources.official.pack_files import write_table
from geoville.sources.official.table_kinds import LABELS, kind_of_table
from geoville.sources.official.tables import only_table, tables_of

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    import pyarrow as pa
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


_NAME, _QUALITY = "nomrs", "qualite_xy"
_DEGREES, _METRES = ("longitude", "latitude"), ("lambert_x", "lambert_y")


@dataclass(frozen=True, eq=False, slots=True)
class _Cut:
    """Rows of the area.

    Parameters
    ----------
    rows : (n,) where they are in the file, 0-based.
    cells : text columns, named as the file writes them.
    """

    table: Table
    rows: NDArray[np.intp]
    cells: pa.Table

    def of(self, column: str) -> pa.ChunkedArray:
        """Texts of a column, given in lower case; empty ones where the file does not have it."""
        import pyarrow as pa

        name = self.table.named(column)
        return pa.chunked_array([pa.repeat("", len(self.rows))]) if name is None else self.cells[name]


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
    wanted = [table.named(name) for name in ("depcom", "typequ", _NAME, _QUALITY, *_DEGREES, *_METRES)]
    cells = table.read_texts([name for name in wanted if name is not None], kept)
    cut = _Cut(table, np.flatnonzero(kept), cells)
    lon, lat = _positions(cut)
    placed = np.isfinite(lon) & np.isfinite(lat)
    _write(cut, _labels(found), data_set.source.citation, (lon, lat, placed), folder / FILE)
    rows, nowhere = int(placed.sum()), int((~placed).sum())
    notes = (f"Équipements sans position, laissés de côté : {nowhere}.",) if nowhere else ()
    return Converted(folder / FILE, ROLE, rows, len(communes) - rows, notes)


def _positions(cut: _Cut) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Longitudes and latitudes, NaN without a position: as written, else from the projected CRS of the commune."""
    faults = Faults(cut.table.path.name)
    columns = _DEGREES if all(cut.table.named(name) for name in _DEGREES) else _METRES
    first, second = (_numbers(cut, name, faults) for name in columns)
    faults.refuse()
    if columns == _DEGREES:
        return first, second
    crs = np.array([projected_epsg(code) for code in cut.of("depcom").to_pylist()])
    known = np.isfinite(first) & np.isfinite(second)
    for epsg in np.unique(crs).tolist():
        there = known & (crs == epsg)
        first[there], second[there] = transform_points(first[there], second[there], epsg, WGS84)
    return first, second


def _numbers(cut: _Cut, column: str, faults: Faults) -> NDArray[np.float64]:
    """Values of a column, NaN where nothing is written; what is no number is a fault."""
    import pyarrow as pa
    import pyarrow.compute as pc

    texts = cut.of(column)
    written = pc.if_else(pc.is_in(texts, pa.array(sorted(NO_VALUE))), None, texts)
    values, unreadable = numbers(written, decimal_comma=True)
    for place in np.flatnonzero(unreadable | np.isinf(values)).tolist():
        line, name = cut.table.line_of(int(cut.rows[place])), cut.table.column(column)
        message, advice = "Coordonnée qui n'est pas un nombre", "télécharger de nouveau le fichier"
        faults.add(message, advice, line=line, column=name, value=str(texts[place]))
    return values


def _write(
    cut: _Cut,
    labels: Mapping[str, str],
    source: str,
    positions: tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.bool_]],
    path: Path,
) -> None:
    import pyarrow as pa
    import pyarrow.compute as pc

    lon, lat, placed = positions
    types = cut.of("typequ").dictionary_encode().combine_chunks()
    kinds = [labels.get(code, f"Équipement de type {code}") for code in types.dictionary.to_pylist()]
    names, nothing = cut.of(_NAME), pa.array(sorted(NO_VALUE))
    is_good = pc.is_in(pc.utf8_lower(cut.of(_QUALITY)), pa.array(sorted(_GOOD)))
    table = pa.table(
        {
            "name": pc.if_else(pc.is_in(names, nothing), pa.array(kinds, pa.string()).take(types.indices), names),
            "category": cut.of("typequ"),
            "precision": pc.if_else(is_good, _FIRM, _VAGUE),
            "lon": lon,
            "lat": lat,
            "address": pa.repeat("", len(lon)),
            "source": pa.repeat(source, len(lon)),
        }
    )
    write_table(table.filter(placed), path)


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
