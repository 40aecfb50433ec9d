"""Shapes of the documents of OGC API - Features and of TileJSON, for the OpenAPI document."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import BaseModel, Field


class Link(BaseModel):
    """Un lien vers un autre document."""

    rel: str
    href: str
    type: str
    title: str
    hreflang: str


class LandingDocument(BaseModel):
    """L'accueil de l'API."""

    title: str
    description: str
    version: str
    links: list[Link]


class ConformanceDocument(BaseModel):
    """Les classes de conformité."""

    conformsTo: list[str]  # noqa: N815 - the standard's name


class SpatialExtent(BaseModel):
    """Le rectangle des objets."""

    bbox: list[list[float]]
    crs: str


class TemporalExtent(BaseModel):
    """Les jours où des objets sont en vigueur."""

    interval: list[list[str | None]]
    trs: str


class Extent(BaseModel):
    """L'étendue d'une collection."""

    spatial: SpatialExtent | None = None
    temporal: TemporalExtent | None = Field(None, description="Absente pour ce qui vaut à toute date")


class CollectionDocument(BaseModel):
    """Une collection ; contours officiels et estimations ne sont jamais dans la même."""

    id: str
    title: str
    description: str
    attribution: str = Field(description="Sources à citer")
    itemType: str  # noqa: N815 - the standard's name
    crs: list[str]
    extent: Extent | None = None
    links: list[Link]


class CollectionsDocument(BaseModel):
    """Les collections."""

    links: list[Link]
    collections: list[CollectionDocument]


class FeatureDocument(BaseModel):
    """Un objet GeoJSON (RFC 7946)."""

    type: Literal["Feature"]
    id: str = Field(description="Le même tant que les données ne changent pas")
    geometry: dict[str, Any] | None = Field(description="Absente pour un secteur dont le contour n'est pas publié")
    properties: dict[str, str | int | float | bool | None]
    links: list[Link] | None = None


class FeatureCollectionDocument(BaseModel):
    """Une page d'objets GeoJSON (RFC 7946)."""

    type: Literal["FeatureCollection"]
    numberMatched: int = Field(description="Objets qui répondent à la demande")  # noqa: N815 - the standard's name
    numberReturned: int = Field(description="Objets de cette page")  # noqa: N815 - the standard's name
    timeStamp: str  # noqa: N815 - the standard's name
    attribution: str
    links: list[Link] = Field(description="Dont « next » et « prev », qui gardent la demande")
    features: list[FeatureDocument]


class VectorLayer(BaseModel):
    """Une couche des tuiles."""

    id: str
    description: str
    fields: dict[str, str]


class TileJsonDocument(BaseModel):
    """Description des tuiles d'une couche (TileJSON 3.0)."""

    tilejson: str
    name: str
    description: str
    attribution: str
    scheme: str
    tiles: list[str]
    minzoom: int
    maxzoom: int
    bounds: list[float]
    vector_layers: list[VectorLayer]
