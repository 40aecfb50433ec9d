"""Errors as problem+json: one table from a class of error to a status."""

from __future__ import annotations

import re
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel, Field
from starlette.exceptions import HTTPException
from starlette.responses import JSONResponse, Response
from starlette.routing import Match

from geoville import errors, french
from geoville.api.observability import current_request_id

if TYPE_CHECKING:
    from collections.abc import Mapping

    from fastapi import FastAPI, Request


PROBLEM_JSON = "application/problem+json"

STATUS_OF_ERROR: dict[type[errors.GeovilleError], HTTPStatus] = {
    errors.UnknownTerritoryError: HTTPStatus.NOT_FOUND,
    errors.UnknownMapError: HTTPStatus.NOT_FOUND,
    errors.MissingExtraError: HTTPStatus.NOT_IMPLEMENTED,
    errors.InvalidInputError: HTTPStatus.BAD_REQUEST,
    errors.DataUnavailableError: HTTPStatus.SERVICE_UNAVAILABLE,
    errors.GeovilleError: HTTPStatus.INTERNAL_SERVER_ERROR,
}
"""Most specific first: the first class that the error belongs to gives the status."""

TITLES = {
    HTTPStatus.BAD_REQUEST: "Demande incorrecte",
    HTTPStatus.UNAUTHORIZED: "Accès réservé",
    HTTPStatus.NOT_FOUND: "Introuvable",
    HTTPStatus.METHOD_NOT_ALLOWED: "Méthode non acceptée",
    HTTPStatus.REQUEST_TIMEOUT: "Demande trop lente",
    HTTPStatus.REQUEST_ENTITY_TOO_LARGE: "Demande trop grande",
    HTTPStatus.REQUEST_URI_TOO_LONG: "Demande trop longue",
    HTTPStatus.UNPROCESSABLE_ENTITY: "Demande incorrecte",
    HTTPStatus.TOO_MANY_REQUESTS: "Trop de demandes",
    HTTPStatus.INTERNAL_SERVER_ERROR: "Erreur interne",
    HTTPStatus.NOT_IMPLEMENTED: "Non disponible",
    HTTPStatus.SERVICE_UNAVAILABLE: "Service indisponible",
}


class Refusal(HTTPException):
    """A request that is refused with a French sentence of its own, given as `detail`."""


def problem(status: int, detail: str, **extra: Any) -> JSONResponse:
    """A problem document; `detail` is a French sentence that repeats nothing of an address."""
    title = TITLES.get(HTTPStatus(status), "Erreur")
    body = {"type": "about:blank", "title": title, "status": int(status), "detail": detail, **extra}
    if number := current_request_id():
        body["request_id"] = number
    return JSONResponse(body, status_code=status, media_type=PROBLEM_JSON)


def install(app: FastAPI) -> None:
    """Answer every error that is foreseen with a problem document; `LastBarrier` answers the others."""
    app.add_exception_handler(errors.GeovilleError, _geoville_error)
    app.add_exception_handler(RequestValidationError, _validation_error)
    app.add_exception_handler(HTTPException, _http_error)


async def _geoville_error(_: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, errors.GeovilleError)
    status = next(status for kind, status in STATUS_OF_ERROR.items() if isinstance(error, kind))
    return problem(status, error.sentence)


async def _validation_error(_: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, RequestValidationError)
    # The name of a parameter that is not known was typed by the user: it is not repeated.
    faults = [fault for fault in error.errors() if fault["type"] != "extra_forbidden"]
    if not faults:
        return problem(HTTPStatus.UNPROCESSABLE_ENTITY, "Paramètre inconnu ; voir /docs.", parameters=[])
    said = {str(fault["loc"][-1]): _bound(fault) for fault in faults}
    names = sorted(said)
    sentence = f"Paramètre absent ou mal formé : {', '.join(f'{name}{said[name]}' for name in names)}."
    too_long = any(fault["type"] == "string_too_long" and fault["loc"][-1] == "q" for fault in faults)
    status = HTTPStatus.REQUEST_ENTITY_TOO_LARGE if too_long else HTTPStatus.UNPROCESSABLE_ENTITY
    return problem(status, sentence, parameters=names)


_BOUNDS = {
    "missing": " (manque)",
    "string_too_long": " ({max_length} caractères au plus)",
    "too_long": " ({max_length} au plus)",
    "greater_than_equal": " ({ge} au moins)",
    "less_than_equal": " ({le} au plus)",
}


def _bound(fault: Mapping[str, Any]) -> str:
    """The bound that a parameter passes, in French; empty for another fault."""
    numbers = {
        name: french.number(value) for name, value in fault.get("ctx", {}).items() if isinstance(value, int | float)
    }
    if fault["type"] == "enum":
        known = re.findall(r"'(\w+)'", fault["ctx"]["expected"])
        return f" (parmi {', '.join(known)})"
    return _BOUNDS.get(fault["type"], "").format(**numbers)


async def _http_error(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    if error.status_code == HTTPStatus.METHOD_NOT_ALLOWED and request.method == "OPTIONS":
        return Response(status_code=HTTPStatus.NO_CONTENT, headers={"Allow": _methods_of(request)})
    sentences = {
        HTTPStatus.NOT_FOUND: "Cette adresse du service n'existe pas ; voir /docs.",
        HTTPStatus.METHOD_NOT_ALLOWED: "Cette méthode n'est pas acceptée ici ; voir /docs.",
    }
    usual = sentences.get(HTTPStatus(error.status_code), "La demande n'a pas abouti.")
    answer = problem(error.status_code, error.detail if isinstance(error, Refusal) else usual)
    answer.headers.update(error.headers or {})
    if error.status_code == HTTPStatus.METHOD_NOT_ALLOWED:
        answer.headers["Allow"] = _methods_of(request)
    return answer


def _methods_of(request: Request) -> str:
    """Methods of every route at the path asked; the framework names those of the first one alone."""
    routes: list[Any] = list(request.app.routes)
    found = {
        method
        for method in ("GET", "POST", "PUT", "PATCH", "DELETE")
        if any(route.matches({**request.scope, "method": method})[0] is Match.FULL for route in routes)
    }
    return ", ".join(sorted({*found, "OPTIONS"} | ({"HEAD"} if "GET" in found else set())))


class ProblemDocument(BaseModel):
    """Une erreur (RFC 9457)."""

    type: str
    title: str
    status: int
    detail: str
    request_id: str | None = Field(None, description="Numéro de la demande, aussi dans l'en-tête X-Request-ID")


# --- How the OpenAPI document describes the errors of a route

OTHERS = "Autre refus : demande trop longue, trop grande, trop lente ou trop fréquente"
"""What the middlewares answer, on any route."""


def problem_responses(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """Entries of `responses=` for the statuses that a route may answer with; 500 is always one of them."""
    content = {PROBLEM_JSON: {"schema": {"$ref": f"#/components/schemas/{ProblemDocument.__name__}"}}}
    described: dict[int | str, dict[str, Any]] = {
        status: {"description": TITLES[HTTPStatus(status)], "content": content}
        for status in (*statuses, HTTPStatus.INTERNAL_SERVER_ERROR)
    }
    return {**described, "default": {"description": OTHERS, "content": content}}
