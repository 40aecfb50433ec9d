"""Cells of lists of addresses and places, checked; a fault names its file, its line and its column."""

from __future__ import annotations

import math
import re
from typing import TYPE_CHECKING, NoReturn

from geoville.crs import departement_of
from geoville.errors import AddressListError, Location
from geoville.law import known_precisions

if TYPE_CHECKING:
    from pathlib import Path

METROPOLITAN_LON = (-6.0, 10.0)
METROPOLITAN_LAT = (41.0, 52.0)

_POSTCODE = re.compile(r"\d{5}")
_INSEE_CODE = re.compile(r"\d[\dAB]\d{3}")


def check_codes(path: Path, line: int, row: dict[str, str]) -> None:
    """Refuse a postcode or an INSEE code that cannot be; a postcode may be unknown."""
    if row["code_postal"] and not _POSTCODE.fullmatch(row["code_postal"]):
        fault("Code postal qui n'a pas cinq chiffres", path, line, "code_postal", row["code_postal"])
    if not _INSEE_CODE.fullmatch(row["code_insee"]):
        fault("Code INSEE de commune mal formé", path, line, "code_insee", row["code_insee"])


def house_number(path: Path, line: int, text: str) -> int | None:
    """House number of a cell, None where it is empty; AddressListError where it is not an integer."""
    if text and not (text.isascii() and text.isdigit()):
        fault("Numéro de rue qui n'est pas un entier", path, line, "numero", text, "mettre « bis » ou « b » dans rep")
    return int(text) if text else None


def position_of(path: Path, line: int, row: dict[str, str]) -> tuple[float, float]:
    """Longitude and latitude of a row, degrees; AddressListError where they are not."""
    return degrees(path, line, "lon", row["lon"], 180.0), degrees(path, line, "lat", row["lat"], 90.0)


def degrees(path: Path, line: int, column: str, text: str, limit: float) -> float:
    """Coordinate of a cell, in degrees of absolute value at most `limit`; AddressListError where it is not one."""
    advice = "donner des degrés décimaux (WGS84), avec un point"
    try:
        value = float(text)
    except ValueError:
        fault("Coordonnée illisible", path, line, column, text, advice)
    if not (math.isfinite(value) and abs(value) <= limit):
        fault("Coordonnée hors du globe", path, line, column, text, advice)
    return value


def check_metropolitan(path: Path, line: int, row: dict[str, str], lon: float, lat: float) -> None:
    """Catch longitude and latitude exchanged, which both lie on the globe."""
    if len(departement_of(row["code_insee"])) == len("971"):
        return
    for column, value, (low, high) in (("lon", lon, METROPOLITAN_LON), ("lat", lat, METROPOLITAN_LAT)):
        if not low <= value <= high:
            fault(
                "Position hors de France métropolitaine pour une commune qui y est",
                path,
                line,
                column,
                row[column],
                "vérifier que la longitude et la latitude ne sont pas échangées",
            )


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
