from __future__ import annotations

import gzip
import json
import signal
import sqlite3
import subprocess
import sys
from contextlib import closing
from hashlib import sha256
from multiprocessing import active_children
from typing import TYPE_CHECKING

import pytest

from geoville.errors import AddressListError, InvalidInputError
from geoville.geocoding import EmbeddedGeocoder
from geoville.geocoding.index import AddressIndex
from geoville.geocoding.index_writer import IndexWriter, is_as_sealed
from geoville.model import Position
from geoville.sources import addresses
from geoville.sources.addresses import address_lists
from geoville.workflows import address_index
from geoville.workflows.address_index import build_address_index
from geoville.workflows.lookup_file.output import alone_on

if TYPE_CHECKING:
    from pathlib import Path

    from geoville.model import AddressColumns

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


def departements(folder: Path) -> Path:
    """Two lists as the BAN publishes them, of which the second goes on with a town of the first."""
    folder.mkdir()
    of_calais = [f"c{n};{n};;Rue Mollien;62100;62193;Calais;1.86;50.9{n};entrée" for n in range(1, 10)]
    of_marck = [f"m{n};{n};;Rue Pasteur;62730;62548;Marck;1.95;50.9{n};entrée" for n in range(1, 10)]
    of_lille = [f"l{n};{n};;Rue Neuve;59000;59350;Lille;3.06;50.6{n};entrée" for n in range(1, 10)]
    again = [of_calais[3], "c99;99;;Rue Mollien;62100;62193;Calais;1.86;50.95;entrée", of_calais[8]]
    lists = {"adresses-62.csv.gz": [*of_calais, *of_marck], "adresses-59.csv.gz": [*of_lille, BAD[1], *again]}
    for name, rows in lists.items():
        (folder / name).write_bytes(gzip.compress("\n".join((HEADER, *rows, "")).encode()))
    return folder


def tables(path: Path) -> dict[str, list[tuple[object, ...]]]:
    """Every row of an index but those that say from which files it was made, and how far the work had come."""
    with closing(sqlite3.connect(path)) as connection:
        names = [name for (name,) in connection.execute("SELECT name FROM sqlite_schema WHERE type = 'table'")]
        found = {name: connection.execute(f"SELECT * FROM {name}").fetchall() for name in names}
    return found | {"meta": [row for row in found["meta"] if row[0] not in {"provenance", "request", "done"}]}


def test_lists_of_a_folder_make_the_index_of_one_list_in_the_order_of_their_names(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = departements(tmp_path / "ban")
    lists = address_lists([folder])
    assert [file.name for file in lists] == ["adresses-59.csv.gz", "adresses-62.csv.gz"]
    texts = [gzip.decompress(file.read_bytes()).decode() for file in lists]
    joined = tmp_path / "france.csv"
    joined.write_text(texts[0] + texts[1].removeprefix(f"{HEADER}\n"), encoding="utf-8")
    whole = build_address_index([joined], tmp_path / "france.sqlite", complete=True)
    built = build_address_index(lists, tmp_path / "folder.sqlite", complete=True)
    assert tables(tmp_path / "folder.sqlite") == tables(tmp_path / "france.sqlite")
    assert built.size == whole.size == (28, 3, 3)
    assert (built.repeated, built.refused.count) == (whole.repeated, whole.refused.count) == (2, 1)
    assert [(file.name, file.addresses) for file in built.files] == [(lists[0].name, 12), (lists[1].name, 18)]
    assert [error.where and (error.where.file, error.where.line) for error in built.refused.first] == [
        ("adresses-59.csv.gz", 11)
    ]
    monkeypatch.setattr(addresses, "BLOCK_CHARACTERS", 200)
    monkeypatch.setattr(address_index, "SAVED_EVERY", 5)
    told: list[int] = []
    build_address_index(lists, tmp_path / "shared.sqlite", complete=True, workers=2, progress=told.append)
    assert (tmp_path / "shared.sqlite").read_bytes() == (tmp_path / "folder.sqlite").read_bytes()
    assert sum(told) == sum(file.stat().st_size for file in lists)
    assert min(told) >= 0


def test_a_folder_gives_its_lists_and_nothing_else(tmp_path: Path) -> None:
    for name in ("adresses-2B.csv.gz", "adresses-2A.csv", "ADRESSES-971.CSV", ".adresses-01.csv", "note.txt", "b.json"):
        (tmp_path / name).write_text(HEADER, encoding="utf-8")
    (tmp_path / "dossier.csv").mkdir()
    given = tmp_path / "b.json"
    names = [file.name for file in address_lists([given, tmp_path])]
    assert names == ["b.json", "ADRESSES-971.CSV", "adresses-2A.csv", "adresses-2B.csv.gz"]
    with pytest.raises(AddressListError, match=r"« dossier\.csv » n'a aucun fichier \.csv ni \.csv\.gz"):
        address_lists([tmp_path / "dossier.csv"])


def test_an_index_is_sealed_as_it_appears(tmp_path: Path) -> None:
    build_address_index([ban(tmp_path)], tmp_path / "62.sqlite", complete=True)
    assert (tmp_path / "62.sqlite").read_bytes()[60:64] != bytes(4)
    assert is_as_sealed(tmp_path / "62.sqlite")


def test_an_index_has_no_page_half_empty(tmp_path: Path) -> None:
    (tmp_path / "out.sqlite.entier").write_bytes(b"of a process killed while it packed")
    rows = [f"x{n};{n};;Rue {n % 300};62100;62193;Calais;1.86;50.9;entrée" for n in range(5_000)]
    build_address_index([ban(tmp_path, "ban.csv", 3, *rows)], tmp_path / "out.sqlite", complete=True)
    with closing(sqlite3.connect(tmp_path / "out.sqlite")) as connection:
        connection.execute("VACUUM INTO ?", (str(tmp_path / "packed.sqlite"),))
    sizes = {name: (tmp_path / name).stat().st_size for name in ("out.sqlite", "packed.sqlite")}
    assert sizes["out.sqlite"] == sizes["packed.sqlite"] > 100_000
    assert sorted(tmp_path.glob("out*")) == [tmp_path / "out.sqlite"]


def test_bad_rows_are_counted_by_reason_and_the_first_ones_shown(tmp_path: Path) -> None:
    bad = [f"x{n};1;;Rue;62100;62193;Calais;{lon};50.9;entrée" for n, lon in enumerate(["abc"] * 6 + ["999"])]
    built = build_address_index([ban(tmp_path, "ban.csv", 2, *bad)], tmp_path / "out.sqlite", complete=True)
    assert built.size.addresses == 2
    assert built.refused.reasons == {"Coordonnée illisible": 6, "Coordonnée hors du globe": 1}
    assert [error.where.line for error in built.refused.first if error.where] == [4, 5, 6, 7, 8]


BAD = ("x;y", "bad;1;;Rue;62100;62193;Calais;abc;50.9;entrée")


def interrupt_at(monkeypatch: pytest.MonkeyPatch, address: int) -> None:
    """Have whatever writes addresses stopped, as Ctrl+C does, before the line that gives that one."""
    written, add_all = 0, IndexWriter.add_all

    def stopped(writer: IndexWriter, given: AddressColumns) -> None:
        nonlocal written
        written += len(given)
        if written >= address:
            raise KeyboardInterrupt
        add_all(writer, given)

    monkeypatch.setattr(addresses, "BLOCK_CHARACTERS", 1)  # line by line
    monkeypatch.setattr(IndexWriter, "add_all", stopped)


def test_an_interrupted_work_leaves_what_was_there_and_is_gone_on_with(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(address_index, "SAVED_EVERY", 2)
    files = [ban(tmp_path, "a.csv", 3, *BAD), ban(tmp_path, "b.csv", 9, *BAD)]
    whole = build_address_index(files, tmp_path / "whole.sqlite", complete=True)
    assert (whole.resumed_after, whole.repeated, whole.refused.count) == (0, 3, 4)
    out = tmp_path / "out.sqlite"
    out.write_bytes(b"before")
    for address in (3, 5):
        with monkeypatch.context() as patch:
            interrupt_at(patch, address)
            with pytest.raises(KeyboardInterrupt):
                build_address_index(files, out, complete=True)
        assert out.read_bytes() == b"before"
    assert sorted(tmp_path.glob("*out*")) == [out, tmp_path / "out.sqlite.partiel"]
    told: list[int] = []
    resumed = build_address_index(files, out, complete=True, progress=told.append)
    assert out.read_bytes() == (tmp_path / "whole.sqlite").read_bytes()
    assert sorted(tmp_path.glob("*out*")) == [out]
    assert resumed.resumed_after > 3
    assert (resumed.size, resumed.files, resumed.refused.reasons) == (whole.size, whole.files, whole.refused.reasons)
    assert [error.sentence for error in resumed.refused.first] == [error.sentence for error in whole.refused.first]
    assert sum(told) == sum(file.stat().st_size for file in files)


@pytest.mark.parametrize("change", ["another file", "incomplete", "no index"])
def test_another_work_is_begun_from_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, change: str) -> None:
    monkeypatch.setattr(address_index, "SAVED_EVERY", 1)
    path, out = ban(tmp_path, "ban.csv", 5), tmp_path / "out.sqlite"
    with monkeypatch.context() as patch:
        interrupt_at(patch, 4)
        with pytest.raises(KeyboardInterrupt):
            build_address_index([path], out, complete=True)
    if change == "another file":
        ban(tmp_path, "ban.csv", 6)
    elif change == "no index":
        (tmp_path / "out.sqlite.partiel").write_bytes(b"not a base" * 100)
    built = build_address_index([path], out, complete=change != "incomplete")
    assert built.resumed_after == 0
    assert built.size.addresses == (6 if change == "another file" else 5)


def test_lines_of_json_are_gone_on_with_street_by_street(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(address_index, "SAVED_EVERY", 2)
    street = {"id": "62193_1", "type": "street", "name": "Rue Mollien", "postcode": "62100", "citycode": "62193"}
    point = {"city": "Calais", "lat": 50.95, "lon": 1.86}
    numbers = {"housenumbers": {str(number): {"lat": 50.95, "lon": 1.86} for number in range(1, 5)}}
    lines = [json.dumps({**street, **point, **numbers, "id": f"62193_{rank}"}) for rank in range(4)]
    path = tmp_path / "addok.json"
    path.write_text("\n".join(lines), encoding="utf-8")
    with monkeypatch.context() as patch:
        interrupt_at(patch, 13)
        with pytest.raises(KeyboardInterrupt):
            build_address_index([path], tmp_path / "out.sqlite", complete=True)
    resumed = build_address_index([path], tmp_path / "out.sqlite", complete=True)
    assert (resumed.resumed_after, resumed.size.addresses) == (10, 20)


KILLED = """
import os, signal, sys
from pathlib import Path
from geoville.geocoding.index_writer import IndexWriter
from geoville.sources import addresses
from geoville.workflows import address_index

addresses.BLOCK_CHARACTERS, address_index.SAVED_EVERY = 1, 500
left, save = int(sys.argv[1]), IndexWriter.save

def killed(writer, **known):
    global left
    left -= 1
    if not left:
        writer._flush()
        os.kill(os.getpid(), signal.SIGKILL)
    save(writer, **known)

IndexWriter.save = killed
paths = [Path(given) for given in sys.argv[2:]]
address_index.build_address_index(paths[1:], paths[0], complete=True)
"""


@pytest.mark.skipif(sys.platform == "win32", reason="no SIGKILL there")
def test_a_process_killed_again_and_again_ends_with_the_same_bytes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(address_index, "SAVED_EVERY", 500)
    files, out = [ban(tmp_path, f"{name}.csv", 1_200, *BAD) for name in "abc"], tmp_path / "out.sqlite"
    build_address_index(files, tmp_path / "whole.sqlite", complete=True)
    command = [sys.executable, "-c", KILLED]
    saves = (2, 4, 3, 3, 4, 99)  # the last works have little left to save: all is read, then words, then extents
    codes = [subprocess.run([*command, str(left), out, *files], check=False).returncode for left in saves]
    assert codes == [-signal.SIGKILL] * 5 + [0]
    assert out.read_bytes() == (tmp_path / "whole.sqlite").read_bytes()


def test_several_processes_make_the_same_bytes_and_one_stopped_leaves_none_of_them(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = [f"y{n};{n};;Rue {n % 40};62730;62548;Marck;1.9;50.{n};entrée" for n in range(100, 900)]
    western = tmp_path / "cp1252.csv"
    western.write_text(f"{HEADER}\nz1;1;;Allée des Tilleuls;62100;62193;Calais;1,86;50,95;\n", encoding="cp1252")
    files = [ban(tmp_path, "a.csv", 300, *BAD, *rows), western, ban(tmp_path, "b.csv", 9, *BAD)]
    whole = build_address_index(files, tmp_path / "whole.sqlite", complete=True)
    out = tmp_path / "out.sqlite"
    monkeypatch.setattr(addresses, "BLOCK_CHARACTERS", 2_000)
    monkeypatch.setattr(address_index, "SAVED_EVERY", 100)
    with monkeypatch.context() as patch:
        interrupt_at(patch, 700)
        patch.setattr(addresses, "BLOCK_CHARACTERS", 2_000)
        with pytest.raises(KeyboardInterrupt):
            build_address_index(files, out, complete=True, workers=2)
    assert not active_children()
    assert sorted(tmp_path.glob("*out*")) == [tmp_path / "out.sqlite.partiel"]
    told: list[int] = []
    shared = build_address_index(files, out, complete=True, progress=told.append, workers=2)
    assert out.read_bytes() == (tmp_path / "whole.sqlite").read_bytes()
    assert shared.resumed_after > 500
    assert (shared.size, shared.files, shared.refused.reasons) == (whole.size, whole.files, whole.refused.reasons)
    assert [error.sentence for error in shared.refused.first] == [error.sentence for error in whole.refused.first]
    assert sum(told) == sum(file.stat().st_size for file in files)


def test_two_works_never_write_one_index(tmp_path: Path) -> None:
    path, out = ban(tmp_path), tmp_path / "out.sqlite"
    with alone_on(out), pytest.raises(InvalidInputError, match="Un autre travail"):
        build_address_index([path], out, complete=True)


def test_an_index_that_cannot_be_written_there_is_one_sentence(tmp_path: Path) -> None:
    path = ban(tmp_path)
    for out in (tmp_path, tmp_path / "absent" / "out.sqlite"):
        with pytest.raises(InvalidInputError):
            build_address_index([path], out, complete=True)


def test_files_without_any_address_make_no_index(tmp_path: Path) -> None:
    for rows, said in (((), "Aucune adresse"), (("x;y",), "Ligne de 2 cases")):
        with pytest.raises(AddressListError, match=said):
            build_address_index([ban(tmp_path, "vide.csv", 0, *rows)], tmp_path / "out.sqlite", complete=True)
        assert not [*tmp_path.glob("*out*")]
