"""Actions of a call for projects, and what is found about them: values shared by the rest of the actions' files."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from geoville.model import NotFound

if TYPE_CHECKING:
    from datetime import date

    from shapely.geometry.base import BaseGeometry

    from geoville.eligibility.secrecy import PublishedCounts
    from geoville.model import Basis, PerimeterHit, Position, Rule, RuleStatus, Source


class ActionGround(StrEnum):
    """What an action may rest on to be supported.

    `outside_qpv` is no refusal: its place is known to be outside, and what would show a benefit was not given. `none`
    is about what was given; `unknown` is never a "no".
    """

    IN_QPV = "in_qpv"
    IN_VECU = "in_vecu"
    IN_VEILLE = "in_veille"
    ELSEWHERE_WITH_EVIDENCE = "elsewhere_with_evidence"
    OUTSIDE_QPV = "outside_qpv"
    NONE = "none"
    UNKNOWN = "unknown"


class SpotStanding(StrEnum):
    """Where one place of an action stands with perimeters of one kind.

    `not_found` is about the place (or it lies where nothing is known), `unknown` about the perimeters: there are none.
    """

    INSIDE = "inside"
    PARTLY = "partly"
    OUTSIDE = "outside"
    UNCERTAIN = "uncertain"
    NOT_FOUND = "not_found"
    UNKNOWN = "unknown"


class Benefit(StrEnum):
    """Whether inhabitants of priority quarters are shown to benefit from an action."""

    SHOWN = "shown"
    EXCLUDED = "excluded"
    UNDECIDED = "undecided"
    NOT_STATED = "not_stated"


class EvidenceBasis(StrEnum):
    """What a share of beneficiaries rests on: contours fixed by decree, an estimate of ours, or the bearer's word."""

    OFFICIAL = "official"
    ESTIMATED = "estimated"
    DECLARED = "declared"


@dataclass(frozen=True, slots=True)
class StatedShare:
    """Share in [0, 1] of the beneficiaries who live in a QPV, as the bearer states it."""

    share: float


@dataclass(frozen=True, slots=True)
class StatedCounts:
    """Beneficiaries who live in each quarter, as the bearer states them.

    Parameters
    ----------
    people : pairs of code of QPV and number of beneficiaries.
    total : of all the beneficiaries, wherever they live; at least the sum of `people`.
    """

    people: tuple[tuple[str, int], ...]
    total: int


@dataclass(frozen=True, slots=True)
class Homes:
    """Where the homes of the beneficiaries were found to be, one for each of them."""

    found: tuple[Position | NotFound, ...]


@dataclass(frozen=True, slots=True)
class Catchment:
    """Area whose inhabitants benefit; lon and lat in degrees, WGS84."""

    geometry: BaseGeometry


Public = StatedShare | StatedCounts | Homes | Catchment


NO_PLACE = NotFound("Le lieu de l'action n'est pas donné")
"""Of a table's row, or of whatever describes an action without saying where it takes place."""


@dataclass(frozen=True, slots=True)
class Action:
    """An action whose places have been looked for.

    Parameters
    ----------
    places : what was found of each; with `zone`, at least one.
    zone : area where it takes place, WGS84; None where only points are given.
    start, end : first and last day.
    public : what is known of the beneficiaries; None where nothing is.
    """

    title: str
    bearer: str
    places: tuple[Position | NotFound, ...]
    zone: BaseGeometry | None
    start: date
    end: date
    public: Public | None = None


@dataclass(frozen=True, slots=True)
class LayerFinding:
    """Where one place stands with perimeters of one kind, with its reason as a French sentence.

    Parameters
    ----------
    met : perimeters in force that hold the place, or that it meets.
    nearest : the nearest one in force that it does not meet; None where none is known near.
    """

    standing: SpotStanding
    basis: Basis
    reason: str
    sources: tuple[Source, ...] = ()
    references: tuple[str, ...] = ()
    met: tuple[PerimeterHit, ...] = ()
    nearest: PerimeterHit | None = None


@dataclass(frozen=True, slots=True)
class SpotFinding:
    """Where one place, or the zone, of an action stands.

    Parameters
    ----------
    label : what was found, or the rank of what was not.
    quarters : about the QPV; about candidates where no contour in force is known.
    rules : those that exist there that day; empty for a place that was not found.
    """

    label: str
    quarters: LayerFinding
    vecu: LayerFinding
    veille: LayerFinding
    rules: tuple[Rule, ...] = ()


@dataclass(frozen=True, slots=True)
class StageFinding:
    """What holds from one day to another, between which no perimeter comes into force nor goes out of it.

    Parameters
    ----------
    generation : year of the QPV in force; None before the first ones.
    basis : of the contours and cells that `ground` rests on; None where it rests on none (`unknown`).
    partial : whether only some of the places, or a part of the zone, stand where `ground` says.
    reason : French sentence, the ground in words.
    """

    start: date
    end: date
    generation: int | None
    ground: ActionGround
    basis: Basis | None
    partial: bool
    reason: str
    spots: tuple[SpotFinding, ...]


@dataclass(frozen=True, slots=True)
class Beneficiaries:
    """What can be told of the beneficiaries who live in a QPV. Nothing here gives a small count back.

    Parameters
    ----------
    share : least and greatest share in [0, 1], to the whole percent, outwards; None where it cannot be told.
    labels : of `counts`' cells, French noun phrases.
    counts : None where nobody was counted.
    reasons : French sentences.
    """

    benefit: Benefit
    basis: EvidenceBasis
    share: tuple[float, float] | None
    reasons: tuple[str, ...]
    labels: tuple[str, ...] = ()
    counts: PublishedCounts | None = None
    sources: tuple[Source, ...] = ()


@dataclass(frozen=True, slots=True)
class Reading:
    """What one rule says of an action.

    Parameters
    ----------
    name : of what is read, in French: a rule about what is outside the QPV is read for an action inside, too.
    status : never `met` on an estimate, on a text that was not read, nor where the rule may have ended.
    reason : French sentence.
    to_check : French noun phrases, what a human has to check.
    """

    rule: Rule
    name: str
    status: RuleStatus
    reason: str
    to_check: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ActionFinding:
    """The dated answer about an action, with its evidence.

    Parameters
    ----------
    stages : in order of date; the first one gives the ground of the action.
    notes : French sentences about the period, and about days to come.
    evidence_used, evidence_missing, to_check : French sentences.
    data_version : of the data that it was made from; empty where it is not known.
    """

    action: Action
    stages: tuple[StageFinding, ...]
    beneficiaries: Beneficiaries | None
    readings: tuple[Reading, ...]
    notes: tuple[str, ...]
    evidence_used: tuple[str, ...]
    evidence_missing: tuple[str, ...]
    to_check: tuple[str, ...]
    references: tuple[str, ...]
    sources: tuple[Source, ...]
    data_version: str = ""

    @property
    def ground(self) -> ActionGround:
        """ActionGround on the first day of the action."""
        return self.stages[0].ground
