"""`/`: the landing page of the API for programs, the page of the town hall for browsers."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query, Request, Response

from geoville.api import features_documents as documents
from geoville.api.data_route import DataRoute, data_get
from geoville.api.features_models import LandingDocument
from geoville.api.features_query import LandingQuery  # noqa: TC001 - FastAPI reads the annotation
from geoville.api.features_routes import answer, base_of
from geoville.api.page_routes import page
from geoville.api.problem_responses import problem_responses
from geoville.api.service import CurrentService  # noqa: TC001 - FastAPI reads the annotation

router = APIRouter(route_class=DataRoute, tags=["OGC API - Features"])


@data_get(
    router,
    "/",
    summary="L'accueil de l'API, ou la page",
    response_model=LandingDocument,
    response_description="Les liens de l'API ; ou la page, en HTML",
    responses={200: {"content": {documents.HTML: {"schema": {"type": "string"}}}}, **problem_responses(400, 503)},
)
async def landing(request: Request, service: CurrentService, asked: Annotated[LandingQuery, Query()]) -> Response:
    """Donner les liens d'OGC API - Features ; la page à qui préfère text/html."""
    as_page = asked.f == "html" or (asked.f is None and prefers_html(request.headers.get("accept", "")))
    found = page(request, service) if as_page else _links(request, service)
    found.headers.add_vary_header("Accept")
    return found


def prefers_html(accept: str) -> bool:
    """Whether an Accept header ranks HTML strictly above JSON.

    >>> prefers_html("text/html,application/xml;q=0.9,*/*;q=0.8"), prefers_html("*/*"), prefers_html("")
    (True, False, False)
    """
    quality = {}
    for item in accept.lower().split(","):
        media_type, *options = (part.strip() for part in item.split(";"))
        quality[media_type] = _quality(options)
    anything = quality.get("*/*", 0.0)
    html, json = (quality.get(f"{kind}/{name}", quality.get(f"{kind}/*", anything)) for kind, name in _RANKED)
    return html > json


_RANKED = (("text", "html"), ("application", "json"))


def _quality(options: list[str]) -> float:
    stated = next((option[2:] for option in options if option.startswith("q=")), "1")
    try:
        return float(stated)
    except ValueError:
        return 0.0


def _links(request: Request, service: CurrentService) -> Response:
    return answer(
        request, service, documents.JSON, lambda: documents.landing(base_of(request), service.territory.title)
    )
