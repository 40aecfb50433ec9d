"""Columns of a table of PostgreSQL: how each is asked for, and under which type of Arrow it is kept."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from geoville.errors import InvalidInputError

if TYPE_CHECKING:
    import psycopg
    import pyarrow as pa
    from psycopg import sql
    from pyproj import CRS

    from geoville.sources.postgis.address import PostgisAddress

    Driver = psycopg.Connection[tuple[Any, ...]]

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
