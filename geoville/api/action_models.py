"""Shapes of the documents about actions, for validation and for the OpenAPI page."""

from __future__ import annotations

from datetime import date  # noqa: TC003 - pydantic reads the annotations
from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from geoville.api.models import SourceDocument  # noqa: TC001
from geoville.eligibility.actions.action import ActionGround, Benefit, EvidenceBasis, SpotStanding  # noqa: TC001
from geoville.eligibility.secrecy import Shown  # noqa: TC001
from geoville.model import Basis, RuleStatus  # noqa: TC001

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
