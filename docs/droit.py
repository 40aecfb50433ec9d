"""Write what was read of the law, and what was not, into docs/droit.md: `python docs/droit.py`.

With `--check`, nothing is written: the exit code is 1 where the page is not what the data files give now.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from geoville import french
from geoville.carroyage.method import method_choices
from geoville.eligibility.rules import all_rules
from geoville.law import generations, parameters
from geoville.law.parameters import read_law
from geoville.model import TextRead

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date

    from geoville.model import Rule

PAGE = Path(__file__).resolve().parent / "droit.md"
READINGS = {TextRead.FULL: "en entier", TextRead.EXCERPT: "extrait", TextRead.NONE: "**non lu**"}
HEAD = """# Le droit, texte par texte

Cette page est écrite par `python docs/droit.py` d'après les données de `geoville/law` et de
`geoville/eligibility/rules` ; un test échoue quand elle n'est plus à jour. Elle dit, pour qu'un juriste reprenne le
travail, chaque texte, ce qui en a été lu et ce qui reste à lire. « En entier » : tout l'article. « Extrait » : une
partie. « Vérifié » : la valeur se trouve dans ce qui a été lu ; une rédaction ancienne, même lue en entier, ne
vérifie pas celle d'aujourd'hui. Ce qui n'est pas vérifié le dit dans chaque réponse, chaque fichier et chaque page qui
s'y appuie.

"""


def page() -> str:
    """The whole page."""
    return HEAD + "\n".join(
        (
            section("Valeurs", ("Valeur", "Montant", "Dates", "Texte", "Lu", "Vérifié"), _values()),
            section("Où la règle de revenu ne s'applique pas", ("Où", "Règle", "Dates", "Texte", "Lu"), _territories()),
            section("Communes entières", ("Où", "Dates", "Texte", "Lu", "Vérifié"), _whole_communes()),
            section("Listes de QPV", ("Génération", "Zone", "Dates", "Texte", "Lu", "Vérifié"), _lists()),
            section("Règles", ("Règle", "Dates", "Texte", "Lu", "Vérifiée"), _rules()),
            section("Textes lus sans valeur", ("Texte", "Articles", "Lu", "Ce qui s'y trouve"), _read()),
            section("Ce qui reste à lire", ("Texte", "Ce qu'il faut y chercher"), _unread()),
            section(
                "Ce qui n'est pas du droit", ("Choix de méthode", "Valeur", "Décidé", "Pourquoi"), _method_choices()
            ),
            "## Jamais tenu\n\nRien n'a été trouvé, ou cherché, sur : " + ", ".join(_law_file()["not_sought"]) + ".\n",
        )
    )


def section(title: str, headers: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> str:
    """A title and its table in Markdown."""
    lines = (headers, ("---",) * len(headers), *rows)
    return f"## {title}\n\n" + "".join(f"| {' | '.join(_cell(text) for text in line)} |\n" for line in lines)


_YEAR, _INCOMES = "année", "par an"
"""How the units of values say that the value is a year, and that it belongs to the year of its date."""


def _values() -> Iterable[tuple[str, ...]]:
    for item in parameters().values():
        for value in item.values:
            amount = f"{value.value}" if item.unit == _YEAR else f"{_number(value.value)} {item.unit}"
            days = french.period(value.valid_from, value.valid_to)
            if item.unit.endswith(_INCOMES):
                days = f"revenus de {value.valid_from.year}"
            cited, read = _cited(value.reference, value.remark), READINGS[value.reading]
            yield item.label, amount, days, cited, read, _yes(verified=value.verified)


def _number(value: float) -> str:
    return french.number(value, 0 if value == int(value) else 1)


def _territories() -> Iterable[tuple[str, ...]]:
    file = read_law("territories.yaml")
    for entry in file["income_rule"]:
        yield _where(entry), "sa propre règle de revenu", _days(entry), entry["reference"], READINGS[entry["reading"]]
    for entry in file["refused"]:
        yield (
            _where(entry),
            f"{entry['rule']} : candidats refusés",
            _days(entry),
            entry["reference"],
            READINGS[entry["reading"]],
        )
    other = file["elsewhere_overseas"]
    yield (
        "ailleurs outre-mer",
        f"{other['rule']} : candidats refusés",
        "",
        other["reference"],
        READINGS[other["reading"]],
    )


def _refused(entry: dict[str, Any]) -> str:
    return f"{entry['rule']} : candidats refusés"


def _whole_communes() -> Iterable[tuple[str, ...]]:
    for entry in read_law("territories.yaml")["entirely_qpv"]:
        where = f"{entry['territory']} ({len(entry['communes'])} communes)"
        text = _cited(entry["reference"], entry["remark"])
        yield where, _days(entry), text, READINGS[entry["reading"]], _yes(verified=entry["verified"])


def _lists() -> Iterable[tuple[str, ...]]:
    for item in generations():
        zone = "métropole" if item.zone == "metropole" else "outre-mer"
        days = french.period(item.valid_from, item.valid_to)
        yield str(item.year), zone, days, item.reference, READINGS[item.reading], _yes(verified=item.verified)


def _rules() -> Iterable[tuple[str, ...]]:
    for rule in all_rules():
        yield (
            rule.name,
            _rule_days(rule),
            _cited(rule.reference, rule.remark),
            READINGS[rule.reading],
            _yes(verified=rule.verified),
        )


def _rule_days(rule: Rule) -> str:
    days = [french.period(rule.valid_from, rule.valid_to) or "début non précisé"]
    days += [f"sûre jusqu'au {french.long_date(rule.sure_until)}"] if rule.sure_until else []
    days += [] if rule.end_known or rule.sure_until else ["fin à vérifier"]
    days += [f"{french.period(span.first, span.last)} : non lu" for span in rule.unread]
    days += [f"avant : {rule.earlier_form}, non lu"] if rule.earlier_form else []
    return " ; ".join(days)


def _read() -> Iterable[tuple[str, ...]]:
    for entry in _law_file()["read"]:
        yield entry["text"], entry["articles"], READINGS[entry["reading"]], entry["says"]


def _unread() -> Iterable[tuple[str, ...]]:
    for entry in _law_file()["unread"]:
        yield entry["text"], entry["open"]


def _method_choices() -> Iterable[tuple[str, ...]]:
    for choice in method_choices():
        yield choice.label, f"{_number(choice.value)} {choice.unit}", french.long_date(choice.decided), choice.reference


def _law_file() -> dict[str, Any]:
    found: dict[str, Any] = read_law("readings.yaml")
    return found


def _where(entry: dict[str, Any]) -> str:
    return ", ".join(f"{name} ({code})" for code, name in entry["departements"].items())


def _days(entry: dict[str, date]) -> str:
    return french.period(entry.get("from"), entry.get("to"))


def _cited(reference: str, remark: str) -> str:
    return f"{reference} ; {remark}" if remark else reference


def _yes(*, verified: bool) -> str:
    return "oui" if verified else "**non**"


def _cell(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|")


def main() -> int:
    """Write the page, or check it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true")
    written = page()
    if parser.parse_args().check:
        return int(not PAGE.exists() or PAGE.read_text(encoding="utf-8") != written)
    PAGE.write_text(written, encoding="utf-8", newline="\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
