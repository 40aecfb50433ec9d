"""How far each town of an index goes: its middle address, and the convex hull of all its addresses."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterator

    import numpy as np
    from numpy.typing import NDArray

_POINTS = """
SELECT lon, lat, postcode, source FROM streets JOIN addresses ON addresses.street = streets.id
WHERE town = ? ORDER BY lon, lat, addresses.id
"""
SAVED_EVERY = 2_000
"""Towns after which what was written may be saved."""

_WRITE = "UPDATE towns SET addresses = ?, lon = ?, lat = ?, postcode = ?, source = ?, hull = ? WHERE id = ?"


def write_extents(connection: sqlite3.Connection) -> Iterator[None]:
    """Fill what the table of towns says of their addresses, where it is not filled; stop now and then, to be saved."""
    towns = [town for (town,) in connection.execute("SELECT id FROM towns WHERE hull IS NULL")]
    for rank, town in enumerate(towns):
        _write_extent(connection, town)
        if town % SAVED_EVERY == 0 or rank == len(towns) - 1:
            yield


def _write_extent(connection: sqlite3.Connection, town: int) -> None:
    import numpy as np
    import shapely

    known = connection.execute(_POINTS, (town,)).fetchall()
    points = np.array([row[:2] for row in known])
    lon, lat, postcode, source = known[_middle(points)]
    hull = shapely.to_wkb(shapely.MultiPoint(points).convex_hull)
    connection.execute(_WRITE, (len(known), lon, lat, postcode, source, hull, town))


def _middle(points: NDArray[np.float64]) -> int:
    """Rank of the point nearest to the medians, (n, 2) degrees."""
    import numpy as np

    return int(np.square(points - np.median(points, axis=0)).sum(axis=1).argmin())
