"""What is remembered beside a downloaded file, or beside the part of it that has come: one small JSON document."""

from __future__ import annotations

import dataclasses
import json
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING

from geoville.sources.files import replacing

if TYPE_CHECKING:
    from pathlib import Path

_WEAK = "W/"


@dataclass(frozen=True, slots=True)
class Record:
    """Which version of which file was fetched.

    Parameters
    ----------
    url : address asked for, without user name or password.
    etag, last_modified : the headers by which the server names the version; empty where it sent none.
    sha256 : of the whole file; empty while it is coming.
    """

    url: str
    etag: str = ""
    last_modified: str = ""
    sha256: str = ""

    @property
    def proof_for_resuming(self) -> str:
        """The `If-Range` that proves that the rest belongs to the same bytes; a weak ETag proves nothing of bytes."""
        return self.etag if self.etag and not self.etag.startswith(_WEAK) else self.last_modified

    @property
    def changed_on(self) -> str:
        """When the file last changed, says the server: ISO 8601, empty where it says nothing readable."""
        try:
            return parsedate_to_datetime(self.last_modified).isoformat()
        except (OverflowError, ValueError):
            return ""


def record_path(path: Path) -> Path:
    """Where the record of a file is kept."""
    return path.with_name(f"{path.name}.json")


def read_record(path: Path, url: str) -> Record | None:
    """What is remembered of a file, if it came from that address; None where nothing readable is.

    A record that cannot be read is a record lost: the file is then fetched again.
    """
    try:
        record = Record(**json.loads(record_path(path).read_text(encoding="utf-8")))
    except (OSError, ValueError, TypeError):
        return None
    is_text = all(isinstance(value, str) for value in dataclasses.astuple(record))
    return record if is_text and record.url == url else None


def write_record(path: Path, record: Record) -> None:
    """Remember how a file was fetched."""
    with replacing(record_path(path)) as beside:
        beside.write_text(json.dumps(dataclasses.asdict(record), indent=2) + "\n", encoding="utf-8")
