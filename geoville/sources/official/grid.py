"""Grids of 200 m cells (Filosofi), cut to the area, as the `grid_<year>.parquet` of a pack."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from geoville.carroyage.cell_id import format_cell_ids, parse_cell_ids
from geoville.carroyage.grid import CELL_SIZE_M
from geoville.carroyage.place_keys import place_keys
from geoville.crs import GRID_CRS, commune_of, transform_points
from geoville.errors import GridError, Location
from geoville.sources.grids import read_grid
from geoville.sources.grids.columns import SPELLINGS, fixed_width_ids
from geoville.sources.grids.files import open_grid_file
from geoville.sources.official import columns as known
from geoville.sources.official.area import Converted
from geoville.sources.official.layers import main_files
from geoville.sources.official.outlines import needed
from geoville.sources.official.pack_files import write_table
from geoville.sources.official.tables import tables_of

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

    from geoville.carroyage.grid import Grid
    from geoville.sources.official.area import Area, Recognised
    from geoville.sources.official.outlines import Outlines
    from geoville.sources.registry import DataSet

_CODE_LENGTH = 5


def convert_grid(
    found: Recognised, data_set: DataSet, area: Area, folder: Path, outlines: Outlines | None
) -> Converted:
    """Write the cells of the area.

    Notes
    -----
    A cell is kept where one of the communes that the file gives it is of the area; where the file gives none, where
    its centre lies in an outline.

    Raises
    ------
    GridError
        The grid is at fault (see `read_grid`), is of 2010, of another territory, or has no cell in the area.
    """
    path = _file_of(found, area.epsg)
    grid = read_grid(path, vintage=data_set.grid_vintage)
    kept = _held(path, grid, area, outlines)
    if not kept.any():
        raise GridError(
            "Aucun carreau de cette grille n'est dans le territoire",
            where=Location(path.name),
            advice="vérifier les codes des communes demandées",
        )
    out = folder / f"grid_{grid.vintage}.parquet"
    _write(grid.take(kept), out)
    rows = int(kept.sum())
    return Converted(out, "grid", rows, len(grid) - rows, grid_vintage=grid.vintage)


def people_by_commune(found: Recognised, epsg: int, vintage: int) -> dict[str, float]:
    """People of each commune, over the whole file: those of Filosofi households, fewer than the municipal population.

    Returns
    -------
    By INSEE code, arrondissements counted with their commune; nothing where the file does not say the communes of its
    cells. A cell that lies in several is counted with the first.

    Raises
    ------
    GridError
        The grid is at fault.
    """
    path = _file_of(found, epsg)
    grid = read_grid(path, vintage=vintage)
    written = _written_communes(path)
    if written is None:
        return {}
    totals: dict[str, float] = {}
    counts = np.bincount(written.place, weights=grid.people, minlength=len(written.codes))
    for codes, count in zip(written.codes, counts.tolist(), strict=True):
        if codes:
            commune = commune_of(codes[0])
            totals[commune] = totals.get(commune, 0.0) + count
    return totals


def centres(
    epsg: int, easting: NDArray[np.int64], northing: NDArray[np.int64]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Centres of cells given by their south-west corner, in the projected CRS of their territory."""
    half = CELL_SIZE_M // 2
    return transform_points((easting + half).astype(float), (northing + half).astype(float), epsg, GRID_CRS[epsg])


def _file_of(found: Recognised, epsg: int) -> Path:
    """Of the files of each territory, the one whose cells are measured in a CRS."""
    others = []
    for path in main_files(found.files):
        table = next(iter(tables_of(path)), None) if path.suffix.lower() in (".csv", ".parquet") else None
        names = table.names if table else open_grid_file(path).names
        lower = {name.strip().lower(): name for name in names}
        if known.GRID_2010_PEOPLE in lower:
            raise GridError(
                "Les carreaux de 2010 ne portent ni niveau de vie ni indicateur d'imputation",
                where=Location(path.name, column=lower[known.GRID_2010_PEOPLE]),
                advice="donner une grille Filosofi (2015, 2017, 2019 ou 2021)",
            )
        id_column = next(lower[name] for name in SPELLINGS["id"] if name in lower)
        codes, _, _ = parse_cell_ids(fixed_width_ids(open_grid_file(path).read([id_column])[id_column][:1]))
        if GRID_CRS.get(int(codes[0])) == epsg:
            return path
        others.append(path.name)
    raise GridError(
        f"Aucune de ces grilles n'est celle du territoire (EPSG:{epsg})",
        where=Location(", ".join(others)),
        advice="donner le fichier de la métropole, de la Martinique ou de La Réunion selon le territoire",
    )


def _held(path: Path, grid: Grid, area: Area, outlines: Outlines | None) -> NDArray[np.bool_]:
    """Which cells of a grid are of the area."""
    if area.is_country:
        return np.ones(len(grid), dtype=bool)
    written = _written_communes(path)
    if written is None:
        easting, northing = centres(grid.epsg, grid.easting, grid.northing)
        communes = needed(outlines, "cette grille, qui ne dit pas ses communes").commune_at(easting, northing)
        return np.asarray(communes != "", dtype=bool)
    held = np.array([any(area.holds(code) for code in codes) for codes in written.codes], dtype=bool)
    return np.asarray(held[written.place], dtype=bool)


@dataclass(frozen=True, eq=False, slots=True)
class _WrittenCommunes:
    """Communes that a file gives to its cells.

    Parameters
    ----------
    codes : each different list of INSEE codes, the empty one included.
    place : (n,) of the list of each cell, in the order of the grid.
    """

    codes: list[list[str]]
    place: NDArray[np.intp]


def _written_communes(path: Path) -> _WrittenCommunes | None:
    """Communes of the cells of a file, in the order of its grid; None where it does not say them."""
    source = open_grid_file(path)
    lower = {name.strip().lower(): name for name in source.names}
    column = next((lower[name] for name in known.GRID_COMMUNES if name in lower), None)
    if column is None:
        return None
    ids = next(lower[name] for name in SPELLINGS["id"] if name in lower)
    table = source.read([ids, column])
    _, rows_north, rows_east = parse_cell_ids(fixed_width_ids(table[ids]))
    in_grid_order = np.argsort(place_keys(rows_east, rows_north), kind="stable")
    lists = table[column].dictionary_encode().combine_chunks()
    codes = [*map(_codes, lists.dictionary.to_pylist()), []]
    place = lists.indices.fill_null(len(codes) - 1).to_numpy()[in_grid_order]
    return _WrittenCommunes(codes, place.astype(np.intp))


def _codes(written: object) -> list[str]:
    """Codes of the communes of a cell, which are written one after the other."""
    text = written.decode("latin-1") if isinstance(written, bytes) else str(written or "")
    text = text.strip()
    if text.isdigit():
        text = text.zfill(-(-len(text) // _CODE_LENGTH) * _CODE_LENGTH)  # a number has lost its first zero
    return [text[start : start + _CODE_LENGTH] for start in range(0, len(text), _CODE_LENGTH)]


def _write(grid: Grid, out: Path) -> None:
    import pyarrow as pa

    columns = {
        "idcar_200m": pa.array(format_cell_ids(grid.epsg, grid.northing, grid.easting)),
        "i_est_200": pa.array(grid.imputed.astype(np.int8)),
        "ind": pa.array(grid.people),
        "ind_snv": pa.array(grid.income_sum_eur),
    }
    if not np.isnan(grid.households).all():
        columns["men"] = pa.array(grid.households, from_pandas=True)  # NaN becomes null
        columns["men_pauv"] = pa.array(grid.poor_households, from_pandas=True)
    write_table(pa.table(columns), out)
