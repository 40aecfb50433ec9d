"""Tables of PostGIS given instead of files: read to a GeoParquet file, written from any file that geoville makes.

An address is `postgresql://user@host:port/base#schema.table`; the schema is `public` where none is said. The password
comes from PGPASSWORD, from ~/.pgpass, or from the address; it is never shown.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from geoville.sources.postgis.address import parse_postgis_address

if TYPE_CHECKING:
    from pathlib import Path


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
    from geoville.sources.postgis.fetch import fetch

    return fetch(parse_postgis_address(address), folder)


def table_exists(address: str) -> bool:
    """Whether a table, a view or anything else of that name is in the base.

    Raises
    ------
    InvalidInputError, DataUnavailableError
        As `fetch_table`.
    """
    from geoville.sources.postgis.session import driver_of, transaction
    from geoville.sources.postgis.swap import standing_at

    place = parse_postgis_address(address)
    with transaction(place) as connection:
        return standing_at(driver_of(connection), place) is not None


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
    from geoville.sources.postgis.push import push

    push(written, parse_postgis_address(address))
