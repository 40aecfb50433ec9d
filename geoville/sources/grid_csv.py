"""Grid files in CSV: separator, encoding, and the line of each row."""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING

from geoville.errors import GridError, Location

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    import pyarrow as pa

_BYTE_ORDER_MARK = b"\xef\xbb\xbf"
_NOTHING_WRITTEN = ["", "NA"]


class CsvGridFile:
    """A CSV file separated by commas, or by semicolons with decimal commas; UTF-8 or any other superset of ASCII.

    Every column that geoville reads is ASCII, so values are taken as bytes and the encoding never has to be guessed.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        with path.open("rb") as stream:
            header = stream.readline().removeprefix(_BYTE_ORDER_MARK)
        if b"\0" in header:
            raise GridError(
                "Le fichier n'est ni en UTF-8 ni en Latin-1",
                where=Location(path.name, 1),
                advice="l'enregistrer en CSV UTF-8",
            )
        text = header.decode("latin-1").strip("\r\n")
        self._separator = ";" if text.count(";") > text.count(",") else ","
        self.names = tuple(name.strip(' "') for name in text.split(self._separator))
        self.decimal_comma = self._separator == ";"

    def read(self, columns: Sequence[str]) -> pa.Table:
        """Values of some of the columns, as bytes; null where nothing is written.

        Raises
        ------
        GridError
            A line has more or fewer values than the header.
        """
        import pyarrow as pa
        from pyarrow import csv as arrow_csv

        shorter_or_longer: list[arrow_csv.InvalidRow] = []

        def set_aside(row: arrow_csv.InvalidRow) -> str:
            if row.text.strip():
                shorter_or_longer.append(row)
            return "skip"

        # Columns are known by their place: the names of those that are not read may be anything.
        places = {name: f"{place}" for place, name in enumerate(self.names)}
        chosen = [places[name] for name in columns]
        table = arrow_csv.read_csv(
            self._path,
            read_options=arrow_csv.ReadOptions(skip_rows=1, column_names=[f"{i}" for i in range(len(self.names))]),
            parse_options=arrow_csv.ParseOptions(delimiter=self._separator, invalid_row_handler=set_aside),
            convert_options=arrow_csv.ConvertOptions(
                include_columns=chosen,
                column_types=dict.fromkeys(chosen, pa.binary()),
                null_values=_NOTHING_WRITTEN,
                strings_can_be_null=True,
            ),
        )
        if shorter_or_longer:
            self._refuse_lines(shorter_or_longer[0].text, len(shorter_or_longer))
        return table.rename_columns(list(columns))

    def line_of(self, row: int) -> int:
        """1-based line of a row of data, header and blank lines counted."""
        with self._path.open("rb") as stream:
            written = (line for line, text in enumerate(stream, start=1) if text.strip())
            return next(islice(written, row + 1, None))

    def _refuse_lines(self, text: str, count: int) -> None:
        at_fault = text.strip().encode("utf-8", "surrogateescape")
        with self._path.open("rb") as stream:
            line = next((number for number, read in enumerate(stream, start=1) if read.strip() == at_fault), None)
        more = f", et {count - 1} autres lignes de même" if count > 1 else ""
        raise GridError(
            f"La ligne n'a pas les {len(self.names)} valeurs que l'en-tête annonce{more}",
            where=Location(self._path.name, line, value=text.strip()[:60]),
            advice="corriger la ligne ou le séparateur",
        )
