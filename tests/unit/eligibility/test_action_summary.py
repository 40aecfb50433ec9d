"""What a table of actions comes to: totals that add up, and what reaches the QPV."""

from __future__ import annotations

import pytest
from made_up_actions import CANDIDATE, IN_2024, IN_VECU, IN_VEILLE, OUTSIDE, VECU, VEILLE, action, at, layers

from geoville.eligibility.actions.action import ActionGround, StatedShare
from geoville.eligibility.actions.check import check_action
from geoville.eligibility.actions.summary import (
    REACH_NAMES,
    CountedAction,
    Reach,
    compare_summaries,
    reach_of,
    summarise,
)
from geoville.model import NotFound


def reach(*places, public=None, among=()):
    return reach_of(check_action(action(*places, public=public), layers(*among)).stages[0])


@pytest.mark.parametrize(
    ("place", "public", "expected"),
    [
        (at(IN_2024), None, Reach.CERTAIN),
        (at(IN_VECU), StatedShare(0.5), Reach.POSSIBLE),
        (at(OUTSIDE), StatedShare(0.5), Reach.POSSIBLE),
        (at(IN_VEILLE), None, Reach.NOT_SHOWN),
        (at(OUTSIDE), None, Reach.NOT_SHOWN),
        (NotFound("Rue absente."), None, Reach.UNKNOWN),
    ],
)
def test_what_reaches_the_quarters(place, public, expected):
    assert reach(place, public=public) is expected


def test_an_estimate_or_a_part_of_the_places_is_never_certain():
    assert reach(at(IN_2024), among=(CANDIDATE, VECU, VEILLE)) is Reach.POSSIBLE
    assert reach(at(IN_2024), NotFound("Rue absente.")) is Reach.POSSIBLE


def test_totals_add_up_and_an_action_in_two_quarters_counts_in_both():
    both = (("QN1", "Un"), ("QN2", "Deux"))
    actions = [
        CountedAction(ActionGround.IN_QPV, Reach.CERTAIN, 100.0, both, "Sport"),
        CountedAction(ActionGround.IN_QPV, Reach.CERTAIN, None, both[:1], "Sport"),
        CountedAction(ActionGround.OUTSIDE_QPV, Reach.NOT_SHOWN, 0.1, (), ""),
        CountedAction(ActionGround.OUTSIDE_QPV, Reach.NOT_SHOWN, 0.2, (), ""),
    ]
    found = summarise(actions)
    assert (found.whole.actions, found.whole.euros, found.whole.without_amount) == (4, 100.3, 1)
    assert sum(total.actions for total in found.by_ground) == sum(total.actions for total in found.by_reach) == 4
    assert {total.key: (total.actions, total.euros) for total in found.by_quarter} == {
        "QN1": (2, 100.0),
        "QN2": (1, 100.0),
    }
    assert [total.label for total in found.by_theme] == ["Sport", "(non dit)"]


def test_what_changes_from_one_table_to_another_is_counted_where_only_one_of_them_has_it():
    old = summarise([CountedAction(ActionGround.IN_QPV, Reach.CERTAIN, 100.0, (("QN1", "Un"),), "Sport")])
    new = summarise([CountedAction(ActionGround.IN_QPV, Reach.CERTAIN, 70.0, (("QN2", "Deux"),), "Sport")])
    found = {(change.group, change.label): change for change in compare_summaries(old, new)}
    assert {name: change.euros for name, change in found.items() if change.euros} == {
        ("Ensemble", "Toutes les actions"): -30.0,
        ("Ce qui va aux QPV", REACH_NAMES[Reach.CERTAIN]): -30.0,
        ("Quartier", "QN2 Deux"): 70.0,
        ("Quartier", "QN1 Un"): -100.0,
        ("Thème", "Sport"): -30.0,
    }
    assert (found["Quartier", "QN2 Deux"].before, found["Quartier", "QN1 Un"].after) == (None, None)


def test_quarters_and_themes_come_by_euros_then_actions_then_name():
    def counted(theme, *amounts):
        return [CountedAction(ActionGround.IN_QPV, Reach.CERTAIN, amount, (), theme) for amount in amounts]

    actions = [*counted("Santé", 50.0, 50.0), *counted("Emploi", 100.0), *counted("Culture", 100.0, 0.0, 0.0)]
    found = summarise([*actions, *counted("Sport", 150.0), *counted("Danse", 60.0, 40.0)])
    assert [total.label for total in found.by_theme] == ["Sport", "Culture", "Danse", "Santé", "Emploi"]
