"""The rules as their data files say them."""

from __future__ import annotations

from functools import cache, lru_cache
from typing import TYPE_CHECKING, Any

from geoville.law.yaml_files import law_names, read_law
from geoville.model import Band, Kind, Rule, RuleTest

if TYPE_CHECKING:
    from datetime import date

PACKAGE = "geoville.eligibility.rules"
NATIONAL = "national.yaml"
CONTRACT = "contract_"
"""Start of the name of the file of each contrat de ville."""

_DAYS_REMEMBERED = 366


@cache
def all_rules() -> tuple[Rule, ...]:
    """Every rule: the national ones, then those of each contrat de ville."""
    national = tuple(_rule(entry) for entry in read_law(NATIONAL, PACKAGE))
    contracts = law_names(CONTRACT, PACKAGE)
    return national + tuple(rule for name in contracts for rule in _of_contract(read_law(name, PACKAGE)))


@lru_cache(maxsize=_DAYS_REMEMBERED)
def rules_at(on: date) -> tuple[Rule, ...]:
    """Rules that may hold on a day; `Rule.surely_holds` tells those that surely do."""
    return tuple(rule for rule in all_rules() if rule.may_hold(on))


def _of_contract(file: dict[str, Any]) -> tuple[Rule, ...]:
    """Rules of a contract, which all have its communes and its dates."""
    communes = tuple(text for pair in file["communes"].items() for text in pair)
    shared = {
        "verified": True,
        "valid_from": file["valid_from"],
        "end_known": False,
        "sure_until": file["sure_until"],
        "communes": communes,
    }
    return tuple(_rule({**shared, **entry}) for entry in file["rules"])


def _rule(entry: dict[str, Any]) -> Rule:
    read = dict(entry)
    read["test"] = RuleTest(entry["test"])
    read["within"] = tuple(Kind(kind) for kind in entry.get("within", ()))
    read["bands"] = tuple(Band(**band) for band in entry.get("bands", ()))
    for key in ("conditions", "listed", "communes"):
        read[key] = tuple(entry.get(key, ()))
    return Rule(**read)
