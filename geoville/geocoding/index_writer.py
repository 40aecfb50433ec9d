"""The tables of an index of addresses in SQLite: the questions put to them, and how they are written."""

from __future__ import annotations

import math
import sqlite3
import struct
import zlib
from collections import OrderedDict
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

from geoville.geocoding.parse import StreetName, street_name
from geoville.geocoding.towns import Town
from geoville.model import AddressColumns

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    import numpy as np
    from numpy.typing import NDArray

    from geoville.model import Address, NumberedStreet


# --- The tables of an index of addresses in SQLite, and the questions put to them

FORMAT = 3
"""Changed whenever the tables, or the way names are normalised into them, change: older files are then refused."""

YES, NO = "yes", "no"

NO_NUMBER = -1
"""What stands for the house number of a point of the street: a key has no NULL."""

CELL_DEG = 0.005
"""Side of the cells in which streets are looked for around a point; at least 340 m anywhere in France."""

TABLES = """
CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;

CREATE TABLE towns (
    id INTEGER PRIMARY KEY,
    citycode TEXT NOT NULL, name TEXT NOT NULL, former_citycode TEXT NOT NULL, former_name TEXT NOT NULL,
    spellings TEXT NOT NULL,                         -- normalised names that designate it, with commas between them
    addresses INTEGER NOT NULL DEFAULT 0,
    lon REAL, lat REAL, postcode TEXT, source TEXT,  -- of the address nearest to the middle
    hull BLOB,                                       -- convex hull of the addresses, WKB
    UNIQUE (citycode, name, former_citycode, former_name)
);

CREATE TABLE postcodes (town INTEGER, postcode TEXT, PRIMARY KEY (town, postcode)) WITHOUT ROWID;

CREATE TABLE streets (
    town INTEGER, label TEXT, id INTEGER NOT NULL,
    type TEXT NOT NULL, words TEXT NOT NULL,         -- of the name, normalised
    PRIMARY KEY (town, label)
) WITHOUT ROWID;
CREATE UNIQUE INDEX streets_by_id ON streets (id);

-- Both are filled at the end, in their order.
CREATE TABLE words (word TEXT, town INTEGER, street INTEGER, PRIMARY KEY (word, town, street)) WITHOUT ROWID;
CREATE TABLE vocabulary (word TEXT PRIMARY KEY, streets INTEGER NOT NULL) WITHOUT ROWID;

CREATE TABLE cells (cell INTEGER, street INTEGER, PRIMARY KEY (cell, street)) WITHOUT ROWID;

CREATE TABLE addresses (
    street INTEGER, number INTEGER, suffix TEXT, id TEXT, precision TEXT,
    postcode TEXT NOT NULL, lon REAL NOT NULL, lat REAL NOT NULL, source TEXT NOT NULL,
    PRIMARY KEY (street, number, suffix, id, precision, lon, lat)
) WITHOUT ROWID;

-- Streets of which a row could not be taken: they are not known whole. Empty is unknown.
CREATE TABLE refused (citycode TEXT, type TEXT, words TEXT, PRIMARY KEY (citycode, type, words)) WITHOUT ROWID;

CREATE VIEW located_addresses AS
SELECT addresses.street, addresses.id, number, suffix, label, addresses.postcode, citycode, name AS city,
       addresses.lon, addresses.lat, precision, addresses.source, former_citycode, former_name AS former_city
FROM addresses JOIN streets ON streets.id = addresses.street JOIN towns ON towns.id = streets.town;
"""

_CELLS_AROUND = round(360 / CELL_DEG)


def cell_of(lon: float, lat: float) -> int:
    """Cell of a point given in degrees.

    >>> cell_of(1.8610, 50.9560) == cell_of(1.8640, 50.9590), cell_of(1.8610, 50.9560) == cell_of(1.8660, 50.9560)
    (True, False)
    """
    return _row(lat) * _CELLS_AROUND + _column(lon)


def cells_around(lon: float, lat: float) -> list[int]:
    """Cells of a point and its eight neighbours."""
    return [(_row(lat) + up) * _CELLS_AROUND + _column(lon) + right for up in (-1, 0, 1) for right in (-1, 0, 1)]


def _row(lat: float) -> int:
    return math.floor((lat + 90) / CELL_DEG)


def _column(lon: float) -> int:
    return math.floor((lon + 180) / CELL_DEG)


META = "SELECT key, value FROM meta"
TOWNS = "SELECT id, spellings, citycode, name, former_citycode, former_name FROM towns"
POSTCODES = "SELECT town, postcode FROM postcodes"
REFUSED = "SELECT citycode, type, words FROM refused"
EXTENT = "SELECT addresses, lon, lat, postcode, source, hull FROM towns WHERE id = ?"

_STREETS = "SELECT label, streets.id, type, streets.words, streets.town FROM {}"
_BY_WORD = _STREETS.format("words AS held CROSS JOIN streets ON streets.id = held.street WHERE {} LIMIT ?")

STREETS_OF_TOWN = _STREETS.format("streets WHERE town = ?")
STREETS_WITH = _BY_WORD.format("held.word = ? ORDER BY held.town, held.street")
STREETS_WITH_ALSO = _BY_WORD.format(
    """held.word = ? AND (
        SELECT COUNT(*) FROM words AS other
        WHERE other.word IN (SELECT value FROM json_each(?)) AND other.town = held.town AND other.street = held.street
    ) = ? ORDER BY held.town, held.street"""
)
STREETS_STARTING = _BY_WORD.format("held.word >= ? AND held.word < ? ORDER BY held.word, held.town, held.street")
STREETS_STARTING_IN_TOWNS = _STREETS.format(
    """streets WHERE town IN (SELECT value FROM json_each(?)) AND (
        type >= ? AND type < ? OR id IN (
            SELECT street FROM words WHERE word >= ? AND word < ? AND town IN (SELECT value FROM json_each(?))
        )
    ) ORDER BY id LIMIT ?"""
)
STREETS_WITH_IN_TOWN = _BY_WORD.format("held.word = ? AND held.town = ? ORDER BY held.street")
STREETS_WITH_ANY_IN_TOWNS = _STREETS.format(
    """streets WHERE id IN (
        SELECT street FROM words
        WHERE word IN (SELECT value FROM json_each(?)) AND town IN (SELECT value FROM json_each(?))
    ) ORDER BY id LIMIT ?"""
)
STREETS_IN_CELLS = "SELECT DISTINCT street FROM cells WHERE cell IN (SELECT value FROM json_each(?))"

WORDS_STARTING = "SELECT word FROM vocabulary WHERE word >= ? AND word < ?"
STREETS_OF_WORD = "SELECT streets FROM vocabulary WHERE word = ?"

STREET = "SELECT label, town FROM streets WHERE id = ?"
ADDRESSES_OF_STREET = """
SELECT number, suffix, id, precision, postcode, lon, lat, source FROM addresses WHERE street = ?
ORDER BY number, suffix, id, precision, lon, lat
"""
ADDRESSES_OF_PRECISION = """
SELECT id, number, suffix, label, '', postcode, citycode, city, lon, lat, precision, source,
       former_citycode, former_city
FROM located_addresses WHERE street IN (SELECT value FROM json_each(?)) AND precision = ?
ORDER BY number, suffix, id, precision, lon, lat
"""
HAS_NUMBER = "SELECT 1 FROM addresses WHERE street IN (SELECT value FROM json_each(?)) AND number = ? LIMIT 1"


# --- The words of the streets of an index, and how many streets hold each: written in order, once all streets are

# Sorted by SQLite, which goes through the disk where there are many: put in their place one by one, words of a whole
# country would touch every page of their table again and again.
# --- Writing an index

_GATHER = "CREATE TEMP TABLE gathered (word TEXT, town INTEGER, street INTEGER)"
_SORT = "INSERT INTO words SELECT word, town, street FROM gathered ORDER BY word, town, street"
_COUNT = "INSERT INTO vocabulary SELECT word, COUNT(*) FROM words GROUP BY word"


def write_words(connection: sqlite3.Connection) -> None:
    """Fill the tables of words, unless they are filled."""
    if connection.execute("SELECT 1 FROM words LIMIT 1").fetchone():
        return
    connection.execute(_GATHER)
    connection.executemany("INSERT INTO gathered VALUES (?, ?, ?)", _words(connection))
    connection.execute(_SORT)
    connection.execute(_COUNT)
    connection.execute("DROP TABLE gathered")


def _words(connection: sqlite3.Connection) -> Iterator[tuple[str, int, int]]:
    """Words by which a street may be looked for in every town at once: those of its body, else its type."""
    for street, town, kind, words in connection.execute("SELECT id, town, type, words FROM streets"):
        name = StreetName(kind, tuple(words.split()))
        for word in dict.fromkeys(name.content or (kind,)):
            if word:
                yield word, town, street


# --- How far each town of an index goes: its middle address, and the convex hull of all its addresses

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
    # A line through them has the same hull, and is made without an object for each; it takes two points.
    hull = shapely.to_wkb(shapely.LineString(np.vstack((points, points[:1]))).convex_hull)
    connection.execute(_WRITE, (len(known), lon, lat, postcode, source, hull, town))


def _middle(points: NDArray[np.float64]) -> int:
    """Rank of the point nearest to the medians, (n, 2) degrees."""
    import numpy as np

    ordered = np.sort(points, axis=0)
    # `np.median` says the same, and loads masked arrays: as long as everything else that opens a small list.
    medians = (ordered[(len(points) - 1) // 2] + ordered[len(points) // 2]) / 2
    return int(np.square(points - medians).sum(axis=1).argmin())


BATCH = 20_000
TOWNS_AT_HAND = 200
"""Towns whose streets are kept in memory while writing; lists come town by town, so that few are reread."""

NAMES_AT_HAND = 20_000
"""Names of streets kept as they are read: most towns have the same ones."""

_name_at_hand = lru_cache(NAMES_AT_HAND)(street_name)

_ADD_ADDRESSES = "INSERT OR IGNORE INTO addresses VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)"
_ADD_TOWN = "INSERT INTO towns (id, citycode, name, former_citycode, former_name, spellings) VALUES (?, ?, ?, ?, ?, ?)"
_REFUSE = "INSERT OR IGNORE INTO refused VALUES (?, ?, ?)"
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
        self._towns = {Town(*names): key for key, _, *names in connection.execute(TOWNS)}
        self._postcodes: set[tuple[int, str]] = set(connection.execute(POSTCODES))
        (self._street_count,) = connection.execute("SELECT COUNT(*) FROM streets").fetchone()
        self._streets: OrderedDict[int, dict[str, int]] = OrderedDict()
        self._waiting = AddressColumns()
        connection.execute("BEGIN")

    def add(self, address: Address) -> None:
        """Add an address that is on a street; the same one twice counts once."""
        self._waiting.add(address)
        if len(self._waiting) >= BATCH:
            self._flush()

    def add_all(self, addresses: AddressColumns) -> None:
        """Add addresses, as `add` does one after the other."""
        self._flush()
        self._write(addresses)

    def refuse(self, citycode: str, street: str) -> None:
        """Remember that an address of a street could not be taken; empty texts for what is not known of it."""
        name = street_name(street)
        self._connection.execute(_REFUSE, (citycode, name.type, " ".join(name.words)))

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
            name = _name_at_hand(label)
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
        waiting, self._waiting = self._waiting, AddressColumns()
        self._write(waiting)

    def _write(self, added: AddressColumns) -> None:
        keys = [self._key_of(street) for street in added.streets]
        postcodes = [street.postcode for street in added.streets]
        streets = [keys[rank] for rank in added.street]
        numbers = [NO_NUMBER if number is None else number for number in added.number]
        rows = zip(
            streets, numbers, added.suffix, added.id, added.precision,
            map(postcodes.__getitem__, added.street), added.lon, added.lat, added.source, strict=True,
        )  # fmt: skip
        self._connection.executemany(_ADD_ADDRESSES, rows)
        cells = set(zip(map(cell_of, added.lon, added.lat), streets, strict=True))
        self._connection.executemany("INSERT OR IGNORE INTO cells VALUES (?, ?)", sorted(cells))

    def _key_of(self, street: NumberedStreet) -> int:
        town = Town(street.citycode, street.city, street.former_citycode, street.former_city)
        return self._street(self._town(town, street.postcode), street.street)


def saved_in(connection: sqlite3.Connection) -> dict[str, str]:
    """What the last `save` of a writer said of the work; empty where there was none, or where this is no index."""
    try:
        return dict(connection.execute(META).fetchall())
    except sqlite3.DatabaseError:
        return {}


def pack(connection: sqlite3.Connection, path: Path) -> None:
    """Write a finished index into a new file, its pages full: one of ten less, for a fiftieth of the time of making it.

    Parameters
    ----------
    path : where no file is yet.
    """
    connection.execute("VACUUM INTO ?", (str(path),))


# --- The seal of an index: a checksum of its bytes, in the header of the file

_SEAL_AT = 60
"""Place in the header of a SQLite file of `user_version`, four bytes that are left to whoever writes the file."""
_NO_SEAL = 0
_CHUNK_BYTES = 1 << 20


def seal(path: Path) -> None:
    """Write into an index, which nothing will write any more, a checksum of its own bytes."""
    checksum = _checksum_of(path)
    with path.open("r+b") as stream:
        stream.seek(_SEAL_AT)
        stream.write(struct.pack(">I", checksum))


def is_as_sealed(path: Path) -> bool:
    """Whether no bit of an index has changed since it was sealed: a second for some hundreds of megabytes.

    An index made by a geoville that sealed none is taken as it is.
    """
    with path.open("rb") as stream:
        stream.seek(_SEAL_AT)
        (sealed,) = struct.unpack(">I", stream.read(4))
    return sealed in {_NO_SEAL, _checksum_of(path)}


def _checksum_of(path: Path) -> int:
    """CRC-32 of a file but for its seal: it changes with any one bit, and any 32 in a row."""
    with path.open("rb") as stream:
        start = bytearray(stream.read(_CHUNK_BYTES))
        start[_SEAL_AT : _SEAL_AT + 4] = bytes(4)
        found = zlib.crc32(start)
        while block := stream.read(_CHUNK_BYTES):
            found = zlib.crc32(block, found)
    return found or 1
