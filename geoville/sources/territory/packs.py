"""Packs of the user on disk: built aside, published whole as a new version, taken out."""

from __future__ import annotations

import dataclasses
import shutil
import tempfile
from typing import TYPE_CHECKING

from geoville.crs import WGS84
from geoville.errors import InvalidInputError, Location, UnknownTerritoryError
from geoville.french import refusal
from geoville.sources.files import replacing, sha256_of
from geoville.sources.territory import Territory, open_territory
from geoville.sources.territory.manifest import MANIFEST
from geoville.sources.territory.manifest_text import manifest_text
from geoville.sources.territory.pack_folders import (
    BUILDING,
    CURRENT,
    check_pack_name,
    current_version,
    pack_names,
    packs_folder,
    versions,
)
from geoville.sources.territory.tables import layer_bounds, read_cells

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from geoville.sources.territory.manifest import Manifest, PackFile

__all__ = ["building_folder", "list_packs", "publish", "remove_pack", "versions"]

_REMOVED = ".removed-"
_PLACED_ROLES = ("communes", "iris", "qpv")


def building_folder(name: str) -> Path:
    """Folder where the next version of a pack is made, created where it is missing.

    What it holds is kept from one run to the next, so that an interrupted one goes on. One process at a time.

    Raises
    ------
    InvalidInputError
        The pack cannot have that name, or the folder cannot be made.
    """
    check_pack_name(name)
    folder = packs_folder() / name / BUILDING
    _doing("créer", folder, lambda: folder.mkdir(parents=True, exist_ok=True))
    return folder


def publish(draft: Manifest, folder: Path) -> Territory:
    """Make a folder of files the next version of a pack, the one that answers from then on.

    Parameters
    ----------
    draft : what the manifest will say; its files get their checksums and sizes here, and the pack its extent.
    folder : on the same disk as the packs of the user (`building_folder`); it holds the files, and is moved whole.

    Raises
    ------
    InvalidInputError
        The pack cannot have that name, a file of the draft is not in the folder, a text cannot be written in a
        manifest, or the disk refuses.

    Notes
    -----
    Killed between any two steps, it leaves the version that answered before: the new one appears by one renaming, and
    `current` is replaced by another. Nothing needs a lock: of several processes that publish at once each gets a number
    of its own, and each tells the highest to answer, until no higher one has appeared.
    """
    check_pack_name(draft.name)
    manifest = _completed(draft, folder)
    with replacing(folder / MANIFEST) as beside:
        beside.write_text(manifest_text(manifest), encoding="utf-8", newline="\n")
    version = _move_to_next_version(folder, draft.name)
    _answer_from_the_latest(draft.name)
    _forget_what_is_not_listed(version, manifest)
    return open_territory(f"{draft.name}@{version.name}")


def list_packs() -> tuple[str, ...]:
    """Names of the packs of the user, in order."""
    return pack_names()


def remove_pack(name: str, version: int | None = None) -> None:
    """Take out a version of a pack, or the whole pack with what was being built. What the user added to it is kept.

    Raises
    ------
    UnknownTerritoryError
        There is no such pack or version.
    """
    known = versions(name)
    if not known or (version is not None and version not in known):
        listed = ", ".join([*pack_names()] if not known else [f"{name}@{number}" for number in known]) or "aucun"
        raise UnknownTerritoryError(
            "Aucun territoire ajouté ne porte ce nom" if not known else "Cette version du territoire n'existe pas",
            advice=f"territoires ajoutés : {listed}",
        )
    pack = packs_folder() / name
    if version is None or known == (version,):
        _discard(pack)
        return
    if version == current_version(name):
        _write_current(pack, max(number for number in known if number != version))
    _discard(pack / str(version))


def _completed(draft: Manifest, folder: Path) -> Manifest:
    """The draft with the checksums and sizes of its files, and its extent."""
    files = tuple(_measured(file, folder) for file in draft.files)
    return dataclasses.replace(draft, files=files, extent=draft.extent or _extent(files))


def _measured(file: PackFile, folder: Path) -> PackFile:
    path = folder / file.path.name
    if path.name == MANIFEST or not path.is_file():
        raise InvalidInputError(
            "Un fichier du territoire à publier n'est pas dans son dossier", where=Location(str(file.path))
        )
    source = dataclasses.replace(file.source, sha256=sha256_of(path))
    return dataclasses.replace(file, path=path, source=source, size_bytes=path.stat().st_size)


def _extent(files: tuple[PackFile, ...]) -> tuple[float, float, float, float] | None:
    """Bounding box of a pack, computed once for all: of a country it takes seconds.

    That of its cells, else of the first of its layers that has shapes; None where nothing is placed.
    """
    paths = {file.role: file.path for file in reversed(files)}
    if "cells" in paths:
        return read_cells(paths["cells"]).bounds(WGS84)
    found = (layer_bounds(paths[role]) for role in _PLACED_ROLES if role in paths)
    return next((bounds for bounds in found if bounds), None)


def _move_to_next_version(folder: Path, name: str) -> Path:
    """Move a folder to the first number after those taken, its own even among other processes."""
    pack = packs_folder() / name
    _doing("créer", pack, lambda: pack.mkdir(parents=True, exist_ok=True))
    number = max(versions(name), default=0) + 1
    while True:
        target = pack / str(number)
        if not target.exists():
            try:
                return folder.rename(target)  # refused where the target exists by now: a version is never empty
            except OSError as error:
                if not target.exists():
                    raise _refused("publier", folder, error) from error
        number += 1


def _answer_from_the_latest(name: str) -> None:
    """Name the latest version in `current`, until it is the latest: another process may publish meanwhile."""
    pack = packs_folder() / name
    while (latest := max(versions(name), default=None)) is not None:
        _write_current(pack, latest)
        if max(versions(name), default=None) == latest:
            return


def _write_current(pack: Path, version: int) -> None:
    with replacing(pack / CURRENT) as beside:
        beside.write_text(f"{version}\n", encoding="ascii", newline="\n")


def _forget_what_is_not_listed(folder: Path, manifest: Manifest) -> None:
    """Remove from a version what only served to build it."""
    kept = {MANIFEST, *(file.path.name for file in manifest.files)}
    for path in folder.iterdir():
        if path.name not in kept:
            shutil.rmtree(path, ignore_errors=True) if path.is_dir() else path.unlink(missing_ok=True)


def _discard(folder: Path) -> None:
    """Remove a folder: it leaves by one renaming, then its files go; what an earlier removal left goes with them."""
    away = tempfile.mkdtemp(dir=packs_folder(), prefix=_REMOVED)
    _doing("retirer", folder, lambda: folder.rename(f"{away}/{folder.name}"))
    for removed in packs_folder().glob(f"{_REMOVED}*"):
        shutil.rmtree(removed, ignore_errors=True)


def _doing(what: str, folder: Path, act: Callable[[], object]) -> None:
    try:
        act()
    except OSError as error:
        raise _refused(what, folder, error) from error


def _refused(what: str, folder: Path, error: OSError) -> InvalidInputError:
    return InvalidInputError(
        f"Impossible de {what} le dossier « {folder} » ({refusal(error)})",
        advice="vérifier les droits d'accès et la place sur le disque, et qu'aucun autre travail ne s'en sert",
    )
