from __future__ import annotations

import gzip
import json
import sqlite3
from contextlib import closing
from hashlib import sha256
from typing import TYPE_CHECKING

import pytest

from geoville.errors import AddressListError
from geoville.geocoding import EmbeddedGeocoder
from geoville.geocoding.address_index import AddressIndex
from geoville.model import Position
from geoville.workflows.address_index import build_address_index

if TYPE_CHECKING:
    from pathlib import Path

HEADER = "id;numero;rep;nom_voie;code_postal;code_insee;nom_commune;lon;lat;type_position"
BAL_HEADER = "cle_interop;commune_insee;commune_nom;voie_nom;numero;suffixe;position;long;lat"


def ban(folder: Path, name: str = "ban.csv", rows: int = 3, *more: str) -> Path:
    path = folder / name
    lines = [f"{n};{n};;Rue Mollien;62100;62193;Calais;1.86;50.9{n};entrée" for n in range(1, rows + 1)]
    path.write_text("\n".join((HEADER, *lines, *more, "")), encoding="utf-8")
    return path


def test_files_of_several_layouts_make_one_index(tmp_path: Path) -> None:
    bal = tmp_path / "bal.csv.gz"
    bal.write_bytes(gzip.compress(f"{BAL_HEADER}\nM1;62548;Marck;Rue Pasteur;4;;segment;1.95;50.95\n".encode()))
    told: list[int] = []
    files = [ban(tmp_path), bal]
    built = build_address_index(files, tmp_path / "out.sqlite", complete=False, progress=told.append)
    assert tuple(built.size) == (4, 2, 2)
    assert [(file.name, file.layout, file.addresses) for file in built.files] == [
        ("ban.csv", "BAN", 3),
        ("bal.csv.gz", "BAL", 1),
    ]
    assert (built.refused.count, built.repeated) == (0, 0)
    assert sum(told) == sum(file.stat().st_size for file in files)
    geocoder = EmbeddedGeocoder(AddressIndex.open(tmp_path / "out.sqlite"))
    for text in ("2 rue Mollien, Calais", "4 rue Pasteur 62730 Marck"):
        found = geocoder.search(text)
        assert isinstance(found, Position)
        assert found.firm


def test_the_index_says_what_it_was_made_from(tmp_path: Path) -> None:
    path = ban(tmp_path)
    build_address_index([path], tmp_path / "out.sqlite", complete=True)
    with closing(sqlite3.connect(tmp_path / "out.sqlite")) as connection:
        meta = dict(connection.execute("SELECT key, value FROM meta"))
    (read,) = json.loads(meta["provenance"])["inputs"]
    assert read == {"name": "ban.csv", "sha256": sha256(path.read_bytes()).hexdigest(), "layout": "BAN", "addresses": 3}
    assert meta["complete"] == "yes"


def test_the_same_files_make_the_same_bytes(tmp_path: Path) -> None:
    for name in ("a.sqlite", "b.sqlite"):
        build_address_index([ban(tmp_path)], tmp_path / name, complete=True)
    assert (tmp_path / "a.sqlite").read_bytes() == (tmp_path / "b.sqlite").read_bytes()


def test_bad_rows_are_counted_by_reason_and_the_first_ones_shown(tmp_path: Path) -> None:
    bad = [f"x{n};1;;Rue;62100;62193;Calais;{lon};50.9;entrée" for n, lon in enumerate(["abc"] * 6 + ["999"])]
    built = build_address_index([ban(tmp_path, "ban.csv", 2, *bad)], tmp_path / "out.sqlite", complete=True)
    assert built.size.addresses == 2
    assert built.refused.reasons == {"Coordonnée illisible": 6, "Coordonnée hors du globe": 1}
    assert [error.where.line for error in built.refused.first if error.where] == [4, 5, 6, 7, 8]


def test_an_interruption_leaves_what_was_there_and_nothing_else(tmp_path: Path) -> None:
    path, out = ban(tmp_path), tmp_path / "out.sqlite"
    out.write_bytes(b"before")

    def interrupt(_: int) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        build_address_index([path], out, complete=True, progress=interrupt)
    assert out.read_bytes() == b"before"
    assert sorted(entry.name for entry in tmp_path.iterdir()) == ["ban.csv", "out.sqlite"]
    build_address_index([path], out, complete=True)
    assert AddressIndex.open(out).size == 3


def test_files_without_any_address_make_no_index(tmp_path: Path) -> None:
    for rows, said in (((), "Aucune adresse"), (("x;y",), "Ligne de 2 cases")):
        with pytest.raises(AddressListError, match=said):
            build_address_index([ban(tmp_path, "vide.csv", 0, *rows)], tmp_path / "out.sqlite", complete=True)
        assert not (tmp_path / "out.sqlite").exists()
