"""Dated parameters: a value, the day from which it holds, the text that says so, and whether that text was read."""

from __future__ import annotations

from dataclasses import dataclass, fields
from enum import StrEnum
from functools import cache, lru_cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any, TypeVar

from geoville import french
from geoville.crs import departement_of
from geoville.errors import LawError
from geoville.model import TextRead, WholeCommune

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from dataclasses import Field
    from datetime import date
    from typing import ClassVar, Protocol

    import numpy as np
    from numpy.typing import NDArray

    class _Dataclass(Protocol):
        """What `dataclasses.fields` takes."""

        __dataclass_fields__: ClassVar[dict[str, Field[Any]]]

    Numbers = TypeVar("Numbers", bound=_Dataclass)


# --- The one place that opens the YAML files of the law and of the rules


@cache
def read_law(name: str, folder: str = "law") -> Any:
    """Content of one YAML file, by its path inside a folder of geoville."""
    import yaml

    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)  # eight times faster, where PyYAML was built with libyaml
    return yaml.load((files("geoville") / folder / name).read_text(encoding="utf-8"), loader)  # noqa: S506 - both are safe loaders


def read_numbers(kind: type[Numbers], name: str, folder: str) -> Numbers:
    """Values of a YAML file of numbers, each with its remarks, as the fields of a dataclass that bear their names."""
    entries = read_law(name, folder)
    return kind(**{field.name: entries[field.name]["value"] for field in fields(kind)})


def law_names(start: str, folder: str) -> tuple[str, ...]:
    """Names of the YAML files of a folder of geoville that start so, in alphabetical order."""
    names = (item.name for item in (files("geoville") / folder).iterdir())
    return tuple(sorted(name for name in names if name.startswith(start) and name.endswith(".yaml")))


FILES = (
    "parameters/decree.yaml",
    "parameters/decree_overseas.yaml",
    "parameters/medians.yaml",
    "parameters/secrecy.yaml",
)


@dataclass(frozen=True, slots=True)
class DatedValue:
    """One value of a parameter.

    Parameters
    ----------
    valid_from : first day on which the value holds.
    reference : the text or publication.
    verified : False where the value was not read in a text that says it for these days; what rests on it says so.
    reading : how the text was read; an older version may have been read in full, which verifies nothing.
    valid_to : last day on which it holds, None where it lasts until the next value.
    remark : French clause, what a reader of the text has to know; empty where there is nothing.
    """

    parameter: str
    value: float
    valid_from: date
    reference: str
    verified: bool
    reading: TextRead = TextRead.NONE
    valid_to: date | None = None
    remark: str = ""

    def holds(self, on: date) -> bool:
        """Whether the value holds on a day, both ends included."""
        return self.valid_from <= on and (self.valid_to is None or on <= self.valid_to)


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
            No value is known for that day.
        """
        started = [value for value in self.values if value.valid_from <= on]
        if started and started[-1].holds(on):
            return started[-1]
        last = self.values[-1].valid_to
        until = f" et jusqu'au {french.long_date(last)}" if last else ""
        raise LawError(
            f"Le paramètre « {self.label} » n'a pas de valeur connue au {french.long_date(on)}",
            advice=f"demander une date à partir du {french.long_date(self.values[0].valid_from)}{until}",
        )

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
        DatedValue(
            key,
            item["value"],
            item["from"],
            item["reference"],
            item["verified"],
            TextRead(item["reading"]),
            item.get("to"),
            item.get("remark", ""),
        )
        for item in entry["values"]
    )
    return Parameter(key, entry["label"], entry["unit"], tuple(sorted(values, key=lambda value: value.valid_from)))


# --- How far a position may be from the true place, by kind of position

_TABLE = "parameters/position_accuracy.yaml"
_KINDS_AT_HAND = 256
"""Of positions whose accuracy is kept: a list of addresses may write any words for them."""


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


@lru_cache(_KINDS_AT_HAND)
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


# --- Which rule chooses the quarters of a place: that of metropolitan France, of 972 and 974, another, or none

_FILE = "territories.yaml"
_OVERSEAS = ("97", "98")


class IncomeRule(StrEnum):
    """The decree whose income rule applies: n° 2014-767, or n° 2014-1575 (Martinique and La Réunion)."""

    METROPOLE = "metropole"
    OVERSEAS = "outre_mer"


def require_income_rule(communes: Iterable[str], on: date) -> IncomeRule:
    """Rule that chooses quarters by the income of 200 m cells in some communes; other communes are refused.

    Parameters
    ----------
    communes : INSEE codes; empty ones are passed over, and no commune at all follows the rule of metropolitan France.

    Raises
    ------
    LawError
        A commune where another rule decides that day, or communes of several rules.

    >>> from datetime import date
    >>> str(require_income_rule(["62193"], date(2015, 1, 1))), str(require_income_rule(["97411"], date(2015, 1, 1)))
    ('metropole', 'outre_mer')
    """
    rules = {_rule_of(departement, on) for departement in sorted({_territory_of(code) for code in communes if code})}
    if len(rules) > 1:
        raise LawError(
            "Ces communes ne suivent pas toutes la même règle de revenu : métropole et outre-mer sont mêlés",
            advice="les calculer séparément",
        )
    return rules.pop() if rules else IncomeRule.METROPOLE


def communes_entirely_qpv(on: date) -> tuple[WholeCommune, ...]:
    """Communes that count as priority quarters, whole, on a day, in the order of their codes.

    >>> from datetime import date
    >>> [item.name for item in communes_entirely_qpv(date(2026, 1, 1))][:2], communes_entirely_qpv(date(2024, 1, 1))
    (['Acoua', 'Bandraboua'], ())
    """
    return tuple(commune for entry, communes in _entirely_qpv() if _holds(entry, on) for commune in communes.values())


def whole_commune_at(lon: float, lat: float, citycode: str, on: date) -> WholeCommune | None:
    """Commune that counts as a priority quarter by law where a position is, None where there is none.

    Parameters
    ----------
    lon, lat : degrees, WGS84.
    citycode : INSEE code of the position's commune; empty where it is not known: the coordinates tell the territory.
    """
    for entry, communes in _entirely_qpv():
        if not _holds(entry, on):
            continue
        if citycode in communes:
            return communes[citycode]
        if not citycode and _is_within(entry["box"], lon, lat):
            return _whole(departement_of(min(communes)), entry["territory"], entry)
    return None


def in_whole_territories(lon: NDArray[np.float64], lat: NDArray[np.float64], on: date) -> NDArray[np.bool_]:
    """Which of many positions (degrees, WGS84) lie where every commune counts as a quarter, one value for each."""
    import numpy as np

    boxes = (entry["box"] for entry, _ in _entirely_qpv() if _holds(entry, on))
    held: NDArray[np.bool_] = np.zeros(len(lon), dtype=np.bool_)
    for box in boxes:
        held |= _is_within(box, lon, lat)
    return held


def whole_territory_around(bounds: tuple[float, float, float, float], on: date) -> WholeCommune | None:
    """Territory whose every commune counts as a quarter, and which holds a whole box; None where there is none.

    Parameters
    ----------
    bounds : west, south, east, north, degrees, WGS84.

    >>> from datetime import date
    >>> mamoudzou = (45.22, -12.79, 45.23, -12.78)
    >>> found, before = (whole_territory_around(mamoudzou, date(year, 1, 1)) for year in (2026, 2025))
    >>> found.name, before
    ('Mayotte', None)
    """
    west, south, east, north = bounds
    found = whole_commune_at(west, south, "", on)
    return found if found == whole_commune_at(east, north, "", on) else None


def _is_within(box: Sequence[float], lon: Any, lat: Any) -> Any:
    """Whether positions are in a box (west, south, east, north); of one, or of each of two arrays."""
    west, south, east, north = box
    return (west <= lon) & (lon <= east) & (south <= lat) & (lat <= north)


def _rule_of(departement: str, on: date) -> IncomeRule:
    """Income rule of a département; LawError says which other rule decides there."""
    if not departement.startswith(_OVERSEAS):
        return IncomeRule.METROPOLE
    for entry in read_law(_FILE)["income_rule"]:
        if departement in entry["departements"] and _holds(entry, on):
            return IncomeRule.OVERSEAS
    entry = next(
        (item for item in read_law(_FILE)["refused"] if departement in item["departements"] and _holds(item, on)),
        read_law(_FILE)["elsewhere_overseas"],
    )
    name = entry.get("departements", {}).get(departement)
    since = f" à partir du {french.long_date(entry['from'])}" if "from" in entry else ""
    unread = "" if entry["reading"] != "none" else " : texte non lu"
    place = f"{departement} ({name})" if name else departement
    raise LawError(
        f"Dans le territoire {place}, les quartiers prioritaires sont choisis{since} non sur le "
        f"revenu des carreaux mais par {entry['rule']} ({entry['reference']}{unread})",
        advice="geoville ne calcule de candidats qu'en métropole et, jusqu'à la génération 2015, en 972 et 974",
    )


def _territory_of(code: str) -> str:
    """Département, or territory overseas, of a commune."""
    return code[:3] if code.startswith(_OVERSEAS) else departement_of(code)


def _holds(entry: dict[str, Any], on: date) -> bool:
    first, last = entry.get("from"), entry.get("to")
    return (first is None or first <= on) and (last is None or on <= last)


@cache
def _entirely_qpv() -> tuple[tuple[dict[str, Any], dict[str, WholeCommune]], ...]:
    """Each law that makes whole communes count as quarters, with its communes by code."""
    entries = read_law(_FILE)["entirely_qpv"]
    return tuple(
        (entry, {code: _whole(code, name, entry) for code, name in sorted(entry["communes"].items())})
        for entry in entries
    )


def _whole(code: str, name: str, entry: dict[str, Any]) -> WholeCommune:
    return WholeCommune(code, name, entry["from"], entry["to"], entry["reference"], entry["verified"])
