"""Small faults to put into a module, one at a time: each is one that a hand slips into code and an eye misses."""

from __future__ import annotations

import ast
import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from types import CodeType

Fault = tuple[str, Callable[[], None]]

_COMPARISONS: dict[type[ast.cmpop], tuple[type[ast.cmpop], ...]] = {
    ast.Lt: (ast.LtE, ast.Gt),
    ast.LtE: (ast.Lt, ast.GtE),
    ast.Gt: (ast.GtE, ast.Lt),
    ast.GtE: (ast.Gt, ast.LtE),
    ast.Eq: (ast.NotEq,),
    ast.NotEq: (ast.Eq,),
    ast.Is: (ast.IsNot,),
    ast.IsNot: (ast.Is,),
    ast.In: (ast.NotIn,),
    ast.NotIn: (ast.In,),
}
_OPERATORS: dict[type[ast.operator], type[ast.operator]] = {
    ast.Add: ast.Sub,
    ast.Sub: ast.Add,
    ast.Mult: ast.Div,
    ast.Div: ast.Mult,
    ast.FloorDiv: ast.Mult,
    ast.BitAnd: ast.BitOr,
    ast.BitOr: ast.BitAnd,
}
_NAMES = {"min": "max", "max": "min", "any": "all", "all": "any", "minimum": "maximum", "maximum": "minimum"}


_SYMMETRIC = {"min", "max", "minimum", "maximum", "intersection", "intersects", "union", "distance", "hypot"}


@dataclass(frozen=True)
class Mutant:
    """A module with one fault; `function` is the function or method that holds it, None for a constant."""

    line: int
    fault: str
    function: str | None
    number: int

    def compiled(self, source: str, path: str) -> CodeType:
        """Code of the module with this fault."""
        tree = ast.parse(source)
        _, _, (_, commit) = list(_faults(tree))[self.number]
        commit()
        return compile(ast.fix_missing_locations(tree), path, "exec")


def sample(source: str, size: int, seed: int) -> list[Mutant]:
    """As many mutants of a module, drawn without return, in the order of its lines; all where there are fewer."""
    every = [
        Mutant(node.lineno, fault, function, number)  # type: ignore[attr-defined]
        for number, (node, function, (fault, _)) in enumerate(_faults(ast.parse(source)))
    ]
    drawn = random.Random(seed).sample(every, min(size, len(every)))
    return sorted(drawn, key=lambda mutant: (mutant.line, mutant.number))


def _faults(tree: ast.Module) -> Iterator[tuple[ast.AST, str | None, Fault]]:
    for part, function in _parts(tree, ""):
        for node in _executed(part):
            for fault in _of(node):
                yield node, function, fault


def _executed(node: ast.AST) -> Iterator[ast.AST]:
    """Nodes that do something: neither annotations of variables, nor the check that two lists are as long."""
    yield node
    for field, value in ast.iter_fields(node):
        for child in value if isinstance(value, list) else [value]:
            strict = isinstance(child, ast.keyword) and child.arg == "strict"
            if isinstance(child, ast.AST) and field != "annotation" and not strict:
                yield from _executed(child)


def _parts(body: ast.Module | ast.ClassDef, prefix: str) -> Iterator[tuple[ast.stmt, str | None]]:
    """Statements of functions with the function's name, and constants of the module."""
    for statement in body.body:
        if isinstance(statement, ast.FunctionDef):
            yield from ((inner, prefix + statement.name) for inner in statement.body)
        elif isinstance(statement, ast.ClassDef):
            yield from _parts(statement, f"{prefix}{statement.name}.")
        elif isinstance(statement, ast.Assign) and not prefix:
            yield statement, None


def _of(node: ast.AST) -> list[Fault]:  # noqa: C901, PLR0911 - one line per kind of node
    match node:
        case ast.Compare():
            return _comparison(node)
        case ast.BinOp() if type(node.op) in _OPERATORS:
            return [_put(node, "op", _OPERATORS[type(node.op)]())]
        case ast.BoolOp():
            return [_put(node, "op", ast.Or() if isinstance(node.op, ast.And) else ast.And())]
        case ast.UnaryOp(operand=operand):
            return [_put(node, "operand", ast.UnaryOp(node.op, operand))]
        case ast.If(test=test) | ast.IfExp(test=test) | ast.While(test=test):
            return [_put(node, "test", ast.UnaryOp(ast.Not(), test))]
        case ast.Constant(value=bool() | int() | float() as value):
            return [_put(node, "value", (not value) if isinstance(value, bool) else value + 1)]
        case ast.Return(value=ast.Constant(value=None | False)):
            return []
        case ast.Return(value=ast.expr()):
            return [_put(node, "value", ast.Constant(None))]
        case ast.Name(id=name) if name in _NAMES:
            return [_put(node, "id", _NAMES[name])]
        case ast.Attribute(attr=name) if name in _NAMES:
            return [_put(node, "attr", _NAMES[name])]
        case ast.Call(func=ast.Name(name) | ast.Attribute(attr=name)) if name in _SYMMETRIC:
            return []
        case ast.Call(args=[first, second, *others]) if ast.dump(first) != ast.dump(second):
            return [_put(node, "args", [second, first, *others])]
    return []


def _comparison(node: ast.Compare) -> list[Fault]:
    return [
        _put(node, "ops", [*node.ops[:rank], other(), *node.ops[rank + 1 :]])
        for rank, operator in enumerate(node.ops)
        for other in _COMPARISONS[type(operator)]
    ]


def _put(node: ast.AST, field: str, value: object) -> Fault:
    before, kept = ast.unparse(node), getattr(node, field)
    setattr(node, field, value)
    after = ast.unparse(ast.fix_missing_locations(node))
    setattr(node, field, kept)
    return f"{_short(before)}  →  {_short(after)}", lambda: setattr(node, field, value)


def _short(text: str) -> str:
    return text.splitlines()[0][:90]
