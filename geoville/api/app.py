"""The application factory: routes, errors and middlewares around one snapshot of the data."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fastapi import FastAPI

from geoville.api import (
    actions,
    admin,
    adresse,
    files,
    jobs,
    lookup,
    middleware,
    ogc,
    openapi,
    pages,
    perimeters,
    problems,
    rules,
)
from geoville.api.observability import Metrics
from geoville.api.routing import LeanRoutes
from geoville.api.service import load_service
from geoville.api.slots import Slots
from geoville.version import __version__

if TYPE_CHECKING:
    from fastapi.routing import APIRoute
    from fastapi.telemetry import TelemetryConfig

    from geoville.api.service import Service
    from geoville.api.settings import Settings


DESCRIPTION = """Cette adresse est-elle dans un quartier prioritaire de la politique de la ville (QPV) ?

La réponse est datée, motivée et sourcée. Une réponse « estimated » repose sur un périmètre calculé par geoville : elle
n'a aucune valeur réglementaire. « uncertain » et « not_found » ne veulent jamais dire « non ».

La version suit « SemVer » : un champ peut être ajouté à tout moment ; rien n'est ôté ni ne change de sens sans que le
premier nombre de la version change (avant 1.0, le deuxième). `GET /health` la donne."""


NO_TELEMETRY: TelemetryConfig = {"tracing": False, "metrics": False, "logs": False, "auto_configure": False}
"""FastAPI would tell a collector of OpenTelemetry that the environment names the whole query, and so the address."""


def _operation_id(route: APIRoute) -> str:
    """Name under which generated clients call a route: that of its function, which no path nor method lengthens."""
    return route.name


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
        servers=[{"url": settings.public_url.rstrip("/")}] if settings.public_url else None,
        generate_unique_id_function=_operation_id,
        redirect_slashes=False,  # it would repeat the query, and so the address, in a header
        telemetry=NO_TELEMETRY,
    )
    app.state.settings = settings
    app.state.service = service
    app.state.metrics = Metrics()
    app.state.slots = Slots.of(settings)
    if service is not None:
        app.state.metrics.data_read(len(service.desk.index.perimeters))
    routers = (
        lookup.router,  # those that are asked most come first: routes are tried in turn
        adresse.router,
        pages.landing_router,
        files.router,
        files.preview_router,
        rules.router,
        actions.router,
        perimeters.router,
        ogc.router,
        ogc.tiles_router,
        pages.router,
        admin.router,
    )
    app.router.routes.append(LeanRoutes(routers))
    for router in routers:
        app.include_router(router)
    if settings.jobs_dir is not None:
        app.state.jobs = jobs.Jobs(settings)
        app.include_router(jobs.router)
    openapi.install(app)
    pages.install_docs(app)
    problems.install(app)
    middleware.install(app, settings)
    return app
