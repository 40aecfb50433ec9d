"""Workbooks of INSEE: .xlsx, whose styles openpyxl may refuse, and the .xls of older years; cells as values."""

from __future__ import annotations

import io
import os
import struct
import warnings
import xml.etree.ElementTree as ET
import zipfile
import zlib
from contextlib import contextmanager
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

from geoville.errors import InvalidInputError, Location

if TYPE_CHECKING:
    from collections.abc import Iterator

    Rows = list[tuple[Any, ...]]

SUFFIXES = (".xlsx", ".xls")
_STYLES = "xl/styles.xml"


def sheet_names(path: Path) -> tuple[str, ...]:
    """Names of the sheets of a workbook.

    Raises
    ------
    InvalidInputError
        It cannot be read.
    """
    with _refusing_damage(path):
        if path.suffix.lower() == ".xls":
            return tuple(_open_xls(path).sheet_names())
        book = _open_xlsx(path)
        return tuple(sheet.title for sheet in book.worksheets)


def sheet_rows(path: Path, sheet: str, count: int | None = None) -> Rows:
    """Rows of a sheet, the first `count` or all of them; a formula gives its last computed value.

    Raises
    ------
    InvalidInputError
        The workbook cannot be read.
    """
    with _refusing_damage(path):
        if path.suffix.lower() == ".xls":
            table = _open_xls(path).sheet_by_name(sheet)
            return [tuple(table.row_values(row)) for row in range(min(table.nrows, count or table.nrows))]
        worksheet = _open_xlsx(path)[sheet]
        worksheet.reset_dimensions()  # some programs write a wrong size, which would cut the rows
        return list(islice(worksheet.iter_rows(values_only=True), count))


def _open_xls(path: Path) -> Any:
    import xlrd  # type: ignore[import-untyped, unused-ignore]

    with Path(os.devnull).open("w", encoding="utf-8") as nowhere:  # it tells its doubts on the screen
        return xlrd.open_workbook(path, logfile=nowhere)


def _open_xlsx(path: Path) -> Any:
    """Open a workbook without its styles: INSEE writes colours that openpyxl refuses, and no value depends on them."""
    from openpyxl import load_workbook

    plain = io.BytesIO()
    with zipfile.ZipFile(path) as source, zipfile.ZipFile(plain, "w") as target:
        for member in source.infolist():
            if member.filename != _STYLES:
                target.writestr(member, source.read(member))
    return load_workbook(plain, read_only=True, data_only=True)


@contextmanager
def _refusing_damage(path: Path) -> Iterator[None]:
    """Turn what the readers raise on a damaged file, which may be nearly anything, into an error that says so."""
    import xlrd  # type: ignore[import-untyped, unused-ignore]

    damage = (
        ArithmeticError, AssertionError, AttributeError, EOFError, LookupError, OSError, RuntimeError, TypeError,
        ValueError, ET.ParseError, struct.error, zipfile.BadZipFile, zlib.error,
        xlrd.XLRDError, xlrd.compdoc.CompDocError,
    )  # fmt: skip
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", UserWarning)  # about drawings and filters, which are not read
            yield
    except damage as error:
        raise InvalidInputError(
            "Ce n'est pas un classeur lisible",
            where=Location(path.name),
            advice="le télécharger de nouveau, ou l'enregistrer en XLSX sans mot de passe",
        ) from error
