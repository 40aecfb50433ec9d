"""Small files of rows made to keep a reader busy or to fill its memory, and what reading one costs."""

from __future__ import annotations

import io
import resource
import time
import zipfile
from collections.abc import Callable
from pathlib import Path

import openpyxl

from geoville.errors import InvalidInputError
from geoville.sources.rows.files import open_row_file
from geoville.sources.rows.row import AddedCells, AddedColumn

SHEET, STYLES = "xl/worksheets/sheet1.xml", "xl/styles.xml"
ODS_HEAD = (
    '<?xml version="1.0"?><office:document-content xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0" '
    'xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0" '
    'xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0">'
)
ODS_ROW = "<table:table-row><table:table-cell><text:p>adresse</text:p></table:table-cell></table:table-row>"


def zipped(parts: dict[str, bytes]) -> bytes:
    """An archive."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return made.getvalue()


def workbook(part: str, change: Callable[[bytes], bytes]) -> bytes:
    """A workbook of one address, of which a part is changed."""
    written = io.BytesIO()
    book = openpyxl.Workbook()
    for row in ("adresse", "1 rue Mollien"):
        book.active.append([row])
    book.save(written)
    read = zipfile.ZipFile(written)
    return zipped({name: change(read.read(name)) if name == part else read.read(name) for name in read.namelist()})


def with_row(content: bytes) -> Callable[[bytes], bytes]:
    """A change that puts XML before the second row of a sheet."""
    return lambda sheet: sheet.replace(b'<row r="2"', content + b'<row r="3"')


def ods(table: str, styles: str = "") -> bytes:
    """A workbook of LibreOffice, with these rows and these styles."""
    body = f'<office:body><office:spreadsheet><table:table table:name="F">{ODS_ROW}{table}</table:table>'
    tail = "</office:spreadsheet></office:body></office:document-content>"
    content = f"{ODS_HEAD}<office:automatic-styles>{styles}</office:automatic-styles>{body}{tail}"
    return zipped({"mimetype": b"application/vnd.oasis.opendocument.spreadsheet", "content.xml": content.encode()})


CELL = "<table:table-cell><text:p>x</text:p></table:table-cell>"
HARMFUL: dict[str, tuple[str, Callable[[], bytes], str]] = {
    "row 99 999 999 999": (
        ".xlsx",
        lambda: workbook(SHEET, lambda sheet: sheet.replace(b'r="2"', b'r="99999999999"')),
        "Ligne hors d'un tableur",
    ),
    "four million cells": (
        ".xlsx",
        lambda: workbook(SHEET, with_row(b'<row r="2">' + b"<c/>" * 4_000_000 + b"</row>")),
        "Plus de 16 384 colonnes",
    ),
    "a column beyond XFD": (
        ".xlsx",
        lambda: workbook(SHEET, lambda sheet: sheet.replace(b'r="A2"', b'r="ZZZZ2"')),
        "Plus de 16 384 colonnes",
    ),
    "a cell of 20 MB": (
        ".xlsx",
        lambda: workbook(SHEET, with_row(b'<row r="2"><c t="str"><v>' + b"x" * 20_000_000 + b"</v></c></row>")),
        "Case de plus de 131 072 caractères",
    ),
    "two hundred thousand levels": (
        ".xlsx",
        lambda: workbook(SHEET, with_row(b"<a>" * 200_000 + b"</a>" * 200_000)),
        "Plus de 64 niveaux",
    ),
    "a million styles": (
        ".xlsx",
        lambda: workbook(STYLES, lambda part: part.replace(b"</cellXfs>", b"<xf/>" * 1_100_000 + b"</cellXfs>")),
        "Plus de 1 000 000 éléments",
    ),
    "two hundred times its size": (
        ".xlsx",
        lambda: workbook("docProps/core.xml", lambda part: part.replace(b"</cp", b" " * 150_000_000 + b"</cp", 1)),
        "une fois décompressé",
    ),
    "quotes": (".csv", lambda: b"adresse\n" + b'"""\n' * 8_000 + b'"\n', ""),
    "quotes never closed": (".csv", lambda: b"adresse;b\n" + b'a;"b\n' * 4_001, ""),
    "quotes over many lines": (".csv", lambda: b"adresse;b\n" + b'a;"""b\nc\n' * 10_001, ""),
    "a line of separators": (".csv", lambda: b"adresse\n" + b";" * 20_000_000, "Ligne de plus de 2 000 000 caractères"),
    "lines of separators": (".csv", lambda: (b"adresse\n" + (b";" * 1_900_000 + b"\n") * 5), "Plus de 16 384 colonnes"),
    "one wide row and many short ones": (
        ".csv",
        lambda: b"adresse\n" + b";" * 16_000 + b"\n" + b"a\n" * 50_000,
        "Une ligne a 16 001 cases",
    ),
    "ods: a row repeated for ever": (
        ".ods",
        lambda: ods(f'<table:table-row table:number-rows-repeated="99999999999">{CELL}</table:table-row>'),
        "pas un classeur ODS lisible",
    ),
    "ods: four hundred thousand cells": (
        ".ods",
        lambda: ods("<table:table-row>" + "<table:table-cell/>" * 400_000 + "</table:table-row>"),
        "pas un classeur ODS lisible",
    ),
    "ods: levels": (
        ".ods",
        lambda: ods("<text:span>" * 100_000 + "</text:span>" * 100_000),
        "pas un classeur ODS lisible",
    ),
    "ods: a long text repeated": (
        ".ods",
        lambda: ods(
            f'<table:table-row table:number-rows-repeated="9000">{CELL.replace("x", "x" * 100_000)}</table:table-row>'
        ),
        "pas un classeur ODS lisible",
    ),
    "ods: styles": (".ods", lambda: ods("", '<text:a b="c"/>' * 100_000), ""),
}  # fmt: skip


def cost_of(path: str) -> tuple[str, float, float]:
    """What reading and copying a file says, the seconds of processor and the megabytes that it takes."""
    before, begun = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss, time.process_time()
    try:
        rows = open_row_file(Path(path))
        added = (AddedCells(row.line, ("x",)) for row in rows.rows([0]))
        rows.write(Path(path).with_name("out"), [AddedColumn("a", str)], added)
        said = ""
    except InvalidInputError as error:
        said = error.sentence
    grown = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
    return said, time.process_time() - begun, grown / 1024
