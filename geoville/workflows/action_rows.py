"""Rows of a table of actions (the year's call for projects): which columns describe them, and how."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from geoville.errors import InvalidInputError, Location
from geoville.geocoding.normalise import fold
from geoville.sources.actions.entries import action_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from geoville.sources.actions.entries import AskedAction

PLACE_SEPARATOR = "|"
"""Between the places of one cell of a table."""

COLUMN_NAMES = {
    "title": ("title", "titre", "action", "intitule", "intitule de l action"),
    "bearer": ("bearer", "porteur", "structure", "association"),
    "places": ("places", "place", "lieu", "lieux", "adresse", "lieu de l action"),
    "lon": ("lon", "longitude"),
    "lat": ("lat", "latitude"),
    "zone": ("zone",),
    "start": ("start", "debut", "date de debut"),
    "end": ("end", "fin", "date de fin"),
    "share_in_qpv": ("share in qpv", "part qpv", "part en qpv"),
    "addresses": ("addresses", "fichier adresses", "fichier d adresses"),
    "catchment": ("catchment", "secteur", "fichier secteur"),
}
"""Names that a column of a table of actions may have, folded, by what it holds."""


def action_columns(known: Sequence[str], file: str) -> dict[str, int]:
    """Places of the columns of a table that describe its actions, by what they hold.

    Raises
    ------
    InvalidInputError
        No column has the title, or none says where the action takes place; or two columns hold the same.
    """
    found: dict[str, int] = {}
    for place, column in enumerate(known):
        key = next((key for key, names in COLUMN_NAMES.items() if fold(column) in names), None)
        if key in found:
            raise InvalidInputError(
                "Deux colonnes disent la même chose", where=Location(file, 1, column), advice="renommer l'une des deux"
            )
        if key is not None:
            found[key] = place
    if "title" not in found or not ({"places", "zone"} & set(found) or {"lon", "lat"} <= set(found)):
        raise InvalidInputError(
            "Le tableau n'a pas de quoi décrire une action",
            where=Location(file, 1),
            advice="nommer une colonne « titre », et « lieu » (ou « zone », ou « lon » et « lat »)",
        )
    return found


def action_of_row(cells: Mapping[str, str], file: str, folder: Path) -> AskedAction:
    """Read the action that a row of a table describes.

    Parameters
    ----------
    cells : texts by what they hold, as `action_columns` names it.
    folder : that names of files are relative to.

    Raises
    ------
    InvalidInputError
        An entry is missing or cannot be what it should; names the column, not the line.
    """
    said = {key: text.strip() for key, text in cells.items() if text.strip()}
    entries: dict[str, Any] = {key: said[key] for key in ("title", "bearer", "zone", "start", "end") if key in said}
    places: list[Any] = [part for part in said.get("places", "").split(PLACE_SEPARATOR) if part.strip()]
    if "lon" in said or "lat" in said:
        places.append({key: _number(said[key], file, key) for key in ("lon", "lat") if key in said})
    public = {key: said[key] for key in ("share_in_qpv", "addresses", "catchment") if key in said}
    entries |= {"places": places} if places else {}
    return action_of({**entries, "public": public} if public else entries, file, folder)


def _number(text: str, file: str, key: str) -> float:
    try:
        return float(text.replace(",", "."))
    except ValueError:
        where = Location(file, column=key)
        raise InvalidInputError("Coordonnée illisible", where=where, advice="écrire des degrés décimaux") from None
