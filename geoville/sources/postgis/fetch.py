"""Bring a table of PostGIS to a file: chunk by chunk, so that a country takes no more memory than a town."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any, cast

from geoville.errors import InvalidInputError
from geoville.sources.files import replacing
from geoville.sources.postgis.columns import describe, geometry_of
from geoville.sources.postgis.session import driver_of, transaction

if TYPE_CHECKING:
    from pathlib import Path

    import psycopg
    import pyarrow as pa
    from psycopg import sql
    from pyproj import CRS
    from sqlalchemy import Connection

    from geoville.sources.postgis.address import PostgisAddress
    from geoville.sources.postgis.columns import TableColumn

    Driver = psycopg.Connection[tuple[Any, ...]]

ROWS_AT_A_TIME = 20_000
_GEOPARQUET = "1.0.0"
_NOT_IN_FILE_NAMES = re.compile(r"[^\w.-]+|^\.+")


def fetch(address: PostgisAddress, folder: Path) -> Path:
    """Copy a table or a view to ``<table>.parquet``, whole or not at all: see `postgis.fetch_table`."""
    path = folder / f"{_NOT_IN_FILE_NAMES.sub('_', address.table)}.parquet"
    with transaction(address) as connection, replacing(path) as beside:
        _read_one_state(connection)
        driver = driver_of(connection)
        columns = describe(driver, address)
        shape = geometry_of(driver, address, columns)
        _stream(driver, address, columns, _schema(columns, shape), beside)
    return path


def _read_one_state(connection: Connection) -> None:
    """Make all that follows see one state of the base, in the order in which the table keeps its rows."""
    connection.exec_driver_sql("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
    connection.exec_driver_sql("SET LOCAL synchronize_seqscans = off")


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
