"""What is asked of a collection: a box, days, a page."""

from __future__ import annotations

import math
from datetime import date, datetime
from typing import TYPE_CHECKING, Annotated, Literal

from fastapi import Path
from pydantic import BaseModel, ConfigDict, Field

from geoville.errors import InvalidInputError
from geoville.workflows.feature_layer import ANY_DAY

if TYPE_CHECKING:
    from geoville.workflows.feature_layer import Box, Days

DEFAULT_LIMIT, MOST_FEATURES = 100, 1_000
_EAST_END = 180.0

LayerName = Annotated[str, Path(description="Nom de la collection", examples=["candidat"])]
FeatureId = Annotated[str, Path(description="Identifiant de l'objet")]


class _Strict(BaseModel):
    # The standard wants any parameter that is not foreseen refused.
    model_config = ConfigDict(extra="forbid", frozen=True)


class FormatQuery(_Strict):
    """Le format demandé ; il n'y en a qu'un."""

    f: Literal["json"] | None = Field(None, description="Format : json, le seul")


class LandingQuery(_Strict):
    """Le format de l'accueil."""

    f: Literal["json", "html"] | None = Field(
        None, description="json, ou html pour la page ; sinon selon l'en-tête Accept"
    )


class ItemsQuery(FormatQuery):
    """Les objets demandés d'une collection."""

    limit: int = Field(
        DEFAULT_LIMIT, ge=1, description=f"Nombre d'objets par page ; au-delà de {MOST_FEATURES}, {MOST_FEATURES}"
    )
    offset: int = Field(0, ge=0, description="Nombre d'objets à passer ; suivre plutôt le lien « next »")
    bbox: str | None = Field(
        None,
        description="ouest,sud,est,nord en degrés WGS 84 (six nombres avec des hauteurs, qui ne comptent pas)",
        examples=["1.85,50.93,1.95,50.97"],
    )
    datetime: str | None = Field(
        None,
        description="Jour, instant ou intervalle (RFC 3339, « .. » sans fin) où l'objet est en vigueur",
        examples=["2024-06-01T00:00:00Z", "2015-01-01T00:00:00Z/.."],
    )

    @property
    def page_size(self) -> int:
        """Features wanted at most; a limit too high is lowered, as the standard wants."""
        return min(self.limit, MOST_FEATURES)


def read_boxes(text: str | None) -> tuple[Box, ...] | None:
    """Boxes asked for: one, or two where it crosses the antimeridian; None where none is asked for.

    Raises
    ------
    InvalidInputError
        Not four or six numbers, or a box out of the globe or upside down.

    >>> read_boxes("1.8,50.9,1.9,51")
    ((1.8, 50.9, 1.9, 51.0),)
    >>> read_boxes("170,-50,0,-170,-40,100")
    ((170.0, -50.0, 180.0, -40.0), (-180.0, -50.0, -170.0, -40.0))
    """
    if text is None:
        return None
    try:
        numbers = [float(item) for item in text.split(",")]
    except ValueError:
        numbers = []
    half = len(numbers) // 2
    if len(numbers) not in {4, 6}:
        raise _box_fault()
    west, south, east, north = (*numbers[:2], *numbers[half : half + 2])
    within = all(abs(lon) <= _EAST_END for lon in (west, east)) and -90 <= south <= north <= 90  # noqa: PLR2004 - the globe
    if not (within and all(map(math.isfinite, numbers))):
        raise _box_fault()
    if west <= east:
        return ((west, south, east, north),)
    return (west, south, _EAST_END, north), (-_EAST_END, south, east, north)


def read_days(text: str | None) -> Days:
    """First and last day asked for, as written: days in force are local ones.

    Raises
    ------
    InvalidInputError
        Not an instant or an interval, or an interval that ends before it starts.

    >>> read_days("2015-06-01T12:00:00Z/..")
    (datetime.date(2015, 6, 1), None)
    """
    if text is None:
        return ANY_DAY
    parts = text.split("/")
    start, end = (parts[0], parts[-1])
    if len(parts) > 2 or (len(parts) == 1 and start in {"", ".."}):  # noqa: PLR2004 - two ends
        raise _days_fault()
    first, last = _day(start), _day(end)
    if first and last and first > last:
        raise _days_fault()
    return first, last


def _day(text: str) -> date | None:
    if text in {"", ".."}:
        return None
    try:
        return datetime.fromisoformat(text.upper()).date()
    except ValueError:
        raise _days_fault() from None


def _box_fault() -> InvalidInputError:
    return InvalidInputError("Le rectangle bbox est mal formé", advice="donner ouest,sud,est,nord en degrés WGS 84")


def _days_fault() -> InvalidInputError:
    return InvalidInputError(
        "La date datetime est mal formée", advice="donner par exemple 2024-06-01T00:00:00Z, ou deux séparées par « / »"
    )
