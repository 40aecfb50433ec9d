"""The manifest of a territory pack, `territory.toml`: its facts and its files, as frozen values."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from geoville.errors import DataUnavailableError, Location
from geoville.law import IncomeReference
from geoville.model import Source
from geoville.sources.territory.pack_file import PackFile

if TYPE_CHECKING:
    from datetime import date
    from pathlib import Path

__all__ = [
    "COMMUNES",
    "DEPARTEMENT",
    "MANIFEST",
    "NATIONAL",
    "FormerQuarter",
    "ListedQuarter",
    "Manifest",
    "PackFile",
    "PublishedPopulation",
    "UrbanUnit",
    "read_manifest",
]

MANIFEST = "territory.toml"
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


def read_manifest(folder: Path) -> Manifest:
    """Read the manifest of a pack.

    Raises
    ------
    DataUnavailableError
        The manifest cannot be read, or lacks something.
    """
    path = folder / MANIFEST
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
