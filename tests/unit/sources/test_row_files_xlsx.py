"""Workbooks: their rows are read as values, and their copies keep every other part of them."""

from __future__ import annotations

import re
import zipfile
from datetime import date, datetime
from pathlib import Path

import pytest
from openpyxl import Workbook, load_workbook
from openpyxl.styles import Font

from geoville.errors import InvalidInputError
from geoville.sources.rows.files import open_row_file
from geoville.sources.rows.row import AddedCells, AddedColumn
from geoville.sources.rows.xlsx import append_cells

CASES = [
    ["id", "adresse", "cp", "né le"],
    ["007", "1 rue Mollien", 1000, date(2020, 2, 29)],
    [],
    ["=texte", "a\nb", "062100", None],
    ["9", "  deux espaces", 62100, datetime(2021, 3, 1, 12, 30)],  # noqa: DTZ001 - workbooks know no time zone
]


@pytest.fixture
def workbook(tmp_path: Path) -> Path:
    book = Workbook()
    sheet = book.active
    sheet.title = "Bénéficiaires"
    for row in CASES:
        sheet.append(row)
    sheet["A4"].data_type = "s"
    sheet["C2"].number_format = "00000"
    sheet["B2"].font = Font(bold=True)
    sheet["F2"] = "une note à droite"
    sheet["F5"] = "=C5*2"
    other = book.create_sheet("Autre")
    other.append(["lieu"])
    other.append(["Collège Vauban"])
    path = tmp_path / "in.xlsx"
    book.save(path)
    return path


def _copy(path: Path, columns: list[AddedColumn], *cells: tuple[str | float | None, ...], sheet: str | None = None):
    file = open_row_file(path, sheet=sheet)
    lines = [row.line for row in file.rows([])]
    out = path.with_name("out.xlsx")
    file.write(out, columns, (AddedCells(line, row) for line, row in zip(lines, cells, strict=True)))
    return out


def test_rows_are_read_with_their_leading_zeros_and_their_lines(workbook):
    file = open_row_file(workbook)
    assert file.columns[:4] == ("id", "adresse", "cp", "né le")
    assert "feuille « Bénéficiaires »" in file.description
    assert [(row.line, row.cells) for row in file.rows([0, 1, 2])] == [
        (2, ("007", "1 rue Mollien", "01000")),
        (4, ("=texte", "a\nb", "062100")),
        (5, ("9", "  deux espaces", "62100")),
    ]


def test_a_copy_keeps_values_types_formulas_formats_and_other_sheets(workbook):
    out = _copy(workbook, [AddedColumn("x", str), AddedColumn("y", float)], ("a", 1.5), ("é<&>\r", None), (None, -3))
    before, after = load_workbook(workbook), load_workbook(out)
    assert after.sheetnames == before.sheetnames
    for old, new in zip(before, after, strict=True):
        for row in old.iter_rows():
            for cell in row:
                twin = new[cell.coordinate]
                kept = (twin.value, twin.data_type, twin.number_format, twin.font.b)
                assert kept == (cell.value, cell.data_type, cell.number_format, cell.font.b)
    sheet = after["Bénéficiaires"]
    assert [[cell.value for cell in row] for row in sheet["G1:H5"]] == [
        ["x", "y"],
        ["a", 1.5],
        [None, None],
        ["é<&>\r", None],
        [None, -3],
    ]
    assert sheet["F5"].value == "=C5*2"


def test_added_text_that_would_run_is_made_harmless(workbook):
    out = _copy(workbook, [AddedColumn("x", str)], ("=1+1",), ("@x",), ("-2",))
    assert [load_workbook(out)["Bénéficiaires"][f"G{line}"].value for line in (2, 4, 5)] == ["'=1+1", "'@x", "'-2"]


def test_a_control_character_does_not_spoil_the_workbook(workbook):
    out = _copy(workbook, [AddedColumn("x", str)], ("a\x00b",), ("",), ("",))
    assert load_workbook(out)["Bénéficiaires"]["G2"].value == "a b"


def test_another_sheet_is_read_where_it_is_named(workbook):
    out = _copy(workbook, [AddedColumn("x", str)], ("a",), sheet="Autre")
    assert load_workbook(out)["Autre"]["B2"].value == "a"
    with pytest.raises(InvalidInputError, match="feuilles connues : Bénéficiaires, Autre"):
        open_row_file(workbook, sheet="Absente")


def test_two_copies_are_the_same_to_the_byte(workbook):
    first = _copy(workbook, [AddedColumn("x", str)], ("a",), ("b",), ("c",)).read_bytes()
    assert _copy(workbook, [AddedColumn("x", str)], ("a",), ("b",), ("c",)).read_bytes() == first


def _rewritten(path: Path, part: str, change) -> Path:
    """The same workbook with a part changed."""
    out = path.with_name("changed.xlsx")
    with zipfile.ZipFile(path) as source, zipfile.ZipFile(out, "w") as target:
        for name in source.namelist():
            content = source.read(name)
            target.writestr(name, change(content) if name == part else content)
    return out


def test_a_wrong_size_of_the_sheet_cuts_no_row(workbook):
    path = _rewritten(
        workbook, "xl/worksheets/sheet1.xml", lambda xml: xml.replace(b'<dimension ref="A1:F5"', b'<dimension ref="A1"')
    )
    assert len(list(open_row_file(path).rows([0]))) == 3


def test_names_with_a_prefix_and_cells_without_reference_are_understood(tmp_path):
    """As some programs write them."""
    book = Workbook()
    book.active.append(["adresse", "ville"])
    book.active.append([1, 2])
    path = tmp_path / "in.xlsx"
    book.save(path)

    def change(xml: bytes) -> bytes:
        prefixed = re.sub(rb"<(/?)(\w)", rb"<\1x:\2", xml).replace(b"xmlns=", b"xmlns:x=")
        return prefixed.replace(b' r="A2"', b"").replace(b' r="B2"', b"")

    changed = _rewritten(path, "xl/worksheets/sheet1.xml", change)
    out = tmp_path / "out.xlsx"
    append_cells(changed, "xl/worksheets/sheet1.xml", out, iter([AddedCells(1, ("n",)), AddedCells(2, ("é",))]))
    with zipfile.ZipFile(out) as archive:
        xml = archive.read("xl/worksheets/sheet1.xml").decode()
    assert '<x:c r="C1" t="inlineStr">' in xml
    assert '<x:c r="C2" t="inlineStr"><x:is><x:t xml:space="preserve">é</x:t></x:is></x:c></x:row>' in xml


def test_what_is_no_workbook_is_refused(tmp_path):
    path = tmp_path / "in.xlsx"
    path.write_bytes(b"a;b\n1;2\n")
    with pytest.raises(InvalidInputError, match="pas un classeur XLSX lisible"):
        open_row_file(path)


def test_a_sheet_without_names_is_refused(tmp_path):
    path = tmp_path / "in.xlsx"
    Workbook().save(path)
    with pytest.raises(InvalidInputError, match="ne nomme aucune colonne"):
        open_row_file(path)


def _saved(folder: Path, book: Workbook) -> Path:
    path = folder / "in.xlsx"
    book.save(path)
    return path


def _has_address(names) -> bool:
    return "adresse" in names or "voie" in names


def test_names_below_a_title_are_found_and_answers_stand_beside_them(tmp_path):
    book = Workbook()
    for cells in (["Liste des bénéficiaires 2025"], [], ["nom", "adresse"], ["A", "1 rue X"]):
        book.active.append(cells)
    book.active.merge_cells("A1:D1")
    path = _saved(tmp_path, book)
    file = open_row_file(path, is_header=_has_address)
    assert file.columns[:2] == ("nom", "adresse")
    assert "en-tête à la ligne 3" in file.description
    assert [(row.line, row.cells) for row in file.rows([0, 1])] == [(4, ("A", "1 rue X"))]
    out = tmp_path / "out.xlsx"
    file.write(out, [AddedColumn("x", str)], [AddedCells(4, ("é",))])
    sheet = load_workbook(out).active
    assert [sheet[cell].value for cell in ("A1", "C1", "C3", "C4")] == ["Liste des bénéficiaires 2025", None, "x", "é"]


def test_names_over_two_rows_are_joined(tmp_path):
    book = Workbook()
    for cells in (["nom", "Adresse"], [None, "voie", "code postal", "ville"], ["A", "1 rue X", 62100, "Calais"]):
        book.active.append(cells)
    book.active.merge_cells("A1:A2")
    book.active.merge_cells("B1:D1")
    file = open_row_file(_saved(tmp_path, book), is_header=_has_address)
    assert file.columns == ("nom", "voie", "code postal", "ville")
    assert [(row.line, row.cells) for row in file.rows([0, 3])] == [(3, ("A", "Calais"))]


def test_the_sheet_that_holds_what_is_looked_for_is_read_and_said(tmp_path):
    book = Workbook()
    book.active.title = "Notice"
    book.active.append(["Ce classeur contient les données des structures"])
    book.create_sheet("Données").append(["nom", "adresse"])
    path = _saved(tmp_path, book)
    assert open_row_file(path, is_header=_has_address).description == "XLSX, feuille « Données » (et non : Notice)"
    assert open_row_file(path, sheet="Notice", is_header=_has_address).columns[0].startswith("Ce classeur")


def test_a_formula_without_a_kept_value_is_a_fault_of_its_row_and_not_a_blank(tmp_path):
    """As programs write workbooks that no spreadsheet has computed yet."""
    book = Workbook()
    for cells in (["nom", "adresse"], ["A", '=CONCATENATE("1 rue ","X")'], ["B", "2 rue Y"]):
        book.active.append(cells)
    file = open_row_file(_saved(tmp_path, book))
    first, second = file.rows([0, 1])
    assert "case B2" in first.fault
    assert second.cells == ("B", "2 rue Y")
    assert next(file.rows([0])).fault == ""


def test_merged_cells_have_the_value_of_the_first_on_each_row_and_say_so(tmp_path):
    """A town written once beside its addresses; cells merged along a row are read once."""
    book = Workbook()
    for cells in (["adresse", "suite", "ville"], ["1 rue X", None, "Calais"], ["2 rue Y"], ["3 rue Z", None, "Marck"]):
        book.active.append(cells)
    book.active.merge_cells("C2:C3")
    book.active.merge_cells("A2:B2")
    read = list(open_row_file(_saved(tmp_path, book)).rows([0, 1, 2]))
    assert [row.cells for row in read] == [
        ("1 rue X", "", "Calais"),
        ("2 rue Y", "", "Calais"),
        ("3 rue Z", "", "Marck"),
    ]
    assert [bool(row.remarks) for row in read] == [False, True, False]
