"""The candidates of Calais, computed from the embedded pack: where they are, and that the shipped file is theirs."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import pytest
from shapely import Point

from geoville.crs import WGS84, transform_geometry
from geoville.sources.files import embedded_data
from geoville.sources.pack import open_pack
from geoville.workflows.candidates import CandidateRun, compute_candidates
from geoville.workflows.search_inputs import CandidateRequest

ON = date(2024, 1, 1)
SHIPPED = embedded_data() / "calais" / "candidats.geojson"

HEARTS = {"Beau Marais": (1.895247, 50.952642), "Fort Nieulay": (1.830054, 50.949030)}
"""Schools Youri Gagarine and Constantine, each inside the official contour."""


@pytest.fixture(scope="module")
def run() -> CandidateRun:
    territory = open_pack("calais")
    return compute_candidates(territory.grid_path(), CandidateRequest(on=ON, territory=territory))


@pytest.mark.parametrize(("quarter", "heart"), HEARTS.items(), ids=HEARTS)
def test_one_candidate_holds_the_heart_of_each_quarter(run, quarter, heart):
    holding = [
        perimeter
        for perimeter in run.perimeters
        if perimeter.geometry.intersects(transform_geometry(Point(heart), WGS84, perimeter.epsg))
    ]
    assert len(holding) == 1
    assert quarter in holding[0].name


def test_the_two_quarters_are_two_candidates(run):
    for quarter in HEARTS:
        assert sum(quarter in perimeter.name for perimeter in run.perimeters) == 1
    assert not any(all(quarter in perimeter.name for quarter in HEARTS) for perimeter in run.perimeters)


def test_every_candidate_is_said_to_be_an_estimate(run):
    assert all(perimeter.estimated and perimeter.generation is None for perimeter in run.perimeters)
    assert all(perimeter.vintage == 2019 for perimeter in run.perimeters)


def test_the_shipped_candidates_are_rebuilt_to_the_byte(run, tmp_path: Path):
    shipped = json.loads(_provenance(SHIPPED).read_text(encoding="utf-8"))
    rebuilt = tmp_path / SHIPPED.name
    run.write(rebuilt)
    written = json.loads(_provenance(rebuilt).read_text(encoding="utf-8"))
    assert rebuilt.read_bytes() == SHIPPED.read_bytes()
    assert {**written, "execution": None} == {**shipped, "execution": None}
    assert not written["parameters"]["urban_units"]["62504"]["verified"]


def _provenance(layer: Path) -> Path:
    return layer.with_name(f"{layer.name}.provenance.json")
