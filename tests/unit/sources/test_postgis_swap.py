"""A table takes the place of another, or nothing changes: readers, writers, cuts, rights, views."""

from __future__ import annotations

from pathlib import Path
from threading import Thread

import psycopg
import pytest
from made_up_candidates import TWO, candidate, write_candidates
from postgis_server import READER, PostgisServer

from geoville.errors import DataUnavailableError, InvalidInputError
from geoville.sources import postgis as postgis_push
from geoville.sources import postgis as postgis_swap
from geoville.sources.files import sha256_of
from geoville.sources.postgis import push_table


def test_readers_see_the_old_table_or_the_new_one(
    postgis: PostgisServer, schema: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    address = postgis.address(f"{schema}.c")
    push_table(write_candidates(tmp_path / "c.gpkg", *TWO), address)
    seen = []
    record = postgis_push.record
    count = f"SELECT count(*) FROM {schema}.c"

    def look_then_build(*arguments: object) -> object:
        new = build(*arguments)  # type: ignore[arg-type]
        seen.append(postgis.run(count))
        return new

    build = postgis_push.build
    monkeypatch.setattr(postgis_push, "build", look_then_build)
    reader = Thread(target=lambda: seen.append(postgis.run(count)))

    def start_to_read_then_record(*arguments: object) -> None:
        reader.start()
        while reader.is_alive() and not postgis.run("SELECT 1 FROM pg_locks WHERE NOT granted"):
            pass  # until it waits for the table, or has read
        record(*arguments)  # type: ignore[arg-type]

    monkeypatch.setattr(postgis_push, "record", start_to_read_then_record)
    push_table(write_candidates(tmp_path / "d.gpkg", candidate("Z")), address)
    reader.join()
    assert seen == [[(2,)], [(1,)]]


@pytest.mark.parametrize("step", ["build", "swap", "record"])
def test_a_connection_cut_in_the_middle_leaves_the_old_table(
    postgis: PostgisServer, schema: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    address = postgis.address(f"{schema}.c")
    push_table(write_candidates(tmp_path / "c.gpkg", *TWO), address)
    before = postgis.run(f"SELECT * FROM {schema}.geoville_provenance")
    done = getattr(postgis_push, step)

    def do_then_cut(*arguments: object) -> object:
        result = done(*arguments)
        postgis.cut()
        return result

    monkeypatch.setattr(postgis_push, step, do_then_cut)
    with pytest.raises(DataUnavailableError, match="coupée avant la fin : rien n'a été écrit"):
        push_table(write_candidates(tmp_path / "d.gpkg", candidate("Z")), address)
    assert postgis.run(f"SELECT code FROM {schema}.c ORDER BY 1") == [("A",), ("B",)]
    assert postgis.run(f"SELECT * FROM {schema}.geoville_provenance") == before
    assert len(postgis.run(f"SELECT 1 FROM pg_tables WHERE schemaname = '{schema}'")) == 2


def test_a_file_damaged_half_way_leaves_the_old_table(postgis: PostgisServer, schema: str, tmp_path: Path) -> None:
    address = postgis.address(f"{schema}.c")
    push_table(write_candidates(tmp_path / "c.gpkg", *TWO), address)
    (tmp_path / "bad.csv").write_text("a,b\n" + "1,2\n" * 300_000 + "1,2,3\n", encoding="utf-8")
    with pytest.raises(InvalidInputError, match=r"ne peut pas être lu \(fichier bad.csv"):
        push_table(tmp_path / "bad.csv", address)
    assert postgis.run(f"SELECT code FROM {schema}.c ORDER BY 1") == [("A",), ("B",)]


def test_two_writers_of_one_table_take_turns(postgis: PostgisServer, schema: str, tmp_path: Path) -> None:
    files = [write_candidates(tmp_path / f"{code}.gpkg", candidate(code)) for code in "ABCD"]
    errors: list[Exception] = []

    def push(file: Path) -> None:
        try:
            push_table(file, postgis.address(f"{schema}.c"))
        except InvalidInputError as error:
            errors.append(error)

    writers = [Thread(target=push, args=(file,)) for file in files]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
    assert errors == []
    ((code,),) = postgis.run(f"SELECT code FROM {schema}.c")
    kept = postgis.run(f"SELECT sha256 FROM {schema}.geoville_provenance")
    assert kept == [(sha256_of(files["ABCD".index(code)]),)]


def test_grants_follow_the_name(postgis: PostgisServer, schema: str, tmp_path: Path) -> None:
    address = postgis.address(f"{schema}.c")
    push_table(write_candidates(tmp_path / "c.gpkg", *TWO), address)
    postgis.run(f"GRANT USAGE ON SCHEMA {schema} TO {READER}; GRANT SELECT ON {schema}.c TO {READER}")
    push_table(write_candidates(tmp_path / "c.gpkg", candidate("Z")), address)
    assert postgis.run(f"SELECT code FROM {schema}.c", user=READER) == [("Z",)]
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        postgis.run(f"DELETE FROM {schema}.c", user=READER)


def test_a_table_that_someone_is_reading_is_waited_for_but_not_for_ever(
    postgis: PostgisServer, schema: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    address = postgis.address(f"{schema}.c")
    push_table(write_candidates(tmp_path / "c.gpkg", *TWO), address)
    monkeypatch.setattr(postgis_swap, "PATIENCE", "100ms")
    with psycopg.connect(host=str(postgis.folder), port=postgis.port, dbname="ville", user="postgres") as reader:
        reader.execute(f"SELECT * FROM {schema}.c")
        with pytest.raises(InvalidInputError, match="est occupée par quelqu'un d'autre"):
            push_table(write_candidates(tmp_path / "c.gpkg", candidate("Z")), address)
    assert postgis.run(f"SELECT count(*) FROM {schema}.c") == [(2,)]


@pytest.mark.parametrize(
    "existing", ["CREATE TABLE {0} (a int)", "CREATE VIEW {0} AS SELECT 1 AS a"], ids=["table", "view"]
)
def test_what_geoville_did_not_write_is_not_replaced(
    postgis: PostgisServer, schema: str, tmp_path: Path, existing: str
) -> None:
    postgis.run(existing.format(f"{schema}.c"))
    with pytest.raises(InvalidInputError, match="n'a pas été écrite par geoville"):
        push_table(write_candidates(tmp_path / "c.gpkg", *TWO), postgis.address(f"{schema}.c"))
    assert len(postgis.run(f"SELECT * FROM {schema}.c LIMIT 0")) == 0


def test_a_table_that_views_need_is_not_dropped(postgis: PostgisServer, schema: str, tmp_path: Path) -> None:
    push_table(write_candidates(tmp_path / "c.gpkg", *TWO), postgis.address(f"{schema}.c"))
    postgis.run(f"CREATE VIEW {schema}.v AS SELECT code FROM {schema}.c")
    with pytest.raises(InvalidInputError, match="dépendent de"):
        push_table(write_candidates(tmp_path / "c.gpkg", candidate("Z")), postgis.address(f"{schema}.c"))
    assert postgis.run(f"SELECT count(*) FROM {schema}.v") == [(2,)]


def test_what_may_not_be_written_is_told(postgis: PostgisServer, schema: str, tmp_path: Path) -> None:
    written = write_candidates(tmp_path / "c.gpkg", *TWO)
    with pytest.raises(InvalidInputError, match="n'a pas l'extension PostGIS"):
        push_table(written, postgis.address("c", base="sans_postgis"))
    with pytest.raises(InvalidInputError, match="Le schéma « absent » n'existe pas"):
        push_table(written, postgis.address("absent.c"))
    with pytest.raises(InvalidInputError, match="n'a pas les droits qu'il faut"):
        push_table(written, postgis.address(f"{schema}.c", user=READER))
    assert postgis.run(f"SELECT 1 FROM pg_tables WHERE schemaname = '{schema}'") == []
