"""Tables and views of PostGIS brought to files: CRS, types, nulls, order, and what is refused."""

from __future__ import annotations

from pathlib import Path

import geopandas
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from postgis_server import READER, PostgisServer
from pyproj import CRS

from geoville.errors import DataUnavailableError, InvalidInputError
from geoville.sources import postgis as postgis_fetch
from geoville.sources.postgis import fetch_table

SQUARE = "ST_SetSRID('POLYGON((0 0, 0 9, 9 9, 9 0, 0 0))'::geometry, {srid})"


def square(srid: int = 2154) -> str:
    return SQUARE.format(srid=srid)


def test_types_and_nulls_are_kept(postgis: PostgisServer, schema: str, tmp_path: Path) -> None:
    postgis.run(
        f"CREATE DOMAIN {schema}.code_insee AS varchar(5);"
        f"CREATE TABLE {schema}.t (a bool, b int2, c int4, d int8, e float4, f float8,"
        f" g numeric(9, 0), h numeric(9, 2), i text,"
        f" j {schema}.code_insee, k date, l timestamp, m timestamptz, n bytea, o jsonb, p text[], q uuid);"
        f"INSERT INTO {schema}.t VALUES (true, 1, 2, 3, 0.5, 0.25, 7, 7.5, '', '02A04', '2024-01-01',"
        " '2024-01-01 12:00', '2024-01-01 12:00+02', '\\x00ff', '{\"a\": 1}', '{x,y}',"
        " '00000000-0000-0000-0000-000000000001');"
        f"INSERT INTO {schema}.t VALUES (NULL); GRANT SELECT ON {schema}.t TO agent"
    )
    table = pq.read_table(fetch_table(postgis.address(f"{schema}.t"), tmp_path))
    assert [str(field.type) for field in table.schema] == [
        *("bool", "int16", "int32", "int64", "float", "double", "int64", "double", "string", "string", "date32[day]"),
        *("timestamp[us]", "timestamp[us, tz=UTC]", "binary", "string", "string", "string"),
    ]
    full, empty = table.to_pylist()
    assert set(empty.values()) == {None}
    assert [full[name] for name in "abcdefghij"] == [True, 1, 2, 3, 0.5, 0.25, 7, 7.5, "", "02A04"]
    assert full["m"].isoformat() == "2024-01-01T10:00:00+00:00"
    assert [full[name] for name in "nopq"] == [b"\x00\xff", '{"a": 1}', "{x,y}", "00000000-0000-0000-0000-000000000001"]
    assert b"geo" not in (table.schema.metadata or {})


@pytest.mark.parametrize("srid", [2154, 4326, 5490, 2975, 3035])
def test_the_crs_is_kept(postgis: PostgisServer, schema: str, tmp_path: Path, srid: int) -> None:
    postgis.run(f"CREATE TABLE {schema}.t AS SELECT 1 AS code, {square(srid)}::geometry(Polygon, {srid}) AS contour")
    postgis.run(f"GRANT SELECT ON {schema}.t TO agent")
    frame = geopandas.read_parquet(fetch_table(postgis.address(f"{schema}.t"), tmp_path))
    assert frame.crs.to_epsg() == srid
    assert frame.geometry.name == "contour"
    assert frame.geometry.iloc[0].area == 81.0


def test_a_crs_of_another_authority_is_kept(postgis: PostgisServer, schema: str, tmp_path: Path) -> None:
    text = CRS.from_epsg(2154).to_wkt("WKT1_GDAL").replace("RGF93 v1 / Lambert-93", "Local")
    postgis.run(
        f"INSERT INTO spatial_ref_sys (srid, auth_name, auth_srid, srtext) VALUES (990001, 'VILLE', 1, '{text}')"
    )
    postgis.run(f"CREATE TABLE {schema}.t AS SELECT {square(990001)} AS geom; GRANT SELECT ON {schema}.t TO agent")
    frame = geopandas.read_parquet(fetch_table(postgis.address(f"{schema}.t"), tmp_path))
    assert frame.crs == CRS.from_wkt(text)


@pytest.mark.parametrize("nature", ["VIEW", "MATERIALIZED VIEW"])
def test_a_view_is_read_as_a_table(postgis: PostgisServer, schema: str, tmp_path: Path, nature: str) -> None:
    postgis.run(f"CREATE {nature} {schema}.v AS SELECT n AS code, {square()} AS geom FROM generate_series(1, 3) AS n")
    postgis.run(f"GRANT SELECT ON {schema}.v TO agent")
    frame = geopandas.read_parquet(fetch_table(postgis.address(f"{schema}.v"), tmp_path))
    assert (frame.crs.to_epsg(), sorted(frame["code"])) == (2154, [1, 2, 3])


def test_rows_come_chunk_by_chunk_in_the_order_of_the_key(
    postgis: PostgisServer, schema: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(postgis_fetch, "ROWS_AT_A_TIME", 10)
    postgis.run(
        f"CREATE TABLE {schema}.t (a int, b int, PRIMARY KEY (b, a)); GRANT SELECT ON {schema}.t TO agent;"
        f"INSERT INTO {schema}.t SELECT n, -n / 2 FROM generate_series(1, 25) AS n"
    )
    file = pq.ParquetFile(fetch_table(postgis.address(f"{schema}.t"), tmp_path))
    rows = [(row["b"], row["a"]) for row in file.read().to_pylist()]
    assert (file.num_row_groups, len(rows), rows) == (3, 25, sorted(rows))


def test_an_empty_table_keeps_its_columns_and_crs(postgis: PostgisServer, schema: str, tmp_path: Path) -> None:
    postgis.run(
        f"CREATE TABLE {schema}.t (code text, geom geometry(Polygon, 2154)); GRANT SELECT ON {schema}.t TO agent"
    )
    frame = geopandas.read_parquet(fetch_table(postgis.address(f"{schema}.t"), tmp_path))
    assert (len(frame), list(frame.columns), frame.crs.to_epsg()) == (0, ["code", "geom"], 2154)


@pytest.mark.parametrize(
    "name", ['a"; DROP TABLE x; --', "é à%20", "Majuscules", "../../ailleurs", ".cache", "a.b", "con"]
)
def test_a_name_is_only_a_name(postgis: PostgisServer, schema: str, tmp_path: Path, name: str) -> None:
    quoted = name.replace('"', '""')
    postgis.run(f'CREATE TABLE {schema}.x (); CREATE TABLE {schema}."{quoted}" ("d""; --" int)')
    postgis.run(f'INSERT INTO {schema}."{quoted}" VALUES (7); GRANT SELECT ON {schema}."{quoted}" TO agent')
    written = name.replace("%", "%25").replace(".", "%2E")
    path = fetch_table(postgis.address(f"{schema}.{written}"), tmp_path)
    assert (path.parent, path.suffix) == (tmp_path, ".parquet")
    assert pq.read_table(path).to_pylist() == [{'d"; --': 7}]
    assert postgis.run(f"SELECT to_regclass('{schema}.x')") == [(f"{schema}.x",)]


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (f"SELECT {square(0)} AS geom", r"ne dit pas son système de coordonnées \(SRID\)"),
        ("SELECT NULL::geometry AS geom", "ne dit pas son système de coordonnées"),
        (f"SELECT {square(2154)} AS geom UNION ALL SELECT {square(4326)}", "plusieurs systèmes .*2154 et 4326"),
        (f"SELECT {square()} AS a, {square()} AS b", "a 2 colonnes de géométrie"),
        (f"SELECT {square(880001)} AS geom", "n'est pas connu .SRID 880001"),
        ("SELECT 'infinity'::date AS jour", "refuse l'opération"),
        ("SELECT 'NaN'::numeric(9, 0) AS n", "refuse l'opération"),
    ],
)
def test_what_cannot_be_kept_is_refused(
    postgis: PostgisServer, schema: str, tmp_path: Path, content: str, message: str
) -> None:
    postgis.run(f"CREATE TABLE {schema}.t AS {content}; GRANT SELECT ON {schema}.t TO agent")
    with pytest.raises(InvalidInputError, match=message):
        fetch_table(postgis.address(f"{schema}.t"), tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_what_is_not_there_is_told(postgis: PostgisServer, schema: str, tmp_path: Path) -> None:
    with pytest.raises(InvalidInputError, match=f"La table « {schema}.absente » n'existe pas"):
        fetch_table(postgis.address(f"{schema}.absente"), tmp_path)
    with pytest.raises(InvalidInputError, match="Le schéma « nulle part » n'existe pas"):
        fetch_table(postgis.address("nulle part.t"), tmp_path)
    with pytest.raises(InvalidInputError, match="La base « absente » n'existe pas"):
        fetch_table(postgis.address("t", base="absente"), tmp_path)


def test_a_table_that_may_not_be_read_is_told(postgis: PostgisServer, schema: str, tmp_path: Path) -> None:
    postgis.run(f"CREATE TABLE {schema}.t (a int); GRANT USAGE ON SCHEMA {schema} TO {READER}")
    with pytest.raises(InvalidInputError, match="n'a pas les droits qu'il faut"):
        fetch_table(postgis.address(f"{schema}.t", user=READER), tmp_path)


def test_a_table_without_geometry_needs_no_postgis(postgis: PostgisServer, tmp_path: Path) -> None:
    postgis.run("CREATE TABLE IF NOT EXISTS public.t (a int); GRANT SELECT ON t TO agent", base="sans_postgis")
    path = fetch_table(postgis.address("t", base="sans_postgis"), tmp_path)
    assert pq.read_schema(path) == pa.schema([("a", pa.int32())])


@pytest.mark.parametrize(
    ("user", "password"), [("agent", "faux-mot"), ("inconnu", "faux-mot"), ("agent", "")], ids=["wrong", "user", "none"]
)
def test_a_refused_password_is_told_but_not_repeated(
    postgis: PostgisServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, user: str, password: str
) -> None:
    monkeypatch.setenv("PGPASSFILE", str(tmp_path / "absent"))
    with pytest.raises(InvalidInputError, match="refuse le mot de passe ou l'utilisateur") as refusal:
        fetch_table(postgis.address("t", user=user, password=password), tmp_path)
    assert "faux-mot" not in f"{refusal.value}{refusal.value.__cause__!r}{refusal.value.__cause__}"


@pytest.mark.parametrize("host", ["127.0.0.1:1", "absent.invalid"])
def test_a_server_that_does_not_answer_is_told(tmp_path: Path, host: str) -> None:
    with pytest.raises(DataUnavailableError, match="ne répond pas") as failure:
        fetch_table(f"postgresql://agent:faux-mot@{host}/ville#t", tmp_path)
    assert "faux-mot" not in f"{failure.value}{failure.value.__cause__}"


def test_a_password_of_the_environment_is_used(
    postgis: PostgisServer, schema: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PGPASSWORD", "s3cret/é#")
    postgis.run(f"CREATE TABLE {schema}.t AS SELECT 1 AS a; GRANT SELECT ON {schema}.t TO agent")
    address = f"postgresql://agent@127.0.0.1:{postgis.port}/ville#{schema}.t"
    assert pq.read_table(fetch_table(address, tmp_path)).num_rows == 1


def test_a_connection_cut_in_the_middle_leaves_no_file(
    postgis: PostgisServer, schema: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(postgis_fetch, "ROWS_AT_A_TIME", 10)
    postgis.run(f"CREATE TABLE {schema}.t AS SELECT generate_series(1, 100) AS a; GRANT SELECT ON {schema}.t TO agent")
    write = pq.ParquetWriter.write_table

    def write_then_cut(self: pq.ParquetWriter, table: pa.Table) -> None:
        write(self, table)
        postgis.cut()

    monkeypatch.setattr(pq.ParquetWriter, "write_table", write_then_cut)
    with pytest.raises(DataUnavailableError, match="a été coupée avant la fin"):
        fetch_table(postgis.address(f"{schema}.t"), tmp_path)
    assert list(tmp_path.iterdir()) == []
