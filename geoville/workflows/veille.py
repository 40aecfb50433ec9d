"""Veille quarters from files: read, subtract, and say what was dropped and what everything rests on."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field, replace
from typing import TYPE_CHECKING, Any

from geoville.model import Source
from geoville.perimeters.veille import Veille, VeilleRules, piece_figures, veille_quarters
from geoville.sources.provenance import Provenance, write_provenance
from geoville.sources.writers import write_perimeters
from geoville.workflows.layers import inputs_of, read_cells_with_people, read_former, read_quarters, require_epsg
from geoville.workflows.qgis_looks import perimeters_look

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date
    from pathlib import Path

    from geoville.workflows.layers import GisLayer, GridLayer


COMMAND = "perimeters veille"


@dataclass(frozen=True, eq=False, slots=True)
class VeilleRun:
    """Veille quarters of a day, with everything that decided them."""

    veille: Veille
    on: date
    estimated: bool
    provenance: Provenance
    context: Mapping[str, Any] = field(default_factory=dict)

    def beside(self, context: Mapping[str, Any]) -> VeilleRun:
        """The same run, with what is known besides: written in the document and in the provenance."""
        provenance = replace(self.provenance, parameters={**self.provenance.parameters, **context})
        return replace(self, provenance=provenance, context=context)

    def write(self, path: Path) -> None:
        """Write the quarters (format by suffix), and their provenance beside."""
        write_perimeters(self.veille.quarters, path, style=perimeters_look(self.veille.quarters))
        write_provenance(self.provenance, path)

    def document(self) -> dict[str, Any]:
        """What came out, as plain values."""
        return {
            "estimated": self.estimated,
            "on": self.on.isoformat(),
            "former_m2": round(self.veille.former_m2, 1),
            "in_qpv_m2": round(self.veille.in_qpv_m2, 1),
            "quarters": [{"code": item.code, "name": item.name, **item.attributes} for item in self.veille.quarters],
            "dropped": dropped_pieces(self.veille),
            **self.context,
        }


def compute_veille(
    former: Sequence[Path],
    qpv: Path,
    *,
    on: date,
    rules: VeilleRules,
    grid: Path | None = None,
    vintage: int | None = None,
    generation: int | None = None,
) -> VeilleRun:
    """Compute the veille quarters of a day from files.

    Parameters
    ----------
    former : files of ZUS and CUCS, in any order.
    qpv : quarters; those in force that day count, or candidates.
    grid : cells that give the population of each piece.
    vintage : of the grid, where nothing else tells it.
    generation : of the QPV, where their codes do not tell.
    """
    quarters = read_quarters(qpv, on, generation=generation)
    before = [read_former(path) for path in former]
    for layer in before:
        require_epsg(layer, quarters.epsg)
    cells = read_cells_with_people(grid, quarters.epsg, vintage=vintage) if grid else None
    return veille_of(before, quarters, on=on, rules=rules, cells=cells)


def veille_of(
    former: Sequence[GisLayer], quarters: GisLayer, *, on: date, rules: VeilleRules, cells: GridLayer | None
) -> VeilleRun:
    """Compute the veille quarters of a day from layers of one CRS."""
    former = sorted(former, key=lambda layer: layer.file.name)
    before = [item for layer in former for item in layer.perimeters]
    names = ", ".join(layer.source.title for layer in former)
    source = Source(f"Anciens périmètres ({names}) hors quartiers prioritaires", "geoville", on.isoformat())
    veille = veille_quarters(
        before, quarters.perimeters, rules, source=source, cells=cells.cells if cells is not None else None
    )
    files, sources = inputs_of([*former, quarters, cells])
    return VeilleRun(
        veille=veille,
        on=on,
        estimated=any(item.estimated for item in (*before, *quarters.perimeters)),
        provenance=Provenance(
            command=COMMAND,
            inputs=files,
            law=(),
            parameters={"on": on.isoformat(), **asdict(rules), "dropped": dropped_pieces(veille)},
            sources=sources,
        ),
    )


def dropped_pieces(veille: Veille) -> list[Any]:
    """Pieces that are not quarters: their origin, surface, people, and why."""
    return [{**piece_figures(piece), "reason": piece.reason} for piece in veille.dropped]
