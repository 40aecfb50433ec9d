"""Combinations of the choices that candidates depend on; a command can ask for them without numpy."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from enum import StrEnum
from itertools import product
from typing import TYPE_CHECKING

from geoville import french
from geoville.errors import InvalidInputError
from geoville.model import Contiguity

if TYPE_CHECKING:
    from collections.abc import Iterable

    from geoville.law import Threshold


class SearchMethod(StrEnum):
    """By the index of the ground around each place (index), or cell by cell as the decree may be read (cells)."""

    INDEX = "index"
    CELLS = "cells"


class Grouping(StrEnum):
    """By what the people of a table are counted."""

    PERIMETER = "perimeter"
    COMMUNE = "commune"
    IRIS = "iris"


@dataclass(frozen=True, slots=True)
class Supposition:
    """The decree with other figures than its own, to see what would come of them; by default, the decree.

    Parameters
    ----------
    threshold_factor : what the income threshold is multiplied by.
    minimum_population : fewest people of a quarter; None for the decree's.
    """

    threshold_factor: float = 1.0
    minimum_population: float | None = None

    def __post_init__(self) -> None:
        """Refuse what is no factor and no number of people.

        Raises
        ------
        InvalidInputError
            The factor is not positive, or the number of people is negative.
        """
        if not (math.isfinite(self.threshold_factor) and self.threshold_factor > 0):
            raise InvalidInputError(
                f"Le facteur du seuil ({french.as_given(self.threshold_factor)}) n'est pas positif",
                advice="donner par exemple 1.05",
            )
        fewest = self.minimum_population
        if fewest is not None and not (math.isfinite(fewest) and fewest >= 0):
            raise InvalidInputError(
                f"Le minimum d'habitants ({french.as_given(fewest)}) n'est pas un nombre positif",
                advice="donner par exemple 800",
            )

    @property
    def is_decree(self) -> bool:
        """Whether nothing is supposed."""
        return self == DECREE

    @property
    def sentence(self) -> str:
        """What is supposed, in French; empty where nothing is.

        >>> Supposition(1.05, 800).sentence
        "Scénario : seuil du décret × 1,05 ; 800 habitants au moins. Ce n'est pas le décret."
        """
        said = []
        if self.threshold_factor != 1.0:
            said.append(f"seuil du décret × {french.number(self.threshold_factor, 3)}")
        if self.minimum_population is not None:
            said.append(_at_least(self.minimum_population))
        return f"Scénario : {' ; '.join(said)}. Ce n'est pas le décret." if said else ""

    def threshold(self, threshold: Threshold) -> Threshold:
        """An income threshold as supposed."""
        if self.threshold_factor == 1.0:
            return threshold
        return replace(
            threshold, eur=threshold.eur * self.threshold_factor, relative=threshold.relative * self.threshold_factor
        )


def _at_least(people: float) -> str:
    return f"{french.counted(people, 'habitant')} au moins" if people else "aucun minimum d'habitants"


DECREE = Supposition()


@dataclass(frozen=True, slots=True)
class Scenario:
    """One combination of choices.

    Parameters
    ----------
    vintage : of the grid.
    threshold_factor : what the decree's threshold is multiplied by; 1 is the decree.
    contiguity, gap_m : as in `CandidateOptions`.
    density_weight, kernel_sigma_m : of the index; None for the method's own.
    minimum_population : fewest people of a quarter; None for the decree's.
    """

    vintage: int
    threshold_factor: float
    contiguity: Contiguity
    gap_m: float
    density_weight: float | None = None
    kernel_sigma_m: float | None = None
    minimum_population: float | None = None

    @property
    def supposed(self) -> Supposition:
        """What it takes otherwise than the decree."""
        return Supposition(self.threshold_factor, self.minimum_population)


@dataclass(frozen=True, slots=True)
class Choices:
    """Values that each choice takes in turn, by default around the method's own; the vintages are those of the grids.

    >>> len(Choices().scenarios([2015, 2019, 2021]))
    18
    """

    threshold_factors: tuple[float, ...] = (0.9, 1.0, 1.1)
    contiguities: tuple[Contiguity, ...] = tuple(Contiguity)
    gaps_m: tuple[float, ...] = (200.0,)
    density_weights: tuple[float | None, ...] = (None,)
    kernel_sigmas_m: tuple[float | None, ...] = (None,)
    minimum_populations: tuple[float | None, ...] = (None,)

    def __post_init__(self) -> None:
        """Refuse values that make no search.

        Raises
        ------
        InvalidInputError
            A choice without a value, a factor that is not positive, a gap that is negative.
        """
        if not all((self.threshold_factors, self.contiguities, self.gaps_m, *self._of_the_index)):
            raise InvalidInputError("Un choix n'a aucune valeur", advice="en donner au moins une")
        for factor in self.threshold_factors:
            if not (math.isfinite(factor) and factor > 0):
                raise InvalidInputError(
                    f"Le facteur du seuil ({french.as_given(factor)}) n'est pas positif",
                    advice="donner par exemple 0.9,1,1.1",
                )
        for gap_m in self.gaps_m:
            if not (math.isfinite(gap_m) and gap_m >= 0):
                raise InvalidInputError(
                    f"Le vide à franchir ({french.as_given(gap_m)}) n'est pas une distance",
                    advice="donner des mètres, par exemple 0,200",
                )

        for value in (value for values in self._of_the_index for value in values):
            if value is not None and not (math.isfinite(value) and value >= 0):
                raise InvalidInputError(
                    f"Un choix de l'indice ({french.as_given(value)}) est négatif ou n'est pas un nombre",
                    advice="donner des nombres positifs, par exemple 0.14,0.18,0.22",
                )

    @property
    def _of_the_index(self) -> tuple[tuple[float | None, ...], ...]:
        return self.density_weights, self.kernel_sigmas_m, self.minimum_populations

    def scenarios(self, vintages: Iterable[int]) -> tuple[Scenario, ...]:
        """Every combination, each once."""
        combined = (
            Scenario(vintage, factor, contiguity, gap_m, weight, sigma_m, minimum)
            for vintage in vintages
            for factor, contiguity, gap_m in product(self.threshold_factors, self.contiguities, self.gaps_m)
            for weight, sigma_m, minimum in product(*self._of_the_index)
        )
        return tuple(dict.fromkeys(combined))


TRIED = Choices(density_weights=(0.14, 0.18, 0.22))
"""What is tried where nothing else is asked.

>>> len(TRIED.scenarios([2015, 2019, 2021]))
54
"""
