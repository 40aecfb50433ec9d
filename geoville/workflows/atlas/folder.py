"""The folder of an atlas: what is there already, made of the same inputs, is not made again."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from geoville.sources.files import make_folder, replacing, sha256_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from pathlib import Path

STATE = "atlas.json"


@dataclass(slots=True)
class AtlasFolder:
    """Files of an atlas, with the digest of its inputs and the checksum of each.

    Parameters
    ----------
    inputs : digest of everything that decides the content of the files.
    checksums : by name, of the files known to be made of those inputs.
    whole : whether a run that made all of them came to its end.
    written : names of the files written since the folder was opened.
    """

    path: Path
    inputs: str
    checksums: dict[str, str]
    whole: bool = False
    written: list[str] = field(default_factory=list)

    @classmethod
    def open(cls, path: Path, inputs: Iterable[str]) -> AtlasFolder:
        """Open a folder, created where it is missing.

        Raises
        ------
        InvalidInputError
            It cannot be created.
        """
        make_folder(path)
        digest = hashlib.sha256("\n".join(inputs).encode("utf-8")).hexdigest()
        try:
            state = json.loads((path / STATE).read_text(encoding="utf-8"))
            known, whole = dict(state["files"]), bool(state["whole"])
            same = state["inputs"] == digest
        except (OSError, ValueError, KeyError, TypeError):
            same = False  # no atlas, or one that cannot be trusted: everything is made again
        return cls(path, digest, known, whole) if same else cls(path, digest, {})

    def is_whole(self) -> bool:
        """Whether nothing is left to make."""
        return self.whole and all(self._is_kept(name) for name in self.checksums)

    def names(self) -> tuple[str, ...]:
        """Names of the files that are known."""
        return tuple(self.checksums)

    def write(self, name: str, content: Callable[[], bytes]) -> None:
        """Write a file, whole, unless it is there already, as it was made."""
        if self._is_kept(name):
            return
        made = content()
        path = self.path / name
        make_folder(path.parent)
        with replacing(path) as beside:
            beside.write_bytes(made)
        self.checksums[name] = hashlib.sha256(made).hexdigest()
        self.written.append(name)
        self._save(whole=False)

    def finish(self) -> None:
        """Say that every file is there."""
        self._save(whole=True)

    def _is_kept(self, name: str) -> bool:
        path = self.path / name
        return name in self.checksums and path.is_file() and sha256_of(path) == self.checksums[name]

    def _save(self, *, whole: bool) -> None:
        state = {"inputs": self.inputs, "whole": whole, "files": self.checksums}
        with replacing(self.path / STATE) as beside:
            text = json.dumps(state, ensure_ascii=False, indent=1, sort_keys=True)
            beside.write_text(f"{text}\n", encoding="utf-8", newline="\n")
