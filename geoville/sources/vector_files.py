"""Open a vector file as a table with geometries: GeoJSON, GeoPackage, Shapefile or GeoParquet."""

from __future__ import annotations

import warnings
from typing import TYPE_CHECKING

from geoville.errors import InvalidInputError, Location

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    import geopandas as gpd


SUFFIXES = (".geojson", ".json", ".gpkg", ".shp", ".parquet")


def read_vector_file(
    path: Path,
    noun: str,
    *,
    error: type[InvalidInputError] = InvalidInputError,
    geometry: str = "",
    layer: str = "",
    columns: Sequence[str] | None = None,
) -> gpd.GeoDataFrame:
    """Read the one layer of a file; geometries that cannot be decoded are None.

    Parameters
    ----------
    noun : what the file holds, for errors ("contours", "rues").
    error : class of the errors raised.
    geometry : of several layers, the one whose geometry type has this word in its name is read ("LineString").
    layer : name of the one to read, where it is known.
    columns : those to read beside the geometry; all of them by default. A GeoParquet is always read whole.

    Raises
    ------
    InvalidInputError
        Another format, a file that cannot be decoded, or several layers to choose from.
    """
    import shapely

    if path.suffix.lower() not in SUFFIXES:
        raise error(
            f"Format de {noun} inconnu",
            where=Location(path.name),
            advice=f"donner un fichier {', '.join(SUFFIXES)} (le décompresser s'il est dans une archive)",
        )
    # The readers raise almost anything on broken bytes, and warn about what is then refused or repaired row by row.
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            return _frame(path, error, geometry, layer, columns)
        except InvalidInputError:
            raise
        except (
            ArithmeticError,
            AttributeError,
            LookupError,
            OSError,
            RuntimeError,
            TypeError,
            ValueError,
            shapely.errors.ShapelyError,
        ) as cause:
            raise error(
                f"Le fichier de {noun} ne peut pas être lu",
                where=Location(path.name),
                advice="vérifier qu'il est entier et que son suffixe dit bien son format",
            ) from cause


def _frame(
    path: Path, error: type[InvalidInputError], geometry: str, layer: str, columns: Sequence[str] | None
) -> gpd.GeoDataFrame:
    import geopandas as gpd
    import pyogrio

    if path.suffix.lower() == ".parquet":
        _refuse_without_geometry(path, error)
        return gpd.read_parquet(path)
    drawn = {str(name): str(kind) for name, kind in pyogrio.list_layers(path) if kind is not None}
    layers = [layer] if layer else [name for name, kind in drawn.items() if geometry in kind] or list(drawn)
    if len(layers) != 1:
        raise error(
            f"Le fichier a {len(layers)} couches de géométries au lieu d'une",
            where=Location(path.name),
            advice="n'en garder qu'une",
        )
    return gpd.GeoDataFrame(pyogrio.read_dataframe(path, layer=layers[0], columns=columns, on_invalid="ignore"))


def _refuse_without_geometry(path: Path, error: type[InvalidInputError]) -> None:
    import pyarrow.parquet as pq

    if b"geo" not in (pq.read_schema(path).metadata or {}):
        raise error(
            "La table n'a pas de colonne de géométrie",
            where=Location(path.name),
            advice="donner un fichier GeoParquet, ou une table de PostGIS qui en a une",
        )
