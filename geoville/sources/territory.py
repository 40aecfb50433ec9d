"""Territory packs: the embedded territory with its grids, cells, addresses and perimeters, and what the user added."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from geoville.crs import WGS84
from geoville.errors import InvalidInputError, UnknownTerritoryError
from geoville.model import AddressList, Kind
from geoville.sources.additions import Addition, added_address_lists, added_perimeters, added_places, list_additions
from geoville.sources.addresses import read_addresses, read_places
from geoville.sources.locations import embedded_data
from geoville.sources.territory_manifest import MANIFEST, Manifest, PackFile, read_manifest
from geoville.sources.territory_tables import CellTable, read_cells, read_communes, read_iris_medians, read_iris_names

if TYPE_CHECKING:
    from pathlib import Path

    from geoville.law import IncomeReference
    from geoville.model import Address, Perimeter

_NAME = re.compile(r"[a-z0-9-]{1,64}")
EMBEDDED_LIST = "la liste embarquée"


@dataclass(frozen=True)
class Territory:
    """A territory pack, with what the user added to it. Files are read, and their checksums verified, when asked for.

    Parameters
    ----------
    manifest : what `territory.toml` says.
    """

    manifest: Manifest

    @property
    def name(self) -> str:
        """Name on the command line ("calais")."""
        return self.manifest.name

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
        """Vintage of the grid used when none is asked for."""
        return self.manifest.default_vintage

    @property
    def income_reference(self) -> IncomeReference:
        """Medians that the decree's threshold is made of."""
        return self.manifest.income_reference

    @property
    def urban_unit_communes(self) -> frozenset[str]:
        """INSEE codes of the communes of the urban unit."""
        return frozenset(self.manifest.urban_unit.communes)

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
            The pack has no grid of that vintage.
        """
        grids = self.grids
        file = grids.get(vintage or self.default_vintage)
        if file is None:
            years = ", ".join(str(year) for year in sorted(grids))
            raise InvalidInputError(f"{self.title} n'a pas de grille {vintage}", advice=f"demander l'une de : {years}")
        return file.checked_path()

    def grid_checksums(self) -> dict[str, int]:
        """Vintage of each grid of the pack by its sha256, to recognise a grid whatever its name."""
        return {file.source.sha256: year for year, file in self.grids.items() if file.source.sha256}

    @cached_property
    def communes(self) -> dict[str, str]:
        """Names of the communes by INSEE code."""
        return read_communes(self._file("communes").checked_path())

    @cached_property
    def cells(self) -> CellTable:
        """Commune and IRIS of the centre of every cell of the pack's grids."""
        return read_cells(self._file("cells").checked_path())

    @cached_property
    def iris_names(self) -> dict[str, str]:
        """Names of the IRIS by code, those whose incomes the pack has."""
        return read_iris_names(self._file("iris_income").checked_path())

    @property
    def extent(self) -> tuple[float, float, float, float]:
        """Bounding box of the cells: (west, south, east, north), degrees, WGS84."""
        return self.cells.bounds(WGS84)

    def iris_medians(self, year: int) -> dict[str, float]:
        """Median declared income per UC, euros of that year, by IRIS; those that publish none are left out."""
        return read_iris_medians(self._file("iris_income").checked_path(), year)

    def address_list(self) -> AddressList:
        """Addresses and places of the pack and of the user.

        A list that the user says complete replaces the pack's addresses; places are kept.
        """
        added = added_address_lists(self.name)
        complete = [item for item in added if item.complete]
        if complete:
            used, name = complete, " et ".join(item.name for item in complete)
        else:
            embedded = self._file("addresses")
            known = read_addresses(embedded.checked_path(), complete=embedded.complete, name=EMBEDDED_LIST)
            used, name = [known, *added], " et ".join(item.name for item in (known, *added))
        addresses = [address for item in used for address in item.addresses]
        is_complete = any(item.complete for item in used)
        return AddressList((*addresses, *self.places()), is_complete, name)

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

    def _files(self, role: str) -> tuple[PackFile, ...]:
        return tuple(file for file in self.manifest.files if file.role == role)

    def _file(self, role: str) -> PackFile:
        return self._files(role)[0]


def open_territory(name: str) -> Territory:
    """Open a territory pack by name.

    Raises
    ------
    UnknownTerritoryError
        No pack has that name.
    """
    folder = embedded_data() / name
    if not _NAME.fullmatch(name) or not (folder / MANIFEST).is_file():
        known = ", ".join(territory.name for territory in list_territories())
        raise UnknownTerritoryError("Ce territoire est inconnu", advice=f"territoires connus : {known}")
    return Territory(read_manifest(folder))


def list_territories() -> tuple[Territory, ...]:
    """Every pack, by name."""
    manifests = sorted(embedded_data().glob(f"*/{MANIFEST}"))
    return tuple(Territory(read_manifest(path.parent)) for path in manifests)
