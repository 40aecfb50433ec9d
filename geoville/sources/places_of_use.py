"""Read places with what is known of who uses them: a share, a document, or nothing but a position."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import numpy as np

from geoville.crs import WGS84, transform_points
from geoville.errors import AddressListError, Location
from geoville.french import fold
from geoville.perimeters.vecu import PlaceOfUse
from geoville.sources.addresses import degrees, place_rows

if TYPE_CHECKING:
    from pathlib import Path

    from shapely.geometry import Point

    from geoville.sources.addresses import Row


SHARE_COLUMNS = ("qpv_users_share", "part_usagers_qpv")
NOT_EQUIPMENT = ("point_on_street",)
"""Categories of what stands in lists of places without being one that people use."""

_SPELLINGS = {
    "name": (
        "name",
        "nom",
        "libelle",
        "intitule",
        "denomination",
        "nomrs",
        "nom du lieu",
        "nom de l equipement",
        "lieu",
    ),
    "lon": ("lon", "longitude", "lng"),
    "lat": ("lat", "latitude"),
    "east": ("lambert x", "coord x", "x"),
    "north": ("lambert y", "coord y", "y"),
    "evidence": ("evidence", "preuve", "justification", "element de preuve"),
    "category": ("category", "categorie", "type", "nature", "libelle typequ", "typequ"),
    "source": ("source",),
    "share": (
        *map(fold, SHARE_COLUMNS),
        "part d usagers des qpv",
        "part d usagers en qpv",
        "part usagers qpv",
        "part qpv",
    ),
}
"""Names of columns without accents and in lower case: ours, French ones, and those of Insee's BPE."""

_CODE_OF_BPE, _IRIS_OF_BPE = "typequ", "dciris"
_ADVICE = "colonnes attendues : name (ou nom), lon et lat (ou longitude et latitude, ou LAMBERT_X et LAMBERT_Y)"
_SHARE = re.compile(r"(\d+(?:[.,]\d+)?)\s*(%?)")
SHARE_ADVICE = "écrire une part entre 0 et 1 (0,35) ou un pourcentage (35 %)"


def read_places_of_use(path: Path, epsg: int) -> tuple[PlaceOfUse, ...]:
    """Read places from CSV or Parquet, or from GeoJSON points (WGS84).

    Parameters
    ----------
    path : columns `name`, `lon`, `lat`; where they are there, `qpv_users_share` or `part_usagers_qpv` (0.35, 0,35 or
        35 %), `evidence` (what a document says of its users, with the document), `category`, `source`; or their French
        names, or the layout of Insee's base permanente des équipements (NOMRS, TYPEQU, LAMBERT_X, LAMBERT_Y). A place
        whose position is empty is read as a place without one.
    epsg : projected CRS wanted, that of LAMBERT_X and LAMBERT_Y too.

    Raises
    ------
    AddressListError
        The first fault: missing column or name, a position or a share that cannot be.
    """
    rows = ((line, _in_our_words(path, row)) for line, row in place_rows(path, (), unplaced=True))
    return tuple(_place(path, row, epsg) for row in rows)


def _in_our_words(path: Path, row: dict[str, str]) -> dict[str, str]:
    """A row under our own names of columns; the first column that is filled in, of those that say the same."""
    folded = {fold(name): text for name, text in row.items()}
    found = {
        ours: next((folded[name] for name in spellings if folded.get(name)), "")
        for ours, spellings in _SPELLINGS.items()
        if folded.keys() & set(spellings)
    }
    if "name" not in found and _CODE_OF_BPE in folded:  # an equipment of the BPE may have no name of its own
        found["name"] = " ".join(filter(None, (folded[_CODE_OF_BPE], folded.get(_IRIS_OF_BPE, ""))))
    lacking = [name for name in ("name", "lon", "lat") if name not in found]
    if "name" in lacking or (lacking and not {"east", "north"} <= found.keys()):
        raise AddressListError("Colonne absente", where=Location(path.name, 1, lacking[0]), advice=_ADVICE)
    if not found["name"]:
        found["name"] = folded.get(_CODE_OF_BPE, "")
    return found


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
    if not row.get("lon") and not row.get("lat"):
        return _projected_point(path, numbered)
    lon, lat = degrees(path, line, "lon", row["lon"], 180.0), degrees(path, line, "lat", row["lat"], 90.0)
    east, north = transform_points(np.array([lon]), np.array([lat]), WGS84, epsg)
    return shapely.Point(east[0], north[0])


def _projected_point(path: Path, numbered: Row) -> Point | None:
    """A position in metres, already in the CRS that is wanted; None where the row has none."""
    import shapely

    line, row = numbered
    texts = [row.get(name, "").replace(",", ".") for name in ("east", "north")]
    if not any(texts):
        return None
    try:
        east, north = map(float, texts)
    except ValueError:
        where = Location(path.name, line, "LAMBERT_X")
        raise AddressListError("Coordonnées illisibles", where=where, advice="écrire des mètres") from None
    return shapely.Point(east, north)


def _share(path: Path, numbered: Row) -> float | None:
    """Share of users who live in a QPV; "35" alone is refused, since it may be a percentage or a count."""
    line, row = numbered
    text = row.get("share", "")
    if not text:
        return None
    value = share_in(text)
    if value is None:
        where = Location(path.name, line, SHARE_COLUMNS[1], text)
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
