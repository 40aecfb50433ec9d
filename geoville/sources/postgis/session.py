"""One transaction on a PostgreSQL base; whatever fails there becomes one French sentence."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, cast

from geoville.errors import DataUnavailableError
from geoville.sources.postgis.errors import failure_of, refusal_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    import psycopg
    from sqlalchemy import Connection, Engine

    from geoville.sources.postgis.address import PostgisAddress

_CONNECT_TIMEOUT_S = "10"


@contextmanager
def transaction(address: PostgisAddress) -> Iterator[Connection]:
    """Open a connection and a transaction: committed at the end, rolled back by any error.

    Raises
    ------
    InvalidInputError
        The server refuses the role, the base or what is asked of it.
    DataUnavailableError
        The server does not answer or stops answering, or the packages that speak to it are not installed.
    """
    engine = _engine(address)
    import psycopg
    from sqlalchemy.exc import DBAPIError

    try:
        with _connected(engine, address) as connection, connection.begin():
            yield connection
    except DBAPIError as error:
        raise failure_of(cast("psycopg.Error", error.orig), address) from error
    except psycopg.Error as error:
        raise failure_of(error, address) from error
    finally:
        engine.dispose()


def driver_of(connection: Connection) -> psycopg.Connection[tuple[Any, ...]]:
    """The driver's own connection, in the same transaction: for COPY and server-side cursors."""
    return cast("psycopg.Connection[tuple[Any, ...]]", connection.connection.driver_connection)


def _connected(engine: Engine, address: PostgisAddress) -> Connection:
    from sqlalchemy.exc import DBAPIError

    try:
        return engine.connect()
    except DBAPIError as error:
        raise refusal_of(cast("psycopg.Error", error.orig), address) from error


def _engine(address: PostgisAddress) -> Engine:
    try:
        import geoalchemy2  # noqa: F401 - geometry types of SQLAlchemy's tables
        import psycopg  # noqa: F401 - the driver
        from sqlalchemy import URL, NullPool, create_engine
    except ImportError as error:
        raise DataUnavailableError(
            "Cette installation ne sait pas parler à PostgreSQL", advice="lancer pip install 'geoville[postgis]'"
        ) from error
    url = URL.create(
        "postgresql+psycopg",
        username=address.user,
        password=address.password,
        host=address.host,
        port=address.port,
        database=address.base,
    )
    options = {"connect_timeout": _CONNECT_TIMEOUT_S, "application_name": "geoville", **dict(address.options)}
    # Values are personal data as often as not: none goes into an error.
    return create_engine(url, connect_args=options, poolclass=NullPool, hide_parameters=True)
