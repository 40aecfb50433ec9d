"""A territory's pack: what it holds, read; made, published, taken out; the people counted in its quarters."""

from __future__ import annotations

import csv
import dataclasses
import re
import shutil
import tempfile
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import repeat
from math import isnan
from typing import TYPE_CHECKING

import numpy as np

from geoville.carroyage.cell_id import encode_ids, parse_cell_ids
from geoville.carroyage.grid import CELL_SIZE_M, cell_squares
from geoville.carroyage.lattice import find_keys, place_keys
from geoville.crs import GRID_CRS, WGS84, commune_of, transform_geometry, transform_points
from geoville.errors import DataUnavailableError, InvalidInputError, Location, UnknownTerritoryError
from geoville.french import refusal
from geoville.law import IncomeReference
from geoville.model import CELL_PEOPLE, CELL_PEOPLE_SOURCE, POPULATION, POPULATION_SOURCE, AddressList, Kind
from geoville.perimeters.areas import PopulatedCells
from geoville.sources.additions import (
    ADDRESSES,
    Addition,
    added_address_lists,
    added_perimeters,
    added_places,
    list_additions,
)
from geoville.sources.addresses import read_addresses, read_places
from geoville.sources.files import embedded_data, is_device, replacing, sha256_of, user_data
from geoville.sources.manifest import (
    MANIFEST,
    NATIONAL,
    Manifest,
    PackFile,
    lacking,
    manifest_text,
    missing,
    read_manifest,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Mapping
    from pathlib import Path

    import pyarrow as pa
    from numpy.typing import NDArray
    from shapely.geometry.base import BaseGeometry

    from geoville.carroyage.grid import Grid
    from geoville.model import Address, Perimeter


# --- Small tables of a territory pack: communes, cells, incomes of IRIS. Their checksums are verified before


SMALL_TABLE_BYTES = 1_000_000
"""Size up to which a CSV table is read without pyarrow."""


@dataclass(frozen=True, eq=False, slots=True)
class CellTable:
    """Commune and IRIS of the centre of each cell of one CRS, in order of (northing, easting).

    Parameters
    ----------
    northing, easting : (n,) int64, metres in `epsg`: south-west corners.
    commune, iris : (n,) INSEE codes as text.
    """

    epsg: int
    northing: NDArray[np.int64]
    easting: NDArray[np.int64]
    commune: NDArray[np.str_]
    iris: NDArray[np.str_]

    def zones_of(self, grid: Grid) -> tuple[NDArray[np.str_], NDArray[np.str_]]:
        """Commune and IRIS of each cell of a grid: two (n,) arrays of text, empty where the cell is not known."""
        if grid.epsg != self.epsg or not len(self.commune):
            return np.full(len(grid), "", self.commune.dtype), np.full(len(grid), "", self.iris.dtype)
        wanted, among = (place_keys(cells.easting, cells.northing) for cells in (grid, self))
        found = find_keys(wanted, among)
        known = found >= 0
        return np.where(known, self.commune[found], ""), np.where(known, self.iris[found], "")

    def take(self, rows: NDArray[np.intp]) -> CellTable:
        """Some cells, in the order given."""
        return CellTable(self.epsg, self.northing[rows], self.easting[rows], self.commune[rows], self.iris[rows])

    def bounds(self, epsg: int) -> tuple[float, float, float, float]:
        """Bounding box of all cells in another CRS: (west, south, east, north)."""
        easting = np.concatenate([self.easting + shift for shift in (0, 0, CELL_SIZE_M, CELL_SIZE_M)]).astype(float)
        northing = np.concatenate([self.northing + shift for shift in (0, CELL_SIZE_M, 0, CELL_SIZE_M)]).astype(float)
        first, second = transform_points(easting, northing, self.epsg, epsg)
        return float(first.min()), float(second.min()), float(first.max()), float(second.max())


def read_cells(path: Path) -> CellTable:
    """Read the table "cell → commune and IRIS of its centre", CSV or Parquet, whatever the order of its rows.

    Raises
    ------
    DataUnavailableError
        The table lacks a column, holds no cell, or cells of several CRS.
    """
    ids, commune, iris = _cell_columns(path)
    epsg, northing, easting = parse_cell_ids(ids)
    if len(epsg) == 0 or epsg[0] == 0 or (epsg != epsg[0]).any():
        raise _unusable(path, "ne contient pas que des carreaux d'un même système de coordonnées")
    table = CellTable(int(epsg[0]), northing, easting, commune, iris)
    keys = place_keys(easting, northing)
    return table if (keys[1:] > keys[:-1]).all() else table.take(np.unique(keys, return_index=True)[1])


def _cell_columns(path: Path) -> tuple[NDArray[np.bytes_], NDArray[np.str_], NDArray[np.str_]]:
    """Identifiers, communes and IRIS of a table of cells; a town's needs no pyarrow, which is slow to load."""
    names = ("idcar_200m", "commune", "iris")
    if path.suffix == ".csv" and path.stat().st_size <= SMALL_TABLE_BYTES:
        ids, *codes = _texts(path, names)
        commune, iris = (np.array(column or [""], dtype=np.str_)[: len(ids)] for column in codes)
        return encode_ids(ids), commune, iris
    from geoville.sources.grids import fixed_width_ids

    column, *coded = _columns(path, names)
    commune, iris = (_codes(codes) for codes in coded)
    return fixed_width_ids(column), commune, iris


def read_communes(path: Path) -> dict[str, str]:
    """Read the names of communes by INSEE code, from CSV or Parquet."""
    codes, names = _columns(path, ("code", "name"))
    return dict(zip(codes.to_pylist(), names.to_pylist(), strict=True))


def read_iris_figures(path: Path, year: int) -> tuple[dict[str, float], dict[str, float]]:
    """Median declared income per UC of one year, and its interquartile range, euros, by IRIS; those published only.

    Notes
    -----
    A pack without the column `range_declared_eur`, as the first versions wrote them, has no ranges.
    """
    has_ranges = "range_declared_eur" in _column_names(path)
    wanted = ("code", "year", "median_declared_eur", *(["range_declared_eur"] if has_ranges else []))
    codes, years, *figures = _columns(path, wanted)
    asked = [str(of_row) == str(year) for of_row in years.to_pylist()]
    medians, *ranges = (_figures(path, codes, asked, column) for column in figures)
    return medians, ranges[0] if ranges else {}


def _figures(path: Path, codes: pa.ChunkedArray, asked: list[bool], column: pa.ChunkedArray) -> dict[str, float]:
    rows = zip(codes.to_pylist(), column.to_pylist(), asked, strict=True)
    try:
        known = {code: float(value) for code, value, wanted in rows if wanted and value not in (None, "")}
    except ValueError as error:
        raise _unusable(path, "a un revenu médian qui n'est pas un nombre") from error
    return {code: value for code, value in known.items() if not isnan(value)}


def read_iris_years(path: Path) -> tuple[int, ...]:
    """Read the years that a table of incomes of IRIS has, in order."""
    import pyarrow.compute as pc

    (years,) = _columns(path, ("year",))
    try:
        return tuple(sorted(int(year) for year in pc.unique(years).to_pylist()))
    except (TypeError, ValueError) as error:
        raise _unusable(path, "a une année qui n'est pas un nombre") from error


def read_iris_names(path: Path) -> dict[str, str]:
    """Read the names of IRIS by code, from CSV or Parquet."""
    return read_communes(path)


def read_urban_units(path: Path) -> dict[str, str]:
    """Read the urban unit of each commune, by INSEE code."""
    communes, units = _columns(path, ("commune", "uu"))
    return dict(zip(communes.to_pylist(), units.to_pylist(), strict=True))


def read_unit_incomes(path: Path) -> dict[str, IncomeReference]:
    """Read the reference incomes of urban units: published and so verified, else estimated by geoville."""
    from pyarrow import parquet

    names = ("uu", "national_eur", "rmuc_eur", "population", "year", "source")
    rows = zip(*(column.to_pylist() for column in _columns(path, names)), strict=True)
    says = "verified" in parquet.read_schema(path).names  # packs made before they were published do not say
    verified = iter(_columns(path, ("verified",))[0].to_pylist()) if says else repeat(object=False)
    return {
        unit: IncomeReference(national, rmuc, population, year, verified=next(verified), source=source)
        for unit, national, rmuc, population, year, source in rows
    }


def read_outlines(path: Path) -> tuple[tuple[str, ...], list[BaseGeometry]]:
    """Read the outlines of a GeoParquet layer by their column `code`, in its order, in WGS84."""
    import geopandas

    frame = geopandas.read_parquet(path, columns=["code", "geometry"]).dropna(subset=["geometry"]).sort_values("code")
    epsg = frame.crs.to_epsg()
    return tuple(frame["code"]), [transform_geometry(shape, epsg, WGS84) for shape in frame.geometry]


def layer_shapes(path: Path, epsg: int) -> NDArray[np.object_] | None:
    """Shapes of a GeoParquet layer in a CRS; None where it has none."""
    import geopandas
    from pyarrow import parquet

    if path.suffix != ".parquet" or b"geo" not in (parquet.read_schema(path).metadata or {}):
        return None
    shapes = geopandas.read_parquet(path, columns=["geometry"]).geometry.dropna()
    return None if shapes.empty else np.array(shapes.to_crs(epsg).to_numpy(), dtype=object)


def layer_bounds(path: Path) -> tuple[float, float, float, float] | None:
    """West, south, east, north of the shapes of a GeoParquet layer, degrees; None where it has none."""
    import shapely

    shapes = layer_shapes(path, WGS84)
    if shapes is None:
        return None
    west, south, east, north = shapely.total_bounds(shapes).tolist()
    return west, south, east, north


def _columns(path: Path, names: tuple[str, ...]) -> list[pa.ChunkedArray]:
    """Columns of a CSV file, as text, or of a Parquet file."""
    import pyarrow as pa
    from pyarrow import csv as arrow_csv
    from pyarrow import parquet

    try:
        if path.suffix == ".parquet":
            table = parquet.read_table(path, columns=list(names))
        else:
            types = dict.fromkeys(names, pa.string())
            options = arrow_csv.ConvertOptions(include_columns=names, column_types=types)
            table = arrow_csv.read_csv(path, convert_options=options)
        return [table[name] for name in names]
    except (pa.ArrowException, KeyError, OSError) as error:
        raise _unusable(path, "est illisible ou n'a pas toutes ses colonnes") from error


def _column_names(path: Path) -> list[str]:
    """Names of the columns of a CSV or Parquet file."""
    import pyarrow as pa
    from pyarrow import parquet

    try:
        if path.suffix == ".parquet":
            return list(parquet.read_schema(path).names)
        with path.open(encoding="utf-8", newline="") as stream:
            return next(csv.reader(stream), [])
    except (pa.ArrowException, ValueError, OSError, csv.Error) as error:
        raise _unusable(path, "est illisible ou n'a pas toutes ses colonnes") from error


def _texts(path: Path, names: tuple[str, ...]) -> list[list[str]]:
    """Columns of a small CSV file, as text."""
    try:
        with path.open(encoding="utf-8", newline="") as stream:
            header, *rows = [row for row in csv.reader(stream, strict=True) if row]
        if any(len(row) != len(header) for row in rows):
            raise _unusable(path, "a une ligne incomplète")
        return [[row[place] for row in rows] for place in map(header.index, names)]
    except (OSError, ValueError, csv.Error) as error:
        raise _unusable(path, "est illisible ou n'a pas toutes ses colonnes") from error


def _codes(column: pa.ChunkedArray) -> NDArray[np.str_]:
    """Codes as text, empty where there is none. Each distinct code becomes text once: cells are millions, codes few."""
    import pyarrow as pa
    import pyarrow.compute as pc

    coded = pc.fill_null(column.cast(pa.string()), "").combine_chunks().dictionary_encode()
    distinct = np.array(coded.dictionary.to_pylist() or [""], dtype=np.str_)
    codes: NDArray[np.str_] = distinct[coded.indices.to_numpy()]
    return codes


def _unusable(path: Path, what: str) -> DataUnavailableError:
    return DataUnavailableError(
        f"Une table du territoire {what}",
        where=Location(str(path)),
        advice="refaire le territoire, ou réinstaller geoville",
    )


_NAME = re.compile(r"[a-z0-9-]{1,64}")
_SCHOOL_OF_BPE = re.compile(r"C[123]\d\d")
"""Types of equipment of the BPE that are schools, collèges and lycées."""

URBAN_UNITS, UNIT_INCOMES = "urban_units", "unit_incomes"
"""Roles of the tables of a pack that spans several urban units."""

EMBEDDED_LIST = "la liste embarquée"


@dataclass(frozen=True)
class Pack:
    """A territory pack, with what the user added to it. Files are read, and their checksums verified, when asked for.

    Parameters
    ----------
    manifest : what `territory.toml` says.
    version : of a pack of the user; None for one that is embedded.
    """

    manifest: Manifest
    version: int | None = None

    @property
    def name(self) -> str:
        """Name on the command line ("calais")."""
        return self.manifest.name

    @property
    def designation(self) -> str:
        """Name that opens this very version: "calais", "roubaix@2"."""
        return self.name if self.version is None else f"{self.name}{VERSION_MARK}{self.version}"

    @property
    def folder(self) -> Path:
        """Folder of the manifest and of the files."""
        return embedded_data() / self.name if self.version is None else packs_folder() / self.name / str(self.version)

    @property
    def title(self) -> str:
        """French name for the user."""
        return self.manifest.title

    @property
    def epsg(self) -> int:
        """EPSG code of the projected CRS in which the territory is measured."""
        return self.manifest.epsg

    @property
    def default_vintage(self) -> int:
        """Vintage of the grid used when none is asked for; DataUnavailableError where the pack has no grid."""
        vintage = self.manifest.default_vintage or max(self.grids, default=None)
        if vintage is None:
            raise missing("grid", self.name)
        return vintage

    @property
    def income_reference(self) -> IncomeReference | None:
        """Medians that the decree's threshold is made of; None where nobody gave them."""
        return self.manifest.income_reference

    @cached_property
    def unit_references(self) -> dict[str, IncomeReference]:
        """Reference incomes of each urban unit of a pack of several, estimated by geoville; none where it has one."""
        files = self._files(UNIT_INCOMES)
        return {unit: found for file in files for unit, found in read_unit_incomes(file.checked_path()).items()}

    @cached_property
    def unit_of_commune(self) -> dict[str, str]:
        """Urban unit of each commune, in the latest zoning that the pack has."""
        files = sorted(self._files(URBAN_UNITS), key=lambda file: file.path.name)
        return read_urban_units(files[-1].checked_path()) if files else {}

    @property
    def urban_unit_communes(self) -> frozenset[str]:
        """INSEE codes of the communes of the urban unit; none where the pack does not say it."""
        return frozenset(self.manifest.urban_unit.communes if self.manifest.urban_unit else ())

    @property
    def additions(self) -> tuple[Addition, ...]:
        """Files that the user added, in the order of their identifiers."""
        return list_additions(self.name)

    @property
    def grids(self) -> dict[int, PackFile]:
        """Grids of the pack by vintage."""
        return {file.grid_vintage: file for file in self._files("grid") if file.grid_vintage is not None}

    def grid_path(self, vintage: int | None = None) -> Path:
        """Path of a grid, the default vintage unless one is asked for.

        Raises
        ------
        InvalidInputError
            The pack has grids, and none of that vintage.
        DataUnavailableError
            The pack has no grid.
        """
        grids = self.grids
        file = grids.get(self.default_vintage if vintage is None or not grids else vintage)
        if file is None:
            years = ", ".join(str(year) for year in sorted(grids))
            raise InvalidInputError(f"Pas de grille {vintage} ({self.title})", advice=f"demander l'une de : {years}")
        return file.checked_path()

    def grid_checksums(self) -> dict[str, int]:
        """Vintage of each grid of the pack by its sha256, to recognise a grid whatever its name."""
        return {file.source.sha256: year for year, file in self.grids.items() if file.source.sha256}

    @cached_property
    def communes(self) -> dict[str, str]:
        """Names of the communes by INSEE code; none where the pack does not have them."""
        return {
            code: name for file in self._files("communes") for code, name in read_communes(file.checked_path()).items()
        }

    @cached_property
    def cells(self) -> CellTable:
        """Commune and IRIS of the centre of every cell of the pack's grids; DataUnavailableError where it has none."""
        return read_cells(self.file("cells").checked_path())

    @cached_property
    def quarter_people(self) -> tuple[CountedQuarter, ...]:
        """People of the cells of official quarters, as counted when the pack was built; none where it was not."""
        files = self._files(QUARTER_PEOPLE)
        return tuple(item for file in files for item in read_quarter_people(file.checked_path()))

    @cached_property
    def published_people(self) -> dict[str, tuple[int, str]]:
        """Municipal population of quarters, and the census that counts them, in the tables that were fetched."""
        return {
            code: (people, census)
            for file in self._files("quarter_population")
            for code, people, census in zip(
                *(column.to_pylist() for column in _columns(file.checked_path(), ("code", "population", "census"))),
                strict=True,
            )
        }

    @cached_property
    def iris_names(self) -> dict[str, str]:
        """Names of the IRIS by code, those whose incomes or contours the pack has; contours, which name all, decide.

        A table of incomes may name an IRIS by its code (INSEE's have no LIBIRIS since 2020): that is no name.
        """
        files = (*self._files("iris_income"), *self._files("iris"))
        named = (item for file in files for item in read_iris_names(file.checked_path()).items())
        return {code: name for code, name in named if name and name != code}

    @cached_property
    def extent(self) -> tuple[float, float, float, float] | None:
        """Bounding box of the territory: (west, south, east, north), degrees, WGS84; None where nothing tells it."""
        if self.manifest.extent or not self.has("cells"):
            return self.manifest.extent
        return self.cells.bounds(WGS84)

    @cached_property
    def latest_zoning(self) -> int | None:
        """Year of the zoning that `unit_of_commune` reads; None where the pack has none."""
        files = sorted(self._files(URBAN_UNITS), key=lambda file: file.path.name)
        return int(_columns(files[-1].checked_path(), ("zoning",))[0][0].as_py()) if files else None

    @cached_property
    def iris_years(self) -> tuple[int, ...]:
        """Years of the incomes by IRIS of the pack, in order."""
        years = {year for file in self._files("iris_income") for year in read_iris_years(file.checked_path())}
        return tuple(sorted(years))

    @property
    def iris_year(self) -> int | None:
        """Latest year of the incomes by IRIS of the pack; None where it has none."""
        return max(self.iris_years, default=None)

    def iris_medians(self, year: int) -> dict[str, float]:
        """Median declared income per UC, euros of that year, by IRIS; those that publish none are left out."""
        return self.iris_figures(year)[0]

    def iris_figures(self, year: int) -> tuple[dict[str, float], dict[str, float]]:
        """Those medians, and interquartile ranges, likewise; a range may be missing where the median is there."""
        medians: dict[str, float] = {}
        ranges: dict[str, float] = {}
        for file in self._files("iris_income"):
            some, spread = read_iris_figures(file.checked_path(), year)
            medians |= some
            ranges |= spread
        return medians, ranges

    def address_list(self) -> AddressList:
        """Addresses and places of the pack and of the user, those of an index apart (`address_index`).

        A list that the user says complete replaces the pack's addresses; places are kept.
        """
        added = added_address_lists(self.name)
        complete = [item for item in added if item.complete]
        used = complete or [*self._listed_addresses(), *added]
        name = " et ".join(item.name for item in used) or "celle des lieux du territoire"
        addresses = [address for item in used for address in item.addresses]
        return AddressList((*addresses, *self.places()), bool(complete) or any(item.complete for item in used), name)

    @property
    def address_index(self) -> Path | None:
        """Index that holds the pack's addresses; None where they are in a list, missing, or replaced by the user's."""
        if any(item.complete for item in self.additions if item.kind == ADDRESSES):
            return None
        return next((file.indexed_path() for file in self._files("addresses") if _is_index(file)), None)

    def check_indexes(self) -> None:
        """Read the whole of the indexes of addresses, to see that no bit of them has changed.

        Raises
        ------
        DataUnavailableError
            One has.
        """
        for file in self._files("addresses"):
            if _is_index(file) and file.source.sha256 is not None:
                file.checked_path()

    def places(self) -> tuple[Address, ...]:
        """Named places of the pack and of the user.

        The directory of schools, where the pack has it, names them: those of the BPE, which does not, are left out.
        """
        shipped = [place for file in self._files("places") for place in read_places(file.checked_path())]
        schools = [place for file in self._files("schools") for place in read_places(file.checked_path())]
        if schools:
            shipped = [place for place in shipped if not _SCHOOL_OF_BPE.fullmatch(place.category)]
        return (*shipped, *schools, *added_places(self.name))

    def perimeters(self, kinds: Collection[Kind] = tuple(Kind)) -> tuple[Perimeter, ...]:
        """Perimeters known of the territory: the user's, then the pack's, then official QPV that neither has.

        Parameters
        ----------
        kinds : those wanted; files of others are not read.

        Notes
        -----
        Of the quarters that geoville carries, those of the territory's communes and those within 500 m of its ground:
        they are drawn, listed, compared. An answer to an address looks at those of the whole country.
        """
        carried = self._carried_quarters if Kind.QPV in kinds else ()
        return with_published_people(each_once((*self.own_perimeters(kinds), *carried)), self.published_people)

    @cached_property
    def _carried_quarters(self) -> tuple[Perimeter, ...]:
        from geoville.eligibility.index import NEARBY_M
        from geoville.sources.national import TerritoryGround, national_layer

        communes = frozenset(map(commune_of, self.manifest.communes))
        ground = TerritoryGround(self.epsg, communes, self.extent, self._ground_shapes)
        return national_layer().quarters_of(ground, NEARBY_M)  # those that an answer in the territory may list

    def _ground_shapes(self) -> NDArray[np.object_] | None:
        """Polygons of the territory's cells, else of the first of its layers that has shapes; None for the country."""
        if self.manifest.scope == NATIONAL:
            return None
        if self.has("cells"):
            cells = self.cells
            return cell_squares(cells.easting, cells.northing, cells.epsg, self.epsg)
        layers = (file.checked_path() for role in _PLACED_ROLES for file in self._files(role))
        return next((shapes for path in layers if (shapes := layer_shapes(path, self.epsg)) is not None), None)

    def own_perimeters(self, kinds: Collection[Kind] = tuple(Kind)) -> tuple[Perimeter, ...]:
        """Perimeters that the user added to the territory, then those of the pack."""
        from geoville.sources.contours import read_perimeters

        shipped = [
            perimeter
            for file in self.manifest.files
            if file.role in {*kinds}
            for perimeter in read_perimeters(file.checked_path(), kind=Kind(file.role)).cited(file.source)
        ]
        added = (item for item in added_perimeters(self.name) if item.kind in kinds)
        return each_once((*added, *shipped))

    def layer_paths(self, kind: Kind) -> tuple[Path, ...]:
        """Files of a kind of perimeters; DataUnavailableError where the pack has none."""
        self.file(kind)
        return tuple(file.checked_path() for file in self._files(kind))

    def has(self, role: str) -> bool:
        """Whether the pack has a file of that role."""
        return bool(self._files(role))

    def file(self, role: str) -> PackFile:
        """First file of a role.

        Raises
        ------
        DataUnavailableError
            The pack has none; says which command brings it.
        """
        for file in self._files(role):
            return file
        if self.version is None:  # an embedded pack is not fetched
            advice = f"en ajouter avec « geoville data add FICHIER --kind {role} --territory {self.name} »"
            raise DataUnavailableError(lacking(role, self.name), advice=advice)
        raise missing(role, self.name)

    def _files(self, role: str) -> tuple[PackFile, ...]:
        return tuple(file for file in self.manifest.files if file.role == role)

    def _listed_addresses(self) -> list[AddressList]:
        return [
            read_addresses(file.checked_path(), complete=file.complete, name=EMBEDDED_LIST)
            for file in self._files("addresses")
            if not _is_index(file)
        ]


def open_pack(name: str) -> Pack:
    """Open a territory pack by name: an embedded one, or a version of one of the user's ("roubaix", "roubaix@1").

    Raises
    ------
    UnknownTerritoryError
        No pack has that name.
    """
    folder = embedded_data() / name
    if _NAME.fullmatch(name) and (folder / MANIFEST).is_file():
        return Pack(read_manifest(folder))
    found = version_folder(name)
    if found is None:
        known = ", ".join(territory.name for territory in list_territories())
        raise UnknownTerritoryError("Ce territoire est inconnu", advice=f"territoires connus : {known}")
    folder, version = found
    return Pack(read_manifest(folder), version)


def list_territories() -> tuple[Pack, ...]:
    """Every pack, by name, the user's in the version that answers. A user's pack that cannot be read is left out."""
    manifests = embedded_data().glob(f"*/{MANIFEST}")
    found = [Pack(read_manifest(path.parent)) for path in manifests]
    for name in pack_names():
        with suppress(DataUnavailableError):  # a damaged pack takes nothing from the others; opened, it says so
            found.append(open_pack(name))
    return tuple(sorted(found, key=lambda territory: territory.name))


def _is_index(file: PackFile) -> bool:
    return file.path.suffix == ".sqlite"


# --- Packs of the user on disk: built aside, published whole as a new version, taken out

_REMOVED = ".removed-"
_PLACED_ROLES = ("communes", "iris", "qpv")


def building_folder(name: str) -> Path:
    """Folder where the next version of a pack is made, created where it is missing.

    What it holds is kept from one run to the next, so that an interrupted one goes on. One process at a time.

    Raises
    ------
    InvalidInputError
        The pack cannot have that name, or the folder cannot be made.
    """
    check_pack_name(name)
    folder = packs_folder() / name / BUILDING
    _doing("créer", folder, lambda: folder.mkdir(parents=True, exist_ok=True))
    return folder


def publish(draft: Manifest, folder: Path) -> Pack:
    """Make a folder of files the next version of a pack, the one that answers from then on.

    Parameters
    ----------
    draft : what the manifest will say; its files get their checksums and sizes here, and the pack its extent.
    folder : on the same disk as the packs of the user (`building_folder`); it holds the files, and is moved whole.

    Raises
    ------
    InvalidInputError
        The pack cannot have that name, a file of the draft is not in the folder, a text cannot be written in a
        manifest, or the disk refuses.

    Notes
    -----
    Killed between any two steps, it leaves the version that answered before: the new one appears by one renaming, and
    `current` is replaced by another. Nothing needs a lock: of several processes that publish at once each gets a number
    of its own, and each tells the highest to answer, until no higher one has appeared.
    """
    check_pack_name(draft.name)
    manifest = _completed(draft, folder)
    with replacing(folder / MANIFEST) as beside:
        beside.write_text(manifest_text(manifest), encoding="utf-8", newline="\n")
    version = _move_to_next_version(folder, draft.name)
    _answer_from_the_latest(draft.name)
    _forget_what_is_not_listed(version, manifest)
    return open_pack(f"{draft.name}@{version.name}")


def list_packs() -> tuple[str, ...]:
    """Names of the packs of the user, in order."""
    return pack_names()


def remove_pack(name: str, version: int | None = None) -> None:
    """Take out a version of a pack, or the whole pack with what was being built. What the user added to it is kept.

    Raises
    ------
    UnknownTerritoryError
        There is no such pack or version.
    """
    known = versions(name)
    if not known or (version is not None and version not in known):
        listed = ", ".join([*pack_names()] if not known else [f"{name}@{number}" for number in known]) or "aucun"
        raise UnknownTerritoryError(
            "Aucun territoire ajouté ne porte ce nom" if not known else "Cette version du territoire n'existe pas",
            advice=f"territoires ajoutés : {listed}",
        )
    pack = packs_folder() / name
    if version is None or known == (version,):
        _discard(pack)
        return
    if version == current_version(name):
        _write_current(pack, max(number for number in known if number != version))
    _discard(pack / str(version))


def _completed(draft: Manifest, folder: Path) -> Manifest:
    """The draft with the checksums and sizes of its files, and its extent."""
    files = tuple(_measured(file, folder) for file in draft.files)
    return dataclasses.replace(draft, files=files, extent=draft.extent or _extent(files))


def _measured(file: PackFile, folder: Path) -> PackFile:
    path = folder / file.path.name
    if path.name == MANIFEST or not path.is_file():
        raise InvalidInputError(
            "Un fichier du territoire à publier n'est pas dans son dossier", where=Location(str(file.path))
        )
    source = dataclasses.replace(file.source, sha256=sha256_of(path))
    return dataclasses.replace(file, path=path, source=source, size_bytes=path.stat().st_size)


def _extent(files: tuple[PackFile, ...]) -> tuple[float, float, float, float] | None:
    """Bounding box of a pack, computed once for all: of a country it takes seconds.

    That of its cells, else of the first of its layers that has shapes; None where nothing is placed.
    """
    paths = {file.role: file.path for file in reversed(files)}
    if "cells" in paths:
        return read_cells(paths["cells"]).bounds(WGS84)
    found = (layer_bounds(paths[role]) for role in _PLACED_ROLES if role in paths)
    return next((bounds for bounds in found if bounds), None)


def _move_to_next_version(folder: Path, name: str) -> Path:
    """Move a folder to the first number after those taken, its own even among other processes."""
    pack = packs_folder() / name
    _doing("créer", pack, lambda: pack.mkdir(parents=True, exist_ok=True))
    number = max(versions(name), default=0) + 1
    while True:
        target = pack / str(number)
        if not target.exists():
            try:
                return folder.rename(target)  # refused where the target exists by now: a version is never empty
            except OSError as error:
                if not target.exists():
                    raise _refused("publier", folder, error) from error
        number += 1


def _answer_from_the_latest(name: str) -> None:
    """Name the latest version in `current`, until it is the latest: another process may publish meanwhile."""
    pack = packs_folder() / name
    while (latest := max(versions(name), default=None)) is not None:
        _write_current(pack, latest)
        if max(versions(name), default=None) == latest:
            return


def _write_current(pack: Path, version: int) -> None:
    with replacing(pack / CURRENT) as beside:
        beside.write_text(f"{version}\n", encoding="ascii", newline="\n")


def _forget_what_is_not_listed(folder: Path, manifest: Manifest) -> None:
    """Remove from a version what only served to build it."""
    kept = {MANIFEST, *(file.path.name for file in manifest.files)}
    for path in folder.iterdir():
        if path.name not in kept:
            shutil.rmtree(path, ignore_errors=True) if path.is_dir() else path.unlink(missing_ok=True)


def _discard(folder: Path) -> None:
    """Remove a folder: it leaves by one renaming, then its files go; what an earlier removal left goes with them."""
    away = tempfile.mkdtemp(dir=packs_folder(), prefix=_REMOVED)
    _doing("retirer", folder, lambda: folder.rename(f"{away}/{folder.name}"))
    for removed in packs_folder().glob(f"{_REMOVED}*"):
        shutil.rmtree(removed, ignore_errors=True)


def _doing(what: str, folder: Path, act: Callable[[], object]) -> None:
    try:
        act()
    except OSError as error:
        raise _refused(what, folder, error) from error


def _refused(what: str, folder: Path, error: OSError) -> InvalidInputError:
    return InvalidInputError(
        f"Impossible de {what} le dossier « {folder} » ({refusal(error)})",
        advice="vérifier les droits d'accès et la place sur le disque, et qu'aucun autre travail ne s'en sert",
    )


# --- Which of several perimeters of the same quarter counts: nothing is held, listed or drawn twice

_ROUNDING_M = 0.01


def each_once(perimeters: Iterable[Perimeter]) -> tuple[Perimeter, ...]:
    """Perimeters without those that another, before them, stands for.

    An official QPV stands for every other of its code and generation; anything else, for what is the same in all: kind,
    code, name, and contour to the centimetre.
    """
    kept: dict[tuple[object, ...], list[Perimeter]] = {}
    for item in perimeters:
        is_official = item.kind is Kind.QPV and not item.estimated
        alike = kept.setdefault((item.kind, item.code, item.generation, *(() if is_official else _details(item))), [])
        if not alike or not (is_official or any(_same_contour(item, other) for other in alike)):
            alike.append(item)
    return tuple(item for alike in kept.values() for item in alike)


def _details(item: Perimeter) -> tuple[object, ...]:
    return item.name, item.estimated, item.epsg, item.valid_from, item.valid_to


def _same_contour(one: Perimeter, other: Perimeter) -> bool:
    """Whether two contours differ by the rounding of coordinates alone."""
    return bool(one.geometry.normalize().equals_exact(other.geometry.normalize(), _ROUNDING_M))


# --- Where the packs of the user lie: `packs/<name>/<version>/`, and a file `current` that names the one that answers

CURRENT = "current"
BUILDING = ".building"
VERSION_MARK = "@"
"""Between a name and a version: "roubaix@2"."""

_PACK_NAME = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,62}[a-z0-9])?")
_VERSION = re.compile(r"[1-9][0-9]{0,8}")
"""Names that Windows keeps for devices."""


def check_pack_name(name: str) -> None:
    """Refuse a name that a pack of the user cannot have.

    Raises
    ------
    InvalidInputError
        Other characters than a-z, 0-9 and inner hyphens, a name that Windows reserves, or that of an embedded pack.
    """
    if not _PACK_NAME.fullmatch(name) or is_device(name):
        raise InvalidInputError(
            "Ce nom de territoire n'est pas possible",
            where=Location(value=name),
            advice="le composer de lettres minuscules sans accent, de chiffres et de traits d'union (« saint-denis »)",
        )
    if (embedded_data() / name / MANIFEST).is_file():
        raise InvalidInputError(
            f"Le territoire « {name} » est livré avec geoville", advice="choisir un autre nom pour le vôtre"
        )


def packs_folder() -> Path:
    """Folder of the packs of the user."""
    return user_data() / "packs"


def pack_names() -> tuple[str, ...]:
    """Names of the packs that have a version, in order."""
    names = (path.name for path in packs_folder().glob("*") if _PACK_NAME.fullmatch(path.name))
    return tuple(sorted(name for name in names if versions(name)))


def versions(name: str) -> tuple[int, ...]:
    """Versions of a pack, the oldest first; none where no pack has that name."""
    if not _PACK_NAME.fullmatch(name):
        return ()
    whole = (path.parent.name for path in (packs_folder() / name).glob(f"*/{MANIFEST}"))
    return tuple(sorted(int(version) for version in whole if _VERSION.fullmatch(version)))


def current_version(name: str) -> int | None:
    """The version that answers: the one that `current` names, else the latest; None where there is none."""
    known = versions(name)
    try:
        said = (packs_folder() / name / CURRENT).read_text(encoding="ascii").strip()
    except (OSError, UnicodeDecodeError):  # the very first version, published by a process killed before it said so
        said = ""
    if _VERSION.fullmatch(said) and int(said) in known:
        return int(said)
    return max(known, default=None)


def version_folder(designation: str) -> tuple[Path, int] | None:
    """Folder and number of the version that "roubaix" or "roubaix@1" designates; None where there is none."""
    name, mark, asked = designation.partition(VERSION_MARK)
    if not mark:
        version = current_version(name)
    else:
        version = int(asked) if _VERSION.fullmatch(asked) and int(asked) in versions(name) else None
    return None if version is None else (packs_folder() / name / str(version), version)


# --- People of the cells of official quarters, counted once when a pack is built, so that no answer reads a grid

QUARTER_PEOPLE = "quarter_people"
"""Role of the table in a pack."""

_COLUMNS = ("code", "people", "vintage", "area_m2")
_SAME_AREA_M2 = 1.0
"""Areas are written to the square metre: more than that apart, the contour is not the one that was counted."""


@dataclass(frozen=True, slots=True)
class CountedQuarter:
    """What the cells of one vintage count in one contour of an official quarter.

    Parameters
    ----------
    people : by share of the area of the cells, rounded.
    vintage : of the grid.
    area_m2 : of the contour, in its projected CRS, to the square metre.
    """

    code: str
    people: int
    vintage: int
    area_m2: int


def count_quarters(perimeters: Iterable[Perimeter], grid: Grid) -> tuple[CountedQuarter, ...]:
    """People of each QPV of the grid's territory, by share of the area of its cells; those without any are left out."""
    epsg = GRID_CRS[grid.epsg]
    cells = PopulatedCells(cell_squares(grid.easting, grid.northing, grid.epsg, epsg), grid.people)
    counted = (
        CountedQuarter(item.code, round(cells.people_in(item.geometry)), grid.vintage, round(float(item.geometry.area)))
        for item in perimeters
        if item.kind is Kind.QPV and item.epsg == epsg
    )
    return tuple(item for item in counted if item.people)


def write_quarter_people(counted: Iterable[CountedQuarter], path: Path) -> None:
    """Write the table, in the order of the codes."""
    ordered = sorted(counted, key=lambda item: item.code)
    with replacing(path) as beside, beside.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream, lineterminator="\n")
        writer.writerow(_COLUMNS)
        writer.writerows((item.code, item.people, item.vintage, item.area_m2) for item in ordered)


def read_quarter_people(path: Path) -> tuple[CountedQuarter, ...]:
    """Read the table.

    Raises
    ------
    DataUnavailableError
        It cannot be read, lacks a column or holds something that is not a number.
    """
    try:
        with path.open(encoding="utf-8", newline="") as stream:
            return tuple(
                CountedQuarter(row["code"], int(row["people"]), int(row["vintage"]), int(row["area_m2"]))
                for row in csv.DictReader(stream, strict=True)
            )
    except (OSError, KeyError, TypeError, ValueError, csv.Error) as error:
        raise DataUnavailableError(
            "La table des habitants des quartiers est illisible ou incomplète",
            where=Location(str(path)),
            advice="refaire le territoire, ou réinstaller geoville",
        ) from error


def with_published_people(
    perimeters: Iterable[Perimeter], published: Mapping[str, tuple[int, str]]
) -> tuple[Perimeter, ...]:
    """Official quarters with the people of a table that was fetched instead of those carried; others as they are."""
    return tuple(
        replace(item, attributes={**item.attributes, POPULATION: found[0], POPULATION_SOURCE: found[1]})
        if item.kind is Kind.QPV and (found := published.get(item.code))
        else item
        for item in perimeters
    )


def with_cell_people(perimeters: Iterable[Perimeter], counted: Iterable[CountedQuarter]) -> tuple[Perimeter, ...]:
    """Official quarters with the people of their cells, to stand beside those whom Insee counts; others as they are.

    A quarter whose contour is not the one that was counted, the user's own for example, gets nothing.
    """
    known = {item.code: item for item in counted}
    return tuple(_with(item, known.get(item.code)) for item in perimeters)


def _with(perimeter: Perimeter, counted: CountedQuarter | None) -> Perimeter:
    if counted is None or perimeter.kind is not Kind.QPV:
        return perimeter
    if abs(perimeter.geometry.area - counted.area_m2) > _SAME_AREA_M2:
        return perimeter
    label = f"carreaux de {counted.vintage}, au prorata des surfaces"
    figures = {**perimeter.attributes, CELL_PEOPLE: counted.people, CELL_PEOPLE_SOURCE: label}
    return replace(perimeter, attributes=figures)
