"""Where the files of a data set come from: their publisher, a mirror, or a folder of files downloaded by hand."""

from __future__ import annotations

import base64
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from geoville.errors import InvalidInputError, Location
from geoville.sources.archives import unpack
from geoville.sources.download import cache_folder, download
from geoville.sources.files import sha256_of
from geoville.sources.official.recognise import recognise
from geoville.sources.registry import KIND_NAMES, PER_DEPARTEMENT, registry

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from pathlib import Path

    from geoville.sources.official.area import Recognised
    from geoville.sources.registry import DataSet
    from geoville.workflows.fetch.target import Target

_UNPACKED = "unpacked"
_FOLDER = "dossier"
_LATEST = "dernière publication"
"""Vintage of the data sets that have one publication, always the newest."""


@dataclass(frozen=True, slots=True)
class Came:
    """A file as it came, before anything is unpacked.

    Parameters
    ----------
    changed : it is not the one expected, and was accepted.
    """

    path: Path
    sha256: str
    changed: bool = False


@dataclass(frozen=True, slots=True)
class Origin:
    """The files of one data set, as they came.

    Parameters
    ----------
    where : French words for the user: whence they came.
    held : what was already recognised in them; None where they are still to be unpacked.
    """

    data_set: DataSet
    came: tuple[Came, ...]
    where: str
    held: Recognised | None = None

    @property
    def checksums(self) -> list[str]:
        """SHA-256 of the files as they came."""
        return [file.sha256 for file in self.came]

    @property
    def changed(self) -> bool:
        """Whether one of them is not the one expected."""
        return any(file.changed for file in self.came)


def downloaded(
    data_set: DataSet,
    target: Target,
    *,
    mirror: str | None,
    accept: bool,
    progress: Callable[[int, int | None], None] | None = None,
) -> Origin:
    """Bring the files of a data set from their publisher, or from a mirror; what is already there is not asked again.

    Raises
    ------
    InvalidInputError
        Nobody knows the address, or the disk refuses the files.
    DataUnavailableError
        No server answers, or the file has changed and was not accepted.
    """
    parts = target.departements if data_set.scope == PER_DEPARTEMENT else (None,)
    came = []
    for part in parts:
        found = download(
            data_set.address(part, mirror),
            cache_folder() / "downloads",
            sha256=data_set.sha256,
            size_bytes=data_set.size_bytes,
            accept=accept,
            progress=progress,
        )
        came.append(Came(found.path, found.sha256, found.changed))
    return Origin(data_set, tuple(came), "miroir" if mirror else "téléchargé")


def found_in_folder(folder: Path, work: Path) -> tuple[Origin, ...]:
    """What a folder of files downloaded by hand holds, told by their content.

    Parameters
    ----------
    folder : looked into with its own folders; what has a name that begins with a dot is left out.
    work : where archives are unpacked.

    Returns
    -------
    One origin for each publication. One of a vintage that the registry does not have is cited with its own.

    Raises
    ------
    InvalidInputError
        The folder does not exist.
    """
    if not folder.is_dir():
        raise InvalidInputError(f"Le dossier « {folder} » n'existe pas", advice="donner celui des fichiers téléchargés")
    loose: list[Path] = []
    origins = []
    for path in sorted(_visible_files(folder)):
        inside = unpacked(path, work)
        if inside == (path,):
            loose.append(path)
        else:
            came: tuple[Came, ...] = (Came(path, sha256_of(path)),)
            origins += [Origin(_data_set_of(found, path), came, _FOLDER, found) for found in recognise(inside)]
    for found in recognise(loose):
        came = tuple(Came(path, sha256_of(path)) for path in found.files)
        origins.append(Origin(_data_set_of(found, found.files[0]), came, _FOLDER, found))
    return tuple(origins)


def recognised(origin: Origin, work: Path) -> Recognised:
    """The files of a data set, unpacked and told apart from what else their archives hold.

    Raises
    ------
    InvalidInputError
        They do not hold that data set.
    """
    if origin.held is not None:
        return origin.held
    inside = [path for file in origin.came for path in unpacked(file.path, work)]
    data_set = origin.data_set
    found = [item for item in recognise(inside) if item.kind == data_set.kind]
    found = [item for item in found if item.vintage in ("", data_set.vintage)] or found[:1]
    if not found:
        raise InvalidInputError(
            f"Le fichier reçu n'est pas « {data_set.title} » ({data_set.vintage})",
            where=Location(origin.came[0].path.name),
            advice="vérifier l'adresse avec « geoville data check », ou donner le bon fichier avec --from-dir",
        )
    return replace(found[0], files=tuple(path for item in found for path in item.files))


def unpacked(path: Path, work: Path) -> tuple[Path, ...]:
    """Files that an archive holds, unpacked once; a file that is no archive is itself.

    Raises
    ------
    InvalidInputError
        The archive is damaged, or holds more than a data set can.
    """
    # The name of the archive often says the year, which those of its files do not. Base 32 has no 0 nor 1: no year.
    digest = base64.b32encode(bytes.fromhex(sha256_of(path))[:10]).decode("ascii")
    folder = work / _UNPACKED / digest / path.name.partition(".")[0]
    if folder.is_dir():
        return tuple(sorted(_visible_files(folder)))
    return unpack(path, folder)


def _visible_files(folder: Path) -> Iterable[Path]:
    for path in folder.rglob("*"):
        if path.is_file() and not any(part.startswith(".") for part in path.relative_to(folder).parts):
            yield path


def _data_set_of(found: Recognised, path: Path) -> DataSet:
    """The data set of the registry that a publication is; another vintage is cited as the user's own file.

    Where several data sets have that vintage, the one that is published under the name of the file: another producer's
    licence would be cited for it.
    """
    of_kind = [item for item in registry() if item.kind == found.kind]
    same = [item for item in of_kind if item.vintage in {found.vintage, _LATEST}]
    if same:
        return next((item for item in same if item.url.endswith(f"/{path.name}")), same[0])
    return replace(
        of_kind[0],
        id=f"{found.kind}-{found.vintage or 'sans-date'}",
        title=f"{KIND_NAMES[found.kind].capitalize()}, fichier donné ({found.files[0].name})",
        producer="",
        licence="",
        page="",
        url="",
        vintage=found.vintage or "non précisé",
        size_bytes=None,
        sha256=None,
        grid_vintage=int(found.vintage) if found.kind == "grid" and found.vintage else None,
    )
