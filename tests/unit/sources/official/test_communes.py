"""Communes: polygons from one publication, names from another."""

from __future__ import annotations

from pathlib import Path

import geopandas as gpd
import pytest
import shapely
from official_files import layer, publication, shapefile, square

from geoville.errors import InvalidInputError
from geoville.sources.official.area import Area
from geoville.sources.official.layers import read_outlines

CONTOURS, COG = publication("commune_contours"), publication("communes")
NAMES = "TYPECOM,COM,REG,DEP,CTCD,ARR,TNCC,NCC,NCCENR,LIBELLE,CAN,COMPARENT\n"


def shapes(count: int) -> list[shapely.Polygon]:
    return [square(column, 0) for column in range(count)]


def communes(codes: list[str], **columns: object) -> gpd.GeoDataFrame:
    return layer(shapes(len(codes)), INSEE_COM=codes, NOM=[f"Commune n° {code} É" for code in codes], **columns)


def test_communes_of_the_area_with_their_populations(tmp_path: Path, pack: Path, converted) -> None:
    files = shapefile(communes(["62548", "59350", "62193"], POPULATION=[10, 20, 67000]), tmp_path / "COMMUNE.shp")
    (made,) = converted(files, CONTOURS)
    frame = gpd.read_parquet(made.path)
    assert (made.role, made.rows, made.left_out, made.notes) == ("communes", 2, 1, ())
    assert list(frame.columns) == [
        "code", "name", "municipal_population", "total_population", "source", "geometry",
    ]  # fmt: skip
    assert frame["code"].tolist() == ["62193", "62548"]
    assert frame["name"].tolist() == ["Commune n° 62193 É", "Commune n° 62548 É"]
    assert frame["municipal_population"].tolist() == [67000, 10]
    assert frame["total_population"].isna().all()
    assert frame.crs == 2154
    assert frame.geometry[0].equals(square(2, 0))
    outlines = read_outlines(made.path)
    assert (outlines.code.tolist(), outlines.epsg) == (["62193", "62548"], 2154)


def test_arrondissements_make_their_town(tmp_path: Path, converted) -> None:
    frame = communes(["13201", "13202", "13002"], POPULATION=[5, 7, 9])
    frame.to_file(tmp_path / "communes.gpkg")
    (made,) = converted([tmp_path / "communes.gpkg"], CONTOURS, of=Area(2154, frozenset({"13055"})))
    read = gpd.read_parquet(made.path)
    assert (read["code"][0], read["name"][0], read["municipal_population"][0]) == ("13055", "Marseille", 12)
    assert read.geometry[0].equals(shapely.union(square(0, 0), square(1, 0)))


def test_without_populations_they_are_unknown_and_what_is_missing_is_said(tmp_path: Path, converted) -> None:
    communes(["62193"]).to_crs(4326).to_file(tmp_path / "communes.geojson")
    (made,) = converted([tmp_path / "communes.geojson"], CONTOURS)
    assert gpd.read_parquet(made.path)["municipal_population"].isna().all()
    assert made.notes == ("Communes sans contour dans ce fichier : 1 (62548).",)


def test_names_are_added_to_polygons_and_take_nothing_away(tmp_path: Path, converted) -> None:
    communes(["62193", "62548"], POPULATION=[67000, 10]).to_file(tmp_path / "communes.gpkg")
    converted([tmp_path / "communes.gpkg"], CONTOURS)
    rows = (
        "COM,62193,32,62,62D,1,0,CALAIS,Calais,Calais,1,\nCOMD,62548,,,,,,,,Déléguée,,\nCOM,01001,,,,,,,,Ailleurs,,\n"
    )
    (tmp_path / "v_commune_2024.csv").write_text(NAMES + rows, encoding="utf-8-sig")
    (made,) = converted([tmp_path / "v_commune_2024.csv"], COG)
    frame = gpd.read_parquet(made.path)
    assert frame["name"].tolist() == ["Calais", "Commune n° 62548 É"]
    assert frame["municipal_population"].tolist() == [67000, 10]
    assert frame.geometry.notna().all()
    assert (made.rows, made.left_out) == (2, 1)
    assert made.notes == ("Communes absentes du code officiel géographique de ce millésime : 1 (62548).",)


def test_names_alone(tmp_path: Path, converted) -> None:
    text = NAMES.lower() + 'COM,62193,32,62,,,,,,Calais,,\nCOM,62548,32,62,,,,,,"Marck, É",,\n'
    (tmp_path / "cog.csv").write_text(text, encoding="cp1252")
    (made,) = converted([tmp_path / "cog.csv"], COG)
    frame = gpd.read_parquet(made.path)
    assert frame["name"].tolist() == ["Calais", "Marck, É"]
    assert frame.geometry.isna().all()
    assert read_outlines(made.path) is None
    with pytest.raises(InvalidInputError, match="Aucune des communes"):
        converted([tmp_path / "cog.csv"], COG, of=Area(2154, frozenset({"75056"})))


@pytest.mark.filterwarnings("ignore:'crs' was not provided")
def test_contours_that_cannot_be_used(tmp_path: Path, pack: Path, converted) -> None:
    layer(shapes(1), None, INSEE_COM=["62193"], NOM=["A"]).to_file(tmp_path / "a.gpkg")
    with pytest.raises(InvalidInputError, match=r"ne dit pas son système de coordonnées.*a.gpkg.*prj"):
        converted([tmp_path / "a.gpkg"], CONTOURS)
    communes(["59350"]).to_file(tmp_path / "b.gpkg")
    with pytest.raises(InvalidInputError, match=r"Aucun contour.*b.gpkg"):
        converted([tmp_path / "b.gpkg"], CONTOURS)
    broken = layer([shapely.Polygon(), *shapes(2)], INSEE_COM=["62193", "62548", "62001"], NOM=["A", "B", "C"])
    broken.to_file(tmp_path / "c.gpkg")
    with pytest.raises(InvalidInputError, match=r"Géométrie vide.*c.gpkg, ligne 1, colonne geometry, valeur « 62193 »"):
        converted([tmp_path / "c.gpkg"], CONTOURS)
    assert list(pack.iterdir()) == []


def test_another_publication_than_the_one_asked_for(tmp_path: Path, converted) -> None:
    communes(["62193"]).to_file(tmp_path / "a.gpkg")
    with pytest.raises(InvalidInputError, match="pas celui qui est attendu"):
        converted([tmp_path / "a.gpkg"], COG)
