"""`geoville serve`: the HTTP service."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from geoville.cli.arguments import DEFAULT_TERRITORY, TerritoryName
from geoville.cli.printing import print_lines


def serve(
    host: Annotated[str, typer.Option("--host", metavar="ADRESSE", help="Adresse d'écoute.")] = "127.0.0.1",
    port: Annotated[int, typer.Option("--port", metavar="PORT", help="Port d'écoute.", min=1, max=65535)] = 8000,
    workers: Annotated[int, typer.Option("--workers", metavar="N", help="Nombre de processus.", min=1)] = 1,
    perimeters: Annotated[
        list[Path] | None,
        typer.Option("--perimeters", metavar="FICHIER", help="Périmètres à utiliser au lieu de ceux du territoire."),
    ] = None,
    territory: TerritoryName = DEFAULT_TERRITORY,
) -> None:
    """Répondre par HTTP : /lookup, /health, /docs."""
    # One door opens the other: the service's own code is the api's.
    from geoville.api.server import prepare
    from geoville.api.settings import Settings

    server = prepare(Settings(territory=territory, perimeters=tuple(perimeters or ())), host, port, workers)
    shown = f"[{host}]" if ":" in host else host
    print_lines([f"geoville répond sur http://{shown}:{port}/docs ; Ctrl-C pour arrêter."])
    sys.stdout.flush()
    server.serve()
