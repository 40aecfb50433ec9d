"""Files used where they are, on this machine or in a store: light values, which other processes may be given."""

from __future__ import annotations

import hashlib
import shutil
from contextlib import contextmanager
from dataclasses import dataclass
from typing import IO, TYPE_CHECKING, Any, Protocol

from geoville.errors import InvalidInputError, Location
from geoville.french import refusal
from geoville.sources.files import replacing, sha256_of
from geoville.sources.staging import local_path
from geoville.sources.stores import failures_told, open_store, shown

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    import pyarrow.parquet as pq

_OWNER_ONLY = 0o700
_READ_BYTES = 8_000_000


class StoredFile(Protocol):
    """A file, or a folder, somewhere. As text, it is what may be shown."""

    @property
    def name(self) -> str:
        """Its name, without where it is."""
        ...

    def absolute(self) -> StoredFile:
        """The same file, as a process that works in another folder finds it."""
        ...

    def exists(self) -> bool:
        """Whether something is there."""
        ...

    def beside(self, ending: str) -> StoredFile:
        """The file whose name is this one's, with an ending."""
        ...

    def within(self, name: str) -> StoredFile:
        """A file of this folder."""
        ...

    def make_folder(self) -> None:
        """Make this folder, for its owner alone; its own folder is there."""
        ...

    def remove(self) -> None:
        """Remove this file, or this folder with all that is in it, if there is one."""
        ...

    def sha256(self) -> str:
        """SHA-256 of its bytes, in hexadecimal."""
        ...

    def read_bytes(self) -> bytes:
        """All that it holds."""
        ...

    def write_text(self, text: str) -> None:
        """Write a short text in one stroke, as UTF-8."""
        ...

    def parquet(self) -> pq.ParquetFile:
        """Open it as Parquet; only what is asked of it will be read."""
        ...

    def writing(self) -> Any:
        """Context that gives a path, or a stream, to write to: whole or not at all."""
        ...


def stored(place: str | Path) -> StoredFile:
    """The file at a path or at an address."""
    local = local_path(str(place))
    return RemoteFile(str(place)) if local is None else LocalFile(local)


@dataclass(frozen=True, slots=True)
class LocalFile:
    """A file of this machine, or of a disk that several machines share under the same path."""

    path: Path

    def __str__(self) -> str:
        return str(self.path)

    @property
    def name(self) -> str:
        """Its name, without where it is."""
        return self.path.name

    def absolute(self) -> LocalFile:
        """The same file, as a process that works in another folder finds it."""
        return LocalFile(self.path.absolute())

    def exists(self) -> bool:
        """Whether something is there."""
        return self.path.exists()

    def beside(self, ending: str) -> LocalFile:
        """The file whose name is this one's, with an ending."""
        return LocalFile(self.path.with_name(f"{self.path.name}{ending}"))

    def within(self, name: str) -> LocalFile:
        """A file of this folder."""
        return LocalFile(self.path / name)

    def make_folder(self) -> None:
        """Make this folder, for its owner alone; the folder that holds it is there."""
        try:
            self.path.mkdir(_OWNER_ONLY)
        except OSError as error:
            raise InvalidInputError(
                f"Impossible d'écrire « {self.path} » ({refusal(error)})",
                advice="vérifier les droits d'accès du dossier",
            ) from error

    def remove(self) -> None:
        """Remove this file, or this folder with all that is in it, if there is one."""
        if self.path.is_dir():
            shutil.rmtree(self.path)
        else:
            self.path.unlink(missing_ok=True)

    def sha256(self) -> str:
        """SHA-256 of its bytes, in hexadecimal."""
        return sha256_of(self.path)

    def read_bytes(self) -> bytes:
        """All that it holds."""
        return self.path.read_bytes()

    def write_text(self, text: str) -> None:
        """Write a short text in one stroke, as UTF-8."""
        with self.writing() as path:
            path.write_text(text, encoding="utf-8", newline="\n")

    def parquet(self) -> pq.ParquetFile:
        """Open it as Parquet; only what is asked of it is read."""
        try:
            return _parquet(self.path, self.name)
        except OSError as error:
            raise unreadable_parquet(self.name) from error

    @contextmanager
    def writing(self) -> Iterator[Path]:
        """Give a path to write to; the file is whole, or not there."""
        with replacing(self.path) as beside:
            yield beside


@dataclass(frozen=True, slots=True)
class RemoteFile:
    """A file of a store that fsspec knows, opened anew by each process, with the keys of its own environment."""

    address: str

    def __str__(self) -> str:
        return shown(self.address)

    @property
    def name(self) -> str:
        """Its name, without where it is."""
        return self.address.rstrip("/").rpartition("/")[2]

    def absolute(self) -> RemoteFile:
        """The same file, as a process that works in another folder finds it."""
        return self

    def exists(self) -> bool:
        """Whether something is there."""
        with failures_told(self.address):
            store = open_store(self.address)
            return bool(store.files.exists(store.path))

    def beside(self, ending: str) -> RemoteFile:
        """The file whose name is this one's, with an ending."""
        return RemoteFile(self.address.rstrip("/") + ending)

    def within(self, name: str) -> RemoteFile:
        """A file of this folder."""
        return RemoteFile(f"{self.address.rstrip('/')}/{name}")

    def make_folder(self) -> None:
        """Nothing to do: stores have no folder but in the names of files."""

    def remove(self) -> None:
        """Remove this file, or this folder with all that is in it, if there is one."""
        with failures_told(self.address):
            store = open_store(self.address)
            if store.files.exists(store.path):
                store.files.rm(store.path, recursive=True)

    def sha256(self) -> str:
        """SHA-256 of its bytes, in hexadecimal."""
        digest = hashlib.sha256()
        with failures_told(self.address), self._opened("rb") as stream:
            while block := stream.read(_READ_BYTES):
                digest.update(block)
        return digest.hexdigest()

    def read_bytes(self) -> bytes:
        """All that it holds."""
        with failures_told(self.address), self._opened("rb") as stream:
            return bytes(stream.read())

    def write_text(self, text: str) -> None:
        """Write a short text in one stroke, as UTF-8."""
        with self.writing() as stream:
            stream.write(text.encode())

    def parquet(self) -> pq.ParquetFile:
        """Open it as Parquet; only what is asked of it is read."""
        with failures_told(self.address):
            # Parquet knows the ranges that it wants, and asks for several at once: reading ahead would only waste.
            return _parquet(self._opened("rb", cache_type="none"), self.name, pre_buffer=True)

    @contextmanager
    def writing(self) -> Iterator[IO[bytes]]:
        """Give a stream to write to; the file is whole, or not there."""
        with failures_told(self.address):
            stream = self._opened("wb", autocommit=False)
            try:
                yield stream
                stream.close()
                stream.commit()
            except BaseException:
                stream.closed = True  # or the stream would send what it holds as it vanishes
                stream.discard()
                raise

    def _opened(self, mode: str, **how: Any) -> Any:
        store = open_store(self.address)
        return store.files.open(store.path, mode, **how)


def _parquet(source: Any, name: str, *, pre_buffer: bool = False) -> pq.ParquetFile:
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        return pq.ParquetFile(source, pre_buffer=pre_buffer)
    except (pa.ArrowException, UnicodeDecodeError) as error:
        raise unreadable_parquet(name) from error


def unreadable_parquet(name: str) -> InvalidInputError:
    """What to say of a Parquet file that is damaged, or is none."""
    return InvalidInputError(
        "Ce n'est pas un fichier Parquet lisible", where=Location(name), advice="le produire à nouveau"
    )
