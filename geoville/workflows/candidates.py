"""Candidate perimeters from a file of cells: read, estimate, search, and say what everything rests on."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field, replace
from typing import TYPE_CHECKING, Any, Literal

from geoville.crs import GRID_CRS
from geoville.perimeters.estimated import INTERVALS_COVER, candidate_perimeter, quarter_figures
from geoville.perimeters.quarters import CandidateOptions, quarter_tests
from geoville.perimeters.scenarios import SearchMethod, Supposition
from geoville.perimeters.search import cells_of_units, put_together, search_unit
from geoville.sources.contours import OwnColumnNames
from geoville.sources.provenance import Provenance, write_provenance
from geoville.sources.writers import OWN_LAYER, perimeters_frame, write_perimeters
from geoville.workflows.cluster import check_workers, results
from geoville.workflows.describe import AreaDescriber
from geoville.workflows.incomes import ARGUMENTS, IncomeChoices, income_reference, iris_input, refuse_unknown
from geoville.workflows.qgis_looks import perimeters_look
from geoville.workflows.search_inputs import (
    CandidateRequest,
    SearchInputs,
    outlines_of,
    prepare_search,
    request_of_generation,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from datetime import date
    from pathlib import Path

    import geopandas
    from shapely.geometry.base import BaseGeometry

    from geoville.model import Perimeter
    from geoville.perimeters.quarters import LegalTests, Quarter, UnitCells, UnitSearch
    from geoville.perimeters.search import CandidateSearch
    from geoville.perimeters.sensitivity import SearchStart
    from geoville.sources.pack import Pack
    from geoville.sources.writers import LayerChoice
    from geoville.workflows.generations import GenerationInputs


# --- Candidates searched urban unit by urban unit, by several processes or machines: the same as in one process

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


@dataclass(frozen=True, eq=False, slots=True)
class CandidateRun:
    """Candidates of one grid, with everything that decided them.

    Parameters
    ----------
    found : the grid, its estimate, zones and thresholds.
    options : choices that the law leaves open, as they were made.
    generation : that the grid, incomes and law were chosen for, if any.
    """

    found: SearchInputs
    search: CandidateSearch
    perimeters: tuple[Perimeter, ...]
    provenance: Provenance
    options: CandidateOptions = field(default_factory=CandidateOptions)
    generation: GenerationInputs | None = None

    def frame(self) -> geopandas.GeoDataFrame:
        """One row per candidate; columns as in `geoville.sources.writers.perimeters_frame`."""
        return perimeters_frame(self.perimeters)

    def write(self, path: Path, into: LayerChoice = OWN_LAYER) -> None:
        """Write the candidates (format by suffix), and their provenance beside."""
        write_perimeters(self.perimeters, path, style=perimeters_look(self.perimeters), into=into)
        write_provenance(self.provenance, path)

    def document(self) -> dict[str, Any]:
        """What came out, as plain values."""
        return {
            "estimated": True,
            "vintage": self.found.start.grid.vintage,
            "generation": self.generation.document() if self.generation else None,
            "euros_of": self.found.euros_of,
            "thresholds": {
                unit: {
                    "eur": round(threshold.eur, 2),
                    "unrounded_eur": round(threshold.unrounded_eur, 2),
                    "relative": round(threshold.relative, 4),
                }
                for unit, threshold in self.found.start.thresholds.items()
            },
            "unverified": self.found.unverified or None,
            "doubts": list(self.found.doubts),
            "supposed": self.found.supposed.sentence or None,
            "intervals": INTERVALS_COVER,
            "cells": len(self.found.start.grid),
            "cells_selected": int(self.search.selected.sum()),
            "cells_added": int(self.search.added.sum()),
            "cells_outside_urban_unit": self.search.outside_unit,
            "small_units": list(self.found.small_units),
            "candidates": [
                {"code": item.code, "name": item.name, "communes": list(item.communes), **item.attributes}
                for item in self.perimeters
            ],
            "rejected": [_rejection(quarter) for quarter in self.search.rejected],
        }


def compute_candidates(
    grid_path: Path, request: CandidateRequest, *, workers: int = 1, scheduler: str | None = None
) -> CandidateRun:
    """Compute the candidate perimeters of a grid.

    Parameters
    ----------
    workers : processes of this machine that share out the urban units.
    scheduler : address of a dask scheduler whose workers do; then `workers` has no meaning.

    Raises
    ------
    InvalidInputError
        As `prepare_search`, the blocks or streets to follow cannot be read, or no scheduler answers.
    """
    check_workers(workers, scheduler)
    found = prepare_search(grid_path, request)
    start = found.start
    search = search_by_unit(start, found.legal, request.options, workers=workers, scheduler=scheduler)
    outlines = outlines_of(search.kept, start.grid, GRID_CRS[start.grid.epsg], request.outline)
    chosen = request.generation
    provenance = Provenance(
        command="perimeters candidates",
        inputs=(*found.inputs, *outlines.inputs),
        law=tuple(dict.fromkeys((*found.law, *(chosen.law if chosen else ())))),
        parameters={
            **found.parameters,
            **asdict(request.options),
            "outline": request.outline.name,
            "territory": request.territory.designation if request.territory else None,
            **({"generation": chosen.document()} if chosen else {}),
        },
        sources=(found.source,),
    )
    quarters = search.kept
    if request.options.method is SearchMethod.INDEX and (request.outline.has_layer or not request.outline.smooth):
        quarters = _refigured(quarters, outlines.geometries, found)
    search = replace(search, rejected=(*search.rejected, *(item for item in quarters if not item.is_candidate)))
    drawn = [pair for pair in zip(quarters, outlines.geometries, strict=True) if pair[0].is_candidate]
    kept = tuple(quarter for quarter, _ in drawn)
    perimeters = _perimeters(kept, [outline for _, outline in drawn], found)
    return CandidateRun(found, replace(search, kept=kept), perimeters, provenance, request.options, chosen)


def _refigured(
    quarters: Sequence[Quarter], outlines: Sequence[BaseGeometry], found: SearchInputs
) -> tuple[Quarter, ...]:
    """Quarters with the figures of the outlines drawn otherwise, and the decree's tests made again on these."""
    made = []
    for quarter, outline, figures in zip(quarters, outlines, AreaDescriber(found).figures(outlines), strict=True):
        made.append(
            replace(
                quarter,
                population=figures.population,
                households=figures.households,
                share_below=figures.share_below,
                median_eur=figures.median_eur,
                share_imputed=figures.share_imputed,
                tests=quarter_tests(
                    found.legal, figures.population, outline.area, figures.median_eur.value, quarter.threshold.eur
                ),
            )
        )
    return tuple(made)


def _perimeters(
    quarters: Sequence[Quarter], outlines: Sequence[BaseGeometry], found: SearchInputs
) -> tuple[Perimeter, ...]:
    """Perimeters of quarters, numbered commune by commune."""
    grid = found.start.grid
    counts: dict[str, int] = {}
    made = []
    for quarter, outline in zip(quarters, outlines, strict=True):
        commune = quarter.communes[0] if quarter.communes else ""
        counts[commune] = counts.get(commune, 0) + 1
        made.append(
            candidate_perimeter(
                quarter,
                outline,
                counts[commune],
                epsg=GRID_CRS[grid.epsg],
                vintage=grid.vintage,
                names=found.names,
                source=found.source,
                unverified=found.unverified,
                supposed=found.supposed.sentence,
            )
        )
    return tuple(made)


def _rejection(quarter: Quarter) -> dict[str, Any]:
    return {
        "communes": list(quarter.communes),
        "iris": list(quarter.iris),
        **quarter_figures(quarter),
        "failed": [
            {"test": test.name, "value": round(test.value, 1), "limit": round(test.limit, 1)}
            for test in quarter.tests
            if not test.passed
        ],
    }


class ScenarioChoices(IncomeChoices, total=False):
    """What is taken in place of the decree's figures and of the territory's own data; named as on the command line.

    Parameters
    ----------
    generation : of QPV: chooses the grid, incomes, urban units and law that go with it among what the territory has;
        what stands in for something else is in `generation.remarks` of the run.
    threshold_factor, minimum : what the decree's threshold is multiplied by, and the fewest people in place of the
        decree's: a scenario, which the result says.
    """

    generation: Literal["2015", "2024", "next"] | None
    threshold_factor: float
    minimum: float | None


class PolygonChoices(ScenarioChoices, OwnColumnNames, total=False):
    """What polygons of a file are measured with, and the columns that name them."""


def scenario_request(
    territory: Pack,
    on: date,
    choices: ScenarioChoices,
    *,
    vintage: int | None = None,
    is_grid_given: bool = False,
    known: type = ScenarioChoices,
) -> CandidateRequest:
    """What a computation on a territory is asked with, under a scenario where one is chosen.

    Parameters
    ----------
    is_grid_given : whether the grid is the caller's, and not chosen by the generation.
    known : typed dictionary of the choices that the caller takes.

    Raises
    ------
    InvalidInputError, TypeError
        As `candidate_request`.
    """
    refuse_unknown(choices, known)
    supposed = Supposition(choices.get("threshold_factor", 1.0), choices.get("minimum"))
    request = replace(_request(territory, on, choices, vintage), supposed=supposed)
    generation = choices.get("generation")
    if generation is None:
        return request
    return request_of_generation(request, generation, on, is_grid_given=is_grid_given)


def candidate_request(
    territory: Pack, on: date, choices: IncomeChoices, *, vintage: int | None = None
) -> CandidateRequest:
    """What a computation on a territory is asked with, its other choices left as the method has them.

    Raises
    ------
    InvalidInputError
        Reference incomes that are not complete, or something said of IRIS that are not given.
    TypeError
        A choice that there is not.
    """
    refuse_unknown(choices, IncomeChoices)
    return _request(territory, on, choices, vintage)


def _request(territory: Pack, on: date, choices: IncomeChoices, vintage: int | None) -> CandidateRequest:
    reference = income_reference(
        choices.get("rmuc_nat"),
        choices.get("rmuc_uu"),
        choices.get("uu_population"),
        small_since=choices.get("uu_small_since"),
        naming=ARGUMENTS,
    )
    iris = iris_input(
        choices.get("iris"),
        choices.get("iris_incomes"),
        choices.get("iris_national"),
        choices.get("iris_weight"),
        naming=ARGUMENTS,
    )
    return CandidateRequest(on=on, territory=territory, reference=reference, vintage=vintage, iris=iris)
