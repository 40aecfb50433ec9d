"""Who lives there: sums of what INSEE publishes by cell, with its secrecy; people in quarters; evolutions."""

from __future__ import annotations

import csv
from pathlib import Path
from types import SimpleNamespace

import geopandas
import numpy as np
import pytest
import shapely

from geoville import Territory
from geoville.carroyage.grid import cell_squares
from geoville.carroyage.portrait import COUNTS, CellCounts, portraits
from geoville.errors import InvalidInputError
from geoville.model import Kind, Perimeter
from geoville.sources.grids import read_counts, read_grid
from geoville.workflows.portrait import TownPortraits

NORTH, EAST = 3_125_000, 3_752_600
HEADER = "idcar_200m,i_est_200,ind,ind_snv,men,men_pauv,men_1ind,log_soc,men_surf,ind_0_3,ind_80p"
ROWS = (
    f"CRS3035RES200mN{NORTH}E{EAST},0,100,1200000,40,20,10,30,2400,8,4",
    f"CRS3035RES200mN{NORTH}E{EAST + 200},0,60,900000,20,5,8,5,1800,2,6",
    f"CRS3035RES200mN{NORTH}E{EAST + 400},1,6,80000,2.5,0.4,1,0,200,0.2,1",
)


@pytest.fixture
def grid(tmp_path: Path) -> Path:
    path = tmp_path / "filosofi_2019.csv"
    path.write_text("\n".join([HEADER, *ROWS[::-1]]) + "\n", encoding="utf-8")
    return path


def _draft(first: float, last: float) -> geopandas.GeoDataFrame:
    """A draft over columns of cells from the first, counted in cells: 0.5 is the middle of the first cell."""
    squares = cell_squares(np.array([EAST]), np.array([NORTH]), 3035, 3035)
    west, south, _, north = squares[0].bounds
    shape = shapely.box(west + 200 * first, south, west + 200 * last, north)
    return geopandas.GeoDataFrame({"code": ["A"]}, geometry=[shapely.segmentize(shape, 20)], crs=3035)


@pytest.fixture(scope="module")
def calais() -> Territory:
    return Territory.open("calais")


def test_counts_are_summed_by_the_share_of_each_cell_inside(calais, grid):
    (row,) = calais.portrait(_draft(0.5, 2), grid=grid).document()["rows"]
    assert row["ind"] == pytest.approx(50 + 60, rel=1e-3)
    assert row["log_soc"] == pytest.approx(15 + 5, rel=1e-3)
    assert row["part_log_soc"] == pytest.approx((15 + 5) / (20 + 20), abs=1e-3)
    assert row["part_ind_0_3"] == pytest.approx((4 + 2) / 110, abs=1e-3)
    assert row["surface_moyenne_m2"] == pytest.approx((1200 + 1800) / 40, rel=1e-3)
    assert row["share_imputed"] == 0
    assert "men_fmp" not in row  # this file has no such column


def test_an_area_of_fewer_than_eleven_households_is_not_described(calais, grid):
    (row,) = calais.portrait(_draft(2, 3), grid=grid).document()["rows"]
    assert row["secret"]
    assert {row[name] for name in ("ind", "men", "log_soc", "part_log_soc", "share_imputed")} == {None}


def test_cells_that_insee_imputes_are_counted_and_said(calais, grid):
    (row,) = calais.portrait(_draft(0, 3), grid=grid).document()["rows"]
    assert row["ind"] == pytest.approx(166, rel=1e-3)
    assert row["share_imputed"] == pytest.approx(6 / 166, abs=1e-3)


def test_out_of_the_data_nothing_is_said_rather_than_nobody(calais, grid):
    (row,) = calais.portrait(_draft(200, 201), grid=grid).document()["rows"]
    assert (row["share_covered"], row["ind"], row["secret"]) == (0, None, False)


def test_counts_follow_the_order_of_the_grid_whatever_that_of_the_file(grid):
    counts = read_counts(grid, read_grid(grid))
    assert counts.by_column["log_soc"].tolist() == [30, 5, 0]
    assert list(counts.by_column) == [name for name in COUNTS if name in HEADER.split(",")]


def test_what_is_secret_is_secret_without_households_too():
    counts = CellCounts({"ind": np.array([8.0, 30.0])})
    small, large = portraits(counts, np.array([0, 1]), np.array([0, 1]), np.ones(2), 11)
    assert (small.is_secret, large.is_secret, large.totals["ind"]) == (True, False, 30)


def test_people_in_quarters_add_up_and_the_town_is_whole(calais):
    found = calais.population(generation=2024).frame().set_index("code")
    quarters = calais.perimeters("2026-01-15")
    quarters = quarters[quarters["code"].str.startswith("QN")]
    cells = calais.cells(2019)
    inside = cells.geometry.intersection(quarters.union_all()).area / cells.area
    town = cells["commune"] == "62193"
    assert found.loc["62193", "people_in_qpv"] == pytest.approx((cells["people"] * inside)[town].sum(), rel=1e-4)
    assert found.loc["62193", "people"] == pytest.approx(66_993.5)
    by_iris = calais.population(by="iris", generation=2024).frame()
    of_calais = by_iris[by_iris["code"].str.startswith("62193")]
    assert of_calais["people"].sum() == pytest.approx(66_993.5, rel=2e-3)  # cells on the limit of two communes


def test_a_place_of_which_a_few_people_are_in_a_quarter_tells_neither_part(calais):
    iris = calais.population(by="iris", generation=2024).frame()
    hidden = iris[iris["secret"]]
    assert hidden["people_in_qpv"].isna().all()
    told = iris[~iris["secret"]]
    assert not ((told["people_in_qpv"] > 0) & (told["people_in_qpv"] < 11)).any()


def test_quarters_are_followed_from_one_vintage_to_the_next(calais):
    """People of the cells of 2015, by share of their surface, as counted when the data came: 6 399 and 4 139."""
    rows = {row["code"]: row for row in calais.evolution(generation=2015).document()["rows"]}
    assert rows["QP062056"]["people_2015"] == pytest.approx(6_399, abs=1)
    assert rows["QP062055"]["people_2015"] == pytest.approx(4_139, abs=1)
    for row in rows.values():
        assert row["people_change"] == pytest.approx(row["people_2021"] / row["people_2015"] - 1, abs=1e-3)


def test_perimeters_and_communes_are_not_asked_at_once(calais, grid):
    with pytest.raises(InvalidInputError, match="comptés par "):
        calais.portrait(_draft(0, 1), by="commune", grid=grid)
    with pytest.raises(InvalidInputError, match="iris"):
        calais.portrait(by="quartier")


@pytest.mark.realdata
def test_the_whole_column_set_of_insee_is_kept_by_fetch(shared_data, tmp_path):
    """Bondy's file has every column: what a territory keeps of it sums to the same."""
    from geoville.sources.official.tables import _write_grid

    path = shared_data / "bondy" / "filosofi_200m.csv"
    grid = read_grid(path, vintage=2019)
    out = tmp_path / "grid_2019.parquet"
    _write_grid(grid, read_counts(path, grid), out)
    kept = read_counts(out, read_grid(out))
    with path.open(encoding="utf-8", newline="") as stream:
        rows = list(csv.DictReader(stream))
    published = {name.lower(): name for name in rows[0]}
    known = [name for name in COUNTS if name in published]
    assert len(known) >= 26
    for name in known:
        expected = sum(float(row[published[name]] or 0) for row in rows)
        assert np.nansum(kept.by_column[name]) == pytest.approx(expected, rel=1e-9), name


def test_pages_of_an_atlas_hide_the_town_that_a_perimeter_would_tell_by_difference(grid):
    """Households: 40, 20 and 2.5; a draft over the first two leaves 2.5, which nobody may find."""
    pack = SimpleNamespace(grids={2019: grid}, grid_path=lambda _: grid, has=lambda _: False)
    both, first = (
        Perimeter(code, code, Kind.CANDIDAT, _draft(0, last).to_crs(2154).geometry.iloc[0], 2154, estimated=True)
        for code, last in (("A", 2), ("B", 1))
    )
    found = TownPortraits.of(pack, [both, first])
    own, _, whole = found.beside(both, "")
    assert own.totals["men"] == pytest.approx(60, rel=1e-3)
    assert whole.is_secret
    own, _, whole = found.beside(first, "")
    assert own.share("log_soc") == pytest.approx(30 / 40, abs=1e-3)
    assert whole.totals["men"] == pytest.approx(62.5)
    assert [moment.vintage for moment in found.moments[Kind.CANDIDAT, "A"]] == [2019]


@pytest.mark.parametrize("given", [[2019], [2019, 2019]])
def test_an_evolution_needs_two_vintages_and_says_which_there_are(calais, given):
    with pytest.raises(InvalidInputError, match="deux millésimes différents : en donner deux de : 2015, 2019, 2021"):
        calais.evolution(vintage=given, generation=2024)
