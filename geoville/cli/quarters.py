"""Options of every command that starts from the priority quarters of a day."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import typer

from geoville.cli.arguments import AskedDay, QpvGeneration
from geoville.cli.file_arguments import Destination
from geoville.errors import InvalidInputError


@dataclass(frozen=True, slots=True)
class QuarterOptions:
    """The quarters, the cells around them, the day, and where the result goes."""

    qpv: Annotated[Path, typer.Option("--qpv", metavar="FICHIER", help="QPV, ou périmètres candidats.")]
    out: Annotated[
        Destination, typer.Option("--out", metavar="FICHIER", help="Résultat : .gpkg, .geojson ou .parquet.")
    ]
    grid: Annotated[
        Path | None, typer.Option("--grid", metavar="FICHIER", help="Carreaux de 200 m, avec leurs habitants.")
    ] = None
    vintage: Annotated[
        int | None, typer.Option("--vintage", metavar="ANNÉE", help="Millésime de la grille, si son nom ne le dit pas.")
    ] = None
    generation: QpvGeneration = None
    on: AskedDay = None

    def __post_init__(self) -> None:
        """Refuse the vintage of a grid that is not there."""
        if self.vintage is not None and self.grid is None:
            raise InvalidInputError("Millésime donné sans grille", advice="donner aussi --grid, ou retirer --vintage")
