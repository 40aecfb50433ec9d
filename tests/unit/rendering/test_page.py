from __future__ import annotations

import re
from dataclasses import replace

import pytest

from geoville.errors import DataUnavailableError
from geoville.rendering import render_page, sector_map
from geoville.rendering.folium_map import inlined_link, read_leaflet, script_tag

HOSTILE = "<script>alert(1)</script>"


@pytest.fixture
def spec(recipe, scene):
    return sector_map(recipe, scene)


def test_the_same_map_gives_the_same_bytes(spec):
    assert render_page(spec) == render_page(spec)


def test_nothing_is_fetched(spec):
    page = render_page(spec)
    assert not re.search(r"<(script|img|iframe)[^>]*\ssrc=", page)
    assert "<link" not in page
    assert not re.search(r"url\((?!data:|#|\"?#)", page.replace("url(#default#VML)", ""))
    assert '<html lang="fr">' in page


def test_texts_are_escaped_wherever_they_come_from(candidate, college, recipe, scene):
    hostile = replace(
        scene,
        perimeters=(replace(candidate, name=HOSTILE),),
        places=(college._replace(place=HOSTILE, source=HOSTILE, category=HOSTILE),),
    )
    spec = sector_map(
        replace(recipe, title=HOSTILE, label=HOSTILE, summary=HOSTILE, unplaced=(HOSTILE,), places=(HOSTILE,)), hostile
    )
    spec = replace(spec, cells=replace(spec.cells, title=HOSTILE))
    assert HOSTILE not in render_page(spec)


def test_a_script_cannot_close_its_own_tag():
    assert script_tag('x = "</SCRIPT>"') == '<script>x = "<\\/SCRIPT>"</script>'


def test_a_script_that_is_not_installed_is_an_error():
    with pytest.raises(DataUnavailableError, match="jquery"):
        inlined_link("jquery")


def test_the_licence_of_leaflet_travels_with_it(spec):
    page = render_page(spec)
    assert "Copyright (c) 2010-2022, Volodymyr Agafonkin" in page
    assert page.index("THIS SOFTWARE IS PROVIDED") < page.index("Leaflet 1.9")


def test_the_licence_is_that_of_the_leaflet_installed():
    script = read_leaflet("leaflet.js").decode()
    (said,) = re.findall(r"\(c\) (2010-\d+) Vladimir Agafonkin", script)
    assert f"Copyright (c) {said}, Volodymyr Agafonkin" in script
