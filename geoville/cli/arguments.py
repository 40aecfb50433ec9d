"""Arguments that several commands share, and how their text becomes values."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Annotated

import typer

from geoville.errors import InvalidInputError

TerritoryName = Annotated[str, typer.Option("--territory", metavar="NOM", help="Territoire (« geoville data list »).")]
AsJson = Annotated[bool, typer.Option("--json", help="Écrire un seul document JSON sur la sortie standard.")]
AskedDay = Annotated[
    str | None, typer.Option("--on", metavar="AAAA-MM-JJ", help="Jour de la question ; aujourd'hui sinon.")
]
GridFile = Annotated[
    Path, typer.Option("--grid", metavar="FICHIER", help="Carreaux de 200 m (CSV, Parquet, GeoPackage).")
]
TerritoryGrid = Annotated[
    Path | None,
    typer.Option("--grid", metavar="FICHIER", help="Carreaux de 200 m ; ceux de --territory s'ils ne sont pas donnés."),
]
Vintage = Annotated[
    int | None, typer.Option("--vintage", metavar="ANNÉE", help="Millésime de la grille, si rien d'autre ne le dit.")
]
QpvGeneration = Annotated[
    int | None, typer.Option("--generation", metavar="ANNÉE", help="Génération des QPV, si le code ne la dit pas.")
]
PerimeterFiles = Annotated[
    list[Path] | None,
    typer.Option("--perimeters", metavar="FICHIER", help="Périmètres à utiliser au lieu de ceux du territoire."),
]
AddressFile = Annotated[
    Path | None, typer.Option("--addresses", metavar="FICHIER", help="Liste, ou index, d'adresses à utiliser.")
]
Workers = Annotated[int, typer.Option("--workers", metavar="N", help="Nombre de processus.", min=1)]
Scheduler = Annotated[
    str | None,
    typer.Option("--scheduler", metavar="ADRESSE", help="Ordonnanceur dask à qui confier le calcul (tcp://…:8786)."),
]
GeocoderName = Annotated[
    str | None,
    typer.Option(
        "--geocoder", metavar="URL", help="Géocodeur distant à interroger : geoplateforme, ou l'URL d'un addok."
    ),
]

DEFAULT_TERRITORY = "calais"

_LONGEST_DATE = len("2024-01-01")


def day(text: str | None) -> date:
    """The day asked about; the command line's silent default is today, and answers always repeat it.

    Raises
    ------
    InvalidInputError
        The text is not a day written AAAA-MM-JJ.
    """
    if text is None:
        return date.today()  # noqa: DTZ011 - the legal day is the local one
    try:
        return date.fromisoformat(text)
    except ValueError:
        said = f"« {text} »" if len(text) <= _LONGEST_DATE else "La valeur donnée"  # a longer text may be an address
        raise InvalidInputError(
            f"{said} n'est pas une date", advice="l'écrire AAAA-MM-JJ, par exemple 2024-01-01"
        ) from None
