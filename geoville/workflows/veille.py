"""Veille quarters from files: read, subtract, and say what was dropped and what everything rests on."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field, replace
from typing import TYPE_CHECKING, Any

from geoville.model import Source
from geoville.perimeters.veille import Veille, VeilleRules, piece_figures, veille_quarters
from geoville.sources.contours import own_columns_of
from geoville.sources.provenance import Provenance, write_provenance
from geoville.sources.writers import OWN_LAYER, perimeters_frame, write_perimeters
from geoville.workflows.layers import (
    inputs_of,
    read_cells_with_people,
    read_former,
    read_quarters,
    remarks_of,
    require_epsg,
    require_near,
)
from geoville.workflows.qgis_looks import perimeters_look

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date
    from pathlib import Path

    import geopandas

    from geoville.sources.contours import OwnColumns
    from geoville.sources.writers import LayerChoice
    from geoville.workflows.layers import GisLayer, GridLayer


COMMAND = "perimeters veille"


@dataclass(frozen=True, eq=False, slots=True)
class VeilleRun:
    """Veille quarters of a day, with everything that decided them.

    Parameters
    ----------
    remarks : French sentences on what of the files was left out.
    context : what is known besides.
    """

    veille: Veille
    on: date
    estimated: bool
    provenance: Provenance
    remarks: tuple[str, ...] = ()
    context: Mapping[str, Any] = field(default_factory=dict)

    def beside(self, context: Mapping[str, Any]) -> VeilleRun:
        """The same run, with what is known besides: written in the document and in the provenance."""
        return replace(self.made_with(context), context=context)

    def made_with(self, parameters: Mapping[str, Any]) -> VeilleRun:
        """The same run, with choices that its provenance tells too."""
        provenance = replace(self.provenance, parameters={**self.provenance.parameters, **parameters})
        return replace(self, provenance=provenance)

    def frame(self) -> geopandas.GeoDataFrame:
        """One row per quarter; columns as in `geoville.sources.writers.perimeters_frame`."""
        return perimeters_frame(self.veille.quarters)

    def write(self, path: Path, into: LayerChoice = OWN_LAYER) -> None:
        """Write the quarters (format by suffix), and their provenance beside."""
        write_perimeters(self.veille.quarters, path, style=perimeters_look(self.veille.quarters), into=into)
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
            "remarks": list(self.remarks),
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
    own: OwnColumns | None = None,
) -> VeilleRun:
    """Compute the veille quarters of a day from files.

    Parameters
    ----------
    former : files of ZUS and CUCS, in any order.
    qpv : quarters; those in force that day count, or candidates.
    grid : cells that give the population of each piece.
    vintage : of the grid, where nothing else tells it.
    generation : of the QPV, where their codes do not tell.
    own : columns of the codes and names, in whichever file has them.
    """
    of_quarters, *of_former = own_columns_of((qpv, *former), own)
    quarters = read_quarters(qpv, on, generation=generation, own=of_quarters)
    before = [read_former(path, columns) for path, columns in zip(former, of_former, strict=True)]
    for layer in before:
        require_epsg(layer, quarters.epsg)
        require_near(layer, quarters)
    cells = read_cells_with_people(grid, quarters.epsg, vintage=vintage) if grid else None
    if cells is not None:
        require_near(quarters, cells.squares)
    run = veille_of(before, quarters, on=on, rules=rules, cells=cells)
    return run.made_with(own.said() if own else {})


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
        remarks=remarks_of(*former, quarters),
    )


def dropped_pieces(veille: Veille) -> list[Any]:
    """Pieces that are not quarters: their origin, surface, people, and why."""
    return [{**piece_figures(piece), "reason": piece.reason} for piece in veille.dropped]
