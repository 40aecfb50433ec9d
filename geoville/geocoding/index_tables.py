"""The tables of an index of addresses in SQLite, and the questions put to them."""

from __future__ import annotations

import math

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
STREETS_WITH_ANY_IN_TOWNS = _STREETS.format(
    """streets WHERE id IN (
        SELECT street FROM words
        WHERE word IN (SELECT value FROM json_each(?)) AND town IN (SELECT value FROM json_each(?))
    ) ORDER BY id LIMIT ?"""
)
STREETS_IN_CELLS = "SELECT DISTINCT street FROM cells WHERE cell IN (SELECT value FROM json_each(?))"

WORDS_STARTING = "SELECT word FROM vocabulary WHERE word >= ? AND word < ?"
RAREST_FIRST = "SELECT word FROM vocabulary WHERE word IN (SELECT value FROM json_each(?)) ORDER BY streets, word"
KNOWN_WORD = "SELECT 1 FROM vocabulary WHERE word = ?"

ADDRESSES_OF_STREETS = """
SELECT id, number, suffix, label, '', postcode, citycode, city, lon, lat, precision, source,
       former_citycode, former_city
FROM located_addresses WHERE street IN (SELECT value FROM json_each(?)) ORDER BY number, suffix, id, precision, lon, lat
"""
HAS_NUMBER = "SELECT 1 FROM addresses WHERE street IN (SELECT value FROM json_each(?)) AND number = ? LIMIT 1"
