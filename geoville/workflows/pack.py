"""The embedded pack built again from its sources: candidates, former quarters, veille, vécu, sensitivity."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from geoville.carroyage.grid import cell_squares, union_of_cells
from geoville.errors import InvalidInputError
from geoville.model import Kind, Perimeter, Source
from geoville.perimeters.vecu import VecuRules
from geoville.perimeters.veille import VeilleRules
from geoville.sources.files import make_folder, replacing, sha256_of
from geoville.sources.grids import read_grid
from geoville.sources.manifest import MANIFEST, SENSITIVITY, PackFile, manifest_text
from geoville.sources.pack import open_pack
from geoville.sources.provenance import InputFile, Provenance, write_provenance
from geoville.sources.quarter_people import QUARTER_PEOPLE, count_quarters, write_quarter_people
from geoville.workflows.candidates import compute_candidates
from geoville.workflows.layers import GisLayer, grid_layer, layer_of, read_quarters
from geoville.workflows.maps import MOST_CELLS
from geoville.workflows.search_inputs import CandidateRequest
from geoville.workflows.sensitivity import sweep_territory
from geoville.workflows.vecu import read_all_places, vecu_of
from geoville.workflows.veille import veille_of

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date
    from pathlib import Path

    from geoville.perimeters.veille import Veille
    from geoville.sources.manifest import FormerQuarter, Manifest
    from geoville.sources.pack import Pack
    from geoville.workflows.candidates import CandidateRun
    from geoville.workflows.sensitivity import SensitivityRun
    from geoville.workflows.vecu import VecuRun
    from geoville.workflows.veille import VeilleRun


# --- Former quarters of a territory whose contours are not open: cells stand for them, and every name says so

APPROXIMATION = "approximation par carreaux, d'après le contrat"
NOT_PLACED = "non placé"


def approximate_former(territory: Pack) -> GisLayer:
    """Cells of the IRIS that stand for each former quarter of a territory; those that no IRIS places are left out."""
    cells, manifest = territory.cells, territory.manifest
    perimeters = []
    for quarter in _placed(manifest):
        rows = np.isin(cells.iris, quarter.iris)
        squares = cell_squares(cells.easting[rows], cells.northing[rows], cells.epsg, territory.epsg)
        perimeters.append(
            Perimeter(
                code=quarter.code,
                name=f"{quarter.name} ({APPROXIMATION})",
                kind=Kind.CUCS,
                geometry=union_of_cells(squares),
                epsg=territory.epsg,
                estimated=True,
                communes=tuple(dict.fromkeys(cells.commune[rows].tolist())),
            )
        )
    table = territory.file("cells")
    return GisLayer(
        tuple(perimeters),
        InputFile("former", table.path.name, table.source.sha256 or ""),
        Source(APPROXIMATION, table.source.producer, table.source.vintage, table.source.licence, table.source.sha256),
    )


def beside_what_is_published(manifest: Manifest, veille: Veille) -> dict[str, Any]:
    """Population computed for each former quarter beside the ones published, and the quarters that are not placed."""
    return {
        "former_approximated": [
            {
                "code": quarter.code,
                "iris": list(quarter.iris),
                "why": quarter.source,
                "population_in_veille": _population(veille, quarter.code),
                "published": _published(manifest, quarter),
            }
            for quarter in _placed(manifest)
        ],
        "former_not_placed": [
            {
                "name": quarter.name,
                "reason": NOT_PLACED,
                "why": quarter.source,
                "published": _published(manifest, quarter),
            }
            for quarter in manifest.former
            if not quarter.iris
        ],
    }


def _placed(manifest: Manifest) -> Iterable[FormerQuarter]:
    return (quarter for quarter in manifest.former if quarter.iris)


def _population(veille: Veille, code: str) -> float:
    """People of the quarters that come first from a former one."""
    mine = [item for item in veille.quarters if str(item.attributes["origin"]).split(";")[0] == code]
    return round(sum(float(item.attributes["population"] or 0) for item in mine), 1)


def _published(manifest: Manifest, quarter: FormerQuarter) -> list[Any]:
    return [
        {"label": item.label, "population": item.population, "source": item.source, "note": item.note}
        for item in manifest.populations
        if item.label in quarter.populations
    ]


_NAMES = {
    Kind.CANDIDAT: "candidats.geojson",
    Kind.VEILLE: "veille.geojson",
    Kind.VECU: "vecu.geojson",
    SENSITIVITY: "sensibilite.csv",
    QUARTER_PEOPLE: "habitants_qpv.csv",
}
_TITLES = {
    Kind.CANDIDAT: "Périmètres candidats estimés d'après les carreaux de 200 m, sans valeur réglementaire",
    Kind.VEILLE: "Quartiers de veille : approximation par carreaux, sans valeur réglementaire",
    Kind.VECU: "Quartiers vécus estimés autour des quartiers prioritaires, sans valeur réglementaire",
    SENSITIVITY: "Nombre de scénarios qui retiennent chaque carreau, sans valeur réglementaire",
    QUARTER_PEOPLE: "Habitants des quartiers prioritaires d'après les carreaux de 200 m, au prorata des surfaces",
}
_PLACE_ROLES = ("places", "contract_places")
_VEILLE = VeilleRules(min_population=100)
"""Cells at the edge of an approximation hold a few people each: they are listed, and are no quarter."""


@dataclass(frozen=True, eq=False, slots=True)
class BuiltPack:
    """Computed layers of a territory.

    Parameters
    ----------
    veille, vecu : None where the territory has no former quarter, respectively no place, to compute them from.
    sensitivity : None where no cell is drawn: there are too many for a page, or no candidate.
    checksums : sha256 of each file written, by its name.
    """

    candidates: CandidateRun
    veille: VeilleRun | None
    vecu: VecuRun | None
    sensitivity: SensitivityRun | None
    checksums: dict[str, str]

    def document(self) -> dict[str, Any]:
        """What came out, as plain values."""
        return {
            "candidates": self.candidates.document(),
            "veille": self.veille.document() if self.veille else None,
            "vecu": self.vecu.document() if self.vecu else None,
            "sensitivity": self.sensitivity.document() if self.sensitivity else None,
            "sha256": self.checksums,
        }


def build_pack(name: str, folder: Path, on: date | None = None) -> BuiltPack:
    """Compute the layers of a territory, each with its provenance, and a manifest that has their checksums.

    Parameters
    ----------
    name : of the territory.
    folder : created where it is missing; that of an embedded pack is brought up to date in place.
    on : day whose law and quarters count; the one that the pack says where it is not given.

    Raises
    ------
    InvalidInputError
        Nobody says the day, or the pack has no reference income.
    DataUnavailableError
        The pack has no grid.

    Notes
    -----
    Veille and vécu are computed from the official quarters in force; where none is known, from the candidates as they
    are written, so that what is shipped answers for itself.
    """
    territory = open_pack(name)
    day = on or territory.manifest.computed_on
    if day is None:
        raise InvalidInputError(
            f"Le territoire « {territory.name} » ne dit pas de quel jour sont la loi et les quartiers à suivre",
            advice="le donner avec --on AAAA-MM-JJ",
        )
    if territory.income_reference is None:
        raise InvalidInputError(
            f"Le territoire « {territory.name} » n'a pas de revenus de référence",
            advice="calculer ses candidats avec « geoville perimeters candidates », --rmuc-nat, --rmuc-uu et "
            "--uu-population, ou le refaire avec eux (« geoville data territory new »)",
        )
    official = tuple(item for item in territory.perimeters({Kind.QPV}) if item.in_force(day))
    request = CandidateRequest(on=day, territory=territory)
    candidates = compute_candidates(territory.grid_path(), request)
    make_folder(folder)
    files: dict[str, Path] = {Kind.CANDIDAT: folder / _file_name(territory, Kind.CANDIDAT)}
    candidates.write(files[Kind.CANDIDAT])
    quarters = layer_of("qpv", official) if official else None
    if candidates.perimeters and quarters is None:
        quarters = read_quarters(files[Kind.CANDIDAT], day)
    veille = _veille(territory, quarters, day) if quarters else None
    vecu = _vecu(territory, quarters, day) if quarters else None
    for kind, run in ((Kind.VEILLE, veille), (Kind.VECU, vecu)):
        if run is not None:
            files[kind] = folder / _file_name(territory, kind)
            run.write(files[kind])
    sensitivity = _sensitivity(candidates, request)
    if sensitivity is not None:
        files[SENSITIVITY] = folder / _file_name(territory, SENSITIVITY)
        sensitivity.write_counts(files[SENSITIVITY])
    if _write_people(territory, folder / _file_name(territory, QUARTER_PEOPLE)):
        files[QUARTER_PEOPLE] = folder / _file_name(territory, QUARTER_PEOPLE)
    checksums = {path.name: sha256_of(path) for path in files.values()}
    _write_manifest(territory, folder, files)
    return BuiltPack(candidates, veille, vecu, sensitivity, checksums)


def _sensitivity(candidates: CandidateRun, request: CandidateRequest) -> SensitivityRun | None:
    """The sweep that maps show cell by cell, where they draw cells."""
    if request.territory is None or not candidates.perimeters or len(candidates.found.start.grid) > MOST_CELLS:
        return None
    return sweep_territory(request.territory, request)


def _veille(territory: Pack, quarters: GisLayer, on: date) -> VeilleRun | None:
    if not any(quarter.iris for quarter in territory.manifest.former):
        return None
    path = territory.grid_path()
    cells = grid_layer(read_grid(path, vintage=territory.default_vintage), territory.epsg, path)
    run = veille_of([approximate_former(territory)], quarters, on=on, rules=_VEILLE, cells=cells)
    return run.beside(beside_what_is_published(territory.manifest, run.veille))


def _vecu(territory: Pack, quarters: GisLayer, on: date) -> VecuRun | None:
    path = territory.grid_path()
    files = [file.checked_path() for file in territory.manifest.files if file.role in _PLACE_ROLES]
    if not files:
        return None
    return vecu_of(
        quarters,
        read_all_places(files, territory.epsg),
        on=on,
        rules=VecuRules(),
        cells=grid_layer(read_grid(path, vintage=territory.default_vintage), territory.epsg, path),
    )


def _write_people(territory: Pack, path: Path) -> bool:
    """Write the people of the cells of each official quarter, whatever its generation; False where there is none.

    A quarter that reaches beyond the communes of the pack is left out: its cells are not all there. Contours of 2015
    give their communes by name, those of 2024 by code.
    """
    grid_path = territory.grid_path()
    grid = read_grid(grid_path, vintage=territory.default_vintage)
    known = {text for commune in territory.communes.items() for text in commune}
    official = [item for item in territory.perimeters({Kind.QPV}) if not known or known >= {*item.communes}]
    counted = count_quarters(official, grid)
    if not counted:
        return False
    write_quarter_people(counted, path)
    cited = (territory.grids[territory.default_vintage].source, *(item.source for item in official))
    inputs = (InputFile("grid", grid_path.name, sha256_of(grid_path), territory.default_vintage),)
    sources = tuple(dict.fromkeys(source for source in cited if source))
    write_provenance(Provenance("data build", inputs, (), {"spread": "area"}, sources), path)
    return True


def _file_name(territory: Pack, role: str) -> str:
    """Name of the file of a layer: the one that the pack already has, else one in the format of the embedded pack's."""
    return next((file.path.name for file in territory.manifest.files if file.role == role), _NAMES[role])


def _write_manifest(territory: Pack, folder: Path, layers: dict[str, Path]) -> None:
    """Write the manifest with the checksums of the layers; of an embedded one nothing else changes."""
    text = _with_layers(territory, layers) if territory.version else _with_checksums(territory, layers)
    with replacing(folder / MANIFEST) as beside:
        beside.write_text(text, encoding="utf-8", newline="\n")


def _with_layers(territory: Pack, layers: dict[str, Path]) -> str:
    made = {path.name for path in layers.values()}
    kept = (file for file in territory.manifest.files if file.path.name not in made)
    vintage = str(territory.default_vintage)
    added = (
        PackFile(path, role, Source(_TITLES[role], "geoville", vintage, sha256=sha256_of(path)))
        for role, path in layers.items()
    )
    return manifest_text(replace(territory.manifest, files=(*kept, *added)))


def _with_checksums(territory: Pack, layers: dict[str, Path]) -> str:
    origin = next(iter(territory.manifest.files)).path.with_name(MANIFEST)
    text = origin.read_text(encoding="utf-8")
    for path in layers.values():
        entry = re.compile(rf'(\npath = "{re.escape(path.name)}"\n(?:[^\[\n].*\n)*?sha256 = ")[0-9a-f]{{64}}(")')
        text = entry.sub(rf"\g<1>{sha256_of(path)}\g<2>", text)
    return text
