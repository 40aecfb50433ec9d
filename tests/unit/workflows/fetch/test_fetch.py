"""Fetching official data into a pack: from a mirror that fails in every way, and from a folder of files."""

from __future__ import annotations

import gzip
import json
import os
import shutil
import zipfile
from collections.abc import Callable
from datetime import date
from pathlib import Path

import geopandas as gpd
import pandas as pd
import py7zr
import pytest
from fault_server import Fault, FaultServer
from official_files import layer, square
from official_mirror import COMMUNES, write_mirror, write_outlines, zipped

from geoville.errors import InvalidInputError
from geoville.model import Source
from geoville.sources.official import tables
from geoville.sources.pack import open_pack
from geoville.workflows import fetch as workshop
from geoville.workflows.candidates import compute_candidates
from geoville.workflows.fetch import (
    FetchRequest,
    FetchRun,
    fetch_pack,
    target_of_country,
    target_of_departement,
    target_of_pack,
)
from geoville.workflows.lookup import DeskChoice
from geoville.workflows.search_inputs import CandidateRequest
from geoville.workflows.territories import new_territory

EVERYTHING = ("communes", "grid", "cells", "iris", "iris_income", "urban_units", "unit_incomes", "qpv", "addresses")
ON = date(2026, 1, 15)


class Quiet:
    """Nobody is told."""

    def step(self, data_set: object, doing: str) -> None:
        """Nothing."""

    def came(self, done: int, total: int | None) -> None:
        """Nothing."""


@pytest.fixture(scope="module")
def _written(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    return write_mirror(tmp_path_factory.mktemp("written"))


@pytest.fixture
def files(_written: dict[str, Path], tmp_path: Path) -> dict[str, Path]:
    """Files of a mirror, by data set: a copy, which a test may spoil."""
    folder = tmp_path / "mirror"
    shutil.copytree(next(iter(_written.values())).parent, folder)
    return {name: folder / path.name for name, path in _written.items()}


@pytest.fixture
def mirror(files: dict[str, Path], fault_server: FaultServer) -> FaultServer:
    fault_server.serve_folder(next(iter(files.values())).parent)
    return fault_server


@pytest.fixture
def fetch(mirror: FaultServer, files: dict[str, Path]) -> Callable[..., FetchRun]:
    """`fetch("qpv-2024")` for the pack `ville`, made the first time."""

    def run(*only: str, **options: object) -> FetchRun:
        try:
            target = target_of_pack("ville")
        except InvalidInputError:
            new_territory("ville", COMMUNES)
            target = target_of_pack("ville")
        options.setdefault("mirror", mirror.url)
        return fetch_pack(FetchRequest(target, only or tuple(files), **options), Quiet())  # type: ignore[arg-type]

    return run


def failed(run: FetchRun) -> dict[str, str]:
    return {item.data_set.id: item.failure for item in run.failures}


def test_a_pack_is_made_whole_and_every_question_is_answered_from_it(fetch):
    run = fetch()
    assert failed(run) == {}
    pack = run.territory
    assert pack is not None
    assert [role for role in EVERYTHING if not pack.has(role)] == []
    assert set(pack.communes) == {"62193", "62548"}
    answer = DeskChoice("ville").open().answer("1 rue de l'Essai 62100 Calais", ON)
    assert (answer.verdict, answer.basis, answer.perimeters[0].perimeter.code) == ("inside", "official", "QN06253M")
    found = compute_candidates(pack.grid_path(), CandidateRequest(on=ON, territory=pack))
    assert [candidate.communes for candidate in found.perimeters] == [("62193",)]
    assert "calculés par geoville" in found.found.unverified  # estimated incomes say so


def test_the_provenance_says_where_each_file_comes_from(fetch, files):
    pack = fetch("filosofi-200m-2019").territory
    document = json.loads(pack.file("provenance").checked_path().read_text(encoding="utf-8"))
    entry = next(item for item in document["data_sets"] if item["data_set"] == "filosofi-200m-2019")
    assert entry["files"][0]["name"] == files["filosofi-200m-2019"].name
    assert entry["made"] == [{"file": "grid_2019.parquet", "rows": 2, "left_out": 0, "notes": []}]


def test_what_came_is_hashed_once_and_a_grid_read_once(fetch, files, monkeypatch):
    hashed, read = [], []
    sha256_of, read_grid = workshop.sha256_of, tables.read_grid
    monkeypatch.setattr(workshop, "sha256_of", lambda path: hashed.append(path.name) or sha256_of(path))
    monkeypatch.setattr(tables, "read_grid", lambda path, **asked: read.append(path.name) or read_grid(path, **asked))
    folder = next(iter(files.values())).parent
    run = fetch(from_dir=folder)
    assert failed(run) == {}
    came = [name for name in hashed if (folder / name).is_file()]
    assert sorted(came) == sorted(set(came))
    assert {path.name for path in files.values()} <= set(came)
    grids = [item for item in run.brought if item.data_set.kind == "grid" and item.files]
    assert len(read) == len(grids) > 0


def test_one_that_fails_does_not_stop_the_others(fetch, mirror, files):
    mirror.resources.pop(f"/{files['qpv-2024'].name}")
    mirror.serve(files["cog-2026"].name, b"TYPECOM,COM\n")
    mirror.serve(files["filosofi-200m-2019"].name, files["filosofi-200m-2019"].read_bytes()[:200])
    run = fetch()
    assert set(failed(run)) == {"qpv-2024", "cog-2026", "filosofi-200m-2019"}
    assert all(sentence.endswith(".") for sentence in failed(run).values())
    assert run.territory is not None
    assert run.territory.has("iris")
    assert not run.territory.has("qpv")


def test_where_nothing_comes_the_pack_does_not_change(fetch, mirror, files):
    mirror.resources.clear()
    run = fetch("qpv-2024")
    assert run.territory is None
    assert open_pack("ville").version == 1


def test_a_download_that_is_cut_goes_on(fetch, mirror, files):
    name = files["admin-express-cog-2024"].name
    mirror.fail(name, Fault(cut_after=100))
    assert failed(fetch("admin-express-cog-2024")) == {}
    assert [asked.headers.get("range") for asked in mirror.asked_for(name)] == [None, "bytes=100-"]


def test_an_interrupted_fetch_goes_on_without_doing_again(fetch, monkeypatch):
    whole, done = workshop.convert, []

    def interrupted(found, data_set, *rest, **options):
        if data_set.kind == "qpv" and "qpv" not in done:
            done.append("qpv")
            raise KeyboardInterrupt
        done.append(data_set.kind)
        return whole(found, data_set, *rest, **options)

    monkeypatch.setattr(workshop, "convert", interrupted)
    with pytest.raises(KeyboardInterrupt):
        fetch()
    assert open_pack("ville").version == 1
    before = list(done)
    run = fetch()
    assert failed(run) == {}
    # The communes are done again, since their names are written into the file of their outlines.
    assert set(done[len(before) :]) - {"commune_contours", "communes"} == {"qpv", "addresses"}
    assert run.territory.version == 2


def test_a_file_that_changed_is_refused_until_it_is_accepted(fetch, mirror, files):
    fetch("qpv-2024", "admin-express-cog-2024")
    name = files["qpv-2024"].name
    mirror.serve(name, files["qpv-2024"].read_bytes().replace(b"Fort Nieulay", b"Fort Nouveau"))
    refused = fetch("qpv-2024")
    assert "--accept" in failed(refused)["qpv-2024"]
    assert DeskChoice("ville").open().index.perimeters[0].name == "Fort Nieulay"
    accepted = fetch("qpv-2024", accept=True)
    assert [item.changed for item in accepted.brought] == [True]
    assert DeskChoice("ville").open().index.perimeters[0].name == "Fort Nouveau"


def test_what_is_not_fetched_again_stays(fetch):
    fetch("admin-express-cog-2024", "filosofi-200m-2019")
    run = fetch("qpv-2024")
    assert run.territory.version == 3
    assert {file.role for file in run.territory.manifest.files} == {"communes", "grid", "cells", "qpv", "provenance"}
    assert {file.role for file in open_pack("ville@2").manifest.files} == {
        "communes",
        "grid",
        "cells",
        "provenance",
    }


def test_files_of_a_folder_are_known_by_their_content(fetch, files, tmp_path):
    folder = tmp_path / "téléchargés à la main"
    folder.mkdir()
    for number, path in enumerate(files.values()):
        shutil.copy(path, folder / f"fichier {number}{''.join(path.suffixes[-2:])}")
    (folder / "photo.jpg").write_bytes(b"\xff\xd8\xff\xe0 pas une donn\xe9e")
    kinds = ("grid", "qpv", "addresses", "commune_contours")
    run = fetch(*kinds, from_dir=folder, mirror=None, vintage=2019)
    assert failed(run) == {}
    assert {"grid", "qpv", "addresses", "communes"} <= {file.role for file in run.territory.manifest.files}
    assert run.unknown == ("photo.jpg",)
    assert not run.has_failed


def test_of_two_producers_the_one_that_names_the_file_so_is_cited(fetch, files, tmp_path):
    folder = tmp_path / "sous son nom"
    folder.mkdir()
    shutil.copy(files["admin-express-cog-2024"], folder)
    run = fetch("commune_contours", from_dir=folder, mirror=None)
    assert [item.data_set.id for item in run.brought] == ["admin-express-cog-2024"]


def test_what_a_folder_lacks_is_no_failure(fetch, files, tmp_path):
    folder = tmp_path / "un seul"
    folder.mkdir()
    shutil.copy(files["cog-2026"], folder)
    run = fetch("communes", "qpv", from_dir=folder, mirror=None)
    assert failed(run) == {}
    assert [item.data_set.kind for item in run.brought if item.is_absent] == [
        "commune_contours",
        "qpv",
        "qpv",
    ]


def test_a_folder_that_is_not_there_is_refused(fetch, tmp_path):
    with pytest.raises(InvalidInputError, match="n'existe pas"):
        fetch(from_dir=tmp_path / "absent", mirror=None)


def test_a_file_that_has_not_the_checksum_of_the_registry_is_refused(fetch, mirror):
    mirror.serve("communes-5m.geojson.gz", b"not the one")
    assert "--accept" in failed(fetch("commune-outlines-2024"))["commune-outlines-2024"]


def test_another_file_than_the_one_expected_is_refused(fetch, mirror, files):
    mirror.serve(files["qpv-2024"].name, zipped("a.csv", b"a;b\n1;2\n"))
    assert "n'est pas" in failed(fetch("qpv-2024"))["qpv-2024"]


def test_a_departement_takes_all_that_its_prefix_holds(mirror, files):
    run = fetch_pack(FetchRequest(target_of_departement("62"), tuple(files), mirror=mirror.url), Quiet())
    assert failed(run) == {}
    assert run.territory.name == "departement-62"
    assert set(run.territory.communes) == {"62193", "62548"}
    assert [item.name for item in run.territory.perimeters()] == ["Fort Nieulay"]
    assert target_of_pack("departement-62").area.departement == "62"


def test_the_country_takes_everything(mirror, files):
    kinds = ("admin-express-cog-2024", "filosofi-200m-2019", "qpv-2024")
    run = fetch_pack(FetchRequest(target_of_country(), kinds, mirror=mirror.url), Quiet())
    assert failed(run) == {}
    assert len(run.territory.communes) == 3
    assert len(run.territory.perimeters()) == 2


@pytest.mark.parametrize("code", ["00", "20", "96", "975", "nord"])
def test_what_is_no_departement_is_refused(code):
    with pytest.raises(InvalidInputError, match="n'est pas un département"):
        target_of_departement(code)


def test_the_embedded_territory_is_not_fetched():
    with pytest.raises(InvalidInputError, match="ne changent pas"):
        target_of_pack("calais")


def test_a_word_that_is_no_data_set_is_refused(fetch):
    with pytest.raises(InvalidInputError, match="inconnu"):
        fetch("carreaux")


def test_one_fetch_at_a_time(fetch, monkeypatch):
    def meanwhile(*_: object) -> None:
        with pytest.raises(InvalidInputError, match="en cours"):
            fetch_pack(FetchRequest(target_of_pack("ville"), ("qpv",), mirror="http://127.0.0.1:9"), Quiet())
        done.append(1)

    monkeypatch.setattr("geoville.sources.downloads.FIRST_WAIT_S", 0.0)  # nobody answers there
    done: list[int] = []
    told = Quiet()
    told.step = meanwhile  # type: ignore[method-assign]
    new_territory("ville", COMMUNES)
    fetch_pack(FetchRequest(target_of_pack("ville"), ("cog-2026",), mirror="http://127.0.0.1:9"), told)
    assert done


@pytest.mark.skipif(os.name != "posix", reason="inodes")
def test_files_that_stay_are_not_copied(fetch):
    first = fetch("admin-express-cog-2024").territory.file("communes").path
    second = fetch("qpv-2024").territory.file("communes").path
    assert first != second
    assert first.stat().st_ino == second.stat().st_ino


def test_reference_incomes_are_those_of_the_whole_urban_unit(mirror, files):
    """The pack has one commune, its urban unit two: incomes and people are those of the unit."""
    new_territory("seule", COMMUNES[:1])
    run = fetch_pack(FetchRequest(target_of_pack("seule"), tuple(files), mirror=mirror.url), Quiet())
    assert failed(run) == {}
    pack = run.territory
    assert len(pack.cells.commune) == 1
    (reference,) = pack.unit_references.values()
    assert 9870.5 < reference.urban_unit_eur < (9870.5 + 21_000) / 2, "of both communes, pooled"
    assert reference.urban_unit_population == 12_800
    assert (reference.national_eur, reference.year, reference.verified) == (19_218, 2011, False)


def test_what_outlines_cut_brings_them(fetch):
    """The first publisher has no file any more: the next one is asked, and the quarters are cut by its outlines."""
    run = fetch("qpv-2024")
    assert [item.data_set.id for item in run.brought if item.files] == ["admin-express-cog-2024", "qpv-2024"]
    aside = [item for item in run.brought if item.set_aside]
    assert [item.data_set.id for item in aside] == [f"commune-outlines-{year}" for year in ("2024", "2025", "latest")]
    assert all("Remplacé par ADMIN EXPRESS" in item.set_aside for item in aside)
    assert not run.has_failed


def test_outlines_of_another_producer_under_the_name_of_the_first_are_not_cited_as_its_own(fetch, mirror):
    admin_express = "/ADMIN-EXPRESS-COG_3-2__SHP_WGS84G_FRA_2024-02-22.7z"
    mirror.resources["/communes-5m.geojson.gz"] = mirror.resources[admin_express]
    run = fetch("qpv-2024", accept=True)
    assert [item.data_set.id for item in run.brought if item.files] == ["admin-express-cog-2024", "qpv-2024"]


def test_a_grid_whose_year_nothing_tells_is_refused_until_somebody_says_it(fetch, files, tmp_path):
    folder = tmp_path / "Mairie 2026"
    folder.mkdir()
    shutil.copy(files["filosofi-200m-2019"], folder / "carreaux téléchargés 2026-11-20.zip")
    shutil.copy(files["admin-express-cog-2024"], folder)
    asked = {"from_dir": folder, "mirror": None}
    (sentence,) = failed(fetch("grid", "commune_contours", **asked)).values()
    assert sentence.startswith("Rien ne dit de quelle année")
    assert "--vintage ANNÉE" in sentence
    run = fetch("grid", "commune_contours", **asked, vintage=2019)
    assert failed(run) == {}
    assert run.territory.file("grid").source.vintage == "2019"


NEWER = "ADMIN-EXPRESS-COG_4-0__SHP_WGS84G_FRA_2025-03-15.7z"


def cited(source: Source) -> tuple[str, str, str, str]:
    return source.title, source.producer, source.vintage, source.licence


def test_the_file_of_another_year_under_the_same_name_is_no_known_edition(fetch, tmp_path):
    """Outlines are called the same each year: the checksum of 2024 is known, and this is not it."""
    folder = tmp_path / "contours"
    folder.mkdir()
    codes = {"code": COMMUNES, "nom": ["Calais", "Marck"], "departement": ["62", "62"], "region": ["32", "32"]}
    layer([square(0, 0), square(1, 0)], **codes).to_crs(4326).to_file(tmp_path / "communes.geojson")
    (folder / "communes-5m.geojson.gz").write_bytes(gzip.compress((tmp_path / "communes.geojson").read_bytes()))
    source = fetch("commune_contours", from_dir=folder, mirror=None).territory.file("communes").source
    assert source.vintage == "inconnue"
    assert source.producer == "data.gouv.fr, d'après IGN Admin Express"


def test_what_was_read_is_what_is_cited(fetch, files, tmp_path):
    """A file renamed, or of an edition that the registry does not have: producer and licence by its content."""
    folder = tmp_path / "ADMIN-EXPRESS 2023"
    folder.mkdir()
    layer([square(0, 0), square(1, 0)], INSEE_COM=COMMUNES, NOM=["Calais", "Marck"], POPULATION=[9, 9]).to_file(
        folder / "communes 2026.gpkg"
    )
    of_unknown_edition = fetch("commune_contours", from_dir=folder, mirror=None).territory.file("communes").source
    assert cited(of_unknown_edition) == ("ADMIN EXPRESS", "IGN", "inconnue", "Licence Ouverte 2.0")
    write_outlines(folder / NEWER)
    newer = fetch("commune_contours", from_dir=folder, mirror=None).territory.file("communes").source
    assert cited(newer) == ("ADMIN EXPRESS COG, édition 2025, France entière", "IGN", "2025", "Licence Ouverte 2.0")


def _admin_express_2026(folder: Path) -> None:
    """GeoPackage of ADMIN EXPRESS COG 4-0 in its 7z: names of columns in small letters, arrondissements beside."""
    name, inside = "ADMIN-EXPRESS-COG_4-0__GPKG_WGS84G_FRA_2026-01-01", folder / "ADE-COG.gpkg"
    shapes = [square(0, 0), square(1, 0), square(9, 9)]
    towns = {"code_insee": [*COMMUNES, "59350"], "nom_officiel": ["Calais", "Marck", "Lille"], "population": [9, 9, 9]}
    layer(shapes, 4326, **towns).to_file(inside, layer="commune")
    within = {
        "code_insee": ["13201"],
        "nom_officiel": ["Marseille 1er"],
        "code_insee_de_la_commune_de_rattach": ["13055"],
    }
    layer([square(20, 20)], 4326, **within).to_file(inside, layer="arrondissement_municipal")
    with py7zr.SevenZipFile(folder / f"{name}.7z", "w") as archive:
        archive.write(inside, f"{name}/1_DONNEES_LIVRAISON/ADE-COG_4-0_GPKG_WGS84G_FRA-ED2026-01-01.gpkg")
    inside.unlink()


def _contours_iris_2026(folder: Path) -> None:
    name, inside = "CONTOURS-IRIS_3-0__GPKG_WGS84G_FRA_2026-01-01", folder / "iris.gpkg"
    columns = {
        "code_insee": COMMUNES,
        "nom_commune": ["Calais", "Marck"],
        "iris": ["0101", "0000"],
        "code_iris": ["621930101", "625480000"],
        "nom_iris": ["Fort Nieulay", "Marck"],
        "type_iris": ["H", "Z"],
    }
    layer([square(0, 0), square(1, 0)], 4326, **columns).to_file(inside, layer="contours_iris")
    with py7zr.SevenZipFile(folder / f"{name}.7z", "w") as archive:
        archive.write(inside, f"{name}/1_DONNEES_LIVRAISON/iris.gpkg")
    inside.unlink()


def _qpv_deposit_of_2026(folder: Path) -> None:
    """A ZIP of the same quarters several times: all of France in degrees, a territory, and a projection."""
    quarter = {"code_qp": ["QN06253M"], "lib_qp": ["Fort Nieulay"], "insee_com": ["62193"], "lib_com": ["Calais"]}
    frames = {
        "QP2024_France_Hexagonale_Outre_Mer_WGS84": layer([square(0, 0).buffer(-100)], 4326, **quarter),
        "QP2024_France_Hexagonale_LB93": layer([square(0, 0).buffer(-100)], **quarter),
    }
    with zipfile.ZipFile(folder / "qpv-2024-geojson.zip", "w") as archive:
        for name, frame in frames.items():
            archive.writestr(f"GEOJSON/{name}.geojson", frame.to_json())


def _bpe_2025(folder: Path) -> None:
    """BPE25.parquet, beside or instead of the ZIP of its CSV."""
    east, north = (float(value) for value in square(0, 0).centroid.coords[0])
    columns = {"AN": ["2025"], "NOMRS": ["COLLÈGE"], "DEPCOM": ["62193"], "TYPEQU": ["C201"]}
    places = {"LAMBERT_X": [east], "LAMBERT_Y": [north], "QUALITE_XY": ["Bonne"], "EPSG": ["2154"]}
    pd.DataFrame(columns | places).to_parquet(folder / "BPE25.parquet")


def _addresses_with_ids(folder: Path) -> None:
    place = gpd.GeoSeries([square(0, 0).centroid], crs=2154).to_crs(4326)[0]
    header = (
        "id;id_fantoir;id_ban_adresse;id_ban_toponyme;id_ban_district;numero;rep;nom_voie;code_postal;code_insee;"
        "nom_commune;code_insee_ancienne_commune;nom_ancienne_commune;x;y;lon;lat;type_position;alias;nom_ld;"
        "libelle_acheminement;nom_afnor;source_position;source_nom_voie;certification_commune;cad_parcelles"
    )
    row = f"62193_1_1;;u;v;w;1;;Rue de l'Essai;62100;62193;Calais;;;;;{place.x:.6f};{place.y:.6f};entrée;;;CALAIS;;;;1;"
    rows = "\n".join([header, row, ""])
    (folder / "adresses-with-ids-62.csv.gz").write_bytes(gzip.compress(rows.encode(), mtime=0))


def test_the_editions_of_2026_are_read_from_a_folder(fetch, files, tmp_path):
    """Each in the nesting, the formats and the columns in which its producer gives it; one pack answers from them."""
    folder = tmp_path / "Téléchargements"
    folder.mkdir()
    for write in (_admin_express_2026, _contours_iris_2026, _qpv_deposit_of_2026, _bpe_2025, _addresses_with_ids):
        write(folder)
    run = fetch("commune_contours", "iris_contours", "qpv", "equipment", "addresses", from_dir=folder, mirror=None)
    assert failed(run) == {}
    pack = run.territory
    roles = ("communes", "iris", "qpv", "places")
    vintages = [pack.file(role).source.vintage for role in roles]
    assert vintages == ["2026", "2026", "2024", "2025"]
    assert set(pack.communes) == set(COMMUNES)
    answer = DeskChoice("ville").open().answer("1 rue de l'Essai 62100 Calais", ON)
    assert [near.perimeter.code for near in answer.perimeters] == ["QN06253M"]
    assert answer.verdict == "inside"


def test_of_two_editions_that_lie_together_the_newest_is_read_and_the_other_said(fetch, files, tmp_path):
    folder = tmp_path / "deux éditions"
    folder.mkdir()
    shutil.copy(files["admin-express-cog-2024"], folder)
    write_outlines(folder / NEWER)
    run = fetch("commune_contours", from_dir=folder, mirror=None)
    assert run.territory.file("communes").source.vintage == "2025"
    (aside,) = (item for item in run.brought if item.set_aside)
    assert (aside.data_set.vintage, "Édition laissée de côté" in aside.set_aside) == ("2024", True)


def test_declared_incomes_are_taken_whatever_lies_beside_and_disposable_ones_alone_are_a_failure(fetch, tmp_path):
    folder = tmp_path / "revenus"
    folder.mkdir()
    (folder / "A_DISP.csv").write_text("IRIS;DISP_TP6021;DISP_MED21\n621930101;9,1;15000\n", encoding="utf-8")
    alone = fetch("iris_income", from_dir=folder, mirror=None)
    assert ["revenus disponibles" in sentence for sentence in failed(alone).values()] == [True]
    (folder / "Z_DEC.csv").write_text("IRIS;DEC_PIMP21;DEC_MED21\n621930101;9,1;12000\n", encoding="utf-8")
    both = fetch("iris_income", from_dir=folder, mirror=None)
    assert not both.has_failed
    assert both.territory.iris_medians(2021) == {"621930101": 12000}
    (aside,) = (item for item in both.brought if item.set_aside)
    assert aside.data_set.id == "iris-disposable-2021"


def test_candidates_are_named_by_the_contours_where_incomes_name_no_iris(fetch, files, tmp_path):
    """INSEE's tables of 2020 and 2021 have no LIBIRIS: the names are those of the contours."""
    folder = next(iter(files.values())).parent
    (folder / "BASE_TD_FILO_IRIS_2021_DEC.csv").write_text(
        "IRIS;DEC_PIMP21;DEC_MED21\n621930101;9,1;9870,5\n625480000;9,1;21000\n", encoding="utf-8"
    )
    pack = fetch(from_dir=folder, mirror=None).territory
    assert pack.iris_names == {"621930101": "Fort Nieulay Été", "625480000": "Marck"}
    found = compute_candidates(pack.grid_path(), CandidateRequest(on=ON, territory=pack))
    assert "Fort Nieulay Été" in found.perimeters[0].name


def test_only_uses_the_outlines_that_lie_in_the_folder(fetch, files):
    run = fetch("grid", from_dir=next(iter(files.values())).parent, mirror=None)
    assert [item.data_set.kind for item in run.brought if item.files] == ["commune_contours", "grid"]


def test_a_folder_with_every_nasty_thing_at_once(fetch, files, tmp_path):
    folder = tmp_path / "Téléchargements 2026"
    (folder / "photos").mkdir(parents=True)
    for path in files.values():
        shutil.copy(path, folder)
    whole = files["contours-iris-2022"].read_bytes()
    nasty = {
        "CONTOURS-IRIS_coupé.7z": whole[: len(whole) // 2],
        "BPE24.zip": b"<!DOCTYPE html><html><body>Acc\xc3\xa8s refus\xc3\xa9</body></html>",
        "Filosofi2021_carreaux_200m_csv.zip.crdownload": b"PK\3\4 moiti\xc3\xa9",
        "vide.zip": b"",
        "piège.zip": zipped("../../dehors.csv", b"a;b\n"),
    }
    for name, content in nasty.items():
        (folder / name).write_bytes(content)
    (folder / "photos" / "mairie.jpg").write_bytes(b"\xff\xd8\xff\xe0")
    (folder / "~$budget.xlsx").write_bytes(b"verrou")
    (folder / ".~lock.budget.xlsx#").write_bytes(b"verrou")
    run = fetch(from_dir=folder, mirror=None)
    assert failed(run) == {}
    assert run.has_failed
    assert {item.name for item in run.refused} == set(nasty)
    assert all(item.name in item.failure for item in run.refused)
    assert run.unknown == ("mairie.jpg",)
    assert [role for role in EVERYTHING if not run.territory.has(role)] == []
    assert not (tmp_path / "dehors.csv").exists()


def test_a_server_that_refuses_programs_is_answered_with_what_to_do_by_hand(fetch, mirror, files):
    name = files["filosofi-200m-2019"].name
    mirror.fail(name, Fault(status=403))
    (sentence,) = failed(fetch("filosofi-200m-2019", "admin-express-cog-2024")).values()
    assert "code 403" in sentence
    assert "https://www.insee.fr/fr/statistiques/7655475" in sentence
    assert f"« {name} »" in sentence
    assert "geoville data fetch ville --from-dir ~/Downloads" in sentence
