"""What a registry of official data sets must say: every fault is told at once, in French, with its entry."""

from __future__ import annotations

import re
from datetime import date
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

if TYPE_CHECKING:
    from collections.abc import Iterator

READERS = {
    "grid": "grid",
    "iris_contours": "iris_contours",
    "iris_income": "iris_income",
    "commune_contours": "communes",
    "communes": "communes",
    "urban_units": "urban_units",
    "qpv": "perimeters",
    "zfu": "perimeters",
    "equipment": "equipment",
    "addresses": "addresses",
    "streets": "streets",
}
"""Kinds of data sets, and the module of `sources.official` that reads each."""

SCOPES = ("national", "departement")
FORMATS = {"zip", "7z", "gz", "csv", "xls", "xlsx", "shp", "gpkg", "geojson", "parquet"}

_TEXTS = ("id", "kind", "title", "producer", "licence", "page", "format", "vintage", "scope", "seen_in", "reader")
_OTHERS = ("url", "size_bytes", "sha256", "checked", "checked_on", "grid_vintage", "generation", "notes")
_ID = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
_SHA256 = re.compile(r"[0-9a-f]{64}")


def faults_of_registry(document: dict[str, Any]) -> list[str]:
    """Every fault of a registry already decoded from TOML; empty where it can be used."""
    entries = document.get("data_set")
    faults = [] if type(document.get("read_on")) is date else ["read_on : donner une date"]
    faults += [f"{key} : entrée inconnue" for key in sorted(document.keys() - {"read_on", "data_set"})]
    if not isinstance(entries, list) or not entries or not all(isinstance(entry, dict) for entry in entries):
        return [*faults, "data_set : donner des tables [[data_set]]"]
    for number, entry in enumerate(entries, start=1):
        name = entry.get("id") or f"data_set n° {number}"
        faults += [f"{name} : {fault}" for fault in _faults_of(entry)]
    return faults + _repeated([entry.get("id") for entry in entries])


def _repeated(names: list[Any]) -> list[str]:
    twice = dict.fromkeys(name for name in names if isinstance(name, str) and names.count(name) > 1)
    return [f"{name} : identifiant donné deux fois" for name in twice]


def _faults_of(entry: dict[str, Any]) -> Iterator[str]:
    yield from (f"{key}, entrée inconnue" for key in sorted(entry.keys() - {*_TEXTS, *_OTHERS}))
    missing = [key for key in _TEXTS if not _is_text(entry.get(key))]
    missing += [key for key in ("url", "notes") if not isinstance(entry.get(key, "" if key == "notes" else None), str)]
    if missing:
        yield f"{', '.join(missing)}, texte absent ou vide"
        return
    yield from _identity_faults(entry)
    yield from _address_faults(entry)
    yield from _file_faults(entry)


def _identity_faults(entry: dict[str, Any]) -> Iterator[str]:
    if not _ID.fullmatch(entry["id"]):
        yield "id, lettres minuscules, chiffres et traits d'union seulement"
    if entry["kind"] not in READERS:
        yield f"kind, « {entry['kind']} » n'est pas parmi {', '.join(READERS)}"
        return
    if entry["reader"] != READERS[entry["kind"]]:
        yield f"reader, « {entry['reader']} » ne lit pas cette nature"
    for key, kind in (("grid_vintage", "grid"), ("generation", "qpv")):
        if (entry["kind"] == kind) != _is_count(entry.get(key)):
            yield f"{key}, année demandée pour {kind} et pour rien d'autre"


def _address_faults(entry: dict[str, Any]) -> Iterator[str]:
    url, by_departement = entry["url"], entry["scope"] == "departement"
    if entry["scope"] not in SCOPES:
        yield f"scope, « {entry['scope']} » n'est pas parmi {', '.join(SCOPES)}"
    if not _is_web(entry["page"]):
        yield "page, adresse https attendue"
    if not url:
        if "--from-dir" not in entry.get("notes", ""):
            yield "notes, sans adresse elles disent de donner le fichier avec --from-dir"
        return
    filled = _filled(url)
    if filled is None or not _is_web(filled) or filled.partition("?")[0].endswith("/"):
        yield "url, adresse https d'un fichier attendue, sans autre accolade que {departement}"
    elif (filled != url) != by_departement:
        yield "url, {departement} y est si le fichier est par département, et seulement alors"


def _file_faults(entry: dict[str, Any]) -> Iterator[str]:
    if unknown := [part for part in entry["format"].split("/") if part not in FORMATS]:
        yield f"format, « {unknown[0]} » n'est pas parmi {', '.join(sorted(FORMATS))}"
    if "size_bytes" in entry and not _is_count(entry["size_bytes"]):
        yield "size_bytes, nombre d'octets positif attendu"
    sha256 = entry.get("sha256")
    if sha256 is not None and not (isinstance(sha256, str) and _SHA256.fullmatch(sha256)):
        yield "sha256, 64 chiffres hexadécimaux en minuscules attendus"
    if not isinstance(entry.get("checked", False), bool):
        yield "checked, true ou false attendu"
    elif entry.get("checked", False) != (type(entry.get("checked_on")) is date):
        yield "checked_on, date donnée si l'adresse a été vérifiée, et seulement alors"


def _filled(url: str) -> str | None:
    try:
        return url.format(departement="62")
    except (KeyError, IndexError, ValueError, AttributeError):
        return None


def _is_text(value: object) -> bool:
    return isinstance(value, str) and bool(value.strip())


def _is_count(value: object) -> bool:
    return type(value) is int and value > 0


def _is_web(address: str) -> bool:
    try:
        parts = urlsplit(address)
    except ValueError:
        return False
    return parts.scheme == "https" and bool(parts.netloc)
