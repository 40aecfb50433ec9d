"""Health, metrics and reload: routes and documents."""

from __future__ import annotations

import asyncio
import hmac
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from fastapi import APIRouter, Request, Response
from pydantic import BaseModel, Field
from starlette.exceptions import HTTPException

from geoville.api import service as reload
from geoville.api.observability import TEXT_FORMAT
from geoville.api.openapi import BEARER
from geoville.api.problems import Refusal, problem_responses
from geoville.api.service import CurrentService, load_service
from geoville.errors import DataUnavailableError, GeovilleError
from geoville.version import __version__

if TYPE_CHECKING:
    from geoville.api.settings import Settings


# --- Shapes of what an operator is told


class HealthDocument(BaseModel):
    """L'état du processus."""

    status: str
    version: str = Field(description="Version de geoville")


class ReadyDocument(BaseModel):
    """Ce sur quoi le service répond."""

    status: str
    perimeters: int = Field(description="Périmètres chargés")
    data_version: str = Field(description="Change quand les périmètres, les adresses ou geoville changent")


class ReloadDocument(BaseModel):
    """Ce que le service lira de nouveau."""

    status: str
    perimeters: int
    data_version: str = Field(description="Version des nouvelles données, que /ready donnera dans chaque processus")


router = APIRouter(tags=["Exploitation"])


@router.get(
    "/health",
    summary="Le processus répond",
    response_model=HealthDocument,
    response_description="Le service répond",
    responses=problem_responses(),
)
async def health() -> dict[str, Any]:
    """Dire que le processus répond, que ses données soient chargées ou non."""
    return {"status": "ok", "version": __version__}


@router.get(
    "/ready",
    summary="Les données sont chargées",
    response_model=ReadyDocument,
    response_description="Le service peut répondre aux questions",
    responses=problem_responses(503),
)
async def ready(request: Request, service: CurrentService) -> dict[str, Any]:
    """Dire de combien de périmètres le service dispose, et sous quelle version de ses données il répond.

    503 tant que les données ne sont pas lues, ou que tous les fichiers qu'il traite à la fois l'occupent depuis plus de
    dix secondes : un autre serait refusé.
    """
    if not request.app.state.slots.can_be_had:
        raise DataUnavailableError("Aucune place pour traiter un fichier", advice="réessayer dans quelques secondes")
    return {"status": "ready", "perimeters": len(service.desk.index.perimeters), "data_version": service.version}


@router.get(
    "/metrics",
    summary="Mesures, au format de Prometheus",
    response_class=Response,
    response_description="Nombres de tous les processus ; rien de ce qui est demandé n'y figure",
    responses={200: {"content": {"text/plain": {}}}, **problem_responses()},
)
async def metrics(request: Request) -> Response:
    """Compter les demandes par route, méthode et statut, leurs durées, et les périmètres chargés."""
    return Response(request.app.state.metrics.exposition(), headers={"Content-Type": TEXT_FORMAT})


@router.post(
    "/admin/reload",
    summary="Relire les données",
    status_code=HTTPStatus.ACCEPTED,
    response_model=ReloadDocument,
    response_description="Les données sont lisibles ; chaque processus les relit",
    responses=problem_responses(401, 404, 501, 503),
    openapi_extra={"security": [{BEARER: []}]},
)
async def reload_data(request: Request) -> dict[str, Any]:
    """Relire les périmètres et les adresses dans tous les processus, sans perdre de demande.

    Demande « Authorization: Bearer JETON » ; sans jeton réglé, la route n'existe pas. Des données illisibles sont
    refusées, et les précédentes répondent toujours.
    """
    settings: Settings = request.app.state.settings
    _check_token(settings, request.headers.get("authorization", ""))
    if not reload.SUPPORTED:
        raise Refusal(HTTPStatus.NOT_IMPLEMENTED, "Le rechargement n'existe pas sous Windows : relancer le service.")
    try:
        service = await asyncio.to_thread(load_service, settings)
    except GeovilleError as error:
        sentence = f"Les données n'ont pas été relues, les précédentes répondent. {error.sentence}"
        raise Refusal(HTTPStatus.SERVICE_UNAVAILABLE, sentence) from error
    request.app.state.reload_all()
    return {"status": "accepted", "perimeters": len(service.desk.index.perimeters), "data_version": service.version}


def _check_token(settings: Settings, given: str) -> None:
    """Refuse whoever does not hold the token; how long that takes says nothing of it."""
    if settings.admin_token is None:
        raise HTTPException(HTTPStatus.NOT_FOUND)
    expected = f"Bearer {settings.admin_token.get_secret_value()}"
    if not hmac.compare_digest(given.encode(), expected.encode()):
        sentence = "Jeton absent ou faux : donner « Authorization: Bearer JETON »."
        raise Refusal(HTTPStatus.UNAUTHORIZED, sentence, headers={"WWW-Authenticate": "Bearer"})
