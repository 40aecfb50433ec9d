"""Targets that are files of data: grids, layers, lists, tables, archives, indexes."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from functools import partial
from itertools import islice
from pathlib import Path
from typing import Any

import samples as s
from target import Target, in_file

from geoville.errors import InvalidInputError
from geoville.geocoding.index import AddressIndex
from geoville.geocoding.search import EmbeddedGeocoder
from geoville.sources import pack
from geoville.sources.action_tables import (
    RowKind,
    amount_in,
    quarters_in,
    recognised_columns,
    row_kind,
    stated_period,
)
from geoville.sources.addresses import open_address_file, read_addresses, read_places
from geoville.sources.archives import ArchiveLimits, unpack
from geoville.sources.cells import read_cell_raster
from geoville.sources.contours import read_perimeters
from geoville.sources.grids import read_grid
from geoville.sources.layers import read_blocks, read_communes_layer, read_iris, read_streets
from geoville.sources.official.area import Area
from geoville.sources.official.convert import convert
from geoville.sources.official.recognise import recognise
from geoville.sources.places_of_use import read_places_of_use
from geoville.sources.registry import DataSet
from geoville.sources.rows.files import open_row_file
from geoville.sources.rows.row import AddedCells, AddedColumn
from geoville.workflows.footprints import read_footprint

CAREFUL = ArchiveLimits(total_bytes=5_000_000, members=50)
LAMBERT_93 = 2154
ODS_ROWS = (
    "<table:table-row><table:table-cell><text:p>nom</text:p></table:table-cell>"
    "<table:table-cell><text:p>adresse</text:p></table:table-cell></table:table-row>"
    '<table:table-row table:number-rows-repeated="3"><table:table-cell table:number-columns-repeated="2" '
    'office:value-type="float" office:value="62100"><text:p>62100</text:p></table:table-cell>'
    '<table:table-cell table:formula="of:=1+1"/><table:covered-table-cell/></table:table-row>'
)


def _rows(path: Path) -> None:
    """Read a file of rows, and copy it with a column added."""
    read = open_row_file(path)
    found = list(read.rows(range(min(2, len(read.columns)))))
    added = (AddedCells(row.line, ("dedans",)) for row in found)
    read.write(path.with_name(f"copie{path.suffix}"), (AddedColumn("verdict", str),), added)


def _action_rows(path: Path) -> None:
    """Read a table of actions as far as its places, which are asked as any address is."""
    read = open_row_file(path)
    columns = recognised_columns(read.columns, path.name)
    for row in islice(read.rows(range(len(read.columns))), 100):
        if row.fault or row_kind(row.cells, read.columns, columns) is not RowKind.ACTION:
            continue
        said = {key: row.cells[place] for key, place in columns.items() if row.cells[place].strip()}
        with suppress(InvalidInputError):
            stated_period(said)
        for text in said.values():
            amount_in(text)
            quarters_in(text)


def _index(path: Path) -> None:
    geocoder = EmbeddedGeocoder(AddressIndex.open(path))
    geocoder.search("12 bis rue Mollien, 62100 Calais")
    geocoder.search("rue de la garre")
    geocoder.suggest("rue mo")
    geocoder.reverse(1.86, 50.95)


def _data_set(kind: str) -> DataSet:
    texts = dict.fromkeys(("title", "producer", "licence", "page", "url", "format", "seen_in", "reader"), "")
    return DataSet(id=kind, kind=kind, vintage="2019", scope="national", grid_vintage=2019, generation=2024, **texts)


def _no_addresses(*_: object, **__: object) -> Any:
    raise AssertionError("no address file is converted here")


def _official(path: Path) -> None:
    """Recognise a publication by its content, and convert it for all the country."""
    folder = path.parent / "pack"
    folder.mkdir()
    for found in recognise([path]):
        if found.kind != "addresses":
            area = Area(LAMBERT_93, None)
            convert(found, _data_set(found.kind), area, folder, None, index_addresses=_no_addresses)


def _iris_incomes(path: Path) -> None:
    read_iris_of(path.with_name("iris.geojson"), path)


def read_iris_of(polygons: Path, incomes: Path) -> None:
    """Read incomes for good polygons."""
    polygons.write_bytes(s.as_geojson(s.iris()[["CODE_IRIS", "NOM_IRIS", "geometry"]]))
    read_iris(polygons, incomes)


def _tables(read: Callable[..., object], *more: object) -> Callable[[bytes], None]:
    return in_file("table.csv", lambda path: read(path, *more))


def _grid(name: str) -> Callable[[bytes], None]:
    return in_file(name, partial(read_grid, vintage=2019))


def _raster() -> bytes:
    from geoville.sources.cells import write_cell_raster

    def write(path: Path) -> None:
        grid = path.with_name("carreaux_2019.csv")
        grid.write_bytes(CSV_GRID()[0])
        cells = read_grid(grid)
        write_cell_raster(path, cells, {"people": cells.people})

    return s.made("cells.tif", write)


CSV_GRID = lambda: (s.lines(s.CALAIS / "filosofi_2019_200m.csv", 6), s.SEMICOLON_GRID)  # noqa: E731
GEOJSON = lambda: (s.as_geojson(s.contours()), (s.EXAMPLES / "batiment.geojson").read_bytes())  # noqa: E731
PEOPLE = [["nom", "adresse"], ["Élise", "1 rue Mollien, Calais"], ["", 62100.5]]

FILE_TARGETS: dict[str, Target] = {
    "grid CSV": Target(_grid("grille.csv"), CSV_GRID),
    "grid Parquet": Target(_grid("grille.parquet"), lambda: (s.as_parquet(s.grid_frame()),)),
    "grid GeoPackage": Target(_grid("grille.gpkg"), lambda: (s.as_geopackage(s.cells()),)),
    "grid DBF": Target(_grid("grille.dbf"), lambda: (s.as_dbf(s.cells()),)),
    "contours GeoJSON": Target(in_file("qpv.geojson", read_perimeters), lambda: (s.as_geojson(s.contours()),)),
    "contours GeoPackage": Target(in_file("qpv.gpkg", read_perimeters), lambda: (s.as_geopackage(s.contours()),)),
    "contours GeoParquet": Target(in_file("qpv.parquet", read_perimeters), lambda: (s.as_parquet(s.contours()),)),
    "IRIS GeoJSON": Target(in_file("iris.geojson", read_iris), lambda: (s.as_geojson(s.iris()),)),
    "IRIS incomes": Target(
        in_file("revenus.csv", _iris_incomes), lambda: (b"CODE_IRIS;DEC_MED19\n621930101;15000\n621930102;ns\n",)
    ),
    "communes": Target(
        in_file("communes.geojson", partial(read_communes_layer, epsg=LAMBERT_93)),
        lambda: (s.as_geojson(s.layer(code=("62193", "62239"), nom=("Calais", "Coquelles"))),),
    ),
    "blocks": Target(in_file("ilots.geojson", partial(read_blocks, epsg=LAMBERT_93)), GEOJSON),
    "streets": Target(
        in_file("rues.geojson", partial(read_streets, epsg=LAMBERT_93)),
        lambda: (s.as_geojson(s.contours().set_geometry(s.contours().boundary)),),
    ),
    "footprint": Target(in_file("emprise.geojson", read_footprint), GEOJSON),
    "raster": Target(in_file("cells.tif", read_cell_raster), lambda: (_raster(),)),
    "addresses": Target(
        in_file("adresses", lambda path: open_address_file(path).rows()),
        lambda: (s.BAN, s.BAL, s.text_of(s.STREET) + b"\n", s.archives()[-1]),
    ),
    "list of addresses": Target(
        in_file("liste.csv", partial(read_addresses, complete=True, name="la liste")),
        lambda: (s.BAN, s.lines(s.CALAIS / "addresses.csv", 4)),
    ),
    "places": Target(in_file("lieux.csv", read_places), lambda: (s.lines(s.CALAIS / "places.csv", 5),)),
    "places GeoJSON": Target(in_file("lieux.geojson", read_places), lambda: (s.text_of(s.REMOTE),)),
    "places of use": Target(
        in_file("usages.csv", partial(read_places_of_use, epsg=LAMBERT_93)),
        lambda: (b"name,lon,lat,part_usagers_qpv\nVadez,1.89,50.95,35 %\nVauban,,,\n",),
    ),
    "index of addresses": Target(in_file("index.sqlite", _index), lambda: (s.address_index(),)),
    "rows CSV": Target(in_file("fichier.csv", _rows), lambda: (s.ROWS.encode(), s.ROWS.encode("cp1252"), s.BAN)),
    "rows XLSX": Target(in_file("fichier.xlsx", _rows), lambda: (s.workbook(PEOPLE),)),
    "rows ODS": Target(in_file("fichier.ods", _rows), lambda: (s.open_document(ODS_ROWS),)),
    "rows Parquet": Target(in_file("fichier.parquet", _rows), lambda: (s.as_parquet(s.grid_frame()),)),
    "table of actions": Target(
        in_file("actions.csv", _action_rows), lambda: ((s.EXAMPLES / "actions.csv").read_bytes(),)
    ),
    "archive": Target(
        in_file("archive", lambda path: unpack(path, path.parent / "dedans", limits=CAREFUL)), s.archives
    ),
    "official CSV": Target(
        in_file("donnees_2019.csv", _official),
        lambda: (
            *CSV_GRID(),
            b"CODE_IRIS;DEC_MED19\n621930101;15000\n",
            b"CODGEO;UU2020;LIBUU2020\n62193;62504;Calais\n",
        ),
    ),
    "official GeoJSON": Target(
        in_file("contours_2019.geojson", _official),
        lambda: (s.as_geojson(s.contours()), s.as_geojson(s.layer(INSEE_COM=("62193", "62239"), NOM=("A", "B")))),
    ),
    "official XLSX": Target(
        in_file("unites.xlsx", _official),
        lambda: (s.workbook([["CODGEO", "UU2020", "LIBUU2020"], ["62193", "62504", "Calais"]]),),
    ),
    "official XLS": Target(
        in_file("rfl.xls", _official),
        lambda: ((s.REPOSITORY / "tests/unit/sources/official/rfl_2011.xls").read_bytes(),),
    ),
    "table of cells": Target(_tables(pack.read_cells), lambda: (s.lines(s.CALAIS / "cells.csv", 4),)),
    "table of communes": Target(_tables(pack.read_communes), lambda: (s.lines(s.CALAIS / "communes.csv", 4),)),
    "table of medians": Target(
        _tables(pack.read_iris_figures, 2001), lambda: (s.lines(s.CALAIS / "iris_income.csv", 4),)
    ),
}
"""By what the bytes are."""
