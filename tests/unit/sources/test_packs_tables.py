"""Tables of packs: the same from CSV and from Parquet, in any order, of a country as of a town."""

from __future__ import annotations

import time
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from geoville.carroyage.cell_id import format_cell_ids
from geoville.errors import DataUnavailableError
from geoville.sources.files import embedded_data
from geoville.sources.grids import read_grid
from geoville.sources.pack import (
    CellTable,
    read_cells,
    read_communes,
    read_iris_figures,
    read_iris_names,
    read_iris_years,
)

CALAIS = embedded_data() / "calais"


def as_parquet(name: str, folder: Path) -> Path:
    """A table of Calais as Parquet, its rows in no order, years and incomes as numbers."""
    codes = dict.fromkeys(("code", "commune", "iris"), str)
    path = folder / f"{name}.parquet"
    pd.read_csv(CALAIS / f"{name}.csv", dtype=codes).sample(frac=1, random_state=3).to_parquet(path, index=False)
    return path


def test_cells_are_the_same_from_parquet_in_any_order(tmp_path: Path) -> None:
    written, read = read_cells(CALAIS / "cells.csv"), read_cells(as_parquet("cells", tmp_path))
    for column in ("northing", "easting", "commune", "iris"):
        np.testing.assert_array_equal(getattr(written, column), getattr(read, column))


def test_small_tables_are_the_same_from_parquet(tmp_path: Path) -> None:
    communes, iris = as_parquet("communes", tmp_path), as_parquet("iris_income", tmp_path)
    assert read_communes(communes) == read_communes(CALAIS / "communes.csv")
    assert read_iris_names(iris) == read_iris_names(CALAIS / "iris_income.csv")
    assert read_iris_years(iris) == read_iris_years(CALAIS / "iris_income.csv")
    for year in (2001, 2002, 2011, 1999):
        assert read_iris_figures(iris, year) == read_iris_figures(CALAIS / "iris_income.csv", year)


def test_a_pack_says_the_ranges_that_it_has(tmp_path: Path) -> None:
    path = tmp_path / "iris_income.parquet"
    columns = {"code": ["a", "b", "b"], "year": [2019, 2019, 2018], "median_declared_eur": [15_000.0, None, 9_000.0]}
    pq.write_table(pa.table(columns | {"range_declared_eur": [12_500.0, 8_000.0, None]}), path)
    assert read_iris_figures(path, 2019) == ({"a": 15_000.0}, {"a": 12_500.0, "b": 8_000.0})
    assert read_iris_figures(CALAIS / "iris_income.csv", 2011)[1] == {}, "what was carried has no ranges"


def test_zones_are_those_that_a_dictionary_gives() -> None:
    table, grid = read_cells(CALAIS / "cells.csv"), read_grid(CALAIS / "filosofi_2019_200m.csv")
    moved = type(grid)(
        **{name: getattr(grid, name) for name in grid.__slots__ if name != "northing"},
        northing=grid.northing + 200 * (np.arange(len(grid)) % 3),
    )
    corners = zip(table.northing.tolist(), table.easting.tolist(), strict=True)
    known = dict(zip(corners, zip(table.commune.tolist(), table.iris.tolist(), strict=True), strict=True))
    expected = [
        known.get(corner, ("", "")) for corner in zip(moved.northing.tolist(), moved.easting.tolist(), strict=True)
    ]
    assert "" in {commune for commune, _ in expected}
    assert list(zip(*(zones.tolist() for zones in table.zones_of(moved)), strict=True)) == expected


@pytest.mark.parametrize(
    "table",
    [
        {"idcar_200m": ["CRS3035RES200mN1E1"], "commune": ["1"], "iris": ["1"]},
        {"idcar_200m": ["CRS3035RES200mN3118000E3750400"], "commune": ["1"]},
        {"idcar_200m": [], "commune": [], "iris": []},
    ],
)
def test_a_table_that_is_not_one_of_cells_is_refused(table: dict[str, list[str]], tmp_path: Path) -> None:
    pd.DataFrame(table, dtype=str).to_parquet(tmp_path / "cells.parquet")
    with pytest.raises(DataUnavailableError, match=r"cells\.parquet"):
        read_cells(tmp_path / "cells.parquet")


def test_a_damaged_table_is_refused(tmp_path: Path) -> None:
    (tmp_path / "cells.parquet").write_bytes(b"PAR1 et rien")
    with pytest.raises(DataUnavailableError, match="illisible"):
        read_cells(tmp_path / "cells.parquet")


@pytest.mark.slow
def test_the_cells_of_a_country_are_read_and_matched_within_seconds(tmp_path: Path) -> None:
    side = 1517  # 2.3 million cells
    rows = np.random.default_rng(0).permutation(side * side)
    northing, easting = 2_000_000 + 200 * (rows // side), 3_200_000 + 200 * (rows % side)
    codes = np.char.mod("%05d", rows // 70)
    table = {
        "idcar_200m": format_cell_ids(3035, northing, easting),
        "commune": codes,
        "iris": np.char.add(codes, "0101"),
    }
    pd.DataFrame(table).to_parquet(tmp_path / "cells.parquet", index=False)
    begun = time.process_time()
    read = read_cells(tmp_path / "cells.parquet")
    once = time.process_time()
    assert once - begun < 15  # 5 s on a machine at rest
    commune, _ = read.zones_of(_GridOf(read))  # type: ignore[arg-type]
    assert time.process_time() - once < 15
    np.testing.assert_array_equal(commune, read.commune)


class _GridOf:
    """Cells of a table as a grid that has no figure."""

    def __init__(self, table: CellTable) -> None:
        self.epsg, self.northing, self.easting = table.epsg, table.northing, table.easting

    def __len__(self) -> int:
        return len(self.northing)
