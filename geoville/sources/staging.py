"""Files given by address: brought here before a command reads them, sent there once it has written them.

Workflows take paths. An address leads to an object store, or any file system that fsspec knows (``s3://seau/fichier``),
or to a table of PostGIS (``postgresql://…#schema.table``).
"""

from __future__ import annotations

import json
import re
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING
from uuid import uuid4

from geoville.sources.stores import failures_told, is_address, open_store, scheme_of, shown

if TYPE_CHECKING:
    from collections.abc import Iterator

    from geoville.sources.stores import Store

__all__ = ["exists", "fetch", "is_address", "local_path", "name_of", "push", "sending", "shown"]

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
