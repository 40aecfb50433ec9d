"""Communes as polygons with their INSEE code; arrondissements of Paris, Lyon and Marseille count as their commune."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from geoville.crs import commune_of
from geoville.errors import InvalidInputError, Location
from geoville.sources.contours.geometry import valid_polygons
from geoville.sources.vector_files import read_vector_file

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

_CODES = ("insee_com", "code_insee", "codgeo", "code", "insee")
_NAMES = ("nom", "nom_com", "libgeo", "name", "nom_commune")
TOWNS_WITH_ARRONDISSEMENTS = {"75056": "Paris", "69123": "Lyon", "13055": "Marseille"}


@dataclass(frozen=True, eq=False, slots=True)
class CommuneLayer:
    """Communes, in order of their codes.

    Parameters
    ----------
    code, name : (k,) text; an arrondissement has those of its commune.
    polygons : (k,) valid, in `epsg`.
    """

    code: NDArray[np.str_]
    name: NDArray[np.str_]
    polygons: NDArray[np.object_]
    epsg: int


def read_communes_layer(path: Path, epsg: int) -> CommuneLayer:
    """Read communes from any vector file, into a projected CRS.

    Raises
    ------
    InvalidInputError
        The file cannot be read, has no CRS, or has no column of INSEE codes.
    """
    frame = read_vector_file(path, "communes", geometry="Polygon")
    lower = {str(column).lower(): column for column in frame.columns}
    codes = next((lower[name] for name in _CODES if name in lower), None)
    if codes is None or frame.crs is None or frame[codes].isna().any():
        raise InvalidInputError(
            "Le fichier des communes n'a pas partout de code Insee, ou n'a pas de système de coordonnées",
            where=Location(path.name),
            advice=f"colonnes attendues : {', '.join(_CODES)}",
        )
    names = next((lower[name] for name in _NAMES if name in lower), codes)
    frame = frame.assign(_code=frame[codes].astype(str).map(commune_of)).sort_values("_code")
    towns = frame["_code"].where(frame["_code"] != frame[codes].astype(str)).map(TOWNS_WITH_ARRONDISSEMENTS)
    return CommuneLayer(
        code=frame["_code"].to_numpy(dtype=np.str_),
        name=towns.fillna(frame[names].astype(str)).to_numpy(dtype=np.str_),
        polygons=valid_polygons(frame, epsg, path),
        epsg=epsg,
    )
