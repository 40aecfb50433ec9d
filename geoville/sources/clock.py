"""What day it is: in Paris, or overseas where the territory asked about is."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import TYPE_CHECKING

from geoville.crs import (
    LAMBERT_93,
    RGAF09_UTM20,
    RGFG95_UTM22,
    RGM04_UTM38,
    RGPF_UTM6S,
    RGR92_UTM40,
    epsg_at_point,
)
from geoville.model import Position

if TYPE_CHECKING:
    from geoville.model import NotFound

TIME_ZONES = {
    LAMBERT_93: "Europe/Paris",
    RGAF09_UTM20: "America/Martinique",
    RGFG95_UTM22: "America/Cayenne",
    RGR92_UTM40: "Indian/Reunion",
    RGM04_UTM38: "Indian/Mayotte",
    RGPF_UTM6S: "Pacific/Tahiti",
}
"""Time zone of each territory of France, by its projected CRS."""


def now() -> datetime:
    """The present instant."""
    return datetime.now(UTC)


def today_in(epsg: int = LAMBERT_93) -> date:
    """Day that it is in a territory, wherever the machine is and whatever its own time zone.

    Parameters
    ----------
    epsg : projected CRS of the territory; Paris's day where it is none of those known.
    """
    from zoneinfo import ZoneInfo

    return now().astimezone(ZoneInfo(TIME_ZONES.get(epsg, TIME_ZONES[LAMBERT_93]))).date()


def today_at(lon: float, lat: float) -> date:
    """Day that it is at a place, degrees; Paris's where it is in no territory of France."""
    return today_in(epsg_at_point(lon, lat))


def today_where(found: Position | NotFound) -> date | None:
    """Day that it is where a place was found; None where it was not."""
    return today_at(found.lon, found.lat) if isinstance(found, Position) else None


def today_of(territory: str) -> date:
    """Day that it is in the territory of a pack.

    Raises
    ------
    UnknownTerritoryError
        No pack has that name.
    """
    from geoville.sources.pack import open_pack

    return today_in(open_pack(territory).epsg)
