"""Files read row by row and written again with columns added: what CSV, XLSX, ODS and Parquet have in common.

A file is read once to answer and once more to be copied with its answers: neither holds it in memory, and the copy
takes nothing of the input through a conversion.
"""

from __future__ import annotations

from contextvars import ContextVar
from typing import TYPE_CHECKING, Any, Protocol

from geoville.errors import InvalidInputError
from geoville.sources.files import require_file
from geoville.sources.rows.csv import PACKED

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence
    from pathlib import Path

    from geoville.sources.rows.row import AddedCells, AddedColumn, Fitted, InputRow, IsHeader


_SUFFIXES = {
    ".csv": "csv",
    ".tsv": "csv",
    ".txt": "csv",
    ".xlsx": "xlsx",
    ".ods": "ods",
    ".parquet": "parquet",
    ".geoparquet": "parquet",
}


class RowFile(Protocol):
    """A file of rows, open for reading as often as wanted.

    Attributes
    ----------
    columns : names, as the file writes them.
    description : what was recognised of the file, in French.
    expected_rows : number of rows, exact or nearly; None where the file does not tell without being read.
    sheets : names of those of a workbook, the one that is read first; none of any other file.
    """

    columns: tuple[str, ...]
    description: str
    expected_rows: int | None
    sheets: tuple[str, ...]

    @property
    def charset(self) -> str:
        """Encoding of a file of text, and of its copy, as media types name it; empty for any other."""
        ...

    @property
    def has_mark(self) -> bool:
        """Whether a file of text begins with a byte order mark."""
        ...

    def rows(self, wanted: Sequence[int]) -> Iterator[InputRow]:
        """Rows in order, blank lines left out, with the cells of the columns at these places."""
        ...

    def check_room(self, added: int) -> None:
        """Refuse so many more columns where the format has no room for them; before anything is answered."""
        ...

    def write(self, out: Path, columns: Sequence[AddedColumn], added: Iterable[AddedCells]) -> None:
        """Copy the file to `out`, untouched, with columns added after its own; `added` is in the order of the rows."""
        ...


OPENED_APART: ContextVar[Callable[[Path, dict[str, Any]], RowFile] | None] = ContextVar("opened_apart", default=None)
"""What opens files instead of this process, given their path and how (`sources.rows.apart.Apart.opening`)."""


def row_file_format(path: Path) -> str:
    """Format of a file by its name: "csv", "xlsx", "ods" or "parquet".

    Raises
    ------
    InvalidInputError
        The name says none of them.
    """
    suffix = path.suffix.lower()
    packed = suffix == PACKED
    kind = _SUFFIXES.get(path.with_suffix("").suffix.lower() if packed else suffix)
    if kind is None or (packed and kind != "csv"):
        raise InvalidInputError(
            f"Le format de « {path.name} » n'est pas reconnu",
            advice=f"donner un fichier {', '.join(_SUFFIXES)} (un tableur sait enregistrer en XLSX, en ODS ou en CSV)",
        )
    return kind


def open_row_file(
    path: Path,
    *,
    encoding: str | None = None,
    separator: str | None = None,
    sheet: str | None = None,
    is_header: IsHeader | None = None,
    fitted: Fitted | None = None,
) -> RowFile:
    """Open a file of rows and recognise its layout.

    Parameters
    ----------
    encoding, separator : of a CSV file, recognised unless given.
    sheet : of a workbook; unless given, the first one whose header holds what is looked for, else the first one.
    is_header : tells the names of columns, which may be below a title or in another sheet; unless given, the first row
        is the header.
    fitted : tells what the rows of a CSV file say that have a separator too many; unless given, they are at fault.

    Raises
    ------
    InvalidInputError
        The file cannot be read, its layout is not one that geoville knows, or an option is for another format.
    """
    from geoville.sources.rows.csv import CsvRows
    from geoville.sources.rows.ods import OdsRows
    from geoville.sources.rows.parquet import ParquetRows
    from geoville.sources.rows.xlsx import XlsxRows
    from geoville.sources.stores import LocalFile

    kind = row_file_format(path)
    if (encoding or separator) and kind != "csv":
        raise InvalidInputError("L'encodage et le séparateur sont ceux d'un fichier CSV", advice="ôter ces options")
    if sheet and kind not in {"xlsx", "ods"}:
        raise InvalidInputError("La feuille est celle d'un classeur XLSX ou ODS", advice="ôter cette option")
    require_file(path)
    if apart := OPENED_APART.get():
        how = {"encoding": encoding, "separator": separator, "sheet": sheet, "is_header": is_header, "fitted": fitted}
        return apart(path, how)
    if kind == "xlsx":
        return XlsxRows(path, sheet, is_header)
    if kind == "ods":
        return OdsRows(path, sheet, is_header)
    if kind == "parquet":
        return ParquetRows(LocalFile(path))
    return CsvRows(path, encoding=encoding, separator=separator, is_header=is_header, fitted=fitted)
