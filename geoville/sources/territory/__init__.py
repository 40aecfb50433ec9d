"""Territory packs: the embedded territory with its grids, cells, addresses and perimeters, and what the user added."""

from __future__ import annotations

import re
from contextlib import suppress
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from geoville.crs import WGS84
from geoville.errors import DataUnavailableError, InvalidInputError, UnknownTerritoryError
from geoville.model import AddressList, Kind
from geoville.sources.additions import (
    ADDRESSES,
    Addition,
    added_address_lists,
    added_perimeters,
    added_places,
    list_additions,
)
from geoville.sources.addresses import read_addresses, read_places
from geoville.sources.locations import embedded_data
from geoville.sources.territory.manifest import MANIFEST, Manifest, PackFile, read_manifest
from geoville.sources.territory.pack_folders import VERSION_MARK, pack_names, packs_folder, version_folder
from geoville.sources.territory.pack_roles import lacking, missing
from geoville.sources.territory.tables import (
    CellTable,
    read_cells,
    read_communes,
    read_iris_medians,
    read_iris_names,
    read_iris_years,
    read_unit_incomes,
    read_urban_units,
)

if TYPE_CHECKING:
    from pathlib import Path

    from geoville.law import IncomeReference
    from geoville.model import Address, Perimeter

_NAME = re.compile(r"[a-z0-9-]{1,64}")
URBAN_UNITS, UNIT_INCOMES = "urban_units", "unit_incomes"
"""Roles of the tables of a pack that spans several urban units."""

EMBEDDED_LIST = "la liste embarquée"


@dataclass(frozen=True)
class Territory:
    """A territory pack, with what the user added to it. Files are read, and their checksums verified, when asked for.

    Parameters
    ----------
    manifest : what `territory.toml` says.
    version : of a pack of the user; None for one that is embedded.
    """

    manifest: Manifest
    version: int | None = None

    @property
    def name(self) -> str:
        """Name on the command line ("calais")."""
        return self.manifest.name

    @property
    def designation(self) -> str:
        """Name that opens this very version: "calais", "roubaix@2"."""
        return self.name if self.version is None else f"{self.name}{VERSION_MARK}{self.version}"

    @property
    def folder(self) -> Path:
        """Folder of the manifest and of the files."""
        return embedded_data() / self.name if self.version is None else packs_folder() / self.name / str(self.version)

    @property
    def title(self) -> str:
        """French name for the user."""
        return self.manifest.title

    @property
    def epsg(self) -> int:
        """EPSG code of the projected CRS in which the territory is measured."""
        return self.manifest.epsg

    @property
    def default_vintage(self) -> int:
        """Vintage of the grid used when none is asked for; DataUnavailableError where the pack has no grid."""
        vintage = self.manifest.default_vintage or max(self.grids, default=None)
        if vintage is None:
            raise missing("grid", self.name)
        return vintage

    @property
    def income_reference(self) -> IncomeReference | None:
        """Medians that the decree's threshold is made of; None where nobody gave them."""
        return self.manifest.income_reference

    @cached_property
    def unit_references(self) -> dict[str, IncomeReference]:
        """Reference incomes of each urban unit of a pack of several, estimated by geoville; none where it has one."""
        files = self._files(UNIT_INCOMES)
        return {unit: found for file in files for unit, found in read_unit_incomes(file.checked_path()).items()}

    @cached_property
    def unit_of_commune(self) -> dict[str, str]:
        """Urban unit of each commune, in the latest zoning that the pack has."""
        files = sorted(self._files(URBAN_UNITS), key=lambda file: file.path.name)
        return read_urban_units(files[-1].checked_path()) if files else {}

    @property
    def urban_unit_communes(self) -> frozenset[str]:
        """INSEE codes of the communes of the urban unit; none where the pack does not say it."""
        return frozenset(self.manifest.urban_unit.communes if self.manifest.urban_unit else ())

    @property
    def additions(self) -> tuple[Addition, ...]:
        """Files that the user added, in the order of their identifiers."""
        return list_additions(self.name)

    @property
    def grids(self) -> dict[int, PackFile]:
        """Grids of the pack by vintage."""
        return {file.grid_vintage: file for file in self._files("grid") if file.grid_vintage is not None}

    def grid_path(self, vintage: int | None = None) -> Path:
        """Path of a grid, the default vintage unless one is asked for.

        Raises
        ------
        InvalidInputError
            The pack has grids, and none of that vintage.
        DataUnavailableError
            The pack has no grid.
        """
        grids = self.grids
        file = grids.get(self.default_vintage if vintage is None or not grids else vintage)
        if file is None:
            years = ", ".join(str(year) for year in sorted(grids))
            raise InvalidInputError(f"{self.title} n'a pas de grille {vintage}", advice=f"demander l'une de : {years}")
        return file.checked_path()

    def grid_checksums(self) -> dict[str, int]:
        """Vintage of each grid of the pack by its sha256, to recognise a grid whatever its name."""
        return {file.source.sha256: year for year, file in self.grids.items() if file.source.sha256}

    @cached_property
    def communes(self) -> dict[str, str]:
        """Names of the communes by INSEE code; none where the pack does not have them."""
        return {
            code: name for file in self._files("communes") for code, name in read_communes(file.checked_path()).items()
        }

    @cached_property
    def cells(self) -> CellTable:
        """Commune and IRIS of the centre of every cell of the pack's grids; DataUnavailableError where it has none."""
        return read_cells(self.file("cells").checked_path())

    @cached_property
    def iris_names(self) -> dict[str, str]:
        """Names of the IRIS by code, those whose incomes or contours the pack has."""
        files = (*self._files("iris"), *self._files("iris_income"))
        return {code: name for file in files for code, name in read_iris_names(file.checked_path()).items()}

    @cached_property
    def extent(self) -> tuple[float, float, float, float] | None:
        """Bounding box of the territory: (west, south, east, north), degrees, WGS84; None where nothing tells it."""
        if self.manifest.extent or not self.has("cells"):
            return self.manifest.extent
        return self.cells.bounds(WGS84)

    @cached_property
    def iris_year(self) -> int | None:
        """Latest year of the incomes by IRIS of the pack; None where it has none."""
        years = [year for file in self._files("iris_income") for year in read_iris_years(file.checked_path())]
        return max(years, default=None)

    def iris_medians(self, year: int) -> dict[str, float]:
        """Median declared income per UC, euros of that year, by IRIS; those that publish none are left out."""
        files = self._files("iris_income")
        return {code: eur for file in files for code, eur in read_iris_medians(file.checked_path(), year).items()}

    def address_list(self) -> AddressList:
        """Addresses and places of the pack and of the user, those of an index apart (`address_index`).

        A list that the user says complete replaces the pack's addresses; places are kept.
        """
        added = added_address_lists(self.name)
        complete = [item for item in added if item.complete]
        used = complete or [*self._listed_addresses(), *added]
        name = " et ".join(item.name for item in used) or "celle des lieux du territoire"
        addresses = [address for item in used for address in item.addresses]
        return AddressList((*addresses, *self.places()), bool(complete) or any(item.complete for item in used), name)

    @property
    def address_index(self) -> Path | None:
        """Index that holds the pack's addresses; None where they are in a list, missing, or replaced by the user's."""
        if any(item.complete for item in self.additions if item.kind == ADDRESSES):
            return None
        return next((file.indexed_path() for file in self._files("addresses") if _is_index(file)), None)

    def places(self) -> tuple[Address, ...]:
        """Named places of the pack and of the user."""
        shipped = [place for file in self._files("places") for place in read_places(file.checked_path())]
        return (*shipped, *added_places(self.name))

    def perimeters(self) -> tuple[Perimeter, ...]:
        """Perimeters known of the territory: first those of the user, then the layers of the pack."""
        from geoville.sources.contours import read_perimeters

        shipped = [
            perimeter
            for file in self.manifest.files
            if file.role in {*Kind}
            for perimeter in read_perimeters(file.checked_path(), kind=Kind(file.role)).cited(file.source)
        ]
        return (*added_perimeters(self.name), *shipped)

    def layer_paths(self, kind: Kind) -> tuple[Path, ...]:
        """Files of a kind of perimeters; DataUnavailableError where the pack has none."""
        self.file(kind)
        return tuple(file.checked_path() for file in self._files(kind))

    def has(self, role: str) -> bool:
        """Whether the pack has a file of that role."""
        return bool(self._files(role))

    def file(self, role: str) -> PackFile:
        """First file of a role.

        Raises
        ------
        DataUnavailableError
            The pack has none; says which command brings it.
        """
        for file in self._files(role):
            return file
        if self.version is None:  # an embedded pack is not fetched
            advice = f"en ajouter avec « geoville data add FICHIER --kind {role} --territory {self.name} »"
            raise DataUnavailableError(lacking(role, self.name), advice=advice)
        raise missing(role, self.name)

    def _files(self, role: str) -> tuple[PackFile, ...]:
        return tuple(file for file in self.manifest.files if file.role == role)

    def _listed_addresses(self) -> list[AddressList]:
        return [
            read_addresses(file.checked_path(), complete=file.complete, name=EMBEDDED_LIST)
            for file in self._files("addresses")
            if not _is_index(file)
        ]


def open_territory(name: str) -> Territory:
    """Open a territory pack by name: an embedded one, or a version of one of the user's ("roubaix", "roubaix@1").

    Raises
    ------
    UnknownTerritoryError
        No pack has that name.
    """
    folder = embedded_data() / name
    if _NAME.fullmatch(name) and (folder / MANIFEST).is_file():
        return Territory(read_manifest(folder))
    found = version_folder(name)
    if found is None:
        known = ", ".join(territory.name for territory in list_territories())
        raise UnknownTerritoryError("Ce territoire est inconnu", advice=f"territoires connus : {known}")
    folder, version = found
    return Territory(read_manifest(folder), version)


def list_territories() -> tuple[Territory, ...]:
    """Every pack, by name, the user's in the version that answers. A user's pack that cannot be read is left out."""
    manifests = embedded_data().glob(f"*/{MANIFEST}")
    found = [Territory(read_manifest(path.parent)) for path in manifests]
    for name in pack_names():
        with suppress(DataUnavailableError):  # a damaged pack takes nothing from the others; opened, it says so
            found.append(open_territory(name))
    return tuple(sorted(found, key=lambda territory: territory.name))


def _is_index(file: PackFile) -> bool:
    return file.path.suffix == ".sqlite"
