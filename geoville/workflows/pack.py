"""Build the computed layers of a territory pack from its other files: candidates, veille, vécu, and the manifest."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from geoville.errors import InvalidInputError
from geoville.model import Kind, Source
from geoville.perimeters.vecu import VecuRules
from geoville.perimeters.veille import VeilleRules
from geoville.sources.files import make_folder, replacing, sha256_of
from geoville.sources.grids import read_grid
from geoville.sources.territory import open_territory
from geoville.sources.territory.manifest import MANIFEST, PackFile
from geoville.sources.territory.manifest_text import manifest_text
from geoville.workflows.candidates import CandidateRequest, compute_candidates
from geoville.workflows.former_quarters import approximate_former, beside_what_is_published
from geoville.workflows.layers import grid_layer, read_quarters
from geoville.workflows.vecu import read_all_places, vecu_of
from geoville.workflows.veille import veille_of

if TYPE_CHECKING:
    from datetime import date
    from pathlib import Path

    from geoville.sources.territory import Territory
    from geoville.workflows.candidates import CandidateRun
    from geoville.workflows.vecu import VecuRun
    from geoville.workflows.veille import VeilleRun

_STEMS = {Kind.CANDIDAT: "candidats", Kind.VEILLE: "veille", Kind.VECU: "vecu"}
_TITLES = {
    Kind.CANDIDAT: "Périmètres candidats estimés d'après les carreaux de 200 m, sans valeur réglementaire",
    Kind.VEILLE: "Quartiers de veille : approximation par carreaux, sans valeur réglementaire",
    Kind.VECU: "Quartiers vécus estimés autour des candidats, sans valeur réglementaire",
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
    checksums : sha256 of each file written, by its name.
    """

    candidates: CandidateRun
    veille: VeilleRun | None
    vecu: VecuRun | None
    checksums: dict[str, str]

    def document(self) -> dict[str, Any]:
        """What came out, as plain values."""
        return {
            "candidates": self.candidates.document(),
            "veille": self.veille.document() if self.veille else None,
            "vecu": self.vecu.document() if self.vecu else None,
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
    Veille and vécu are computed from the candidates as they are written, so that what is shipped answers for itself.
    """
    territory = open_territory(name)
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
    candidates = compute_candidates(territory.grid_path(), CandidateRequest(on=day, territory=territory))
    make_folder(folder)
    files = {Kind.CANDIDAT: folder / _file_name(territory, Kind.CANDIDAT)}
    candidates.write(files[Kind.CANDIDAT])
    veille = _veille(territory, files[Kind.CANDIDAT], day) if candidates.perimeters else None
    vecu = _vecu(territory, files[Kind.CANDIDAT], day) if candidates.perimeters else None
    for kind, run in ((Kind.VEILLE, veille), (Kind.VECU, vecu)):
        if run is not None:
            files[kind] = folder / _file_name(territory, kind)
            run.write(files[kind])
    checksums = {path.name: sha256_of(path) for path in files.values()}
    _write_manifest(territory, folder, files)
    return BuiltPack(candidates, veille, vecu, checksums)


def _veille(territory: Territory, candidates: Path, on: date) -> VeilleRun | None:
    if not any(quarter.iris for quarter in territory.manifest.former):
        return None
    path = territory.grid_path()
    quarters = read_quarters(candidates, on)
    cells = grid_layer(read_grid(path, vintage=territory.default_vintage), territory.epsg, path)
    run = veille_of([approximate_former(territory)], quarters, on=on, rules=_VEILLE, cells=cells)
    return run.beside(beside_what_is_published(territory.manifest, run.veille))


def _vecu(territory: Territory, candidates: Path, on: date) -> VecuRun | None:
    path = territory.grid_path()
    files = [file.checked_path() for file in territory.manifest.files if file.role in _PLACE_ROLES]
    if not files:
        return None
    return vecu_of(
        read_quarters(candidates, on),
        read_all_places(files, territory.epsg),
        on=on,
        rules=VecuRules(),
        cells=grid_layer(read_grid(path, vintage=territory.default_vintage), territory.epsg, path),
    )


def _file_name(territory: Territory, kind: Kind) -> str:
    """Name of the file of a layer: the one that the pack already has, else one in the format of the embedded pack's."""
    return next((file.path.name for file in territory.manifest.files if file.role == kind), f"{_STEMS[kind]}.geojson")


def _write_manifest(territory: Territory, folder: Path, layers: dict[Kind, Path]) -> None:
    """Write the manifest with the checksums of the layers; of an embedded one nothing else changes."""
    text = _with_layers(territory, layers) if territory.version else _with_checksums(territory, layers)
    with replacing(folder / MANIFEST) as beside:
        beside.write_text(text, encoding="utf-8", newline="\n")


def _with_layers(territory: Territory, layers: dict[Kind, Path]) -> str:
    made = {path.name for path in layers.values()}
    kept = (file for file in territory.manifest.files if file.path.name not in made)
    vintage = str(territory.default_vintage)
    added = (
        PackFile(path, kind, Source(_TITLES[kind], "geoville", vintage, sha256=sha256_of(path)))
        for kind, path in layers.items()
    )
    return manifest_text(replace(territory.manifest, files=(*kept, *added)))


def _with_checksums(territory: Territory, layers: dict[Kind, Path]) -> str:
    origin = next(iter(territory.manifest.files)).path.with_name(MANIFEST)
    text = origin.read_text(encoding="utf-8")
    for path in layers.values():
        entry = re.compile(rf'(\npath = "{re.escape(path.name)}"\n(?:[^\[\n].*\n)*?sha256 = ")[0-9a-f]{{64}}(")')
        text = entry.sub(rf"\g<1>{sha256_of(path)}\g<2>", text)
    return text
