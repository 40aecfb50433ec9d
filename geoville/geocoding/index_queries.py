"""What is asked of the tables of an index. Several values are given as one JSON array."""

from __future__ import annotations

META = "SELECT key, value FROM meta"
TOWNS = "SELECT id, citycode, name, former_citycode, former_name FROM towns"
POSTCODES = "SELECT town, postcode FROM postcodes"
EXTENT = "SELECT addresses, lon, lat, postcode, source, hull FROM towns WHERE id = ?"

_STREETS = "SELECT label, id, type, words, town FROM streets WHERE "
_FIRST_STREETS_OF = _STREETS + "id IN ({}) ORDER BY id LIMIT ?"

STREETS_OF_TOWN = _STREETS + "town = ?"
STREETS_WITH_ALL = _FIRST_STREETS_OF.format(
    "SELECT street FROM words WHERE word IN (SELECT value FROM json_each(?)) GROUP BY street HAVING COUNT(*) = ?"
)
STREETS_WITH_ANY = _FIRST_STREETS_OF.format("SELECT street FROM words WHERE word IN (SELECT value FROM json_each(?))")
STREETS_WITH_ANY_IN_TOWNS = _FIRST_STREETS_OF.format(
    """SELECT street FROM words
    WHERE word IN (SELECT value FROM json_each(?)) AND town IN (SELECT value FROM json_each(?))"""
)
STREETS_STARTING = _FIRST_STREETS_OF.format("SELECT street FROM words WHERE word >= ? AND word < ?")
STREETS_IN_CELLS = "SELECT DISTINCT street FROM cells WHERE cell IN (SELECT value FROM json_each(?))"

WORDS_STARTING = "SELECT DISTINCT word FROM words WHERE word >= ? AND word < ?"
KNOWN_WORD = "SELECT 1 FROM words WHERE word = ? LIMIT 1"

ADDRESSES_OF_STREETS = """
SELECT id, number, suffix, label, '', postcode, citycode, city, lon, lat, precision, source,
       former_citycode, former_city
FROM located_addresses WHERE street IN (SELECT value FROM json_each(?)) ORDER BY number, suffix, id, precision
"""
HAS_NUMBER = "SELECT 1 FROM addresses WHERE street IN (SELECT value FROM json_each(?)) AND number = ? LIMIT 1"
