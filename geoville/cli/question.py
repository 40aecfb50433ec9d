"""Options of every command that asks about one address, place or pair of coordinates."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import typer

from geoville.cli.arguments import DEFAULT_TERRITORY, AskedDay, QpvGeneration, TerritoryName
from geoville.errors import InvalidInputError


@dataclass(frozen=True, slots=True)
class QuestionOptions:
    """What is asked, about which day, and among which perimeters."""

    address: Annotated[str | None, typer.Argument(metavar="ADRESSE", help="Adresse ou nom de lieu.")] = None
    lon: Annotated[float | None, typer.Option("--lon", metavar="X", help="Longitude, degrés décimaux.")] = None
    lat: Annotated[float | None, typer.Option("--lat", metavar="Y", help="Latitude, degrés décimaux.")] = None
    accuracy_m: Annotated[
        float | None,
        typer.Option("--accuracy-m", metavar="M", help="Précision des coordonnées, en mètres ; exactes sinon."),
    ] = None
    perimeters: Annotated[
        list[Path] | None,
        typer.Option("--perimeters", metavar="FICHIER", help="Périmètres à utiliser au lieu de ceux du territoire."),
    ] = None
    addresses: Annotated[
        Path | None, typer.Option("--addresses", metavar="FICHIER", help="Liste d'adresses à utiliser.")
    ] = None
    geocoder: Annotated[
        str | None,
        typer.Option(
            "--geocoder", metavar="URL", help="Géocodeur distant à interroger : geoplateforme, ou l'URL d'un addok."
        ),
    ] = None
    generation: QpvGeneration = None
    on: AskedDay = None
    territory: TerritoryName = DEFAULT_TERRITORY

    def __post_init__(self) -> None:
        """Refuse what is neither one address nor one pair of coordinates."""
        by_address = self.address is not None and (self.lon, self.lat, self.accuracy_m) == (None, None, None)
        by_coordinates = self.address is None and self.lon is not None and self.lat is not None
        if by_address == by_coordinates:
            raise InvalidInputError(
                "La question n'est pas claire",
                advice="donner soit une adresse, soit --lon et --lat (et leur --accuracy-m)",
            )
