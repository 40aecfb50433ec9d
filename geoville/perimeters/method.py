"""Choices of the method that no text makes, as dated data in the YAML beside this file."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from geoville.law.parameters import read_law

if TYPE_CHECKING:
    from datetime import date


@dataclass(frozen=True, slots=True)
class MethodChoice:
    """One choice of geoville.

    Parameters
    ----------
    decided : day of the choice.
    reference : French sentence, why; it says that it is a choice.
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
    return MethodChoice(key, **read_law("method.yaml", "perimeters")[key])


def method_choices() -> tuple[MethodChoice, ...]:
    """Every choice, in the order of the file."""
    return tuple(method_choice(key) for key in read_law("method.yaml", "perimeters"))
