"""Read places with what is known of who uses them: a share, a document, or nothing but a position."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import numpy as np

from geoville.crs import WGS84, transform_points
from geoville.errors import AddressListError, Location
from geoville.perimeters.vecu import PlaceOfUse
from geoville.sources.addresses import degrees, place_rows

if TYPE_CHECKING:
    from pathlib import Path

    from shapely.geometry import Point

    from geoville.sources.addresses import Row


SHARE_COLUMNS = ("qpv_users_share", "part_usagers_qpv")
NOT_EQUIPMENT = ("point_on_street",)
"""Categories of what stands in lists of places without being one that people use."""

_REQUIRED = ("name", "lon", "lat")
_SHARE = re.compile(r"(\d+(?:[.,]\d+)?)\s*(%?)")
SHARE_ADVICE = "écrire une part entre 0 et 1 (0,35) ou un pourcentage (35 %)"


def read_places_of_use(path: Path, epsg: int) -> tuple[PlaceOfUse, ...]:
    """Read places from CSV, or from GeoJSON points (WGS84).

    Parameters
    ----------
    path : columns `name`, `lon`, `lat`; where they are there, `qpv_users_share` or `part_usagers_qpv` (0.35, 0,35 or
        35 %), `evidence` (what a document says of its users, with the document), `category`, `source`. A place
        whose position is empty is read as a place without one.
    epsg : projected CRS wanted.

    Raises
    ------
    AddressListError
        The first fault: missing column or name, a position or a share that cannot be.
    """
    return tuple(_place(path, row, epsg) for row in place_rows(path, _REQUIRED, unplaced=True))


def _place(path: Path, numbered: Row, epsg: int) -> PlaceOfUse:
    line, row = numbered
    if not row["name"]:
        raise AddressListError("Lieu sans nom", where=Location(path.name, line, "name"))
    return PlaceOfUse(
        name=row["name"],
        point=_point(path, numbered, epsg),
        qpv_users_share=_share(path, numbered),
        statement=row.get("evidence", ""),
        is_equipment=row.get("category", "") not in NOT_EQUIPMENT,
        source=row.get("source", ""),
    )


def _point(path: Path, numbered: Row, epsg: int) -> Point | None:
    import shapely

    line, row = numbered
    if not row["lon"] and not row["lat"]:
        return None
    lon, lat = degrees(path, line, "lon", row["lon"], 180.0), degrees(path, line, "lat", row["lat"], 90.0)
    east, north = transform_points(np.array([lon]), np.array([lat]), WGS84, epsg)
    return shapely.Point(east[0], north[0])


def _share(path: Path, numbered: Row) -> float | None:
    """Share of users who live in a QPV; "35" alone is refused, since it may be a percentage or a count."""
    line, row = numbered
    column, text = next(((name, row[name]) for name in SHARE_COLUMNS if row.get(name)), ("", ""))
    if not column:
        return None
    value = share_in(text)
    if value is None:
        where = Location(path.name, line, column, text)
        raise AddressListError("Part d'usagers qui n'en est pas une", where=where, advice=SHARE_ADVICE)
    return value


def share_in(text: str) -> float | None:
    """Share in [0, 1] that a text writes; None where it writes none.

    >>> share_in("0,35"), share_in("35 %"), share_in("35")
    (0.35, 0.35, None)
    """
    spelt = _SHARE.fullmatch(text.strip())
    value = float(spelt[1].replace(",", ".")) / (100 if spelt[2] else 1) if spelt else -1.0
    return value if 0 <= value <= 1 else None
