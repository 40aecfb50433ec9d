"""Commands whose files are tables of PostGIS, read and written."""

from __future__ import annotations

import json
import re
import shlex
import shutil
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from postgis_server import PASSWORD, PostgisServer

from geoville.sources.postgis import push_table
from geoville.sources.stores import shown

REPOSITORY = Path(__file__).resolve().parents[3]
GRID = REPOSITORY / "data" / "calais" / "filosofi_2019_200m.csv"
GUIDE = REPOSITORY / "docs" / "guide" / "17-postgis.md"
HOME = "1 rue Youri Gagarine, Calais"


@pytest.fixture
def table(postgis: PostgisServer, schema: str):
    """Address of a table of the test's schema."""
    return lambda name: postgis.address(f"{schema}.{name}")


@pytest.fixture
def candidates(geoville, table) -> str:
    """Address of the candidates of Calais, computed from a table of cells."""
    push_table(GRID, table("carreaux"))
    done = geoville(
        *("perimeters", "candidates", "--grid", table("carreaux"), "--vintage", "2019"),
        *("--territory", "calais", "--out", table("candidats")),
    )
    assert (done.code, done.err) == (0, "")
    assert f"Écrit : {shown(table('candidats'))}" in done.out
    assert PASSWORD not in done.out
    return table("candidats")


def test_a_grid_goes_in_and_candidates_come_out(
    postgis: PostgisServer, schema: str, geoville, candidates: str, tmp_path: Path
) -> None:
    file = tmp_path / "candidats.parquet"
    geoville("perimeters", "candidates", "--grid", GRID, "--territory", "calais", "--out", file)
    columns = "code, name, population, median_eur, cells, iris"
    rows = postgis.run(f"SELECT {columns} FROM {schema}.candidats ORDER BY fid")
    assert rows == [tuple(row.values()) for row in pq.read_table(file, columns=columns.split(", ")).to_pylist()]
    kept = postgis.run(f"SELECT provenance -> 'execution' ->> 'output' FROM {schema}.geoville_provenance ORDER BY 1")
    assert kept == [(shown(candidates),), (None,)]


def test_an_address_is_looked_up_in_a_table(geoville, candidates: str) -> None:
    done = geoville("lookup", "--territory", "calais", "--perimeters", candidates, HOME)
    assert (done.code, done.out.splitlines()[0].split()[0]) == (0, "DEDANS")


def test_candidates_are_scored_and_compared_between_tables(
    postgis: PostgisServer, schema: str, geoville, table, candidates: str
) -> None:
    postgis.run(
        f"CREATE VIEW {schema}.qpv AS SELECT 'QN0625' || fid || 'M' AS code_qp, name AS lib_qp, communes AS insee_com,"
        f" ST_Transform(geom, 4326) AS contour FROM {schema}.candidats; GRANT SELECT ON {schema}.qpv TO agent"
    )
    grid = ("--grid", table("carreaux"), "--vintage", "2019")
    scored = geoville("perimeters", "score", "--candidates", candidates, "--official", table("qpv"), *grid, "--json")
    assert scored.code == 0, scored.err
    assert json.loads(scored.out)["f1"] == pytest.approx(1, abs=1e-3)
    compared = geoville("perimeters", "compare", candidates, table("qpv"), *grid, "--out", table("changements"))
    assert (compared.code, compared.err) == (0, "")
    assert postgis.run(f"SELECT count(*) > 0, count(DISTINCT ST_SRID(geom)) FROM {schema}.changements") == [(True, 1)]


def test_a_table_of_addresses_is_answered_in_a_table(postgis: PostgisServer, schema: str, geoville, table) -> None:
    postgis.run(
        f"CREATE TABLE {schema}.lieux AS SELECT n AS id, '{HOME}'::text AS adresse FROM generate_series(1, 3) AS n;"
        f"GRANT SELECT ON {schema}.lieux TO agent"
    )
    asked = ("lookup-file", table("lieux"), table("reponses"), "--territory", "calais")
    first, again, forced = geoville(*asked), geoville(*asked), geoville(*asked, "--force")
    assert (first.code, again.code, forced.code) == (0, 2, 0)
    assert f"« {shown(table('reponses'))} » existe déjà : le remplacer avec --force" in again.err
    answers = f"SELECT id, qpv_verdict, qpv_basis FROM {schema}.reponses ORDER BY fid"
    assert postgis.run(answers) == [(rank, "inside", "official") for rank in (1, 2, 3)]


def test_a_table_without_geometry_has_no_perimeters(geoville, table) -> None:
    push_table(GRID, table("carreaux"))
    done = geoville("lookup", "--territory", "calais", "--perimeters", table("carreaux"), HOME)
    assert (done.code, "n'a pas de colonne de géométrie" in done.err) == (2, True)


def test_the_page_of_the_guide_shows_what_the_commands_write(
    geoville, table, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    shutil.copytree(REPOSITORY / "data", tmp_path / "data")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "240")
    push_table(GRID, table("carreaux_2019"))
    for block in re.findall(r"```sh\n(.*?)```", GUIDE.read_text(encoding="utf-8"), re.DOTALL):
        for command, promised in re.findall(r"^\$ geoville (.+)\n((?:(?!\$ ).*\n)*)", block, re.MULTILINE):
            here = command.replace("postgresql://agent@sig.exemple.fr/ville#", table(""))
            done = geoville(*shlex.split(here, comments=False))
            written = _plain(done.out.replace(shown(table("")), "postgresql://agent@sig.exemple.fr/ville#"))
            missing = [line for line in _plain(promised) if not any(item.startswith(line) for item in written)]
            assert (done.code, done.err, missing) == (0, "", []), command


def _plain(text: str) -> list[str]:
    """Lines without frames, ellipses and special spaces."""
    return [" ".join(line.replace("│", " ").partition("…")[0].split()) for line in text.splitlines()]
