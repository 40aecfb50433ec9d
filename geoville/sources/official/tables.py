"""Official tables cut to an area: grids, incomes, equipment, urban units, addresses."""

from __future__ import annotations

import csv
import gzip
import json
import math
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol

import numpy as np

from geoville.carroyage.cell_id import format_cell_ids, parse_cell_ids
from geoville.carroyage.grid import CELL_SIZE_M, cell_squares, union_of_cells
from geoville.carroyage.lattice import place_keys, places_of
from geoville.crs import (
    GRID_CRS,
    WGS84,
    commune_codes,
    commune_of,
    departement_of,
    projected_epsg,
    transform_points,
)
from geoville.errors import AddressListError, GridError, InvalidInputError, Location
from geoville.french import counted, fold
from geoville.french import number as french_number
from geoville.sources.addresses import BAL, BAN, GZIP_START, JSON_LINES, open_address_file
from geoville.sources.contours import departement_of_row, projected_all
from geoville.sources.grids import SPELLINGS, fixed_width_ids, numbers, open_grid_file, read_counts, read_grid
from geoville.sources.layers import range_columns_of, range_of
from geoville.sources.official import recognise as known
from geoville.sources.official.area import Converted, Faults, write_layer, write_table
from geoville.sources.official.layers import NOWHERE, CommuneOutlines, commune_of_iris, layers_to_read, needed, zone_at
from geoville.sources.official.recognise import (
    LABELS,
    kind_of_layer,
    kind_of_table,
    main_files,
    matching,
    only_table,
    tables_of,
    zoning_of,
)
from geoville.sources.vector_files import read_vector_file

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
    from io import BufferedReader

    import pyarrow as pa
    from numpy.typing import NDArray

    from geoville.carroyage.grid import Grid
    from geoville.carroyage.portrait import CellCounts
    from geoville.sources.official.area import Area, Recognised
    from geoville.sources.official.recognise import Table
    from geoville.sources.registry import DataSet

    CodeOf = Callable[[bytes], str]


@dataclass(frozen=True, eq=False, slots=True)
class PublishedGrid:
    """A grid as its producer publishes it, out of the area too.

    Parameters
    ----------
    path : the file of the territory's CRS.
    communes : those that the file gives to its cells; None where it gives none.
    """

    path: Path
    grid: Grid
    communes: WrittenCommunes | None


def read_published_grid(found: Recognised, epsg: int, vintage: int | None) -> PublishedGrid:
    """Read a grid whole, once for all that is made of it.

    Raises
    ------
    GridError
        The grid is at fault (see `read_grid`), is of 2010, or of another territory.
    """
    path = _file_of(found, epsg)
    return PublishedGrid(path, read_grid(path, vintage=vintage), _written_communes(path))


def convert_grid(published: PublishedGrid, area: Area, folder: Path, outlines: CommuneOutlines | None) -> Converted:
    """Write the cells of the area, and check what was read against the outlines.

    Notes
    -----
    A cell is kept where one of the communes that the file gives it is of the area, or where its centre lies in an
    outline: a commune may have been merged since, or the file may give the cell no commune. What only the outlines
    keep, and the communes that the file says less people of than its cells hold, are said.

    Raises
    ------
    GridError
        The grid has no cell in the area.
    """
    grid = published.grid
    named = _named(published, area)
    centre = _communes_of_centres(published, area, outlines)
    kept = (centre != "") if named is None else named | (centre != "")
    if not kept.any():
        raise GridError(
            "Aucun carreau de cette grille n'est dans le territoire",
            where=Location(published.path.name),
            advice="vérifier les codes des communes demandées",
        )
    out = folder / f"grid_{grid.vintage}.parquet"
    _write_grid(grid.take(kept), read_counts(published.path, grid).take(kept), out)
    rows = int(kept.sum())
    notes = () if named is None or area.is_country else tuple(_check_of_communes(published, named, centre))
    return Converted(out, "grid", rows, len(grid) - rows, notes, grid_vintage=grid.vintage)


def people_by_commune(published: PublishedGrid) -> dict[str, float]:
    """People of each commune, over the whole file: those of Filosofi households, fewer than the municipal population.

    Returns
    -------
    By INSEE code, arrondissements counted with their commune; nothing where the file does not say the communes of its
    cells. A cell that lies in several is counted with the first.
    """
    written = published.communes
    if written is None:
        return {}
    totals: dict[str, float] = {}
    counts = np.bincount(written.place, weights=published.grid.people, minlength=len(written.codes))
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


def _named(published: PublishedGrid, area: Area) -> NDArray[np.bool_] | None:
    """Which cells the file says to be of the area; all of them for the country, None where it names no commune."""
    if area.is_country:
        return np.ones(len(published.grid), dtype=bool)
    written = published.communes
    if written is None:
        return None
    held = np.array([any(area.holds(code) for code in codes) for codes in written.codes], dtype=bool)
    return np.asarray(held[written.place], dtype=bool)


_AROUND_M = 5_000.0
"""Margin around a box that is turned into another CRS: its sides are no longer straight there."""


def _communes_of_centres(published: PublishedGrid, area: Area, outlines: CommuneOutlines | None) -> NDArray[np.str_]:
    """Commune of the area that the centre of each cell lies in; empty text where it lies in none."""
    grid = published.grid
    found = np.full(len(grid), "", dtype="U5")
    if area.is_country or (outlines is None and published.communes is not None):
        return found
    outlines = needed(outlines, "cette grille, qui ne dit pas ses communes")
    west, south, east, north = _bounds_of(outlines, grid.epsg)
    near = np.flatnonzero(
        (grid.easting >= west) & (grid.easting <= east) & (grid.northing >= south) & (grid.northing <= north)
    )
    found[near] = outlines.commune_at(*centres(grid.epsg, grid.easting[near], grid.northing[near]))
    return found


def _bounds_of(outlines: CommuneOutlines, epsg: int) -> tuple[float, float, float, float]:
    """West, south, east and north of all outlines, with a margin, in the CRS of the cells."""
    import shapely

    west, south, east, north = shapely.total_bounds(outlines.polygons)
    corners = np.array([(west, south), (east, south), (east, north), (west, north)])
    eastings, northings = transform_points(corners[:, 0], corners[:, 1], outlines.epsg, epsg)
    low, high = (np.array([eastings, northings]).min(axis=1), np.array([eastings, northings]).max(axis=1))
    return (*(low - _AROUND_M).tolist(), *(high + _AROUND_M).tolist())


_LOST_SHARE = 0.01
"""Of a commune's people, that the file may give to other communes though their cells are centred in it."""

_SHOWN_COMMUNES = 5


def _check_of_communes(published: PublishedGrid, named: NDArray[np.bool_], centre: NDArray[np.str_]) -> Iterator[str]:
    """Sentences on the people that the file does not give to the commune that their cell is centred in."""
    written, people = published.communes, published.grid.people
    if written is None:
        return
    rows = np.flatnonzero((centre != "") | named)
    unknown = rows[np.array([not written.codes[place] for place in written.place[rows]], dtype=bool)]
    if len(unknown):
        yield (
            f"Carreaux auxquels le fichier ne donne aucune commune, gardés parce que leur centre est dans le "
            f"territoire : {len(unknown)} ({counted(people[unknown].sum(), 'habitant')})."
        )
    inside = np.flatnonzero(centre != "")
    towns = [{commune_of(code) for code in codes} for codes in written.codes]
    agrees = np.array([centre[row] in towns[written.place[row]] for row in inside.tolist()], dtype=bool)
    lost = [
        (town, people[inside[(centre[inside] == town) & ~agrees]].sum(), people[inside[centre[inside] == town]].sum())
        for town in sorted(set(centre[inside].tolist()))
    ]
    short = [(town, missing, total) for town, missing, total in lost if missing > _LOST_SHARE * total]
    if short:
        shown = " ; ".join(
            f"{town}, {counted(total - missing, 'habitant')} sur {french_number(total)}"
            for town, missing, total in short[:_SHOWN_COMMUNES]
        )
        more = " ; …" if len(short) > _SHOWN_COMMUNES else ""
        yield (
            "Communes auxquelles le fichier donne moins d'habitants que les carreaux dont le centre y est "
            f"(fusion de communes, ou fichier abîmé), comptées par le centre : {shown}{more}."
        )


@dataclass(frozen=True, eq=False, slots=True)
class WrittenCommunes:
    """Communes that a file gives to its cells.

    Parameters
    ----------
    codes : each different list of INSEE codes, the empty one included.
    place : (n,) of the list of each cell, in the order of the grid.
    """

    codes: list[list[str]]
    place: NDArray[np.intp]


def _written_communes(path: Path) -> WrittenCommunes | None:
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
    written = lists.dictionary.to_pylist()
    rows = lists.indices.fill_null(len(written)).to_numpy()
    codes = [*_codes_of_lists(path, written, rows, column), []]
    place = rows[in_grid_order]
    return WrittenCommunes(codes, place.astype(np.intp))


def _codes_of_lists(path: Path, lists: Sequence[object], rows: NDArray[np.intp], column: str) -> list[list[str]]:
    """Codes of each different list; one that is no list of communes refuses the file, with its first line.

    Raises
    ------
    InvalidInputError
        All the lists at fault, at once.
    """
    faults = Faults(path.name)
    codes: list[list[str]] = []
    for number, written in enumerate(lists):
        text = written.decode("latin-1") if isinstance(written, bytes) else str(written or "")
        try:
            codes.append(list(commune_codes(text)))
        except InvalidInputError as error:
            line = open_grid_file(path).line_of(int(np.flatnonzero(rows == number)[0]))
            message = "Ce n'est pas une liste de codes de communes"
            faults.add(message, error.advice or "", line=line, column=column, value=text)
            codes.append([])
    faults.refuse()
    return codes


def _write_grid(grid: Grid, counts: CellCounts, out: Path) -> None:
    """Write cells with everything that INSEE publishes of them."""
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
    for name, values in counts.by_column.items():
        columns.setdefault(name, pa.array(values, from_pandas=True))
    write_table(pa.table(columns), out)


# --- Addresses of the area (BAN by département or whole), as the `addresses.sqlite` of a pack; memory stays constant

ADDRESSES_FILE, ADDRESSES_ROLE = "addresses.sqlite", "addresses"
_FASTEST = 1
_INSEE_LENGTH = 5
_BYTE_ORDER_MARK = b"\xef\xbb\xbf"


class IndexedAddresses(NamedTuple):
    """What an index of addresses was made of: addresses that it holds, and rows that could not be read."""

    addresses: int
    refused: int


class IndexAddresses(Protocol):
    """Builder of the index, given by the caller: it is made of geocoding, which reads no official file."""

    def __call__(self, paths: Sequence[Path], out: Path, *, complete: bool) -> IndexedAddresses:
        """Write an SQLite index of lists of addresses."""


def convert_addresses(found: Recognised, area: Area, folder: Path, index_addresses: IndexAddresses) -> Converted:
    """Index the addresses of the area, line by line.

    Raises
    ------
    AddressListError
        A list cannot be read, or none has an address in the area.
    """
    files = [open_address_file(path) for path in main_files(found.files)]
    complete = all(file.layout == BAN for file in files)
    paths, left_out = [file.path for file in files], 0
    with tempfile.TemporaryDirectory(dir=folder, prefix=".adresses-") as cut:
        if not area.is_country:
            counts = [_cut(file.path, file.layout, area, Path(cut) / _name(file.path)) for file in files]
            paths = [Path(cut) / _name(file.path) for file, (kept, _) in zip(files, counts, strict=True) if kept]
            left_out = sum(others for _, others in counts)
        if not paths:
            raise AddressListError(
                "Aucune adresse de ces fichiers n'est dans le territoire",
                where=Location(files[0].path.name),
                advice="vérifier les codes des communes demandées et le département du fichier",
            )
        made = index_addresses(paths, folder / ADDRESSES_FILE, complete=complete)
    notes = (f"Lignes d'adresses illisibles, laissées de côté : {made.refused}.",) if made.refused else ()
    return Converted(folder / ADDRESSES_FILE, ADDRESSES_ROLE, made.addresses, left_out, notes, complete=complete)


def _name(path: Path) -> str:
    """Name of the cut list: that of the whole one, which the index cites."""
    return path.name if path.suffix == ".gz" else f"{path.name}.gz"


def _cut(path: Path, layout: str, area: Area, out: Path) -> tuple[int, int]:
    """Copy the lines of the area as they are; return how many there are, and how many others."""
    kept = others = 0
    holds: dict[str, bool] = {}
    with _opened(path) as lines, gzip.open(out, "wb", compresslevel=_FASTEST) as copy:
        code_of = _json_code if layout == JSON_LINES else _csv_code(_header(lines, copy), layout)
        for line in lines:
            code = code_of(line)
            if code not in holds:
                holds[code] = area.holds(code)
            if holds[code]:
                copy.write(line)
                kept += 1
            elif line.strip():
                others += 1
    return kept, others


def _opened(path: Path) -> gzip.GzipFile | BufferedReader:
    with path.open("rb") as stream:
        is_compressed = stream.read(len(GZIP_START)) == GZIP_START
    return gzip.open(path) if is_compressed else path.open("rb")


def _header(lines: Iterator[bytes], copy: gzip.GzipFile) -> bytes:
    header = next(lines)
    copy.write(header)
    return header.removeprefix(_BYTE_ORDER_MARK)


def _csv_code(header: bytes, layout: str) -> CodeOf:
    """Reader of the commune of a line of CSV."""
    separator = ";" if header.count(b";") > header.count(b",") else ","
    columns = _cells(header, separator)
    column = "code_insee" if layout != BAL else "commune_insee" if "commune_insee" in columns else "cle_interop"
    place = columns.index(column)

    def code_of(line: bytes) -> str:
        cells = _cells(line, separator)
        return cells[place][:_INSEE_LENGTH] if place < len(cells) else ""

    return code_of


def _cells(line: bytes, separator: str) -> list[str]:
    text = line.decode("latin-1")
    try:
        cells = next(csv.reader([text], delimiter=separator)) if '"' in text else text.split(separator)
    except csv.Error:
        return []
    return [cell.strip() for cell in cells]


def _json_code(line: bytes) -> str:
    try:
        return str(json.loads(line)["citycode"])
    except (ValueError, KeyError, TypeError):
        return ""


# --- The table of a pack that says in which commune and which IRIS the centre of each cell is

CELLS_FILE, CELLS_ROLE = "cells.parquet", "cells"


def make_cells(grids: Sequence[Path], outlines: CommuneOutlines | None, iris: Path | None, folder: Path) -> Converted:
    """Write `cells.parquet`, one row for each cell of all grids, in order of (northing, easting).

    Parameters
    ----------
    grids : Parquet files of the pack, in one CRS.
    outlines : communes; the column `commune` is empty without them, and for a cell whose centre is in none (at sea).
    iris : `iris.parquet` of the pack; the column `iris` is empty without it, and for a centre in no IRIS.

    Raises
    ------
    GridError
        The grids are in several CRS.
    """
    import geopandas as gpd
    import pyarrow as pa

    epsg, easting, northing = _corners(grids)
    east, north = centres(epsg, easting, northing)
    communes = np.full(len(easting), "") if outlines is None else outlines.commune_at(east, north)
    codes = np.full(len(easting), "")
    if iris is not None:
        layer = gpd.read_parquet(iris, columns=["code", "geometry"])
        zones = zone_at(np.array(layer.geometry.to_numpy(), dtype=object), east, north)
        codes = np.where(zones == NOWHERE, "", layer["code"].to_numpy(dtype=np.str_)[zones])
    columns = {"idcar_200m": format_cell_ids(epsg, northing, easting), "commune": communes, "iris": codes}
    write_table(
        pa.table({name: pa.array(values, pa.string()) for name, values in columns.items()}), folder / CELLS_FILE
    )
    return Converted(folder / CELLS_FILE, CELLS_ROLE, len(easting), 0, _unplaced(communes, codes, iris))


def ground_of_cells(grids: Sequence[Path], area: Area) -> CommuneOutlines | None:
    """The cells of an area as its ground, where nobody gave the outlines of its communes; None without cells.

    Parameters
    ----------
    grids : Parquet files of the pack, cut to the area by the communes that the grid writes.

    Returns
    -------
    One outline, named after the commune where the area is of one, else without a code: inhabited cells only, and whole
    where they lie on a limit.
    """
    if not grids:
        return None
    epsg, easting, northing = _corners(grids)
    ground = union_of_cells(cell_squares(easting, northing, epsg, area.epsg))
    towns = sorted(area.towns or ())
    code = towns[0] if len(towns) == 1 else ""
    return CommuneOutlines(np.array([code]), np.array([ground], dtype=object), area.epsg)


def _corners(grids: Sequence[Path]) -> tuple[int, NDArray[np.int64], NDArray[np.int64]]:
    """CRS, eastings and northings of the cells that any of the grids has, each once."""
    import pyarrow.parquet as pq

    keys: NDArray[np.int64] = np.empty(0, dtype=np.int64)
    crs: set[int] = set()
    for path in grids:
        ids = fixed_width_ids(pq.read_table(path, columns=["idcar_200m"])["idcar_200m"])
        epsg, northing, easting = parse_cell_ids(ids)
        crs |= set(np.unique(epsg).tolist())
        keys = np.union1d(keys, place_keys(easting, northing))
    if len(crs) != 1:
        raise GridError(
            "Les grilles d'un territoire doivent être dans le même système de coordonnées",
            where=Location(", ".join(path.name for path in grids)),
            advice="donner les grilles d'un seul territoire",
        )
    return (crs.pop(), *places_of(keys))


def _unplaced(communes: NDArray[np.str_], codes: NDArray[np.str_], iris: Path | None) -> tuple[str, ...]:
    outside, without = int((communes == "").sum()), int((codes == "").sum())
    notes = []
    if outside:
        notes.append(f"Carreaux dont le centre n'est dans aucune commune du territoire : {outside}.")
    if iris is not None and without:
        notes.append(f"Carreaux dont le centre n'est dans aucun IRIS : {without}.")
    return tuple(notes)


# --- Equipment of the area (Base permanente des équipements), as the `places.parquet` of a pack

PLACES_FILE, PLACES_ROLE = "places.parquet", "places"
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
    labels = _labels(found)
    _write_places(cut, labels, data_set.source.citation, (lon, lat, placed), folder / PLACES_FILE)
    rows, nowhere = int(placed.sum()), int((~placed).sum())
    notes = (f"Équipements sans position, laissés de côté : {nowhere}.",) if nowhere else ()
    if not labels:
        notes = (
            *notes,
            "Le fichier des libellés (varmod ou meta) manque : les équipements sans nom portent leur code.",
        )
    return Converted(folder / PLACES_FILE, PLACES_ROLE, rows, len(communes) - rows, notes)


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


def _write_places(
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


# --- Schools of the area (directory of the Ministry of Education), as the `schools.parquet` of a pack

SCHOOLS_FILE, SCHOOLS_ROLE = "schools.parquet", "schools"
_OPEN = "ouvert"
_AT_THE_DOOR = frozenset({"numero de rue", "parfaite", "plaque adresse"})
_ON_THE_STREET = frozenset({"rue", "voie"})


def convert_schools(found: Recognised, data_set: DataSet, area: Area, folder: Path) -> Converted:
    """Write the open schools of the area that have a position, in the columns of a list of places.

    Raises
    ------
    InvalidInputError
        No school is of the area, or coordinates that are not numbers: all of them are looked at first.
    """
    import pyarrow as pa

    table = only_table(found, lambda table: kind_of_table(table) == ("schools", ""))
    (communes,) = table.read([table.column("code_commune")])
    kept = area.holds_each(communes)
    if not kept.any():
        raise _nothing_here("Aucun établissement de ce fichier n'est dans le territoire", table)
    wanted = ("nom_etablissement", "type_etablissement", "adresse_1", "precision_localisation", "etat", *_DEGREES)
    cells = table.read_texts([name for column in wanted if (name := table.named(column))], kept)
    cut = _Cut(table, np.flatnonzero(kept), cells)
    faults = Faults(table.path.name)
    lat, lon = (_numbers(cut, column, faults) for column in ("latitude", "longitude"))
    faults.refuse()
    is_open = np.array([fold(text) in ("", _OPEN) for text in cut.of("etat").to_pylist()], dtype=bool)
    placed = np.isfinite(lon) & np.isfinite(lat)
    columns = {
        "name": cut.of("nom_etablissement"),
        "category": pa.array([fold(text) for text in cut.of("type_etablissement").to_pylist()], pa.string()),
        "precision": pa.array([_precision(text) for text in cut.of("precision_localisation").to_pylist()], pa.string()),
        "lon": lon,
        "lat": lat,
        "address": cut.of("adresse_1"),
        "source": pa.repeat(data_set.source.citation, len(lon)),
    }
    write_table(pa.table(columns).filter(placed & is_open), folder / SCHOOLS_FILE)
    rows, closed, nowhere = (int(one.sum()) for one in (placed & is_open, ~is_open, is_open & ~placed))
    counted = (("fermés", closed), ("sans position", nowhere))
    notes = tuple(f"Établissements {what}, laissés de côté : {count}." for what, count in counted if count)
    return Converted(folder / SCHOOLS_FILE, SCHOOLS_ROLE, rows, len(communes) - rows, notes)


def _precision(written: str) -> str:
    """How sure the position of a school is; of what is not known to be at its door, no verdict may rest on it."""
    said = fold(written)
    return _FIRM if said in _AT_THE_DOOR else "street" if said in _ON_THE_STREET else _VAGUE


def _nothing_here(message: str, table: Table) -> InvalidInputError:
    where = Location(table.path.name)
    return InvalidInputError(message, where=where, advice="vérifier les codes des communes demandées")


# --- Municipal populations of official quarters, as the `quarter_population.parquet` of a pack

QUARTER_POPULATION_FILE, QUARTER_POPULATION_ROLE = "quarter_population.parquet", "quarter_population"


def convert_quarter_population(found: Recognised, data_set: DataSet, area: Area, folder: Path) -> Converted:
    """Write the people of the quarters of the départements of the area: code, population, census.

    A quarter of several communes may have a row for each, with the people of the whole quarter: they are the same.

    Raises
    ------
    InvalidInputError
        No quarter is of the départements of the area, or a population is no number, or is not the same twice.
    """
    import pyarrow as pa

    table = only_table(found, lambda table: (kind_of_table(table) or ("", ""))[0] == "quarter_population")
    people = matching(table.known, known.QUARTER_PEOPLE) or ""
    codes, counts = table.read([table.column(*known.QUARTER_CODES), table.column(people)])
    departements = {departement_of(code) for code in area.communes or ()} | {area.departement}
    faults = Faults(table.path.name)
    rows: dict[str, int] = {}
    for row, (code, count) in enumerate(zip(codes, counts, strict=True)):
        if not area.is_country and departement_of_row(code, ()) not in departements:
            continue
        if count.lower() in NOT_PUBLISHED:
            continue
        number = _whole_number(count)
        if number is None or rows.setdefault(code, number) != number:
            message = "Population qui n'est pas un nombre, ou n'est pas la même deux fois"
            faults.add(message, "donner le fichier de l'Insee", line=table.line_of(row), column=people, value=count)
    faults.refuse()
    if not rows:
        raise _nothing_here("Aucun quartier de ce fichier n'est dans les départements du territoire", table)
    census = f"{data_set.producer}, population municipale, {data_set.title.lower()} ({data_set.vintage})"
    columns = {"code": list(rows), "population": list(rows.values()), "census": [census] * len(rows)}
    write_table(pa.table(columns), folder / QUARTER_POPULATION_FILE)
    left_out = len(set(codes)) - len(rows)
    return Converted(folder / QUARTER_POPULATION_FILE, QUARTER_POPULATION_ROLE, len(rows), left_out)


def _whole_number(text: str) -> int | None:
    try:
        return round(float(text.replace(",", ".").replace("\u202f", "").replace(" ", "")))
    except (ValueError, OverflowError):
        return None


# --- Buildings of the area (Référentiel national des bâtiments), as the `buildings.parquet` of a pack

BUILDINGS_FILE, BUILDINGS_ROLE = "buildings.parquet", "buildings"
_POINT = r"^SRID=4326;POINT ?\((?P<lon>-?[0-9.]+) (?P<lat>-?[0-9.]+)\)$"
_SRID = r"^SRID=4326;"


def convert_buildings(found: Recognised, area: Area, folder: Path, outlines: CommuneOutlines | None) -> Converted:
    """Write the buildings that have a point in common with a commune of the area: identifier, status and polygon.

    Those that the register only knows by a point have no footprint: they are counted, and left out.

    Raises
    ------
    InvalidInputError
        No building is in the area, a shape cannot be read, or the outlines of the communes are needed and not known.
    """
    import geopandas as gpd
    import shapely

    tables = [
        table
        for path in main_files(found.files)
        for table in tables_of(path)
        if kind_of_table(table) == ("buildings", "")
    ]
    read = [_buildings_near(table, area, outlines) for table in tables]
    codes, statuses, shapes = (np.concatenate([one[rank] for one in read]) for rank in range(3))
    total = sum(one[3] for one in read)
    drawn = np.isin(shapely.get_type_id(shapes), (shapely.GeometryType.POLYGON, shapely.GeometryType.MULTIPOLYGON))
    touching = drawn if area.is_country else needed(outlines, "les bâtiments").touch(shapes)
    kept = np.flatnonzero(drawn & touching)
    if not len(kept):
        raise _nothing_here("Aucun bâtiment de ce fichier n'est dans le territoire", tables[0])
    _, first = np.unique(codes[kept], return_index=True)
    kept = kept[first]
    frame = gpd.GeoDataFrame(
        {"code": codes[kept], "status": statuses[kept]}, geometry=shapely.make_valid(shapes[kept]), crs=area.epsg
    )
    write_layer(frame, folder / BUILDINGS_FILE)
    points = int((touching & ~drawn).sum())
    notes = (f"Bâtiments sans emprise (un point), laissés de côté : {points}.",) if points else ()
    return Converted(folder / BUILDINGS_FILE, BUILDINGS_ROLE, len(frame), total - len(frame), notes)


def _buildings_near(
    table: Table, area: Area, outlines: CommuneOutlines | None
) -> tuple[NDArray[np.object_], NDArray[np.object_], NDArray[np.object_], int]:
    """Identifiers, statuses and shapes (in the CRS of the area) around its box, by their point; and how many rows."""
    import pyarrow as pa
    import pyarrow.compute as pc
    import shapely

    points = table.read_texts([table.column("point")])[table.column("point")]
    places = pc.extract_regex(points, _POINT)
    lon, lat = (pc.struct_field(places, name).cast(pa.float64()).to_numpy() for name in ("lon", "lat"))
    known_point = np.isfinite(lon) & np.isfinite(lat)
    easting, northing = np.full(len(lon), np.nan), np.full(len(lon), np.nan)
    easting[known_point], northing[known_point] = transform_points(lon[known_point], lat[known_point], WGS84, area.epsg)
    near = known_point
    if not area.is_country:
        west, south, east, north = shapely.total_bounds(needed(outlines, "les bâtiments").polygons)
        near = (easting >= west - _AROUND_M) & (easting <= east + _AROUND_M)
        near &= (northing >= south - _AROUND_M) & (northing <= north + _AROUND_M)
    columns = [table.column(name) for name in ("rnb_id", "status", "shape")]
    cells = table.read_texts(columns, near)
    texts = pc.replace_substring_regex(cells[columns[2]], pattern=_SRID, replacement="").to_pylist()
    shapes = shapely.from_wkt(np.array(texts, dtype=object), on_invalid="ignore")
    faults = Faults(table.path.name)
    for place in np.flatnonzero(shapely.is_missing(shapes) & (np.array(texts, dtype=object) != "")).tolist():
        line = table.line_of(int(np.flatnonzero(near)[place]))
        faults.add(
            "Emprise illisible", "télécharger de nouveau le fichier", line=line, column="shape", value=texts[place]
        )
    faults.refuse()
    codes, statuses = (np.array(cells[name].to_pylist(), dtype=object) for name in columns[:2])
    return codes, statuses, projected_all(shapes, WGS84, area.epsg), len(lon)


# --- Median declared income of the IRIS of the area (RFL, Filosofi DEC), as the `iris_income.parquet` of a pack

INCOMES_FILE, INCOMES_ROLE = "iris_income.parquet", "iris_income"
NOT_PUBLISHED = frozenset({"", "s", "ns", "nd", "so", "na", "nan"})
"""What INSEE writes where secrecy or quality forbids a figure, in lower case."""

_IRIS_CODE_LENGTH = 9


class PublishedIncome(NamedTuple):
    """Declared income per UC of one IRIS in one year: median and interquartile range, euros, NaN if not published."""

    code: str
    name: str
    year: int
    median_eur: float
    range_eur: float

    @classmethod
    def of_pack(cls, row: Mapping[str, Any]) -> PublishedIncome:
        """Row of a pack's table; the first versions kept no range."""
        median, spread = (
            math.nan if row.get(name) is None else float(row[name])
            for name in ("median_declared_eur", "range_declared_eur")
        )
        return cls(row["code"], row["name"], row["year"], median, spread)


def convert_iris_income(found: Recognised, area: Area, folder: Path) -> Converted:
    """Write the medians of the area; those of other years that the pack already has are kept.

    Raises
    ------
    InvalidInputError
        The table holds disposable incomes only, no IRIS of the area, or faults: codes that are not those of an IRIS,
        medians that are not numbers; all of them are looked at first.
    """
    table = only_table(found, lambda table: (kind_of_table(table) or ("", ""))[0] == "iris_income")
    code_column = table.column(*known.INCOME_CODES)
    median_column, year = _median_column(table)
    name_column, year_column = table.named(*known.IRIS_NAMES), table.named("year")
    range_columns = range_columns_of(table.names, year)
    wanted = [code_column, median_column, name_column or code_column, *range_columns]
    codes, medians, names, *others = table.read([*wanted, *([year_column] if year is None and year_column else [])])
    every_year = [str(year)] * len(codes) if year is not None else others[-1]
    faults = Faults(table.path.name)
    rows: list[PublishedIncome] = []
    for row, (code, name, median, of_year) in enumerate(zip(codes, names, medians, every_year, strict=True)):
        if not code or (_is_iris(code) and not area.holds(commune_of_iris(code))):
            continue
        value = _value(table, faults, row, (code_column, code), (median_column, median))
        ends = zip(range_columns, (column[row] for column in others), strict=False)
        spread = [_positive(table, faults, row, end) for end in ends]
        if value is not None and None not in spread:
            rows.append(
                PublishedIncome(code, name, int(of_year), value, range_of([end for end in spread if end is not None]))
            )
    faults.refuse()
    if not rows:
        raise InvalidInputError(
            "Aucun IRIS du territoire n'a de revenu dans ce fichier",
            where=Location(table.path.name, column=code_column),
            advice="vérifier les codes des communes demandées : Insee ne publie que celles de 5 000 habitants et plus",
        )
    _write_incomes(rows, folder / INCOMES_FILE)
    secret = sum(math.isnan(row.median_eur) for row in rows)
    notes = (f"IRIS dont le revenu médian n'est pas publié : {secret}.",) if secret else ()
    return Converted(folder / INCOMES_FILE, INCOMES_ROLE, len(rows), sum(map(bool, codes)) - len(rows), notes)


def convert_incomes_of_contours(found: Recognised, area: Area, folder: Path) -> tuple[Converted, ...]:
    """Write the declared medians that a layer of IRIS carries beside its contours; nothing where it carries none.

    Notes
    -----
    A table of incomes that is read after it replaces those of its year.
    """
    layers = layers_to_read(found, area, lambda layer: kind_of_layer(layer) == ("iris_contours", ""))
    for layer in layers:
        frame = read_vector_file(layer.path, "IRIS", layer=layer.name)
        lower = {str(name).lower(): name for name in frame.columns}
        median = matching(lower, known.DECLARED_MEDIAN)
        match = known.DECLARED_MEDIAN.fullmatch(median or "")
        if median is None or match is None:
            continue
        code = next(lower[name] for name in known.IRIS_CODES if name in lower)
        name = next((lower[name] for name in known.IRIS_NAMES if name in lower), code)
        year = known.year_of(match[1])
        spread = [frame[column] for column in range_columns_of(frame.columns, year)]
        rows = [
            PublishedIncome(str(iris), str(label), year, _or_nan(value), range_of([_or_nan(end) for end in ends]))
            for iris, label, value, *ends in zip(frame[code], frame[name], frame[lower[median]], *spread, strict=True)
            if area.holds(commune_of_iris(str(iris)))
        ]
        if rows:
            _write_incomes(rows, folder / INCOMES_FILE)
            note = f"Revenus déclarés de {year}, écrits dans les contours des IRIS."
            return (Converted(folder / INCOMES_FILE, INCOMES_ROLE, len(rows), len(frame) - len(rows), (note,)),)
    return ()


def _is_iris(code: str) -> bool:
    return len(code) == _IRIS_CODE_LENGTH and code[2:].isdigit()


def _median_column(table: Table) -> tuple[str, int | None]:
    """Column of the declared medians, and their year where its name tells it."""
    dated = [
        (known.year_of(match[1]), name)
        for name in table.names
        if (match := known.DECLARED_MEDIAN.fullmatch(name.strip().lower()))
    ]
    if dated:
        year, name = max(dated)
        return name, year
    yearly = table.named(*known.YEARLY_MEDIANS)
    if yearly is None:
        raise InvalidInputError(
            "Ce fichier donne des revenus disponibles, et non les revenus déclarés dont parle le décret",
            where=Location(table.path.name),
            advice="donner celui des revenus déclarés (DEC_MED…, ou RFUCQ2… avant 2012)",
        )
    return yearly, None


def _or_nan(value: object) -> float:
    """Number of a layer, NaN where it has none."""
    return math.nan if value is None else float(value)  # type: ignore[arg-type]


def _value(table: Table, faults: Faults, row: int, code: tuple[str, str], median: tuple[str, str]) -> float | None:
    """Median of a row, NaN where it is not published; None, and a fault noted, where something is wrong."""
    if not _is_iris(code[1]):
        advice = "donner les neuf caractères du code de l'IRIS"
        faults.add("Code d'IRIS mal formé", advice, line=table.line_of(row), column=code[0], value=code[1])
        return None
    return _positive(table, faults, row, median)


def _positive(table: Table, faults: Faults, row: int, cell: tuple[str, str]) -> float | None:
    """Number of a cell (its column, its text), NaN where it is not published; None, and a fault, where it is none."""
    text = cell[1].replace(",", ".")
    if text.lower() in NOT_PUBLISHED:
        return math.nan
    try:
        value = float(text)
    except ValueError:
        value = -1.0
    if not (math.isfinite(value) and value >= 0):
        message, advice = "Revenu qui n'est pas un nombre positif", "télécharger de nouveau le fichier"
        faults.add(message, advice, line=table.line_of(row), column=cell[0], value=cell[1])
        return None
    return value


def _write_incomes(rows: Sequence[PublishedIncome], path: Path) -> None:
    import pyarrow as pa
    import pyarrow.parquet as pq

    years = {row.year for row in rows}
    before = pq.read_table(path).to_pylist() if path.is_file() else []
    kept = [PublishedIncome.of_pack(row) for row in before if row["year"] not in years]
    every = sorted([*kept, *rows], key=lambda row: (row.code, row.year))
    columns = {
        "code": pa.array([row.code for row in every], pa.string()),
        "name": pa.array([row.name for row in every], pa.string()),
        "year": pa.array([row.year for row in every], pa.int64()),
        "median_declared_eur": pa.array([row.median_eur for row in every], pa.float64(), from_pandas=True),
        "range_declared_eur": pa.array([row.range_eur for row in every], pa.float64(), from_pandas=True),
    }
    write_table(pa.table(columns), path)


# --- Median declared income of urban units and of metropolitan France, as published, as `unit_medians.parquet`

UNIT_MEDIANS_FILE, UNIT_MEDIANS_ROLE = "unit_medians.parquet", "unit_medians"
METROPOLITAN = "METRO"
_ZONING_OF_2020_FROM = 2019
"""Year of the incomes from which INSEE gives them by the urban units of 2020; by those of 2010 before."""


def convert_unit_incomes(found: Recognised, data_set: DataSet, folder: Path) -> Converted:
    """Write the medians of every urban unit and of metropolitan France; those of other years are kept.

    Notes
    -----
    Written: code ("METRO" for metropolitan France), name, year, zoning of the units, median_declared_eur, people (NaN
    where the workbook has none), source.

    Raises
    ------
    InvalidInputError
        The incomes are disposable, nothing says what they are, or a median is no positive number.
    """
    if found.family != known.DECLARED:
        what = (
            "des revenus disponibles"
            if found.family == known.DISPOSABLE
            else "des revenus sans dire s'ils sont déclarés"
        )
        raise InvalidInputError(
            f"Ce classeur donne {what}, et non les revenus déclarés dont parle le décret",
            where=Location(found.files[0].name),
            advice="donner celui des revenus déclarés (FILO…_DEC_…, ou RFDU… jusqu'en 2011)",
        )
    tables = [
        next((table for table in tables_of(path) if (kind_of_table(table) or ("", ""))[0] == "unit_income"), None)
        for path in main_files(found.files)
    ]
    rows = {row[0]: row for table in tables if table is not None for row in _unit_rows(table, data_set.source.citation)}
    _write_unit_medians(sorted(rows.values()), folder / UNIT_MEDIANS_FILE)
    notes = (
        () if METROPOLITAN in rows else ("Le revenu médian de la France métropolitaine n'est pas dans ces classeurs.",)
    )
    return Converted(folder / UNIT_MEDIANS_FILE, UNIT_MEDIANS_ROLE, len(rows), 0, notes)


_UnitRow = tuple[str, str, int, int, float, float, str]


def _unit_rows(table: Table, source: str) -> list[_UnitRow]:
    """Code, name, year, zoning, median, people and source of each unit whose median is published."""
    median_column = table.column(matching(table.known, known.UNIT_MEDIAN) or "")
    code_column = table.column(*known.UNIT_INCOME_CODES)
    match = known.UNIT_MEDIAN.fullmatch(median_column.strip().lower())
    year = known.year_of(match[1]) if match else 0
    zoning = 2010 if "2010" in code_column or (year < _ZONING_OF_2020_FROM and "2020" not in code_column) else 2020
    people_column = matching(table.known, known.UNIT_INCOME_PEOPLE)
    people_name = table.column(people_column) if people_column else median_column
    columns = [code_column, table.named(*known.UNIT_INCOME_NAMES) or code_column, median_column, people_name]
    faults, rows = Faults(table.path.name), []
    for row, (code, name, text, people) in enumerate(zip(*table.read(columns), strict=True)):
        metropolitan = known.is_metropolitan(code, name)
        if not metropolitan and not known.is_unit_code(code):
            continue
        value = _positive(table, faults, row, (median_column, text))
        if value is not None and not math.isnan(value):
            count = _positive(table, faults, row, (people_name, people)) if people_column else math.nan
            rows.append(
                (
                    METROPOLITAN if metropolitan else code,
                    name,
                    year,
                    zoning,
                    value,
                    math.nan if count is None else count,
                    source,
                )
            )
    faults.refuse()
    return rows


def _write_unit_medians(rows: Sequence[_UnitRow], path: Path) -> None:
    import pyarrow as pa
    import pyarrow.parquet as pq

    years = {row[2] for row in rows}
    before = pq.read_table(path).to_pylist() if path.is_file() else []
    kept = [tuple(row.values()) for row in before if row["year"] not in years]
    columns = list(zip(*sorted([*kept, *rows], key=lambda row: (row[0], row[2])), strict=True))
    names = ("code", "name", "year", "zoning", "median_declared_eur", "people", "source")
    write_table(pa.table(dict(zip(names, columns, strict=True))), path)


# --- Urban units of INSEE, from the table that says in which one each commune is

UNITS_ROLE = "urban_units"
_NO_UNIT = "000"
"""End of the code that stands for the communes of a département that are in no unit ("01000")."""


@dataclass(frozen=True, slots=True)
class OfficialUrbanUnit:
    """An urban unit.

    Parameters
    ----------
    zoning : year of the zoning (2010, 2020).
    communes : INSEE codes of all its communes, in or out of the area.
    """

    code: str
    name: str
    zoning: int
    communes: tuple[str, ...]


def urban_units_of(found: Recognised, area: Area) -> tuple[OfficialUrbanUnit, ...]:
    """Urban units that have a commune in the area, that with the most communes in it first.

    Raises
    ------
    InvalidInputError
        The table cannot be read or lacks a column.
    """
    table = only_table(found, lambda table: (kind_of_table(table) or ("", ""))[0] == "urban_units")
    unit_column = matching(table.known, known.UNIT_CODE)
    zoning = zoning_of(unit_column or "")
    units: dict[str, OfficialUrbanUnit] = {}
    for commune, code, name in _memberships(table, unit_column or ""):
        before = units.get(code)
        communes = (*before.communes, commune) if before else (commune,)
        units[code] = OfficialUrbanUnit(code, before.name if before else name, zoning, tuple(dict.fromkeys(communes)))
    inside = [unit for unit in units.values() if any(area.holds(commune) for commune in unit.communes)]
    return tuple(sorted(inside, key=lambda unit: (-sum(map(area.holds, unit.communes)), unit.code)))


def convert_urban_units(found: Recognised, area: Area, folder: Path) -> Converted:
    """Write the communes of the urban units that have one in the area: commune, urban unit, its name, zoning."""
    import pyarrow as pa

    units = urban_units_of(found, area)
    if not units:
        raise InvalidInputError(
            "Aucune commune du territoire n'est dans une unité urbaine",
            where=Location(found.files[0].name),
            advice="vérifier les codes des communes : un QPV est dans une unité urbaine",
        )
    rows = [(commune, unit.code, unit.name, unit.zoning) for unit in units for commune in unit.communes]
    commune, code, name, zoning = zip(*sorted(rows), strict=True)
    path = folder / f"urban_units_{units[0].zoning}.parquet"
    write_table(pa.table({"commune": commune, "uu": code, "name": name, "zoning": zoning}), path)
    return Converted(path, UNITS_ROLE, len(rows), 0)


def _memberships(table: Table, unit_column: str) -> Iterable[tuple[str, str, str]]:
    """Commune, code and name of the urban unit of each commune that is in one."""
    name = matching(table.known, known.UNIT_NAME) or unit_column
    status = matching(table.known, known.UNIT_STATUS) or unit_column
    columns = [table.column(*known.UNIT_COMMUNES), *(table.column(column) for column in (unit_column, name, status))]
    for commune, code, label, standing in zip(*table.read(columns), strict=True):
        if commune and code and standing != known.OUTSIDE_UNITS and not code.endswith(_NO_UNIT):
            yield commune_of(commune), code, label
