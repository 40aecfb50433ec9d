"""The ground of a map: streets, railways and water, from BD TOPO or exports of OpenStreetMap."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from geoville.crs import WGS84
from geoville.errors import InvalidInputError, Location
from geoville.sources.contours import epsg_of, projected_all
from geoville.sources.vector_files import read_vector_file

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from numpy.typing import NDArray

WATER, RAIL, STREET, MAIN_STREET = "water", "rail", "street", "main"
GROUND_ORDER = (WATER, RAIL, STREET, MAIN_STREET)
"""From what lies lowest."""

_CLASS_COLUMNS = ("highway", "fclass", "importance", "type")
_NAME_COLUMNS = ("name", "nom_voie_ban_gauche", "nom_collaboratif_gauche", "nom_1_gauche", "nom_voie", "nom", "lib_off")
_OSM_COLUMNS = frozenset({"highway", "fclass"})
_WATER_COLUMNS = frozenset({"waterway", "water", "constraint", "persistance"})
_RAIL_COLUMNS = frozenset({"railway", "electrifie", "nombre_voies"})
_MAIN = frozenset({"motorway", "trunk", "primary", "secondary", "1", "2", "3", "AV", "BD", "RTE", "QU"})
_NO_STREETS = frozenset({"footway", "path", "steps", "cycleway", "bridleway", "track", "corridor", "6"})
_OSM = "© les contributeurs d'OpenStreetMap, ODbL"


@dataclass(frozen=True, eq=False, slots=True)
class GroundFile:
    """What one file draws of the ground.

    Parameters
    ----------
    shapes : by kind ("water", "rail", "street", "main"), lines and polygons in WGS84.
    names : of the shapes, by kind, one each; empty text for one without a name.
    credit : what the licence asks to be written; the file's name where nothing in it tells.
    """

    shapes: Mapping[str, NDArray[np.object_]]
    names: Mapping[str, tuple[str, ...]]
    credit: str


def read_ground(path: Path) -> GroundFile:
    """Read a GeoJSON, GeoPackage, Shapefile or GeoParquet of streets, railways or water; its columns tell which.

    Streets are main ones by OpenStreetMap's `highway` or `fclass` (secondary and above), BD TOPO's `importance` (3 and
    above) or the `type` of a town's own file (avenue, boulevard, quay, road); footpaths are left out.

    Raises
    ------
    InvalidInputError
        Another format, a file that cannot be decoded or holds nothing that can be drawn, an unknown CRS.
    """
    import shapely

    frame = read_vector_file(path, "fond de carte")
    drawn = np.asarray(frame.geometry.array, dtype=object)
    usable = ~shapely.is_missing(drawn) & ~shapely.is_empty(drawn) & (shapely.get_dimensions(drawn) > 0)
    if not usable.any():
        raise InvalidInputError(
            "Le fond de carte n'a ni ligne ni surface",
            where=Location(path.name),
            advice="donner des rues, des voies ferrées ou de l'eau",
        )
    names = {str(name).lower(): name for name in frame.columns}
    kinds = _kinds(frame[usable], names, drawn[usable])
    shapes = projected_all(drawn[usable], epsg_of(frame, path), WGS84)
    found = {kind: shapes[kinds == kind] for kind in GROUND_ORDER if (kinds == kind).any()}
    named = _names(frame[usable], names)
    return GroundFile(
        found,
        {kind: tuple(named[kinds == kind].tolist()) for kind in found},
        _OSM if _OSM_COLUMNS & names.keys() or "osm" in path.stem.lower() else path.name,
    )


def _names(frame: Any, names: Mapping[str, Any]) -> NDArray[np.object_]:
    """(n,) name of each street; empty where the file has none."""
    column = next((names[name] for name in _NAME_COLUMNS if name in names), None)
    if column is None:
        return np.full(len(frame), "", dtype=object)
    return np.array([value if isinstance(value, str) else "" for value in frame[column].tolist()], dtype=object)


def _kinds(frame: Any, names: Mapping[str, Any], drawn: NDArray[np.object_]) -> NDArray[np.str_]:
    """Kind of each feature; empty for what is not drawn."""
    import shapely

    if _RAIL_COLUMNS & names.keys():
        return np.full(len(drawn), RAIL)
    if _WATER_COLUMNS & names.keys() or (shapely.get_dimensions(drawn) > 1).all():
        return np.full(len(drawn), WATER)
    column = next((names[name] for name in _CLASS_COLUMNS if name in names), None)
    if column is None:
        return np.full(len(drawn), STREET)
    classes = [str(value).removesuffix("_link") for value in frame[column].tolist()]
    return np.array(["" if item in _NO_STREETS else MAIN_STREET if item in _MAIN else STREET for item in classes])
