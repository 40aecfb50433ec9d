"""Who lives in perimeters, communes and IRIS; how many of a town live in quarters; how quarters moved since."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from geoville.carroyage.grid import cell_squares, union_of_cells
from geoville.carroyage.portrait import AGES, COUNTS, HOUSEHOLDS, OF_HOUSEHOLDS, PEOPLE, Moment, Portrait, portraits
from geoville.crs import GRID_CRS
from geoville.errors import DataUnavailableError, InvalidInputError
from geoville.law import parameter
from geoville.model import Kind
from geoville.perimeters.areas import CellsInside, CoveredGround, PopulatedCells
from geoville.perimeters.scenarios import Grouping
from geoville.sources.grids import read_counts
from geoville.sources.provenance import Provenance, write_provenance
from geoville.sources.writers import OWN_LAYER, title_of, write_layer
from geoville.workflows.layers import read_map, remarks_of
from geoville.workflows.score import official_contours
from geoville.workflows.search_inputs import grid_input, read_sourced_grid

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from pathlib import Path

    import geopandas
    from numpy.typing import NDArray
    from shapely.geometry.base import BaseGeometry

    from geoville.carroyage.grid import Grid
    from geoville.carroyage.portrait import CellCounts
    from geoville.model import Perimeter
    from geoville.sources.contours import OwnColumns
    from geoville.sources.pack import Pack
    from geoville.sources.provenance import InputFile
    from geoville.sources.writers import LayerChoice
    from geoville.workflows.layers import GisLayer

    Row = dict[str, str | float | int | bool | None]


_NAMED = ("share_imputed",)
"""Columns that notes name."""


@dataclass(frozen=True, eq=False, slots=True)
class TableRun:
    """A table of areas, with everything that decided it.

    Parameters
    ----------
    rows : a value for each column, None where it is not known or not published.
    notes : what must be known to read it, French sentences; a column stands in braces, by its name.
    left_out : French sentences on what of the file of perimeters was left out.
    """

    rows: tuple[Row, ...]
    shapes: tuple[BaseGeometry, ...]
    epsg: int
    layer: str
    notes: tuple[str, ...]
    provenance: Provenance
    left_out: tuple[str, ...] = ()

    def frame(self) -> geopandas.GeoDataFrame:
        """One row per area; null where a value is not known, or not published."""
        import geopandas

        return geopandas.GeoDataFrame(list(self.rows), geometry=list(self.shapes), crs=self.epsg)

    def write(self, path: Path, into: LayerChoice = OWN_LAYER) -> None:
        """Write the table (format by suffix), and its provenance beside."""
        write_layer(self.frame(), path, layer=self.layer, into=into)
        write_provenance(self.provenance, path)

    def document(self) -> dict[str, Any]:
        """What came out, as plain values."""
        return {"estimated": True, "remarks": [*self.told(str), *self.left_out], "rows": list(self.rows)}

    def told(self, called: Callable[[str], str] = title_of) -> list[str]:
        """Notes for whoever reads columns by their French title, or as they are called."""
        return [note.format_map({column: called(column) for column in _NAMED}) for note in self.notes]


@dataclass(frozen=True, eq=False, slots=True)
class _Town:
    """Cells of a territory with all that INSEE publishes of them, in its projected CRS."""

    grid: Grid
    counts: CellCounts
    cells: PopulatedCells
    ground: CoveredGround
    pack: Pack
    file: InputFile
    source: Any

    @property
    def epsg(self) -> int:
        return GRID_CRS[self.grid.epsg]

    def zones(self, by: Grouping) -> NDArray[np.str_]:
        """Code of the commune, or of the IRIS, of the centre of each cell."""
        if not self.pack.has("cells"):
            raise DataUnavailableError(
                f"Rien ne dit la commune ni l'IRIS des carreaux de « {self.pack.name} »",
                advice="récupérer ses contours avec « geoville data fetch »",
            )
        commune, iris = self.pack.cells.zones_of(self.grid)
        return commune if by is Grouping.COMMUNE else iris

    def name(self, code: str) -> str:
        """Name of a commune or of an IRIS."""
        return self.pack.communes.get(code) or self.pack.iris_names.get(code) or code

    def provenance(self, command: str, files: Sequence[InputFile], **choices: Any) -> Provenance:
        """What a table of this town rests on."""
        return Provenance(command, (self.file, *files), (_law(),), choices, (self.source,))


def _law() -> Any:
    """The least number of households, or of people, of which figures are published."""
    return parameter("secrecy_threshold").values[-1]


def _town(pack: Pack, grid_path: Path | None, vintage: int | None) -> _Town:
    path = grid_path or pack.grid_path(vintage)
    grid, source = read_sourced_grid(path, vintage if grid_path else None)
    squares = cell_squares(grid.easting, grid.northing, grid.epsg, GRID_CRS[grid.epsg])
    ground = CoveredGround(grid.easting, grid.northing, grid.epsg)
    cells = PopulatedCells(squares, grid.people)
    return _Town(grid, read_counts(path, grid), cells, ground, pack, grid_input(path, grid, source), source)


# --- Who lives there


SECRECY = (
    "Secret statistique : rien n'est dit d'un territoire de moins de 11 ménages ; l'Insee impute les valeurs des "
    "carreaux qui en ont moins."
)
_GROUPS = {Grouping.COMMUNE: "commune", Grouping.IRIS: "IRIS"}
IMPUTED = "La part des habitants qui vivent dans un carreau aux valeurs imputées est dite : « {share_imputed} »."
SUMS = "Sommes des carreaux de 200 m, coupés par le contour à proportion de leur surface : estimées, et non recensées."


def portray(
    pack: Pack,
    perimeters: Path | None = None,
    *,
    by: Grouping = Grouping.PERIMETER,
    grid: Path | None = None,
    vintage: int | None = None,
    generation: int | None = None,
    own: OwnColumns | None = None,
) -> TableRun:
    """Who lives in each perimeter, commune or IRIS: ages, households, tenure, housing.

    Parameters
    ----------
    perimeters : a file of them; the official quarters known of the territory unless given. For communes and IRIS, none.
    generation : of the quarters.

    Raises
    ------
    InvalidInputError
        Perimeters are given with communes or IRIS.
    DataUnavailableError
        The territory has no grid, or nothing says the commune and the IRIS of its cells.
    """
    town = _town(pack, grid, vintage)
    if by is Grouping.PERIMETER:
        layer = _quarters(town, perimeters, generation, own)
        items = [(item.code, item.name, item.geometry) for item in layer.perimeters]
        inside, files = town.cells.inside([shape for *_, shape in items]), [layer.file]
        left_out = remarks_of(layer)
    else:
        if perimeters is not None:
            raise InvalidInputError(
                f"Des périmètres sont donnés, alors que les habitants sont comptés par {_GROUPS[by]}",
                advice="retirer les périmètres, ou compter par périmètre",
            )
        items, inside = _zones_as_areas(town, by)
        files, left_out = [], ()
    fewest = _law().value
    rows = _portrait_rows(town, items, inside, fewest)
    return TableRun(
        tuple(rows),
        tuple(shape for *_, shape in items),
        town.epsg,
        "portrait",
        (SUMS, SECRECY, IMPUTED, f"Carreaux de {town.grid.vintage}."),
        town.provenance("perimeters portrait", files, by=by.value),
        left_out,
    )


def _quarters(town: _Town, path: Path | None, generation: int | None, own: OwnColumns | None = None) -> GisLayer:
    if path is None:
        return official_contours(town.pack, generation)
    return read_map(path, town.epsg, "perimeters", otherwise=Kind.CANDIDAT, may_be_empty=False, own=own)


def _zones_as_areas(town: _Town, by: Grouping) -> tuple[list[tuple[str, str, BaseGeometry]], CellsInside]:
    """Communes or IRIS as whole cells, by the centre of each; cells of none are left out."""
    codes, inside = _zone_cells(town, by)
    shapes = [union_of_cells(town.cells.squares[inside.cell[inside.area == rank]]) for rank in range(len(codes))]
    return [(code, town.name(code), shape) for code, shape in zip(codes, shapes, strict=True)], inside


def _zone_cells(town: _Town, by: Grouping) -> tuple[list[str], CellsInside]:
    codes, place = np.unique(town.zones(by), return_inverse=True)
    known = np.flatnonzero(codes[place] != "")
    shift = int(codes[0] == "")
    area = place[known] - shift
    order = np.argsort(area, kind="stable")
    return codes[shift:].tolist(), CellsInside(area[order], known[order], np.ones(len(known)))


def _portrait_rows(
    town: _Town, items: Sequence[tuple[str, str, BaseGeometry]], inside: CellsInside, fewest: float
) -> Iterator[Row]:
    people = town.grid.people[inside.cell] * inside.share
    imputed = np.bincount(inside.area, people * town.grid.imputed[inside.cell], len(items))
    whole = np.bincount(inside.area, people, len(items))
    found = portraits(town.counts, inside.area, inside.cell, inside.share, fewest)
    covered = town.ground.shares([shape for *_, shape in items])
    found += [Portrait({})] * (len(items) - len(found))
    for rank, ((code, name, _), portrait) in enumerate(zip(items, found, strict=True)):
        share = imputed[rank] / whole[rank] if whole[rank] and not portrait.is_secret else math.nan
        known = portrait if covered[rank] > 0 else Portrait({})  # nobody known is not nobody
        yield {
            "code": code,
            "name": name,
            "secret": portrait.is_secret,
            **{column: _rounded(known.totals.get(column, math.nan), 1) for column in town.counts.by_column},
            **_shares(known, tuple(town.counts.by_column)),
            "share_imputed": _rounded(share, 4),
            "share_covered": _rounded(float(covered[rank]), 4),
        }


def _shares(portrait: Portrait, columns: Sequence[str]) -> Row:
    """Shares of people and of households, and the mean surface, under names that say of what."""
    shares: Row = {
        f"part_{column}": _rounded(portrait.share(column), 4)
        for column in COUNTS
        if column in columns and (column in AGES or column in OF_HOUSEHOLDS)
    }
    if "men_surf" in columns:
        shares["surface_moyenne_m2"] = _rounded(portrait.mean_surface_m2, 1)
    return shares


def _rounded(value: float, decimals: int) -> float | None:
    return None if math.isnan(value) else round(float(value), decimals)


# --- How many of the people of a commune, or of an IRIS, live in quarters


def people_in_quarters(
    pack: Pack,
    perimeters: Path | None = None,
    *,
    by: Grouping = Grouping.COMMUNE,
    grid: Path | None = None,
    vintage: int | None = None,
    generation: int | None = None,
    own: OwnColumns | None = None,
) -> TableRun:
    """People who live in quarters, by commune or by IRIS: by share of the surface of cells, where they overlap once.

    Notes
    -----
    A place of which one part, in quarters or out of them, has somebody and fewer than 11 people has neither: the total
    would give one from the other.
    """
    import shapely

    town = _town(pack, grid, vintage)
    layer = _quarters(town, perimeters, generation, own)
    ground = shapely.union_all([item.geometry for item in layer.perimeters])
    items, whole = _zones_as_areas(town, by)
    touched, shares = town.cells.shares_inside(ground)
    share = np.zeros(len(town.grid))
    share[touched] = shares
    people = town.grid.people[whole.cell]
    total, held = (np.bincount(whole.area, values, len(items)) for values in (people, people * share[whole.cell]))
    fewest = _law().value
    rows: list[Row] = []
    for rank, (code, name, _) in enumerate(items):
        parts = (float(held[rank]), float(total[rank] - held[rank]))
        secret = any(0 < round(part, 6) < fewest for part in parts)
        rows.append(
            {
                "code": code,
                "name": name,
                "secret": secret,
                "people": _rounded(float(total[rank]), 1),
                "people_in_qpv": None if secret else _rounded(parts[0], 1),
                "share_in_qpv": None if secret or not total[rank] else _rounded(parts[0] / float(total[rank]), 4),
            }
        )
    return TableRun(
        tuple(rows),
        tuple(shape for *_, shape in items),
        town.epsg,
        "habitants_en_qpv",
        (SUMS, SECRECY, f"Carreaux de {town.grid.vintage}, commune et IRIS de leur centre."),
        town.provenance("perimeters population", [layer.file], by=by.value),
        remarks_of(layer),
    )


# --- How the same quarters moved from one vintage of cells to the next


def evolve(
    pack: Pack,
    perimeters: Path | None = None,
    *,
    vintages: Sequence[int] = (),
    generation: int | None = None,
    own: OwnColumns | None = None,
) -> TableRun:
    """People and standard of living of the same contours at each vintage of the territory's cells, and what changed.

    Parameters
    ----------
    vintages : two at least; all those of the territory unless given.

    Raises
    ------
    InvalidInputError
        The territory has fewer than two.
    """
    years = sorted(set(vintages or pack.grids))
    if len(years) < 2:  # noqa: PLR2004 - a change is between two
        raise _one_vintage(pack)
    towns = {year: _town(pack, None, year) for year in years}
    layer = _quarters(towns[years[0]], perimeters, generation, own)
    shapes = [item.geometry for item in layer.perimeters]
    seen = {year: _seen(town, shapes) for year, town in towns.items()}
    rows = tuple(_evolution(item, rank, seen) for rank, item in enumerate(layer.perimeters))
    last = towns[years[-1]]
    notes = (
        SUMS,
        SECRECY,
        "Niveau de vie moyen en euros de chaque année, sans correction de l'inflation ; l'Insee a pu changer de "
        "méthode d'un millésime à l'autre.",
    )
    provenance = Provenance(
        "perimeters evolution",
        (*(town.file for town in towns.values()), layer.file),
        (_law(),),
        {"vintages": list(years)},
        tuple(town.source for town in towns.values()),
    )
    return TableRun(rows, tuple(shapes), last.epsg, "evolution", notes, provenance, remarks_of(layer))


def _one_vintage(pack: Pack) -> InvalidInputError:
    known = ", ".join(str(year) for year in sorted(pack.grids))
    advice = f"en donner deux de : {known}" if len(pack.grids) > 1 else "récupérer d'autres carreaux"
    return InvalidInputError("Une évolution demande deux millésimes différents", advice=advice)


@dataclass(frozen=True, eq=False, slots=True)
class _Vintage:
    """What one vintage says of areas: NaN under secrecy and where nothing is known."""

    people: NDArray[np.float64]
    mean_eur: NDArray[np.float64]
    share_covered: NDArray[np.float64]


def _seen(town: _Town, shapes: Sequence[BaseGeometry]) -> _Vintage:
    inside, count = town.cells.inside(shapes), len(shapes)
    people, income = (
        np.bincount(inside.area, values[inside.cell] * inside.share, count)
        for values in (town.grid.people, town.grid.income_sum_eur)
    )
    found = portraits(town.counts, inside.area, inside.cell, inside.share, _law().value)
    hidden = np.array([item.is_secret for item in found] + [False] * (count - len(found)), dtype=bool)
    covered = town.ground.shares(shapes)
    hidden |= covered == 0
    with np.errstate(invalid="ignore"):
        mean = np.where(hidden, np.nan, income / people)
    return _Vintage(np.where(hidden, np.nan, people), mean, covered)


def _evolution(perimeter: Perimeter, rank: int, seen: dict[int, _Vintage]) -> Row:
    first, *_, last = seen.values()
    made: Row = {"code": perimeter.code, "name": perimeter.name}
    for year, found in seen.items():
        made |= {
            f"people_{year}": _rounded(float(found.people[rank]), 1),
            f"mean_eur_{year}": _rounded(float(found.mean_eur[rank]), 0),
            f"share_covered_{year}": _rounded(float(found.share_covered[rank]), 4),
        }
    with np.errstate(invalid="ignore", divide="ignore"):
        people, mean = (
            float(after[rank] / before[rank] - 1) if before[rank] else math.nan
            for before, after in ((first.people, last.people), (first.mean_eur, last.mean_eur))
        )
    return made | {"people_change": _rounded(people, 4), "mean_change": _rounded(mean, 4)}


# --- The same, for the pages of an atlas


@dataclass(frozen=True, eq=False)
class TownPortraits:
    """Who lives in perimeters, in their towns and in the territory; and how each perimeter moved.

    Parameters
    ----------
    of_perimeter, moments : by nature and code of the perimeter; moments, the oldest vintage first.
    of_commune : by code.
    """

    vintage: int
    of_perimeter: Mapping[tuple[Kind, str], Portrait]
    of_commune: Mapping[str, Portrait]
    whole: Portrait
    moments: Mapping[tuple[Kind, str], tuple[Moment, ...]]

    @classmethod
    def of(cls, pack: Pack, perimeters: Sequence[Perimeter]) -> TownPortraits:
        """Read the territory's default cells, and its others for what moved."""
        town, shapes = _town(pack, None, None), [item.geometry for item in perimeters]
        keys = [(item.kind, item.code) for item in perimeters]
        fewest = float(_law().value)
        inside = town.cells.inside(shapes)
        own = portraits(town.counts, inside.area, inside.cell, inside.share, fewest)
        own += [Portrait({})] * (len(shapes) - len(own))
        known = [
            item if share > 0 else Portrait({}) for item, share in zip(own, town.ground.shares(shapes), strict=True)
        ]
        every = np.arange(len(town.grid))
        (whole,) = portraits(town.counts, np.zeros_like(every), every, np.ones(len(every)), fewest)
        return cls(
            town.grid.vintage,
            dict(zip(keys, known, strict=True)),
            _communes(town, fewest),
            whole,
            dict(zip(keys, _moments(pack, town, shapes), strict=True)),
        )

    def beside(self, perimeter: Perimeter, commune: str) -> tuple[Portrait, Portrait, Portrait]:
        """Portraits of a perimeter, of a commune and of the territory.

        Notes
        -----
        A whole of which a perimeter leaves out somebody, and fewer households than may be described, is not told: the
        difference would.
        """
        own = self.of_perimeter[perimeter.kind, perimeter.code]
        town = self.of_commune.get(commune, Portrait({}))
        return own, _told_beside(own, town), _told_beside(own, self.whole)


def _communes(town: _Town, fewest: float) -> dict[str, Portrait]:
    if not town.pack.has("cells"):
        return {}
    codes, inside = _zone_cells(town, Grouping.COMMUNE)
    return dict(zip(codes, portraits(town.counts, inside.area, inside.cell, inside.share, fewest), strict=True))


def _moments(pack: Pack, town: _Town, shapes: Sequence[BaseGeometry]) -> list[tuple[Moment, ...]]:
    towns = {year: town if year == town.grid.vintage else _town(pack, None, year) for year in sorted(pack.grids)}
    seen = {year: _seen(other, shapes) for year, other in towns.items()}
    return [
        tuple(Moment(year, float(found.people[rank]), float(found.mean_eur[rank])) for year, found in seen.items())
        for rank in range(len(shapes))
    ]


def _told_beside(own: Portrait, whole: Portrait) -> Portrait:
    fewest = float(_law().value)
    rest = [whole.totals.get(name, math.nan) - own.totals.get(name, math.nan) for name in (HOUSEHOLDS, PEOPLE)]
    size = next((value for value in rest if not math.isnan(value)), 0.0)
    return Portrait({}, is_secret=True) if 0 < round(size, 6) < fewest else whole
