"""Reading an index of addresses: a SQLite file, or a list in memory put in the same tables."""

from __future__ import annotations

import json
import sqlite3
import threading
import weakref
from collections import Counter, OrderedDict
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property, lru_cache
from itertools import chain
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from geoville.crs import departement_of
from geoville.errors import AddressListError, DataUnavailableError, GeovilleError, Location
from geoville.geocoding import index_writer
from geoville.geocoding.index_writer import FORMAT, NO_NUMBER, YES, IndexWriter, cells_around, is_as_sealed
from geoville.geocoding.match import Street, StreetIndex, StreetRow, started
from geoville.geocoding.parse import StreetName
from geoville.geocoding.street_side import WITHOUT_TYPE, sampled_streets, survey_of
from geoville.geocoding.towns import Town
from geoville.geocoding.words import Vocabulary, content_words
from geoville.model import Address

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence
    from pathlib import Path

    from geoville.model import AddressList, Survey

Asked = TypeVar("Asked")
Kept = TypeVar("Kept")


# --- Connections to an index of addresses, read only: one for each thread that reads


class Connections:
    """Rows of an index, whatever the thread that asks for them.

    Parameters
    ----------
    connect : opens a connection to the index, in the thread that will use it.
    in_file : whether it is in a file, which anything may have damaged.
    """

    def __init__(self, connect: Callable[[], sqlite3.Connection], *, in_file: bool) -> None:
        self._connect, self._in_file = connect, in_file
        self._local = threading.local()
        self._connections: list[sqlite3.Connection] = []
        weakref.finalize(self, _close, self._connections)

    @classmethod
    def to_file(cls, path: Path) -> Connections:
        """Connections to a file, which is not read any more once another one has taken its place."""
        uri = f"{path.absolute().as_uri()}?mode=ro&immutable=1"
        opened = _identity(path)

        def connect() -> sqlite3.Connection:
            if _identity(path) != opened:  # what was read of the first file says nothing of this one
                advice = "recharger le service, ou relancer la commande"
                where = Location(path.name)
                raise DataUnavailableError("L'index d'adresses a été remplacé", where=where, advice=advice)
            return sqlite3.connect(uri, uri=True, check_same_thread=False)

        return cls(connect, in_file=True)

    @classmethod
    def to_copies(cls, content: bytes) -> Connections:
        """Connections to copies in memory of the bytes of an index."""

        def connect() -> sqlite3.Connection:
            copy = sqlite3.connect(":memory:", check_same_thread=False)
            copy.deserialize(content)
            return copy

        return cls(connect, in_file=False)

    def rows(self, query: str, values: Sequence[object] = ()) -> list[Any]:
        """Rows that answer a query.

        Raises
        ------
        DataUnavailableError
            The index is not readable any more, or was replaced.
        """
        connection = getattr(self._local, "connection", None)
        if connection is None:
            connection = self._local.connection = self._connect()
            self._connections.append(connection)
        try:
            return connection.execute(query, values).fetchall()
        except (sqlite3.DatabaseError, UnicodeDecodeError) as error:
            raise _damaged() from error

    @contextmanager
    def telling_damage(self) -> Iterator[None]:
        """Say that a file is damaged, whatever its rows lead to: a key without its row, a number that is a text.

        Raises
        ------
        DataUnavailableError
            It is.
        """
        try:
            yield
        except GeovilleError:
            raise
        except Exception as error:
            if not self._in_file:
                raise
            raise _damaged() from error


def _damaged() -> DataUnavailableError:
    return DataUnavailableError(
        "L'index d'adresses est illisible", advice="le refaire avec « geoville data addresses build »"
    )


def _identity(path: Path) -> tuple[int, int, int] | None:
    """What changes when a file is replaced; None where there is none."""
    try:
        status = path.stat()
    except OSError:
        return None
    return status.st_ino, status.st_size, status.st_mtime_ns


def _close(connections: Iterable[sqlite3.Connection]) -> None:
    for connection in connections:
        connection.close()


CHECKED_AT_ONCE_BYTES = 20_000_000
"""Largest index whose bytes are all looked at as it is opened: within 50 ms."""

NAMELESS = StreetName("", ())
"""Stands for a street whose name could not be read."""

FIRST_BYTES = b"SQLite format 3\x00"
TOWNS_AT_HAND = 512
WORDS_AT_HAND = 20_000
MANY_ADDRESSES = 1_000
MANY_STREETS = 1_000
"""Most streets compared when no town is named: more than a département has communes."""


COMMUNES_OF_A_DEPARTEMENT = 200
"""More communes of a département than the largest group of communes has, and fewer than most départements have."""


class AtHand(Generic[Asked, Kept]):
    """What was asked last, kept in memory. Several threads may ask at once; two may make the same, and one be lost.

    Parameters
    ----------
    most : sum of the sizes of all that is kept.
    size : of a value; all are alike unless it is given.
    """

    def __init__(self, most: int, size: Callable[[Kept], int] = lambda _: 1) -> None:
        self._most, self._size = most, size
        self._kept: OrderedDict[Asked, Kept] = OrderedDict()
        self._held = 0
        self._lock = threading.Lock()

    def __len__(self) -> int:
        """How many values are kept."""
        return len(self._kept)

    def of(self, asked: Asked, make: Callable[[], Kept]) -> Kept:
        """The value of what is asked, made where it is not at hand; what was asked longest ago then makes room."""
        with self._lock:
            if asked in self._kept:
                self._kept.move_to_end(asked)
                return self._kept[asked]
        made = make()
        with self._lock:
            known = len(self._kept)
            self._kept.setdefault(asked, made)
            if len(self._kept) > known:
                self._held += self._size(made)
            while self._held > self._most:
                self._held -= self._size(self._kept.popitem(last=False)[1])
        return made


@dataclass(frozen=True, slots=True)
class TownExtent:
    """How far the addresses of a town go.

    Parameters
    ----------
    addresses : how many they are.
    lon, lat, postcode, source : of the one nearest to their middle.
    hull : convex hull of them all, WKB, degrees, WGS84.
    """

    addresses: int
    lon: float
    lat: float
    postcode: str
    source: str
    hull: bytes


class AddressIndex:
    """An index of addresses, read only. Several threads may read at once.

    Parameters
    ----------
    connections : to the index.
    name : French noun phrase that names the index in a sentence.
    """

    def __init__(self, connections: Connections, name: str) -> None:
        self.name = name
        self._rows = connections.rows
        self.telling_damage = connections.telling_damage
        self._streets = AtHand[Town, StreetIndex](TOWNS_AT_HAND)
        self._streets_with = AtHand[str, int](WORDS_AT_HAND)
        self._vocabularies: dict[str, Vocabulary] = {}
        self._surveys: dict[Town, Survey | None] = {}
        self._meta: dict[str, str] = dict(self._rows(index_writer.META))
        known = self._rows(index_writer.TOWNS)
        self._towns = {key: Town(*names) for key, _, *names in known}
        self._keys = {town: key for key, town in self._towns.items()}
        self._refused = {
            (code, StreetName(kind, tuple(words.split()))) for code, kind, words in self._rows(index_writer.REFUSED)
        }
        self.spellings = {
            self._towns[key]: frozenset(filter(None, spellings.split(","))) for key, spellings, *_ in known
        }
        """Normalised names that designate each town."""

    @classmethod
    def open(cls, path: Path) -> AddressIndex:
        """Open an index that `geoville data addresses build` wrote.

        One of a town or of a département is seen to be as it was written; that of a whole country, which takes longer
        to read than any question, by `check_index`.

        Raises
        ------
        AddressListError
            The file is no such index, or one of another version of geoville.
        DataUnavailableError
            It has changed since it was written.
        """
        where, connections = Location(path.name), Connections.to_file(path)
        try:
            written_as = dict(connections.rows(index_writer.META)).get("format")
        except (sqlite3.Error, DataUnavailableError) as error:
            advice = "en faire un avec « geoville data addresses build »"
            raise AddressListError("Fichier qui n'est pas un index d'adresses", where=where, advice=advice) from error
        if written_as != str(FORMAT):
            advice = "le refaire avec « geoville data addresses build »"
            raise AddressListError("Index d'adresses d'une autre version de geoville", where=where, advice=advice)
        if path.stat().st_size <= CHECKED_AT_ONCE_BYTES:
            check_index(path)
        with connections.telling_damage():
            return cls(connections, f"l'index « {path.name} »")

    @classmethod
    def of_list(cls, addresses: AddressList) -> AddressIndex:
        """Index in memory of the addresses of a list that are on streets."""
        connection = sqlite3.connect(":memory:", isolation_level=None)
        writer = IndexWriter(connection)
        for address in addresses.addresses:
            if not address.place:
                writer.add(address)
        writer.finish(complete=addresses.complete)
        content = connection.serialize()
        connection.close()
        return cls(Connections.to_copies(content), addresses.name)

    @property
    def size(self) -> int:
        """Number of addresses."""
        return int(self._meta["addresses"])

    @property
    def complete(self) -> bool:
        """Whether whoever built the index said that no address of its towns is missing, and no row of his was lost."""
        return self._meta["complete"] == YES and all(citycode for citycode, _ in self._refused)

    def has_all_of(self, town: Town, street: StreetName | None = None) -> bool:
        """Whether no address of a town, or of one of its streets, is missing."""
        lost = {name for citycode, name in self._refused if citycode == town.citycode}
        return self.complete and (not lost if street is None else lost.isdisjoint({street, NAMELESS}))

    def knows_around(self, town: Town) -> bool:
        """Whether the index has so many communes of a town's département that none around it is missing."""
        return self._communes[departement_of(town.citycode)] >= COMMUNES_OF_A_DEPARTEMENT

    @cached_property
    def _communes(self) -> Counter[str]:
        """How many communes the index has of each département."""
        return Counter(departement_of(code) for code in {town.citycode for town in self._towns.values()})

    @property
    def rich(self) -> bool:
        """Whether the index knows so many words that one that it lacks is likely misspelt."""
        return self.complete or self.size >= MANY_ADDRESSES

    def towns(self) -> list[tuple[Town, str]]:
        """Towns with a postcode, once for each of their postcodes."""
        return [(self._towns[key], postcode) for key, postcode in self._rows(index_writer.POSTCODES)]

    def streets_of(self, town: Town) -> StreetIndex:
        """Streets of a town; those of the last towns asked are kept at hand."""

        def read() -> StreetIndex:
            return self._street_index(self._rows(index_writer.STREETS_OF_TOWN, (self._keys.get(town),)))

        return self._streets.of(town, read)

    def keys_of_streets(self, town: Town) -> list[tuple[int, ...]]:
        """Keys of each street of a town, in the order of `streets_of`, which takes four times as long to make them."""
        by_name: dict[tuple[str, tuple[str, ...]], list[Any]] = {}
        for row in self._rows(index_writer.STREETS_OF_TOWN, (self._keys.get(town),)):
            _, _, kind, words, _ = row
            by_name.setdefault((kind, content_words(tuple(words.split()))), []).append(row)
        streets: list[tuple[str, tuple[int, ...]]] = []
        for rows in by_name.values():
            if len(rows) == 1:
                ((label, key, *_),) = rows
                streets.append((label, (key,)))
            else:
                streets += [(street.label, street.keys) for street in self._street_index(rows).streets]
        return [keys for _, keys in sorted(streets)]

    def streets_with_all(self, words: Iterable[str]) -> StreetIndex:
        """Streets of every town that hold all these words, the first ones where they are very many."""
        distinct = set(words)
        known = self._rarest_first(distinct)
        if not known or len(known) < len(distinct):
            return self._street_index(())
        rarest, *others = known
        if not others:
            return self._street_index(self._rows(index_writer.STREETS_WITH, (rarest, MANY_STREETS)))
        values = (rarest, json.dumps(others), len(others), MANY_STREETS)
        return self._street_index(self._rows(index_writer.STREETS_WITH_ALSO, values))

    def streets_with_any(self, words: Iterable[str], towns: Iterable[Town] | None = None) -> StreetIndex:
        """Streets of some towns (None: all) that hold one of these words.

        Where they are many, the first ones, those with the rarest words before the others.
        """
        if towns is None:
            return self._street_index(self._with_any(words))
        looked_for, keys = tuple(words), [self._keys[town] for town in towns if town in self._keys]
        if len(looked_for) == len(keys) == 1:
            return self._street_index(self._rows(index_writer.STREETS_WITH_IN_TOWN, (*looked_for, *keys, MANY_STREETS)))
        values = (json.dumps(looked_for), json.dumps(keys), MANY_STREETS)
        return self._street_index(self._rows(index_writer.STREETS_WITH_ANY_IN_TOWNS, values))

    def streets_started(self, asked: StreetName, towns: Iterable[Town] | None = None) -> tuple[Street, ...]:
        """Streets of some towns (None: all) that hold every word asked, of which the last may be the start of theirs.

        Of those that hold a word that starts so, the first ones where they are very many.
        """
        bounds = _between((asked.content or (asked.type,))[-1])
        if towns is None:
            return started(asked, self._street_rows(self._rows(index_writer.STREETS_STARTING, (*bounds, MANY_STREETS))))
        keys = json.dumps([self._keys[town] for town in towns if town in self._keys])
        found = self._rows(index_writer.STREETS_STARTING_IN_TOWNS, (keys, *bounds, *bounds, keys, MANY_STREETS))
        return started(asked, self._street_rows(found))

    def knows(self, word: str) -> bool:
        """Whether a street of any town holds that word."""
        return self._count_of(word) > 0

    def _count_of(self, word: str) -> int:
        """How many streets hold a word; kept for the last words asked."""
        return self._streets_with.of(
            word, lambda: sum(count for (count,) in self._rows(index_writer.STREETS_OF_WORD, (word,)))
        )

    def vocabulary(self, letter: str) -> Vocabulary:
        """Words of the streets of every town that start with a letter, or a digit."""
        known = self._vocabularies.get(letter)
        if known is None:  # two threads may make it, and one be lost
            words = (word for (word,) in self._rows(index_writer.WORDS_STARTING, _between(letter)))
            known = self._vocabularies[letter] = Vocabulary(words, rich=self.rich)
        return known

    def addresses_of(self, streets: Iterable[int]) -> tuple[Address, ...]:
        """Addresses of some streets, sorted by number, suffix and id; points of the street come first."""
        each = [self._addresses_on(street) for street in streets]
        return tuple(each[0] if len(each) == 1 else sorted(chain(*each), key=_in_order))

    def _addresses_on(self, street: int) -> list[Address]:
        ((label, key),) = self._rows(index_writer.STREET, (street,))
        town = self._towns[key]
        return [
            Address(
                own, None if number == NO_NUMBER else number, suffix, label, "", postcode, town.citycode, town.name,
                lon, lat, precision, source, town.former_citycode, town.former_name,
            )
            for number, suffix, own, precision, postcode, lon, lat, source in self._rows(
                index_writer.ADDRESSES_OF_STREET, (street,)
            )
        ]  # fmt: skip

    def has_number(self, streets: Iterable[int], number: int) -> bool:
        """Whether one of some streets has that house number."""
        return bool(self._rows(index_writer.HAS_NUMBER, (json.dumps(list(streets)), number)))

    def addresses_around(self, lon: float, lat: float) -> tuple[Address, ...]:
        """Addresses of the streets that come within some hundred metres of a point given in degrees."""
        streets = self._rows(index_writer.STREETS_IN_CELLS, (json.dumps(cells_around(lon, lat)),))
        return self.addresses_of(street for (street,) in streets)

    def survey_of(self, town: Town) -> Survey | None:
        """How the house numbers of a town whose positions have no type were placed; None where they are too few."""
        if town not in self._surveys:  # two threads may make it, and one be lost
            keys = json.dumps([key for keys in sampled_streets(self.keys_of_streets(town)) for key in keys])
            rows = self._rows(index_writer.ADDRESSES_OF_PRECISION, (keys, WITHOUT_TYPE))
            self._surveys[town] = survey_of(_address(row) for row in rows)
        return self._surveys[town]

    def extent_of(self, town: Town) -> TownExtent | None:
        """How far the addresses of a town go; None where the index has none of it."""
        rows = self._rows(index_writer.EXTENT, (self._keys.get(town),))
        return TownExtent(*rows[0]) if rows else None

    def _rarest_first(self, words: Iterable[str]) -> list[str]:
        """Those of some words that streets hold, by the number of streets."""
        counts = {word: self._count_of(word) for word in words}
        return sorted((word for word, count in counts.items() if count), key=lambda word: (counts[word], word))

    def _with_any(self, words: Iterable[str]) -> list[Any]:
        found: list[Any] = []
        for word in self._rarest_first(words):
            found += self._rows(index_writer.STREETS_WITH, (word, MANY_STREETS - len(found)))
        return found

    def _street_index(self, found: Iterable[Sequence[Any]]) -> StreetIndex:
        return StreetIndex(self._street_rows(found), self.knows, rich=self.rich)

    def _street_rows(self, found: Iterable[Sequence[Any]]) -> Iterable[StreetRow]:
        rows = {
            key: StreetRow(label, key, _street_name(kind, words), self._towns[town])
            for label, key, kind, words, town in found
        }
        return rows.values()


def check_index(path: Path) -> None:
    """Read the whole of an index, to see that no bit of it has changed since it was written.

    Raises
    ------
    DataUnavailableError
        One has: an address could be found in the wrong place.
    """
    if not is_as_sealed(path):
        advice = "le refaire avec « geoville data addresses build »"
        where = Location(path.name)
        raise DataUnavailableError("L'index d'adresses n'est plus tel qu'il a été écrit", where=where, advice=advice)


def is_address_index(path: Path) -> bool:
    """Whether a file is a SQLite one, by its first bytes."""
    try:
        with path.open("rb") as stream:
            return stream.read(len(FIRST_BYTES)) == FIRST_BYTES
    except OSError:
        return False


def _between(start: str) -> tuple[str, str]:
    """Bounds of the texts that start so; words are ASCII letters and digits."""
    return start, start + "\x7f"


@lru_cache(20_000)
def _street_name(kind: str, words: str) -> StreetName:
    """A name, kept with what is derived of it: most streets of a country, and most questions, have the same ones."""
    return StreetName(kind, tuple(words.split()))


def _in_order(address: Address) -> tuple[Any, ...]:
    """As the index has the addresses of each street: by number, points of the street first."""
    number = NO_NUMBER if address.number is None else address.number
    return number, address.suffix, address.id, address.precision, address.lon, address.lat


def _address(row: Sequence[Any]) -> Address:
    key, number, *rest = row
    return Address(key, None if number == NO_NUMBER else number, *rest)
