"""Where a table came from, kept in the base: its comment, and a row of `geoville_provenance`."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from geoville.sources.files import sha256_of
from geoville.sources.postgis.comments import table_comment
from geoville.sources.postgis.session import driver_of
from geoville.sources.postgis.swap import lock

if TYPE_CHECKING:
    from pathlib import Path

    from psycopg import sql
    from sqlalchemy import Connection, Table

    from geoville.sources.postgis.address import PostgisAddress
    from geoville.sources.postgis.table import NewTable

PROVENANCE_TABLE = "geoville_provenance"


def record(connection: Connection, new: NewTable, written: Path, address: PostgisAddress) -> None:
    """Comment a table that has its final name, and write its provenance: no time of day, the same for the same run."""
    from psycopg import sql
    from sqlalchemy.dialects.postgresql import insert

    companion = written.with_name(f"{written.name}.provenance.json")
    provenance = json.loads(companion.read_text(encoding="utf-8")) if companion.is_file() else None
    driver = driver_of(connection)
    place = sql.Identifier(address.schema, address.table)
    comment = table_comment(provenance, _estimated(connection, new, place))
    driver.execute(sql.SQL("COMMENT ON TABLE {} IS {}").format(place, sql.Literal(comment)))
    # Two first runs at once would both create it.
    lock(driver, f"{address.schema}.{PROVENANCE_TABLE}")
    table = _provenance_table(address.schema)
    table.create(connection, checkfirst=True)
    row = {"sha256": sha256_of(written), "row_count": new.rows, "provenance": provenance}
    statement = insert(table).values(table_name=address.table, **row)
    connection.execute(statement.on_conflict_do_update(index_elements=["table_name"], set_=row))


def _provenance_table(schema: str) -> Table:
    from sqlalchemy import BigInteger, Column, MetaData, Table, Text
    from sqlalchemy.dialects.postgresql import JSONB

    return Table(
        PROVENANCE_TABLE,
        MetaData(),
        Column("table_name", Text, primary_key=True, comment="Table de ce schéma"),
        Column("sha256", Text, nullable=False, comment="Empreinte SHA-256 du fichier dont vient la table"),
        Column("row_count", BigInteger, nullable=False, comment="Nombre de lignes"),
        Column("provenance", JSONB(none_as_null=True), comment="Entrées, valeurs de droit, options, sources, versions"),
        schema=schema,
        comment="Ce dont chaque table écrite par geoville a été faite",
    )


def _estimated(connection: Connection, new: NewTable, place: sql.Identifier) -> tuple[bool, bool]:
    """Whether some rows of the table are estimates, and whether all are."""
    from psycopg import sql
    from sqlalchemy import Boolean

    column = new.table.columns.get("estimated")
    if column is None or not isinstance(column.type, Boolean):
        return False, False
    query = sql.SQL("SELECT coalesce(bool_or(estimated), false), coalesce(bool_and(estimated), false) FROM {}")
    some, every = driver_of(connection).execute(query.format(place)).fetchone() or (False, False)
    return bool(some), bool(every)
