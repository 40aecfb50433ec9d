"""What an archive may hold: how much, and under which names. One that holds more is a mistake, or a trap."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING

from geoville.errors import InvalidInputError, Location
from geoville.sources.disk_space import cannot_write, check_room, size_in_words

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from types import TracebackType

RATIO_COUNTS_FROM_BYTES = 100_000_000
"""Under this, no archive can harm, however well it was compressed."""

_NOT_IN_NAMES = re.compile(r"[:\x00-\x1f]")
_ONLY_DOTS_AND_SPACES = re.compile(r"[. ]*\.[. ]*")
BY_HAND = "l'ouvrir à la main, et donner avec `--from-dir` le dossier de ce qu'elle contient"


@dataclass(frozen=True, slots=True)
class Limits:
    """How much may come out of an archive and of those inside it.

    Parameters
    ----------
    total_bytes : of all that is written.
    ratio : of what is written to the size of the outer archive, once 100 MB are written.
    members : number of files and folders.
    depth : number of archives inside one another, the outer one included.
    """

    total_bytes: int = 60_000_000_000
    ratio: int = 200
    members: int = 20_000
    depth: int = 3


@dataclass(frozen=True, slots=True)
class Archive:
    """An archive being opened: where it lies, and its name in sentences, after those that it was found in."""

    path: Path
    shown: str

    def refused(self, why: str, *, member: str | None = None, advice: str = BY_HAND) -> InvalidInputError:
        """Error of an archive that is not opened, or of one of its members."""
        of_member = f", membre « {member} »" if member else ""
        return InvalidInputError(f"Cette archive {why}", where=Location(file=f"{self.shown}{of_member}"), advice=advice)

    def damaged(self, member: str | None = None) -> InvalidInputError:
        """Error of an archive whose bytes make no sense."""
        return self.refused("est tronquée ou abîmée", member=member, advice="la télécharger à nouveau")


@dataclass(slots=True)
class Budget:
    """What has come out so far of an archive and of those inside it.

    Parameters
    ----------
    outer_bytes : size of the outer archive.
    folder : where its content goes, for the room that is left there.
    """

    limits: Limits
    outer_bytes: int
    folder: Path
    written: int = field(default=0, init=False)
    members: int = field(default=0, init=False)

    def announce(self, archive: Archive, sizes: Sequence[int]) -> None:
        """Check what an archive says it holds before anything is written.

        Raises
        ------
        InvalidInputError
            It holds nothing, or too much for the limits or for the disk.
        """
        if not sizes:
            raise archive.refused("ne contient aucun fichier", advice="vérifier que c'est le bon fichier")
        self.members += len(sizes)
        if self.members > self.limits.members:
            raise archive.refused(f"contient plus de {self.limits.members} fichiers")
        self._check(archive, self.written + sum(sizes))
        check_room(self.folder, sum(sizes), archive.path.name)

    def spend(self, archive: Archive, written: int) -> None:
        """Count what is really written: what an archive says of itself may be false.

        Raises
        ------
        InvalidInputError
            Too much has come out.
        """
        self.written += written
        self._check(archive, self.written)

    def _check(self, archive: Archive, total: int) -> None:
        if total > self.limits.total_bytes:
            raise archive.refused(f"contient plus de {size_in_words(self.limits.total_bytes)}")
        if total > max(RATIO_COUNTS_FROM_BYTES, self.limits.ratio * self.outer_bytes):
            raise archive.refused(
                f"contient plus de {self.limits.ratio} fois sa taille, comme une bombe de décompression"
            )


class MemberFile:
    """A member being written to the disk, within a budget.

    Raises
    ------
    InvalidInputError
        The disk refuses it, or the budget is spent.
    """

    def __init__(self, archive: Archive, target: Path, budget: Budget) -> None:
        self._archive, self._target, self._budget = archive, target, budget
        try:
            target.parent.mkdir(parents=True, exist_ok=True)
            self._stream = target.open("xb")
        except OSError as error:
            raise cannot_write(target.name, budget.folder, error) from error

    def __enter__(self) -> MemberFile:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, fault: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def write(self, data: bytes | bytearray) -> int:
        """Write bytes after those already written."""
        self._budget.spend(self._archive, len(data))
        try:
            return self._stream.write(data)
        except OSError as error:
            raise cannot_write(self._target.name, self._budget.folder, error) from error

    def close(self) -> None:
        """End the file."""
        try:
            self._stream.close()
        except OSError as error:
            raise cannot_write(self._target.name, self._budget.folder, error) from error


def safe_path(archive: Archive, name: str) -> PurePosixPath:
    """Path of a member inside the folder that it goes to; a backslash separates too, as old Windows tools write it.

    Raises
    ------
    InvalidInputError
        The name leads out of the folder, on this system or on another.
    """
    slashed = name.replace("\\", "/")
    parts = [part for part in slashed.split("/") if part not in {"", "."}]
    leads_out = slashed.startswith("/") or any(_ONLY_DOTS_AND_SPACES.fullmatch(part) for part in parts)
    if not parts or leads_out or _NOT_IN_NAMES.search(slashed):
        raise archive.refused("contient un chemin qui pourrait sortir du dossier", member=ascii(name)[1:-1])
    return PurePosixPath(*parts)


def check_distinct(archive: Archive, paths: Iterable[PurePosixPath]) -> None:
    """Refuse files that one folder cannot hold together on every system.

    Raises
    ------
    InvalidInputError
        Two names are the same but for case or for the writing of accents, or a file stands where a folder must.
    """
    seen: dict[PurePosixPath, PurePosixPath] = {}
    for path in paths:
        folded = _folded(path)
        if folded in seen:
            raise archive.refused(f"contient deux fois le même nom (« {seen[folded]} »)", member=str(path))
        seen[folded] = path
    for folded, path in seen.items():
        if any(parent in seen for parent in folded.parents):
            raise archive.refused("contient un fichier et un dossier du même nom", member=str(path))


def _folded(path: PurePosixPath) -> PurePosixPath:
    return PurePosixPath(unicodedata.normalize("NFC", str(path)).casefold())
