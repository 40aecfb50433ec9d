"""Files of actions: TOML, CSV, XLSX and JSON, with their faults; the areas they name."""

from __future__ import annotations

import json
import re
import tomllib
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

import numpy as np

from geoville.crs import refuse_swapped
from geoville.errors import InvalidInputError, Location
from geoville.sources.files import require_file
from geoville.sources.places_of_use import SHARE_ADVICE, share_in

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from shapely.geometry.base import BaseGeometry

    Area = BaseGeometry | Path
    """A polygon in degrees (WGS84), or the file that holds one, still to be read."""


# --- Areas that an action names: a polygon written out (GeoJSON, WKT), or a file that holds it

_WKT = re.compile(r"\s*(MULTI)?POLYGON\b", re.IGNORECASE)
_ADVICE = "donner un polygone en longitude et latitude (WGS84) : GeoJSON, WKT (« POLYGON((…)) »)"


def area_of(value: object, where: Location, folder: Path | None) -> Area:
    """Read an area.

    Parameters
    ----------
    value : GeoJSON (geometry, feature or collection) as a table, WKT, or the name of a file.
    folder : that the file's name is relative to; None where no file may be named.

    Raises
    ------
    InvalidInputError
        The value is no area, is empty, or does not lie on the globe.
    """
    if isinstance(value, dict):
        return _polygon(_from_geojson(value, where), where)
    if isinstance(value, str) and _WKT.match(value):
        return _polygon(_from_wkt(value, where), where)
    if isinstance(value, str) and value.strip() and folder is not None:
        return folder / value.strip()
    advice = _ADVICE if folder is None else f"{_ADVICE}, ou le nom d'un fichier"
    raise InvalidInputError("Ce n'est pas une zone", where=where, advice=advice)


def _from_geojson(value: dict[str, Any], where: Location) -> BaseGeometry:
    import shapely

    try:
        return shapely.from_geojson(json.dumps(value, default=str))
    except (shapely.errors.ShapelyError, ValueError, TypeError) as error:
        raise InvalidInputError("GeoJSON illisible", where=where, advice=_ADVICE) from error


def _from_wkt(text: str, where: Location) -> BaseGeometry:
    import shapely

    try:
        with np.errstate(over="ignore"):  # what is too big becomes infinite, and is refused below
            return shapely.from_wkt(text)
    except shapely.errors.ShapelyError as error:
        raise InvalidInputError("WKT illisible", where=where, advice=_ADVICE) from error


def _polygon(geometry: BaseGeometry, where: Location) -> BaseGeometry:
    """Union of the polygons of a geometry, valid and on the globe."""
    import shapely

    if not np.isfinite(shapely.get_coordinates(geometry)).all():
        raise InvalidInputError("La zone a une coordonnée qui n'est pas un nombre", where=where, advice=_ADVICE)
    area = shapely.union_all(shapely.make_valid(shapely.force_2d(shapely.get_parts(geometry))))
    west, south, east, north = area.bounds
    if shapely.get_dimensions(area) != 2 or area.area == 0:  # noqa: PLR2004 - an area
        raise InvalidInputError("La zone n'est pas un polygone, ou elle est vide", where=where, advice=_ADVICE)
    if not (west >= -180 and east <= 180 and south >= -90 and north <= 90):  # noqa: PLR2004
        raise InvalidInputError("La zone sort du globe", where=where, advice=_ADVICE)
    refuse_swapped((west, south, east, north), where)
    return area


# --- Errors about the entries of an action: they name the file and the key, never a value that may be somebody's home

_KEY = re.compile(r"[A-Za-z]\w{0,30}", re.ASCII)


def fault(message: str, file: str, key: str, advice: str) -> InvalidInputError:
    """Error about one entry."""
    return InvalidInputError(message, where=Location(file, column=key), advice=advice)


def refuse_unknown(entries: Mapping[str, object], known: Sequence[str], file: str, prefix: str = "") -> None:
    """Refuse a key that means nothing: a mistyped one must not be ignored.

    Parameters
    ----------
    prefix : of the keys of an inner table ("public.").
    """
    unknown = sorted(set(entries) - set(known))
    if unknown:
        named = unknown[0] if _KEY.fullmatch(unknown[0]) else "…"
        raise fault("Entrée inconnue", file, f"{prefix}{named}", f"entrées possibles : {', '.join(known)}")


# --- What is said of the beneficiaries of an action, checked entry by entry; the values are never repeated in errors

PUBLIC_KEYS = ("share_in_qpv", "counts", "total", "addresses", "catchment")
DESCRIPTIONS = ("share_in_qpv", "counts", "addresses", "catchment")
"""Ways to describe a public: one at a time, since two of them could give a small count back by difference."""

_CODE = re.compile(r"[A-Z0-9-]{2,32}", re.ASCII | re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class AskedPublic:
    """Beneficiaries as described: one of these, the others are None.

    Parameters
    ----------
    share_in_qpv : in [0, 1].
    counts, total : by code of quarter, and of everybody.
    addresses : homes as texts, or the file that lists them.
    catchment : area whose inhabitants benefit.
    """

    share_in_qpv: float | None = None
    counts: tuple[tuple[str, int], ...] | None = None
    total: int = 0
    addresses: tuple[str, ...] | Path | None = None
    catchment: Area | None = None


def public_of(value: object, file: str, folder: Path | None) -> AskedPublic:
    """Check what is said of a public.

    Parameters
    ----------
    file : cited in errors.
    folder : that names of files are relative to; None where no file may be named.

    Raises
    ------
    InvalidInputError
        The first fault.
    """
    if not isinstance(value, dict):
        raise fault("« public » n'est pas une table", file, "public", "écrire [public], puis share_in_qpv = 0.6")
    refuse_unknown(value, PUBLIC_KEYS, file, "public.")
    given = [key for key in DESCRIPTIONS if value.get(key) is not None]
    if len(given) != 1:
        raise fault(
            f"Le public est décrit de {len(given)} façons au lieu d'une",
            file,
            "public",
            f"garder l'une de : {', '.join(DESCRIPTIONS)}",
        )
    if "total" in value and given != ["counts"]:
        raise fault("Un total est donné sans effectifs", file, "public.total", "l'ôter, ou donner counts")
    content = value[given[0]]
    if given == ["share_in_qpv"]:
        return AskedPublic(share_in_qpv=_share(content, file))
    if given == ["counts"]:
        counts = _counts(content, file)
        return AskedPublic(counts=counts, total=_total(value.get("total"), counts, file))
    if given == ["addresses"]:
        return AskedPublic(addresses=_addresses(content, file, folder))
    return AskedPublic(catchment=area_of(content, Location(file, column="public.catchment"), folder))


def _share(value: object, file: str) -> float:
    share = share_in(value) if isinstance(value, str) else value
    if isinstance(share, bool) or not isinstance(share, int | float) or not 0 <= share <= 1:
        raise fault("Ce n'est pas une part", file, "public.share_in_qpv", SHARE_ADVICE)
    return float(share)


def _counts(value: object, file: str) -> tuple[tuple[str, int], ...]:
    if not isinstance(value, dict) or not value:
        raise fault("Effectifs absents ou mal écrits", file, "public.counts", "écrire { QN06254M = 40 }")
    for rank, (code, people) in enumerate(value.items(), start=1):
        if not _CODE.fullmatch(code):
            raise fault("Ce n'est pas un code de quartier", file, f"public.counts[{rank}]", "écrire QN06254M")
        if not _is_count(people):
            raise fault("Ce n'est pas un effectif", file, f"public.counts[{rank}]", "écrire un entier, zéro ou plus")
    return tuple(value.items())


def _total(value: Any, counts: tuple[tuple[str, int], ...], file: str) -> int:
    if not _is_count(value) or value < sum(people for _, people in counts) or value == 0:
        raise fault(
            "Le total des bénéficiaires manque, ou il est plus petit que la somme des quartiers",
            file,
            "public.total",
            "donner le nombre de tous les bénéficiaires, où qu'ils habitent",
        )
    return int(value)


def _addresses(value: object, file: str, folder: Path | None) -> tuple[str, ...] | Path:
    if isinstance(value, str) and value.strip() and folder is not None:
        return folder / value.strip()
    if isinstance(value, list) and value and all(isinstance(item, str) for item in value):
        return tuple(value)
    advice = "donner une liste de textes, un par bénéficiaire"
    if folder is not None:
        advice += ", ou le nom d'un fichier CSV ou XLSX"
    raise fault("Adresses absentes ou mal écrites", file, "public.addresses", advice)


def _is_count(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value >= 0


# --- Entries of an action, however they came (TOML, JSON, a row of a table, HTTP), checked one by one

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


def read_action(path: Path) -> AskedAction:
    """Read the description of one action.

    Parameters
    ----------
    path : TOML or JSON, by suffix; names of files in it are relative to its folder.

    Raises
    ------
    InvalidInputError
        The file cannot be read, or an entry cannot be what it should; names the file and the key.
    """
    readers = {".toml": tomllib.loads, ".json": json.loads}
    reader = readers.get(path.suffix.lower())
    if reader is None:
        raise InvalidInputError(
            "Ce n'est pas la description d'une action",
            where=Location(path.name),
            advice="donner un fichier .toml ou .json (un tableau d'actions : geoville action check-file)",
        )
    require_file(path)
    try:
        entries = reader(path.read_text(encoding="utf-8-sig"))
    except OSError as error:
        raise InvalidInputError("Fichier illisible", where=Location(path.name), advice="vérifier le chemin") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, ValueError, RecursionError) as error:
        # What a parser says may quote the text, which may be an address.
        line = getattr(error, "lineno", None)
        raise InvalidInputError(
            f"Ce n'est pas du {path.suffix[1:].upper()}",
            where=Location(path.name, line),
            advice="vérifier les guillemets, les virgules et l'encodage (UTF-8)",
        ) from None
    if not isinstance(entries, dict):
        raise InvalidInputError("L'action n'est pas une table", where=Location(path.name), advice='écrire {"title": …}')
    return action_of(entries, path.name, path.parent)
