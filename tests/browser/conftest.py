"""Two map pages of Calais drawn from the embedded cells, and a browser that no network reaches."""

from __future__ import annotations

import csv
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest
import shapely

from geoville.carroyage.cell_geometry import cell_squares, union_of_cells
from geoville.carroyage.cell_id import encode_ids, parse_cell_ids
from geoville.carroyage.grid import Grid
from geoville.model import Address, Kind, Perimeter, Source
from geoville.rendering import MapSpec, parse_recipe, render_page, sector_map

if TYPE_CHECKING:
    from collections.abc import Callable


REPOSITORY = Path(__file__).resolve().parents[2]
CALAIS = REPOSITORY / "data" / "calais"
HOSTILE_NAME = "<script>alert(1)</script>"
SECTORS = ("gagarine-manet-ferber", "constantine")


@pytest.fixture(scope="session")
def calais_grid() -> Grid:
    """Cells of 2019 as embedded."""
    with (CALAIS / "filosofi_2019_200m.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    _, northing, easting = parse_cell_ids(encode_ids(row["idcar_200m"] for row in rows))
    people = np.array([float(row["ind"]) for row in rows])
    income = np.array([float(row["ind_snv"]) for row in rows])
    imputed = np.array([row["i_est_200"] == "1" for row in rows])
    unknown = np.full(len(rows), np.nan)
    return Grid(3035, 2019, easting, northing, people, income, imputed, unknown, unknown)


@pytest.fixture(scope="session")
def candidates(calais_grid: Grid) -> tuple[Perimeter, ...]:
    """Clusters of cells under a mean of 15 500 euros: stand-ins, the engine's own are tested elsewhere."""
    poor = np.flatnonzero(calais_grid.mean_eur < 15_500)
    squares = cell_squares(calais_grid.easting[poor], calais_grid.northing[poor], calais_grid.epsg, 2154)
    clusters = shapely.get_parts(union_of_cells(squares))
    candidates = []
    for cluster in clusters:
        population = float(calais_grid.people[poor][shapely.intersects(cluster.buffer(-1), squares)].sum())
        if population >= 1_000:
            code = f"C{len(candidates) + 1}"
            figures = {"population": population}
            candidates.append(
                Perimeter(
                    code, f"Candidat {code}", Kind.CANDIDAT, cluster, 2154, True, vintage=2019, attributes=figures
                )
            )
    return tuple(candidates)


@pytest.fixture(scope="session")
def places() -> tuple[Address, ...]:
    """Embedded places, and one whose name is hostile."""
    with (CALAIS / "places.csv").open(encoding="utf-8", newline="") as file:
        rows = [
            *csv.DictReader(file),
            {
                "name": HOSTILE_NAME,
                "lon": "1.8905",
                "lat": "50.9555",
                "precision": "adresse",
                "address": HOSTILE_NAME,
                "source": HOSTILE_NAME,
            },
        ]
    return tuple(
        Address(
            id=str(index), number=None, suffix="", street=row["address"], place=row["name"], postcode="", citycode="",
            city="", lon=float(row["lon"]), lat=float(row["lat"]), precision=row["precision"], source=row["source"],
        )
        for index, row in enumerate(rows)
    )  # fmt: skip


@pytest.fixture(scope="session")
def sector_spec(
    calais_grid: Grid, candidates: tuple[Perimeter, ...], places: tuple[Address, ...]
) -> Callable[[str], MapSpec]:
    """Build the map of a sector from its recipe."""

    def build(sector: str) -> MapSpec:
        text = (REPOSITORY / "maps" / f"{sector}.toml").read_text(encoding="utf-8")
        cells = Source("Revenus et population, carreaux de 200 m (Filosofi)", "Insee", "2019", "Licence Ouverte 2.0")
        recipe = parse_recipe(text, sector)
        return sector_map(
            recipe, grid=calais_grid, perimeters=candidates, places=places, sources=[cells], on=date(2025, 3, 1)
        )

    return build


@pytest.fixture(scope="session")
def pages(sector_spec: Callable[[str], MapSpec], tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Pages written to disk, by sector."""
    folder = tmp_path_factory.mktemp("maps")
    written = {}
    for sector in SECTORS:
        written[sector] = folder / f"{sector}.html"
        written[sector].write_text(render_page(sector_spec(sector)), encoding="utf-8")
    return written
