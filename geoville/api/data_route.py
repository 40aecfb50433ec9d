"""Routes on the data, as OGC API - Features has them: any parameter not foreseen is refused with 400; GET and HEAD."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from fastapi import Response
from fastapi.exceptions import RequestValidationError
from fastapi.routing import APIRoute

from geoville.errors import InvalidInputError

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine

    from fastapi import APIRouter, Request


class DataRoute(APIRoute):
    """A route whose faults of parameters are answered 400, where the other routes of the service answer 422."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """Wrap FastAPI's own handler."""
        handler = super().get_route_handler()

        async def answered(request: Request) -> Response:
            if len(request.query_params.multi_items()) > len(request.query_params):
                raise InvalidInputError("Un paramètre est donné deux fois", advice="ne le donner qu'une fois")
            try:
                answer = await handler(request)
            except RequestValidationError as error:
                raise _fault(error) from None
            return _without_body(answer) if request.method == "HEAD" else answer

        return answered


def data_get(router: APIRouter, path: str, **options: Any) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Decorate an endpoint that answers GET, which the OpenAPI document shows, and HEAD, which goes without saying."""

    def registered(endpoint: Callable[..., Any]) -> Callable[..., Any]:
        router.get(path, **options)(endpoint)
        router.head(path, include_in_schema=False)(endpoint)
        return endpoint

    return registered


def _fault(error: RequestValidationError) -> InvalidInputError:
    faults = error.errors()
    # The name of a parameter that is not known was typed by the user: it is not repeated.
    names = sorted({str(fault["loc"][-1]) for fault in faults if fault["type"] != "extra_forbidden"})
    what = f"Paramètre mal formé : {', '.join(names)}" if names else "Paramètre inconnu"
    return InvalidInputError(f"{what} ; voir /docs")


def _without_body(answer: Response) -> Response:
    """The same status and headers, the length of the body that GET has included."""
    bare = Response(status_code=answer.status_code)
    bare.raw_headers = answer.raw_headers
    return bare
