"""What the page is made of: the HTML, its policy, its files, the bands around a quarter."""

from __future__ import annotations

import json
import re

import pytest
import shapely

from geoville.api.pages import content_security_policy, read_page_files
from geoville.rendering.look import tile_source

CANDIDATE = "C2019-62193-1"


def test_the_page_names_the_territory_and_its_generations(get):
    page = get("/", f="html")
    assert page.headers["content-type"].startswith("text/html")
    for expected in ('lang="fr"', "Calais", "Génération 2024", "Génération 2015", "au 31 décembre 2023"):
        assert expected in page.text


def test_what_scripts_need_to_know_is_in_the_page(get):
    found = re.search(r'<script type="application/json" id="facts">(.*?)</script>', get("/", f="html").text)
    facts = json.loads(found[1])
    west, south, east, north = facts["extent"]
    assert west < 1.85 < east
    assert south < 50.95 < north
    assert facts["tiles"]["name"] == "Plan IGN"
    assert not facts["tiles"]["shown"]
    assert facts["cells"] == "cells-2019"


def test_the_page_has_no_inline_script_nor_style_and_no_address_of_a_third_party(get):
    text = get("/", f="html").text
    assert not re.search(r"<style|\sstyle=|\son[a-z]+=|javascript:", text)
    assert re.findall(r"<script(?![^>]*(?:src=|application/json))", text) == []
    assert re.findall(r'(?:src|href)="(?:https?:)?//', text) == []


def test_the_policy_opens_to_the_one_host_of_tiles_that_the_operator_lets_it_offer():
    assert "http" not in content_security_policy(tile_source("aucun"))
    mirror = content_security_policy(tile_source("", "https://fonds.ville.example"))
    assert "img-src 'self' data: https://fonds.ville.example;" in mirror
    with_tiles = content_security_policy(tile_source("ign"))
    assert "img-src 'self' data: https://data.geopf.fr;" in with_tiles
    assert with_tiles.count("http") == 1


def test_every_file_that_the_page_and_its_modules_name_is_served(get):
    own = {name: file.content.decode() for name, file in read_page_files().items() if "/" not in name}
    named = set(re.findall(r'"static/([^"]+)"', get("/", f="html").text))
    named |= {item for text in own.values() for item in re.findall(r'from "\./([^"]+)"', text)}
    assert {"main.js", "page.css", "leaflet/leaflet.js"} <= named
    assert {name for name in named if get(f"/static/{name}").status_code != 200} == set()
    assert {name for name in own if name not in named} == set()


def test_bands_are_those_that_rules_look_at(get):
    answer = get(f"/perimeters/{CANDIDATE}/bands", on="2024-06-01")
    features = answer.json()["features"]
    inner, outer = (shapely.geometry.shape(feature["geometry"]) for feature in features)
    assert ["300" in features[0]["properties"]["name"], "500" in features[1]["properties"]["name"]] == [True, True]
    assert outer.contains(inner)
    quarters = get("/collections/candidat/items").json()["features"]
    quarter = next(shapely.geometry.shape(item["geometry"]) for item in quarters if item["id"] == CANDIDATE)
    assert inner.contains(quarter)
    assert answer.headers["etag"]


@pytest.mark.parametrize(
    ("code", "on", "status"), [("inconnu", "2024-06-01", 404), (CANDIDATE, "demain", 422), (CANDIDATE, "0", 422)]
)
def test_bands_that_cannot_be_drawn_are_refused_in_words(get, code, on, status):
    answer = get(f"/perimeters/{code}/bands", on=on)
    assert answer.status_code == status
    assert answer.headers["content-type"] == "application/problem+json"


@pytest.mark.parametrize(
    ("name", "bbox", "codes", "many"),
    [
        ("qpv-2024", "5.38,43.31,5.382,43.314", {"QN01332M"}, False),  # Marseille, 3e arrondissement
        ("qpv-2015", "5.38,43.31,5.382,43.314", {"QP013032"}, False),
        ("qpv-2024", "1.7,50.9,2,51", set(), False),  # Calais: the collections of the territory have them
        ("qpv-2024", "-5,41,10,52", set(), True),
        ("candidat", "-5,41,10,52", set(), False),
    ],
)
def test_the_page_draws_the_official_quarters_of_the_rest_of_the_country(get, name, bbox, codes, many):
    answer = get(f"/page/perimeters/{name}", bbox=bbox)
    assert answer.headers["etag"]
    found = answer.json()
    assert found["many"] is many
    assert {item["properties"]["code"] for item in found["features"]} == codes
    for item in found["features"]:
        shape = shapely.geometry.shape(item["geometry"])
        assert shape.intersects(shapely.box(*map(float, bbox.split(","))))
        assert item["properties"]["kind"] == "qpv"
