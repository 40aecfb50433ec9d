"""Packs of a user made of the embedded territory's data, in the formats of a user's pack: Parquet and SQLite."""

from __future__ import annotations

from pathlib import Path

import geopandas
import pandas as pd

from geoville.model import Source
from geoville.sources.contours import read_perimeters
from geoville.sources.files import embedded_data
from geoville.sources.manifest import Manifest, PackFile
from geoville.sources.pack import Pack, building_folder, publish
from geoville.workflows.address_index import build_address_index

CALAIS = embedded_data() / "calais"
COMMUNES = ("62193", "62239", "62244", "62360", "62548", "62774")
EVERY_ROLE = ("grid", "cells", "communes", "iris_income", "qpv", "places", "addresses")


def made_up_pack(name: str = "bourg", roles: tuple[str, ...] = EVERY_ROLE, **facts: object) -> Pack:
    """Publish a pack with some of the roles; `facts` are those of its manifest."""
    folder = building_folder(name)
    files = tuple(PackFile(*_write(role, folder), _source(role), **_options(role)) for role in roles)
    known = {"title": "Bourg", "epsg": 2154, "communes": COMMUNES} | facts
    return publish(Manifest(name=name, files=files, **known), folder)  # type: ignore[arg-type]


def _source(role: str) -> Source:
    return Source(f"Données d'essai ({role})", "geoville", "2019", "Licence Ouverte 2.0")


def _options(role: str) -> dict[str, int]:
    return {"grid_vintage": 2019} if role == "grid" else {}


def _write(role: str, folder: Path) -> tuple[Path, str]:
    path = folder / f"{role}.{'sqlite' if role == 'addresses' else 'parquet'}"
    if role == "grid":
        pd.read_csv(CALAIS / "filosofi_2019_200m.csv").to_parquet(path, index=False)
    elif role == "qpv":
        _quarters().to_parquet(path, index=False)
    elif role == "addresses":
        build_address_index([_ban(folder)], path, complete=False)
    else:
        codes = dict.fromkeys(("code", "commune", "iris"), str)
        table = pd.read_csv(CALAIS / f"{role}.csv", dtype=codes)
        table.sample(frac=1, random_state=0).to_parquet(path, index=False)  # in no order, as any table of the user's
    return path, role


def _quarters() -> geopandas.GeoDataFrame:
    """Two official quarters of 2024, drawn where two candidates are."""
    shapes = [item.geometry for item in read_perimeters(CALAIS / "candidats.geojson").perimeters[:2]]
    names = {"code_qp": ["QN06253M", "QN06254M"], "lib_qp": ["Fort", "Marais"], "insee_com": ["62193", "62193"]}
    return geopandas.GeoDataFrame(names, geometry=shapes, crs=2154)


def _ban(folder: Path) -> Path:
    """The embedded addresses as a file of the BAN; `publish` forgets it, since the manifest does not name it."""
    path = folder / "ban.csv"
    table = pd.read_csv(CALAIS / "addresses.csv", dtype=str, keep_default_na=False)
    table.assign(type_position="entrée").to_csv(path, sep=";", index=False, encoding="utf-8")
    return path
