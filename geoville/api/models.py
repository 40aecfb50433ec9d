"""Shapes of the service's documents, for validation and for the OpenAPI page."""

from __future__ import annotations

from datetime import date  # noqa: TC003 - pydantic reads the annotations

from pydantic import BaseModel, Field

from geoville.model import Basis, Kind, PositionType, RuleStatus, VerdictCode  # noqa: TC001


class PositionDocument(BaseModel):
    """La position sur laquelle porte la réponse."""

    lon: float
    lat: float
    label: str
    score: float = Field(ge=0, le=1, description="1 pour des coordonnées saisies")
    type: PositionType
    firm: bool = Field(description="Faux pour une rue, une commune ou un lieu mal situé")
    alternatives: list[str] = Field(description="Autres lieux qui répondent aussi bien à la question")
    citycode: str | None
    source: str | None


class PerimeterDocument(BaseModel):
    """Un périmètre proche de la position."""

    code: str
    name: str
    kind: Kind
    generation: int | None = Field(description="Génération d'un QPV officiel (2015, 2024)")
    vintage: int | None = Field(description="Millésime des carreaux d'une estimation")
    estimated: bool = Field(description="Vrai pour un périmètre calculé, sans valeur réglementaire")
    distance_m: float = Field(description="Distance signée à la limite, en mètres ; négative à l'intérieur")
    in_force: bool
    valid_from: date | None
    valid_to: date | None
    reference: str | None


class SourceDocument(BaseModel):
    """Une source à citer."""

    citation: str
    vintage: str | None
    sha256: str | None


class PeriodDocument(BaseModel):
    """Ce qui serait répondu sous une génération de QPV connue à cet endroit."""

    generation: int
    valid_from: date | None
    valid_to: date | None = Field(description="Absent tant que la génération est en vigueur")
    verdict: VerdictCode
    code: str = Field(description="QPV qui contient la position, ou le plus proche")
    name: str
    distance_m: float


class RuleDocument(BaseModel):
    """Ce qui peut être dit d'une règle ; jamais « met » sur une estimation ou un texte non lu."""

    id: str
    name: str
    status: RuleStatus
    place_met: bool | None = Field(description="Condition de lieu remplie ; absent si rien ne permet de le dire")
    reason: str
    to_check: list[str] = Field(description="Ce qu'une personne doit encore vérifier")
    reference: str
    verified: bool


class LookupDocument(BaseModel):
    """La réponse datée, avec ce sur quoi elle repose."""

    on: date
    verdict: VerdictCode
    basis: Basis
    distance_m: float | None
    accuracy_m: float | None
    position: PositionDocument | None
    quality: int | None = Field(description="Échelle de l'Insee : 1 sûr, 2 probable, 3 aléatoire")
    perimeters: list[PerimeterDocument]
    periods: list[PeriodDocument] = Field(description="La réponse sous chaque génération de QPV connue ici")
    reasons: list[str] = Field(description="Le verdict en mots, puis ce qui le fonde")
    rules: list[RuleDocument] = Field(description="Les règles qu'un lieu ouvre, et ce qu'il reste à vérifier")
    references: list[str]
    sources: list[SourceDocument]


class ProblemDocument(BaseModel):
    """Une erreur (RFC 9457)."""

    type: str
    title: str
    status: int
    detail: str
    request_id: str | None = Field(None, description="Numéro de la demande, aussi dans l'en-tête X-Request-ID")
