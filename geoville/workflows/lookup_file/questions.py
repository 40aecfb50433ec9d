"""Which columns of a file ask the question, and how their texts are asked at the desk."""

from __future__ import annotations

import re
from dataclasses import dataclass
from math import isnan, nan
from typing import TYPE_CHECKING, ClassVar

from geoville.errors import InvalidInputError, Location
from geoville.french import fold
from geoville.sources.rows.files import open_row_file

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date
    from pathlib import Path

    from geoville.model import Answer
    from geoville.sources.rows.files import RowFile
    from geoville.workflows.lookup import LookupDesk


_NUMBER = re.compile(r"[+-]?\d+(?:[.,]\d+)?(?:[eE][+-]?\d+)?", re.ASCII)

_CELL_OF_A_ROW = re.compile(r"^\W*\d|\d{4}")
"""A house number, a postcode, a date, a telephone: no name of a column."""

_ADDRESS_NAMES = ({"adresse", "address", "adresse postale", "adresse complete", "libelle adresse"},)
_TOWN_NAMES = (
    {"code postal", "cp", "codepostal", "postcode", "code post"},
    {"commune", "ville", "nom commune", "libelle commune", "city"},
)
_LON_NAMES = {"lon", "lng", "long", "longitude"}
_LAT_NAMES = {"lat", "latitude"}


@dataclass(frozen=True, slots=True)
class AddressQuestions:
    """Rows that ask about an address, written in one column or over several.

    Parameters
    ----------
    parts : columns, in the order in which an envelope would be written.
    postcode, citycode : columns that limit the search to a town; empty for none.
    """

    parts: tuple[str, ...]
    postcode: str = ""
    citycode: str = ""

    chunk_rows: ClassVar[int] = 200
    """Rows answered between two writes on the disk: under a second here, some seconds from a remote geocoder."""

    @property
    def columns(self) -> tuple[str, ...]:
        """Columns read."""
        return *self.parts, *filter(None, (self.postcode, self.citycode))

    @property
    def description(self) -> str:
        """Where the questions are read, in French."""
        limits = (("code postal", self.postcode), ("code de commune", self.citycode))
        said = [f" ; {name} lu dans : {column}" for name, column in limits if column]
        return f"adresse lue dans : {', '.join(self.parts)}{''.join(said)}"

    def ask(self, cells: tuple[str, ...], desk: LookupDesk, on: date) -> Answer | None:
        """Answer to a row; None where it asks nothing.

        Raises
        ------
        InvalidInputError
            The question cannot be asked: too long, coordinates out of range.
        """
        written = dict(zip(self.columns, cells, strict=True))
        lines = (" ".join(line.split()) for part in self.parts for line in written[part].splitlines())
        text = "\n".join(line for line in lines if line)
        if not text:
            return None
        limits = (written.get(column, "").strip() for column in (self.postcode, self.citycode))
        postcode, citycode = limits
        return desk.answer(text, on, postcode=postcode, citycode=citycode)


@dataclass(frozen=True, slots=True)
class CoordinateQuestions:
    """Rows that ask about a pair of coordinates, WGS84 degrees, with a decimal point or comma."""

    lon: str
    lat: str

    chunk_rows: ClassVar[int] = 8_192

    @property
    def columns(self) -> tuple[str, ...]:
        """Columns read."""
        return self.lon, self.lat

    @property
    def description(self) -> str:
        """Where the questions are read, in French."""
        return f"longitude lue dans : {self.lon} ; latitude dans : {self.lat}"

    def ask(self, cells: tuple[str, ...], desk: LookupDesk, on: date) -> Answer | None:
        """Answer to a row; None where it asks nothing.

        Raises
        ------
        InvalidInputError
            A coordinate is no number, or lies out of range.
        """
        if not "".join(cells).strip():
            return None
        lon, lat = map(degrees, cells)
        if isnan(lon) or isnan(lat):
            raise InvalidInputError("Coordonnée illisible", advice="écrire des degrés décimaux (WGS84)")
        return desk.answer_at(lon, lat, on)


def degrees(text: str) -> float:
    """Degrees that a cell holds, NaN where it holds no number."""
    return float(text.replace(",", ".")) if _NUMBER.fullmatch(text.strip()) else nan


Questions = AddressQuestions | CoordinateQuestions


@dataclass(frozen=True, slots=True)
class Naming:
    """How a door lets its users name columns, for the advice that errors give."""

    address: str
    coordinates: str


COMMAND_LINE = Naming("--address-columns", "--lon-column et --lat-column")
ARGUMENTS = Naming("address_columns", "lon_column et lat_column")


@dataclass(frozen=True, slots=True)
class Asking:
    """What is asked of every row."""

    questions: Questions
    on: date


@dataclass(frozen=True, slots=True)
class FileColumns:
    """What a user says of a file: the columns that ask, and how it is written. What is left out is recognised.

    Parameters
    ----------
    address : columns that hold the address, in the order of an envelope.
    postcode, citycode : columns that limit the search to a town.
    lon, lat : columns that hold the coordinates, WGS84 degrees.
    encoding, separator : of a CSV file.
    sheet : of a workbook.
    naming : how this user can name columns.
    """

    address: tuple[str, ...] = ()
    postcode: str | None = None
    citycode: str | None = None
    lon: str | None = None
    lat: str | None = None
    encoding: str | None = None
    separator: str | None = None
    sheet: str | None = None
    naming: Naming = COMMAND_LINE

    @property
    def may_be_numbers(self) -> bool:
        """Whether nothing is said of addresses, nor of a layout that Parquet has not."""
        return not any((self.address, self.postcode, self.citycode, self.encoding, self.separator, self.sheet))

    def open(self, path: Path) -> RowFile:
        """Open the file.

        Raises
        ------
        InvalidInputError
            It cannot be read, or is of a format that has no such layout.
        """
        return open_row_file(path, encoding=self.encoding, separator=self.separator, sheet=self.sheet)

    def questions(self, known: Sequence[str]) -> Questions:
        """Columns that ask the question: those named, else those whose names say what they hold.

        Parameters
        ----------
        known : columns of the file.

        Raises
        ------
        InvalidInputError
            A column is missing, stands twice in the file, or nothing tells which ones to read.
        """
        self._check()
        if self.address:
            questions: Questions = AddressQuestions(self.address, self.postcode or "", self.citycode or "")
        else:
            questions = _coordinates(self.lon, self.lat) or _recognised(known, self.naming)
        for name in questions.columns:
            _check_column(name, known)
        return questions

    def _check(self) -> None:
        """Refuse columns that say two things, or half of one."""
        address, coordinates = self.naming.address, self.naming.coordinates
        if self.address and (self.lon or self.lat):
            raise InvalidInputError(
                "Des colonnes d'adresse et de coordonnées sont demandées ensemble",
                advice=f"garder {address}, ou bien {coordinates}",
            )
        if bool(self.lon) != bool(self.lat):
            raise InvalidInputError("Il manque une coordonnée", advice=f"donner {coordinates} ensemble")
        if (self.postcode or self.citycode) and not self.address:
            raise InvalidInputError(
                "Un code postal ou de commune limite la recherche d'une adresse", advice=f"nommer {address} aussi"
            )


RECOGNISED = FileColumns()
"""Nothing is said of the file."""


def _coordinates(lon: str | None, lat: str | None) -> CoordinateQuestions | None:
    return CoordinateQuestions(lon, lat) if lon and lat else None


def _recognised(known: Sequence[str], naming: Naming) -> Questions:
    """Columns whose names say what they hold; an address that is written out comes before coordinates."""
    address = [_named(names, known) for names in _ADDRESS_NAMES]
    if any(address):
        parts = (*address, *(_named(names, known) for names in _TOWN_NAMES))
        return AddressQuestions(tuple(part for part in parts if part))
    coordinates = named_coordinates(known)
    if coordinates:
        return coordinates
    raise InvalidInputError(
        f"Aucune colonne ne s'appelle adresse, ni longitude et latitude ({_listed(known)})",
        advice=f"nommer celles à lire par {naming.address}, ou par {naming.coordinates}",
    )


def named_coordinates(known: Sequence[str]) -> CoordinateQuestions | None:
    """Columns whose names say that they hold coordinates; None where there are none."""
    return _coordinates(_named(_LON_NAMES, known), _named(_LAT_NAMES, known))


def _named(names: set[str], known: Sequence[str]) -> str | None:
    return next((column for column in known if fold(column) in names), None)


def _listed(known: Sequence[str]) -> str:
    """Names of the columns; not the first row of a file that names none, which is somebody's address."""
    if any(_CELL_OF_A_ROW.search(name) for name in known):
        return "la première ligne du fichier doit nommer ses colonnes, et semble être déjà une adresse"
    return f"colonnes du fichier : {', '.join(known)}"


def _check_column(name: str, known: Sequence[str]) -> None:
    if name not in known:
        raise InvalidInputError("Colonne absente", where=Location(column=name), advice=_listed(known))
    if list(known).count(name) > 1:
        raise InvalidInputError(
            "Colonne présente deux fois", where=Location(column=name), advice="renommer l'une des deux"
        )
