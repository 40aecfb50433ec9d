"""One answer as a statement on one sheet, to be kept with a file: HTML or PDF."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING

from geoville.errors import InvalidInputError
from geoville.extras import need
from geoville.rendering.statement.sheet import statement_html, statement_pdf
from geoville.rendering.statement.text import statement
from geoville.sources.files import replacing

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date
    from pathlib import Path

    from geoville.model import Address, Answer
    from geoville.rendering.statement.text import Statement
    from geoville.workflows.lookup import LookupDesk


class StatementFormat(StrEnum):
    """How a statement is written; its value is the suffix of the file."""

    HTML = "html"
    PDF = "pdf"


def attest(desk: LookupDesk, question: str, on: date, *, issued: date, landmarks: Sequence[Address] = ()) -> Statement:
    """State the answer about an address, the name of a place, or "lon,lat".

    Parameters
    ----------
    on : day asked about.
    issued : day of issue, printed; the same inputs and the same day give the same bytes.
    landmarks : named places that may be written on the map.

    Raises
    ------
    InvalidInputError
        The question is empty or too long, or its coordinates are out of range. The message never repeats it.
    """
    return state(desk, desk.answer(question, on), question, issued=issued, landmarks=landmarks)


def attest_at(
    desk: LookupDesk,
    lon: float,
    lat: float,
    on: date,
    *,
    issued: date,
    accuracy_m: float = 0.0,
    landmarks: Sequence[Address] = (),
) -> Statement:
    """State the answer about coordinates, exact unless an accuracy in metres is given."""
    answer = desk.answer_at(lon, lat, on, accuracy_m)
    return state(desk, answer, f"{lon}, {lat}", issued=issued, landmarks=landmarks)


def statement_bytes(stated: Statement, written_as: StatementFormat) -> bytes:
    """Write a statement in memory; HTML is UTF-8. MissingExtraError where nothing writes PDF."""
    if written_as is StatementFormat.PDF:
        need("paper")
        return statement_pdf(stated)
    return statement_html(stated).encode("utf-8")


def write_statement(stated: Statement, path: Path) -> None:
    """Write a statement; the suffix of the file tells the format.

    Raises
    ------
    InvalidInputError
        The suffix is neither .html nor .pdf, or the folder is missing or not writable.
    """
    content = statement_bytes(stated, format_of(path))
    with replacing(path, personal=True) as beside:
        beside.write_bytes(content)


def format_of(path: Path) -> StatementFormat:
    """Format that a file's suffix asks for.

    Raises
    ------
    InvalidInputError
        The suffix is neither .html nor .pdf.
    MissingExtraError
        It is .pdf, and nothing writes PDF.
    """
    try:
        asked = StatementFormat(path.suffix.lower().removeprefix("."))
    except ValueError:
        raise InvalidInputError(
            f"Un relevé ne s'écrit pas au format « {path.suffix} »", advice="donner un fichier .html ou .pdf"
        ) from None
    if asked is StatementFormat.PDF:
        need("paper")
    return asked


def state(desk: LookupDesk, answer: Answer, asked: str, *, issued: date, landmarks: Sequence[Address]) -> Statement:
    """State an answer that the desk gave; `asked` is the question, printed as it is."""
    return statement(answer, asked, index=desk.index, landmarks=landmarks, issued=issued)
