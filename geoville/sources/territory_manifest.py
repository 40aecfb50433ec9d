"""The manifest of a territory pack, `territory.toml`: its facts and its files, as frozen values."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from geoville.errors import DataUnavailableError, Location
from geoville.law import IncomeReference
from geoville.model import Source
from geoville.sources.files import sha256_of

if TYPE_CHECKING:
    from datetime import date
    from pathlib import Path

MANIFEST = "territory.toml"


@dataclass(frozen=True, slots=True)
class PackFile:
    """One file of a pack.

    Parameters
    ----------
    role : `grid`, `cells`, `communes`, `iris_income`, `addresses`, `places`, `contract_places`, or a kind of
        perimeter ("candidat").
    source : what to cite, with the sha256 that the file must have.
    grid_vintage : for a grid, year of its incomes.
    complete : for addresses, whether the list has every address of its communes.
    """

    path: Path
    role: str
    source: Source
    grid_vintage: int | None = None
    complete: bool = False

    def checked_path(self) -> Path:
        """Path of the file, once its bytes are known to be those that the manifest promises.

        Raises
        ------
        DataUnavailableError
            The file is missing or altered.
        """
        if not self.path.is_file():
            raise self._unavailable("manque")
        if sha256_of(self.path) != self.source.sha256:
            raise self._unavailable("a été modifié")
        return self.path

    def _unavailable(self, what: str) -> DataUnavailableError:
        where = Location(str(self.path))
        return DataUnavailableError(f"Un fichier du territoire {what}", where=where, advice="réinstaller geoville")


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


@dataclass(frozen=True, slots=True)
class Manifest:
    """Everything that `territory.toml` says.

    Parameters
    ----------
    computed_on : day whose law and quarters the computed layers are of.
    neighbourhoods : names that people use, by code of IRIS.
    """

    name: str
    title: str
    epsg: int
    default_vintage: int
    computed_on: date
    urban_unit: UrbanUnit
    income_reference: IncomeReference
    neighbourhoods: dict[str, str]
    quarters: tuple[ListedQuarter, ...]
    populations: tuple[PublishedPopulation, ...]
    former: tuple[FormerQuarter, ...]
    files: tuple[PackFile, ...]


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
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError, KeyError, TypeError) as error:
        raise DataUnavailableError(
            "La description d'un territoire est illisible ou incomplète",
            where=Location(str(path)),
            advice="réinstaller geoville",
        ) from error


def _manifest(document: dict[str, Any], folder: Path) -> Manifest:
    unit, incomes = document["urban_unit"], document["income_reference"]
    return Manifest(
        name=document["name"],
        title=document["title"],
        epsg=document["epsg"],
        default_vintage=document["default_vintage"],
        computed_on=document["computed_on"],
        urban_unit=UrbanUnit(unit["code"], unit["name"], unit["zoning"], tuple(unit["communes"]), unit["source"]),
        income_reference=IncomeReference(
            national_eur=incomes["national_eur"],
            urban_unit_eur=incomes["urban_unit_eur"],
            urban_unit_population=unit["population"],
            year=incomes["year"],
            verified=incomes["verified"] and unit["verified"],
            source=incomes["source"],
        ),
        neighbourhoods={iris: item["name"] for item in document.get("neighbourhoods", ()) for iris in item["iris"]},
        quarters=tuple(ListedQuarter(**item) for item in document.get("qpv", ())),
        populations=tuple(PublishedPopulation(**item) for item in document.get("populations", ())),
        former=tuple(_former_quarter(item) for item in document.get("former", ())),
        files=tuple(_pack_file(item, folder) for item in document["files"]),
    )


def _former_quarter(item: dict[str, Any]) -> FormerQuarter:
    return FormerQuarter(
        item["code"], item["name"], tuple(item["iris"]), item["source"], tuple(item.get("populations", ()))
    )


def _pack_file(item: dict[str, Any], folder: Path) -> PackFile:
    source = Source(item["title"], item["producer"], item["vintage"], item["licence"], item["sha256"])
    return PackFile(
        folder / item["path"], item["role"], source, item.get("grid_vintage"), complete=item.get("complete", False)
    )
