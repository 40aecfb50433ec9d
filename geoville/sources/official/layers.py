"""Official layers cut to an area: communes, IRIS, perimeters, streets, zones."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from geoville.crs import commune_of, departement_of
from geoville.errors import InvalidInputError, Location
from geoville.model import Kind
from geoville.sources.contours import (
    INSEE_CODE,
    departement_of_row,
    epsg_of,
    fault_of,
    projected_all,
    read_perimeters,
    repaired,
)
from geoville.sources.layers import STREET_NAMES, TOWNS_WITH_ARRONDISSEMENTS, read_streets
from geoville.sources.official import recognise as known
from geoville.sources.official.area import Converted, Faults, write_layer
from geoville.sources.official.recognise import (
    chosen_layers,
    kind_of_layer,
    kind_of_table,
    layers_of,
    main_files,
    only_table,
)
from geoville.sources.vector_files import read_vector_file
from geoville.sources.writers import perimeters_frame

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from pathlib import Path

    import geopandas as gpd
    import pandas as pd
    from numpy.typing import NDArray

    from geoville.model import Perimeter
    from geoville.sources.official.area import Area, Recognised
    from geoville.sources.official.recognise import OfficialLayer
    from geoville.sources.registry import DataSet


# --- Polygons of an official layer by their code: cut to the area first, then projected, checked and repaired

_SHOWN_REPAIRS = 5


@dataclass(frozen=True, eq=False, slots=True)
class OfficialPolygons:
    """Polygons kept of a publication, in order of their codes.

    Parameters
    ----------
    code : (k,) text, each once.
    frame : the other columns of the same rows, names in lower case.
    polygons : (k,) valid, in the area's CRS.
    left_out : rows of the files that are not of the area.
    notes : French sentences on what was repaired.
    """

    code: NDArray[np.str_]
    frame: pd.DataFrame
    polygons: NDArray[np.object_]
    left_out: int
    notes: tuple[str, ...]


def layers_to_read(found: Recognised, area: Area, is_one: Callable[[OfficialLayer], bool]) -> tuple[OfficialLayer, ...]:
    """Layers of a publication that are of its kind and fit the area's CRS.

    Raises
    ------
    InvalidInputError
        No file has such a layer any more.
    """
    layers = [layer for path in main_files(found.files) for layer in layers_of(path) if is_one(layer)]
    if not layers:
        raise InvalidInputError(
            "Aucun de ces fichiers ne contient plus la couche attendue",
            where=Location(found.files[0].name),
            advice="les décompresser de nouveau",
        )
    return chosen_layers(layers, area.epsg)


def read_polygons(
    layers: Sequence[OfficialLayer], codes: Sequence[str], area: Area, commune_in: Callable[[str], str], noun: str
) -> OfficialPolygons:
    """Read the polygons of some layers that are of the area.

    Parameters
    ----------
    codes : spellings of the column of codes, in lower case.
    commune_in : commune of a code.
    noun : what the polygons are, for errors ("IRIS", "communes").

    Raises
    ------
    InvalidInputError
        A layer cannot be read or has no usable CRS, rows have no code or no polygon, or none is of the area.
    """
    import pandas as pd

    parts = [_read_layer(layer, codes, area, commune_in, noun) for layer in layers]
    frame = pd.concat([part for part, _ in parts], ignore_index=True)
    frame = frame.drop_duplicates("_code").sort_values("_code", ignore_index=True)
    if frame.empty:
        raise InvalidInputError(
            f"Aucun contour ({noun}) n'est dans le territoire",
            where=Location(layers[0].path.name),
            advice="vérifier les codes des communes demandées et le département du fichier",
        )
    polygons, notes = _repaired(frame["_code"].tolist(), np.array(frame["geometry"].to_numpy(), dtype=object))
    return OfficialPolygons(
        frame["_code"].to_numpy(dtype=np.str_), frame, polygons, sum(left_out for _, left_out in parts), notes
    )


def _read_layer(
    layer: OfficialLayer, codes: Sequence[str], area: Area, commune_in: Callable[[str], str], noun: str
) -> tuple[pd.DataFrame, int]:
    read = read_vector_file(layer.path, noun, layer=layer.name)
    epsg = epsg_of(read, layer.path)
    shapes = np.array(read.geometry.to_numpy(), dtype=object)
    frame = read.drop(columns=read.geometry.name).rename(columns=lambda name: str(name).lower())
    column = next(name for name in codes if name in frame.columns)
    written = frame[column].fillna("").astype(str).str.strip().str.upper()
    kept = area.holds_each(commune_in(code) for code in written) | (written == "").to_numpy()
    _check(layer.path.name, column, np.flatnonzero(kept), written[kept], shapes[kept])
    cut = frame[kept].assign(_code=written[kept], geometry=projected_all(shapes[kept], epsg, area.epsg))
    return cut, len(frame) - len(cut)


def _check(file: str, column: str, rows: NDArray[np.intp], codes: Iterable[str], shapes: NDArray[np.object_]) -> None:
    faults = Faults(file)
    for row, code, shape in zip(rows.tolist(), codes, shapes, strict=True):
        if not code:
            faults.add("Contour sans code", "donner le fichier officiel entier", line=row + 1, column=column, value="")
        elif (fault := fault_of(shape)) is not None:
            faults.add(fault, "télécharger de nouveau le fichier", line=row + 1, column="geometry", value=code)
    faults.refuse()


def _repaired(codes: Sequence[str], polygons: NDArray[np.object_]) -> tuple[NDArray[np.object_], tuple[str, ...]]:
    """Valid polygons, and what is to be said of those that were not."""
    import shapely

    mended = [code for code, valid in zip(codes, shapely.is_valid(polygons), strict=True) if not valid]
    if not mended:
        return polygons, ()
    valid = np.array([repaired(code, shape)[0] for code, shape in zip(codes, polygons, strict=True)], dtype=object)
    return valid, (repairs_note(mended),)


def repairs_note(codes: Sequence[str]) -> str:
    """Sentence that names the first contours that had to be repaired.

    >>> repairs_note(["QP013009"])
    'Contours invalides réparés : 1 (QP013009).'
    """
    more = ", …" if len(codes) > _SHOWN_REPAIRS else ""
    return f"Contours invalides réparés : {len(codes)} ({', '.join(codes[:_SHOWN_REPAIRS])}{more})."


COMMUNES_FILE, COMMUNES_ROLE = "communes.parquet", "communes"
_COLUMNS = ("code", "name", "municipal_population", "total_population", "source")
_WHOLE_COMMUNE = "COM"
_SHOWN_CODES = 5


def convert_contours(found: Recognised, data_set: DataSet, area: Area, folder: Path) -> Converted:
    """Write the communes of the area with their polygons; arrondissements are joined into their commune."""
    layers = layers_to_read(found, area, lambda layer: kind_of_layer(layer) == ("commune_contours", ""))
    read = read_polygons(layers, known.COMMUNE_CODES, area, commune_of, "communes")
    frame = _towns(read, area.epsg).assign(source=data_set.source.citation)
    write_layer(frame[[*_COLUMNS, "geometry"]], folder / COMMUNES_FILE)
    notes = (*read.notes, *_missing(area, frozenset(frame["code"]), "sans contour dans ce fichier"))
    return Converted(folder / COMMUNES_FILE, COMMUNES_ROLE, len(frame), read.left_out, notes)


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
    frame = _renamed(kept, folder / COMMUNES_FILE, area.epsg, data_set.source.citation)
    write_layer(frame, folder / COMMUNES_FILE)
    notes = _missing(area, frozenset(kept), "absentes du code officiel géographique de ce millésime")
    return Converted(folder / COMMUNES_FILE, COMMUNES_ROLE, len(frame), len(communes) - len(kept), notes)


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


# --- Outlines of IRIS (CONTOURS-IRIS, IRIS-GE) of the area, as the `iris.parquet` of a pack

IRIS_FILE, IRIS_ROLE = "iris.parquet", "iris"
_COMMUNE_DIGITS = 5


def convert_iris_contours(found: Recognised, area: Area, folder: Path) -> Converted:
    """Write the IRIS of the area: code, name, commune and polygon."""
    import geopandas as gpd

    layers = layers_to_read(found, area, lambda layer: kind_of_layer(layer) == ("iris_contours", ""))
    read = read_polygons(layers, known.IRIS_CODES, area, commune_of_iris, "IRIS")
    name = next((column for column in known.IRIS_NAMES if column in read.frame.columns), "_code")
    frame = gpd.GeoDataFrame(
        {
            "code": read.code,
            "name": read.frame[name].astype(str).to_numpy(),
            "commune": [commune_of_iris(code) for code in read.code.tolist()],
        },
        geometry=read.polygons,
        crs=area.epsg,
    )
    write_layer(frame, folder / IRIS_FILE)
    return Converted(folder / IRIS_FILE, IRIS_ROLE, len(frame), read.left_out, read.notes)


def commune_of_iris(code: str) -> str:
    """Commune of an IRIS; that of the town for an IRIS of an arrondissement.

    >>> commune_of_iris("621930101"), commune_of_iris("132030101")
    ('62193', '13055')
    """
    return commune_of(code[:_COMMUNE_DIGITS])


# --- In which polygon each of millions of points is: exact, and vectorised

NOWHERE = -1
_POINTS_AT_ONCE = 250_000
"""Points indexed together; taken in order of northing, they lie in a band that few polygons cross."""


def zone_at(
    polygons: NDArray[np.object_], easting: NDArray[np.float64], northing: NDArray[np.float64]
) -> NDArray[np.intp]:
    """Index of the polygon that each point is in, borders included.

    Parameters
    ----------
    polygons : (k,) valid polygons or multipolygons.
    easting, northing : (n,) metres, in the CRS of the polygons.

    Returns
    -------
    (n,) the lowest index where polygons share the point; `NOWHERE` outside all.
    """
    import shapely

    found = np.full(len(easting), NOWHERE, dtype=np.intp)
    bounds = shapely.bounds(polygons)
    in_bands = np.argsort(northing, kind="stable")
    for start in range(0, len(in_bands), _POINTS_AT_ONCE):
        rows = in_bands[start : start + _POINTS_AT_ONCE]
        south, north = northing[rows[0]], northing[rows[-1]]
        crossing = np.flatnonzero((bounds[:, 1] <= north) & (bounds[:, 3] >= south))
        # Polygons query points, and not the reverse: GEOS prepares each polygon once for all of its points.
        points = np.asarray(shapely.points(easting[rows], northing[rows]), dtype=object)
        zones, inside = shapely.STRtree(points).query(polygons[crossing], predicate="intersects")
        lowest_last = np.argsort(-zones, kind="stable")
        found[rows[inside[lowest_last]]] = crossing[zones[lowest_last]]
    return found


# --- Commune polygons of the area, which cut what official files do not cut by a code


@dataclass(frozen=True, eq=False, slots=True)
class CommuneOutlines:
    """Communes as polygons.

    Parameters
    ----------
    code : (k,) INSEE codes.
    polygons : (k,) valid, in `epsg`.
    """

    code: NDArray[np.str_]
    polygons: NDArray[np.object_]
    epsg: int

    def commune_at(self, easting: NDArray[np.float64], northing: NDArray[np.float64]) -> NDArray[np.str_]:
        """Commune of each of (n,) points given in `epsg`; empty text outside all communes."""
        zones = zone_at(self.polygons, easting, northing)
        return np.where(zones == NOWHERE, "", self.code[zones])

    def touch(self, geometries: NDArray[np.object_]) -> NDArray[np.bool_]:
        """Which of (n,) geometries in `epsg` have a point in common with a commune."""
        import shapely

        _, touching = shapely.STRtree(geometries).query(self.polygons, predicate="intersects")
        touched = np.zeros(len(geometries), dtype=bool)
        touched[touching] = True
        return touched


def read_outlines(path: Path) -> CommuneOutlines | None:
    """Read the outlines from the `communes.parquet` of a pack; None where no commune has a polygon.

    Raises
    ------
    InvalidInputError
        The file cannot be read.
    """
    frame = read_vector_file(path, "communes")
    drawn = frame[frame.geometry.notna()]
    if drawn.empty:
        return None
    polygons = np.array(drawn.geometry.to_numpy(), dtype=object)
    return CommuneOutlines(drawn["code"].to_numpy(dtype=np.str_), polygons, int(frame.crs.to_epsg()))


def needed(outlines: CommuneOutlines | None, noun: str) -> CommuneOutlines:
    """Outlines, where they must be known.

    Parameters
    ----------
    noun : what they cut, a French plural with its article ("les QPV").

    Raises
    ------
    InvalidInputError
        They are not known.
    """
    if outlines is None:
        raise InvalidInputError(
            f"Les contours des communes manquent pour découper {noun}",
            advice="récupérer d'abord les contours des communes (`--only commune_contours`)",
        )
    return outlines


# --- Official perimeters (QPV of both generations, ZFU) that come near the area, as a layer of a pack


def convert_perimeters(
    found: Recognised, data_set: DataSet, area: Area, folder: Path, outlines: CommuneOutlines | None
) -> tuple[Converted, ...]:
    """Write the perimeters that have a point in common with a commune of the area; nothing where there is none.

    Where nothing tells where the area is: those of its communes by the codes of the publisher, or of its département.

    Raises
    ------
    InvalidInputError
        The contours are at fault (see `read_perimeters`), or the outlines of the communes are needed and not known.
    """
    kind = Kind(found.kind)
    layers = layers_to_read(found, area, lambda layer: (kind_of_layer(layer) or ("", ""))[0] == kind)
    files = [read_perimeters(layer.path, kind=kind, flat_apart=True) for layer in layers]
    every = {perimeter.code: perimeter for file in files for perimeter in file.cited(data_set.source)}
    kept = _near([perimeter for perimeter in every.values() if perimeter.epsg == area.epsg], area, outlines, kind)
    if not kept:
        return ()
    path = folder / f"{kind}_{found.vintage}.parquet" if kind is Kind.QPV else folder / f"{kind}.parquet"
    write_layer(perimeters_frame(kept), path)
    codes = {perimeter.code for perimeter in kept}
    repaired = sorted({repair.code for file in files for repair in file.repairs if repair.code in codes})
    notes = [repairs_note(repaired)] if repaired else []
    flat = sorted({item.code for file in files for item in file.flat if _is_said_to_be_in(item, area)})
    if flat:
        notes.append(f"Contours sans surface, laissés de côté : {', '.join(flat)}.")
    return (Converted(path, kind.value, len(kept), len(every) - len(kept), tuple(notes)),)


def _near(perimeters: Sequence[Perimeter], area: Area, outlines: CommuneOutlines | None, kind: Kind) -> list[Perimeter]:
    if area.is_country or not perimeters:
        return list(perimeters)
    if outlines is None and all(departement_of_row(item.code, item.communes) for item in perimeters):
        return [perimeter for perimeter in perimeters if _is_said_to_be_in(perimeter, area)]
    shapes = np.array([perimeter.geometry for perimeter in perimeters], dtype=object)
    touching = needed(outlines, f"les {kind.upper()}").touch(shapes)
    return [perimeter for perimeter, touches in zip(perimeters, touching, strict=True) if touches]


def _is_said_to_be_in(perimeter: Perimeter, area: Area) -> bool:
    """Whether a perimeter is of a commune of the area by its publisher's codes; without these, of its département.

    More than the area needs does no harm: what lies elsewhere decides nothing here.
    """
    codes = [commune for commune in perimeter.communes if INSEE_CODE.fullmatch(commune)]
    if codes:
        return any(area.holds(code) for code in codes)
    departement = departement_of_row(perimeter.code, perimeter.communes)
    return area.departement == departement or departement in {departement_of(code) for code in area.communes or ()}


# --- Streets of the area, from BD TOPO or exports of OpenStreetMap, as the `streets.parquet` of a pack

STREETS_FILE, STREETS_ROLE = "streets.parquet", "streets"
_KEPT_WHOLE = (
    "Rues gardées toutes, comme le fichier les donne : ni contours ni carreaux ne disent où est le territoire."
)


def convert_streets(found: Recognised, area: Area, folder: Path, outlines: CommuneOutlines | None) -> Converted:
    """Write the lines that have a point in common with a commune of the area, whole, with their names.

    A town's own file is of that town: where nothing tells where the area is, all of it is kept.

    Raises
    ------
    InvalidInputError
        The lines are at fault (see `read_streets`), none is in the area, or the outlines are needed and not known.
    """
    import geopandas as gpd

    layers = layers_to_read(found, area, lambda layer: kind_of_layer(layer) == ("streets", ""))
    read = [read_streets(layer.path, area.epsg, layer=layer.name) for layer in layers]
    lines = np.concatenate([one.lines for one in read])
    names = [row for one in read for row in one.names]
    whole = area.is_country or (outlines is None and found.family == "")
    places = np.arange(len(lines)) if whole else np.flatnonzero(needed(outlines, "les rues").touch(lines))
    kept, named = lines[places], [(*names[place], "", "")[:2] for place in places.tolist()]
    if not len(kept):
        raise InvalidInputError(
            "Aucune rue de ce fichier n'est dans le territoire",
            where=Location(layers[0].path.name),
            advice="vérifier le département du fichier",
        )
    columns = {column: [row[rank] for row in named] for rank, column in enumerate(STREET_NAMES[:2])}
    write_layer(gpd.GeoDataFrame(columns, geometry=kept, crs=area.epsg), folder / STREETS_FILE)
    notes = (_KEPT_WHOLE,) if whole and not area.is_country else ()
    return Converted(folder / STREETS_FILE, STREETS_ROLE, len(kept), len(lines) - len(kept), notes)


# --- Parcels of the cadastre, as the `parcels.parquet` of a pack

PARCELS_FILE, PARCELS_ROLE = "parcels.parquet", "parcels"


def convert_parcels(found: Recognised, area: Area, folder: Path) -> Converted:
    """Write the parcels of the communes of the area: identifier, commune, surface of the cadastre and polygon.

    The identifier begins with the commune, or the municipal arrondissement, that the cadastre draws them by.
    """
    import geopandas as gpd
    import pandas as pd

    layers = layers_to_read(found, area, lambda layer: kind_of_layer(layer) == ("parcels", ""))
    read = read_polygons(layers, ("id",), area, commune_of_iris, "parcelles")
    frame = gpd.GeoDataFrame(
        {
            "code": read.code,
            "commune": [commune_of_iris(code) for code in read.code.tolist()],
            "area_m2": pd.to_numeric(read.frame["contenance"], errors="coerce").to_numpy(),
        },
        geometry=read.polygons,
        crs=area.epsg,
    )
    write_layer(frame, folder / PARCELS_FILE)
    return Converted(folder / PARCELS_FILE, PARCELS_ROLE, len(frame), read.left_out, read.notes)
