"""Reference incomes and IRIS as the user of a door gives them."""

from __future__ import annotations

from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path
from typing import TYPE_CHECKING, TypedDict

from geoville.errors import InvalidInputError
from geoville.law import IncomeReference

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date
    from os import PathLike


class IncomeChoices(TypedDict, total=False):
    """Where the threshold and the incomes of cells come from, beside the territory; named as on the command line.

    Parameters
    ----------
    rmuc_nat, rmuc_uu : median declared income per UC, euros per year, of the country and of the urban unit.
    uu_population : people of the urban unit. These three go together, and replace the territory's.
    uu_small_since : day when the unit became too small: it is kept during the delay that the law gives.
    iris : polygons of IRIS whose declared medians the cells follow.
    iris_incomes : table of these medians, where the polygons do not carry them.
    iris_national : national declared median of the same year, euros per UC, where geoville does not know it.
    iris_weight : in [0, 1], how far cells are moved towards the published medians.
    """

    rmuc_nat: float | None
    rmuc_uu: float | None
    uu_population: int | None
    uu_small_since: date | None
    iris: str | PathLike[str] | None
    iris_incomes: str | PathLike[str] | None
    iris_national: float | None
    iris_weight: float | None


def refuse_unknown(given: Iterable[str], known: type) -> None:
    """Refuse names that a typed dictionary of choices does not have: Python lets `**choices` swallow anything.

    Raises
    ------
    TypeError
        As for any argument that a function does not have; it suggests the name that was likely meant.

    >>> refuse_unknown(["rmuc_natt"], IncomeChoices)
    Traceback (most recent call last):
    TypeError: unexpected keyword argument 'rmuc_natt' (did you mean 'rmuc_nat'?)
    """
    names = list(known.__annotations__)
    for name in given:
        if name not in names:
            near = get_close_matches(name, names, 1)
            meant = f" (did you mean '{near[0]}'?)" if near else f" (known: {', '.join(names)})"
            raise TypeError(f"unexpected keyword argument '{name}'{meant}")


@dataclass(frozen=True, slots=True)
class IncomeNaming:
    """How a door names what it is given, and what a result says of where that came from.

    Parameters
    ----------
    figures : the three figures of the urban unit.
    iris : the polygons of IRIS.
    source : who gave the figures.
    """

    figures: str
    iris: str
    source: str


COMMAND_LINE = IncomeNaming("--rmuc-nat, --rmuc-uu et --uu-population", "--iris", "donnés en ligne de commande")
ARGUMENTS = IncomeNaming("rmuc_nat, rmuc_uu et uu_population", "iris", "donnés à la fonction appelée")


@dataclass(frozen=True, slots=True)
class IrisInput:
    """IRIS given by the user.

    Parameters
    ----------
    polygons : file of IRIS.
    incomes : table of their medians, where the polygons do not carry them.
    national_median_eur : national declared median of the same year, where the law's files do not know it.
    weight : in [0, 1], how far cells are moved towards the published medians; `iris_weight` of the years if not given.
    national_source : who says the national median.
    year : of the incomes wanted, where there are several; the latest one if not given.
    """

    polygons: Path
    incomes: Path | None = None
    national_median_eur: float | None = None
    weight: float | None = None
    national_source: str = "donné en ligne de commande"
    year: int | None = None


def income_reference(
    rmuc_nat: float | None,
    rmuc_uu: float | None,
    uu_population: int | None,
    *,
    year: int | None = None,
    small_since: date | None = None,
    naming: IncomeNaming,
) -> IncomeReference | None:
    """Figures of the one urban unit, unverified: all three, or none.

    Raises
    ------
    InvalidInputError
        Only some of them are given.
    """
    if (rmuc_nat, rmuc_uu, uu_population, year, small_since) == (None,) * 5:
        return None
    if rmuc_nat is None or rmuc_uu is None or uu_population is None:
        raise InvalidInputError("Revenus de référence incomplets", advice=f"donner ensemble {naming.figures}")
    return IncomeReference(
        rmuc_nat,
        rmuc_uu,
        uu_population,
        year=year,
        verified=False,
        source=naming.source,
        too_small_since=small_since,
    )


def iris_input(
    polygons: str | PathLike[str] | None,
    incomes: str | PathLike[str] | None,
    national: float | None = None,
    weight: float | None = None,
    *,
    naming: IncomeNaming,
) -> IrisInput | None:
    """IRIS whose declared medians the cells follow, or none.

    Raises
    ------
    InvalidInputError
        Something is said of IRIS that are not given.
    """
    if polygons is None:
        if (incomes, national, weight) != (None, None, None):
            raise InvalidInputError("Revenus ou poids donnés sans les IRIS", advice=f"donner aussi {naming.iris}")
        return None
    return IrisInput(Path(polygons), None if incomes is None else Path(incomes), national, weight)
