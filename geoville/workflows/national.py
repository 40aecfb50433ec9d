"""Make the national layer again from the files that it comes from."""

from __future__ import annotations

import csv
import io
import json
import math
import re
import unicodedata
from typing import TYPE_CHECKING, Any

import numpy as np

from geoville.crs import (
    LAMBERT_93,
    RGAF09_UTM20,
    RGFG95_UTM22,
    RGM04_UTM38,
    RGPF_UTM6S,
    RGR92_UTM40,
    WGS84,
    projected_epsg,
)
from geoville.eligibility.reach import farthest_m
from geoville.errors import ContourError, Location
from geoville.sources.contours import departement_of_row, projected_all, repaired, split_communes
from geoville.sources.files import embedded_data, make_folder, replacing, sha256_of
from geoville.sources.national import DEVIATES, EXACT, FOLDER, GENERALISED, LAYER, TAKEN_OVER
from geoville.sources.writers import rounded_shapes

if TYPE_CHECKING:
    from pathlib import Path

    import geopandas as gpd
    import pyarrow as pa
    from numpy.typing import NDArray


NAME = "national"
SHAPEFILE, SIMPLIFIED = "QP_METROPOLE_LB93.shp", "qpv2024_simplified.geojson"
CENSUS_2013, STATISTICS_2024 = "pop_qp_2013.csv", "qpv2024_statistics.csv"

GENERALISED_M = 25.0
"""How far a generalised contour of 2024 may lie: measured on quarters whose contour of 2015 did not change."""

ZONE_NAMES = {
    LAMBERT_93: "metropole",
    RGAF09_UTM20: "antilles",
    RGFG95_UTM22: "guyane",
    RGR92_UTM40: "la_reunion",
    RGM04_UTM38: "mayotte",
    RGPF_UTM6S: "tahiti",
}
"""Name of the file of each projected CRS."""

SAME_SHARE = 0.98
"""Share of the surface of two contours together that they have in common, from which they are held to be the same."""

_ROUNDED_UP_M = 5
_CENTIMETRE_DECIMALS = 2
_ENCODING = "cp1252"
_UNCHANGED = "I"
"""Last letter of the code of a quarter of 2024 that its list says unchanged. Read so by geoville: no text says it."""

_ZSTD_LEVEL = 19
_CENSUSES = {
    2015: "Insee, population municipale de 2013",
    2024: "Insee et ANCT, population municipale, liste de 2024",
}


def build_national(sources: Path, folder: Path) -> dict[str, str]:
    """Write the contours and populations of the layer, and bring its description up to date.

    Parameters
    ----------
    sources : folder of the official shapefile of 2015, of the generalised GeoJSON of 2024 and of the two tables of
        populations, under the names that they were published with.
    folder : created where it is missing.

    Returns
    -------
    sha256 of each file written, by its name.

    Raises
    ------
    ContourError
        A file cannot be read, or a quarter has no usable contour in either generation.
    """
    import pyarrow as pa

    make_folder(folder)
    exact = _exact(sources / SHAPEFILE)
    tables = {"qpv_2015_metropole.parquet": (exact, LAMBERT_93)}
    generalised, epsgs = _generalised(sources, exact)
    for epsg, zone in ZONE_NAMES.items():
        tables[f"qpv_2024_{zone}.parquet"] = (generalised.filter(pa.array(epsgs == epsg)), epsg)
    for name, (table, epsg) in tables.items():
        _write_geoparquet(_along_a_curve(table, epsg), epsg, folder / name)
    with replacing(folder / "populations.csv") as beside:
        beside.write_text(_populations(sources), encoding="utf-8", newline="\n")
    names = (*tables, "populations.csv")
    checksums = {name: sha256_of(folder / name) for name in names}
    _write_description(folder, checksums)
    return checksums


def _exact(path: Path) -> pa.Table:
    """Quarters of 2015 as published, in Lambert-93, mended where they are invalid."""
    import pyarrow as pa

    frame = _read(path, encoding=_ENCODING)
    mended = [repaired(code, shape)[0] for code, shape in zip(frame["CODE_QP"], frame.geometry, strict=True)]
    columns = {
        "code": pa.array(frame["CODE_QP"].tolist()),
        "name": pa.array([" ".join(name.split()) for name in frame["NOM_QP"]]),
        "communes": pa.array([";".join(split_communes(towns or "")) for towns in frame["COMMUNE_QP"]]),
        "contour": pa.array([EXACT] * len(frame)),
        "accuracy_m": pa.array([0.0] * len(frame)),
    }
    return _with_shapes(columns, np.array(mended, dtype=object))


def _generalised(sources: Path, exact: pa.Table) -> tuple[pa.Table, NDArray[np.int_]]:
    """Quarters of 2024, each with how far its contour may lie, and their projected CRS."""
    import pyarrow as pa
    import shapely

    frame = _read(sources / SIMPLIFIED)
    codes = frame["code_qp"].tolist()
    epsgs = np.array([projected_epsg(departement_of_row(code, ()) or "") for code in codes])
    shapes = _projected(np.array(frame.geometry, dtype=object), epsgs)
    before = _Before(exact)
    contours, accuracies = [GENERALISED] * len(codes), [GENERALISED_M] * len(codes)
    for row in np.flatnonzero(epsgs == LAMBERT_93).tolist():
        if shapes[row].is_empty:
            continue
        contours[row], accuracies[row] = before.compared(codes[row], shapes[row])
    for row in np.flatnonzero(shapely.is_empty(shapes)).tolist():
        found = before.named(frame["lib_qp"][row], departement_of_row(codes[row], ()) or "")
        if found is None:
            raise ContourError("Quartier sans contour", where=Location(SIMPLIFIED, row + 1, "code_qp", codes[row]))
        shapes[row] = found
        contours[row], accuracies[row] = TAKEN_OVER, max(accuracies)
    columns = {
        "code": pa.array(codes),
        "name": pa.array([" ".join(name.split()) for name in frame["lib_qp"]]),
        "communes": pa.array([";".join(split_communes(towns or "")) for towns in frame["insee_com"]]),
        "contour": pa.array(contours),
        "accuracy_m": pa.array(accuracies),
    }
    return _with_shapes(columns, shapes), epsgs


class _Before:
    """Contours of 2015, to compare those of 2024 with."""

    def __init__(self, exact: pa.Table) -> None:
        import shapely

        self._shapes = shapely.from_wkb(exact["geometry"].to_numpy())
        self._tree = shapely.STRtree(self._shapes)
        self._named = {
            (departement_of_row(code, ()), _folded(name)): shape
            for code, name, shape in zip(
                exact["code"].to_pylist(), exact["name"].to_pylist(), self._shapes, strict=True
            )
        }

    def named(self, name: str, departement: str) -> Any:
        """Contour of the quarter of that name in a département, or None."""
        return self._named.get((departement, _folded(name)))

    def compared(self, code: str, shape: Any) -> tuple[str, float]:
        """What a contour of 2024 is beside the one of 2015 that it covers the best, and how far it may lie."""
        import shapely

        near = self._shapes[self._tree.query(shape, "intersects")]
        shares = [shapely.area(shape & one) / shapely.area(shape | one) for one in near]
        if not shares or (code[-1] != _UNCHANGED and max(shares) < SAME_SHARE):
            return GENERALISED, GENERALISED_M
        deviation_m = _deviation_m(shape, near[int(np.argmax(shares))])
        if deviation_m < GENERALISED_M:
            return GENERALISED, GENERALISED_M
        return DEVIATES, float(math.ceil(deviation_m / _ROUNDED_UP_M) * _ROUNDED_UP_M)


def _deviation_m(shape: Any, other: Any) -> float:
    """How deep in a contour, or how far from it, lies what it has and another has not, or the contrary."""
    import shapely

    around = shapely.difference(shapely.box(*shape.bounds).buffer(_ROUNDED_UP_M), shape)
    lost, gained = _areas_of(shapely.difference(shape, other)), _areas_of(shapely.difference(other, shape))
    sides = ((lost, around), (gained, shape))
    return max((farthest_m(part, limit) for part, limit in sides if not part.is_empty), default=0.0)


def _areas_of(shape: Any) -> Any:
    import shapely

    parts = shapely.get_parts(shape)
    return shapely.union_all(parts[shapely.area(parts) > 0])


def _projected(degrees: NDArray[np.object_], epsgs: NDArray[np.int_]) -> NDArray[np.object_]:
    """Contours in their projected CRS, mended, to the centimetre (the file has the metre); empty where none is."""
    import shapely

    out = degrees.copy()
    for epsg in np.unique(epsgs).tolist():
        rows = epsgs == epsg
        out[rows] = rounded_shapes(projected_all(degrees[rows], WGS84, epsg), _CENTIMETRE_DECIMALS)
    for row in np.flatnonzero(~shapely.is_valid(out)).tolist():
        mended = _areas_of(shapely.make_valid(out[row]))
        out[row] = rounded_shapes(np.array([mended], dtype=object), _CENTIMETRE_DECIMALS)[0]
    return out


def _read(path: Path, *, encoding: str | None = None) -> gpd.GeoDataFrame:
    import pyogrio

    try:
        return pyogrio.read_dataframe(path, encoding=encoding, on_invalid="ignore")
    except (pyogrio.errors.DataSourceError, pyogrio.errors.DataLayerError, OSError) as error:
        raise ContourError(
            "Le fichier de contours ne peut pas être lu", where=Location(path.name), advice="vérifier le dossier donné"
        ) from error


def _with_shapes(columns: dict[str, pa.Array], shapes: NDArray[np.object_]) -> pa.Table:
    import pyarrow as pa
    import shapely

    return pa.table({**columns, "geometry": pa.array(shapely.to_wkb(shapes, include_srid=False), pa.binary())})


def _along_a_curve(table: pa.Table, epsg: int) -> pa.Table:
    """Rows in the order of a curve that fills the plane: neighbours lie together, and compress well."""
    import geopandas as gpd
    import pyarrow as pa

    shapes = gpd.GeoSeries.from_wkb(table["geometry"].to_numpy(), crs=epsg)
    return table.take(pa.array(np.argsort(shapes.hilbert_distance().to_numpy(), kind="stable")))


def _write_geoparquet(table: pa.Table, epsg: int, path: Path) -> None:
    import pyarrow.parquet as pq
    from pyproj import CRS

    geometry = {"encoding": "WKB", "geometry_types": [], "crs": CRS.from_epsg(epsg).to_json_dict()}
    geo = {"version": "1.0.0", "primary_column": "geometry", "columns": {"geometry": geometry}}
    written = table.replace_schema_metadata({b"geo": json.dumps(geo, sort_keys=True).encode()})
    with replacing(path) as beside:
        pq.write_table(
            written,
            beside,
            compression="zstd",
            compression_level=_ZSTD_LEVEL,
            use_dictionary=["contour", "accuracy_m"],
            write_statistics=False,
        )


def _populations(sources: Path) -> str:
    """Table of the people of each quarter; the tables published have several rows for one of several communes."""
    census = _column(sources / CENSUS_2013, ";", "qp", "population_municipale_2013")
    listed = _column(sources / STATISTICS_2024, ",", "codeQPV", "popMuniQPV")
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(("code", "population", "census"))
    for year, people in ((2015, census), (2024, listed)):
        writer.writerows((code, people[code], _CENSUSES[year]) for code in sorted(people))
    return text.getvalue()


def _column(path: Path, separator: str, key: str, value: str) -> dict[str, int]:
    with path.open(encoding="utf-8", newline="") as stream:
        return {row[key]: round(float(row[value])) for row in csv.DictReader(stream, delimiter=separator)}


def _write_description(folder: Path, checksums: dict[str, str]) -> None:
    """Write the description of the layer with the checksums of what was made; nothing else in it changes."""
    text = (embedded_data() / FOLDER / LAYER).read_text(encoding="utf-8")
    for name, sha256 in checksums.items():
        entry = re.compile(rf'(\npath = "{re.escape(name)}"\n(?:[^\[\n].*\n)*?sha256 = ")[0-9a-f]*(")')
        text = entry.sub(rf"\g<1>{sha256}\g<2>", text)
    with replacing(folder / LAYER) as beside:
        beside.write_text(text, encoding="utf-8", newline="\n")


def _folded(name: str) -> str:
    """Letters and digits of a name, without accents nor case."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode()
    return re.sub(r"\W", "", plain.casefold())
