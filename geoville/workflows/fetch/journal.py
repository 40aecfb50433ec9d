"""What an interrupted fetch had already made, so that the next one goes on from there."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from geoville import __version__
from geoville.sources.files import replacing, sha256_of
from geoville.sources.official.area import Converted

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from geoville.sources.official.area import Area

_NAME = "journal.json"


@dataclass(frozen=True, slots=True)
class Journal:
    """Files made so far in a folder, by data set; those of other files, another area or another version are forgotten.

    Parameters
    ----------
    folder : where the files are.
    area : digest of what they were cut to.
    """

    folder: Path
    area: str
    made: dict[str, dict[str, Any]]

    def recall(self, data_set: str, checksums: Sequence[str]) -> tuple[Converted, ...] | None:
        """What was made of those very files; None where it is to be made, or where the journal is damaged."""
        entry = self.made.get(data_set)
        try:
            return None if entry is None or entry["checksums"] != list(checksums) else self._whole(entry)
        except (AttributeError, KeyError, OSError, TypeError, ValueError):
            return None

    def _whole(self, entry: dict[str, Any]) -> tuple[Converted, ...] | None:
        """Files of an entry, if they are all there as they were made."""
        files = entry["files"]
        whole = all(
            (path := self.folder / file["path"]).is_file() and sha256_of(path) == sha256
            for file, sha256 in zip(files, entry["sha256"], strict=True)
        )
        if not whole:
            return None
        return tuple(
            Converted(**{**file, "path": self.folder / file["path"], "notes": tuple(file["notes"])}) for file in files
        )

    def note(self, data_set: str, checksums: Sequence[str], files: Sequence[Converted]) -> None:
        """Remember what was made of files, on the disk."""
        self.made[data_set] = {
            "checksums": list(checksums),
            "files": [{**asdict(file), "path": file.path.name} for file in files],
            "sha256": [sha256_of(file.path) for file in files],
        }
        with replacing(self.folder / _NAME) as beside:
            beside.write_text(json.dumps({"area": self.area, "made": self.made}), encoding="utf-8")


def open_journal(folder: Path, area: Area) -> Journal:
    """The journal of a folder; a new one where there is none, or where it is about something else or damaged."""
    digest = _digest(area)
    try:
        document = json.loads((folder / _NAME).read_text(encoding="utf-8"))
        if document["area"] == digest:
            return Journal(folder, digest, dict(document["made"]))
    except (OSError, ValueError, KeyError, TypeError):
        pass
    return Journal(folder, digest, {})


def _digest(area: Area) -> str:
    communes = None if area.communes is None else sorted(area.communes)
    text = json.dumps([__version__, area.epsg, area.departement, communes])
    return hashlib.sha256(text.encode()).hexdigest()
