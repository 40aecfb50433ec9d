"""The manifest of a pack: `territory.toml`, read and written, and the roles that files have in it."""

from __future__ import annotations

import tomllib
import unicodedata
from dataclasses import dataclass, field
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from geoville.errors import DataUnavailableError, InvalidInputError, Location
from geoville.law import IncomeReference
from geoville.model import Source
from geoville.sources.files import sha256_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from datetime import date
    from pathlib import Path


# --- One file of a territory pack, given only once its bytes are known to be those that the manifest promises

_STATES_KEPT = 4096


_CHECKED_AT_ONCE_BYTES = 20_000_000
"""Of an index: its checksum takes 50 ms at most."""


@dataclass(frozen=True, slots=True)
class PackFile:
    """One file of a pack.

    Parameters
    ----------
    role : `grid`, `cells`, `communes`, `iris`, `iris_income`, `addresses`, `places`, `contract_places`, `streets`,
        `water`, `sensitivity`, `quarter_people`, `quarter_population`, `schools`, `buildings`,
        `parcels`, or a kind of perimeter ("candidat").
    source : what to cite, with the sha256 that the file must have.
    grid_vintage : for a grid, year of its incomes.
    complete : for addresses, whether the list has every address of its communes.
    size_bytes : that the file must have, where the manifest says it.
    """

    path: Path
    role: str
    source: Source
    grid_vintage: int | None = None
    complete: bool = False
    size_bytes: int | None = None

    def checked_path(self) -> Path:
        """Path of the file, once its bytes are known to be those that the manifest promises.

        Raises
        ------
        DataUnavailableError
            The file is missing or altered.
        """
        status = self._sized_path().stat()
        if _sha256_in_state(self.path, status.st_size, status.st_mtime_ns) != self.source.sha256:
            raise self._unavailable("a été modifié")
        return self.path

    def indexed_path(self) -> Path:
        """Path of an index that is read in places only, once its bytes are known to be those of the manifest.

        Those of a large one, whose checksum takes longer than any question (26 million addresses), are not looked at
        here, but their number: the service reads them all in the background (`Pack.check_indexes`).

        Raises
        ------
        DataUnavailableError
            The file is missing, of another size, or altered.
        """
        path = self._sized_path()
        if self.source.sha256 is None or path.stat().st_size > _CHECKED_AT_ONCE_BYTES:
            return path
        return self.checked_path()

    def _sized_path(self) -> Path:
        if not self.path.is_file():
            raise self._unavailable("manque")
        if self.size_bytes is not None and self.path.stat().st_size != self.size_bytes:
            raise self._unavailable("a été modifié")
        return self.path

    def _unavailable(self, what: str) -> DataUnavailableError:
        where = Location(str(self.path))
        advice = "réinstaller geoville, ou récupérer de nouveau le territoire s'il a été ajouté"
        return DataUnavailableError(f"Un fichier du territoire {what}", where=where, advice=advice)


@lru_cache(maxsize=_STATES_KEPT)
def _sha256_in_state(path: Path, size_bytes: int, modified_ns: int) -> str:  # noqa: ARG001 - part of what is remembered
    """SHA-256 of a file in one state, computed once per process: a national pack holds gigabytes.

    Remembering is safe: geoville never writes into a file of a pack, it puts another in its place, and whatever else
    writes into one changes its date. What would forge both size and date could as well forge the manifest.
    """
    return sha256_of(path)


MANIFEST = "territory.toml"
SENSITIVITY = "sensitivity"
"""Role of the layer that says how many scenarios keep each cell."""
COMMUNES, DEPARTEMENT, NATIONAL = "communes", "departement", "national"
"""Scopes of a pack."""


@dataclass(frozen=True, slots=True)
class UrbanUnit:
    """An urban unit of Insee.

    Parameters
    ----------
    zoning : year of the zoning.
    communes : INSEE codes.
    """

    code: str
    name: str
    zoning: int
    communes: tuple[str, ...]
    source: str


@dataclass(frozen=True, slots=True)
class ListedQuarter:
    """An official QPV as a fact: code and name, without its contour."""

    code: str
    name: str
    generation: int
    source: str


@dataclass(frozen=True, slots=True)
class PublishedPopulation:
    """A population that a document gives, to stand beside what is computed.

    Parameters
    ----------
    verified : False where the document that gives it was not read.
    note : French sentence on what contradicts it; empty where nothing does.
    """

    label: str
    population: int
    source: str
    verified: bool
    note: str = ""


@dataclass(frozen=True, slots=True)
class FormerQuarter:
    """A former ZUS or CUCS quarter whose contour is not open.

    Parameters
    ----------
    iris : codes of the IRIS whose cells stand for it; empty where nothing places it.
    source : what says that it was one, and why these IRIS or none.
    populations : labels of the published populations to set beside what is computed.
    """

    code: str
    name: str
    iris: tuple[str, ...]
    source: str
    populations: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Manifest:
    """Everything that `territory.toml` says. A pack that a user made may lack most of it.

    Parameters
    ----------
    default_vintage : of the grid used where none is asked for; None where there is no grid.
    computed_on : day whose law and quarters the computed layers are of.
    neighbourhoods : names that people use, by code of IRIS.
    communes : INSEE codes of the communes that the pack is of; empty where its tables tell.
    scope : "communes", "departement" or "national".
    extent : west, south, east, north of the territory, degrees, WGS84.
    """

    name: str
    title: str
    epsg: int
    files: tuple[PackFile, ...]
    default_vintage: int | None = None
    computed_on: date | None = None
    urban_unit: UrbanUnit | None = None
    income_reference: IncomeReference | None = None
    neighbourhoods: dict[str, str] = field(default_factory=dict)
    quarters: tuple[ListedQuarter, ...] = ()
    populations: tuple[PublishedPopulation, ...] = ()
    former: tuple[FormerQuarter, ...] = ()
    communes: tuple[str, ...] = ()
    scope: str = COMMUNES
    extent: tuple[float, float, float, float] | None = None


def read_manifest(folder: Path, name: str = MANIFEST) -> Manifest:
    """Read the manifest of a pack, or the description of another folder of files, whose name is then given.

    Raises
    ------
    DataUnavailableError
        The manifest cannot be read, or lacks something.
    """
    path = folder / name
    try:
        document = tomllib.loads(path.read_text(encoding="utf-8"))
        return _manifest(document, folder)
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError, KeyError, TypeError, AttributeError) as error:
        raise DataUnavailableError(
            "La description d'un territoire est illisible ou incomplète",
            where=Location(str(path)),
            advice="réinstaller geoville, ou refaire le territoire s'il a été ajouté",
        ) from error


def _manifest(document: dict[str, Any], folder: Path) -> Manifest:
    unit, incomes, extent = (document.get(key) for key in ("urban_unit", "income_reference", "extent"))
    return Manifest(
        name=document["name"],
        title=document["title"],
        epsg=document["epsg"],
        files=tuple(_pack_file(item, folder) for item in document.get("files", ())),
        default_vintage=document.get("default_vintage"),
        computed_on=document.get("computed_on"),
        urban_unit=_urban_unit(unit) if unit else None,
        income_reference=_income_reference(incomes, unit or {}) if incomes else None,
        neighbourhoods={iris: item["name"] for item in document.get("neighbourhoods", ()) for iris in item["iris"]},
        quarters=tuple(ListedQuarter(**item) for item in document.get("qpv", ())),
        populations=tuple(PublishedPopulation(**item) for item in document.get("populations", ())),
        former=tuple(_former_quarter(item) for item in document.get("former", ())),
        communes=tuple(document.get("communes", ())),
        scope=document.get("scope", COMMUNES),
        extent=(extent["west"], extent["south"], extent["east"], extent["north"]) if extent else None,
    )


def _urban_unit(unit: dict[str, Any]) -> UrbanUnit:
    return UrbanUnit(unit["code"], unit["name"], unit["zoning"], tuple(unit["communes"]), unit["source"])


def _income_reference(incomes: dict[str, Any], unit: dict[str, Any]) -> IncomeReference:
    """Reference incomes; the embedded pack says with the urban unit its population, and whether that was verified."""
    return IncomeReference(
        national_eur=incomes["national_eur"],
        urban_unit_eur=incomes["urban_unit_eur"],
        urban_unit_population=incomes["population"] if "population" in incomes else unit["population"],
        year=incomes.get("year"),
        verified=incomes["verified"] and unit.get("verified", True),
        source=incomes["source"],
        too_small_since=incomes.get("too_small_since"),
    )


def _former_quarter(item: dict[str, Any]) -> FormerQuarter:
    return FormerQuarter(
        item["code"], item["name"], tuple(item["iris"]), item["source"], tuple(item.get("populations", ()))
    )


def _pack_file(item: dict[str, Any], folder: Path) -> PackFile:
    producer, vintage, licence = (item.get(key, "") for key in ("producer", "vintage", "licence"))
    return PackFile(
        path=folder / item["path"],
        role=item["role"],
        source=Source(item["title"], producer, vintage, licence, item["sha256"]),
        grid_vintage=item.get("grid_vintage"),
        complete=item.get("complete", False),
        size_bytes=item.get("size_bytes"),
    )


# --- Writing the manifest of a territory pack: the text that `read_manifest` reads back as the same values

_NOT_TEXT = frozenset({"Cc", "Cs", "Zl", "Zp"})
"""Unicode categories of control characters, lone surrogates and ends of lines."""


def manifest_text(manifest: Manifest) -> str:
    """The manifest of a pack as TOML.

    Raises
    ------
    InvalidInputError
        A text holds an end of line or another control character, or a file lies outside the folder of the others.
    """
    import tomli_w

    unit, incomes, extent = manifest.urban_unit, manifest.income_reference, manifest.extent
    values = {
        "name": manifest.name,
        "title": manifest.title,
        "epsg": manifest.epsg,
        "default_vintage": manifest.default_vintage,
        "computed_on": manifest.computed_on,
        "scope": manifest.scope,
        "communes": manifest.communes,
        "extent": extent and dict(zip(("west", "south", "east", "north"), extent, strict=True)),
        "urban_unit": unit and _fields(unit),
        "income_reference": incomes and _incomes(incomes),
    }
    tables = {
        "neighbourhoods": tuple(_neighbourhoods(manifest.neighbourhoods)),
        "qpv": tuple(map(_fields, manifest.quarters)),
        "populations": tuple(map(_fields, manifest.populations)),
        "former": tuple(map(_fields, manifest.former)),
        "files": tuple(map(_file, manifest.files)),
    }
    return tomli_w.dumps(_known(values | {name: table for name, table in tables.items() if table}, ""))


def _fields(item: Any) -> dict[str, Any]:
    """Values of a flat dataclass by name."""
    return {name: getattr(item, name) for name in item.__slots__}


def _incomes(reference: IncomeReference) -> dict[str, Any]:
    fields = _fields(reference)
    return fields | {"population": fields.pop("urban_unit_population")}


def _neighbourhoods(names: Mapping[str, str]) -> Iterator[dict[str, Any]]:
    for name in dict.fromkeys(names.values()):
        yield {"name": name, "iris": tuple(iris for iris, used in names.items() if used == name)}


def _file(file: PackFile) -> dict[str, Any]:
    source = file.source
    return {
        "path": file.path.name,
        "role": file.role,
        "grid_vintage": file.grid_vintage,
        "complete": file.complete or None,
        "title": source.title,
        "producer": source.producer,
        "vintage": source.vintage,
        "licence": source.licence,
        "sha256": source.sha256,
        "size_bytes": file.size_bytes,
    }


def _known(value: Any, key: str) -> Any:
    """A value without what is not known, which TOML cannot write; its texts are of one line."""
    if isinstance(value, dict):
        return {name: _known(item, name) for name, item in value.items() if item is not None}
    if isinstance(value, tuple):
        return [_known(item, key) for item in value]
    if isinstance(value, str) and any(unicodedata.category(character) in _NOT_TEXT for character in value):
        raise InvalidInputError(
            "Retour à la ligne ou caractère de contrôle dans la description d'un territoire",
            where=Location(column=key),
            advice="écrire ce texte sur une seule ligne",
        )
    return value


# --- What the files of a pack are for, in words, and which command brings those that a pack of the user lacks

_ROLES = {
    "grid": ("de carreaux de 200 m", "grid"),
    "cells": ("de table des communes et IRIS de ses carreaux", "commune_contours"),
    "communes": ("de noms de communes", "communes"),
    "iris": ("de contours d'IRIS", "iris_contours"),
    "iris_income": ("de revenus par IRIS", "iris_income"),
    "addresses": ("de liste d'adresses", "addresses"),
    "places": ("de lieux", "equipment"),
    "streets": ("de rues", "streets"),
    "qpv": ("de contours de QPV", "qpv"),
    "zfu": ("de contours de ZFU", "zfu"),
    "buildings": ("de bâtiments", "buildings"),
    "parcels": ("de parcelles", "parcels"),
}
"""Role of a file, what the pack does not have, and the kind of data that `geoville data fetch --only` brings."""

USED_ROLES = ("grid", "cells", "communes", "iris_income", "addresses", "places", "qpv")
"""Roles without which some command does less."""


def lacking(role: str, name: str) -> str:
    """What a territory lacks, as a French sentence without its final stop.

    >>> lacking("addresses", "roubaix")
    "Le territoire « roubaix » n'a pas de liste d'adresses"
    """
    return f"Le territoire « {name} » n'a pas {_ROLES[role][0]}"


def fetching(role: str, name: str) -> str:
    """What to do about it, as a French clause.

    >>> fetching("addresses", "roubaix")
    'lancer « geoville data fetch roubaix --only addresses »'
    """
    return f"lancer « geoville data fetch {name} --only {_ROLES[role][1]} »"


def missing(role: str, name: str) -> DataUnavailableError:
    """The error that says that a territory lacks what a command needs, and which command brings it."""
    return DataUnavailableError(lacking(role, name), advice=fetching(role, name))
