"""What data are fetched for: a pack of the user, a département or the whole country."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from geoville.crs import DEPARTEMENTS, departement_of, projected_epsg
from geoville.errors import InvalidInputError, Location
from geoville.sources.official import Area
from geoville.sources.territory import open_territory
from geoville.sources.territory.manifest import COMMUNES, DEPARTEMENT, NATIONAL
from geoville.sources.territory.pack_folders import current_version

if TYPE_CHECKING:
    from geoville.sources.territory import Territory

FRANCE = "france"
_METROPOLITAN_EPSG = 2154


@dataclass(frozen=True, slots=True)
class Target:
    """A territory to fetch data for.

    Parameters
    ----------
    name : of the pack, on the command line.
    departements : codes of the départements that it touches.
    current : the version of the pack that answers today; None for the first one.
    """

    name: str
    title: str
    scope: str
    area: Area
    departements: tuple[str, ...]
    current: Territory | None = None


def target_of_pack(name: str) -> Target:
    """A pack of the user, by name.

    Raises
    ------
    InvalidInputError
        The pack is embedded, an old version, or is of no commune.
    UnknownTerritoryError
        There is no such pack.
    """
    pack = open_territory(name)
    if pack.version is None or pack.designation == name:
        raise InvalidInputError(
            "Les données d'un territoire livré, ou d'une version passée, ne changent pas",
            where=Location(value=name),
            advice="faire le sien avec « geoville data territory new NOM --communes … »",
        )
    if pack.manifest.scope == DEPARTEMENT:
        return target_of_departement(name.rpartition("-")[2])
    if pack.manifest.scope == NATIONAL:
        return target_of_country()
    communes = pack.manifest.communes
    return Target(
        name=pack.name,
        title=pack.title,
        scope=COMMUNES,
        area=Area(pack.epsg, frozenset(communes)),
        departements=tuple(sorted({departement_of(code) for code in communes})),
        current=pack,
    )


def target_of_departement(code: str) -> Target:
    """A département, by its code.

    Raises
    ------
    InvalidInputError
        It is not one.
    """
    departement = code.strip().upper()
    if departement not in DEPARTEMENTS:
        raise InvalidInputError(
            f"« {code} » n'est pas un département", advice="donner son code : 01 à 95, 2A, 2B ou 971 à 976"
        )
    name = f"departement-{departement.lower()}"
    area = Area(projected_epsg(departement.ljust(5, "0")), None, departement)
    return Target(name, f"Département {departement}", DEPARTEMENT, area, (departement,), _current(name))


def target_of_country() -> Target:
    """Metropolitan France: overseas départements are measured in other projections, and are packs of their own."""
    metropolitan = tuple(code for code in DEPARTEMENTS if not code.startswith("97"))
    return Target(
        FRANCE, "France métropolitaine", NATIONAL, Area(_METROPOLITAN_EPSG, None), metropolitan, _current(FRANCE)
    )


def _current(name: str) -> Territory | None:
    return open_territory(name) if current_version(name) else None
