"""A file of rows at a glance, before anything is asked of it: its first rows, and what its columns are taken for."""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import islice
from typing import TYPE_CHECKING, Annotated, Literal, TypedDict

import numpy as np

from geoville.crs import likely_projections
from geoville.eligibility.documents import Said
from geoville.errors import InvalidInputError
from geoville.sources.action_tables import Meaning, names_columns, recognised_columns
from geoville.sources.rows.files import open_row_file
from geoville.workflows.action_report import ReadColumnDocument  # noqa: TC001 - read where it is published
from geoville.workflows.lookup_file.questions import (
    RECOGNISED,
    SAMPLE_ROWS,
    AddressQuestions,
    CoordinateQuestions,
    number_of,
)

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from geoville.sources.rows.files import RowFile
    from geoville.workflows.lookup_file.questions import Questions

SHOWN_ROWS = 5

Subject = Literal["addresses", "coordinates", "actions", "unknown"]

_OF_AN_ACTION = {
    Meaning.AMOUNT,
    Meaning.THEME,
    Meaning.QUARTERS,
    Meaning.SHARE,
    Meaning.START,
    Meaning.END,
    Meaning.YEAR,
}
"""What lists of people and of places do not say: with a title or a bearer, it makes a table of actions."""


@dataclass(frozen=True, slots=True)
class FilePreview:
    """What is seen of a file, and what its columns are taken for.

    Parameters
    ----------
    subject : what its rows are likely about.
    rows : the first ones, a text for each column.
    count : rows, exact or nearly; None where the file does not tell.
    sheets : of a workbook, the one that is read first.
    questions : columns that ask about addresses or coordinates; None where none is recognised.
    projections : EPSG codes in which coordinates that are not degrees are likely, the likeliest first.
    meanings : columns of a table of actions, by what they say; none where it cannot be one.
    """

    subject: Subject
    description: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    count: int | None
    sheets: tuple[str, ...]
    questions: Questions | None
    projections: tuple[int, ...]
    meanings: Mapping[Meaning, str] = field(default_factory=dict)


def preview_of(
    path: Path, *, sheet: str | None = None, encoding: str | None = None, separator: str | None = None
) -> FilePreview:
    """Look at a file.

    Parameters
    ----------
    sheet : of a workbook; the first one that something is recognised in where None.
    encoding, separator : of a CSV file; recognised where None.

    Raises
    ------
    InvalidInputError
        It cannot be read.
    """
    rows = open_row_file(path, sheet=sheet, encoding=encoding, separator=separator, is_header=_is_header)
    questions, meanings = _questions(rows.columns), _meanings(rows.columns)
    shown = tuple(row.cells for row in islice(rows.rows(range(len(rows.columns))), SHOWN_ROWS))
    count = None if rows.expected_rows is None else max(rows.expected_rows - 1, len(shown))
    projections = _projections(rows, questions) if isinstance(questions, CoordinateQuestions) else ()
    subject = _subject(questions, meanings)
    return FilePreview(
        subject, rows.description, tuple(rows.columns), shown, count, rows.sheets, questions, projections, meanings
    )


def _is_header(names: Sequence[str]) -> bool:
    return RECOGNISED.are_in(names) or names_columns(names)


def _questions(known: Sequence[str]) -> Questions | None:
    try:
        return RECOGNISED.questions(known)
    except InvalidInputError:
        return None


def _meanings(known: Sequence[str]) -> dict[Meaning, str]:
    try:
        return {key: known[place] for key, place in recognised_columns(known, "").items()}
    except InvalidInputError:
        return {}


def _projections(rows: RowFile, questions: CoordinateQuestions) -> tuple[int, ...]:
    places = [rows.columns.index(name) for name in (questions.lon, questions.lat)]
    pairs = [[number_of(cell) for cell in row.cells] for row in islice(rows.rows(places), SAMPLE_ROWS)]
    table = np.array(pairs).reshape(-1, 2)
    return likely_projections(table[:, 0], table[:, 1])


def _subject(questions: Questions | None, meanings: Mapping[Meaning, str]) -> Subject:
    named = meanings.keys() & {Meaning.TITLE, Meaning.BEARER}
    if len(named) > 1 or (named and meanings.keys() & _OF_AN_ACTION):
        return "actions"
    if isinstance(questions, AddressQuestions):
        return "addresses"
    if questions is not None:
        return "coordinates"
    return "actions" if named else "unknown"


# --- As a document


class PreviewDocument(TypedDict):
    """Ce que l'on voit d'un fichier, et ce pour quoi ses colonnes sont prises."""

    subject: Annotated[Subject, Said("De quoi ses lignes parlent, sans doute")]
    description: Annotated[str, Said("Ce qui est reconnu de sa forme")]
    columns: list[str]
    rows: Annotated[list[list[str]], Said("Les premières lignes")]
    count: Annotated[int | None, Said("Lignes, à peu près")]
    sheets: Annotated[list[str], Said("Feuilles d'un classeur, celle qui est lue d'abord")]
    address: Annotated[list[str], Said("Colonnes de l'adresse, dans l'ordre")]
    citycode: Annotated[str | None, Said("Colonne du code Insee de la commune")]
    lon: Annotated[str | None, Said("Colonne de la longitude, ou de l'abscisse")]
    lat: str | None
    projections: Annotated[list[int], Said("Codes EPSG où les coordonnées sont vraisemblables ; vide : des degrés")]
    actions: list[ReadColumnDocument]


def preview_document(preview: FilePreview) -> PreviewDocument:
    """What is seen of a file, as a document."""
    asked = preview.questions
    address = asked if isinstance(asked, AddressQuestions) else None
    point = asked if isinstance(asked, CoordinateQuestions) else None
    return {
        "subject": preview.subject,
        "description": preview.description,
        "columns": list(preview.columns),
        "rows": [list(row) for row in preview.rows],
        "count": preview.count,
        "sheets": list(preview.sheets),
        "address": list(address.parts) if address else [],
        "citycode": address.citycode or None if address else None,
        "lon": point.lon if point else None,
        "lat": point.lat if point else None,
        "projections": list(preview.projections),
        "actions": [{"says": key.value, "column": name} for key, name in preview.meanings.items()],
    }
