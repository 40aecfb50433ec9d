"""Small faults to put into a module, one at a time: those of cosmic-ray, each where it changes what is executed."""

from __future__ import annotations

import ast
import functools
import random
import warnings
from collections.abc import Iterator
from dataclasses import dataclass
from types import CodeType

from cosmic_ray.ast import ast_nodes, get_ast
from cosmic_ray.mutating import mutate_code
from cosmic_ray.operators.provider import OperatorProvider
from mutation_equivalents import ARROW

LEFT_OUT = {"RemoveDecorator", "VariableReplacer", "VariableInserter"}
"""The first changes a module as it is read, which copies of a process do not do again; the others want names."""


@dataclass(frozen=True)
class Mutant:
    """A module with one fault; `function` is the function or method that holds it, None for a constant."""

    line: int
    column: int
    operator: str
    occurrence: int
    function: str | None

    def source(self, source: str) -> str:
        """Text of the module with this fault."""
        return str(mutate_code(source, OperatorProvider()[self.operator](), self.occurrence))

    def compiled(self, source: str, path: str) -> CodeType:
        """Code of the module with this fault."""
        with warnings.catch_warnings(action="ignore", category=SyntaxWarning):  # a number compared with `is`
            return compile(self.source(source), path, "exec")

    def is_code(self, source: str) -> bool:
        """Whether this fault leaves a program: `not` cannot follow every operator."""
        try:
            self.compiled(source, "")
        except SyntaxError:
            return False
        return True

    def fault(self, source: str) -> str:
        """The line before and after."""
        before, after = source.splitlines(), self.source(source).splitlines()
        return f"{before[self.line - 1].strip()}{ARROW}{after[self.line - 1].strip()}"


def sample(source: str, size: int, seed: int) -> tuple[list[Mutant], int]:
    """Places drawn without return and one fault at each, in the order of the lines; and how many places there are.

    A place that an operator changes in eleven ways, most of which no program survives, counts once.
    """
    places: dict[tuple[int, int], list[Mutant]] = {}
    for mutant in _every(source):
        places.setdefault((mutant.line, mutant.column), []).append(mutant)
    draw = random.Random(seed)
    drawn = draw.sample(sorted(places), min(size, len(places)))
    faults = sorted((draw.choice(places[place]) for place in drawn), key=lambda mutant: (mutant.line, mutant.column))
    return [mutant for mutant in faults if mutant.is_code(source)], len(places)


def _every(source: str) -> Iterator[Mutant]:
    nodes = list(ast_nodes(get_ast(source)))
    executed = _executed_in(source)
    for name in OperatorProvider():
        if name in LEFT_OUT:
            continue
        operator = OperatorProvider()[name]()
        places = (place for node in nodes for place, _ in operator.mutation_positions(node))
        for occurrence, (line, column) in enumerate(places):
            if (line, column) in executed:
                yield Mutant(line, column, name, occurrence, executed[line, column])


class _Places(dict[tuple[int, int], str | None]):
    """Function of each place that is executed: neither annotations, defaults, fields of classes, nor `strict=True`."""


@functools.lru_cache(maxsize=1)
def _executed_in(source: str) -> _Places:
    lines, places = source.splitlines(), _Places()
    for statement, function in _parts(ast.parse(source), ""):
        for place in _within(statement, lines):
            places[place] = function
        for node in ast.walk(statement):
            for part in _idle(node):
                for place in _within(part, lines):
                    places.pop(place, None)
    return places


def _idle(node: ast.AST) -> list[ast.AST]:
    """Parts of a node that do nothing: annotations, and the check that two lists are as long."""
    match node:
        case ast.arg(annotation=ast.expr() as annotation) | ast.AnnAssign(annotation=annotation):
            return [annotation]
        case ast.FunctionDef(returns=ast.expr() as returns):
            return [returns]
        case ast.keyword(arg="strict"):
            return [node]
    return []


def _within(node: ast.AST, lines: list[str]) -> Iterator[tuple[int, int]]:
    """Places of a node, as parso counts them: characters, where ast counts bytes."""

    def column(line: int, offset: int) -> int:
        return len(lines[line - 1].encode()[:offset].decode())

    first, last = node.lineno, node.end_lineno  # type: ignore[attr-defined]
    start, end = column(first, node.col_offset), column(last, node.end_col_offset)  # type: ignore[attr-defined]
    for line in range(first, last + 1):
        columns = range(start if line == first else 0, end if line == last else len(lines[line - 1]) + 1)
        yield from ((line, number) for number in columns)


def _parts(body: ast.Module | ast.ClassDef, prefix: str) -> Iterator[tuple[ast.stmt, str | None]]:
    """Statements of functions with the function's name, and constants of the module."""
    for statement in body.body:
        if isinstance(statement, ast.FunctionDef):
            yield from ((inner, prefix + statement.name) for inner in statement.body)
        elif isinstance(statement, ast.ClassDef):
            yield from _parts(statement, f"{prefix}{statement.name}.")
        elif isinstance(statement, ast.Assign) and not prefix:
            yield statement, None
