"""Grids are read right in every format and spelling, or refused with file, line, column and value."""

from __future__ import annotations

import hashlib
from pathlib import Path

import geopandas
import numpy as np
import pandas as pd
import pyogrio
import pytest
import shapely

from geoville.carroyage.grid import Grid
from geoville.errors import GridError
from geoville.sources.grids import read_grid

HEADER = "idcar_200m,i_est_200,ind,men,men_pauv,ind_snv"
ROWS = (
    "CRS3035RES200mN3118200E3750400,0,40.5,15,4,700000.5",
    "CRS3035RES200mN3118000E3750800,1,12.0,4.4,0.7,298873.3",
    "CRS3035RES200mN3118000E3750400,1,3.0,1.1,0.2,74718.3",
)


def write_grid(folder: Path, *rows: str, header: str = HEADER, name: str = "carreaux_2019.csv") -> Path:
    path = folder / name
    path.write_text("\n".join([header, *rows]) + "\n", encoding="utf-8")
    return path


def refusal(path: Path, vintage: int | None = None) -> GridError:
    with pytest.raises(GridError) as caught:
        read_grid(path, vintage=vintage)
    return caught.value


def assert_same(left: Grid, right: Grid) -> None:
    assert (left.epsg, left.vintage) == (right.epsg, right.vintage)
    for name in ("easting", "northing", "people", "income_sum_eur", "imputed", "households", "poor_households"):
        np.testing.assert_array_equal(getattr(left, name), getattr(right, name), err_msg=name, strict=True)


def test_cells_are_sorted_and_typed(tmp_path: Path) -> None:
    grid = read_grid(write_grid(tmp_path, *ROWS))
    assert (grid.epsg, grid.vintage) == (3035, 2019)
    assert grid.northing.tolist() == [3118000, 3118000, 3118200]
    assert grid.easting.tolist() == [3750400, 3750800, 3750400]
    assert grid.people.tolist() == [3.0, 12.0, 40.5]
    assert grid.income_sum_eur.tolist() == [74718.3, 298873.3, 700000.5]
    assert grid.imputed.tolist() == [True, True, False]
    assert grid.households.tolist() == [1.1, 4.4, 15.0]
    assert grid.poor_households.tolist() == [0.2, 0.7, 4.0]
    assert grid.easting.dtype == np.int64
    assert grid.imputed.dtype == np.bool_


@pytest.mark.parametrize(
    "header",
    [
        "IdINSPIRE,I_est_cr,Ind,Men,Men_pauv,Ind_snv",
        "Idcar_200m,I_est_200,Ind,Men,Men_pauv,Ind_snv",
        "IDCAR_200M,I_EST_200,IND,MEN,MEN_PAUV,IND_SNV",
        '"idcar_200m","i_est_200","ind","men","men_pauv","ind_snv"',
        "\ufeffidcar_200m,i_est_200,ind,men,men_pauv,ind_snv",
    ],
)
def test_every_spelling_reads_alike(tmp_path: Path, header: str) -> None:
    expected = read_grid(write_grid(tmp_path, *ROWS))
    assert_same(read_grid(write_grid(tmp_path, *ROWS, header=header)), expected)


def test_semicolons_with_decimal_commas(tmp_path: Path) -> None:
    expected = read_grid(write_grid(tmp_path, *ROWS))
    french = [row.replace(",", ";").replace(".", ",") for row in ROWS]
    assert_same(read_grid(write_grid(tmp_path, *french, header=HEADER.replace(",", ";"))), expected)


def test_accents_of_an_older_encoding_do_no_harm(tmp_path: Path) -> None:
    expected = read_grid(write_grid(tmp_path, *ROWS))
    path = tmp_path / "latin_2019.csv"
    text = "\r\n".join([f"libellé,{HEADER}", *(f"Îlot à côté,{row}" for row in ROWS)])
    path.write_bytes(text.encode("cp1252"))
    assert_same(read_grid(path), expected)


@pytest.mark.parametrize("suffix", [".parquet", ".gpkg", ".dbf"])
def test_formats_read_alike(tmp_path: Path, suffix: str) -> None:
    source = write_grid(tmp_path, *ROWS)
    table = pd.read_csv(source)
    path = tmp_path / f"carreaux_2019{suffix}"
    if suffix == ".parquet":
        table.to_parquet(path)
    elif suffix == ".gpkg":
        geopandas.GeoDataFrame(table, geometry=[shapely.box(0, 0, 1, 1)] * 3, crs=3035).to_file(path)
    else:
        pyogrio.write_dataframe(table, path, driver="ESRI Shapefile")
    assert_same(read_grid(path), read_grid(source))


def test_text_columns_of_a_parquet_file(tmp_path: Path) -> None:
    source = write_grid(tmp_path, *ROWS)
    path = tmp_path / "text_2019.parquet"
    pd.read_csv(source, dtype="category").to_parquet(path)
    assert_same(read_grid(path), read_grid(source))


def test_the_layer_with_cells_is_chosen(tmp_path: Path) -> None:
    source = write_grid(tmp_path, *ROWS)
    path = tmp_path / "carreaux_2019.gpkg"
    pyogrio.write_dataframe(pd.DataFrame({"note": ["x"]}), path, layer="notes")
    pyogrio.write_dataframe(pd.read_csv(source), path, layer="carreaux", append=True)
    assert_same(read_grid(path), read_grid(source))


def test_households_that_are_not_published_are_nan(tmp_path: Path) -> None:
    header = "idcar_200m,i_est_200,ind,men,men_pauv,ind_snv"
    emptied = read_grid(write_grid(tmp_path, "CRS3035RES200mN3118200E3750400,1,40.5,,NA,700000.5", header=header))
    without = read_grid(
        write_grid(
            tmp_path, "CRS3035RES200mN3118200E3750400,1,40.5,700000.5", header="idcar_200m,i_est_200,ind,ind_snv"
        )
    )
    for grid in (emptied, without):
        assert np.isnan(grid.households).all()
        assert np.isnan(grid.poor_households).all()


@pytest.mark.parametrize(
    ("cell", "epsg"), [("CRS5490RES200mN1592600E728800", 5490), ("CRS2975RES200mN7634200E0359400", 2975)]
)
def test_overseas_cells(tmp_path: Path, cell: str, epsg: int) -> None:
    grid = read_grid(write_grid(tmp_path, f"{cell},0,40.5,15,4,700000.5"))
    assert (grid.epsg, len(grid)) == (epsg, 1)


OTHER = "CRS3035RES200mN3119000E3750400"


@pytest.mark.parametrize(
    ("row", "column", "value", "words"),
    [
        (f"{OTHER},0,-3,1,0,100", "ind", "-3", "habitants : valeur négative"),
        (f"{OTHER},0,,1,0,100", "ind", "", "habitants : valeur manquante"),
        (f"{OTHER},0,douze,1,0,100", "ind", "douze", "ce n'est pas un nombre"),
        (f"{OTHER},0,1_0,1,0,100", "ind", "1_0", "ce n'est pas un nombre"),
        (f"{OTHER},0,inf,1,0,100", "ind", "inf", "valeur infinie"),
        (f"{OTHER},0,nan,1,0,100", "ind", "nan", "valeur manquante"),
        (f"{OTHER},0,3,1,0,-100", "ind_snv", "-100", "valeur négative"),
        (f"{OTHER},0,3,1,0,", "ind_snv", "", "valeur manquante"),
        (f"{OTHER},0,3,-1,,100", "men", "-1", "valeur négative"),
        (f"{OTHER},0,3,1,x,100", "men_pauv", "x", "ce n'est pas un nombre"),
        (f"{OTHER},2,3,1,0,100", "i_est_200", "2", "autre que 0 ou 1"),
        (f"{OTHER},,3,1,0,100", "i_est_200", "", "autre que 0 ou 1"),
        (f"{OTHER},oui,3,1,0,100", "i_est_200", "oui", "autre que 0 ou 1"),
        (f"{OTHER},0,0,0,0,100", "ind_snv", "100", "sans habitant"),
        (f"{OTHER},0,3,1,1.2,100", "men_pauv", "1.2", "Plus de ménages pauvres"),
        (ROWS[0], "idcar_200m", ROWS[0].split(",", maxsplit=1)[0], "en double"),
        ("CRS3035RES200mN03118200E3750400,0,3,1,0,100", "idcar_200m", "CRS3035RES200mN03118200E3750400", "illisible"),
        (",0,3,1,0,100", "idcar_200m", "", "illisible"),
        (f"{'x' * 200},0,3,1,0,100", "idcar_200m", "x" * 60, "illisible"),
        ("CRS3035RES1000mN3118000E3750000,0,3,1,0,9", "idcar_200m", "CRS3035RES1000mN3118000E3750000", "autre taille"),
        (
            "CRS3035RES200mN3118100E3750400,0,3,1,0,9",
            "idcar_200m",
            "CRS3035RES200mN3118100E3750400",
            "hors de la maille",
        ),
        ("CRS2154RES200mN3118000E3750000,0,3,1,0,9", "idcar_200m", "CRS2154RES200mN3118000E3750000", "CRS inattendu"),
        ("CRS2975RES200mN7634200E359400,0,3,1,0,9", "idcar_200m", "CRS2975RES200mN7634200E359400", "3035 et EPSG:2975"),
    ],
)
def test_faults_are_placed(tmp_path: Path, row: str, column: str, value: str, words: str) -> None:
    error = refusal(write_grid(tmp_path, *ROWS, row))
    assert words in error.message
    assert error.where is not None
    assert (error.where.file, error.where.line, error.where.column) == ("carreaux_2019.csv", 5, column)
    assert error.where.value == value


def test_rounding_to_one_decimal_is_not_a_fault(tmp_path: Path) -> None:
    grid = read_grid(write_grid(tmp_path, f"{OTHER},1,3,1.1,1.15,100"))
    assert grid.poor_households.tolist() == [1.15]


def test_all_faults_are_said_at_once(tmp_path: Path) -> None:
    rows = [
        f"{OTHER},0,-3,1,0,100",
        ROWS[0],
        "CRS3035RES200mN3120000E3750400,0,-5,1,0,100",
        "CRS3035RES200mN3121000E3750400,7,-8,1,0,x",
    ]
    error = refusal(write_grid(tmp_path, *ROWS, *rows))
    assert error.message == "Carreau en double"
    assert "Nombre d'habitants : valeur négative, et 2 autres de même (ligne 5, colonne ind, valeur « -3 »)" in str(
        error
    )
    assert "pas un nombre (ligne 8, colonne ind_snv, valeur « x »)" in str(error)
    assert "0 ou 1 (ligne 8, colonne i_est_200, valeur « 7 »)" in str(error)


def test_blank_lines_are_counted(tmp_path: Path) -> None:
    error = refusal(write_grid(tmp_path, "", ROWS[0], "", f"{OTHER},0,-3,1,0,100", ""))
    assert error.where is not None
    assert error.where.line == 5


def test_a_row_of_a_table_without_lines(tmp_path: Path) -> None:
    path = tmp_path / "carreaux_2019.parquet"
    pd.read_csv(write_grid(tmp_path, *ROWS, f"{OTHER},0,-3,1,0,100")).to_parquet(path)
    error = refusal(path)
    assert error.where is not None
    assert (error.where.line, error.where.column, error.where.value) == (4, "ind", "-3.0")


@pytest.mark.parametrize("short", [f"{OTHER},0,3", f"{OTHER},0,3,1,0,100,8", f"{OTHER},0,é"])
@pytest.mark.parametrize("encoding", ["utf-8", "cp1252"])
def test_lines_of_another_length(tmp_path: Path, short: str, encoding: str) -> None:
    path = tmp_path / "carreaux_2019.csv"
    path.write_bytes("\n".join([HEADER, *ROWS, short, short]).encode(encoding))
    error = refusal(path)
    assert error.where is not None
    assert error.where.line == 5
    assert "et 1 autre" in error.message


def test_missing_columns_are_named_with_those_found(tmp_path: Path) -> None:
    error = refusal(write_grid(tmp_path, "a,b", header="idcar_200m,revenu"))
    assert error.message == (
        "Colonnes manquantes : i_est_cr ou i_est_200, ind, ind_snv (colonnes trouvées : idcar_200m, revenu)"
    )


def test_two_columns_for_one(tmp_path: Path) -> None:
    error = refusal(write_grid(tmp_path, header="idcar_200m,IdINSPIRE,i_est_200,ind,ind_snv"))
    assert "idcar_200m et IdINSPIRE" in error.message


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("a_2019.csv", b"", "vide"),
        ("a_2019.csv", f"{HEADER}\n".encode(), "aucun carreau"),
        ("a_2019.csv", HEADER.encode(), "aucun carreau"),
        ("a_2019.csv", "\n".join([HEADER, *ROWS]).encode("utf-16"), "ni en UTF-8"),
        ("a_2019.parquet", b"PAR1 is not enough", "n'est pas lisible comme .parquet"),
        ("a_2019.gpkg", b"SQLite format 3\0 is not enough", "n'est pas lisible comme .gpkg"),
        ("a_2019.dbf", b"no", "n'est pas lisible comme .dbf"),
        ("a_2019.xlsx", b"PK", "Format de grille inconnu"),
    ],
)
def test_files_that_are_not_grids(tmp_path: Path, name: str, content: bytes, words: str) -> None:
    path = tmp_path / name
    path.write_bytes(content)
    assert words in refusal(path).message


def test_a_missing_file(tmp_path: Path) -> None:
    assert "introuvable" in refusal(tmp_path / "absent_2019.csv").message


@pytest.mark.parametrize(
    ("name", "said", "expected"),
    [
        ("Filosofi2017_carreaux_200m_met.csv", None, 2017),
        ("carreaux_2021_v2021.csv", None, 2021),
        ("carreaux_2024.csv", 2019, 2019),
        ("carreaux.csv", 2015, 2015),
    ],
)
def test_vintage(tmp_path: Path, name: str, said: int | None, expected: int) -> None:
    path = write_grid(tmp_path, *ROWS, name=name)
    assert read_grid(path, vintage=said).vintage == expected


@pytest.mark.parametrize(
    ("name", "said", "words"),
    [
        ("carreaux.csv", None, "--vintage"),
        ("carreaux_20190101.csv", None, "--vintage"),
        ("carreaux_2019_2021.csv", None, "2019 et 2021"),
        ("carreaux_1999.csv", None, "--vintage"),
        ("carreaux.csv", 19, "19 n'est pas un millésime"),
    ],
)
def test_vintage_unknown(tmp_path: Path, name: str, said: int | None, words: str) -> None:
    assert words in str(refusal(write_grid(tmp_path, *ROWS, name=name), vintage=said))


def test_a_known_file_says_its_vintage(tmp_path: Path) -> None:
    path = write_grid(tmp_path, *ROWS, name="carreaux_2021.csv")
    known = {hashlib.sha256(path.read_bytes()).hexdigest(): 2015}
    assert read_grid(path, known_checksums=known).vintage == 2015
    with pytest.raises(GridError, match="ses revenus sont de 2015, et non de 2019"):
        read_grid(path, vintage=2019, known_checksums=known)


@pytest.mark.realdata
@pytest.mark.parametrize(
    ("name", "vintage", "cells", "observed"),
    [
        ("calais/calais_filosofi2015_200m.csv", 2015, 1050, 546),
        ("calais/calais_filosofi2019_200m.csv", 2019, 1221, 578),
        ("calais/calais_filosofi2021_200m.csv", 2021, 1047, 554),
        ("marseille/filosofi2017_200m.csv", 2017, 7282, 4162),
        ("full_layout/filosofi2019_200m_4communes.csv", 2019, 965, 728),
    ],
)
def test_real_grids(shared_data: Path, name: str, vintage: int, cells: int, observed: int) -> None:
    grid = read_grid(shared_data / name)
    assert (grid.epsg, grid.vintage, len(grid)) == (3035, vintage, cells)
    assert np.count_nonzero(~grid.imputed) == observed
    table = pd.read_csv(shared_data / name).rename(columns=str.lower)
    assert grid.people.sum() == pytest.approx(table["ind"].sum(), abs=1e-6)
    assert grid.income_sum_eur.sum() == pytest.approx(table["ind_snv"].sum(), abs=1e-3)
    assert np.nansum(grid.households) == pytest.approx(table["men"].sum(), abs=1e-6)
    assert np.nansum(grid.poor_households) == pytest.approx(table["men_pauv"].sum(), abs=1e-6)
    assert np.isnan(grid.households).sum() == table["men"].isna().sum()
