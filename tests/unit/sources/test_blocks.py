"""A layer of blocks is read in any CRS, mended where it can be, refused where it cannot."""

from __future__ import annotations

from pathlib import Path

import geopandas
import numpy as np
import pytest
import shapely

from geoville.errors import ContourError
from geoville.sources.files import sha256_of
from geoville.sources.layers import read_blocks

WEST, SOUTH = 620_000, 7_095_000


def block(west: float, south: float, east: float, north: float) -> shapely.Polygon:
    return shapely.box(WEST + west, SOUTH + south, WEST + east, SOUTH + north)


def written(folder: Path, blocks: list[shapely.Geometry], suffix: str = ".gpkg", epsg: int = 2154) -> Path:
    path = folder / f"ilots{suffix}"
    frame = geopandas.GeoDataFrame({"nom": ["îlot"] * len(blocks)}, geometry=blocks, crs=2154).to_crs(epsg)
    frame.to_parquet(path) if suffix == ".parquet" else frame.to_file(path)
    return path


@pytest.mark.parametrize(("suffix", "epsg"), [(".gpkg", 2154), (".geojson", 4326), (".parquet", 3035), (".shp", 2154)])
def test_blocks_are_read_into_the_projected_crs(tmp_path: Path, suffix: str, epsg: int) -> None:
    drawn = [block(0, 0, 100, 80), block(100, 0, 200, 80), block(212, 0, 300, 80)]
    path = written(tmp_path, drawn, suffix, epsg)
    found = read_blocks(path, 2154)
    assert found.epsg == 2154
    assert found.sha256 == sha256_of(path)
    assert found.repairs == ()
    assert found.overlap_m2 < 1
    assert (shapely.hausdorff_distance(found.blocks, np.array(drawn)) < 0.2).all()
    assert shapely.coverage_is_valid(found.blocks)


def test_an_edge_drawn_twice_becomes_one(tmp_path: Path) -> None:
    beside_two = block(100.02, 0, 200, 80)
    found = read_blocks(written(tmp_path, [block(0, 0, 100, 40), block(0, 40, 99.97, 80), beside_two]), 2154)
    assert shapely.union_all(found.blocks).geom_type == "Polygon"
    assert not shapely.get_rings(shapely.union_all(found.blocks))[1:].size
    assert shapely.coverage_is_valid(found.blocks)


def test_an_invalid_polygon_is_mended_and_reported(tmp_path: Path) -> None:
    bow_tie = shapely.Polygon(
        [(WEST, SOUTH), (WEST + 100, SOUTH + 100), (WEST + 100, SOUTH), (WEST, SOUTH + 100), (WEST, SOUTH)]
    )
    found = read_blocks(written(tmp_path, [block(300, 0, 400, 100), bow_tie]), 2154)
    assert [repair.code for repair in found.repairs] == ["2"]
    assert shapely.is_valid(found.blocks).all()
    assert found.blocks[1].area == pytest.approx(5_000)


def test_a_narrow_overlap_is_given_to_one_block_and_reported(tmp_path: Path) -> None:
    found = read_blocks(written(tmp_path, [block(0, 0, 101, 80), block(100, 0, 200, 80)]), 2154)
    assert found.overlap_m2 == pytest.approx(80)
    assert shapely.intersection(*found.blocks).area == 0
    assert shapely.area(found.blocks).sum() == pytest.approx(200 * 80)


def test_blocks_that_lie_on_one_another_are_refused(tmp_path: Path) -> None:
    path = written(tmp_path, [block(500, 0, 600, 80), block(0, 0, 100, 80), block(50, 0, 200, 80)])
    with pytest.raises(ContourError, match="celui de la ligne 3") as refused:
        read_blocks(path, 2154)
    assert "fichier ilots.gpkg, ligne 2" in refused.value.sentence


@pytest.mark.parametrize(
    ("shape", "sentence"),
    [
        (shapely.Point(WEST, SOUTH), "n'est pas un polygone"),
        (shapely.Polygon(), "Géométrie vide"),
        (shapely.Polygon([(WEST, SOUTH), (WEST + 1, SOUTH), (WEST, SOUTH)]), "Îlot sans surface"),
    ],
)
def test_a_row_that_is_no_block_is_refused(tmp_path: Path, shape: shapely.Geometry, sentence: str) -> None:
    path = written(tmp_path, [block(0, 0, 100, 80), shape], ".parquet")
    with pytest.raises(ContourError, match=sentence) as refused:
        read_blocks(path, 2154)
    assert "ligne 2" in refused.value.sentence
