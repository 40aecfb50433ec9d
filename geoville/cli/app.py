"""The tree of commands."""

from __future__ import annotations

from typing import Annotated

import typer

from geoville import __version__
from geoville.cli import (
    action,
    atlas,
    attest,
    data,
    demo,
    lookup,
    lookup_file,
    maps,
    perimeters,
    rules,
    serve,
    sheet,
    vecu,
    veille,
)
from geoville.cli.usage import command, group

app = group("Quartiers prioritaires : calculer des périmètres, répondre pour une adresse, dessiner la carte.")
app.add_typer(action.app, name="action")
app.add_typer(perimeters.app, name="perimeters")
app.add_typer(data.app, name="data")
command(perimeters.app, "veille")(veille.veille)
command(perimeters.app, "vecu")(vecu.vecu)
command(app, "atlas")(atlas.atlas)
command(app, "attest")(attest.attest)
command(app, "demo")(demo.demo)
command(app, "lookup")(lookup.lookup)
command(app, "lookup-file")(lookup_file.lookup_file)
command(app, "map")(maps.draw)
command(app, "rules")(rules.rules)
command(app, "serve")(serve.serve)
command(app, "sheet")(sheet.sheet)


def _print_version(asked: bool) -> None:
    if asked:
        typer.echo(f"geoville {__version__}")
        raise typer.Exit


@app.callback()
def _root(
    version: Annotated[
        bool, typer.Option("--version", help="Afficher la version.", is_eager=True, callback=_print_version)
    ] = False,
) -> None:
    pass
