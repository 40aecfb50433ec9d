"""The documentation page is ours, French, and needs nobody else."""

from __future__ import annotations

import re


def test_the_page_lists_every_operation_without_a_third_party(get):
    page = get("/docs")
    assert page.headers["content-type"] == "text/html; charset=utf-8"
    assert '<html lang="fr">' in page.text
    assert re.findall(r"https?://|//\w+\.\w|<script|@import", page.text) == []
    for path, operations in get("/openapi.json").json()["paths"].items():
        for method, operation in operations.items():
            assert f"{method.upper()} {path}" in page.text
            assert all(parameter["name"] in page.text for parameter in operation.get("parameters", ()))
    assert "Successful Response" not in page.text
    assert "aucune valeur réglementaire" in page.text


def test_the_examples_of_the_page_are_answered(get):
    examples = re.findall(r'href="(lookup[^"]+)"', get("/docs").text)
    assert len(examples) == 2
    for example in examples:
        assert get(f"/{example.replace('&amp;', '&')}").status_code == 200


def test_errors_are_described_as_problems(get):
    responses = get("/openapi.json").json()["paths"]["/lookup"]["get"]["responses"]
    for status in ("400", "422", "500"):
        assert list(responses[status]["content"]) == ["application/problem+json"]
