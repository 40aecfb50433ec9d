"""Choices of the method that no text makes: numbers with where each was measured, in the YAML beside this file."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cache
from typing import TYPE_CHECKING, Any

from geoville.law.parameters import read_law, read_numbers

if TYPE_CHECKING:
    from datetime import date

_FILE = "method.yaml"


@dataclass(frozen=True, slots=True)
class MethodRules:
    """The numbers of the index method; the file says what each is and where it was measured.

    Parameters
    ----------
    subcells_per_side : squares along the side of a cell.
    kernel_sigma_m : standard deviation of the Gaussian kernel, metres.
    density_weight, index_cut : c of the index, and the index above which ground is in.
    own_density_share, dense_people_per_cell : what the density is compared to: so much of where the urban unit's people
        typically live, and the rest of dense ground anywhere.
    smallest_widened_population, widening_reach_m : which clusters are widened, and how far, metres.
    filled_hole_m2 : largest hole that is filled.
    spread_level, spread_slope, spread_curve : log spread of an IRIS against the logarithm of its relative median.
    spread_lowest_median, spread_highest_median : relative medians beyond which it changes no more.
    lowest_share, meeting_rounds : how the share of an IRIS is met.
    old_incomes_year, old_incomes_weight : incomes of IRIS up to that year are met in part only.
    lowest_slope, highest_slope : between which A of the probit is kept.
    weight_centre, weight_width, weight_floor : how IRIS count in the fit of the bridge.
    fewest_iris_for_residuals, probit_error : standard error of the probit of a place, where its IRIS do not tell it.
    """

    subcells_per_side: int
    kernel_sigma_m: float
    density_weight: float
    own_density_share: float
    dense_people_per_cell: float
    index_cut: float
    smallest_widened_population: float
    widening_reach_m: float
    filled_hole_m2: float
    spread_level: float
    spread_slope: float
    spread_curve: float
    spread_lowest_median: float
    spread_highest_median: float
    lowest_share: float
    meeting_rounds: int
    old_incomes_year: int
    old_incomes_weight: float
    lowest_slope: float
    highest_slope: float
    weight_centre: float
    weight_width: float
    weight_floor: float
    fewest_iris_for_residuals: int
    probit_error: float


@cache
def method_rules() -> MethodRules:
    """Numbers of the index method, as shipped.

    >>> method_rules().kernel_sigma_m
    70
    """
    return read_numbers(MethodRules, _FILE, "carroyage")


def index_rules(density_weight: float | None = None) -> MethodRules:
    """Numbers of the method, with another weight of the density where one is given."""
    rules = method_rules()
    return rules if density_weight is None else replace(rules, density_weight=density_weight)


def method_date() -> str:
    """Day of the latest choice, ISO: results say which method made them."""
    return max(choice.decided for choice in method_choices()).isoformat()


@dataclass(frozen=True, slots=True)
class MethodChoice:
    """One choice of geoville, never cited as law.

    Parameters
    ----------
    decided : day of the choice.
    reference : French sentence, where it was measured or why; it says that it is a choice.
    """

    id: str
    label: str
    unit: str
    value: float
    decided: date
    reference: str


def method_choice(key: str) -> MethodChoice:
    """One choice by identifier.

    >>> method_choice("poor_cell_share").value
    0.5
    """
    return MethodChoice(key, **_entries()[key])


def method_choices() -> tuple[MethodChoice, ...]:
    """Every choice, in the order of the file."""
    return tuple(method_choice(key) for key in _entries())


def _entries() -> dict[str, Any]:
    entries: dict[str, Any] = read_law(_FILE, "carroyage")
    return entries
