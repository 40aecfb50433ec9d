"""The parts of a Parquet file: whole row groups, each answered into a file of its own, then put together.

Part files hold answers only, and no cell of the input. One that is there is whole: an interrupted work goes on with the
parts that are missing.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from geoville.errors import InvalidInputError
from geoville.sources.stored_files import LocalFile

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    import pyarrow as pa

    from geoville.sources.stored_files import StoredFile

BATCH_ROWS = 65_536
PART_ROWS = 500_000
"""Rows of a part, at least, unless the file ends."""

_REQUEST = "demande.json"


@dataclass(frozen=True, slots=True)
class Part:
    """Some row groups of a file, and the file that keeps their answers.

    Parameters
    ----------
    first_line : 1-based rank of its first row.
    """

    source: StoredFile
    row_groups: tuple[int, ...]
    first_line: int
    rows: int
    answers: StoredFile

    def batches(self, columns: Sequence[str] | None = None) -> Iterator[pa.RecordBatch]:
        """Rows of the input, `BATCH_ROWS` at a time; every column, or those named."""
        with self.source.parquet() as table:
            yield from table.iter_batches(BATCH_ROWS, row_groups=list(self.row_groups), columns=columns)

    def write_answers(self, batches: Iterable[pa.RecordBatch], schema: pa.Schema) -> None:
        """Write the answers of all its rows in one stroke, in batches as long as those read."""
        import pyarrow.parquet as pq

        with self.answers.writing() as whole, pq.ParquetWriter(whole, schema) as writer:
            for batch in batches:
                writer.write_batch(batch)

    def answered_batches(self) -> Iterator[tuple[pa.RecordBatch, pa.RecordBatch]]:
        """Rows of the input with their answers."""
        with self.answers.parquet() as answers:
            yield from zip(self.batches(), answers.iter_batches(BATCH_ROWS), strict=True)


def parts_of(source: StoredFile, folder: StoredFile) -> list[Part]:
    """Divide a Parquet file; answers go to a folder."""
    with source.parquet() as table:
        rows = [table.metadata.row_group(group).num_rows for group in range(table.metadata.num_row_groups)]
    parts: list[Part] = []
    groups: list[int] = []
    line = 1
    for group in range(len(rows)):
        groups.append(group)
        held = sum(rows[groups[0] : group + 1])
        if held >= PART_ROWS or group == len(rows) - 1:
            parts.append(Part(source, tuple(groups), line, held, folder.within(f"{len(parts):06}.parquet")))
            line, groups = line + held, []
    return parts


def open_folder(folder: StoredFile, request: Mapping[str, str], *, resume: bool) -> None:
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
        _remove_leftovers(folder)
        return
    folder.remove()
    folder.make_folder()
    folder.within(_REQUEST).write_text(json.dumps(request, ensure_ascii=False))


def _remove_leftovers(folder: StoredFile) -> None:
    """Remove what a process that was killed was writing; stores show nothing of it."""
    if isinstance(folder, LocalFile):
        for leftover in folder.path.glob(".geoville-*"):
            LocalFile(leftover).remove()


def _request_of(folder: StoredFile) -> Any:
    try:
        return json.loads(folder.within(_REQUEST).read_bytes())
    except (OSError, ValueError, InvalidInputError):
        return None
