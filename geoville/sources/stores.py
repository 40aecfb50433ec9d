"""A file here or elsewhere: this machine, an object store, a table of PostGIS."""

from __future__ import annotations

import hashlib
import json
import re
import shutil
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import IO, TYPE_CHECKING, Any, Protocol
from uuid import uuid4

from geoville.errors import DataUnavailableError, GeovilleError, InvalidInputError, Location
from geoville.extras import need
from geoville.french import refusal
from geoville.sources.files import Watched, replacing, sha256_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    import pyarrow.parquet as pq


_ADDRESS = re.compile(r"([a-z][a-z0-9+.-]+)://", re.IGNORECASE)
_PASSWORD = re.compile(r"(://[^:@/]*):.*@")
_QUERY = re.compile(r"\?[^#]*")

_S3 = ("s3", "s3a")
_PACKAGES = {
    "gs": "gcsfs",
    "gcs": "gcsfs",
    "az": "adlfs",
    "abfs": "adlfs",
    "abfss": "adlfs",
}


def is_address(text: str) -> bool:
    """Whether what a user gave is an address, and not a path of this machine.

    >>> [is_address(text) for text in ("s3://seau/grille.csv", "grille.csv", "C:/grille.csv")]
    [True, False, False]
    """
    return _ADDRESS.match(text) is not None


def shown(address: str) -> str:
    """An address, or a path, as it may be shown: without its password, nor the query that may hold a key.

    >>> shown("postgresql://lea:secret@base:5432/ville?sslmode=require#carreaux")
    'postgresql://lea@base:5432/ville#carreaux'
    """
    if not is_address(address):
        return address
    return _QUERY.sub("", _PASSWORD.sub(r"\1@", address))


def scheme_of(address: str) -> str:
    """What an address begins with, in lower case; empty for a path."""
    found = _ADDRESS.match(address)
    return found[1].lower() if found else ""


@dataclass(frozen=True, slots=True)
class Store:
    """A file system, and a place in it.

    Parameters
    ----------
    files : an fsspec file system.
    path : of the place, as the file system writes it.
    """

    files: Any
    path: str


def open_store(address: str) -> Store:
    """Open the file system that an address leads to; nothing is asked of it yet.

    Raises
    ------
    InvalidInputError
        Nothing is known of such addresses, or the package that reads them is not installed.
    """
    import fsspec  # type: ignore[import-untyped]

    scheme = scheme_of(address)
    if scheme in _S3:
        need("s3")
    try:
        files, path = fsspec.core.url_to_fs(address)
    except ImportError as error:
        package = _PACKAGES.get(scheme)
        raise InvalidInputError(
            f"Il manque un paquet Python pour lire les adresses {scheme}://",
            advice=f"l'installer : pip install {package}" if package else "installer celui que fsspec demande",
        ) from error
    except ValueError as error:
        raise InvalidInputError(
            f"« {shown(address)} » n'est pas une adresse connue",
            advice="donner un chemin, ou une adresse s3://seau/fichier, gs://…, postgresql://…",
        ) from error
    except Exception as error:  # those that connect at once (ftp), or want more than an address (github)
        raise InvalidInputError(
            f"« {shown(address)} » ne peut pas être ouvert ({type(error).__name__})",
            advice="le télécharger, et donner le chemin du fichier ; ou une adresse s3://, gs://, https://",
        ) from error
    return Store(files, path)


@contextmanager
def failures_told(address: str) -> Iterator[None]:
    """Turn what a file system raises about an address into one French sentence.

    Raises
    ------
    InvalidInputError
        There is nothing there, or access is refused.
    DataUnavailableError
        The store does not answer.
    """
    try:
        yield
    except GeovilleError:
        raise
    except FileNotFoundError as error:
        raise InvalidInputError(
            f"« {shown(address)} » n'existe pas", advice="vérifier l'adresse : le nom du seau, puis celui du fichier"
        ) from error
    except PermissionError as error:
        raise InvalidInputError(
            f"Accès refusé à « {shown(address)} »",
            advice="vérifier les clés d'accès (AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY) et les droits sur le seau",
        ) from error
    except Exception as error:  # each file system has failures of its own, whose texts may hold keys
        if _is_about_keys(error):
            raise InvalidInputError(
                f"Clés d'accès absentes ou incomplètes pour « {shown(address)} »",
                advice="les donner dans l'environnement (AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY)",
            ) from error
        raise DataUnavailableError(
            f"« {shown(address)} » est hors d'atteinte ({type(error).__name__})",
            advice="vérifier le réseau et l'adresse du service (AWS_ENDPOINT_URL), puis recommencer",
        ) from error


def _is_about_keys(error: Exception) -> bool:
    return "Credentials" in type(error).__name__


# --- Files given by address: brought here before a command reads them, sent there once it has written them

_TABLES = frozenset({"postgresql", "postgres"})
_LOCAL = frozenset({"file", "local"})
_WHOLE_PUTS = frozenset({"s3", "s3a", "gs", "gcs", "az", "abfs", "abfss", "memory"})
"""Stores where an object appears when all of it is there; elsewhere a file is sent under another name, then renamed."""

_SHAPEFILE_PARTS = (".shx", ".dbf", ".prj", ".cpg")
_PROVENANCE = ".provenance.json"


def local_path(text: str) -> Path | None:
    """Path of a file of this machine, given as one or as ``file://…``; None where an address leads elsewhere."""
    if not is_address(text):
        return Path(text)
    return Path(open_store(text).path) if scheme_of(text) in _LOCAL else None


def name_of(address: str) -> str:
    """Name that a file has here while its content is at an address; a table is a GeoParquet file."""
    if scheme_of(address) in _TABLES:
        table = address.rpartition("#")[2].rpartition(".")[2]
        return re.sub(r"[^\w-]", "_", table) + ".parquet"
    return open_store(address).path.rstrip("/").rpartition("/")[2]


def fetch(address: str, folder: Path) -> Path:
    """Bring a file here, with what goes with it: the parts of a shapefile, the provenance of a result.

    Parameters
    ----------
    folder : where to put it; nothing of that name is in it.

    Returns
    -------
    Path of the file, which keeps its name.

    Raises
    ------
    InvalidInputError
        Nothing is there, access is refused, or such addresses are not known.
    DataUnavailableError
        The store does not answer.
    """
    if scheme_of(address) in _TABLES:
        from geoville.sources.postgis import fetch_table

        return fetch_table(address, folder)
    local = local_path(address)
    if local is not None:
        return local
    store = open_store(address)
    path = folder / name_of(address)
    with failures_told(address):
        store.files.get_file(store.path, str(path))
        for companion in _companions(store.path):
            if store.files.exists(companion):
                store.files.get_file(companion, str(folder / companion.rpartition("/")[2]))
    return path


def _companions(path: str) -> list[str]:
    stem, dot, suffix = path.rpartition(".")
    parts = [stem + part for part in _SHAPEFILE_PARTS] if dot and suffix.lower() == "shp" else []
    return [*parts, path + _PROVENANCE]


def exists(address: str) -> bool:
    """Whether something is at an address: a file, a folder, a table.

    Raises
    ------
    InvalidInputError, DataUnavailableError
        As `fetch`, but for what is not there.
    """
    if scheme_of(address) in _TABLES:
        from geoville.sources.postgis import table_exists

        return table_exists(address)
    with failures_told(address):
        store = open_store(address)
        return bool(store.files.exists(store.path))


def push(written: Path, address: str) -> None:
    """Send what was written to an address, whole or not at all, after its companions (``<name>.provenance.json``…).

    Parameters
    ----------
    written : a file, or a folder whose files are all sent.

    Raises
    ------
    InvalidInputError
        The bucket, the base or the right to write is missing.
    DataUnavailableError
        The store does not answer.
    """
    if scheme_of(address) in _TABLES:
        from geoville.sources.postgis import push_table

        push_table(written, address)
        return
    store = open_store(address)
    with failures_told(address):
        if written.is_dir():
            for path in sorted(path for path in written.rglob("*") if path.is_file()):
                _put(path, store, f"{store.path.rstrip('/')}/{path.relative_to(written).as_posix()}")
            return
        for companion in sorted(written.parent.glob(f"{written.name}.*")):
            _put(companion, store, store.path + companion.name.removeprefix(written.name))
        _put(written, store, store.path)


def _put(path: Path, store: Store, target: str) -> None:
    if _protocols(store) & _WHOLE_PUTS:
        store.files.put_file(str(path), target)
        return
    aside = f"{target}.{uuid4().hex}"
    store.files.put_file(str(path), aside)
    store.files.mv(aside, target)


def _protocols(store: Store) -> set[str]:
    protocols = store.files.protocol
    return {protocols} if isinstance(protocols, str) else set(protocols)


@contextmanager
def sending(address: str) -> Iterator[Path]:
    """Give a path to write to; what is written there is sent to an address once all of it is, and nothing otherwise.

    Raises
    ------
    InvalidInputError, DataUnavailableError
        As `push`.
    """
    with TemporaryDirectory(prefix="geoville-") as folder:
        written = Path(folder) / name_of(address)
        yield written
        _tell_where(written, address)
        push(written, address)


def _tell_where(written: Path, address: str) -> None:
    """Name in a provenance the address, and not the temporary file, as what was written."""
    path = written.with_name(written.name + _PROVENANCE)
    if path.exists():
        document = json.loads(path.read_text(encoding="utf-8"))
        document["execution"]["output"] = shown(address)
        text = json.dumps(document, ensure_ascii=False, indent=2, sort_keys=True, allow_nan=False)
        path.write_text(f"{text}\n", encoding="utf-8", newline="\n")


# --- Files used where they are, on this machine or in a store: light values, which other processes may be given

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

    def watched(self) -> Watched | None:
        """What tells, later, whether anything wrote to it since; None where only its bytes can."""
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

    def watched(self) -> Watched:
        """What tells, later, whether anything wrote to it since."""
        return Watched(self.path)

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
        with replacing(self.path, personal=True) as beside:
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

    def watched(self) -> None:
        """Nothing: in a store, an object appears whole, and its times tell little."""
        return

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
        return pq.ParquetFile(source, pre_buffer=pre_buffer, page_checksum_verification=True)
    except (pa.ArrowException, UnicodeDecodeError) as error:
        raise unreadable_parquet(name) from error


@contextmanager
def reading_parquet(name: str) -> Iterator[None]:
    """Tell what is wrong with the pages of a Parquet file as they are read: its last bytes, read first, may be sound.

    Raises
    ------
    InvalidInputError
        They are damaged.
    """
    import pyarrow as pa

    try:
        yield
    except (OSError, OverflowError, ValueError, pa.ArrowException) as error:
        raise unreadable_parquet(name) from error


def unreadable_parquet(name: str) -> InvalidInputError:
    """What to say of a Parquet file that is damaged, or is none."""
    return InvalidInputError(
        "Ce n'est pas un fichier Parquet lisible", where=Location(name), advice="le produire à nouveau"
    )
