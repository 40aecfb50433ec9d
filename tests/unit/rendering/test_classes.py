from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from geoville.french import euros, people
from geoville.rendering.cells import (
    MAX_CLASSES,
    NO_CLASS,
    YLGNBU,
    YLORBR,
    Writing,
    chosen_classes,
    pretty_classes,
    quantile_classes,
)

INCOME = Writing(euros, YLORBR, darkest_first=True)
PEOPLE = Writing(people, YLGNBU)
incomes = st.lists(st.floats(1_000, 90_000), min_size=1, max_size=60)


@settings(deadline=None)
@pytest.mark.parametrize("classed", [pretty_classes, quantile_classes])
@given(values=incomes)
def test_every_known_value_has_one_class_in_order(classed, values):
    classes = classed(np.array(values), INCOME)
    assert len(classes.colours) == len(classes.labels) == len(classes.breaks) + 1 <= MAX_CLASSES
    assert list(classes.breaks) == sorted(set(classes.breaks))
    indices = classes.index_of(np.sort(values)).tolist()
    assert indices == sorted(indices)
    assert 0 <= indices[0] <= indices[-1] < len(classes.colours)


def test_breaks_are_round_and_said():
    classes = pretty_classes(np.linspace(12_000, 27_000, 200), INCOME)
    assert classes.breaks == (14_000, 16_000, 18_000, 20_000, 22_000, 24_000, 26_000)
    assert "mapclassify, PrettyBreaks" in classes.method
    assert classes.labels[-1] == f"{euros(classes.breaks[-1])} et plus"


def test_a_value_equal_to_a_break_is_above_it_and_an_unknown_one_has_no_class():
    classes = chosen_classes((0.5,), PEOPLE, "")
    assert classes.index_of(np.array([0.499, 0.5, np.nan])).tolist() == [0, 1, NO_CLASS]


def test_quantiles_hold_about_as_many_cells_each():
    values = np.random.default_rng(3).lognormal(4, 1, 2_000)
    counts = np.bincount(quantile_classes(values, PEOPLE).index_of(values))
    assert counts.min() > 200
    assert counts.max() < 500


def test_the_lowest_incomes_are_darkest():
    classes = pretty_classes(np.linspace(12_000, 27_000, 200), INCOME)
    brightness = [sum(bytes.fromhex(colour[1:])) for colour in classes.colours]
    assert brightness == sorted(brightness)


@pytest.mark.parametrize("values", [[np.nan, np.nan], [15_100.0, 15_100.0]])
def test_values_that_do_not_differ_make_one_class(values):
    classes = pretty_classes(np.array(values), INCOME)
    assert classes.labels == ("Toutes valeurs",)
    assert len(classes.colours) == 1


@pytest.mark.parametrize(
    ("low", "high", "breaks"),
    [
        (12_345, 26_789, (14_000, 16_000, 18_000, 20_000, 22_000, 24_000, 26_000)),
        (0.03, 0.41, (0.1, 0.2, 0.3, 0.4)),
        (7, 93, (20, 40, 60, 80)),  # asked for eight classes, it gives ten: then for seven
        (1.5, 4.5, (2, 3, 4)),
        (900, 30_900, (10_000, 20_000, 30_000)),
    ],
)
def test_breaks_are_those_that_mapclassify_gave(low, high, breaks):
    """As its `PrettyBreaks` printed them, without the ends."""
    values = np.repeat([float(low), float(high)], 10)
    assert pretty_classes(values, PEOPLE).breaks == pytest.approx(breaks)


@pytest.mark.slow
@settings(deadline=None)
@given(values=incomes)
def test_breaks_are_those_of_mapclassify(values):
    import mapclassify  # four seconds: hence ours

    known = np.array(values)
    low, high = np.percentile(known, (5, 95))
    if low == high:
        return
    tried = [mapclassify.PrettyBreaks(np.array([low, high]), k=count).bins for count in range(MAX_CLASSES, 1, -1)]
    inner = [tuple(limit for limit in bins.tolist() if low < limit < high) for bins in tried]
    wanted = next((found for found in inner if 0 < len(found) < MAX_CLASSES), ())
    assert pretty_classes(known, INCOME).breaks == wanted
