"""Files written as tables of PostGIS: whole or not at all, typed, indexed, commented, and with their provenance."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path
from threading import Thread

import geopandas
import pandas as pd
import psycopg
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from postgis_server import READER, PostgisServer
from shapely import LineString, Point, Polygon, box

from geoville.errors import DataUnavailableError, InvalidInputError
from geoville.model import Kind, Perimeter, Source
from geoville.sources import postgis_push, postgis_swap
from geoville.sources.files import sha256_of
from geoville.sources.postgis import fetch_table, push_table
from geoville.sources.provenance import InputFile, Provenance, write_provenance
from geoville.sources.writers import write_perimeters

INSEE = Source(title="Carreaux", producer="Insee", vintage="2019", licence="Licence Ouverte 2.0")


def candidate(code: str, east: float = 620000.0, **attributes: str | int | float | None) -> Perimeter:
    return Perimeter(
        code=code,
        name=f"Candidat « {code} »",
        kind=Kind.CANDIDAT,
        geometry=box(east, 7090000, east + 500, 7090400),
        epsg=2154,
        estimated=True,
        vintage=2019,
        communes=("62193",),
        source=INSEE,
        attributes=attributes,
    )


@pytest.fixture
def write(tmp_path: Path) -> Callable[..., Path]:
    """Write candidates and their provenance to a file of that name."""

    def writing(name: str, *perimeters: Perimeter) -> Path:
        path = tmp_path / name
        write_perimeters(perimeters, path)
        files = (InputFile("grid", "carreaux_2019.csv", "ab" * 32, 2019),)
        write_provenance(Provenance("perimeters candidates", files, (), {"gap_m": 200.0}, (INSEE,)), path)
        return path

    return writing


TWO = (
    candidate("A", population=8156.5, cells=26, note="", share_below_low=0.5),
    candidate("B", 630000.0, population=None, cells=12),
)


@pytest.mark.parametrize("suffix", ["gpkg", "geojson", "parquet"])
def test_every_format_gives_the_same_table(
    postgis: PostgisServer, schema: str, tmp_path: Path, write: Callable[..., Path], suffix: str
) -> None:
    push_table(write(f"c.{suffix}", *TWO), postgis.address(f"{schema}.candidats"))
    rows = postgis.run(f"SELECT fid, code, name, estimated, population, cells, note FROM {schema}.candidats")
    assert rows == [
        (1, "A", "Candidat « A »", True, 8156.5, 26, ""),
        (2, "B", "Candidat « B »", True, None, 12, None),
    ]
    srid = 4326 if suffix == "geojson" else 2154
    layers = (
        f"SELECT f_geometry_column, coord_dimension, srid, type FROM geometry_columns WHERE f_table_schema='{schema}'"
    )
    assert postgis.run(layers) == [("geom", 2, srid, "MULTIPOLYGON")]
    back = geopandas.read_parquet(fetch_table(postgis.address(f"{schema}.candidats"), tmp_path))
    assert back.to_crs(2154).area.tolist() == pytest.approx([200_000, 200_000], rel=1e-4)


def test_a_table_is_indexed_and_keyed(postgis: PostgisServer, schema: str, write: Callable[..., Path]) -> None:
    for _ in range(2):
        push_table(write("c.parquet", *TWO), postgis.address(f"{schema}.candidats"))
    indexes = postgis.run(f"SELECT indexname, indexdef FROM pg_indexes WHERE schemaname = '{schema}' ORDER BY 1")
    assert [(name, "USING gist (geom)" in made) for name, made in indexes] == [
        ("candidats_geom_idx", True),
        ("candidats_pkey", False),
        ("geoville_provenance_pkey", False),
    ]
    with pytest.raises(psycopg.errors.UniqueViolation):
        postgis.run(f"INSERT INTO {schema}.candidats SELECT * FROM {schema}.candidats")


def test_comments_say_what_it_is_and_where_it_comes_from(
    postgis: PostgisServer, schema: str, write: Callable[..., Path]
) -> None:
    push_table(write("c.gpkg", *TWO), postgis.address(f"{schema}.candidats"))
    table = f"'{schema}.candidats'::regclass"
    assert postgis.run(f"SELECT obj_description({table})") == [
        (
            "Estimé, sans valeur réglementaire. Commande : geoville perimeters candidates. "
            "Sources : Insee, Carreaux, 2019 (Licence Ouverte 2.0). Table écrite par geoville.",
        )
    ]
    commented = f"SELECT attname, col_description(attrelid, attnum) FROM pg_attribute WHERE attrelid = {table}"
    comments = dict(postgis.run(f"{commented} AND attnum > 0"))
    assert comments["estimated"] == "Vrai : estimé, sans valeur réglementaire ; faux : contour officiel"
    assert comments["share_below_low"] == "Part sous le seuil : borne basse de l'intervalle à 90 %"
    assert comments["note"] is None


def test_an_official_contour_is_not_called_an_estimate(
    postgis: PostgisServer, schema: str, write: Callable[..., Path]
) -> None:
    official = replace(candidate("QN06253M"), kind=Kind.QPV, estimated=False, vintage=None, generation=2024)
    push_table(write("q.parquet", official), postgis.address(f"{schema}.qpv"))
    push_table(write("m.parquet", official, candidate("A")), postgis.address(f"{schema}.tous"))
    comments = [postgis.run(f"SELECT obj_description('{schema}.{name}'::regclass)")[0][0] for name in ("qpv", "tous")]
    assert "Estimé" not in comments[0]
    assert comments[1].startswith("Estimé, sans valeur réglementaire là où la colonne estimated est vraie.")


def test_the_provenance_is_kept_and_says_no_time(
    postgis: PostgisServer, schema: str, write: Callable[..., Path]
) -> None:
    written = write("c.gpkg", *TWO)
    rows = []
    for _ in range(2):
        push_table(written, postgis.address(f"{schema}.candidats"))
        rows += postgis.run(f"SELECT table_name, sha256, row_count, provenance FROM {schema}.geoville_provenance")
    document = json.loads(written.with_name("c.gpkg.provenance.json").read_text(encoding="utf-8"))
    assert rows == [("candidats", sha256_of(written), 2, document)] * 2


def test_a_file_without_provenance_is_written_without_one(postgis: PostgisServer, schema: str, tmp_path: Path) -> None:
    pq.write_table(pa.table({"a": [1]}), tmp_path / "t.parquet")
    push_table(tmp_path / "t.parquet", postgis.address(f"{schema}.t"))
    assert postgis.run(f"SELECT provenance FROM {schema}.geoville_provenance WHERE provenance IS NULL") == [(None,)]
    assert postgis.run(f"SELECT obj_description('{schema}.t'::regclass)") == [("Table écrite par geoville.",)]


def test_a_csv_file_keeps_its_texts(postgis: PostgisServer, schema: str, tmp_path: Path) -> None:
    text = 'code;nom;"fid";vide\r\n01004;"Ambérieu; en\r\nBugey";x;\r\n2A004;"";y;\r\n'
    (tmp_path / "r.csv").write_bytes(text.encode("cp1252"))
    push_table(tmp_path / "r.csv", postgis.address(f"{schema}.r"))
    assert postgis.run(f"SELECT * FROM {schema}.r") == [
        (1, "01004", "Ambérieu; en\r\nBugey", "x", None),
        (2, "2A004", "", "y", None),
    ]
    assert postgis.run(f"SELECT fid_ FROM {schema}.r") == [(1,), (2,)]


def test_a_csv_file_without_rows_gives_an_empty_table(postgis: PostgisServer, schema: str, tmp_path: Path) -> None:
    (tmp_path / "r.csv").write_text("code,nom\n", encoding="utf-8-sig")
    push_table(tmp_path / "r.csv", postgis.address(f"{schema}.r"))
    assert postgis.run(f"SELECT code, nom FROM {schema}.r") == []


def test_types_and_nulls_of_parquet_are_kept_both_ways(postgis: PostgisServer, schema: str, tmp_path: Path) -> None:
    table = pa.table(
        {
            "petit": pa.array([1, None], pa.int16()),
            "entier": pa.array([1, None], pa.int32()),
            "long": pa.array([2**60, None], pa.int64()),
            "court": pa.array([0.5, None], pa.float32()),
            "reel": pa.array([0.1, None], pa.float64()),
            "vrai": pa.array([True, None]),
            "texte": pa.array(["", None]),
            "piege": pa.array(["\\N\ta\nb", None]),
            "jour": pa.array([date(2024, 1, 1), None]),
            "instant": pa.array([1, None], pa.timestamp("us", "UTC")),
            "octets": pa.array([b"\x00\xff", None]),
        }
    )
    pq.write_table(table, tmp_path / "t.parquet")
    push_table(tmp_path / "t.parquet", postgis.address(f"{schema}.aller"))
    back = pq.read_table(fetch_table(postgis.address(f"{schema}.aller"), tmp_path)).drop_columns("fid")
    assert back.equals(table)


@pytest.mark.parametrize(
    ("shapes", "expected"),
    [
        ([Point(0, 0), Point(1, 1)], ("POINT", 2)),
        ([LineString([(0, 0), (1, 1)])], ("MULTILINESTRING", 2)),
        ([Polygon([(0, 0, 5), (0, 9, 5), (9, 9, 5)]), None], ("MULTIPOLYGON", 2)),
        ([Point(0, 0), box(0, 0, 1, 1)], ("GEOMETRY", 2)),
        ([], ("GEOMETRY", 2)),
    ],
)
def test_a_column_of_shapes_has_their_type(
    postgis: PostgisServer, schema: str, tmp_path: Path, shapes: list[object], expected: tuple[str, int]
) -> None:
    geopandas.GeoDataFrame({"n": list(range(len(shapes)))}, geometry=shapes, crs=2154).to_parquet(
        tmp_path / "t.parquet"
    )
    push_table(tmp_path / "t.parquet", postgis.address(f"{schema}.t"))
    layers = f"SELECT type, coord_dimension FROM geometry_columns WHERE f_table_schema = '{schema}'"
    assert postgis.run(layers) == [expected]
    assert postgis.run(f"SELECT count(*) FROM {schema}.t WHERE ST_SRID(geom) <> 2154") == [(0,)]


@pytest.mark.parametrize("name", ["part %", "a%(b)s", ":x", "{0}", 'dit "oui"', "select", "É à", "fid_"])
def test_a_column_may_have_any_name(postgis: PostgisServer, schema: str, tmp_path: Path, name: str) -> None:
    frame = geopandas.GeoDataFrame(
        {name: ["% {0} :x"], "fid": [9], "geom": ["texte"]}, geometry=[Point(0, 0)], crs=2154
    )
    frame.to_parquet(tmp_path / "t.parquet")
    push_table(tmp_path / "t.parquet", postgis.address(f"{schema}.t"))
    back = geopandas.read_parquet(fetch_table(postgis.address(f"{schema}.t"), tmp_path / "."))
    key = "fid__" if name == "fid_" else "fid_"
    assert [list(back.columns), back.iloc[0][name]] == [[key, name, "fid", "geom", "geom_"], "% {0} :x"]


def test_names_are_only_names(postgis: PostgisServer, schema: str, tmp_path: Path) -> None:
    nasty = 'a"; drop table x; --'
    pd.DataFrame({nasty: ["'); DROP TABLE x; --"]}).to_parquet(tmp_path / "t.parquet")
    postgis.run(f"CREATE TABLE {schema}.x ()")
    for _ in range(2):
        push_table(tmp_path / "t.parquet", postgis.address(f"{schema}.{nasty}"))
    back = pq.read_table(fetch_table(postgis.address(f"{schema}.{nasty}"), tmp_path / ".")).to_pylist()
    assert back == [{"fid": 1, nasty: "'); DROP TABLE x; --"}]
    tables = postgis.run(f"SELECT tablename FROM pg_tables WHERE schemaname = '{schema}' ORDER BY 1")
    assert tables == [(nasty,), ("geoville_provenance",), ("x",)]


def test_readers_see_the_old_table_or_the_new_one(
    postgis: PostgisServer, schema: str, write: Callable[..., Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    address = postgis.address(f"{schema}.c")
    push_table(write("c.gpkg", *TWO), address)
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
        record(*arguments)  # type: ignore[arg-type]

    monkeypatch.setattr(postgis_push, "record", start_to_read_then_record)
    push_table(write("d.gpkg", candidate("Z")), address)
    reader.join(timeout=30)
    assert seen == [[(2,)], [(1,)]]


@pytest.mark.parametrize("step", ["build", "swap", "record"])
def test_a_connection_cut_in_the_middle_leaves_the_old_table(
    postgis: PostgisServer, schema: str, write: Callable[..., Path], monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    address = postgis.address(f"{schema}.c")
    push_table(write("c.gpkg", *TWO), address)
    before = postgis.run(f"SELECT * FROM {schema}.geoville_provenance")
    done = getattr(postgis_push, step)

    def do_then_cut(*arguments: object) -> object:
        result = done(*arguments)
        postgis.cut()
        return result

    monkeypatch.setattr(postgis_push, step, do_then_cut)
    with pytest.raises(DataUnavailableError, match="coupée avant la fin : rien n'a été écrit"):
        push_table(write("d.gpkg", candidate("Z")), address)
    assert postgis.run(f"SELECT code FROM {schema}.c ORDER BY 1") == [("A",), ("B",)]
    assert postgis.run(f"SELECT * FROM {schema}.geoville_provenance") == before
    assert len(postgis.run(f"SELECT 1 FROM pg_tables WHERE schemaname = '{schema}'")) == 2


def test_a_file_damaged_half_way_leaves_the_old_table(
    postgis: PostgisServer, schema: str, tmp_path: Path, write: Callable[..., Path]
) -> None:
    address = postgis.address(f"{schema}.c")
    push_table(write("c.gpkg", *TWO), address)
    (tmp_path / "bad.csv").write_text("a,b\n" + "1,2\n" * 300_000 + "1,2,3\n", encoding="utf-8")
    with pytest.raises(InvalidInputError, match=r"ne peut pas être lu \(fichier bad.csv"):
        push_table(tmp_path / "bad.csv", address)
    assert postgis.run(f"SELECT code FROM {schema}.c ORDER BY 1") == [("A",), ("B",)]


def test_two_writers_of_one_table_take_turns(postgis: PostgisServer, schema: str, write: Callable[..., Path]) -> None:
    files = [write(f"{code}.gpkg", candidate(code)) for code in "ABCD"]
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
        writer.join(timeout=60)
    assert errors == []
    ((code,),) = postgis.run(f"SELECT code FROM {schema}.c")
    kept = postgis.run(f"SELECT sha256 FROM {schema}.geoville_provenance")
    assert kept == [(sha256_of(files["ABCD".index(code)]),)]


def test_grants_follow_the_name(postgis: PostgisServer, schema: str, write: Callable[..., Path]) -> None:
    address = postgis.address(f"{schema}.c")
    push_table(write("c.gpkg", *TWO), address)
    postgis.run(f"GRANT USAGE ON SCHEMA {schema} TO {READER}; GRANT SELECT ON {schema}.c TO {READER}")
    push_table(write("c.gpkg", candidate("Z")), address)
    assert postgis.run(f"SELECT code FROM {schema}.c", user=READER) == [("Z",)]
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        postgis.run(f"DELETE FROM {schema}.c", user=READER)


def test_a_table_that_someone_is_reading_is_waited_for_but_not_for_ever(
    postgis: PostgisServer, schema: str, write: Callable[..., Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    address = postgis.address(f"{schema}.c")
    push_table(write("c.gpkg", *TWO), address)
    monkeypatch.setattr(postgis_swap, "PATIENCE", "100ms")
    with psycopg.connect(host=str(postgis.folder), port=postgis.port, dbname="ville", user="postgres") as reader:
        reader.execute(f"SELECT * FROM {schema}.c")
        with pytest.raises(InvalidInputError, match="est occupée par quelqu'un d'autre"):
            push_table(write("c.gpkg", candidate("Z")), address)
    assert postgis.run(f"SELECT count(*) FROM {schema}.c") == [(2,)]


@pytest.mark.parametrize(
    "existing", ["CREATE TABLE {0} (a int)", "CREATE VIEW {0} AS SELECT 1 AS a"], ids=["table", "view"]
)
def test_what_geoville_did_not_write_is_not_replaced(
    postgis: PostgisServer, schema: str, write: Callable[..., Path], existing: str
) -> None:
    postgis.run(existing.format(f"{schema}.c"))
    with pytest.raises(InvalidInputError, match="n'a pas été écrite par geoville"):
        push_table(write("c.gpkg", *TWO), postgis.address(f"{schema}.c"))
    assert len(postgis.run(f"SELECT * FROM {schema}.c LIMIT 0")) == 0


def test_a_table_that_views_need_is_not_dropped(
    postgis: PostgisServer, schema: str, write: Callable[..., Path]
) -> None:
    push_table(write("c.gpkg", *TWO), postgis.address(f"{schema}.c"))
    postgis.run(f"CREATE VIEW {schema}.v AS SELECT code FROM {schema}.c")
    with pytest.raises(InvalidInputError, match="dépendent de"):
        push_table(write("c.gpkg", candidate("Z")), postgis.address(f"{schema}.c"))
    assert postgis.run(f"SELECT count(*) FROM {schema}.v") == [(2,)]


def test_what_may_not_be_written_is_told(postgis: PostgisServer, schema: str, write: Callable[..., Path]) -> None:
    written = write("c.gpkg", *TWO)
    with pytest.raises(InvalidInputError, match="n'a pas l'extension PostGIS"):
        push_table(written, postgis.address("c", base="sans_postgis"))
    with pytest.raises(InvalidInputError, match="Le schéma « absent » n'existe pas"):
        push_table(written, postgis.address("absent.c"))
    with pytest.raises(InvalidInputError, match="n'a pas les droits qu'il faut"):
        push_table(written, postgis.address(f"{schema}.c", user=READER))
    assert postgis.run(f"SELECT 1 FROM pg_tables WHERE schemaname = '{schema}'") == []


def test_what_has_no_equal_in_a_table_is_refused(postgis: PostgisServer, schema: str, tmp_path: Path) -> None:
    address = postgis.address(f"{schema}.t")
    pq.write_table(pa.table({"liste": [[1, 2]]}), tmp_path / "liste.parquet")
    with pytest.raises(InvalidInputError, match="« liste » est d'un type qui n'a pas d'égal"):
        push_table(tmp_path / "liste.parquet", address)
    pq.write_table(pa.table({"é" * 40: [1]}), tmp_path / "nom.parquet")
    with pytest.raises(InvalidInputError, match="trop long pour PostgreSQL"):
        push_table(tmp_path / "nom.parquet", address)
    (tmp_path / "carte.html").touch()
    with pytest.raises(InvalidInputError, match="ne s'écrit pas dans une table PostGIS"):
        push_table(tmp_path / "carte.html", address)
    geopandas.GeoDataFrame(geometry=[Point(0, 0)], crs=None).to_parquet(tmp_path / "sans.parquet")
    with pytest.raises(InvalidInputError, match="n'a pas de code EPSG"):
        push_table(tmp_path / "sans.parquet", address)
