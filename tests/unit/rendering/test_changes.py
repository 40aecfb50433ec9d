from __future__ import annotations

import re
from dataclasses import replace
from datetime import date

import numpy as np
import pytest
import shapely

from geoville.crs import transform_points
from geoville.model import Kind, Perimeter
from geoville.perimeters.comparison import Change
from geoville.rendering import perimeter_map
from geoville.rendering.changes import quarter_changes
from geoville.sources.pack import open_pack
from geoville.workflows.maps import territory_scene

EAST, NORTH = 621_000.0, 7_095_000.0


def quarter(code: str, generation: int, box: tuple[float, float, float, float], accuracy_m: float = 0.0) -> Perimeter:
    west, south, east, north = box
    shape = shapely.box(EAST + west, NORTH + south, EAST + east, NORTH + north)
    return Perimeter(code, code, Kind.QPV, shape, 2154, estimated=False, generation=generation, accuracy_m=accuracy_m)


OLD = quarter("QP1", 2015, (0, 0, 400, 400))


def changes(new: Perimeter, scene, subject: Perimeter | None = None):
    return quarter_changes(subject or new, replace(scene, perimeters=(OLD, new)))


def test_what_enters_is_measured_with_its_places_and_seen_from_both_generations(scene, college):
    lon, lat = transform_points(np.array([EAST + 500.0]), np.array([NORTH + 200.0]), 2154, 4326)
    place = college._replace(lon=float(lon[0]), lat=float(lat[0]))
    new = quarter("QN1", 2024, (0, 0, 700, 400))
    for subject in (new, OLD):
        found = changes(new, replace(scene, places=(place,)), subject)
        (area,) = found.areas
        assert area.change is Change.ENTER
        (text,) = found.section.items
        assert "12\u00a0ha" in text  # 300 m by 400 m
        assert "lieux\u00a0: Collège Essai." in text
        assert found.section.title == "Ce qui change de 2015 à 2024"


def test_what_is_left_behind_leaves(scene):
    (area,) = changes(quarter("QN1", 2024, (0, 0, 200, 400)), scene).areas
    assert area.change is Change.LEAVE


def test_a_generalised_contour_that_did_not_move_does_not_change(scene):
    assert changes(quarter("QN1", 2024, (-10, -10, 410, 410), 25), scene) is None
    found = changes(quarter("QN1", 2024, (-10, -10, 700, 410), 25), scene)
    assert [area.change for area in found.areas] == [Change.ENTER]


@pytest.mark.parametrize("estimated", [replace(OLD, estimated=True), replace(OLD, generation=None)])
def test_an_estimate_or_a_quarter_without_generation_is_not_compared(scene, estimated):
    assert quarter_changes(estimated, replace(scene, perimeters=(OLD, estimated))) is None


def test_fort_nieulay_grew_by_34_hectares_to_the_centre_and_beau_marais_hardly(monkeypatch, tmp_path):
    monkeypatch.setenv("GEOVILLE_DATA_DIR", str(tmp_path))
    scene = territory_scene(open_pack("calais"), date(2026, 1, 15))
    quarters = {item.code: item for item in scene.perimeters}
    spec = perimeter_map(quarters["QN06253M"], scene)
    (area,) = spec.changes
    assert area.change is Change.ENTER
    assert shapely.geometry.shape(dict(area.shapes[0].geometry)).centroid.x > 1.84  # towards the centre, to the east
    (text,) = spec.panel[0].items
    hectares = re.search(r"([\d,]+)\u00a0ha\b", text)
    assert hectares is not None
    assert float(hectares[1].replace(",", ".")) == pytest.approx(34, abs=1)
    assert next(layer for layer in spec.perimeters if "2015" in layer.name).shown
    beau_marais = quarter_changes(quarters["QN06254M"], scene)
    assert beau_marais is None or all("0," in item for item in beau_marais.section.items)
