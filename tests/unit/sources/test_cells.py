"""GeoTIFF of cells: what GDAL reads in them, that they come back, and what is refused."""

from __future__ import annotations

import hashlib
import warnings
from pathlib import Path

import numpy as np
import pytest
import rasterio
from hypothesis import HealthCheck, given, settings
from strategies import grid_of, grids

from geoville.carroyage.grid import CELL_SIZE_M, Grid
from geoville.errors import GridError, InvalidInputError
from geoville.sources.cells import read_cell_raster, write_cell_raster
from geoville.sources.grids import read_grid


def town(epsg: int = 3035) -> Grid:
    """600 × 300 cells in a chessboard: larger than one tile, half of it empty."""
    rows, columns = np.nonzero(np.indices((300, 600)).sum(axis=0) % 2 == 0)
    count = np.arange(len(rows), dtype=float)
    return Grid(
        epsg,
        2019,
        600_000 + columns * CELL_SIZE_M,
        1_600_000 + rows * CELL_SIZE_M,
        count,
        count * 20_000,
        count % 3 == 0,
        count / 2,
        count / 10,
    )


def indicators(grid: Grid) -> dict[str, np.ndarray]:
    return {"habitants": grid.people, "niveau de vie moyen": grid.mean_eur, "imputé": grid.imputed}


@pytest.mark.parametrize("epsg", [3035, 5490, 2975])
def test_gdal_reads_a_tiled_compressed_georeferenced_image(tmp_path: Path, epsg: int) -> None:
    grid = town(epsg)
    path = tmp_path / "carreaux.tif"
    write_cell_raster(path, grid, indicators(grid), units={"niveau de vie moyen": "euros"})
    with rasterio.open(path) as dataset:
        assert dataset.driver == "GTiff"
        assert dataset.crs.to_epsg() == epsg
        assert dataset.bounds == (600_000, 1_600_000, 720_000, 1_660_000)
        assert dataset.res == (200, 200)
        assert dataset.profile["tiled"]
        assert dataset.block_shapes == [(256, 256)] * 3
        assert dataset.compression is rasterio.enums.Compression.deflate
        assert np.isnan(dataset.nodata)
        assert dataset.descriptions == ("habitants", "niveau de vie moyen", "imputé")
        assert dataset.units == (None, "euros", None)
        assert dataset.overviews(1) == [2, 4]
        assert dataset.tags()["AREA_OR_POINT"] == "Area"
        row, column = dataset.index(grid.easting[7] + 100, grid.northing[7] + 100)
        assert dataset.read(1)[row, column] == grid.people[7]
    assert [file.name for file in tmp_path.iterdir()] == ["carreaux.tif"]


def test_the_same_cells_give_the_same_bytes(tmp_path: Path) -> None:
    digests = set()
    for folder in ("first", "second"):
        (tmp_path / folder).mkdir()
        path = tmp_path / folder / "carreaux.tif"
        write_cell_raster(path, town(), indicators(town()))
        digests.add(hashlib.sha256(path.read_bytes()).hexdigest())
    assert len(digests) == 1


@given(grids())
@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_cells_come_back_from_their_file(tmp_path: Path, grid: Grid) -> None:
    path = tmp_path / "carreaux.tif"
    write_cell_raster(path, grid, indicators(grid))
    back = read_cell_raster(path)
    assert back.epsg == grid.epsg
    np.testing.assert_array_equal(back.easting, grid.easting)
    np.testing.assert_array_equal(back.northing, grid.northing)
    assert list(back.bands) == list(indicators(grid))
    for name, values in indicators(grid).items():
        np.testing.assert_array_equal(back.bands[name], values)


@pytest.mark.realdata
def test_the_cells_of_calais_come_back(tmp_path: Path, shared_data: Path) -> None:
    grid = read_grid(shared_data / "calais" / "calais_filosofi2019_200m.csv")
    path = tmp_path / "calais.tif"
    write_cell_raster(path, grid, indicators(grid))
    back = read_cell_raster(path)
    assert len(back.easting) == len(grid) == 1221
    assert back.bands["habitants"].sum() == grid.people.sum()


def foreign_raster(path: Path, **profile: object) -> Path:
    """A raster of another tool: 3 × 2 pixels of whole numbers, 255 for none."""
    pixels = np.array([[[1, 2, 255], [255, 5, 6]]], dtype=np.uint8)
    given_profile = {"crs": "EPSG:3035", "transform": rasterio.Affine(200, 0, 3_750_000, 0, -200, 3_120_400)} | profile
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", rasterio.errors.NotGeoreferencedWarning)
        with rasterio.open(
            path, "w", driver="GTiff", width=3, height=2, count=1, dtype="uint8", nodata=255, **given_profile
        ) as dataset:
            dataset.write(pixels)
    return path


def test_an_image_of_another_tool_is_read(tmp_path: Path) -> None:
    cells = read_cell_raster(foreign_raster(tmp_path / "autre.tif"))
    assert cells.northing.tolist() == [3_120_000, 3_120_000, 3_120_200, 3_120_200]
    assert cells.easting.tolist() == [3_750_200, 3_750_400, 3_750_000, 3_750_200]
    assert cells.bands["bande_1"].tolist() == [5, 6, 1, 2]


@pytest.mark.parametrize(
    ("profile", "sentence"),
    [
        ({"transform": rasterio.Affine(100, 0, 0, 0, -100, 400)}, "Les pixels font 100 m sur 100 m"),
        ({"transform": rasterio.Affine(200, 0, 70, 0, -200, 400)}, "ne tombent pas sur les carreaux"),
        ({"crs": "EPSG:2154"}, r"n'est pas dans le système d'une grille de l'Insee \(EPSG:2154\)"),
        ({"crs": None, "transform": None}, "sans code EPSG"),
    ],
)
def test_pixels_that_are_not_cells_are_refused(tmp_path: Path, profile: dict[str, object], sentence: str) -> None:
    path = foreign_raster(tmp_path / "autre.tif", **profile)
    with pytest.raises(GridError, match=sentence) as refused:
        read_cell_raster(path)
    assert "fichier autre.tif" in refused.value.sentence


def test_what_is_not_an_image_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "texte.tif"
    path.write_text("bonjour", encoding="utf-8")
    for file in (path, tmp_path / "absent.tif"):
        with pytest.raises(GridError, match="ne peut pas être lue"):
            read_cell_raster(file)


def test_what_cannot_be_written_is_refused_and_nothing_is_left(tmp_path: Path) -> None:
    grid = grid_of([(0, 0)], [10.0], [15_000.0])
    with pytest.raises(InvalidInputError, match="Format d'image inconnu"):
        write_cell_raster(tmp_path / "carreaux.png", grid, {"habitants": grid.people})
    with pytest.raises(InvalidInputError, match="Aucun indicateur"):
        write_cell_raster(tmp_path / "carreaux.tif", grid, {})
    with pytest.raises(InvalidInputError, match="n'existe pas"):
        write_cell_raster(tmp_path / "absent" / "carreaux.tif", grid, {"habitants": grid.people})
    assert list(tmp_path.iterdir()) == []
