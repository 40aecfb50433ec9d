"""IRIS with their median declared income: polygons, and the figure in one of their columns or in a table."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from geoville.crs import projected_epsg
from geoville.errors import InvalidInputError, Location
from geoville.sources.contours.geometry import valid_polygons
from geoville.sources.files import sha256_of
from geoville.sources.vector_files import read_vector_file

if TYPE_CHECKING:
    from pathlib import Path

    import geopandas
    import pandas as pd
    from numpy.typing import NDArray

_CODES = ("code_iris", "codeiris", "iris_code", "code")
"""Not a bare "IRIS": in INSEE's files that is the number inside the commune, the same in every town."""

_NAMES = ("nom_iris", "lib_iris", "libiris")
_YEARLY_MEDIANS = ("median_uc", "median_declared_eur")
_YEARLY_RANGES = ("iqr", "range_declared_eur")
_DATED_MEDIAN = re.compile(r"(?:dec_med|rfucq2|median_declared_)(\d{2}|\d{4})", re.IGNORECASE)
_DATED_RANGE = re.compile(r"(?:rfuciq|range_declared_)(\d{2}|\d{4})", re.IGNORECASE)
_CENTURY = 2000


@dataclass(frozen=True, eq=False, slots=True)
class IrisLayer:
    """IRIS polygons and what is published for them.

    Parameters
    ----------
    code, name : (k,) text.
    polygons : (k,) in `epsg`, valid.
    median_eur : (k,) declared median per UC, euros of `year`; NaN where not published.
    range_eur : (k,) interquartile range of declared income per UC, likewise; NaN where not published.
    year : of the incomes.
    files : what was read: name and sha256.
    """

    code: NDArray[np.str_]
    name: NDArray[np.str_]
    polygons: NDArray[np.object_]
    epsg: int
    median_eur: NDArray[np.float64]
    range_eur: NDArray[np.float64]
    year: int
    files: tuple[tuple[str, str], ...]


def read_iris(path: Path, incomes: Path | None = None) -> IrisLayer:
    """Read IRIS polygons with their declared medians.

    Parameters
    ----------
    path : polygons with a column CODE_IRIS or CodeIris, in any CRS.
    incomes : CSV or Parquet table with the same codes, where the polygons do not carry the medians.

    Notes
    -----
    The median is the column DEC_MED*, RFUCQ2* or median_declared_* (the year is in its name; the latest one if there
    are several), or median_uc or median_declared_eur with a column year (the latest year). The interquartile range,
    which may be missing, is RFUCIQ* or range_declared_* of the same year, or iqr or range_declared_eur.

    Raises
    ------
    InvalidInputError
        No code, no median, a median that is not a number, a code twice, or a geometry that is not a polygon.
    """
    frame = _read_polygons(path)
    codes = _column(list(frame.columns), _CODES, path, "code de l'IRIS")
    table = _read_table(incomes) if incomes else frame.drop(columns="geometry")
    where = incomes or path
    medians, ranges, year = _medians(table, where)
    code = frame[codes].astype(str).str.strip().to_numpy(dtype=np.str_)
    if len(set(code.tolist())) < len(code):
        raise InvalidInputError("Un IRIS est donné deux fois", where=Location(path.name, column=codes))
    names = [column for column in frame.columns if column.lower() in _NAMES]
    epsg = projected_epsg(str(code[0])) if len(code) else projected_epsg("")
    files = [path, *([incomes] if incomes else [])]
    return IrisLayer(
        code=code,
        name=frame[names[0]].astype(str).to_numpy(dtype=np.str_) if names else code,
        polygons=valid_polygons(frame, epsg, path),
        epsg=epsg,
        median_eur=np.array([medians.get(item, np.nan) for item in code.tolist()]),
        range_eur=np.array([ranges.get(item, np.nan) for item in code.tolist()]),
        year=year,
        files=tuple((file.name, sha256_of(file)) for file in files),
    )


def read_iris_figures(path: Path) -> tuple[dict[str, float], dict[str, float], int]:
    """Declared medians and interquartile ranges by IRIS, of the latest year of a table, and that year.

    Errors and columns as in `read_iris`; a range that is not published is not there, or NaN.
    """
    return _medians(_read_table(path), path)


def _read_polygons(path: Path) -> geopandas.GeoDataFrame:
    frame = read_vector_file(path, "IRIS", geometry="Polygon")
    if "geometry" not in frame.columns or not frame.geom_type.isin(["Polygon", "MultiPolygon"]).all():
        raise InvalidInputError(
            "Le fichier des IRIS ne contient pas que des polygones", where=Location(path.name), advice="le vérifier"
        )
    return frame


def _read_table(path: Path) -> pd.DataFrame:
    import pandas as pd

    try:
        if path.suffix == ".parquet":
            return pd.read_parquet(path)
        return pd.read_csv(path, sep=None, engine="python", dtype=str, encoding="utf-8-sig")
    except Exception as error:
        raise InvalidInputError(
            "La table des revenus par IRIS est illisible",
            where=Location(path.name),
            advice="donner un CSV ou un Parquet",
        ) from error


def _medians(table: pd.DataFrame, path: Path) -> tuple[dict[str, float], dict[str, float], int]:
    """Median and interquartile range by code, and the year of the incomes."""
    columns = list(table.columns)
    codes = _column(columns, _CODES, path, "code de l'IRIS")
    lower = {str(column).lower(): column for column in columns}
    dated = [(_year(match[1]), column) for column in columns if (match := _DATED_MEDIAN.fullmatch(str(column)))]
    if dated:
        year, median = max(dated)
        rows = table
    elif "year" in lower and any(name in lower for name in _YEARLY_MEDIANS):
        years = table[lower["year"]].astype(int)
        year, median = int(years.max()), next(lower[name] for name in _YEARLY_MEDIANS if name in lower)
        rows = table[years == year]
    else:
        raise InvalidInputError(
            "Aucune colonne de revenu déclaré médian",
            where=Location(path.name),
            advice="attendu : DEC_MED…, RFUCQ2…, median_declared_…, ou median_uc avec year",
        )
    spread = _range_column(columns, year, dated=bool(dated))

    def figures(column: str) -> dict[str, float]:
        values = rows[column].map(lambda value: _number(value, path, str(column)))
        return dict(zip(rows[codes].astype(str).str.strip().tolist(), values.tolist(), strict=True))

    return figures(median), figures(spread) if spread is not None else {}, year


def _range_column(columns: list[str], year: int, *, dated: bool) -> str | None:
    """Column of the interquartile range of one year; None where there is none."""
    if dated:
        found = {_year(match[1]): column for column in columns if (match := _DATED_RANGE.fullmatch(str(column)))}
        return found.get(year)
    lower = {str(column).lower(): column for column in columns}
    return next((lower[name] for name in _YEARLY_RANGES if name in lower), None)


def _column(columns: list[str], known: tuple[str, ...], path: Path, what: str) -> str:
    lower = {str(column).lower(): column for column in columns}
    for name in known:
        if name in lower:
            return lower[name]
    raise InvalidInputError(
        f"Colonne absente : {what}", where=Location(path.name), advice="attendu : CODE_IRIS ou CodeIris"
    )


def _year(digits: str) -> int:
    return int(digits) if int(digits) > _CENTURY else _CENTURY + int(digits)


def _number(value: object, path: Path, column: str) -> float:
    """A published figure; empty and secret ones ("s", "ns", "nd") are unknown, not zero."""
    text = "" if value is None else str(value).strip().replace(",", ".")
    if text.lower() in {"", "nan", "none", "na", "s", "ns", "nd", "<na>"}:
        return float("nan")
    try:
        number = float(text)
    except ValueError:
        raise InvalidInputError(
            "Revenu médian qui n'est pas un nombre", where=Location(path.name, column=column, value=text)
        ) from None
    if number < 0:
        raise InvalidInputError("Revenu médian négatif", where=Location(path.name, column=column, value=text))
    return number
