"""Tables of PostGIS, read and written in one transaction."""

from __future__ import annotations

import hashlib
import json
import re
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, cast
from urllib.parse import SplitResult, parse_qsl, unquote, urlsplit

from geoville.errors import DataUnavailableError, GeovilleError, InvalidInputError, Location
from geoville.extras import need
from geoville.sources.files import kept_everywhere, replacing, sha256_of
from geoville.sources.rows.csv import recognise_dialect

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from contextlib import AbstractContextManager
    from pathlib import Path

    import psycopg
    import pyarrow as pa
    from psycopg import sql
    from pyproj import CRS

    Driver = psycopg.Connection[tuple[Any, ...]]


# --- Where a table is: `postgresql://user@host:port/base#schema.table`, read strictly

SCHEME = "postgresql"
DEFAULT_SCHEMA = "public"
LONGEST_NAME_BYTES = 63
"""PostgreSQL cuts longer names without a word: another table would be written."""

_FORM = "postgresql://utilisateur@serveur:5432/base#schema.table"
_OPTIONS = ("connect_timeout", "host", "sslmode", "sslrootcert")
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")
_MALFORMED_ESCAPE = re.compile(r"%(?![0-9A-Fa-f]{2})")


@dataclass(frozen=True, slots=True)
class PostgisAddress:
    """A table of a PostgreSQL database.

    Parameters
    ----------
    user, password, host, port : None where the address leaves them to PGUSER, PGPASSWORD, ~/.pgpass, PGHOST, PGPORT.
    schema, table : as PostgreSQL keeps them, upper and lower case apart; never quoted.
    options : of the connection, by their libpq names.
    """

    user: str | None
    password: str | None = field(repr=False)
    host: str | None
    port: int | None
    base: str
    schema: str
    table: str
    options: tuple[tuple[str, str], ...] = ()

    @property
    def server(self) -> str:
        """Where the server listens, for people."""
        host = self.host or dict(self.options).get("host") or "local"
        return f"{host}:{self.port}" if self.port else host


def parse_postgis_address(text: str) -> PostgisAddress:
    """Read the address of a table.

    A name that holds a dot, a space or a number sign is written as in any URL: ``%2E``, ``%20``, ``%23``.

    Raises
    ------
    InvalidInputError
        Another scheme, no base, no table, a port or an option that is none, a name that PostgreSQL would cut. The
        sentence never repeats the address, which may hold a password.

    Examples
    --------
    >>> address = parse_postgis_address("postgresql://ana:secret@localhost:5433/ville#qpv.candidats")
    >>> address.server, address.base, address.schema, address.table
    ('localhost:5433', 'ville', 'qpv', 'candidats')
    >>> parse_postgis_address("postgresql:///ville#candidats").schema
    'public'
    """
    if _CONTROL.search(text) or _MALFORMED_ESCAPE.search(text):
        raise _fault("L'adresse PostgreSQL porte un caractère interdit", "écrire « % » sous la forme « %25 »")
    try:
        parts = urlsplit(text, allow_fragments=True)
        port = parts.port
    except ValueError as error:
        raise _fault("L'adresse PostgreSQL est illisible", f"l'écrire {_FORM}") from error
    if parts.scheme != SCHEME or not text.lower().startswith(f"{SCHEME}://"):
        raise _fault("L'adresse n'est pas celle d'une table PostgreSQL", f"l'écrire {_FORM}")
    schema, table = _table_of(parts.fragment)
    return PostgisAddress(
        user=_decoded(parts.username),
        password=_decoded(parts.password),
        host=_decoded(parts.hostname),
        port=port,
        base=_base_of(parts.path),
        schema=schema,
        table=table,
        options=_options_of(parts),
    )


def _table_of(fragment: str) -> tuple[str, str]:
    names = [unquote(name) for name in fragment.split(".")]
    if fragment == "" or "" in names:
        raise _fault("L'adresse PostgreSQL ne nomme pas de table", f"l'écrire {_FORM}")
    if len(names) > 2:  # noqa: PLR2004 - schema and table
        raise _fault(
            "L'adresse PostgreSQL nomme plus qu'un schéma et une table", "écrire « %2E » le point d'un nom qui en a un"
        )
    for name in names:
        _check_name(name)
    return (names[0], names[1]) if len(names) > 1 else (DEFAULT_SCHEMA, names[0])


def _check_name(name: str) -> None:
    if _CONTROL.search(name):
        raise _fault("Le nom de la table porte un caractère de contrôle", "l'ôter")
    if len(name.encode()) > LONGEST_NAME_BYTES:
        raise _fault(f"Le nom « {name} » est trop long pour PostgreSQL", f"ne pas dépasser {LONGEST_NAME_BYTES} octets")


def _base_of(path: str) -> str:
    base = unquote(path.removeprefix("/"))
    if not base or "/" in base or _CONTROL.search(base):
        raise _fault("L'adresse PostgreSQL ne nomme pas une base", f"l'écrire {_FORM}")
    return base


def _options_of(parts: SplitResult) -> tuple[tuple[str, str], ...]:
    try:
        options = parse_qsl(parts.query, strict_parsing=True) if parts.query else []
    except ValueError as error:
        raise _fault(
            "Les options de l'adresse PostgreSQL sont illisibles", "les écrire « ?sslmode=require »"
        ) from error
    unknown = sorted({name for name, _ in options} - set(_OPTIONS))
    if unknown:
        # Anything may stand there, a password too: the name alone is told.
        raise _fault(f"Option de connexion inconnue : {', '.join(unknown)}", f"choisir parmi {', '.join(_OPTIONS)}")
    return tuple(options)


def _decoded(text: str | None) -> str | None:
    return unquote(text) if text else None


def _fault(message: str, advice: str) -> InvalidInputError:
    return InvalidInputError(message, advice=advice)


def fetch_table(address: str, folder: Path) -> Path:
    """Copy a table or a view to ``<table>.parquet``, whole or not at all.

    Parameters
    ----------
    folder : where the file goes; what its name may not hold is written "_".

    Returns
    -------
    GeoParquet in the table's own CRS, plain Parquet where the table has no geometry. Rows are in the order of the
    primary key, else as the table keeps them. Types and nulls are kept: a `numeric` is a whole number where its type
    says so, else a float; what Arrow has no type for (JSON, lists, intervals…) is text. Read in one transaction, chunk
    by chunk: memory does not depend on the number of rows.

    Raises
    ------
    InvalidInputError
        The address is none, the role, base, schema or table is refused, the geometry has no SRID or several.
    DataUnavailableError
        The server does not answer, or stops answering.
    """
    return fetch(parse_postgis_address(address), folder)


def table_exists(address: str) -> bool:
    """Whether a table, a view or anything else of that name is in the base.

    Raises
    ------
    InvalidInputError, DataUnavailableError
        As `fetch_table`.
    """
    place = parse_postgis_address(address)
    with transaction(place) as driver:
        return standing_at(driver, place) is not None


def push_table(written: Path, address: str) -> None:
    """Write a file as a table, whole or not at all, with its provenance.

    Parameters
    ----------
    written : GeoPackage, GeoJSON, GeoParquet, Parquet or CSV; ``<name>.provenance.json`` beside it is kept as a row of
        the table `geoville_provenance` of the same schema, with the SHA-256 of the file.

    Raises
    ------
    InvalidInputError
        As `fetch_table`; PostGIS is not installed in the base; a table of that name was not written by geoville; views
        depend on it; the role may not write.
    DataUnavailableError
        The server does not answer, or stops answering: what was there before is untouched.

    Notes
    -----
    One transaction fills a new table, indexes it (primary key `fid`, GiST index on `geom`), then puts it in the place
    of the old one, whose grants it takes: who reads sees the old one or the new one. Lines and polygons are of the
    multiple type, in two dimensions, with the SRID of the file. Comments in French say the sources, their licences, and
    what is an estimate.
    """
    push(written, parse_postgis_address(address))


# --- Columns of a table of PostgreSQL: how each is asked for, and under which type of Arrow it is kept

_GEOMETRIES = ("geometry", "geography")
_ARROW_NAMES = {
    "bool": "bool",
    "int2": "int16",
    "int4": "int32",
    "int8": "int64",
    "float4": "float32",
    "float8": "float64",
    "date": "date32",
    "bytea": "binary",
}
_LONGEST_WHOLE_DIGITS = 18


@dataclass(frozen=True, slots=True)
class TableColumn:
    """A column as it is read.

    Parameters
    ----------
    expression : what SELECT asks for.
    modifier : of the type, as PostgreSQL packs it; -1 where there is none. A geometry's holds its SRID.
    """

    name: str
    sql_type: str
    type: pa.DataType
    expression: sql.Composable
    modifier: int

    @property
    def is_geometry(self) -> bool:
        """Whether the column holds shapes."""
        return self.sql_type in _GEOMETRIES


def describe(driver: Driver, address: PostgisAddress) -> tuple[TableColumn, ...]:
    """Columns of a table or view, in its order.

    Raises
    ------
    InvalidInputError
        The schema does not exist.
    psycopg.Error
        The table does not exist or may not be read.
    """
    from psycopg import sql

    if not driver.execute("SELECT 1 FROM pg_namespace WHERE nspname = %s", (address.schema,)).fetchone():
        raise InvalidInputError(f"Le schéma « {address.schema} » n'existe pas", advice="vérifier son nom")
    table = sql.Identifier(address.schema, address.table)
    cursor = driver.execute(sql.SQL("SELECT * FROM {} LIMIT 0").format(table))
    found, raw = cursor.description or [], cursor.pgresult
    codes = [column.type_code for column in found]
    names: dict[int, str] = dict(
        driver.execute("SELECT oid::int8, typname FROM pg_type WHERE oid = ANY(%s)", (codes,)).fetchall()
    )
    return tuple(
        _column(column.name, names[column.type_code], column.precision, column.scale, raw.fmod(rank) if raw else -1)
        for rank, column in enumerate(found)
    )


def geometry_of(driver: Driver, address: PostgisAddress, columns: tuple[TableColumn, ...]) -> tuple[str, CRS] | None:
    """Name and CRS of the geometry of a table; None where it has none.

    Raises
    ------
    InvalidInputError
        Several geometries, no SRID, several ones, or one that is not a known CRS.
    """
    shapes = [column for column in columns if column.is_geometry]
    if not shapes:
        return None
    if len(shapes) > 1:
        raise InvalidInputError(
            f"La table {_named(address)} a {len(shapes)} colonnes de géométrie",
            advice="en faire une vue qui n'en garde qu'une",
        )
    return shapes[0].name, _crs(driver, address, _srid(driver, address, shapes[0]))


def _column(name: str, sql_type: str, precision: int | None, scale: int | None, modifier: int) -> TableColumn:
    import pyarrow as pa
    from psycopg import sql

    quoted = sql.Identifier(name)
    kept = {
        "timestamp": pa.timestamp("us"),
        "timestamptz": pa.timestamp("us", "UTC"),
        **{known: pa.type_for_alias(arrow) for known, arrow in _ARROW_NAMES.items()},
    }
    if sql_type in _GEOMETRIES:
        return TableColumn(name, sql_type, pa.binary(), sql.SQL("ST_AsBinary({})").format(quoted), modifier)
    if sql_type == "numeric":
        whole = scale == 0 and (precision or 0) <= _LONGEST_WHOLE_DIGITS
        target, asked = (pa.int64(), "{}::int8") if whole else (pa.float64(), "{}::float8")
        return TableColumn(name, sql_type, target, sql.SQL(asked).format(quoted), modifier)
    if sql_type in kept:
        return TableColumn(name, sql_type, kept[sql_type], quoted, modifier)
    return TableColumn(name, sql_type, pa.string(), sql.SQL("{}::text").format(quoted), modifier)


def _srid(driver: Driver, address: PostgisAddress, shape: TableColumn) -> int:
    """SRID that the type of the column says, else the one that all its shapes have."""
    from psycopg import sql

    typed = (
        driver.execute("SELECT postgis_typmod_srid(%s)", (shape.modifier,)).fetchone() if shape.modifier >= 0 else None
    )
    if typed and typed[0]:
        return int(typed[0])
    query = sql.SQL("SELECT DISTINCT ST_SRID({}::geometry) AS srid FROM {} WHERE {} IS NOT NULL ORDER BY srid LIMIT 2")
    column, table = sql.Identifier(shape.name), sql.Identifier(address.schema, address.table)
    srids = [int(srid) for (srid,) in driver.execute(query.format(column, table, column)).fetchall()]
    if len(srids) > 1:
        listed = " et ".join(map(str, srids))
        raise InvalidInputError(
            f"Les géométries de {_named(address)} sont dans plusieurs systèmes de coordonnées (SRID {listed})",
            advice="les mettre dans un seul, avec ST_Transform",
        )
    if not srids or srids[0] == 0:
        raise InvalidInputError(
            f"La géométrie de {_named(address)} ne dit pas son système de coordonnées (SRID)",
            advice="le lui donner, avec UpdateGeometrySRID",
        )
    return srids[0]


def _crs(driver: Driver, address: PostgisAddress, srid: int) -> CRS:
    from pyproj import CRS
    from pyproj.exceptions import CRSError

    row = driver.execute("SELECT auth_name, auth_srid, srtext FROM spatial_ref_sys WHERE srid = %s", (srid,)).fetchone()
    authority, code, text = row or ("EPSG", srid, "")
    for written in (f"{authority}:{code}", text):
        try:
            return CRS.from_user_input(written)
        except CRSError:
            continue
    raise InvalidInputError(
        f"Le système de coordonnées de {_named(address)} n'est pas connu (SRID {srid})",
        advice="la transformer en Lambert-93 (SRID 2154), avec ST_Transform",
    )


def _named(address: PostgisAddress) -> str:
    return f"« {address.schema}.{address.table} »"


# --- What a table says of itself in the base: comments in French, for those who open it in QGIS or pgAdmin

SIGNATURE = "Table écrite par geoville"
"""Ends the comment of a table that geoville wrote, and may therefore replace."""

ESTIMATED = "Estimé, sans valeur réglementaire"
_PARTLY_ESTIMATED = f"{ESTIMATED} là où la colonne estimated est vraie"

_COMMON: Mapping[str, str] = {"fid": "Numéro de la ligne, dans l'ordre du fichier", "geom": "Géométrie"}
_PERIMETERS: Mapping[str, str] = {
    "code": "Code du périmètre",
    "name": "Nom",
    "kind": "Nature : qpv, candidat, veille, vecu, zus, cucs, npnru ou zfu",
    "generation": "Génération du zonage officiel (2015 ou 2024)",
    "vintage": "Millésime des revenus de la grille",
    "estimated": f"Vrai : {ESTIMATED.lower()} ; faux : contour officiel",
    "valid_from": "Premier jour en vigueur (AAAA-MM-JJ)",
    "valid_to": "Dernier jour en vigueur (AAAA-MM-JJ)",
    "reference": "Texte de droit",
    "communes": "Codes Insee des communes touchées, séparés par des points-virgules",
    "source": "Source à citer",
    "population": "Habitants",
    "households": "Ménages",
    "share_below_threshold": "Part estimée des habitants sous le seuil, de 0 à 1",
    "share_below_low": "Part sous le seuil : borne basse de l'intervalle à 90 %",
    "share_below_high": "Part sous le seuil : borne haute de l'intervalle à 90 %",
    "median_eur": "Revenu déclaré médian estimé, en euros par UC et par an",
    "median_low_eur": "Revenu médian : borne basse de l'intervalle à 90 %, en euros par UC et par an",
    "median_high_eur": "Revenu médian : borne haute de l'intervalle à 90 %, en euros par UC et par an",
    "threshold_eur": "Seuil de revenu, en euros par UC et par an",
    "euros_of": "Année des euros des montants : celle des revenus de référence",
    "share_imputed": "Part de la population en carreaux imputés par l'Insee, de 0 à 1",
    "cells": "Nombre de carreaux de 200 m",
    "area_m2": "Surface, en mètres carrés",
    "iris": "Codes des IRIS touchés, séparés par des points-virgules",
    "change": "enter : entre, leave : sort, stay : reste",
    "old_code": "Code du périmètre d'avant",
    "old_name": "Nom du périmètre d'avant",
    "new_code": "Code du périmètre d'après",
    "new_name": "Nom du périmètre d'après",
    "people": "Habitants",
    "unverified": "Ce sur quoi le calcul repose sans que le texte ait été lu",
}
_ANSWERS: Mapping[str, str] = {
    "qpv_date": "Jour auquel la réponse vaut",
    "qpv_verdict": "inside, outside, uncertain ou not_found",
    "qpv_basis": "official : contour officiel ; estimated : estimation, sans valeur réglementaire",
    "qpv_code": "Code du périmètre qui répond, ou du plus proche",
    "qpv_nom": "Nom de ce périmètre",
    "qpv_generation": "Génération de ce périmètre",
    "qpv_distance_m": "Distance à sa limite, en mètres ; négative à l'intérieur",
    "qpv_raison": "La réponse en une phrase",
    "qpv_lecture": "Ce qui a été lu autrement que ce n'est écrit",
}


def column_comments(names: Sequence[str]) -> Mapping[str, str]:
    """Comments of the columns that geoville names; those of a user's file keep their meaning to themselves."""
    return {**_COMMON, **_ANSWERS, **(_PERIMETERS if "estimated" in names else {})}


def table_comment(provenance: Mapping[str, Any] | None, estimated: tuple[bool, bool]) -> str:
    """Nature, command, sources and licences of a table.

    Parameters
    ----------
    provenance : the document that geoville writes beside a result; None where there is none.
    estimated : whether some rows are estimates, and whether all are.

    Examples
    --------
    >>> table_comment({"command": "data raster", "sources": []}, (True, True))
    'Estimé, sans valeur réglementaire. Commande : geoville data raster. Table écrite par geoville.'
    """
    some, every = estimated
    document = provenance or {}
    sources = " ; ".join(_citation(source) for source in document.get("sources", ()))
    parts = (
        ESTIMATED if every else _PARTLY_ESTIMATED if some else "",
        f"Commande : geoville {document['command']}" if document.get("command") else "",
        f"Sources : {sources}" if sources else "",
        SIGNATURE,
    )
    return "".join(f"{part.rstrip('.')}. " for part in parts if part).strip()


def _citation(source: Mapping[str, Any]) -> str:
    words = [str(source[key]) for key in ("producer", "title", "vintage") if source.get(key)]
    licence = f" ({source['licence']})" if source.get("licence") else ""
    return ", ".join(words) + licence


# --- What PostgreSQL refuses, as one French sentence that never holds a password nor a value

_AUTHENTICATION = re.compile(
    r"\b[Pp]eer authentication failed|password authentication failed|authentification .*échouée|no password supplied"
    r"|(role|rôle) .*(does not exist|n'existe pas)"
)
_NO_BASE = re.compile("(database .* does not exist|base de données .* n'existe pas)")
_NO_ENTRY = "pg_hba.conf"
_SERVER_SPEAKS = "FATAL"
_CUT = ("08", "57P")
"""Classes of SQLSTATE: connection exceptions, and the server's own shutdowns."""


def refusal_of(error: psycopg.Error, address: PostgisAddress) -> GeovilleError:
    """Tell in French why no connection was made: psycopg has no code for it, only a text, in the server's language."""
    text = str(error)
    if _AUTHENTICATION.search(text):
        return InvalidInputError(
            f"Le serveur « {address.server} » refuse le mot de passe ou l'utilisateur",
            advice="vérifier l'utilisateur, et donner le mot de passe par PGPASSWORD ou ~/.pgpass",
        )
    if _NO_ENTRY in text:
        return InvalidInputError(
            f"Le serveur « {address.server} » n'accepte pas cet utilisateur depuis cette machine",
            advice="demander l'accès à l'administrateur de la base (pg_hba.conf)",
        )
    if _NO_BASE.search(text):
        return InvalidInputError(
            f"La base « {address.base} » n'existe pas sur le serveur « {address.server} »", advice="vérifier son nom"
        )
    if _SERVER_SPEAKS in text:
        return InvalidInputError(
            f"Le serveur « {address.server} » refuse la connexion à la base « {address.base} »",
            advice="vérifier l'utilisateur et ses droits",
        )
    return DataUnavailableError(
        f"Le serveur PostgreSQL « {address.server} » ne répond pas",
        advice="vérifier l'adresse et le port, et que le serveur est lancé",
    )


def failure_of(error: psycopg.Error, address: PostgisAddress) -> GeovilleError:
    """Tell in French what failed once connected."""
    import psycopg

    state = error.sqlstate
    is_cut = state.startswith(_CUT) if state else isinstance(error, psycopg.OperationalError)
    if is_cut:
        return DataUnavailableError(
            f"La connexion à « {address.server} » a été coupée avant la fin",
            advice="rien n'a été écrit ; recommencer quand le serveur répond",
        )
    return _by_state(state or "", error, address)


def _by_state(state: str, error: psycopg.Error, address: PostgisAddress) -> GeovilleError:
    name = f"« {address.schema}.{address.table} »"
    sentences = {
        "42501": (
            f"L'utilisateur n'a pas les droits qu'il faut sur {name}",
            "les demander à l'administrateur de la base (lire la table ; pour écrire, GRANT CREATE sur le schéma)",
        ),
        "3F000": (f"Le schéma « {address.schema} » n'existe pas", "le créer (CREATE SCHEMA) ou vérifier son nom"),
        "42P01": (f"La table {name} n'existe pas", "vérifier son nom, majuscules comprises"),
        "2BP01": (
            f"D'autres objets de la base, des vues par exemple, dépendent de {name}",
            "les supprimer d'abord, ou écrire dans une autre table",
        ),
        "55P03": (f"La table {name} est occupée par quelqu'un d'autre", "recommencer dans un moment"),
        "53100": ("Le disque du serveur est plein", "faire de la place ou prévenir l'administrateur de la base"),
        "25006": ("Le serveur n'accepte que la lecture", "écrire sur le serveur principal"),
    }
    if state in sentences:
        message, advice = sentences[state]
        return InvalidInputError(message, advice=advice)
    told = f" ({type(error).__name__}, code {state})" if state else f" ({type(error).__name__})"
    return InvalidInputError(
        f"PostgreSQL refuse l'opération sur {name}{told}", advice="montrer ce code à l'administrateur de la base"
    )


# --- One transaction on a PostgreSQL base; whatever fails there becomes one French sentence

_CONNECT_TIMEOUT_S = "10"


@contextmanager
def transaction(address: PostgisAddress) -> Iterator[Driver]:
    """Open a connection and a transaction: committed at the end, rolled back by any error.

    Raises
    ------
    InvalidInputError
        The server refuses the role, the base or what is asked of it.
    DataUnavailableError
        The server does not answer or stops answering, or the package that speaks to it is not installed.
    """
    connected = _connected(address)
    import psycopg

    try:
        with connected as driver:
            yield driver
    except psycopg.Error as error:
        raise failure_of(error, address) from error


def _connected(address: PostgisAddress) -> Driver:
    need("postgis")
    import psycopg
    from psycopg.conninfo import make_conninfo

    place = {"host": address.host, "port": address.port, "dbname": address.base}
    role = {"user": address.user, "password": address.password}
    options = {"connect_timeout": _CONNECT_TIMEOUT_S, "application_name": "geoville", **dict(address.options)}
    try:
        return psycopg.connect(make_conninfo("", **place, **role, **options))
    except psycopg.Error as error:
        raise refusal_of(error, address) from error


# --- Bring a table of PostGIS to a file: chunk by chunk, so that a country takes no more memory than a town

ROWS_AT_A_TIME = 20_000
_GEOPARQUET = "1.0.0"
_NOT_IN_FILE_NAMES = re.compile(r"[^\w.-]+|^\.+")


def fetch(address: PostgisAddress, folder: Path) -> Path:
    """Copy a table or a view to ``<table>.parquet``, whole or not at all: see `postgis.fetch_table`."""
    path = folder / kept_everywhere(f"{_NOT_IN_FILE_NAMES.sub('_', address.table)}.parquet")
    with transaction(address) as driver, replacing(path) as beside:
        _read_one_state(driver)
        columns = describe(driver, address)
        shape = geometry_of(driver, address, columns)
        _stream(driver, address, columns, _schema(columns, shape), beside)
    return path


def _read_one_state(driver: Driver) -> None:
    """Make all that follows see one state of the base, in the order in which the table keeps its rows."""
    driver.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
    driver.execute("SET LOCAL synchronize_seqscans = off")


def _schema(columns: tuple[TableColumn, ...], shape: tuple[str, CRS] | None) -> pa.Schema:
    import pyarrow as pa

    schema = pa.schema([(column.name, column.type) for column in columns])
    if shape is None:
        return schema
    name, crs = shape
    described = {"encoding": "WKB", "geometry_types": [], "crs": crs.to_json_dict()}
    document = {"version": _GEOPARQUET, "primary_column": name, "columns": {name: described}}
    return schema.with_metadata({"geo": json.dumps(document)})


def _stream(
    driver: Driver, address: PostgisAddress, columns: tuple[TableColumn, ...], schema: pa.Schema, path: Path
) -> None:
    import pyarrow as pa
    import pyarrow.parquet as pq
    from psycopg import sql

    query = sql.SQL("SELECT {} FROM {} {}").format(
        sql.SQL(", ").join(column.expression for column in columns),
        sql.Identifier(address.schema, address.table),
        _order(driver, address),
    )
    with driver.cursor("geoville", binary=True) as cursor, pq.ParquetWriter(path, schema) as writer:
        cursor.execute(query)
        while rows := cursor.fetchmany(ROWS_AT_A_TIME):
            try:
                values = zip(*rows, strict=True)
                arrays = [pa.array(cells, field.type) for cells, field in zip(values, schema, strict=True)]
            except (pa.ArrowException, OverflowError, ValueError) as error:
                raise InvalidInputError(
                    f"Une valeur de la table « {address.schema}.{address.table} » ne tient pas dans un fichier",
                    advice="en faire une vue où elle est écrite autrement",
                ) from error
            writer.write_table(pa.table(arrays, schema=schema))


def _order(driver: Driver, address: PostgisAddress) -> sql.Composable:
    """In the order of the primary key, so that the same table gives the same bytes."""
    from psycopg import sql

    keys = driver.execute(
        "SELECT a.attname FROM pg_index i JOIN pg_class c ON c.oid = i.indrelid"
        " JOIN pg_namespace n ON n.oid = c.relnamespace"
        " JOIN unnest(i.indkey::smallint[]) WITH ORDINALITY AS k (number, rank) ON true"
        " JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum = k.number"
        " WHERE i.indisprimary AND n.nspname = %s AND c.relname = %s ORDER BY k.rank",
        (address.schema, address.table),
    ).fetchall()
    if not keys:
        return sql.SQL("")
    return sql.SQL("ORDER BY {}").format(sql.SQL(", ").join(sql.Identifier(cast("str", name)) for (name,) in keys))


# --- Files that geoville writes, open batch by batch for a table of PostGIS: nothing is held whole in memory

_SUFFIXES = (".parquet", ".geoparquet", ".gpkg", ".geojson", ".json", ".csv")


@dataclass(frozen=True, slots=True)
class OpenLayer:
    """A file being read.

    Parameters
    ----------
    geometry : name of the column of shapes, as WKB; None where the file has none.
    epsg : CRS of the shapes, (lon, lat) or (easting, northing); None where there are none.
    batches : to be read once, in the order of the file.
    """

    schema: pa.Schema
    geometry: str | None
    epsg: int | None
    batches: Iterator[pa.RecordBatch]


def open_layer(path: Path) -> AbstractContextManager[OpenLayer]:
    """Open GeoPackage, GeoJSON, GeoParquet, Parquet or CSV; columns of a CSV file are text.

    Raises
    ------
    InvalidInputError
        Another format, or a CRS without EPSG code.
    """
    suffix = path.suffix.lower()
    if suffix not in _SUFFIXES:
        raise InvalidInputError(
            "Ce format ne s'écrit pas dans une table PostGIS",
            where=Location(path.name),
            advice=f"partir d'un fichier {', '.join(_SUFFIXES)}",
        )
    if suffix == ".csv":
        return _open_csv(path)
    return _open_parquet(path) if suffix.endswith("parquet") else _open_with_gdal(path)


@contextmanager
def _open_parquet(path: Path) -> Iterator[OpenLayer]:
    import pyarrow.parquet as pq

    with pq.ParquetFile(path) as file:
        schema = file.schema_arrow
        geo = json.loads((schema.metadata or {}).get(b"geo", b"null"))
        geometry = str(geo["primary_column"]) if geo else None
        # Without CRS, GeoParquet is in WGS84.
        epsg = _epsg(geo["columns"][geometry].get("crs", "OGC:CRS84"), path) if geo else None
        yield OpenLayer(schema, geometry, epsg, file.iter_batches(ROWS_AT_A_TIME))


@contextmanager
def _open_with_gdal(path: Path) -> Iterator[OpenLayer]:
    import pyogrio

    drawn = [str(name) for name, kind in pyogrio.list_layers(path) if kind is not None]
    with pyogrio.open_arrow(path, layer=drawn[0], use_pyarrow=True, batch_size=ROWS_AT_A_TIME) as (meta, reader):
        geometry = meta["geometry_name"] or "wkb_geometry"
        yield OpenLayer(reader.schema, geometry, _epsg(meta["crs"], path), iter(reader))


@contextmanager
def _open_csv(path: Path) -> Iterator[OpenLayer]:
    """Leave every cell as text, since codes begin with zeros; only cells that are empty and unquoted are null."""
    import pyarrow as pa
    from pyarrow import csv

    dialect = recognise_dialect(path)
    if dialect.text.mixed:
        raise InvalidInputError(
            "Des lignes du fichier sont d'un encodage, et d'autres d'un autre",
            where=Location(path.name),
            advice="l'enregistrer en « CSV UTF-8 »",
        )
    parse = csv.ParseOptions(delimiter=dialect.separator, newlines_in_values=True)
    read = csv.ReadOptions(encoding=dialect.encoding.removesuffix("-sig"), skip_rows=1 if dialect.says_separator else 0)
    with csv.open_csv(path, read_options=read, parse_options=parse) as probe:
        types = dict.fromkeys(probe.schema.names, pa.string())
    convert = csv.ConvertOptions(
        column_types=types, null_values=[""], strings_can_be_null=True, quoted_strings_can_be_null=False
    )
    with csv.open_csv(path, read_options=read, parse_options=parse, convert_options=convert) as reader:
        yield OpenLayer(reader.schema, None, None, iter(reader))


def _epsg(crs: Any, path: Path) -> int:
    from pyproj import CRS

    known = CRS.from_user_input(crs) if crs else None
    if known is not None and known.to_authority() == ("OGC", "CRS84"):
        return 4326
    epsg = known.to_epsg() if known is not None else None
    if epsg is None:
        raise InvalidInputError(
            "Le système de coordonnées du fichier n'a pas de code EPSG",
            where=Location(path.name),
            advice="le convertir en Lambert-93",
        )
    return int(epsg)


# --- Put a new table in the place of the old one: who reads sees one or the other

PATIENCE = "30s"
"""Time given to those who read or write the table, before giving up."""

_ORDINARY_TABLE = "r"
_LONGEST_STEM = 50


def take_turn(driver: Driver, address: PostgisAddress) -> None:
    """Wait for whoever writes the same table, but not for ever.

    Raises
    ------
    InvalidInputError
        Something of that name is there that geoville did not write.
    """
    driver.execute("SELECT set_config('lock_timeout', %s, true)", (PATIENCE,))
    lock(driver, f"{address.schema}.{address.table}")
    row = standing_at(driver, address)
    if row and not (row[0] == _ORDINARY_TABLE and SIGNATURE in (row[1] or "")):
        raise InvalidInputError(
            f"« {address.schema}.{address.table} » existe déjà et n'a pas été écrite par geoville",
            advice="choisir un autre nom, ou la supprimer d'abord",
        )


def standing_at(driver: Driver, address: PostgisAddress) -> tuple[str, str | None] | None:
    """Kind and comment of the table, view or other relation that has that name; None where there is none."""
    row = driver.execute(
        "SELECT c.relkind::text, obj_description(c.oid, 'pg_class') FROM pg_class c"
        " JOIN pg_namespace n ON n.oid = c.relnamespace WHERE n.nspname = %s AND c.relname = %s",
        (address.schema, address.table),
    ).fetchone()
    return (row[0], row[1]) if row else None


def lock(driver: Driver, name: str) -> None:
    """Hold a name until the end of the transaction."""
    driver.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", (f"geoville {name}",))


def swap(driver: Driver, new: NewTable, address: PostgisAddress) -> None:
    """Give a new table the name and the grants of the old one, which goes."""
    from psycopg import sql

    place = sql.Identifier(address.schema, address.table)
    grants = _grants(driver, address, place)
    driver.execute(sql.SQL("DROP TABLE IF EXISTS {}").format(place))
    aside = sql.Identifier(address.schema, new.name)
    driver.execute(sql.SQL("ALTER TABLE {} RENAME TO {}").format(aside, sql.Identifier(address.table)))
    stem = address.table.encode()[:_LONGEST_STEM].decode(errors="ignore")
    for suffix in ("_pkey", *(["_geom_idx"] if new.geometry is not None else [])):
        index = sql.Identifier(address.schema, f"{new.name}{suffix}")
        driver.execute(sql.SQL("ALTER INDEX {} RENAME TO {}").format(index, sql.Identifier(f"{stem}{suffix}")))
    for grant in grants:
        driver.execute(grant)


def _grants(driver: Driver, address: PostgisAddress, place: sql.Identifier) -> list[sql.Composed]:
    """What others may do with the old table, to be allowed again on the new one."""
    from psycopg import sql

    rows = driver.execute(
        "SELECT acl.privilege_type, r.rolname, acl.is_grantable FROM pg_class c"
        " JOIN pg_namespace n ON n.oid = c.relnamespace CROSS JOIN LATERAL aclexplode(c.relacl) AS acl"
        " LEFT JOIN pg_roles r ON r.oid = acl.grantee"
        " WHERE n.nspname = %s AND c.relname = %s AND acl.grantee <> c.relowner ORDER BY 1, 2",
        (address.schema, address.table),
    ).fetchall()
    return [
        sql.SQL("GRANT {} ON TABLE {} TO {} {}").format(
            sql.SQL(cast("Any", privilege)),
            place,
            sql.Identifier(role) if role else sql.SQL("PUBLIC"),
            sql.SQL("WITH GRANT OPTION" if grantable else ""),
        )
        for privilege, role, grantable in rows
    ]


# --- Where a table came from, kept in the base: its comment, and a row of `geoville_provenance`

PROVENANCE_TABLE = "geoville_provenance"


def record(driver: Driver, new: NewTable, written: Path, address: PostgisAddress) -> None:
    """Comment a table that has its final name, and write its provenance: no time of day, the same for the same run."""
    from psycopg import sql
    from psycopg.types.json import Jsonb

    companion = written.with_name(f"{written.name}.provenance.json")
    provenance = json.loads(companion.read_text(encoding="utf-8")) if companion.is_file() else None
    place = sql.Identifier(address.schema, address.table)
    comment = table_comment(provenance, _estimated(driver, new, place))
    driver.execute(sql.SQL("COMMENT ON TABLE {} IS {}").format(place, sql.Literal(comment)))
    # Two first runs at once would both create it.
    lock(driver, f"{address.schema}.{PROVENANCE_TABLE}")
    table = sql.Identifier(address.schema, PROVENANCE_TABLE)
    if standing_at(driver, replace(address, table=PROVENANCE_TABLE)) is None:
        _create_provenance_table(driver, table)
    row = (address.table, sha256_of(written), new.rows, None if provenance is None else Jsonb(provenance))
    driver.execute(sql.SQL(_PROVENANCE_ROW).format(table), row)


_PROVENANCE_ROW = (
    "INSERT INTO {} (table_name, sha256, row_count, provenance) VALUES (%s, %s, %s, %s)"
    " ON CONFLICT (table_name) DO UPDATE SET"
    " sha256 = excluded.sha256, row_count = excluded.row_count, provenance = excluded.provenance"
)


_STYLES = (
    "CREATE TABLE IF NOT EXISTS public.layer_styles (id serial PRIMARY KEY, f_table_catalog varchar,"
    " f_table_schema varchar, f_table_name varchar, f_geometry_column varchar, stylename text, styleqml xml,"
    " stylesld xml, useasdefault boolean, description text, owner varchar(63) DEFAULT CURRENT_USER, ui xml,"
    " update_time timestamp DEFAULT CURRENT_TIMESTAMP, type varchar)"
)
"""The table of QGIS, as it makes it when a user saves a style in the database."""


def record_style(driver: Driver, new: NewTable, written: Path, address: PostgisAddress) -> None:
    """Give a table the look of its layer, where one was written beside the file: QGIS opens it so.

    A user who may not write in the schema public keeps the table without it.
    """
    import psycopg

    look = written.with_suffix(".qml")
    if new.geometry is None or not look.is_file():
        return
    place = (address.schema, address.table)
    driver.execute("SAVEPOINT geoville_style")
    try:
        driver.execute(_STYLES)
        driver.execute(
            "DELETE FROM public.layer_styles WHERE f_table_catalog = current_database() AND f_table_schema = %s"
            " AND f_table_name = %s AND description = 'geoville'",
            place,
        )
        driver.execute(
            "INSERT INTO public.layer_styles (f_table_catalog, f_table_schema, f_table_name, f_geometry_column,"
            " stylename, styleqml, useasdefault, description)"
            " SELECT current_database(), %s, %s, %s, 'geoville', XMLPARSE(DOCUMENT %s), NOT EXISTS ("
            "SELECT 1 FROM public.layer_styles WHERE f_table_catalog = current_database() AND f_table_schema = %s"
            " AND f_table_name = %s AND useasdefault), 'geoville'",
            (*place, new.geometry, look.read_text(encoding="utf-8"), *place),
        )
    except psycopg.errors.InsufficientPrivilege:
        driver.execute("ROLLBACK TO SAVEPOINT geoville_style")


def _create_provenance_table(driver: Driver, table: sql.Identifier) -> None:
    from psycopg import sql

    driver.execute(
        sql.SQL(
            "CREATE TABLE {} (table_name text PRIMARY KEY, sha256 text NOT NULL, row_count bigint NOT NULL,"
            " provenance jsonb)"
        ).format(table)
    )
    comment = sql.Literal("Ce dont chaque table écrite par geoville a été faite")
    driver.execute(sql.SQL("COMMENT ON TABLE {} IS {}").format(table, comment))
    comments = {
        "table_name": "Table de ce schéma",
        "sha256": "Empreinte SHA-256 du fichier dont vient la table",
        "row_count": "Nombre de lignes",
        "provenance": "Entrées, valeurs de droit, options, sources, versions",
    }
    _comment_columns(driver, table, comments)


def _comment_columns(driver: Driver, table: sql.Identifier, comments: Mapping[str, str]) -> None:
    from psycopg import sql

    for name, comment in comments.items():
        query = sql.SQL("COMMENT ON COLUMN {}.{} IS {}").format(table, sql.Identifier(name), sql.Literal(comment))
        driver.execute(query)


def _estimated(driver: Driver, new: NewTable, place: sql.Identifier) -> tuple[bool, bool]:
    """Whether some rows of the table are estimates, and whether all are."""
    from psycopg import sql

    if not new.says_estimated:
        return False, False
    query = sql.SQL("SELECT coalesce(bool_or(estimated), false), coalesce(bool_and(estimated), false) FROM {}")
    some, every = driver.execute(query.format(place)).fetchone() or (False, False)
    return bool(some), bool(every)


# --- A new table of PostGIS, filled from an open file before it takes its name

_SINGLES = {"POINT", "LINESTRING", "POLYGON"}


@dataclass(frozen=True, slots=True)
class NewTable:
    """A table under a name of its own.

    Parameters
    ----------
    geometry : name of the column of shapes; None without shapes.
    says_estimated : whether a column of booleans says which rows are estimates.
    """

    name: str
    geometry: str | None
    rows: int
    says_estimated: bool


def build(driver: Driver, layer: OpenLayer, address: PostgisAddress) -> NewTable:
    """Create the table, fill it, give its shapes the narrowest type and index them.

    Raises
    ------
    InvalidInputError
        A column is of a type that has no equal in PostgreSQL, or its name is too long.
    """
    from psycopg import sql

    attributes = [field for field in layer.schema if field.name != layer.geometry]
    names = [field.name for field in attributes]
    key = _free("fid", names)
    geometry = _free("geom", names) if layer.geometry is not None else None
    # The name of a table being filled depends on the final one alone: whoever writes the same one waits.
    name = f"geoville_{hashlib.sha256(address.table.encode()).hexdigest()[:16]}"
    table = sql.Identifier(address.schema, name)
    types = {field.name: _sql_type(field) for field in attributes}
    says_estimated = types.get("estimated") == _BOOLEAN
    _create(driver, table, {key: "bigint", **types, **({geometry: "geometry"} if geometry else {})}, f"{name}_pkey")
    rows = _fill(driver, table, layer, [*names, *([layer.geometry] if layer.geometry is not None else [])])
    if geometry is not None:
        _narrow(driver, table, geometry, layer.epsg)
        index = sql.SQL("CREATE INDEX {} ON {} USING gist ({})")
        driver.execute(index.format(sql.Identifier(f"{name}_geom_idx"), table, sql.Identifier(geometry)))
    return NewTable(name, geometry, rows, says_estimated)


def _free(name: str, taken: Sequence[str]) -> str:
    while name in taken:
        name += "_"
    return name


def _create(driver: Driver, table: sql.Identifier, types: Mapping[str, str], primary: str) -> None:
    """Create a table and comment its columns.

    Parameters
    ----------
    types : of each column; the first one is the key.
    primary : name of its constraint.
    """
    from psycopg import sql

    # Typed once what they hold is known, shapes may be anything here.
    columns = [
        sql.SQL("{} {}").format(sql.Identifier(name), sql.SQL(cast("Any", kind))) for name, kind in types.items()
    ]
    key = sql.SQL("CONSTRAINT {} PRIMARY KEY ({})").format(sql.Identifier(primary), sql.Identifier(next(iter(types))))
    driver.execute(sql.SQL("CREATE TABLE {} ({})").format(table, sql.SQL(", ").join([*columns, key])))
    comments = column_comments(list(types))
    _comment_columns(driver, table, {name: comments[name] for name in types if name in comments})


_BOOLEAN = "boolean"
_SQL_TYPES = (
    ("is_boolean", _BOOLEAN),
    ("is_int8", "smallint"),
    ("is_int16", "smallint"),
    ("is_int32", "integer"),
    ("is_integer", "bigint"),
    ("is_float32", "real"),
    ("is_floating", "double precision"),
    ("is_string", "text"),
    ("is_large_string", "text"),
    ("is_null", "text"),
    ("is_date", "date"),
    ("is_binary", "bytea"),
    ("is_large_binary", "bytea"),
)
"""Type of PostgreSQL by question asked of the type of Arrow: the first one answered yes."""


def _sql_type(field: pa.Field) -> str:
    import pyarrow.types as kinds

    if len(field.name.encode()) > LONGEST_NAME_BYTES:
        raise InvalidInputError(
            f"Le nom de colonne « {field.name} » est trop long pour PostgreSQL",
            advice=f"ne pas dépasser {LONGEST_NAME_BYTES} octets",
        )
    kind = field.type.value_type if kinds.is_dictionary(field.type) else field.type
    if kinds.is_decimal(kind):
        return f"numeric({kind.precision}, {kind.scale})"
    if kinds.is_timestamp(kind):
        return "timestamp without time zone" if kind.tz is None else "timestamp with time zone"
    for is_kind, sql_type in _SQL_TYPES:
        if getattr(kinds, is_kind)(kind):
            return sql_type
    raise InvalidInputError(
        f"La colonne « {field.name} » est d'un type qui n'a pas d'égal dans PostgreSQL ({kind})",
        advice="l'ôter du fichier ou l'écrire en texte",
    )


def _fill(driver: Driver, table: sql.Identifier, layer: OpenLayer, columns: Sequence[str]) -> int:
    from psycopg import sql

    rank = 0
    with driver.cursor() as cursor, cursor.copy(sql.SQL("COPY {} FROM STDIN").format(table)) as copy:
        for batch in layer.batches:
            for row in _rows(batch, columns, layer.geometry):
                rank += 1
                copy.write_row((rank, *row))
    return rank


def _rows(batch: pa.RecordBatch, columns: Sequence[str], geometry: str | None) -> Iterator[tuple[Any, ...]]:
    """Rows of a batch, shapes in hexadecimal as PostGIS reads them."""
    values = [batch.column(name).to_pylist() for name in columns]
    if geometry is not None:
        values[-1] = [None if shape is None else bytes(shape).hex() for shape in values[-1]]
    return zip(*values, strict=True)


def _narrow(driver: Driver, table: sql.Identifier, geometry: str, epsg: int | None) -> None:
    """Give the column its SRID and the one type that fits all its shapes, in two dimensions; any for several kinds."""
    from psycopg import sql

    column = sql.Identifier(geometry)
    query = sql.SQL("SELECT DISTINCT GeometryType({0}) FROM {1} WHERE {0} IS NOT NULL").format(column, table)
    kind = _column_type({str(name) for (name,) in driver.execute(query)})
    change = "ALTER TABLE {0} ALTER COLUMN {1} TYPE geometry({2}, {3}) USING ST_SetSRID({4}(ST_Force2D({1})), {3})"
    multiple = sql.SQL("ST_Multi" if kind.startswith("MULTI") else "")
    driver.execute(sql.SQL(change).format(table, column, sql.SQL(kind), sql.Literal(epsg), multiple))


def _column_type(types: set[str]) -> str:
    """Type that a column needs: of lines and polygons the multiple one, so that it does not change with the run.

    >>> _column_type({"POLYGON"}), _column_type({"POINT"}), _column_type({"POINT", "POLYGON"}), _column_type(set())
    ('MULTIPOLYGON', 'POINT', 'GEOMETRY', 'GEOMETRY')
    """
    if types == {"POINT"}:
        return "POINT"
    singles = {name.removeprefix("MULTI") for name in types}
    return f"MULTI{singles.pop()}" if len(singles) == 1 and singles <= _SINGLES else "GEOMETRY"


# --- Write a file as a table of PostGIS, all in one transaction


def push(written: Path, address: PostgisAddress) -> None:
    """Fill a new table, put it in place of the old one and record where it comes from: see `postgis.push_table`."""
    import pyarrow as pa

    try:
        with open_layer(written) as layer, transaction(address) as driver:
            if layer.geometry is not None:
                _require_postgis(driver, address)
            take_turn(driver, address)
            new = build(driver, layer, address)
            swap(driver, new, address)
            record(driver, new, written, address)
            record_style(driver, new, written, address)
    except pa.ArrowException as error:
        raise InvalidInputError(
            "Le fichier ne peut pas être lu", where=Location(written.name), advice="vérifier qu'il est entier"
        ) from error


def _require_postgis(driver: Driver, address: PostgisAddress) -> None:
    row = driver.execute("SELECT 1 FROM pg_extension WHERE extname = 'postgis'").fetchone()
    if row is None:
        raise InvalidInputError(
            f"La base « {address.base} » n'a pas l'extension PostGIS",
            advice="demander à son administrateur CREATE EXTENSION postgis",
        )
