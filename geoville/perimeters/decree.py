"""The decree's conditions on any area, one by one: what is measured, against what, how surely, what would meet it."""

from __future__ import annotations

import math
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from geoville import french
from geoville.perimeters.figures import Coverage
from geoville.perimeters.quarters import DENSITY_TEST, MEDIAN_TEST, POPULATION_TEST, DecreeTest, quarter_tests

if TYPE_CHECKING:
    from geoville.perimeters.figures import AreaFigures
    from geoville.perimeters.quarters import LegalTests

UNIT_TEST = "unité urbaine"
_HECTARE_M = 100
_M2_IN_A_KM2 = 1_000_000
_HALF = 0.5


class DecreeOutcome(StrEnum):
    """What the conditions come to together."""

    MET = "met"
    NOT_MET = "not_met"
    UNCERTAIN = "uncertain"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class UnitSize:
    """The urban unit of an area, or the commune where the decree of overseas counts it.

    Parameters
    ----------
    code : empty where the area lies in none that has a threshold.
    people, minimum : as the decree counts them.
    passed : whether it may have quarters.
    """

    code: str
    people: float
    minimum: float
    passed: bool


@dataclass(frozen=True, slots=True)
class DecreeCondition:
    """One condition of the decree.

    Parameters
    ----------
    is_sure : whether the error of the estimate, and what the data cover, cannot turn the answer.
    needed : what would meet it, in French; empty where it is met.
    """

    test: DecreeTest
    is_sure: bool
    needed: str = ""


def conditions(
    figures: AreaFigures, area_m2: float, legal: LegalTests, unit: UnitSize, threshold_eur: float
) -> tuple[DecreeCondition, ...]:
    """Conditions on an area: its urban unit, its people, their density where the law asks for one, and their median.

    Parameters
    ----------
    threshold_eur : of its urban unit; NaN where it lies in none.

    Notes
    -----
    Décret n° 2014-767, art. 2, I: an urban unit of enough people (1°), enough people in the quarter (2°), a median
    strictly below the threshold (3°); décret n° 2014-1575 adds a density in Martinique and La Réunion. People whom data
    do not cover can only add: a minimum that is reached stays so.
    """
    of_unit = DecreeTest(UNIT_TEST, unit.people, unit.minimum, passed=unit.passed)
    tests = quarter_tests(legal, figures.population, area_m2, figures.median_eur.value, threshold_eur)
    return (
        DecreeCondition(of_unit, is_sure=bool(unit.code), needed=_unit_needed(unit)),
        *(DecreeCondition(test, _is_sure(test, figures), _needed(test, figures, area_m2)) for test in tests),
    )


def outcome_of(found: tuple[DecreeCondition, ...], figures: AreaFigures) -> DecreeOutcome:
    """What conditions come to together: not met from one that surely is not, met where all surely are."""
    if figures.coverage is Coverage.NONE:
        return DecreeOutcome.UNKNOWN
    if any(item.is_sure and not item.test.passed for item in found):
        return DecreeOutcome.NOT_MET
    return DecreeOutcome.MET if all(item.is_sure and item.test.passed for item in found) else DecreeOutcome.UNCERTAIN


def _is_sure(test: DecreeTest, figures: AreaFigures) -> bool:
    is_whole = figures.coverage is Coverage.WHOLE
    if test.name == MEDIAN_TEST:
        return is_whole and not figures.median_eur.low < test.limit <= figures.median_eur.high
    return is_whole or test.passed


def _unit_needed(unit: UnitSize) -> str:
    if unit.passed:
        return ""
    if not unit.code:
        return "personne n'y vit dans une unité urbaine examinée : la placer dans l'une d'elles"
    return (
        f"aucun tracé n'y suffit : l'unité urbaine compte {french.counted(unit.people, 'habitant')}, il en faut "
        f"{french.number(unit.minimum)}"
    )


def _needed(test: DecreeTest, figures: AreaFigures, area_m2: float) -> str:
    if test.passed:
        return ""
    if test.name == POPULATION_TEST:
        missing = french.counted(math.ceil(test.limit - test.value), "habitant")
        return f"il manque {missing} : agrandir le tracé, ou le réunir à un autre"
    if test.name == DENSITY_TEST:
        most_m2 = figures.population / test.limit * _M2_IN_A_KM2
        return (
            f"retirer au moins {french.quantity((area_m2 - most_m2) / _HECTARE_M**2, 'ha', 1)} où personne ne vit, "
            "à habitants égaux"
        )
    return _median_needed(test, figures)


def _median_needed(test: DecreeTest, figures: AreaFigures) -> str:
    """The median is under the threshold where more than half of the people are: what is missing, in people."""
    share = figures.share_below.value
    if math.isnan(share) or math.isnan(test.limit):
        return "aucun revenu n'y est connu"
    surplus = people_over(figures.population, share)
    return (
        f"{french.percent(share)} des habitants sont sous le seuil, il en faut plus de la moitié : retirer quelque "
        f"{french.counted(surplus, 'habitant')} au-dessus du seuil, ou en ajouter autant en dessous ; ou un seuil "
        f"au-dessus de {french.euros(test.value)} (× {french.number(test.value / test.limit, 3)})"
    )


def people_over(population: float, share_below: float) -> int:
    """People above the threshold to take away, or below it to add, so that more than half are below.

    >>> people_over(1000, 0.4), people_over(1000, 0.6)
    (201, 0)
    """
    surplus = population - 2 * population * share_below
    return math.floor(surplus + 1) if share_below <= _HALF else 0
