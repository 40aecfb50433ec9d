"""Cells become pixels and come back; pixels that are not cells are refused."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from strategies import grids

from geoville.carroyage.grid import Grid
from geoville.carroyage.raster import RasterFrame, cells_of_pixels, frame_of_affine, frame_of_cells, pixels_of_cells
from geoville.errors import InvalidInputError

L_SHAPE = (np.array([3_750_000, 3_750_200, 3_750_000]), np.array([3_120_000, 3_120_000, 3_120_200]))


def test_the_first_row_of_the_image_is_the_northern_one() -> None:
    frame = frame_of_cells(*L_SHAPE)
    assert frame == RasterFrame(west=3_750_000, north=3_120_400, rows=2, columns=2)
    image = pixels_of_cells(frame, *L_SHAPE, np.array([1, 2, 3]))
    np.testing.assert_array_equal(image, [[3, np.nan], [1, 2]])
    assert frame.affine == (200, 0, 3_750_000, 0, -200, 3_120_400)


def test_the_frame_of_cells_at_the_origin_of_their_crs_is_their_size() -> None:
    assert frame_of_cells(np.array([400, 0]), np.array([0, 600])) == RasterFrame(west=0, north=800, rows=4, columns=3)


def test_a_cell_far_east_of_the_frame_is_in_the_column_of_its_distance() -> None:
    """Five cells east of a frame that begins two cells east of the origin: farther from it than the frame is."""
    cells = np.array([1_400]), np.array([200])
    assert pixels_of_cells(RasterFrame(400, 400, 1, 6), *cells, np.array([7]))[0, 5] == 7


@given(grids())
def test_cells_come_back_from_their_image(grid: Grid) -> None:
    frame = frame_of_cells(grid.easting, grid.northing)
    bands = np.stack(
        [pixels_of_cells(frame, grid.easting, grid.northing, values) for values in (grid.people, grid.mean_eur)]
    )
    easting, northing, values = cells_of_pixels(frame, bands)
    np.testing.assert_array_equal(easting, grid.easting)
    np.testing.assert_array_equal(northing, grid.northing)
    np.testing.assert_array_equal(values, [grid.people, grid.mean_eur])


def test_a_cell_without_a_value_in_one_band_is_kept_and_one_without_any_is_not() -> None:
    frame = frame_of_cells(*L_SHAPE)
    first, second = np.array([1, np.nan, np.nan]), np.array([np.nan, np.nan, 3])
    easting, northing, values = cells_of_pixels(
        frame, np.stack([pixels_of_cells(frame, *L_SHAPE, band) for band in (first, second)])
    )
    assert list(zip(easting.tolist(), northing.tolist(), strict=True)) == [
        (3_750_000, 3_120_000),
        (3_750_000, 3_120_200),
    ]
    np.testing.assert_array_equal(values, [[1, np.nan], [np.nan, 3]])


def test_the_frame_of_an_image_that_was_read() -> None:
    assert frame_of_affine((200, 0, 3_750_000.0000004, 0, -200, 3_120_400), 2, 3) == RasterFrame(
        3_750_000, 3_120_400, 2, 3
    )
    assert frame_of_affine((200, 0, 0.001, 0, -200, -0.001), 2, 3) == RasterFrame(0, 0, 2, 3)  # a millimetre off


@pytest.mark.parametrize(
    "affine", [(200.000_05, 0, 0, 0, -200, 400), (199.999_95, 0, 0, 0, -200, 400), (200, 0, 0, 0, -199.999_95, 400)]
)
def test_pixels_may_drift_by_a_millimetre_over_the_whole_image(affine: tuple[float, ...]) -> None:
    """Half a tenth of a millimetre a pixel: half a millimetre over ten of them, two over forty."""
    assert frame_of_affine(affine, 10, 10) == RasterFrame(0, 400, 10, 10)
    with pytest.raises(InvalidInputError, match="et non 200 m"):
        frame_of_affine(affine, 40, 40)


@pytest.mark.parametrize(
    ("affine", "sentence"),
    [
        ((200, 1, 0, 0, -200, 400), "nord en haut"),
        ((200, 0, 0, 0, 200, 400), "nord en haut"),
        ((200, 0, 0, 0, 0.5, 400), "nord en haut"),
        ((-0.5, 0, 0, 0, -200, 400), "nord en haut"),
        ((200, 0, 0, 0, -0.5, 400), "Les pixels font 200 m sur 0,5 m"),
        ((0.5, 0, 0, 0, -200, 400), "Les pixels font 0,5 m sur 200 m"),
        ((100, 0, 0, 0, -100, 400), "Les pixels font 100 m sur 100 m, et non 200 m"),
        ((200.01, 0, 0, 0, -200, 400), "200,01 m"),
        ((200.01234, 0, 0, 0, -199.98765, 400), "Les pixels font 200,012 m sur 199,988 m"),  # to the millimetre
        ((200, 0, 50, 0, -200, 400), "ne tombent pas sur les carreaux"),
        ((200, 0, 0, 0, -200, 399.5), "0 m, 399,5 m"),
        ((200, 0, 50.12345, 0, -200, 399.56789), "est en 50,123 m, 399,568 m"),
    ],
)
def test_pixels_that_are_not_cells_are_refused(affine: tuple[float, ...], sentence: str) -> None:
    with pytest.raises(InvalidInputError, match=sentence):
        frame_of_affine(affine, 10, 10)


def test_no_cell_makes_no_image() -> None:
    nothing = np.empty(0, dtype=np.int64)
    with pytest.raises(InvalidInputError, match="Aucun carreau"):
        frame_of_cells(nothing, nothing)
