"""`geoville attest`: one answer as a statement on one sheet, to keep with a file."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from geoville import french
from geoville.cli.arguments import day
from geoville.cli.printing import print_lines
from geoville.cli.question import QuestionOptions


def attest(
    question: QuestionOptions,
    out: Annotated[Path, typer.Option("--out", metavar="FICHIER", help="Relevé à écrire : .html ou .pdf.")],
    issued: Annotated[
        str | None, typer.Option("--issued", metavar="AAAA-MM-JJ", help="Jour du relevé ; aujourd'hui sinon.")
    ] = None,
) -> None:
    """Écrire la réponse sur une page, à joindre à un dossier.

    Question, réponse, carte, motifs et sources. Mêmes fichiers, même question et mêmes jours : même relevé.
    """
    from geoville.sources.territory import open_territory
    from geoville.workflows.attest import attest as stated_address
    from geoville.workflows.attest import attest_at, format_of, write_statement
    from geoville.workflows.lookup import open_desk

    on, issued_on = day(question.on), day(issued)
    format_of(out)
    desk = open_desk(
        question.territory,
        perimeters=question.perimeters or (),
        addresses=question.addresses,
        geocoder=question.geocoder,
        generation=question.generation,
    )
    landmarks = open_territory(question.territory).places()
    if question.address is not None:
        made = stated_address(desk, question.address, on, issued=issued_on, landmarks=landmarks)
    else:
        made = attest_at(
            desk,
            question.lon or 0.0,
            question.lat or 0.0,
            on,
            issued=issued_on,
            accuracy_m=question.accuracy_m or 0.0,
            landmarks=landmarks,
        )
    write_statement(made, out)
    print_lines([f"{made.verdict} (au {french.long_date(on)})", f"Relevé : {out}"])
