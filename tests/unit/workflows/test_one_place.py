"""A question is one address, or one pair of coordinates; anything else is refused by the names of the door."""

from __future__ import annotations

import pytest

from geoville.errors import InvalidInputError
from geoville.model import Kind
from geoville.sources.contours import OwnColumns
from geoville.workflows.lookup import DeskChoice, QuestionNames, one_place

FIELDS = QuestionNames("q", "lon", "lat", "accuracy_m")


@pytest.mark.parametrize(
    ("given", "place"),
    [
        (("collège Vauban", None, None, None), "collège Vauban"),
        (("", None, None, None), ""),  # for the geocoder to refuse, in words of its own
        ((None, 0.0, 0.0, None), (0.0, 0.0, 0.0)),  # zero is a coordinate
        ((None, 1.8867, 50.956, 15.0), (1.8867, 50.956, 15.0)),
    ],
)
def test_a_question_is_about_one_place(given, place):
    assert one_place(*given, FIELDS) == place


@pytest.mark.parametrize(
    "given",
    [
        (None, None, None, None),
        (None, 1.8867, None, None),
        (None, None, 50.956, None),
        (None, None, None, 15.0),
        ("collège Vauban", 1.8867, 50.956, None),
        ("collège Vauban", 1.8867, None, None),
        ("collège Vauban", None, None, 15.0),
    ],
)
def test_no_place_half_of_one_or_two_are_refused(given):
    with pytest.raises(InvalidInputError) as refused:
        one_place(*given, FIELDS)
    assert refused.value.sentence == (
        "La question n'est pas claire : donner soit q, soit lon et lat (et leur accuracy_m)."
    )


def test_a_door_that_has_another_way_of_asking_says_it():
    assert FIELDS.unclear("--geometry").advice.endswith(", soit --geometry")


@pytest.mark.parametrize(
    "idle",
    [{"generation": 2015}, {"kind": Kind.QPV}, {"own": OwnColumns(code="code_qp")}, {"own": OwnColumns(crs=2154)}],
    ids=["generation", "kind", "column", "CRS"],
)
def test_what_is_said_of_contours_that_are_not_given_is_refused(idle):
    """`lookup --generation 2015` alone was answered with the generation of the day, as if it had not been said."""
    with pytest.raises(InvalidInputError, match="aucun fichier de contours n'est donné : donner ce fichier"):
        DeskChoice("calais", **idle).open()
