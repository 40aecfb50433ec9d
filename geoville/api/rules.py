"""`/rules` and `/attest`: routes and documents."""

from __future__ import annotations

import asyncio
from typing import Annotated, Any

from fastapi import APIRouter, Header, Query, Request
from pydantic import Field
from starlette.responses import Response

from geoville.api.lookup import LookupQuery, answer_question
from geoville.api.ogc import JSON
from geoville.api.ogc import answer as data_answer
from geoville.api.openapi import published
from geoville.api.problems import problem_responses
from geoville.api.routing import AskedDay, DataRoute, KnownAndGivenOnce, Strict, day_asked
from geoville.api.service import CurrentService
from geoville.eligibility.documents import LawRuleDocument, rule_document
from geoville.eligibility.rules import all_rules, rules_begun
from geoville.workflows.attest import StatementFormat, state, statement_bytes

# --- Shapes of `/rules` and `/attest`


class RulesQuery(Strict):
    """Le jour des règles."""

    on: AskedDay | None = Field(None, description="Jour où les règles sont en vigueur (AAAA-MM-JJ) ; toutes sinon")


class AttestQuery(LookupQuery):
    """La question du relevé, et sa forme."""

    format: StatementFormat | None = Field(None, description="Sinon selon l'en-tête Accept ; html à défaut")


router = APIRouter(tags=["Dispositifs et attestations"], dependencies=[KnownAndGivenOnce])
_data = APIRouter(route_class=DataRoute)

MEDIA_TYPES = {StatementFormat.HTML: "text/html; charset=utf-8", StatementFormat.PDF: "application/pdf"}
PAGE_POLICY = (
    "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
"""A statement holds its own style sheet and nothing else; it is the same file as the command line writes."""

Accept = Annotated[str, Header(include_in_schema=False)]

_STATEMENT: dict[str, Any] = {
    "response_class": Response,
    "response_description": "Le relevé, sur une page",
    "responses": {
        200: {
            "content": {
                "text/html": {"schema": {"type": "string"}},
                "application/pdf": {"schema": {"type": "string", "format": "binary"}},
            }
        },
        **problem_responses(400, 422, 503),
    },
}


@_data.get(
    "/rules",
    summary="Règles liées aux quartiers",
    response_model=list[published(LawRuleDocument)],  # type: ignore[misc]
    response_description="Les règles, avec leurs textes et leurs dates",
    responses=problem_responses(400, 503),
)
async def rules(request: Request, service: CurrentService, asked: Annotated[RulesQuery, Query()]) -> Response:
    """Dire qui bénéficie de quoi, où, d'après quel texte, et ce qui reste à vérifier."""
    known = all_rules() if asked.on is None else rules_begun(asked.on)
    return data_answer(request, service, JSON, lambda: [rule_document(rule) for rule in known])


router.include_router(_data)


@router.get("/attest", summary="Relevé d'une réponse, en HTML ou en PDF", **_STATEMENT)
async def attest(service: CurrentService, asked: Annotated[AttestQuery, Query()], accept: Accept = "") -> Response:
    """Écrire la réponse sur une page, à joindre à un dossier : question, réponse, carte, motifs et sources."""
    return await _attest(service, asked, accept)


@router.post("/attest", summary="Relevé d'une adresse hors de l'URL", **_STATEMENT)
async def attest_posted(service: CurrentService, asked: AttestQuery, accept: Accept = "") -> Response:
    """Écrire le relevé de `GET /attest`, la question étant dans le corps de la demande."""
    return await _attest(service, asked, accept)


async def _attest(service: CurrentService, asked: AttestQuery, accept: str) -> Response:
    answer = await answer_question(service.desk, asked, day_asked(asked.on, service), asked.permit_date)
    question = f"{asked.lon}, {asked.lat}" if asked.q is None else asked.q
    today = day_asked(None, service)
    stated = state(service.desk, answer, question, issued=today, landmarks=service.territory.places())
    wanted = asked.format or (
        StatementFormat.PDF if MEDIA_TYPES[StatementFormat.PDF] in accept else StatementFormat.HTML
    )
    # In a thread: a PDF takes half a second, and a statement holds no geometry.
    content = await asyncio.to_thread(statement_bytes, stated, wanted)
    headers = {"Content-Disposition": f'inline; filename="releve.{wanted}"', "Content-Security-Policy": PAGE_POLICY}
    return Response(content, media_type=MEDIA_TYPES[wanted], headers=headers)
