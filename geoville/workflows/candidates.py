"""Candidate perimeters from a file of cells: read, estimate, search, and say what everything rests on."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any

from geoville.crs import GRID_CRS
from geoville.perimeters.candidates import CandidateOptions
from geoville.perimeters.estimated import candidate_perimeter, quarter_figures
from geoville.sources.provenance import Provenance, write_provenance
from geoville.sources.writers import write_perimeters
from geoville.workflows.candidates_by_unit import search_by_unit
from geoville.workflows.outlines import outlines_of
from geoville.workflows.qgis_looks import perimeters_look
from geoville.workflows.search_inputs import CandidateRequest, SearchInputs, prepare_search

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from shapely.geometry.base import BaseGeometry

    from geoville.model import Perimeter
    from geoville.perimeters.candidates import CandidateSearch
    from geoville.perimeters.quarter import Quarter

__all__ = ["CandidateRequest", "CandidateRun", "compute_candidates"]


@dataclass(frozen=True, eq=False, slots=True)
class CandidateRun:
    """Candidates of one grid, with everything that decided them.

    Parameters
    ----------
    found : the grid, its estimate, zones and thresholds.
    options : choices that the law leaves open, as they were made.
    """

    found: SearchInputs
    search: CandidateSearch
    perimeters: tuple[Perimeter, ...]
    provenance: Provenance
    options: CandidateOptions = field(default_factory=CandidateOptions)

    def write(self, path: Path) -> None:
        """Write the candidates (format by suffix), and their provenance beside."""
        write_perimeters(self.perimeters, path, style=perimeters_look(self.perimeters))
        write_provenance(self.provenance, path)

    def document(self) -> dict[str, Any]:
        """What came out, as plain values."""
        return {
            "estimated": True,
            "vintage": self.found.start.grid.vintage,
            "thresholds": {
                unit: {"eur": round(threshold.eur, 2), "relative": round(threshold.relative, 4)}
                for unit, threshold in self.found.start.thresholds.items()
            },
            "unverified": self.found.unverified or None,
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
    found = prepare_search(grid_path, request)
    start = found.start
    search = search_by_unit(start, found.legal, request.options, workers=workers, scheduler=scheduler)
    outlines = outlines_of(search.kept, start.grid, GRID_CRS[start.grid.epsg], request.outline)
    provenance = Provenance(
        command="perimeters candidates",
        inputs=(*found.inputs, *outlines.inputs),
        law=found.law,
        parameters={
            **found.parameters,
            **asdict(request.options),
            "outline": request.outline.name,
            "territory": request.territory.designation if request.territory else None,
        },
        sources=(found.source,),
    )
    perimeters = _perimeters(search.kept, outlines.geometries, found)
    return CandidateRun(found, search, perimeters, provenance, request.options)


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
