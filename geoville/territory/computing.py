"""Perimeters computed from cells and places: all of them are estimated, without legal value."""

from __future__ import annotations

from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING

from geoville.errors import InvalidInputError
from geoville.territory.files import reading
from geoville.territory.opened import Opened
from geoville.territory.results import Candidates, Sensitivity, Vecu, Veille

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date
    from typing import Literal, Unpack

    from geoville.carroyage.touching import Contiguity
    from geoville.perimeters.search_method import SearchMethod
    from geoville.territory.files import FilePath
    from geoville.workflows.income_choices import IncomeChoices

    ContiguityName = Literal["queen", "rook"]
    MethodName = Literal["index", "cells"]


class Computing(Opened):
    """What can be computed of a territory.

    A grid or QPV may be given by path or by address (``s3://…``, ``postgresql://…#table``); QPV, also as the result of
    a computation of candidates.
    """

    def candidates(
        self,
        grid: FilePath | None = None,
        *,
        on: date,
        vintage: int | None = None,
        blocks: FilePath | None = None,
        streets: FilePath | None = None,
        smooth: bool = True,
        method: MethodName = "index",
        density_weight: float | None = None,
        contiguity: ContiguityName = "queen",
        gap_m: float = 200.0,
        workers: int = 1,
        scheduler: str | None = None,
        **incomes: Unpack[IncomeChoices],
    ) -> Candidates:
        """Compute the candidate perimeters of a grid, by default the territory's own.

        Parameters
        ----------
        grid : cells of 200 m (CSV, Parquet, GeoPackage).
        on : day whose legal values apply.
        vintage : of the territory's grid wanted or, for a grid that is given, where nothing else tells it.
        blocks, streets : polygons of blocks, or lines of streets, that the outlines follow; not both.
        smooth : without them, whether the stair steps of cells are turned into slopes.
        method : ground is chosen by the index around each place ("index") or cell by cell ("cells").
        density_weight : c of the index, such as `fit-density` finds it; the shipped one unless given.
        contiguity : cells touch by a corner ("queen") or by a side ("rook").
        gap_m : widest unpopulated gap bridged between two groups, metres; for the method of cells.
        workers : number of processes, where there are several urban units.
        scheduler : address of a dask scheduler whose workers compute instead.
        **incomes : see `geoville.workflows.income_choices.IncomeChoices`.

        Raises
        ------
        InvalidInputError
            A file cannot be read, or there is no threshold: the territory has no reference incomes, and none is given.

        Examples
        --------
        >>> from datetime import date
        >>> from geoville import Territory
        >>> found = Territory.open("calais").candidates(on=date(2026, 1, 15))
        >>> found.frame()["population"].round().tolist()
        [8729.0, 4963.0]
        """
        from dataclasses import replace

        from geoville.law.method import index_rules
        from geoville.perimeters.candidates import CandidateOptions
        from geoville.workflows.candidates import compute_candidates
        from geoville.workflows.income_choices import candidate_request
        from geoville.workflows.outlines import OutlineInput

        request = replace(
            candidate_request(self.pack, on, incomes, vintage=vintage),
            outline=OutlineInput(_path(blocks), _path(streets), smooth),
            options=CandidateOptions(
                contiguity=_contiguity(contiguity),
                gap_m=gap_m,
                method=_method(method),
                index=index_rules(density_weight),
            ),
        )
        with self._grid(grid, vintage) as cells:
            return Candidates(compute_candidates(cells, request, workers=workers, scheduler=scheduler))

    def sensitivity(
        self,
        grid: Sequence[FilePath] = (),
        *,
        on: date,
        vintage: Sequence[int] = (),
        thresholds: Sequence[float] = (0.9, 1.0, 1.1),
        contiguities: Sequence[ContiguityName] = ("queen", "rook"),
        gaps: Sequence[float] = (0.0, 200.0, 400.0),
        **incomes: Unpack[IncomeChoices],
    ) -> Sensitivity:
        """Search candidates again under every combination of choices: what does not depend on them, and what does.

        Parameters
        ----------
        grid : one file per vintage; the territory's own grids unless given.
        vintage : of the territory's grids wanted, all by default, or of the grids given, in their order.
        thresholds : what the decree's threshold is multiplied by.
        contiguities, gaps : values of `contiguity` and `gap_m`, metres.
        on, **incomes : as in `candidates`.
        """
        from geoville.perimeters.scenarios import Choices
        from geoville.workflows.income_choices import candidate_request
        from geoville.workflows.sensitivity import sweep_files

        choices = Choices(tuple(thresholds), tuple(map(_contiguity, contiguities)), tuple(gaps))
        years = vintage if grid or vintage else self.vintages
        request = candidate_request(self.pack, on, incomes)
        with ExitStack() as held:
            given = grid or [self.pack.grid_path(year) for year in years]
            grids = [held.enter_context(reading(path)) for path in given]
            return Sensitivity(sweep_files(grids, request, choices, vintages=years))

    def veille(
        self,
        former: Sequence[FilePath],
        qpv: FilePath | Candidates,
        *,
        on: date,
        grid: FilePath | None = None,
        vintage: int | None = None,
        generation: int | None = None,
        min_area_m2: float = 5_000.0,
        min_width_m: float = 20.0,
        min_population: float = 0.0,
    ) -> Veille:
        """Compute the veille quarters of a day: former ZUS and CUCS, minus the quarters in force.

        Parameters
        ----------
        former : files of ZUS and CUCS.
        qpv : quarters, of which those in force that day count, or candidates.
        grid, vintage : cells that give each piece its people; the territory's own unless given.
        generation : of the QPV, where their codes do not tell.
        min_area_m2, min_width_m, min_population : what is smaller, narrower (metres) or emptier is left out, and said.
        """
        from geoville.perimeters.veille import VeilleRules
        from geoville.workflows.veille import compute_veille

        rules = VeilleRules(min_width_m, min_area_m2, min_population)
        paths = [Path(path) for path in former]
        with self._grid(grid, vintage) as cells, reading(qpv) as quarters:
            return Veille(
                compute_veille(paths, quarters, on=on, rules=rules, grid=cells, vintage=vintage, generation=generation)
            )

    def vecu(
        self,
        qpv: FilePath | Candidates,
        places: Sequence[FilePath],
        *,
        on: date,
        streets: FilePath | None = None,
        grid: FilePath | None = None,
        vintage: int | None = None,
        generation: int | None = None,
        minutes: float = 10.0,
        speed_kmh: float = 4.5,
    ) -> Vecu:
        """Draw what the inhabitants of the quarters of a day use around them, and the ways there.

        Parameters
        ----------
        qpv, grid, vintage, generation : as in `veille`.
        places : files of places, with the share of their users who live in a QPV where it is known.
        streets : lines; without them distances are straight lines times 1.3, and the result says so.
        minutes, speed_kmh : how long, and how fast, people walk to a place.
        """
        from geoville.perimeters.vecu import VecuRules
        from geoville.workflows.vecu import compute_vecu

        paths = [Path(path) for path in places]
        with self._grid(grid, vintage) as cells, reading(qpv) as quarters:
            return Vecu(
                compute_vecu(
                    quarters,
                    paths,
                    on=on,
                    rules=VecuRules(minutes, speed_kmh),
                    streets=_path(streets),
                    grid=cells,
                    vintage=vintage,
                    generation=generation,
                )
            )


def _path(path: FilePath | None) -> Path | None:
    return None if path is None else Path(path)


def _contiguity(name: str) -> Contiguity:
    from geoville.carroyage.touching import Contiguity

    try:
        return Contiguity(name)
    except ValueError:
        known = ", ".join(Contiguity)
        raise InvalidInputError(f"Contiguïté inconnue : « {name} »", advice=f"donner l'une de : {known}") from None


def _method(name: str) -> SearchMethod:
    from geoville.perimeters.search_method import SearchMethod

    try:
        return SearchMethod(name)
    except ValueError:
        known = ", ".join(SearchMethod)
        raise InvalidInputError(f"Méthode inconnue : « {name} »", advice=f"donner l'une de : {known}") from None
