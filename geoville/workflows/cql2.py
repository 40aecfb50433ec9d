"""Filters on the properties of features, in CQL2 text: Basic CQL2, with LIKE, BETWEEN, IN, CASEI and ACCENTI.

    filter = term {OR term}          term = factor {AND factor}      factor = {NOT} (predicate | "(" filter ")")
    predicate = side op side | side [NOT] LIKE text | side [NOT] BETWEEN number AND number
              | side [NOT] IN "(" literal {"," literal} ")" | name IS [NOT] NULL | TRUE | FALSE

A property that a feature lacks makes its comparison neither true nor false (OGC 21-065r2, 6.2), and the feature is left
out of both a filter and its negation.

Kept by hand: the two libraries of PyPI were tried. One ends the process where parentheses are many, the other reads
neither "l''église" nor a name of one letter (docs/decisions/0011).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

from geoville import french
from geoville.errors import InvalidInputError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    Row = Mapping[str, Any]
    Test = Callable[[Row], bool | None]
    """True, false, or None where it cannot be known."""


LONGEST_FILTER = 2_000
DEEPEST = 20

_TOKEN = re.compile(
    r"""\s*(?:
        (?P<text>'(?:[^']|'')*')
      | (?P<number>[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?)
      | (?P<quoted>"[^"]+")
      | (?P<word>[^\W\d][\w.:]*)
      | (?P<sign><>|<=|>=|[=<>(),])
    )""",
    re.VERBOSE,
)
_RESERVED = frozenset({"and", "or", "not", "like", "between", "in", "is", "null", "true", "false"})
_COMPARED: dict[str, Callable[[Any, Any], bool]] = {
    "=": lambda one, other: one == other,
    "<>": lambda one, other: one != other,
    "<": lambda one, other: one < other,
    ">": lambda one, other: one > other,
    "<=": lambda one, other: one <= other,
    ">=": lambda one, other: one >= other,
}
_FOLDS: dict[str, Callable[[str], str]] = {"casei": str.casefold, "accenti": french.unaccented}


class _Token(NamedTuple):
    kind: str
    text: str


@dataclass(frozen=True, slots=True)
class _Side:
    """A side of a comparison: a property, or a value; and the type that it has."""

    kind: str
    value: Callable[[Row], Any]
    name: str = ""


def read_filter(text: str, queryables: Mapping[str, str]) -> Test:
    """The test that a filter makes of the properties of a feature.

    Parameters
    ----------
    queryables : type of each property ("string", "number", "boolean"), by its name.

    Raises
    ------
    InvalidInputError
        It is no CQL2 text that is read here, names what is no property, or compares what cannot be. The sentence
        repeats nothing of it: a filter may hold a person's name.

    >>> test = read_filter("people >= 30 AND name LIKE 'Beau%'", {"people": "number", "name": "string"})
    >>> test({"people": 31, "name": "Beau Marais"}), test({"people": 31, "name": "Fort"}), test({"people": None})
    (True, False, None)
    """
    if len(text) > LONGEST_FILTER:
        raise _fault(f"plus de {french.number(LONGEST_FILTER)} caractères")
    return _Reader(_tokens(text), queryables).whole()


def _tokens(text: str) -> list[_Token]:
    tokens, place = [], 0
    while text[place:].strip():
        found = _TOKEN.match(text, place)
        if found is None:
            raise _fault("un signe n'est pas lu")
        kind = str(found.lastgroup)
        tokens.append(_Token(kind, found[kind]))
        place = found.end()
    return tokens


def _fault(what: str) -> InvalidInputError:
    advice = "écrire en CQL2 (texte), par exemple : population > 1000 AND name LIKE 'Beau%'"
    return InvalidInputError(f"Le filtre n'est pas compris, {what}", advice=advice)


class _Reader:
    """Reads tokens one after the other; each method takes what it is named after."""

    def __init__(self, tokens: list[_Token], queryables: Mapping[str, str]) -> None:
        self._tokens, self._place = tokens, 0
        self._queryables = queryables
        self._depth = 0

    def whole(self) -> Test:
        made = self._filter()
        if self._place < len(self._tokens):
            raise _fault("il continue après sa fin")
        return made

    def _filter(self) -> Test:
        tests = [self._term()]
        while self._word("or"):
            tests.append(self._term())
        return tests[0] if len(tests) == 1 else lambda row: _any([test(row) for test in tests])

    def _term(self) -> Test:
        tests = [self._factor()]
        while self._word("and"):
            tests.append(self._factor())
        return tests[0] if len(tests) == 1 else lambda row: _not(_any([_not(test(row)) for test in tests]))

    def _factor(self) -> Test:
        negated = False
        while self._word("not"):
            negated = not negated
        if self._sign("("):
            self._depth += 1
            if self._depth > DEEPEST:
                raise _fault(f"plus de {DEEPEST} parenthèses emboîtées")
            made = self._filter()
            self._expect(")")
            self._depth -= 1
        else:
            made = self._predicate()
        return _negated(made) if negated else made

    def _predicate(self) -> Test:
        one = self._side()
        if self._word("is"):
            negated = self._word("not")
            if not self._word("null") or not one.name:
                raise _fault("IS NULL suit le nom d'une propriété")
            return lambda row: (one.value(row) is None) is not negated
        negated = self._word("not")
        for word, reads in (("like", self._like), ("between", self._between), ("in", self._in)):
            if self._word(word):
                made = reads(one)
                return _negated(made) if negated else made
        if negated:
            raise _fault("NOT est mal placé")
        found = self._next()
        if found is not None and found.kind == "sign" and found.text in _COMPARED:
            return self._compared(one, _COMPARED[found.text], self._side())
        if found is not None:
            self._place -= 1
        if one.kind == "boolean":
            return one.value
        raise _fault("il manque une comparaison")

    def _compared(self, one: _Side, comparison: Callable[[Any, Any], bool], other: _Side) -> Test:
        if one.kind != other.kind:
            raise _fault("deux valeurs de natures différentes sont comparées")

        def test(row: Row) -> bool | None:
            values = one.value(row), other.value(row)
            return None if None in values else comparison(*values)

        return test

    def _like(self, one: _Side) -> Test:
        pattern = self._side()
        if one.kind != "string" or pattern.kind != "string" or pattern.name:
            raise _fault("LIKE compare une propriété de texte à un texte")
        wanted = _like(pattern.value({}))
        return lambda row: None if (value := one.value(row)) is None else wanted(value)

    def _between(self, one: _Side) -> Test:
        low = self._side()
        if not self._word("and"):
            raise _fault("BETWEEN a deux bornes séparées par AND")
        high = self._side()
        above, below = self._compared(one, _COMPARED[">="], low), self._compared(one, _COMPARED["<="], high)
        return lambda row: _not(_any([_not(above(row)), _not(below(row))]))

    def _in(self, one: _Side) -> Test:
        self._expect("(")
        tests = [self._compared(one, _COMPARED["="], self._side())]
        while self._sign(","):
            tests.append(self._compared(one, _COMPARED["="], self._side()))
        self._expect(")")
        return lambda row: _any([test(row) for test in tests])

    def _side(self) -> _Side:
        found = self._next()
        if found is None:
            raise _fault("il finit trop tôt")
        if found.kind == "number":
            number = float(found.text)
            return _Side("number", lambda _: number)
        if found.kind == "text":
            text = found.text[1:-1].replace("''", "'")
            return _Side("string", lambda _: text)
        word = found.text.lower() if found.kind == "word" else ""
        if word in {"true", "false"}:
            return _Side("boolean", lambda _: word == "true")
        if word in {*_FOLDS, "date", "timestamp"} and self._sign("("):
            return self._called(word)
        if found.kind == "sign" or word in _RESERVED:
            raise _fault("il manque une propriété ou une valeur")
        return self._property(found.text.strip('"'))

    def _called(self, function: str) -> _Side:
        """What stands between the parentheses of a function; days are written as ISO 8601, which sorts as they do."""
        inner = self._side()
        self._expect(")")
        if inner.kind != "string":
            raise _fault(f"{function.upper()} prend un texte")
        fold = _FOLDS.get(function)
        if fold is None:
            return inner
        return _Side("string", lambda row: None if (value := inner.value(row)) is None else fold(value), inner.name)

    def _property(self, name: str) -> _Side:
        kind = self._queryables.get(name)
        if kind is None:
            raise _fault(f"une propriété n'existe pas ; il y a {', '.join(self._queryables)}")
        return _Side(kind, lambda row: row.get(name), name)

    def _next(self) -> _Token | None:
        if self._place == len(self._tokens):
            return None
        self._place += 1
        return self._tokens[self._place - 1]

    def _is(self, kind: str, text: str) -> bool:
        """Whether the next token is that one; it is taken."""
        here = self._tokens[self._place : self._place + 1]
        found = bool(here) and here[0].kind == kind and here[0].text.lower() == text
        self._place += found
        return found

    def _word(self, text: str) -> bool:
        return self._is("word", text)

    def _sign(self, text: str) -> bool:
        return self._is("sign", text)

    def _expect(self, sign: str) -> None:
        if not self._sign(sign):
            raise _fault(f"il manque « {sign} »")


def _like(pattern: str) -> Callable[[str], bool]:
    r"""Whether a text is like a pattern, where % is any text and _ any character; a backslash takes them as they are.

    Each part between two % is looked for once, after the one before: a regular expression would try every way.

    >>> like = _like("%rue%l_église")
    >>> like("12 rue de l'église"), like("rue"), _like("100 \\%")("100 %")
    (True, False, True)
    """
    parts: list[str] = [""]
    for piece in re.split(r"(\\.|%|_)", pattern):
        if piece == "%":
            parts.append("")
        else:
            parts[-1] += "." if piece == "_" else re.escape(piece[1:] if piece.startswith("\\") else piece)
    first, *others = (re.compile(part, re.DOTALL) for part in parts)
    if not others:
        return lambda text: first.fullmatch(text) is not None
    last = re.compile(f"(?:{parts[-1]})\\Z", re.DOTALL)

    def test(text: str) -> bool:
        found = first.match(text)
        for part in others[:-1]:
            found = found and part.search(text, found.end())
        return found is not None and last.search(text, found.end()) is not None

    return test


def _any(values: list[bool | None]) -> bool | None:
    return True if True in values else None if None in values else False


def _not(value: bool | None) -> bool | None:  # noqa: FBT001 - one of three values
    return None if value is None else not value


def _negated(test: Test) -> Test:
    return lambda row: _not(test(row))
