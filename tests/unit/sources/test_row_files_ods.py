"""ODS workbooks: their rows are read as values, and their copies keep every other part of them."""

from __future__ import annotations

import zipfile
from pathlib import Path

import pytest

from geoville.errors import InvalidInputError
from geoville.sources.rows.files import open_row_file
from geoville.sources.rows.row import AddedCells, AddedColumn

URI = "urn:oasis:names:tc:opendocument:xmlns:"
MIMETYPE = b"application/vnd.oasis.opendocument.spreadsheet"


def text(value: str, attributes: str = "") -> str:
    return f'<table:table-cell office:value-type="string"{attributes}><text:p>{value}</text:p></table:table-cell>'


def number(value: str, shown: str) -> str:
    return (
        f'<table:table-cell office:value-type="float" office:value="{value}"><text:p>{shown}</text:p>'
        "</table:table-cell>"
    )


def row(*cells: str, repeated: int = 1) -> str:
    times = f' table:number-rows-repeated="{repeated}"' if repeated > 1 else ""
    return f"<table:table-row{times}>{''.join(cells)}</table:table-row>"


def blank(columns: int) -> str:
    return f'<table:table-cell table:number-columns-repeated="{columns}"/>'


HEADER = row(text("nom"), text("adresse"), text("cp"), text("ville"), blank(1020))
END = row(blank(1024), repeated=1_048_000)


def book(folder: Path, *sheets: tuple[str, str], name: str = "in.ods") -> Path:
    tables = "".join(f'<table:table table:name="{title}">{rows}</table:table>' for title, rows in sheets)
    names = "".join(f' xmlns:{space}="{URI}{space}:1.0"' for space in ("office", "table", "text"))
    content = (
        f'<?xml version="1.0" encoding="UTF-8"?><office:document-content{names}><office:body><office:spreadsheet>'
        f"{tables}</office:spreadsheet></office:body></office:document-content>"
    )
    path = folder / name
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("mimetype", MIMETYPE, zipfile.ZIP_STORED)
        archive.writestr("content.xml", content)
        archive.writestr("styles.xml", b"<styles/>")
    return path


def cells_of(path: Path, wanted=(0, 1, 2, 3), **options):
    return [(row.line, row.cells) for row in open_row_file(path, **options).rows(wanted)]


def copied(path: Path, *cells: tuple[str | float | None, ...], **options) -> Path:
    file = open_row_file(path, **options)
    lines = [row.line for row in file.rows([])]
    out = path.with_name("out.ods")
    columns = [AddedColumn(f"c{rank}", str) for rank in range(len(cells[0]))]
    file.write(out, columns, (AddedCells(line, added) for line, added in zip(lines, cells, strict=True)))
    return out


def test_rows_are_read_with_their_lines_the_zeros_shown_and_what_is_repeated(tmp_path):
    """Blank rows are no rows, but count as lines; notes and hidden spaces are not the value."""
    noted = (
        '<table:table-cell office:value-type="string"><office:annotation><text:p>une note</text:p></office:annotation>'
        '<text:p>2<text:s text:c="2"/>rue <text:span>Mollien</text:span></text:p><text:p>bât. A</text:p>'
        "</table:table-cell>"
    )
    rows = HEADER + row(text("A"), text("1 rue X"), number("1000", "01000"), text("Bourg"))
    rows += row(blank(1024), repeated=2) + row(text("B"), noted, number("62100", "62 100,00"), repeated=2) + END
    path = book(tmp_path, ("Feuille1", rows))
    assert cells_of(path) == [
        (2, ("A", "1 rue X", "01000", "Bourg")),
        (5, ("B", "2  rue Mollien\nbât. A", "62100", "")),
        (6, ("B", "2  rue Mollien\nbât. A", "62100", "")),
    ]
    assert open_row_file(path).description == "ODS, feuille « Feuille1 »"


def test_a_copy_gives_each_row_its_own_cells_and_keeps_the_rest(tmp_path):
    """Identical rows, which the file writes once, have an answer each."""
    rows = HEADER + row(text("A"), blank(2), text("Ville &amp; Cie")) + row(text("B"), repeated=2) + END
    path = book(tmp_path, ("Feuille1", rows), ("Autre", row(text("x"))))
    out = copied(path, ("=1+1", 1.5), ("a\nb", None), ("", -2))
    assert cells_of(out, range(6)) == [
        (2, ("A", "", "", "Ville & Cie", "'=1+1", "1.5")),
        (3, ("B", "", "", "", "a\nb", "")),
        (4, ("B", "", "", "", "", "-2")),
    ]
    assert open_row_file(out).columns == ("nom", "adresse", "cp", "ville", "c0", "c1")
    assert open_row_file(out, sheet="Autre").columns == ("x",)
    with zipfile.ZipFile(out) as archive:
        first = archive.infolist()[0]
        assert (first.filename, first.compress_type, archive.read(first)) == ("mimetype", zipfile.ZIP_STORED, MIMETYPE)
        assert archive.read("styles.xml") == b"<styles/>"
        content = archive.read("content.xml").decode()
    assert 'table:number-rows-repeated="1048000"' in content
    assert row(text("x")) in content


def test_merged_cells_have_the_value_of_the_first_on_each_row_and_say_so(tmp_path):
    covered = "<table:covered-table-cell/>"
    merged = text("Calais", ' table:number-rows-spanned="2"')
    rows = HEADER + row(text("A"), text("1"), text(""), merged) + row(text("B"), text("2"), text(""), covered)
    file = open_row_file(book(tmp_path, ("F", rows + row(text("C"), text("3")))))
    read = list(file.rows([0, 3]))
    assert [row.cells for row in read] == [("A", "Calais"), ("B", "Calais"), ("C", "")]
    assert [bool(row.remarks) for row in read] == [False, True, False]


def test_a_formula_without_a_value_is_a_fault_of_its_row(tmp_path):
    formula = '<table:table-cell table:formula="of:=1+1"/>'
    valued = '<table:table-cell table:formula="of:=1+1" office:value-type="float" office:value="2"/>'
    read = list(open_row_file(book(tmp_path, ("F", HEADER + row(text("A"), formula) + row(valued)))).rows([0, 1]))
    assert "case B2" in read[0].fault
    assert read[1].cells == ("2", "")


def test_the_sheet_that_holds_what_is_looked_for_is_read_and_said(tmp_path):
    path = book(tmp_path, ("Notice", row(text("Lisez-moi"))), ("Données", row(blank(4)) + HEADER + row(text("A"))))
    file = open_row_file(path, is_header=lambda names: "adresse" in names)
    assert file.description == "ODS, feuille « Données » (et non : Notice), en-tête à la ligne 2"
    assert [row.line for row in file.rows([0])] == [3]
    with pytest.raises(InvalidInputError, match="feuilles connues : Notice, Données"):
        open_row_file(path, sheet="Absente")


def test_what_is_no_workbook_or_is_made_to_harm_is_refused(tmp_path):
    noise = tmp_path / "bruit.ods"
    noise.write_bytes(b"PK\x03\x04 rien")
    endless = book(tmp_path, ("F", HEADER + row(text("A"), repeated=2_000_000)), name="sans-fin.ods")
    wide = row(text("A", ' table:number-columns-repeated="20000"'))
    for path in (noise, endless, book(tmp_path, ("F", HEADER + wide), name="large.ods")):
        with pytest.raises(InvalidInputError, match="Ce n'est pas un classeur ODS lisible"):
            list(open_row_file(path).rows([0]))
