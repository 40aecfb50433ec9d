"""What the service publishes of an answer is what the core makes: one declaration of each field."""

from __future__ import annotations

from typing import Any, get_type_hints

import pytest

from geoville.api.adresse import AddressCollection
from geoville.api.lookup import BatchDocument
from geoville.api.openapi import published
from geoville.eligibility import documents
from geoville.workflows.action_report import ActionRowDocument, ActionTableDocument
from geoville.workflows.file_preview import PreviewDocument

SHAPES = [
    documents.LookupDocument,
    documents.FootprintDocument,
    documents.ActionDocument,
    documents.LawRuleDocument,
    AddressCollection,
    BatchDocument,
    ActionTableDocument,
    ActionRowDocument,
    PreviewDocument,
]


@pytest.mark.parametrize("shape", SHAPES, ids=lambda shape: shape.__name__)
def test_every_field_of_the_core_is_published_and_no_other(get: Any, shape: type) -> None:
    schemas = get("/openapi.json").json()["components"]["schemas"]
    assert schemas[shape.__name__]["properties"].keys() == get_type_hints(shape).keys()
    assert set(schemas[shape.__name__]["required"]) == get_type_hints(shape).keys()


def test_codes_days_texts_and_bounds_are_published() -> None:
    schema = published(documents.LookupDocument).model_json_schema()
    assert schema["$defs"]["VerdictCode"]["enum"] == ["inside", "outside", "uncertain", "not_found"]
    assert schema["properties"]["on"] == {"format": "date", "title": "On", "type": "string"}
    assert schema["properties"]["reasons"]["description"] == "Le verdict en mots, puis ce qui le fonde"
    score = schema["$defs"]["PositionDocument"]["properties"]["score"]
    assert (score["minimum"], score["maximum"]) == (0, 1)
