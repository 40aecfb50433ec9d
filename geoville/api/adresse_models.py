"""Shapes of `/search` and `/reverse`: those of the API Adresse, with the verdict beside each address."""

from __future__ import annotations

from datetime import date  # noqa: TC003 - pydantic reads the annotations
from enum import StrEnum
from typing import Literal

from pydantic import BaseModel, Field

from geoville.api.fields import DAY, AskedDay, Count, Degrees, Strict
from geoville.model import Basis, VerdictCode  # noqa: TC001

LONGEST_QUESTION, MOST_FEATURES = 200, 20
"""Those of the API Adresse."""


class AddressType(StrEnum):
    """What an address is, as the API Adresse names it; `locality` is a named place."""

    HOUSENUMBER = "housenumber"
    STREET = "street"
    LOCALITY = "locality"
    MUNICIPALITY = "municipality"


class SearchQuery(Strict):
    """Une adresse à chercher."""

    q: str = Field(
        max_length=LONGEST_QUESTION,
        description="Adresse, rue, commune ou nom de lieu",
        examples=["1 rue Youri Gagarine, 62100 Calais"],
    )
    limit: Count = Field(5, ge=1, le=MOST_FEATURES, description="Nombre de réponses au plus")
    autocomplete: Count = Field(1, ge=0, le=1, description="0 : le texte est complet ; 1 : il est en train d'être tapé")
    citycode: str = Field("", max_length=5, description="Code Insee de la commune", examples=["62193"])
    postcode: str = Field("", max_length=5, description="Code postal", examples=["62100"])
    type: AddressType | None = Field(None, description="Ne garder qu'une sorte de réponse")
    lon: Degrees | None = Field(None, description="Avec lat : à score égal, le plus proche d'abord")
    lat: Degrees | None = Field(None, description="Avec lon : à score égal, le plus proche d'abord")
    on: AskedDay | None = Field(None, description=DAY)


class ReverseQuery(Strict):
    """Un point dont on cherche l'adresse."""

    lon: Degrees = Field(description="Longitude, degrés décimaux WGS 84", examples=[1.8867])
    lat: Degrees = Field(description="Latitude, degrés décimaux WGS 84", examples=[50.956])
    limit: Count = Field(1, ge=1, le=MOST_FEATURES, description="La plus proche seule est connue : une réponse au plus")
    type: AddressType | None = Field(None, description="Ne garder qu'une sorte de réponse")
    on: AskedDay | None = Field(None, description=DAY)


class QpvDocument(BaseModel):
    """Le verdict, comme dans les colonnes `qpv_*` d'un fichier."""

    on: date
    verdict: VerdictCode = Field(description="« uncertain » et « not_found » ne veulent jamais dire « non »")
    basis: Basis = Field(description="« estimated » : sans valeur réglementaire")
    code: str | None = Field(description="Du quartier, dedans seulement")
    nom: str | None
    generation: int | None
    distance_m: float | None = Field(description="Distance signée à la limite, en mètres ; négative à l'intérieur")
    qualite: int | None = Field(description="Échelle de l'Insee : 1 sûr, 2 probable, 3 aléatoire")
    raison: str


class AddressProperties(BaseModel):
    """Une adresse trouvée ; ce que la liste d'adresses ne dit pas est vide."""

    label: str
    score: float = Field(ge=0, le=1)
    type: AddressType | Literal["coordinates"]
    id: str
    housenumber: str | None
    name: str
    street: str | None
    postcode: str
    citycode: str
    city: str
    context: str
    x: float = Field(description="Abscisse dans la projection légale du territoire, en mètres")
    y: float = Field(description="Ordonnée dans la projection légale du territoire, en mètres")
    distance: float | None = Field(description="Distance au point demandé, en mètres")
    qpv: QpvDocument


class PointGeometry(BaseModel):
    """Un point : longitude puis latitude, WGS 84."""

    type: Literal["Point"]
    coordinates: tuple[float, float]


class AddressFeature(BaseModel):
    """Une adresse, avec son verdict."""

    type: Literal["Feature"]
    geometry: PointGeometry
    properties: AddressProperties


class AddressCollection(BaseModel):
    """Les adresses trouvées, la plus probable d'abord, et le verdict de la question elle-même."""

    type: Literal["FeatureCollection"]
    version: Literal["draft"]
    features: list[AddressFeature]
    attribution: str
    licence: str
    query: str
    limit: int
    qpv: QpvDocument = Field(description="Réponse à la question posée, y compris quand aucune adresse n'est trouvée")
