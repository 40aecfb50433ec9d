"""`geoville attest`: one answer as a statement on one sheet, to keep with a file."""

from __future__ import annotations

from typing import Annotated

import typer

from geoville import french
from geoville.cli.arguments import AskedDay, day
from geoville.cli.desk_options import DeskOptions
from geoville.cli.file_arguments import Destination
from geoville.cli.printing import print_lines
from geoville.cli.question import QuestionOptions


def attest(
    question: QuestionOptions,
    desk: DeskOptions,
    out: Annotated[Destination, typer.Option("--out", metavar="FICHIER", help="Relevé à écrire : .html ou .pdf.")],
    on: AskedDay = None,
    issued: Annotated[
        str | None, typer.Option("--issued", metavar="AAAA-MM-JJ", help="Jour du relevé ; aujourd'hui sinon.")
    ] = None,
) -> None:
    """Écrire la réponse sur une page, à joindre à un dossier.

    Question, réponse, carte, motifs et sources. Mêmes fichiers, même question et mêmes jours : même relevé.
    """
    from geoville.sources.territory import open_territory
    from geoville.workflows.attest import format_of, state, write_statement

    asked_on, issued_on = day(on), day(issued)
    question.check()
    format_of(out.file_name)
    opened = desk.open()
    answer = question.answer(opened, asked_on)
    landmarks = open_territory(desk.territory).places()
    made = state(opened, answer, question.text, issued=issued_on, landmarks=landmarks)
    with out.writing() as path:
        write_statement(made, path)
    print_lines([f"{made.verdict} (au {french.long_date(asked_on)})", f"Relevé : {out}"])
