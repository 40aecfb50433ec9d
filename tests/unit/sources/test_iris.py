"""IRIS and communes: every layout of their codes and medians, and what is refused."""

from __future__ import annotations

from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely

from geoville.errors import InvalidInputError
from geoville.sources.files import embedded_data
from geoville.sources.layers import read_communes_layer, read_iris

SQUARES = [shapely.box(621_000 + 1000 * place, 7_095_000, 622_000 + 1000 * place, 7_096_000) for place in range(3)]
CODES = ["621930101", "621930102", "621930201"]


def layer(path: Path, **columns: list[object]) -> Path:
    gpd.GeoDataFrame(columns, geometry=SQUARES, crs=2154).to_file(path)
    return path


@pytest.mark.parametrize(
    ("column", "year"),
    [("DEC_MED19", 2019), ("RFUCQ211", 2011), ("median_declared_2011", 2011), ("dec_med2017", 2017)],
)
def test_the_year_is_in_the_name_of_the_median(tmp_path: Path, column: str, year: int) -> None:
    found = read_iris(layer(tmp_path / "iris.gpkg", CODE_IRIS=CODES, **{column: [12_000.0, None, 9_500.0]}))
    assert found.year == year
    assert found.median_eur[[0, 2]].tolist() == [12_000.0, 9_500.0]
    assert np.isnan(found.median_eur[1])


def test_two_quartiles_are_a_range(tmp_path: Path) -> None:
    """Filosofi publishes the quartiles, and no range."""
    ends = {"DEC_Q119": [9_000.0, 9_000.0, None], "DEC_Q319": [21_500.0, 8_000.0, 20_000.0], "DEC_Q118": [1.0] * 3}
    found = read_iris(layer(tmp_path / "iris.gpkg", CODE_IRIS=CODES, DEC_MED19=[15_000.0] * 3, **ends))
    np.testing.assert_array_equal(found.range_eur, [12_500.0, np.nan, np.nan])


def test_the_number_inside_the_commune_is_not_taken_for_the_code(tmp_path: Path) -> None:
    path = layer(tmp_path / "iris.gpkg", IRIS=["0101", "0102", "0201"], CODE_IRIS=CODES, DEC_MED19=[1, 2, 3])
    assert read_iris(path).code.tolist() == CODES


def test_of_several_years_the_latest_counts(tmp_path: Path) -> None:
    polygons = layer(tmp_path / "iris.gpkg", CODE_IRIS=CODES, NOM_IRIS=["A", "B", "C"])
    table = tmp_path / "rfl.csv"
    rows = [(code, year, 10_000 + year) for code in CODES for year in (2009, 2011)]
    pd.DataFrame(rows, columns=["CodeIris", "year", "median_uc"]).to_csv(table, index=False)
    found = read_iris(polygons, table)
    assert found.year == 2011
    assert found.median_eur.tolist() == [12_011.0] * 3
    assert found.name.tolist() == ["A", "B", "C"]


def test_the_table_of_a_pack_is_read(tmp_path: Path) -> None:
    table = embedded_data() / "calais" / "iris_income.csv"
    found = read_iris(layer(tmp_path / "iris.gpkg", CODE_IRIS=[*CODES[:2], "621930301"]), table)
    assert found.year == 2011
    assert found.median_eur[2] == 2535.0


@pytest.mark.parametrize("secret", ["", "s", "ns", "nd", "NA"])
def test_secret_figures_are_unknown_not_zero(tmp_path: Path, secret: str) -> None:
    polygons = layer(tmp_path / "iris.gpkg", CODE_IRIS=CODES)
    table = tmp_path / "filosofi.csv"
    table.write_text(f"IRIS;CODE_IRIS;DEC_MED19\na;{CODES[0]};12000,5\nb;{CODES[1]};{secret}\n", encoding="utf-8")
    medians = read_iris(polygons, table).median_eur
    assert medians[0] == 12_000.5
    assert np.isnan(medians[1:]).all()


@pytest.mark.parametrize(
    ("columns", "said"),
    [
        ({"CODE_IRIS": CODES}, "revenu déclaré médian"),
        ({"DEC_MED19": [1.0, 2.0, 3.0]}, "code de l'IRIS"),
        ({"CODE_IRIS": [CODES[0]] * 3, "DEC_MED19": [1.0, 2.0, 3.0]}, "deux fois"),
        ({"CODE_IRIS": CODES, "DEC_MED19": [1.0, -2.0, 3.0]}, "négatif"),
        ({"CODE_IRIS": CODES, "DEC_MED19": ["1", "beaucoup", "3"]}, "beaucoup"),
    ],
)
def test_what_cannot_be_read_is_refused(tmp_path: Path, columns: dict[str, list[object]], said: str) -> None:
    with pytest.raises(InvalidInputError, match=said):
        read_iris(layer(tmp_path / "iris.gpkg", **columns))


def test_broken_files_are_refused(tmp_path: Path) -> None:
    broken = tmp_path / "iris.geojson"
    broken.write_bytes(b'{"type": "FeatureCollection"')
    with pytest.raises(InvalidInputError, match="IRIS ne peut pas être lu"):
        read_iris(broken)


def test_arrondissements_count_as_their_commune(tmp_path: Path) -> None:
    path = layer(tmp_path / "communes.gpkg", INSEE_COM=["13201", "13055", "13005"], NOM=["1er", "Marseille", "Aubagne"])
    assert read_communes_layer(path, 2154).code.tolist() == ["13005", "13055", "13055"]


def test_communes_without_a_code_are_refused(tmp_path: Path) -> None:
    with pytest.raises(InvalidInputError, match="code Insee"):
        read_communes_layer(layer(tmp_path / "communes.gpkg", NOM=["a", "b", "c"]), 2154)
