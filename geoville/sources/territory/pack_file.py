"""One file of a territory pack, given only once its bytes are known to be those that the manifest promises."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

from geoville.errors import DataUnavailableError, Location
from geoville.sources.files import sha256_of

if TYPE_CHECKING:
    from pathlib import Path

    from geoville.model import Source

_STATES_KEPT = 4096


@dataclass(frozen=True, slots=True)
class PackFile:
    """One file of a pack.

    Parameters
    ----------
    role : `grid`, `cells`, `communes`, `iris`, `iris_income`, `addresses`, `places`, `contract_places`, `streets`, or a
        kind of perimeter ("candidat").
    source : what to cite, with the sha256 that the file must have.
    grid_vintage : for a grid, year of its incomes.
    complete : for addresses, whether the list has every address of its communes.
    size_bytes : that the file must have, where the manifest says it.
    """

    path: Path
    role: str
    source: Source
    grid_vintage: int | None = None
    complete: bool = False
    size_bytes: int | None = None

    def checked_path(self) -> Path:
        """Path of the file, once its bytes are known to be those that the manifest promises.

        Raises
        ------
        DataUnavailableError
            The file is missing or altered.
        """
        status = self._sized_path().stat()
        if _sha256_in_state(self.path, status.st_size, status.st_mtime_ns) != self.source.sha256:
            raise self._unavailable("a été modifié")
        return self.path

    def indexed_path(self) -> Path:
        """Path of an index that is read in places only: of its bytes, their number alone is checked.

        Of 26 million addresses the checksum takes longer than any question; SQLite says of itself a page that is not
        one, and the index says of which format it is.

        Raises
        ------
        DataUnavailableError
            The file is missing, or of another size.
        """
        return self._sized_path()

    def _sized_path(self) -> Path:
        if not self.path.is_file():
            raise self._unavailable("manque")
        if self.size_bytes is not None and self.path.stat().st_size != self.size_bytes:
            raise self._unavailable("a été modifié")
        return self.path

    def _unavailable(self, what: str) -> DataUnavailableError:
        where = Location(str(self.path))
        advice = "réinstaller geoville, ou récupérer de nouveau le territoire s'il a été ajouté"
        return DataUnavailableError(f"Un fichier du territoire {what}", where=where, advice=advice)


@lru_cache(maxsize=_STATES_KEPT)
def _sha256_in_state(path: Path, size_bytes: int, modified_ns: int) -> str:  # noqa: ARG001 - part of what is remembered
    """SHA-256 of a file in one state, computed once per process: a national pack holds gigabytes.

    Remembering is safe: geoville never writes into a file of a pack, it puts another in its place, and whatever else
    writes into one changes its date. What would forge both size and date could as well forge the manifest.
    """
    return sha256_of(path)
