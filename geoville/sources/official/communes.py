"""Communes of a pack: polygons from ADMIN EXPRESS and the like, names from the Code officiel géographique."""

from __future__ import annotations

from typing import TYPE_CHECKING

from geoville.crs import commune_of
from geoville.errors import InvalidInputError, Location
from geoville.sources.communes import TOWNS_WITH_ARRONDISSEMENTS
from geoville.sources.official import columns as known
from geoville.sources.official.area import Converted
from geoville.sources.official.layer_kinds import kind_of_layer
from geoville.sources.official.pack_files import write_layer
from geoville.sources.official.polygons import layers_to_read, read_polygons
from geoville.sources.official.table_kinds import kind_of_table
from geoville.sources.official.tables import only_table

if TYPE_CHECKING:
    from pathlib import Path

    import geopandas as gpd
    import pandas as pd

    from geoville.sources.official.area import Area, Recognised
    from geoville.sources.official.polygons import OfficialPolygons
    from geoville.sources.registry import DataSet

FILE, ROLE = "communes.parquet", "communes"
_COLUMNS = ("code", "name", "municipal_population", "total_population", "source")
_WHOLE_COMMUNE = "COM"
_SHOWN_CODES = 5


def convert_contours(found: Recognised, data_set: DataSet, area: Area, folder: Path) -> Converted:
    """Write the communes of the area with their polygons; arrondissements are joined into their commune."""
    layers = layers_to_read(found, area, lambda layer: kind_of_layer(layer) == ("commune_contours", ""))
    read = read_polygons(layers, known.COMMUNE_CODES, area, commune_of, "communes")
    frame = _towns(read, area.epsg).assign(source=data_set.source.citation)
    write_layer(frame[[*_COLUMNS, "geometry"]], folder / FILE)
    notes = (*read.notes, *_missing(area, frozenset(frame["code"]), "sans contour dans ce fichier"))
    return Converted(folder / FILE, ROLE, len(frame), read.left_out, notes)


def convert_names(found: Recognised, data_set: DataSet, area: Area, folder: Path) -> Converted:
    """Write the communes of the area with their official names; polygons and populations already there are kept."""
    table = only_table(found, lambda table: kind_of_table(table) == ("communes", ""))
    kinds, codes, names = table.read([table.column("typecom"), table.column("com"), table.column("libelle")])
    communes = {code.upper(): name for kind, code, name in zip(kinds, codes, names, strict=True) if _is_whole(kind)}
    kept = {code: name for code, name in sorted(communes.items()) if area.holds(code)}
    if not kept:
        raise InvalidInputError(
            "Aucune des communes demandées n'est dans ce fichier",
            where=Location(table.path.name),
            advice="vérifier leurs codes INSEE",
        )
    frame = _renamed(kept, folder / FILE, area.epsg, data_set.source.citation)
    write_layer(frame, folder / FILE)
    notes = _missing(area, frozenset(kept), "absentes du code officiel géographique de ce millésime")
    return Converted(folder / FILE, ROLE, len(frame), len(communes) - len(kept), notes)


def _is_whole(kind: str) -> bool:
    return kind.upper() == _WHOLE_COMMUNE


def _towns(read: OfficialPolygons, epsg: int) -> gpd.GeoDataFrame:
    """One row for each commune."""
    import geopandas as gpd
    import pandas as pd

    name = next(column for column in known.COMMUNE_NAMES if column in read.frame.columns)
    population = next((column for column in known.POPULATION if column in read.frame.columns), None)
    people = pd.to_numeric(read.frame[population]).astype("Int64") if population else pd.NA
    rows = gpd.GeoDataFrame(
        {
            "code": [commune_of(code) for code in read.code.tolist()],
            "name": read.frame[name].astype(str).to_numpy(),
            "municipal_population": people,
        },
        geometry=read.polygons,
        crs=epsg,
    )
    joined = rows.dissolve("code", aggfunc={"name": "first", "municipal_population": _sum}).reset_index()
    is_joined = joined["code"].isin(rows["code"][rows["code"].duplicated()])
    towns = joined["code"].where(is_joined).map(TOWNS_WITH_ARRONDISSEMENTS)
    typed = {"municipal_population": joined["municipal_population"].astype("Int64")}
    return joined.assign(name=towns.fillna(joined["name"]), total_population=_unknown(len(joined)), **typed)


def _renamed(names: dict[str, str], path: Path, epsg: int, source: str) -> gpd.GeoDataFrame:
    """Communes with new names; what the pack already knew of them is kept."""
    import geopandas as gpd
    import pandas as pd

    frame = gpd.GeoDataFrame(
        {"code": list(names), "name": list(names.values()), "source": source}, geometry=[None] * len(names), crs=epsg
    )
    if not path.is_file():
        frame = frame.assign(municipal_population=_unknown(len(names)), total_population=_unknown(len(names)))
        return frame[[*_COLUMNS, "geometry"]]
    before = gpd.read_parquet(path)
    merged = before.assign(name=before["code"].map(names).fillna(before["name"]))
    added = frame[~frame["code"].isin(before["code"])]
    both = pd.concat([merged, added], ignore_index=True) if len(added) else merged
    return gpd.GeoDataFrame(both.sort_values("code", ignore_index=True)[[*_COLUMNS, "geometry"]], crs=epsg)


def _sum(people: pd.Series) -> object:
    return people.sum(min_count=1)


def _unknown(count: int) -> object:
    import pandas as pd

    return pd.array([pd.NA] * count, dtype="Int64")


def _missing(area: Area, known_codes: frozenset[str], why: str) -> tuple[str, ...]:
    """Sentence on the communes of the area that a file does not have; none where it has them all."""
    missing = sorted((area.towns or frozenset()) - known_codes)
    if not missing:
        return ()
    more = ", …" if len(missing) > _SHOWN_CODES else ""
    return (f"Communes {why} : {len(missing)} ({', '.join(missing[:_SHOWN_CODES])}{more}).",)
