"""The application factory: routes, errors and middlewares around one snapshot of the data."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fastapi import FastAPI

from geoville import __version__
from geoville.api import (
    action_routes,
    admin_routes,
    adresse_routes,
    docs,
    features_routes,
    file_routes,
    landing_routes,
    lookup_routes,
    middlewares,
    openapi_examples,
    page_routes,
    problems,
    rule_routes,
    tile_routes,
)
from geoville.api.metrics import Metrics
from geoville.api.service import load_service

if TYPE_CHECKING:
    from geoville.api.service import Service
    from geoville.api.settings import Settings

DESCRIPTION = """Cette adresse est-elle dans un quartier prioritaire de la politique de la ville (QPV) ?

La réponse est datée, motivée et sourcée. Une réponse « estimated » repose sur un périmètre calculé par geoville : elle
n'a aucune valeur réglementaire. « uncertain » et « not_found » ne veulent jamais dire « non ».

La version suit « SemVer » : un champ peut être ajouté à tout moment ; rien n'est ôté ni ne change de sens sans que le
premier nombre de la version change (avant 1.0, le deuxième). `GET /health` la donne."""


def create_app(settings: Settings) -> FastAPI:
    """Build the service with its data.

    Raises
    ------
    GeovilleError
        The territory or a file of perimeters or addresses cannot be read.
    """
    return assemble(settings, load_service(settings))


def assemble(settings: Settings, service: Service | None) -> FastAPI:
    """Build the service around a snapshot of the data; without one it answers 503 until a reload finds them."""
    app = FastAPI(
        title="geoville",
        version=__version__,
        description=DESCRIPTION,
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,  # it would repeat the query, and so the address, in a header
    )
    app.state.settings = settings
    app.state.service = service
    app.state.metrics = Metrics()
    if service is not None:
        app.state.metrics.data_read(len(service.desk.index.perimeters))
    for routes in (
        lookup_routes,  # those that are asked most come first: routes are tried in turn
        adresse_routes,
        landing_routes,
        file_routes,
        rule_routes,
        action_routes,
        features_routes,
        tile_routes,
        page_routes,
        admin_routes,
    ):
        app.include_router(routes.router)
    openapi_examples.install(app)
    docs.install(app)
    problems.install(app)
    middlewares.install(app, settings)
    return app
