"""Streets of the area, among the other lines of the same publication."""

from __future__ import annotations

from pathlib import Path

import geopandas as gpd
import numpy as np
import pytest
import shapely
from official_files import layer, publication

from geoville.errors import InvalidInputError
from geoville.sources.layers import read_streets
from geoville.sources.official.area import Area

STREETS = publication("streets")
EAST, NORTH = 650_000, 6_860_000


def line(start: float, stop: float) -> shapely.LineString:
    return shapely.LineString([(EAST + start, NORTH + 500, 3.0), (EAST + stop, NORTH + 500, 4.0)])


def roads() -> gpd.GeoDataFrame:
    """Inside, across the border, outside."""
    lines = [line(100, 200), line(1900, 2100), line(2500, 2600)]
    return layer(lines, cleabs=["a", "b", "c"], nature=["Route"] * 3, vitesse_moyenne_vl=[30] * 3)


def test_lines_are_kept_whole_and_flat(tmp_path: Path, pack: Path, converted) -> None:
    path = tmp_path / "BDT_3-5_GPKG_LAMB93_D062.gpkg"
    layer([line(100, 200)], cleabs=["v"], nature=["Voie ferrée"]).to_file(path, layer="troncon_de_voie_ferree")
    roads().to_file(path, layer="troncon_de_route")
    (made,) = converted([path], STREETS)
    frame = gpd.read_parquet(made.path)
    assert (made.path, made.role, made.rows, made.left_out) == (pack / "streets.parquet", "streets", 2, 1)
    assert frame.crs == 2154
    assert not shapely.has_z(np.array(frame.geometry.to_numpy())).any()
    assert sorted(frame.geometry.length) == [100, 200]


def test_openstreetmap_in_degrees(tmp_path: Path, converted) -> None:
    frame = roads()[["geometry"]].assign(osm_id="1", fclass="residential", maxspeed=30).to_crs(4326)
    frame.to_file(tmp_path / "gis_osm_roads_free_1.shp")
    (made,) = converted(sorted(tmp_path.glob("gis*")), STREETS)
    assert made.rows == 2
    assert gpd.read_parquet(made.path).geometry.length.max() == pytest.approx(200, abs=1e-3)


def test_without_a_street_or_without_outlines(tmp_path: Path, converted) -> None:
    roads().iloc[2:].to_file(tmp_path / "a.gpkg")
    with pytest.raises(InvalidInputError, match="Aucune rue"):
        converted([tmp_path / "a.gpkg"], STREETS)
    with pytest.raises(InvalidInputError, match="découper les rues"):
        converted([tmp_path / "a.gpkg"], STREETS, within=None)
    assert converted([tmp_path / "a.gpkg"], STREETS, of=Area(2154, None), within=None)[0].rows == 1


def test_streets_that_a_town_draws_are_kept_whole_where_nothing_cuts_them(tmp_path: Path, converted) -> None:
    own = layer([line(100, 200), line(2500, 2600)], name=["Rue A", "Rue B"], type=["RUE", "RUE"])
    own.to_file(tmp_path / "voies.geojson")
    (made,) = converted([tmp_path / "voies.geojson"], STREETS, within=None)
    assert (made.rows, made.left_out) == (2, 0)
    assert "gardées toutes" in made.notes[0]
    (cut,) = converted([tmp_path / "voies.geojson"], STREETS)
    assert (cut.rows, cut.left_out, cut.notes) == (1, 1, ())


def test_streets_keep_their_names_those_of_both_sides(tmp_path: Path, converted) -> None:
    left, right = ["Rue Royale", "Rue Mollien", None], ["Rue Royale", "Rue de Calais", None]
    roads().assign(nom_collaboratif_gauche=left, nom_collaboratif_droite=right).to_file(tmp_path / "routes.gpkg")
    (made,) = converted([tmp_path / "routes.gpkg"], STREETS)
    assert read_streets(made.path, 2154).names == (("Rue Royale",), ("Rue Mollien", "Rue de Calais"))
