"""What is asked of the tables of an index. Several values are given as one JSON array.

What may concern a whole country is read in the order of a key and stops at a limit: nothing is gathered, then sorted.
"""

from __future__ import annotations

META = "SELECT key, value FROM meta"
TOWNS = "SELECT id, spellings, citycode, name, former_citycode, former_name FROM towns"
POSTCODES = "SELECT town, postcode FROM postcodes"
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
FROM located_addresses WHERE street IN (SELECT value FROM json_each(?)) ORDER BY number, suffix, id, precision
"""
HAS_NUMBER = "SELECT 1 FROM addresses WHERE street IN (SELECT value FROM json_each(?)) AND number = ? LIMIT 1"
