"""Lists of addresses and of named places, read from CSV or GeoJSON and checked line by line.

Two address layouts are known: the BAN's (`;`, accuracy in `type_position`) and a small one (`,`, accuracy in
`precision`). Places come as CSV, or as GeoJSON points with a `name` or `nom`.
"""

from __future__ import annotations

import csv
import gzip
import io
import json
import math
import re
import zlib
from collections import Counter
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from functools import lru_cache
from itertools import islice
from operator import attrgetter, itemgetter
from typing import IO, TYPE_CHECKING, Any, NamedTuple, NoReturn, cast

from geoville.crs import departement_of
from geoville.errors import AddressListError, Location
from geoville.french import counted, well_read
from geoville.law import known_precisions
from geoville.model import Address, AddressColumns, AddressList, NumberedStreet
from geoville.sources.files import require_file
from geoville.sources.rows.csv import SAMPLE_BYTES, TextEncoding, encoding_of
from geoville.sources.rows.row import code_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path

    RowReader = Callable[[Path, int, dict[str, str]], Address]


# --- Cells of lists of addresses and places, checked; a fault names its file, its line and its column

METROPOLITAN_LON = (-6.0, 10.0)
METROPOLITAN_LAT = (41.0, 52.0)

MOST_DIGITS = 18
"""Of a house number: an index has no room for more."""

_AT_HAND = 1_000
"""Names and codes kept as they are read: lists come town by town and street by street, and say them again and again."""

_POSTCODE = re.compile(r"\d{5}")
_INSEE_CODE = re.compile(r"\d[\dAB]\d{3}")


def check_codes(path: Path, line: int, row: dict[str, str]) -> None:
    """Refuse a postcode or an INSEE code that cannot be; a postcode may be unknown."""
    postcode = row.get("code_postal", "")
    if postcode and not _POSTCODE.fullmatch(postcode):
        fault("Code postal qui n'a pas cinq chiffres", path, line, "code_postal", postcode)
    if not _INSEE_CODE.fullmatch(row["code_insee"]):
        fault("Code INSEE de commune mal formé", path, line, "code_insee", row["code_insee"])


def house_number(path: Path, line: int, text: str) -> int | None:
    """House number of a cell, None where it is empty or 0, which is no number; AddressListError where it is none."""
    if text and not (text.isascii() and text.isdigit()):
        fault("Numéro de rue qui n'est pas un entier", path, line, "numero", text, "mettre « bis » ou « b » dans rep")
    if len(text) > MOST_DIGITS:
        fault(f"Numéro de rue de plus de {MOST_DIGITS} chiffres", path, line, "numero", text)
    return (int(text) or None) if text else None


def position_of(path: Path, line: int, row: dict[str, str]) -> tuple[float, float]:
    """Longitude and latitude of a row, degrees; AddressListError where they are not."""
    return degrees(path, line, "lon", row["lon"], 180.0), degrees(path, line, "lat", row["lat"], 90.0)


def degrees(path: Path, line: int, column: str, text: str, limit: float) -> float:
    """Coordinate of a cell, in degrees of absolute value at most `limit`; AddressListError where it is not one."""
    advice = "donner des degrés décimaux (WGS84)"
    try:
        value = float(text.replace(",", ".") if "," in text else text)
    except ValueError:
        fault("Coordonnée illisible", path, line, column, text, advice)
    if not (math.isfinite(value) and abs(value) <= limit):
        fault("Coordonnée hors du globe", path, line, column, text, advice)
    return value


def check_metropolitan(path: Path, line: int, row: dict[str, str], lon: float, lat: float) -> None:
    """Catch longitude and latitude exchanged, which both lie on the globe."""
    bounds = bounds_of(row["code_insee"])
    for column, value, (low, high) in zip(("lon", "lat"), (lon, lat), bounds, strict=True):
        if not low <= value <= high:
            fault(
                "Position hors de France métropolitaine pour une commune qui y est",
                path,
                line,
                column,
                row[column],
                "vérifier que la longitude et la latitude ne sont pas échangées",
            )


@lru_cache(_AT_HAND)
def bounds_of(citycode: str) -> tuple[tuple[float, float], tuple[float, float]]:
    """Longitudes and latitudes between which the addresses of a commune are, degrees."""
    overseas = len(departement_of(citycode)) == len("971")
    return ((-180.0, 180.0), (-90.0, 90.0)) if overseas else (METROPOLITAN_LON, METROPOLITAN_LAT)


def known_precision(path: Path, line: int, column: str, text: str) -> str:
    """Key of the accuracy table for a precision of the small layouts ("declared (tens of metres)": declared)."""
    key = "adresse" if text == "BAN" else text.split(" (", maxsplit=1)[0]
    known = known_precisions()
    if key not in known:
        fault("Précision inconnue", path, line, column, text, f"écrire l'une de : {', '.join(known)}")
    return key


def fault(
    message: str, path: Path, line: int | None, column: str | None, value: str | None, advice: str | None = None
) -> NoReturn:
    """Raise AddressListError about a cell."""
    raise AddressListError(message, where=Location(path.name, line, column, value), advice=advice)


# --- Rows of lists of addresses, in the layouts of the BAN, of the base adresse locale (BAL) and of geoville

ADDRESS_COLUMNS = ("numero", "nom_voie", "code_insee", "nom_commune", "lon", "lat")
OTHER_COLUMNS = ("id", "rep", "code_postal")
"""Of the BAN's layout too, but lists of towns are published without them."""

CODES = ("code_postal", "code_insee", "commune_insee")
BAL_COLUMNS = ("cle_interop", "numero", "suffixe", "voie_nom", "commune_nom", "long", "lat")

WITHOUT_TYPE = "segment"
"""Precision of a position whose type is not said: the vaguest that an address has."""

_read = lru_cache(_AT_HAND)(well_read)

UNSAID = "?"
NO_NUMBER_OF_BAL = "99999"
INSEE_CODE_LENGTH = 5


def ban_address(path: Path, line: int, row: dict[str, str]) -> Address:
    """Address of a row of the BAN's layout, or of the small one.

    Raises
    ------
    AddressListError
        The first fault: empty cell, number, code, position or precision that cannot be.
    """
    for column in ("id", "nom_voie", "nom_commune"):
        if not row.get(column, UNSAID):
            fault("Case vide", path, line, column, None)
    check_codes(path, line, row)
    lon, lat = position_of(path, line, row)
    check_metropolitan(path, line, row, lon, lat)
    return Address(
        id=row.get("id") or f"{path.stem}:{line}",
        number=house_number(path, line, row["numero"]),
        suffix=row.get("rep", "").lower(),
        street=_read(row["nom_voie"]),
        place="",
        postcode=row.get("code_postal", ""),
        citycode=row["code_insee"],
        city=_read(row["nom_commune"]),
        lon=lon,
        lat=lat,
        precision=_precision(path, line, row),
        source=row.get("source", ""),
        former_citycode=row.get("code_insee_ancienne_commune", ""),
        former_city=row.get("nom_ancienne_commune", ""),
    )


def bal_address(path: Path, line: int, row: dict[str, str]) -> Address:
    """Address of a row of a BAL, versions 1.1 to 1.4; see `ban_address`."""
    numbered = row["numero"] != NO_NUMBER_OF_BAL
    as_ban = {
        "id": row["cle_interop"],
        "numero": row["numero"] if numbered else "",
        "rep": row["suffixe"],
        "nom_voie": row["voie_nom"],
        "code_postal": "",
        "code_insee": row.get("commune_insee") or row["cle_interop"][:INSEE_CODE_LENGTH],
        "nom_commune": row["commune_nom"],
        "lon": row["long"],
        "lat": row["lat"],
        "type_position": row.get("position", "") if numbered else "street",
        "source": row.get("source", ""),
        "code_insee_ancienne_commune": row.get("commune_deleguee_insee", ""),
        "nom_ancienne_commune": row.get("commune_deleguee_nom", ""),
    }
    return ban_address(path, line, as_ban)


def _precision(path: Path, line: int, row: dict[str, str]) -> str:
    if "precision" in row:
        return known_precision(path, line, "precision", row["precision"])
    return _position_type(row.get("type_position", ""))


@lru_cache(_AT_HAND)
def _position_type(text: str) -> str:
    return text.strip().lower().replace("’", "'") or WITHOUT_TYPE


Row = tuple[int, dict[str, str]]
"""Line number of a row in its file (header: 1), and its cells by column."""

PLACE_COLUMNS = ("name", "lon", "lat", "address")
UNSAID_PLACE = "declared"

_POSTAL_ADDRESS = re.compile(r"(?P<street>.*?),?\s*(?P<postcode>\d{5})\s+(?P<city>.+)")


def read_addresses(path: Path, *, complete: bool, name: str) -> AddressList:
    """Read a list of addresses: any that `data addresses build` reads. A row that cannot be read stops no other.

    Parameters
    ----------
    path : see `open_address_file`.
    complete : whether every address of the towns listed is there; it is not where a row could not be read.
    name : French noun phrase that names the list ("la liste embarquée"); said to be partial where a row is lacking.

    Raises
    ------
    AddressListError
        The file is in no known layout, or none of its rows is an address: the first fault.
    """
    found, refused = read_every_address(path)
    partial = f", partielle ({said_refused(len(refused))})" if refused else ""
    return AddressList(found, complete and not refused, name + partial)


def read_every_address(path: Path) -> tuple[tuple[Address, ...], tuple[AddressListError, ...]]:
    """Addresses of a list, each once, and the rows that gave none."""
    read = [row.address for row in open_address_file(path).rows()]
    found = tuple(dict.fromkeys(address for address in read if isinstance(address, Address)))
    refused = tuple(error for error in read if isinstance(error, AddressListError))
    _refuse_all(path, bool(found), refused)
    return found, refused


def said_refused(rows: int) -> str:
    """How many rows could not be read, in French."""
    return counted(rows, "ligne illisible", "lignes illisibles")


def read_places(path: Path) -> tuple[Address, ...]:
    """Read named places from CSV or Parquet, or from GeoJSON points (WGS84) with a `name` or `nom`.

    The precision is the file's; where it says none, it is deduced from the category and the postal address (a
    street-level geocode, a station, a numbered address), else taken as declared by whoever made the file.

    Raises
    ------
    AddressListError
        See `read_every_place`.
    """
    return read_every_place(path)[0]


def read_every_place(path: Path) -> tuple[tuple[Address, ...], tuple[AddressListError, ...]]:
    """Named places of a file, and the rows that gave none: one that cannot be read stops no other.

    Raises
    ------
    AddressListError
        A missing column, or a fault in every row, the first one: no name, geometry that is not a point, position or
        precision that cannot be.
    """
    found: list[Address] = []
    refused: list[AddressListError] = []
    for line, row in _rows_or_faults(path, PLACE_COLUMNS):
        try:
            if isinstance(row, AddressListError):
                raise row
            found.append(_place(path, line, row))
        except AddressListError as error:
            refused.append(error)
    _refuse_all(path, bool(found), refused)
    return tuple(found), tuple(refused)


def _refuse_all(path: Path, found: bool, refused: Sequence[AddressListError]) -> None:  # noqa: FBT001
    """Refuse a file of which nothing could be read, by its first fault."""
    if not found:
        if refused:
            raise refused[0]
        fault("Liste vide", path, None, None, None, "donner au moins une ligne sous l'en-tête")


def place_rows(path: Path, required: tuple[str, ...], *, unplaced: bool = False) -> Iterator[Row]:
    """Rows of a file of places, whatever its format.

    Parameters
    ----------
    required : columns of a table.
    unplaced : take a GeoJSON feature without geometry instead of refusing it.
    """
    for line, row in _rows_or_faults(path, required, unplaced=unplaced):
        if isinstance(row, AddressListError):
            raise row
        yield line, row


def _rows_or_faults(
    path: Path, required: tuple[str, ...], *, unplaced: bool = False
) -> Iterator[tuple[int, dict[str, str] | AddressListError]]:
    """Rows of a file of places, and those at fault; AddressListError where none can be read."""
    suffix = path.suffix.lower()
    if suffix in {".geojson", ".json"}:
        return geojson_rows(path, unplaced=unplaced)
    return parquet_rows(path, required) if suffix == ".parquet" else csv_rows(path, required)


def _place(path: Path, line: int, row: dict[str, str]) -> Address:
    if not row["name"]:
        fault("Lieu sans nom", path, line, "name", None)
    lon, lat = position_of(path, line, row)
    postal = _POSTAL_ADDRESS.fullmatch(row["address"])
    said = row.get("precision", "")
    return Address(
        id=f"{path.stem}:{line}",
        number=None,
        suffix="",
        street=postal["street"] if postal else row["address"],
        place=row["name"],
        postcode=postal["postcode"] if postal else "",
        citycode="",
        city=postal["city"] if postal else "",
        lon=lon,
        lat=lat,
        precision=known_precision(path, line, "precision", said) if said else _deduced_precision(row),
        source=row.get("source", ""),
        category=row.get("category", ""),
    )


def _deduced_precision(row: dict[str, str]) -> str:
    category, address = row.get("category", ""), row["address"]
    if "street" in category or (address and not address[0].isdigit()):
        return "street"
    if category.startswith(("gare", "halte")):
        return "station"
    return "adresse" if address else UNSAID_PLACE


def csv_rows(path: Path, required: tuple[str, ...]) -> Iterator[tuple[int, dict[str, str] | AddressListError]]:
    """Rows of a CSV file, cells trimmed, blank lines left out, and those at fault."""
    text = _text_of_file(path)
    header, separator, title = header_of(io.StringIO(text, newline=""))
    reader = csv.reader(islice(io.StringIO(text, newline=""), title, None), delimiter=separator)
    columns = _cells(header, separator)
    for column in required:
        if column not in columns:
            fault("Colonne absente", path, 1, column, None, f"colonnes attendues : {', '.join(required)}")
    empty = True
    while True:
        try:
            cells = next(reader, None)
        except csv.Error:
            yield (
                title + reader.line_num,
                _error("Ligne que le format CSV ne permet pas", path, title + reader.line_num),
            )
            continue
        if cells is None:
            break
        if any(cells):
            empty = False
            trimmed = [cell.strip() for cell in cells]
            yield title + reader.line_num, _row_of(path, title + reader.line_num, trimmed, columns)
    if empty:
        fault("Liste vide", path, None, None, None, "donner au moins une ligne sous l'en-tête")


def _row_of(path: Path, line: int, cells: list[str], columns: list[str]) -> dict[str, str] | AddressListError:
    """Trimmed cells by column: those that a row leaves out at its end are filled, blank ones in surplus left out."""
    if len(cells) > len(columns) and any(cells[len(columns) :]):
        return _miscounted(path, line, cells, columns)
    if len(cells) < len(columns):
        cells = [*cells, *("",) * (len(columns) - len(cells))]
    return dict(zip(columns, cells, strict=False))


def _miscounted(path: Path, line: int, cells: list[str], columns: list[str]) -> AddressListError:
    return _error(f"Ligne de {counted(len(cells), 'case')} au lieu de {len(columns)}", path, line)


def parquet_rows(path: Path, required: tuple[str, ...]) -> Iterator[tuple[int, dict[str, str] | AddressListError]]:
    """Rows of a Parquet table, with their rank; what is null becomes empty."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    require_file(path, AddressListError)
    try:
        table = pq.read_table(path)
    except (OSError, pa.ArrowException):
        fault("Fichier illisible", path, None, None, None, "donner une table Parquet")
    for column in required:
        if column not in table.column_names:
            fault("Colonne absente", path, None, column, None, f"colonnes attendues : {', '.join(required)}")
    for rank, row in enumerate(table.to_pylist(), start=1):
        yield rank, {column: "" if value is None else str(value).strip() for column, value in row.items()}


def geojson_rows(path: Path, *, unplaced: bool = False) -> Iterator[tuple[int, dict[str, str] | AddressListError]]:
    """Points of a GeoJSON file as rows, with their rank, and features at fault.

    Parameters
    ----------
    unplaced : take a feature without geometry, with an empty `lon` and `lat`, instead of refusing it.
    """
    try:
        document = json.loads(_text_of_file(path))
        features = list(document["features"])
    except (ValueError, KeyError, TypeError):
        fault("Fichier qui n'est pas une collection GeoJSON", path, None, None, None)
    if not features:
        fault("Liste vide", path, None, None, None, "donner au moins un point")
    for rank, feature in enumerate(features, start=1):
        try:
            yield rank, _feature_row(path, rank, feature, unplaced=unplaced)
        except AddressListError as error:
            yield rank, error


def _feature_row(path: Path, rank: int, feature: Any, *, unplaced: bool) -> dict[str, str]:
    try:
        geometry = feature["geometry"]
        if geometry is None and unplaced:
            geometry = {"type": "Point", "coordinates": ("", "")}
        kind = geometry["type"]
        lon, lat = geometry["coordinates"][:2]
        properties = feature.get("properties") or {}
        texts = {str(key): "" if value is None else str(value).strip() for key, value in properties.items()}
    except (KeyError, TypeError, ValueError, AttributeError):
        kind = None
    if kind != "Point":
        fault("Lieu qui n'est pas un point", path, rank, "geometry", None, "donner un point par lieu")
    name = texts.get("name") or texts.get("nom") or ""
    return {"address": "", **texts, "name": name, "lon": str(lon), "lat": str(lat)}


def _text_of_file(path: Path) -> str:
    require_file(path, AddressListError)
    try:
        content = path.read_bytes()
    except OSError as error:
        raise AddressListError(
            "Fichier illisible", where=Location(file=path.name), advice="vérifier le chemin"
        ) from error
    text = encoding_of(content[:SAMPLE_BYTES], content.splitlines())
    with text.reading(io.BytesIO(content)) as lines:
        return "".join(text.legible(line)[0] for line in lines)


# --- Addresses in the lines of JSON that addok is fed with: one street per line, its numbers inside

STREETS = frozenset({"street", "place", "locality"})
TOWNS = frozenset({"municipality", "city", "town", "village", "commune"})

_NUMBER = re.compile(r"\s*(\d+)\s*(\S*)\s*")


def json_line_addresses(path: Path, line: int, text: str) -> Iterator[Address | AddressListError]:
    """Addresses of one line: the point of the street, then its numbers; none for a town.

    What cannot be read is an error among them.
    """
    try:
        street = json.loads(text)
        kind, numbers = str(street["type"]), dict(street.get("housenumbers") or {})
        common = _common(street)
    except (ValueError, KeyError, TypeError, AttributeError):
        yield _error("Ligne qui n'est pas une rue en JSON", path, line)
        return
    if kind in TOWNS:
        return
    if kind not in STREETS:
        yield _error(f"Nature inconnue : « {kind} »", path, line)
        return
    rows = [{**common, "numero": "", "rep": "", **_point(street), "type_position": "street"}]
    rows += [{**common, **_numbered(common["id"], number, said)} for number, said in numbers.items()]
    for row in rows:
        try:
            yield ban_address(path, line, row)
        except AddressListError as error:
            yield error


def _common(street: dict[str, Any]) -> dict[str, str]:
    keys = {
        "id": "id",
        "nom_voie": "name",
        "code_postal": "postcode",
        "code_insee": "citycode",
        "nom_commune": "city",
        "code_insee_ancienne_commune": "oldcitycode",
        "nom_ancienne_commune": "oldcity",
    }
    common = {column: _text_of_value(street.get(key)) for column, key in keys.items()}
    return {**common, "code_insee": common["code_insee"] or common["id"][:INSEE_CODE_LENGTH]}


def _numbered(street_id: str, number: str, said: Any) -> dict[str, str]:
    match = _NUMBER.fullmatch(number)
    digits, repetition = (match[1], match[2]) if match else (number, "")
    known = said if isinstance(said, dict) else {}
    key = _text_of_value(known.get("id")) or f"{street_id}_{number}"
    return {"id": key, "numero": digits, "rep": repetition, **_point(known), "type_position": WITHOUT_TYPE}


def _point(known: dict[str, Any]) -> dict[str, str]:
    return {"lon": _text_of_value(known.get("lon") or known.get("long")), "lat": _text_of_value(known.get("lat"))}


def _text_of_value(value: Any) -> str:
    """Text of a value, the first one where there are several."""
    first = (value or [""])[0] if isinstance(value, list) else value
    return "" if first is None else str(first).strip()


def _error(message: str, path: Path, line: int) -> AddressListError:
    return AddressListError(message, where=Location(path.name, line))


# --- Addresses of a file of any size, read as they come; a row that cannot be read does not stop the others

GZIP_START = b"\x1f\x8b"
UNREAD = ("", "")
"""INSEE code and street of a row of which neither can be read."""

_Read = tuple[int, "Address | AddressListError", tuple[str, str], tuple[str, ...]]

BAN, BAL, JSON_LINES = "BAN", "BAL", "addok"


@dataclass(frozen=True, slots=True)
class ReadRow:
    """What one row gave: an address, or why it gave none.

    Parameters
    ----------
    line : of the file, from 1; several rows of JSON may come from one.
    bytes_read : of the file so far, or some lines before, to show progress.
    street : INSEE code and name of the street of a row that gave no address; empty where they cannot be read.
    remarks : what had to be done to read the row, French phrases.
    """

    address: Address | AddressListError
    line: int
    bytes_read: int
    street: tuple[str, str] = ("", "")
    remarks: tuple[str, ...] = ()


BLOCK_CHARACTERS = 1 << 20
"""Text of a file that is read at once: some six thousand addresses."""


class TextBlock(NamedTuple):
    """Whole lines of a file, not read as addresses yet.

    Parameters
    ----------
    after : number of the line before the first.
    bytes_read : of the file, up to the end of these lines or a little further.
    last : number of the last line.
    columns, separator : of the cells of a CSV.
    """

    text: str
    after: int
    last: int
    bytes_read: int
    columns: tuple[str, ...]
    separator: str


@dataclass(slots=True)
class ReadBlock:
    """What the lines of a block gave.

    Parameters
    ----------
    refused : why a row gave no address, and the INSEE code and the name of its street, empty where they cannot be read.
    remarks : rows by what had to be done to read them.
    """

    addresses: AddressColumns = field(default_factory=AddressColumns)
    refused: list[tuple[AddressListError, tuple[str, str]]] = field(default_factory=list)
    remarks: Counter[str] = field(default_factory=Counter)

    def add(self, row: _Read) -> None:
        """Add what a row gave."""
        _, address, street, remarks = row
        self.remarks.update(remarks)
        if isinstance(address, AddressListError):
            self.refused.append((address, street))
        else:
            self.addresses.add(address)


@dataclass(frozen=True, slots=True)
class AddressFile:
    """A file of addresses whose layout is known: "BAN", "BAL" or "addok"."""

    path: Path
    layout: str
    encoding: TextEncoding

    def rows(self, after: int = 0) -> Iterator[ReadRow]:
        """Addresses and refused rows, in the order of the file; see `blocks`."""
        for block in self.blocks(after):
            for line, text in _lines(block):
                for _, address, street, remarks in self._rows_of(line, text, block):
                    yield ReadRow(address, line, block.bytes_read, street, remarks)

    def blocks(self, after: int = 0) -> Iterator[TextBlock]:
        """The lines of the file, some thousands at once.

        Parameters
        ----------
        after : line after which to start; those before it are passed over.

        Raises
        ------
        AddressListError
            The file ends in the middle of its compression, or cannot be read any more.
        """
        with _opened(self.path, self.encoding) as (raw, lines):
            columns: tuple[str, ...] = ()
            separator, line = "", 0
            if self.layout != JSON_LINES:
                header, separator, line = header_of(lines)
                columns = tuple(column.lower() for column in _cells(header, separator))
            for _ in islice(lines, max(after - line, 0)):
                line += 1
            while text := lines.read(BLOCK_CHARACTERS):
                text += lines.readline()
                last = line + text.count("\n") + (not text.endswith("\n"))
                yield TextBlock(text, line, last, raw.tell(), columns, separator)
                line = last

    def read(self, block: TextBlock) -> ReadBlock:
        """Addresses and refused rows of a block: those of `rows`."""
        found = ReadBlock()
        plain = _PlainRows(self, block, found.addresses) if _PlainRows.may_be_in(self, block) else None
        for line, text in _lines(block):
            if plain is None or not plain.take(text):
                for row in self._rows_of(line, text, block):
                    found.add(row)
        return found

    def _rows_of(self, line: int, text: str, block: TextBlock) -> Iterator[_Read]:
        """What a line gives, whatever is wrong with it; nothing where it is blank."""
        if not text or text.isspace():
            return
        legible, remarks = self.encoding.legible(text)
        if self.layout == JSON_LINES:
            for address in json_line_addresses(self.path, line, legible):
                street = _street_of_json(legible) if isinstance(address, AddressListError) else UNREAD
                yield line, address, street, remarks
        else:
            yield self._row_of_cells(line, _cells(legible, block.separator), [*block.columns], remarks)

    def _row_of_cells(self, line: int, cells: list[str], columns: list[str], remarks: tuple[str, ...]) -> _Read:
        read: RowReader = bal_address if self.layout == BAL else ban_address
        row = _row_of(self.path, line, cells, columns)
        if isinstance(row, AddressListError):
            return line, row, UNREAD, remarks
        remarks += _give_zeros_back(row)
        try:
            return line, read(self.path, line, row), UNREAD, remarks
        except AddressListError as error:
            short = len(cells) < len(columns)
            wrong = _miscounted(self.path, line, cells, columns) if short else error
            return line, wrong, _street_of_row(row), remarks


def _lines(block: TextBlock) -> Iterator[tuple[int, str]]:
    return enumerate(block.text.split("\n"), start=block.after + 1)


SHARED_COLUMNS = (
    "nom_voie", "code_postal", "code_insee", "nom_commune", "code_insee_ancienne_commune", "nom_ancienne_commune",
)  # fmt: skip
"""Columns of the BAN in which the addresses of a street say the same, in the order of `NumberedStreet`."""
OWN_COLUMNS = ("id", "numero", "rep", "lon", "lat", "type_position")
READ_OTHERWISE = {"precision", "source", "commune_insee"}
"""Columns that the BAN has not, and that change what a row says."""


class _PlainRows:
    """Rows of the BAN as it publishes them, each cell as it should be: taken four times faster than by `ban_address`.

    It says what they give and has the last word on all others: whatever is in doubt is left to it.

    Parameters
    ----------
    found : where to put their addresses.
    """

    def __init__(self, file: AddressFile, block: TextBlock, found: AddressColumns) -> None:
        self._path, self._separator, self._count = file.path, block.separator, len(block.columns)
        self._shared = itemgetter(*map(block.columns.index, SHARED_COLUMNS))
        self._own = itemgetter(*map(block.columns.index, OWN_COLUMNS))
        self._found = found
        self._said: tuple[str, ...] = ()
        self._street: NumberedStreet | None = None
        self._rank = 0
        self._lon, self._lat = METROPOLITAN_LON, METROPOLITAN_LAT

    @staticmethod
    def may_be_in(file: AddressFile, block: TextBlock) -> bool:
        """Whether a block is of the BAN, and of lines that say what they seem to."""
        columns = set(block.columns)
        known = columns.issuperset((*SHARED_COLUMNS, *OWN_COLUMNS)) and columns.isdisjoint(READ_OTHERWISE)
        whole = known and file.layout == BAN and len(columns) == len(block.columns)
        return whole and file.encoding.encoding == "utf-8" and not file.encoding.legible(block.text)[1]

    def take(self, text: str) -> bool:
        """Take the address of a line; False where it must be read with more care."""
        cells = text.split(self._separator)
        if len(cells) != self._count or '"' in text:
            return False
        said = self._shared(cells)
        if said != self._said:
            self._begin(said)
        key, number, suffix, lon, lat, kind = self._own(cells)
        try:
            house, east, north = int(number or 0), float(lon), float(lat)
        except ValueError:
            return False
        is_number = not number or (number.isascii() and number.isdigit() and len(number) <= MOST_DIGITS)
        (west, eastmost), (south, northmost) = self._lon, self._lat
        is_there = west <= east <= eastmost and south <= north <= northmost
        key = key.strip()
        if self._street is None or not (key and is_number and is_there):
            return False
        self._append(key, house or None, suffix, east, north, kind)
        return True

    def _append(self, key: str, number: int | None, suffix: str, lon: float, lat: float, kind: str) -> None:
        found = self._found
        if self._rank < 0:  # a street has no rank before it has an address
            self._rank = found.streets.setdefault(cast("NumberedStreet", self._street), len(found.streets))
        found.street.append(self._rank)
        found.number.append(number)
        found.suffix.append(suffix and suffix.strip().lower())
        found.id.append(key)
        found.precision.append(_position_type(kind))
        found.lon.append(lon)
        found.lat.append(lat)
        found.source.append("")

    def _begin(self, said: tuple[str, ...]) -> None:
        """Begin a street; none where what its rows share must be read with more care."""
        self._said, self._street, self._rank = said, None, -1
        row = dict(zip(SHARED_COLUMNS, map(str.strip, said), strict=True))
        if not (row["nom_voie"] and row["nom_commune"]) or _give_zeros_back(dict(row)):
            return
        try:
            check_codes(self._path, 0, row)
        except AddressListError:
            return
        row |= {column: _read(row[column]) for column in ("nom_voie", "nom_commune")}
        self._street = NumberedStreet(*row.values())
        self._lon, self._lat = bounds_of(row["code_insee"])


ZERO_BACK = "Zéro de tête rendu au code postal ou Insee"


def _give_zeros_back(row: dict[str, str]) -> tuple[str, ...]:
    """Codes as they were before a spreadsheet took them for numbers, where they agree; what is to be said of it."""
    codes = _with_zeros(tuple([(column, row[column]) for column in CODES if row.get(column)]))
    if not codes:
        return ()
    row |= codes
    return (ZERO_BACK,)


@lru_cache(_AT_HAND)
def _with_zeros(written: tuple[tuple[str, str], ...]) -> dict[str, str]:
    """Codes of a row by column with their zeros, where one lacks them and all agree; else none. Kept town by town."""
    codes = {column: code_of(text) for column, text in written}
    agree = len({departement_of(code) for code in codes.values()}) == 1
    return codes if agree and any(len(codes[column]) > len(text) for column, text in written) else {}


def _street_of_row(row: dict[str, str]) -> tuple[str, str]:
    """INSEE code and name of the street of a row that was refused; empty where they cannot be read."""
    code = row.get("code_insee") or row.get("commune_insee") or row.get("cle_interop", "")[:INSEE_CODE_LENGTH]
    return (code, row.get("nom_voie") or row.get("voie_nom", "")) if _INSEE_CODE.fullmatch(code) else UNREAD


def _street_of_json(text: str) -> tuple[str, str]:
    try:
        common = _common(json.loads(text))
    except (ValueError, KeyError, TypeError, AttributeError):
        return UNREAD
    return (common["code_insee"], common["nom_voie"]) if _INSEE_CODE.fullmatch(common["code_insee"]) else UNREAD


LISTS = (".csv", ".csv.gz")
"""How the names of lists end that stand in a folder."""


def address_lists(paths: Sequence[Path]) -> list[Path]:
    """Files among paths: a folder stands for the lists in it, in the order of their names, hidden ones left out.

    Raises
    ------
    AddressListError
        A folder has no list, or cannot be read.
    """
    return [file for path in paths for file in (_lists_in(path) if path.is_dir() else (path,))]


def _lists_in(folder: Path) -> list[Path]:
    named = f"Le dossier « {folder.name or folder} »"
    try:
        files = [file for file in folder.iterdir() if file.name.lower().endswith(LISTS) and file.is_file()]
    except OSError as error:
        raise AddressListError(f"{named} ne peut pas être lu", advice="vérifier ses droits d'accès") from error
    found = sorted((file for file in files if not file.name.startswith(".")), key=attrgetter("name"))
    if not found:
        advice = "donner celui des fichiers de la BAN (adresses-01.csv.gz…), ou ces fichiers"
        raise AddressListError(f"{named} n'a aucun fichier .csv ni .csv.gz", advice=advice)
    return found


def open_address_file(path: Path) -> AddressFile:
    """Find out what a file of addresses is.

    Raises
    ------
    AddressListError
        The file cannot be read, is empty, or is in no known layout.
    """
    sample = _first_bytes(path)
    encoding = replace(encoding_of(sample, sample[: sample.rfind(b"\n") + 1 or None].splitlines()), mixed=True)
    with encoding.reading(io.BytesIO(sample)) as lines:
        header, separator, _ = header_of(lines)
    if header.lstrip().startswith("{"):
        return AddressFile(path, JSON_LINES, encoding)
    columns = {column.lower() for column in _cells(header, separator)}
    for layout, needed in ((BAL, BAL_COLUMNS), (BAN, ADDRESS_COLUMNS)):
        if columns.issuperset(needed):
            return AddressFile(path, layout, encoding)
    raise AddressListError(
        "Fichier d'adresses d'une présentation inconnue",
        where=Location(path.name, 1),
        advice=f"donner un CSV de la BAN (colonnes {', '.join(ADDRESS_COLUMNS)}), un CSV BAL (colonnes "
        f"{', '.join(BAL_COLUMNS)}) ou les lignes JSON d'addok",
    )


def _first_bytes(path: Path) -> bytes:
    with _stream(path) as (_, content):
        return content.read(SAMPLE_BYTES)


@contextmanager
def _opened(path: Path, encoding: TextEncoding) -> Iterator[tuple[IO[bytes], IO[str]]]:
    """Bytes of a file as they lie on the disk, and its text, decompressed."""
    with _stream(path) as (raw, content):
        yield raw, encoding.reading(content, newline="\n")


@contextmanager
def _stream(path: Path) -> Iterator[tuple[IO[bytes], IO[bytes]]]:
    """Bytes of a file as they lie on the disk, and decompressed."""
    require_file(path, AddressListError)
    try:
        with path.open("rb") as raw:
            is_compressed = raw.read(len(GZIP_START)) == GZIP_START
            raw.seek(0)
            yield raw, cast("IO[bytes]", gzip.GzipFile(fileobj=raw)) if is_compressed else raw
    except (OSError, EOFError, zlib.error) as error:
        advice = "vérifier les droits d'accès, ou télécharger de nouveau un fichier compressé incomplet"
        raise AddressListError("Fichier illisible", where=Location(path.name), advice=advice) from error


_SEPARATORS = ";,\t|"
_SAYS_SEPARATOR = re.compile(r'\s*"?sep=(.)"?\s*', re.IGNORECASE)


def header_of(lines: Iterator[str]) -> tuple[str, str, int]:
    """The line that names the columns, the separator of its cells, and its number; blank lines may stand above it.

    The line `sep=;`, which spreadsheets obey, is no header.
    """
    said = ""
    for line, text in enumerate(lines, start=1):
        says = _SAYS_SEPARATOR.fullmatch(text.strip("\ufeff"))
        if says and says[1] in _SEPARATORS:
            said = says[1]
        elif text.strip("\ufeff \r\n"):
            return text.strip("\ufeff\r\n"), said or max(_SEPARATORS, key=text.count), line
    return "", ";", 0


def _cells(line: str, separator: str) -> list[str]:
    """Cells of a line, trimmed. Each line is read alone: a quote that is never closed spoils no other."""
    try:
        parts = next(csv.reader([line], delimiter=separator)) if '"' in line else line.split(separator)
    except csv.Error:
        return []
    return [part.strip() for part in parts]
