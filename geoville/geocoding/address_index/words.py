"""The words of the streets of an index, and how many streets hold each: written in order, once all streets are."""

from __future__ import annotations

from typing import TYPE_CHECKING

from geoville.geocoding.street_name import StreetName

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterator

# Sorted by SQLite, which goes through the disk where there are many: put in their place one by one, words of a whole
# country would touch every page of their table again and again.
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
