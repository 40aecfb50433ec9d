"""Descriptions of actions: what is read, and one French sentence with the file and the key for what cannot be."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import pytest
import shapely

from geoville.errors import InvalidInputError
from geoville.sources.actions import AskedPoint, action_of, read_action

HOME = "73 rue Zéphyrine Ouistiti"
SQUARE = {"type": "Polygon", "coordinates": [[[1.8, 50.9], [1.9, 50.9], [1.9, 51.0], [1.8, 51.0], [1.8, 50.9]]]}

TOML = """
title = "Aide aux devoirs"
bearer = "Association Exemple"
places = ["Collège Vauban", { lon = 1.88, lat = 50.95, accuracy_m = 20 }]
start = 2024-01-01
end = "31/12/2024"

[public]
counts = { QN06253M = 40, QN06254M = 12 }
total = 60
"""


def minimal(**entries):
    return {"title": "Atelier", "places": ["Collège Vauban"], **entries}


def test_a_toml_is_read_whole(tmp_path):
    path = tmp_path / "action.toml"
    path.write_text(TOML, encoding="utf-8")
    asked = read_action(path)
    assert (asked.title, asked.bearer) == ("Aide aux devoirs", "Association Exemple")
    assert asked.places == ("Collège Vauban", AskedPoint(1.88, 50.95, 20.0))
    assert (asked.start, asked.end) == (date(2024, 1, 1), date(2024, 12, 31))
    assert asked.public is not None
    assert (asked.public.counts, asked.public.total) == ((("QN06253M", 40), ("QN06254M", 12)), 60)


def test_a_json_gives_the_same(tmp_path):
    described = minimal(start="2024-01-01", end="2024-12-31", public={"share_in_qpv": "60 %"})
    path = tmp_path / "action.json"
    path.write_text(json.dumps(described), encoding="utf-8-sig")
    asked = read_action(path)
    assert asked.public is not None
    assert asked.public.share_in_qpv == 0.6
    assert asked == action_of(described, "action.json", tmp_path)


@pytest.mark.parametrize(
    "value",
    [
        SQUARE,
        {"type": "Feature", "properties": {}, "geometry": SQUARE},
        {"type": "FeatureCollection", "features": [{"type": "Feature", "properties": {}, "geometry": SQUARE}] * 2},
        "POLYGON ((1.8 50.9, 1.9 50.9, 1.9 51, 1.8 51, 1.8 50.9))",
    ],
    ids=["geometry", "feature", "collection", "wkt"],
)
def test_a_zone_is_read_however_it_is_written(value, tmp_path):
    zone = action_of(minimal(zone=value), "a.toml", tmp_path).zone
    assert isinstance(zone, shapely.Polygon)
    assert zone.equals(shapely.box(1.8, 50.9, 1.9, 51.0))


def test_names_of_files_are_relative_to_the_description(tmp_path):
    asked = action_of(minimal(zone="zone.geojson", public={"addresses": "d.csv"}), "a.toml", tmp_path)
    assert asked.zone == tmp_path / "zone.geojson"
    assert asked.public is not None
    assert asked.public.addresses == tmp_path / "d.csv"


BAD = {
    "no title": ({"places": ["x"]}, "title"),
    "unknown key": (minimal(lieux=["x"]), "lieux"),
    "key that is an address": (minimal(**{HOME: 1}), "…"),
    "no place": ({"title": "A"}, "places"),
    "places not a list": (minimal(places=HOME), "places"),
    "empty place": (minimal(places=["a", " "]), "places[2]"),
    "place without lat": (minimal(places=[{"lon": 1.8}]), "places[1]"),
    "place with a text": (minimal(places=[{"lon": HOME, "lat": 50.9}]), "places[1].lon"),
    "unknown key of a place": (minimal(places=[{"lon": 1.8, "lat": 50.9, "rayon": 3}]), "places[1].rayon"),
    "no day": (minimal(start=HOME, end="2024-01-01"), "start"),
    "half a period": (minimal(start="2024-01-01"), "end"),
    "period backwards": (minimal(start="2024-02-01", end="2024-01-01"), "end"),
    "zone that is nothing": (minimal(zone=3), "zone"),
    "zone that is a point": (minimal(zone={"type": "Point", "coordinates": [1.8, 50.9]}), "zone"),
    "zone that is no GeoJSON": (minimal(zone={"type": HOME}), "zone"),
    "zone that is no WKT": (minimal(zone=f"POLYGON ({HOME}"), "zone"),
    "zone out of the globe": (minimal(zone="POLYGON ((0 0, 500 0, 500 9, 0 0))"), "zone"),
    "zone empty": (minimal(zone="POLYGON EMPTY"), "zone"),
    "public not a table": (minimal(public=HOME), "public"),
    "public empty": (minimal(public={}), "public"),
    "public told twice": (minimal(public={"share_in_qpv": 0.5, "addresses": [HOME]}), "public"),
    "unknown key of the public": (minimal(public={"part": 0.5}), "public.part"),
    "share above one": (minimal(public={"share_in_qpv": 35}), "public.share_in_qpv"),
    "share that is a truth": (minimal(public={"share_in_qpv": True}), "public.share_in_qpv"),
    "share that is a text": (minimal(public={"share_in_qpv": HOME}), "public.share_in_qpv"),
    "counts without a total": (minimal(public={"counts": {"QN06253M": 4}}), "public.total"),
    "total too small": (minimal(public={"counts": {"QN06253M": 40}, "total": 39}), "public.total"),
    "total alone": (minimal(public={"share_in_qpv": 0.5, "total": 9}), "public.total"),
    "count below zero": (minimal(public={"counts": {"QN06253M": -1}, "total": 9}), "public.counts[1]"),
    "count of an address": (minimal(public={"counts": {HOME: 4}, "total": 9}), "public.counts[1]"),
    "addresses not texts": (minimal(public={"addresses": [HOME, 3]}), "public.addresses"),
    "no address": (minimal(public={"addresses": []}), "public.addresses"),
    "catchment that is nothing": (minimal(public={"catchment": []}), "public.catchment"),
}


@pytest.mark.parametrize(("entries", "key"), BAD.values(), ids=BAD)
def test_a_fault_names_the_file_and_the_key_and_never_an_address(entries, key):
    with pytest.raises(InvalidInputError) as refused:
        action_of(entries, "action.toml", Path())
    sentence = refused.value.sentence
    assert f"fichier action.toml, colonne {key}" in sentence
    assert sentence.endswith(".")
    assert "Ouistiti" not in sentence


@pytest.mark.parametrize("entry", [minimal(zone="zone.geojson"), minimal(public={"addresses": "d.csv"})])
def test_no_file_is_named_where_none_may_be(entry):
    with pytest.raises(InvalidInputError):
        action_of(entry, "demande", None)


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.toml", f'title = "{HOME}'),
        ("a.json", f'{{"title": {HOME}}}'),
        ("a.json", "[1, 2]"),
        ("a.json", "[" * 100_000),
        ("a.csv", "titre;lieu"),
        ("a.toml", b"\xff\xfe"),
    ],
    ids=["broken toml", "broken json", "list", "deep", "table", "bytes"],
)
def test_a_file_that_cannot_be_read_is_refused(tmp_path, name, content):
    path = tmp_path / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    with pytest.raises(InvalidInputError, match=name) as refused:
        read_action(path)
    assert "Ouistiti" not in refused.value.sentence


def test_a_missing_file_is_refused(tmp_path):
    with pytest.raises(InvalidInputError, match=r"Le fichier « absente\.toml » n'existe pas"):
        read_action(tmp_path / "absente.toml")
