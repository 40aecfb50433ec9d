"""A national table takes no more memory than a town's, read or written."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from postgis_server import postgis_server

pytestmark = pytest.mark.slow

FEW, MANY = 100_000, 1_000_000
GROWTH_MB = 60
"""Allowed between the two, where holding the rows would take hundreds."""

MEASURED = """
import resource, sys
from pathlib import Path
from geoville.sources.postgis import fetch_table, push_table
_, source, target, folder = sys.argv
path = Path(folder) / "source.parquet"
if source:
    fetch_table(source, Path(folder))
else:
    push_table(path, target)
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)
"""


def peak_mb(folder: Path, source: str = "", target: str = "") -> float:
    command = [sys.executable, "-c", MEASURED, source, target, str(folder)]
    return int(subprocess.run(command, check=True, capture_output=True, text=True).stdout) / 1024


@pytest.mark.needs("postgis")
def test_memory_does_not_depend_on_the_number_of_rows(tmp_path: Path) -> None:
    peaks = {}
    with postgis_server() as server:
        for rows in (FEW, MANY):
            server.run(
                "DROP TABLE IF EXISTS source; CREATE TABLE source AS SELECT n, 'CRS3035RES200mN3118000E' || n AS id,"
                " n * 0.5::float8 AS ind, ST_SetSRID(ST_MakeEnvelope(n, 0, n + 200, 200), 2154) AS geom"
                f" FROM generate_series(1, {rows}) AS n; GRANT SELECT ON source TO agent"
            )
            read = peak_mb(tmp_path, source=server.address("source"))
            peaks[rows] = read, peak_mb(tmp_path, target=server.address("copie"))
            assert server.run("SELECT count(*), sum(ind) FROM copie") == server.run(
                "SELECT count(*), sum(ind) FROM source"
            )
    assert [many - few < GROWTH_MB for few, many in zip(peaks[FEW], peaks[MANY], strict=True)] == [True, True], peaks
