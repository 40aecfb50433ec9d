"""`perimeters veille` and `perimeters vecu`: the people of a territory, as of a grid that is given."""

from __future__ import annotations

import json
from pathlib import Path

import geopandas as gpd
import pytest
import shapely

from geoville.carroyage.grid import cell_squares
from geoville.sources.files import embedded_data
from geoville.sources.grids import read_grid
from geoville.sources.pack import open_pack

CALAIS = embedded_data() / "calais"
DAY = ("--on", "2024-06-01")


@pytest.fixture
def far(tmp_path: Path) -> Path:
    """A quarter of Calais from which nothing is taken away."""
    return _written(tmp_path / "qpv.gpkg", {"QN06254M": shapely.box(622_000, 7_096_000, 622_200, 7_096_200)})


def _written(path: Path, areas: dict[str, shapely.Geometry]) -> Path:
    table = {"code_qp": list(areas), "lib_qp": list(areas)}
    gpd.GeoDataFrame(table, geometry=list(areas.values()), crs=2154).to_file(path)
    return path


@pytest.mark.parametrize("year", [2019, 2021])
def test_the_people_of_a_piece_of_veille_are_those_of_the_grid_of_the_territory(
    geoville, tmp_path: Path, far: Path, year: int
) -> None:
    """A former perimeter that is the square of one cell has the people of that cell, of the vintage asked."""
    grid = read_grid(open_pack("calais").grid_path(year))
    most = int(grid.people.argmax())
    square = cell_squares(grid.easting[[most]], grid.northing[[most]], grid.epsg, 2154)[0]
    former = _written(tmp_path / "zus.gpkg", {"3110": square})
    asked = ("perimeters", "veille", "--former", former, "--qpv", far, *DAY, "--out", tmp_path / "v.gpkg", "--json")
    printed = geoville(*asked, "--territory", "calais", "--vintage", year)
    assert (printed.code, printed.err) == (0, "")
    (quarter,) = json.loads(printed.out)["quarters"]
    assert quarter["population"] == pytest.approx(grid.people[most], rel=1e-3)
    assert json.loads(geoville(*asked).out)["quarters"][0]["population"] is None


def test_a_vecu_has_the_people_of_the_territory_as_of_its_grid(geoville, tmp_path: Path) -> None:
    candidates, places = (CALAIS / name for name in ("candidats.geojson", "places.csv"))
    asked = ("perimeters", "vecu", "--places", places, "--qpv", candidates, *DAY, "--out", tmp_path / "v.gpkg")
    by_name = geoville(*asked, "--territory", "calais", "--json")
    by_file = geoville(*asked, "--grid", open_pack("calais").grid_path(), "--json")
    assert (by_name.code, by_name.err) == (0, "")
    assert by_name.out == by_file.out
    assert all(item["population"] > 0 for item in json.loads(by_name.out)["perimeters"])


def test_a_territory_that_is_not_known_is_refused_before_anything_is_written(
    geoville, tmp_path: Path, far: Path
) -> None:
    out = tmp_path / "v.gpkg"
    printed = geoville("perimeters", "veille", "--former", far, "--qpv", far, "--out", out, "--territory", "atlantide")
    assert (printed.code, printed.out) == (2, "")
    assert "Ce territoire est inconnu" in printed.err
    assert not out.exists()
