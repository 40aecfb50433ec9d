"""The decree's income threshold: S = 0.6 x (w x national median + (1 - w) x median of the urban unit)."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from geoville.errors import InvalidInputError, LawError
from geoville.law.parameters import DatedValue, parameter

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date


@dataclass(frozen=True, slots=True)
class IncomeReference:
    """The medians that the threshold is made of.

    Parameters
    ----------
    national_eur, urban_unit_eur : median declared income per UC (RMUC) of the same year, euros per year.
    urban_unit_population : total population of the urban unit.
    year : year of the incomes, None where the user did not say.
    too_small_since : day on which the unit fell under the minimum population: quarters listed before keep a delay.
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
                    f"Le revenu médian {label} ({value}) n'est pas un montant positif",
                    advice="le donner en euros par UC",
                )
        if self.urban_unit_population <= 0:
            raise InvalidInputError(
                f"La population de l'unité urbaine ({self.urban_unit_population}) n'est pas positive",
                advice="donner la population totale",
            )


@dataclass(frozen=True, slots=True)
class Threshold:
    """The income threshold and what it rests on.

    Parameters
    ----------
    eur : euros per UC per year, in the euros of the reference medians.
    relative : the same, as a share of the national median: free of the year of the incomes.
    """

    eur: float
    relative: float
    reference: IncomeReference
    law: tuple[DatedValue, ...]

    @property
    def verified(self) -> bool:
        """Whether everything that the threshold rests on was read in its source."""
        return self.reference.verified and all(value.verified for value in self.law)


def eligible_units(references: Mapping[str, IncomeReference], on: date) -> tuple[dict[str, Threshold], tuple[str, ...]]:
    """Thresholds of the urban units that may have quarters, and the codes of those too small to have any.

    Raises
    ------
    LawError
        The day is before the decree, or the only unit is too small.
    """
    small = tuple(code for code, item in references.items() if len(references) > 1 and _too_small(item, on))
    return {code: income_threshold(item, on) for code, item in references.items() if code not in small}, small


def _too_small(reference: IncomeReference, on: date) -> bool:
    """Whether the unit has too few inhabitants, and any delay for its quarters is over."""
    if _rounded_population(reference) >= parameter("minimum_urban_unit_population").at(on).value:
        return False
    since = reference.too_small_since
    if since is None:
        return True
    years = int(parameter("urban_unit_derogation_years").at(on).value)
    # Compared part by part: a delay may begin on 29 February and end in a year that has none.
    is_over = (on.year - years, on.month, on.day) >= (since.year, since.month, since.day)
    return on < since or is_over


def _rounded_population(reference: IncomeReference) -> int:
    """Population of the urban unit rounded up to the next hundred, as the decree counts it."""
    return math.ceil(reference.urban_unit_population / 100) * 100


def _rounded_up(eur: float) -> float:
    """An amount rounded up to the next hundred euros; to the cent first, so that noise adds no hundred."""
    return float(math.ceil(round(eur, 2) / 100) * 100)


def income_threshold(reference: IncomeReference, on: date) -> Threshold:
    """Threshold under which the median declared income per UC makes a quarter eligible.

    Notes
    -----
    ``S = 0.6 × (0.7 × RMUC_nat + 0.3 × RMUC_UU)``, rounded up to the next 100 € (art. 4); the weights
    are swapped in an urban unit of 5 million people and more (unverified). Décret n° 2014-767. The population counts
    rounded up to the next hundred.

    Raises
    ------
    LawError
        The day is before the decree, or the urban unit has fewer than 10 000 inhabitants.
    """
    minimum = parameter("minimum_urban_unit_population").at(on)
    large = parameter("large_urban_unit_population").at(on)
    if _too_small(reference, on):
        raise LawError(
            f"L'unité urbaine compte {reference.urban_unit_population} habitants, moins que les "
            f"{minimum.value:.0f} que demande le décret n° 2014-767",
            advice="aucun quartier prioritaire n'y est possible",
        )
    is_large = _rounded_population(reference) >= large.value
    weight = parameter("national_weight_large_urban_unit" if is_large else "national_weight").at(on)
    share = parameter("threshold_share_of_reference").at(on)
    mixed = weight.value * reference.national_eur + (1 - weight.value) * reference.urban_unit_eur
    eur = _rounded_up(share.value * mixed)
    law = [share, weight, minimum]
    if _rounded_population(reference) < minimum.value:
        law.append(parameter("urban_unit_derogation_years").at(on))
    return Threshold(eur, eur / reference.national_eur, reference, tuple(law))
