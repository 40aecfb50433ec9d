"""What a target is: a parser of a user's bytes, which may only succeed or raise an error of geoville."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from geoville.errors import GeovilleError

MEMORY = Path("/dev/shm")  # a file is written for each input: not on a disk, where there is another place


@dataclass(frozen=True)
class Target:
    """A parser to try.

    Parameters
    ----------
    parse : reads bytes.
    samples : of what it reads.
    is_pure : whether it is Python alone, quick enough for a million inputs; others open files with native readers.
    """

    parse: Callable[[bytes], object]
    samples: Callable[[], Sequence[bytes]]
    is_pure: bool = False

    def try_on(self, content: bytes) -> None:
        """Read bytes; whatever is raised that is not an error of geoville, a warning too, goes through."""
        with warnings.catch_warnings(), suppress(GeovilleError):
            warnings.simplefilter("error")
            self.parse(content)


@contextmanager
def file_of(content: bytes, name: str) -> Iterator[Path]:
    """A file of these bytes, alone in a folder that lasts no longer."""
    with TemporaryDirectory(
        prefix="geoville-fuzz-", dir=MEMORY if MEMORY.is_dir() else None, ignore_cleanup_errors=True
    ) as folder:
        path = Path(folder) / name
        path.write_bytes(content)
        yield path


def in_file(name: str, read: Callable[[Path], Any]) -> Callable[[bytes], None]:
    """A parser of bytes, made of a reader of files; what it returns lazily is gone through."""

    def parse(content: bytes) -> None:
        with file_of(content, name) as path:
            result = read(path)
            if isinstance(result, Iterator):
                for _ in result:
                    pass

    return parse
