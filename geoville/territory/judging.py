"""What perimeters are worth, what changes between two maps of them, what is in them and why."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from geoville.territory.files import reading
from geoville.territory.opened import Opened
from geoville.territory.results import Candidates, Comparison

if TYPE_CHECKING:
    from datetime import date
    from typing import Unpack

    from geoville.model import Kind, Perimeter
    from geoville.perimeters.figures import AreaFigures
    from geoville.perimeters.score import Score
    from geoville.territory.files import FilePath
    from geoville.territory.results import Result
    from geoville.workflows.explain import Explanation
    from geoville.workflows.income_choices import IncomeChoices


class Judging(Opened):
    """What can be said of perimeters, given as a file (path or address) or as the result of a computation."""

    def score(
        self,
        candidates: FilePath | Candidates,
        official: FilePath,
        *,
        grid: FilePath | None = None,
        vintage: int | None = None,
        generation: int | None = None,
    ) -> Score:
        """Compare candidates with the contours fixed by decree.

        Parameters
        ----------
        official : QPV, and only they: an estimate is not scored against an estimate.
        grid, vintage : cells whose people weigh the comparison; the territory's own unless given.
        generation : of the QPV, where nothing else tells it.

        Returns
        -------
        Precision, recall and F1 weighted by people, and area IoU; NaN where there is nothing to divide by.
        """
        from geoville.workflows.score import score_files

        with self._grid(grid, vintage) as cells, reading(candidates) as ours, reading(official) as theirs:
            return score_files(ours, theirs, cells, vintage=vintage, generation=generation)

    def compare(
        self,
        old: FilePath | Result,
        new: FilePath | Result,
        *,
        grid: FilePath | None = None,
        vintage: int | None = None,
        kind: Kind | None = None,
        generation: int | None = None,
    ) -> Comparison:
        """Say what changes from one map of perimeters to the next, official or estimated.

        Parameters
        ----------
        grid, vintage : cells whose people are counted on both sides; the territory's own unless given.
        kind, generation : of the perimeters of files, where nothing else tells them.
        """
        from geoville.workflows.compare import compare_files

        with self._grid(grid, vintage) as cells, reading(old) as before, reading(new) as after:
            return Comparison(compare_files(before, after, cells, vintage=vintage, kind=kind, generation=generation))

    def describe(
        self,
        perimeters: FilePath | Result,
        *,
        on: date,
        grid: FilePath | None = None,
        vintage: int | None = None,
        **incomes: Unpack[IncomeChoices],
    ) -> tuple[tuple[Perimeter, AreaFigures], ...]:
        """Estimate people, share below the threshold and median income of perimeters, with their 90 % intervals."""
        from geoville.workflows.describe import describe_perimeters
        from geoville.workflows.income_choices import candidate_request

        request = candidate_request(self.pack, on, incomes, vintage=vintage)
        with self._grid(grid, vintage) as cells, reading(perimeters) as path:
            return describe_perimeters(path, cells, request)

    def explain(
        self, candidates: FilePath | Candidates, lon: float, lat: float, *, on: date, grid: FilePath | None = None
    ) -> Explanation:
        """Say why a place (degrees, WGS84) is in a candidate, or not: from its cell to the tests of the decree.

        Parameters
        ----------
        candidates : a result or, with its provenance beside, a file.
        grid : that they were computed from, where it is not the territory's.
        """
        from geoville.workflows.explain import explain_place

        with reading(candidates) as path:
            return explain_place(path, lon, lat, on=on, grid=None if grid is None else Path(grid))
