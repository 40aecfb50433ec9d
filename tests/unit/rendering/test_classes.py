from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from geoville.french import euros, people
from geoville.rendering.cells import (
    GARNET,
    MAX_CLASSES,
    NO_CLASS,
    YLGNBU,
    Writing,
    chosen_classes,
    pretty_classes,
    quantile_classes,
    threshold_classes,
)

INCOME = Writing(euros, GARNET, darkest_first=True)
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


def test_the_threshold_of_the_decree_parts_the_reds_from_the_pale_greys():
    """For S = 10 200 €: a cell at 10 199 € is under it, one at 10 200 € is not, and the legend says it between them."""
    classes = threshold_classes(10_200)
    under, at = classes.index_of(np.array([10_199, 10_200]) / 10_200).tolist()
    assert (under, at) == (classes.mark_rank - 1, classes.mark_rank)
    assert classes.labels[under].replace("\u202f", "").endswith("8160 à 10200\u00a0€")
    assert classes.labels[at].replace("\u202f", "").startswith("10200 à ")
    assert classes.mark.replace("\u202f", "") == "Seuil du décret\u00a0: 10200\u00a0€"
    assert classes.labels[0].replace("\u202f", "") == "Moins de 6120\u00a0€"  # six tenths of it

    def darkness(colour: str) -> float:
        return 255 - sum(w * part for w, part in zip((0.299, 0.587, 0.114), bytes.fromhex(colour[1:]), strict=True))

    red = [darkness(colour) for colour in classes.colours[: classes.mark_rank]]
    pale = [darkness(colour) for colour in classes.colours[classes.mark_rank :]]
    assert red == sorted(red, reverse=True)
    assert min(red) - max(pale) > 40  # the break is seen in grey too
    assert max(pale) < 30


def test_several_thresholds_are_written_as_shares():
    classes = threshold_classes(float("nan"))
    assert classes.labels[classes.mark_rank] == "100\u00a0% à 125\u00a0%"
    assert "urbaine" in classes.mark
