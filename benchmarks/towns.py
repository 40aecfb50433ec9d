"""Towns with official contours that the method is judged on, and what each rests on."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import TYPE_CHECKING

import geopandas
import numpy as np
import shapely

from geoville.carroyage.grid import cell_squares
from geoville.crs import GRID_CRS
from geoville.law import IncomeReference
from geoville.perimeters.areas import PopulatedCells
from geoville.workflows.search_inputs import CandidateRequest, IrisInput, SearchInputs, prepare_search

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from numpy.typing import NDArray
    from shapely.geometry.base import BaseGeometry

ON = date(2015, 1, 1)
PARIS = IncomeReference(19_218, 24_380, 10_500_000, verified=False)
"""S = 13 700 €: an unverified mean of RFL 2011 medians stands for the urban unit."""
MARSEILLE = IncomeReference(19_218, 18_380, 1_560_000, verified=False)
CALAIS = IncomeReference(19_218, 13_650, 99_000, verified=False)
"""The commune's median of RFL 2011 stands for the urban unit: S = 10 600 €."""


@dataclass(frozen=True, eq=False)
class Town:
    """A grid, its threshold, its IRIS if any, and the official contours of 2015."""

    name: str
    grid: Path
    contours: Path
    reference: IncomeReference
    vintage: int
    populations: Path
    iris: IrisInput | None = None

    @cached_property
    def found(self) -> SearchInputs:
        request = CandidateRequest(on=ON, reference=self.reference, vintage=self.vintage, iris=self.iris)
        return prepare_search(self.grid, request)

    @cached_property
    def epsg(self) -> int:
        return GRID_CRS[self.found.start.grid.epsg]

    @cached_property
    def squares(self) -> NDArray[np.object_]:
        grid = self.found.start.grid
        return cell_squares(grid.easting, grid.northing, grid.epsg, self.epsg)

    @cached_property
    def official(self) -> list[BaseGeometry]:
        """Contours that touch the grid, mended where GEOS finds them invalid."""
        frame = geopandas.read_file(self.contours).to_crs(self.epsg)
        shapes = frame.geometry.make_valid().to_numpy()
        meets = np.unique(shapely.STRtree(self.squares).query(shapes, predicate="intersects")[0])
        return list(shapes[meets])

    def quarters(self) -> dict[str, BaseGeometry]:
        """Contours that lie on the grid for nine tenths, by code."""
        frame = geopandas.read_file(self.contours).to_crs(self.epsg)
        shapes = dict(zip(frame["CODE_QP"], frame.geometry.make_valid(), strict=True))
        ground = shapely.union_all(self.squares)
        return {code: shape for code, shape in shapes.items() if shape.intersection(ground).area > 0.9 * shape.area}

    def census(self) -> dict[str, float]:
        """Municipal population of 2013 by code of quarter, INSEE."""
        with self.populations.open(encoding="utf-8-sig") as stream:
            rows = list(csv.DictReader(stream, delimiter=";"))
        return {
            row["qp"]: float(row["population_municipale_2013"]) for row in rows if row["population_municipale_2013"]
        }

    @cached_property
    def cells(self) -> PopulatedCells:
        return PopulatedCells(self.squares, self.found.start.grid.people)


def towns(data: Path, scratch: Path) -> Iterator[Town]:
    """Every town; those of Calais once for each grid, with its IRIS and without."""
    national = data / "qpv_national" / "QP_METROPOLE_LB93.shp"
    people = data / "qpv_national" / "pop_qp_2013.csv"
    folder, incomes = data / "marseille", data / "income" / "rfl_iris_2009_2011.csv"
    polygons = folder / "iris_2020_generalised_rfl2011.geojson"
    cells, contours = folder / "filosofi2017_200m.csv", folder / "qpv2015.geojson"
    yield Town("Marseille", cells, contours, MARSEILLE, 2017, people, IrisInput(polygons))
    yield Town("Marseille, étendue publiée", cells, contours, MARSEILLE, 2017, people, IrisInput(polygons, incomes))
    yield Town("Marseille, sans IRIS", cells, contours, MARSEILLE, 2017, people)
    four = data / "full_layout" / "filosofi2019_200m_4communes.csv"
    yield Town("Quatre villes, sans IRIS", four, national, PARIS, 2019, people)
    yield Town("Bondy, sans IRIS", data / "bondy" / "filosofi_200m.csv", national, PARIS, 2019, people)
    iris = IrisInput(
        data / "calais" / "iris_contours_2020_generalised.geojson", data / "calais" / "iris_rfl_2001_2011.csv"
    )
    for year in (2015, 2019, 2021):
        path = data / "calais" / f"calais_filosofi{year}_200m.csv"
        path = _with_poverty(path, data, scratch) if year == 2021 else path
        yield Town(f"Calais {year}", path, national, CALAIS, year, people, iris)
        yield Town(f"Calais {year}, sans IRIS", path, national, CALAIS, year, people)


def _with_poverty(path: Path, data: Path, scratch: Path) -> Path:
    """The grid of Calais of 2021 with the households that a file of its own publishes."""
    with (data / "calais" / "filosofi2021_200m_households_poverty.csv").open(encoding="utf-8") as stream:
        known = {row["idcar_200m"]: row for row in csv.DictReader(stream)}
    out = scratch / path.name
    with path.open(encoding="utf-8") as stream, out.open("w", encoding="utf-8", newline="") as written:
        rows = csv.DictReader(stream)
        writer = csv.DictWriter(written, rows.fieldnames or [])
        writer.writeheader()
        for row in rows:
            told = known.get(row["idcar_200m"], {})
            writer.writerow(row | {"men": told.get("men", ""), "men_pauv": told.get("men_pauv", "")})
    return out
