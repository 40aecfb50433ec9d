"""Candidate perimeters from a file of cells: read, estimate, search, and say what everything rests on."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from geoville.carroyage.contiguity import Contiguity
from geoville.carroyage.income import estimate_income
from geoville.crs import GRID_CRS
from geoville.errors import InvalidInputError
from geoville.law import IncomeReference, Threshold, income_threshold, parameter
from geoville.model import Source
from geoville.perimeters.candidates import CandidateRules, find_candidates
from geoville.perimeters.estimated import Names, candidate_perimeter, quarter_figures, unverified_inputs
from geoville.perimeters.quarter import CellZones
from geoville.sources.bridges import read_bridge
from geoville.sources.files import sha256_of
from geoville.sources.grids import read_grid
from geoville.sources.locations import embedded_data
from geoville.sources.provenance import InputFile, Provenance, write_provenance
from geoville.sources.territory import list_territories
from geoville.sources.writers import write_perimeters

if TYPE_CHECKING:
    from datetime import date
    from pathlib import Path

    from geoville.carroyage.grid import Grid
    from geoville.model import Perimeter
    from geoville.perimeters.candidates import CandidateSearch
    from geoville.perimeters.quarter import Quarter
    from geoville.sources.territory import Territory

BRIDGE_FILE = "bridge.json"
_FROM_THE_USER = "donnés en ligne de commande"


@dataclass(frozen=True, slots=True)
class CandidateOptions:
    """Choices that the decree leaves open.

    Parameters
    ----------
    contiguity : when two cells touch.
    gap_m : widest unpopulated gap bridged, metres.
    hole_cells : most populated cells in a hole that is filled.
    """

    contiguity: Contiguity = field(default=Contiguity.QUEEN)
    gap_m: float = 200.0
    hole_cells: int = 2


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
    options: CandidateOptions | None = None,
) -> CandidateRun:
    """Compute the candidate perimeters of a grid.

    Parameters
    ----------
    on : day whose legal values apply.
    territory : gives the reference incomes, the communes of the urban unit, communes and IRIS of cells.
    reference : replaces the territory's reference incomes.
    vintage : of the grid, where nothing else tells it.

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
    grid = read_grid(grid_path, vintage=vintage, known_checksums=_known_checksums())
    threshold = income_threshold(known, on)
    median = parameter("median_disposable_income_eur").of_year(grid.vintage)
    minimum = parameter("minimum_quarter_population").at(on)
    poor_share = parameter("poor_cell_share").at(on)
    law = (*threshold.law, poor_share, minimum, median)
    income = estimate_income(grid, read_bridge(embedded_data() / BRIDGE_FILE), median.value)
    rules = CandidateRules(
        poor_share=poor_share.value,
        minimum_population=minimum.value,
        contiguity=options.contiguity,
        gap_m=options.gap_m,
        hole_cells=options.hole_cells,
    )
    search = find_candidates(grid, income, _zones(grid, territory), threshold, rules)
    source = _source(grid_path, grid, territory)
    return CandidateRun(
        grid=grid,
        search=search,
        threshold=threshold,
        perimeters=_perimeters(search, grid, threshold, territory, source, unverified_inputs(known, law)),
        provenance=Provenance(
            command="perimeters candidates",
            inputs=(
                InputFile("grid", grid_path.name, source.sha256 or "", grid.vintage),
                InputFile("bridge", BRIDGE_FILE, sha256_of(embedded_data() / BRIDGE_FILE)),
            ),
            law=law,
            parameters={
                "rmuc_national_eur": known.national_eur,
                "rmuc_urban_unit_eur": known.urban_unit_eur,
                "urban_unit_population": known.urban_unit_population,
                "rmuc_verified": known.verified,
                "rmuc_source": known.source or _FROM_THE_USER,
                "contiguity": options.contiguity.value,
                "gap_m": options.gap_m,
                "hole_cells": options.hole_cells,
                "territory": territory.name if territory else None,
            },
            sources=(source,),
        ),
    )


def _perimeters(
    search: CandidateSearch,
    grid: Grid,
    threshold: Threshold,
    territory: Territory | None,
    source: Source,
    unverified: str,
) -> tuple[Perimeter, ...]:
    names = _names(territory)
    epsg = GRID_CRS[grid.epsg]
    return tuple(
        candidate_perimeter(
            quarter, rank, grid, epsg=epsg, threshold=threshold, names=names, source=source, unverified=unverified
        )
        for rank, quarter in enumerate(search.kept, start=1)
    )


def _names(territory: Territory | None) -> Names:
    if territory is None:
        return Names({}, {}, {})
    return Names(territory.communes, territory.iris_names, territory.manifest.neighbourhoods)


def _zones(grid: Grid, territory: Territory | None) -> CellZones:
    """Commune and IRIS of each cell; without a territory, every cell is taken to be in the urban unit."""
    if territory is None:
        nowhere = np.full(len(grid), "")
        return CellZones(nowhere, nowhere, np.ones(len(grid), dtype=bool))
    commune, iris = territory.cells.zones_of(grid)
    return CellZones(commune, iris, np.isin(commune, sorted(territory.urban_unit_communes)))


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
