"""`geoville lookup`: a verdict for one address, place, pair of coordinates, or footprint."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from geoville.cli.arguments import DEFAULT_TERRITORY, AsJson, AskedDay, TerritoryName, day
from geoville.cli.printing import print_json, print_lines
from geoville.errors import InvalidInputError

if TYPE_CHECKING:
    from datetime import date

    from geoville.eligibility.index import PerimeterIndex
    from geoville.model import Answer


def lookup(
    address: Annotated[str | None, typer.Argument(metavar="ADRESSE", help="Adresse ou nom de lieu.")] = None,
    lon: Annotated[float | None, typer.Option("--lon", metavar="X", help="Longitude, degrés décimaux.")] = None,
    lat: Annotated[float | None, typer.Option("--lat", metavar="Y", help="Latitude, degrés décimaux.")] = None,
    accuracy_m: Annotated[
        float | None,
        typer.Option("--accuracy-m", metavar="M", help="Précision des coordonnées, en mètres ; exactes sinon."),
    ] = None,
    geometry: Annotated[
        Path | None,
        typer.Option(
            "--geometry",
            metavar="FICHIER",
            help="Parcelle, bâtiment, rue ou secteur entier (GeoJSON, GeoPackage, Shapefile) au lieu d'une adresse.",
        ),
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
    from geoville.workflows.lookup import open_desk

    asked_on = day(on)
    desk = open_desk(
        territory, perimeters=perimeters or (), addresses=addresses, geocoder=geocoder, generation=generation
    )
    by_point = lon is not None or lat is not None or accuracy_m is not None
    if address is not None and geometry is None and not by_point:
        _print_answer(desk.answer(address, asked_on), as_json=as_json)
    elif address is None and geometry is None and lon is not None and lat is not None:
        _print_answer(desk.answer_at(lon, lat, asked_on, accuracy_m or 0.0), as_json=as_json)
    elif address is None and geometry is not None and not by_point:
        _print_footprint(geometry, desk.index, asked_on, territory, as_json=as_json)
    else:
        raise InvalidInputError(
            "La question n'est pas claire",
            advice="donner soit une adresse, soit --lon et --lat (et leur --accuracy-m), soit --geometry",
        )


def _print_answer(answer: Answer, *, as_json: bool) -> None:
    from geoville.cli.answer_lines import answer_lines
    from geoville.eligibility.document import answer_document

    if as_json:
        print_json(answer_document(answer))
    else:
        print_lines(answer_lines(answer))


def _print_footprint(geometry: Path, index: PerimeterIndex, on: date, territory: str, *, as_json: bool) -> None:
    from geoville.cli.answer_lines import footprint_lines
    from geoville.eligibility.footprint_document import footprint_document
    from geoville.workflows.footprints import answer_about_file

    answer = answer_about_file(geometry, index, on, territory=territory)
    if as_json:
        print_json(footprint_document(answer))
    else:
        print_lines(footprint_lines(answer))
