"""Parquet files row by row: batches go through as they are, with columns added."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from geoville.sources.rows.row import AddedInOrder, InputRow, cell_text, harmless
from geoville.sources.stores import reading_parquet

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from pathlib import Path

    import pyarrow as pa

    from geoville.sources.rows.row import AddedCells, AddedColumn, Cell
    from geoville.sources.stores import StoredFile


_BATCH_ROWS = 50_000


class ParquetRows:
    """A Parquet file; its columns keep their types, and its metadata go with it.

    Raises
    ------
    InvalidInputError
        The file is not Parquet.
    """

    charset, has_mark = "", False

    def __init__(self, file: StoredFile) -> None:
        self._file, self.watched = file, file.watched()
        with file.parquet() as table:
            self._schema: pa.Schema = table.schema_arrow
            self.expected_rows: int | None = table.metadata.num_rows
        self.columns = tuple(self._schema.names)
        self.description = "Parquet"
        self.sheets: tuple[str, ...] = ()

    def are_numbers(self, names: Iterable[str]) -> bool:
        """Whether these columns hold numbers, and not texts that write them."""
        import pyarrow as pa

        kinds = [self._schema.field(name).type for name in names]
        return all(pa.types.is_floating(kind) or pa.types.is_integer(kind) for kind in kinds)

    def rows(self, wanted: Sequence[int]) -> Iterator[InputRow]:
        """Rows in order, with the cells of the columns at these places."""
        names = [self.columns[place] for place in wanted]
        line = 0
        for batch in self._batches(list(dict.fromkeys(names))):
            values = {name: self._values(batch.column(name)) for name in names}
            for cells in zip(*(values[name] for name in names), strict=True):
                line += 1
                yield InputRow(line, tuple(cell_text(cell) for cell in cells))

    def check_room(self, added: int) -> None:
        """Nothing to refuse: the format has as many columns as one wants."""

    def write(self, out: Path, columns: Sequence[AddedColumn], added: Iterable[AddedCells]) -> None:
        """Copy the file with columns added after its own."""
        import pyarrow as pa
        import pyarrow.parquet as pq

        types = {str: pa.string(), float: pa.float64(), int: pa.int64()}
        fields = [pa.field(column.name, types[column.type]) for column in columns]
        schema = pa.schema([*self._schema, *fields], metadata=self._schema.metadata)
        answers, line = AddedInOrder(added), 0
        with pq.ParquetWriter(out, schema) as writer:
            for batch in self._batches(None):
                cells = [_harmless(answers.at(line + rank)) for rank in range(1, batch.num_rows + 1)]
                line += batch.num_rows
                arrays = [
                    pa.array([row[place] for row in cells], type=field.type) for place, field in enumerate(fields)
                ]
                writer.write_batch(pa.RecordBatch.from_arrays([*batch.columns, *arrays], schema=schema))
        answers.end()
        if self.watched:
            self.watched.check()

    def _batches(self, names: list[str] | None) -> Iterator[Any]:
        with reading_parquet(self._file.name), self._file.parquet() as table:
            yield from table.iter_batches(_BATCH_ROWS, columns=names)

    def _values(self, column: Any) -> list[Any]:
        with reading_parquet(self._file.name):  # a text that is not UTF-8, a date that no calendar has
            return column.to_pylist()  # type: ignore[no-any-return]


def _harmless(cells: tuple[Cell, ...]) -> tuple[Cell, ...]:
    return tuple(harmless(cell) if isinstance(cell, str) else cell for cell in cells)
