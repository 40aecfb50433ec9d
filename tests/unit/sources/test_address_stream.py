from __future__ import annotations

import gzip
import json
from typing import TYPE_CHECKING

import pytest
from effort import cases
from hypothesis import given
from hypothesis import strategies as st

from geoville.errors import AddressListError
from geoville.model import Address
from geoville.sources.addresses import ReadBlock, open_address_file, read_every_address, read_places

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

BAN = (
    "id;id_fantoir;numero;rep;nom_voie;code_postal;code_insee;nom_commune;code_insee_ancienne_commune;"
    "nom_ancienne_commune;x;y;lon;lat;type_position;alias;nom_ld;libelle_acheminement;nom_afnor;source_position;"
    "source_nom_voie;certification_commune;cad_parcelles"
)
BAN_ROW = (
    "74010_0001_00012_bis;74010_0001;12;BIS;Rue de la Gare;74600;74010;Annecy;74268;Seynod;0;0;6.1;45.9;"
    "cage d’escalier;;;ANNECY;RUE DE LA GARE;commune;commune;1;"
)
BAL = (
    "uid_adresse;cle_interop;commune_insee;commune_nom;commune_deleguee_insee;commune_deleguee_nom;voie_nom;"
    "lieudit_complement_nom;numero;suffixe;position;x;y;long;lat;cad_parcelles;source;date_der_maj;certification_commune"
)
BAL_ROW = (
    ";62193_0001_00012_ter;62193;Calais;;;Rue Mollien;;12;ter;délivrance postale;0;0;1.86;50.95;;Commune;2024-01-01;1"
)
BAL_STREET = ";62193_0002_99999;62193;Calais;;;Le Fort Nieulay;;99999;;segment;0;0;1.83;50.95;;Commune;2024-01-01;0"
STREET = {
    "id": "62193_0001",
    "type": "street",
    "name": "Rue Mollien",
    "postcode": ["62100"],
    "citycode": ["62193"],
    "city": ["Calais"],
    "lon": 1.86,
    "lat": "50.95",
    "importance": 0.5,
    "housenumbers": {
        "12 ter": {"id": "62193_0001_00012_ter", "lon": 1.861, "lat": 50.951},
        "7": {"lat": 50.9, "lon": 1.8},
    },
}


def write(folder: Path, *lines: str, name: str = "liste.csv", encoding: str = "utf-8") -> Path:
    path = folder / name
    path.write_bytes("\n".join((*lines, "")).encode(encoding))
    return path


def read(path: Path) -> list[Address | AddressListError]:
    return [row.address for row in open_address_file(path).rows()]


def addresses(path: Path) -> list[Address]:
    found = read(path)
    assert all(isinstance(address, Address) for address in found), found
    return found


def refusals(path: Path) -> list[str]:
    return [error.sentence for error in read(path) if isinstance(error, AddressListError)]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252"])
def test_a_row_of_the_ban(tmp_path: Path, encoding: str) -> None:
    path = write(tmp_path, BAN, BAN_ROW, encoding=encoding)
    (address,) = addresses(path)
    assert open_address_file(path).layout == "BAN"
    assert (address.number, address.suffix, address.street, address.postcode) == (12, "bis", "Rue de la Gare", "74600")
    assert (address.city, address.former_citycode, address.former_city) == ("Annecy", "74268", "Seynod")
    assert address.precision == "cage d'escalier"


def test_a_number_and_a_street_of_a_bal(tmp_path: Path) -> None:
    path = write(tmp_path, BAL, BAL_ROW, BAL_STREET)
    numbered, street = addresses(path)
    assert open_address_file(path).layout == "BAL"
    assert (numbered.number, numbered.suffix, numbered.postcode, numbered.source) == (12, "ter", "", "Commune")
    assert (numbered.citycode, numbered.city, numbered.precision) == ("62193", "Calais", "délivrance postale")
    assert (street.number, street.street, street.precision) == (None, "Le Fort Nieulay", "street")


def test_a_bal_without_the_code_of_the_commune_takes_it_from_the_key(tmp_path: Path) -> None:
    header = "cle_interop;commune_nom;voie_nom;numero;suffixe;position;long;lat"
    (address,) = addresses(write(tmp_path, header, "62193_0001_00012;Calais;Rue Mollien;12;;;1.86;50.95"))
    assert (address.citycode, address.precision) == ("62193", "segment")


def test_a_street_of_addok(tmp_path: Path) -> None:
    town = {"id": "62193", "type": "municipality", "name": "Calais", "lon": 1.8, "lat": 50.9}
    path = write(tmp_path, json.dumps(town), json.dumps(STREET), "", name="adresses.ndjson")
    street, ter, seven = addresses(path)
    assert open_address_file(path).layout == "addok"
    assert (street.number, street.id, street.precision, street.lat) == (None, "62193_0001", "street", 50.95)
    assert (ter.id, ter.number, ter.suffix, ter.lon) == ("62193_0001_00012_ter", 12, "ter", 1.861)
    assert (seven.id, seven.number, seven.precision) == ("62193_0001_7", 7, "segment")
    assert {address.city for address in (street, ter, seven)} == {"Calais"}


def test_the_layout_is_seen_in_the_content_whatever_the_name(tmp_path: Path) -> None:
    compressed = tmp_path / "adresses.txt"
    compressed.write_bytes(gzip.compress(f"{BAN}\n{BAN_ROW}\n".encode()))
    assert addresses(compressed) == addresses(write(tmp_path, BAN, BAN_ROW))


def test_real_oddities_are_accepted(tmp_path: Path) -> None:
    without_postcode = BAN_ROW.replace(";74600;", ";;")
    quoted = BAN_ROW.replace("Rue de la Gare", '"Rue de la ""Gare"""', 1)
    first, second, third, fourth = addresses(write(tmp_path, BAN, BAN_ROW, BAN_ROW, without_postcode, quoted))
    assert first == second
    assert third.postcode == ""
    assert fourth.street == 'Rue de la "Gare"'


@pytest.mark.parametrize(
    ("row", "said"),
    [
        (BAN_ROW.replace(";6.1;", ";abc;"), "Coordonnée illisible (fichier liste.csv, ligne 3, colonne lon"),
        (BAN_ROW.replace(";12;", ";douze;"), "pas un entier (fichier liste.csv, ligne 3, colonne numero"),
        (BAN_ROW.replace(";Rue de la Gare;", ";;"), "Case vide (fichier liste.csv, ligne 3, colonne nom_voie)"),
        ("un;deux", "Ligne de 2 cases au lieu de 23 (fichier liste.csv, ligne 3)"),
        (BAN_ROW + ";un;deux", "Ligne de 25 cases au lieu de 23 (fichier liste.csv, ligne 3)"),
        (BAN_ROW.replace("Rue", '"Rue', 1), "cases au lieu de 23 (fichier liste.csv, ligne 3)"),
    ],
)
def test_a_bad_row_stops_no_other(tmp_path: Path, row: str, said: str) -> None:
    path = write(tmp_path, BAN, BAN_ROW, row, BAN_ROW)
    assert [isinstance(address, Address) for address in read(path)] == [True, False, True]
    (sentence,) = refusals(path)
    assert said in sentence


CELLS = {
    "id": ("74010_1", " 74010_1 ", ""),
    "numero": ("12", "0", "", " 7", "007", "1_2", "²", "douze", "9" * 19, "9" * 5_000),
    "rep": ("", "BIS", " ter "),
    "nom_voie": ("Rue de la Gare", " Rue de la Gare", "", '"Rue ; de la Gare"', "AllÃ©e", "L\u2019Été"),
    "code_postal": ("74600", "", "7460", "1600"),
    "code_insee": ("74010", "2A004", "97105", "1004", "x"),
    "nom_commune": ("Annecy", "", "Bâgé "),
    "code_insee_ancienne_commune": ("", "74268"),
    "nom_ancienne_commune": ("", " Seynod"),
    "lon": ("6.1", "6,1", " 6.1", "-61.5", "600", "nan", "1_0", "abc", ""),
    "lat": ("45.9", "16.2", "-100", "inf"),
    "type_position": ("entrée", "Entrée ", "", "cage d’escalier"),
    "cad_parcelles": ("", "x\0y", "x\ty"),
}


@st.composite
def odd_rows(draw: st.DrawFn) -> str:
    """A row of the BAN, some of whose cells are odd."""
    row = dict(zip(BAN.split(";"), BAN_ROW.split(";"), strict=True))
    for column in draw(st.lists(st.sampled_from(sorted(CELLS)), max_size=3)):
        row[column] = draw(st.sampled_from(CELLS[column]))
    text = ";".join(row.values())
    return draw(st.sampled_from((text, text, text, text, text + ";", text + ";x", text[:-9], "", " ", text + "\r")))


@cases(each_run=150, slow=2_000)
@given(st.lists(odd_rows(), max_size=8), st.sampled_from((BAN, BAN.replace("x;y", "source;y"))))
def test_a_block_gives_what_its_rows_give(tmp_path_factory: pytest.TempPathFactory, rows: list[str], head: str) -> None:
    file = open_address_file(write(tmp_path_factory.getbasetemp(), head, *rows, name="block.csv"))
    by_row = ReadBlock()
    for row in file.rows():
        by_row.add((row.line, row.address, row.street, row.remarks))
    by_block = ReadBlock()
    for block in file.blocks():
        by_block = file.read(block)
    assert by_block.addresses == by_row.addresses
    assert list(by_block.addresses.streets) == list(by_row.addresses.streets)
    assert by_block.remarks == by_row.remarks
    told = [[(error.sentence, street) for error, street in found.refused] for found in (by_block, by_row)]
    assert told[0] == told[1]


def test_rows_as_the_ban_publishes_them_are_taken_at_once(tmp_path: Path) -> None:
    file = open_address_file(write(tmp_path, BAN, *[BAN_ROW] * 3))
    (block,) = file.blocks()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("geoville.sources.addresses.ban_address", None)
        assert len(file.read(block).addresses) == 3


def test_blocks_are_whole_lines_that_follow_each_other(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("geoville.sources.addresses.BLOCK_CHARACTERS", 100)
    path = write(tmp_path, BAN, *[BAN_ROW] * 7)
    path.write_bytes(path.read_bytes().rstrip(b"\n"))
    blocks = list(open_address_file(path).blocks(after=3))
    assert [(block.after, block.last) for block in blocks] == [(line, line + 1) for line in range(3, 8)]
    assert "".join(block.text for block in blocks) == "\n".join([BAN_ROW] * 5)
    assert blocks[-1].bytes_read == path.stat().st_size


def test_a_byte_of_windows_far_in_a_file_of_utf_8_is_read_and_said(tmp_path: Path) -> None:
    path = tmp_path / "liste.csv"
    far = "\n".join([BAN, *[BAN_ROW] * 8_000])
    path.write_bytes(far.encode() + b"\n" + BAN_ROW.replace("Gare", "Gar\xe9").encode("cp1252", "replace") + b"\n")
    *others, last = open_address_file(path).rows()
    assert isinstance(last.address, Address)
    assert last.address.street == "Rue de la Garé"
    assert [bool(row.remarks) for row in (others[-1], last)] == [False, True]


def test_a_bal_in_capitals_is_a_bal(tmp_path: Path) -> None:
    path = write(tmp_path, BAL.upper(), BAL_ROW)
    assert open_address_file(path).layout == "BAL"
    assert addresses(path) == addresses(write(tmp_path, BAL, BAL_ROW))


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("{", "pas une rue en JSON"),
        ("[1]", "pas une rue en JSON"),
        ('{"type": "poi", "name": "x"}', "Nature inconnue"),
        (json.dumps({**STREET, "lat": None}), "Coordonnée illisible"),
        (json.dumps({**STREET, "housenumbers": {"x": {"lat": 50, "lon": 2}}}), "pas un entier"),
    ],
)
def test_a_bad_line_of_json_stops_no_other(tmp_path: Path, line: str, said: str) -> None:
    path = write(tmp_path, json.dumps(STREET), line, json.dumps(STREET))
    assert sum(isinstance(address, Address) for address in read(path)) >= 6
    assert said in refusals(path)[0]
    assert "ligne 2" in refusals(path)[0]


@pytest.mark.parametrize("content", [b"", b"a;b\n1;2\n", b"\x00\x01\x02", b"<html>"])
def test_what_is_no_list_of_addresses_is_refused(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "autre.csv"
    path.write_bytes(content)
    with pytest.raises(AddressListError, match=r"présentation inconnue \(fichier autre\.csv"):
        open_address_file(path)


def test_a_file_cut_in_the_middle_of_its_compression_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "liste.csv.gz"
    path.write_bytes(gzip.compress("\n".join([BAN, *[BAN_ROW] * 50_000]).encode())[:-2_000])
    with pytest.raises(AddressListError, match="Fichier illisible"):
        read(path)


@pytest.mark.parametrize("read_list", [open_address_file, read_every_address, read_places])
@pytest.mark.parametrize("name", ["absent.csv", "absent.parquet", "absent.geojson"])
def test_a_list_that_is_not_there_is_said_so(tmp_path: Path, read_list: Callable[[Path], object], name: str) -> None:
    with pytest.raises(AddressListError, match=f"Le fichier « {name} » n'existe pas : vérifier son chemin"):
        read_list(tmp_path / name)
