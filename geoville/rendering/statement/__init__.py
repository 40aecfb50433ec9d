"""A statement as data: one answer on one sheet of paper, in French plain text that whatever draws it escapes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import date

    from geoville.rendering.statement.map import StatementMap


@dataclass(frozen=True, slots=True)
class Notice:
    """What must be read with the verdict: how open or how binding it is."""

    title: str
    text: str


@dataclass(frozen=True, slots=True)
class Line:
    """One item of a section.

    Parameters
    ----------
    detail : written small under the text (a checksum); empty where there is none.
    """

    text: str
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Section:
    """A titled list."""

    title: str
    lines: tuple[Line, ...]


@dataclass(frozen=True, slots=True)
class Statement:
    """Everything that a statement says.

    Parameters
    ----------
    verdict : one word or two ("DEDANS").
    sentence : the verdict in words.
    facts : pairs of label and value.
    drawing : map extract, None where there is nothing to show.
    scope : what the document is and is not.
    issued : day of issue; given by the caller so that the same inputs give the same bytes.
    issued_line : that day in words, printed at the head.
    """

    title: str
    subtitle: str
    verdict: str
    sentence: str
    notices: tuple[Notice, ...]
    facts: tuple[tuple[str, str], ...]
    drawing: StatementMap | None
    sections: tuple[Section, ...]
    scope: str
    issued: date
    issued_line: str
