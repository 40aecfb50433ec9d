"""Bring the official data of a territory, of a département or of the country."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, TypedDict

from geoville.territory.opened import Opened

if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Unpack

    from geoville.sources.registry import DataSet
    from geoville.territory.files import FilePath
    from geoville.workflows.fetch import FetchRun, Progress, Target


class FetchChoices(TypedDict, total=False):
    """What to fetch, and from where; named as on the command line.

    Parameters
    ----------
    only : kinds or identifiers of data sets; all that a territory uses unless given.
    from_dir : folder of files downloaded by hand, recognised by their content.
    mirror : address that has the files under their own names, asked in place of the publishers.
    accept : take a file that is not the one expected.
    progress : told what goes on.
    """

    only: Sequence[str]
    from_dir: FilePath | None
    mirror: str | None
    accept: bool
    progress: Progress


class Fetching(Opened):
    """What brings official data. Interrupted, a fetch goes on where it was when it is called again."""

    def fetch(self, **choices: Unpack[FetchChoices]) -> FetchRun:
        """Bring the official data of a territory of yours into a new version of it.

        Parameters
        ----------
        **choices : see `FetchChoices`.

        Returns
        -------
        What came of each data set; `failures` are those that did not come. This object stays at its own version: open
        the territory again to work on the new one.

        Raises
        ------
        InvalidInputError
            The territory is embedded, a data set is not known, or the folder does not exist.
        """
        from geoville.workflows.fetch import target_of_pack

        return _fetched(target_of_pack(self.name), choices)

    @staticmethod
    def fetch_departement(code: str, **choices: Unpack[FetchChoices]) -> FetchRun:
        """Bring the official data of a whole département ("62", "2A", "974") into a territory; see `fetch`."""
        from geoville.workflows.fetch import target_of_departement

        return _fetched(target_of_departement(code), choices)

    @staticmethod
    def fetch_national(**choices: Unpack[FetchChoices]) -> FetchRun:
        """Bring the official data of metropolitan France into a territory; see `fetch`."""
        from geoville.workflows.fetch import target_of_country

        return _fetched(target_of_country(), choices)


class _Silent:
    """Tells nobody."""

    def step(self, data_set: DataSet, doing: str) -> None:
        """A step begins."""

    def came(self, done: int, total: int | None) -> None:
        """Bytes came."""


def _fetched(target: Target, choices: FetchChoices) -> FetchRun:
    from geoville.workflows.fetch import FetchRequest, fetch_pack

    folder = choices.get("from_dir")
    request = FetchRequest(
        target,
        only=tuple(choices.get("only", ())),
        from_dir=None if folder is None else Path(folder),
        mirror=choices.get("mirror"),
        accept=choices.get("accept", False),
    )
    return fetch_pack(request, choices.get("progress") or _Silent())
