"""The contour reader, on files made here in every layout, and on the real ones of Marseille and Occitanie."""

from __future__ import annotations

import json
import math
from collections.abc import Callable
from datetime import date
from pathlib import Path

import geopandas as gpd
import pytest
import shapely
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from geoville.errors import ContourError
from geoville.model import Kind, Perimeter, Source
from geoville.sources.contours import read_perimeters
from geoville.sources.writers import write_perimeters

SQUARE = shapely.box(621000, 7095000, 621400, 7095300)
BOW_TIE = shapely.Polygon([(621000, 7095000), (621400, 7095300), (621400, 7095000), (621000, 7095300)])
LAYOUT_2024 = {
    "code_qp": "QN06254M",
    "lib_qp": "Beau Marais",
    "insee_reg": "32",
    "insee_dep": "62",
    "insee_com": "62193; 62548",
    "lib_com": "Calais; Marck",
    "siren_epci": "200090751",
    "lib_epci": "CA Grand Calais Terres et Mers",
}
LAYOUT_2015 = {"CODE_QP": "QP062056", "NOM_QP": "Beau Marais", "COMMUNE_QP": "Calais"}

Write = Callable[..., Path]


@pytest.fixture
def write(tmp_path: Path) -> Write:
    def written(*rows: dict[str, object], suffix: str = ".gpkg", epsg: int | None = 2154) -> Path:
        """Write rows (square by default), each transformed from Lambert-93."""
        path = tmp_path / f"contours{suffix}"
        full = [{"geometry": SQUARE, **row} for row in rows]
        frame = gpd.GeoDataFrame(full, geometry="geometry", crs=2154)
        frame = frame.to_crs(epsg) if epsg else frame.set_crs(None, allow_override=True)
        frame.to_parquet(path) if suffix == ".parquet" else frame.to_file(path)
        return path

    return written


@pytest.mark.parametrize("suffix", [".gpkg", ".shp", ".geojson", ".parquet"])
@pytest.mark.parametrize("epsg", [2154, 4326, 3857, 4171])
def test_layout_of_2024_in_every_format_and_crs(write: Write, suffix: str, epsg: int) -> None:
    (found,) = read_perimeters(write(LAYOUT_2024, suffix=suffix, epsg=epsg)).perimeters
    assert (found.code, found.name, found.kind, found.generation) == ("QN06254M", "Beau Marais", Kind.QPV, 2024)
    assert found.communes == ("62193", "62548")
    assert (found.valid_from, found.valid_to) == (date(2024, 1, 1), None)
    assert "2023-1314" in found.reference
    assert not found.estimated
    assert found.epsg == 2154
    assert math.isclose(found.geometry.area, SQUARE.area, rel_tol=1e-6)
    assert found.geometry.hausdorff_distance(SQUARE) < 1e-3
    assert found.attributes["lib_epci"] == "CA Grand Calais Terres et Mers"


@pytest.mark.parametrize("case", [str.lower, str.upper, str.title])
def test_layout_of_2015_in_any_case(write: Write, case: Callable[[str], str]) -> None:
    (found,) = read_perimeters(write({case(key): value for key, value in LAYOUT_2015.items()})).perimeters
    assert (found.code, found.generation, found.valid_to) == ("QP062056", 2015, date(2023, 12, 31))
    assert found.communes == ("Calais",)


def test_overseas_contour_goes_to_the_crs_of_its_departement(tmp_path: Path) -> None:
    square = gpd.GeoSeries([shapely.box(-61.05, 14.60, -61.04, 14.61)], crs=4326)
    gpd.GeoDataFrame({"code_qp": ["QN97201M"]}, geometry=square).to_file(tmp_path / "972.geojson")
    (found,) = read_perimeters(tmp_path / "972.geojson").perimeters
    assert found.epsg == 5490
    assert found.valid_from == date(2025, 1, 1)
    assert math.isclose(found.geometry.area, square.to_crs(5490).area[0], rel_tol=1e-6)


@pytest.mark.parametrize("suffix", [".gpkg", ".parquet"])
def test_file_of_geoville_comes_back_as_it_was_written(tmp_path: Path, suffix: str) -> None:
    candidate = Perimeter(
        code="C1",
        name="Candidat Beau Marais",
        kind=Kind.CANDIDAT,
        geometry=SQUARE,
        epsg=2154,
        estimated=True,
        vintage=2019,
        communes=("62193", "62548"),
        source=Source("Carreaux", "Insee", "2019"),
        attributes={"population": 7590.5, "cells": 22, "why": "médiane sous le seuil", "nothing": None},
    )
    area = Perimeter(
        code="V1",
        name="Veille",
        kind=Kind.VEILLE,
        geometry=SQUARE,
        epsg=2154,
        estimated=False,
        valid_from=date(2015, 1, 1),
        valid_to=date(2020, 12, 31),
        reference="Contrat",
        attributes={"population": 3103.0, "cells": None, "why": None, "nothing": None},
    )
    path = tmp_path / f"own{suffix}"
    write_perimeters([candidate, area], path)
    found = read_perimeters(path)
    for before, after in zip((candidate, area), found.perimeters, strict=True):
        assert after.geometry.equals(before.geometry)
        for field in ("code", "name", "kind", "epsg", "estimated", "vintage", "communes", "attributes", "valid_to"):
            assert getattr(after, field) == getattr(before, field), field
    assert found.perimeters[0].source is not None
    assert found.perimeters[0].source.title == "Insee, Carreaux (2019)"


def test_an_estimate_never_becomes_official(write: Write) -> None:
    estimate = {"code": "C1", "kind": "candidat", "estimated": True, "insee_com": "62193"}
    with pytest.raises(ContourError, match="estimé présenté comme un QPV officiel"):
        read_perimeters(write(estimate), kind=Kind.QPV, generation=2024)
    (found,) = read_perimeters(write(estimate), kind=Kind.VEILLE).perimeters
    assert found.estimated
    (found,) = read_perimeters(write({"code": "C1"}), kind=Kind.CANDIDAT).perimeters
    assert found.estimated


def test_three_dimensions_become_two(write: Write) -> None:
    (found,) = read_perimeters(write({**LAYOUT_2024, "geometry": shapely.force_3d(SQUARE, 12.0)})).perimeters
    assert not found.geometry.has_z


def test_invalid_polygon_is_repaired_and_reported(write: Write) -> None:
    found = read_perimeters(write({**LAYOUT_2024, "geometry": BOW_TIE}))
    assert found.perimeters[0].geometry.is_valid
    (repair,) = found.repairs
    assert repair.code == "QN06254M"
    assert "Self-intersection" in repair.reason
    assert repair.area_after_m2 == found.perimeters[0].geometry.area > 0


def test_rows_of_one_perimeter_are_united_and_reported(write: Write) -> None:
    other = shapely.box(630000, 7095000, 630100, 7095100)
    found = read_perimeters(write(LAYOUT_2024, {**LAYOUT_2024, "geometry": other}))
    (perimeter,) = found.perimeters
    assert perimeter.geometry.area == SQUARE.area + other.area
    assert found.repairs[0].reason == "lignes de même code réunies"


def test_one_code_for_two_perimeters_is_refused(write: Write) -> None:
    with pytest.raises(ContourError, match=r"deux périmètres différents .*ligne 2"):
        read_perimeters(write(LAYOUT_2024, {**LAYOUT_2024, "lib_qp": "Autre"}))


def test_other_kinds_take_the_town_s_columns(write: Write) -> None:
    path = write({"NOM": "Les Hautes-Communes"}, {"NOM": None, "geometry": shapely.transform(SQUARE, lambda c: c + 5)})
    first, second = read_perimeters(path, kind=Kind.ZUS, generation=2015).perimeters
    assert (first.code, first.name, first.generation) == ("zus-1", "Les Hautes-Communes", None)
    assert (second.code, second.name) == ("zus-2", "zus-2")
    assert (first.valid_from, first.valid_to, first.estimated) == (None, None, False)


def test_generation_is_asked_for_where_the_code_does_not_tell(write: Write) -> None:
    path = write({"nom": "Quartier", "code_insee": "97411"}, epsg=4326)
    with pytest.raises(ContourError, match="--generation"):
        read_perimeters(path, kind=Kind.QPV)
    with pytest.raises(ContourError, match="Aucune génération de QPV 2020"):
        read_perimeters(path, kind=Kind.QPV, generation=2020)
    (found,) = read_perimeters(write({"nom": "Quartier"}), kind=Kind.QPV, generation=2015).perimeters
    assert (found.generation, found.valid_to) == (2015, date(2023, 12, 31))


def test_generation_that_contradicts_the_code_is_refused(write: Write) -> None:
    with pytest.raises(ContourError, match="de la génération 2024, et non 2015"):
        read_perimeters(write(LAYOUT_2024), generation=2015)


@pytest.mark.parametrize(
    ("row", "message"),
    [
        ({"nom": "Sans nature"}, "ligne 1.*--kind"),
        ({"code": "A", "kind": "quartier"}, "colonne kind, valeur « quartier »"),
        ({"code": "A", "kind": "zus", "estimated": "peut-être"}, "colonne estimated"),
        ({"code": "A", "kind": "zus", "valid_from": "hier"}, "colonne valid_from, valeur « hier »"),
        ({"code": "A", "kind": "zus", "vintage": "vieux"}, "colonne vintage, valeur « vieux »"),
        ({**LAYOUT_2024, "geometry": shapely.Point(621000, 7095000)}, "n'est pas un polygone .*ligne 1"),
        ({**LAYOUT_2024, "geometry": None}, "Géométrie vide"),
        ({**LAYOUT_2024, "geometry": shapely.Polygon([(0, 0), (1, 1), (2, 2)])}, "sans surface"),
        ({"kind": "zus", "geometry": shapely.box(2e6, 5e6, 2e6 + 9, 5e6 + 9)}, "quel département"),
    ],
)
def test_rows_that_cannot_be_read_are_pointed_at(write: Write, row: dict[str, object], message: str) -> None:
    with pytest.raises(ContourError, match=message):
        read_perimeters(write(row, epsg=3857 if "quel" in message else 2154))


@pytest.mark.filterwarnings("ignore:'crs' was not provided")
def test_file_without_crs(write: Write) -> None:
    with pytest.raises(ContourError, match="système de coordonnées"):
        read_perimeters(write(LAYOUT_2024, suffix=".shp", epsg=None))


@pytest.mark.filterwarnings("ignore:'crs' was not provided")
def test_degrees_without_crs_are_wgs84(tmp_path: Path) -> None:
    frame = gpd.GeoDataFrame([LAYOUT_2024], geometry=[shapely.box(1.88, 50.95, 1.89, 50.96)])
    frame.to_file(tmp_path / "bare.shp")
    (found,) = read_perimeters(tmp_path / "bare.shp").perimeters
    assert math.isclose(found.geometry.area, frame.set_crs(4326).to_crs(2154).area[0], rel_tol=1e-9)


def test_metres_in_a_geojson_that_names_no_crs_are_refused(tmp_path: Path) -> None:
    feature = {"type": "Feature", "properties": LAYOUT_2024, "geometry": shapely.geometry.mapping(SQUARE)}
    path = tmp_path / "metres.geojson"
    path.write_text(json.dumps({"type": "FeatureCollection", "features": [feature]}), encoding="utf-8")
    with pytest.raises(ContourError, match="ne sont pas des degrés"):
        read_perimeters(path)


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("a.geojson", b'{"type": "FeatureCollection", "features": [', "ne peut pas être lu"),
        ("a.geojson", b'{"type": "FeatureCollection", "features": []}', "aucun périmètre"),
        ("a.gpkg", b"SQLite format 3", "ne peut pas être lu"),
        ("a.parquet", b"PAR1", "ne peut pas être lu"),
        ("a.shp", b"", "ne peut pas être lu"),
        ("a.zip", b"", "Format de contours inconnu"),
    ],
)
def test_files_that_cannot_be_read(tmp_path: Path, name: str, content: bytes, message: str) -> None:
    (tmp_path / name).write_bytes(content)
    with pytest.raises(ContourError, match=message):
        read_perimeters(tmp_path / name)


def test_two_layers_are_refused(write: Write) -> None:
    path = write(LAYOUT_2024)
    gpd.read_file(path).to_file(path, layer="second")
    with pytest.raises(ContourError, match="2 couches"):
        read_perimeters(path)


@pytest.fixture
def intact(write: Write) -> dict[str, bytes]:
    rows = (LAYOUT_2024, {**LAYOUT_2024, "code_qp": "QP062056", "geometry": BOW_TIE})
    return {suffix: write(*rows, suffix=suffix, epsg=4326).read_bytes() for suffix in (".geojson", ".gpkg", ".parquet")}


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data(), suffix=st.sampled_from([".geojson", ".gpkg", ".parquet"]))
def test_mutated_bytes_never_raise_anything_else(
    intact: dict[str, bytes], tmp_path: Path, data: st.DataObject, suffix: str
) -> None:
    content = bytearray(intact[suffix])
    places = st.tuples(st.integers(0, len(content) - 1), st.integers(0, 255))
    for place, byte in data.draw(st.lists(places, min_size=1, max_size=12)):
        content[place] = byte
    path = tmp_path / f"mutated{suffix}"
    path.write_bytes(bytes(content[: data.draw(st.integers(len(content) // 2, len(content)))]))
    try:
        found = read_perimeters(path)
    except ContourError:
        return
    assert all(item.geometry.is_valid and item.geometry.area > 0 for item in found.perimeters)


@pytest.mark.realdata
def test_marseille(shared_data: Path) -> None:
    found = read_perimeters(shared_data / "marseille" / "qpv2015.geojson")
    assert len(found.perimeters) == 37
    assert {(item.generation, item.epsg, item.kind) for item in found.perimeters} == {(2015, 2154, Kind.QPV)}
    (repair,) = found.repairs
    assert repair.code == "QP013058"
    assert math.isclose(repair.area_after_m2, repair.area_before_m2, rel_tol=1e-6)


@pytest.mark.realdata
def test_occitanie_repairs_keep_the_area(shared_data: Path) -> None:
    found = read_perimeters(shared_data / "occitanie" / "qpv2015.geojson")
    assert len(found.perimeters) == 105
    assert found.perimeters[0].communes == ("66136",)
    assert len(found.repairs) == 29
    for repair in found.repairs:
        assert math.isclose(repair.area_after_m2, repair.area_before_m2, rel_tol=2e-4)


@pytest.mark.realdata
@pytest.mark.parametrize(("suffix", "epsg"), [(".gpkg", 2154), (".shp", 3857), (".gpkg", 3035), (".parquet", 4326)])
def test_the_same_contours_in_the_layout_of_2024(shared_data: Path, tmp_path: Path, suffix: str, epsg: int) -> None:
    original = read_perimeters(shared_data / "marseille" / "qpv2015.geojson").perimeters
    renamed = gpd.read_file(shared_data / "marseille" / "qpv2015.geojson").rename(
        columns={"CODE_QP": "code_qp", "NOM_QP": "lib_qp", "COMMUNE_QP": "lib_com"}
    )
    path = tmp_path / f"qpv2024{suffix}"
    frame = renamed.to_crs(epsg)
    frame.to_parquet(path) if suffix == ".parquet" else frame.to_file(path)
    for before, after in zip(original, read_perimeters(path).perimeters, strict=True):
        assert (after.code, after.name, after.communes) == (before.code, before.name, before.communes)
        assert math.isclose(after.geometry.area, before.geometry.area, rel_tol=1e-6)


def test_rows_that_are_no_perimeter_are_left_out_and_named_where_they_may_be(write: Write) -> None:
    """One geometry that is lacking, one code used for another perimeter: the rest of a town's quarters is kept."""
    rows = [
        LAYOUT_2024,
        {**LAYOUT_2024, "code_qp": "QN06255M", "geometry": None},
        {**LAYOUT_2024, "lib_qp": "Un autre", "geometry": shapely.box(630000, 7095000, 630400, 7095300)},
        {**LAYOUT_2024, "code_qp": "QN06256M"},
    ]
    path = write(*rows)
    read = read_perimeters(path, may_be_partial=True)
    assert [perimeter.code for perimeter in read.perimeters] == ["QN06254M", "QN06256M"]
    assert shapely.area(read.perimeters[0].geometry) == pytest.approx(SQUARE.area)
    assert [error.where and error.where.line for error in read.refused] == [2, 3]
    with pytest.raises(ContourError, match="ligne 2"):
        read_perimeters(path)
    with pytest.raises(ContourError, match="ligne 1"):
        read_perimeters(write({**LAYOUT_2024, "geometry": None}), may_be_partial=True)


def test_a_shapefile_in_utf_8_without_its_cpg_keeps_its_accents(write: Write) -> None:
    """GDAL takes it for Latin-1: « Centre AnciÃ©n »."""
    path = write({**LAYOUT_2024, "lib_qp": "Résidence de l'Été"}, suffix=".shp")
    path.with_suffix(".cpg").unlink()
    assert "Résidence de l'Été".encode() in path.with_suffix(".dbf").read_bytes()
    assert read_perimeters(path).perimeters[0].name == "Résidence de l'Été"


def test_a_shapefile_in_latin_1_without_its_cpg_is_read_as_it_was(write: Write) -> None:
    path = write({**LAYOUT_2024, "lib_qp": "Résidence de l'Été"}, suffix=".shp")
    path.with_suffix(".cpg").unlink()
    table = path.with_suffix(".dbf")
    wide = "Résidence de l'Été".encode()
    table.write_bytes(table.read_bytes().replace(wide, "Résidence de l'Été".encode("latin-1").ljust(len(wide))))
    assert read_perimeters(path).perimeters[0].name == "Résidence de l'Été"


def test_columns_named_in_words_are_known(write: Write) -> None:
    path = write(
        {"Code du quartier": "QN06254M", "Nom du quartier": "Beau Marais", "commune_qp": "Calais"}, suffix=".geojson"
    )
    (found,) = read_perimeters(path).perimeters
    assert (found.code, found.name) == ("QN06254M", "Beau Marais")


POINT = shapely.Polygon([(621000, 7095000)] * 4)
"""A quarter that was generalised until nothing was left of it, as three are in the file of 2024."""


def test_polygons_without_a_surface_are_told_apart_where_one_asks_for_it(write: Write) -> None:
    rows = [LAYOUT_2024, {**LAYOUT_2024, "code_qp": "QN09105I", "geometry": POINT}]
    with pytest.raises(ContourError, match=r"sans surface.*ligne 2"):
        read_perimeters(write(*rows))
    read = read_perimeters(write(*rows), flat_apart=True)
    assert [item.code for item in read.perimeters] == ["QN06254M"]
    assert [(item.code, item.generation) for item in read.flat] == [("QN09105I", 2024)]


def test_a_part_without_a_surface_is_no_more_than_mended(write: Write) -> None:
    both = shapely.MultiPolygon([SQUARE, shapely.Polygon([(622000, 7095000)] * 4)])
    read = read_perimeters(write({**LAYOUT_2024, "geometry": both}), flat_apart=True)
    assert read.flat == ()
    assert [item.geometry.area for item in read.perimeters] == [SQUARE.area]
