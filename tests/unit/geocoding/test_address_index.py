"""The embedded geocoder over an index: towns in all their guises, whole streets and towns, suggestions, nearest."""

from __future__ import annotations

import re
import sqlite3
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from functools import partial
from typing import TYPE_CHECKING

import pytest
import shapely

from geoville.errors import AddressListError, DataUnavailableError, GeovilleError
from geoville.geocoding import EmbeddedGeocoder
from geoville.geocoding.index import TOWNS_AT_HAND, AddressIndex, AtHand, check_index, is_address_index
from geoville.geocoding.index_writer import IndexWriter, seal
from geoville.geocoding.towns import Town
from geoville.model import Address, AddressList, NotFound, Position, PositionType

if TYPE_CHECKING:
    from pathlib import Path

CALAIS = Address("C1", 1, "", "Rue Mollien", "", "62100", "62193", "Calais", 1.860, 50.950, "entrée", "BAN")
SEYNOD = Address("A1", 1, "", "Rue de la Gare", "", "74600", "74010", "Annecy", 6.100, 45.900, "entrée")
SEYNOD = SEYNOD._replace(former_citycode="74268", former_city="Seynod")
ANNECY = SEYNOD._replace(id="A2", postcode="74000", lon=6.120, former_citycode="74010", former_city="Annecy")
MARSEILLE = CALAIS._replace(id="M", street="Rue Paradis", postcode="", citycode="13201", lon=5.37, lat=43.29)
ADDRESSES = (
    CALAIS,
    CALAIS._replace(id="C3", number=3, lon=1.861),
    CALAIS._replace(id="C5", number=5, lon=1.862, lat=50.951, precision="adresse"),
    CALAIS._replace(id="C7", number=7, street="Rue Auguste Molière", lon=1.870),
    SEYNOD,
    SEYNOD._replace(id="A5", number=5, lon=6.101),
    ANNECY,
    ANNECY._replace(id="A8", number=8, lon=6.121),
    MARSEILLE._replace(city="Marseille 1er Arrondissement"),
    MARSEILLE._replace(id="M6", citycode="13206", city="Marseille 6e Arrondissement", lon=5.38),
)


def write(path: Path, addresses: tuple[Address, ...] = ADDRESSES, *, complete: bool = True) -> Path:
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        writer = IndexWriter(connection)
        for address in addresses:
            writer.add(address)
        writer.finish(complete=complete)
    return path


@pytest.fixture(scope="module")
def path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write(tmp_path_factory.mktemp("index") / "index é #1.sqlite")


@pytest.fixture(scope="module")
def geocoder(path: Path) -> EmbeddedGeocoder:
    return EmbeddedGeocoder(AddressIndex.open(path))


def found(geocoder: EmbeddedGeocoder, text: str, **limits: str) -> Position:
    answer = geocoder.search(text, **limits)
    assert isinstance(answer, Position), answer
    return answer


def test_the_keys_of_the_streets_of_a_town_are_those_of_its_streets(tmp_path: Path) -> None:
    labels = ("Rue des Marais", "Rue du Marais", "rue du marais", "Avenue Foch", "Av. Foch", "Zinc", "Éole", "École")
    path = write(tmp_path / "62.sqlite", tuple(CALAIS._replace(id=label, street=label) for label in labels))
    index = AddressIndex.open(path)
    town = Town("62193", "Calais")
    keys = index.keys_of_streets(town)
    assert keys == [street.keys for street in index.streets_of(town).streets]
    assert [len(of_street) for of_street in keys] == [2, 1, 2, 1, 1, 1]
    assert index.keys_of_streets(Town("62548", "Marck")) == []


def test_a_position_is_told_as_the_list_writes_it(geocoder: EmbeddedGeocoder) -> None:
    position = found(geocoder, "5 rue Mollien, 62100 Calais")
    assert (position.id, position.housenumber, position.street) == ("C5", "5", "Rue Mollien")
    assert (position.accuracy_m, position.firm, position.source, position.whole) == (15, True, "BAN", None)
    assert (position.score_next, position.alternatives) == (None, ())


def test_a_street_of_a_merged_commune_is_told_from_its_namesake(geocoder: EmbeddedGeocoder) -> None:
    for text in ("1 rue de la Gare, Annecy", "1 rue de la Gare", "rue de la Gare, Annecy"):
        position = found(geocoder, text)
        assert not position.firm
        assert position.alternatives == ("Rue de la Gare, Seynod, Annecy",)
        assert position.score_next == position.score == 1.0
        assert "Plusieurs rues possibles" in position.firm_reason
        assert position.whole is None
    for text in ("1 rue de la Gare, Seynod", "1 rue de la Gare 74600 Annecy", "1 rue de la Gare 74600"):
        assert (found(geocoder, text).id, found(geocoder, text).firm) == ("A1", True)


def test_a_complete_list_tells_namesakes_by_the_number_that_only_one_has(geocoder: EmbeddedGeocoder) -> None:
    position = found(geocoder, "8 rue de la Gare, Annecy")
    assert (position.id, position.firm, position.alternatives) == ("A8", True, ())


@pytest.mark.parametrize("town", ["Marseille 6e", "Marseille 6", "Marseille 6ème", "Marseille 6e arrondissement"])
def test_an_arrondissement_is_named_in_many_ways(geocoder: EmbeddedGeocoder, town: str) -> None:
    assert (found(geocoder, f"1 rue Paradis, {town}").id, found(geocoder, f"1 rue Paradis, {town}").firm) == (
        "M6",
        True,
    )


@pytest.mark.parametrize(
    "town", ["62520 Touquet Paris Plage", "62520 Le Touquet", "62520 Le Tourquet Paris-Plag", "Touquet-Paris-Plage"]
)
def test_the_name_of_a_town_without_its_article_cut_short_or_misspelt(tmp_path: Path, town: str) -> None:
    resort = CALAIS._replace(postcode="62520", citycode="62826", city="Le Touquet-Paris-Plage")
    geocoder = EmbeddedGeocoder(AddressIndex.open(write(tmp_path / "62.sqlite", (*ADDRESSES, resort))))
    assert (found(geocoder, f"1 rue Mollien, {town}").citycode, found(geocoder, f"1 rue Mollien, {town}").firm) == (
        "62826",
        True,
    )


def test_a_city_is_all_its_arrondissements(geocoder: EmbeddedGeocoder) -> None:
    for position in (found(geocoder, "1 rue Paradis, Marseille"), found(geocoder, "1 rue Paradis", citycode="13055")):
        assert len(position.alternatives) == 1
        assert not position.firm
    assert found(geocoder, "1 rue Paradis", citycode="13206").id == "M6"


def test_a_town_without_postcode_in_the_list_is_named_with_one(geocoder: EmbeddedGeocoder) -> None:
    assert found(geocoder, "1 rue Paradis 13006 Marseille 6e").firm
    assert isinstance(geocoder.search("1 rue Paradis 59000 Marseille 6e"), NotFound)


def test_limits_beside_the_text(geocoder: EmbeddedGeocoder) -> None:
    assert found(geocoder, "1 rue de la Gare", postcode="74000").id == "A2"
    assert found(geocoder, "1 rue de la Gare", citycode="74268").id == "A1"
    assert found(geocoder, "1 rue de la Gare, Annecy", citycode="74268").firm
    assert isinstance(geocoder.search("1 rue Mollien", postcode="99999"), NotFound)
    for text, limits in (
        ("1 rue Mollien, Calais", {"postcode": "74000"}),
        ("1 rue Mollien, Calais", {"citycode": "74010"}),
        ("1 rue Mollien", {"postcode": "62100", "citycode": "74010"}),
    ):
        position = found(geocoder, text, **limits)
        assert (position.id, position.firm, position.whole) == ("C1", False, None)
        assert "se contredisent" in position.firm_reason


def test_a_street_that_is_known_whole_says_how_far_it_goes(path: Path, tmp_path: Path) -> None:
    complete = EmbeddedGeocoder(AddressIndex.open(path))
    incomplete = EmbeddedGeocoder(AddressIndex.open(write(tmp_path / "partial.sqlite", complete=False)))
    for text in ("rue Mollien, Calais", "2 rue Mollien, Calais"):
        position = found(complete, text)
        assert (position.type, position.firm) == (PositionType.STREET, False)
        assert position.whole is not None
        assert position.whole.equals(shapely.MultiPoint([(1.860, 50.950), (1.861, 50.950), (1.862, 50.951)]))
        assert position.accuracy_m == 15, "that of its vaguest address"
        unsure = found(incomplete, text)
        assert (unsure.whole, unsure.accuracy_m) == (None, 0)
    beyond = found(complete, "200 rue Mollien, Calais")
    assert not beyond.firm
    assert beyond.accuracy_m == 15 + 98 * 100, "so many numbers farther, each 100 m at most"
    assert "plus grand que tous ceux de la rue" in beyond.firm_reason


def test_a_street_that_is_not_sure_comes_with_its_whole_town(path: Path, tmp_path: Path) -> None:
    complete = found(EmbeddedGeocoder(AddressIndex.open(path)), "impasse Mollien, Calais")
    assert (complete.firm, complete.whole_is) == (False, "toute la commune (Calais)")
    assert complete.whole is not None
    assert complete.whole.covers(shapely.Point(1.861, 50.950))
    partial = EmbeddedGeocoder(AddressIndex.open(write(tmp_path / "partial.sqlite", complete=False)))
    assert found(partial, "impasse Mollien, Calais").whole is None, "the rest of the town is not known"
    assert found(EmbeddedGeocoder(AddressIndex.open(path)), "impasse Mollien").whole is None, "nor is the town said"


def test_a_town_that_is_known_whole_says_how_far_it_goes(geocoder: EmbeddedGeocoder) -> None:
    position = found(geocoder, "62100 Calais")
    assert (position.type, position.firm, position.id, position.label) == (
        PositionType.MUNICIPALITY,
        False,
        "62193",
        "Calais",
    )
    assert position.whole is not None
    assert position.whole.equals(shapely.MultiPoint([(a.lon, a.lat) for a in ADDRESSES[:4]]).convex_hull)
    assert position.accuracy_m == 50, "any address at its edge may be a segment's"
    assert found(geocoder, "Annecy").whole.covers(shapely.Point(6.11, 45.9))
    assert found(geocoder, "62100 Trouville").whole is None


def test_the_nearest_address_and_its_distance(geocoder: EmbeddedGeocoder) -> None:
    position = geocoder.reverse(1.8612, 50.9501)
    assert isinstance(position, Position)
    assert (position.id, position.label, position.firm) == ("C3", "3 Rue Mollien, 62100 Calais", True)
    assert "à 18\N{NO-BREAK SPACE}m du point demandé" in position.accuracy_reason
    for lon, lat in ((1.8650, 50.9550), (-60.0, 14.0), (180.0, 90.0)):
        assert isinstance(geocoder.reverse(lon, lat), NotFound)


@pytest.mark.parametrize(
    ("typed", "first"),
    [
        ("3 rue mol", "3 Rue Mollien, 62100 Calais"),
        ("mollien", "Rue Mollien, 62100 Calais"),
        ("5 rue mollien cal", "5 Rue Mollien, 62100 Calais"),
        ("rue mollien, cal", "Rue Mollien, 62100 Calais"),
        ("rue de la gare seyn", "Rue de la Gare, 74600 Annecy"),
        ("cala", "Calais"),
        ("62100", "Calais"),
    ],
)
def test_what_is_being_typed(geocoder: EmbeddedGeocoder, typed: str, first: str) -> None:
    labels = [position.label for position in geocoder.suggest(typed)]
    assert labels[0] == first
    assert len(labels) == len(set(labels)) <= 5


def test_suggestions_are_few_and_within_limits(geocoder: EmbeddedGeocoder) -> None:
    assert len(geocoder.suggest("rue", limit=2)) <= 2
    assert {position.postcode for position in geocoder.suggest("1 rue", postcode="74600")} <= {"74600"}
    assert geocoder.suggest("rue mol", citycode="74010") == ()
    for typed in ("", "  ", "!!", "x" * 201, "zzzz"):
        assert geocoder.suggest(typed) == ()


def church(number: int) -> Address:
    """The church street of one of 300 villages, on a line eastwards, a hundredth of a degree apart."""
    town = f"Village {chr(97 + number // 26)}{chr(97 + number % 26)}"
    code = f"{80001 + number}"
    return Address(f"E{code}", 1, "", "Rue de l'Église", "", "80100", code, town, 2 + number / 100, 50.0, "entrée")


@pytest.fixture(scope="module")
def churches(tmp_path_factory: pytest.TempPathFactory) -> EmbeddedGeocoder:
    written = write(tmp_path_factory.mktemp("churches") / "index.sqlite", tuple(map(church, range(300))))
    return EmbeddedGeocoder(AddressIndex.open(written))


@pytest.mark.parametrize("typed", ["rue de l'église", "1 rue de l'église", "rue de l'égl", "rue de l'église 80"])
@pytest.mark.parametrize("number", [0, 150, 299])
def test_of_streets_of_one_name_the_nearest_comes_first(churches: EmbeddedGeocoder, typed: str, number: int) -> None:
    around = church(number)
    suggested = churches.suggest(typed, limit=3, near=(around.lon + 0.001, around.lat))
    nearest = [around.citycode, *(church(other).citycode for other in (number - 1, number + 1))]
    assert suggested[0].citycode == nearest[0]
    assert len(suggested) == 3
    assert {one.citycode for one in suggested[:2]} <= set(nearest)


def test_a_postcode_being_typed_is_no_part_of_the_street(geocoder: EmbeddedGeocoder) -> None:
    assert geocoder.suggest("rue de la gare 746")[0].label == "Rue de la Gare, 74600 Annecy"
    eighth = CALAIS._replace(id="H", street="Rue du 8 Mai 1945")
    known = EmbeddedGeocoder(AddressList((*ADDRESSES, eighth), complete=False, name="la liste"))
    assert known.suggest("rue du 8")[0].label == "Rue du 8 Mai 1945, 62100 Calais"


def test_a_street_has_the_id_that_its_numbers_begin_with_in_the_ban() -> None:
    listed = CALAIS._replace(id="62193_5310_00001")
    known = EmbeddedGeocoder(AddressList((listed,), complete=False, name="la liste"))
    assert found(known, "1 rue Mollien, Calais").id == "62193_5310_00001"
    assert found(known, "rue Mollien, Calais").id == "62193_5310"
    assert found(known, "Calais").id == "62193"
    other = EmbeddedGeocoder(AddressList((CALAIS,), complete=False, name="la liste"))
    assert found(other, "rue Mollien, Calais").id == ""  # an id of another list says nothing of the street


def test_places_are_suggested_too() -> None:
    school = CALAIS._replace(id="P", number=None, street="", place="Collège Vauban")
    geocoder = EmbeddedGeocoder(AddressList((*ADDRESSES, school), complete=False, name="la liste"))
    assert geocoder.suggest("vauban")[0].label == "Collège Vauban, 62100 Calais"


@pytest.mark.parametrize("typed", ["coll", "collège Vau", "Vaub", "Calais vaub"])
def test_places_are_suggested_from_their_beginning(typed: str) -> None:
    school = CALAIS._replace(id="P", number=None, street="", place="Collège Vauban")
    geocoder = EmbeddedGeocoder(AddressList((*ADDRESSES, school), complete=False, name="la liste"))
    assert geocoder.suggest(typed)[0].label == "Collège Vauban, 62100 Calais"
    assert geocoder.suggest(f"{typed}x") == ()


def test_several_threads_read_one_file(geocoder: EmbeddedGeocoder) -> None:
    texts = ["1 rue Mollien, Calais", "rue Mollien", "rue Molien, Calais", "Annecy"] * 50
    with ThreadPoolExecutor(4) as pool:
        assert list(pool.map(geocoder.search, texts)) == [geocoder.search(text) for text in texts]


def test_streets_are_kept_at_hand_for_some_towns_only(tmp_path: Path) -> None:
    many = tuple(CALAIS._replace(citycode=f"62{rank:03d}", city=f"Ville {rank}") for rank in range(TOWNS_AT_HAND + 9))
    index = AddressIndex.open(write(tmp_path / "many.sqlite", many))
    for town, _ in index.towns():
        assert len(index.streets_of(town).streets) == 1
    assert len(index._streets) == TOWNS_AT_HAND


def test_what_was_asked_last_is_kept_as_far_as_its_size_goes() -> None:
    made: list[str] = []

    def value(text: str) -> str:
        made.append(text)
        return text

    kept = AtHand[str, str](5, len)
    for text in ("aa", "bb", "aa", "cc", "aa", "bb", "dddddd", "aa"):
        assert kept.of(text, partial(value, text)) == text
    assert made == ["aa", "bb", "cc", "bb", "dddddd", "aa"]  # "bb" made room for "cc"; what is too big, for nothing
    assert len(kept) == 1


def test_what_could_not_be_made_is_made_again() -> None:
    kept = AtHand[str, int](5)
    with pytest.raises(ZeroDivisionError):
        kept.of("a", lambda: 1 // 0)
    assert kept.of("a", lambda: 1) == 1


def test_what_is_remembered_of_questions_is_streets_without_the_number_asked(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("geoville.geocoding.search.MATCHES_AT_HAND", 2)
    geocoder = EmbeddedGeocoder(AddressIndex.open(path))
    for street in ("rue Mollien", "rue Auguste Molière", "rue Paradis", "rue de la Gare"):
        geocoder.search(f"4321 bis {street}, Calais")
    kept = geocoder._streets._matches._kept
    assert sum(len(found) or 1 for found in kept.values()) == 2
    assert "gare" in repr(list(kept))
    assert not {"4321", "bis"} & set(re.findall(r"\w+", repr(kept)))


def test_a_street_asked_again_is_not_read_again(path: Path) -> None:
    geocoder = EmbeddedGeocoder(AddressIndex.open(path))
    first = geocoder.search("1 rue Mollien, Calais")
    read: list[object] = []
    rows = geocoder._index._rows
    geocoder._index._rows = lambda query, values=(): read.append(query) or rows(query, values)  # type: ignore[method-assign]
    assert geocoder.search("1 rue Mollien, Calais") == first
    assert read == []
    assert isinstance(geocoder.search("rue Mollien, Calais"), Position)


def test_the_same_address_twice_counts_once_and_the_firmest_position_answers(tmp_path: Path) -> None:
    twice = (CALAIS, CALAIS, CALAIS._replace(precision="segment", lon=1.9))
    index = AddressIndex.open(write(tmp_path / "twice.sqlite", twice))
    assert index.size == 2
    assert found(EmbeddedGeocoder(index), "1 rue Mollien").lon == CALAIS.lon


def test_a_number_that_the_list_places_twice_is_not_firm(tmp_path: Path) -> None:
    for lon, firm in ((CALAIS.lon + 0.0001, True), (CALAIS.lon + 0.01, False)):
        index = AddressIndex.open(write(tmp_path / f"{firm}.sqlite", (CALAIS, CALAIS._replace(id="again", lon=lon))))
        position = found(EmbeddedGeocoder(index), "1 rue Mollien, Calais")
        assert (position.firm, "plusieurs positions" in position.firm_reason) == (firm, not firm)


def test_another_file_is_refused(tmp_path: Path) -> None:
    text, other, old = tmp_path / "liste.csv", tmp_path / "autre.sqlite", write(tmp_path / "old.sqlite")
    text.write_text("id;numero\n", encoding="utf-8")
    with closing(sqlite3.connect(other)) as connection:
        connection.execute("CREATE TABLE x (y)")
    with closing(sqlite3.connect(old)) as connection:
        connection.execute("UPDATE meta SET value = '0' WHERE key = 'format'")
        connection.execute("ALTER TABLE towns DROP COLUMN spellings")
        connection.commit()
    assert [is_address_index(file) for file in (text, other, old, tmp_path / "absent")] == [False, True, True, False]
    for file, said in (
        (text, "pas un index"),
        (other, "pas un index"),
        (tmp_path / "absent", "pas un index"),
        (old, "autre version"),
    ):
        with pytest.raises(AddressListError, match=said):
            AddressIndex.open(file)


def test_an_index_of_which_one_bit_has_changed_is_refused_wherever_it_is(tmp_path: Path) -> None:
    path = write(tmp_path / "sealed.sqlite")
    seal(path)
    content = path.read_bytes()
    assert found(EmbeddedGeocoder(AddressIndex.open(path)), "1 rue Mollien, Calais")
    for place in (*range(100), *range(100, len(content), 997)):
        changed = bytearray(content)
        changed[place] ^= 1 << place % 8
        path.write_bytes(changed)
        with pytest.raises(GeovilleError, match=r"plus tel qu'il a été écrit|pas un index|autre version"):
            AddressIndex.open(path)


def test_a_large_index_is_read_whole_by_who_has_the_time(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("geoville.geocoding.index.CHECKED_AT_ONCE_BYTES", 10_000)
    path = write(tmp_path / "large.sqlite")
    seal(path)
    check_index(path)
    with path.open("r+b") as stream:
        stream.seek(-1, 2)
        stream.write(b"\x01")
    AddressIndex.open(path)
    with pytest.raises(DataUnavailableError, match=r"plus tel qu'il a été écrit.*data addresses build"):
        check_index(path)


def test_an_index_that_becomes_unreadable_is_no_crash(tmp_path: Path) -> None:
    path = write(tmp_path / "cut.sqlite")
    content = path.read_bytes()
    geocoder = EmbeddedGeocoder(AddressIndex.open(path))
    path.write_bytes(content[:4096] + b"\xff" * (len(content) - 4096))
    with pytest.raises(DataUnavailableError, match="illisible"):
        geocoder.search("1 rue Mollien, Calais")


def test_an_index_replaced_on_disk_is_never_read_with_what_was_known_of_the_first(tmp_path: Path) -> None:
    path = write(tmp_path / "index.sqlite")
    geocoder = EmbeddedGeocoder(AddressIndex.open(path))
    write(tmp_path / "new.sqlite", (SEYNOD,)).replace(path)
    found = geocoder.search("1 rue Mollien, Calais")
    assert isinstance(found, Position)
    assert found.label.startswith("1 Rue Mollien")
    with ThreadPoolExecutor(1) as other_thread, pytest.raises(DataUnavailableError, match="remplacé"):
        other_thread.submit(geocoder.search, "7 rue Auguste Molière, Calais").result()  # not kept from the first


def test_a_number_before_the_start_of_many_towns_is_no_damage() -> None:
    towns = [f"Bou{letter}ville" for letter in "abcdefghijklmnopqrstuvwxyz"]
    listed = [
        Address(
            id=f"{rank}", number=25, suffix="", street="Rue Basse", place="", postcode=f"01{rank:03d}",
            citycode=f"01{rank:03d}", city=town, lon=5.0 + rank / 100, lat=46.0, precision="entrée", source="",
        )
        for rank, town in enumerate(towns, 1)
    ]  # fmt: skip
    geocoder = EmbeddedGeocoder(AddressList(tuple(listed), complete=True, name="la liste"))
    assert geocoder.suggest("25 Bou") is not None
    assert geocoder.suggest("25 rue Bas", limit=3)[0].housenumber == "25"
