"""A new table of PostGIS, filled from an open file before it takes its name."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from geoville.errors import InvalidInputError
from geoville.sources.postgis.address import LONGEST_NAME_BYTES
from geoville.sources.postgis.comments import column_comments
from geoville.sources.postgis.session import driver_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    import pyarrow as pa
    from sqlalchemy import Connection, Table
    from sqlalchemy.types import TypeEngine

    from geoville.sources.postgis.address import PostgisAddress
    from geoville.sources.postgis.layers import OpenLayer

_SINGLES = {"POINT", "LINESTRING", "POLYGON"}


@dataclass(frozen=True, slots=True)
class NewTable:
    """A table under a name of its own.

    Parameters
    ----------
    key, geometry : names of the columns of the primary key and of the shapes; the latter None without shapes.
    """

    table: Table
    key: str
    geometry: str | None
    rows: int


def build(connection: Connection, layer: OpenLayer, address: PostgisAddress) -> NewTable:
    """Create the table, fill it, give its shapes the narrowest type and index them.

    Raises
    ------
    InvalidInputError
        A column is of a type that has no equal in PostgreSQL, or its name is too long.
    """
    attributes = [field for field in layer.schema if field.name != layer.geometry]
    names = [field.name for field in attributes]
    key = _free("fid", names)
    geometry = _free("geom", names) if layer.geometry is not None else None
    table = _table(attributes, key, geometry, address)
    table.create(connection)
    rows = _fill(connection, table, layer, [*names, *([layer.geometry] if layer.geometry is not None else [])])
    if geometry is not None:
        _narrow(connection, table, geometry, layer.epsg)
        _index(connection, table, geometry)
    return NewTable(table, key, geometry, rows)


def _free(name: str, taken: Sequence[str]) -> str:
    while name in taken:
        name += "_"
    return name


def _table(attributes: Sequence[pa.Field], key: str, geometry: str | None, address: PostgisAddress) -> Table:
    from geoalchemy2 import Geometry
    from sqlalchemy import BigInteger, Column, MetaData, PrimaryKeyConstraint, Table

    comments = column_comments([key, *(field.name for field in attributes), *([geometry] if geometry else [])])
    columns: list[Column[Any]] = [Column(key, BigInteger, autoincrement=False, comment=comments.get(key))]
    columns += [Column(field.name, _sql_type(field), comment=comments.get(field.name)) for field in attributes]
    if geometry:
        shapes = Geometry(geometry_type=None, spatial_index=False)  # typed once what it holds is known
        columns.append(Column(geometry, shapes, comment=comments.get(geometry)))
    # The name of a table being filled depends on the final one alone: whoever writes the same one waits.
    aside = f"geoville_{hashlib.sha256(address.table.encode()).hexdigest()[:16]}"
    primary = PrimaryKeyConstraint(key, name=f"{aside}_pkey")
    return Table(aside, MetaData(), *columns, primary, schema=address.schema)


def _sql_type(field: pa.Field) -> TypeEngine[Any]:
    import pyarrow.types as kinds
    import sqlalchemy as sa

    if len(field.name.encode()) > LONGEST_NAME_BYTES:
        raise InvalidInputError(
            f"Le nom de colonne « {field.name} » est trop long pour PostgreSQL",
            advice=f"ne pas dépasser {LONGEST_NAME_BYTES} octets",
        )
    kind = field.type.value_type if kinds.is_dictionary(field.type) else field.type
    if kinds.is_decimal(kind):
        return sa.Numeric(kind.precision, kind.scale)
    if kinds.is_timestamp(kind):
        return sa.DateTime(timezone=kind.tz is not None)
    known: tuple[tuple[Any, type[TypeEngine[Any]]], ...] = (
        (kinds.is_boolean, sa.Boolean),
        (kinds.is_int8, sa.SmallInteger),
        (kinds.is_int16, sa.SmallInteger),
        (kinds.is_int32, sa.Integer),
        (kinds.is_integer, sa.BigInteger),
        (kinds.is_float32, sa.REAL),
        (kinds.is_floating, sa.Double),
        (kinds.is_string, sa.Text),
        (kinds.is_large_string, sa.Text),
        (kinds.is_null, sa.Text),
        (kinds.is_date, sa.Date),
        (kinds.is_binary, sa.LargeBinary),
        (kinds.is_large_binary, sa.LargeBinary),
    )
    for is_kind, sql_type in known:
        if is_kind(kind):
            return sql_type()
    raise InvalidInputError(
        f"La colonne « {field.name} » est d'un type qui n'a pas d'égal dans PostgreSQL ({kind})",
        advice="l'ôter du fichier ou l'écrire en texte",
    )


def _fill(connection: Connection, table: Table, layer: OpenLayer, columns: Sequence[str]) -> int:
    from psycopg import sql

    query = sql.SQL("COPY {} FROM STDIN").format(sql.Identifier(str(table.schema), table.name))
    rank = 0
    with driver_of(connection).cursor() as cursor, cursor.copy(query) as copy:
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


def _narrow(connection: Connection, table: Table, geometry: str, epsg: int | None) -> None:
    """Give the column its SRID and the one type that fits all its shapes, in two dimensions; any for several kinds."""
    from psycopg import sql

    driver = driver_of(connection)
    place, column = sql.Identifier(str(table.schema), table.name), sql.Identifier(geometry)
    query = sql.SQL("SELECT DISTINCT GeometryType({0}) FROM {1} WHERE {0} IS NOT NULL").format(column, place)
    kind = _column_type({str(name) for (name,) in driver.execute(query)})
    change = "ALTER TABLE {0} ALTER COLUMN {1} TYPE geometry({2}, {3}) USING ST_SetSRID({4}(ST_Force2D({1})), {3})"
    multiple = sql.SQL("ST_Multi" if kind.startswith("MULTI") else "")
    driver.execute(sql.SQL(change).format(place, column, sql.SQL(kind), sql.Literal(epsg), multiple))


def _column_type(types: set[str]) -> str:
    """Type that a column needs: of lines and polygons the multiple one, so that it does not change with the run.

    >>> _column_type({"POLYGON"}), _column_type({"POINT"}), _column_type({"POINT", "POLYGON"}), _column_type(set())
    ('MULTIPOLYGON', 'POINT', 'GEOMETRY', 'GEOMETRY')
    """
    if types == {"POINT"}:
        return "POINT"
    singles = {name.removeprefix("MULTI") for name in types}
    return f"MULTI{singles.pop()}" if len(singles) == 1 and singles <= _SINGLES else "GEOMETRY"


def _index(connection: Connection, table: Table, geometry: str) -> None:
    from sqlalchemy import Index

    Index(f"{table.name}_geom_idx", table.c[geometry], postgresql_using="gist").create(connection)
