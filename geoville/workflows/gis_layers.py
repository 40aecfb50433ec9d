"""Layers for a GIS: perimeters and cells as features with columns."""

from __future__ import annotations

import math
from collections import Counter
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

from geoville.carroyage.cell_id import format_cell_ids
from geoville.carroyage.grid import cell_squares, union_of_cells
from geoville.crs import WGS84, transform_geometry
from geoville.eligibility.sentences import KIND_NAMES, contour_sentence
from geoville.french import UNIT_SPACE
from geoville.model import Kind
from geoville.rendering.cells import published_poor_share
from geoville.rendering.layers import ESTIMATED, find_places
from geoville.rendering.sector import schematic_outline
from geoville.sources.grids import read_grid
from geoville.sources.pack import read_outlines
from geoville.sources.writers import DEGREE_DECIMALS, perimeter_record, rounded_shapes
from geoville.workflows.maps import sector_recipes

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from datetime import date

    from numpy.typing import NDArray
    from shapely import STRtree
    from shapely.geometry.base import BaseGeometry

    from geoville.carroyage.grid import Grid
    from geoville.model import Perimeter
    from geoville.rendering import SectorRecipe
    from geoville.rendering.vector_tiles import TiledLayer
    from geoville.sources.pack import Pack

    Box = tuple[float, float, float, float]
    Days = tuple[date | None, date | None]


# --- One layer of features as a GIS reads it: identifiers, properties and shapes, asked by box, by days, by identifier

ANY_DAY: Days = (None, None)
_TYPE_NAMES = {str: "string", bool: "boolean"}


@dataclass(frozen=True, eq=False)
class FeatureLayer:
    """Features of one nature; official ones and estimates are never in the same layer.

    Parameters
    ----------
    name : in addresses of the service: "qpv-2024".
    title, description : French; the description says what an estimate is worth.
    attribution : what to cite.
    ids : (n,) one per feature, none twice, the same as long as the data are.
    properties : (n,) plain values by name; None where not published.
    shapes : (n,) polygons in WGS84, None where nobody has published one.
    days : (n,) first and last day in force; None on a side without end.

    Notes
    -----
    What is derived is computed when first asked for, and kept. No geometry is prepared: prepared geometries shared by
    threads corrupt memory.
    """

    name: str
    title: str
    description: str
    attribution: str
    ids: tuple[str, ...]
    properties: tuple[dict[str, Any], ...]
    shapes: NDArray[np.object_]
    days: tuple[Days, ...]

    def __len__(self) -> int:
        return len(self.ids)

    @cached_property
    def row_of(self) -> dict[str, int]:
        """Row of each feature by its identifier."""
        return {fid: row for row, fid in enumerate(self.ids)}

    @property
    def generalised(self) -> bool:
        """Whether some official contour is known to a distance only."""
        return any(row.get("accuracy_m") for row in self.properties)

    @cached_property
    def extent(self) -> Box | None:
        """West, south, east, north of the shapes; None where there is none."""
        import shapely

        west, south, east, north = shapely.total_bounds(self.shapes).tolist()
        return None if np.isnan(west) else (west, south, east, north)

    @property
    def dated(self) -> bool:
        """Whether some feature is in force for a time only; the others answer at any date."""
        return any(start or end for start, end in self.days)

    @property
    def interval(self) -> Days:
        """First and last day on which some feature is in force; None on a side without end."""
        starts, ends = [start for start, _ in self.days], [end for _, end in self.days]
        first = None if None in starts else min((day for day in starts if day), default=None)
        last = None if None in ends else max((day for day in ends if day), default=None)
        return first, last

    @cached_property
    def queryables(self) -> dict[str, str]:
        """Type of each property ("string", "number" or "boolean"), by its name; one that no feature has is left out."""
        values = {name: value for row in self.properties for name, value in row.items() if value is not None}
        return {name: _TYPE_NAMES.get(type(value), "number") for name, value in values.items()}

    def select(self, frames: Sequence[Box | BaseGeometry] | None, days: Days) -> list[int]:
        """Rows of the features that meet one of some frames and are in force on one of some days, in order.

        Parameters
        ----------
        frames : west, south, east, north in degrees, WGS84, or polygons; None takes everything, features without shape
            included.
        days : first and last, both included; None on a side without end.
        """
        rows = range(len(self)) if frames is None else self._meeting(frames)
        return [row for row in rows if _overlap(self.days[row], days)]

    @cached_property
    def _tree(self) -> STRtree:
        import shapely

        return shapely.STRtree(self.shapes)

    def _meeting(self, frames: Sequence[Box | BaseGeometry]) -> list[int]:
        import shapely

        shapes = [shapely.box(*frame) if isinstance(frame, tuple) else frame for frame in frames]
        return sorted({int(row) for shape in shapes for row in self._tree.query(shape, predicate="intersects")})


def _overlap(one: Days, other: Days) -> bool:
    return _starts_by(one[0], other[1]) and _starts_by(other[0], one[1])


def _starts_by(start: date | None, end: date | None) -> bool:
    return start is None or end is None or start <= end


def published_shapes(shapes: NDArray[np.object_]) -> NDArray[np.object_]:
    """Shapes in WGS84 as RFC 7946 wants them: seven decimals, outer rings anticlockwise; None stays None."""
    import shapely

    return np.asarray(shapely.orient_polygons(rounded_shapes(shapes, DEGREE_DECIMALS)), dtype=object)


_APPROACHED = "Contour approché, estimé par geoville : les carreaux habités dont le centre est dans l'IRIS."
_PUBLISHED = "Contour que l'IGN et l'Insee publient."


def cells_layer(territory: Pack, vintage: int) -> FeatureLayer:
    """Cells of one grid of a territory; the poverty share of an imputed cell is left out."""
    grid = read_grid(territory.grid_path(vintage), vintage=vintage)
    ids = tuple(format_cell_ids(grid.epsg, grid.northing, grid.easting))
    return FeatureLayer(
        name=f"cells-{vintage}",
        title=f"Carreaux de 200\u00a0m, Filosofi {vintage}",
        description=(
            "Ce que l'Insee publie par carreau. Un carreau de moins de 11 ménages porte des valeurs imputées par "
            "l'Insee (imputed) : sa part de ménages pauvres n'est pas donnée."
        ),
        attribution=territory.grids[vintage].source.citation,
        ids=ids,
        properties=tuple(_cell_rows(territory, grid)),
        shapes=published_shapes(cell_squares(grid.easting, grid.northing, grid.epsg, WGS84)),
        days=(ANY_DAY,) * len(ids),
    )


def iris_layer(territory: Pack) -> FeatureLayer:
    """IRIS of a territory: their contours where the pack has them, else the cells whose centre lies in each."""
    approached = not territory.has("iris")
    if approached:
        cells = territory.cells
        squares = cell_squares(cells.easting, cells.northing, cells.epsg, WGS84)
        codes, outlines = _outlines_of(cells.iris, squares)
    else:
        codes, outlines = read_outlines(territory.file("iris").checked_path())
    roles = {"cells" if approached else "iris", "iris_income"}
    return FeatureLayer(
        name="iris",
        title="IRIS (contours approchés par les carreaux)" if approached else "IRIS",
        description=f"{_APPROACHED if approached else _PUBLISHED} Le revenu est celui que l'Insee publie.",
        attribution=" ; ".join(file.source.citation for file in territory.manifest.files if file.role in roles),
        ids=codes,
        properties=tuple(_iris_rows(territory, codes, estimated=approached)),
        shapes=published_shapes(np.array(outlines, dtype=object)),
        days=(ANY_DAY,) * len(codes),
    )


def _outlines_of(iris: NDArray[np.str_], squares: NDArray[np.object_]) -> tuple[tuple[str, ...], list[BaseGeometry]]:
    """Codes of the IRIS of some cells, in order, and the union of the cells of each."""
    found, first = np.unique(iris[order := np.argsort(iris, kind="stable")], return_index=True)
    members = zip(found.tolist(), np.split(squares[order], first[1:]), strict=True)
    outlines = {code: union_of_cells(own) for code, own in members if code}
    return tuple(outlines), list(outlines.values())


def _cell_rows(territory: Pack, grid: Grid) -> Iterator[dict[str, Any]]:
    unknown = np.full(len(grid), "")
    communes, iris = territory.cells.zones_of(grid) if territory.has("cells") else (unknown, unknown)
    columns = {
        "vintage": [grid.vintage] * len(grid),
        "people": grid.people.tolist(),
        "households": grid.households.tolist(),
        "mean_eur": grid.mean_eur.round(2).tolist(),
        "poor_share": published_poor_share(grid).round(4).tolist(),
        "imputed": grid.imputed.tolist(),
        "commune": communes.tolist(),
        "iris": iris.tolist(),
    }
    for values in zip(*columns.values(), strict=True):
        yield {name: _known(value) for name, value in zip(columns, values, strict=True)}


def _iris_rows(territory: Pack, codes: tuple[str, ...], *, estimated: bool) -> Iterator[dict[str, Any]]:
    names, year = territory.iris_names, territory.iris_year
    medians = territory.iris_medians(year) if year else {}
    for code in codes:
        yield {
            "code": code,
            "name": names.get(code),
            "median_declared_eur": medians.get(code),
            "income_year": year,
            "estimated": estimated,
        }


def _known(value: Any) -> Any:
    """A value of a table; None where nothing is published."""
    return None if value == "" or (isinstance(value, float) and math.isnan(value)) else value


# --- The layers that a territory offers to a GIS: perimeters, cells, IRIS, sectors; all made when first asked for


class FeatureLayers:
    """Layers of one snapshot of the data.

    Parameters
    ----------
    territory : whose cells, IRIS and sectors are offered.
    perimeters : that answers are given from, those of files given to the service included.
    """

    def __init__(self, territory: Pack, perimeters: Sequence[Perimeter]) -> None:
        self._territory = territory
        self._perimeters = perimeters
        self._tiled: dict[str, TiledLayer] = {}

    @cached_property
    def by_name(self) -> dict[str, FeatureLayer]:
        """Every layer that has a feature, in the order in which a user looks for them."""
        territory = self._territory
        layers = [
            *perimeter_layers(self._perimeters),
            sectors_layer(territory, self._perimeters),
            *([iris_layer(territory)] if territory.has("cells") or territory.has("iris") else []),
            *(cells_layer(territory, vintage) for vintage in sorted(territory.grids, reverse=True)),
        ]
        return {layer.name: layer for layer in layers if len(layer)}

    def tiled(self, name: str) -> TiledLayer:
        """The layer of that name, ready to be cut into vector tiles."""
        from geoville.rendering.vector_tiles import TiledLayer

        if name not in self._tiled:
            layer = self.by_name[name]
            rows = [{"id": fid} | row for fid, row in zip(layer.ids, layer.properties, strict=True)]
            self._tiled[name] = TiledLayer(name, layer.shapes, rows)
        return self._tiled[name]


# --- Perimeters and NPNRU sectors as layers for a GIS; official contours and estimates are never in one layer


def perimeter_layers(perimeters: Iterable[Perimeter]) -> list[FeatureLayer]:
    """One layer per kind, generation and basis: "qpv-2024", "candidat", "veille-estimated"."""
    groups: dict[tuple[int, int, bool], list[Perimeter]] = {}
    kinds = list(Kind)
    for item in perimeters:
        groups.setdefault((kinds.index(item.kind), -(item.generation or 0), item.estimated), []).append(item)
    return [_perimeter_layer(groups[key]) for key in sorted(groups)]


def sectors_layer(territory: Pack, perimeters: Iterable[Perimeter]) -> FeatureLayer:
    """NPNRU sectors that a territory has a map of: a schematic outline where their places are known, else none.

    A sector whose official contour is among the perimeters is not guessed.
    """
    recipes = sector_recipes(territory)
    return FeatureLayer(
        name="sectors",
        title="Secteurs NPNRU (contours indicatifs, non publiés)",
        description=(
            "Secteurs proposés au nouveau programme national de renouvellement urbain. Leur contour n'est pas publié : "
            "celui-ci est schématique, et un secteur dont aucune position n'est connue n'en a pas."
        ),
        attribution=" ; ".join(dict.fromkeys(recipe.reference for recipe in recipes)),
        ids=tuple(recipe.name for recipe in recipes),
        properties=tuple(
            {
                "name": recipe.title,
                "subtitle": recipe.subtitle,
                "quartier": recipe.quartier,
                "reference": recipe.reference,
                "estimated": True,
            }
            for recipe in recipes
        ),
        shapes=published_shapes(_sector_outlines(recipes, territory, perimeters)),
        days=(ANY_DAY,) * len(recipes),
    )


def _perimeter_layer(perimeters: Sequence[Perimeter]) -> FeatureLayer:
    first = perimeters[0]
    ordered = sorted(perimeters, key=lambda item: item.code)
    title = KIND_NAMES[first.kind].plural + (f" {first.generation}" if first.generation else "")
    least_m = min((item.accuracy_m for item in ordered if item.accuracy_m), default=0.0)
    generalised = f"contour généralisé ({least_m:.0f}{UNIT_SPACE}m)" if least_m else ""
    cited = dict.fromkeys(item.source.citation for item in ordered if item.source)
    return FeatureLayer(
        name=_name_of(first),
        title=_titled(title, f"contour {ESTIMATED}" if first.estimated else generalised),
        description=f"Contour {ESTIMATED}." if first.estimated else _official(ordered),
        attribution=" ; ".join(cited),
        ids=_distinct([item.code for item in ordered]),
        properties=tuple(perimeter_record(item) for item in ordered),
        shapes=published_shapes(
            np.array([transform_geometry(item.geometry, item.epsg, WGS84) for item in ordered], dtype=object)
        ),
        days=tuple((item.valid_from, item.valid_to) for item in ordered),
    )


def _titled(title: str, worth: str) -> str:
    return f"{title} ({worth})" if worth else title


def _official(perimeters: Sequence[Perimeter]) -> str:
    """Description of official contours: what those that are not exact are worth."""
    worth = dict.fromkeys(contour_sentence(item) for item in perimeters if item.accuracy_m)
    return " ".join(["Contour officiel.", *list(worth)[:1]])


def _name_of(perimeter: Perimeter) -> str:
    name = f"{perimeter.kind}-{perimeter.generation}" if perimeter.generation else str(perimeter.kind)
    # A candidate is always an estimate: its kind says so.
    return f"{name}-estimated" if perimeter.estimated and perimeter.kind is not Kind.CANDIDAT else name


def _distinct(codes: Sequence[str]) -> tuple[str, ...]:
    """Codes with the rank of each repetition: two files may hold the same perimeter."""
    seen: Counter[str] = Counter()
    ids = []
    for code in codes:
        seen[code] += 1
        ids.append(code if seen[code] == 1 else f"{code}~{seen[code]}")
    return tuple(ids)


def _sector_outlines(
    recipes: Sequence[SectorRecipe], territory: Pack, perimeters: Iterable[Perimeter]
) -> NDArray[np.object_]:
    outlines: NDArray[np.object_] = np.full(len(recipes), None, dtype=object)
    if not recipes:
        return outlines
    official = [
        transform_geometry(item.geometry, item.epsg, WGS84)
        for item in perimeters
        if item.kind is Kind.NPNRU and not item.estimated
    ]
    grid = read_grid(territory.grid_path(), vintage=territory.default_vintage)
    places = territory.address_list().addresses
    for row, recipe in enumerate(recipes):
        if recipe.outline is None:
            continue
        anchors, _ = find_places(recipe.outline.around, places)
        guess = schematic_outline(grid, list(anchors.values()), recipe.outline.radius_m)
        if guess is not None and not any(shape.intersects(guess) for shape in official):
            outlines[row] = guess
    return outlines
