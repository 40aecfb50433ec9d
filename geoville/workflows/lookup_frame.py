"""Many questions held in memory, answered row by row as `lookup-file` answers those of a file."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from geoville.sources.row_files import InputRow, open_row_file
from geoville.sources.row_files.text import cell_text
from geoville.workflows.lookup_file.desk import FileDesk
from geoville.workflows.lookup_file.questions import Asking, Naming, choose_questions
from geoville.workflows.lookup_file.results import columns_beside

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import date
    from pathlib import Path

    import pandas as pd

    from geoville.sources.row_files import AddedCells
    from geoville.workflows.lookup import LookupDesk

ARGUMENTS = Naming("address_columns", "lon_column et lat_column")
_TYPES = {str: "string", float: "Float64", int: "Int64"}


def answer_table(
    rows: pd.DataFrame | Path,
    desk: LookupDesk,
    on: date,
    *,
    address: Sequence[str] = (),
    postcode: str | None = None,
    citycode: str | None = None,
    lon: str | None = None,
    lat: str | None = None,
) -> pd.DataFrame:
    """Answer every row of a table, or of a file that is read whole, as text.

    Parameters
    ----------
    on : day asked about.
    address, postcode, citycode, lon, lat : columns that ask, recognised by their names unless given.

    Returns
    -------
    The rows, with their index, and the columns of `lookup-file` after their own; null where an answer has none.

    Raises
    ------
    InvalidInputError
        The file cannot be read, a column is missing, or nothing tells which ones to read.
    GeovilleError
        A geocoder is out of reach.
    """
    import pandas as pd

    frame, read = (rows, _rows_of(rows)) if isinstance(rows, pd.DataFrame) else _table_of(rows)
    known = [str(name) for name in frame.columns]
    questions = choose_questions(
        known, address=address, postcode=postcode, citycode=citycode, lon=lon, lat=lat, naming=ARGUMENTS
    )
    places = [known.index(name) for name in questions.columns]
    asked = [row if row.fault else replace(row, cells=tuple(row.cells[place] for place in places)) for row in read]
    answers = _columns_of(FileDesk(desk, Asking(questions, on)).answers(asked), known)
    return pd.concat([frame, answers.set_axis(frame.index, axis=0)], axis=1)


def _rows_of(frame: pd.DataFrame) -> list[InputRow]:
    """Rows of a table as texts, null ones empty; numbered from 1."""
    missing = frame.isna().to_numpy()
    cells = frame.astype(object).to_numpy()
    return [
        InputRow(line, tuple("" if gone else cell_text(value) for value, gone in zip(*pair, strict=True)))
        for line, pair in enumerate(zip(cells, missing, strict=True), start=1)
    ]


def _table_of(path: Path) -> tuple[pd.DataFrame, list[InputRow]]:
    """Rows of a file, as a table of texts and as they were read: one that cannot be read is blank in the table."""
    import pandas as pd

    file = open_row_file(path)
    rows = list(file.rows(range(len(file.columns))))
    blank = ("",) * len(file.columns)
    texts = [blank if row.fault else row.cells for row in rows]
    return pd.DataFrame(texts, columns=list(file.columns), dtype="string"), rows


def _columns_of(answers: Iterable[AddedCells], known: Sequence[str]) -> pd.DataFrame:
    import pandas as pd

    rows = [answer.cells for answer in answers]
    return pd.DataFrame(
        {
            column.name: pd.Series([row[place] for row in rows], dtype=_TYPES[column.type])
            for place, column in enumerate(columns_beside(known))
        }
    )
