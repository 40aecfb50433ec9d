"""No call to a log, anywhere in the code, is given what a user typed."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import geoville

CODE = Path(geoville.__file__).parent
LEVELS = {"debug", "info", "warning", "error", "exception", "critical", "log"}
TYPED = {
    *("address", "addresses", "asked", "body", "cells", "headers", "path", "q", "query", "query_string", "question"),
    *("questions", "raw_path", "row", "text", "url", "words"),
}
"""Names and keys under which the code, and the server, hold what a user typed."""


@cache
def log_calls() -> tuple[tuple[str, ast.Call], ...]:
    """Calls of logs in all the code, each with its file and line."""
    return tuple(_log_calls())


def _log_calls() -> Iterator[tuple[str, ast.Call]]:
    for path in sorted(CODE.rglob("*.py")):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        logs = logs_of(tree)
        for node in ast.walk(tree):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in LEVELS:
                receiver = ast.unparse(node.func.value)
                if receiver in logs or "log" in receiver.lower():
                    yield f"{path.relative_to(CODE)}:{node.lineno}", node


def logs_of(tree: ast.Module) -> set[str]:
    """Names that a module gives its logs, whatever they are."""
    made = [node for node in ast.walk(tree) if isinstance(node, ast.Assign) and "getLogger" in ast.unparse(node.value)]
    return {ast.unparse(target) for node in made for target in node.targets}


def names_in(call: ast.Call) -> set[str]:
    given = [*call.args, *(keyword.value for keyword in call.keywords)]
    found = [node for argument in given for node in ast.walk(argument)]
    keys = [node.slice for node in found if isinstance(node, ast.Subscript)]
    return {
        *(node.id for node in found if isinstance(node, ast.Name)),
        *(node.attr for node in found if isinstance(node, ast.Attribute)),
        *(str(key.value) for key in keys if isinstance(key, ast.Constant)),
    }


def test_there_are_logs_to_look_at() -> None:
    assert {"api/middleware.py", "api/observability.py", "api/service.py"} <= {
        where.rpartition(":")[0] for where, _ in log_calls()
    }


def test_no_log_call_is_given_what_was_typed() -> None:
    assert [(where, names_in(call) & TYPED) for where, call in log_calls() if names_in(call) & TYPED] == []


def test_no_log_call_shows_a_traceback() -> None:
    """Whose frames hold the arguments, and whose message may quote them."""
    shown = [
        where
        for where, call in log_calls()
        if call.func.attr == "exception"  # type: ignore[attr-defined]
        or any(keyword.arg in {"exc_info", "stack_info"} for keyword in call.keywords)
    ]
    assert shown == []
