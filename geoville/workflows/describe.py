"""Figures of the perimeters of a file, official or not, estimated from a grid."""

from __future__ import annotations

import math
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from geoville.carroyage.grid import cell_squares, union_of_cells
from geoville.crs import GRID_CRS
from geoville.model import POPULATION, POPULATION_SOURCE, Kind
from geoville.perimeters.areas import CoveredGround, PopulatedCells
from geoville.perimeters.estimated import INTERVALS_COVER, area_attributes
from geoville.perimeters.figures import AreaFigures, Surroundings, figures_inside
from geoville.sources.national import national_layer
from geoville.sources.writers import LAYER, OWN_LAYER, perimeters_frame, write_layer
from geoville.workflows.layers import read_map, remarks_of
from geoville.workflows.search_inputs import CandidateRequest, prepare_search

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from pathlib import Path

    import geopandas
    from numpy.typing import NDArray
    from shapely.geometry.base import BaseGeometry

    from geoville.model import Perimeter
    from geoville.perimeters.areas import CellsInside
    from geoville.sources.contours import OwnColumns
    from geoville.sources.pack import Pack
    from geoville.sources.writers import LayerChoice
    from geoville.workflows.search_inputs import SearchInputs

    Track = Callable[[Sequence[tuple[Perimeter, ...]]], Iterable[tuple[Perimeter, ...]]]


_AT_ONCE = 4_000
"""Perimeters whose cells are held at once: some tens of megabytes."""


def describe_perimeters(
    path: Path,
    grid_path: Path,
    request: CandidateRequest,
    own: OwnColumns | None = None,
    *,
    track: Track = iter,
) -> DescribeRun:
    """Estimate the population, poverty and median income of each perimeter of a file.

    Parameters
    ----------
    path : any file of perimeters; what it does not say the kind of is taken as a draft of yours.
    request : gives the territory or the reference incomes, the vintage and the IRIS.
    own : columns of the codes and names, where they are not the usual ones.
    track : goes through the perimeters, some thousands at a time, and may show how far it is.

    Returns
    -------
    Of several urban units, the threshold is that of the one where most of a perimeter's people live; where none of
    them lives in one that has a threshold, the share below it is NaN.

    Raises
    ------
    InvalidInputError
        There is no threshold, or the perimeters and the grid are not of the same territory.
    """
    describer = AreaDescriber(prepare_search(grid_path, request))
    layer = read_map(path, describer.epsg, "perimeters", otherwise=Kind.CANDIDAT, may_be_empty=False, own=own)
    perimeters = layer.perimeters
    found: list[AreaFigures] = []
    for some in track([perimeters[start : start + _AT_ONCE] for start in range(0, len(perimeters), _AT_ONCE)]):
        found += describer.figures([item.geometry for item in some])
    return DescribeRun(tuple(zip(perimeters, found, strict=True)), request, remarks_of(layer))


@dataclass(frozen=True, eq=False, slots=True)
class DescribeRun:
    """Perimeters with their estimated figures.

    Parameters
    ----------
    remarks : French sentences on what of the file was left out.
    """

    found: tuple[tuple[Perimeter, AreaFigures], ...]
    request: CandidateRequest
    remarks: tuple[str, ...] = ()

    def frame(self) -> geopandas.GeoDataFrame:
        """One row per perimeter, with the figures of `geoville.perimeters.estimated.area_attributes`."""
        return perimeters_frame(
            [item for item, _ in self.found],
            [{**area_attributes(figures, math.nan), "figures_estimated": True} for _, figures in self.found],
        )

    def write(self, path: Path, into: LayerChoice = OWN_LAYER) -> None:
        """Write the table (format by suffix)."""
        write_layer(self.frame(), path, layer=LAYER, into=into)

    def document(self) -> dict[str, Any]:
        """What came out, as plain values: what `describe --json` prints."""
        return {
            "supposed": self.request.supposed.sentence or None,
            "estimated": True,
            "intervals": INTERVALS_COVER,
            "euros_of": next((figures.euros_of for _, figures in self.found), None),
            "perimeters": [_document(item, figures) for item, figures in self.found],
            "remarks": list(self.remarks),
        }


def _document(perimeter: Perimeter, figures: AreaFigures) -> dict[str, Any]:
    people = published_population(perimeter)
    return {
        "code": perimeter.code,
        "name": perimeter.name,
        **asdict(figures),
        "coverage": figures.coverage,
        "published": {"count": people[0], "source": people[1]} if people else None,
    }


def published_population(perimeter: Perimeter) -> tuple[int, str] | None:
    """People whom Insee counts in an official quarter, by its code, and the census; None where that is not known."""
    if perimeter.kind is not Kind.QPV:
        return None
    carried = next((item for item in national_layer().perimeters if item.code == perimeter.code), perimeter)
    count, source = (carried.attributes.get(key) for key in (POPULATION, POPULATION_SOURCE))
    return (count, source) if isinstance(count, int) and isinstance(source, str) else None


class TownFigures:
    """Figures of areas of a territory, and of the town that each lies in.

    Parameters
    ----------
    prepared : the estimate of its grid.
    """

    def __init__(self, territory: Pack, prepared: SearchInputs) -> None:
        self.territory, self.prepared = territory, prepared
        self.describe = AreaDescriber(prepared)
        self._of_commune: dict[str, AreaFigures] = {}

    def around(self, perimeter: Perimeter) -> Surroundings:
        """Figures of the commune where most of a perimeter's people live, and of the whole territory."""
        thresholds = list(self.prepared.start.thresholds.values())
        town, figures = self.town(perimeter)
        return Surroundings(
            town=town,
            town_figures=figures,
            territory=self.territory.title,
            territory_figures=self._commune_figures(""),
            national_eur=self.prepared.national_eur,
            threshold_eur=thresholds[0].eur if len(thresholds) == 1 else math.nan,
            unverified=self.prepared.unverified,
        )

    def town(self, perimeter: Perimeter) -> tuple[str, AreaFigures]:
        """Name and figures of that commune alone."""
        code = self.commune_of(perimeter)
        return self.territory.communes.get(code, code), self._commune_figures(code)

    def commune_of(self, perimeter: Perimeter) -> str:
        """Code of the commune where most of a perimeter's people live; empty where nothing tells."""
        import shapely

        start = self.prepared.start
        inside = shapely.intersects(perimeter.geometry, shapely.centroid(self.describe.cells.squares))
        codes, where = np.unique(start.zones.commune[inside], return_inverse=True)
        if not len(codes):
            return perimeter.communes[0] if perimeter.communes else ""
        return str(codes[np.argmax(np.bincount(where, weights=start.grid.people[inside]))])

    def _commune_figures(self, code: str) -> AreaFigures:
        """Figures of a commune, of the whole territory where the code is empty."""
        if code not in self._of_commune:
            squares = self.describe.cells.squares
            cells = squares[self.prepared.start.zones.commune == code] if code else squares
            self._of_commune[code] = self.describe(union_of_cells(cells))
        return self._of_commune[code]


class AreaDescriber:
    """What gives the figures of any area, in the projected CRS of a grid's territory.

    Parameters
    ----------
    prepared : the grid, its estimate, zones and thresholds.
    """

    def __init__(self, prepared: SearchInputs) -> None:
        grid = prepared.start.grid
        self.prepared = prepared
        self.epsg = GRID_CRS[grid.epsg]
        squares = cell_squares(grid.easting, grid.northing, grid.epsg, self.epsg)
        self.cells = PopulatedCells(squares, grid.people)
        self._ground = CoveredGround(grid.easting, grid.northing, grid.epsg)

    def __call__(self, area: BaseGeometry) -> AreaFigures:
        """Figures of one area."""
        return self.figures([area])[0]

    def figures(self, areas: Sequence[BaseGeometry]) -> tuple[AreaFigures, ...]:
        """Figures of each of many areas."""
        inside, start = self.cells.inside(areas), self.prepared.start
        return figures_inside(
            inside,
            len(areas),
            start.grid,
            start.income,
            start.zones.iris,
            thresholds=self._thresholds(self.units(inside, len(areas))),
            national_eur=self.prepared.national_eur,
            parts=start.parts,
            covered=self._ground.shares(areas),
            euros_of=self.prepared.euros_of,
        )

    def units(self, inside: CellsInside, count: int) -> list[str]:
        """Urban unit where most of the people of each area live, of those that have a threshold; the only one of one.

        Empty where nobody of an area lives in one that has a threshold.
        """
        start = self.prepared.start
        codes = list(start.thresholds)
        if len(codes) == 1:
            return codes * count
        people = start.grid.people[inside.cell] * inside.share
        held = np.zeros((len(codes) + 1, count))
        for rank, code in enumerate(codes):
            held[rank] = np.bincount(inside.area, np.where(start.zones.unit[inside.cell] == code, people, 0.0), count)
        main = held.argmax(axis=0)
        return [codes[rank] if held[rank, area] > 0 else "" for area, rank in enumerate(main.tolist())]

    def _thresholds(self, units: Sequence[str]) -> NDArray[np.float64]:
        """Relative threshold of each unit; NaN for none."""
        known = self.prepared.start.thresholds
        return np.array([known[unit].relative if unit else math.nan for unit in units])
