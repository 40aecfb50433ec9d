"""Quarters, what they are tested for, and the choices of a search: what both methods read and give."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from geoville.carroyage.grid import CELL_SIZE_M
from geoville.carroyage.method import MethodRules, method_rules
from geoville.errors import InvalidInputError
from geoville.model import Contiguity
from geoville.perimeters.scenarios import SearchMethod

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray
    from shapely.geometry.base import BaseGeometry

    from geoville.carroyage.cell_parts import CellParts
    from geoville.carroyage.grid import Grid
    from geoville.carroyage.income import CellIncome
    from geoville.carroyage.uncertainty import Interval
    from geoville.law import Threshold
    from geoville.perimeters.scenarios import Supposition


# --- What a search is asked


@dataclass(frozen=True, slots=True)
class LegalTests:
    """What cells and quarters are tested for, beside the income threshold.

    Parameters
    ----------
    poor_share : a cell is selected when its share of people below the threshold exceeds this: a choice of the method.
    minimum_population : people that a quarter must hold, by law.
    minimum_density_per_km2 : people per km² of its cells, by law in Martinique and La Réunion; 0 elsewhere.
    """

    poor_share: float
    minimum_population: float
    minimum_density_per_km2: float = 0.0

    def supposing(self, supposed: Supposition) -> LegalTests:
        """The same, with the figures that are supposed."""
        fewest = supposed.minimum_population
        return self if fewest is None else replace(self, minimum_population=fewest)


_DOUBT, _GAP_M, _HOLE_CELLS = 0.1, 200.0, 2


@dataclass(frozen=True, slots=True)
class CandidateOptions:
    """Choices that the law leaves open; the defaults are those of the method note.

    Parameters
    ----------
    doubt : a cell that touches a selected one is added when its median is less than this many standard errors above the
        threshold; 0 adds none. The best F1 is had by taking what is likelier in than half that F1 (Lipton, Elkan and
        Naryanaswamy 2014); from one vintage of Calais to another F1 is 0.92, so a chance of 0.46: a tenth of an error.
    contiguity : when two cells touch.
    gap_m : widest unpopulated gap bridged between two clusters, metres.
    hole_cells : a hole is filled when it holds at most this many populated cells.
    method : by the index of the ground, which reads `index` and `contiguity`, or by cells, which reads the others.
    index : numbers of the index method.
    """

    doubt: float = _DOUBT
    contiguity: Contiguity = Contiguity.QUEEN
    gap_m: float = _GAP_M
    hole_cells: int = _HOLE_CELLS
    method: SearchMethod = SearchMethod.INDEX
    index: MethodRules = field(default_factory=method_rules)

    def __post_init__(self) -> None:
        """Refuse what a method would not read.

        Raises
        ------
        InvalidInputError
            A choice of the method of cells is given for the index.
        """
        of_cells = (self.doubt, self.gap_m, self.hole_cells) != (_DOUBT, _GAP_M, _HOLE_CELLS)
        if of_cells and self.method is SearchMethod.INDEX:
            raise InvalidInputError(
                "Le vide à franchir, les trous et le doute ne comptent que dans la méthode des carreaux",
                advice="ne pas les donner, ou choisir la méthode « cells »",
            )


# --- Quarters found, with the tests of the decree


CELLS_IN_A_KM2 = (1000 // CELL_SIZE_M) ** 2


@dataclass(frozen=True, eq=False, slots=True)
class CellZones:
    """Where each cell of a grid lies.

    Parameters
    ----------
    commune, iris : (n,) INSEE codes as text, empty where unknown.
    unit : (n,) code of the urban unit, empty outside urban units.
    """

    commune: NDArray[np.str_]
    iris: NDArray[np.str_]
    unit: NDArray[np.str_]

    def take(self, chosen: NDArray[np.intp]) -> CellZones:
        """Return the zones of some of the cells, in the order given."""
        return CellZones(self.commune[chosen], self.iris[chosen], self.unit[chosen])


POPULATION_TEST, DENSITY_TEST, MEDIAN_TEST = "population", "densité", "revenu médian"
"""Names of the decree's tests of a quarter, in French: that of the median alone is passed below its limit."""

_M2_IN_A_KM2 = 1_000_000


@dataclass(frozen=True, slots=True)
class DecreeTest:
    """One test of the decree on a quarter: what was measured, against what."""

    name: str
    value: float
    limit: float
    passed: bool

    @property
    def margin(self) -> float:
        """By how much it is passed, in its unit; negative where it is not; NaN where nothing is known."""
        return self.limit - self.value if self.name == MEDIAN_TEST else self.value - self.limit


@dataclass(frozen=True, eq=False, slots=True)
class Quarter:
    """A cluster of cells with its figures.

    Parameters
    ----------
    easting, northing : (n,) lattice places, some unpopulated, by (northing, easting): south-west corners, grid's CRS.
    rows : (m,) indices of its populated cells in the grid.
    population, households : sums over its cells; households NaN where some cell does not publish them.
    share_below : share of its people below the threshold, in [0, 1], with its 90 % interval.
    median_eur : estimated median declared income per UC, in the euros of the reference medians, with its 90 % interval.
    share_imputed : share of its people who live in cells whose values INSEE imputed.
    communes, iris : INSEE codes by decreasing population.
    threshold : the income threshold of its urban unit.
    tests : population, density where the law asks for one, then median.
    held : (m,) share of each cell of `rows` inside the quarter; None where cells are held whole.
    squares : (2, n) row and column on the lattice of squares of the ground held; None where it is made of cells.
    outline : of that ground, in the CRS of the grid; None likewise, and where a test fails.
    """

    easting: NDArray[np.int64]
    northing: NDArray[np.int64]
    rows: NDArray[np.intp]
    population: float
    households: float
    share_below: Interval
    median_eur: Interval
    share_imputed: float
    communes: tuple[str, ...]
    iris: tuple[str, ...]
    threshold: Threshold
    tests: tuple[DecreeTest, ...]
    held: NDArray[np.float64] | None = None
    squares: NDArray[np.int64] | None = None
    outline: BaseGeometry | None = None

    @property
    def is_candidate(self) -> bool:
        """Whether every test is passed."""
        return all(test.passed for test in self.tests)


def place_tests(legal: LegalTests, population: float, density: float) -> tuple[DecreeTest, ...]:
    """Tests of the people of a quarter and, where the law asks for one, of their density per square kilometre."""
    fewest, least = legal.minimum_population, legal.minimum_density_per_km2
    tests = [DecreeTest(POPULATION_TEST, population, fewest, passed=population >= fewest)]
    if least:
        tests.append(DecreeTest(DENSITY_TEST, density, least, passed=density >= least))
    return tuple(tests)


def median_test(median_eur: float, threshold_eur: float) -> DecreeTest:
    """Test of the median income of a quarter, strictly below its threshold: décret n° 2014-767, art. 2, I, 3°."""
    return DecreeTest(MEDIAN_TEST, median_eur, threshold_eur, passed=median_eur < threshold_eur)


def quarter_tests(
    legal: LegalTests, population: float, area_m2: float, median_eur: float, threshold_eur: float
) -> tuple[DecreeTest, ...]:
    """Tests of any outline: its people, their density where the law asks for one, then their median."""
    density = population / area_m2 * _M2_IN_A_KM2
    return *place_tests(legal, population, density), median_test(median_eur, threshold_eur)


def by_population(codes: NDArray[np.str_], people: NDArray[np.float64]) -> tuple[str, ...]:
    """Codes by decreasing population, each once, without the empty ones."""
    totals: dict[str, float] = {}
    for code, count in zip(codes.tolist(), people.tolist(), strict=True):
        if code:
            totals[code] = totals.get(code, 0.0) + count
    return tuple(sorted(totals, key=lambda code: (-totals[code], code)))


# --- The search of one urban unit: what it needs of the grid, and what comes out


@dataclass(frozen=True, eq=False, slots=True)
class UnitCells:
    """All that the search of an urban unit needs: its cells, and those around, which may fill a gap or a hole.

    Parameters
    ----------
    rows : (n,) indices of the cells in the whole grid, increasing.
    grid, income, zones : of these cells.
    parts : of these cells, for the index method.
    """

    unit: str
    threshold: Threshold
    rows: NDArray[np.intp]
    grid: Grid
    income: CellIncome
    zones: CellZones
    parts: CellParts | None = None


@dataclass(frozen=True, eq=False, slots=True)
class UnitSearch:
    """What the search of an urban unit finds, over the rows of its `UnitCells`.

    Parameters
    ----------
    mine : (n,) cells of the unit itself.
    share_below, selected, added : (n,) as `CandidateSearch` has them.
    quarters : kept and rejected; their rows are those of the unit's own cells.
    """

    rows: NDArray[np.intp]
    mine: NDArray[np.bool_]
    share_below: NDArray[np.float64]
    selected: NDArray[np.bool_]
    added: NDArray[np.bool_]
    quarters: tuple[Quarter, ...]
