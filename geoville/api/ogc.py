"""Layers for GIS clients: OGC API - Features, and vector tiles."""

from __future__ import annotations

import math
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Annotated, Any, Literal
from urllib.parse import quote, urlencode

import numpy as np
from fastapi import APIRouter, Path, Query, Request, Response
from pydantic import BaseModel, Field
from starlette.responses import JSONResponse

from geoville.api.openapi import JSON_30, JSON_31, PATH_30
from geoville.api.problems import Refusal, problem_responses
from geoville.api.routing import DataRoute, Strict
from geoville.api.service import CurrentService, Service, cache_headers, not_modified
from geoville.crs import WGS84, transform_geometry, transform_points
from geoville.errors import InvalidInputError
from geoville.rendering.vector_tiles import MAX_ZOOM, WEB_MERCATOR, line_of, style_document, tile_exists
from geoville.sources.qgis import qml
from geoville.version import __version__
from geoville.workflows.cql2 import read_filter
from geoville.workflows.gis_layers import ANY_DAY
from geoville.workflows.qgis_looks import service_look

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from shapely.geometry.base import BaseGeometry

    from geoville.api.settings import Settings
    from geoville.rendering.look import LineStyle
    from geoville.workflows.gis_layers import Box, Days, FeatureLayer


# --- Documents of OGC API - Features: the landing page, collections, their features, and the links between them

JSON, GEOJSON, HTML = "application/json", "application/geo+json", "text/html"
JSON_SCHEMA = "application/schema+json"
CRS84 = "http://www.opengis.net/def/crs/OGC/1.3/CRS84"
EPSG = "http://www.opengis.net/def/crs/EPSG/0/"
CENTIMETRE_DECIMALS = 2
GREGORIAN = "http://www.opengis.net/def/uom/ISO-8601/0/Gregorian"

CONFORMANCE = (
    "http://www.opengis.net/spec/ogcapi-features-1/1.0/conf/core",
    "http://www.opengis.net/spec/ogcapi-features-1/1.0/conf/geojson",
    "http://www.opengis.net/spec/ogcapi-features-1/1.0/conf/oas30",
    "http://www.opengis.net/spec/ogcapi-features-2/1.0/conf/crs",
    "http://www.opengis.net/spec/ogcapi-features-3/1.0/conf/queryables",
    "http://www.opengis.net/spec/ogcapi-features-3/1.0/conf/filter",
    "http://www.opengis.net/spec/ogcapi-features-3/1.0/conf/features-filter",
    "http://www.opengis.net/spec/cql2/1.0/conf/cql2-text",
    "http://www.opengis.net/spec/cql2/1.0/conf/basic-cql2",
    "http://www.opengis.net/spec/cql2/1.0/conf/advanced-comparison-operators",
    "http://www.opengis.net/spec/cql2/1.0/conf/case-insensitive-comparison",
    "http://www.opengis.net/spec/cql2/1.0/conf/accent-insensitive-comparison",
)


STYLES_REL = "http://www.opengis.net/def/rel/ogc/1.0/styles"
QUERYABLES_REL = "http://www.opengis.net/def/rel/ogc/1.0/queryables"


def landing_document(base: str, title: str) -> dict[str, Any]:
    """What a client finds first."""
    return {
        "title": f"geoville, {title}",
        "description": "Quartiers prioritaires de la politique de la ville : périmètres, secteurs, IRIS et carreaux.",
        "version": __version__,
        "links": [
            _link("self", f"{base}/?f=json", JSON, "Cet accueil"),
            _link("alternate", f"{base}/?f=html", HTML, "La page, pour une personne"),
            _link("service-desc", f"{base}/openapi.json", JSON_31, "Définition de l'API"),
            _link("service-desc", f"{base}{PATH_30}", JSON_30, "La même, en OpenAPI 3.0"),
            _link("service-doc", f"{base}/docs", HTML, "Documentation de l'API"),
            _link("conformance", f"{base}/conformance", JSON, "Normes suivies"),
            _link("data", f"{base}/collections", JSON, "Les collections"),
            _link(STYLES_REL, f"{base}/styles", JSON, "Les styles des tuiles"),
        ],
    }


def collections_document(base: str, layers: Sequence[FeatureLayer], epsg: int) -> dict[str, Any]:
    """Every collection."""
    return {
        "links": [_link("self", f"{base}/collections", JSON, "Les collections")],
        "collections": [collection_document(base, layer, epsg) for layer in layers],
    }


def collection_document(base: str, layer: FeatureLayer, epsg: int) -> dict[str, Any]:
    """One collection, without its features.

    Parameters
    ----------
    epsg : projected CRS of the territory, in which features are given where that is asked.
    """
    here = _collection_address(base, layer)
    document: dict[str, Any] = {
        "id": layer.name,
        "title": layer.title,
        "description": layer.description,
        "attribution": layer.attribution,
        "itemType": "feature",
        "crs": list(offered_crs(epsg)),
        "storageCrs": CRS84,
        "links": [
            _link("self", here, JSON, layer.title),
            _link("items", f"{here}/items", GEOJSON, "Les objets"),
            _link(QUERYABLES_REL, f"{here}/queryables", JSON_SCHEMA, "Les propriétés à filtrer"),
            _link("related", _style_address(base, layer.name), STYLE, "Style des tuiles (MapLibre)"),
            _link("related", f"{_style_address(base, layer.name)}.qml", QML, "Style des objets (QGIS)"),
            _link("related", _tiles_address(base, layer), JSON, "Tuiles vectorielles (TileJSON)"),
        ],
    }
    extent: dict[str, Any] = {}
    if layer.extent:
        extent["spatial"] = {"bbox": [list(layer.extent)], "crs": CRS84}
    if layer.dated:
        first, last = layer.interval
        extent["temporal"] = {"interval": [[_instant(first, "00:00:00"), _instant(last, "23:59:59")]], "trs": GREGORIAN}
    return document | ({"extent": extent} if extent else {})


def offered_crs(epsg: int) -> dict[str, int]:
    """EPSG code of each CRS in which features are given, by its URI; the first one is longitude and latitude, WGS84."""
    return {CRS84: WGS84, f"{EPSG}{epsg}": epsg, f"{EPSG}{WEB_MERCATOR}": WEB_MERCATOR}


def queryables_document(base: str, layer: FeatureLayer) -> dict[str, Any]:
    """JSON Schema of the properties that a filter may name (OGC 19-079r2, 6)."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": f"{_collection_address(base, layer)}/queryables",
        "type": "object",
        "title": layer.title,
        "properties": {
            "geometry": {"title": "Contour, par bbox", "format": "geometry-any", "x-ogc-role": "primary-geometry"},
            **{name: {"title": name, "type": kind} for name, kind in layer.queryables.items()},
        },
        "additionalProperties": False,
    }


def page_of_features(
    base: str,
    layer: FeatureLayer,
    asked: Mapping[str, str],
    rows: Sequence[int],
    offset: int,
    size: int,
    epsg: int = WGS84,
) -> dict[str, Any]:
    """One page of the features asked for.

    Parameters
    ----------
    asked : parameters of the request, which the links to other pages keep.
    rows : of all the features that match.
    epsg : CRS of the coordinates.
    """
    here = _collection_address(base, layer)

    def page(rel: str, title: str, **other: int) -> dict[str, str]:
        query = urlencode({**asked, **other}, safe=",:/")
        return _link(rel, f"{here}/items?{query}" if query else f"{here}/items", GEOJSON, title)

    shown = rows[offset : offset + size]
    links = [page("self", "Cette page"), _link("collection", here, JSON, layer.title)]
    if offset + size < len(rows):
        links.append(page("next", "Page suivante", offset=offset + size))
    if offset > 0:
        links.append(page("prev", "Page précédente", offset=max(0, offset - size)))
    return {
        "type": "FeatureCollection",
        "numberMatched": len(rows),
        "numberReturned": len(shown),
        "timeStamp": datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        "attribution": layer.attribution,
        "links": links,
        "features": features_documents(layer, shown, epsg),
    }


def feature_document(base: str, layer: FeatureLayer, row: int, epsg: int = WGS84) -> dict[str, Any]:
    """One feature with its links."""
    here = _collection_address(base, layer)
    links = [
        _link("self", f"{here}/items/{quote(layer.ids[row], safe='')}", GEOJSON, "Cet objet"),
        _link("collection", here, JSON, layer.title),
    ]
    return features_documents(layer, [row], epsg)[0] | {"links": links}


def features_documents(layer: FeatureLayer, rows: Sequence[int], epsg: int = WGS84) -> list[dict[str, Any]]:
    """GeoJSON features; the geometries are JSON already, in degrees, or in metres to the centimetre."""
    import orjson
    import shapely

    shapes = layer.shapes[list(rows)]
    if epsg != WGS84:
        shapes = shapely.transform(
            shapes,
            lambda points: np.column_stack(transform_points(points[:, 0], points[:, 1], WGS84, epsg)).round(
                CENTIMETRE_DECIMALS
            ),
        )
    written = shapely.to_geojson(shapes)
    return [
        {
            "type": "Feature",
            "id": layer.ids[row],
            "geometry": None if shape is None else orjson.Fragment(shape),
            "properties": layer.properties[row],
        }
        for row, shape in zip(rows, written, strict=True)
    ]


def _collection_address(base: str, layer: FeatureLayer) -> str:
    return f"{base}/collections/{layer.name}"


def _tiles_address(base: str, layer: FeatureLayer) -> str:
    """Address of the TileJSON of a layer."""
    return f"{base}/tiles/{layer.name}.json"


def _style_address(base: str, name: str) -> str:
    return f"{base}/styles/{name}"


def _link(rel: str, href: str, media_type: str, title: str) -> dict[str, str]:
    return {"rel": rel, "href": href, "type": media_type, "title": title, "hreflang": "fr"}


def _instant(day: date | None, hour: str) -> str | None:
    return f"{day.isoformat()}T{hour}Z" if day else None


# --- Shapes of the documents of OGC API - Features and of TileJSON, for the OpenAPI document


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
    crs: list[str] = Field(description="Systèmes dans lesquels les objets sont donnés, par `crs`")
    storageCrs: str  # noqa: N815 - the standard's name
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


# --- What is asked of a collection: a box, days, a page

DEFAULT_LIMIT, MOST_FEATURES = 100, 1_000
_EAST_END = 180.0

LayerName = Annotated[str, Path(description="Nom de la collection", examples=["candidat"])]
FeatureId = Annotated[str, Path(description="Identifiant de l'objet")]


class FormatQuery(Strict):
    """Le format demandé ; il n'y en a qu'un."""

    f: Literal["json"] | None = Field(None, description="Format : json, le seul")


class LandingQuery(Strict):
    """Le format de l'accueil."""

    f: Literal["json", "html"] | None = Field(
        None, description="json, ou html pour la page ; sinon selon l'en-tête Accept"
    )


class FeatureQuery(FormatQuery):
    """Le système dans lequel un objet est demandé."""

    crs: str | None = Field(
        None, description="Système des coordonnées rendues : l'un de ceux de la collection ; CRS84 sinon"
    )


class ItemsQuery(FeatureQuery):
    """Les objets demandés d'une collection."""

    limit: int = Field(
        DEFAULT_LIMIT, ge=1, description=f"Nombre d'objets par page ; au-delà de {MOST_FEATURES}, {MOST_FEATURES}"
    )
    offset: int = Field(0, ge=0, description="Nombre d'objets à passer ; suivre plutôt le lien « next »")
    bbox: str | None = Field(
        None,
        description="ouest,sud,est,nord en degrés WGS 84 (six nombres avec des hauteurs, qui ne comptent pas)",
        examples=["1.85,50.93,1.95,50.97"],
    )
    bbox_crs: str | None = Field(
        None, alias="bbox-crs", description="Système de bbox : l'un de ceux de la collection ; CRS84 sinon"
    )
    filter: str | None = Field(
        None,
        description="Filtre des propriétés en CQL2 (texte) ; leurs noms sont à /collections/{name}/queryables",
        examples=["people > 100 AND imputed = FALSE"],
    )
    filter_lang: Literal["cql2-text"] | None = Field(
        None, alias="filter-lang", description="Langue du filtre, la seule"
    )
    filter_crs: str | None = Field(
        None, alias="filter-crs", description="Sans effet : un filtre ne parle pas de géométrie ; bbox le fait"
    )
    datetime: str | None = Field(
        None,
        description="Jour, instant ou intervalle (RFC 3339, « .. » sans fin) où l'objet est en vigueur",
        examples=["2024-06-01T00:00:00Z", "2015-01-01T00:00:00Z/.."],
    )

    @property
    def page_size(self) -> int:
        """Features wanted at most; a limit too high is lowered, as the standard wants."""
        return min(self.limit, MOST_FEATURES)


def read_boxes(text: str | None) -> tuple[Box, ...] | None:
    """Boxes asked for: one, or two where it crosses the antimeridian; None where none is asked for.

    Raises
    ------
    InvalidInputError
        Not four or six numbers, or a box out of the globe or upside down.

    >>> read_boxes("1.8,50.9,1.9,51")
    ((1.8, 50.9, 1.9, 51.0),)
    >>> read_boxes("170,-50,0,-170,-40,100")
    ((170.0, -50.0, 180.0, -40.0), (-180.0, -50.0, -170.0, -40.0))
    """
    if text is None:
        return None
    try:
        numbers = [float(item) for item in text.split(",")]
    except ValueError:
        numbers = []
    half = len(numbers) // 2
    if len(numbers) not in {4, 6}:
        raise _box_fault()
    west, south, east, north = (*numbers[:2], *numbers[half : half + 2])
    within = all(abs(lon) <= _EAST_END for lon in (west, east)) and -90 <= south <= north <= 90  # noqa: PLR2004 - the globe
    if not (within and all(map(math.isfinite, numbers))):
        raise _box_fault()
    if west <= east:
        return ((west, south, east, north),)
    return (west, south, _EAST_END, north), (-_EAST_END, south, east, north)


def read_frames(text: str | None, epsg: int) -> Sequence[Box | BaseGeometry] | None:
    """Frames asked for, in degrees: boxes, or the shape that a box of a projected CRS has on the globe.

    Raises
    ------
    InvalidInputError
        Not four or six numbers, or a box upside down.
    """
    if text is None or epsg == WGS84:
        return read_boxes(text)
    import shapely

    try:
        numbers = [float(item) for item in text.split(",")]
    except ValueError:
        numbers = []
    half = len(numbers) // 2
    if len(numbers) not in {4, 6} or not all(map(math.isfinite, numbers)):
        raise _box_fault()
    west, south, east, north = (*numbers[:2], *numbers[half : half + 2])
    if not (west < east and south < north):
        raise _box_fault()
    sides = shapely.segmentize(shapely.box(west, south, east, north), max(east - west, north - south) / SIDE_PARTS)
    drawn = transform_geometry(sides, epsg, WGS84)
    if not np.isfinite(shapely.get_coordinates(drawn)).all():
        raise _box_fault()
    return (drawn,)


SIDE_PARTS = 16
"""Parts in which the sides of a projected box are cut: straight there, they are curved in degrees."""


def crs_asked(text: str | None, epsg: int) -> tuple[str, int]:
    """URI and EPSG code of a CRS that is asked for; longitude and latitude where none is.

    Raises
    ------
    InvalidInputError
        It is none of those that are offered.
    """
    offered = offered_crs(epsg)
    uri = text or CRS84
    if uri not in offered:
        raise InvalidInputError("Système de coordonnées inconnu", advice=f"en demander un parmi {', '.join(offered)}")
    return uri, offered[uri]


def read_days(text: str | None) -> Days:
    """First and last day asked for, as written: days in force are local ones.

    Raises
    ------
    InvalidInputError
        Not an instant or an interval, or an interval that ends before it starts.

    >>> read_days("2015-06-01T12:00:00Z/..")
    (datetime.date(2015, 6, 1), None)
    """
    if text is None:
        return ANY_DAY
    parts = text.split("/")
    start, end = (parts[0], parts[-1])
    if len(parts) > 2 or (len(parts) == 1 and start in {"", ".."}):  # noqa: PLR2004 - two ends
        raise _days_fault()
    first, last = _day(start), _day(end)
    if first and last and first > last:
        raise _days_fault()
    return first, last


def _day(text: str) -> date | None:
    if text in {"", ".."}:
        return None
    try:
        return datetime.fromisoformat(text.upper()).date()
    except ValueError:
        raise _days_fault() from None


def _box_fault() -> InvalidInputError:
    return InvalidInputError("Le rectangle bbox est mal formé", advice="donner ouest,sud,est,nord en degrés WGS 84")


def _days_fault() -> InvalidInputError:
    return InvalidInputError(
        "La date datetime est mal formée", advice="donner par exemple 2024-06-01T00:00:00Z, ou deux séparées par « / »"
    )


router = APIRouter(route_class=DataRoute, tags=["OGC API - Features"])


class GeoJsonResponse(JSONResponse):
    """The media type of RFC 7946."""

    media_type = GEOJSON


@router.get(
    "/conformance",
    summary="Normes suivies",
    response_model=ConformanceDocument,
    response_description="Les classes de conformité",
    responses=problem_responses(400, 503),
)
async def conformance(request: Request, service: CurrentService, _: Annotated[FormatQuery, Query()]) -> Response:
    """Donner les classes de conformité d'OGC API - Features que le service suit."""
    return answer(request, service, JSON, lambda: {"conformsTo": CONFORMANCE})


@router.get(
    "/collections",
    summary="Les collections",
    response_model=CollectionsDocument,
    response_description="Les collections, avec leurs liens",
    responses=problem_responses(400, 503),
)
async def collections(request: Request, service: CurrentService, _: Annotated[FormatQuery, Query()]) -> Response:
    """Donner les périmètres par nature et génération, les secteurs, les IRIS et les carreaux de chaque millésime."""
    layers = list((await service.aside.layers()).values())
    epsg = service.territory.epsg
    return answer(request, service, JSON, lambda: collections_document(base_of(request), layers, epsg))


@router.get(
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
    epsg = service.territory.epsg
    return answer(request, service, JSON, lambda: collection_document(base_of(request), layer, epsg))


@router.get(
    "/collections/{name}/queryables",
    summary="Les propriétés à filtrer",
    response_class=Response,
    response_description="Leur JSON Schema",
    responses={200: {"content": {JSON_SCHEMA: {"schema": {"type": "object"}}}}, **problem_responses(400, 404, 503)},
)
async def queryables(
    request: Request, service: CurrentService, name: LayerName, _: Annotated[FormatQuery, Query()]
) -> Response:
    """Dire quelles propriétés un filtre peut nommer, et de quelle nature elles sont."""
    layer = await layer_of(service, name)
    return answer(request, service, JSON_SCHEMA, lambda: queryables_document(base_of(request), layer))


@router.get(
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
    """Donner une page d'objets, tous ou ceux d'un rectangle, d'une période et d'un filtre, en GeoJSON."""
    layer, days = await layer_of(service, name), read_days(asked.datetime)
    frames = read_frames(asked.bbox, crs_asked(asked.bbox_crs, service.territory.epsg)[1])
    uri, epsg = crs_asked(asked.crs, service.territory.epsg)
    kept = read_filter(asked.filter, layer.queryables) if asked.filter else None

    def document() -> dict[str, Any]:
        rows = layer.select(frames, days)
        if kept is not None:
            rows = [row for row in rows if kept(layer.properties[row])]
        base, asked_by = base_of(request), request.query_params
        return page_of_features(base, layer, asked_by, rows, asked.offset, asked.page_size, epsg)

    return answer(request, service, GEOJSON, document, {"Content-Crs": f"<{uri}>"})


@router.get(
    "/collections/{name}/items/{fid:path}",
    summary="Un objet",
    response_model=FeatureDocument,
    response_description="L'objet",
    response_class=GeoJsonResponse,
    responses=problem_responses(400, 404, 503),
)
async def item(
    request: Request, service: CurrentService, name: LayerName, fid: FeatureId, asked: Annotated[FeatureQuery, Query()]
) -> Response:
    """Donner un objet par son identifiant."""
    layer = await layer_of(service, name)
    uri, epsg = crs_asked(asked.crs, service.territory.epsg)
    row = layer.row_of.get(fid)
    if row is None:
        raise Refusal(404, f"Cet objet n'existe pas ; voir /collections/{layer.name}/items.")
    headers = {"Content-Crs": f"<{uri}>"}
    return answer(request, service, GEOJSON, lambda: feature_document(base_of(request), layer, row, epsg), headers)


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


def answer(
    request: Request,
    service: Service,
    media_type: str,
    document: Callable[[], Any],
    headers: Mapping[str, str] | None = None,
) -> Response:
    """A JSON document that caches may keep; it is not made for a client that holds it."""
    import orjson

    unchanged = not_modified(request, service)
    if unchanged is not None:
        return unchanged
    return Response(
        orjson.dumps(document()), media_type=media_type, headers={**cache_headers(service), **(headers or {})}
    )


# --- Vector tiles of every layer, and what describes them (TileJSON)

MVT = "application/vnd.mapbox-vector-tile"
_FIELD_TYPES = {bool: "Boolean", int: "Number", float: "Number", str: "String"}
_WORLD = (-180.0, -85.05112877980659, 180.0, 85.0511287798066)

tiles_router = APIRouter(route_class=DataRoute, tags=["Tuiles vectorielles"])


@tiles_router.get(
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


@tiles_router.get(
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


# --- How the tiles are drawn: MapLibre styles, one for each layer and one for all the perimeters

STYLE = "application/vnd.mapbox.style+json"
QML = "application/xml"
WHOLE_STYLE = "perimetres"

StyleName = Annotated[str, Path(description="« perimetres », ou nom d'une collection", examples=["perimetres"])]


class StyleEntry(BaseModel):
    """Un style."""

    id: str
    title: str
    links: list[Link]


class StylesDocument(BaseModel):
    """Les styles."""

    styles: list[StyleEntry]


@tiles_router.get(
    "/styles",
    summary="Les styles des tuiles",
    response_model=StylesDocument,
    response_description="Les styles, avec leurs liens",
    responses=problem_responses(400, 503),
)
async def styles(request: Request, service: CurrentService, _: Annotated[FormatQuery, Query()]) -> Response:
    """Donner les styles : celui de tous les périmètres, et un par collection."""
    layers = (await service.aside.layers()).values()
    known = {WHOLE_STYLE: "Tous les périmètres"} | {layer.name: layer.title for layer in layers}
    entries = [
        {
            "id": name,
            "title": title,
            "links": [_link("stylesheet", _style_address(base_of(request), name), STYLE, title)],
        }
        for name, title in known.items()
    ]
    return answer(request, service, JSON, lambda: {"styles": entries})


@tiles_router.get(
    "/styles/{name}.qml",
    summary="Le style d'une collection, pour QGIS",
    response_class=Response,
    response_description="Le style (QML), à charger dans les propriétés de la couche",
    responses={200: {"content": {QML: {"schema": {"type": "string"}}}}, **problem_responses(400, 404, 503)},
)
async def style_for_qgis(
    request: Request, service: CurrentService, name: LayerName, _: Annotated[FormatQuery, Query()]
) -> Response:
    """Donner à QGIS les traits et les couleurs d'une collection de contours ou de carreaux."""
    layers = await service.aside.layers()
    if name not in layers:
        raise Refusal(404, "Cette collection n'existe pas ; voir /collections.")
    layer = layers[name]
    unchanged = not_modified(request, service)
    if unchanged is not None:
        return unchanged
    written = qml(service_look(name, layer.title, generalised=layer.generalised))
    return Response(written, media_type=QML, headers=cache_headers(service))


@tiles_router.get(
    "/styles/{name}",
    summary="Un style, pour MapLibre",
    response_class=Response,
    response_description="Le style (MapLibre, version 8)",
    responses={200: {"content": {STYLE: {"schema": {"type": "object"}}}}, **problem_responses(400, 404, 503)},
)
async def style(
    request: Request, service: CurrentService, name: StyleName, _: Annotated[FormatQuery, Query()]
) -> Response:
    """Donner le style d'une collection, ou de tous les périmètres, avec les couleurs et les traits des cartes."""
    layers = await service.aside.layers()
    if name == WHOLE_STYLE:
        title, drawn = "Tous les périmètres", [layer for layer in layers.values() if _line_of(layer)]
    elif name in layers:
        title, drawn = layers[name].title, [layers[name]]
    else:
        raise Refusal(404, "Ce style n'existe pas ; voir /styles.")
    base = base_of(request)
    tiles = [(layer.name, _tiles_address(base, layer), _line_of(layer)) for layer in drawn]
    return answer(request, service, STYLE, lambda: style_document(title, tiles))


def _line_of(layer: FeatureLayer) -> LineStyle | None:
    return line_of(layer.name, generalised=layer.generalised)


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
