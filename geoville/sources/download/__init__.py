"""Download an official file: resumed where it stopped, checked, never replaced in silence by another one."""

from __future__ import annotations

import dataclasses
import os
import re
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from geoville.errors import DataUnavailableError
from geoville.sources.disk_space import cannot_write
from geoville.sources.download.faults import Wanted
from geoville.sources.download.http import parsed_address
from geoville.sources.download.record import Record, read_record, write_record
from geoville.sources.download.transfer import Transfer
from geoville.sources.file_locks import alone_in_turn
from geoville.sources.files import sha256_of

if TYPE_CHECKING:
    import httpx

    from geoville.sources.download.transfer import Progress

CACHE_FOLDER_VARIABLE = "GEOVILLE_CACHE_DIR"

_LONGEST_NAME = 120
_NOT_IN_NAMES = re.compile(r'[<>:"/\\|?*\x00-\x1f]')


@dataclass(frozen=True, slots=True)
class Downloaded:
    """A file that was fetched, or that was already there.

    Parameters
    ----------
    path : where it lies.
    sha256 : of its bytes.
    size_bytes : what it weighs.
    changed : it is not the file expected, and was accepted.
    last_modified : when it last changed, says the server: ISO 8601, empty where it says nothing.
    """

    path: Path
    sha256: str
    size_bytes: int
    changed: bool
    last_modified: str


def cache_folder() -> Path:
    """Folder of what can be fetched again: ``GEOVILLE_CACHE_DIR`` if set, else the system's folder for caches."""
    chosen = os.environ.get(CACHE_FOLDER_VARIABLE)
    if chosen:
        return Path(chosen)
    from platformdirs import user_cache_dir

    return Path(user_cache_dir("geoville", appauthor=False))


def download(
    url: str,
    into: Path,
    *,
    sha256: str | None,
    size_bytes: int | None,
    accept: bool = False,
    progress: Progress | None = None,
) -> Downloaded:
    """Bring a file into a folder, under the last name of its address; nothing is fetched that is already there.

    Interrupted, it goes on from there the next time (`<name>.part`), unless the file has changed at its source. What
    was fetched is remembered beside it (`<name>.json`). Two processes may ask for the same file at once: the second one
    waits for the first.

    Parameters
    ----------
    into : folder, made if need be.
    sha256 : that the file must have; None where nobody knows it: it must then be that of the last time, if any.
    size_bytes : exact size that the file must have; None where nobody knows it.
    accept : take the file even if it is another one.
    progress : called with the bytes that have come and, where known, those of the whole file.

    Raises
    ------
    InvalidInputError
        The address is not one of the web, or the disk is full or not writable.
    DataUnavailableError
        The server is out of reach or has no such file; or the file has changed, and `accept` was not given: it is then
        removed, and the file of the last time, if any, stays.
    """
    address = parsed_address(url)
    path = into / _file_name(address)
    wanted = Wanted(path.name, address.host)
    shown = str(address.copy_with(userinfo=b""))
    expected = _Expected(wanted, sha256, size_bytes, accept=accept)
    try:
        into.mkdir(parents=True, exist_ok=True)
        with alone_in_turn(path):
            return _fetch(address, shown, path, expected, progress)
    except OSError as error:
        raise cannot_write(path.name, into, error) from error


@dataclass(frozen=True, slots=True)
class _Expected:
    """What is known of a file before it comes, and whether another one will do."""

    wanted: Wanted
    sha256: str | None
    size_bytes: int | None
    accept: bool

    def is_changed(self, sha256: str, size_bytes: int, known: Record | None) -> bool:
        """Whether a file is another one than expected, and was accepted.

        Raises
        ------
        DataUnavailableError
            It is another one, and was not accepted.
        """
        last_sha256 = known.sha256 if known else None
        for what, found, expected in (
            ("empreinte SHA-256", sha256, self.sha256 or last_sha256),
            ("nombre d'octets", size_bytes, self.size_bytes),
        ):
            if expected not in {None, found}:
                if not self.accept:
                    raise self.wanted.changed(what, found, expected)
                return True
        return False


def _fetch(address: httpx.URL, shown: str, path: Path, expected: _Expected, progress: Progress | None) -> Downloaded:
    held = sha256_of(path) if path.is_file() else None
    last_time = read_record(path, shown)
    known = last_time if last_time and held == last_time.sha256 else None
    if held and held == expected.sha256:
        return _downloaded(path, known or Record(shown, sha256=held), changed=False)
    transfer = Transfer(
        url=address,
        shown=shown,
        part=path.with_name(f"{path.name}.part"),
        wanted=expected.wanted,
        size_bytes=None if expected.accept else expected.size_bytes,
        known=known,
        progress=progress,
    )
    received = transfer.run()
    if received is known is not None:
        return _downloaded(path, known, changed=expected.is_changed(known.sha256, path.stat().st_size, known))
    record = dataclasses.replace(received, sha256=sha256_of(transfer.part))
    try:
        changed = expected.is_changed(record.sha256, transfer.part.stat().st_size, last_time)
    except DataUnavailableError:
        transfer.forget()
        raise
    # The record before the file: killed between the two, the next run finds the part whole and expects it.
    write_record(path, record)
    transfer.part.replace(path)
    transfer.forget()
    return _downloaded(path, record, changed=changed)


def _downloaded(path: Path, record: Record, *, changed: bool) -> Downloaded:
    return Downloaded(path, record.sha256, path.stat().st_size, changed, record.changed_on)


def _file_name(url: httpx.URL) -> str:
    """Last name of an address, as every system accepts it."""
    last = url.path.rstrip("/").rpartition("/")[2]
    return _NOT_IN_NAMES.sub("_", last)[-_LONGEST_NAME:].strip(". ") or url.host
