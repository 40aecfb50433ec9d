"""`geoville demo`: the whole chain on Calais, with a short table of what came out."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from geoville import french
from geoville.cli.files import Destination
from geoville.cli.options import AskedDay, day
from geoville.cli.perimeters import print_candidates
from geoville.cli.printing import print_lines, print_table

if TYPE_CHECKING:
    from geoville.model import Answer


_FOLDER = Destination("demo")


def demo(
    out: Annotated[Destination, typer.Option("--out", metavar="DOSSIER", help="Dossier où écrire.")] = _FOLDER,
    on: AskedDay = None,
) -> None:
    """Faire toute la chaîne sur Calais.

    Périmètres candidats, dix réponses, deux cartes.
    """
    from geoville.eligibility.sentences import VERDICT_NAMES
    from geoville.workflows.demo import run_demo

    with out.writing() as folder:
        result = run_demo(folder, day(on))
    print_candidates(result.run)
    print_table(
        ("Question", "Réponse", "Limite la plus proche", "Position"),
        [
            (question, VERDICT_NAMES[answer.verdict], *_distance_and_accuracy(answer))
            for question, answer in result.answers
        ],
    )
    print_lines(["Réponses estimées, sans valeur réglementaire : aucun contour officiel de Calais n'est embarqué."])
    print_lines(f"Écrit : {out.shown_within(path, folder)}" for path in result.files)


def _distance_and_accuracy(answer: Answer) -> tuple[str, str]:
    if answer.distance_m is None or answer.position is None:
        return "–", "inconnue"
    side = "à l'intérieur" if answer.distance_m <= 0 else "à l'extérieur"
    where = f"{french.distance(abs(answer.distance_m))} {side}"
    if not answer.position.firm:
        return where, "un point de la rue"
    return (
        where,
        "exacte" if not answer.position.accuracy_m else f"à {french.distance(answer.position.accuracy_m)} près",
    )
