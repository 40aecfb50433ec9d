"""Does this address benefit a QPV? The desk that answers, for the command line, HTTP and Python alike."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from geoville.eligibility.decide import decide
from geoville.eligibility.index import PerimeterIndex
from geoville.errors import InvalidInputError
from geoville.law import position_accuracy
from geoville.model import Kind, Position, PositionType
from geoville.sources.contours import read_perimeters
from geoville.sources.territory import open_territory
from geoville.sources.territory.pack_roles import missing
from geoville.workflows.geocoders import open_geocoder

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date
    from pathlib import Path

    from geoville.geocoding.protocol import Geocoder
    from geoville.model import Answer, NotFound

_COORDINATES = re.compile(r"\s*(-?\d{1,3}(?:\.\d+)?)\s*[,; ]\s*(-?\d{1,3}(?:\.\d+)?)\s*")
_QUARTERS = (Kind.QPV, Kind.CANDIDAT)


@dataclass(frozen=True, slots=True)
class LookupDesk:
    """Everything that answers need, loaded once: a geocoder and an index of perimeters."""

    geocoder: Geocoder
    index: PerimeterIndex

    def answer(self, question: str, on: date, *, postcode: str = "", citycode: str = "") -> Answer:
        """Answer about an address, the name of a place, or "lon,lat".

        Parameters
        ----------
        postcode, citycode : of the town where the address is, empty where the question says it itself.

        Raises
        ------
        InvalidInputError
            The question is empty or too long, or its coordinates are out of range. The message never repeats it.
        """
        return decide(self.located(question, postcode=postcode, citycode=citycode), self.index, on)

    def located(self, question: str, *, postcode: str = "", citycode: str = "") -> Position | NotFound:
        """Where the place that a question is about was found, or typed."""
        typed = _COORDINATES.fullmatch(question)
        if typed:
            return typed_position(float(typed[1]), float(typed[2]))
        return self.geocoder.search(question, postcode=postcode, citycode=citycode)

    def answer_at(self, lon: float, lat: float, on: date, accuracy_m: float = 0.0) -> Answer:
        """Answer about coordinates, exact unless an accuracy in metres is given."""
        return decide(typed_position(lon, lat, accuracy_m), self.index, on)


def open_desk(
    territory: str,
    *,
    perimeters: Sequence[Path] = (),
    addresses: Path | None = None,
    geocoder: str | None = None,
    generation: int | None = None,
) -> LookupDesk:
    """Load a territory's addresses and perimeters.

    Parameters
    ----------
    territory : name of a pack.
    perimeters : files that answer instead of the pack's perimeters.
    addresses : list, taken as incomplete, or index of addresses searched instead of the pack's list.
    geocoder : remote service asked instead of any list: "geoplateforme", or the URL of one that answers as addok does.
    generation : of the files' QPV, where their codes do not tell.

    Raises
    ------
    DataUnavailableError
        The pack knows no QPV and no candidate, and no file is given instead.
    """
    pack = open_territory(territory)
    searcher = open_geocoder(pack, addresses=addresses, geocoder=geocoder)
    if perimeters:
        given = [found for path in perimeters for found in read_perimeters(path, generation=generation).perimeters]
        return LookupDesk(searcher, PerimeterIndex(given))
    known = pack.perimeters()
    if not any(item.kind in _QUARTERS for item in known):  # every answer would be "outside", of quarters not known
        raise missing("qpv", pack.name)
    return LookupDesk(searcher, PerimeterIndex(known, pack.extent))


def typed_position(lon: float, lat: float, accuracy_m: float = 0.0) -> Position:
    """Coordinates as a user typed them, WGS84 degrees.

    Raises
    ------
    InvalidInputError
        Out of range, or given in the wrong order.
    """
    if not (abs(lon) <= 180 and abs(lat) <= 90):  # noqa: PLR2004 - the globe's own bounds; also refuses NaN
        raise InvalidInputError(
            "Coordonnées hors du globe", advice="donner la longitude puis la latitude, en degrés décimaux"
        )
    if 41 <= lon <= 52 and -6 <= lat <= 10:  # noqa: PLR2004 - metropolitan France, latitude first
        raise InvalidInputError(
            "Latitude et longitude semblent inversées", advice="donner la longitude d'abord, puis la latitude"
        )
    if not (math.isfinite(accuracy_m) and accuracy_m >= 0):
        raise InvalidInputError(
            f"La précision ({accuracy_m} m) n'est pas une distance", advice="donner un nombre de mètres, zéro ou plus"
        )
    accuracy = position_accuracy("coordinates")
    return Position(
        lon=lon,
        lat=lat,
        label=f"{lon}, {lat}",
        type=PositionType.COORDINATES,
        accuracy_m=accuracy_m or accuracy.accuracy_m,
        accuracy_reason="précision indiquée avec les coordonnées" if accuracy_m else accuracy.reason,
    )
