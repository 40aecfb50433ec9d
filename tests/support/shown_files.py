"""Invented files under the names that the documents give to those of the reader."""

from __future__ import annotations

import csv
import gzip
import json
import shutil
from pathlib import Path

import openpyxl
import pyarrow as pa
import pyarrow.parquet as pq
from official_mirror import write_mirror

WEST, SOUTH = 1.885, 50.953
"""Corner of the invented perimeters, in the Beau Marais."""

OF_MARSEILLE = "00759"
"""Urban unit of 2010 of the grid of Marseille."""


def write_shown_files(folder: Path) -> None:
    """Write them into a folder that has a copy of `data` and of `docs/exemples`."""
    _downloads(folder)
    _rows(folder)
    _perimeters(folder)
    shutil.copy(folder / "data" / "calais" / "candidats.geojson", folder / "candidats-2019.geojson")
    rmuc = f"uu,rmuc_eur,population\n{OF_MARSEILLE},18380,1560000\n"
    (folder / "rmuc.csv").write_text(rmuc, encoding="utf-8")


def _downloads(folder: Path) -> None:
    downloads = folder / "telechargements"
    downloads.mkdir()
    addresses = write_mirror(downloads)["ban-departement"]
    (folder / "ban").mkdir()
    for beside in (folder, folder / "ban"):
        shutil.copy(addresses, beside)
    (folder / "adresses-62193.csv").write_bytes(gzip.decompress(addresses.read_bytes()))


def _rows(folder: Path) -> None:
    homes = folder / "docs" / "exemples" / "domiciles-inventes.csv"
    shutil.copy(homes, folder / "beneficiaires.csv")
    book = openpyxl.Workbook()
    book.active.append(("N°", "Rue", "CP", "Ville"))
    with homes.open(encoding="utf-8", newline="") as rows:
        for street, postcode, town in list(csv.reader(rows, delimiter=";"))[1:6]:
            number, _, name = street.partition(" ")
            book.active.append((number, name, postcode, town))
    book.save(folder / "beneficiaires.xlsx")
    pq.write_table(pa.table({"x": [WEST, WEST + 0.01], "y": [SOUTH, SOUTH]}), folder / "equipements.parquet")


def _perimeters(folder: Path) -> None:
    _write(folder / "contours.geojson", 0.006, code_qp="QN06254M", lib_qp="Quartier inventé", insee_com="62193")
    _write(folder / "zus.geojson", 0.012, code="ZUS1", name="Zone inventée")
    _write(folder / "cucs.geojson", 0.016, code="CUCS1", name="Territoire inventé")
    _write(folder / "projet.geojson", 0.008, code="P1", name="Projet inventé")


def _write(path: Path, side: float, **properties: str) -> None:
    """A square of some degrees, as GeoJSON."""
    east, north = round(WEST + side, 6), round(SOUTH + side, 6)
    ring = [[WEST, SOUTH], [east, SOUTH], [east, north], [WEST, north], [WEST, SOUTH]]
    feature = {"type": "Feature", "properties": properties, "geometry": {"type": "Polygon", "coordinates": [ring]}}
    path.write_text(json.dumps({"type": "FeatureCollection", "features": [feature]}), encoding="utf-8")
