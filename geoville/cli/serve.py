"""`geoville serve`: the HTTP service."""

from __future__ import annotations

import signal
import sys
from typing import Annotated

import typer

from geoville.cli.options import AddressFile, GeocoderName, PerimeterFiles
from geoville.cli.printing import print_lines
from geoville.extras import need


def serve(
    host: Annotated[str, typer.Option("--host", metavar="ADRESSE", help="Adresse d'écoute.")] = "127.0.0.1",
    port: Annotated[int, typer.Option("--port", metavar="PORT", help="Port d'écoute.", min=1, max=65535)] = 8000,
    workers: Annotated[int, typer.Option("--workers", metavar="N", help="Nombre de processus.", min=1)] = 1,
    perimeters: PerimeterFiles = None,
    addresses: AddressFile = None,
    geocoder: GeocoderName = None,
    territory: Annotated[
        str | None, typer.Option("--territory", metavar="NOM", help="Territoire (« geoville data list »).")
    ] = None,
    cors_origins: Annotated[
        list[str] | None,
        typer.Option("--cors-origin", metavar="ORIGINE", help="Site dont les pages peuvent lire les réponses."),
    ] = None,
    rate_per_minute: Annotated[
        int | None,
        typer.Option("--rate-per-minute", metavar="N", help="Demandes par client et par minute ; 0 : sans limite."),
    ] = None,
    tiles: Annotated[
        str | None,
        typer.Option("--tiles", metavar="FOND", help="Plan IGN d'emblée : ign ; jamais : aucun. Proposé sinon."),
    ] = None,
    log_json: Annotated[
        bool | None,
        typer.Option("--log-json", help="Écrire une ligne JSON par demande, sans ce qui est demandé."),
    ] = None,
) -> None:
    """Répondre par HTTP : /lookup, /health, /docs.

    Réglages par l'environnement aussi (GEOVILLE_…), dont GEOVILLE_ADMIN_TOKEN, le jeton de POST /admin/reload.
    """
    need("serve")
    if hasattr(signal, "pthread_sigmask"):
        # Before any library starts a thread: one that had not blocked it would take the signal from who waits for it.
        signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGHUP})
    # One door opens the other: the service's own code is the api's.
    from geoville.api.server import prepare
    from geoville.api.settings import read_settings

    settings = read_settings(
        territory=territory,
        perimeters=perimeters,
        addresses=addresses,
        geocoder=geocoder,
        cors_origins=cors_origins,
        rate_per_minute=rate_per_minute,
        tiles=tiles,
        log_json=log_json,
    )
    server = prepare(settings, host, port, workers)
    shown = f"[{host}]" if ":" in host else host
    print_lines([f"geoville répond sur http://{shown}:{port}/docs ; Ctrl-C pour arrêter."])
    sys.stdout.flush()
    server.serve()
