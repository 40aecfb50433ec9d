"""What a table of actions comes to: actions and euros by ground, by quarter and by theme, and what reaches the QPV."""

from __future__ import annotations

import math
from collections import defaultdict
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from geoville.eligibility.actions.action import ActionGround
from geoville.eligibility.actions.check import GROUND_NAMES
from geoville.model import Basis

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from geoville.eligibility.actions.action import StageFinding


class Reach(StrEnum):
    """How sure it is that an action reaches the inhabitants of a QPV."""

    CERTAIN = "certain"
    POSSIBLE = "possible"
    UNKNOWN = "unknown"
    NOT_SHOWN = "not_shown"


REACH_NAMES = {
    Reach.CERTAIN: "Dans un QPV, d'après un contour officiel",
    Reach.POSSIBLE: "Peut-être : en partie, d'après une estimation ou une preuve à vérifier",
    Reach.UNKNOWN: "On ne sait pas : lieu absent, imprécis ou contours manquants",
    Reach.NOT_SHOWN: "Non montré : hors des QPV, sans preuve",
}
"""What each is called in tables and legends."""

UNSAID = "(non dit)"


def reach_of(stage: StageFinding) -> Reach:
    """How sure it is that an action reaches the inhabitants of a QPV, by its ground on its first day."""
    if stage.ground is ActionGround.IN_QPV:
        return Reach.CERTAIN if stage.basis is Basis.OFFICIAL and not stage.partial else Reach.POSSIBLE
    if stage.ground in (ActionGround.IN_VECU, ActionGround.ELSEWHERE_WITH_EVIDENCE):
        return Reach.POSSIBLE
    return Reach.UNKNOWN if stage.ground is ActionGround.UNKNOWN else Reach.NOT_SHOWN


@dataclass(frozen=True, slots=True)
class CountedAction:
    """What the totals keep of an action.

    Parameters
    ----------
    amount : euros; None where none is written.
    quarters : names of the QPV that its places are in, by code; several share nothing, the action counts in each.
    theme : empty where none is written.
    title, bearer : for lists; the totals do without.
    nearest : code of the QPV nearest to an action that is in none; empty where none is near.
    """

    ground: ActionGround
    reach: Reach
    amount: float | None
    quarters: tuple[tuple[str, str], ...]
    theme: str
    title: str = ""
    bearer: str = ""
    nearest: str = ""


@dataclass(frozen=True, slots=True)
class Total:
    """Some of the actions.

    Parameters
    ----------
    key : code or name by which they are put together.
    label : French.
    actions : how many.
    euros : sum of their amounts.
    without_amount : how many have none.
    """

    key: str
    label: str
    actions: int
    euros: float
    without_amount: int


@dataclass(frozen=True, slots=True)
class Summary:
    """Totals of a table.

    Parameters
    ----------
    whole : of every action.
    by_ground, by_reach : each action in one of them, in the order of their names.
    by_quarter, by_theme : the largest amounts first; an action in two quarters counts in both.
    """

    whole: Total
    by_ground: tuple[Total, ...]
    by_reach: tuple[Total, ...]
    by_quarter: tuple[Total, ...]
    by_theme: tuple[Total, ...]


def summarise(actions: Sequence[CountedAction]) -> Summary:
    """Totals of the actions of a table."""
    of_ground: dict[ActionGround, list[CountedAction]] = {ground: [] for ground in ActionGround}
    of_reach: dict[Reach, list[CountedAction]] = {reach: [] for reach in Reach}
    in_quarter: dict[tuple[str, str], list[CountedAction]] = defaultdict(list)
    of_theme: dict[str, list[CountedAction]] = defaultdict(list)
    for item in actions:
        of_ground[item.ground].append(item)
        of_reach[item.reach].append(item)
        for quarter in item.quarters:
            in_quarter[quarter].append(item)
        of_theme[item.theme].append(item)
    return Summary(
        whole=_total("", "Toutes les actions", actions),
        by_ground=tuple(_total(key, GROUND_NAMES[key], some) for key, some in of_ground.items() if some),
        by_reach=tuple(_total(key, REACH_NAMES[key], some) for key, some in of_reach.items()),
        by_quarter=_largest(_total(code, name, some) for (code, name), some in in_quarter.items()),
        by_theme=_largest(_total(theme, theme or UNSAID, some) for theme, some in of_theme.items()),
    )


def _total(key: str, label: str, actions: Sequence[CountedAction]) -> Total:
    amounts = [item.amount for item in actions if item.amount is not None]
    return Total(key, label, len(actions), math.fsum(amounts), len(actions) - len(amounts))


def _largest(totals: Iterable[Total]) -> tuple[Total, ...]:
    return tuple(sorted(totals, key=lambda total: (-total.euros, -total.actions, total.label)))


@dataclass(frozen=True, slots=True)
class TotalChange:
    """The same group of actions in two tables.

    Parameters
    ----------
    before, after : None where the table has none of them.
    """

    group: str
    label: str
    before: Total | None
    after: Total | None

    @property
    def euros(self) -> float:
        """Difference, in euros."""
        return (self.after.euros if self.after else 0.0) - (self.before.euros if self.before else 0.0)


def compare_summaries(before: Summary, after: Summary) -> tuple[TotalChange, ...]:
    """What changed from one table to another: on the whole, by what reaches the QPV, by quarter and by theme."""
    groups = (
        ("Ensemble", (before.whole,), (after.whole,)),
        ("Ce qui va aux QPV", before.by_reach, after.by_reach),
        ("Quartier", before.by_quarter, after.by_quarter),
        ("Thème", before.by_theme, after.by_theme),
    )
    changes = []
    for group, former, latter in groups:
        old, new = ({total.key: total for total in totals} for totals in (former, latter))
        for key in dict.fromkeys((*new, *old)):
            known = new.get(key) or old[key]
            name = " ".join(filter(None, (known.key if group == "Quartier" else "", known.label)))
            changes.append(TotalChange(group, name, old.get(key), new.get(key)))
    return tuple(changes)
