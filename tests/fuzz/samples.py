"""Small real samples of every format, from which mutations start."""

from __future__ import annotations

import gzip
import io
import json
import zipfile
from collections.abc import Callable
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

REPOSITORY = Path(__file__).resolve().parents[2]
CALAIS = REPOSITORY / "data" / "calais"
EXAMPLES = REPOSITORY / "docs" / "exemples"

BAN = (
    "id;id_fantoir;numero;rep;nom_voie;code_postal;code_insee;nom_commune;lon;lat;type_position;source_position\n"
    "62193_0001_00012_bis;;12;BIS;Rue Mollien;62100;62193;Calais;1.86;50.95;entrée;commune\n"
    "62193_0002_00001;;1;;Rue de la Gare;62100;62193;Calais;1.85;50.95;segment;commune\n"
).encode()
BAL = (
    "cle_interop;commune_insee;commune_nom;voie_nom;numero;suffixe;position;x;y;long;lat;source\n"
    "62193_0001_00012_ter;62193;Calais;Rue Mollien;12;ter;délivrance postale;0;0;1.86;50.95;Commune\n"
    "62193_0002_99999;62193;Calais;Le Fort Nieulay;99999;;segment;0;0;1.83;50.95;Commune\n"
).encode()
STREET = {
    "id": "62193_0001",
    "type": "street",
    "name": "Rue Mollien",
    "postcode": ["62100"],
    "citycode": ["62193"],
    "city": ["Calais"],
    "lon": 1.86,
    "lat": "50.95",
    "importance": 0.5,
    "housenumbers": {"12 ter": {"id": "62193_0001_00012_ter", "lon": 1.861, "lat": 50.951}},
}
SEMICOLON_GRID = b"idcar_200m;i_est_200;ind;ind_snv;men;men_pauv\nCRS3035RES200mN3118000E3750400;1;3,0;74718,3;2;1\n"
ROWS = 'nom;adresse;cp\nÉlise;"1 rue Mollien\nbât. A";62100\n"x ""y""";Gare de Calais;62100\n'
PLOT = {"type": "Polygon", "coordinates": [[[1.88, 50.95], [1.9, 50.95], [1.9, 50.97], [1.88, 50.95]]]}
REMOTE = {
    "type": "FeatureCollection",
    "features": [
        {
            "type": "Feature",
            "geometry": {"type": "Point", "coordinates": [1.86, 50.95]},
            "properties": {
                "label": "66 Rue Mollien 62100 Calais",
                "score": 0.97,
                "type": "housenumber",
                "id": "62193_0001_00066",
                "housenumber": "66",
                "street": "Rue Mollien",
                "name": "66 Rue Mollien",
                "postcode": "62100",
                "citycode": "62193",
                "city": "Calais",
                "context": "62, Pas-de-Calais, Hauts-de-France",
            },
        }
    ],
}


def text_of(document: object) -> bytes:
    """A document as JSON."""
    return json.dumps(document, ensure_ascii=False).encode()


def lines(path: Path, count: int) -> bytes:
    """First lines of a file."""
    return b"".join(path.read_bytes().splitlines(keepends=True)[:count])


def made(name: str, write: Callable[[Path], object]) -> bytes:
    """Bytes of the file that a function writes."""
    with TemporaryDirectory() as folder:
        path = Path(folder) / name
        write(path)
        return path.read_bytes()


@cache
def grid_frame() -> Any:
    """Some cells as a table."""
    import pandas as pd

    return pd.read_csv(CALAIS / "filosofi_2019_200m.csv", nrows=6)


@cache
def layer(**columns: object) -> Any:
    """Two squares of Calais as a layer, in degrees."""
    import geopandas
    import shapely

    squares = [shapely.box(1.88, 50.95, 1.89, 50.96), shapely.box(1.89, 50.95, 1.9, 50.96)]
    return geopandas.GeoDataFrame({name: list(values) for name, values in columns.items()}, geometry=squares, crs=4326)


@cache
def cells() -> Any:
    """A layer of cells, its squares anywhere."""
    ids = ("CRS3035RES200mN3118000E3750400", "CRS3035RES200mN3118000E3750800")
    return layer(idcar_200m=ids, i_est_200=(1, 0), ind=(3.0, 12.0), ind_snv=(74718.3, 298873.3))


@cache
def contours() -> Any:
    """A layer of perimeters."""
    return layer(code_qp=("QN06253M", "QN06254M"), lib_qp=("Un", "Deux"), insee_com=("62193", "62193"))


@cache
def iris() -> Any:
    """A layer of IRIS with their incomes."""
    return layer(CODE_IRIS=("621930101", "621930102"), NOM_IRIS=("Un", "Deux"), DEC_MED19=("15000", "s"))


def as_geojson(frame: Any) -> bytes:
    """A layer as GeoJSON."""
    return frame.to_json().encode()


def as_geopackage(frame: Any) -> bytes:
    """A layer as GeoPackage."""
    return made("layer.gpkg", frame.to_file)


def as_parquet(frame: Any) -> bytes:
    """A table, or a layer, as Parquet."""
    return made("table.parquet", frame.to_parquet)


def as_dbf(frame: Any) -> bytes:
    """Columns of a layer as dBASE."""
    with TemporaryDirectory() as folder:
        frame.to_file(Path(folder) / "layer.shp")
        return (Path(folder) / "layer.dbf").read_bytes()


def workbook(rows: list[list[object]]) -> bytes:
    """Rows as an XLSX workbook."""
    import openpyxl

    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(row)
    written = io.BytesIO()
    book.save(written)
    return written.getvalue()


def open_document(rows: str) -> bytes:
    """Rows as an ODS workbook: those of OpenDocument's XML."""
    urn = "urn:oasis:names:tc:opendocument:xmlns:"
    names = "".join(f' xmlns:{space}="{urn}{space}:1.0"' for space in ("office", "table", "text"))
    body = f'<office:spreadsheet><table:table table:name="F">{rows}</table:table></office:spreadsheet>'
    content = f"<office:document-content{names}><office:body>{body}</office:body></office:document-content>"
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w") as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        archive.writestr("content.xml", content)
        archive.writestr("styles.xml", "<styles/>")
    return written.getvalue()


def zipped(**members: bytes) -> bytes:
    """A ZIP archive."""
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return written.getvalue()


def archives() -> tuple[bytes, ...]:
    """One archive of each kind, and one within another."""
    import py7zr

    inner = zipped(grille=SEMICOLON_GRID)
    written = io.BytesIO()
    with py7zr.SevenZipFile(written, "w") as archive:
        archive.writestr(SEMICOLON_GRID, "grille.csv")
    return inner, zipped(dedans=inner), written.getvalue(), gzip.compress(BAN, mtime=0)


def address_index() -> bytes:
    """An index of addresses, without the seal that any change would break: what stands behind it is tried too."""
    from geoville.workflows.address_index import build_address_index

    with TemporaryDirectory() as folder:
        source, out = Path(folder) / "ban.csv", Path(folder) / "ban.sqlite"
        source.write_bytes(BAN)
        build_address_index([source], out, complete=True)
        with out.open("r+b") as stream:
            stream.seek(60)
            stream.write(bytes(4))
        return out.read_bytes()
