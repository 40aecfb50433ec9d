"""`/actions/check`: routes and documents."""

from __future__ import annotations

from datetime import date
from typing import Any

from fastapi import APIRouter
from pydantic import Field

from geoville.api.problems import problem_responses
from geoville.api.routing import Strict, day_asked
from geoville.api.schemas import published
from geoville.api.service import CurrentService
from geoville.eligibility.documents import ActionDocument, action_document
from geoville.sources.actions import action_of, fault

# --- Shapes of the questions about actions

MOST_PLACES, MOST_HOMES = 100, 500
"""A request is answered in one go: a longer list goes through `geoville action check` and a file."""


class PointEntry(Strict):
    """Un lieu par ses coordonnées."""

    lon: float = Field(description="Longitude, degrés décimaux WGS 84")
    lat: float = Field(description="Latitude, degrés décimaux WGS 84")
    accuracy_m: float = Field(0.0, description="Précision en mètres ; exacte sinon")


class CountEntry(Strict):
    """Les bénéficiaires qui habitent un quartier."""

    perimeter: str = Field(max_length=32, description="Code du QPV")
    people: int = Field(ge=0)


class PublicEntry(Strict):
    """Les bénéficiaires, décrits d'une seule façon."""

    share_in_qpv: float | None = Field(None, ge=0, le=1, description="Part déclarée, entre 0 et 1")
    counts: list[CountEntry] | None = Field(None, max_length=1_000, description="Effectifs déclarés par quartier")
    total: int | None = Field(None, ge=1, description="Avec counts : tous les bénéficiaires, où qu'ils habitent")
    addresses: list[str] | None = Field(
        None, max_length=MOST_HOMES, description="Domiciles, un par bénéficiaire ; jamais repris dans la réponse"
    )
    catchment: dict[str, Any] | str | None = Field(None, description="Secteur desservi : GeoJSON ou WKT, WGS 84")


class ActionEntry(Strict):
    """L'action à vérifier."""

    title: str = Field(max_length=300)
    bearer: str | None = Field(None, max_length=300, description="Porteur")
    places: list[str | PointEntry] | None = Field(
        None, max_length=MOST_PLACES, description="Adresses, noms de lieux ou coordonnées"
    )
    zone: dict[str, Any] | str | None = Field(None, description="Zone de l'action : GeoJSON ou WKT, WGS 84")
    start: date | None = Field(None, description="Premier jour (AAAA-MM-JJ)")
    end: date | None = Field(None, description="Dernier jour")
    on: date | None = Field(None, description="Jour à juger au lieu de la période")
    public: PublicEntry | None = None


router = APIRouter(tags=["Dispositifs et attestations"])

REQUEST = "demande"
"""What errors cite in place of a file."""


@router.post(
    "/actions/check",
    summary="Sur quoi une action peut se fonder",
    response_model=published(ActionDocument),
    response_description="Réponse datée, motivée et sourcée ; « unknown » en est une",
    responses=problem_responses(400, 422),
)
async def check(service: CurrentService, asked: ActionEntry) -> ActionDocument:
    """Dire sur quoi une action peut se fonder : lieu, bénéficiaires, BOP 147, Région.

    Aucun effectif de moins de 11 personnes n'est publié, ni ce qui permettrait de le retrouver.
    """
    finding = service.actions.check(
        action_of(_entries(asked), REQUEST, folder=None),
        on=asked.on,
        today=day_asked(None, service),
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
