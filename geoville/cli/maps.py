"""`geoville map`: sectors and perimeters as pages that open with no network."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from geoville.cli.arguments import DEFAULT_TERRITORY, AskedDay, TerritoryName, day
from geoville.cli.printing import print_lines
from geoville.errors import InvalidInputError


def draw(
    out: Annotated[Path, typer.Option("--out", metavar="DOSSIER", help="Dossier où écrire les cartes.")],
    name: Annotated[
        str | None, typer.Argument(metavar="SECTEUR|PÉRIMÈTRE", help="Nom d'un secteur ou code d'un périmètre.")
    ] = None,
    everything: Annotated[bool, typer.Option("--all", help="Dessiner tous les secteurs et périmètres.")] = False,
    on: AskedDay = None,
    territory: TerritoryName = DEFAULT_TERRITORY,
) -> None:
    """Dessiner la carte d'un secteur ou d'un périmètre.

    Une page HTML qui s'ouvre sans réseau.
    """
    from geoville.sources.territory import open_territory
    from geoville.workflows.maps import draw_maps

    if (name is None) != everything:
        raise InvalidInputError("Rien de précis à dessiner", advice="donner soit un nom, soit --all")
    print_lines(f"Carte : {path}" for path in draw_maps(open_territory(territory), name, out, day(on)))
