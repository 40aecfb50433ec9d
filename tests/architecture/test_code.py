"""The habits of the house that no linter holds."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

import geoville
from geoville.law import parameters

PACKAGE = Path(geoville.__file__).parent
FILES = sorted(PACKAGE.rglob("*.py"))
ENGINE = [path for path in FILES if path.parent.name in {"carroyage", "perimeters", "eligibility", "workflows"}]

LONGEST_FUNCTION = 60
COMMON_NUMBERS = {0.0, 0.5, 1.0, 6.0, 100.0, 1000.0}
"""Halves, small counts, percentages, and metres in a kilometre: they need no law to be written."""


def _name(path: Path) -> str:
    return path.relative_to(PACKAGE).as_posix()


def test_functions_are_short():
    """Without their docstrings and signatures."""
    long = {}
    for path in FILES:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
                body = node.body[1:] if ast.get_docstring(node) else node.body
                lines = (node.end_lineno or 0) - body[0].lineno + 1 if body else 0
                if lines > LONGEST_FUNCTION:
                    long[f"{_name(path)}:{node.name}"] = lines
    assert long == {}


def test_nothing_is_called_utils():
    assert not [_name(path) for path in FILES if path.stem in {"utils", "helpers", "common", "misc"}]


_COUNTED_BY_HAND = re.compile(
    r"[})] (habitants|carreaux|ménages|actions|autres|adresses|lignes|cases|lieux|communes|périmètres|groupes)\b"
    r"|['\"]s['\"] if "
)


def test_what_is_counted_agrees_in_one_place():
    """« 1 habitants » is written where a sentence puts a number before a plural; `french.counted` knows better."""
    by_hand = [
        f"{path.relative_to(PACKAGE)}: {line.strip()}"
        for path in sorted((*FILES, *PACKAGE.rglob("*.js")))
        for line in path.read_text(encoding="utf-8").splitlines()
        if _COUNTED_BY_HAND.search(line)
    ]
    assert by_hand == []


@pytest.mark.parametrize("path", FILES, ids=_name)
def test_every_module_says_what_it_is_and_prints_nothing(path):
    tree = ast.parse(path.read_text(encoding="utf-8"))
    assert ast.get_docstring(tree) or not tree.body
    called = [node.func.id for node in ast.walk(tree) if isinstance(node, ast.Call) and isinstance(node.func, ast.Name)]
    assert "print" not in called


NOT_OF_THE_LAW = {
    (
        "workflows/cql2.py",
        "LONGEST_FILTER",
    ): "letters of a filter, by chance as many as people on a km2 overseas",
}
"""Names given, in a module, to a number that the law files hold too, and what it is there."""


def _named_elsewhere(path: Path, tree: ast.Module) -> set[int]:
    """Lines where numbers are given to names that `NOT_OF_THE_LAW` knows."""
    assigned = (node for node in ast.walk(tree) if isinstance(node, ast.Assign))
    return {
        node.lineno
        for node in assigned
        for name in ast.walk(node)
        if isinstance(name, ast.Name) and isinstance(name.ctx, ast.Store) and (_name(path), name.id) in NOT_OF_THE_LAW
    }


def test_numbers_that_are_not_of_the_law_are_still_there():
    for (file, name), why in NOT_OF_THE_LAW.items():
        text = (PACKAGE / file).read_text(encoding="utf-8")
        assert why
        assert f"\n{name} = " in text


def test_no_number_of_the_law_is_written_in_the_engine():
    """Every value that the law files hold and that is no common number stays in them."""
    legal = {
        float(dated.value)
        for parameter in parameters().values()
        for dated in parameter.values
        if float(dated.value) not in COMMON_NUMBERS
    }
    assert {0.6, 0.7, 0.3, 10000.0} <= legal
    found = {}
    for path in ENGINE:
        tree = ast.parse(path.read_text(encoding="utf-8"))
        elsewhere = _named_elsewhere(path, tree)
        for node in ast.walk(tree):
            is_number = isinstance(node, ast.Constant) and isinstance(node.value, (int, float))
            if is_number and float(node.value) in legal and node.lineno not in elsewhere:
                found[f"{_name(path)}:{node.lineno}"] = node.value
    assert found == {}
