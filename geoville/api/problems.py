"""Errors as problem+json: one table from a class of error to a status."""

from __future__ import annotations

import re
from contextvars import ContextVar
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, NamedTuple

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
    errors.TextTooLongError: HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
    errors.InvalidInputError: HTTPStatus.BAD_REQUEST,
    errors.DataUnavailableError: HTTPStatus.SERVICE_UNAVAILABLE,
    errors.GeovilleError: HTTPStatus.INTERNAL_SERVER_ERROR,
}
"""Most specific first: the first class that the error belongs to gives the status."""

KIND_OF_ERROR: dict[type[errors.GeovilleError], str] = {errors.TextTooLongError: "texte-trop-long"}
"""Types of problem of the errors that are not the usual one of their status."""


class ProblemType(NamedTuple):
    """A kind of problem, as a client tells it from the others by the `type` of its document, and a person reads of it.

    Parameters
    ----------
    when, remedy : French sentences.
    """

    status: HTTPStatus
    title: str
    when: str
    remedy: str


PROBLEM_TYPES = {
    "question": ProblemType(
        HTTPStatus.BAD_REQUEST,
        "Demande incorrecte",
        "La question n'a pas de sens : ni adresse, ni point, ou les deux ; un paramètre inconnu d'une couche.",
        "La corriger : `detail` dit comment.",
    ),
    "jeton": ProblemType(
        HTTPStatus.UNAUTHORIZED,
        "Accès réservé",
        "`/admin/reload` sans le bon jeton.",
        "Donner `Authorization: Bearer …`.",
    ),
    "introuvable": ProblemType(
        HTTPStatus.NOT_FOUND,
        "Introuvable",
        "Route, couche, objet ou travail qui n'existe pas, ou n'existe plus.",
        "Lire `/docs`, `/collections`.",
    ),
    "methode": ProblemType(
        HTTPStatus.METHOD_NOT_ALLOWED,
        "Méthode non acceptée",
        "Autre méthode que celles de la route.",
        "Lire l'en-tête `Allow`.",
    ),
    "lenteur": ProblemType(
        HTTPStatus.REQUEST_TIMEOUT,
        "Demande trop lente",
        "La demande arrive trop lentement.",
        "Recommencer.",
    ),
    "pas-fini": ProblemType(
        HTTPStatus.CONFLICT,
        "Travail en cours",
        "Le résultat d'un travail est demandé avant sa fin, ou le travail a échoué.",
        "Lire son état à `/jobs/{id}` ; attendre `status` : `done`.",
    ),
    "trop-grand": ProblemType(
        HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
        "Demande trop grande",
        "Le corps, ou le fichier, dépasse une limite, que `detail` donne.",
        "Demander moins à la fois ; une liste d'adresses, par un fichier.",
    ),
    "texte-trop-long": ProblemType(
        HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
        "Demande trop grande",
        "`q` a plus de 200 caractères.",
        "N'envoyer que l'adresse, sans ce qui l'entoure.",
    ),
    "trop-long": ProblemType(
        HTTPStatus.REQUEST_URI_TOO_LONG,
        "Demande trop longue",
        "L'adresse web est trop longue.",
        "Passer par la route en POST.",
    ),
    "parametre": ProblemType(
        HTTPStatus.UNPROCESSABLE_ENTITY,
        "Demande incorrecte",
        "Un paramètre, ou une clé du corps, manque, est mal formé, ou sort de ses bornes : `parameters` les nomme.",
        "Le corriger : la borne est dite.",
    ),
    "parametre-inconnu": ProblemType(
        HTTPStatus.UNPROCESSABLE_ENTITY,
        "Demande incorrecte",
        "Un paramètre, ou une clé du corps, n'existe pas : un `on` mal écrit deviendrait « aujourd'hui » sans le dire.",
        "Lire `/docs`, et l'ôter.",
    ),
    "trop-de-demandes": ProblemType(
        HTTPStatus.TOO_MANY_REQUESTS,
        "Trop de demandes",
        "Le client demande plus que l'exploitant ne permet, ou trop de travaux attendent.",
        "Attendre les secondes de `Retry-After`.",
    ),
    "interne": ProblemType(
        HTTPStatus.INTERNAL_SERVER_ERROR,
        "Erreur interne",
        "Erreur de geoville.",
        "Donner `request_id` à l'exploitant.",
    ),
    "non-installe": ProblemType(
        HTTPStatus.NOT_IMPLEMENTED,
        "Non disponible",
        "Ce qui est demandé veut un extra que l'exploitant n'a pas installé, comme les relevés en PDF.",
        "Demander un autre format, ou l'extra à l'exploitant.",
    ),
    "indisponible": ProblemType(
        HTTPStatus.SERVICE_UNAVAILABLE,
        "Service indisponible",
        "Données pas encore chargées, ou géocodeur distant muet.",
        "Recommencer plus tard.",
    ),
    "trop-de-travail": ProblemType(
        HTTPStatus.SERVICE_UNAVAILABLE,
        "Service indisponible",
        "La réponse prend plus de temps que l'exploitant n'en permet.",
        "Demander moins à la fois ; un long fichier, en plusieurs ou par `/jobs`.",
    ),
}
"""By the last part of their URI; the first one of a status is what a problem of that status is, unless it says more."""

_TYPE_OF_STATUS = {kind.status: name for name, kind in reversed(PROBLEM_TYPES.items())}
TITLES = {kind.status: kind.title for kind in reversed(PROBLEM_TYPES.values())}
PAGE = "/docs/erreurs"
"""Where the service says what each type of problem is; `docs/erreurs.md` says the same."""

_base: ContextVar[str] = ContextVar("public_url", default="")


def speak_from(base: str) -> None:
    """Give the types of the problems of this request the public address of the service; empty for its own paths."""
    _base.set(base.rstrip("/"))


def problem_head(status: int, kind: str = "") -> dict[str, Any]:
    """First fields of a problem document: its type, as a URI reference to its page, its title and its status.

    >>> problem_head(404)
    {'type': '/docs/erreurs#introuvable', 'title': 'Introuvable', 'status': 404}
    """
    name = kind or _TYPE_OF_STATUS.get(HTTPStatus(status), "")
    title = PROBLEM_TYPES[name].title if name else "Erreur"
    return {"type": f"{_base.get()}{PAGE}#{name}" if name else "about:blank", "title": title, "status": int(status)}


class Refusal(HTTPException):
    """A request that is refused with a French sentence of its own, given as `detail`."""


def problem(status: int, detail: str, kind: str = "", **extra: Any) -> JSONResponse:
    """A problem document; `detail` is a French sentence that repeats nothing of an address.

    Parameters
    ----------
    kind : its type, where it is not the usual one of its status.
    """
    body = {**problem_head(status, kind), "detail": detail, **extra}
    if number := current_request_id():
        body["request_id"] = number
    return JSONResponse(body, status_code=status, media_type=PROBLEM_JSON)


def problem_document(error: errors.GeovilleError) -> dict[str, Any]:
    """An error as a document within an answer: of one question among others, or of what was already begun."""
    status = next(status for kind, status in STATUS_OF_ERROR.items() if isinstance(error, kind))
    return {**problem_head(status, KIND_OF_ERROR.get(type(error), "")), "detail": error.sentence}


def install(app: FastAPI) -> None:
    """Answer every error that is foreseen with a problem document; `LastBarrier` answers the others."""
    app.add_exception_handler(errors.GeovilleError, _geoville_error)
    app.add_exception_handler(RequestValidationError, _validation_error)
    app.add_exception_handler(HTTPException, _http_error)


async def _geoville_error(_: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, errors.GeovilleError)
    status = next(status for kind, status in STATUS_OF_ERROR.items() if isinstance(error, kind))
    return problem(status, error.sentence, KIND_OF_ERROR.get(type(error), ""))


async def _validation_error(_: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, RequestValidationError)
    # The name of a parameter that is not known was typed by the user: it is not repeated.
    faults = [fault for fault in error.errors() if fault["type"] != "extra_forbidden"]
    if not faults:
        return problem(
            HTTPStatus.UNPROCESSABLE_ENTITY, "Paramètre inconnu ; voir /docs.", "parametre-inconnu", parameters=[]
        )
    said = {str(fault["loc"][-1]): expected_of(fault) for fault in faults}
    names = sorted(said)
    sentence = f"Paramètre absent ou mal formé : {', '.join(f'{name}{said[name]}' for name in names)}."
    too_long = any(fault["type"] == "string_too_long" and fault["loc"][-1] == "q" for fault in faults)
    kind = "texte-trop-long" if too_long else "parametre"
    return problem(PROBLEM_TYPES[kind].status, sentence, kind, parameters=names)


_BOUNDS = {
    "missing": " (manque)",
    "string_too_long": " ({max_length} caractères au plus)",
    "too_long": " ({max_length} au plus)",
    "greater_than_equal": " ({ge} au moins)",
    "less_than_equal": " ({le} au plus)",
}
_EXPECTED = {
    "date": " (une date AAAA-MM-JJ)",
    "float": " (un nombre décimal, avec un point)",
    "int": " (un nombre entier)",
    "bool": " (true ou false)",
}
"""What is expected of a value of a type; pydantic names its faults `date_from_datetime_parsing`, `float_parsing`, …"""


def expected_of(fault: Mapping[str, Any]) -> str:
    """The bound that a parameter passes, or what it is expected to be, in French; empty for another fault."""
    numbers = {
        name: french.number(value) for name, value in fault.get("ctx", {}).items() if isinstance(value, int | float)
    }
    if fault["type"] == "enum":
        known = re.findall(r"'(\w+)'", fault["ctx"]["expected"])
        return f" (parmi {', '.join(known)})"
    expected = _EXPECTED.get(fault["type"].partition("_")[0], "")
    return _BOUNDS.get(fault["type"], expected).format(**numbers)


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

    type: str = Field(description="Adresse de la page qui dit ce qu'est cette erreur")
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
