from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from geoville.rendering.classes import income_classes

incomes = st.lists(st.floats(1_000, 90_000), min_size=1, max_size=60)


@given(incomes)
def test_every_known_income_has_one_class_in_order(values):
    mean_eur = np.array(values)
    classes = income_classes(mean_eur, np.ones(len(values)))
    assert len(classes.colours) == len(classes.labels) == len(classes.breaks_eur) + 1 <= 7
    assert list(classes.breaks_eur) == sorted(set(classes.breaks_eur))
    indices = [classes.index_of(value) for value in sorted(values)]
    assert indices == sorted(indices)
    assert indices[-1] < len(classes.colours)


def test_breaks_are_round_and_said():
    classes = income_classes(np.linspace(12_000, 27_000, 200), np.ones(200))
    assert classes.breaks_eur == (15_000, 17_500, 20_000, 22_500, 25_000)
    assert classes.labels[0] == "Moins de 15\u202f000\u00a0€"
    assert classes.labels[1] == "15\u202f000\u00a0€ à moins de 17\u202f500\u00a0€"
    assert "2\u202f500\u00a0€" in classes.method


def test_the_lowest_incomes_are_darkest():
    classes = income_classes(np.linspace(12_000, 27_000, 200), np.ones(200))
    brightness = [sum(bytes.fromhex(colour[1:])) for colour in classes.colours]
    assert brightness == sorted(brightness)


@pytest.mark.parametrize("mean_eur", [[np.nan, np.nan], [15_100.0, 15_100.0]])
def test_incomes_that_do_not_differ_make_one_class(mean_eur):
    classes = income_classes(np.array(mean_eur), np.array([5.0, 5.0]))
    assert classes.labels == ("Tous revenus",)
    assert len(classes.colours) == 1
