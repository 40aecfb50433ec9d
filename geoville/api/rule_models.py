"""Shapes of `/rules` and `/attest`."""

from __future__ import annotations

from datetime import date  # noqa: TC003 - pydantic reads the annotations

from pydantic import BaseModel, Field

from geoville.api.fields import AskedDay, Strict
from geoville.api.lookup_models import LookupQuery
from geoville.model import Kind, RuleTest  # noqa: TC001
from geoville.workflows.attest import StatementFormat  # noqa: TC001


class RulesQuery(Strict):
    """Le jour des règles."""

    on: AskedDay | None = Field(None, description="Jour où les règles sont en vigueur (AAAA-MM-JJ) ; toutes sinon")


class BandDocument(BaseModel):
    """Une bande autour des périmètres."""

    whole_m: float = Field(description="L'emprise entière est à moins de tant de mètres")
    part_m: float | None = Field(description="Et une partie à moins de tant de mètres")
    valid_from: date | None
    condition: str | None


class LawRuleDocument(BaseModel):
    """Une règle liée aux quartiers, telle que ses données la disent."""

    id: str
    name: str
    beneficiary: str
    test: RuleTest
    within: list[Kind]
    bands: list[BandDocument]
    listed: list[str]
    communes: list[str]
    conditions: list[str] = Field(description="Ce qu'une personne doit encore vérifier")
    reference: str
    verified: bool = Field(description="Faux : le texte n'a pas été lu, la règle n'est jamais donnée pour remplie")
    valid_from: date | None
    valid_to: date | None
    end_known: bool
    sure_until: date | None


class AttestQuery(LookupQuery):
    """La question du relevé, et sa forme."""

    format: StatementFormat | None = Field(None, description="Sinon selon l'en-tête Accept ; html à défaut")
