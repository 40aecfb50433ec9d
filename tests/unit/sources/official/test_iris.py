"""IRIS: their contours, and their median declared incomes."""

from __future__ import annotations

from pathlib import Path

import geopandas as gpd
import openpyxl
import pandas as pd
import pyarrow.parquet as pq
import pytest
import shapely
from official_files import layer, publication, shapefile, square

from geoville.errors import InvalidInputError
from geoville.sources.official.area import Area
from geoville.sources.official.recognise import recognise

CONTOURS, INCOME = publication("iris_contours"), publication("iris_income")
RFL = Path(__file__).parent / "rfl_2011.xls"
"""The layout of INSEE's RFDU2011IRIS.xls: titles, labels, then the names of the columns; figures made up but one."""


def iris(codes: list[str], **columns: object) -> gpd.GeoDataFrame:
    given = {
        "INSEE_COM": [code[:5] for code in codes],
        "NOM_COM": ["Calais"] * len(codes),
        "IRIS": [code[5:] for code in codes],
        "CODE_IRIS": codes,
        "NOM_IRIS": [f"Cité {code[-1]}" for code in codes],
        "TYP_IRIS": ["H"] * len(codes),
    }
    return layer([square(column, 0) for column in range(len(codes))], **{**given, **columns})


def medians(path: Path) -> dict[tuple[str, int], float | None]:
    frame = pd.read_parquet(path)
    values = frame["median_declared_eur"].astype(object).where(frame["median_declared_eur"].notna(), None)
    return dict(zip(zip(frame["code"], frame["year"], strict=True), values, strict=True))


def test_contours_of_the_area(tmp_path: Path, pack: Path, converted) -> None:
    files = shapefile(iris(["621930102", "593500101", "621930101"]), tmp_path / "CONTOURS-IRIS.shp")
    (made,) = converted(files, CONTOURS)
    frame = gpd.read_parquet(made.path)
    assert (made.path.name, made.role, made.rows, made.left_out) == ("iris.parquet", "iris", 2, 1)
    assert frame.drop(columns="geometry").to_dict("list") == {
        "code": ["621930101", "621930102"],
        "name": ["Cité 1", "Cité 2"],
        "commune": ["62193", "62193"],
    }
    assert frame.crs == 2154
    assert frame.geometry[0].equals(square(2, 0))


def test_arrondissements_and_older_or_newer_names_of_columns(tmp_path: Path, converted) -> None:
    old = iris(["132030101"]).rename(columns={"INSEE_COM": "DEPCOM", "CODE_IRIS": "DCOMIRIS"})
    old.to_file(tmp_path / "a.gpkg")
    new = iris(["132030101"]).rename(columns=lambda name: name.lower()).rename(columns={"insee_com": "code_insee"})
    new.to_file(tmp_path / "b.gpkg")
    for name in ("a.gpkg", "b.gpkg"):
        (made,) = converted([tmp_path / name], CONTOURS, of=Area(2154, frozenset({"13055"})))
        assert gpd.read_parquet(made.path)[["code", "commune", "name"]].to_numpy().tolist() == [
            ["132030101", "13055", "Cité 1"]
        ]


def test_files_of_each_territory_are_read_in_the_one_that_fits(tmp_path: Path, converted) -> None:
    """Metropolitan France in Lambert-93 and Réunion in its own CRS, in one archive."""
    shapefile(iris(["621930101"]), tmp_path / "CONTOURS-IRIS_FXX.shp")
    reunion = gpd.GeoDataFrame(
        iris(["974110101"]).drop(columns="geometry"), geometry=[shapely.box(3e5, 7.6e6, 3.1e5, 7.61e6)], crs=2975
    )
    shapefile(reunion, tmp_path / "CONTOURS-IRIS_REU.shp")
    files = sorted(tmp_path.glob("CONTOURS*"))
    assert len(recognise(files)) == 1
    (made,) = converted(files, CONTOURS, of=Area(2975, frozenset({"97411"})))
    frame = gpd.read_parquet(made.path)
    assert (frame["code"].tolist(), frame.crs.to_epsg()) == (["974110101"], 2975)


def test_an_invalid_polygon_is_repaired_and_said(tmp_path: Path, converted) -> None:
    east, north = 650_000, 6_860_000
    bow = shapely.Polygon([(east, north), (east + 100, north + 100), (east + 100, north), (east, north + 100)])
    iris(["621930101"]).set_geometry([bow]).set_crs(2154).to_file(tmp_path / "a.gpkg")
    (made,) = converted([tmp_path / "a.gpkg"], CONTOURS)
    assert gpd.read_parquet(made.path).geometry.is_valid.all()
    assert made.notes == ("Contours invalides réparés : 1 (621930101).",)


def test_all_faults_of_contours_at_once(tmp_path: Path, converted) -> None:
    frame = iris(["621930101", "621930102", "621930103"], CODE_IRIS=["621930101", None, ""])
    frame.loc[0, "geometry"] = None
    frame.to_file(tmp_path / "a.gpkg")
    expected = r"Géométrie vide.*ligne 1.*autres fautes : Contour sans code, et 1 autre de même \(ligne 2"
    with pytest.raises(InvalidInputError, match=expected):
        converted([tmp_path / "a.gpkg"], CONTOURS)


def test_incomes_with_decimal_commas_and_secrets(tmp_path: Path, converted) -> None:
    text = "IRIS;DEC_PIMP20;DEC_MED20\n621930101;30,1;15086,5\n621930102;ns;nd\n593500101;1,0;9000\n\n"
    (tmp_path / "BASE_TD_FILO_DEC_IRIS_2020.csv").write_text(text, encoding="utf-8-sig")
    (made,) = converted([tmp_path / "BASE_TD_FILO_DEC_IRIS_2020.csv"], INCOME)
    assert (made.path.name, made.role, made.rows, made.left_out) == ("iris_income.parquet", "iris_income", 2, 1)
    assert medians(made.path) == {("621930101", 2020): 15086.5, ("621930102", 2020): None}
    assert made.notes == ("IRIS dont le revenu médian n'est pas publié : 1.",)


@pytest.mark.parametrize(
    ("header", "row", "expected"),
    [
        ("IRIS;DEC_MED20;DEC_Q120;DEC_Q320", "621930101;15086,5;9000,5;21500,5", 12_500.0),
        ("IRIS;DEC_Q320;DEC_MED20;DEC_Q120", "621930101;21500;15086;ns", None),
        ("IRIS;DEC_MED20;DEC_Q119;DEC_Q319", "621930101;15086;9000;21500", None),
        ("IRIS;RFUCQ211;RFUCIQ11", "621930101;15086;12045", 12_045.0),
        ("code_iris,year,median_uc,iqr", "621930101,2011,15086,12045", 12_045.0),
        ("code_iris,iqr,year,median_uc", "621930101,,2011,15086", None),
    ],
)
def test_the_range_of_incomes_is_kept_where_it_is_published(tmp_path, converted, header, row, expected) -> None:
    (tmp_path / "a.csv").write_text(f"{header}\n{row}\n", encoding="utf-8")
    (made,) = converted([tmp_path / "a.csv"], INCOME)
    (spread,) = pq.read_table(made.path)["range_declared_eur"].to_pylist()
    assert spread == expected


def test_years_are_put_together_and_a_year_read_again_is_replaced(tmp_path: Path, converted) -> None:
    (made,) = converted([RFL], INCOME)
    assert medians(made.path) == {("621930101", 2011): 15086.0, ("621930301", 2011): 2530.0}
    assert pd.read_parquet(made.path)["name"].tolist() == ["Petit Courgain Mivoix", "Matisse Andrique"]
    for value in ("1", "16000"):
        (tmp_path / "a.csv").write_text(f"IRIS;DEC_MED21\n621930101;{value}\n", encoding="utf-8")
        (made,) = converted([tmp_path / "a.csv"], INCOME)
    assert medians(made.path) == {
        ("621930101", 2011): 15086.0,
        ("621930101", 2021): 16000.0,
        ("621930301", 2011): 2530.0,
    }


def test_a_workbook_whose_styles_only_some_programs_accept(tmp_path: Path, converted) -> None:
    book = openpyxl.Workbook()
    book.active.append(["Variables"])
    sheet = book.create_sheet("IRIS_DEC")
    for row in (["Titre"], [], [], [], ["IRIS", "LIBIRIS", "DEC_MED19"], ["621930101", "Cité", 15086]):
        sheet.append(row)
    book.save(tmp_path / "a.xlsx")
    (made,) = converted([tmp_path / "a.xlsx"], INCOME)
    assert medians(made.path) == {("621930101", 2019): 15086.0}


def test_incomes_that_cannot_be_used(tmp_path: Path, pack: Path, converted) -> None:
    def refused(text: str, match: str) -> None:
        (tmp_path / "a.csv").write_text(text, encoding="utf-8")
        with pytest.raises(InvalidInputError, match=match):
            converted([tmp_path / "a.csv"], INCOME)

    refused("IRIS;DISP_MED21\n621930101;15000\n", "revenus disponibles, et non.*a.csv.*DEC_MED")
    refused("IRIS;DEC_MED21\n593500101;15000\n", "Aucun IRIS du territoire")
    refused(
        "IRIS;DEC_MED21\n621930101;15 000\n62193010;1\n621930103;-4\n",
        "n'est pas un nombre positif, et 1 autre de même .*a.csv, ligne 2, colonne DEC_MED21, valeur « 15 000 ».*"
        "autres fautes : Code d'IRIS mal formé .ligne 3, colonne IRIS, valeur « 62193010 »",
    )
    assert list(pack.iterdir()) == []


@pytest.mark.realdata
def test_real_contours_in_the_layout_of_ign(shared_data: Path, tmp_path: Path, converted) -> None:
    real = gpd.read_file(shared_data / "marseille/iris_2020_generalised_rfl2011.geojson")
    columns = {"IRIS": real["CODE_IRIS"].str[5:], "TYP_IRIS": "H"}
    frame = real.drop(columns="median_declared_2011").assign(**columns).to_crs(2154)
    files = shapefile(frame, tmp_path / "CONTOURS-IRIS.shp")
    (made,) = converted(files, CONTOURS, of=Area(2154, frozenset({"13055"})))
    expected = real[real["INSEE_COM"].str.startswith("132")].set_index("CODE_IRIS").sort_index()
    read = gpd.read_parquet(made.path).set_index("code")
    assert read.index.tolist() == expected.index.tolist()
    assert read["name"].tolist() == expected["NOM_IRIS"].tolist()
    assert set(read["commune"]) == {"13055"}
    assert read.geometry.hausdorff_distance(expected.to_crs(2154).geometry).max() < 0.001


@pytest.mark.realdata
def test_real_incomes_of_all_years(shared_data: Path, converted) -> None:
    (made,) = converted([shared_data / "calais/iris_rfl_2001_2011.csv"], INCOME)
    real = pd.read_csv(shared_data / "calais/iris_rfl_2001_2011.csv", dtype={"CodeIris": str})
    inside = real[real["CodeIris"].str[:5].isin(["62193", "62548"])]
    assert made.rows == len(inside)
    assert medians(made.path)["621930301", 2009] == 2530
