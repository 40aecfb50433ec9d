"""Files that a caller gives: by path, by address of another place, or as the result of a computation."""

from __future__ import annotations

from contextlib import contextmanager
from os import PathLike, fspath
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from geoville.territory.results import Result

    FilePath = str | PathLike[str]


@contextmanager
def reading(given: FilePath | Result) -> Iterator[Path]:
    """Give the path of a file to read; what is not a file of this machine is one until the block ends."""
    from geoville.sources.staging import fetch, is_address

    if isinstance(given, str | PathLike) and not is_address(fspath(given)):
        yield Path(given)
        return
    with TemporaryDirectory(prefix="geoville-") as name:
        folder = Path(name)
        if isinstance(given, str | PathLike):
            yield fetch(fspath(given), folder)
        else:
            yield given.write(folder / "perimetres.parquet")


@contextmanager
def writing(out: FilePath) -> Iterator[Path]:
    """Give the path to write to; what is written there is at its address, if it has one, once the block ends."""
    from geoville.sources.staging import is_address, sending

    address = fspath(out)
    if is_address(address):
        with sending(address) as path:
            yield path
    else:
        yield Path(out)
