"""Candidate perimeters from a file of cells: read, estimate, search, and say what everything rests on."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from geoville.crs import GRID_CRS
from geoville.errors import InvalidInputError
from geoville.law import IncomeReference, Threshold, income_threshold, parameter
from geoville.model import Source
from geoville.perimeters.candidates import CandidateOptions, LegalTests, find_candidates
from geoville.perimeters.estimated import Names, candidate_perimeter, quarter_figures, unverified_inputs
from geoville.perimeters.quarter import CellZones
from geoville.sources.files import sha256_of
from geoville.sources.grids import read_grid
from geoville.sources.provenance import InputFile, Provenance, write_provenance
from geoville.sources.territory import list_territories
from geoville.sources.writers import write_perimeters
from geoville.workflows.estimation import Estimate, IrisInput, estimate_grid

if TYPE_CHECKING:
    from datetime import date
    from pathlib import Path

    from geoville.carroyage.grid import Grid
    from geoville.model import Perimeter
    from geoville.perimeters.candidates import CandidateSearch
    from geoville.perimeters.quarter import Quarter
    from geoville.sources.provenance import JsonValue
    from geoville.sources.territory import Territory


@dataclass(frozen=True, eq=False, slots=True)
class CandidateRun:
    """Candidates of one grid, with everything that decided them."""

    grid: Grid
    search: CandidateSearch
    threshold: Threshold
    perimeters: tuple[Perimeter, ...]
    provenance: Provenance

    @property
    def unverified(self) -> str:
        """What the run rests on without its text having been read, as a French enumeration."""
        return unverified_inputs(self.threshold.reference, self.provenance.law)

    def write(self, path: Path) -> None:
        """Write the candidates (format by suffix), and their provenance beside."""
        write_perimeters(self.perimeters, path)
        write_provenance(self.provenance, path)

    def document(self) -> dict[str, Any]:
        """What came out, as plain values."""
        return {
            "estimated": True,
            "vintage": self.grid.vintage,
            "threshold_eur": round(self.threshold.eur, 2),
            "threshold_relative": round(self.threshold.relative, 4),
            "unverified": self.unverified or None,
            "cells": len(self.grid),
            "cells_selected": int(self.search.selected.sum()),
            "cells_outside_urban_unit": self.search.outside_unit,
            "candidates": [
                {"code": item.code, "name": item.name, "communes": list(item.communes), **item.attributes}
                for item in self.perimeters
            ],
            "rejected": [_rejection(quarter, self.threshold) for quarter in self.search.rejected],
        }


def compute_candidates(
    grid_path: Path,
    *,
    on: date,
    territory: Territory | None = None,
    reference: IncomeReference | None = None,
    vintage: int | None = None,
    iris: IrisInput | None = None,
    options: CandidateOptions | None = None,
) -> CandidateRun:
    """Compute the candidate perimeters of a grid.

    Parameters
    ----------
    on : day whose legal values apply.
    territory : gives the reference incomes, the communes of the urban unit, communes and IRIS of cells.
    reference : replaces the territory's reference incomes.
    vintage : of the grid, where nothing else tells it.
    iris : declared medians to be met; the estimate is then of their year.

    Raises
    ------
    InvalidInputError
        Neither a territory nor reference incomes: there is no threshold.
    """
    options = options or CandidateOptions()
    known = reference or (territory.income_reference if territory else None)
    if known is None:
        raise InvalidInputError(
            "Le seuil de revenu ne peut pas être calculé",
            advice="donner --territory, ou --rmuc-nat, --rmuc-uu et --uu-population",
        )
    threshold = income_threshold(known, on)
    grid = read_grid(grid_path, vintage=vintage, known_checksums=_known_checksums())
    estimate = estimate_grid(grid, iris)
    minimum, poor_share = (parameter(key).at(on) for key in ("minimum_quarter_population", "poor_cell_share"))
    law = (*threshold.law, poor_share, minimum, *estimate.law)
    search = find_candidates(
        grid,
        estimate.income,
        _zones(grid, territory, estimate),
        threshold,
        LegalTests(poor_share=poor_share.value, minimum_population=minimum.value),
        options,
    )
    source = _source(grid_path, grid, territory)
    provenance = Provenance(
        command="perimeters candidates",
        inputs=(InputFile("grid", grid_path.name, source.sha256 or "", grid.vintage), *estimate.inputs),
        law=law,
        parameters={**_parameters(known, options, territory), "iris_weight": estimate.iris_weight},
        sources=(source,),
    )
    names = _names(territory, estimate)
    perimeters = tuple(
        candidate_perimeter(
            quarter,
            rank,
            grid,
            epsg=GRID_CRS[grid.epsg],
            threshold=threshold,
            names=names,
            source=source,
            unverified=unverified_inputs(known, law),
        )
        for rank, quarter in enumerate(search.kept, start=1)
    )
    return CandidateRun(grid, search, threshold, perimeters, provenance)


def _parameters(
    reference: IncomeReference, options: CandidateOptions, territory: Territory | None
) -> dict[str, JsonValue]:
    return {
        "rmuc_national_eur": reference.national_eur,
        "rmuc_urban_unit_eur": reference.urban_unit_eur,
        "urban_unit_population": reference.urban_unit_population,
        "rmuc_verified": reference.verified,
        "rmuc_source": reference.source,
        **asdict(options),
        "territory": territory.name if territory else None,
    }


def _names(territory: Territory | None, estimate: Estimate) -> Names:
    if territory is None:
        return Names({}, estimate.iris_names, {})
    return Names(territory.communes, territory.iris_names | estimate.iris_names, territory.manifest.neighbourhoods)


def _zones(grid: Grid, territory: Territory | None, estimate: Estimate) -> CellZones:
    """Commune and IRIS of each cell; without a territory, every cell is taken to be in the urban unit."""
    if territory is None:
        nowhere = np.full(len(grid), "")
        commune = nowhere if estimate.iris is None else estimate.iris.astype("U5")
        iris = nowhere if estimate.iris is None else estimate.iris
        return CellZones(commune, iris, np.ones(len(grid), dtype=bool))
    commune, iris = territory.cells.zones_of(grid)
    return CellZones(
        commune,
        iris if estimate.iris is None else estimate.iris,
        np.isin(commune, sorted(territory.urban_unit_communes)),
    )


def _known_checksums() -> dict[str, int]:
    return {sha256: year for pack in list_territories() for sha256, year in pack.grid_checksums().items()}


def _source(path: Path, grid: Grid, territory: Territory | None) -> Source:
    sha256 = sha256_of(path)
    shipped = [file.source for file in territory.grids.values() if file.source.sha256 == sha256] if territory else []
    return shipped[0] if shipped else Source(path.name, vintage=str(grid.vintage), sha256=sha256)


def _rejection(quarter: Quarter, threshold: Threshold) -> dict[str, Any]:
    return {
        "communes": list(quarter.communes),
        "iris": list(quarter.iris),
        **quarter_figures(quarter, threshold),
        "failed": [
            {"test": test.name, "value": round(test.value, 1), "limit": round(test.limit, 1)}
            for test in quarter.tests
            if not test.passed
        ],
    }
