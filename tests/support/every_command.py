"""Every command of geoville with a question that it answers, its files marked by what they are.

In a line, ``in:NAME`` is a file to read, of those that `write_inputs` makes; ``out:NAME``, a file or folder to write.
"""

from __future__ import annotations

import csv
import shutil
from pathlib import Path

from geoville.sources.files import embedded_data

REPOSITORY = Path(__file__).resolve().parents[2]
CALAIS = embedded_data() / "calais"
DAY = "--on 2024-06-01"
POINT = "--lon 1.8860 --lat 50.9550"
REFERENCE = "--rmuc-nat 18355 --rmuc-uu 13287 --uu-population 99000"

COMMANDS: dict[str, str] = {
    "action check": f"in:action.toml --perimeters in:quarters.geojson --addresses in:addresses.csv {DAY}",
    "action check-file": (
        f"in:actions.csv --out out:answered.csv --map out:map.html --perimeters in:quarters.geojson {DAY}"
    ),
    "atlas": f"calais --out out:atlas --style in:style.toml {DAY}",
    "attest": f"{POINT} --perimeters in:quarters.geojson --out out:statement.pdf {DAY}",
    "data add": "in:quarters.geojson --kind veille",
    "data addresses build": "in:addresses.csv --out out:index.sqlite",
    "data build": f"calais --out out:built {DAY}",
    "data cells": "in:image.tif --out out:cells.csv",
    "data check": "--only filosofi-200m-2019 --mirror http://127.0.0.1:9",
    "data fetch": "essai --mirror http://127.0.0.1:9",
    "data info": "calais",
    "data list": "",
    "data raster": f"--grid in:grid.csv --indicator people --out out:image.tif --vintage 2019 {DAY}",
    "data remove": "quarters",
    "data sources": "",
    "data territory new": "essai --communes 62193,62548",
    "demo": f"--out out:demo {DAY}",
    "lookup": f"{POINT} --perimeters in:quarters.geojson --addresses in:addresses.csv {DAY}",
    "lookup-file": f"in:rows.csv out:answered.csv --perimeters in:quarters.geojson {DAY}",
    "map": f"gagarine-manet-ferber --out out:maps --style in:style.toml {DAY}",
    "perimeters candidates": f"--grid in:grid.csv --out out:candidates.gpkg --vintage 2019 {REFERENCE} {DAY}",
    "perimeters compare": (
        "in:quarters.geojson in:quarters-later.geojson --grid in:grid.csv --vintage 2019 "
        "--out out:changes.gpkg --map out:changes.html"
    ),
    "perimeters describe": f"--perimeters in:quarters.geojson --grid in:grid.csv --vintage 2019 {REFERENCE} {DAY}",
    "perimeters explain": f"--candidates in:candidates.geojson --at 1.8937,50.9534 {DAY}",
    "perimeters fit-bridge": "--iris-incomes in:medians.csv --out out:bridge.json",
    "perimeters score": (
        "--candidates in:quarters.geojson --official in:official.geojson --grid in:grid.csv --vintage 2019"
    ),
    "perimeters sensitivity": f"--grid in:grid.csv --vintage 2019 --out out:image.tif {REFERENCE} {DAY}",
    "perimeters vecu": (
        f"--qpv in:quarters.geojson --places in:places.csv --grid in:grid.csv --vintage 2019 --out out:vecu.gpkg {DAY}"
    ),
    "perimeters veille": (
        "--former in:former.geojson --qpv in:quarters.geojson --grid in:grid.csv --vintage 2019 "
        f"--out out:veille.gpkg {DAY}"
    ),
    "rules": DAY,
    "serve": "--port 8765 --perimeters in:quarters.geojson --addresses in:addresses.csv",
    "warm": "",
    "sheet": f"--from in:quarters.geojson --kind qpv --out out:sheet.pdf --style in:style.toml {DAY}",
}


def write_inputs(folder: Path) -> None:
    """Write every file that the commands read: those of Calais, most of them."""
    for name in ("addresses", "places"):
        shutil.copyfile(CALAIS / f"{name}.csv", folder / f"{name}.csv")
    shutil.copyfile(CALAIS / "filosofi_2019_200m.csv", folder / "grid.csv")
    for name in ("candidates", "quarters", "quarters-later", "former"):
        shutil.copyfile(CALAIS / "candidats.geojson", folder / f"{name}.geojson")
    official = (CALAIS / "candidats.geojson").read_text(encoding="utf-8")
    for estimated, decreed in (
        ("C2019-62193-", "QP06219"),
        ('"candidat"', '"qpv"'),
        ('"estimated": true', '"estimated": false'),
    ):
        official = official.replace(estimated, decreed)
    (folder / "official.geojson").write_text(official, encoding="utf-8")
    _write_medians(folder / "medians.csv")
    _write_image(folder / "image.tif")
    provenance = CALAIS / "candidats.geojson.provenance.json"
    shutil.copyfile(provenance, folder / "candidates.geojson.provenance.json")
    for path in (REPOSITORY / "docs" / "exemples").iterdir():
        if path.suffix != ".md":
            shutil.copyfile(path, folder / path.name)
    (folder / "style.toml").write_text('no_data = "#dddddd"\n', encoding="utf-8")
    (folder / "rows.csv").write_text("lon,lat\n1.8860,50.9550\n1.8500,50.9500\n", encoding="utf-8")


def _write_medians(path: Path) -> None:
    """Made-up incomes of the IRIS of Calais."""
    with (CALAIS / "cells.csv").open(encoding="utf-8", newline="") as stream:
        codes = sorted({row["iris"] for row in csv.DictReader(stream) if row["iris"]})
    rows = [f"{code},{14_000 + 50 * rank},9000,2011" for rank, code in enumerate(codes)]
    path.write_text("\n".join(("CodeIris,median_uc,iqr,year", *rows)) + "\n", encoding="utf-8")


def _write_image(path: Path) -> None:
    """A raster of two cells, on INSEE's grid."""
    import numpy as np
    import rasterio
    from rasterio.transform import Affine

    cells = {"driver": "GTiff", "width": 2, "height": 1, "count": 1, "dtype": "float64", "crs": "EPSG:3035"}
    with rasterio.open(path, "w", transform=Affine(200, 0, 3_760_000, 0, -200, 3_120_200), **cells) as image:
        image.write(np.array([[12.0, 34.0]]), 1)
        image.set_band_description(1, "people")


def words(line: str, inputs: Path, outputs: Path) -> list[str]:
    """The words of a command line, with the paths of its files."""
    folders = {"in": inputs, "out": outputs}
    split = [word.partition(":") for word in line.split()]
    return [str(folders[kind] / name) if kind in folders else kind + colon + name for kind, colon, name in split]
