"""Which columns of a file ask the question, and how their texts are asked at the desk."""

from __future__ import annotations

import re
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import islice
from math import isnan, nan
from typing import TYPE_CHECKING, ClassVar

import numpy as np

from geoville.crs import (
    WGS84,
    accuracy_of_crs,
    crs_named,
    departement_of,
    likely_projections,
    projections_said,
    transform_point,
    transform_points,
)
from geoville.errors import InvalidInputError, Location
from geoville.french import fold, read_day
from geoville.geocoding.parse import parse_address
from geoville.sources.rows.files import open_row_file
from geoville.sources.rows.row import INSEE_CODE, code_of, columns_said
from geoville.workflows.lookup import ZERO_BACK

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date
    from pathlib import Path

    from numpy.typing import NDArray

    from geoville.model import Answer, Position
    from geoville.sources.rows.files import RowFile
    from geoville.workflows.lookup import LookupDesk


# --- What cells hold: codes that a spreadsheet took for numbers, numbers, days

_NUMBER = re.compile(r"[+-]?\d+(?:[.,]\d+)?(?:[eE][+-]?\d+)?", re.ASCII)

_DIGITS_ALONE = re.compile(r"\d+", re.ASCII)


def number_of(text: str) -> float:
    """Number that a cell holds, with a decimal point or comma and spaces between thousands; NaN where it holds none.

    >>> number_of("1,8867"), number_of(" 622 097,72"), number_of("n. c.")
    (1.8867, 622097.72, nan)
    """
    written = re.sub(r"(?<=\d)\s(?=\d{3}(?:\D|$))", "", text.strip().replace("\N{MINUS SIGN}", "-"))
    return float(written.replace(",", ".")) if _NUMBER.fullmatch(written) else nan


# --- Names of columns, folded, in the order of an envelope

_WHOLE_ADDRESS = {"adresse", "address", "adresse postale", "adresse complete", "libelle adresse"}
_LINES = tuple(
    {f"{name} {rank}" for name in ("adresse", "ligne", "adresse ligne")}
    | {f"adresse{rank}", f"adr{rank}", f"adr {rank}"}
    for rank in range(1, 5)
)
_NUMBER_NAMES = {
    *("numero", "n", "no", "num", "numero voie", "numero de voie", "numero de rue", "n voie", "n de voie"),
    *("numerovoieetablissement", "housenumber"),
}
_REPETITION_NAMES = {
    *("rep", "repetition", "suffixe", "indice de repetition", "indice repetition", "indicerepetitionetablissement"),
}
_TYPE_NAMES = {"type voie", "type de voie", "typevoieetablissement"}
_STREET_NAMES = {
    *("voie", "rue", "nom voie", "nom de voie", "nom de la voie", "libelle voie", "libelle de voie"),
    *("libelle de la voie", "voie nom", "nom de rue", "nom de la rue", "libellevoieetablissement", "street"),
    *("numero et voie", "n et voie", "numero et libelle de voie", "adresse voie"),
}
_POSTCODE_NAMES = {
    *("code postal", "cp", "codepostal", "postcode", "code post", "codepostaletablissement", "adresse code postal"),
    *("c p", "code postale", "code postal commune"),
}
_CITYCODE_NAMES = {
    *("code insee", "insee", "code commune", "citycode", "insee com", "codecommuneetablissement", "commune insee"),
    *("code insee commune", "code commune insee", "insee commune", "codeinsee", "depcom", "codgeo"),
}
_CODE_NAMES = _POSTCODE_NAMES | _CITYCODE_NAMES
_TOWN_NAMES = {
    *("commune", "ville", "nom commune", "libelle commune", "city", "libellecommuneetablissement", "commune nom"),
    *("nom de la commune", "localite", "adresse ville", "adresse commune", "nom de commune", "libelle de la commune"),
}
_LON_NAMES = {"lon", "lng", "long", "longitude"}
_LAT_NAMES = {"lat", "latitude"}
_EASTING_NAMES = {
    "x",
    "coord x",
    "coordx",
    "x l93",
    "x lambert93",
    "x lambert 93",
    "lambert93 x",
    "xlambert",
    "easting",
}
_NORTHING_NAMES = {name.replace("x", "y") for name in _EASTING_NAMES - {"easting"}} | {"northing"}


# --- Questions


@dataclass(frozen=True, slots=True)
class Reply:
    """What a row is answered.

    Parameters
    ----------
    answer : None where the row asks nothing.
    remarks : how it was read where that is not as it is written, French phrases "what : detail".
    """

    answer: Answer | None
    remarks: tuple[str, ...] = ()


NOTHING_ASKED = Reply(None)


@dataclass(frozen=True)
class AddressQuestions:
    """Rows that ask about an address, written in one column or over several.

    Parameters
    ----------
    parts : columns, in the order in which an envelope would be written.
    postcode, citycode : columns that limit the search to a town; empty for none.
    default_citycode : INSEE code of the town of the rows that name none; empty for none.
    day : column of the day asked about; empty for none.
    """

    parts: tuple[str, ...]
    postcode: str = ""
    citycode: str = ""
    default_citycode: str = ""
    day: str = ""

    chunk_rows: ClassVar[int] = 200
    """Rows answered between two writes on the disk: under a second here, some seconds from a remote geocoder."""

    @cached_property
    def columns(self) -> tuple[str, ...]:
        """Columns read."""
        return *self.parts, *filter(None, (self.postcode, self.citycode, self.day))

    @property
    def description(self) -> str:
        """Where the questions are read, in French."""
        limits = (("code postal", self.postcode), ("code de commune", self.citycode), ("jour", self.day))
        said = [f" ; {name} lu dans : {column}" for name, column in limits if column]
        town = f" ; commune des lignes qui n'en disent pas : {self.default_citycode}" if self.default_citycode else ""
        return f"adresse lue dans : {', '.join(self.parts)}{''.join(said)}{town}"

    @property
    def names_a_town(self) -> bool:
        """Whether a column is that of the town."""
        return bool(self.citycode) or bool(self._parts_named(_TOWN_NAMES | _CITYCODE_NAMES))

    def ask(self, cells: tuple[str, ...], desk: LookupDesk, on: date) -> Reply:
        """Answer to a row.

        Parameters
        ----------
        on : day asked about where the row gives none.

        Raises
        ------
        InvalidInputError
            The question cannot be asked: too long, coordinates out of range, a day that is none.
        """
        written = dict(zip(self.columns, cells, strict=True))
        if not self._text(written):
            return NOTHING_ASKED
        asked = day_of(written.get(self.day, ""), self.day, on)
        codes = {name: code_of(written[name]) for name in self._code_columns}
        reply = self._asked(written | codes, desk, asked)
        lost = {name: code for name, code in codes.items() if _is_given_back(code, written[name])}
        if not lost:
            return reply
        said = ", ".join(f"{name} {code}" for name, code in lost.items())
        if reply.answer and all(_confirms(reply.answer.position, code) for code in lost.values()):
            return replace(reply, remarks=(f"{ZERO_BACK} : {said}", *reply.remarks))
        typed = self._asked(written | codes | {name: written[name] for name in lost}, desk, asked)
        return replace(typed, remarks=(f"{ZERO_DOUBTFUL} : {said}", *typed.remarks))

    def _asked(self, written: dict[str, str], desk: LookupDesk, on: date) -> Reply:
        """Answer to a row whose codes are read."""
        text = self._text(written)
        postcode, citycode = (written.get(name, "").strip() for name in (self.postcode, self.citycode))
        default = "" if citycode or self._town_of(written) else self.default_citycode
        answer = desk.answer(text, on, postcode=postcode, citycode=citycode or default, rules=False)
        remarks = self._unknown_postcode(answer.position, written) if citycode or default else ()
        if not (answer.position and answer.position.firm) and default and parse_address(text).city:
            # The text names another town than the default.
            elsewhere = desk.answer(text, on, postcode=postcode, rules=False)
            is_better = elsewhere.position and (elsewhere.position.firm or answer.position is None)
            answer = elsewhere if is_better else answer
        notes = answer.position.notes if answer.position else ()
        zeros = tuple(note.rstrip(".") for note in notes if note.startswith(ZERO_BACK))
        return Reply(answer, (*zeros, *remarks))

    # What columns are named tells what they hold: it is read once for a file, not at each of its rows.

    @cached_property
    def _code_columns(self) -> tuple[str, ...]:
        return *self._parts_named(_CODE_NAMES), *filter(None, (self.postcode, self.citycode))

    @cached_property
    def _postcode_columns(self) -> tuple[str, ...]:
        return *self._parts_named(_POSTCODE_NAMES), *filter(None, (self.postcode,))

    @cached_property
    def _town_column(self) -> str:
        return next(iter(self._parts_named(_TOWN_NAMES)), "")

    def _parts_named(self, names: set[str]) -> tuple[str, ...]:
        return tuple(part for part in self.parts if fold(part) in names)

    def _text(self, written: dict[str, str]) -> str:
        lines = (" ".join(line.split()) for part in self.parts for line in written[part].splitlines())
        return "\n".join(line for line in lines if line)

    def _town_of(self, written: dict[str, str]) -> str:
        return written.get(self._town_column, "").strip()

    def _unknown_postcode(self, found: Position | None, written: dict[str, str]) -> tuple[str, ...]:
        """Remark about a postcode set aside: the list of addresses has none where it found the address."""
        codes = {written[name] for name in self._postcode_columns if written[name]}
        if found is None or found.postcode or not codes:
            return ()
        return (f"Code postal que la liste d'adresses ne connaît pas, laissé de côté : {', '.join(codes)}",)


ZERO_DOUBTFUL = "Code de quatre chiffres laissé tel quel, la commune trouvée ne confirme pas le zéro de tête"


def _is_given_back(code: str, written: str) -> bool:
    return code.startswith("0") and not written.strip().startswith("0")


def _confirms(found: Position | None, code: str) -> bool:
    """Whether an address has that postcode or INSEE code; without a postcode of its own, one of its département."""
    if found is None:
        return False
    return code in {found.postcode, found.citycode} or (
        not found.postcode and departement_of(code) == departement_of(found.citycode)
    )


def day_of(text: str, column: str, on: date) -> date:
    """Day that a cell gives; `on` where it is empty.

    Raises
    ------
    InvalidInputError
        It is no day; the sentence names the column, not what it holds.
    """
    if not text.strip():
        return on
    day = read_day(text)
    if day is None:
        raise InvalidInputError(
            "Date illisible", where=Location(column=column), advice="écrire AAAA-MM-JJ ou JJ/MM/AAAA"
        )
    return day


@dataclass(frozen=True, slots=True)
class CoordinateQuestions:
    """Rows that ask about a pair of coordinates, with a decimal point or comma.

    Parameters
    ----------
    lon, lat : columns of the longitude and latitude, or of the easting and northing.
    epsg : CRS of the coordinates.
    day : column of the day asked about; empty for none.
    """

    lon: str
    lat: str
    epsg: int = WGS84
    day: str = ""

    chunk_rows: ClassVar[int] = 8_192

    @property
    def columns(self) -> tuple[str, ...]:
        """Columns read."""
        return self.lon, self.lat, *filter(None, (self.day,))

    @property
    def description(self) -> str:
        """Where the questions are read, in French."""
        day = f" ; jour lu dans : {self.day}" if self.day else ""
        if self.epsg == WGS84:
            return f"longitude lue dans : {self.lon} ; latitude dans : {self.lat}{day}"
        return f"coordonnées EPSG:{self.epsg} lues dans : {self.lon}, {self.lat}{day}"

    def ask(self, cells: tuple[str, ...], desk: LookupDesk, on: date) -> Reply:
        """Answer to a row.

        Raises
        ------
        InvalidInputError
            A coordinate is no number, or lies out of range; a day is none.
        """
        if not "".join(cells[:2]).strip():
            return NOTHING_ASKED
        day = day_of(cells[2], self.day, on) if self.day else on
        first, second = map(number_of, cells[:2])
        if isnan(first) or isnan(second):
            advice = "écrire des degrés décimaux (WGS84)" if self.epsg == WGS84 else "écrire des mètres"
            raise InvalidInputError("Coordonnée illisible", advice=advice)
        lon, lat = transform_point(first, second, self.epsg, WGS84)
        return Reply(desk.answer_at(lon, lat, day, accuracy_of_crs(self.epsg), rules=False))


def degrees_of(
    first: NDArray[np.float64], second: NDArray[np.float64], epsg: int
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Longitudes and latitudes of (n,) coordinates of a CRS; NaN where they are none, or out of its reach."""
    if epsg == WGS84:
        return first, second
    try:
        return transform_points(first, second, epsg, WGS84)
    except InvalidInputError:  # of some, which are then told apart
        lon, lat = np.full(len(first), nan), np.full(len(first), nan)
    for rank in np.flatnonzero(np.isfinite(first) & np.isfinite(second)):
        with suppress(InvalidInputError):
            lon[rank], lat[rank] = transform_point(float(first[rank]), float(second[rank]), epsg, WGS84)
    return lon, lat


Questions = AddressQuestions | CoordinateQuestions


@dataclass(frozen=True, slots=True)
class Naming:
    """How a door lets its users name columns, for the advice that errors give."""

    address: str
    coordinates: str
    crs: str = "--crs"
    default_citycode: str = "--default-citycode"


COMMAND_LINE = Naming("--address-columns", "--lon-column et --lat-column")
ARGUMENTS = Naming("address_columns", "lon_column et lat_column", "crs", "default_citycode")


@dataclass(frozen=True, slots=True)
class Asking:
    """What is asked of every row."""

    questions: Questions
    on: date


SAMPLE_ROWS = 200


@dataclass(frozen=True, slots=True)
class FileColumns:
    """What a user says of a file: the columns that ask, and how it is written. What is left out is recognised.

    Parameters
    ----------
    address : columns that hold the address, in the order of an envelope.
    postcode, citycode : columns that limit the search to a town.
    lon, lat : columns that hold the coordinates.
    encoding, separator : of a CSV file.
    sheet : of a workbook.
    naming : how this user can name columns.
    date : column that holds the day asked about, row by row.
    default_citycode : INSEE code of the town of the rows that name none.
    crs : of the coordinates, an EPSG code or a name; WGS84 degrees unless given.
    only_coordinates : whether addresses are not looked for.
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
    date: str | None = None
    default_citycode: str | None = None
    crs: str | None = None
    only_coordinates: bool = False

    @property
    def may_be_numbers(self) -> bool:
        """Whether nothing is said of addresses, nor of a layout that Parquet has not."""
        said = (self.address, self.postcode, self.citycode, self.default_citycode)
        return not any((*said, self.encoding, self.separator, self.sheet, self.date))

    def open(self, path: Path) -> RowFile:
        """Open the file.

        Raises
        ------
        InvalidInputError
            It cannot be read, or is of a format that has no such layout.
        """
        return open_row_file(
            path,
            encoding=self.encoding,
            separator=self.separator,
            sheet=self.sheet,
            is_header=self.are_in,
            fitted=self.fitted,
        )

    def are_in(self, names: Sequence[str]) -> bool:
        """Whether names of columns are those that ask, so that their row is the header."""
        named = [name for name in (*self.address, self.postcode, self.citycode, self.lon, self.lat) if name]
        if named:
            return set(named) <= set(names)
        try:
            self._recognised(names)
        except InvalidInputError:
            return False
        return True

    def fitted(self, cells: Sequence[str], known: Sequence[str], separator: str) -> list[str] | None:
        """Cells of a row that has more than there are columns, one for each column; None where that is not clear.

        A separator in an address makes two cells of it: they are one again where the code and the town that follow are
        then in their own columns. Where a decimal comma separates too, each number is made of two cells.
        """
        try:
            questions = self.questions(known)
        except InvalidInputError:
            return None
        if isinstance(questions, CoordinateQuestions):
            return _with_decimals(cells, known, questions, separator)
        return _with_one_address(cells, known, questions, separator)

    def asked_of(self, file: RowFile) -> Questions:
        """Columns of a file that ask the question, once its first coordinates are seen to be what they are taken for.

        Raises
        ------
        InvalidInputError
            As `questions`; or the coordinates are metres of a projection that the user did not name.
        """
        questions = self.questions(file.columns)
        if isinstance(questions, CoordinateQuestions):
            places = [file.columns.index(name) for name in (questions.lon, questions.lat)]
            self.check_degrees(questions, [row.cells for row in islice(file.rows(places), SAMPLE_ROWS)])
        return questions

    def check_degrees(self, questions: CoordinateQuestions, rows: Sequence[tuple[str, ...]]) -> None:
        """Refuse degrees that are the metres of a projection, and name it.

        Parameters
        ----------
        rows : cells of the two columns, of the first rows.
        """
        if questions.epsg != WGS84:
            return
        pairs = np.array([[number_of(cell) for cell in cells[:2]] for cells in rows]).reshape(-1, 2)
        found = likely_projections(pairs[:, 0], pairs[:, 1])
        if found:
            ways = " ou ".join(f"{self.naming.crs} {epsg}" for epsg in found)
            raise InvalidInputError(
                f"Les colonnes {questions.lon} et {questions.lat} sont en {projections_said(found)}, et non en degrés",
                advice=f"le dire par {ways}",
            )

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
            questions = _coordinates(self.lon, self.lat) or self._recognised(known)
        questions = self._completed(questions)
        for name in questions.columns:
            _check_column(name, known)
        return questions

    def _recognised(self, known: Sequence[str]) -> Questions:
        """Columns whose names say what they hold; an address that is written out comes before coordinates."""
        coordinates = named_coordinates(known)
        in_parts = not any(_named(names, known) for names in (_WHOLE_ADDRESS, *_LINES))  # a list of addresses, placed
        only_coordinates = self.only_coordinates or bool(coordinates and (self.crs or in_parts))
        address = () if only_coordinates else _address_columns(known)
        if address:
            codes = "" if _named(_TOWN_NAMES, known) else _named(_CITYCODE_NAMES, known) or ""
            return AddressQuestions(address, citycode=codes)
        if coordinates:
            return coordinates
        if self.only_coordinates:
            raise InvalidInputError(
                f"Aucune colonne ne s'appelle longitude et latitude ({columns_said(known)})",
                advice=f"nommer celles à lire par {self.naming.coordinates}",
            )
        raise InvalidInputError(
            f"Aucune colonne ne s'appelle adresse, ni longitude et latitude ({columns_said(known)})",
            advice=f"nommer celles à lire par {self.naming.address}, ou par {self.naming.coordinates}",
        )

    def _completed(self, questions: Questions) -> Questions:
        """The same questions with the day, the default town and the CRS that are said."""
        questions = replace(questions, day=self.date or "")
        if isinstance(questions, CoordinateQuestions):
            return replace(questions, epsg=crs_named(self.crs)) if self.crs else questions
        if self.crs:
            raise InvalidInputError(
                "Un système de coordonnées est donné pour un fichier d'adresses",
                advice=f"ôter {self.naming.crs}, ou nommer {self.naming.coordinates}",
            )
        default = code_of(self.default_citycode or "")
        if default and not INSEE_CODE.fullmatch(default):
            raise InvalidInputError(
                "Code de commune mal formé", where=Location(column=self.naming.default_citycode), advice="écrire 34172"
            )
        return replace(questions, default_citycode=default)

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


def _with_one_address(
    cells: Sequence[str], known: Sequence[str], questions: AddressQuestions, separator: str
) -> list[str] | None:
    codes = _CODE_NAMES
    places = [known.index(part) for part in questions.parts if fold(part) not in codes | _TOWN_NAMES]
    ends = [known.index(name) for name in questions.columns if fold(name) in codes or name == questions.postcode]
    if not places or not ends or min(ends) < max(places):
        return None
    place, surplus = max(places), len(cells) - len(known)
    parts = [part.strip() for part in cells[place : place + surplus + 1] if part.strip()]
    fitted = [*cells[:place], f"{separator} ".join(parts), *cells[place + surplus + 1 :]]
    towns = [known.index(part) for part in questions.parts if fold(part) in _TOWN_NAMES]
    right = all(INSEE_CODE.fullmatch(code_of(fitted[end])) for end in ends)
    return fitted if right and not any(_DIGITS_ALONE.fullmatch(fitted[town].strip()) for town in towns) else None


def _with_decimals(
    cells: Sequence[str], known: Sequence[str], questions: CoordinateQuestions, separator: str
) -> list[str] | None:
    first, second = known.index(questions.lon), known.index(questions.lat)
    if separator != "," or len(cells) != len(known) + 2 or abs(first - second) != 1:
        return None
    place = min(first, second)
    four = [cell.strip() for cell in cells[place : place + 4]]
    if not all(_DIGITS_ALONE.fullmatch(part.removeprefix("-")) for part in four) or four[1][:1] == "-":
        return None
    return [*cells[:place], f"{four[0]},{four[1]}", f"{four[2]},{four[3]}", *cells[place + 4 :]]


def _coordinates(lon: str | None, lat: str | None) -> CoordinateQuestions | None:
    return CoordinateQuestions(lon, lat) if lon and lat else None


def _address_columns(known: Sequence[str]) -> tuple[str, ...]:
    """Columns of an address in the order of an envelope; none where no column is that of a street."""
    whole = _named(_WHOLE_ADDRESS, known)
    lines = [_named(names, known) for names in _LINES]
    street = _named(_STREET_NAMES, known)
    if whole or any(lines):
        parts = [whole, *lines]
    elif street:
        parts = [_named(names, known) for names in (_NUMBER_NAMES, _REPETITION_NAMES, _TYPE_NAMES)] + [street]
    else:
        return ()
    return tuple(part for part in (*parts, _named(_POSTCODE_NAMES, known), _named(_TOWN_NAMES, known)) if part)


def named_coordinates(known: Sequence[str]) -> CoordinateQuestions | None:
    """Columns whose names say that they hold coordinates; None where there are none."""
    degrees = _coordinates(_named(_LON_NAMES, known), _named(_LAT_NAMES, known))
    return degrees or _coordinates(_named(_EASTING_NAMES, known), _named(_NORTHING_NAMES, known))


def _named(names: set[str], known: Sequence[str]) -> str | None:
    return next((column for column in known if fold(column) in names), None)


def _check_column(name: str, known: Sequence[str]) -> None:
    if name not in known:
        raise InvalidInputError("Colonne absente", where=Location(column=name), advice=columns_said(known))
    if list(known).count(name) > 1:
        raise InvalidInputError(
            "Colonne présente deux fois", where=Location(column=name), advice="renommer l'une des deux"
        )
