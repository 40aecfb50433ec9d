"""Writing an index of addresses, one address at a time: memory does not grow with their number.

What is saved survives a process that is killed, and a power cut; a writer on the same file goes on from there. The same
addresses saved at the same places make the same bytes, whatever was interrupted.
"""

from __future__ import annotations

import sqlite3
from collections import OrderedDict
from typing import TYPE_CHECKING, NamedTuple

from geoville.geocoding.address_index import queries
from geoville.geocoding.address_index.schema import FORMAT, NO, NO_NUMBER, TABLES, YES, cell_of
from geoville.geocoding.address_index.words import write_words
from geoville.geocoding.street_name import street_name
from geoville.geocoding.town_extents import write_extents
from geoville.geocoding.towns import Town

if TYPE_CHECKING:
    from geoville.model import Address

BATCH = 20_000
TOWNS_AT_HAND = 200
"""Towns whose streets are kept in memory while writing; lists come town by town, so that few are reread."""

_ADD_ADDRESSES = "INSERT OR IGNORE INTO addresses VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)"
_ADD_TOWN = "INSERT INTO towns (id, citycode, name, former_citycode, former_name, spellings) VALUES (?, ?, ?, ?, ?, ?)"
_SET = """
INSERT INTO meta VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET value = excluded.value WHERE value != excluded.value
"""
_SETTINGS = "PRAGMA cache_size = -65536; PRAGMA temp_store = FILE;"


class IndexSize(NamedTuple):
    """What an index holds: addresses, streets and towns, former communes left out."""

    addresses: int
    streets: int
    towns: int


class IndexWriter:
    """Writes addresses into the tables of an index, then what is derived from them.

    Parameters
    ----------
    connection : without transactions of its own (`isolation_level=None`), to an empty database, or to one that a writer
        saved and did not finish.
    """

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection
        connection.executescript(_SETTINGS)
        if not connection.execute("SELECT 1 FROM sqlite_schema LIMIT 1").fetchone():
            connection.executescript(f"BEGIN; {TABLES} COMMIT;")
        self._towns = {Town(*names): key for key, _, *names in connection.execute(queries.TOWNS)}
        self._postcodes: set[tuple[int, str]] = set(connection.execute(queries.POSTCODES))
        (self._street_count,) = connection.execute("SELECT COUNT(*) FROM streets").fetchone()
        self._streets: OrderedDict[int, dict[str, int]] = OrderedDict()
        self._addresses: list[tuple[object, ...]] = []
        self._cells: set[tuple[int, int]] = set()
        connection.execute("BEGIN")

    def add(self, address: Address) -> None:
        """Add an address that is on a street; the same one twice counts once."""
        town = self._town(
            Town(address.citycode, address.city, address.former_citycode, address.former_city), address.postcode
        )
        street = self._street(town, address.street)
        self._cells.add((cell_of(address.lon, address.lat), street))
        number = NO_NUMBER if address.number is None else address.number
        self._addresses.append(
            (
                street, number, address.suffix, address.id, address.precision,
                address.postcode, address.lon, address.lat, address.source,
            )
        )  # fmt: skip
        if len(self._addresses) >= BATCH:
            self._flush()

    def save(self, **known: str) -> None:
        """Put on the disk every address added, with what is to be known of the work; `saved_in` reads it again."""
        self._flush()
        self._connection.executemany(_SET, known.items())
        self._connection.execute("COMMIT")
        self._connection.execute("BEGIN")

    def finish(self, *, complete: bool, provenance: str = "") -> IndexSize:
        """Write what is left, what is derived from the addresses, and what is to be known of the index as a whole.

        Parameters
        ----------
        complete : whether no address of the towns of the index is missing.
        provenance : JSON text that says what the index was made from.
        """
        self.save()
        write_words(self._connection)
        self.save()
        for _ in write_extents(self._connection):
            self.save()
        (addresses,) = self._connection.execute("SELECT COUNT(*) FROM addresses").fetchone()
        (towns,) = self._connection.execute("SELECT COUNT(DISTINCT citycode) FROM towns").fetchone()
        meta = {
            "format": str(FORMAT),
            "complete": YES if complete else NO,
            "addresses": str(addresses),
            "streets": str(self._street_count),
            "provenance": provenance,
        }
        self._connection.executemany(_SET, meta.items())
        self._connection.execute("COMMIT")
        return IndexSize(addresses, self._street_count, towns)

    def _town(self, town: Town, postcode: str) -> int:
        known = self._towns.get(town)
        if known is None:
            known = self._towns[town] = len(self._towns) + 1
            names = (town.citycode, town.name, town.former_citycode, town.former_name)
            self._connection.execute(_ADD_TOWN, (known, *names, ",".join(sorted(town.names))))
        if (known, postcode) not in self._postcodes:
            self._postcodes.add((known, postcode))
            self._connection.execute("INSERT INTO postcodes VALUES (?, ?)", (known, postcode))
        return known

    def _street(self, town: int, label: str) -> int:
        streets = self._streets_of(town)
        known = streets.get(label)
        if known is None:
            self._street_count += 1
            known = streets[label] = self._street_count
            name = street_name(label)
            row = (town, label, known, name.type, " ".join(name.words))
            self._connection.execute("INSERT INTO streets VALUES (?, ?, ?, ?, ?)", row)
        return known

    def _streets_of(self, town: int) -> dict[str, int]:
        if town in self._streets:
            self._streets.move_to_end(town)
            return self._streets[town]
        rows = self._connection.execute("SELECT label, id FROM streets WHERE town = ?", (town,))
        self._streets[town] = dict(rows.fetchall())
        if len(self._streets) > TOWNS_AT_HAND:
            self._streets.popitem(last=False)
        return self._streets[town]

    def _flush(self) -> None:
        self._connection.executemany(_ADD_ADDRESSES, self._addresses)
        self._connection.executemany("INSERT OR IGNORE INTO cells VALUES (?, ?)", sorted(self._cells))
        self._addresses.clear()
        self._cells.clear()


def saved_in(connection: sqlite3.Connection) -> dict[str, str]:
    """What the last `save` of a writer said of the work; empty where there was none, or where this is no index."""
    try:
        return dict(connection.execute(queries.META).fetchall())
    except sqlite3.DatabaseError:
        return {}
