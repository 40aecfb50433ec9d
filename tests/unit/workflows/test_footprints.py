"""From a file to a footprint: every format and CRS, several rows, and what is refused with its place."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import Any

import geopandas as gpd
import pytest
import shapely

from geoville.crs import LAMBERT_93, WGS84, transform_geometry
from geoville.errors import InvalidInputError
from geoville.model import Basis, Placement
from geoville.workflows.footprints import answer_about_file, population_of, read_footprint
from geoville.workflows.lookup import DeskChoice

PLOT = shapely.box(1.8925, 50.9555, 1.8935, 50.9560)
CATCHMENT = shapely.box(1.885, 50.954, 1.894, 50.958)


def write(path: Path, *shapes: shapely.Geometry | None, epsg: int = WGS84) -> Path:
    frame = gpd.GeoDataFrame({"nom": range(len(shapes))}, geometry=list(shapes), crs=epsg)
    if path.suffix == ".parquet":
        frame.to_parquet(path)
    else:
        frame.to_file(path, engine="pyogrio")
    return path


@pytest.mark.parametrize(
    ("name", "epsg"),
    [
        ("p.geojson", WGS84),
        *((f"p.{suffix}", epsg) for suffix in ("gpkg", "shp", "parquet") for epsg in (WGS84, LAMBERT_93)),
    ],
)
def test_every_format_and_crs_gives_the_same_footprint(tmp_path: Path, name: str, epsg: int) -> None:
    read = read_footprint(write(tmp_path / name, transform_geometry(PLOT, WGS84, epsg), epsg=epsg))
    assert shapely.hausdorff_distance(read, PLOT) < 1e-9


def test_the_rows_of_a_file_are_one_footprint(tmp_path: Path) -> None:
    halves = shapely.box(1.8925, 50.9555, 1.8930, 50.9560), shapely.box(1.8930, 50.9555, 1.8935, 50.9560)
    assert read_footprint(write(tmp_path / "p.geojson", *halves)).equals(PLOT)


def test_a_bare_geometry_is_a_footprint(tmp_path: Path) -> None:
    path = tmp_path / "p.geojson"
    path.write_text(shapely.to_geojson(PLOT), encoding="utf-8")
    assert read_footprint(path).equals(PLOT)


BOW_TIE = shapely.Polygon([(1.89, 50.95), (1.90, 50.96), (1.90, 50.95), (1.89, 50.96)])


@pytest.mark.parametrize(
    ("shapes", "message"),
    [
        ((PLOT, BOW_TIE), r"pas une géométrie valide .*\(fichier p.geojson, ligne 2\)"),
        ((PLOT, None), r"vide \(fichier p.geojson, ligne 2\)"),
        ((PLOT, shapely.Point(1.89, 50.95)), r"mêle .*\(fichier p.geojson\)"),
        ((), r"aucune emprise \(fichier p.geojson\) : donner un fichier"),
    ],
)
def test_what_cannot_be_used_is_refused_with_its_place(tmp_path: Path, shapes: Any, message: str) -> None:
    with pytest.raises(InvalidInputError, match=message):
        read_footprint(write(tmp_path / "p.geojson", *shapes))


def test_a_footprint_that_is_not_there_is_not_said_to_be_broken(tmp_path):
    with pytest.raises(InvalidInputError, match=r"« absente\.geojson » n'existe pas : vérifier son chemin"):
        read_footprint(tmp_path / "absente.geojson")


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("p.txt", "", "Format de géométries inconnu"),
        ("p.kml", "", "ne peut pas être lu"),
        ("p.geojson", "{", "ne peut pas être lu"),
        (
            "p.geojson",
            json.dumps({"type": "Point", "coordinates": [621000, 7095000]}),
            "ne sont pas des degrés",
        ),
    ],
)
def test_a_file_that_cannot_be_read_is_refused(tmp_path: Path, name: str, content: str, message: str) -> None:
    path = tmp_path / name
    path.write_text(content, encoding="utf-8")
    with pytest.raises(InvalidInputError, match=message):
        read_footprint(path)


def test_the_people_of_the_territory_are_shared_out(tmp_path: Path) -> None:
    path = write(tmp_path / "p.geojson", CATCHMENT)
    answer = answer_about_file(path, DeskChoice("calais").open().index, date(2026, 1, 15), territory="calais")
    assert (answer.placement, answer.basis) == (Placement.PARTLY, Basis.OFFICIAL)
    assert 0.01 < answer.share_of_area < 0.03
    assert 0.05 < answer.share_of_people < 0.15
    assert (answer.wholly_within_300_m, answer.wholly_within_500_m) == (False, False)


def test_the_population_is_that_of_the_default_grid() -> None:
    everywhere = transform_geometry(shapely.box(1.5, 50.7, 2.3, 51.2), WGS84, LAMBERT_93)
    assert population_of("calais").people_in(everywhere) == pytest.approx(94_000, rel=0.3)
