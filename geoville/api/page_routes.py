"""The page of the town hall: `/` for browsers, its files under `/static/`, and the bands that it draws."""

from __future__ import annotations

from dataclasses import asdict
from datetime import date
from functools import cache
from http import HTTPStatus
from typing import TYPE_CHECKING, Annotated, Any

from fastapi import APIRouter, Path, Query, Request
from starlette.responses import HTMLResponse, JSONResponse, Response

from geoville import __version__, french
from geoville.api.caching import cache_headers, not_modified
from geoville.api.page_files import PageFile, read_page_files
from geoville.api.problem_responses import problem_responses
from geoville.api.problems import Refusal
from geoville.api.service import CurrentService  # noqa: TC001 - FastAPI reads the annotation
from geoville.eligibility.rules import rules_at
from geoville.law.generations import generations
from geoville.rendering.bands import band_layers
from geoville.rendering.styles import PERIMETER_LINES
from geoville.rendering.tiles import tile_source

if TYPE_CHECKING:
    from jinja2 import Template

    from geoville.api.service import Service
    from geoville.api.settings import Settings
    from geoville.rendering.tiles import TileSource

router = APIRouter()

_FRANCE = (-5.2, 41.3, 9.6, 51.1)
"""West, south, east, north of where to look, degrees, for a territory that does not say where it is."""


def page(request: Request, service: Service) -> HTMLResponse:
    """The page, with what its scripts need to know of the service."""
    settings: Settings = request.app.state.settings
    tiles = tile_source(settings.tiles) if settings.tiles else None
    html = _template().render(
        title=service.territory.title,
        version=__version__,
        generations=_generations(),
        facts=page_facts(service, tiles),
    )
    return HTMLResponse(html, headers={"Content-Security-Policy": content_security_policy(tiles)})


def page_facts(service: Service, tiles: TileSource | None) -> dict[str, Any]:
    """What the scripts of the page need to know: where to look, how to draw, whose tiles."""
    return {
        "today": date.today().isoformat(),  # noqa: DTZ011 - the legal day is the local one
        "extent": service.territory.extent or _FRANCE,
        "cells": f"cells-{service.territory.default_vintage}" if service.territory.has("grid") else None,
        "lines": {name: asdict(line) for name, line in PERIMETER_LINES.items()},
        "tiles": asdict(tiles) | {"url": tiles.url} if tiles else None,
    }


def content_security_policy(tiles: TileSource | None) -> str:
    """Let the page load its own files, and images of the one host that the operator chose."""
    images = f"'self' data: {tiles.host}" if tiles else "'self' data:"
    return (
        f"default-src 'none'; script-src 'self'; style-src 'self'; img-src {images}; connect-src 'self'; "
        "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    )


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
    response_class=JSONResponse,
    response_description="FeatureCollection GeoJSON en WGS 84, une bande par distance ; vide si aucune règle n'en a",
    responses=problem_responses(404, 422, 503),
)
async def bands(
    request: Request,
    service: CurrentService,
    code: Annotated[str, Path(max_length=64, description="Code d'un QPV ou d'un périmètre candidat")],
    on: Annotated[date | None, Query(description="Jour des règles (AAAA-MM-JJ) ; aujourd'hui sinon")] = None,
) -> Response:
    """Tracer les bandes (300 m, 500 m) d'un quartier ; l'emprise entière du bâtiment compte, non un point."""
    unchanged = not_modified(request, service)
    if unchanged is not None:
        return unchanged
    found = [item for item in service.desk.index.perimeters if item.code == code]
    if not found:
        raise Refusal(HTTPStatus.NOT_FOUND, "Aucun périmètre n'a ce code.")
    day = on or date.today()  # noqa: DTZ011 - the legal day is the local one
    features = [
        {
            "type": "Feature",
            "geometry": dict(shape.geometry),
            "properties": {"name": layer.name, "note": shape.popup.note},
        }
        for layer in band_layers(found, rules_at(day), day)
        for shape in layer.shapes
    ]
    return JSONResponse(
        {"type": "FeatureCollection", "features": features},
        media_type="application/geo+json",
        headers=cache_headers(service),
    )


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
