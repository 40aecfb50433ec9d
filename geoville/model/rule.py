"""Rules that a place in a perimeter opens or closes, and what an answer finds of each."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import date

    from geoville.model.codes import Kind, RuleStatus


class RuleTest(StrEnum):
    """What a rule looks at: a point is enough, the whole footprint is needed, or a list of names decides."""

    POSITION = "position"
    FOOTPRINT = "footprint"
    LISTED = "listed"


@dataclass(frozen=True, slots=True)
class Band:
    """A distance from the limit under which a footprint counts.

    Parameters
    ----------
    whole_m : the whole footprint lies within this many metres of the perimeters.
    part_m : and a part of it within this many metres; None where nothing of the kind is asked.
    valid_from : first day on which the band counts, None from the start.
    condition : French noun phrase to check for this band, empty where there is none.
    """

    whole_m: float
    part_m: float | None = None
    valid_from: date | None = None
    condition: str = ""


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule, as its data file says it.

    Parameters
    ----------
    name, beneficiary : in French; who benefits.
    within : kinds of perimeters that open the rule; `qpv` stands for candidates too, where only these are known.
    bands : around those perimeters, for a footprint.
    listed : names that open the rule, for a list.
    communes : INSEE code, then name, of each commune where the rule exists; empty where it is national.
    conditions : French noun phrases, what a human has to check beside the place.
    verified : False where the text was not read.
    valid_from, valid_to : days in force; None where unknown.
    end_known : False where the rule may have ended or end on a day that is not known.
    sure_until : last day on which it is known to hold, where `end_known` is False.
    """

    id: str
    name: str
    beneficiary: str
    test: RuleTest
    within: tuple[Kind, ...]
    conditions: tuple[str, ...]
    reference: str
    verified: bool
    valid_from: date | None = None
    valid_to: date | None = None
    end_known: bool = True
    sure_until: date | None = None
    bands: tuple[Band, ...] = ()
    listed: tuple[str, ...] = ()
    communes: tuple[str, ...] = ()

    def may_hold(self, on: date) -> bool:
        """Whether the rule is in force on a day as far as is known."""
        return (self.valid_from is None or self.valid_from <= on) and (self.valid_to is None or on <= self.valid_to)

    def surely_holds(self, on: date) -> bool:
        """Whether the rule is known to be in force on a day."""
        return self.may_hold(on) and (self.end_known or (self.sure_until is not None and on <= self.sure_until))


@dataclass(frozen=True, slots=True)
class RuleFinding:
    """What an answer says of one rule.

    Parameters
    ----------
    status : never `met` on an estimate, on a text that was not read, or where the rule may have ended.
    place_met : whether the condition of place alone holds; None where that cannot be told.
    reason : French sentence about the place.
    to_check : French noun phrases, what a human has to check; empty where the place alone rules it out.
    """

    rule: Rule
    status: RuleStatus
    place_met: bool | None
    reason: str
    to_check: tuple[str, ...]
