"""Addresses: the lines of the area alone are indexed, in any layout, and nothing is left behind."""

from __future__ import annotations

import gzip
import json
from pathlib import Path

import pytest
from official_files import publication

from geoville.errors import AddressListError
from geoville.sources.official.area import Area

BAN = publication("addresses")
HEADER = (
    "id;id_fantoir;numero;rep;nom_voie;code_postal;code_insee;nom_commune;code_insee_ancienne_commune;"
    "nom_ancienne_commune;x;y;lon;lat;type_position;alias;nom_ld;libelle_acheminement;nom_afnor;source_position;"
    "source_nom_voie;certification_commune;cad_parcelles\n"
)


def ban_row(number: int, commune: str = "62193", street: str = "Rue Mollien") -> str:
    return (
        f"{commune}_1_{number};;{number};;{street};62100;{commune};Calais;;;1;2;1.86;50.95;entrée;;;CALAIS;;"
        "commune;commune;1;\n"
    )


def write_gz(path: Path, text: str) -> Path:
    path.write_bytes(gzip.compress(text.encode()))
    return path


def test_the_lines_of_the_area_of_several_departements(tmp_path: Path, pack: Path, converted) -> None:
    first = HEADER + ban_row(1) + ban_row(2, "59350") + ban_row(3, street='"Rue ; à guillemets"') + "illisible;62193\n"
    files = [
        write_gz(tmp_path / "adresses-59.csv.gz", HEADER + ban_row(9, "59350")),
        write_gz(tmp_path / "adresses-62.csv.gz", first),
        write_gz(tmp_path / "adresses-63.csv.gz", HEADER + ban_row(4, "62548")),
    ]
    (made,) = converted(files, BAN)
    assert (made.path, made.role, made.complete) == (pack / "addresses.sqlite", "addresses", True)
    assert (made.rows, made.left_out) == (3, 3)
    assert list(pack.iterdir()) == [made.path]


def test_an_unreadable_line_of_the_area_is_counted(tmp_path: Path, converted) -> None:
    broken = ban_row(2).replace("1.86", "x")
    (made,) = converted([write_gz(tmp_path / "a.csv.gz", HEADER + ban_row(1) + broken)], BAN)
    assert (made.rows, made.notes) == (1, ("Lignes d'adresses illisibles, laissées de côté : 1.",))


def test_arrondissements_answer_for_their_town(tmp_path: Path, converted) -> None:
    path = write_gz(tmp_path / "a.csv.gz", HEADER + ban_row(1, "13203") + ban_row(2, "13001"))
    (made,) = converted([path], BAN, of=Area(2154, frozenset({"13055"})))
    assert (made.rows, made.left_out) == (1, 1)


def test_a_plain_file_with_a_byte_order_mark_and_one_of_a_town(tmp_path: Path, converted) -> None:
    plain = tmp_path / "ban.csv"
    plain.write_text(HEADER + ban_row(1), encoding="utf-8-sig")
    assert converted([plain], BAN)[0].rows == 1
    bal = tmp_path / "bal.csv"
    bal.write_text(
        "cle_interop;numero;suffixe;voie_nom;commune_nom;position;long;lat\n"
        "62193_0001_00001;1;;Rue Mollien;Calais;entrée;1.86;50.95\n"
        "59350_0001_00001;1;;Rue Mollien;Lille;entrée;3.06;50.63\n",
        encoding="utf-8",
    )
    (made,) = converted([bal], BAN)
    assert (made.rows, made.left_out, made.complete) == (1, 1, False)


def test_lines_of_json(tmp_path: Path, converted) -> None:
    def street(commune: str) -> str:
        document = {
            "id": f"{commune}_1", "type": "street", "name": "Rue Mollien", "postcode": "62100", "citycode": commune,
            "city": "Calais", "lon": 1.86, "lat": 50.95, "housenumbers": {"1": {"lon": 1.86, "lat": 50.95}},
        }  # fmt: skip
        return json.dumps(document) + "\n"

    (tmp_path / "a.json").write_text(street("62193") + street("59350"), encoding="utf-8")
    (made,) = converted([tmp_path / "a.json"], BAN)
    assert made.left_out == 1
    assert made.rows >= 1


def test_none_of_the_area(tmp_path: Path, pack: Path, converted) -> None:
    path = write_gz(tmp_path / "a.csv.gz", HEADER + ban_row(1, "59350"))
    with pytest.raises(AddressListError, match=r"Aucune adresse.*a.csv.gz"):
        converted([path], BAN)
    assert list(pack.iterdir()) == []


def test_the_country_is_indexed_from_the_files_themselves(tmp_path: Path, converted) -> None:
    path = write_gz(tmp_path / "adresses-france.csv.gz", HEADER + ban_row(1) + ban_row(2, "59350"))
    (made,) = converted([path], BAN, of=Area(2154, None))
    assert (made.rows, made.left_out) == (2, 0)
