"""The cells of a map: themes, classes, colours, figures, popups."""

from __future__ import annotations

import json
import math
from bisect import bisect_left, bisect_right
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np

from geoville.carroyage.cell_id import format_cell_ids
from geoville.carroyage.grid import cell_squares, union_of_cells
from geoville.crs import WGS84
from geoville.french import UNIT_SPACE, UNKNOWN, euros, number, people, percent, quantity

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from numpy.typing import NDArray
    from shapely.geometry.base import BaseGeometry

    from geoville.carroyage.grid import Grid


@dataclass(frozen=True, slots=True)
class Popup:
    """Plain texts: whatever draws them escapes them.

    Parameters
    ----------
    rows : pairs of label and value, already written in French.
    note : sentence under the rows, empty where there is none.
    """

    title: str
    rows: tuple[tuple[str, str], ...] = ()
    note: str = ""


# --- What is known of the cells beside what the grid publishes: values that a map is given, never computes


@dataclass(frozen=True, eq=False, slots=True)
class IrisFigures:
    """IRIS of cells and their published income.

    Parameters
    ----------
    code_of : (n,) code of the IRIS of each cell's centre, empty where unknown.
    names : of IRIS, by code.
    median_eur : median declared income per UC, euros of `year`, by code; those that publish none are left out.
    source : citation.
    """

    code_of: NDArray[np.str_]
    names: Mapping[str, str]
    median_eur: Mapping[str, float]
    year: int
    source: str


@dataclass(frozen=True, eq=False, slots=True)
class IndexFigures:
    """The index of the ground of cells, by which candidates are chosen.

    Parameters
    ----------
    index, probability : (n,) I, and the estimated probability to be in an official quarter; NaN where unknown.
    cut : index above which ground is in.
    gap : by how much the probability was wrong on average in a town left out of its fit.
    """

    index: NDArray[np.float64]
    probability: NDArray[np.float64]
    cut: float
    gap: float


@dataclass(frozen=True, eq=False, slots=True)
class CellFigures:
    """Estimates of cells, in the order of the grid that is drawn.

    Parameters
    ----------
    median_eur : (n,) estimated median declared income per UC; NaN where unknown.
    share_below : (n,) estimated share of people below the threshold, in [0, 1]; NaN where unknown.
    threshold_eur : of the decree; NaN where the cells have several.
    thresholds_eur : (n,) threshold of each cell, where they have several; NaN where a cell has none.
    euros_year : year of the euros of the estimates and of the threshold; None where it is not known.
    index : None where candidates are not chosen by it.
    retained_share : share of its people below the threshold from which a cell is retained, in [0, 1].
    unverified : what the estimates rest on without its text having been read, a French enumeration or nothing.
    sensitivity : (n,) share of the scenarios that keep the cell, in [0, 1]; None where not computed.
    scenarios : how many were tried.
    iris : None where the IRIS of the cells are not known.
    """

    median_eur: NDArray[np.float64]
    share_below: NDArray[np.float64]
    threshold_eur: float
    retained_share: float
    unverified: str
    sensitivity: NDArray[np.float64] | None = None
    scenarios: int = 0
    iris: IrisFigures | None = None
    thresholds_eur: NDArray[np.float64] | None = None
    euros_year: int | None = None
    index: IndexFigures | None = None


# --- Cells as data: where they are, what is written of each, and the themes by which they can be coloured

NO_CLASS = -1
"""Class of a cell whose value is not known."""


@dataclass(frozen=True, eq=False, slots=True)
class CellColumn:
    """One figure of every cell, as its popup writes it.

    Parameters
    ----------
    texts : one per cell, in French, with its unit.
    """

    label: str
    texts: tuple[str, ...]


@dataclass(frozen=True, eq=False, slots=True)
class CellTheme:
    """One way of colouring the cells; a map shows one theme at a time.

    Parameters
    ----------
    key : "median", "share_below", "index", "probability", "sensitivity", "iris", "mean", "poor_share", "people" or
        "imputed".
    class_of : (n,) int16, class of each cell; `NO_CLASS` where its value is not known.
    estimated : whether the values are computed by geoville, and not published by INSEE.
    note : French sentence under the legend; empty where there is nothing to add.
    people : of each class, in words; empty where they are not counted.
    """

    key: str
    name: str
    legend_title: str
    classes: Classes
    class_of: NDArray[np.int16]
    estimated: bool
    note: str = ""
    people: tuple[str, ...] = ()

    @property
    def has_unknown(self) -> bool:
        """Whether some cell has no class."""
        return bool((self.class_of == NO_CLASS).any())


@dataclass(frozen=True, eq=False, slots=True)
class CellLayer:
    """The grid as drawn.

    Parameters
    ----------
    title : of every cell's popup.
    squares : (n, 4, 2) lon and lat in degrees of the four corners, counterclockwise from the south-west.
    imputed : (n,) cells that INSEE imputed: hatched, whatever the theme.
    columns : rows of the popups.
    themes : the first one is shown when the map opens.
    """

    title: str
    squares: NDArray[np.float64]
    imputed: NDArray[np.bool_]
    columns: tuple[CellColumn, ...]
    themes: tuple[CellTheme, ...]

    def __len__(self) -> int:
        return len(self.squares)

    def popup(self, row: int) -> Popup:
        """Popup of one cell."""
        return Popup(self.title, tuple((column.label, column.texts[row]) for column in self.columns))

    def theme(self, key: str) -> CellTheme:
        """Theme of that key; KeyError where the layer has none."""
        found = {theme.key: theme for theme in self.themes}
        return found[key]


# --- Classes of a figure of cells: breaks that mapclassify would find, round, with French labels and a palette

MAX_CLASSES = 8
THRESHOLD_BREAKS = (0.6, 0.8, 1.0, 1.25, 1.6)
"""Limits between classes of income, as shares of the decree's threshold."""
THRESHOLD_COLOURS = ("#7b1e3b", "#bf4a52", "#eba07f", "#e4e9ec", "#eef2f4", "#f6f8f9")
_THRESHOLD_METHOD = (
    f"Bornes : 60, 80, 100, 125 et 160{UNIT_SPACE}% du seuil ; un revenu égal à une borne est au-dessus."
)
_OPEN_PERCENTILES = (5, 95)
_PRETTY_METHOD = "Bornes rondes d'égale amplitude (mapclassify, PrettyBreaks), du 5e au 95e centile."
_ROUND_TO_PEOPLE = 10


@dataclass(frozen=True, slots=True)
class Classes:
    """Classes of one figure, from the lowest values to the highest.

    Parameters
    ----------
    breaks : limits between classes, increasing; a value equal to a break is above it.
    colours, labels : one more than there are breaks.
    method : French sentence saying how the classes were made.
    palette : name of the palette.
    mark : what the legend writes between two classes, in French: the threshold; empty where there is none.
    mark_rank : rank of the first class above it.
    """

    breaks: tuple[float, ...]
    colours: tuple[str, ...]
    labels: tuple[str, ...]
    method: str
    palette: str
    mark: str = ""
    mark_rank: int = -1

    def index_of(self, values: NDArray[np.float64]) -> NDArray[np.int16]:
        """(n,) class of each value; `NO_CLASS` where the value is NaN."""
        found = np.searchsorted(self.breaks, values, side="right")
        return np.where(np.isnan(values), NO_CLASS, found).astype(np.int16)


@dataclass(frozen=True, slots=True)
class Writing:
    """How values are written and coloured.

    Parameters
    ----------
    write : a value in French, with its unit.
    darkest_first : whether the lowest values are the darkest.
    """

    write: Callable[[float], str]
    palette: Palette
    darkest_first: bool = False


def pretty_classes(values: NDArray[np.float64], writing: Writing) -> Classes:
    """Round breaks of equal width (mapclassify `PrettyBreaks`) between the 5th and the 95th percentile of the cells.

    Parameters
    ----------
    values : (n,); NaN is left out.
    """
    known = values[np.isfinite(values)]
    low, high = np.percentile(known, _OPEN_PERCENTILES) if len(known) else (0.0, 0.0)
    if low == high:
        return _single_class(writing)
    tried = [_pretty_bins(float(low), float(high), count) for count in range(MAX_CLASSES, 1, -1)]
    inner = [tuple(float(limit) for limit in bins if low < limit < high) for bins in tried]
    breaks = next((found for found in inner if 0 < len(found) < MAX_CLASSES), ())
    if not breaks:
        return _single_class(writing)
    return _classes(breaks, writing, _PRETTY_METHOD)


def _pretty_bins(low: float, high: float, count: int) -> NDArray[np.float64]:
    """Ends of about so many classes of equal and round width, as mapclassify's `PrettyBreaks` has them.

    That package is not asked: to import it takes four seconds of processor, most of it to compile what nobody calls.
    """
    spread = _round_number(high - low, lambda digits: bisect_left((1.0, 2.0, 5.0), digits))
    width = _round_number(spread / (count - 1), lambda digits: bisect_right((1.5, 3.0, 7.0), digits))
    first, last = math.floor(low / width) * width, math.ceil(high / width) * width
    return np.arange(first, last + 0.5 * width, width)[1:]


def _round_number(size: float, chosen: Callable[[float], int]) -> float:
    """1, 2, 5 or 10 times the power of ten below a size, whichever its first digits choose."""
    power = 10.0 ** math.floor(math.log10(size))
    return (1.0, 2.0, 5.0, 10.0)[chosen(size / power)] * power


def quantile_classes(values: NDArray[np.float64], writing: Writing) -> Classes:
    """Classes of about as many cells each (mapclassify `Quantiles`), breaks rounded to tens."""
    known = values[np.isfinite(values)]
    if len(np.unique(known)) < 2:  # noqa: PLR2004 - one value has no break
        return _single_class(writing)
    shares = np.linspace(0, 100, MAX_CLASSES)[1:]
    bins = np.unique(np.percentile(known, shares))[:-1]
    if not len(bins):
        return _single_class(writing)
    breaks = tuple(np.unique(np.maximum(np.round(bins / _ROUND_TO_PEOPLE), 1) * _ROUND_TO_PEOPLE).tolist())
    return _classes(breaks, writing, "Autant de carreaux par classe (mapclassify, Quantiles), bornes à la dizaine.")


def chosen_classes(
    breaks: Sequence[float], writing: Writing, method: str, *, lowest: str = "", highest: str = ""
) -> Classes:
    """Classes whose breaks are given (mapclassify `UserDefined`), with the sentence that says why these.

    Parameters
    ----------
    lowest, highest : labels of the first and the last class, where they have a name of their own.
    """
    classes = _classes(tuple(breaks), writing, method)
    first, *between, last = classes.labels
    return replace(classes, labels=(lowest or first, *between, highest or last))


def threshold_classes(threshold_eur: float) -> Classes:
    """Classes of an income as a share of the decree's threshold, which is one of the breaks.

    Parameters
    ----------
    threshold_eur : NaN where cells have several: labels are then shares of each cell's own.

    Notes
    -----
    What is under the threshold has three colours that grow darker as incomes fall; what is not fades into the paper.
    """
    is_one = math.isfinite(threshold_eur)
    scale, write = (threshold_eur, euros) if is_one else (1.0, _share_of_threshold)
    limits = [share * scale for share in THRESHOLD_BREAKS]
    between = (f"{number(low) if is_one else write(low)} à {write(high)}" for low, high in pairwise(limits))
    labels = (f"Moins de {write(limits[0])}", *between, f"{write(limits[-1])} et plus")
    return Classes(
        THRESHOLD_BREAKS,
        THRESHOLD_COLOURS,
        labels,
        _THRESHOLD_METHOD,
        "rouges sous le seuil, gris clairs au-dessus",
        mark=f"Seuil du décret{UNIT_SPACE}: {euros(threshold_eur)}"
        if is_one
        else "Seuil du décret (un par unité urbaine)",
        mark_rank=THRESHOLD_BREAKS.index(1.0) + 1,
    )


def _share_of_threshold(share: float) -> str:
    return f"{share:.0%}".replace("%", f"{UNIT_SPACE}%")


def named_classes(names: tuple[str, ...], palette: Palette, method: str) -> Classes:
    """Return one class per name, for values 0, 1, 2 and so on."""
    breaks = tuple(float(rank) for rank in range(1, len(names)))
    return Classes(breaks, palette.pick(len(names)), names, method, palette.name)


def _classes(breaks: tuple[float, ...], writing: Writing, method: str) -> Classes:
    colours = writing.palette.pick(len(breaks) + 1, darkest_first=writing.darkest_first)
    return Classes(breaks, colours, _labels(breaks, writing.write), method, writing.palette.name)


def _single_class(writing: Writing) -> Classes:
    method = "Une seule classe : les valeurs de ce territoire ne se distinguent pas."
    return Classes((), writing.palette.pick(1), ("Toutes valeurs",), method, writing.palette.name)


def _labels(breaks: tuple[float, ...], write: Callable[[float], str]) -> tuple[str, ...]:
    between = [f"{write(low)} à moins de {write(high)}" for low, high in pairwise(breaks)]
    return (f"Moins de {write(breaks[0])}", *between, f"{write(breaks[-1])} et plus")


# --- Colours of classes: palettes, of ColorBrewer 2.0 but for incomes, that survive colour blindness and grey


@dataclass(frozen=True, slots=True)
class Palette:
    """Colours from the lightest to the darkest."""

    name: str
    colours: tuple[str, ...]

    def pick(self, count: int, *, darkest_first: bool = False) -> tuple[str, ...]:
        """Choose colours spread over the palette, at most as many as it has.

        >>> GARNET.pick(2)
        ('#f4efec', '#7b1e3b')
        """
        last = len(self.colours) - 1
        steps = [round(step * last / (count - 1)) for step in range(count)] if count > 1 else [last // 2]
        chosen = tuple(self.colours[step] for step in steps)
        return chosen[::-1] if darkest_first else chosen


GARNET = Palette(
    "grenat, du papier au plus foncé de celles du seuil",
    ("#f4efec", "#efe0d8", "#ebcbbb", "#e3ac95", "#d58877", "#c0605d", "#a03d4c", "#7b1e3b"),
)
ORRD = Palette(
    "OrRd (ColorBrewer)",
    ("#fee8c8", "#fdd49e", "#fdbb84", "#fc8d59", "#ef6548", "#d7301f", "#b30000", "#7f0000"),
)
BUPU = Palette(
    "BuPu (ColorBrewer)",
    ("#e0ecf4", "#bfd3e6", "#9ebcda", "#8c96c6", "#8c6bb1", "#88419d", "#810f7c", "#4d004b"),
)
YLGNBU = Palette(
    "YlGnBu (ColorBrewer)",
    ("#edf8b1", "#c7e9b4", "#7fcdbb", "#41b6c4", "#1d91c0", "#225ea8", "#253494", "#081d58"),
)
GREYS = Palette("Greys (ColorBrewer)", ("#d9d9d9", "#737373"))


# --- The themes by which cells are coloured: what each counts, how it is classed, what its legend says

_INCOME = Writing(euros, GARNET, darkest_first=True)
_SHARE = Writing(percent, ORRD)
_POVERTY = Writing(percent, BUPU)
_SCENARIOS = Writing(percent, BUPU)
_INDEX = Writing(lambda value: number(value, 1), ORRD)
_PROBABILITY = Writing(percent, BUPU)
_PEOPLE = Writing(people, YLGNBU)
_TENTHS = (0.1, 0.2, 0.3, 0.4, 0.5, 0.6)
_INDEX_BREAKS = (0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8)
_ODDS = (0.05, 0.25, 0.5, 0.75, 0.95)
_QUARTERS = (0.001, 0.25, 0.5, 0.75, 1.0)

_ESTIMATED = frozenset({"median", "share_below", "index", "probability", "sensitivity"})

PER_UC = "par unité de consommation et par an"
ESTIMATED_NOTE = "Valeurs estimées par geoville, sans valeur réglementaire."


def published_poor_share(grid: Grid) -> NDArray[np.float64]:
    """(n,) poverty share as a map may show it: NaN in imputed cells, which too few households live in."""
    return np.where(grid.imputed, np.nan, grid.poor_share)


def cell_themes(grid: Grid, figures: CellFigures | None) -> tuple[CellTheme, ...]:
    """Themes of a grid, those without any value left out.

    Parameters
    ----------
    figures : estimates; None leaves what INSEE publishes.
    """
    estimated = _estimated(grid, figures) if figures else ()
    themes = (*estimated, *_published(grid))
    return tuple(theme for theme in themes if (theme.class_of >= 0).any())


def _estimated(grid: Grid, figures: CellFigures) -> Iterator[CellTheme]:
    note = f"{ESTIMATED_NOTE} À vérifier : {figures.unverified}." if figures.unverified else ESTIMATED_NOTE
    yield _median(grid, figures, note)
    kept = percent(figures.retained_share)
    yield _theme(
        "share_below",
        "Part sous le seuil",
        "Part estimée des habitants sous le seuil de revenu du décret",
        figures.share_below,
        chosen_classes(_TENTHS, _SHARE, "Bornes choisies, de dix en dix (mapclassify, UserDefined)."),
        f"Un carreau est retenu quand plus de {kept} de ses habitants sont sous le seuil. {note}",
    )
    if figures.index is not None:
        yield from _index(figures.index, note)
    if figures.sensitivity is not None:
        yield _theme(
            "sensitivity",
            "Sensibilité aux choix",
            f"Part des {figures.scenarios} scénarios qui retiennent le carreau",
            figures.sensitivity,
            chosen_classes(
                _QUARTERS, _SCENARIOS, "Bornes choisies (mapclassify, UserDefined).", lowest="Aucun", highest="Tous"
            ),
            f"Scénarios : seuil, contiguïté, vide franchi et millésime. {note}",
        )
    if figures.iris is not None:
        yield _iris(figures.iris)


def _index(figures: IndexFigures, note: str) -> Iterator[CellTheme]:
    """Themes of the index and of the probability that follows from it."""
    yield _theme(
        "index",
        "Indice I",
        "Indice I : part des habitants sous le seuil autour du lieu, corrigée de la densité",
        figures.index,
        chosen_classes(_INDEX_BREAKS, _INDEX, "Bornes choisies, de dixième en dixième (mapclassify, UserDefined)."),
        f"Moyenne des carrés de 50{UNIT_SPACE}m du carreau ; le sol entre au-dessus de {number(figures.cut, 1)}. "
        f"{note}",
    )
    yield _theme(
        "probability",
        "Probabilité d'être en QPV",
        "Probabilité estimée d'être en quartier prioritaire, d'après l'indice I, calée sur les contours de 2015",
        figures.probability,
        chosen_classes(_ODDS, _PROBABILITY, "Bornes choisies (mapclassify, UserDefined)."),
        "Calée sur les contours de 2015 de Marseille, de Bondy, de Calais et de quatre autres villes ; dans un lieu "
        f"laissé de côté, elle s'écarte de la part observée de {number(100 * figures.gap, 1)} points en moyenne, bien "
        f"plus par endroits. {note}",
    )


def _median(grid: Grid, figures: CellFigures, note: str) -> CellTheme:
    """Theme of the estimated median, around the threshold where there is one."""
    year = f"euros de {figures.euros_year}" if figures.euros_year else "en euros par an"
    title = f"Revenu déclaré médian par unité de consommation, {year}, estimation"
    thresholds = figures.thresholds_eur if np.isnan(figures.threshold_eur) else figures.threshold_eur
    if thresholds is None:
        classes = pretty_classes(figures.median_eur, _INCOME)
        return _theme("median", "Revenu médian", title, figures.median_eur, classes, note)
    shares = figures.median_eur / thresholds
    theme = _theme("median", "Revenu médian", title, shares, threshold_classes(figures.threshold_eur), note)
    counts = (grid.people[theme.class_of == rank].sum() for rank in range(len(theme.classes.colours)))
    return replace(theme, people=tuple(people(count) for count in counts))


def _iris(iris: IrisFigures) -> CellTheme:
    median_eur = np.array([iris.median_eur.get(code, np.nan) for code in iris.code_of.tolist()])
    return _theme(
        "iris",
        f"Revenu médian de l'IRIS ({iris.year})",
        f"Revenu déclaré médian de l'IRIS en {iris.year}, {PER_UC}",
        median_eur,
        pretty_classes(median_eur, _INCOME),
        f"Chaque carreau prend la couleur de l'IRIS de son centre. Source : {iris.source}.",
    )


def mean_theme(grid: Grid) -> CellTheme:
    """Theme of the mean that INSEE publishes, which every grid has."""
    title = f"Niveau de vie moyen en {grid.vintage}, {PER_UC}"
    return _theme("mean", "Niveau de vie moyen", title, grid.mean_eur, pretty_classes(grid.mean_eur, _INCOME))


def _published(grid: Grid) -> Iterator[CellTheme]:
    poor_share = published_poor_share(grid)
    yield mean_theme(grid)
    yield _theme(
        "poor_share",
        "Ménages pauvres",
        f"Part des ménages sous 60{UNIT_SPACE}% du niveau de vie médian national en {grid.vintage}",
        poor_share,
        pretty_classes(poor_share, _POVERTY),
        "Non publiée, ou imputée, dans les carreaux de moins de 11 ménages.",
    )
    inhabited = np.where(grid.people > 0, grid.people, np.nan)
    yield _theme(
        "people",
        "Population",
        f"Habitants par carreau en {grid.vintage}",
        inhabited,
        quantile_classes(inhabited, _PEOPLE),
    )
    yield _theme(
        "imputed",
        "Valeurs imputées",
        f"Origine des revenus de {grid.vintage}",
        grid.imputed.astype(float),
        named_classes(("Observés", "Imputés par l'Insee"), GREYS, "L'Insee impute sous 11 ménages par carreau."),
    )


def _theme(
    key: str, name: str, legend_title: str, values: NDArray[np.float64], classes: Classes, note: str = ""
) -> CellTheme:
    return CellTheme(key, name, legend_title, classes, classes.index_of(values), key in _ESTIMATED, note)


# --- The grid as drawn: squares coloured by theme, what is written of each, and the inhabited area behind them

DEGREE_DECIMALS = 6
"""Decimals kept in drawn coordinates: about 0.1 m."""

OBSERVED = "publiées par l'Insee"
IMPUTED = "imputées par l'Insee (moins de 11 ménages)"


def cell_layer(grid: Grid, figures: CellFigures | None = None) -> CellLayer:
    """Cells with every theme that is known.

    Popups hold what INSEE publishes, nothing finer, and estimates that say they are: the poverty share of an imputed
    cell is left out.
    """
    return CellLayer(
        title=f"Carreau de 200{UNIT_SPACE}m, Filosofi {grid.vintage}",
        squares=_corners(grid_squares(grid)),
        imputed=grid.imputed,
        columns=tuple(_columns(grid, figures)),
        themes=cell_themes(grid, figures),
    )


def inhabited_area(grid: Grid) -> dict[str, Any]:
    """Union of all cells, as a GeoJSON geometry in WGS84: the backdrop of a map without tiles."""
    return geojson(union_of_cells(grid_squares(grid)))


def grid_squares(grid: Grid) -> NDArray[Any]:
    """(n,) squares of the cells, transformed vertex by vertex into WGS84."""
    return cell_squares(grid.easting, grid.northing, grid.epsg, WGS84)


def geojson(geometry: BaseGeometry) -> dict[str, Any]:
    """GeoJSON of a geometry in WGS84, coordinates rounded: the same geometry always gives the same bytes."""
    import shapely

    rounded = shapely.transform(shapely.force_2d(geometry), lambda vertices: vertices.round(DEGREE_DECIMALS))
    parsed: dict[str, Any] = json.loads(shapely.to_geojson(rounded))
    return parsed


def _corners(squares: NDArray[Any]) -> NDArray[np.float64]:
    import shapely

    rings = np.asarray(shapely.get_coordinates(squares)).reshape(len(squares), 5, 2)
    return rings[:, :4].round(DEGREE_DECIMALS)


def _columns(grid: Grid, figures: CellFigures | None) -> Iterator[CellColumn]:
    yield CellColumn("Population", _written(grid.people, people))
    yield CellColumn("Niveau de vie moyen", _written(grid.mean_eur, _euros_a_year))
    yield CellColumn("Ménages pauvres", _written(published_poor_share(grid), percent))
    if figures is not None:
        yield CellColumn("Revenu médian (estimation)", _written(figures.median_eur, _euros_a_year))
        yield CellColumn("Part sous le seuil (estimation)", _written(figures.share_below, percent))
        if figures.index is not None:
            yield from _index_columns(figures.index)
        yield from _further_columns(figures)
    yield CellColumn("Valeurs", tuple(IMPUTED if imputed else OBSERVED for imputed in grid.imputed.tolist()))
    yield CellColumn("Identifiant", tuple(format_cell_ids(grid.epsg, grid.northing, grid.easting)))


def _index_columns(figures: IndexFigures) -> Iterator[CellColumn]:
    """The index of each cell beside what it is compared to, and the probability beside how far it may be off."""
    cut = number(figures.cut, 1)
    yield CellColumn(
        f"Indice I (le sol entre au-dessus de {cut})", _written(figures.index, lambda value: number(value, 2))
    )
    gap = number(100 * figures.gap, 1)
    label = f"Probabilité d'être en QPV (estimée, calée sur 2015, à {gap} points près en moyenne)"
    yield CellColumn(label, _written(figures.probability, lambda value: quantity(100 * value, "%")))


def _further_columns(figures: CellFigures) -> Iterator[CellColumn]:
    if figures.sensitivity is not None:
        yield CellColumn("Scénarios qui le retiennent", _written(figures.sensitivity, percent))
    if figures.iris is not None:
        codes = figures.iris.code_of.tolist()
        yield CellColumn("IRIS", tuple(figures.iris.names.get(code, code) or UNKNOWN for code in codes))


def _written(values: NDArray[np.float64], write: Any) -> tuple[str, ...]:
    return tuple(write(value) for value in values.tolist())


def _euros_a_year(value: float) -> str:
    amount = euros(value)
    return amount if amount == UNKNOWN else f"{amount} par an"
