"""Grids: every layout read, cut by their communes or by outlines, refused where they are at fault."""

from __future__ import annotations

import re
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pyogrio
import pytest
import shapely
from official_files import publication

from geoville.crs import transform_points
from geoville.errors import GridError, InvalidInputError
from geoville.sources.grids import read_grid
from geoville.sources.official.area import Area
from geoville.sources.official.layers import CommuneOutlines
from geoville.sources.official.recognise import recognise
from geoville.sources.official.tables import centres

GRID = publication("grid", grid_vintage=2019)
COLUMNS = {
    "idcar_200m": [f"CRS3035RES200mN2838600E{easting}" for easting in (3746000, 3746200, 3746400, 3746600)],
    "i_est_200": [0, 1, 0, 0],
    "lcog_geo": ["62193", "6254862193", "62999", "59350"],
    "ind": [10.5, 4.0, 20.0, 30.0],
    "men": [5.0, 1.7, 9.0, 12.0],
    "men_pauv": [2.0, 0.3, 1.0, 4.0],
    "ind_snv": [150_000.5, 80_000.0, 500_000.0, 600_000.0],
}


def table(**changed: object) -> pd.DataFrame:
    return pd.DataFrame({**COLUMNS, **changed})


def people(path: Path) -> list[float]:
    return read_grid(path, vintage=2019).people.tolist()


def write_csv(frame: pd.DataFrame, path: Path) -> None:
    frame.to_csv(path, index=False)


def write_french_csv(frame: pd.DataFrame, path: Path) -> None:
    frame.rename(columns=str.upper).to_csv(path, index=False, sep=";", decimal=",", encoding="utf-8-sig")


def write_dbf(frame: pd.DataFrame, path: Path) -> None:
    pyogrio.write_dataframe(frame, path, driver="ESRI Shapefile")


def write_mif(frame: pd.DataFrame, path: Path) -> None:
    points = gpd.GeoDataFrame(frame, geometry=[shapely.Point(i, i) for i in range(len(frame))], crs=3035)
    pyogrio.write_dataframe(points, path, driver="MapInfo File")


def write_gpkg(frame: pd.DataFrame, path: Path) -> None:
    cells = gpd.GeoDataFrame(frame, geometry=[shapely.box(i, 0, i + 1, 1) for i in range(len(frame))], crs=3035)
    pyogrio.write_dataframe(cells, path)


WRITERS = {"a.csv": write_csv, "b.csv": write_french_csv, "c.dbf": write_dbf, "d.mif": write_mif}


@pytest.mark.parametrize("name", WRITERS)
def test_a_cell_of_several_communes_is_kept_for_each(tmp_path: Path, pack: Path, converted, name: str) -> None:
    WRITERS[name](table(), tmp_path / name)
    (made,) = converted(sorted(tmp_path.glob(f"{name[0]}.*")), GRID)
    assert (made.path, made.role, made.grid_vintage) == (pack / "grid_2019.parquet", "grid", 2019)
    assert (made.rows, made.left_out) == (2, 2)
    kept = read_grid(made.path, vintage=2019)
    assert kept.people.tolist() == [10.5, 4.0]
    assert kept.imputed.tolist() == [False, True]
    assert kept.poor_households.tolist() == [2.0, 0.3]
    assert kept.income_sum_eur.tolist() == [150_000.5, 80_000.0]


def test_rows_in_disorder_keep_their_commune(tmp_path: Path, converted) -> None:
    write_csv(table().iloc[[3, 1, 2, 0]], tmp_path / "a.csv")
    (made,) = converted([tmp_path / "a.csv"], GRID)
    assert people(made.path) == [10.5, 4.0]


def test_communes_written_as_numbers_keep_their_first_zero(tmp_path: Path, converted) -> None:
    columns = {"IdINSPIRE": COLUMNS["idcar_200m"], "Depcom": [1001, 62193, 1002, 1001], "I_est_cr": [0, 0, 0, 0]}
    frame = pd.DataFrame({**columns, "Ind": COLUMNS["ind"], "Ind_snv": COLUMNS["ind_snv"]})
    write_csv(frame, tmp_path / "a.csv")
    (made,) = converted([tmp_path / "a.csv"], GRID, of=Area(2154, frozenset({"01001"})))
    assert people(made.path) == [10.5, 30.0]
    assert np.isnan(read_grid(made.path, vintage=2019).households).all()


def test_without_communes_the_centre_decides(tmp_path: Path, converted) -> None:
    write_csv(table().drop(columns="lcog_geo"), tmp_path / "a.csv")
    east, north = centres(3035, np.array([3746200, 3746600]), np.array([2838600, 2838600]))
    around = shapely.union_all([shapely.Point(*place).buffer(50) for place in zip(east, north, strict=True)])
    within = CommuneOutlines(np.array(["62193"]), np.array([around], dtype=object), 2154)
    (made,) = converted([tmp_path / "a.csv"], GRID, within=within)
    assert people(made.path) == [4.0, 30.0]
    with pytest.raises(InvalidInputError, match=r"contours des communes manquent.*--only commune_contours"):
        converted([tmp_path / "a.csv"], GRID, within=None)


def test_the_whole_country_is_not_cut(tmp_path: Path, converted) -> None:
    write_csv(table().drop(columns="lcog_geo"), tmp_path / "a.csv")
    (made,) = converted([tmp_path / "a.csv"], GRID, of=Area(2154, None), within=None)
    assert (made.rows, made.left_out) == (4, 0)


def test_the_file_of_the_territory_is_chosen(tmp_path: Path, converted) -> None:
    overseas = [cell.replace("CRS3035", "CRS2975") for cell in COLUMNS["idcar_200m"]]
    write_csv(table(idcar_200m=overseas, lcog_geo=["97411"] * 4), tmp_path / "a_2019.csv")
    write_csv(table(), tmp_path / "b_2019.csv")
    files = sorted(tmp_path.glob("*.csv"))
    assert converted(files, GRID)[0].rows == 2
    assert converted(files, GRID, of=Area(2975, frozenset({"97411"})))[0].rows == 4
    with pytest.raises(GridError, match=r"EPSG:2154.*a_2019.csv"):
        converted(files[:1], GRID)


def test_what_cannot_be_a_grid_of_the_area(tmp_path: Path, pack: Path, converted) -> None:
    write_csv(table(lcog_geo=["59350"] * 4), tmp_path / "a.csv")
    with pytest.raises(GridError, match="Aucun carreau"):
        converted([tmp_path / "a.csv"], GRID)
    old = pd.DataFrame({"idINSPIRE": COLUMNS["idcar_200m"], "idk": ["a"] * 4, "ind_c": [1.0] * 4, "nbcar": [1] * 4})
    write_dbf(old, tmp_path / "car_m.dbf")
    with pytest.raises(GridError, match=r"2010.*car_m.dbf.*ind_c.*Filosofi"):
        converted([tmp_path / "car_m.dbf"], GRID)
    write_csv(table().rename(columns={"ind_snv": "snv_ind"}), tmp_path / "c.csv")
    with pytest.raises(GridError, match=r"ind_snv.*c.csv"):
        converted([tmp_path / "c.csv"], GRID)
    write_csv(table(ind=[-1.0, 4.0, "x", 3.0]), tmp_path / "d.csv")
    with pytest.raises(GridError, match=r"pas un nombre.*d.csv, ligne 4, colonne ind, valeur « x ».*négative.*ligne 2"):
        converted([tmp_path / "d.csv"], GRID)
    assert list(pack.iterdir()) == []


def test_centres_are_in_the_middle() -> None:
    east, north = centres(3035, np.array([3746000]), np.array([2838600]))
    expected = transform_points(np.array([3746100.0]), np.array([2838700.0]), 3035, 2154)
    assert (east[0], north[0]) == (expected[0][0], expected[1][0])


@pytest.mark.realdata
def test_the_whole_layout_of_2019(shared_data: Path, converted) -> None:
    path = shared_data / "full_layout/filosofi2019_200m_4communes.csv"
    (made,) = converted([path], GRID, of=Area(2154, frozenset({"93066"})), within=None)
    raw = pd.read_csv(path, dtype={"lcog_geo": str})
    expected = [any(text[i : i + 5] == "93066" for i in range(0, len(text), 5)) for text in raw["lcog_geo"]]
    assert (made.rows, made.left_out) == (sum(expected), len(raw) - sum(expected))
    assert read_grid(made.path, vintage=2019).people.sum() == pytest.approx(raw["ind"][expected].sum())


def test_the_name_that_insee_gives_tells_the_vintage_where_the_registry_does_not(tmp_path: Path, converted) -> None:
    path = tmp_path / "Filosofi2019_carreaux_200m_met.csv"
    write_csv(table(), path)
    (found,) = recognise([path])
    (made,) = converted([path], publication("grid", grid_vintage=int(found.vintage)))
    assert (found.vintage, found.doubt, made.path.name) == ("2019", "", "grid_2019.parquet")


@pytest.mark.parametrize(
    "name", ["Mairie 2026/carreaux.csv", "téléchargé 2026-11-20.csv", "carreaux_2021.csv", "Filosofi2019/carreaux.csv"]
)
def test_a_folder_a_day_of_download_or_a_name_of_ones_own_is_no_vintage(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    path.parent.mkdir(exist_ok=True)
    write_csv(table(), path)
    (found,) = recognise([path])
    assert (found.kind, found.vintage) == ("grid", "")


def test_the_name_of_an_archive_counts_and_the_folders_above_it_do_not(tmp_path: Path) -> None:
    archive = tmp_path / "Filosofi2017" / "Filosofi2019_carreaux_200m_csv"
    archive.mkdir(parents=True)
    write_csv(table(), archive / "carreaux_200m_met.csv")
    (found,) = recognise([archive / "carreaux_200m_met.csv"], archive)
    assert found.vintage == "2019"


@pytest.mark.parametrize(
    ("name", "lists", "doubt"),
    [
        ("Filosofi2019_carreaux_200m_met.csv", "62548,62193", "dit 2019.* de 2021"),
        ("Filosofi2021_carreaux_200m_met.csv", "6254862193", "dit 2021.* d'avant 2021"),
        ("Filosofi2021_carreaux_200m_met.csv", "62548,62193", ""),
    ],
)
@pytest.mark.parametrize("suffix", [".csv", ".gpkg"])
def test_two_clues_that_disagree_are_a_doubt(tmp_path: Path, name: str, lists: str, doubt: str, suffix: str) -> None:
    path = (tmp_path / name).with_suffix(suffix)
    frame = table(lcog_geo=["62193", lists, "62999", "59350"])
    write_csv(frame, path) if suffix == ".csv" else write_gpkg(frame, path)
    (found,) = recognise([path])
    assert re.search(doubt, found.doubt)
    assert bool(found.doubt) == bool(doubt)
    assert found.vintage == ("" if doubt else name[8:12])


TWO_TOWNS = ["62193", '"62193,62548"', "62193, 62548", "['62548'; '62193']"]


@pytest.mark.parametrize("written", TWO_TOWNS[1:])
@pytest.mark.parametrize("separator", [",", ";"])
def test_a_list_of_communes_is_read_joined_or_separated_quoted_or_not(
    tmp_path: Path, converted, written: str, separator: str
) -> None:
    """The grid of 2021 writes "62193,62548" where that of 2019 writes 6219362548: no border cell is lost."""
    rows = [",".join(COLUMNS).replace(",", separator)]
    for row, values in enumerate(zip(*COLUMNS.values(), strict=True)):
        cells = [str(value).replace(".", "," if separator == ";" else ".") for value in values]
        cells[2] = f'"{written.strip(chr(34))}"' if row == 1 else cells[2]
        rows.append(separator.join(cells))
    (tmp_path / "a.csv").write_text("\n".join(rows) + "\n", encoding="utf-8")
    for commune in ("62193", "62548"):
        (made,) = converted([tmp_path / "a.csv"], GRID, of=Area(2154, frozenset({commune})))
        assert 4.0 in people(made.path)


@pytest.mark.parametrize("written", ["62193,6254", "62193é62548", "62000", "2019362548", "62193.0"])
def test_what_is_no_list_of_existing_communes_is_refused(tmp_path: Path, pack: Path, converted, written: str) -> None:
    write_csv(table(lcog_geo=["62193", "62193", written, "59350"]), tmp_path / "a.csv")
    with pytest.raises(
        InvalidInputError, match=r"liste de codes de communes \(fichier a.csv, ligne 4, colonne lcog_geo"
    ):
        converted([tmp_path / "a.csv"], GRID)
    assert list(pack.iterdir()) == []


def around(*cells: tuple[int, int]) -> CommuneOutlines:
    """One commune, 62193, that holds the centres of some cells."""
    corners = np.array(cells)
    east, north = centres(3035, corners[:, 0], corners[:, 1])
    shape = shapely.union_all([shapely.Point(*place).buffer(50) for place in zip(east, north, strict=True)])
    return CommuneOutlines(np.array(["62193"]), np.array([shape], dtype=object), 2154)


def test_what_was_read_is_checked_against_the_centres_of_cells(tmp_path: Path, converted) -> None:
    """A commune that was merged since, or a cell without commune: kept by its centre, counted, and said."""
    within = around((3746000, 2838600), (3746400, 2838600), (3746600, 2838600))
    only = Area(2154, frozenset({"62193"}))
    write_csv(table(lcog_geo=["62193", "62548", "62999", ""]), tmp_path / "a.csv")
    (made,) = converted([tmp_path / "a.csv"], GRID, of=only, within=within)
    assert people(made.path) == [10.5, 20.0, 30.0]
    unknown, short = made.notes
    assert unknown.endswith(": 1 (30 habitants).")
    assert "62193, 10 habitants sur 60" in short.replace("\N{NARROW NO-BREAK SPACE}", " ")


def test_a_grid_that_agrees_with_the_outlines_says_nothing(tmp_path: Path, converted) -> None:
    write_csv(table(), tmp_path / "a.csv")
    (made,) = converted([tmp_path / "a.csv"], GRID, within=around((3746000, 2838600), (3746200, 2838600)))
    assert (made.rows, made.notes) == (2, ())


@pytest.mark.realdata
def test_the_grid_of_2021_of_calais_as_it_is_published(shared_data: Path, tmp_path: Path, converted) -> None:
    """Lists quoted and separated by commas: every cell whose centre is in the town is read, and its border cells."""
    real = pd.read_csv(shared_data / "calais/calais_filosofi2021_200m.csv")
    communes = gpd.read_file(shared_data / "calais/communes.geojson").to_crs(2154)
    numbers = real["idcar_200m"].str.extract(r"N(\d+)E(\d+)").astype(int).to_numpy()
    east, north = centres(3035, numbers[:, 1], numbers[:, 0])
    squares = gpd.GeoDataFrame(geometry=shapely.points(east, north), crs=2154).buffer(100, cap_style="square")
    code = next(name for name in communes.columns if name.lower() in ("insee_com", "code"))
    cell, town = communes.sindex.query(squares.to_numpy(), predicate="intersects")
    lists = pd.Series(communes[code].to_numpy()[town]).groupby(cell).agg(lambda codes: ",".join(sorted(codes)))
    real["lcog_geo"] = pd.Series(range(len(real))).map(lists)
    real.to_csv(tmp_path / "Filosofi2021_carreaux_200m_met.csv", index=False)
    assert '"62193,' in (tmp_path / "Filosofi2021_carreaux_200m_met.csv").read_text()
    files = [tmp_path / "Filosofi2021_carreaux_200m_met.csv"]
    (made,) = converted(files, publication("grid", grid_vintage=2021), within=None)
    touching = real["lcog_geo"].fillna("").str.contains("62193|62548")
    assert (made.rows, made.notes) == (touching.sum(), ())
    assert read_grid(made.path, vintage=2021).people.sum() == pytest.approx(real["ind"][touching].sum())
