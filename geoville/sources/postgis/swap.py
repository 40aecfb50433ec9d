"""Put a new table in the place of the old one: who reads sees one or the other."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

from geoville.errors import InvalidInputError
from geoville.sources.postgis.comments import SIGNATURE

if TYPE_CHECKING:
    import psycopg
    from psycopg import sql

    from geoville.sources.postgis.address import PostgisAddress
    from geoville.sources.postgis.table import NewTable

    Driver = psycopg.Connection[tuple[Any, ...]]

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
    aside = sql.Identifier(address.schema, new.table.name)
    driver.execute(sql.SQL("ALTER TABLE {} RENAME TO {}").format(aside, sql.Identifier(address.table)))
    stem = address.table.encode()[:_LONGEST_STEM].decode(errors="ignore")
    for suffix in ("_pkey", *(["_geom_idx"] if new.geometry is not None else [])):
        index = sql.Identifier(address.schema, f"{new.table.name}{suffix}")
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
