"""The OpenAPI document: the shapes of the core's documents, examples, tags, security, and its 3.0 form."""

from __future__ import annotations

import json
from functools import cache
from importlib.resources import files
from types import NoneType, UnionType
from typing import TYPE_CHECKING, Annotated, Any, Literal, Union, get_args, get_origin, get_type_hints, is_typeddict

from pydantic import BaseModel, Field, create_model
from starlette.responses import JSONResponse, Response

from geoville.eligibility.documents import Said

if TYPE_CHECKING:
    from collections.abc import Iterator

    from fastapi import FastAPI
    from starlette.requests import Request


BEARER = "adminToken"
"""Name of the security scheme of what the operator alone may ask."""

JSON_31, JSON_30 = (f"application/vnd.oai.openapi+json;version=3.{minor}" for minor in (1, 0))
"""Media types by which clients of OGC API tell the two forms apart."""

PATH_30 = "/openapi-3.0.json"

_TAGS = {
    "Verdict": "Une adresse, un point, mille questions ou une emprise : dedans, dehors, à vérifier ou inconnu.",
    "API Adresse": "Routes et champs de l'API Adresse, avec le verdict de chaque adresse.",
    "Dispositifs et attestations": "Ce qu'une place ouvre, une action, un relevé.",
    "OGC API - Features": "Couches pour les SIG.",
    "Tuiles vectorielles": "Les mêmes couches en tuiles, avec leur style.",
    "Exploitation": "Pour qui tient le service.",
}

_LICENCE = {"name": "MIT", "url": "https://spdx.org/licenses/MIT.html"}


def install(app: FastAPI) -> None:
    """Complete the document that an application makes of its routes, and serve its 3.0 form beside it."""
    made, examples = app.openapi, read_examples()

    def completed() -> dict[str, Any]:
        document = made()  # made again where a route was added since
        if "security" not in document:
            _tell_what_is_common(document)
        for name, operation in _operations(document):
            if name in examples:
                _put(operation, examples[name])
        return document

    app.openapi = completed  # type: ignore[method-assign]

    async def in_3_0(_: Request) -> Response:
        return JSONResponse(as_3_0(completed()), media_type=JSON_30)

    app.add_route(PATH_30, in_3_0, include_in_schema=False)


def _tell_what_is_common(document: dict[str, Any]) -> None:
    used = {tag for _, operation in _operations(document) for tag in operation.get("tags", ())}
    document["tags"] = [{"name": name, "description": said} for name, said in _TAGS.items() if name in used]
    document["info"]["license"] = _LICENCE
    # Without a public address, paths are those beside this very document, wherever it was read.
    document.setdefault("servers", [{"url": "."}])
    document["security"] = []  # there is no account: a route that asks for something says so itself
    schemes = document["components"].setdefault("securitySchemes", {})
    schemes[BEARER] = {"type": "http", "scheme": "bearer", "description": "GEOVILLE_ADMIN_TOKEN"}
    for _, operation in _operations(document):
        for media_type, content in operation.get("requestBody", {}).get("content", {}).items():
            if media_type == "multipart/form-data":
                _tell_how_parts_are_sent(document, content)


def _tell_how_parts_are_sent(document: dict[str, Any], content: dict[str, Any]) -> None:
    """Say of a form what generators of clients take for granted otherwise: a list is a part for each of its values."""
    form = document["components"]["schemas"][content["schema"]["$ref"].rpartition("/")[2]]
    lists = [name for name, field in form["properties"].items() if field.get("type") == "array"]
    if lists:
        content["encoding"] = {name: {"style": "form", "explode": True} for name in lists}
    for field in form["properties"].values():
        if "contentMediaType" in field:
            field["format"] = "binary"  # known for a file in 3.1 as in 3.0


# --- The same document in OpenAPI 3.0, which many clients read alone


def as_3_0(document: dict[str, Any]) -> dict[str, Any]:
    """A document of OpenAPI 3.1 rewritten in 3.0, whose schemas have no null, no constant and no media type.

    Notes
    -----
    OpenAPI 3.0.3, 4.7.24 "Schema Object", and what 3.1 changed: JSON Schema 2020-12 as it stands.
    """
    written: dict[str, Any] = json.loads(json.dumps(document))
    written["openapi"] = "3.0.3"
    components = written["components"]["schemas"]
    written["components"]["schemas"] = {name: _schema_3_0(schema) for name, schema in components.items()}
    for _, operation in _operations(written):
        for parameter in operation.get("parameters", ()):
            parameter["schema"] = _schema_3_0(_never_null(parameter["schema"]))
        bodies = [operation.get("requestBody", {}), *operation["responses"].values()]
        for content in [content for body in bodies for content in body.get("content", {}).values()]:
            if "schema" in content:
                content["schema"] = _schema_3_0(content["schema"])
    return written


def _never_null(schema: dict[str, Any]) -> dict[str, Any]:
    """The schema of a parameter: one that is not given is not null, it is not there."""
    choices = [inner for inner in schema.get("anyOf", ()) if inner != {"type": "null"}]
    if len(choices) != 1:
        return schema
    said = {name: value for name, value in schema.items() if name != "anyOf"}
    return choices[0] if "$ref" in choices[0] else {**choices[0], **said}  # the parameter says the same beside


def _schema_3_0(schema: Any) -> Any:
    """One schema of 3.1 in 3.0; what is in it likewise."""
    if not isinstance(schema, dict):
        return schema
    made = dict(schema)
    if "properties" in made:
        made["properties"] = {name: _schema_3_0(inner) for name, inner in made["properties"].items()}
    made |= {key: _schema_3_0(made[key]) for key in ("items", "additionalProperties", "not") if key in made}
    made |= {key: [_schema_3_0(inner) for inner in made[key]] for key in ("oneOf", "allOf") if key in made}
    for bound, strict in (("minimum", "exclusiveMinimum"), ("maximum", "exclusiveMaximum")):
        if strict in made:  # a number of its own in 3.1, a word on the bound in 3.0
            made |= {bound: made[strict], strict: True}
    if "const" in made:
        made["enum"] = [made.pop("const")]
    if "examples" in made:
        made["example"] = made.pop("examples")[0]
    if made.pop("contentMediaType", None):
        made["format"] = "binary"
    if "$ref" in made and len(made) > 1:  # 3.0 reads nothing beside a reference
        made["allOf"] = [{"$ref": made.pop("$ref")}]
    return _choice_3_0(made) if "anyOf" in made else made


_NULL_3_0 = {"type": "object", "nullable": True, "enum": [None]}


def _choice_3_0(schema: dict[str, Any]) -> dict[str, Any]:
    """A choice, where null is one: in 3.0 that is said by a schema that has a type; a choice of one is that schema."""
    rest = {name: value for name, value in schema.items() if name != "anyOf"}
    choices = [_schema_3_0(inner) for inner in schema["anyOf"] if inner != {"type": "null"}]
    if len(choices) < len(schema["anyOf"]):
        typed = next((place for place, inner in enumerate(choices) if "type" in inner and "enum" not in inner), None)
        if typed is None:
            choices.append(_NULL_3_0)
        else:
            choices[typed] = {**choices[typed], "nullable": True}
    return {**choices[0], **rest} if len(choices) == 1 else {**rest, "anyOf": choices}


# --- Examples: for each operation a question, and what the service answers to it


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
    contents = good.get("content", {})
    is_text = isinstance(example["answer"], str)
    suiting = (content for kind, content in contents.items() if ("json" in kind) is not is_text)
    media = next(suiting, next(iter(contents.values()), None))
    if media is not None:
        media["example"] = example["answer"]


# --- The shapes of the core's documents, as FastAPI publishes them: no field is declared twice


@cache
def published(shape: Any, *, some: bool = False) -> type[BaseModel]:
    """A model with the fields of a `TypedDict`, their texts and their bounds; inner shapes are published likewise.

    Parameters
    ----------
    some : whether only some of the fields may be there, those that were asked for.
    shape : the class of a document of `geoville.eligibility.documents`, or made of them. A text that is marked with
        another type (an enumeration, `date`) is published as that.

    >>> from geoville.eligibility.documents import SourceDocument
    >>> sorted(published(SourceDocument).model_fields)
    ['citation', 'sha256', 'vintage']
    """
    hints = get_type_hints(shape, include_extras=True)
    fields: dict[str, Any] = {name: _field(hint) for name, hint in hints.items()}
    if some:
        doc = "Les champs demandés par `fields`, et eux seuls."
        parts: dict[str, Any] = {name: (kind | None, None) for name, (kind, _) in fields.items()}
        partial: type[BaseModel] = create_model(f"{shape.__name__}Fields", __doc__=doc, **parts)
        return partial
    made: type[BaseModel] = create_model(shape.__name__, __doc__=shape.__doc__, **fields)
    return made


def _field(hint: Any) -> tuple[Any, Any]:
    """Type of a field as pydantic reads it, with what is said of it."""
    said = next((mark for mark in getattr(hint, "__metadata__", ()) if isinstance(mark, Said)), None)
    if said is None:
        return _type(hint), ...
    return _type(hint), Field(description=said.text or None, ge=said.least, le=said.most)


def _type(hint: Any) -> Any:
    if get_origin(hint) is Annotated:
        kinds = [mark for mark in hint.__metadata__ if not isinstance(mark, Said)]
        return kinds[0] if kinds else _type(hint.__origin__)
    if is_typeddict(hint):
        return published(hint)
    inner = tuple(_type(part) for part in get_args(hint))
    if get_origin(hint) in {Union, UnionType}:
        return Union[tuple(NoneType if part is NoneType else part for part in inner)]  # noqa: UP007 - of a tuple
    if not inner or get_origin(hint) is Literal:
        return hint
    return get_origin(hint)[inner]
