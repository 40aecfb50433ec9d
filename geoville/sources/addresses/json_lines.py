"""Addresses in the lines of JSON that addok is fed with: one street per line, its numbers inside.

See https://addok.readthedocs.io/en/latest/import/ ; a merged commune comes as lists, the present town first.
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

from geoville.errors import AddressListError, Location
from geoville.sources.addresses.layouts import INSEE_CODE_LENGTH, WITHOUT_TYPE, ban_address

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from geoville.model import Address

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
    common = {column: _text(street.get(key)) for column, key in keys.items()}
    return {**common, "code_insee": common["code_insee"] or common["id"][:INSEE_CODE_LENGTH]}


def _numbered(street_id: str, number: str, said: Any) -> dict[str, str]:
    match = _NUMBER.fullmatch(number)
    digits, repetition = (match[1], match[2]) if match else (number, "")
    known = said if isinstance(said, dict) else {}
    key = _text(known.get("id")) or f"{street_id}_{number}"
    return {"id": key, "numero": digits, "rep": repetition, **_point(known), "type_position": WITHOUT_TYPE}


def _point(known: dict[str, Any]) -> dict[str, str]:
    return {"lon": _text(known.get("lon") or known.get("long")), "lat": _text(known.get("lat"))}


def _text(value: Any) -> str:
    """Text of a value, the first one where there are several."""
    first = (value or [""])[0] if isinstance(value, list) else value
    return "" if first is None else str(first).strip()


def _error(message: str, path: Path, line: int) -> AddressListError:
    return AddressListError(message, where=Location(path.name, line))
