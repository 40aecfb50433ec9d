"""Candidate perimeters from a file of cells: read, estimate, search, and say what everything rests on."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any

from geoville.crs import GRID_CRS
from geoville.errors import InvalidInputError
from geoville.law import IncomeReference, Threshold, eligible_units, parameter, require_income_rule
from geoville.model import Source
from geoville.perimeters.candidates import CandidateOptions, LegalTests, find_candidates
from geoville.perimeters.estimated import candidate_perimeter, quarter_figures, unverified_inputs
from geoville.sources.files import sha256_of
from geoville.sources.grids import read_grid
from geoville.sources.provenance import InputFile, Provenance, write_provenance
from geoville.sources.territory import list_territories
from geoville.sources.writers import write_perimeters
from geoville.workflows.estimation import IrisInput, estimate_grid
from geoville.workflows.outlines import OutlineInput, outlines_of
from geoville.workflows.zoning import (
    UnitTables,
    Zoning,
    zoning_of_reference,
    zoning_of_tables,
    zoning_of_territory,
)

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date
    from pathlib import Path

    from shapely.geometry.base import BaseGeometry

    from geoville.carroyage.grid import Grid
    from geoville.carroyage.income import CellIncome
    from geoville.model import Perimeter
    from geoville.perimeters.candidates import CandidateSearch
    from geoville.perimeters.quarter import Quarter
    from geoville.sources.provenance import JsonValue
    from geoville.sources.territory import Territory
    from geoville.workflows.estimation import Estimate


@dataclass(frozen=True, slots=True)
class CandidateRequest:
    """Everything that a computation of candidates is asked with.

    Parameters
    ----------
    on : day whose legal values apply.
    territory : gives the reference incomes, the communes of the urban unit, communes and IRIS of cells.
    reference : the one urban unit's figures; replaces the territory's.
    units : tables of many urban units, instead of both.
    vintage : of the grid, where nothing else tells it.
    iris : declared medians that the cells should meet.
    outline : what the outlines follow.
    options : choices that the law leaves open.
    """

    on: date
    territory: Territory | None = None
    reference: IncomeReference | None = None
    units: UnitTables | None = None
    vintage: int | None = None
    iris: IrisInput | None = None
    outline: OutlineInput = field(default_factory=OutlineInput)
    options: CandidateOptions = field(default_factory=CandidateOptions)


@dataclass(frozen=True, eq=False, slots=True)
class CandidateRun:
    """Candidates of one grid, with everything that decided them.

    Parameters
    ----------
    thresholds : of each urban unit that may have quarters.
    small_units : urban units left out because they have too few inhabitants.
    """

    grid: Grid
    income: CellIncome
    zoning: Zoning
    thresholds: dict[str, Threshold]
    small_units: tuple[str, ...]
    search: CandidateSearch
    perimeters: tuple[Perimeter, ...]
    provenance: Provenance

    @property
    def unverified(self) -> str:
        """What the run rests on without its text having been read, as a French enumeration."""
        return unverified_inputs(self.zoning.references.values(), self.provenance.law)

    def write(self, path: Path) -> None:
        """Write the candidates (format by suffix), and their provenance beside."""
        write_perimeters(self.perimeters, path)
        write_provenance(self.provenance, path)

    def document(self) -> dict[str, Any]:
        """What came out, as plain values."""
        return {
            "estimated": True,
            "vintage": self.grid.vintage,
            "thresholds": {
                unit: {"eur": round(threshold.eur, 2), "relative": round(threshold.relative, 4)}
                for unit, threshold in self.thresholds.items()
            },
            "unverified": self.unverified or None,
            "cells": len(self.grid),
            "cells_selected": int(self.search.selected.sum()),
            "cells_added": int(self.search.added.sum()),
            "cells_outside_urban_unit": self.search.outside_unit,
            "small_units": list(self.small_units),
            "candidates": [
                {"code": item.code, "name": item.name, "communes": list(item.communes), **item.attributes}
                for item in self.perimeters
            ],
            "rejected": [_rejection(quarter) for quarter in self.search.rejected],
        }


def compute_candidates(grid_path: Path, request: CandidateRequest) -> CandidateRun:
    """Compute the candidate perimeters of a grid.

    Raises
    ------
    InvalidInputError
        Neither a territory, nor reference incomes, nor tables of urban units: there is no threshold.
    LawError
        The only urban unit is too small, or another rule than income applies there.
    """
    if not (request.territory or request.reference or request.units):
        raise InvalidInputError(
            "Le seuil de revenu ne peut pas être calculé",
            advice="donner --territory, ou --rmuc-nat, --rmuc-uu et --uu-population",
        )
    grid = read_grid(grid_path, vintage=request.vintage, known_checksums=_known_checksums())
    estimate = estimate_grid(grid, request.iris)
    zoning = _zoning(grid, request, estimate)
    require_income_rule(set(zoning.zones.commune.tolist()))
    thresholds, small = eligible_units(zoning.references, request.on)
    minimum, poor_share = (parameter(key).at(request.on) for key in ("minimum_quarter_population", "poor_cell_share"))
    search = find_candidates(
        grid,
        estimate.income,
        zoning.zones,
        thresholds,
        LegalTests(poor_share=poor_share.value, minimum_population=minimum.value),
        request.options,
    )
    outlines = outlines_of(search.kept, grid, GRID_CRS[grid.epsg], request.outline)
    source = _source(grid_path, grid, request.territory)
    used_law = dict.fromkeys(value for threshold in thresholds.values() for value in threshold.law)
    provenance = Provenance(
        command="perimeters candidates",
        inputs=(
            InputFile("grid", grid_path.name, source.sha256 or "", grid.vintage),
            *estimate.inputs,
            *zoning.inputs,
            *outlines.inputs,
        ),
        law=(*used_law, poor_share, minimum, *estimate.law),
        parameters=_parameters(request, zoning, estimate),
        sources=(source,),
    )
    perimeters = _perimeters(search.kept, outlines.geometries, grid, zoning, source, provenance)
    return CandidateRun(grid, estimate.income, zoning, thresholds, small, search, perimeters, provenance)


def _zoning(grid: Grid, request: CandidateRequest, estimate: Estimate) -> Zoning:
    if request.units:
        return zoning_of_tables(grid, request.units, estimate)
    if request.territory:
        return zoning_of_territory(grid, request.territory, request.reference, estimate)
    assert request.reference is not None
    return zoning_of_reference(grid, request.reference, estimate)


def _perimeters(
    quarters: Sequence[Quarter],
    outlines: Sequence[BaseGeometry],
    grid: Grid,
    zoning: Zoning,
    source: Source,
    provenance: Provenance,
) -> tuple[Perimeter, ...]:
    """Perimeters of quarters, numbered commune by commune."""
    unverified = unverified_inputs(zoning.references.values(), provenance.law)
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
                names=zoning.names,
                source=source,
                unverified=unverified,
            )
        )
    return tuple(made)


def _parameters(request: CandidateRequest, zoning: Zoning, estimate: Estimate) -> dict[str, JsonValue]:
    units: dict[str, JsonValue] = {
        unit: {
            "rmuc_national_eur": reference.national_eur,
            "rmuc_urban_unit_eur": reference.urban_unit_eur,
            "population": reference.urban_unit_population,
            "verified": reference.verified,
            "source": reference.source,
        }
        for unit, reference in zoning.references.items()
    }
    return {
        "urban_units": units,
        **asdict(request.options),
        "iris_weight": estimate.iris_weight,
        "outline": request.outline.name,
        "territory": request.territory.name if request.territory else None,
    }


def _known_checksums() -> dict[str, int]:
    return {sha256: year for pack in list_territories() for sha256, year in pack.grid_checksums().items()}


def _source(path: Path, grid: Grid, territory: Territory | None) -> Source:
    sha256 = sha256_of(path)
    shipped = [file.source for file in territory.grids.values() if file.source.sha256 == sha256] if territory else []
    return shipped[0] if shipped else Source(path.name, vintage=str(grid.vintage), sha256=sha256)


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
