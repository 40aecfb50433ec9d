"""Files written as tables of PostGIS: whole or not at all, typed, indexed, commented, with their provenance."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date
from pathlib import Path

import geopandas
import pandas as pd
import psycopg
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from made_up_candidates import TWO, candidate, write_candidates
from postgis_server import PostgisServer
from shapely import LineString, Point, Polygon, box

from geoville.errors import InvalidInputError
from geoville.model import Kind
from geoville.sources.files import sha256_of
from geoville.sources.postgis import fetch_table, push_table


@pytest.mark.parametrize("suffix", ["gpkg", "geojson", "parquet"])
def test_every_format_gives_the_same_table(postgis: PostgisServer, schema: str, tmp_path: Path, suffix: str) -> None:
    push_table(write_candidates(tmp_path / f"c.{suffix}", *TWO), postgis.address(f"{schema}.candidats"))
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


def test_a_table_is_indexed_and_keyed(postgis: PostgisServer, schema: str, tmp_path: Path) -> None:
    for _ in range(2):
        push_table(write_candidates(tmp_path / "c.parquet", *TWO), postgis.address(f"{schema}.candidats"))
    indexes = postgis.run(f"SELECT indexname, indexdef FROM pg_indexes WHERE schemaname = '{schema}' ORDER BY 1")
    assert [(name, "USING gist (geom)" in made) for name, made in indexes] == [
        ("candidats_geom_idx", True),
        ("candidats_pkey", False),
        ("geoville_provenance_pkey", False),
    ]
    with pytest.raises(psycopg.errors.UniqueViolation):
        postgis.run(f"INSERT INTO {schema}.candidats SELECT * FROM {schema}.candidats")


def test_comments_say_what_it_is_and_where_it_comes_from(postgis: PostgisServer, schema: str, tmp_path: Path) -> None:
    push_table(write_candidates(tmp_path / "c.gpkg", *TWO), postgis.address(f"{schema}.candidats"))
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


def test_an_official_contour_is_not_called_an_estimate(postgis: PostgisServer, schema: str, tmp_path: Path) -> None:
    official = replace(candidate("QN06253M"), kind=Kind.QPV, estimated=False, vintage=None, generation=2024)
    push_table(write_candidates(tmp_path / "q.parquet", official), postgis.address(f"{schema}.qpv"))
    push_table(write_candidates(tmp_path / "m.parquet", official, candidate("A")), postgis.address(f"{schema}.tous"))
    comments = [postgis.run(f"SELECT obj_description('{schema}.{name}'::regclass)")[0][0] for name in ("qpv", "tous")]
    assert "Estimé" not in comments[0]
    assert comments[1].startswith("Estimé, sans valeur réglementaire là où la colonne estimated est vraie.")


def test_the_provenance_is_kept_and_says_no_time(postgis: PostgisServer, schema: str, tmp_path: Path) -> None:
    written = write_candidates(tmp_path / "c.gpkg", *TWO)
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


def test_qgis_finds_the_look_of_a_table(postgis: PostgisServer, schema: str, tmp_path: Path) -> None:
    from geoville.sources.writers import write_look

    address = postgis.address(f"{schema}.candidats")
    path = write_candidates(tmp_path / "c.parquet", *TWO)
    write_look("<qgis version='3.22'/>", path)
    for _ in range(2):
        push_table(path, address)
    held = (
        "SELECT f_geometry_column, useasdefault, xpath('/qgis/@version', styleqml)::text FROM public.layer_styles"
        f" WHERE f_table_schema = '{schema}' AND f_table_name = 'candidats'"
    )
    if postgis.run("SELECT has_schema_privilege('agent', 'public', 'CREATE')") == [(True,)]:
        assert postgis.run(held) == [("geom", True, "{3.22}")]
    else:
        assert postgis.run(f"SELECT count(*) FROM {schema}.candidats") == [(2,)]
