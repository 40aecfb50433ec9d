"""Dated parameters: a value, the day from which it holds, the text that says so, and whether that text was read."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any

from geoville.errors import LawError
from geoville.law.yaml_files import read_law

if TYPE_CHECKING:
    from datetime import date

FILES = ("parameters/decree.yaml", "parameters/medians.yaml", "parameters/secrecy.yaml")


@dataclass(frozen=True, slots=True)
class DatedValue:
    """One value of a parameter.

    Parameters
    ----------
    valid_from : first day on which the value holds.
    reference : the text or publication.
    verified : False where the text was not read; whatever rests on the value says so.
    """

    parameter: str
    value: float
    valid_from: date
    reference: str
    verified: bool


@dataclass(frozen=True, slots=True)
class Parameter:
    """A named legal or statistical parameter and its values in order of date."""

    id: str
    label: str
    unit: str
    values: tuple[DatedValue, ...]

    def at(self, on: date) -> DatedValue:
        """Value in force on a day.

        Raises
        ------
        LawError
            The day is before the first known value.
        """
        held = [value for value in self.values if value.valid_from <= on]
        if not held:
            raise LawError(
                f"Le paramètre « {self.label} » n'a pas de valeur connue au {on.isoformat()}",
                advice=f"demander une date à partir du {self.values[0].valid_from.isoformat()}",
            )
        return held[-1]

    def of_year(self, year: int) -> DatedValue:
        """Value of a statistic for one year exactly: the one of another year would not do.

        Raises
        ------
        LawError
            That year is not known.
        """
        for value in self.values:
            if value.valid_from.year == year:
                return value
        known = ", ".join(str(value.valid_from.year) for value in self.values)
        raise LawError(f"Le paramètre « {self.label} » n'est pas connu pour {year}", advice=f"années connues : {known}")


@cache
def parameters() -> dict[str, Parameter]:
    """Every parameter of the law files, by identifier."""
    return {key: _parameter(key, entry) for name in FILES for key, entry in read_law(name).items()}


def parameter(key: str) -> Parameter:
    """One parameter by identifier.

    >>> from datetime import date
    >>> parameter("threshold_share_of_reference").at(date(2015, 1, 1)).value
    0.6
    """
    return parameters()[key]


def _parameter(key: str, entry: dict[str, Any]) -> Parameter:
    values = (
        DatedValue(key, item["value"], item["from"], item["reference"], item["verified"]) for item in entry["values"]
    )
    return Parameter(key, entry["label"], entry["unit"], tuple(sorted(values, key=lambda value: value.valid_from)))
