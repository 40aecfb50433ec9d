"""The decrees' income threshold: S = 0.6 x (w x national median + (1 - w) x local median), rounded up to 100 €."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from decimal import ROUND_CEILING, Decimal
from typing import TYPE_CHECKING

from geoville import french
from geoville.errors import InvalidInputError, LawError
from geoville.law.generations import before_quarters
from geoville.law.parameters import DatedValue, IncomeRule, parameter

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date


@dataclass(frozen=True, slots=True)
class IncomeReference:
    """The medians that the threshold is made of.

    Parameters
    ----------
    national_eur, urban_unit_eur : median declared income per UC (RMUC) of the same year, euros per year: of
        metropolitan France, and of the urban unit. In Martinique and La Réunion the latter is that of the département.
    urban_unit_population : total population of the urban unit; of the commune in Martinique and La Réunion.
    year : year of the incomes, None where the user did not say.
    too_small_since : day on which the unit fell under the minimum population: quarters listed before may keep a delay.
    verified : False where one of the medians stands for another figure.
    source : what to cite.
    """

    national_eur: float
    urban_unit_eur: float
    urban_unit_population: int
    year: int | None = None
    verified: bool = True
    source: str = ""
    too_small_since: date | None = None

    def __post_init__(self) -> None:
        """Refuse medians and populations that cannot be.

        Raises
        ------
        InvalidInputError
            A median that is not a positive number, or a population that is not positive.
        """
        for label, value in (("national", self.national_eur), ("de l'unité urbaine", self.urban_unit_eur)):
            if not (math.isfinite(value) and value > 0):
                raise InvalidInputError(
                    f"Le revenu médian {label} ({french.as_given(value)}) n'est pas un montant positif",
                    advice="le donner en euros par UC",
                )
        if self.urban_unit_population <= 0:
            raise InvalidInputError(
                f"La population de l'unité urbaine ({french.as_given(self.urban_unit_population)}) n'est pas positive",
                advice="donner la population totale",
            )


@dataclass(frozen=True, slots=True)
class Threshold:
    """The income threshold and what it rests on.

    Parameters
    ----------
    eur : euros per UC per year, in the euros of the reference medians, rounded up as the decree says; what a scenario
        makes of it, where one is supposed.
    relative : the same, as a share of the national median: free of the year of the incomes.
    unrounded_eur : what the formula gives.
    decree_eur : what the decree says, whatever a scenario makes of `eur`.
    """

    eur: float
    relative: float
    reference: IncomeReference
    law: tuple[DatedValue, ...]
    rule: IncomeRule = IncomeRule.METROPOLE
    unrounded_eur: float = math.nan
    decree_eur: float = math.nan

    @property
    def verified(self) -> bool:
        """Whether everything that the threshold rests on was read in its source."""
        return self.reference.verified and all(value.verified for value in self.law)


def eligible_units(
    references: Mapping[str, IncomeReference], on: date, rule: IncomeRule = IncomeRule.METROPOLE
) -> tuple[dict[str, Threshold], tuple[str, ...]]:
    """Thresholds of the urban units that may have quarters, and the codes of those too small to have any.

    Raises
    ------
    LawError
        The day is before the decree, or the only unit is too small.
    """
    _require_decree(on, rule)
    small = tuple(code for code, item in references.items() if len(references) > 1 and _too_small(item, on, rule))
    return {code: income_threshold(item, on, rule) for code, item in references.items() if code not in small}, small


def income_threshold(reference: IncomeReference, on: date, rule: IncomeRule = IncomeRule.METROPOLE) -> Threshold:
    """Threshold under which the median declared income per UC makes a quarter eligible.

    Notes
    -----
    ``S = 0.6 × (0.7 × RMUC_nat + 0.3 × RMUC_UU)``; the weights are swapped in an urban unit of 5 million people and
    more; the result is rounded up to the next 100 € (décret n° 2014-767, art. 4). In Martinique and La Réunion
    ``S = 0.6 × (0.3 × RMUC_nat + 0.7 × RMUC_département)``, rounded likewise (décret n° 2014-1575). RMUC_nat is that of
    metropolitan France. Reckoned in decimals: no noise of floats pushes an exact hundred to the next one.

    Raises
    ------
    LawError
        The day is before the decree or after it, or the urban unit (or commune) has too few inhabitants.
    """
    _require_decree(on, rule)
    if _too_small(reference, on, rule):
        raise _too_small_error(reference, on, rule)
    keys = _KEYS[rule]
    weight = parameter(_weight_key(reference, on, rule)).at(on)
    share, step, minimum = (parameter(key).at(on) for key in (keys.share, keys.rounding, keys.minimum))
    national, local, part = _decimal(reference.national_eur), _decimal(reference.urban_unit_eur), _decimal(weight.value)
    exact = _decimal(share.value) * (part * national + (1 - part) * local)
    eur = float(_rounded_up(exact, step.value))
    law = [share, weight, step, minimum]
    if rule is IncomeRule.METROPOLE and _counted_population(reference, on) < minimum.value:
        law.append(parameter(_DEROGATION).at(on))
    return Threshold(eur, eur / reference.national_eur, reference, tuple(law), rule, float(exact), eur)


def counted_people(
    reference: IncomeReference, on: date, rule: IncomeRule = IncomeRule.METROPOLE
) -> tuple[int, float, bool]:
    """People of an urban unit (or commune) as its decree counts them, the fewest it asks for, and whether it is met.

    A unit that has become too small is met while the delay of its quarters runs.
    """
    minimum = parameter(_KEYS[rule].minimum).at(on).value
    is_overseas = rule is IncomeRule.OVERSEAS
    people = reference.urban_unit_population if is_overseas else _counted_population(reference, on)
    return people, minimum, not _too_small(reference, on, rule)


def moved_thresholds(threshold: Threshold, by_eur: float, on: date) -> tuple[tuple[str, float, float], ...]:
    """How far a threshold moves when each of its medians is wrong by an amount.

    Returns
    -------
    For the national median, then the local one: French name, threshold with the amount taken away, and added; euros.
    """
    reference = threshold.reference

    def at(national: float, local: float) -> float:
        moved = replace(
            reference, national_eur=reference.national_eur + national, urban_unit_eur=reference.urban_unit_eur + local
        )
        return income_threshold(moved, on, threshold.rule).eur

    local_name = "RMUC du département" if threshold.rule is IncomeRule.OVERSEAS else "RMUC de l'unité urbaine"
    return (
        ("RMUC de la France métropolitaine", at(-by_eur, 0), at(by_eur, 0)),
        (local_name, at(0, -by_eur), at(0, by_eur)),
    )


@dataclass(frozen=True, slots=True)
class _Keys:
    """Parameters of one decree's rule; `place` is what the minimum population is about."""

    share: str
    rounding: str
    minimum: str
    place: str
    decree: str


_DEROGATION = "urban_unit_derogation_years"
_KEYS = {
    IncomeRule.METROPOLE: _Keys(
        "threshold_share_of_reference",
        "threshold_rounding_eur",
        "minimum_urban_unit_population",
        "L'unité urbaine",
        "décret n° 2014-767",
    ),
    IncomeRule.OVERSEAS: _Keys(
        "overseas_threshold_share_of_reference",
        "overseas_threshold_rounding_eur",
        "overseas_minimum_commune_population",
        "La commune",
        "décret n° 2014-1575",
    ),
}


def _require_decree(on: date, rule: IncomeRule) -> None:
    """Refuse a day on which no text said yet how quarters are chosen: there were none."""
    keys = _KEYS[rule]
    first = parameter(keys.share).values[0].valid_from
    if on >= first:
        return
    none_yet = before_quarters(on)
    raise LawError(
        f"{none_yet[0].upper()}{none_yet[1:]}",
        advice=f"demander une date à partir du {french.long_date(first)}, jour du {keys.decree} qui fixe leur seuil",
    )


def _weight_key(reference: IncomeReference, on: date, rule: IncomeRule) -> str:
    if rule is IncomeRule.OVERSEAS:
        return "overseas_national_weight"
    # The decree writes no rounding of the population for this test.
    is_large = reference.urban_unit_population >= parameter("large_urban_unit_population").at(on).value
    return "national_weight_large_urban_unit" if is_large else "national_weight"


def _too_small(reference: IncomeReference, on: date, rule: IncomeRule) -> bool:
    """Whether the unit (or commune) has too few inhabitants, and no delay for its quarters runs."""
    minimum = parameter(_KEYS[rule].minimum).at(on).value
    if rule is IncomeRule.OVERSEAS:
        return reference.urban_unit_population < minimum
    return _counted_population(reference, on) < minimum and not _in_delay(reference, on)


def _in_delay(reference: IncomeReference, on: date) -> bool:
    """Whether the delay of quarters already listed runs: from the text that creates it: its first day is unread."""
    since, delay = reference.too_small_since, parameter(_DEROGATION).values[0]
    if since is None or on < since or not delay.holds(on):
        return False
    first = delay.valid_from
    return (on.year - int(delay.value), on.month, on.day) < (first.year, first.month, first.day)


def _counted_population(reference: IncomeReference, on: date) -> int:
    """Population of the urban unit rounded up to the next hundred, as the decree counts it for its minimum."""
    step = parameter("urban_unit_population_rounding").at(on).value
    return int(_rounded_up(Decimal(reference.urban_unit_population), step))


def _too_small_error(reference: IncomeReference, on: date, rule: IncomeRule) -> LawError:
    keys = _KEYS[rule]
    minimum = parameter(keys.minimum).at(on).value
    return LawError(
        f"{keys.place} compte {french.counted(reference.urban_unit_population, 'habitant')}, moins que les "
        f"{french.number(minimum)} que demande le {keys.decree}",
        advice="aucun quartier prioritaire n'y est possible",
    )


def _rounded_up(amount: Decimal, step: float) -> Decimal:
    """Next multiple of a step; an exact multiple stays."""
    return (amount / _decimal(step)).to_integral_value(ROUND_CEILING) * _decimal(step)


def _decimal(value: float) -> Decimal:
    """A figure as it is written: the shortest decimal that reads back as the same float."""
    return Decimal(str(value))
