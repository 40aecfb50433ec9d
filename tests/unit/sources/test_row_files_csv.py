"""CSV files: how they are written is recognised, their rows are read, and their copies keep every byte."""

from __future__ import annotations

import gzip
from pathlib import Path

import pytest

from geoville.errors import InvalidInputError
from geoville.sources.rows.files import open_row_file
from geoville.sources.rows.row import AddedCells, AddedColumn

TEXT = "id;adresse;ville\n007;1 rue de l'Été;Calais\n008;2 rue Mollien;Calais\n"


def _file(folder: Path, content: bytes, name: str = "in.csv") -> Path:
    path = folder / name
    path.write_bytes(content)
    return path


def _copy(path: Path, *cells: tuple[str | float | None, ...], columns: int = 1, **options: str) -> bytes:
    file = open_row_file(path, **options)
    rows = list(file.rows([]))
    out = path.with_name("out.csv")
    given = (AddedCells(row.line, added) for row, added in zip(rows, cells, strict=True))
    file.write(out, [AddedColumn(f"c{rank}", str) for rank in range(columns)], given)
    return out.read_bytes()


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252", "latin-1"])
@pytest.mark.parametrize("end", ["\n", "\r\n"])
@pytest.mark.parametrize("separator", [";", ",", "\t", "|"])
def test_a_copy_keeps_the_encoding_the_separator_and_the_line_ends(tmp_path, encoding, end, separator):
    text = TEXT.replace(";", separator).replace("\n", end)
    copy = _copy(_file(tmp_path, text.encode(encoding)), ("à",), ("b",))
    expected = "id;adresse;ville;c0\n007;1 rue de l'Été;Calais;à\n008;2 rue Mollien;Calais;b\n"
    assert copy == expected.replace(";", separator).replace("\n", end).encode(encoding)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (TEXT.encode(), "UTF-8, séparateur « ; »"),
        (TEXT.encode("utf-8-sig"), "UTF-8 avec BOM"),
        (TEXT.encode("cp1252"), "Windows-1252"),
        (b"a,b\n\x81,1\n", "ISO-8859-1, séparateur « , »"),
        (b"adresse\n1 rue X, 62100 Calais\n", "séparateur « ; »"),
        (b"nom;adresse (rue, ville)\nA;1 rue X, Calais\nB;2 rue Y\n", "séparateur « ; »"),
        (b"a\tb\n1\t2\n", "tabulation"),
        (b"a|b\n1|2\n", "« | »"),
    ],
)
def test_what_is_recognised_is_said(tmp_path, content, said):
    assert said in open_row_file(_file(tmp_path, content)).description


def test_an_accent_far_in_the_file_decides_its_encoding(tmp_path):
    """A sample of the beginning would be taken for UTF-8, and the row would stop the file."""
    content = b"adresse\n" + b"1 rue Mollien\n" * 200_000 + "rue de l'Été\n".encode("cp1252")
    file = open_row_file(_file(tmp_path, content))
    assert "Windows-1252" in file.description
    *_, last = file.rows([0])
    assert last.cells == ("rue de l'Été",)
    assert last.line == 200_002


def test_what_is_recognised_can_be_imposed(tmp_path):
    path = _file(tmp_path, b"a,b;c\n1,2;3\n")
    assert open_row_file(path, separator=",").columns == ("a", "b;c")
    assert open_row_file(path, separator=";").columns == ("a,b", "c")
    assert "ISO-8859-1" in open_row_file(path, encoding="ISO-8859-1").description


def test_an_imposed_encoding_that_cannot_be_is_refused_with_its_line(tmp_path):
    path = _file(tmp_path, b"a\n1\n\xe9t\xe9\n")
    with pytest.raises(InvalidInputError, match=r"n'est pas écrit en UTF-8 \(fichier in.csv, ligne 3\)"):
        open_row_file(path, encoding="utf-8")


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", r"Le fichier est vide \(fichier"),
        (b"\xef\xbb\xbf", r"Le fichier est vide \(fichier"),
        (b"\n\na;b\n", "ne nomme aucune colonne"),
        (b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\x01\0\0\0\x01\x08\x02", "autre chose qu'un texte"),
        (b"%PDF-1.7\n", "document PDF"),
        (b"PK\x03\x04\x00\x00", "pas un texte UTF-8"),
    ],
)
def test_what_is_no_table_is_refused(tmp_path, content, sentence):
    with pytest.raises(InvalidInputError, match=sentence):
        open_row_file(_file(tmp_path, content))


def test_options_that_do_not_exist_or_do_not_apply_are_refused(tmp_path):
    path = _file(tmp_path, TEXT.encode())
    for options in ({"encoding": "ebcdic"}, {"separator": "#"}, {"sheet": "Feuil1"}):
        with pytest.raises(InvalidInputError):
            open_row_file(path, **options)
    with pytest.raises(InvalidInputError, match="format"):
        open_row_file(_file(tmp_path, b"", "in.doc"))
    with pytest.raises(InvalidInputError, match="n'existe pas"):
        open_row_file(tmp_path / "absent.csv")


def test_rows_have_the_line_that_an_editor_shows(tmp_path):
    content = b'id;note\n1;"two\nlines"\n\n2;x\n'
    rows = list(open_row_file(_file(tmp_path, content)).rows([0, 1]))
    assert [(row.line, row.cells) for row in rows] == [(2, ("1", "two\nlines")), (5, ("2", "x"))]


def test_a_row_short_of_cells_is_read_with_blank_ones_and_its_answer_stands_in_its_column(tmp_path):
    path = _file(tmp_path, b"a;b;c\n1\n1;2;3\n1;2;3;4\n")
    assert [(row.cells, row.fault) for row in open_row_file(path).rows([0])] == [
        (("1",), ""),
        (("1",), ""),
        (("",), "4 cases au lieu de 3"),
    ]
    assert _copy(path, ("x",), ("y",), ("z",)) == b"a;b;c;;c0\n1;;;;x\n1;2;3;;y\n1;2;3;4;z\n"


def test_a_row_that_stops_before_what_is_read_says_so(tmp_path):
    """Its last cells may be left out by the program that wrote it, or be on the next line."""
    path = _file(tmp_path, b"a;b;c\n1;2\n")
    ((row,),) = (list(open_row_file(path).rows([0, 2])),)
    assert row.cells == ("1", "")
    assert row.remarks == ("Ligne plus courte que l'en-tête, ses dernières cases lues vides : 2 cases sur 3",)
    assert next(open_row_file(path).rows([0, 1])).remarks == ()


def test_one_separator_too_many_at_the_end_shifts_no_column(tmp_path):
    path = _file(tmp_path, b"a;b\n1;2;\n3;4;\n")
    assert [(row.cells, row.fault, row.remarks) for row in open_row_file(path).rows([0, 1])] == [
        (("1", "2"), "", ()),
        (("3", "4"), "", ()),
    ]
    assert _copy(path, ("x",), ("y",)) == b"a;b;;c0\n1;2;;x\n3;4;;y\n"


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be"])
@pytest.mark.parametrize("mark", ["", "\ufeff"])
def test_utf_16_is_read_and_written_again(tmp_path, encoding, mark):
    """« Texte Unicode » of a spreadsheet, with its mark or without."""
    path = _file(tmp_path, (mark + TEXT).encode(encoding))
    file = open_row_file(path)
    assert "UTF-16" in file.description
    assert file.columns == ("id", "adresse", "ville")
    assert next(file.rows([1])).cells == ("1 rue de l'Été",)
    expected = mark + "id;adresse;ville;c0\n007;1 rue de l'Été;Calais;à\n008;2 rue Mollien;Calais;b\n"
    assert _copy(path, ("à",), ("b",)) == expected.encode(encoding)


def test_a_byte_of_windows_in_utf_8_is_read_alone_in_its_encoding(tmp_path):
    """One pasted cell: the accents of the other lines stay, the line is named, and its bytes go through."""
    content = "a;b\nÉ;Québec\nè;x\n".encode() + b"d;des\xa0Fleurs, \xc9t\xe9 \x9cuvre\n"
    file = open_row_file(_file(tmp_path, content))
    assert "encodage UTF-8," in file.description
    rows = list(file.rows([0, 1]))
    assert [row.cells for row in rows] == [("É", "Québec"), ("è", "x"), ("d", "des\xa0Fleurs, Été œuvre")]
    assert [bool(row.remarks) for row in rows] == [False, False, True]
    copy = _copy(_file(tmp_path, content), ("à",), ("b",), ("c",))
    assert copy.splitlines()[3] == b"d;des\xa0Fleurs, \xc9t\xe9 \x9cuvre;c"


def test_a_line_of_utf_8_in_a_file_of_windows_is_read_in_its_encoding(tmp_path):
    content = "a\nété\nà\nô\n".encode("cp1252") + "Québec\n".encode()
    file = open_row_file(_file(tmp_path, content))
    assert "Windows-1252" in file.description
    assert [(row.cells[0], bool(row.remarks)) for row in file.rows([0])][2:] == [("ô", False), ("Québec", True)]


def test_two_letters_of_windows_are_not_taken_for_one_of_utf_8(tmp_path):
    """« CITÉ » before a no-break space: bytes that UTF-8 reads as a letter of the African alphabets."""
    content = "a\nété\nà\nCITÉ\xa0\n".encode("cp1252") + "Québec\n".encode()
    cells = [row.cells[0] for row in open_row_file(_file(tmp_path, content)).rows([0])]
    assert cells == ["été", "à", "CITÉ\xa0", "Québec"]


def test_a_null_character_is_read_as_a_space_and_kept(tmp_path):
    content = b"a;b\n1;rue\0Champailler\n2;x\n"
    rows = list(open_row_file(_file(tmp_path, content)).rows([1]))
    assert [(row.cells, row.remarks) for row in rows] == [
        (("rue Champailler",), ("Caractère nul lu comme une espace",)),
        (("x",), ()),
    ]
    assert _copy(_file(tmp_path, content), ("c",), ("d",)) == b"a;b;c0\n1;rue\0Champailler;c\n2;x;d\n"


@pytest.mark.parametrize("first", [b"sep=,\r\n", b'"sep=,"\r\n', "\ufeffsep=,\r\n".encode()])
def test_a_first_line_that_names_the_separator_is_obeyed_and_kept(tmp_path, first):
    path = _file(tmp_path, first + b"a,b;c\r\n1,2\r\n")
    file = open_row_file(path)
    assert file.columns == ("a", "b;c")
    assert [(row.line, row.cells) for row in file.rows([0, 1])] == [(3, ("1", "2"))]
    assert _copy(path, ("x",)) == first + b"a,b;c,c0\r\n1,2,x\r\n"


def test_names_below_a_title_are_found_by_what_is_looked_for(tmp_path):
    """A comma in the title, none in the names; the title goes through."""
    path = _file(tmp_path, b"Liste, au 1er mai\n\nnom;adresse\nA;1 rue X, Calais\nB;2 rue Y, Calais\n")
    file = open_row_file(path, is_header=lambda names: "adresse" in names)
    assert file.columns == ("nom", "adresse")
    assert file.description.endswith("séparateur « ; », en-tête à la ligne 3")
    assert [(row.line, row.cells) for row in file.rows([1])] == [(4, ("1 rue X, Calais",)), (5, ("2 rue Y, Calais",))]
    out = tmp_path / "out.csv"
    file.write(out, [AddedColumn("c0", str)], [AddedCells(4, ("x",)), AddedCells(5, ("y",))])
    assert out.read_bytes().splitlines()[2:] == [b"nom;adresse;c0", b"A;1 rue X, Calais;x", b"B;2 rue Y, Calais;y"]


def test_names_over_two_rows_are_joined_and_a_row_of_data_is_not_one_of_names(tmp_path):
    def is_header(names):
        return "voie" in names or "adresse" in names

    path = _file(tmp_path, b"nom;Adresse;;\n;voie;code postal;ville\nA;1 rue X;62100;Calais\n")
    file = open_row_file(path, is_header=is_header)
    assert file.columns == ("nom", "voie", "code postal", "ville")
    assert [row.line for row in file.rows([0])] == [3]
    blank = _file(tmp_path, b"nom;adresse;\n;Mairie;note\nA;1 rue X;\n")
    assert open_row_file(blank, is_header=lambda names: "adresse" in names).columns == ("nom", "adresse", "")


def test_blank_lines_are_kept_and_are_no_rows(tmp_path):
    assert _copy(_file(tmp_path, b"a;b\n\n1;2\n\r\n\n"), ("x",)) == b"a;b;c0\n\n1;2;x\n\r\n\n"


def test_a_file_may_end_without_a_line_end(tmp_path):
    assert _copy(_file(tmp_path, b"a;b\n1;2"), ("x",)) == b"a;b;c0\n1;2;x"


def test_a_quote_never_closed_spoils_its_line_alone(tmp_path):
    path = _file(tmp_path, b'a;b\n1;"open\n2;x\n3;y\n')
    rows = list(open_row_file(path).rows([0, 1]))
    assert [(row.line, row.cells, bool(row.fault)) for row in rows] == [
        (2, ("", ""), True),
        (3, ("2", "x"), False),
        (4, ("3", "y"), False),
    ]


def test_a_quote_never_closed_far_from_the_end_spoils_its_line_alone(tmp_path):
    """Past the longest cell that the csv module takes."""
    path = _file(tmp_path, b'a;b\n1;"open\n' + b"2;a rather long row\n" * 20_000)
    rows = list(open_row_file(path).rows([0]))
    assert len(rows) == 20_001
    assert [bool(row.fault) for row in rows[:3]] == [True, False, False]
    assert rows[-1].line == 20_002


def test_a_file_that_quotes_everything_goes_on_so(tmp_path):
    assert _copy(_file(tmp_path, b'"a";"b"\n"1";"2"\n'), ("x",)) == b'"a";"b";"c0"\n"1";"2";"x"\n'
    assert _copy(_file(tmp_path, b'"a";"b"\n1;2\n'), ("x",)) == b'"a";"b";"c0"\n1;2;x\n'


def test_added_text_is_quoted_where_it_must_be(tmp_path):
    copy = _copy(_file(tmp_path, b"a;b\n1;2\n"), ('x;"y"\nz',))
    assert copy == b'a;b;c0\n1;2;"x;""y""\nz"\n'


def test_added_text_that_would_run_is_made_harmless_and_numbers_stay_numbers(tmp_path):
    cells = ("=1+1", "+33", "-x", "@SUM(A1)", "\tx", -98.527, None)
    copy = _copy(_file(tmp_path, b"a\n1\n"), cells, columns=len(cells))
    assert copy.splitlines()[1] == b"1;'=1+1;'+33;'-x;'@SUM(A1);'\tx;-98.527;"


def test_original_text_that_would_run_is_not_touched(tmp_path):
    assert _copy(_file(tmp_path, b"a;b\n=1+1;-x\n"), ("y",)) == b"a;b;c0\n=1+1;-x;y\n"


def test_what_the_encoding_cannot_write_is_replaced_and_the_row_is_there(tmp_path):
    path = _file(tmp_path, "a\nété\n".encode("cp1252"))
    assert _copy(path, ("Łódź −5 \u202f😀",)).decode("cp1252") == "a;c0\nété;?ódz -5 \xa0?\n"


def test_a_minus_sign_that_becomes_a_hyphen_is_made_harmless_too(tmp_path):
    path = _file(tmp_path, "a\nété\n".encode("cp1252"))
    assert _copy(path, ("\N{MINUS SIGN}1+1",)).decode("cp1252") == "a;c0\nété;'-1+1\n"


def test_a_packed_file_is_read_as_it_is_and_copied_unpacked(tmp_path):
    packed = _file(tmp_path, gzip.compress(TEXT.encode("cp1252")), "in.csv.gz")
    plain = _file(tmp_path, TEXT.encode("cp1252"))
    assert _copy(packed, ("a",), ("b",)) == _copy(plain, ("a",), ("b",))
    assert [path.name for path in tmp_path.iterdir() if path.suffix == ".gz"] == ["in.csv.gz"]


@pytest.mark.parametrize(
    "content",
    [gzip.compress(TEXT.encode() * 100, mtime=0)[:-30], b"\x1f\x8b\x08 rien", TEXT.encode()],
    ids=["cut", "damaged", "unpacked"],
)
def test_a_packed_file_that_is_cut_or_damaged_is_refused(tmp_path, content):
    with pytest.raises(InvalidInputError, match="gzip"):
        list(open_row_file(_file(tmp_path, content, "in.csv.gz")).rows([0]))


def test_what_is_no_csv_is_not_read_packed(tmp_path):
    with pytest.raises(InvalidInputError, match="reconnu"):
        open_row_file(_file(tmp_path, b"", "in.xlsx.gz"))
