"""Cells made to agree with the share of people below the threshold that the figures of their IRIS give."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from geoville.carroyage.method import MethodRules


_CLOSE_ENOUGH = 1e-9


@dataclass(frozen=True, eq=False, slots=True)
class Meeting:
    """Shifts of the probit that meet the shares of IRIS.

    Parameters
    ----------
    shift : (k,) shift of each IRIS; the mean shift where its share is not known.
    mean_shift : of the IRIS that are met, weighted by people; 0 where none is.
    met : (k,) True for IRIS whose share is met.
    """

    shift: NDArray[np.float64]
    mean_shift: float
    met: NDArray[np.bool_]

    def of(self, iris: NDArray[np.intp]) -> NDArray[np.float64]:
        """Shift of places by the index of their IRIS, negative where they lie in none."""
        return np.append(self.shift, self.mean_shift)[iris] if len(iris) else np.empty(0)


def meet_shares(
    probit: NDArray[np.float64],
    people: NDArray[np.float64],
    iris: NDArray[np.intp],
    target: NDArray[np.float64],
    rules: MethodRules,
) -> Meeting:
    """Shift the probit of the parts of each IRIS until their pooled share is the one of the IRIS.

    Parameters
    ----------
    probit : (m,) of the share below the threshold of each part; NaN where the income is unknown.
    people : (m,) people of each part.
    iris : (m,) index of the IRIS of each part, -1 where there is none.
    target : (k,) share below the threshold of each IRIS; NaN where it is not to be met.

    Notes
    -----
    ``d += Φ⁻¹(target) − Φ⁻¹(current)``, ``current = Σ n Φ(z + d) / Σ n``, for a number of rounds at most; both shares
    are kept away from 0 and 1. An IRIS without share takes the mean shift of the others, weighted by people, so that a
    drift between the grid and the IRIS is not lost on it.
    """
    from scipy.special import ndtr, ndtri

    known = (iris >= 0) & np.isfinite(probit) & (people > 0)
    z, weight, place = probit[known], people[known], iris[known]
    total = np.bincount(place, weight, len(target))
    met = np.isfinite(target) & (total > 0)
    lowest, highest = rules.lowest_share, 1 - rules.lowest_share
    wanted = ndtri(np.clip(np.where(met, target, 0.5), lowest, highest))
    shift = np.zeros(len(target))
    for _ in range(rules.meeting_rounds):
        reached = np.bincount(place, weight * ndtr(z + shift[place]), len(target))
        with np.errstate(invalid="ignore", divide="ignore"):
            current = ndtri(np.clip(np.where(met, reached / total, 0.5), lowest, highest))
        missing = np.where(met, wanted - current, 0.0)
        shift = shift + missing
        if np.abs(missing).max(initial=0) < _CLOSE_ENOUGH:
            break
    mean_shift = float(np.average(shift[met], weights=total[met])) if met.any() else 0.0
    return Meeting(np.where(met, shift, mean_shift), mean_shift, met)


def left_out_error(shift: NDArray[np.float64], met: NDArray[np.bool_], people: NDArray[np.float64]) -> float:
    """Standard error of the probit of a place of the territory, from its IRIS left out one by one; NaN under two.

    Parameters
    ----------
    shift, met : as in `Meeting`.
    people : (k,) people of each IRIS.

    Notes
    -----
    Left out, an IRIS would take the mean shift of the others: its error is its own shift less that mean, weighted by
    people. The result is the root of the mean square of these errors.
    """
    errors = left_out_residuals(shift[met], people[met])
    return float(np.sqrt(np.mean(errors**2))) if len(errors) > 1 else float("nan")


def left_out_residuals(shift: NDArray[np.float64], people: NDArray[np.float64]) -> NDArray[np.float64]:
    """Shift of each IRIS less the mean of the others, weighted by people; see `left_out_error`."""
    others = people.sum() - people
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.asarray(shift - (float(shift @ people) - shift * people) / others)
