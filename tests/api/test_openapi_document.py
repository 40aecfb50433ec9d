"""The OpenAPI document, as generators of clients read it."""

from __future__ import annotations

import json
import re
from collections import Counter

import pytest

from geoville.api.app import assemble
from geoville.api.settings import Settings


@pytest.fixture(scope="module")
def document(get):
    return get("/openapi.json").json()


def operations(document):
    return [(path, operation) for path, methods in document["paths"].items() for operation in methods.values()]


def test_operations_have_short_names_each_its_own(document):
    names = [operation["operationId"] for _, operation in operations(document)]
    assert [name for name, count in Counter(names).items() if count > 1] == []
    assert [name for name in names if not re.fullmatch(r"[a-z][a-z_]{3,20}", name)] == []
    assert {"lookup", "search", "reverse", "search_file", "reverse_file"} <= set(names)


@pytest.mark.parametrize("path", ["/search/csv", "/reverse/csv", "/actions/check/csv", "/files/preview"])
def test_a_file_is_sent_in_a_form_of_parts(document, path):
    content = document["paths"][path]["post"]["requestBody"]["content"]
    assert list(content) == ["multipart/form-data"]
    name = content["multipart/form-data"]["schema"]["$ref"].rpartition("/")[2]
    data = document["components"]["schemas"][name]["properties"]["data"]
    assert data["type"] == "string"
    assert (data["format"], data["contentMediaType"]) == ("binary", "application/octet-stream")
    fields = document["components"]["schemas"][name]["properties"]
    lists = {field for field, schema in fields.items() if schema.get("type") == "array"}
    said = content["multipart/form-data"].get("encoding", {})
    assert said == {field: {"style": "form", "explode": True} for field in lists}  # a part for each value
    assert lists or not path.endswith("h/csv")


def test_a_problem_is_described_once(document):
    schemas = {
        json.dumps(content["schema"])
        for _, operation in operations(document)
        for answer in operation["responses"].values()
        for kind, content in answer.get("content", {}).items()
        if kind == "application/problem+json"
    }
    assert schemas == {'{"$ref": "#/components/schemas/ProblemDocument"}'}


def test_every_reference_leads_somewhere(document):
    names = set(re.findall(r'"#/components/schemas/([^"]+)"', json.dumps(document)))
    assert names <= document["components"]["schemas"].keys()


def test_the_address_of_the_service_is_told_where_it_is_configured(document):
    assert document["servers"] == [{"url": "."}]  # where the document was read
    settings = Settings(territory="calais", public_url="https://ville.example/qpv/")
    assert assemble(settings, None).openapi()["servers"] == [{"url": "https://ville.example/qpv"}]


def every_schema(part):
    """Each mapping of a document, and of its parts."""
    if isinstance(part, dict):
        yield part
        for inner in part.values():
            yield from every_schema(inner)
    elif isinstance(part, list):
        for inner in part:
            yield from every_schema(inner)


def test_what_the_operator_alone_may_ask_says_so_and_the_rest_needs_nothing(document):
    assert document["security"] == []
    asking = {name for name, operation in operations(document) if "security" in operation}
    assert asking == {"/admin/reload"}
    assert document["components"]["securitySchemes"]["adminToken"]["scheme"] == "bearer"


def test_every_operation_has_a_tag_of_the_list(document):
    assert {tag for _, operation in operations(document) for tag in operation["tags"]} == {
        tag["name"] for tag in document["tags"]
    }
    assert all(operation["tags"] for _, operation in operations(document))
    assert all(tag["name"].isascii() for tag in document["tags"])  # generators make modules of them


def test_the_3_0_form_says_the_same_without_what_3_0_lacks(get, document):
    older = get("/openapi-3.0.json").json()
    assert older["openapi"] == "3.0.3"
    assert older["paths"].keys() == document["paths"].keys()
    assert [item["operationId"] for _, item in operations(older)] == [
        item["operationId"] for _, item in operations(document)
    ]
    schemas = [schema for schema in every_schema(older["components"]["schemas"]) if "example" not in schema]
    assert not any(schema.get("type") == "null" or "const" in schema for schema in schemas)
    assert not any("$ref" in schema and len(schema) > 1 for schema in schemas)
    assert not any({"prefixItems", "contentMediaType"} & schema.keys() for schema in schemas)
    distance = older["components"]["schemas"]["AddressProperties"]["properties"]["distance"]
    assert (distance["type"], distance["nullable"]) == ("number", True)
    assert older["components"]["schemas"]["SearchFileForm"]["properties"]["data"]["format"] == "binary"
    strict = re.findall(r'"exclusiveM(?:in|ax)imum": (\S+?)[,}]', json.dumps(older))
    assert strict
    assert set(strict) == {"true"}  # a number of its own in 3.1, a word on the bound in 3.0
