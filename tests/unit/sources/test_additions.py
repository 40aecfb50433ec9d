"""A town's own files: added, read back as they were, taken out; refused where they cannot be its own."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
import shapely

from geoville.errors import AddressListError, ContourError, DataUnavailableError, InvalidInputError
from geoville.model import Kind, Perimeter
from geoville.sources.additions import REGISTER, add_file, folder_of, list_additions, remove_file
from geoville.sources.contours import read_perimeters
from geoville.sources.files import sha256_of
from geoville.sources.pack import Pack, list_territories, open_pack
from geoville.sources.writers import write_perimeters

BEAU_MARAIS = shapely.box(623000.1234567, 7094000, 623400, 7094300)
MARSEILLE = shapely.box(893000, 6247000, 893400, 6247300)
ADDRESSES = (
    "id,numero,rep,nom_voie,code_postal,code_insee,nom_commune,lon,lat,precision,source\n"
    "a1,3,bis,Rue Manet,62100,62193,Calais,1.89,50.95,entrée,BAN\n"
)


def qpv(code: str = "QN06254M", geometry: shapely.Polygon = BEAU_MARAIS, epsg: int = 2154) -> Perimeter:
    return Perimeter(code, code, Kind.QPV, geometry, epsg, estimated=False, communes=("62193",))


@pytest.fixture
def calais() -> Pack:
    return open_pack("calais")


@pytest.fixture
def official(tmp_path: Path) -> Path:
    path = tmp_path / "qpv.gpkg"
    write_perimeters([qpv()], path)
    return path


def test_official_contours_are_added_first_cited_and_not_moved(calais: Pack, official: Path) -> None:
    added = add_file(calais, official, "qpv")
    assert (added.kind, added.file_name, added.rows, added.left_out) == ("qpv", "qpv.gpkg", 1, 0)
    assert added.sha256 == sha256_of(official)
    found = calais.perimeters()[0]
    assert (found.code, found.kind, found.generation, found.estimated) == ("QN06254M", Kind.QPV, 2024, False)
    assert found.geometry.equals_exact(read_perimeters(official).perimeters[0].geometry, 0)
    assert found.source is not None
    assert found.source.sha256 == added.sha256
    assert "qpv.gpkg" in found.source.citation


def test_coordinates_are_kept_to_the_last_bit(calais: Pack, tmp_path: Path) -> None:
    import geopandas as gpd

    gpd.GeoDataFrame({"code_qp": ["QN06254M"]}, geometry=[BEAU_MARAIS], crs=2154).to_file(tmp_path / "qpv.gpkg")
    add_file(calais, tmp_path / "qpv.gpkg", "qpv")
    assert calais.perimeters()[0].geometry.equals_exact(BEAU_MARAIS, 0)


def test_adding_the_same_content_again_changes_nothing(calais: Pack, official: Path) -> None:
    first = add_file(calais, official, "qpv")
    before = {path.name: path.read_bytes() for path in folder_of("calais").iterdir()}
    assert add_file(calais, official, "qpv") == first
    assert {path.name: path.read_bytes() for path in folder_of("calais").iterdir()} == before
    assert list_additions("calais") == (first,)


@pytest.mark.parametrize("name", ["id", "file_name"])
def test_removed_by_identifier_or_by_name(calais: Pack, official: Path, name: str) -> None:
    before = calais.perimeters()
    added = add_file(calais, official, "qpv")
    assert remove_file(calais, getattr(added, name)) == added
    assert calais.perimeters() == before
    assert calais.additions == ()
    assert [path.name for path in folder_of("calais").iterdir()] == ["additions.json"]


def test_removing_what_is_not_there_or_is_ambiguous(calais: Pack, official: Path) -> None:
    with pytest.raises(InvalidInputError, match="aucun"):
        remove_file(calais, "qpv.gpkg")
    add_file(calais, official, "qpv")
    add_file(calais, official, "npnru")
    with pytest.raises(InvalidInputError, match="Plusieurs fichiers"):
        remove_file(calais, "qpv.gpkg")
    assert len(calais.additions) == 2


def test_generation_asked_for_is_kept(calais: Pack, tmp_path: Path) -> None:
    write_perimeters([qpv("BM")], tmp_path / "town.gpkg")
    with pytest.raises(ContourError, match="--generation"):
        add_file(calais, tmp_path / "town.gpkg", "qpv")
    add_file(calais, tmp_path / "town.gpkg", "qpv", generation=2015)
    assert calais.perimeters()[0].generation == 2015


def test_contours_of_another_town_are_refused_and_nothing_is_kept(calais: Pack, tmp_path: Path) -> None:
    write_perimeters([qpv("QP013009", MARSEILLE)], tmp_path / "marseille.gpkg")
    with pytest.raises(ContourError, match="plus de 20 km"):
        add_file(calais, tmp_path / "marseille.gpkg", "qpv")
    assert calais.additions == ()


def test_a_national_file_keeps_what_is_near_and_counts_the_rest(calais: Pack, tmp_path: Path) -> None:
    write_perimeters([qpv("QP013009", MARSEILLE), qpv()], tmp_path / "france.gpkg")
    added = add_file(calais, tmp_path / "france.gpkg", "qpv")
    assert (added.rows, added.left_out) == (1, 1)


def test_an_estimate_stays_one(calais: Pack, tmp_path: Path) -> None:
    estimate = Perimeter("C1", "Candidat", Kind.CANDIDAT, BEAU_MARAIS, 2154, estimated=True, vintage=2019)
    write_perimeters([estimate], tmp_path / "candidats.gpkg")
    with pytest.raises(ContourError, match="estimé"):
        add_file(calais, tmp_path / "candidats.gpkg", "qpv", generation=2024)
    add_file(calais, tmp_path / "candidats.gpkg", "veille")
    assert calais.perimeters()[0].estimated


def test_repairs_are_kept_in_the_register(calais: Pack, tmp_path: Path) -> None:
    import geopandas as gpd

    x, y = 623000, 7094000
    bow_tie = shapely.Polygon([(x, y), (x + 90, y + 90), (x + 90, y), (x, y + 90)])
    gpd.GeoDataFrame({"code_qp": ["QP062056"]}, geometry=[bow_tie], crs=2154).to_file(tmp_path / "qpv.gpkg")
    added = add_file(calais, tmp_path / "qpv.gpkg", "qpv")
    assert [repair.code for repair in added.repairs] == ["QP062056"]
    assert list_additions("calais") == (added,)


def test_incomplete_addresses_are_searched_with_those_of_the_pack(calais: Pack, tmp_path: Path) -> None:
    (tmp_path / "ban.csv").write_text(ADDRESSES, encoding="utf-8")
    add_file(calais, tmp_path / "ban.csv", "addresses")
    known = calais.address_list()
    assert not known.complete
    assert known.name == "la liste embarquée et la liste ajoutée (ban.csv)"
    assert len([item for item in known.addresses if not item.place]) == 70


def test_complete_addresses_replace_those_of_the_pack(calais: Pack, tmp_path: Path) -> None:
    (tmp_path / "ban.csv").write_text(ADDRESSES, encoding="utf-8")
    add_file(calais, tmp_path / "ban.csv", "addresses", complete=True)
    known = calais.address_list()
    assert known.complete
    assert [item.street for item in known.addresses if not item.place] == ["Rue Manet"]
    assert any(item.place == "Collège Vauban" for item in known.addresses)


def test_places_are_added_to_those_of_the_pack(calais: Pack, tmp_path: Path) -> None:
    (tmp_path / "lieux.csv").write_text("name,lon,lat,address\nEspace Fort,1.83,50.945,\n", encoding="utf-8")
    added = add_file(calais, tmp_path / "lieux.csv", "places")
    assert added.rows == 1
    assert calais.address_list().addresses[-1].place == "Espace Fort"


@pytest.mark.parametrize(
    ("kind", "options", "message"),
    [
        ("candidat", {}, "Nature de fichier inconnue"),
        ("../qpv", {}, "Nature de fichier inconnue"),
        ("veille", {"generation": 2015}, "Seuls les QPV"),
        ("qpv", {"complete": True}, "Seule une liste d'adresses"),
    ],
)
def test_requests_without_meaning(
    calais: Pack, official: Path, kind: str, options: dict[str, bool], message: str
) -> None:
    with pytest.raises(InvalidInputError, match=message):
        add_file(calais, official, kind, **options)  # type: ignore[arg-type]


def test_a_file_that_cannot_be_read_is_not_kept(calais: Pack, tmp_path: Path) -> None:
    (tmp_path / "ban.csv").write_text("id\n1\n", encoding="utf-8")
    with pytest.raises(AddressListError):
        add_file(calais, tmp_path / "ban.csv", "addresses")
    with pytest.raises(InvalidInputError, match=r"« absent\.gpkg » n'existe pas"):
        add_file(calais, tmp_path / "absent.gpkg", "qpv")
    assert calais.additions == ()


def test_an_altered_copy_is_refused(calais: Pack, official: Path) -> None:
    added = add_file(calais, official, "qpv")
    (folder_of("calais") / added.stored).write_bytes(b"")
    with pytest.raises(DataUnavailableError, match=f"geoville data remove {added.id}"):
        calais.perimeters()
    remove_file(calais, added.id)
    assert all(perimeter.estimated for perimeter in calais.own_perimeters())


@pytest.mark.parametrize("content", ["", "{", "[1]", '[{"id": "a"}]', json.dumps({"a": 1})])
def test_a_broken_register_is_refused(calais: Pack, content: str) -> None:
    folder_of("calais").mkdir(parents=True)
    (folder_of("calais") / "additions.json").write_text(content, encoding="utf-8")
    with pytest.raises(DataUnavailableError, match="registre"):
        list_additions("calais")


def test_a_pack_lists_what_was_added_until_it_is_removed(official: Path) -> None:
    added = add_file(open_pack("calais"), official, "qpv")
    (pack,) = list_territories()
    assert pack.additions == (added,)
    assert remove_file(open_pack("calais"), "qpv.gpkg") == added
    assert list_territories()[0].additions == ()


@pytest.mark.realdata
def test_real_addresses_and_places_are_added(calais: Pack, shared_data: Path, tmp_path: Path) -> None:
    for kind in ("addresses", "places"):
        path = tmp_path / f"town-{kind}.csv"
        shutil.copyfile(shared_data / "calais" / f"{kind}.csv", path)
        assert add_file(calais, path, kind).rows == {"addresses": 56, "places": 34}[kind]


@pytest.mark.parametrize("stored", ["../../qpv.parquet", "/etc/passwd", "dossier/qpv.parquet", 5, None])
def test_a_register_names_files_of_its_own_folder(stored: object) -> None:
    texts = dict.fromkeys(("id", "kind", "file_name", "sha256", "stored_sha256"), "x")
    path = folder_of("calais") / REGISTER
    path.parent.mkdir(parents=True)
    path.write_text(json.dumps([{**texts, "stored": stored, "rows": 1, "repairs": []}]), encoding="utf-8")
    with pytest.raises(DataUnavailableError, match="registre"):
        list_additions("calais")


def test_what_cannot_be_read_is_left_out_counted_and_said_wherever_the_file_is_cited(
    calais: Pack, tmp_path: Path
) -> None:
    """The rest answers; a list that is not whole is not held for complete."""
    path = tmp_path / "liste.csv"
    path.write_text(
        ADDRESSES + ADDRESSES.splitlines()[1].replace("a1", "a2").replace("1.89", "") + "\n", encoding="utf-8"
    )
    added = add_file(calais, path, "addresses", complete=True)
    assert (added.rows, added.refused, added.complete) == (1, 1, False)
    assert added.first_refused[0].startswith("Coordonnée illisible (fichier liste.csv, ligne 3")
    assert "partiel : 1 ligne illisible" in added.source.citation
    assert list_additions("calais") == (added,)


def test_perimeters_without_a_geometry_are_left_out_of_what_is_added(calais: Pack, tmp_path: Path) -> None:
    import geopandas as gpd

    rows = {"code_qp": ["QN06254M", "QN06255M"], "lib_qp": ["Beau Marais", "Autre"]}
    gpd.GeoDataFrame(rows, geometry=[BEAU_MARAIS, None], crs=2154).to_file(tmp_path / "qpv.gpkg")
    added = add_file(calais, tmp_path / "qpv.gpkg", "qpv")
    assert (added.rows, added.refused) == (1, 1)
    assert "QN06255M" not in {found.code for found in calais.perimeters() if "qpv.gpkg" in found.source.citation}
