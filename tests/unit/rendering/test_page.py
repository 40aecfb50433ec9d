from __future__ import annotations

import re
from dataclasses import replace
from datetime import date

import pytest

from geoville.errors import DataUnavailableError
from geoville.rendering import render_page, sector_map
from geoville.rendering.assets import inlined_link, script_tag

HOSTILE = "<script>alert(1)</script>"


@pytest.fixture
def spec(grid, candidate, college, recipe):
    return sector_map(recipe, grid=grid, perimeters=[candidate], places=[college], sources=[], on=date(2025, 3, 1))


def test_the_same_map_gives_the_same_bytes(spec):
    assert render_page(spec) == render_page(spec)


def test_nothing_is_fetched(spec):
    page = render_page(spec)
    assert not re.search(r"<(script|img|iframe)[^>]*\ssrc=", page)
    assert "<link" not in page
    assert not re.search(r"url\((?!data:|#|\"?#)", page.replace("url(#default#VML)", ""))
    assert '<html lang="fr">' in page


def test_texts_are_escaped_wherever_they_come_from(grid, candidate, college, recipe):
    spec = sector_map(
        replace(recipe, title=HOSTILE, label=HOSTILE, summary=HOSTILE, unplaced=(HOSTILE,), places=(HOSTILE,)),
        grid=grid,
        perimeters=[replace(candidate, name=HOSTILE)],
        places=[replace(college, place=HOSTILE, source=HOSTILE)],
        sources=[],
        on=date(2025, 3, 1),
    )
    spec = replace(spec, cells=replace(spec.cells, name=HOSTILE))
    assert HOSTILE not in render_page(spec)


def test_a_script_cannot_close_its_own_tag():
    assert script_tag('x = "</SCRIPT>"') == '<script>x = "<\\/SCRIPT>"</script>'


def test_a_script_that_is_not_installed_is_an_error():
    with pytest.raises(DataUnavailableError, match="jquery"):
        inlined_link("jquery")
