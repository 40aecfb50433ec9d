"""A small territory: four cells, one candidate, two places."""

from __future__ import annotations

from datetime import date

import numpy as np
import pytest

from geoville.carroyage.grid import Grid, cell_squares, union_of_cells
from geoville.crs import transform_points
from geoville.model import Address, Kind, Perimeter, Source
from geoville.rendering import Scene
from geoville.rendering.sector import SectorRecipe, parse_recipe

NORTHING, EASTING = 3_118_000, 3_750_400

RECIPE = """
territory = "essai"
title = "Secteur Essai"
subtitle = "Un essai"
quartier = "Essai"
quartier_near = "Collège Essai"
label = "Essai, contour indicatif"
summary = "Un résumé."
reference = "Contrat d'essai"
reasons = ["Une raison."]
links = ["Ici – là"]
places = ["Collège Essai", "Place absente"]
unplaced = ["Rue inconnue"]

[outline]
around = ["Collège Essai"]
radius_m = 150

[[figures]]
value = "12"
caption = "habitants"
source = "Insee"
"""


@pytest.fixture
def grid() -> Grid:
    """Two rows of two cells; the last one is inhabited by nobody, the first is imputed."""
    return Grid(
        epsg=3035,
        vintage=2019,
        easting=np.array([EASTING, EASTING + 200, EASTING, EASTING + 200]),
        northing=np.array([NORTHING, NORTHING, NORTHING + 200, NORTHING + 200]),
        people=np.array([10.0, 125.5, 200.0, 0.0]),
        income_sum_eur=np.array([100_000.0, 125.5 * 14_230.4, 200 * 21_000.0, 0.0]),
        imputed=np.array([True, False, False, False]),
        households=np.full(4, np.nan),
        poor_households=np.full(4, np.nan),
    )


@pytest.fixture
def candidate(grid: Grid) -> Perimeter:
    """The two southern cells."""
    south = cell_squares(grid.easting[:2], grid.northing[:2], 3035, 2154)
    return Perimeter(
        "C1",
        "Candidat essai",
        Kind.CANDIDAT,
        union_of_cells(south),
        2154,
        estimated=True,
        vintage=2019,
        attributes={"population": 135.5, "share_below_threshold": 0.61, "median_eur": 9_876.4, "note": "x"},
    )


@pytest.fixture
def college() -> Address:
    """A place at the centre of the first cell."""
    lon, lat = transform_points(np.array([EASTING + 100.0]), np.array([NORTHING + 100.0]), 3035, 4326)
    return Address(
        "p1", None, "", "1 rue Essai", "Collège Essai", "62100", "62193", "Calais", lon[0], lat[0], "adresse"
    )


@pytest.fixture
def recipe() -> SectorRecipe:
    """A recipe with one place that the territory has and one that it lacks."""
    return parse_recipe(RECIPE, "essai")


@pytest.fixture
def recipe_text() -> str:
    """Text of that recipe."""
    return RECIPE


@pytest.fixture
def scene(grid: Grid, candidate: Perimeter, college: Address) -> Scene:
    """All of that, on one day."""
    cells = Source("Carreaux", "Insee", "2019")
    return Scene(date(2025, 3, 1), (candidate,), (cells,), grid, places=(college,))
