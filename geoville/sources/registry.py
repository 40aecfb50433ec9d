"""The registry of official data sets, `registry.toml`: what each one is, where its file lies and how to read it."""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from datetime import date
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from geoville.crs import departement_of
from geoville.errors import DataUnavailableError, InvalidInputError, Location
from geoville.model import Source

if TYPE_CHECKING:
    from collections.abc import Iterator


# --- What a registry of official data sets must say: every fault is told at once, in French, with its entry

READERS = {
    "grid": "grid",
    "iris_contours": "iris_contours",
    "iris_income": "iris_income",
    "commune_contours": "communes",
    "communes": "communes",
    "urban_units": "urban_units",
    "unit_income": "unit_income",
    "qpv": "perimeters",
    "zfu": "perimeters",
    "zus": "perimeters",
    "quarter_population": "quarter_population",
    "equipment": "equipment",
    "schools": "schools",
    "addresses": "addresses",
    "streets": "streets",
    "buildings": "buildings",
    "parcels": "parcels",
    "social_housing": "none",
}
"""Kinds of data sets, and what reads each: functions of `sources.official`, named in its `convert`; "none" for what is
known, and read by nothing yet."""

NOT_READ = "none"
SCOPES = ("national", "departement", "commune")
FORMATS = {"zip", "7z", "gz", "csv", "xls", "xlsx", "shp", "gpkg", "geojson", "parquet"}

_TEXTS = ("id", "kind", "title", "producer", "licence", "page", "format", "vintage", "scope", "seen_in", "reader")
_OTHERS = (
    "family",
    "series",
    "file_name",
    "url",
    "size_bytes",
    "sha256",
    "checked",
    "checked_on",
    "checked_by",
    "read_on",
    "mirror_name",
    "grid_vintage",
    "generation",
    "notes",
)
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
    url, by_part = entry["url"], entry["scope"] in PARTS
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
        yield "url, adresse https d'un fichier attendue, sans autre accolade que {departement} et {commune}"
    elif (filled != url) != by_part or ("{commune}" in url) != (entry["scope"] == PER_COMMUNE):
        yield "url, {departement} ou {commune} y est si le fichier est par département ou commune, et seulement alors"


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
    elif {entry.get("checked", False)} != {type(entry.get("checked_on")) is date, _is_text(entry.get("checked_by"))}:
        yield "checked_on, checked_by, jour et auteur donnés si l'adresse a été vérifiée, et seulement alors"
    if "read_on" in entry and type(entry["read_on"]) is not date:
        yield "read_on, date attendue"


def _filled(url: str) -> str | None:
    try:
        return url.format(departement="62", commune="62193")
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


REGISTRY = "registry.toml"
PER_DEPARTEMENT, PER_COMMUNE = "departement", "commune"
PARTS = (PER_DEPARTEMENT, PER_COMMUNE)
"""Scopes of the data sets that have a file for each part of the country."""

UNKNOWN_EDITION = "inconnue"
"""Vintage of a publication whose content and name do not tell it."""

KIND_NAMES = {
    "grid": "carreaux de 200 m",
    "iris_contours": "contours des IRIS",
    "iris_income": "revenus par IRIS",
    "commune_contours": "contours des communes",
    "communes": "noms et codes des communes",
    "urban_units": "unités urbaines",
    "unit_income": "revenus par unité urbaine",
    "qpv": "quartiers prioritaires",
    "zfu": "zones franches urbaines",
    "zus": "zones urbaines sensibles",
    "quarter_population": "habitants des quartiers prioritaires",
    "equipment": "équipements",
    "schools": "écoles, collèges et lycées",
    "addresses": "adresses",
    "streets": "rues",
    "buildings": "bâtiments",
    "parcels": "parcelles",
    "social_housing": "logement social des quartiers prioritaires",
}
"""What each kind is, in French words."""

_COMMUNE = re.compile(r"\d[\dAB]\d{3}")
_DEPARTEMENT = re.compile(r"0[1-9]|1[0-9]|2[1-9AB]|[3-8][0-9]|9[0-5]|97[1-8]")


@dataclass(frozen=True, slots=True)
class DataSet:
    """One official publication.

    Parameters
    ----------
    id : short name, given to commands and used as the name of the file on a mirror where `url` is empty.
    kind : what it brings to a pack, one of `registry_checks.READERS`.
    page : of the producer, where a person finds the file.
    url : address of the file, with `{departement}` where there is one for each; empty where it is not known.
    format : what is inside what, down to the table or the layer ("zip/7z/csv").
    vintage : year, date or version of the data.
    scope : "national", "departement" or "commune".
    size_bytes, sha256 : of the file at `url`, None where no source states them.
    checked, checked_on, checked_by : whether somebody opened `url`, when and who.
    seen_in, read_on : where `url`, or the page, was read, and when, where it is another day than that of the registry.
    reader : module of `sources.official` that reads it.
    family : which publication of its kind the content of a file tells it to be (`sources.official.recognise`).
    series : title of the publication, whatever its edition; empty where the kind says enough.
    file_name : of the file, where `url` is not known: what to look for on the page.
    mirror_name : of the file on a mirror, where its producer gives several editions the same name.
    grid_vintage : for a grid, year of its incomes.
    generation : for QPV, 2015 or 2024.
    notes : French, for people: columns, traps, what to do by hand.
    """

    id: str
    kind: str
    title: str
    producer: str
    licence: str
    page: str
    url: str
    format: str
    vintage: str
    scope: str
    seen_in: str
    reader: str
    size_bytes: int | None = None
    sha256: str | None = None
    checked: bool = False
    checked_on: date | None = None
    checked_by: str = ""
    read_on: date | None = None
    mirror_name: str = ""
    grid_vintage: int | None = None
    generation: int | None = None
    notes: str = ""
    family: str = ""
    series: str = ""
    file_name: str = ""

    def address(self, part: str | None = None, mirror: str | None = None) -> str:
        """Where to ask for the file.

        Parameters
        ----------
        part : code of a département ("62", "2A", "974") or of a commune, needed where there is one file for each.
        mirror : folder of an HTTP server that holds the files under their own names.

        Raises
        ------
        InvalidInputError
            The département or commune is missing or is none, or nobody knows the address and no mirror is given.
        """
        url = self._filled(part)
        if mirror:
            name = self.mirror_name or urlsplit(url).path.rpartition("/")[2] or self.id
            return f"{mirror.rstrip('/')}/{name}"
        if not url:
            named = f" sous le nom {self.file_name}" if self.file_name else ""
            raise InvalidInputError(
                f"L'adresse du fichier de « {self.title} » n'est pas connue",
                advice=f"le télécharger à la main depuis {self.page}{named} et le donner avec --from-dir",
            )
        return url

    @property
    def published_name(self) -> str:
        """Name of the file at its producer's; empty where it is not known, or where each département has its own."""
        return self.file_name or ("" if self.scope in PARTS else urlsplit(self.url).path.rpartition("/")[2])

    @property
    def source(self) -> Source:
        """What to cite."""
        return Source(self.title, self.producer, self.vintage, self.licence, self.sha256)

    def _filled(self, part: str | None) -> str:
        if self.scope not in PARTS:
            return self.url
        by_commune = self.scope == PER_COMMUNE
        if part is None:
            noun, example = ("commune", "62193") if by_commune else ("département", "62")
            raise InvalidInputError(
                f"« {self.title} » se télécharge par {noun}", advice=f"donner son code, par exemple {example}"
            )
        code = part.strip().upper()
        if by_commune and _COMMUNE.fullmatch(code):
            return self.url.format(departement=departement_of(code), commune=code)
        if by_commune or not _DEPARTEMENT.fullmatch(code):
            noun, advice = (
                ("une commune", "donner son code Insee de cinq caractères")
                if by_commune
                else ("un département", "donner son code : 01 à 95, 2A, 2B ou 971 à 978")
            )
            raise InvalidInputError(f"« {part} » n'est pas {noun}", advice=advice)
        return self.url.format(departement=code)


def registry() -> tuple[DataSet, ...]:
    """All data sets; within a kind, a vintage and a generation, the one to take by default comes first.

    Raises
    ------
    DataUnavailableError
        The file of the installation is altered; the sentence tells all its faults.
    """
    return _shipped()[1]


def registry_date() -> date:
    """Day on which the addresses of the registry were collected."""
    return _shipped()[0]


def data_set(id: str) -> DataSet:  # noqa: A002 - the word of the file
    """Find a data set by its identifier.

    Raises
    ------
    InvalidInputError
        There is none of that name.
    """
    known = {item.id: item for item in registry()}
    if id not in known:
        raise InvalidInputError(
            f"« {id} » n'est pas une donnée du registre", advice=f"choisir parmi {', '.join(known)}"
        )
    return known[id]


def read_registry(text: str) -> tuple[date, tuple[DataSet, ...]]:
    """Read a registry: the day of its addresses, and its data sets.

    Raises
    ------
    DataUnavailableError
        It is not TOML, or an entry is at fault; the sentence tells all the faults.
    """
    try:
        document = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise _unavailable(f"n'est pas du TOML ({error})") from error
    if faults := faults_of_registry(document):
        raise _unavailable(" ; ".join(["est mal écrit", *faults]))
    return document["read_on"], tuple(DataSet(**entry) for entry in document["data_set"])


@cache
def _shipped() -> tuple[date, tuple[DataSet, ...]]:
    try:
        text = (files("geoville.sources") / REGISTRY).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise _unavailable("ne peut pas être lu") from error
    return read_registry(text)


def _unavailable(what: str) -> DataUnavailableError:
    return DataUnavailableError(
        f"Le registre des données officielles {what}", where=Location(REGISTRY), advice="réinstaller geoville"
    )
