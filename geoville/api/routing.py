"""Routes lean enough for one answer each: parameters read, answers cached, data as they stand."""

from __future__ import annotations

import re
from datetime import date
from typing import TYPE_CHECKING, Annotated, Any, get_type_hints

import orjson
from fastapi import Depends
from fastapi.exceptions import RequestValidationError
from fastapi.routing import APIRoute
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError
from pydantic_core import PydanticCustomError
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Match

from geoville.api.problems import expected_of
from geoville.api.service import Service, current_service
from geoville.errors import InvalidInputError
from geoville.sources.clock import today_in

if TYPE_CHECKING:
    from collections.abc import Callable, Container, Coroutine, Iterable

    from fastapi import APIRouter
    from starlette.types import Receive, Scope, Send


_ISO_DAY = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)


class Strict(BaseModel):
    """A question. What it does not know is refused: a mistyped `on` must not become a silent "today"."""

    model_config = ConfigDict(extra="forbid", frozen=True)


def _iso_day(value: Any) -> Any:
    """Refuse what pydantic would take for a day: a number of seconds, a day with its time."""
    if isinstance(value, date) or (isinstance(value, str) and _ISO_DAY.fullmatch(value)):
        return value
    raise PydanticCustomError("date_parsing", "AAAA-MM-JJ")


def _number(value: Any) -> Any:
    """Refuse true and false, which Python takes for 1 and 0."""
    if isinstance(value, bool):
        raise ValueError  # noqa: TRY004 - pydantic turns it into its own error
    return value


DAY = "Jour de la question (AAAA-MM-JJ) ; aujourd'hui sinon, à Paris, ou outre-mer là où est le territoire"
PERMIT_DAY = "Jour où le permis de construire est demandé (AAAA-MM-JJ), auquel la TVA s'apprécie ; `on` sinon"
AskedDay = Annotated[date, BeforeValidator(_iso_day), Field(examples=["2024-06-01"])]
Degrees = Annotated[float, BeforeValidator(_number)]
Count = Annotated[int, BeforeValidator(_number)]


def day_asked(on: date | None, service: Service) -> date:
    """The day of a question: where it does not say, today, where the territory of the service is."""
    return on or today_in(service.territory.epsg)


def refuse_repeats(given: Iterable[tuple[str, Any]], what: str, *, advice: str, but: Container[str] = ()) -> None:
    """Refuse a name that is given twice, since nothing says which of its values would count.

    Parameters
    ----------
    given : names with their values.
    what : names are of, in French.
    but : those that may be repeated.

    Raises
    ------
    InvalidInputError
        One is; it was typed by the user and is not repeated.
    """
    names = [name for name, _ in given if name not in but]
    if len(set(names)) < len(names):
        raise InvalidInputError(f"Un {what} est donné deux fois", advice=advice)


async def _each_given_once(request: Request) -> None:
    refuse_repeats(request.query_params.multi_items(), "paramètre", advice="poser une question à la fois")


GivenOnce = Depends(_each_given_once)
"""Dependency of a route whose parameters may not be repeated: which one would be answered?"""


async def _each_known_and_given_once(request: Request) -> None:
    await _each_given_once(request)
    asked = [*request.scope["route"].dependant.query_params]
    # A model refuses by itself what it does not know.
    of_a_model = any(hasattr(field.field_info.annotation, "model_fields") for field in asked)
    if not of_a_model and not {field.alias for field in asked}.issuperset(request.query_params):
        raise RequestValidationError([{"type": "extra_forbidden", "loc": ("query",)}])


KnownAndGivenOnce = Depends(_each_known_and_given_once)
"""Dependency of a route that refuses a parameter that it does not have: a day misspelt would be today, and not said."""


# --- Routes on the data, as OGC API - Features has them: any parameter not foreseen is refused with 400


class DataRoute(APIRoute):
    """A route whose faults of parameters are answered 400, where the other routes of the service answer 422."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """Wrap FastAPI's own handler."""
        handler = super().get_route_handler()

        async def answered(request: Request) -> Response:
            refuse_repeats(request.query_params.multi_items(), "paramètre", advice="ne le donner qu'une fois")
            try:
                return await handler(request)
            except RequestValidationError as error:
                raise _fault(error) from None

        return answered


def _fault(error: RequestValidationError) -> InvalidInputError:
    faults = error.errors()
    # The name of a parameter that is not known was typed by the user: it is not repeated.
    known = [fault for fault in faults if fault["type"] != "extra_forbidden"]
    names = sorted({f"{fault['loc'][-1]}{expected_of(fault)}" for fault in known})
    what = f"Paramètre mal formé : {', '.join(names)}" if names else "Paramètre inconnu"
    return InvalidInputError(f"{what} ; voir /docs")


# --- The routes that are asked most: a question that is a whole query, a document that was just made


class LeanRoute(APIRoute):
    """A route of an endpoint `(service, asked)`, where `asked` is a model of the whole query.

    FastAPI documents it as any other route. But solving parameters one by one, then validating and copying the document
    that the endpoint made, take it several times as long as the answer: here the model reads the query itself, and the
    tests, not each request, see that documents are those of `response_model`. Dependencies take the request alone.
    """

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """Take the place of FastAPI's own handler."""
        self.answer = self._handler()
        return self.answer

    def _handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        endpoint, checks = self.endpoint, [item.dependency for item in self.dependencies if item.dependency]
        question: type[BaseModel] = get_type_hints(endpoint)["asked"]

        async def answered(request: Request) -> Response:
            for check in checks:
                await check(request)
            try:
                asked = question.model_validate(dict(request.query_params))
            except ValidationError as error:
                faults = error.errors(include_url=False, include_input=False)
                raise RequestValidationError([{**fault, "loc": ("query", *fault["loc"])} for fault in faults]) from None
            document = await endpoint(await current_service(request), asked)
            return Response(orjson.dumps(document), media_type="application/json")

        return answered


class LeanRoutes(BaseRoute):
    """The lean routes of an application, known by their path alone, to be tried before any other.

    FastAPI tries the patterns of each router in turn, then those of the router that matches again, and opens contexts
    for dependencies that lean routes do not have. What is not answered here is left to it: other methods, a prefix.
    """

    def __init__(self, routers: Iterable[APIRouter]) -> None:
        lean = [route for router in routers for route in router.routes if isinstance(route, LeanRoute)]
        self._routes = {route.path: route for route in lean}

    def matches(self, scope: Scope) -> tuple[Match, Scope]:
        """Whether a lean route is asked; it is then in the scope, as FastAPI leaves it there."""
        asked = scope["type"] == "http" and scope["method"] == "GET"
        route = self._routes.get(scope["path"]) if asked else None
        return (Match.NONE, {}) if route is None else (Match.FULL, {"route": route, "endpoint": route.endpoint})

    async def handle(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request that matches."""
        response = await scope["route"].answer(Request(scope, receive, send))
        await response(scope, receive, send)


def lean_get(router: APIRouter, path: str, **options: Any) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Decorate the endpoint of a lean route."""

    def registered(endpoint: Callable[..., Any]) -> Callable[..., Any]:
        router.add_api_route(path, endpoint, methods=["GET"], route_class_override=LeanRoute, **options)
        return endpoint

    return registered
