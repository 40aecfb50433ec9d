"""A module is a subject: none is cut for its length, none imports in a circle, and no name means two things."""

from __future__ import annotations

import ast
from collections import defaultdict
from functools import cache
from graphlib import TopologicalSorter
from pathlib import Path

import geoville

PACKAGE = Path(geoville.__file__).parent
FILES = {
    ".".join(path.relative_to(PACKAGE.parent).with_suffix("").parts).removesuffix(".__init__"): path
    for path in sorted(PACKAGE.rglob("*.py"))
}


@cache
def _trees() -> dict[str, ast.Module]:
    return {name: ast.parse(path.read_text(encoding="utf-8")) for name, path in FILES.items()}


DOORS = ("geoville.api.app", "geoville.cli.main")
"""They put together what stands beside them: a noun of a door has no other importer."""

ALONE = {
    "geoville.api.app": "the server is started from it, and tests build the service with it",
    "geoville.carroyage.shrinkage": "a formula of the method note",
    "geoville.geocoding.places": "named places, beside streets",
    "geoville.rendering.sheet.map": "the map of a sheet, as a statement has its own",
    "geoville.workflows.dask_worker": "loaded on workers, with an extra: nothing is shared out where it is not",
    "geoville.workflows.bearers": "lists of associations, a file of their own that users give",
    "geoville.sources.postgis": "a format behind an extra",
    "geoville.sources.rows.ods": "a format",
    "geoville.sources.rows.xlsx": "a format",
}
"""Modules whose only importer sits in their own folder, and why they are modules all the same."""


def _imported(tree: ast.Module) -> set[str]:
    """Modules of the package that a module imports, inside functions and for types too."""
    found = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and node.module:
            for alias in node.names:
                inner = f"{node.module}.{alias.name}"
                found.add(inner if inner in FILES else node.module)
        elif isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
    return found & FILES.keys()


@cache
def _imports() -> dict[str, set[str]]:
    return {name: _imported(tree) - {name} for name, tree in _trees().items()}


def test_no_module_imports_in_a_circle():
    """Not even for types: `TopologicalSorter` names the circle that it finds."""
    assert set(TopologicalSorter(_imports()).static_order()) == FILES.keys()


def test_no_part_of_a_single_module_is_a_module():
    importers: dict[str, set[str]] = defaultdict(set)
    for name, others in _imports().items():
        for other in others:
            importers[other].add(name)
    alone = {
        name
        for name, path in FILES.items()
        if path.stem != "__init__" and len(importers[name]) == 1
        for importer in importers[name]
        if FILES[importer].parent == path.parent and FILES[importer].stem != "__init__" and importer not in DOORS
    }
    assert alone == ALONE.keys()


def test_an_init_hands_names_on_and_holds_nothing():
    holding = {
        name
        for name, path in FILES.items()
        if path.stem == "__init__" and name != "geoville"  # its names are imported when they are first asked for
        for node in _trees()[name].body
        if not isinstance(node, (ast.ImportFrom, ast.Assign, ast.Expr))
    }
    assert holding == set()


def test_no_class_name_is_defined_twice():
    homes: dict[str, list[str]] = defaultdict(list)
    for name, tree in _trees().items():
        for node in ast.walk(tree):
            if isinstance(node, ast.ClassDef):
                homes[node.name].append(name)
    assert {name: where for name, where in homes.items() if len(where) > 1} == {}
