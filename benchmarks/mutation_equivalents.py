"""Faults that change nothing, each named with its reason: no test can notice them, and the rate leaves them out."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path
from typing import NamedTuple

NAMED = Path(__file__).with_suffix(".toml")
ARROW = "  →  "


_TO_A_MEMBER = re.compile(r" (is not|is) (?=[A-Z]\w*\.[A-Z][A-Z_]*\b)")
_AS_EQUALS = {"is": "==", "is not": "!="}
ONE_OBJECT = "A member of an enumeration is one object: equal and the same are one."


class Equivalent(NamedTuple):
    """A fault that changes nothing that anybody sees.

    Parameters
    ----------
    module : path of the file from the repository.
    function : as `Mutant.function`; empty for a constant.
    fault : the line before and after, as `Mutant.fault` writes it, or the line alone where no fault of it changes
        anything; a line that changes is to be read again.
    why : the reason, found by reading.
    """

    module: str
    function: str
    fault: str
    why: str

    @property
    def line(self) -> str:
        """The line of the module that the fault changes, without its indentation."""
        return self.fault.split(ARROW)[0]


def equivalents() -> list[Equivalent]:
    """Every one of the list beside this file."""
    modules = tomllib.loads(NAMED.read_text(encoding="utf-8"))
    return [
        Equivalent(module, group["function"], fault, group["why"])
        for module, groups in modules.items()
        for group in groups
        for fault in group["faults"]
    ]


def why(module: str, function: str | None, fault: str) -> str | None:
    """Reason why a fault changes nothing; None where it is not in the list, nor an equality of members."""
    if _is_equality_of_members(fault):
        return ONE_OBJECT
    known = {(one.module, one.function, one.fault): one.why for one in equivalents()}
    named = ((module, function or "", words) for words in (fault, fault.split(ARROW, maxsplit=1)[0]))
    return next((known[name] for name in named if name in known), None)


def _is_equality_of_members(fault: str) -> bool:
    """Whether a fault compares with a member of an enumeration by equality, where the code does by identity."""
    before, _, after = fault.partition(ARROW)
    found = _TO_A_MEMBER.finditer(before)
    return any(f"{before[: one.start()]} {_AS_EQUALS[one[1]]} {before[one.end() :]}" == after for one in found)
