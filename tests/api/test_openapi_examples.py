"""Each operation of the OpenAPI document has its words, its errors and an example, which the service answers today.

`python tests/api/test_openapi_examples.py` asks the questions again and writes the answers.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from geoville.api import pages
from geoville.api.app import create_app
from geoville.api.openapi import read_examples
from geoville.api.settings import Settings

VOLATILE = {"timeStamp", "data_version", "request_id"}
NOT_COMPARED = {"GET /attest", "POST /attest", "GET /metrics", "POST /admin/reload"} | {
    "GET /tiles/{name}/{zoom}/{column}/{row}.mvt"
}
"""Answers that are files or counts, or need a token: their examples only show the form."""

COMPARED = sorted(read_examples().keys() - NOT_COMPARED)


def answered(ask: Any, app: Any, name: str, example: dict[str, Any]) -> Any:
    method, path = name.split(" ")
    options: dict[str, Any] = {"params": example.get("query")}
    if "form" in example:
        form = dict(example["form"])
        options |= {"files": {"data": ("adresses.csv", form.pop("data").encode())}, "data": form}
    elif "body" in example:
        options["json"] = example["body"]
    answer = ask(app, method, path.format(**example.get("path", {})), **options)
    assert answer.status_code == 200, (name, answer.text)
    return stable(answer.json()) if "json" in answer.headers["content-type"] else answer.text


def stable(document: Any) -> Any:
    """A document without what changes from one machine to another: the last digits of a sum depend on its order."""
    if isinstance(document, float):
        return float(f"{document:.9g}")
    if isinstance(document, dict):
        return {key: "…" if key in VOLATILE else stable(value) for key, value in document.items()}
    return [stable(item) for item in document] if isinstance(document, list) else document


@pytest.mark.parametrize("name", COMPARED)
def test_an_example_is_what_is_answered(app, request_of, name):
    example = read_examples()[name]
    assert answered(request_of, app, name, example) == stable(example["answer"])


def test_every_operation_has_its_words_its_errors_and_its_example(get):
    document = get("/openapi.json").json()
    examples = read_examples()
    operations = [
        (f"{method.upper()} {path}", operation)
        for path, methods in document["paths"].items()
        for method, operation in methods.items()
    ]
    assert {name for name, _ in operations} == examples.keys()
    for name, operation in operations:
        assert all(operation[words] for words in ("summary", "description")), name
        assert all(parameter["description"] for parameter in operation.get("parameters", ())), name
        good = operation["responses"].get("200") or operation["responses"]["202"]
        assert good["description"] != "Successful Response", name
        assert any("example" in content for content in good["content"].values()), name
        errors = [answer for status, answer in operation["responses"].items() if not status.startswith("2")]
        assert errors, name
        assert all("application/problem+json" in answer["content"] for answer in errors), name
        bodies = operation.get("requestBody", {}).get("content", {}).values()
        assert all(content["example"] for content in bodies), name
    assert all(
        schema["description"]
        for name, schema in document["components"]["schemas"].items()
        if name not in {"HTTPValidationError", "ValidationError"} and schema["type"] == "object"
    )


def main() -> None:
    from conftest import ask

    app = create_app(Settings(territory="calais", perimeters=()))
    examples = read_examples()
    for name, example in examples.items():
        if name not in NOT_COMPARED:
            example["answer"] = answered(ask, app, name, example)
    written = Path(str(pages.__file__)).with_name("openapi_examples.json")
    written.write_text(json.dumps(examples, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
