"""Combinations of the choices that candidates depend on."""

from __future__ import annotations

import math
from dataclasses import dataclass
from itertools import product
from typing import TYPE_CHECKING

from geoville.errors import InvalidInputError

if TYPE_CHECKING:
    from collections.abc import Iterable

    from geoville.carroyage.touching import Contiguity


@dataclass(frozen=True, slots=True)
class Scenario:
    """One combination of choices.

    Parameters
    ----------
    vintage : of the grid.
    threshold_factor : what the decree's threshold is multiplied by; 1 is the decree.
    contiguity, gap_m : as in `CandidateOptions`.
    """

    vintage: int
    threshold_factor: float
    contiguity: Contiguity
    gap_m: float


@dataclass(frozen=True, slots=True)
class Choices:
    """Values that each choice takes in turn; the vintages are those of the grids given."""

    threshold_factors: tuple[float, ...]
    contiguities: tuple[Contiguity, ...]
    gaps_m: tuple[float, ...]

    def __post_init__(self) -> None:
        """Refuse values that make no search.

        Raises
        ------
        InvalidInputError
            A choice without a value, a factor that is not positive, a gap that is negative.
        """
        if not (self.threshold_factors and self.contiguities and self.gaps_m):
            raise InvalidInputError("Un choix n'a aucune valeur", advice="en donner au moins une")
        for factor in self.threshold_factors:
            if not (math.isfinite(factor) and factor > 0):
                raise InvalidInputError(
                    f"Le facteur du seuil ({factor}) n'est pas positif", advice="donner par exemple 0.9,1,1.1"
                )
        for gap_m in self.gaps_m:
            if not (math.isfinite(gap_m) and gap_m >= 0):
                raise InvalidInputError(
                    f"Le vide à franchir ({gap_m}) n'est pas une distance",
                    advice="donner des mètres, par exemple 0,200",
                )

    def scenarios(self, vintages: Iterable[int]) -> tuple[Scenario, ...]:
        """Every combination, each once."""
        combined = product(vintages, self.threshold_factors, self.contiguities, self.gaps_m)
        return tuple(dict.fromkeys(Scenario(*choice) for choice in combined))
