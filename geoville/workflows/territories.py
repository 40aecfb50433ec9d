"""The territories of geoville: make one, take one out, say what it is, has and lacks."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from geoville.crs import DEPARTEMENTS, PROJECTED_BY_DEPARTEMENT, departement_of, is_commune_code, projected_epsg
from geoville.errors import InvalidInputError, Location
from geoville.sources.manifest import USED_ROLES, Manifest, fetching, lacking
from geoville.sources.pack import (
    VERSION_MARK,
    building_folder,
    check_pack_name,
    list_territories,
    pack_names,
    publish,
    remove_pack,
    versions,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from geoville.law import IncomeReference
    from geoville.sources.additions import Addition
    from geoville.sources.manifest import PackFile
    from geoville.sources.pack import Pack


_COMMUNE = re.compile(r"\d[\dAB]\d{3}")


def unreadable_packs() -> tuple[str, ...]:
    """Names of the packs of the user whose description cannot be read."""
    readable = {territory.name for territory in list_territories()}
    return tuple(name for name in pack_names() if name not in readable)


def new_territory(
    name: str, communes: Sequence[str], *, title: str | None = None, reference: IncomeReference | None = None
) -> Pack:
    """Make a pack of the user that has its communes and no data yet: `geoville data fetch` brings them.

    Parameters
    ----------
    name : on the command line: a-z, 0-9 and hyphens.
    communes : INSEE codes, all in one projected CRS.
    title : French name for the user; the name with capitals where it is not given.
    reference : figures of the urban unit, where they are known.

    Raises
    ------
    InvalidInputError
        The name is taken or not possible, there is no commune, or a code is not one: its form, or its département.
    """
    check_pack_name(name)
    if versions(name):
        raise InvalidInputError(
            f"Le territoire « {name} » existe déjà",
            advice=f"choisir un autre nom, ou le retirer avec « geoville data remove {name} »",
        )
    draft = Manifest(
        name=name,
        title=title or name.title(),
        epsg=_only_epsg(communes),
        files=(),
        income_reference=reference,
        communes=tuple(dict.fromkeys(communes)),
    )
    return publish(draft, building_folder(name))


def is_pack(designation: str) -> bool:
    """Whether something to remove is a pack of the user, or one of its versions, rather than an added file."""
    return designation.partition(VERSION_MARK)[0] in pack_names()


def remove_territory(designation: str) -> None:
    """Take out a pack of the user ("roubaix") or one of its versions ("roubaix@1").

    Raises
    ------
    UnknownTerritoryError
        There is no such pack or version.
    """
    name, mark, version = designation.partition(VERSION_MARK)
    remove_pack(name, (int(version) if version.isdecimal() else 0) if mark else None)


def missing_roles(territory: Pack) -> tuple[str, ...]:
    """What commands use and a pack of the user lacks, by role; an embedded pack is what it is."""
    return () if territory.version is None else tuple(role for role in USED_ROLES if not territory.has(role))


def missing_in_words(territory: Pack) -> tuple[str, ...]:
    """One French sentence for each missing role, with the command that brings it."""
    name = territory.name
    return tuple(f"{lacking(role, name)} : {fetching(role, name)}." for role in missing_roles(territory))


def territory_document(territory: Pack) -> dict[str, Any]:
    """What a territory is and has, as plain values."""
    manifest = territory.manifest
    return {
        "name": territory.name,
        "title": territory.title,
        "epsg": territory.epsg,
        "version": territory.version,
        "versions": list(versions(territory.name)),
        "folder": str(territory.folder),
        "scope": manifest.scope,
        "communes": list(manifest.communes),
        "extent": list(manifest.extent) if manifest.extent else None,
        "income_reference": _incomes(manifest.income_reference),
        "missing": list(missing_roles(territory)),
        "files": [_file(file) for file in manifest.files],
        "additions": [_addition(item) for item in territory.additions],
    }


def _only_epsg(communes: Sequence[str]) -> int:
    if not communes:
        raise InvalidInputError("Un territoire a au moins une commune", advice="donner --communes 59350,59512")
    for code in communes:
        if not _COMMUNE.fullmatch(code):
            raise InvalidInputError(
                "Code de commune illisible",
                where=Location(value=code),
                advice="donner des codes Insee de cinq caractères séparés par des virgules",
            )
        _check_departement(code)
        if not is_commune_code(code):
            raise InvalidInputError(
                "Aucune commune n'a ce code",
                where=Location(value=code),
                advice="corriger ce code Insee, où le numéro suit le département et commence à 001 (01 outre-mer)",
            )
    found = {projected_epsg(code) for code in communes}
    if len(found) > 1:
        raise InvalidInputError(
            "Ces communes ne se mesurent pas dans la même projection",
            advice="faire un territoire pour la métropole et un autre par région d'outre-mer",
        )
    return found.pop()


def _check_departement(commune: str) -> None:
    """Refuse a commune of a département that is not known: it would be measured as if it were in the metropole."""
    departement = departement_of(commune)
    if departement in DEPARTEMENTS or departement in PROJECTED_BY_DEPARTEMENT:
        return
    metropolitan = [code for code in DEPARTEMENTS if code not in PROJECTED_BY_DEPARTEMENT]
    raise InvalidInputError(
        f"geoville ne connaît pas le département « {departement} »",
        where=Location(value=commune),
        advice=f"donner des communes de la métropole ({metropolitan[0]} à {metropolitan[-1]}, 2A et 2B en Corse) ou "
        f"d'outre-mer ({', '.join(PROJECTED_BY_DEPARTEMENT)})",
    )


def _incomes(reference: IncomeReference | None) -> dict[str, Any] | None:
    if reference is None:
        return None
    return {
        "national_eur": reference.national_eur,
        "urban_unit_eur": reference.urban_unit_eur,
        "population": reference.urban_unit_population,
        "year": reference.year,
        "verified": reference.verified,
        "source": reference.source,
    }


def _file(file: PackFile) -> dict[str, Any]:
    return {
        "path": file.path.name,
        "role": file.role,
        "citation": file.source.citation,
        "vintage": file.source.vintage,
        "licence": file.source.licence,
        "sha256": file.source.sha256,
    }


def _addition(item: Addition) -> dict[str, Any]:
    return {
        "id": item.id,
        "kind": item.kind,
        "file_name": item.file_name,
        "rows": item.rows,
        "sha256": item.sha256,
        "generation": item.generation,
        "complete": item.complete,
    }
