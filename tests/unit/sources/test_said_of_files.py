"""What a user says of a file that the file does not: the layer, the CRS, the kind."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import geopandas
import pytest
import shapely

from geoville import Territory
from geoville.errors import ContourError, InvalidInputError
from geoville.model import Kind
from geoville.sources.contours import OwnColumns, read_perimeters
from geoville.sources.files import sha256_of

SQUARE = shapely.box(620_000, 7_095_000, 620_400, 7_095_400)


@pytest.fixture
def layers(tmp_path: Path) -> Path:
    path = tmp_path / "ville.gpkg"
    for rank, name in enumerate(("anciens", "projets")):
        shape = shapely.box(620_000, 7_095_000, 620_400 + 100 * rank, 7_095_400)
        geopandas.GeoDataFrame({"code": [name]}, geometry=[shape], crs=2154).to_file(path, layer=name)
    return path


def test_one_layer_of_several_is_named_after_the_file_as_in_qgis(layers):
    (item,) = read_perimeters(Path(f"{layers}|layername=projets"), kind=Kind.CANDIDAT).perimeters
    assert (item.code, item.geometry.area) == ("projets", 500 * 400)
    (same,) = read_perimeters(layers, kind=Kind.CANDIDAT, own=OwnColumns(layer="projets")).perimeters
    assert same.geometry.equals(item.geometry)
    assert sha256_of(Path(f"{layers}|layername=projets")) == sha256_of(layers)


def test_without_a_name_the_layers_are_listed(layers):
    with pytest.raises(ContourError, match="anciens, projets"):
        read_perimeters(layers, kind=Kind.CANDIDAT)


def test_a_layer_that_is_not_there_is_refused_with_those_that_are(layers):
    with pytest.raises(ContourError, match="anciens, projets"):
        read_perimeters(Path(f"{layers}|layername=projet"), kind=Kind.CANDIDAT)


def test_the_crs_is_said_where_the_file_says_none(tmp_path):
    path = tmp_path / "sans_prj.shp"
    geopandas.GeoDataFrame({"code": ["A"]}, geometry=[SQUARE], crs=2154).to_file(path)
    path.with_suffix(".prj").unlink()
    with pytest.raises(ContourError, match="--crs"):
        read_perimeters(path, kind=Kind.CANDIDAT)
    (item,) = read_perimeters(path, kind=Kind.CANDIDAT, own=OwnColumns(crs=2154)).perimeters
    assert (item.epsg, item.geometry.area) == (2154, 160_000)


def test_a_geojson_in_metres_is_read_once_its_crs_is_said(tmp_path):
    path = tmp_path / "metres.geojson"
    feature = {"type": "Feature", "properties": {"code": "A"}, "geometry": shapely.geometry.mapping(SQUARE)}
    import json

    path.write_text(json.dumps({"type": "FeatureCollection", "features": [feature]}), encoding="utf-8")
    (item,) = read_perimeters(path, kind=Kind.CANDIDAT, own=OwnColumns(crs=2154)).perimeters
    assert item.geometry.area == pytest.approx(160_000)


def test_a_crs_that_the_file_contradicts_is_refused(layers):
    with pytest.raises(ContourError, match="--crs"):
        read_perimeters(layers, kind=Kind.CANDIDAT, own=OwnColumns(crs=3857, layer="projets"))


def test_the_kind_of_perimeters_is_said_where_the_file_says_none(tmp_path):
    path = tmp_path / "zus.geojson"
    around = shapely.box(1.888, 50.949, 1.902, 50.957)
    geopandas.GeoDataFrame({"code": ["ZUS 1"]}, geometry=[around], crs=4326).to_file(path)
    with pytest.raises(InvalidInputError, match="--kind"):
        Territory.open("calais", perimeters=[path]).perimeters()
    found = Territory.open("calais", perimeters=[path], kind="zus")
    assert found.perimeters()["kind"].tolist() == ["zus"]
    assert found.decide((1.895, 50.953), on=date(2026, 1, 15)).hits[0].perimeter.kind is Kind.ZUS
