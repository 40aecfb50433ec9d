"""Buildings of the RNB, schools, people of quarters: what is kept, what is left out and said."""

from __future__ import annotations

from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from official_editions import BUILDING, EDITIONS, PEOPLE_2013, SCHOOL, SCHOOLS, degrees, rows_of
from official_files import publication, square

from geoville.errors import InvalidInputError
from geoville.sources.official.area import Area
from geoville.sources.official.layers import CommuneOutlines


@pytest.fixture
def written(tmp_path: Path):
    def write(edition: str) -> list[Path]:
        """The files of an edition, unpacked."""
        import zipfile

        name, writer = EDITIONS[edition]
        writer(tmp_path / name)
        if not name.endswith(".zip"):
            return [tmp_path / name]
        with zipfile.ZipFile(tmp_path / name) as archive:
            archive.extractall(tmp_path)
            return [tmp_path / inside for inside in archive.namelist()]

    return write


def test_buildings_of_the_communes_alone_with_those_that_have_no_footprint_counted(written, converted) -> None:
    (made,) = converted(written("rnb-departement"), publication("buildings"))
    frame = gpd.read_parquet(made.path)
    assert (made.role, made.rows, made.left_out) == ("buildings", 1, 2)
    assert made.notes == ("Bâtiments sans emprise (un point), laissés de côté : 1.",)
    assert frame[["code", "status"]].to_numpy().tolist() == [[BUILDING, "constructed"]]
    assert (frame.crs.to_epsg(), frame.geometry[0].area) == (2154, pytest.approx(40_000, rel=1e-6))


def test_a_shape_that_is_none_is_told_with_its_line(written, converted) -> None:
    (path,) = written("rnb-departement")
    path.write_text(path.read_text("utf-8").replace("MULTIPOLYGON (((", "MULTIPOLYGON ((("[:-1], 1), "utf-8")
    with pytest.raises(InvalidInputError, match=r"Emprise illisible .*ligne 2, colonne shape"):
        converted([path], publication("buildings"))


def test_no_building_in_the_communes_is_refused(written, converted) -> None:
    away = CommuneOutlines(np.array(["62193"]), np.array([square(500, 500)], dtype=object), 2154)
    with pytest.raises(InvalidInputError, match="Aucun bâtiment"):
        converted(written("rnb-departement"), publication("buildings"), within=away)


def test_schools_that_are_open_and_placed(written, converted) -> None:
    (made,) = converted(written("school-directory"), publication("schools"))
    frame = pd.read_parquet(made.path)
    assert (made.path.name, made.role, made.rows, made.left_out) == ("schools.parquet", "schools", 1, 3)
    assert made.notes == (
        "Établissements fermés, laissés de côté : 1.",
        "Établissements sans position, laissés de côté : 1.",
    )
    place = degrees(square(0, 0).centroid)
    assert frame[["name", "category", "precision", "address"]].to_numpy().tolist() == [
        [SCHOOL, "ecole", "declared", "2 rue d'Oran"]
    ]
    assert frame[["lon", "lat"]].to_numpy()[0] == pytest.approx([place.x, place.y], abs=1e-6)


@pytest.mark.parametrize(
    ("written_as", "precision"),
    [("PARFAITE", "declared"), ("Rue", "street"), ("Ville", "municipality"), ("", "municipality")],
)
def test_no_verdict_rests_on_the_position_of_a_school_that_is_not_at_its_door(
    tmp_path: Path, converted, written_as: str, precision: str
) -> None:
    row = {"identifiant_de_l_etablissement": "0620001A", "nom_etablissement": "A", "code_commune": "62193"}
    row |= {"latitude": "50.95", "longitude": "1.86", "precision_localisation": written_as}
    (tmp_path / "a.csv").write_text(rows_of(SCHOOLS, row), "utf-8")
    (made,) = converted([tmp_path / "a.csv"], publication("schools"))
    assert pd.read_parquet(made.path)["precision"].tolist() == [precision]


def test_labels_of_columns_are_read_as_well_as_their_technical_names(tmp_path: Path, converted) -> None:
    """`use_labels=true` writes them with capitals."""
    header = SCHOOLS.replace("identifiant", "Identifiant").replace("nom_eta", "Nom_eta").replace("code_com", "Code_com")
    row = {"Identifiant_de_l_etablissement": "0620001A", "Nom_etablissement": "A", "Code_commune": "62193"}
    (tmp_path / "a.csv").write_text(rows_of(header, row | {"latitude": "50.95", "longitude": "1.86"}), "utf-8")
    (made,) = converted([tmp_path / "a.csv"], publication("schools"))
    assert made.rows == 1


def test_people_of_the_quarters_of_the_departements(tmp_path: Path, converted) -> None:
    rows = [("QP062055", "5 477"), ("QP062055", 5_477), ("QP062056", "ns"), ("QP033001", 4_000)]
    text = rows_of(PEOPLE_2013, *({"qp": code, "population_municipale_2013": count} for code, count in rows))
    (tmp_path / "a.csv").write_text(text, "utf-8")
    (made,) = converted([tmp_path / "a.csv"], publication("quarter_population", vintage="2013"))
    frame = pd.read_parquet(made.path)
    assert (made.role, made.rows, made.left_out) == ("quarter_population", 1, 2)
    assert frame[["code", "population"]].to_numpy().tolist() == [["QP062055", 5_477]]
    assert "2013" in frame["census"][0]


@pytest.mark.parametrize("count", ["cinq", "5478"])
def test_two_populations_of_one_quarter_or_one_that_is_none_are_refused(tmp_path: Path, converted, count: str) -> None:
    rows = [{"qp": "QP062055", "population_municipale_2013": one} for one in (5_477, count)]
    (tmp_path / "a.csv").write_text(rows_of(PEOPLE_2013, *rows), "utf-8")
    with pytest.raises(InvalidInputError, match=r"n'est pas un nombre.*ligne 3"):
        converted([tmp_path / "a.csv"], publication("quarter_population"))


def test_no_quarter_of_the_departements_is_refused(tmp_path: Path, converted) -> None:
    row = {"qp": "QP062055", "population_municipale_2013": 5_477}
    (tmp_path / "a.csv").write_text(rows_of(PEOPLE_2013, row), "utf-8")
    with pytest.raises(InvalidInputError, match="Aucun quartier"):
        converted([tmp_path / "a.csv"], publication("quarter_population"), of=Area(2154, frozenset({"33063"})))
