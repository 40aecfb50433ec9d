"""`geoville lookup`: a verdict for one address, place or pair of coordinates."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from geoville import french
from geoville.cli.arguments import DEFAULT_TERRITORY, AsJson, AskedDay, TerritoryName, day
from geoville.cli.printing import print_json, print_lines
from geoville.errors import InvalidInputError
from geoville.model import VerdictCode

if TYPE_CHECKING:
    from geoville.model import Answer

VERDICTS = {
    VerdictCode.INSIDE: "DEDANS",
    VerdictCode.OUTSIDE: "DEHORS",
    VerdictCode.UNCERTAIN: "À VÉRIFIER",
    VerdictCode.NOT_FOUND: "INCONNU",
}


def lookup(
    address: Annotated[str | None, typer.Argument(metavar="ADRESSE", help="Adresse ou nom de lieu.")] = None,
    lon: Annotated[float | None, typer.Option("--lon", metavar="X", help="Longitude, degrés décimaux.")] = None,
    lat: Annotated[float | None, typer.Option("--lat", metavar="Y", help="Latitude, degrés décimaux.")] = None,
    accuracy_m: Annotated[
        float | None,
        typer.Option("--accuracy-m", metavar="M", help="Précision des coordonnées, en mètres ; exactes sinon."),
    ] = None,
    perimeters: Annotated[
        list[Path] | None,
        typer.Option("--perimeters", metavar="FICHIER", help="Périmètres à utiliser au lieu de ceux du territoire."),
    ] = None,
    addresses: Annotated[
        Path | None, typer.Option("--addresses", metavar="FICHIER", help="Liste d'adresses à utiliser.")
    ] = None,
    geocoder: Annotated[
        str | None,
        typer.Option(
            "--geocoder",
            metavar="URL",
            help="Géocodeur distant à interroger : geoplateforme, ou l'URL d'un addok.",
        ),
    ] = None,
    generation: Annotated[
        int | None, typer.Option("--generation", metavar="ANNÉE", help="Génération des QPV, si le code ne la dit pas.")
    ] = None,
    on: AskedDay = None,
    territory: TerritoryName = DEFAULT_TERRITORY,
    as_json: AsJson = False,
) -> None:
    """Dire si une adresse est dans un quartier prioritaire.

    À quelle distance de la limite, et pourquoi.
    """
    from geoville.eligibility.document import answer_document
    from geoville.workflows.lookup import open_desk

    asked_on = day(on)
    desk = open_desk(
        territory, perimeters=perimeters or (), addresses=addresses, geocoder=geocoder, generation=generation
    )
    if address is not None and lon is None and lat is None and accuracy_m is None:
        answer = desk.answer(address, asked_on)
    elif address is None and lon is not None and lat is not None:
        answer = desk.answer_at(lon, lat, asked_on, accuracy_m or 0.0)
    else:
        raise InvalidInputError(
            "La question n'est pas claire", advice="donner soit une adresse, soit --lon et --lat (et leur --accuracy-m)"
        )
    if as_json:
        print_json(answer_document(answer))
    else:
        print_lines(_in_words(answer))


def _in_words(answer: Answer) -> list[str]:
    lines = [f"{VERDICTS[answer.verdict]} (au {french.long_date(answer.on)})"]
    if answer.position:
        lines.append(f"Position : {answer.position.label}")
    lines += [f"- {reason}" for reason in answer.reasons]
    lines += [f"Texte : {reference}" for reference in answer.references]
    lines += [f"Source : {source.citation}" for source in answer.sources]
    return lines
