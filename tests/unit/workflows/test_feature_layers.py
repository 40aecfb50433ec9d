"""Layers for a GIS: grouped so that official and estimated never mix, secret where INSEE is, the same each time."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import numpy as np
import pytest
import shapely

from geoville.crs import WGS84, transform_geometry
from geoville.model import Kind, Perimeter
from geoville.sources.grids import read_grid
from geoville.sources.pack import open_pack
from geoville.workflows.gis_layers import (
    ANY_DAY,
    FeatureLayer,
    FeatureLayers,
    cells_layer,
    iris_layer,
    perimeter_layers,
    published_shapes,
    sectors_layer,
)

SECTOR = "gagarine-manet-ferber"


@pytest.fixture(scope="module")
def territory():
    return open_pack("calais")


def perimeter(code: str, kind: Kind = Kind.QPV, *, estimated: bool = False, generation: int | None = 2024) -> Perimeter:
    square = transform_geometry(shapely.box(1.88, 50.95, 1.89, 50.96), WGS84, 2154)
    return Perimeter(code, f"Essai {code}", kind, square, 2154, estimated, generation)


def test_each_kind_generation_and_basis_is_a_layer():
    found = perimeter_layers(
        [
            perimeter("A", Kind.VEILLE, estimated=True, generation=None),
            perimeter("B", Kind.VEILLE, generation=None),
            perimeter("C", generation=2015),
            perimeter("D"),
            perimeter("E", Kind.CANDIDAT, estimated=True, generation=None),
        ]
    )
    assert [(layer.name, layer.ids) for layer in found] == [
        ("qpv-2024", ("D",)),
        ("qpv-2015", ("C",)),
        ("candidat", ("E",)),
        ("veille", ("B",)),
        ("veille-estimated", ("A",)),
    ]
    assert ["sans valeur réglementaire" in layer.title for layer in found] == [False, False, True, False, True]


def test_identifiers_do_not_depend_on_the_order_of_files():
    given = [perimeter("B"), perimeter("A"), perimeter("C")]
    (one,), (other,) = perimeter_layers(given), perimeter_layers(given[::-1])
    assert one.ids == other.ids == ("A", "B", "C")


def test_overseas_and_metropolitan_perimeters_are_in_one_layer():
    island = transform_geometry(shapely.box(-61.0, 14.6, -60.9, 14.7), WGS84, 5490)
    both = [perimeter("A"), replace(perimeter("B"), geometry=island, epsg=5490)]
    (layer,) = perimeter_layers(both)
    assert layer.extent == pytest.approx((-61.0, 14.6, 1.89, 50.96), abs=1e-7)


def test_every_cell_has_what_insee_publishes_and_nothing_finer(territory):
    grid = read_grid(territory.grid_path(2019), vintage=2019)
    layer = cells_layer(territory, 2019)
    assert len(layer) == len(grid)
    people = np.array([row["people"] for row in layer.properties])
    assert (people == grid.people).all()
    secret = [row["poor_share"] is None for row, imputed in zip(layer.properties, grid.imputed, strict=True) if imputed]
    assert all(secret)
    assert "poor_households" not in layer.properties[0]
    assert "income_sum_eur" not in layer.properties[0]


def test_an_imputed_cell_hides_a_share_that_its_file_gives(territory, monkeypatch):
    """Other packs' grids give households of imputed cells, fractions that too few people make."""
    grid = read_grid(territory.grid_path(2019), vintage=2019)
    told = replace(grid, households=np.full(len(grid), 5.5), poor_households=np.full(len(grid), 1.1))
    monkeypatch.setattr("geoville.workflows.gis_layers.read_grid", lambda *_, **__: told)
    shares = {row["imputed"]: row["poor_share"] for row in cells_layer(territory, 2019).properties}
    assert shares == {True: None, False: 0.2}


def test_iris_share_out_the_cells_of_the_territory(territory):
    layer = iris_layer(territory)
    cells = territory.cells
    assert set(layer.ids) == set(cells.iris.tolist())
    areas = shapely.area(layer.shapes)
    whole = shapely.union_all(layer.shapes)
    assert sum(areas) == pytest.approx(whole.area, rel=1e-6)
    named = {row["code"]: row for row in layer.properties}
    assert all(row["estimated"] for row in layer.properties)
    assert named["621930301"]["name"] == territory.iris_names["621930301"]
    assert named["621930301"]["median_declared_eur"] == territory.iris_medians(2011)["621930301"]


def test_a_sector_with_an_official_contour_is_not_guessed(territory):
    guessed = sectors_layer(territory, ())
    outline = guessed.shapes[guessed.row_of[SECTOR]]
    official = replace(
        perimeter("NPNRU-1", Kind.NPNRU, generation=None), geometry=transform_geometry(outline, WGS84, 2154)
    )
    assert sectors_layer(territory, [official]).shapes[guessed.row_of[SECTOR]] is None
    placed = sectors_layer(territory, [replace(official, estimated=True)]).shapes[guessed.row_of[SECTOR]]
    assert placed.equals(outline)


def test_layers_are_made_once(territory):
    layers = FeatureLayers(territory, [perimeter("A")])
    assert layers.by_name is layers.by_name
    assert layers.tiled("iris") is layers.tiled("iris")
    assert not any(shapely.is_prepared(layer.shapes).any() for layer in layers.by_name.values())


def test_nothing_stays_prepared_once_a_box_was_asked(territory):
    layer = cells_layer(territory, 2019)
    assert layer.select([(1.8, 50.9, 1.9, 51.0)], ANY_DAY)
    assert not shapely.is_prepared(layer.shapes).any()


def test_days_in_force_include_both_ends():
    days = ((date(2015, 1, 1), date(2023, 12, 31)), (date(2024, 1, 1), None), ANY_DAY)
    layer = FeatureLayer("x", "", "", "", ("a", "b", "c"), ({}, {}, {}), np.array([None] * 3, dtype=object), days)
    assert layer.select(None, (date(2023, 12, 31), date(2023, 12, 31))) == [0, 2]
    assert layer.select(None, (date(2023, 12, 31), date(2024, 1, 1))) == [0, 1, 2]
    assert layer.select(None, (None, date(2014, 12, 31))) == [2]
    assert layer.select([(-180, -90, 180, 90)], ANY_DAY) == []
    assert layer.interval == (None, None)
    assert layer.extent is None


def test_published_shapes_are_rounded_and_turned():
    clockwise = shapely.Polygon([(0, 0), (0, 1), (1.123456789, 1), (1, 0)])
    shape, missing = published_shapes(np.array([clockwise, None], dtype=object))
    assert shape.exterior.is_ccw
    assert 1.1234568 in shapely.get_coordinates(shape)[:, 0]
    assert missing is None
