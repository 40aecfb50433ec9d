"""Grid files in CSV: separator, encoding, and the line of each row."""

from __future__ import annotations

import csv
from itertools import islice
from typing import TYPE_CHECKING

from geoville.errors import GridError, Location

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    import pyarrow as pa

_BYTE_ORDER_MARK = b"\xef\xbb\xbf"
_NOTHING_WRITTEN = ["", "NA"]
_SHOWN_CHARACTERS = 60


class CsvGridFile:
    """A CSV file separated by commas, or by semicolons with decimal commas; UTF-8 or any other superset of ASCII.

    Every column that geoville reads is ASCII, so values are taken as bytes and the encoding never has to be guessed.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        with path.open("rb") as stream:
            header = stream.readline().removeprefix(_BYTE_ORDER_MARK)
            self._has_rows = bool(stream.read(1))
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
            A line has more or fewer values than the header, or quotes that do not close.
        """
        import pyarrow as pa
        from pyarrow import csv as arrow_csv

        if not self._has_rows:
            return pa.table({name: pa.array([], pa.binary()) for name in columns})
        # Columns are known by their place: the names of those that are not read may be in any encoding.
        places = [str(place) for place in range(len(self.names))]
        chosen = [places[self.names.index(name)] for name in columns]
        try:
            table = arrow_csv.read_csv(
                self._path,
                read_options=arrow_csv.ReadOptions(skip_rows=1, column_names=places),
                parse_options=arrow_csv.ParseOptions(delimiter=self._separator),
                convert_options=arrow_csv.ConvertOptions(
                    include_columns=chosen,
                    column_types=dict.fromkeys(chosen, pa.binary()),
                    null_values=_NOTHING_WRITTEN,
                    strings_can_be_null=True,
                ),
            )
        except pa.ArrowInvalid as error:
            raise self._refusal() from error
        return table.rename_columns(list(columns))

    def line_of(self, row: int) -> int:
        """1-based line of a row of data, header and blank lines counted."""
        return next(islice(self._written_lines(), row + 1, None))[0]

    def _written_lines(self) -> Iterator[tuple[int, str]]:
        """Every line that is not blank, header included, and its 1-based number."""
        with self._path.open("rb") as stream:
            for line, text in enumerate(stream, start=1):
                if text.strip():
                    yield line, text.decode("latin-1").strip("\r\n")

    def _refusal(self) -> GridError:
        """Say which lines Arrow could not cut into values."""
        at_fault = [(line, text) for line, text in self._written_lines() if self._values_in(text) != len(self.names)]
        line, text = at_fault[0] if at_fault else (None, None)
        others = len(at_fault) - 1
        more = f", et {others} autre{'s' if others > 1 else ''} de même" if others > 0 else ""
        return GridError(
            f"La ligne n'a pas les {len(self.names)} valeurs que l'en-tête annonce{more}",
            where=Location(self._path.name, line, value=text[:_SHOWN_CHARACTERS] if text else None),
            advice="corriger la ligne, ses guillemets ou le séparateur",
        )

    def _values_in(self, text: str) -> int | None:
        try:
            return len(next(csv.reader([text], delimiter=self._separator, strict=True)))
        except csv.Error:
            return None
