"""How far a position may be from the true place, by kind of position."""

from __future__ import annotations

from dataclasses import dataclass

from geoville.law.yaml_files import read_law

_TABLE = "parameters/position_accuracy.yaml"


@dataclass(frozen=True, slots=True)
class Accuracy:
    """Accuracy of a kind of position.

    Parameters
    ----------
    accuracy_m : radius in metres within which the true place lies.
    firm : False where the point stands for a street or a town.
    reason : French clause for the answer.
    """

    accuracy_m: float
    firm: bool
    reason: str


def position_accuracy(precision: str) -> Accuracy:
    """Accuracy of one kind of position; a kind that the table does not know is treated as a street point.

    >>> position_accuracy("adresse").accuracy_m
    15
    """
    table = read_law(_TABLE)["kinds"]
    entry = table.get(precision, table["street"])
    return Accuracy(entry["accuracy_m"], entry["firm"], entry["reason"])


def known_precisions() -> tuple[str, ...]:
    """Kinds of position whose accuracy is known, in the order of the table."""
    return tuple(read_law(_TABLE)["kinds"])
