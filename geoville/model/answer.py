"""Answers: the dated verdict about a position, and where a footprint stands."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import date

    from geoville.model.codes import Basis, Placement, Quality, VerdictCode
    from geoville.model.perimeter import Perimeter, Source
    from geoville.model.position import Position
    from geoville.model.rule import RuleFinding


@dataclass(frozen=True, slots=True)
class PerimeterHit:
    """Where a position stands with one perimeter.

    Parameters
    ----------
    distance_m : signed distance from the position to the limit, metres; negative inside, 0 on the line.
    inside : whether the closed polygon holds the position (GEOS `intersects`): exact where a distance may round to 0.
    """

    perimeter: Perimeter
    distance_m: float
    inside: bool


@dataclass(frozen=True, slots=True)
class PeriodVerdict:
    """What the position would be told on any day of one generation of QPV.

    Parameters
    ----------
    generation : 2015 or 2024.
    valid_from, valid_to : days in force there (overseas ones differ); no last day while it lasts.
    nearest : the perimeter of that generation that holds the position the deepest, or the nearest one.
    """

    generation: int
    valid_from: date | None
    valid_to: date | None
    verdict: VerdictCode
    nearest: PerimeterHit

    def covers(self, on: date) -> bool:
        """Whether a day is one of the period."""
        return self.nearest.perimeter.in_force(on)


@dataclass(frozen=True, slots=True)
class Answer:
    """A dated verdict with its evidence; the one answer that every door gives.

    Parameters
    ----------
    on : the date asked about.
    distance_m : signed distance to the limit of the perimeter that the verdict rests on; None where there is none.
    accuracy_m : of the position, metres; None where there is no position.
    reasons : French sentences, the first one is the verdict in words.
    references : legal texts that the verdict rests on.
    quality : how sure the verdict is, on Insee's scale; None where nothing was found.
    periods : the verdict under each generation of QPV known there, the oldest first.
    rules : what can be said of each rule that may hold that day; empty where nothing was found.
    """

    on: date
    verdict: VerdictCode
    basis: Basis
    perimeters: tuple[PerimeterHit, ...]
    distance_m: float | None
    accuracy_m: float | None
    position: Position | None
    reasons: tuple[str, ...]
    references: tuple[str, ...]
    sources: tuple[Source, ...]
    quality: Quality | None = None
    periods: tuple[PeriodVerdict, ...] = ()
    rules: tuple[RuleFinding, ...] = ()


@dataclass(frozen=True, slots=True)
class FootprintAnswer:
    """Where a footprint (plot, building, street, catchment) stands with the perimeters that answer on a day.

    Parameters
    ----------
    share_of_area : in [0, 1], of its area inside the perimeters; of its length for a line, of its points for points.
    share_of_people : in [0, 1], of the people that cells give it; None where they give it nobody, or too few people for
        statistics to be published.
    nearest_m : distance in metres from the footprint to the perimeters, 0 where they meet; None without perimeters.
    farthest_m : largest distance from any point of the footprint to the perimeters, 0 when wholly in; never too small,
        and too large by `geoville.eligibility.reach.TOLERANCE_M` at most; None without perimeters.
    perimeters : those near the footprint; the signed distance of one that holds it whole is to its limit, negative.
    reasons : French sentences, the first one is the placement in words.
    """

    on: date
    placement: Placement
    basis: Basis
    share_of_area: float
    share_of_people: float | None
    nearest_m: float | None
    farthest_m: float | None
    wholly_within_300_m: bool
    wholly_within_500_m: bool
    perimeters: tuple[PerimeterHit, ...]
    reasons: tuple[str, ...]
    references: tuple[str, ...]
    rules: tuple[RuleFinding, ...]
    sources: tuple[Source, ...]
