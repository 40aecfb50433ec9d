"""Shapes of what an operator is told."""

from __future__ import annotations

from pydantic import BaseModel, Field


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
