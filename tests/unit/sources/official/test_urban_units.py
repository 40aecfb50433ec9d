"""Urban units: from INSEE's workbooks or from a CSV, whole even where the area holds a part of them."""

from __future__ import annotations

import zipfile
from pathlib import Path

import openpyxl
import pandas as pd
import pytest
from official_files import publication

from geoville.errors import InvalidInputError
from geoville.sources.official import recognise
from geoville.sources.official.area import Area
from geoville.sources.official.tables import urban_units_of

HEADER = ["CODGEO", "LIBGEO", "UU2020", "LIBUU2020", "TYPE_COMMUNE_UU", "STATUT_COM_UU", "DEP"]
ROWS = [
    ["62193", "Calais", "62504", "Calais", "Urbain", "C", "62"],
    ["62774", "Sangatte", "62504", "Calais", "Urbain", "B", "62"],
    ["62548", "Marck", "62000", "Communes hors unité urbaine du 62", "Rural", "H", "62"],
    ["13055", "Marseille", "00759", "Marseille-Aix-en-Provence", "Urbain", "C", "13"],
]


@pytest.fixture
def workbook(tmp_path: Path) -> Path:
    """INSEE's: titles, labels, names, and styles that openpyxl refuses to read."""
    book = openpyxl.Workbook()
    book.active.title = "Documentation"
    sheet = book.create_sheet("Composition_communale")
    titles = [["Base des unités urbaines 2020"], [], [], [], ["Code", "Libellé"], HEADER, *ROWS]
    for row in titles:
        sheet.append(row)
    book.save(tmp_path / "plain.xlsx")
    path = tmp_path / "UU2020_au_01-01-2023.xlsx"
    with zipfile.ZipFile(tmp_path / "plain.xlsx") as source, zipfile.ZipFile(path, "w") as target:
        for name in source.namelist():
            content = source.read(name)
            if name == "xl/styles.xml":
                content = content.replace(b'<color theme="1"', b'<color rgb="rgb(0,0,0)"')
                assert b"rgb(0,0,0)" in content
            target.writestr(name, content)
    return path


def test_the_units_of_the_area_are_whole(workbook: Path, area: Area) -> None:
    with pytest.raises(ValueError, match="stylesheet"):
        openpyxl.load_workbook(workbook)
    (found,) = recognise([workbook])
    (unit,) = urban_units_of(found, area)
    assert (found.vintage, unit.code, unit.name, unit.zoning) == ("2020", "62504", "Calais", 2020)
    assert unit.communes == ("62193", "62774")


def test_the_unit_with_most_communes_of_the_area_comes_first(workbook: Path) -> None:
    (found,) = recognise([workbook])
    both = urban_units_of(found, Area(2154, frozenset({"13203", "62193", "62774"})))
    assert [unit.code for unit in both] == ["62504", "00759"]
    assert urban_units_of(found, Area(2154, frozenset({"62548"}))) == ()


def test_the_table_of_the_pack(workbook: Path, pack: Path, converted) -> None:
    (made,) = converted([workbook], publication("urban_units"))
    frame = pd.read_parquet(made.path)
    assert (made.path.name, made.role, made.rows) == ("urban_units_2020.parquet", "urban_units", 2)
    assert frame.to_dict("list") == {
        "commune": ["62193", "62774"],
        "uu": ["62504", "62504"],
        "name": ["Calais", "Calais"],
        "zoning": [2020, 2020],
    }
    with pytest.raises(InvalidInputError, match="dans une unité urbaine"):
        converted([workbook], publication("urban_units"), of=Area(2154, frozenset({"62548"})))


def test_a_csv_in_latin_1(tmp_path: Path, area: Area) -> None:
    text = "CodeInsee;NOM_COMM;CodeUU07;Libellé.UU07\n62193;Calais;62504;Béthune\n62001;X;62000;Rural\n"
    (tmp_path / "a.csv").write_text(text, encoding="latin-1")
    (found,) = recognise([tmp_path / "a.csv"])
    (unit,) = urban_units_of(found, area)
    assert (unit.zoning, unit.name, unit.communes) == (2010, "Béthune", ("62193",))


@pytest.mark.realdata
def test_the_real_units_of_calais_and_marseille(shared_data: Path, area: Area) -> None:
    (found,) = recognise([shared_data / "urban_units_2010.csv"])
    (calais,) = urban_units_of(found, area)
    assert calais.communes == ("62193", "62239", "62244", "62360", "62548", "62774")
    (marseille,) = urban_units_of(found, Area(2154, frozenset({"13001"})))
    assert (marseille.code, marseille.name) == ("00759", "Marseille - Aix-en-Provence")
