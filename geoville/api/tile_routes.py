"""Vector tiles of every layer, and what describes them (TileJSON)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

from fastapi import APIRouter, Path, Query, Request, Response

from geoville.api.caching import cache_headers, not_modified
from geoville.api.data_route import DataRoute, data_get
from geoville.api.features_models import TileJsonDocument
from geoville.api.features_query import FormatQuery, LayerName  # noqa: TC001 - FastAPI reads the annotation
from geoville.api.features_routes import answer, base_of, layer_of
from geoville.api.problem_responses import problem_responses
from geoville.api.problems import Refusal
from geoville.api.service import CurrentService  # noqa: TC001 - FastAPI reads the annotation
from geoville.rendering.vector_tiles import MAX_ZOOM, tile_exists

if TYPE_CHECKING:
    from geoville.workflows.feature_layer import FeatureLayer

MVT = "application/vnd.mapbox-vector-tile"
_FIELD_TYPES = {bool: "Boolean", int: "Number", float: "Number", str: "String"}
_WORLD = (-180.0, -85.05112877980659, 180.0, 85.0511287798066)

router = APIRouter(route_class=DataRoute, tags=["Tuiles vectorielles"])


@data_get(
    router,
    "/tiles/{name}.json",
    summary="Description des tuiles d'une couche",
    response_model=TileJsonDocument,
    response_description="Le TileJSON",
    responses=problem_responses(400, 404, 503),
)
async def tilejson(
    request: Request, service: CurrentService, name: LayerName, _: Annotated[FormatQuery, Query()]
) -> Response:
    """Donner le TileJSON d'une couche, qui a le nom de sa collection."""
    layer = await layer_of(service, name)
    return answer(request, service, "application/json", lambda: _tilejson(base_of(request), layer))


@data_get(
    router,
    "/tiles/{name}/{zoom}/{column}/{row}.mvt",
    summary="Une tuile vectorielle",
    response_class=Response,
    responses={
        200: {"description": "La tuile", "content": {MVT: {"schema": {"type": "string", "format": "binary"}}}},
        204: {"description": "La couche n'a rien à cet endroit"},
        **problem_responses(400, 404, 503),
    },
)
async def tile(
    request: Request,
    service: CurrentService,
    name: LayerName,
    zoom: Annotated[int, Path(description=f"Zoom, de 0 à {MAX_ZOOM}")],
    column: Annotated[int, Path(description="Colonne, depuis l'ouest")],
    row: Annotated[int, Path(description="Ligne, depuis le nord")],
    _: Annotated[FormatQuery, Query()],
) -> Response:
    """Donner une tuile (Mapbox Vector Tile, Web Mercator), du zoom 0 au zoom 18."""
    layer = await layer_of(service, name)
    if not tile_exists(zoom, column, row):
        raise Refusal(404, f"Cette tuile n'existe pas : le zoom va de 0 à {MAX_ZOOM}.")
    unchanged = not_modified(request, service)
    if unchanged is not None:
        return unchanged
    content = await service.aside.tile(layer.name, zoom, column, row)
    if not content:
        return Response(status_code=204, headers=cache_headers(service))
    return Response(content, media_type=MVT, headers=cache_headers(service))


def _tilejson(base: str, layer: FeatureLayer) -> dict[str, Any]:
    return {
        "tilejson": "3.0.0",
        "name": layer.title,
        "description": layer.description,
        "attribution": layer.attribution,
        "scheme": "xyz",
        "tiles": [f"{base}/tiles/{layer.name}/{{z}}/{{x}}/{{y}}.mvt"],
        "minzoom": 0,
        "maxzoom": MAX_ZOOM,
        "bounds": list(layer.extent or _WORLD),
        "vector_layers": [{"id": layer.name, "description": layer.title, "fields": _fields(layer)}],
    }


def _fields(layer: FeatureLayer) -> dict[str, str]:
    """Type of each value that some feature has."""
    values = {name: value for row in layer.properties for name, value in row.items() if value is not None}
    return {"id": "String"} | {name: _FIELD_TYPES[type(value)] for name, value in values.items()}
