"""`/actions/check`: routes and documents."""

from __future__ import annotations

from datetime import date
from typing import Any

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field

from geoville.api.lookup import SourceDocument
from geoville.api.problems import problem_responses
from geoville.api.service import CurrentService
from geoville.eligibility.actions.action import ActionGround, Benefit, EvidenceBasis, SpotStanding
from geoville.eligibility.documents import action_document
from geoville.eligibility.secrecy import Shown
from geoville.model import Basis, RuleStatus
from geoville.sources.actions import action_of, fault

# --- Shapes of the documents about actions, for validation and for the OpenAPI page

MOST_PLACES, MOST_HOMES = 100, 500
"""A request is answered in one go: a longer list goes through `geoville action check` and a file."""


class _Strict(BaseModel):
    # An entry unknown here is refused: a mistyped one must not be ignored.
    model_config = ConfigDict(extra="forbid", frozen=True)


class PointEntry(_Strict):
    """Un lieu par ses coordonnées."""

    lon: float = Field(description="Longitude, degrés décimaux WGS 84")
    lat: float = Field(description="Latitude, degrés décimaux WGS 84")
    accuracy_m: float = Field(0.0, description="Précision en mètres ; exacte sinon")


class CountEntry(_Strict):
    """Les bénéficiaires qui habitent un quartier."""

    perimeter: str = Field(max_length=32, description="Code du QPV")
    people: int = Field(ge=0)


class PublicEntry(_Strict):
    """Les bénéficiaires, décrits d'une seule façon."""

    share_in_qpv: float | None = Field(None, ge=0, le=1, description="Part déclarée, entre 0 et 1")
    counts: list[CountEntry] | None = Field(None, max_length=1_000, description="Effectifs déclarés par quartier")
    total: int | None = Field(None, ge=1, description="Avec counts : tous les bénéficiaires, où qu'ils habitent")
    addresses: list[str] | None = Field(
        None, max_length=MOST_HOMES, description="Domiciles, un par bénéficiaire ; jamais repris dans la réponse"
    )
    catchment: dict[str, Any] | str | None = Field(None, description="Secteur desservi : GeoJSON ou WKT, WGS 84")


class ActionEntry(_Strict):
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


class StandingDocument(BaseModel):
    """Où se trouve un lieu parmi les périmètres d'une sorte."""

    standing: SpotStanding
    basis: Basis
    reason: str


class SpotDocument(BaseModel):
    """Un lieu, ou la zone, de l'action."""

    label: str
    qpv: StandingDocument
    vecu: StandingDocument
    veille: StandingDocument


class StageDocument(BaseModel):
    """Ce qui vaut entre deux jours, sans changement de périmètres."""

    start: date
    end: date
    generation: int | None
    ground: ActionGround
    basis: Basis | None
    partial: bool
    reason: str
    places: list[SpotDocument]


class CountDocument(BaseModel):
    """Un effectif tel que publié : jamais moins de 11 personnes."""

    label: str
    shown: Shown
    people: int | None


class BeneficiariesDocument(BaseModel):
    """La part des bénéficiaires qui habitent un QPV."""

    benefit: Benefit
    basis: EvidenceBasis = Field(description="« declared » : la parole du porteur")
    share_least: float | None
    share_most: float | None
    total: int | None
    counts: list[CountDocument]
    reasons: list[str]


class ReadingDocument(BaseModel):
    """Ce qu'une règle dit de l'action."""

    rule: str
    name: str
    status: RuleStatus
    reason: str
    reference: str
    verified: bool
    to_check: list[str]


class ActionDocument(BaseModel):
    """La réponse datée sur une action."""

    title: str
    bearer: str | None
    start: date
    end: date
    ground: ActionGround = Field(description="« unknown » ne veut jamais dire « non »")
    basis: Basis | None = Field(description="De quels contours le fondement vient ; vide s'il n'en vient pas")
    partial: bool
    reason: str
    notes: list[str]
    stages: list[StageDocument]
    beneficiaries: BeneficiariesDocument | None
    readings: list[ReadingDocument]
    evidence_used: list[str]
    evidence_missing: list[str]
    to_check: list[str]
    references: list[str]
    sources: list[SourceDocument]


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
