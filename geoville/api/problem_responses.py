"""How the OpenAPI document describes the errors of a route."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any

from geoville.api.models import ProblemDocument
from geoville.api.problems import PROBLEM_JSON, TITLES

OTHERS = "Autre refus : demande trop longue, trop grande, trop lente ou trop fréquente"
"""What the middlewares answer, on any route."""


def problem_responses(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """Entries of `responses=` for the statuses that a route may answer with; 500 is always one of them."""
    content = {PROBLEM_JSON: {"schema": ProblemDocument.model_json_schema()}}
    described: dict[int | str, dict[str, Any]] = {
        status: {"description": TITLES[HTTPStatus(status)], "content": content}
        for status in (*statuses, HTTPStatus.INTERNAL_SERVER_ERROR)
    }
    return {**described, "default": {"description": OTHERS, "content": content}}
