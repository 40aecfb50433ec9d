"""Perimeters, with what dates them and what is cited for them."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import date

    from shapely.geometry.base import BaseGeometry

    from geoville.model.codes import Kind


@dataclass(frozen=True, slots=True)
class Source:
    """Where data come from, as cited on every output.

    Parameters
    ----------
    title, producer, licence : in French, as the producer writes them.
    vintage : year, date or version of the data.
    sha256 : of the file read, in hexadecimal; None where there is no file.
    """

    title: str
    producer: str = ""
    vintage: str = ""
    licence: str = ""
    sha256: str | None = None

    @property
    def citation(self) -> str:
        """One line for a legend.

        >>> Source("Carreaux de 200 m", "Insee", "2019", "Licence Ouverte 2.0").citation
        'Insee, Carreaux de 200 m (2019), Licence Ouverte 2.0'
        """
        vintage = f" ({self.vintage})" if self.vintage else ""
        head = f"{self.producer}, " if self.producer else ""
        tail = f", {self.licence}" if self.licence else ""
        return f"{head}{self.title}{vintage}{tail}"


@dataclass(frozen=True, slots=True)
class Generation:
    """A vintage of the QPV list, with the dates between which it is in force.

    Parameters
    ----------
    year : 2015 or 2024: the name of the generation.
    zone : "metropole" or "outre_mer".
    valid_from, valid_to : first and last day in force; no last day while it lasts.
    reference : the decrees.
    """

    year: int
    zone: str
    valid_from: date
    valid_to: date | None
    reference: str
    verified: bool

    def in_force(self, on: date) -> bool:
        """Whether the generation is in force on a day, both ends included."""
        return self.valid_from <= on and (self.valid_to is None or on <= self.valid_to)


@dataclass(frozen=True, slots=True)
class Perimeter:
    """One perimeter, in its territory's projected CRS.

    Parameters
    ----------
    code, name : official ones where the perimeter is official.
    kind : what it is.
    geometry : valid polygon or multipolygon, easting and northing in metres in `epsg`.
    epsg : EPSG code of `geometry`.
    estimated : computed or placed by geoville: without legal value.
    generation : for official QPV only.
    vintage : year of the grid that an estimate rests on, None for an official contour.
    valid_from, valid_to : days in force; None, None answers at any date (estimates).
    reference : the text that fixes it; empty for an estimate.
    communes : INSEE codes (or names where the file only has names).
    source : what to cite.
    attributes : other figures of the file (population, share below the threshold…), for popups and exports.
    """

    code: str
    name: str
    kind: Kind
    geometry: BaseGeometry
    epsg: int
    estimated: bool
    generation: int | None = None
    vintage: int | None = None
    valid_from: date | None = None
    valid_to: date | None = None
    reference: str = ""
    communes: tuple[str, ...] = ()
    source: Source | None = None
    attributes: dict[str, str | int | float | bool | None] = field(default_factory=dict, hash=False)

    def in_force(self, on: date) -> bool:
        """Whether the perimeter answers on a day, both ends included; estimates answer at any date."""
        return (self.valid_from is None or self.valid_from <= on) and (self.valid_to is None or on <= self.valid_to)
