"""What a fetch is asked, what it tells while it works, and what came of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from pathlib import Path

    from geoville.sources.official import Converted
    from geoville.sources.registry import DataSet
    from geoville.sources.territory import Territory
    from geoville.workflows.fetch.target import Target


class Progress(Protocol):
    """Who is told what goes on."""

    def step(self, data_set: DataSet, doing: str) -> None:
        """A step begins, in French words."""

    def came(self, done: int, total: int | None) -> None:
        """Bytes of the file that is being downloaded, of all if known."""


@dataclass(frozen=True, slots=True)
class FetchRequest:
    """What to fetch, and from where.

    Parameters
    ----------
    only : kinds or identifiers of data sets; none for all that a pack uses.
    from_dir : folder of files downloaded by hand; nothing is asked of the network then, unless of a mirror.
    mirror : address that has the files under their own names, asked in place of the publishers.
    accept : take a file that is not the one expected.
    """

    target: Target
    only: tuple[str, ...] = ()
    from_dir: Path | None = None
    mirror: str | None = None
    accept: bool = False


@dataclass(frozen=True, slots=True)
class Brought:
    """What became of one data set.

    Parameters
    ----------
    where : whence its files came, in French words; empty where they did not come.
    names, checksums : of the files as they came, and their SHA-256.
    files : what was made of them; none where the territory has nothing of that kind.
    failure : French sentence; empty where nothing failed.
    changed : a file is not the one expected, and was accepted.
    """

    data_set: DataSet
    where: str = ""
    names: tuple[str, ...] = ()
    checksums: tuple[str, ...] = ()
    files: tuple[Converted, ...] = ()
    failure: str = ""
    changed: bool = False

    @property
    def is_absent(self) -> bool:
        """Whether the folder at hand does not have it, which is no failure."""
        return not (self.where or self.failure)


@dataclass(frozen=True, slots=True)
class FetchRun:
    """What was fetched.

    Parameters
    ----------
    territory : the new version of the pack; None where nothing came.
    """

    territory: Territory | None
    brought: tuple[Brought, ...]

    @property
    def failures(self) -> tuple[Brought, ...]:
        """Data sets that did not come."""
        return tuple(item for item in self.brought if item.failure)
