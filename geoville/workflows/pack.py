"""Build the computed layers of a territory pack from its other files: candidates, veille, vécu, and the manifest."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from geoville.errors import DataUnavailableError, Location
from geoville.model import Kind
from geoville.perimeters.vecu import VecuRules
from geoville.perimeters.veille import VeilleRules
from geoville.sources.files import replacing, sha256_of
from geoville.sources.grids import read_grid
from geoville.sources.territory import open_territory
from geoville.sources.territory_manifest import MANIFEST
from geoville.workflows.candidates import CandidateRequest, compute_candidates
from geoville.workflows.former_quarters import approximate_former, beside_what_is_published
from geoville.workflows.layers import grid_layer, read_quarters
from geoville.workflows.vecu import read_all_places, vecu_of
from geoville.workflows.veille import veille_of

if TYPE_CHECKING:
    from pathlib import Path

    from geoville.sources.territory import Territory
    from geoville.workflows.candidates import CandidateRun
    from geoville.workflows.vecu import VecuRun
    from geoville.workflows.veille import VeilleRun

_PLACE_ROLES = ("places", "contract_places")
_VEILLE = VeilleRules(min_population=100)
"""Cells at the edge of an approximation hold a few people each: they are listed, and are no quarter."""


@dataclass(frozen=True, eq=False, slots=True)
class BuiltPack:
    """Computed layers of a territory.

    Parameters
    ----------
    checksums : sha256 of each file written, by its name.
    """

    candidates: CandidateRun
    veille: VeilleRun
    vecu: VecuRun
    checksums: dict[str, str]

    def document(self) -> dict[str, Any]:
        """What came out, as plain values."""
        return {
            "candidates": self.candidates.document(),
            "veille": self.veille.document(),
            "vecu": self.vecu.document(),
            "sha256": self.checksums,
        }


def build_pack(name: str, folder: Path) -> BuiltPack:
    """Compute the layers of a territory, each with its provenance, and a manifest that has their checksums.

    Parameters
    ----------
    name : of the territory.
    folder : created where it is missing; the pack's own folder is brought up to date in place.

    Notes
    -----
    Veille and vécu are computed from the candidates as they are written, so that what is shipped answers for itself.
    """
    territory = open_territory(name)
    folder.mkdir(parents=True, exist_ok=True)
    files = {kind: folder / _file_name(territory, kind) for kind in (Kind.CANDIDAT, Kind.VEILLE, Kind.VECU)}
    candidates = compute_candidates(
        territory.grid_path(), CandidateRequest(on=territory.manifest.computed_on, territory=territory)
    )
    candidates.write(files[Kind.CANDIDAT])
    veille = _veille(territory, files[Kind.CANDIDAT])
    veille.write(files[Kind.VEILLE])
    vecu = _vecu(territory, files[Kind.CANDIDAT])
    vecu.write(files[Kind.VECU])
    checksums = {path.name: sha256_of(path) for path in files.values()}
    _write_manifest(territory, folder, checksums)
    return BuiltPack(candidates, veille, vecu, checksums)


def _veille(territory: Territory, candidates: Path) -> VeilleRun:
    on = territory.manifest.computed_on
    path = territory.grid_path()
    quarters = read_quarters(candidates, on)
    cells = grid_layer(read_grid(path, vintage=territory.default_vintage), territory.epsg, path)
    run = veille_of([approximate_former(territory)], quarters, on=on, rules=_VEILLE, cells=cells)
    return run.beside(beside_what_is_published(territory.manifest, run.veille))


def _vecu(territory: Territory, candidates: Path) -> VecuRun:
    on = territory.manifest.computed_on
    path = territory.grid_path()
    files = [file.checked_path() for file in territory.manifest.files if file.role in _PLACE_ROLES]
    return vecu_of(
        read_quarters(candidates, on),
        read_all_places(files, territory.epsg),
        on=on,
        rules=VecuRules(),
        cells=grid_layer(read_grid(path, vintage=territory.default_vintage), territory.epsg, path),
    )


def _file_name(territory: Territory, kind: Kind) -> str:
    names = [file.path.name for file in territory.manifest.files if file.role == kind]
    if not names:
        raise DataUnavailableError(
            f"La description du territoire ne nomme pas de fichier pour la couche « {kind} »",
            where=Location(MANIFEST),
            advice="l'ajouter à ses fichiers",
        )
    return names[0]


def _write_manifest(territory: Territory, folder: Path, checksums: dict[str, str]) -> None:
    """Copy the manifest with the checksums of the layers, and nothing else changed."""
    origin = next(iter(territory.manifest.files)).path.with_name(MANIFEST)
    text = origin.read_text(encoding="utf-8")
    for name, sha256 in checksums.items():
        entry = re.compile(rf'(\npath = "{re.escape(name)}"\n(?:[^\[\n].*\n)*?sha256 = ")[0-9a-f]{{64}}(")')
        text = entry.sub(rf"\g<1>{sha256}\g<2>", text)
    with replacing(folder / MANIFEST) as beside:
        beside.write_text(text, encoding="utf-8", newline="\n")
