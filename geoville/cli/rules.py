"""`geoville rules`: the rules that a place in a perimeter opens, with their references and dates."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from geoville import french
from geoville.cli.arguments import AsJson, day
from geoville.cli.printing import print_json, print_lines

if TYPE_CHECKING:
    from collections.abc import Iterator

    from geoville.model import Rule


def rules(
    on: Annotated[
        str | None,
        typer.Option("--on", metavar="AAAA-MM-JJ", help="Jour où les règles sont en vigueur ; toutes sinon."),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Lister les règles liées aux quartiers.

    Qui en bénéficie, où, d'après quel texte, et ce qui reste à vérifier.
    """
    from geoville.eligibility.rules import all_rules, rule_document, rules_at

    asked = all_rules() if on is None else rules_at(day(on))
    if as_json:
        print_json([rule_document(rule) for rule in asked])
    else:
        print_lines(line for rule in asked for line in _lines(rule))


def _lines(rule: Rule) -> Iterator[str]:
    from geoville.eligibility.sentences import KIND_NAMES

    yield f"{rule.name} ({rule.id})"
    yield f"  Bénéficiaire : {rule.beneficiary}"
    if rule.within:
        yield f"  Lieu : {', '.join(KIND_NAMES[kind] for kind in rule.within)}"
    yield from (f"  Lieu : {name}" for name in rule.listed)
    for band in rule.bands:
        part = f", et en partie à moins de {french.distance(band.part_m)}" if band.part_m is not None else ""
        condition = f" ({band.condition})" if band.condition else ""
        yield f"  Ou emprise tout entière à moins de {french.distance(band.whole_m)}{part}{condition}"
    yield from (f"  À vérifier : {condition}" for condition in rule.conditions)
    verified = "" if rule.verified else " (texte non lu : jamais donnée pour remplie)"
    yield f"  Texte : {rule.reference}{verified}"
    yield f"  Validité : {_validity(rule)}"


def _validity(rule: Rule) -> str:
    since = french.period(rule.valid_from, None) or "début non précisé"
    if rule.valid_to:
        return f"{since}, {french.period(None, rule.valid_to)}"
    if rule.end_known:
        return since
    if rule.sure_until:
        return f"{since}, à vérifier après le {french.long_date(rule.sure_until)}"
    return f"{since}, validité à vérifier"
