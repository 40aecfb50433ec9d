"""What an atlas computes of each perimeter: figures, those of its town, changes, and the places around."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np

from geoville.carroyage.cell_geometry import cell_squares, union_of_cells
from geoville.crs import GRID_CRS, WGS84, transform_points
from geoville.french import UNIT_SPACE
from geoville.model import Kind
from geoville.perimeters.compare import compare_perimeters
from geoville.rendering.atlas.blocks import Surroundings, changes_table, no_changes
from geoville.workflows.candidates import compute_candidates
from geoville.workflows.describe import area_describer
from geoville.workflows.search_inputs import CandidateRequest, prepare_figures

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import date

    from numpy.typing import NDArray
    from shapely.geometry.base import BaseGeometry

    from geoville.model import Address, Perimeter
    from geoville.perimeters.compare import Comparison
    from geoville.perimeters.figures import AreaFigures
    from geoville.rendering.atlas.spec import Block
    from geoville.sources.territory import Territory
    from geoville.workflows.search_inputs import SearchInputs

PLACES_REACH_M = 500.0
_CHANGES = "Ce qui change d'une génération à l'autre"
_GRID_CHANGES = "Ce qui change d'une grille à l'autre"


@dataclass(frozen=True, eq=False, slots=True)
class _Step:
    """Two maps compared, and how a page presents them."""

    comparison: Comparison
    title: str
    note: str


@dataclass(eq=False)
class AtlasFigures:
    """Figures of the areas of a territory, computed when asked for.

    Parameters
    ----------
    squares : (n,) cells in the territory's projected CRS.
    """

    territory: Territory
    prepared: SearchInputs
    describe: Callable[[BaseGeometry], AreaFigures]
    squares: NDArray[np.object_]
    perimeters: tuple[Perimeter, ...]
    steps: tuple[_Step, ...]
    _of_commune: dict[str, AreaFigures] = field(default_factory=dict)

    @classmethod
    def of(cls, territory: Territory, perimeters: tuple[Perimeter, ...], on: date) -> AtlasFigures:
        """Read the territory's default grid, and compare the generations of its perimeters."""
        prepared = prepare_figures(territory.grid_path(), CandidateRequest(on=on, territory=territory))
        grid = prepared.start.grid
        squares = cell_squares(grid.easting, grid.northing, grid.epsg, GRID_CRS[grid.epsg])
        steps = tuple(_steps(territory, perimeters, prepared, squares, on))
        return cls(territory, prepared, area_describer(prepared), squares, perimeters, steps)

    def around(self, perimeter: Perimeter) -> Surroundings:
        """Figures of the commune where most of a perimeter's people live, and of the whole territory."""
        thresholds = list(self.prepared.start.thresholds.values())
        code = self._commune_of(perimeter)
        return Surroundings(
            town=self.territory.communes.get(code, code),
            town_figures=self._commune_figures(code),
            territory=self.territory.title,
            territory_figures=self._commune_figures(""),
            national_eur=self.prepared.national_eur,
            threshold_eur=thresholds[0].eur if len(thresholds) == 1 else math.nan,
            unverified=self.prepared.unverified,
        )

    def changes(self, perimeter: Perimeter) -> tuple[Block, ...]:
        """What becomes of a perimeter from one generation, or grid, to the next."""
        tables = (changes_table(perimeter, step.comparison, step.title, step.note) for step in self.steps)
        return tuple(table for table in tables if table) or (no_changes(),)

    def _commune_of(self, perimeter: Perimeter) -> str:
        import shapely

        start = self.prepared.start
        inside = shapely.intersects(perimeter.geometry, shapely.centroid(self.squares))
        codes, where = np.unique(start.zones.commune[inside], return_inverse=True)
        if not len(codes):
            return perimeter.communes[0] if perimeter.communes else ""
        return str(codes[np.argmax(np.bincount(where, weights=start.grid.people[inside]))])

    def _commune_figures(self, code: str) -> AreaFigures:
        """Figures of a commune, of the whole territory where the code is empty."""
        if code not in self._of_commune:
            cells = self.squares[self.prepared.start.zones.commune == code] if code else self.squares
            self._of_commune[code] = self.describe(union_of_cells(cells))
        return self._of_commune[code]


def places_near(perimeter: Perimeter, places: Sequence[Address]) -> tuple[tuple[Address, float], ...]:
    """Places within `PLACES_REACH_M` of a perimeter, each with its distance in metres, the nearest first."""
    import shapely

    lon, lat = np.array([[place.lon, place.lat] for place in places], dtype=float).reshape(-1, 2).T
    points = shapely.points(*transform_points(lon, lat, WGS84, perimeter.epsg))
    metres = np.atleast_1d(shapely.distance(perimeter.geometry, points))
    near = [(place, away) for place, away in zip(places, metres.tolist(), strict=True) if away <= PLACES_REACH_M]
    return tuple(sorted(near, key=lambda item: (item[1], item[0].place)))


def _steps(
    territory: Territory,
    perimeters: tuple[Perimeter, ...],
    prepared: SearchInputs,
    squares: NDArray[np.object_],
    on: date,
) -> list[_Step]:
    """Compare successive generations of official QPV, then the candidates of one grid with those of the others."""
    people = prepared.start.grid.people
    counted = f"Habitants : carreaux de 200{UNIT_SPACE}m de {prepared.start.grid.vintage}."
    made = []
    official = [item for item in perimeters if item.kind is Kind.QPV and not item.estimated and item.generation]
    years = sorted({item.generation for item in official if item.generation})
    for older, newer in pairwise(years):
        old, new = ([item for item in official if item.generation == year] for year in (older, newer))
        made.append(_Step(compare_perimeters(old, new, squares, people), f"{_CHANGES} : {older} à {newer}", counted))
    candidates = [item for item in perimeters if item.kind is Kind.CANDIDAT]
    return [*made, *_grid_steps(territory, candidates, prepared, squares, on)]


def _grid_steps(
    territory: Territory,
    candidates: list[Perimeter],
    prepared: SearchInputs,
    squares: NDArray[np.object_],
    on: date,
) -> list[_Step]:
    """Compare the candidates with those of each other grid, the older ones first."""
    grid = prepared.start.grid
    made = []
    for year in sorted(territory.grids) if candidates and territory.income_reference else ():
        if year == grid.vintage:
            continue
        other = compute_candidates(territory.grid_path(year), CandidateRequest(on=on, territory=territory)).perimeters
        old, new = (other, candidates) if year < grid.vintage else (candidates, other)
        title = f"{_GRID_CHANGES} : {min(year, grid.vintage)} à {max(year, grid.vintage)}"
        note = f"Habitants : carreaux de 200{UNIT_SPACE}m de {grid.vintage}. Les deux contours sont estimés."
        made.append(_Step(compare_perimeters(old, new, squares, grid.people), title, note))
    return made
