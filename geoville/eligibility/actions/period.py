"""The period of an action, cut where perimeters come into force or go out of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING

from geoville import french
from geoville.crs import LAMBERT_93
from geoville.law import generations

if TYPE_CHECKING:
    from collections.abc import Iterable

    from geoville.model import Generation, Perimeter

_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Stage:
    """Days, both ends included, on which the same perimeters are in force.

    Parameters
    ----------
    generation : year of the QPV in force; None before the first ones.
    """

    start: date
    end: date
    generation: int | None


def stages(start: date, end: date, perimeters: Iterable[Perimeter]) -> tuple[Stage, ...]:
    """Cut a period where the law or one of the perimeters changes.

    The law's own dates count even where no contour of a generation is known: the answer must say that it changes.
    """
    perimeters = tuple(perimeters)
    lists = _generations(perimeters)
    dated: tuple[Generation | Perimeter, ...] = (*lists, *perimeters)
    firsts = {item.valid_from for item in dated} | {item.valid_to + _DAY for item in dated if item.valid_to}
    cuts = sorted({start, *(day for day in firsts if day is not None and start < day <= end)})
    ends = [*(day - _DAY for day in cuts[1:]), end]
    return tuple(
        Stage(first, last, next((item.year for item in lists if item.in_force(first)), None))
        for first, last in zip(cuts, ends, strict=True)
    )


def period_notes(found: tuple[Stage, ...]) -> tuple[str, ...]:
    """French sentences saying that the generation of QPV changes within a period; none where it does not."""
    spans: dict[int | None, tuple[date, date]] = {}
    for stage in found:
        first, _ = spans.get(stage.generation, (stage.start, stage.end))
        spans[stage.generation] = first, stage.end
    if len(spans) == 1:
        return ()
    told = ", puis ".join(
        f"{f'la génération {year}' if year else 'aucune'} {french.period(first, last)}"
        for year, (first, last) in spans.items()
    )
    return (f"La génération des QPV change pendant l'action : {told}.",)


def _generations(perimeters: tuple[Perimeter, ...]) -> tuple[Generation, ...]:
    """Lists of QPV of the place: overseas ones have dates of their own."""
    overseas = bool(perimeters) and all(item.epsg != LAMBERT_93 for item in perimeters)
    zone = "outre_mer" if overseas else "metropole"
    return tuple(item for item in generations() if item.zone == zone)
