"""Contours with columns of their own, and contours of the user's beside those that geoville carries."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import geopandas as gpd
import pytest

from geoville.errors import ContourError
from geoville.model import Kind, VerdictCode
from geoville.sources.additions import add_file
from geoville.sources.contours import OwnColumns, read_perimeters
from geoville.sources.national import national_layer
from geoville.sources.pack import open_pack
from geoville.workflows.lookup import DeskChoice

ON = date(2025, 5, 1)
CARRIED = next(item for item in national_layer().perimeters if item.code == "QN06254M")


@pytest.fixture(autouse=True)
def _user_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GEOVILLE_DATA_DIR", str(tmp_path / "user"))


def write(path: Path, **columns: str) -> Path:
    table = gpd.GeoDataFrame({name: [text] for name, text in columns.items()}, geometry=[CARRIED.geometry], crs=2154)
    table.to_file(path)
    return path


def test_the_columns_of_codes_and_names_may_be_said(tmp_path: Path) -> None:
    file = write(tmp_path / "ville.gpkg", NUM_QUARTIER="Q7", APPELLATION="Le Bel Air")
    (read,) = read_perimeters(
        file, kind=Kind.QPV, generation=2024, own=OwnColumns("NUM_QUARTIER", "APPELLATION")
    ).perimeters
    assert (read.code, read.name, read.generation) == ("Q7", "Le Bel Air", 2024)
    assert read.attributes == {}


def test_an_official_code_is_found_in_whatever_column(tmp_path: Path) -> None:
    (read,) = read_perimeters(write(tmp_path / "ville.gpkg", reference_anct="QN06254M")).perimeters
    assert (read.code, read.generation) == ("QN06254M", 2024)


def test_a_quarter_never_gets_a_made_up_code(tmp_path: Path) -> None:
    named = write(tmp_path / "nom.gpkg", nom="Beau Marais")
    assert [item.code for item in read_perimeters(named, kind=Kind.QPV, generation=2024).perimeters] == ["Beau Marais"]
    with pytest.raises(ContourError, match="--code-column"):
        read_perimeters(write(tmp_path / "rien.gpkg", remarque="x"), kind=Kind.QPV, generation=2024)


def test_a_column_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(ContourError, match=r"Colonne absente.*quartier"):
        read_perimeters(write(tmp_path / "nom.gpkg", nom="A"), kind=Kind.QPV, own=OwnColumns(code="quartier"))


def test_an_added_contour_stands_for_the_one_carried_and_is_not_doubled(tmp_path: Path) -> None:
    calais = open_pack("calais")
    add_file(calais, write(tmp_path / "qpv.gpkg", code_qp="QN06254M", lib_qp="Beau Marais", insee_com="62193"), "qpv")
    add_file(calais, write(tmp_path / "encore.gpkg", code_qp="QN06254M", lib_qp="Le même"), "qpv")
    official = [item for item in calais.perimeters({Kind.QPV}) if item.code == "QN06254M"]
    assert [(item.accuracy_m, item.source.title.startswith("Fichier ajouté")) for item in official] == [(0, True)]
    assert len(calais.perimeters({Kind.QPV})) == 4
    index = DeskChoice("calais").open().index
    assert [item.accuracy_m for item in index.perimeters if item.code == "QN06254M"] == [0]
    assert len([item for item in index.perimeters if item.generation == 2024]) == 1609


def test_next_to_the_limit_of_an_added_contour_the_answer_is_firm(tmp_path: Path) -> None:
    on_limit = CARRIED.geometry.boundary.interpolate(50)
    from geoville.crs import transform_point

    lon, lat = transform_point(on_limit.x + 5, on_limit.y, 2154, 4326)
    assert DeskChoice("calais").open().answer_at(lon, lat, ON).verdict is VerdictCode.UNCERTAIN
    add_file(open_pack("calais"), write(tmp_path / "q.gpkg", code_qp="QN06254M", lib_qp="Beau Marais"), "qpv")
    assert DeskChoice("calais").open().answer_at(lon, lat, ON).verdict in {VerdictCode.INSIDE, VerdictCode.OUTSIDE}


def test_what_is_written_of_a_generalised_contour_is_read_back(tmp_path: Path) -> None:
    from geoville.sources.writers import write_perimeters

    for suffix in (".geojson", ".gpkg", ".parquet"):
        path = tmp_path / f"ecrit{suffix}"
        write_perimeters([CARRIED], path)
        (read,) = read_perimeters(path).perimeters
        assert (read.accuracy_m, read.accuracy_source) == (CARRIED.accuracy_m, CARRIED.accuracy_source)
