"""Examples of the OpenAPI document: for each operation a question, and what the service answers to it.

They stand in `openapi_examples.json`, by method and path. A test asks each question and compares.
"""

from __future__ import annotations

import json
from importlib.resources import files
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator

    from fastapi import FastAPI


def install(app: FastAPI) -> None:
    """Put the examples in the document that an application makes of its routes."""
    made, examples = app.openapi, read_examples()

    def with_examples() -> dict[str, Any]:
        document = made()  # made again where a route was added since
        for name, operation in _operations(document):
            if name in examples:
                _put(operation, examples[name])
        return document

    app.openapi = with_examples  # type: ignore[method-assign]


def read_examples() -> dict[str, dict[str, Any]]:
    """Examples by "METHOD /path": `path`, `query`, `body` or `form` asked, and `answer`; all but the last may miss."""
    text = (files("geoville.api") / "openapi_examples.json").read_text(encoding="utf-8")
    found: dict[str, dict[str, Any]] = json.loads(text)
    return found


def _operations(document: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            yield f"{method.upper()} {path}", operation


def _put(operation: dict[str, Any], example: dict[str, Any]) -> None:
    asked = example.get("query", {}) | example.get("path", {})
    for parameter in operation.get("parameters", ()):
        if parameter["name"] in asked:
            parameter["example"] = asked[parameter["name"]]
    for content in operation.get("requestBody", {}).get("content", {}).values():
        content["example"] = example.get("body", example.get("form"))
    good = next(answer for status, answer in operation["responses"].items() if status.startswith("2"))
    media = next(iter(good.get("content", {}).values()), None)
    if media is not None:
        media["example"] = example["answer"]
