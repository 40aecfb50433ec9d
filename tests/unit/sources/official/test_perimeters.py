"""Official perimeters near the area: as they were drawn, in the version that fits, with their dates."""

from __future__ import annotations

from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from official_files import layer, publication, shapefile, square

from geoville.errors import InvalidInputError
from geoville.model import Kind
from geoville.sources.contours import read_perimeters
from geoville.sources.official.area import Area
from geoville.sources.official.layers import CommuneOutlines
from geoville.sources.official.recognise import recognise

QPV, ZFU = publication("qpv"), publication("zfu", vintage="2018")
CODES, NAMES = ["QN06253M", "QN06254M", "QN05901M"], ["Fort Nieulay - Cité É", "Beau Marais", "Ailleurs"]


def quarters() -> gpd.GeoDataFrame:
    """In the area, touching its border from outside, and far from it."""
    shapes = [square(1, 1, 400), shapely.box(652_000, 6_860_100, 652_300, 6_860_400), square(9, 9)]
    return layer(shapes, code_qp=CODES, lib_qp=NAMES, insee_com=["62193", "62193, 62548", "59350"])


def test_those_that_touch_a_commune_are_kept_with_their_dates(tmp_path: Path, pack: Path, converted) -> None:
    (made,) = converted(shapefile(quarters(), tmp_path / "contours.shp"), QPV)
    assert (made.path, made.role, made.rows, made.left_out) == (pack / "qpv_2024.parquet", "qpv", 2, 1)
    read = read_perimeters(made.path, kind=Kind.QPV).perimeters
    assert [(item.code, item.name, item.generation) for item in read] == [
        (code, name, 2024) for code, name in zip(CODES[:2], NAMES[:2], strict=True)
    ]
    assert read[1].communes == ("62193", "62548")
    assert str(read[0].valid_from) == "2024-01-01"
    assert read[0].geometry.equals(square(1, 1, 400))
    assert gpd.read_parquet(made.path)["source"].tolist() == [QPV.source.citation] * 2


def test_the_version_in_the_crs_of_the_area_is_read(tmp_path: Path, converted) -> None:
    """The official one is not reprojected where it need not be; the one for overseas is left alone."""
    frame = quarters()
    frame.assign(lib_qp="WGS84").to_crs(4326).to_file(tmp_path / "QP2024_France_Hexagonale_Outre_Mer_WGS84.geojson")
    overseas = gpd.GeoDataFrame(
        {"code_qp": ["QN97401M"], "lib_qp": ["Réunion"], "insee_com": ["97411"]},
        geometry=[shapely.box(3e5, 7.6e6, 3.1e5, 7.61e6)],
        crs=2975,
    )
    shapefile(overseas, tmp_path / "QP2024_LaReunion_RGR92_UTM40S.shp")
    shapefile(frame, tmp_path / "QP2024_France_hexagonale_LB93.shp")
    files = sorted(tmp_path.glob("QP2024*"))
    (made,) = converted(files, QPV)
    assert gpd.read_parquet(made.path)["name"].tolist() == NAMES[:2]
    without = [path for path in files if "LB93" not in path.name]
    (made,) = converted(without, QPV)
    assert set(gpd.read_parquet(made.path)["name"]) == {"WGS84"}
    island = CommuneOutlines(np.array(["97411"]), np.array([shapely.box(3e5, 7.6e6, 4e5, 7.7e6)], dtype=object), 2975)
    (made,) = converted(files, QPV, of=Area(2975, frozenset({"97411"})), within=island)
    assert gpd.read_parquet(made.path)["code"].tolist() == ["QN97401M"]


def test_no_quarter_in_the_area_is_no_file(tmp_path: Path, pack: Path, converted) -> None:
    quarters().iloc[2:].to_file(tmp_path / "a.gpkg")
    assert converted([tmp_path / "a.gpkg"], QPV) == ()
    assert list(pack.iterdir()) == []


def test_without_outlines_the_codes_of_the_publisher_cut(tmp_path: Path, pack: Path, converted) -> None:
    """By commune where it gives their codes, else by the département that the code of a quarter holds."""
    quarters().to_file(tmp_path / "a.gpkg")
    (made,) = converted([tmp_path / "a.gpkg"], QPV, of=Area(2154, None), within=None)
    assert (made.rows, made.left_out) == (3, 0)
    (made,) = converted([tmp_path / "a.gpkg"], QPV, of=Area(2154, frozenset({"62548"})), within=None)
    assert gpd.read_parquet(made.path)["code"].tolist() == ["QN06254M"]
    quarters().assign(insee_com=["Calais", "Marck", "Lille"]).to_file(tmp_path / "b.gpkg")
    (made,) = converted([tmp_path / "b.gpkg"], QPV, within=None)
    assert gpd.read_parquet(made.path)["code"].tolist() == CODES[:2]


def test_what_nothing_cuts_is_refused(tmp_path: Path, converted) -> None:
    layer([square(1, 1, 400)], ID_ZFU=["zone"], NOM_ZFU=["Zone"]).to_file(tmp_path / "zfu.gpkg")
    with pytest.raises(InvalidInputError, match="contours des communes manquent pour découper les ZFU"):
        converted([tmp_path / "zfu.gpkg"], ZFU, within=None)


@pytest.mark.filterwarnings("ignore:'crs' was not provided")
def test_contours_without_a_crs_are_refused(tmp_path: Path, converted) -> None:
    quarters().set_crs(None, allow_override=True).to_file(tmp_path / "a.shp")
    with pytest.raises(InvalidInputError, match=r"ne dit pas son système de coordonnées.*a.shp"):
        converted(sorted(tmp_path.glob("a.*")), QPV)


def test_free_zones(tmp_path: Path, converted) -> None:
    frame = layer([square(0, 0, 300)], CODE_ZFU=["3112030"], NOM_ZFU=["Beau Marais"])
    (made,) = converted(shapefile(frame, tmp_path / "a.shp"), ZFU)
    (zone,) = read_perimeters(made.path, kind=Kind.ZFU).perimeters
    assert (made.path.name, made.role, zone.kind) == ("zfu.parquet", "zfu", Kind.ZFU)
    assert (zone.code, zone.name, zone.generation) == ("3112030", "Beau Marais", None)


@pytest.mark.realdata
def test_real_quarters_as_anct_gives_them(shared_data: Path, tmp_path: Path, converted) -> None:
    """A Shapefile in Latin-1 and Lambert-93 says the same as the GeoJSON in degrees."""
    real = shared_data / "marseille/qpv2015.geojson"
    files = shapefile(gpd.read_file(real).to_crs(2154), tmp_path / "QP_METROPOLE_LB93.shp")
    (found,) = recognise(files)
    (made,) = converted(files, publication("qpv", vintage="2015"), of=Area(2154, None))
    expected = read_perimeters(real).perimeters
    read = {item.code: item for item in read_perimeters(made.path, kind=Kind.QPV).perimeters}
    assert (found.vintage, made.path.name, made.rows) == ("2015", "qpv_2015.parquet", len(expected))
    for item in expected:
        assert read[item.code].name == item.name
        assert read[item.code].geometry.symmetric_difference(item.geometry).area < 1
    assert len(made.notes) == 1
    assert made.notes[0].startswith("Contours invalides réparés : ")


def test_quarters_of_saint_martin_are_not_measured_as_those_of_the_mainland(tmp_path: Path, converted) -> None:
    island = gpd.GeoDataFrame(
        {"code_qp": ["QN97801M"], "lib_qp": ["Sandy Ground"], "insee_com": ["97801"]},
        geometry=[shapely.box(-63.1, 18.05, -63.08, 18.07)],
        crs=4326,
    )
    island.to_file(tmp_path / "a.geojson")
    assert converted([tmp_path / "a.geojson"], QPV, of=Area(2154, None)) == ()
    assert converted([tmp_path / "a.geojson"], QPV, of=Area(5490, None))[0].rows == 1


def test_one_without_a_surface_stops_no_other_and_is_named_where_it_is_of_the_area(tmp_path: Path, converted) -> None:
    frame = quarters()
    points = [shapely.Polygon([(650_000, 6_860_000)] * 4)] * 2
    flat = layer(points, code_qp=["QN06299M", "QN05999M"], lib_qp=["Plat", "Loin"], insee_com=["62193", "59350"])
    (made,) = converted(shapefile(pd.concat([frame, flat], ignore_index=True), tmp_path / "contours.shp"), QPV)
    assert made.rows == 2
    assert made.notes == ("Contours sans surface, laissés de côté : QN06299M.",)


def test_zones_of_before_are_told_by_a_column_or_a_text(tmp_path: Path, pack: Path, converted) -> None:
    """The header of the published file of ZUS was not read: a column named after them is enough."""
    shapes = [square(1, 1, 400), square(9, 9)]
    files = shapefile(layer(shapes, CODE_ZUS=["3101010", "3101020"], NOM_ZUS=["A", "B"]), tmp_path / "anciens.shp")
    (found,) = recognise(files)
    assert found.kind == "zus"
    (made,) = converted(files, publication("zus", vintage="1996"))
    assert (made.path, made.role, made.rows, made.left_out) == (pack / "zus.parquet", "zus", 1, 1)
