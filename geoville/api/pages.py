"""What a browser shows: the page of the town hall, the landing page, the documentation."""

from __future__ import annotations

import asyncio
import base64
import hashlib
import re
from dataclasses import asdict, dataclass
from functools import cache, lru_cache
from http import HTTPStatus
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import orjson
from fastapi import APIRouter, Query
from fastapi import Path as PathParameter
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from geoville import french
from geoville.api import ogc as documents
from geoville.api.ogc import GeoJsonResponse, LandingDocument, LandingQuery, answer, base_of
from geoville.api.problems import PAGE as PROBLEMS_PAGE
from geoville.api.problems import PROBLEM_TYPES, Refusal, problem_responses
from geoville.api.routing import AskedDay, DataRoute, KnownAndGivenOnce, day_asked
from geoville.api.service import CurrentService, cache_headers, not_modified
from geoville.eligibility.rules import rules_at
from geoville.extras import has
from geoville.law.generations import generations
from geoville.rendering.actions import GROUND_COLOURS
from geoville.rendering.folium_map import own_text, read_leaflet
from geoville.rendering.layers import band_layers
from geoville.rendering.look import PERIMETER_LINES, tile_source
from geoville.rendering.review import render_review
from geoville.version import __version__
from geoville.workflows.gis_layers import ANY_DAY
from geoville.workflows.maps import GROUND_ROLES

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable
    from importlib.resources.abc import Traversable

    from fastapi import FastAPI
    from jinja2 import Environment, Template

    from geoville.api.service import Service
    from geoville.api.settings import Settings
    from geoville.rendering.look import TileSource


# --- Files that the page loads: its own style and scripts, and Leaflet from the PyPI package XStatic-Leaflet

PAGE = files("geoville.api").joinpath("page")

_MEDIA_TYPES = {".css": "text/css; charset=utf-8", ".js": "text/javascript; charset=utf-8", ".png": "image/png"}

_SHARED = ("details.js", "ground.js", "cells.js", "online.js")
"""Scripts that one-file maps have too."""

_LEAFLET = (
    "leaflet.js",
    "leaflet.css",
    "images/layers.png",
    "images/layers-2x.png",
    "images/marker-icon.png",
    "images/marker-icon-2x.png",
    "images/marker-shadow.png",
)


@dataclass(frozen=True, slots=True)
class PageFile:
    """A file as it is served.

    Parameters
    ----------
    etag : changes with the content.
    """

    content: bytes
    media_type: str
    etag: str

    @classmethod
    def of(cls, content: bytes, suffix: str) -> PageFile:
        """A content, of the type that a suffix tells."""
        return cls(content, _MEDIA_TYPES[suffix], f'W/"{hashlib.sha256(content).hexdigest()[:16]}"')


def read_page_files() -> dict[str, PageFile]:
    """Every file by its path under `/static/`; what is not among them does not exist, whatever the path.

    Raises
    ------
    DataUnavailableError
        Leaflet is not installed whole.
    """
    own = {item.name: _read(item) for item in PAGE.iterdir() if Path(item.name).suffix in _MEDIA_TYPES}
    own |= {f"maps/{name}": PageFile.of(own_text(name).encode(), Path(name).suffix) for name in _SHARED}
    return own | {f"leaflet/{name}": PageFile.of(read_leaflet(name), Path(name).suffix) for name in _LEAFLET}


def _read(item: Traversable) -> PageFile:
    return PageFile.of(item.read_bytes(), Path(item.name).suffix)


router = APIRouter()

_FRANCE = (-5.2, 41.3, 9.6, 51.1)
"""West, south, east, north of where to look, degrees, for a territory that does not say where it is."""


def page(request: Request, service: Service) -> HTMLResponse:
    """The page, with what its scripts need to know of the service."""
    settings: Settings = request.app.state.settings
    territory = service.territory
    tiles = tile_source(settings.tiles, settings.tiles_host)
    html = _template().render(
        title=territory.title,
        version=__version__,
        generations=_generations(),
        tiles=tiles,
        addresses=address_limits(service),
        credits=[territory.file(role).source.citation for role in GROUND_ROLES if territory.has(role)],
        facts=page_facts(service, tiles),
    )
    return HTMLResponse(french.typeset_page(html), headers={"Content-Security-Policy": content_security_policy(tiles)})


def page_facts(service: Service, tiles: TileSource | None) -> dict[str, Any]:
    """What the scripts of the page need to know: where to look, how to draw, whose tiles."""
    return {
        "today": day_asked(None, service).isoformat(),
        "extent": service.territory.extent or _FRANCE,
        "country": service.desk.index.country is not None,
        "cells": f"cells-{service.territory.default_vintage}" if service.territory.has("grid") else None,
        "lines": {name: asdict(line) for name, line in PERIMETER_LINES.items()},
        "grounds": GROUND_COLOURS,
        "paper": has("paper"),
        "tiles": tiles.document() if tiles else None,
    }


def content_security_policy(tiles: TileSource | None) -> str:
    """Let the page load its own files, and images of the one host that the operator lets it offer.

    The page of a review, which it shows in a frame, is bound by this policy too: its script and its style are known by
    their hashes.
    """
    script, style = _review_hashes()
    images = f"'self' data: {tiles.host}" if tiles else "'self' data:"
    return (
        f"default-src 'none'; script-src 'self' {script}; style-src 'self' {style}; img-src {images}; "
        "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    )


@cache
def _review_hashes() -> tuple[str, str]:
    """Hashes of the script and of the style of the page of a review, as its policy writes them."""
    page = render_review((), name="", on="", data_version="", sources=())
    script, style = (_hashes_of(tag, page) for tag in ("script", "style"))
    return script, style


def _hashes_of(tag: str, page: str) -> str:
    """Hashes of what a page has in plain elements of a kind, as a policy writes them."""
    texts = re.findall(f"<{tag}>(.*?)</{tag}>", page, flags=re.DOTALL)
    hashes = [base64.b64encode(hashlib.sha256(text.encode()).digest()).decode() for text in texts]
    return " ".join(f"'sha256-{digest}'" for digest in hashes)


@router.get("/static/{name:path}", include_in_schema=False)
async def static(request: Request, name: str) -> Response:
    """A file of the page; its browser asks each time whether it changed, and gets it again only then."""
    file = _files().get(name)
    if file is None:
        raise Refusal(HTTPStatus.NOT_FOUND, "Ce fichier de la page n'existe pas.")
    headers = {"ETag": file.etag, "Cache-Control": "no-cache"}
    if request.headers.get("if-none-match") == file.etag:
        return Response(status_code=HTTPStatus.NOT_MODIFIED, headers=headers)
    return Response(file.content, media_type=file.media_type, headers=headers)


@router.get(
    "/perimeters/{code}/bands",
    summary="Les bandes autour d'un périmètre que des règles regardent",
    tags=["Dispositifs et attestations"],
    response_class=GeoJsonResponse,
    response_description="FeatureCollection GeoJSON en WGS 84, une bande par distance ; vide si aucune règle n'en a",
    responses=problem_responses(404, 422, 503),
    dependencies=[KnownAndGivenOnce],
)
async def bands(
    request: Request,
    service: CurrentService,
    code: Annotated[str, PathParameter(max_length=64, description="Code d'un QPV ou d'un périmètre candidat")],
    on: Annotated[AskedDay | None, Query(description="Jour des règles (AAAA-MM-JJ) ; aujourd'hui sinon")] = None,
) -> Response:
    """Tracer les bandes (300 m, 500 m) d'un quartier ; l'emprise entière du bâtiment compte, non un point."""
    unchanged = not_modified(request, service)
    if unchanged is not None:
        return unchanged
    found = [item for item in service.desk.index.perimeters if item.code == code]
    if not found:
        raise Refusal(HTTPStatus.NOT_FOUND, "Aucun périmètre n'a ce code.")
    day = day_asked(on, service)
    features = [
        {
            "type": "Feature",
            "geometry": dict(shape.geometry),
            "properties": {"name": layer.name, "note": shape.popup.note},
        }
        for layer in band_layers(found, rules_at(day), day)
        for shape in layer.shapes
    ]
    return GeoJsonResponse(
        {"type": "FeatureCollection", "features": features},
        headers=cache_headers(service),
    )


@router.get("/page/cells/{vintage}", include_in_schema=False)
async def cells(request: Request, service: CurrentService, vintage: int, bbox: str) -> Response:
    """Cells of a grid, coloured and classed as on every map."""
    if vintage not in service.territory.grids:
        raise Refusal(HTTPStatus.NOT_FOUND, "Aucune grille de cette année.")
    day = day_asked(None, service)
    return await _drawn(request, service, bbox, lambda box: service.aside.cells(vintage, day, box))


@router.get("/page/perimeters/{name}", include_in_schema=False)
async def perimeters_elsewhere(request: Request, service: CurrentService, name: str, bbox: str) -> Response:
    """Quarters of a box that a layer does not have, since they lie out of the territory; none of too wide a box."""

    async def draw(box: tuple[float, float, float, float]) -> str:
        layer = await service.aside.elsewhere(name)
        rows = layer.select([box], ANY_DAY) if layer is not None else []
        many = len(rows) > _MOST_ELSEWHERE
        features = documents.features_documents(layer, rows) if layer is not None and not many else []
        return orjson.dumps({"type": "FeatureCollection", "features": features, "many": many}).decode()

    return await _drawn(request, service, bbox, draw)


_MOST_ELSEWHERE = 400
"""Quarters that a page draws at once: those of a large town and of its neighbours."""


@router.get("/page/ground", include_in_schema=False)
async def ground(request: Request, service: CurrentService, bbox: str) -> Response:
    """Streets, railways and water of a box."""
    return await _drawn(request, service, bbox, service.aside.ground)


async def _drawn(
    request: Request, service: Service, bbox: str, draw: Callable[[tuple[float, float, float, float]], Awaitable[str]]
) -> Response:
    unchanged = not_modified(request, service)
    if unchanged is not None:
        return unchanged
    boxes = documents.read_boxes(bbox)
    if boxes is None or len(boxes) != 1:
        raise Refusal(HTTPStatus.BAD_REQUEST, "Le rectangle demandé n'en est pas un.")
    return Response(await draw(boxes[0]), media_type="application/json", headers=cache_headers(service))


@lru_cache(maxsize=1)
def address_limits(service: Service) -> str:
    """Which addresses can be asked about, in one French sentence, before anybody asks for another; empty if not known.

    A list given by the operator, or a geocoder asked elsewhere, is not counted.
    """
    choice, territory = service.choice, service.territory
    if choice.geocoder or choice.addresses or territory.address_index is not None:
        return ""
    listed = territory.address_list()
    named = sum(1 for item in listed.addresses if item.place)
    known = f"{french.counted(len(listed.addresses) - named, 'adresse')} et {french.counted(named, 'lieu', 'lieux')}"
    towns = list(dict.fromkeys(item.city for item in listed.addresses if item.city))
    of = f" de {' et '.join(filter(None, (', '.join(towns[:-1]), towns[-1])))}" if 0 < len(towns) <= _MOST_TOWNS else ""
    worth = "" if listed.complete else ", liste incomplète"
    return french.held_together(f"Adresses connues ici : {known}{of}{worth}. Ailleurs : un clic sur la carte.")


_MOST_TOWNS = 4


def _generations() -> list[dict[str, Any]]:
    """Generations of metropolitan France, the latest first, each with a day in force: its last one, else its first."""
    known = [item for item in generations() if item.zone == "metropole"]
    return [
        {"year": item.year, "day": day.isoformat(), "day_in_words": french.long_date(day)}
        for item in reversed(known)
        for day in [item.valid_to or item.valid_from]
    ]


@cache
def _template() -> Template:
    from jinja2 import Environment, PackageLoader, StrictUndefined

    environment = Environment(loader=PackageLoader("geoville.api", "page"), autoescape=True, undefined=StrictUndefined)
    return environment.get_template("page.html")


@cache
def _files() -> dict[str, PageFile]:
    return read_page_files()


# --- `/docs`: what the service answers, as one page of its own. FastAPI's page would load scripts from a third party

TEMPLATE, PROBLEMS_TEMPLATE = "docs.html", "problems.html"


def install_docs(app: FastAPI) -> None:
    """Serve the page made of the application's OpenAPI document, and that of its errors.

    Each is made when it is first asked for: the document takes as long to make as all the data to read, and a service
    that starts has better to do. It is made beside the event loop.
    """
    _serve_page(app, "/docs", lambda: docs_page(app.openapi()))
    _serve_page(app, PROBLEMS_PAGE, problems_page)


def _serve_page(app: FastAPI, path: str, make: Callable[[], str]) -> None:
    @cache
    def made() -> tuple[str, dict[str, str]]:
        page = make()
        return page, {"Content-Security-Policy": _policy(page)}

    async def served(_: Request) -> HTMLResponse:
        page, headers = await asyncio.to_thread(made)
        return HTMLResponse(page, headers=headers)

    app.add_route(path, served, include_in_schema=False)


def problems_page() -> str:
    """Render what each type of problem is, one section each, where its URI leads."""
    return _environment().get_template(PROBLEMS_TEMPLATE).render(kinds=PROBLEM_TYPES)


def _environment() -> Environment:
    from jinja2 import Environment, PackageLoader, StrictUndefined

    return Environment(loader=PackageLoader("geoville.api", "."), autoescape=True, undefined=StrictUndefined)


def docs_page(document: dict[str, Any]) -> str:
    """Render an OpenAPI document as a French page without any script or outside address."""
    operations = [
        {"method": method.upper(), "path": path, **operation}
        for path, methods in document["paths"].items()
        for method, operation in methods.items()
    ]
    return _environment().get_template(TEMPLATE).render(info=document["info"], operations=operations)


def _policy(page: str) -> str:
    """Let a browser apply the page's own styles, known by their hashes, and nothing else."""
    styles = _hashes_of("style", page)
    return f"default-src 'none'; style-src {styles}; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"


# --- `/`: the landing page of the API for programs, the page of the town hall for browsers

landing_router = APIRouter(route_class=DataRoute, tags=["OGC API - Features"])


@landing_router.get(
    "/",
    summary="L'accueil de l'API, ou la page",
    response_model=LandingDocument,
    response_description="Les liens de l'API ; ou la page, en HTML",
    responses={200: {"content": {documents.HTML: {"schema": {"type": "string"}}}}, **problem_responses(400, 503)},
)
async def landing(request: Request, service: CurrentService, asked: Annotated[LandingQuery, Query()]) -> Response:
    """Donner les liens d'OGC API - Features ; la page à qui préfère text/html."""
    as_page = asked.f == "html" or (asked.f is None and prefers_html(request.headers.get("accept", "")))
    found = page(request, service) if as_page else _links(request, service)
    found.headers.add_vary_header("Accept")
    return found


def prefers_html(accept: str) -> bool:
    """Whether an Accept header ranks HTML strictly above JSON.

    >>> prefers_html("text/html,application/xml;q=0.9,*/*;q=0.8"), prefers_html("*/*"), prefers_html("")
    (True, False, False)
    """
    quality = {}
    for item in accept.lower().split(","):
        media_type, *options = (part.strip() for part in item.split(";"))
        quality[media_type] = _quality(options)
    anything = quality.get("*/*", 0.0)
    html, json = (quality.get(f"{kind}/{name}", quality.get(f"{kind}/*", anything)) for kind, name in _RANKED)
    return html > json


_RANKED = (("text", "html"), ("application", "json"))


def _quality(options: list[str]) -> float:
    stated = next((option[2:] for option in options if option.startswith("q=")), "1")
    try:
        return float(stated)
    except ValueError:
        return 0.0


def _links(request: Request, service: CurrentService) -> Response:
    return answer(
        request, service, documents.JSON, lambda: documents.landing_document(base_of(request), service.territory.title)
    )
