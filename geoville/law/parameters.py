"""Dated parameters: a value, the day from which it holds, the text that says so, and whether that text was read."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any

from geoville.crs import departement_of
from geoville.errors import LawError

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date


# --- The one place that opens the YAML files of the law and of the rules


@cache
def read_law(name: str, folder: str = "law") -> Any:
    """Content of one YAML file, by its path inside a folder of geoville."""
    import yaml

    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)  # eight times faster, where PyYAML was built with libyaml
    return yaml.load((files("geoville") / folder / name).read_text(encoding="utf-8"), loader)  # noqa: S506 - both are safe loaders


def law_names(start: str, folder: str) -> tuple[str, ...]:
    """Names of the YAML files of a folder of geoville that start so, in alphabetical order."""
    names = (item.name for item in (files("geoville") / folder).iterdir())
    return tuple(sorted(name for name in names if name.startswith(start) and name.endswith(".yaml")))


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


# --- How far a position may be from the true place, by kind of position

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


# --- Where the income rule applies: elsewhere another rule does, which geoville does not hold yet


def require_income_rule(communes: Iterable[str]) -> None:
    """Refuse communes where quarters are not chosen by the income of 200 m cells.

    Parameters
    ----------
    communes : INSEE codes; empty ones are passed over.

    Raises
    ------
    LawError
        A commune of Guadeloupe, Guyane or Mayotte: a synthetic index decides there.

    >>> require_income_rule(["62193", "97209", "97411"])
    """
    other = read_law("territories.yaml")["synthetic_index"]
    refused = sorted({departement_of(code) for code in communes if code} & set(other["departements"]))
    if refused:
        raise LawError(
            f"Dans le département {refused[0]}, les quartiers prioritaires sont choisis non sur le revenu des carreaux "
            f"mais sur un indice synthétique ({other['reference']})",
            advice="geoville ne calcule pas encore cet indice",
        )
