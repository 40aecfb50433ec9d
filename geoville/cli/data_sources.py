"""`geoville data sources` and `geoville data check`: the official data sets, and which of their addresses answer."""

from __future__ import annotations

from dataclasses import asdict
from email.utils import parsedate_to_datetime
from itertools import groupby
from typing import TYPE_CHECKING, Annotated, Any

import typer

from geoville.cli.arguments import AsJson
from geoville.cli.printing import print_json, print_lines, print_table
from geoville.french import long_date, number

if TYPE_CHECKING:
    from geoville.sources.registry import DataSet
    from geoville.workflows.data_check import CheckedAddress, DataCheck

Names = Annotated[
    list[str] | None,
    typer.Option("--only", metavar="NOM", help="Nature ou identifiant de donnée ; peut être répété."),
]


def sources(
    kind: Annotated[
        str | None, typer.Option("--kind", metavar="NATURE", help="Seulement cette nature (grid, qpv, addresses…).")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Lister les données officielles connues.

    Producteur, licence, page, adresse du fichier, format, millésime, et où cette adresse a été lue.
    """
    from geoville.sources.registry import KIND_NAMES, registry_date
    from geoville.workflows.data_check import choose_data_sets

    chosen = choose_data_sets([kind] if kind else [])
    if as_json:
        print_json({"read_on": registry_date().isoformat(), "data_sets": [_document(item) for item in chosen]})
        return
    for nature, items in groupby(chosen, key=lambda item: item.kind):
        print_lines([f"{nature} : {KIND_NAMES[nature]}"])
        rows = [(item.id, item.title, item.format, _address_state(item)) for item in items]
        print_table(("Identifiant", "Titre", "Format", "Adresse"), rows)
    unchecked = sum(bool(item.url) and not item.checked for item in chosen)
    print_lines(
        [
            f"{number(len(chosen))} données, adresses relevées le {long_date(registry_date())}, "
            f"dont {number(unchecked)} que personne n'a encore ouvertes : « geoville data check » dit ce qui répond."
        ]
    )


def check(
    only: Names = None,
    mirror: Annotated[
        str | None, typer.Option("--mirror", metavar="URL", help="Serveur qui tient les fichiers, demandé à la place.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Demander aux adresses des données officielles ce qui répond.

    Rien n'est téléchargé. Le code de sortie est 0 même si des adresses ne répondent plus, 1 si aucun serveur ne répond.
    """
    from geoville.workflows.data_check import check_data_sets

    done = check_data_sets(only or [], mirror)
    if as_json:
        print_json(done.document())
        return
    rows = [(item.data_set.id, item.finding, *_details(item)) for item in done.checked]
    print_table(("Identifiant", "Constat", "Octets", "Modifié"), rows)
    moved = [item for item in done.checked if item.answer.moved_to]
    print_lines(f"Déplacé : {item.data_set.id}, vers {item.answer.moved_to}" for item in moved)
    print_lines([_summary(done)])


def _document(item: DataSet) -> dict[str, Any]:
    checked_on = item.checked_on.isoformat() if item.checked_on else None
    return asdict(item) | {"checked_on": checked_on}


def _address_state(item: DataSet) -> str:
    if not item.url:
        return "à la main"
    return f"vérifiée le {long_date(item.checked_on)}" if item.checked_on else "non vérifiée"


def _details(item: CheckedAddress) -> tuple[str, str]:
    answer = item.answer
    size = "" if answer.size_bytes is None else number(answer.size_bytes)
    return size, _day(answer.last_modified)


def _day(http_date: str) -> str:
    """The day of an HTTP date, in French; what is none is given back as it is."""
    try:
        return long_date(parsedate_to_datetime(http_date).date())
    except (OverflowError, ValueError):
        return http_date


def _summary(done: DataCheck) -> str:
    from geoville.workflows.data_check import State

    words = {
        State.AVAILABLE: "Répondent",
        State.CHANGED: "changées",
        State.REFUSED: "refusées",
        State.UNREACHABLE: "injoignables",
        State.BY_HAND: "à la main",
    }
    return " ; ".join(f"{words[state]} : {number(count)}" for state, count in done.counts.items())
