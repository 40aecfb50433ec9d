"""`geoville lookup`: a verdict for one address, place, pair of coordinates, or footprint."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from geoville.cli.arguments import AsJson, AskedDay, day
from geoville.cli.desk_options import DeskOptions
from geoville.cli.printing import print_json, print_lines
from geoville.cli.question import QuestionOptions
from geoville.errors import InvalidInputError

if TYPE_CHECKING:
    from datetime import date

    from geoville.eligibility.index import PerimeterIndex
    from geoville.model import Answer


def lookup(
    question: QuestionOptions,
    desk: DeskOptions,
    geometry: Annotated[
        Path | None,
        typer.Option(
            "--geometry",
            metavar="FICHIER",
            help="Parcelle, bâtiment, rue ou secteur entier (GeoJSON, GeoPackage, Shapefile) au lieu d'une adresse.",
        ),
    ] = None,
    on: AskedDay = None,
    as_json: AsJson = False,
) -> None:
    """Dire si une adresse est dans un quartier prioritaire.

    À quelle distance de la limite, et pourquoi.
    """
    asked_on = day(on)
    if geometry is None:
        question.check()
        _print_answer(question.answer(desk.open(), asked_on), as_json=as_json)
    elif question.is_asked:
        raise InvalidInputError(
            "La question n'est pas claire",
            advice="donner soit une adresse, soit --lon et --lat (et leur --accuracy-m), soit --geometry",
        )
    else:
        _print_footprint(geometry, desk.open().index, asked_on, desk.territory, as_json=as_json)


def _print_answer(answer: Answer, *, as_json: bool) -> None:
    from geoville.cli.answer_lines import answer_lines
    from geoville.eligibility.document import answer_document

    if as_json:
        print_json(answer_document(answer))
    else:
        print_lines(answer_lines(answer))


def _print_footprint(geometry: Path, index: PerimeterIndex, on: date, territory: str, *, as_json: bool) -> None:
    from geoville.cli.answer_lines import footprint_lines
    from geoville.eligibility.footprint.document import footprint_document
    from geoville.workflows.footprints import answer_about_file

    answer = answer_about_file(geometry, index, on, territory=territory)
    if as_json:
        print_json(footprint_document(answer))
    else:
        print_lines(footprint_lines(answer))
