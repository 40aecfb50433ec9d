"""Vécu from files: streets or none, several lists of places, what is written beside."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import geopandas as gpd
import pytest
import shapely
from pyproj import Transformer

from geoville.model import Kind
from geoville.perimeters.vecu import VecuRules
from geoville.sources.contours import read_perimeters
from geoville.sources.files import embedded_data
from geoville.workflows.vecu import compute_vecu, read_all_places

CALAIS_GRID = embedded_data() / "calais" / "filosofi_2019_200m.csv"
EAST, NORTH = 619_000, 7_096_000
TO_DEGREES = Transformer.from_crs(2154, 4326, always_xy=True)
ON = date(2024, 6, 1)


def line_of(name: str, east: float, north: float, *cells: str) -> str:
    lon, lat = TO_DEGREES.transform(EAST + east, NORTH + north)
    return ",".join([name, f"{lon:.8f}", f"{lat:.8f}", *cells])


@pytest.fixture
def qpv(tmp_path: Path) -> Path:
    area = shapely.box(EAST, NORTH, EAST + 400, NORTH + 400)
    frame = gpd.GeoDataFrame({"code_qp": ["QN06253M"], "lib_qp": ["Fort Nieulay"]}, geometry=[area], crs=2154)
    frame.to_file(tmp_path / "qpv.gpkg", engine="pyogrio")
    return tmp_path / "qpv.gpkg"


@pytest.fixture
def places(tmp_path: Path) -> Path:
    lines = [
        "name,lon,lat,qpv_users_share",
        line_of("Gymnase", 600, 200, ""),
        line_of("Théâtre", 2400, 200, "12 %"),
        line_of("Piscine", 2400, 300, ""),
    ]
    (tmp_path / "lieux.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    return tmp_path / "lieux.csv"


@pytest.fixture
def streets(tmp_path: Path) -> Path:
    lines = [[(300, 200), (300, 600)], [(300, 600), (600, 600)], [(600, 600), (600, 200)]]
    drawn = [shapely.LineString([(EAST + a, NORTH + b) for a, b in line]) for line in lines]
    path = tmp_path / "rues.geojson"
    gpd.GeoDataFrame({"nom": ["a", "b", "c"]}, geometry=drawn, crs=2154).to_crs(4326).to_file(path, engine="pyogrio")
    return path


def test_streets_lengthen_the_walk(qpv: Path, places: Path, streets: Path) -> None:
    straight = compute_vecu(qpv, [places], on=ON, rules=VecuRules())
    walked = compute_vecu(qpv, [places], on=ON, rules=VecuRules(minutes=15), streets=streets)
    assert [item["walk_m"] for item in straight.document()["places"] if item["name"] == "Gymnase"] == [260]
    assert [item["walk_m"] for item in walked.document()["places"] if item["name"] == "Gymnase"] == [900]
    assert (straight.measure, walked.measure) == ("ligne droite × 1,3", "plus court chemin par les rues")
    assert [item.role for item in walked.provenance.inputs] == ["qpv", "places", "streets"]


def test_a_stated_place_is_kept_beyond_reach_and_the_others_say_why_not(qpv: Path, places: Path) -> None:
    document = compute_vecu(qpv, [places], on=ON, rules=VecuRules()).document()
    assert {item["name"] for item in document["places"]} == {"Gymnase", "Théâtre"}
    assert [item["name"] for item in document["places_left"]] == ["Piscine"]
    assert "au-delà de 750" in document["places_left"][0]["reason"]


def test_a_second_list_completes_the_first_by_name(places: Path, tmp_path: Path) -> None:
    more = tmp_path / "contrat.csv"
    more.write_text("name,lon,lat,evidence\nPiscine,,,citée\nCoubertin,,,citée\n", encoding="utf-8")
    found = {place.name: place for place in read_all_places([places, more], 2154).places}
    assert list(found) == ["Gymnase", "Théâtre", "Piscine", "Coubertin"]
    assert found["Piscine"].point is not None
    assert found["Piscine"].statement == "citée"
    assert found["Coubertin"].point is None


def test_what_is_written_reads_back_and_lists_every_place(qpv: Path, places: Path, tmp_path: Path) -> None:
    out = tmp_path / "vecu.geojson"
    run = compute_vecu(qpv, [places], on=ON, rules=VecuRules(), grid=CALAIS_GRID)
    run.write(out)
    (perimeter,) = read_perimeters(out).perimeters
    assert (perimeter.kind, perimeter.estimated, perimeter.attributes["qpv"]) == (Kind.VECU, True, "QN06253M")
    provenance = json.loads((tmp_path / "vecu.geojson.provenance.json").read_text(encoding="utf-8"))
    listed = provenance["parameters"]["places"] + provenance["parameters"]["places_left"]
    assert {item["name"] for item in listed} == {"Gymnase", "Théâtre", "Piscine"}
    first = out.read_bytes()
    compute_vecu(qpv, [places], on=ON, rules=VecuRules(), grid=CALAIS_GRID).write(out)
    assert out.read_bytes() == first
