"""The routes that are asked most: a question that is a whole query, a document that was just made."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, get_type_hints

import orjson
from fastapi import Response
from fastapi.exceptions import RequestValidationError
from fastapi.routing import APIRoute
from pydantic import BaseModel, ValidationError

from geoville.api.service import current_service

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine

    from fastapi import APIRouter, Request


class LeanRoute(APIRoute):
    """A route of an endpoint `(service, asked)`, where `asked` is a model of the whole query.

    FastAPI documents it as any other route. But solving parameters one by one, then validating and copying the document
    that the endpoint made, take it several times as long as the answer: here the model reads the query itself, and the
    tests, not each request, see that documents are those of `response_model`. Dependencies take the request alone.
    """

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """Take the place of FastAPI's own handler."""
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


def lean_get(router: APIRouter, path: str, **options: Any) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Decorate the endpoint of a lean route."""

    def registered(endpoint: Callable[..., Any]) -> Callable[..., Any]:
        router.add_api_route(path, endpoint, methods=["GET"], route_class_override=LeanRoute, **options)
        return endpoint

    return registered
