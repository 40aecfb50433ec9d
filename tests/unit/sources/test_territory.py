"""The embedded territory as others read it, and what happens when a pack is altered."""

from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
import pytest

from geoville.crs import WGS84
from geoville.errors import DataUnavailableError, InvalidInputError, UnknownTerritoryError
from geoville.model import Kind, Perimeter
from geoville.sources import files
from geoville.sources import pack as territory
from geoville.sources.files import sha256_of
from geoville.sources.grids import read_grid
from geoville.sources.pack import list_territories, open_pack
from geoville.sources.writers import write_perimeters


@pytest.fixture
def copied(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Folder of a copy of Calais that the test may alter, opened instead of the embedded one."""
    shutil.copytree(files.embedded_data() / "calais", tmp_path / "packs" / "calais")
    monkeypatch.setattr(territory, "embedded_data", lambda: tmp_path / "packs")
    return tmp_path / "packs" / "calais"


def test_calais_is_listed_and_opened() -> None:
    assert [pack.name for pack in list_territories()] == ["calais"]
    calais = open_pack("calais")
    assert (calais.epsg, calais.default_vintage) == (2154, 2019)
    assert calais.communes["62193"] == "Calais"
    assert calais.urban_unit_communes == {"62193", "62239", "62244", "62360", "62548", "62774"}
    assert calais.urban_unit_communes <= set(calais.communes)


def test_income_reference_is_the_contract_s_and_unverified() -> None:
    reference = open_pack("calais").income_reference
    assert (reference.urban_unit_eur, reference.national_eur, reference.year) == (13287, 18355, 2009)
    assert reference.urban_unit_population == 99000
    assert not reference.verified


@pytest.mark.parametrize("name", ["paris", "", "..", "../data/calais", "Calais", "calais/", "calais\n", "a" * 300])
def test_unknown_names_are_refused(name: str) -> None:
    with pytest.raises(UnknownTerritoryError, match="territoires connus : calais"):
        open_pack(name)


@pytest.mark.parametrize(("vintage", "cells"), [(2015, 1050), (2019, 1221), (2021, 1047)])
def test_each_grid_is_read_and_recognised_by_its_checksum(vintage: int, cells: int) -> None:
    calais = open_pack("calais")
    path = calais.grid_path(vintage)
    assert calais.grid_checksums()[sha256_of(path)] == vintage
    grid = read_grid(path, known_checksums=calais.grid_checksums())
    assert (grid.vintage, len(grid)) == (vintage, cells)
    commune, iris = calais.cells.zones_of(grid)
    assert (commune != "").all()
    assert (iris != "").all()


def test_the_default_grid_is_that_of_2019() -> None:
    calais = open_pack("calais")
    assert calais.grid_path() == calais.grid_path(2019)
    with pytest.raises(InvalidInputError, match="2015, 2019, 2021"):
        calais.grid_path(2017)


def test_zones_of_cells_that_are_not_known_are_empty() -> None:
    calais = open_pack("calais")
    grid = read_grid(calais.grid_path())
    shifted = type(grid)(
        **{name: getattr(grid, name) for name in grid.__slots__ if name != "easting"}, easting=grid.easting + 1_000_000
    )
    assert not np.char.str_len(calais.cells.zones_of(shifted)[0]).any()


def test_the_extent_written_of_calais_is_the_box_of_its_cells() -> None:
    calais = open_pack("calais")
    assert calais.manifest.extent == pytest.approx(calais.cells.bounds(WGS84), abs=1e-12)


def test_extent_holds_the_cells_and_the_addresses_of_calais() -> None:
    calais = open_pack("calais")
    west, south, east, north = calais.extent
    assert (round(west, 2), round(south, 2), round(east, 2), round(north, 2)) == (1.74, 50.89, 2.0, 50.99)
    for address in calais.address_list().addresses:
        assert west < address.lon < east
        assert south < address.lat < north


def test_address_list_holds_addresses_then_places_and_says_that_it_is_not_complete() -> None:
    known = open_pack("calais").address_list()
    assert not known.complete
    assert known.name == "la liste embarquée"
    assert len([item for item in known.addresses if not item.place]) == 69
    assert next(item for item in known.addresses if item.place == "Collège Lucien Vadez").precision == "street"


def test_medians_of_iris_leave_out_what_is_not_published() -> None:
    calais = open_pack("calais")
    assert len(calais.iris_medians(2011)) == 31
    assert len(calais.iris_medians(2002)) == 31
    assert calais.iris_medians(1999) == {}


def test_the_official_quarters_of_the_pack_are_those_of_the_national_layer() -> None:
    calais = open_pack("calais")
    assert all(perimeter.estimated for perimeter in calais.own_perimeters())
    official = {item.code: item.accuracy_m for item in calais.perimeters() if not item.estimated}
    assert official == {"QP062055": 0, "QP062056": 0, "QN06253M": 25, "QN06254M": 25}
    assert {item.code for item in calais.perimeters({Kind.QPV})} == set(official)


def test_a_layer_of_the_pack_is_read_by_its_role(copied: Path) -> None:
    import shapely

    candidate = Perimeter("C1", "Candidat", Kind.CANDIDAT, shapely.box(0, 0, 200, 200), 2154, True, vintage=2019)
    write_perimeters([candidate], copied / "candidats.gpkg")
    entry = {
        "path": "candidats.gpkg",
        "role": "candidat",
        "title": "Candidats",
        "producer": "geoville",
        "vintage": "2019",
        "licence": "Licence Ouverte 2.0",
        "sha256": sha256_of(copied / "candidats.gpkg"),
    }
    lines = "\n".join(f'{key} = "{value}"' for key, value in entry.items())
    manifest = copied / "territory.toml"
    manifest.write_text(manifest.read_text(encoding="utf-8") + f"\n[[files]]\n{lines}\n", encoding="utf-8")
    found = next(item for item in open_pack("calais").perimeters() if item.code == "C1")
    assert found.kind is Kind.CANDIDAT
    assert found.estimated
    assert found.source is not None
    assert found.source.citation == "geoville, Candidats (2019), Licence Ouverte 2.0"


def test_an_altered_file_is_refused(copied: Path) -> None:
    with (copied / "filosofi_2019_200m.csv").open("ab") as stream:
        stream.write(b"\n")
    with pytest.raises(DataUnavailableError, match="a été modifié"):
        open_pack("calais").grid_path()


def test_a_missing_file_is_refused(copied: Path) -> None:
    (copied / "addresses.csv").unlink()
    with pytest.raises(DataUnavailableError, match="manque"):
        open_pack("calais").address_list()


@pytest.mark.parametrize("content", ["", "name = ", 'name = "calais"', "\x00"])
def test_a_broken_manifest_is_refused(copied: Path, content: str) -> None:
    (copied / "territory.toml").write_text(content, encoding="utf-8")
    with pytest.raises(DataUnavailableError, match="illisible ou incomplète"):
        open_pack("calais")


def test_user_folder_is_the_variable_s_else_the_system_s(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GEOVILLE_DATA_DIR", str(tmp_path))
    assert files.user_data() == tmp_path
    monkeypatch.delenv("GEOVILLE_DATA_DIR")
    assert files.user_data().name == "geoville"


def test_embedded_folders_of_the_repository() -> None:
    assert (files.embedded_data() / "README.md").is_file()
    assert files.embedded_maps().name == "maps"
