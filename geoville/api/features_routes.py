"""OGC API - Features, part 1: the landing page, conformance, collections and their features."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

from fastapi import APIRouter, Query, Request, Response
from starlette.responses import JSONResponse

from geoville.api import features_documents as documents
from geoville.api.caching import cache_headers, not_modified
from geoville.api.data_route import DataRoute, data_get
from geoville.api.features_models import (
    CollectionDocument,
    CollectionsDocument,
    ConformanceDocument,
    FeatureCollectionDocument,
    FeatureDocument,
)
from geoville.api.features_query import FeatureId, FormatQuery, ItemsQuery, LayerName, read_boxes, read_days
from geoville.api.problem_responses import problem_responses
from geoville.api.problems import Refusal
from geoville.api.service import CurrentService, Service  # noqa: TC001 - FastAPI reads the annotation

if TYPE_CHECKING:
    from collections.abc import Callable

    from geoville.api.settings import Settings
    from geoville.workflows.feature_layer import FeatureLayer

router = APIRouter(route_class=DataRoute, tags=["OGC API - Features"])


class GeoJsonResponse(JSONResponse):
    """The media type of RFC 7946."""

    media_type = documents.GEOJSON


@data_get(
    router,
    "/conformance",
    summary="Normes suivies",
    response_model=ConformanceDocument,
    response_description="Les classes de conformité",
    responses=problem_responses(400, 503),
)
async def conformance(request: Request, service: CurrentService, _: Annotated[FormatQuery, Query()]) -> Response:
    """Donner les classes de conformité d'OGC API - Features que le service suit."""
    return answer(request, service, documents.JSON, lambda: {"conformsTo": documents.CONFORMANCE})


@data_get(
    router,
    "/collections",
    summary="Les collections",
    response_model=CollectionsDocument,
    response_description="Les collections, avec leurs liens",
    responses=problem_responses(400, 503),
)
async def collections(request: Request, service: CurrentService, _: Annotated[FormatQuery, Query()]) -> Response:
    """Donner les périmètres par nature et génération, les secteurs, les IRIS et les carreaux de chaque millésime."""
    layers = list((await service.aside.layers()).values())
    return answer(request, service, documents.JSON, lambda: documents.collections(base_of(request), layers))


@data_get(
    router,
    "/collections/{name}",
    summary="Une collection",
    response_model=CollectionDocument,
    response_description="La collection, avec ses liens",
    responses=problem_responses(400, 404, 503),
)
async def collection(
    request: Request, service: CurrentService, name: LayerName, _: Annotated[FormatQuery, Query()]
) -> Response:
    """Dire ce qu'est une collection, son étendue et ses sources."""
    layer = await layer_of(service, name)
    return answer(request, service, documents.JSON, lambda: documents.collection(base_of(request), layer))


@data_get(
    router,
    "/collections/{name}/items",
    summary="Les objets d'une collection",
    response_model=FeatureCollectionDocument,
    response_description="Une page d'objets, avec les liens vers les autres",
    response_class=GeoJsonResponse,
    responses=problem_responses(400, 404, 503),
)
async def items(
    request: Request, service: CurrentService, name: LayerName, asked: Annotated[ItemsQuery, Query()]
) -> Response:
    """Donner une page d'objets, tous ou ceux d'un rectangle et d'une période, en GeoJSON (WGS 84)."""
    layer, boxes, days = await layer_of(service, name), read_boxes(asked.bbox), read_days(asked.datetime)

    def document() -> dict[str, Any]:
        rows = layer.select(boxes, days)
        return documents.page_of_features(
            base_of(request), layer, request.query_params, rows, asked.offset, asked.page_size
        )

    return answer(request, service, documents.GEOJSON, document)


@data_get(
    router,
    "/collections/{name}/items/{fid:path}",
    summary="Un objet",
    response_model=FeatureDocument,
    response_description="L'objet",
    response_class=GeoJsonResponse,
    responses=problem_responses(400, 404, 503),
)
async def item(
    request: Request, service: CurrentService, name: LayerName, fid: FeatureId, _: Annotated[FormatQuery, Query()]
) -> Response:
    """Donner un objet par son identifiant."""
    layer = await layer_of(service, name)
    row = layer.row_of.get(fid)
    if row is None:
        raise Refusal(404, f"Cet objet n'existe pas ; voir /collections/{layer.name}/items.")
    return answer(request, service, documents.GEOJSON, lambda: documents.feature(base_of(request), layer, row))


async def layer_of(service: Service, name: LayerName) -> FeatureLayer:
    """Layer of that name; a Refusal (404) where there is none."""
    layer = (await service.aside.layers()).get(name)
    if layer is None:
        raise Refusal(404, "Cette collection n'existe pas ; voir /collections.")
    return layer


def base_of(request: Request) -> str:
    """Address of the service without a slash at its end: the operator's, else as the client wrote it."""
    settings: Settings = request.app.state.settings
    return (settings.public_url or str(request.base_url)).rstrip("/")


def answer(request: Request, service: Service, media_type: str, document: Callable[[], Any]) -> Response:
    """A JSON document that caches may keep; it is not made for a client that holds it."""
    import orjson

    unchanged = not_modified(request, service)
    if unchanged is not None:
        return unchanged
    return Response(orjson.dumps(document()), media_type=media_type, headers=cache_headers(service))
