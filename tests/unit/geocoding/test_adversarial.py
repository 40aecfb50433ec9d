"""A sample of `benchmarks/adversarial_addresses.py`, over invented towns around squares: nothing firm is wrong."""

from __future__ import annotations

import json

import pytest
import shapely

from geoville.eligibility.index import PerimeterIndex
from geoville.geocoding import EmbeddedGeocoder
from geoville.geocoding.index import AddressIndex
from geoville.sources.contours import read_perimeters
from geoville.workflows.address_index import build_address_index

TOWNS, QUESTIONS = 2, 320


@pytest.fixture(scope="module")
def outcomes(benchmark_module, tmp_path_factory: pytest.TempPathFactory):
    adversarial, folder = benchmark_module("adversarial_addresses"), tmp_path_factory.mktemp("towns")
    squares = [shapely.box(2 + 0.1 * rank, 43.6, 2.004 + 0.1 * rank, 43.603) for rank in range(TOWNS)]
    features = [
        {
            "type": "Feature",
            "properties": {"code_qp": f"QP03400{rank}", "nom_qp": "Centre"},
            "geometry": json.loads(text),
        }
        for rank, text in enumerate(map(shapely.to_geojson, squares))
    ]
    contours, addresses = folder / "qpv2015.geojson", folder / "ban.csv"
    contours.write_text(json.dumps({"type": "FeatureCollection", "features": features}), "utf-8")
    place = adversarial.placed("towns", adversarial.invented(contours, TOWNS), contours, folder)
    build_address_index([place.path], addresses.with_suffix(".sqlite"), complete=True)
    geocoder = EmbeddedGeocoder(AddressIndex.open(addresses.with_suffix(".sqlite")))
    judge = adversarial.Judge(place)
    assert isinstance(place.perimeters, PerimeterIndex)
    assert len(read_perimeters(contours).perimeters) == TOWNS
    asked = adversarial.questions(place, QUESTIONS)
    return [judge.outcome(one, geocoder.search(one.text)) for one in asked]


def test_the_sample_asks_every_kind_on_both_sides(outcomes) -> None:
    assert len(outcomes) == QUESTIONS
    assert len({one.question.kind for one in outcomes}) == 16


def test_no_verdict_is_on_the_wrong_side(outcomes) -> None:
    assert [one for one in outcomes if one.wrong_side] == []


def test_no_other_house_or_street_is_firm(outcomes) -> None:
    assert [one for one in outcomes if one.other] == []


def test_what_is_asked_is_found(outcomes) -> None:
    numbers = [one for one in outcomes if one.number is not None]
    assert len(numbers) > QUESTIONS / 4
    assert sum(not one.number for one in numbers) <= 0.02 * len(numbers)
    assert sum(not one.street for one in numbers) <= 0.02 * len(numbers)
