"""Entries of an action, however they came (TOML, JSON, a row of a table, HTTP), checked one by one.

Errors name the file and the key, never the value: it may be somebody's home.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from geoville.errors import Location
from geoville.sources.actions.areas import area_of
from geoville.sources.actions.faults import fault, refuse_unknown
from geoville.sources.actions.public import AskedPublic, public_of

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from geoville.sources.actions.areas import Area

KEYS = ("title", "bearer", "places", "zone", "start", "end", "public")

_PLACE_KEYS = ("lon", "lat", "accuracy_m")
_FRENCH_DAY = re.compile(r"(\d{2})/(\d{2})/(\d{4})")


@dataclass(frozen=True, slots=True)
class AskedPoint:
    """Coordinates as typed: degrees, WGS84, and their accuracy in metres."""

    lon: float
    lat: float
    accuracy_m: float = 0.0


@dataclass(frozen=True, slots=True)
class AskedAction:
    """An action as described, before its places are looked for.

    Parameters
    ----------
    file : where the description comes from, cited in errors.
    places : addresses, names of places or "lon,lat" as texts; or coordinates.
    start, end : None where no period is given; both or none.
    """

    file: str
    title: str
    bearer: str
    places: tuple[str | AskedPoint, ...]
    zone: Area | None
    start: date | None
    end: date | None
    public: AskedPublic | None


def action_of(entries: Mapping[str, Any], file: str, folder: Path | None) -> AskedAction:
    """Check the entries of an action.

    Parameters
    ----------
    file : where they come from, cited in errors.
    folder : that names of files are relative to; None where no file may be named (HTTP).

    Raises
    ------
    InvalidInputError
        The first fault: an unknown or missing entry, or one that cannot be what it should.
    """
    refuse_unknown(entries, KEYS, file)
    places = entries.get("places", [])
    if not isinstance(places, list):
        raise fault("« places » n'est pas une liste", file, "places", 'écrire ["1 rue …, 62100 Calais"]')
    zone = entries.get("zone")
    if not places and zone is None:
        raise fault("L'action n'a ni lieu ni zone", file, "places", "donner au moins un lieu, ou une zone")
    start, end = _day(entries.get("start"), file, "start"), _day(entries.get("end"), file, "end")
    if (start is None) != (end is None) or (start and end and end < start):
        raise fault(
            "La période n'a pas ses deux jours dans l'ordre", file, "end", "donner le premier jour, puis le dernier"
        )
    public = entries.get("public")
    return AskedAction(
        file=file,
        title=_text(entries.get("title"), file, "title", required=True),
        bearer=_text(entries.get("bearer"), file, "bearer"),
        places=tuple(_place(place, file, f"places[{rank}]") for rank, place in enumerate(places, start=1)),
        zone=None if zone is None else area_of(zone, Location(file, column="zone"), folder),
        start=start,
        end=end,
        public=None if public is None else public_of(public, file, folder),
    )


def _text(value: object, file: str, key: str, *, required: bool = False) -> str:
    if value is None and not required:
        return ""
    if not isinstance(value, str) or not value.strip():
        raise fault("Texte absent ou vide", file, key, f"écrire {key} entre guillemets")
    return " ".join(value.split())


def _place(value: object, file: str, key: str) -> str | AskedPoint:
    if isinstance(value, str) and value.strip():
        return value
    advice = "écrire une adresse, un nom de lieu, ou { lon = 1.88, lat = 50.95 }"
    if not isinstance(value, dict):
        raise fault("Lieu absent ou mal écrit", file, key, advice)
    refuse_unknown(value, _PLACE_KEYS, file, f"{key}.")
    for name in value:
        if isinstance(value[name], bool) or not isinstance(value[name], int | float):
            raise fault("Ce n'est pas un nombre", file, f"{key}.{name}", advice)
    if "lon" not in value or "lat" not in value:
        raise fault("Il manque une coordonnée", file, key, advice)
    return AskedPoint(**{name: float(number) for name, number in value.items()})


def _day(value: object, file: str, key: str) -> date | None:
    """Return a day: a date of TOML, or a text written AAAA-MM-JJ or JJ/MM/AAAA."""
    if value is None or value == "":
        return None
    if isinstance(value, datetime):
        return value.date()
    if isinstance(value, date):
        return value
    french = _FRENCH_DAY.fullmatch(value.strip()) if isinstance(value, str) else None
    text = f"{french[3]}-{french[2]}-{french[1]}" if french else str(value).strip().removesuffix(" 00:00:00")
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise fault("Ce n'est pas un jour", file, key, "écrire AAAA-MM-JJ ou JJ/MM/AAAA") from None
