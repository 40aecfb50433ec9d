"""Write layers and perimeters in the format that a suffix asks for, the same bytes for the same input."""

from __future__ import annotations

import re
import sqlite3
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import datetime
from io import BytesIO
from typing import TYPE_CHECKING, Any

import numpy as np

from geoville.crs import LAMBERT_93, WGS84
from geoville.errors import InvalidInputError
from geoville.model import LAYER_FORMATS
from geoville.sources.files import replacing
from geoville.sources.qgis import TABLE as STYLES
from geoville.sources.qgis import add_style, add_titles, qml

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
    from datetime import date
    from pathlib import Path

    import geopandas
    import pandas as pd
    from numpy.typing import NDArray
    from shapely.geometry.base import BaseGeometry

    from geoville.model import Perimeter
    from geoville.sources.qgis import LayerStyle

    Value = str | int | float | bool | None


MILLIMETRE_DECIMALS = 3
DEGREE_DECIMALS = 7
"""Decimals of coordinates: a millimetre in metres, about a centimetre in degrees."""

_DRIVERS = {
    ".gpkg": "GPKG",
    ".geojson": "GeoJSON",
    ".json": "GeoJSON",
    ".parquet": "Parquet",
    ".fgb": "FlatGeobuf",
    ".shp": "ESRI Shapefile",
    ".kml": "LIBKML",
    ".dxf": "DXF",
    ".csv": "CSV",
    ".xlsx": "XLSX",
}
_IN_DEGREES = {"GeoJSON", "LIBKML", "CSV"}
_GPKG_GEOMETRY = "geom"
_GPKG = {"VERSION": "1.3"}
"""GDAL 3.6, of Debian and of QGIS 3.22, warns of any later version."""
_FIXED_DATE = "1970-01-01T00:00:00.000Z"

COMMUNE_SEPARATOR = ";"
LAYER = "perimetres"
_RESERVED = ("geometry", "geom", "fid")  # a GeoPackage has these, and does not tell upper from lower case

_COLUMNS: dict[str, tuple[str, Callable[[Perimeter], Value]]] = {
    "code": ("string", lambda item: item.code),
    "name": ("string", lambda item: item.name),
    "kind": ("string", lambda item: item.kind.value),
    "generation": ("Int64", lambda item: item.generation),
    "vintage": ("Int64", lambda item: item.vintage),
    "estimated": ("bool", lambda item: item.estimated),
    "valid_from": ("string", lambda item: _iso(item.valid_from)),
    "valid_to": ("string", lambda item: _iso(item.valid_to)),
    "reference": ("string", lambda item: item.reference),
    "accuracy_m": ("Float64", lambda item: None if item.estimated else item.accuracy_m),
    "accuracy_source": ("string", lambda item: item.accuracy_source or None),
    "communes": ("string", lambda item: COMMUNE_SEPARATOR.join(item.communes)),
    "source": ("string", lambda item: item.source.citation if item.source else None),
}
"""Type and value of each column; dates are ISO 8601 text, which all three formats keep alike."""


def perimeters_frame(
    perimeters: Sequence[Perimeter], attributes: Sequence[Mapping[str, Value]] | None = None
) -> geopandas.GeoDataFrame:
    """Perimeters as a table in their projected CRS; Lambert-93 where there is none.

    Parameters
    ----------
    attributes : of each, in place of its own.

    Returns
    -------
    Columns code, name, kind, generation, vintage, estimated, valid_from, valid_to (ISO dates), reference, accuracy_m
    (null for an estimate), accuracy_source, communes (INSEE codes joined by ";"), source (citation), then the
    attributes in the order they are first met, then the geometry. What a perimeter does not have is null; whole numbers
    stay whole beside nulls.

    Raises
    ------
    InvalidInputError
        Perimeters in several CRS, or an attribute named like another column.
    """
    import geopandas

    crs = {item.epsg for item in perimeters}
    if len(crs) > 1:
        listed = " et ".join(f"EPSG:{code}" for code in sorted(crs))
        raise InvalidInputError(f"Périmètres dans plusieurs CRS ({listed})", advice="écrire un fichier par territoire")
    own = [item.attributes for item in perimeters] if attributes is None else attributes
    keys = list(dict.fromkeys(key for row in own for key in row))
    taken = [key for key in keys if key.lower() in (*_COLUMNS, *_RESERVED)]
    if taken:
        raise InvalidInputError(
            f"Attribut de même nom qu'une colonne de geoville : {', '.join(taken)}", advice="le renommer"
        )
    columns = {name: _typed([value(item) for item in perimeters], dtype) for name, (dtype, value) in _COLUMNS.items()}
    columns |= {key: _attribute_column([row.get(key) for row in own]) for key in keys}
    return geopandas.GeoDataFrame(
        columns, geometry=[item.geometry for item in perimeters], crs=next(iter(crs), LAMBERT_93)
    )


def perimeter_record(perimeter: Perimeter) -> dict[str, Value]:
    """One perimeter without its geometry: the columns of `perimeters_frame`, then its attributes."""
    return {name: value(perimeter) for name, (_, value) in _COLUMNS.items()} | perimeter.attributes


@dataclass(frozen=True, slots=True)
class LayerChoice:
    """Where in a GeoPackage a result goes.

    Parameters
    ----------
    name : of the layer; that of the result unless given. Formats of one layer have no use for it.
    replace : take the place of a layer of that name that geoville did not write.
    """

    name: str | None = None
    replace: bool = False


OWN_LAYER = LayerChoice()
_WRITTEN_BY = "Écrit par geoville"
"""Description of the layers that geoville writes, by which it knows them again."""


def write_perimeters(
    perimeters: Sequence[Perimeter], path: Path, *, style: LayerStyle | None = None, into: LayerChoice = OWN_LAYER
) -> None:
    """Write perimeters, by suffix: see `write_layer`."""
    write_layer(perimeters_frame(perimeters), path, layer=LAYER, style=style, into=into)


def write_layer(
    frame: geopandas.GeoDataFrame,
    path: Path,
    *,
    layer: str,
    style: LayerStyle | None = None,
    into: LayerChoice = OWN_LAYER,
) -> None:
    """Write one layer, whole or not at all; the other layers of a GeoPackage that is there stay.

    Parameters
    ----------
    frame : in a projected CRS, in metres. Formats keep it; GeoJSON (RFC 7946), KML and the text of a CSV are in WGS84.
    path : its suffix chooses the format. A Shapefile has names of ten characters, which a table beside it gives in full
        (``….champs.csv``); a DXF has outlines alone, on a layer by kind; an XLSX has no shapes but a point inside each,
        and the sheet of its sources comes with the provenance; see the notes of each writer.
    layer : name of the layer, where the format has one.
    style : how QGIS draws it: in a GeoPackage, or in a .qml beside a GeoParquet, a Shapefile or a FlatGeobuf.
    into : another name for the layer, and whether it may take the place of one that geoville did not write.

    Raises
    ------
    InvalidInputError
        The suffix is not one of those, the folder is missing or not writable, the GeoPackage has a layer of that name
        that geoville did not write, or cannot be read.

    Notes
    -----
    NaN becomes null. Coordinates are rounded vertex by vertex, not by `shapely.set_precision`, which may add, drop or
    move vertices far more than the rounding itself: what is written stays within half a unit of what was computed.
    A GeoJSON of no feature has no columns: the format holds them in the features.
    """
    driver = _driver_of(path)
    if driver in _IN_DEGREES:
        frame = _rounded(frame.to_crs(WGS84), DEGREE_DECIMALS)
    else:
        frame = _rounded(frame, MILLIMETRE_DECIMALS)
    with replacing(path) as beside, _failures_told(path):
        if driver == "Parquet":
            frame.to_parquet(beside, index=False)
        elif driver == "GeoJSON":
            made = BytesIO()  # on a disk that fills up, GDAL cuts a text short without a word
            _write_with_gdal(frame, made, driver, layer, RFC7946="YES", COORDINATE_PRECISION=str(DEGREE_DECIMALS))
            beside.write_bytes(made.getvalue())
        elif driver in _OTHERS:
            _OTHERS[driver](frame, beside, into.name or layer)
            for other in sorted(set(beside.parent.iterdir()) - {beside}):  # what a Shapefile is made of
                other.replace(path.with_name(other.name))
        else:
            name = into.name or layer
            _keep_other_layers(path, beside, name, may_replace=into.replace)
            _write_with_gdal(frame, beside, driver, name, layer_options={"DESCRIPTION": _WRITTEN_BY}, **_GPKG)
            add_titles(beside, name, {str(column): title_of(str(column)) for column in frame.columns})
            if style is not None:
                add_style(beside, name, style, geometry=_GPKG_GEOMETRY, dated=_FIXED_DATE)
    if style is not None and driver in _STYLED_BESIDE:
        write_look(qml(style), path)


_STYLED_BESIDE = {"Parquet", "ESRI Shapefile", "FlatGeobuf"}
"""Formats that hold no style: QGIS takes that of the file of the same name in .qml."""


def write_look(text: str, path: Path) -> None:
    """Write the style of a layer or of an image beside it, as QGIS looks for it: the same name, in .qml."""
    with replacing(path.with_suffix(".qml")) as beside:
        beside.write_text(text, encoding="utf-8", newline="\n")


# --- Formats that other software asks for

_SHAPEFILE_NAME, _SHAPEFILE_TEXT = 10, 254
_WKT = "WKT"
"""Name of the column in which GDAL and QGIS look for the geometry of a CSV."""


def short_names(names: Sequence[str]) -> dict[str, str]:
    """Names of ten characters at most, all different whatever their case, by the name that each stands for.

    >>> short_names(["code", "median_low_eur", "median_low", "median_low_2"])
    {'code': 'code', 'median_low_eur': 'median_low', 'median_low': 'median_l_1', 'median_low_2': 'median_l_2'}
    """
    made: dict[str, str] = {}
    for name in names:
        short, rank = name[:_SHAPEFILE_NAME], 0
        while short.lower() in {item.lower() for item in made.values()}:
            rank += 1
            short = f"{name[: _SHAPEFILE_NAME - 1 - len(str(rank))]}_{rank}"
        made[name] = short
    return made


def _write_shapefile(frame: geopandas.GeoDataFrame, path: Path, layer: str) -> None:
    """Write a Shapefile, and beside it the table of its short names; a text is cut to what the format holds."""
    columns = [str(name) for name in frame.columns if name != frame.geometry.name]
    names = short_names(columns)
    table = ["champ,nom,titre", *(f'{short},{name},"{title_of(name)}"' for name, short in names.items())]
    path.with_suffix(".champs.csv").write_text("\n".join(table) + "\n", encoding="utf-8", newline="\n")
    kept = frame.rename(columns=names)
    for name in kept.select_dtypes(["string", "object"]).columns:
        kept[name] = kept[name].map(_cut_text, na_action="ignore")
    dated = {"DBF_DATE_LAST_UPDATE": _FIXED_DATE[:10]}
    _write_with_gdal(_with_plain_flags(kept), path, "ESRI Shapefile", layer, encoding="UTF-8", layer_options=dated)


def _cut_text(text: object) -> object:
    return text.encode()[:_SHAPEFILE_TEXT].decode(errors="ignore") if isinstance(text, str) else text


def _with_plain_flags(frame: geopandas.GeoDataFrame) -> geopandas.GeoDataFrame:
    """Booleans as 0 and 1: dBASE, which has them, has no empty one."""
    flags = frame.select_dtypes(["bool", "boolean"]).columns
    return frame.astype(dict.fromkeys(flags, "Int32"))


def _write_flatgeobuf(frame: geopandas.GeoDataFrame, path: Path, layer: str) -> None:
    _write_with_gdal(frame, path, "FlatGeobuf", layer)


def _write_kml(frame: geopandas.GeoDataFrame, path: Path, layer: str) -> None:
    """Write a KML; `name` is what Google Earth shows, the other columns are in each balloon."""
    _write_with_gdal(frame, path, "LIBKML", layer)


def _write_dxf(frame: geopandas.GeoDataFrame, path: Path, layer: str) -> None:
    """Write outlines as polylines, on a layer by kind, an estimate apart from what is official."""
    import geopandas

    kinds = frame["kind"] if "kind" in frame else [layer] * len(frame)
    estimated = frame["estimated"].fillna(value=True) if "estimated" in frame else [False] * len(frame)
    layers = [f"{kind}{'_estime' if one else ''}".upper() for kind, one in zip(kinds, estimated, strict=True)]
    lines = geopandas.GeoDataFrame({"Layer": layers}, geometry=frame.boundary.to_numpy(), crs=frame.crs)
    _write_with_gdal(lines.explode(ignore_index=True), path, "DXF", "entities")


def _write_csv(frame: geopandas.GeoDataFrame, path: Path, layer: str) -> None:  # noqa: ARG001 - a CSV has no layers
    """Write a CSV in UTF-8 whose first column is the shape as WKT, in degrees; its columns keep their names."""
    shapes = frame.geometry.to_wkt(rounding_precision=DEGREE_DECIMALS)
    table = frame.drop(columns=frame.geometry.name)
    table.insert(0, _WKT, shapes)
    table.to_csv(path, index=False, encoding="utf-8", lineterminator="\n")


def _write_xlsx(frame: geopandas.GeoDataFrame, path: Path, layer: str) -> None:
    """Write a workbook: titles in French over the columns, then a point inside each shape, in degrees."""
    from openpyxl import Workbook

    inside = frame.representative_point().to_crs(WGS84)
    table = frame.drop(columns=frame.geometry.name).assign(
        lon=inside.x.round(DEGREE_DECIMALS), lat=inside.y.round(DEGREE_DECIMALS)
    )
    book = Workbook(write_only=False)
    sheet: Any = book.active
    sheet.title = layer[:_SHEET_NAME]
    fill_sheet(
        sheet,
        [title_of(str(name)) for name in table.columns],
        table.astype(object).where(table.notna(), None).itertuples(index=False),
    )
    save_workbook(book, path)


_SHEET_NAME = 31


def fill_sheet(sheet: Any, titles: Sequence[str], rows: Iterable[Iterable[Value]]) -> None:
    """Put a table in a sheet, its titles in bold and held in view; a text is never read as a formula."""
    from openpyxl.styles import Font

    for number, row in enumerate([titles, *rows], start=1):
        for column, value in enumerate(row, start=1):
            cell = sheet.cell(number, column, value)
            if isinstance(value, str):
                cell.data_type = "s"
    for cell in sheet[1]:
        cell.font = Font(bold=True)
    sheet.freeze_panes = "A2"


def save_workbook(book: Any, path: Path) -> None:
    """Save a workbook with the same bytes for the same content: dated from a constant."""
    import zipfile

    book.properties.created = book.properties.modified = datetime(1980, 1, 1)  # noqa: DTZ001 - openpyxl has no zones
    made = BytesIO()
    book.save(made)
    with zipfile.ZipFile(made) as source, zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as out:
        for name in sorted(source.namelist(), key=lambda name: (name != "[Content_Types].xml", name)):
            content = source.read(name)
            if name == "docProps/core.xml":
                content = _MODIFIED.sub(rb"\g<1>1980-01-01T00:00:00Z\g<2>", content)
            out.writestr(zipfile.ZipInfo(name), content, zipfile.ZIP_DEFLATED)


_MODIFIED = re.compile(rb"(<dcterms:modified[^>]*>)[^<]*(</dcterms:modified>)")

_OTHERS: dict[str, Callable[[geopandas.GeoDataFrame, Path, str], None]] = {
    "ESRI Shapefile": _write_shapefile,
    "FlatGeobuf": _write_flatgeobuf,
    "LIBKML": _write_kml,
    "DXF": _write_dxf,
    "CSV": _write_csv,
    "XLSX": _write_xlsx,
}


def _keep_other_layers(path: Path, beside: Path, layer: str, *, may_replace: bool) -> None:
    """Copy a GeoPackage to where the next one is written, where it has something else than the layer that is written.

    Raises
    ------
    InvalidInputError
        It has a layer of that name that geoville did not write, or cannot be read.
    """
    if not path.is_file() or not path.stat().st_size:
        return
    try:
        with closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True)) as file:
            tables = dict(file.execute("SELECT table_name, description FROM gpkg_contents").fetchall())
            if set(tables) - {layer, STYLES}:
                with closing(sqlite3.connect(beside)) as copy:  # what QGIS has not yet put into the file comes too
                    file.backup(copy)
    except sqlite3.Error as error:
        raise InvalidInputError(
            f"« {path.name} » existe, et n'est pas un GeoPackage lisible",
            advice="donner un autre nom avec --out, ou l'effacer",
        ) from error
    if layer in tables and tables[layer] != _WRITTEN_BY and not may_replace:
        raise InvalidInputError(
            f"« {path.name} » a déjà une couche « {layer} », que geoville n'a pas écrite",
            advice="écrire sous un autre nom de couche (--layer), ou la remplacer (--replace)",
        )


def _iso(day: date | None) -> str | None:
    return day.isoformat() if day else None


def _attribute_column(values: list[Value]) -> pd.api.extensions.ExtensionArray:
    """Attribute values under the narrowest type that holds them all; values of mixed natures become text."""
    types = {type(value) for value in values if value is not None}
    if types == {bool}:
        return _typed(values, "boolean")
    if types == {int}:
        return _typed(values, "Int64")
    if types and types <= {int, float}:
        return _typed(values, "Float64")
    return _typed([None if value is None else str(value) for value in values], "string")


def _typed(values: Sequence[Value], dtype: Any) -> pd.api.extensions.ExtensionArray:
    import pandas as pd

    column: pd.api.extensions.ExtensionArray = pd.array(values, dtype=dtype)
    return column


def check_layer_name(path: Path) -> None:
    """Refuse a name whose suffix is no format of layers, before the work of minutes that would be written to it.

    Raises
    ------
    InvalidInputError
        The suffix is not one that geoville writes.
    """
    _driver_of(path)


def _driver_of(path: Path) -> str:
    """GDAL's name of the format that a suffix asks for.

    Raises
    ------
    InvalidInputError
        The suffix is not one that geoville writes.
    """
    driver = _DRIVERS.get(path.suffix.lower())
    if driver is None:
        raise InvalidInputError(
            f"Format de sortie inconnu : « {path.suffix or path.name} »",
            advice=f"donner un nom de fichier en {LAYER_FORMATS}",
        )
    return driver


_BY_COLUMNS = {"GPKG", "GeoJSON", "FlatGeobuf"}
"""Drivers to which columns are handed as Arrow: the same bytes as row by row, in some two thirds of the time."""


def _write_with_gdal(
    frame: geopandas.GeoDataFrame, path: Path | BytesIO, driver: str, layer: str, **options: Any
) -> None:
    import pyogrio

    # Without a feature nothing tells GDAL the type of geometry.
    geometry_type = "Unknown" if frame.empty else None
    with _timestamps_fixed():
        pyogrio.write_dataframe(
            frame,
            path,
            layer=layer,
            driver=driver,
            geometry_type=geometry_type,
            use_arrow=driver in _BY_COLUMNS,
            **options,
        )


@contextmanager
def _failures_told(path: Path) -> Iterator[None]:
    """Say in words that GDAL or SQLite cannot write; neither gives the system's reason."""
    from pyogrio.errors import DataLayerError, DataSourceError

    try:
        yield
    except (DataLayerError, DataSourceError, sqlite3.OperationalError) as error:
        raise InvalidInputError(
            f"Impossible d'écrire « {path} »", advice="vérifier la place sur le disque et les droits d'accès"
        ) from error


@contextmanager
def _timestamps_fixed() -> Iterator[None]:
    """Make GDAL date what it writes (`last_change` of a GeoPackage) from a constant instead of the clock."""
    import pyogrio

    before: Any = pyogrio.get_gdal_config_option("OGR_CURRENT_DATE")
    pyogrio.set_gdal_config_options({"OGR_CURRENT_DATE": _FIXED_DATE})
    try:
        yield
    finally:
        pyogrio.set_gdal_config_options({"OGR_CURRENT_DATE": before})


def _rounded(frame: geopandas.GeoDataFrame, decimals: int) -> geopandas.GeoDataFrame:
    return frame.set_geometry(rounded_shapes(np.array(frame.geometry.array, dtype=object), decimals), crs=frame.crs)


def rounded_shapes(shapes: NDArray[np.object_], decimals: int) -> NDArray[np.object_]:
    """Shapes whose coordinates are rounded vertex by vertex; what was valid stays so."""
    import shapely

    def rounded(coordinates: NDArray[np.float64]) -> NDArray[np.float64]:
        return np.round(coordinates, decimals)

    moved = np.array(shapely.transform(shapes, rounded), dtype=object)
    # Two edges closer than the rounding may cross once rounded: what was valid must be written valid.
    crossed = ~shapely.is_valid(moved) & shapely.is_valid(shapes)
    moved[crossed] = [_polygons_of(shapely.make_valid(shape)) for shape in moved[crossed]]
    return moved


def _polygons_of(shape: BaseGeometry) -> BaseGeometry:
    import shapely

    parts = shapely.get_parts(shape)
    return shapely.union_all(parts[shapely.get_dimensions(parts) == shapely.get_dimensions(parts).max()])


# --- The columns of the layers that geoville writes, as people read them: titles in French for tables and for QGIS

TITLES = {
    "code": "Code",
    "name": "Nom",
    "kind": "Nature",
    "generation": "Génération",
    "vintage": "Millésime des carreaux",
    "estimated": "Contour estimé",
    "valid_from": "En vigueur du",
    "valid_to": "Jusqu'au",
    "reference": "Texte",
    "accuracy_m": "Précision du contour (m)",
    "accuracy_source": "D'où vient cette précision",
    "communes": "Communes (codes Insee)",
    "source": "Source",
    "population": "Habitants (estimés)",
    "people": "Habitants",
    "households": "Ménages",
    "share_below_threshold": "Part sous le seuil",
    "share_below_low": "Part sous le seuil, borne basse (90 %)",
    "share_below_high": "Part sous le seuil, borne haute (90 %)",
    "share_below": "Part sous le seuil",
    "median_eur": "Revenu déclaré médian estimé (€ par UC et par an)",
    "median_low_eur": "Revenu médian, borne basse (90 %)",
    "median_high_eur": "Revenu médian, borne haute (90 %)",
    "standard_error_eur": "Erreur type du revenu médian (€)",
    "threshold_eur": "Seuil du décret (€ par UC et par an)",
    "mean_eur": "Niveau de vie moyen (€ par UC et par an)",
    "poor_share": "Part des ménages pauvres",
    "imputed": "Valeurs imputées par l'Insee",
    "euros_of": "Année des euros",
    "share_imputed": "Part des habitants en carreaux imputés",
    "share_covered": "Part de la surface couverte par les données",
    "coverage": "Couverture (whole, partial, none)",
    "figures_estimated": "Chiffres estimés",
    "outcome": "Conditions du décret (met, not_met, uncertain, unknown)",
    "cells": "Carreaux",
    "area_m2": "Surface (m²)",
    "iris": "IRIS (codes)",
    "commune": "Commune (code Insee)",
    "unit": "Unité urbaine",
    "unverified": "Ce qui n'a pas été vérifié",
    "scenario": "Scénario",
    "idcar_200m": "Carreau (identifiant Insee)",
    "scenarios": "Scénarios qui retiennent le carreau",
    "share": "Part des scénarios",
    "core": "Dans tous les scénarios",
    "own": "Dans le scénario du décret",
    "change": "Changement",
    "origin": "Origine",
    "reason": "Motif",
    "evidence": "Preuve",
    "secret": "Sous secret statistique",
    "ind": "Habitants",
    "men": "Ménages",
    "men_surf": "Surface des logements (m²)",
    "surface_moyenne_m2": "Surface moyenne d'un logement (m²)",
    "people_in_qpv": "Habitants en QPV",
    "share_in_qpv": "Part des habitants en QPV",
    "people_change": "Évolution des habitants",
    "mean_change": "Évolution du niveau de vie moyen",
    "lon": "Longitude d'un point intérieur",
    "lat": "Latitude d'un point intérieur",
}


_OF_A_YEAR = {"people": "Habitants", "mean_eur": "Niveau de vie moyen (€ par UC)", "share_covered": "Part couverte"}


def title_of(column: str) -> str:
    """Title of a column in French; its name where it has none, as those that come from the user's files.

    >>> title_of("ind_0_3"), title_of("part_log_soc"), title_of("people_2015"), title_of("zonage")
    ('Habitants de 0 à 3 ans', 'Logements sociaux (part)', 'Habitants en 2015', 'zonage')
    """
    if column in TITLES:
        return TITLES[column]
    if column.startswith("part_") and title_of(column[5:]) != column[5:]:
        return f"{title_of(column[5:])} (part)"
    stem, _, year = column.rpartition("_")
    if stem in _OF_A_YEAR and year.isdigit():
        return f"{_OF_A_YEAR[stem]} en {year}"
    from geoville.carroyage.portrait import AGES, OF_HOUSEHOLDS

    return f"Habitants de {AGES[column]}" if column in AGES else OF_HOUSEHOLDS.get(column, column)
