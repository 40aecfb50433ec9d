"""`geoville sheet`: a map printed on one sheet, for a file."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from geoville.cli.arguments import DEFAULT_TERRITORY, AskedDay, TerritoryName, day
from geoville.cli.file_arguments import Destination
from geoville.cli.printing import print_lines
from geoville.errors import InvalidInputError
from geoville.model import Kind


def sheet(
    out: Annotated[Destination, typer.Option("--out", metavar="FICHIER", help="Planche à écrire : .pdf ou .png.")],
    name: Annotated[
        str | None, typer.Argument(metavar="SECTEUR|PÉRIMÈTRE", help="Nom d'un secteur ou code d'un périmètre.")
    ] = None,
    file: Annotated[
        Path | None, typer.Option("--from", metavar="FICHIER", help="Imprimer les périmètres d'un fichier.")
    ] = None,
    kind: Annotated[
        Kind | None,
        typer.Option("--kind", metavar="NATURE", help=f"Nature des périmètres de --from : {', '.join(Kind)}."),
    ] = None,
    paper: Annotated[str, typer.Option("--format", metavar="PAPIER", help="Papier, en paysage : a4 ou a3.")] = "a4",
    theme: Annotated[
        str, typer.Option("--theme", metavar="THÈME", help="Thème des carreaux : median, share_below, people…")
    ] = "",
    graticule: Annotated[bool, typer.Option("--graticule", help="Tracer méridiens et parallèles.")] = False,
    style: Annotated[
        Path | None, typer.Option("--style", metavar="FICHIER", help="Couleurs et noms des couches (TOML).")
    ] = None,
    on: AskedDay = None,
    territory: TerritoryName = DEFAULT_TERRITORY,
) -> None:
    """Imprimer une carte sur une planche, à joindre à un dossier.

    PDF vectoriel (la carte, puis ce qu'elle veut dire) ou PNG à 300 points par pouce. Lisible en noir et blanc.
    """
    if (name is None) == (file is None):
        raise InvalidInputError("Rien de précis à imprimer", advice="donner un nom, ou bien --from")
    if kind is not None and file is None:
        raise InvalidInputError("Sans effet sur cette carte : --kind", advice="retirer cette option")
    from geoville.rendering.static.paper import paper_format
    from geoville.rendering.static.sheet import SheetOptions
    from geoville.sources.territory import open_territory
    from geoville.workflows.file_maps import PerimeterFile, file_map, read_look
    from geoville.workflows.maps import map_specs
    from geoville.workflows.sheets import check_suffix, write_sheet

    check_suffix(out.file_name)
    options = SheetOptions(paper_format(paper), theme, graticule)
    look = read_look(style, None)
    if file is not None:
        spec = file_map(PerimeterFile(file, kind), day(on), look)
    else:
        (spec,) = map_specs(open_territory(territory), name, day(on), look).values()
    with out.writing() as path:
        write_sheet(spec, path, options)
    print_lines([f"Planche : {out}"])
