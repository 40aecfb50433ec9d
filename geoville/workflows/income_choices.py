"""Reference incomes and IRIS as a caller names them, as what a computation of candidates is asked with."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, TypedDict

from geoville.errors import InvalidInputError
from geoville.law import IncomeReference
from geoville.workflows.candidates import CandidateRequest
from geoville.workflows.estimation import IrisInput

if TYPE_CHECKING:
    from datetime import date
    from os import PathLike

    from geoville.sources.territory import Territory


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


def candidate_request(
    territory: Territory, on: date, choices: IncomeChoices, *, vintage: int | None = None
) -> CandidateRequest:
    """What a computation on a territory is asked with, its other choices left as the method has them.

    Raises
    ------
    InvalidInputError
        Reference incomes that are not complete, or something said of IRIS that are not given.
    """
    reference = income_reference(
        choices.get("rmuc_nat"),
        choices.get("rmuc_uu"),
        choices.get("uu_population"),
        small_since=choices.get("uu_small_since"),
    )
    return CandidateRequest(on=on, territory=territory, reference=reference, vintage=vintage, iris=_iris(choices))


def income_reference(
    rmuc_nat: float | None,
    rmuc_uu: float | None,
    uu_population: int | None,
    *,
    year: int | None = None,
    small_since: date | None = None,
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
        raise InvalidInputError(
            "Revenus de référence incomplets", advice="donner ensemble rmuc_nat, rmuc_uu et uu_population"
        )
    return IncomeReference(
        rmuc_nat,
        rmuc_uu,
        uu_population,
        year=year,
        verified=False,
        source="donnés à la fonction appelée",
        too_small_since=small_since,
    )


def _iris(choices: IncomeChoices) -> IrisInput | None:
    polygons, incomes = choices.get("iris"), choices.get("iris_incomes")
    national, weight = choices.get("iris_national"), choices.get("iris_weight")
    if polygons is None:
        if (incomes, national, weight) != (None, None, None):
            raise InvalidInputError("Revenus ou poids donnés sans les IRIS", advice="donner aussi iris")
        return None
    return IrisInput(Path(polygons), None if incomes is None else Path(incomes), national, weight)
