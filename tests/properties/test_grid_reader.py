"""Whatever the bytes, the grid reader gives a grid or an error of geoville, never a traceback."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from effort import cases
from hypothesis import HealthCheck, given
from hypothesis import strategies as st

from geoville.errors import GeovilleError
from geoville.sources.grids import read_grid

fuzz = cases(each_run=40, slow=200, suppress_health_check=[HealthCheck.function_scoped_fixture])

HEADER = b"idcar_200m,i_est_200,ind,men,men_pauv,ind_snv"
ROWS = [
    b"CRS3035RES200mN3118000E3750400,1,3.0,1.1,0.2,74718.3",
    b"CRS3035RES200mN3118000E3750800,1,12.0,,,298873.3",
    b"CRS3035RES200mN3118200E3750400,0,40.5,15,4,700000.5",
]

cells = st.tuples(st.integers(5_000, 49_999), st.integers(5_000, 49_999))
counts = st.integers(1, 10_000).map(lambda half: half / 2)
tables = st.lists(st.tuples(cells, counts, st.booleans()), min_size=1, max_size=30, unique_by=lambda row: row[0])

fragments = st.one_of(
    st.binary(max_size=6),
    st.sampled_from([b",", b";", b'"', b"\n", b"\r\n", b"\0", b"-", b"1e999", b"nan", b"\xff\xfe", b"CRS3035", b"_"]),
)


@st.composite
def mutated_csv(draw: st.DrawFn) -> bytes:
    """A grid of which a few pieces are replaced, inserted or cut."""
    content = b"\n".join([HEADER, *ROWS])
    for _ in range(draw(st.integers(1, 4))):
        start = draw(st.integers(0, len(content)))
        stop = draw(st.integers(start, min(start + 8, len(content))))
        content = content[:start] + draw(fragments) + content[stop:]
    return content


@fuzz
@given(content=mutated_csv())
def test_a_mutated_csv_is_read_or_refused(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "fuzz_2019.csv"
    path.write_bytes(content)
    try:
        grid = read_grid(path)
    except GeovilleError:
        return
    assert np.isfinite(grid.people).all()
    assert (grid.people >= 0).all()
    assert np.isfinite(grid.income_sum_eur).all()
    assert grid.epsg in (3035, 5490, 2975)


@fuzz
@pytest.mark.parametrize("suffix", [".csv", ".parquet", ".gpkg", ".dbf"])
@given(content=st.binary(max_size=400), magic=st.sampled_from([b"", b"PAR1", b"SQLite format 3\0", b"\x03", HEADER]))
def test_random_bytes_are_refused(tmp_path: Path, suffix: str, content: bytes, magic: bytes) -> None:
    path = tmp_path / f"fuzz_2019{suffix}"
    path.write_bytes(magic + content)
    with pytest.raises(GeovilleError):
        read_grid(path)


@fuzz
@given(rows=tables, order=st.randoms(use_true_random=False))
def test_the_order_of_rows_does_not_matter(
    tmp_path: Path, rows: list[tuple[tuple[int, int], float, bool]], order: object
) -> None:
    lines = [
        f"CRS3035RES200mN{northing * 200}E{easting * 200},{int(imputed)},{people},{people * 20000}"
        for (northing, easting), people, imputed in rows
    ]
    path = tmp_path / "cells_2019.csv"
    header = "idcar_200m,i_est_200,ind,ind_snv"
    path.write_text("\n".join([header, *lines]), encoding="utf-8")
    straight = read_grid(path)
    order.shuffle(lines)  # type: ignore[attr-defined]
    path.write_text("\n".join([header, *lines]), encoding="utf-8")
    shuffled = read_grid(path)
    expected = sorted(rows)
    assert straight.northing.tolist() == [row[0][0] * 200 for row in expected]
    assert straight.people.tolist() == shuffled.people.tolist() == [row[1] for row in expected]
    assert straight.imputed.tolist() == shuffled.imputed.tolist() == [row[2] for row in expected]
