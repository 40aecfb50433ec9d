"""Former quarters of a territory whose contours are not open: cells stand for them, and every name says so."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from geoville.carroyage.cell_geometry import cell_squares, union_of_cells
from geoville.model import Kind, Perimeter, Source
from geoville.sources.provenance import InputFile
from geoville.workflows.layers import Layer

if TYPE_CHECKING:
    from collections.abc import Iterable

    from geoville.perimeters.veille import Veille
    from geoville.sources.territory import Territory
    from geoville.sources.territory.manifest import FormerQuarter, Manifest

APPROXIMATION = "approximation par carreaux, d'après le contrat"
NOT_PLACED = "non placé"


def approximate_former(territory: Territory) -> Layer:
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
    return Layer(
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
