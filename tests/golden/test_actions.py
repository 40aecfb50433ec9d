"""Actions among the official contours of Marseille (2015): what holds while they are in force, and what after."""

from __future__ import annotations

from datetime import date

import pytest

from geoville.eligibility.actions.action import ActionGround as Ground
from geoville.eligibility.actions.check import BOP_147, REGION
from geoville.model import Basis, RuleStatus
from geoville.sources.actions import action_of
from geoville.workflows.actions import ActionDesk
from geoville.workflows.lookup import open_desk

pytestmark = pytest.mark.realdata

IN_A_QUARTER = {"lon": 5.3742, "lat": 43.3050}
TODAY = date(2026, 1, 15)


@pytest.fixture(scope="module")
def marseille(shared_data):
    contours = shared_data / "marseille" / "qpv2015.geojson"
    return ActionDesk(open_desk("calais", perimeters=[contours]), "calais")


def check(desk, **entries):
    asked = action_of({"title": "Atelier", "places": [IN_A_QUARTER], **entries}, "action.toml", None)
    return desk.check(asked, on=None, today=TODAY)


def test_an_official_contour_in_force_decides(marseille):
    found = check(marseille, start="2020-01-01", end="2020-12-31")
    assert (found.ground, found.stages[0].basis) == (Ground.IN_QPV, Basis.OFFICIAL)
    assert "contour officiel" in found.stages[0].reason
    statuses = {reading.rule.id: reading.status for reading in found.readings}
    assert statuses[BOP_147] is RuleStatus.MET
    assert REGION not in statuses, "the contract read is that of Calais"


def test_what_is_not_known_after_the_contours_is_never_a_no(marseille):
    found = check(marseille, start="2023-06-01", end="2024-06-01")
    assert [stage.ground for stage in found.stages] == [Ground.IN_QPV, Ground.UNKNOWN]
    assert "génération 2015" in found.notes[0]
    assert found.notes[-1].startswith("La réponse change le 1er janvier 2024.")


def test_homes_are_counted_among_official_contours(marseille):
    homes = ["5.3742,43.3050"] * 40 + ["5.30,43.20"] * 25
    found = check(marseille, start="2020-01-01", end="2020-12-31", public={"addresses": homes})
    assert found.beneficiaries is not None
    assert found.beneficiaries.share == (0.61, 0.84)
    assert found.beneficiaries.basis == "official"
