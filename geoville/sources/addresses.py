"""Lists of addresses and of named places, read from CSV or GeoJSON and checked line by line.

Two address layouts are known: the BAN's (`;`, accuracy in `type_position`) and a small one (`,`, accuracy in
`precision`). Places come as CSV, or as GeoJSON points with a `name` or `nom`.
"""

from __future__ import annotations

import csv
import io
import json
import math
import re
from typing import TYPE_CHECKING, Any, NoReturn

from geoville.crs import departement_of
from geoville.errors import AddressListError, Location
from geoville.law.yaml_files import read_law
from geoville.model import Address, AddressList

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

Row = tuple[int, dict[str, str]]
"""Line number of a row in its file (header: 1), and its cells by column."""

ADDRESS_COLUMNS = ("id", "numero", "rep", "nom_voie", "code_postal", "code_insee", "nom_commune", "lon", "lat")
PLACE_COLUMNS = ("name", "lon", "lat", "address")

BAN_WITHOUT_TYPE = "segment"
UNSAID_PLACE = "declared"
METROPOLITAN_LON = (-6.0, 10.0)
METROPOLITAN_LAT = (41.0, 52.0)

_POSTCODE = re.compile(r"\d{5}")
_INSEE_CODE = re.compile(r"\d[\dAB]\d{3}")
_POSTAL_ADDRESS = re.compile(r"(?P<street>.*?),?\s*(?P<postcode>\d{5})\s+(?P<city>.+)")


def read_addresses(path: Path, *, complete: bool, name: str) -> AddressList:
    """Read a list of addresses.

    Parameters
    ----------
    path : CSV in the BAN layout or in the small one; the separator (`;` or `,`) and the encoding (UTF-8 with or
        without BOM, else cp1252) are detected.
    complete : whether every address of the towns listed is there.
    name : French noun phrase that names the list ("la liste embarquée").

    Raises
    ------
    AddressListError
        The first fault: missing column, empty list, duplicate id, number, code, position or precision that cannot be.
    """
    by_id: dict[str, Address] = {}
    for line, row in csv_rows(path, ADDRESS_COLUMNS):
        if row["id"] in by_id:
            _fault("Identifiant d'adresse présent deux fois", path, line, "id", row["id"])
        by_id[row["id"]] = _address(path, line, row)
    return AddressList(tuple(by_id.values()), complete, name)


def read_places(path: Path) -> tuple[Address, ...]:
    """Read named places from CSV, or from GeoJSON points (WGS84) with a `name` or `nom`.

    The precision is the file's; where it says none, it is deduced from the category and the postal address (a
    street-level geocode, a station, a numbered address), else taken as declared by whoever made the file.

    Raises
    ------
    AddressListError
        The first fault: missing column or name, geometry that is not a point, position or precision that cannot be.
    """
    is_geojson = path.suffix.lower() in {".geojson", ".json"}
    rows = geojson_rows(path) if is_geojson else csv_rows(path, PLACE_COLUMNS)
    return tuple(_place(path, line, row) for line, row in rows)


def _address(path: Path, line: int, row: dict[str, str]) -> Address:
    for column in ("id", "nom_voie", "nom_commune"):
        if not row[column]:
            _fault("Case vide", path, line, column, None)
    if not _POSTCODE.fullmatch(row["code_postal"]):
        _fault("Code postal qui n'a pas cinq chiffres", path, line, "code_postal", row["code_postal"])
    if not _INSEE_CODE.fullmatch(row["code_insee"]):
        _fault("Code INSEE de commune mal formé", path, line, "code_insee", row["code_insee"])
    lon, lat = _position(path, line, row)
    _check_metropolitan(path, line, row, lon, lat)
    return Address(
        id=row["id"],
        number=_number(path, line, row["numero"]),
        suffix=row["rep"].lower(),
        street=row["nom_voie"],
        place="",
        postcode=row["code_postal"],
        citycode=row["code_insee"],
        city=row["nom_commune"],
        lon=lon,
        lat=lat,
        precision=_address_precision(path, line, row),
        source=row.get("source", ""),
    )


def _place(path: Path, line: int, row: dict[str, str]) -> Address:
    if not row["name"]:
        _fault("Lieu sans nom", path, line, "name", None)
    lon, lat = _position(path, line, row)
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
        precision=_known_precision(path, line, "precision", said) if said else _deduced_precision(row),
        source=row.get("source", ""),
    )


def _number(path: Path, line: int, text: str) -> int | None:
    if text and not (text.isascii() and text.isdigit()):
        _fault("Numéro de rue qui n'est pas un entier", path, line, "numero", text, "mettre « bis » ou « b » dans rep")
    return int(text) if text else None


def _position(path: Path, line: int, row: dict[str, str]) -> tuple[float, float]:
    return degrees(path, line, "lon", row["lon"], 180.0), degrees(path, line, "lat", row["lat"], 90.0)


def degrees(path: Path, line: int, column: str, text: str, limit: float) -> float:
    """Coordinate of a cell, in degrees of absolute value at most `limit`; AddressListError where it is not one."""
    advice = "donner des degrés décimaux (WGS84), avec un point"
    try:
        value = float(text)
    except ValueError:
        _fault("Coordonnée illisible", path, line, column, text, advice)
    if not (math.isfinite(value) and abs(value) <= limit):
        _fault("Coordonnée hors du globe", path, line, column, text, advice)
    return value


def _check_metropolitan(path: Path, line: int, row: dict[str, str], lon: float, lat: float) -> None:
    """Catch longitude and latitude exchanged, which both lie on the globe."""
    if len(departement_of(row["code_insee"])) == len("971"):
        return
    for column, value, (low, high) in (("lon", lon, METROPOLITAN_LON), ("lat", lat, METROPOLITAN_LAT)):
        if not low <= value <= high:
            _fault(
                "Position hors de France métropolitaine pour une commune qui y est",
                path,
                line,
                column,
                row[column],
                "vérifier que la longitude et la latitude ne sont pas échangées",
            )


def _address_precision(path: Path, line: int, row: dict[str, str]) -> str:
    if "precision" in row:
        return _known_precision(path, line, "precision", row["precision"])
    return row.get("type_position") or BAN_WITHOUT_TYPE


def _known_precision(path: Path, line: int, column: str, text: str) -> str:
    """Key of the accuracy table for a precision of the small layouts ("declared (tens of metres)": declared)."""
    key = "adresse" if text == "BAN" else text.split(" (", maxsplit=1)[0]
    table: dict[str, Any] = read_law("parameters/position_accuracy.yaml")
    if key not in table:
        _fault("Précision inconnue", path, line, column, text, f"écrire l'une de : {', '.join(table)}")
    return key


def _deduced_precision(row: dict[str, str]) -> str:
    category, address = row.get("category", ""), row["address"]
    if "street" in category or (address and not address[0].isdigit()):
        return "street"
    if category.startswith(("gare", "halte")):
        return "station"
    return "adresse" if address else UNSAID_PLACE


def csv_rows(path: Path, required: tuple[str, ...]) -> Iterator[Row]:
    """Rows of a CSV file, cells trimmed, blank lines left out."""
    text = _text(path)
    header = text.split("\n", maxsplit=1)[0]
    separator = ";" if header.count(";") > header.count(",") else ","
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator)
    try:
        columns = [column.strip() for column in next(reader, [])]
        for column in required:
            if column not in columns:
                _fault("Colonne absente", path, 1, column, None, f"colonnes attendues : {', '.join(required)}")
        yield from _data_rows(path, ((reader.line_num, cells) for cells in reader), columns)
    except csv.Error:
        _fault("Ligne que le format CSV ne permet pas", path, reader.line_num, None, None, "vérifier les guillemets")


def _data_rows(path: Path, numbered: Iterator[tuple[int, list[str]]], columns: list[str]) -> Iterator[Row]:
    empty = True
    for line, cells in numbered:
        if not any(cells):
            continue
        if len(cells) != len(columns):
            _fault(f"Ligne de {len(cells)} cases au lieu de {len(columns)}", path, line, None, None)
        empty = False
        yield line, dict(zip(columns, (cell.strip() for cell in cells), strict=True))
    if empty:
        _fault("Liste vide", path, None, None, None, "donner au moins une ligne sous l'en-tête")


def geojson_rows(path: Path, *, unplaced: bool = False) -> Iterator[Row]:
    """Points of a GeoJSON file as rows, with their rank.

    Parameters
    ----------
    unplaced : take a feature without geometry, with an empty `lon` and `lat`, instead of refusing it.
    """
    try:
        document = json.loads(_text(path))
        features = list(document["features"])
    except (ValueError, KeyError, TypeError):
        _fault("Fichier qui n'est pas une collection GeoJSON", path, None, None, None)
    if not features:
        _fault("Liste vide", path, None, None, None, "donner au moins un point")
    for rank, feature in enumerate(features, start=1):
        yield rank, _feature_row(path, rank, feature, unplaced=unplaced)


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
        _fault("Lieu qui n'est pas un point", path, rank, "geometry", None, "donner un point par lieu")
    name = texts.get("name") or texts.get("nom") or ""
    return {"address": "", **texts, "name": name, "lon": str(lon), "lat": str(lat)}


def _text(path: Path) -> str:
    try:
        content = path.read_bytes()
    except OSError as error:
        raise AddressListError(
            "Fichier illisible", where=Location(file=path.name), advice="vérifier le chemin"
        ) from error
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        pass
    try:
        return content.decode("cp1252")
    except UnicodeDecodeError:
        _fault("Encodage inconnu", path, None, None, None, "enregistrer le fichier en UTF-8")


def _fault(
    message: str, path: Path, line: int | None, column: str | None, value: str | None, advice: str | None = None
) -> NoReturn:
    raise AddressListError(message, where=Location(path.name, line, column, value), advice=advice)
