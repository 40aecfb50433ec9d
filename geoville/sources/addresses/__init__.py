"""Lists of addresses and of named places, read from CSV or GeoJSON and checked line by line.

Two address layouts are known: the BAN's (`;`, accuracy in `type_position`) and a small one (`,`, accuracy in
`precision`). Places come as CSV, or as GeoJSON points with a `name` or `nom`.
"""

from __future__ import annotations

import csv
import io
import json
import re
from typing import TYPE_CHECKING, Any

from geoville.errors import AddressListError, Location
from geoville.model import Address, AddressList
from geoville.sources.addresses.cells import degrees, fault, known_precision, position_of
from geoville.sources.addresses.layouts import ADDRESS_COLUMNS, ban_address

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

__all__ = ["Row", "degrees", "place_rows", "read_addresses", "read_places"]

Row = tuple[int, dict[str, str]]
"""Line number of a row in its file (header: 1), and its cells by column."""

PLACE_COLUMNS = ("name", "lon", "lat", "address")
UNSAID_PLACE = "declared"

_POSTAL_ADDRESS = re.compile(r"(?P<street>.*?),?\s*(?P<postcode>\d{5})\s+(?P<city>.+)")


def read_addresses(path: Path, *, complete: bool, name: str) -> AddressList:
    """Read a list of addresses.

    Parameters
    ----------
    path : CSV in the BAN layout or in the small one; the separator (`;` or `,`) and the encoding (UTF-8 with or
        without BOM, else cp1252) are detected.
    complete : whether every address of the towns listed is there.
    name : French noun phrase that names the list ("la liste embarquée").

    Raises
    ------
    AddressListError
        The first fault: missing column, empty list, duplicate id, number, code, position or precision that cannot be.
    """
    by_id: dict[str, Address] = {}
    for line, row in csv_rows(path, ADDRESS_COLUMNS):
        if row["id"] in by_id:
            fault("Identifiant d'adresse présent deux fois", path, line, "id", row["id"])
        by_id[row["id"]] = ban_address(path, line, row)
    return AddressList(tuple(by_id.values()), complete, name)


def read_places(path: Path) -> tuple[Address, ...]:
    """Read named places from CSV or Parquet, or from GeoJSON points (WGS84) with a `name` or `nom`.

    The precision is the file's; where it says none, it is deduced from the category and the postal address (a
    street-level geocode, a station, a numbered address), else taken as declared by whoever made the file.

    Raises
    ------
    AddressListError
        The first fault: missing column or name, geometry that is not a point, position or precision that cannot be.
    """
    return tuple(_place(path, line, row) for line, row in place_rows(path, PLACE_COLUMNS))


def place_rows(path: Path, required: tuple[str, ...], *, unplaced: bool = False) -> Iterator[Row]:
    """Rows of a file of places, whatever its format.

    Parameters
    ----------
    required : columns of a table.
    unplaced : take a GeoJSON feature without geometry instead of refusing it.
    """
    suffix = path.suffix.lower()
    if suffix in {".geojson", ".json"}:
        return geojson_rows(path, unplaced=unplaced)
    return parquet_rows(path, required) if suffix == ".parquet" else csv_rows(path, required)


def _place(path: Path, line: int, row: dict[str, str]) -> Address:
    if not row["name"]:
        fault("Lieu sans nom", path, line, "name", None)
    lon, lat = position_of(path, line, row)
    postal = _POSTAL_ADDRESS.fullmatch(row["address"])
    said = row.get("precision", "")
    return Address(
        id=f"{path.stem}:{line}",
        number=None,
        suffix="",
        street=postal["street"] if postal else row["address"],
        place=row["name"],
        postcode=postal["postcode"] if postal else "",
        citycode="",
        city=postal["city"] if postal else "",
        lon=lon,
        lat=lat,
        precision=known_precision(path, line, "precision", said) if said else _deduced_precision(row),
        source=row.get("source", ""),
        category=row.get("category", ""),
    )


def _deduced_precision(row: dict[str, str]) -> str:
    category, address = row.get("category", ""), row["address"]
    if "street" in category or (address and not address[0].isdigit()):
        return "street"
    if category.startswith(("gare", "halte")):
        return "station"
    return "adresse" if address else UNSAID_PLACE


def csv_rows(path: Path, required: tuple[str, ...]) -> Iterator[Row]:
    """Rows of a CSV file, cells trimmed, blank lines left out."""
    text = _text(path)
    header = text.split("\n", maxsplit=1)[0]
    separator = ";" if header.count(";") > header.count(",") else ","
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator)
    try:
        columns = [column.strip() for column in next(reader, [])]
        for column in required:
            if column not in columns:
                fault("Colonne absente", path, 1, column, None, f"colonnes attendues : {', '.join(required)}")
        yield from _data_rows(path, ((reader.line_num, cells) for cells in reader), columns)
    except csv.Error:
        fault("Ligne que le format CSV ne permet pas", path, reader.line_num, None, None, "vérifier les guillemets")


def parquet_rows(path: Path, required: tuple[str, ...]) -> Iterator[Row]:
    """Rows of a Parquet table, with their rank; what is null becomes empty."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        table = pq.read_table(path)
    except (OSError, pa.ArrowException):
        fault("Fichier illisible", path, None, None, None, "donner une table Parquet")
    for column in required:
        if column not in table.column_names:
            fault("Colonne absente", path, None, column, None, f"colonnes attendues : {', '.join(required)}")
    for rank, row in enumerate(table.to_pylist(), start=1):
        yield rank, {column: "" if value is None else str(value).strip() for column, value in row.items()}


def _data_rows(path: Path, numbered: Iterator[tuple[int, list[str]]], columns: list[str]) -> Iterator[Row]:
    empty = True
    for line, cells in numbered:
        if not any(cells):
            continue
        if len(cells) != len(columns):
            fault(f"Ligne de {len(cells)} cases au lieu de {len(columns)}", path, line, None, None)
        empty = False
        yield line, dict(zip(columns, (cell.strip() for cell in cells), strict=True))
    if empty:
        fault("Liste vide", path, None, None, None, "donner au moins une ligne sous l'en-tête")


def geojson_rows(path: Path, *, unplaced: bool = False) -> Iterator[Row]:
    """Points of a GeoJSON file as rows, with their rank.

    Parameters
    ----------
    unplaced : take a feature without geometry, with an empty `lon` and `lat`, instead of refusing it.
    """
    try:
        document = json.loads(_text(path))
        features = list(document["features"])
    except (ValueError, KeyError, TypeError):
        fault("Fichier qui n'est pas une collection GeoJSON", path, None, None, None)
    if not features:
        fault("Liste vide", path, None, None, None, "donner au moins un point")
    for rank, feature in enumerate(features, start=1):
        yield rank, _feature_row(path, rank, feature, unplaced=unplaced)


def _feature_row(path: Path, rank: int, feature: Any, *, unplaced: bool) -> dict[str, str]:
    try:
        geometry = feature["geometry"]
        if geometry is None and unplaced:
            geometry = {"type": "Point", "coordinates": ("", "")}
        kind = geometry["type"]
        lon, lat = geometry["coordinates"][:2]
        properties = feature.get("properties") or {}
        texts = {str(key): "" if value is None else str(value).strip() for key, value in properties.items()}
    except (KeyError, TypeError, ValueError, AttributeError):
        kind = None
    if kind != "Point":
        fault("Lieu qui n'est pas un point", path, rank, "geometry", None, "donner un point par lieu")
    name = texts.get("name") or texts.get("nom") or ""
    return {"address": "", **texts, "name": name, "lon": str(lon), "lat": str(lat)}


def _text(path: Path) -> str:
    try:
        content = path.read_bytes()
    except OSError as error:
        raise AddressListError(
            "Fichier illisible", where=Location(file=path.name), advice="vérifier le chemin"
        ) from error
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        pass
    try:
        return content.decode("cp1252")
    except UnicodeDecodeError:
        fault("Encodage inconnu", path, None, None, None, "enregistrer le fichier en UTF-8")
