"""Candidates searched urban unit by urban unit, by several processes or machines: the same as in one process."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from geoville.perimeters.candidates import put_together
from geoville.perimeters.unit_search import cells_of_units, search_unit
from geoville.workflows.cluster import results

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from geoville.perimeters.candidates import CandidateOptions, CandidateSearch, LegalTests
    from geoville.perimeters.sensitivity import SearchStart
    from geoville.perimeters.unit_cells import UnitCells, UnitSearch

GROUP_CELLS = 20_000
"""Cells of a task, at least, unless no unit is left: some seconds of work, and a few megabytes to send."""


@dataclass(frozen=True, slots=True)
class _Group:
    """Some urban units to search, in order.

    Parameters
    ----------
    number : rank of the group.
    """

    number: int
    units: tuple[UnitCells, ...]


@dataclass(frozen=True, slots=True)
class _Search:
    """What every task needs."""

    legal: LegalTests
    options: CandidateOptions

    def __call__(self, group: _Group) -> tuple[int, list[UnitSearch]]:
        return group.number, [search_unit(unit, self.legal, self.options) for unit in group.units]


def search_by_unit(
    start: SearchStart,
    legal: LegalTests,
    options: CandidateOptions,
    *,
    workers: int = 1,
    scheduler: str | None = None,
) -> CandidateSearch:
    """Find the candidates of every urban unit, as `find_candidates` does.

    Parameters
    ----------
    workers : processes of this machine.
    scheduler : address of a dask scheduler, whose workers need no file: the cells of a unit are sent with it.

    Raises
    ------
    InvalidInputError, GeovilleError
        As `results`.
    """
    units = cells_of_units(start.grid, start.income, start.zones, start.thresholds, start.parts)
    found = dict(results(_Search(legal, options), _groups(units), workers=workers, scheduler=scheduler))
    in_order = (unit for number in sorted(found) for unit in found[number])
    return put_together(in_order, start.zones, start.thresholds)


def _groups(units: Iterable[UnitCells]) -> Iterator[_Group]:
    """Groups of units of about the same size."""
    number, held, cells = 0, [], 0
    for unit in units:
        held.append(unit)
        cells += len(unit.rows)
        if cells >= GROUP_CELLS:
            yield _Group(number, tuple(held))
            number, held, cells = number + 1, [], 0
    if held:
        yield _Group(number, tuple(held))
