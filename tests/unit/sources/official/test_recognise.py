"""What files are is seen in their content, whatever their names."""

from __future__ import annotations

import shutil
from pathlib import Path

import geopandas as gpd
import openpyxl
import pandas as pd
import pytest
import shapely
from official_files import layer, shapefile, square

from geoville.sources.official.area import Recognised
from geoville.sources.official.recognise import recognise, refusal_of

CELL = "CRS3035RES200mN2838600E3746000"

TABLES = {
    "grid": f"IdINSPIRE,Depcom,I_est_cr,Ind,Ind_snv\n{CELL},62193,1,5.0,100000\n",
    "communes": "TYPECOM,COM,REG,DEP,LIBELLE\nCOM,62193,32,62,Calais\n",
    "urban_units": "CODGEO;LIBGEO;UU2020;LIBUU2020\n62193;Calais;62504;Calais\n",
    "iris_income": "IRIS;DEC_PIMP20;DEC_MED20\n621930101;30,1;15000\n",
    "equipment": "AN;DEPCOM;TYPEQU;LAMBERT_X;LAMBERT_Y\n2021;62193;C201;1;2\n",
    "addresses": "id;numero;rep;nom_voie;code_postal;code_insee;nom_commune;lon;lat\n"
    "62193_1;1;;Rue Mollien;62100;62193;Calais;1.86;50.95\n",
}
VINTAGES = {"urban_units": "2020", "iris_income": "2020", "equipment": "2021"}


def layers() -> dict[str, gpd.GeoDataFrame]:
    square_, line = square(0, 0), shapely.LineString([(650_000, 6_860_000), (650_100, 6_860_000)])
    return {
        "iris_contours": layer([square_], INSEE_COM=["62193"], IRIS=["0101"], CODE_IRIS=["621930101"], NOM_IRIS=["A"]),
        "commune_contours": layer([square_], INSEE_COM=["62193"], NOM=["Calais"], POPULATION=[67000]),
        "qpv": layer([square_], code_qp=["QN06253M"], lib_qp=["Fort Nieulay"], insee_com=["62193"]),
        "zfu": layer([square_], CODE_ZFU=["3112030"], NOM_ZFU=["Beau Marais"]),
        "streets": layer([line], cleabs=["T1"], nature=["Route"], vitesse_moyenne_vl=[30]),
    }


def seen(found: tuple[Recognised, ...]) -> list[tuple[str, str]]:
    return [(item.kind, item.vintage) for item in found]


@pytest.mark.parametrize("kind", TABLES)
@pytest.mark.parametrize("mark", ["", "\ufeff"])
def test_a_table_under_the_name_of_something_else(tmp_path: Path, kind: str, mark: str) -> None:
    path = tmp_path / "qpv.csv"
    path.write_text(mark + TABLES[kind], encoding="utf-8")
    assert seen(recognise([path])) == [(kind, VINTAGES.get(kind, ""))]


@pytest.mark.parametrize("kind", ["iris_contours", "commune_contours", "qpv", "zfu", "streets"])
@pytest.mark.parametrize("suffix", [".geojson", ".gpkg", ".parquet"])
def test_a_layer_under_the_name_of_something_else(tmp_path: Path, kind: str, suffix: str) -> None:
    path = tmp_path / f"bpe{suffix}"
    frame = layers()[kind].to_crs(4326)
    frame.to_parquet(path) if suffix == ".parquet" else frame.to_file(path)
    assert seen(recognise([path])) == [(kind, "2024" if kind == "qpv" else "")]


@pytest.mark.parametrize(
    ("types", "kind"),
    [
        (["RUE", "AV", "RDPT", None], "streets"),
        (["Allée", "Rue", "Boulevard"], "streets"),
        (["canal", "fleuve"], None),
        ([None, None], None),
    ],
)
def test_streets_that_a_town_draws_are_told_by_their_types(tmp_path: Path, types: list[str | None], kind: str | None):
    lines = [shapely.LineString([(650_000, 6_860_000), (650_100, 6_860_000 + rank)]) for rank in range(len(types))]
    layer(lines, name=["a"] * len(types), type=types).to_file(tmp_path / "voies.geojson")
    assert [item.kind for item in recognise([tmp_path / "voies.geojson"])] == ([kind] if kind else [])


def test_a_shapefile_is_all_of_its_files(tmp_path: Path) -> None:
    files = shapefile(layers()["qpv"], tmp_path / "contours.shp")
    (found,) = recognise(files)
    assert (found.kind, found.reader, set(found.files)) == ("qpv", "perimeters", set(files))


def test_versions_of_a_publication_are_one(tmp_path: Path) -> None:
    for epsg in (2154, 4326, 3857):
        layers()["qpv"].to_crs(epsg).to_file(tmp_path / f"QP2024_{epsg}.geojson")
    (found,) = recognise(sorted(tmp_path.iterdir()))
    assert len(found.files) == 3


def test_neighbours_of_the_communes_in_admin_express_are_left_out(tmp_path: Path) -> None:
    square_, point = square(0, 0), shapely.Point(650_000, 6_860_000)
    neighbours = {
        "CHFLIEU_COMMUNE": layer([point], INSEE_COM=["62193"], NOM=["Calais"]),
        "ARRONDISSEMENT_MUNICIPAL": layer([square_], INSEE_COM=["13055"], INSEE_ARM=["13201"], NOM=["1er"]),
        "CANTON": layer([square_], INSEE_CAN=["01"], INSEE_DEP=["62"]),
        "arrondissement_municipal": layer(
            [square_], code_insee=["13201"], nom_officiel=["1er"], code_insee_de_la_commune_de_rattach=["13055"]
        ),
        "commune": layer([square_], code_insee=["62193"], nom_officiel=["Calais"], population=[67000]),
    }
    for name, frame in neighbours.items():
        frame.to_file(tmp_path / "admin_express_2026.gpkg", layer=name.lower() + str(len(name)))
    (found,) = recognise([tmp_path / "admin_express_2026.gpkg"])
    assert (found.kind, found.vintage) == ("commune_contours", "2026")


def test_railways_and_cells_of_one_kilometre_are_nothing(tmp_path: Path) -> None:
    line = shapely.LineString([(650_000, 6_860_000), (650_100, 6_860_000)])
    layer([line], cleabs=["T1"], nature=["Voie ferrée"]).to_file(tmp_path / "voies.gpkg")
    coarse = TABLES["grid"].replace("RES200m", "RES1000m")
    (tmp_path / "carreaux.csv").write_text(coarse, encoding="utf-8")
    assert recognise(sorted(tmp_path.iterdir())) == ()


def test_a_damaged_file_does_not_hide_the_others(tmp_path: Path) -> None:
    for name in ("a.csv", "b.xlsx", "c.gpkg", "d.parquet", "e.shp", "f.geojson", "g.csv.gz"):
        (tmp_path / name).write_bytes(b"\0\1 not that")
    (tmp_path / "h.csv").write_text(TABLES["communes"], encoding="utf-8")
    (tmp_path / "i.csv").touch()
    assert seen(recognise(sorted(tmp_path.iterdir()))) == [("communes", "")]


def test_names_of_columns_under_the_titles_of_a_sheet(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    book.active.append(["Documentation"])
    sheet = book.create_sheet("Composition_communale")
    for row in (
        ["Unités urbaines"],
        [],
        ["Code", "Nom", "UU"],
        ["CODGEO", "LIBGEO", "UU2010"],
        ["62193", "C", "62504"],
    ):
        sheet.append(row)
    book.save(tmp_path / "base.xlsx")
    assert seen(recognise([tmp_path / "base.xlsx"])) == [("urban_units", "2010")]


def test_the_year_comes_from_the_archive_of_the_producer_and_not_from_a_folder(tmp_path: Path) -> None:
    archive = tmp_path / "CONTOURS-IRIS_3-0_2023-01-01"
    (archive / "1_DONNEES").mkdir(parents=True)
    path = archive / "1_DONNEES" / "CONTOURS-IRIS.gpkg"
    layers()["iris_contours"].to_file(path)
    assert seen(recognise([path], archive)) == [("iris_contours", "2023")]
    assert seen(recognise([path])) == [("iris_contours", "")]


def test_a_plain_parquet_table_of_cells(tmp_path: Path) -> None:
    pd.DataFrame({"idcar_200m": [CELL], "ind": [1.0]}).to_parquet(tmp_path / "filosofi2021.parquet")
    assert seen(recognise([tmp_path / "filosofi2021.parquet"])) == [("grid", "2021")]


@pytest.mark.parametrize(
    ("text", "family"),
    [
        ("IRIS;DEC_PIMP21;DEC_MED21\n621930101;30,1;15000\n", "declared"),
        ("IRIS;DISP_TP6021;DISP_MED21\n621930101;30,1;15000\n", "disposable"),
        ("code_iris;dec_med_2021;disp_med_2021\n621930101;15000;16000\n", "declared"),
        ("REG;DEP;UU2010;COM;LIBCOM;IRIS;LIBIRIS;RFUCQ211\n31;62;62504;62193;C;621930101;A;9870\n", "declared"),
    ],
)
def test_declared_and_disposable_incomes_are_told_by_their_columns(tmp_path: Path, text: str, family: str) -> None:
    (tmp_path / "a.csv").write_text(text, encoding="utf-8")
    (found,) = recognise([tmp_path / "a.csv"])
    assert (found.kind, found.family) == ("iris_income", family)


def test_producers_are_told_by_the_columns_that_only_they_write(tmp_path: Path) -> None:
    square_, line = square(0, 0), shapely.LineString([(650_000, 6_860_000), (650_100, 6_860_000)])
    families = {
        "admin-express": layer([square_], INSEE_COM=["62193"], NOM=["Calais"], POPULATION=[67000]),
        "contours-administratifs": layer([square_], code=["62193"], nom=["C"], departement=["62"], region=["32"]),
        "": layer([square_], code=["62193"], nom=["Calais"]),
        "bdtopo": layer([line], cleabs=["T1"], nature=["Route"], vitesse_moyenne_vl=[30]),
        "osm": layer([line], osm_id=["1"], fclass=["residential"], maxspeed=[30]),
    }
    for family, frame in families.items():
        path = tmp_path / "couche.gpkg"
        path.unlink(missing_ok=True)
        frame.to_file(path)
        assert [item.family for item in recognise([path])] == [family]


REFUSED = {
    "grille.zip.crdownload": (b"PK\3\4", "téléchargement inachevé"),
    "vide.csv": (b"", "est vide"),
    "BPE24.csv": (b"\n<!DOCTYPE html>\n<html><body>403</body></html>", "est une page web"),
    "RFL.csv": (b"dc;iris;RFUCQ2\n34057;0101;23690\n", "sans dire leur ann"),
    "filo.csv": (b"GEO;GEO_OBJECT;FILOSOFI_MEASURE;TIME_PERIOD;OBS_VALUE\n62193;COM;MED_SL;2023;1\n", "Filosofi 2"),
    "bd.gpkg": (b"SQLite format 3\0 broken", "abîmé"),
    "uu.xlsx": (b"PK\3\4 broken", "classeur"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_a_file_that_cannot_serve_says_why_in_one_sentence(tmp_path: Path, name: str) -> None:
    content, why = REFUSED[name]
    (tmp_path / name).write_bytes(content)
    sentence = refusal_of(tmp_path / name)
    assert why in sentence
    assert name in sentence
    assert sentence.endswith(".")


@pytest.mark.parametrize("name", ["photo.jpg", "notes.txt", "comptes.csv", "autre.geojson"])
def test_a_file_about_something_else_is_not_refused(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_bytes(b"a;b\n1;2\n")
    assert refusal_of(tmp_path / name) == ""


@pytest.mark.realdata
def test_real_files(shared_data: Path, tmp_path: Path) -> None:
    names = {
        "full_layout/filosofi2019_200m_4communes.csv": ("grid", "2019"),
        "marseille/filosofi2017_200m.csv": ("grid", "2017"),
        "marseille/qpv2015.geojson": ("qpv", "2015"),
        "occitanie/qpv2015.geojson": ("qpv", "2015"),
        "marseille/communes.geojson": ("commune_contours", ""),
        "calais/communes.geojson": ("commune_contours", ""),
        "calais/iris_contours_2020_generalised.geojson": ("iris_contours", "2020"),
        "calais/iris_rfl_2001_2011.csv": ("iris_income", ""),
        "urban_units_2010.csv": ("urban_units", "2010"),
    }
    for number, (name, kind) in enumerate(names.items()):
        path = tmp_path / str(number) / Path(name).name
        path.parent.mkdir()
        shutil.copy(shared_data / name, path)
        found = recognise([path])
        assert [item.kind for item in found] == [kind[0]], name
        assert not kind[1] or found[0].vintage == kind[1], name
