"""Errors as problem+json (RFC 9457), all from one table."""

from __future__ import annotations

import logging
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.responses import JSONResponse

from geoville import errors

if TYPE_CHECKING:
    from fastapi import FastAPI, Request

PROBLEM_JSON = "application/problem+json"

STATUS_OF_ERROR: dict[type[errors.GeovilleError], HTTPStatus] = {
    errors.UnknownTerritoryError: HTTPStatus.NOT_FOUND,
    errors.UnknownMapError: HTTPStatus.NOT_FOUND,
    errors.InvalidInputError: HTTPStatus.BAD_REQUEST,
    errors.DataUnavailableError: HTTPStatus.SERVICE_UNAVAILABLE,
    errors.GeovilleError: HTTPStatus.INTERNAL_SERVER_ERROR,
}
"""Most specific first: the first class that the error belongs to gives the status."""

TITLES = {
    HTTPStatus.BAD_REQUEST: "Demande incorrecte",
    HTTPStatus.NOT_FOUND: "Introuvable",
    HTTPStatus.METHOD_NOT_ALLOWED: "Méthode non acceptée",
    HTTPStatus.UNPROCESSABLE_ENTITY: "Demande incorrecte",
    HTTPStatus.SERVICE_UNAVAILABLE: "Données indisponibles",
    HTTPStatus.INTERNAL_SERVER_ERROR: "Erreur interne",
}

_log = logging.getLogger(__name__)


def problem(status: int, detail: str, **extra: Any) -> JSONResponse:
    """A problem document; `detail` is a French sentence that repeats nothing of an address."""
    title = TITLES.get(HTTPStatus(status), "Erreur")
    body = {"type": "about:blank", "title": title, "status": int(status), "detail": detail, **extra}
    return JSONResponse(body, status_code=status, media_type=PROBLEM_JSON)


def install(app: FastAPI) -> None:
    """Answer every error of an application with a problem document."""
    app.add_exception_handler(errors.GeovilleError, _geoville_error)
    app.add_exception_handler(RequestValidationError, _validation_error)
    app.add_exception_handler(HTTPException, _http_error)
    app.add_exception_handler(Exception, _unexpected_error)


async def _geoville_error(_: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, errors.GeovilleError)
    status = next(status for kind, status in STATUS_OF_ERROR.items() if isinstance(error, kind))
    return problem(status, error.sentence)


async def _validation_error(_: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, RequestValidationError)
    names = sorted({str(fault["loc"][-1]) for fault in error.errors()})
    known = f"Paramètre absent ou mal formé : {', '.join(names)}."
    return problem(HTTPStatus.UNPROCESSABLE_ENTITY, known, parameters=names)


async def _http_error(_: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, HTTPException)
    sentences = {
        HTTPStatus.NOT_FOUND: "Cette adresse du service n'existe pas ; voir /docs.",
        HTTPStatus.METHOD_NOT_ALLOWED: "Cette méthode n'est pas acceptée ici ; voir /docs.",
    }
    answer = problem(error.status_code, sentences.get(HTTPStatus(error.status_code), "La demande n'a pas abouti."))
    answer.headers.update(error.headers or {})
    return answer


async def _unexpected_error(_: Request, error: Exception) -> JSONResponse:
    # The type alone: a message or a traceback could hold the address that was asked.
    _log.error("Unexpected %s while answering a request", type(error).__name__)
    return problem(HTTPStatus.INTERNAL_SERVER_ERROR, "Erreur interne : la demande n'a pas pu être traitée.")
