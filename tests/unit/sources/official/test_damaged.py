"""Files cut short or overwritten: recognised as nothing, or refused in a sentence, and nothing is half written."""

from __future__ import annotations

import gzip
import shutil
from pathlib import Path

import openpyxl
import pandas as pd
import pytest
from official_files import indexed, layer, publication, square

from geoville.errors import InvalidInputError
from geoville.sources.official import recognise
from geoville.sources.official.area import Area
from geoville.sources.official.convert import convert
from geoville.sources.official.layers import CommuneOutlines

RFL = Path(__file__).parent / "rfl_2011.xls"
CUTS = [0.0, 0.05, 0.3, 0.6, 0.9, 0.98]


def write_gpkg(folder: Path) -> Path:
    layer([square(0, 0)], INSEE_COM=["62193"], NOM=["Calais"]).to_file(folder / "communes.gpkg")
    return folder / "communes.gpkg"


def write_geojson(folder: Path) -> Path:
    layer([square(0, 0)], INSEE_COM=["62193"], NOM=["Calais"]).to_crs(4326).to_file(folder / "communes.geojson")
    return folder / "communes.geojson"


def write_shapefile(folder: Path) -> Path:
    layer([square(0, 0)], INSEE_COM=["62193"], NOM=["Calais"]).to_file(folder / "COMMUNE.shp")
    return folder / "COMMUNE.shp"


def write_dbf(folder: Path) -> Path:
    write_shapefile(folder)
    return folder / "COMMUNE.dbf"


def write_xlsx(folder: Path) -> Path:
    book = openpyxl.Workbook()
    for row in (["CODGEO", "UU2020", "LIBUU2020"], ["62193", "62504", "Calais"]):
        book.active.append(row)
    book.save(folder / "uu.xlsx")
    return folder / "uu.xlsx"


def write_xls(folder: Path) -> Path:
    return Path(shutil.copy(RFL, folder))


def write_parquet(folder: Path) -> Path:
    cells = {"idcar_200m": ["CRS3035RES200mN2838600E3746000"], "i_est_200": [0], "ind": [1.0], "ind_snv": [9.0]}
    pd.DataFrame(cells).to_parquet(folder / "grid_2019.parquet")
    return folder / "grid_2019.parquet"


def write_gz(folder: Path) -> Path:
    text = "id;numero;rep;nom_voie;code_postal;code_insee;nom_commune;lon;lat\n"
    rows = "".join(f"62193_{i};{i};;Rue {i};62100;62193;Calais;1.86;50.95\n" for i in range(200))
    (folder / "ban.csv.gz").write_bytes(gzip.compress((text + rows).encode()))
    return folder / "ban.csv.gz"


WRITERS = [write_gpkg, write_geojson, write_shapefile, write_dbf, write_xlsx, write_xls, write_parquet, write_gz]


@pytest.mark.parametrize("write", WRITERS)
@pytest.mark.parametrize("part", CUTS)
@pytest.mark.parametrize("overwritten", [False, True])
def test_damaged_files(
    tmp_path: Path, area: Area, outlines: CommuneOutlines, pack: Path, write, part, overwritten
) -> None:
    path = write(tmp_path)
    content = path.read_bytes()
    kept = int(part * len(content))
    path.write_bytes(content[:kept] + (b"\xa5" * (len(content) - kept) if overwritten else b""))
    for found in recognise(sorted(item for item in tmp_path.iterdir() if item.is_file())):
        refusal = None
        try:
            convert(found, publication(found.kind), area, pack, outlines, index_addresses=indexed)
        except InvalidInputError as error:
            refusal = error
        assert refusal is None or refusal.sentence.endswith(".")
        assert any(pack.iterdir()) == (refusal is None)
