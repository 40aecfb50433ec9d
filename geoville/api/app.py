"""The application factory: loads the data once, answers from them, holds no other state."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fastapi import FastAPI

from geoville import __version__
from geoville.api import action_routes, admin_routes, docs, lookup_routes, problems
from geoville.api.barrier import LastBarrier
from geoville.api.service import load_service

if TYPE_CHECKING:
    from geoville.api.settings import Settings

DESCRIPTION = """Cette adresse est-elle dans un quartier prioritaire de la politique de la ville (QPV) ?

La réponse est datée, motivée et sourcée. Une réponse « estimated » repose sur un périmètre calculé par geoville : elle
n'a aucune valeur réglementaire. « uncertain » et « not_found » ne veulent jamais dire « non »."""


def create_app(settings: Settings) -> FastAPI:
    """Build the service.

    Raises
    ------
    GeovilleError
        The territory or a file of perimeters cannot be read: the service does not start half loaded.
    """
    app = FastAPI(title="geoville", version=__version__, description=DESCRIPTION, docs_url=None, redoc_url=None)
    app.state.service = load_service(settings)
    for routes in (lookup_routes, action_routes, admin_routes):
        app.include_router(routes.router)
    docs.install(app)
    problems.install(app)
    app.add_middleware(LastBarrier)
    return app
