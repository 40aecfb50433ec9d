"""Write a file as a table of PostGIS, all in one transaction."""

from __future__ import annotations

from typing import TYPE_CHECKING

from geoville.errors import InvalidInputError, Location
from geoville.sources.postgis.layers import open_layer
from geoville.sources.postgis.records import record
from geoville.sources.postgis.session import driver_of, transaction
from geoville.sources.postgis.swap import swap, take_turn
from geoville.sources.postgis.table import build

if TYPE_CHECKING:
    from pathlib import Path

    from sqlalchemy import Connection

    from geoville.sources.postgis.address import PostgisAddress


def push(written: Path, address: PostgisAddress) -> None:
    """Fill a new table, put it in place of the old one and record where it comes from: see `postgis.push_table`."""
    import pyarrow as pa

    try:
        with open_layer(written) as layer, transaction(address) as connection:
            if layer.geometry is not None:
                _require_postgis(connection, address)
            driver = driver_of(connection)
            take_turn(driver, address)
            new = build(connection, layer, address)
            swap(driver, new, address)
            record(connection, new, written, address)
    except pa.ArrowException as error:
        raise InvalidInputError(
            "Le fichier ne peut pas être lu", where=Location(written.name), advice="vérifier qu'il est entier"
        ) from error


def _require_postgis(connection: Connection, address: PostgisAddress) -> None:
    row = driver_of(connection).execute("SELECT 1 FROM pg_extension WHERE extname = 'postgis'").fetchone()
    if row is None:
        raise InvalidInputError(
            f"La base « {address.base} » n'a pas l'extension PostGIS",
            advice="demander à son administrateur CREATE EXTENSION postgis",
        )
