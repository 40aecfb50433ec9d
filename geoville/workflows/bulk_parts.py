"""The parts of a Parquet file: whole row groups, each answered into a file of its own, then put together.

Part files hold answers only, and no cell of the input. One that is there is whole: an interrupted work goes on with the
parts that are missing.
"""

from __future__ import annotations

import json
import shutil
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from geoville.errors import InvalidInputError
from geoville.sources.files import replacing

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from pathlib import Path

    import pyarrow as pa

BATCH_ROWS = 65_536
PART_ROWS = 500_000
"""Rows of a part, at least, unless the file ends."""

_REQUEST = "demande.json"
_OWNER_ONLY = 0o700


@dataclass(frozen=True, slots=True)
class Part:
    """Some row groups of a file, and the file that keeps their answers.

    Parameters
    ----------
    first_line : 1-based rank of its first row.
    """

    source: Path
    row_groups: tuple[int, ...]
    first_line: int
    rows: int
    answers: Path

    def batches(self, columns: Sequence[str] | None = None) -> Iterator[pa.RecordBatch]:
        """Rows of the input, `BATCH_ROWS` at a time; every column, or those named."""
        import pyarrow.parquet as pq

        with pq.ParquetFile(self.source) as table:
            yield from table.iter_batches(BATCH_ROWS, row_groups=list(self.row_groups), columns=columns)

    def write_answers(self, batches: Iterable[pa.RecordBatch], schema: pa.Schema) -> None:
        """Write the answers of all its rows in one stroke, in batches as long as those read."""
        import pyarrow.parquet as pq

        with replacing(self.answers) as beside, pq.ParquetWriter(beside, schema) as writer:
            for batch in batches:
                writer.write_batch(batch)

    def answered_batches(self) -> Iterator[tuple[pa.RecordBatch, pa.RecordBatch]]:
        """Rows of the input with their answers."""
        import pyarrow.parquet as pq

        with pq.ParquetFile(self.answers) as answers:
            yield from zip(self.batches(), answers.iter_batches(BATCH_ROWS), strict=True)


def parts_of(source: Path, folder: Path) -> list[Part]:
    """Divide a Parquet file."""
    import pyarrow.parquet as pq

    with pq.ParquetFile(source) as table:
        rows = [table.metadata.row_group(group).num_rows for group in range(table.metadata.num_row_groups)]
    parts: list[Part] = []
    groups: list[int] = []
    line = 1
    for group in range(len(rows)):
        groups.append(group)
        held = sum(rows[groups[0] : group + 1])
        if held >= PART_ROWS or group == len(rows) - 1:
            parts.append(Part(source, tuple(groups), line, held, folder / f"{len(parts):06}.parquet"))
            line, groups = line + held, []
    return parts


def open_folder(folder: Path, request: Mapping[str, str], *, resume: bool) -> None:
    """Make the folder of the parts ready; to go on with an interrupted work, or to begin again.

    Parameters
    ----------
    request : everything that the answers depend on.

    Raises
    ------
    InvalidInputError
        The work that was interrupted was another one, or the folder cannot be written.
    """
    if resume and folder.exists():
        if _request_of(folder) != request:
            raise InvalidInputError(
                "Le travail interrompu ne peut pas être repris : la demande ou les données ont changé",
                advice="reprendre la commande d'origine, ou tout recommencer avec --force",
            )
        for leftover in folder.glob(".geoville-*"):
            shutil.rmtree(leftover)
        return
    remove(folder)
    try:
        folder.mkdir(_OWNER_ONLY)
    except OSError as error:
        raise InvalidInputError(
            f"Impossible d'écrire « {folder} » ({error.strerror})", advice="vérifier les droits d'accès du dossier"
        ) from error
    with replacing(folder / _REQUEST) as beside:
        beside.write_text(json.dumps(request, ensure_ascii=False), encoding="utf-8")


def remove(folder: Path) -> None:
    """Remove the parts, or the journal of another kind of work that has their name."""
    if folder.is_dir():
        shutil.rmtree(folder)
    else:
        folder.unlink(missing_ok=True)


def _request_of(folder: Path) -> Any:
    try:
        return json.loads((folder / _REQUEST).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
