"""How the OpenAPI document describes the errors of a route."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any

from geoville.api.models import ProblemDocument
from geoville.api.problems import PROBLEM_JSON, TITLES


def problem_responses(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """Entries of `responses=` for the statuses that a route may answer with; 500 is always one of them."""
    schema = ProblemDocument.model_json_schema()
    return {
        status: {"description": TITLES[HTTPStatus(status)], "content": {PROBLEM_JSON: {"schema": schema}}}
        for status in (*statuses, HTTPStatus.INTERNAL_SERVER_ERROR)
    }
