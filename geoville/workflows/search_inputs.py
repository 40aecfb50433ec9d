"""What a search of candidates starts from, and everything that it rests on, for one file of cells."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from geoville.errors import InvalidInputError
from geoville.law import eligible_units, parameter, require_income_rule
from geoville.model import Source
from geoville.perimeters.candidates import CandidateOptions, LegalTests
from geoville.perimeters.estimated import Names, unverified_inputs
from geoville.perimeters.sensitivity import SearchStart
from geoville.sources.files import sha256_of
from geoville.sources.grids import read_grid
from geoville.sources.provenance import InputFile
from geoville.sources.territory import list_territories
from geoville.sources.territory.manifest import COMMUNES
from geoville.workflows.estimation import IrisInput, estimate_grid, iris_of_territory
from geoville.workflows.outlines import OutlineInput
from geoville.workflows.parts_estimation import estimate_parts_of
from geoville.workflows.zoning import zoning_of_reference, zoning_of_tables, zoning_of_territory

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date
    from pathlib import Path

    from geoville.carroyage.grid import Grid
    from geoville.law import DatedValue, IncomeReference
    from geoville.sources.provenance import JsonValue
    from geoville.sources.territory import Territory
    from geoville.workflows.estimation import Estimate
    from geoville.workflows.unit_tables import UnitTables
    from geoville.workflows.zoning import Zoning

_TABLES = "--communes, --urban-units, --rmuc et --rmuc-nat"


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
    iris : declared medians that the cells should meet; those of the territory, where it has them, if not given.
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

    def territory_grid(self) -> Path:
        """Grid of the territory, of the vintage asked for, else of its own.

        Raises
        ------
        InvalidInputError
            There is no territory, or it has no grid of that vintage.
        DataUnavailableError
            The territory has no grid.
        """
        if self.territory is None:
            raise InvalidInputError("Il manque une grille", advice="donner --grid, ou un --territory qui en a une")
        return self.territory.grid_path(self.vintage)


@dataclass(frozen=True, eq=False, slots=True)
class SearchInputs:
    """A grid ready to be searched.

    Parameters
    ----------
    references : figures of each urban unit.
    small_units : urban units left out because they have too few inhabitants.
    names : of the places that candidates are named after.
    law : every legal value that was used.
    inputs : every file that was read.
    source : what to cite for the grid.
    iris_weight : how far cells are moved towards the IRIS's medians; None without IRIS.
    """

    start: SearchStart
    legal: LegalTests
    references: Mapping[str, IncomeReference]
    small_units: tuple[str, ...]
    names: Names
    law: tuple[DatedValue, ...]
    inputs: tuple[InputFile, ...]
    source: Source
    iris_weight: float | None

    @property
    def unverified(self) -> str:
        """What the search rests on without its text having been read, as a French enumeration."""
        return unverified_inputs(self.references.values(), self.law)

    @property
    def national_eur(self) -> float:
        """National median declared income per UC: one for all urban units; NaN where there is no reference."""
        return next((reference.national_eur for reference in self.references.values()), math.nan)

    @property
    def parameters(self) -> dict[str, JsonValue]:
        """Figures of each urban unit and weight of the IRIS, for the provenance."""
        return {
            "iris_weight": self.iris_weight,
            "urban_units": {
                unit: {
                    "rmuc_national_eur": reference.national_eur,
                    "rmuc_urban_unit_eur": reference.urban_unit_eur,
                    "population": reference.urban_unit_population,
                    "verified": reference.verified,
                    "source": reference.source,
                    **_delay(reference),
                }
                for unit, reference in self.references.items()
            },
        }


def _delay(reference: IncomeReference) -> dict[str, str]:
    """The day that a unit became too small, for the provenance of the few units that have one."""
    return {"small_since": reference.too_small_since.isoformat()} if reference.too_small_since else {}


def prepare_search(grid_path: Path, request: CandidateRequest) -> SearchInputs:
    """Read a grid, estimate its incomes, and find the zones and thresholds of its cells.

    Raises
    ------
    InvalidInputError
        Neither reference incomes, nor a territory that has some, nor tables of urban units: there is no threshold.
    LawError
        The only urban unit is too small, or another rule than income applies there.
    """
    require_reference(request)
    return prepare_figures(grid_path, request)


def require_reference(request: CandidateRequest) -> None:
    """Refuse a request that gives no reference income, or one for many units; InvalidInputError says what to give."""
    if request.units:
        return
    if request.territory is not None and _lacks_units(request.territory, request.reference):
        raise InvalidInputError(
            f"Le territoire « {request.territory.name} » a plusieurs unités urbaines, et chacune a son seuil",
            advice=f"retirer --territory et donner {_TABLES}",
        )
    if request.reference:
        return
    if request.territory is None:
        raise InvalidInputError(
            "Le seuil de revenu ne peut pas être calculé",
            advice="donner --territory, ou --rmuc-nat, --rmuc-uu et --uu-population",
        )
    if request.territory.income_reference is None and not request.territory.unit_references:
        raise InvalidInputError(
            f"Le seuil de revenu ne peut pas être calculé, faute de revenus de référence dans le territoire "
            f"« {request.territory.name} »",
            advice="donner --rmuc-nat, --rmuc-uu et --uu-population ; pour plusieurs unités urbaines, retirer "
            f"--territory et donner {_TABLES}",
        )


def _lacks_units(territory: Territory, reference: IncomeReference | None) -> bool:
    """Whether a territory spans many urban units, and one reference or none is known for them all."""
    spans_many = territory.manifest.scope != COMMUNES and territory.manifest.urban_unit is None
    return spans_many and (reference is not None or not territory.unit_references)


def prepare_figures(grid_path: Path, request: CandidateRequest) -> SearchInputs:
    """As `prepare_search`, for figures: without reference income no threshold is known, and what needs one is NaN."""
    grid, source = read_sourced_grid(grid_path, request.vintage)
    iris = request.iris or (iris_of_territory(request.territory) if request.territory else None)
    estimate = estimate_grid(grid, iris)
    zoning = _zoning(grid, request, estimate)
    require_income_rule(set(zoning.zones.commune.tolist()))
    thresholds, small = eligible_units(zoning.references, request.on)
    minimum, poor_share = (parameter(key).at(request.on) for key in ("minimum_quarter_population", "poor_cell_share"))
    estimated = estimate_parts_of(grid, estimate, zoning.zones, thresholds, request)
    used_law = dict.fromkeys(value for threshold in thresholds.values() for value in threshold.law)
    return SearchInputs(
        start=SearchStart(grid, estimate.income, zoning.zones, thresholds, estimated.parts),
        legal=LegalTests(poor_share=poor_share.value, minimum_population=minimum.value),
        references=zoning.references,
        small_units=small,
        names=zoning.names,
        law=tuple(dict.fromkeys((*used_law, poor_share, minimum, *estimate.law, *estimated.law))),
        inputs=(grid_input(grid_path, grid, source), *estimate.inputs, *estimated.inputs, *zoning.inputs),
        source=source,
        iris_weight=estimate.iris_weight,
    )


def read_sourced_grid(path: Path, vintage: int | None) -> tuple[Grid, Source]:
    """Read a grid, and say what to cite for it: the pack that ships the same bytes, else the file.

    Parameters
    ----------
    vintage : of the grid, where neither a pack nor the name of the file tells it.
    """
    packs = list_territories()
    known = {sha256: year for pack in packs for sha256, year in pack.grid_checksums().items()}
    grid = read_grid(path, vintage=vintage, known_checksums=known)
    sha256 = sha256_of(path)
    shipped = (file.source for pack in packs for file in pack.grids.values() if file.source.sha256 == sha256)
    return grid, next(shipped, Source(path.name, vintage=str(grid.vintage), sha256=sha256))


def grid_input(path: Path, grid: Grid, source: Source) -> InputFile:
    """A grid that was read, for the provenance."""
    return InputFile("grid", path.name, source.sha256 or "", grid.vintage)


def _zoning(grid: Grid, request: CandidateRequest, estimate: Estimate) -> Zoning:
    if request.units:
        return zoning_of_tables(grid, request.units, estimate)
    if request.territory:
        return zoning_of_territory(grid, request.territory, request.reference, estimate)
    assert request.reference is not None  # `require_reference`
    return zoning_of_reference(grid, request.reference, estimate)
