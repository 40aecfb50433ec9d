"""What the service answers about actions: `POST /actions/check`."""

from __future__ import annotations

from datetime import date
from typing import Any

from fastapi import APIRouter

from geoville.api.action_models import ActionDocument, ActionEntry
from geoville.api.problem_responses import problem_responses
from geoville.api.service import CurrentService  # noqa: TC001 - FastAPI reads the annotation
from geoville.eligibility.actions.document import action_document
from geoville.sources.actions.entries import action_of
from geoville.sources.actions.faults import fault

router = APIRouter()

REQUEST = "demande"
"""What errors cite in place of a file."""


@router.post(
    "/actions/check",
    summary="Sur quoi une action peut se fonder",
    response_model=ActionDocument,
    response_description="Réponse datée, motivée et sourcée ; « unknown » en est une",
    responses=problem_responses(400, 422),
)
async def check(service: CurrentService, asked: ActionEntry) -> dict[str, Any]:
    """Dire sur quoi une action peut se fonder : lieu, bénéficiaires, BOP 147, Région.

    Aucun effectif de moins de 11 personnes n'est publié, ni ce qui permettrait de le retrouver.
    """
    finding = service.actions.check(
        action_of(_entries(asked), REQUEST, folder=None),
        on=asked.on,
        today=date.today(),  # noqa: DTZ011 - the legal day is the local one
    )
    return action_document(finding)


def _entries(asked: ActionEntry) -> dict[str, Any]:
    """Entries as a file of TOML or JSON gives them."""
    entries = asked.model_dump(exclude_none=True, exclude={"on"})
    counts = asked.public.counts if asked.public else None
    if counts is not None:
        people = {item.perimeter: item.people for item in counts}
        if len(people) < len(counts):
            raise fault("Un quartier est compté deux fois", REQUEST, "public.counts", "donner un effectif par quartier")
        entries["public"]["counts"] = people
    return entries
