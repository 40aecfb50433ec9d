"""Files compressed by gzip, one in each."""

from __future__ import annotations

import gzip
import shutil
import zlib
from typing import TYPE_CHECKING

from geoville.sources.archives.limits import Archive, Budget, MemberFile

if TYPE_CHECKING:
    from pathlib import Path

_DAMAGED = (zlib.error, EOFError, OSError)


def extract_gzip(archive: Archive, folder: Path, budget: Budget) -> None:
    """Write the file of a gzip archive to a folder, under the name of the archive without its `.gz`.

    Raises
    ------
    InvalidInputError
        The archive is damaged, or holds too much.
    """
    name = archive.path.name
    inner = name[: -len(".gz")] if name.lower().endswith(".gz") else name
    # Its size is written nowhere that can be trusted: only what comes out is counted.
    budget.announce(archive, [0])
    try:
        with gzip.open(archive.path) as source, MemberFile(archive, folder / (inner or name), budget) as target:
            shutil.copyfileobj(source, target)
    except _DAMAGED as error:
        raise archive.damaged() from error
