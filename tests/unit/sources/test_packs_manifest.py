"""A manifest that was written is read back as the same values, whatever its texts; what TOML cannot hold is refused."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from effort import cases
from hypothesis import given
from hypothesis import strategies as st

from geoville.errors import InvalidInputError
from geoville.law import IncomeReference
from geoville.model import Source
from geoville.sources.files import embedded_data
from geoville.sources.manifest import (
    FormerQuarter,
    ListedQuarter,
    Manifest,
    PackFile,
    UrbanUnit,
    manifest_text,
    read_manifest,
)

LINES = st.text(st.characters(exclude_categories=("Cc", "Cs", "Zl", "Zp")))
CODES = st.from_regex(r"[0-9][0-9AB][0-9]{3}", fullmatch=True)
EUROS = st.floats(1, 1e6, allow_nan=False)
REFERENCES = st.builds(
    IncomeReference,
    EUROS,
    EUROS,
    st.integers(1, 10**8),
    st.none() | st.integers(2000, 2030),
    st.booleans(),
    LINES,
    st.none() | st.dates(),
)
UNITS = st.builds(UrbanUnit, CODES, LINES, st.sampled_from([2010, 2020]), st.lists(CODES).map(tuple), LINES)
QUARTERS = st.builds(ListedQuarter, CODES, LINES, st.sampled_from([2015, 2024]), LINES)
FORMER = st.builds(
    FormerQuarter, CODES, LINES, st.lists(CODES, max_size=2).map(tuple), LINES, st.lists(LINES, max_size=2).map(tuple)
)


def files_in(folder: Path) -> st.SearchStrategy[PackFile]:
    sources = st.builds(Source, LINES, LINES, LINES, LINES, st.just("0" * 64))
    return st.builds(
        PackFile,
        st.from_regex(r"[a-z0-9_]{1,20}\.parquet", fullmatch=True).map(folder.joinpath),
        st.sampled_from(["grid", "qpv", "addresses"]),
        sources,
        st.none() | st.integers(2010, 2030),
        st.booleans(),
        st.none() | st.integers(0, 2**40),
    )


def manifests_in(folder: Path) -> st.SearchStrategy[Manifest]:
    return st.builds(
        Manifest,
        name=st.just("bourg"),
        title=LINES,
        epsg=st.sampled_from([2154, 5490, 2975]),
        files=st.lists(files_in(folder), max_size=4).map(tuple),
        default_vintage=st.none() | st.integers(2010, 2030),
        computed_on=st.none() | st.dates(),
        urban_unit=st.none() | UNITS,
        income_reference=st.none() | REFERENCES,
        neighbourhoods=st.dictionaries(CODES, LINES, max_size=4),
        quarters=st.lists(QUARTERS, max_size=3).map(tuple),
        former=st.lists(FORMER, max_size=3).map(tuple),
        communes=st.lists(CODES, max_size=4).map(tuple),
        scope=st.sampled_from(["communes", "departement", "national"]),
        extent=st.none() | st.tuples(*[st.floats(-180, 180)] * 4),
    )


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("pack")


@cases(each_run=20, slow=80)
@given(data=st.data())
def test_what_is_written_is_read_back(data: st.DataObject, folder: Path) -> None:
    manifest = data.draw(manifests_in(folder))
    (folder / "territory.toml").write_text(manifest_text(manifest), encoding="utf-8", newline="\n")
    assert read_manifest(folder) == manifest


@pytest.mark.parametrize(
    "title", ["Ville « d'Ault »", 'dite "la Haute"', r"C:\villes", "Œuilly\u00a0!", "é" * 5000, "🏘"]
)
def test_texts_that_need_care(title: str, folder: Path) -> None:
    manifest = Manifest(name="bourg", title=title, epsg=2154, files=())
    (folder / "territory.toml").write_text(manifest_text(manifest), encoding="utf-8", newline="\n")
    assert read_manifest(folder).title == title


@pytest.mark.parametrize("character", ["\n", "\r", "\t", "\x00", "\x7f", "\x85", "\u2028", "\ud800"])
def test_ends_of_lines_and_controls_are_refused_with_the_name_of_what_holds_them(character: str) -> None:
    with pytest.raises(InvalidInputError, match="colonne title"):
        manifest_text(Manifest(name="bourg", title=f"a{character}b", epsg=2154, files=()))


def test_the_embedded_manifest_survives_being_written(folder: Path) -> None:
    calais = read_manifest(embedded_data() / "calais")
    (folder / "territory.toml").write_text(manifest_text(calais), encoding="utf-8", newline="\n")
    read = read_manifest(folder)
    assert read.computed_on == date(2024, 1, 1)
    assert (read.former, read.populations, read.quarters) == (calais.former, calais.populations, calais.quarters)
    assert (read.urban_unit, read.income_reference) == (calais.urban_unit, calais.income_reference)
    assert read.neighbourhoods == calais.neighbourhoods
    assert [file.source for file in read.files] == [file.source for file in calais.files]
