"""Equipment: where it is, what it is called, and how far its position can be trusted."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pyogrio
import pytest
from official_files import publication

from geoville.crs import transform_point
from geoville.errors import InvalidInputError
from geoville.law import known_precisions
from geoville.sources.official.area import Area

BPE = publication("equipment", vintage="2021")
CALAIS = transform_point(1.86, 50.95, 4326, 2154)
OLD = "AN;DEPCOM;DCIRIS;LAMBERT_X;LAMBERT_Y;QUALITE_XY;TYPEQU\n"
NEW = "AN;NOMRS;DEPCOM;TYPEQU;LAMBERT_X;LAMBERT_Y;LONGITUDE;LATITUDE;QUALITE_XY;EPSG\n"


def row(commune: str = "62193", east: object = CALAIS[0], north: object = CALAIS[1], quality: str = "Bonne") -> str:
    return f"2021;{commune};621930101;{east};{north};{quality};C201\n"


def test_positions_become_degrees_and_vague_ones_say_so(tmp_path: Path, pack: Path, converted) -> None:
    comma = str(CALAIS[0]).replace(".", ",")
    rows = (
        row() + row(east=comma, quality="Mauvaise") + row(east="", north="", quality="Non géolocalisé") + row("59350")
    )
    (tmp_path / "bpe21_ensemble_xy.csv").write_text(OLD + rows, encoding="utf-8")
    (made,) = converted([tmp_path / "bpe21_ensemble_xy.csv"], BPE)
    frame = pd.read_parquet(made.path)
    assert (made.path, made.role, made.rows, made.left_out) == (pack / "places.parquet", "places", 2, 2)
    nowhere, labels = made.notes
    assert nowhere == "Équipements sans position, laissés de côté : 1."
    assert "libellés (varmod ou meta) manque" in labels
    assert frame["lon"].to_numpy() == pytest.approx([1.86, 1.86], abs=1e-9)
    assert frame["lat"].to_numpy() == pytest.approx([50.95, 50.95], abs=1e-9)
    assert frame["precision"].tolist() == ["declared", "municipality"]
    assert set(frame["precision"]) <= set(known_precisions())
    assert frame["name"].tolist() == ["Équipement de type C201"] * 2
    assert frame["category"].tolist() == ["C201"] * 2
    assert frame["source"].tolist() == [BPE.source.citation] * 2


def test_names_from_the_file_and_from_the_meaning_of_codes(tmp_path: Path, converted) -> None:
    labels = "COD_VAR;LIB_VAR;COD_MOD;LIB_MOD\nTYPEQU;Type;C201;Collège\nDOM;Domaine;C201;Autre\n"
    (tmp_path / "varmod.csv").write_text(labels, encoding="latin-1")
    rows = "2024;COLLÈGE VAUBAN;62193;C201;1;2;1,86;50.95;B;2154\n2024;_Z;62548;C201;1;2;1.9;50.95;_U;2154\n"
    (tmp_path / "BPE24.csv").write_text(NEW + rows, encoding="utf-8")
    (made,) = converted(sorted(tmp_path.glob("*.csv")), BPE)
    frame = pd.read_parquet(made.path)
    assert frame["name"].tolist() == ["COLLÈGE VAUBAN", "Collège"]
    assert made.notes == ()
    assert frame[["lon", "lat"]].to_numpy().tolist() == [[1.86, 50.95], [1.9, 50.95]]
    assert frame["precision"].tolist() == ["declared", "municipality"]


def test_overseas_positions_are_in_their_own_crs(tmp_path: Path, converted) -> None:
    east, north = transform_point(55.45, -20.88, 4326, 2975)
    (tmp_path / "a.csv").write_text(OLD + row("97411", east, north), encoding="utf-8")
    (made,) = converted([tmp_path / "a.csv"], BPE, of=Area(2975, frozenset({"97411"})))
    assert pd.read_parquet(made.path)["lon"][0] == pytest.approx(55.45, abs=1e-9)


def test_the_dbf_of_older_years(tmp_path: Path, converted) -> None:
    columns = {
        "AN": ["2019"],
        "DEPCOM": ["62193"],
        "TYPEQU": ["C201"],
        "LAMBERT_X": [CALAIS[0]],
        "LAMBERT_Y": [CALAIS[1]],
    }
    pyogrio.write_dataframe(pd.DataFrame(columns), tmp_path / "bpe19.dbf", driver="ESRI Shapefile")
    (made,) = converted([tmp_path / "bpe19.dbf"], BPE)
    assert pd.read_parquet(made.path)["lat"][0] == pytest.approx(50.95, abs=1e-9)


def test_what_cannot_be_used(tmp_path: Path, pack: Path, converted) -> None:
    (tmp_path / "a.csv").write_text(OLD + row() + row(east="abc") + row(north="inf"), encoding="utf-8")
    expected = "pas un nombre, et 1 autre de même .*a.csv, ligne 3, colonne LAMBERT_X, valeur « abc »"
    with pytest.raises(InvalidInputError, match=expected):
        converted([tmp_path / "a.csv"], BPE)
    (tmp_path / "b.csv").write_text(OLD + row("59350"), encoding="utf-8")
    with pytest.raises(InvalidInputError, match="Aucun équipement"):
        converted([tmp_path / "b.csv"], BPE)
    assert list(pack.iterdir()) == []
