"""Options of every command that asks about one address, place or pair of coordinates."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated

import typer

from geoville.errors import InvalidInputError

if TYPE_CHECKING:
    from datetime import date

    from geoville.model import Answer
    from geoville.workflows.lookup import LookupDesk


@dataclass(frozen=True, slots=True)
class QuestionOptions:
    """What is asked."""

    address: Annotated[str | None, typer.Argument(metavar="ADRESSE", help="Adresse ou nom de lieu.")] = None
    lon: Annotated[float | None, typer.Option("--lon", metavar="X", help="Longitude, degrés décimaux.")] = None
    lat: Annotated[float | None, typer.Option("--lat", metavar="Y", help="Latitude, degrés décimaux.")] = None
    accuracy_m: Annotated[
        float | None,
        typer.Option("--accuracy-m", metavar="M", help="Précision des coordonnées, en mètres ; exactes sinon."),
    ] = None

    @property
    def is_asked(self) -> bool:
        """Whether anything is asked."""
        return (self.address, self.lon, self.lat, self.accuracy_m) != (None, None, None, None)

    @property
    def text(self) -> str:
        """The question as typed."""
        return f"{self.lon}, {self.lat}" if self.address is None else self.address

    def check(self) -> None:
        """Refuse what is neither one address nor one pair of coordinates.

        Raises
        ------
        InvalidInputError
        """
        by_address = self.address is not None and (self.lon, self.lat, self.accuracy_m) == (None, None, None)
        by_coordinates = self.address is None and self.lon is not None and self.lat is not None
        if by_address == by_coordinates:
            raise InvalidInputError(
                "La question n'est pas claire",
                advice="donner soit une adresse, soit --lon et --lat (et leur --accuracy-m)",
            )

    def answer(self, desk: LookupDesk, on: date) -> Answer:
        """Ask the question, checked before, at a desk."""
        if self.address is not None:
            return desk.answer(self.address, on)
        assert self.lon is not None
        assert self.lat is not None
        return desk.answer_at(self.lon, self.lat, on, self.accuracy_m or 0.0)
