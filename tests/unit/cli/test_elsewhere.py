"""What lies elsewhere than it says, latitude first or in another town, is refused at every door: no empty result."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import shapely

from geoville.crs import are_swapped, refuse_swapped
from geoville.eligibility.footprint import decide_footprint
from geoville.eligibility.index import PerimeterIndex
from geoville.errors import InvalidInputError
from geoville.sources.actions import area_of
from geoville.sources.contours import read_perimeters
from geoville.sources.files import embedded_data
from geoville.workflows.lookup import typed_position

FOIX = (1.606, 42.966, 1.6065, 42.9664)
SWAPPED_FOIX = shapely.box(42.966, 1.606, 42.9664, 1.6065)
GRID = embedded_data() / "calais" / "filosofi_2019_200m.csv"
SAID = "Latitude et longitude semblent inversées"


def drawn(folder: Path, shape: shapely.Geometry, file: str = "emprise.geojson", **properties: Any) -> Path:
    feature = {"type": "Feature", "properties": properties, "geometry": json.loads(shapely.to_geojson(shape))}
    path = folder / file
    path.write_text(json.dumps({"type": "FeatureCollection", "features": [feature]}), encoding="utf-8")
    return path


@pytest.mark.parametrize(
    "box",
    [
        FOIX,
        (-61.6, 16.2, -61.5, 16.3),  # Guadeloupe
        (-52.4, 4.9, -52.3, 5.0),  # Guyane
        (55.4, -21.0, 55.5, -20.9),  # La Réunion
        (45.2, -12.8, 45.3, -12.7),  # Mayotte
    ],
)
def test_a_box_of_france_is_not_swapped_and_is_once_its_axes_are_exchanged(box: tuple[float, ...]) -> None:
    west, south, east, north = box
    assert are_swapped(shapely.bounds([shapely.box(*box)])).tolist() == [False]
    assert are_swapped(shapely.bounds([shapely.box(south, west, north, east)])).tolist() == [True]
    with pytest.raises(InvalidInputError, match=SAID):
        refuse_swapped((south, west, north, east))


def test_points_and_shapes_are_refused_alike_in_the_core() -> None:
    for ask in (
        lambda: typed_position(42.966, 1.6065),
        lambda: decide_footprint(SWAPPED_FOIX, PerimeterIndex(()), on=None),
        lambda: area_of(SWAPPED_FOIX.wkt, None, None),
    ):
        with pytest.raises(InvalidInputError, match=SAID):
            ask()


def test_a_footprint_of_a_file_is_refused_by_its_row(geoville: Any, tmp_path: Path) -> None:
    done = geoville("lookup", "--geometry", drawn(tmp_path, SWAPPED_FOIX))
    assert (done.code, done.out) == (2, "")
    assert done.err.startswith(f"{SAID} (fichier emprise.geojson, ligne 1")


@pytest.mark.parametrize("suffix", [".geojson", ".gpkg", ".parquet"])
def test_contours_are_refused_whatever_their_format(tmp_path: Path, suffix: str) -> None:
    import geopandas as gpd

    path = drawn(tmp_path, SWAPPED_FOIX, code_qp="QP009002", nom_qp="Centre Ancien", commune_qp="Foix")
    if suffix != ".geojson":
        frame, path = gpd.read_file(path), path.with_suffix(suffix)
        frame.to_parquet(path) if suffix == ".parquet" else frame.to_file(path)
    with pytest.raises(InvalidInputError, match=SAID):
        read_perimeters(path)


def test_contours_of_another_town_are_refused_beside_a_grid(geoville: Any, tmp_path: Path) -> None:
    perpignan = shapely.box(2.89, 42.70, 2.90, 42.71)
    far = drawn(tmp_path, perpignan, "sud.geojson", code="QN06601M", name="Bas-Vernet")
    here = drawn(tmp_path, shapely.box(1.88, 50.95, 1.89, 50.96), "ici.geojson", code="QN06254M", name="Beau Marais")
    for asked in (
        ("perimeters", "compare", far, here, "--grid", GRID, "--out", tmp_path / "ecarts.gpkg"),
        ("perimeters", "score", "--candidates", here, "--official", far, "--grid", GRID),
    ):
        done = geoville(*asked)
        assert (done.code, done.out) == (2, ""), asked
        assert done.err.startswith("Les fichiers ne sont pas du même territoire (fichier sud.geojson)")


def test_a_grid_of_another_town_is_refused(geoville: Any, tmp_path: Path) -> None:
    grid = tmp_path / "grille_2019.csv"
    cell = "CRS3035RES200mN2200000E3800000"  # in the south-west of France
    grid.write_text(f"idcar_200m,i_est_200,ind,ind_snv,men,men_pauv\n{cell},0,100,1500000,40,20\n", encoding="utf-8")
    asked = ("--grid", grid, "--territory", "calais", "--out", tmp_path / "c.gpkg")
    done = geoville("perimeters", "candidates", *asked)
    assert done.code == 2
    assert done.err.startswith("Aucun carreau de la grille n'est dans ce territoire (Calais et ses communes voisines)")
    assert not (tmp_path / "c.gpkg").exists()
