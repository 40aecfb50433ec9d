"""What holds for any text and any list: no traceback, no leak, no dependence on case, accents or order."""

from __future__ import annotations

import random
import unicodedata
from dataclasses import replace

import pytest
from effort import cases
from hypothesis import example, given
from hypothesis import strategies as st

from geoville.errors import InvalidInputError
from geoville.french import fold
from geoville.geocoding import EmbeddedGeocoder, parse_address
from geoville.geocoding.parse import street_name
from geoville.geocoding.words import normalise
from geoville.model import Address, AddressList, NotFound, Position

FIRST = Address("1", 5, "", "Rue des Érables", "", "62100", "62193", "Calais", 1.85, 50.95, "adresse")
STREETS = (
    ("Rue des Érables", "Calais"),
    ("Avenue Georges Guynemer", "Calais"),
    ("Boulevard du 8 Mai", "Calais"),
    ("Grande Rue du Petit Courgain", "Marck"),
    ("Rue des Érables", "Marck"),
    ("Transmarck ZAC des Pins", "Marck"),
)
TOWNS = {"Calais": ("62100", "62193"), "Marck": ("62730", "62548")}
ADDRESSES = tuple(
    FIRST._replace(
        id=f"{rank}-{number}",
        number=number,
        street=street,
        city=city,
        postcode=TOWNS[city][0],
        citycode=TOWNS[city][1],
        lon=1.8 + rank / 100 + number / 10_000,
    )
    for rank, (street, city) in enumerate(STREETS)
    for number in (1, 5, 12)
)
PLACE = FIRST._replace(id="p", number=None, street="", place="Collège Vauban")
LIST = AddressList((*ADDRESSES, PLACE), complete=False, name="la liste d'essai")
GEOCODER = EmbeddedGeocoder(LIST)

WORDS_OF_ADDRESSES = (
    "5 12 12B bis ter n° rue r. avenue av bd du des de la 8 mai 1945 Érables Guynemer Georges Courgain 62100 62730 "
    "Calais Marck CEDEX 9 BP 123 , - ' ’ à et ZAC Pins collège Vauban étage porte grande résidence ( ) \n France"
)
WORDS = st.sampled_from(WORDS_OF_ADDRESSES.split(" "))
ADDRESS_LIKE = st.lists(WORDS, min_size=1, max_size=14).map(" ".join)
TEXTS = st.one_of(st.text(max_size=210), ADDRESS_LIKE)
QUESTIONS = st.builds(
    "{} {}, {}".format,
    st.sampled_from([5, 12, 7]),
    st.sampled_from([street for street, _ in STREETS]),
    st.sampled_from(["Calais", "Marck", "62100 Calais"]),
)


def search(text: str) -> Position | NotFound | None:
    try:
        return GEOCODER.search(text)
    except InvalidInputError:
        return None


@given(TEXTS)
@example("\ud800")
@example("12 à")
@example("bis")
@example("CEDEX")
def test_no_text_makes_the_parser_or_the_search_fail(text: str) -> None:
    parse_address(text)
    answer = search(text)
    assert answer is None or isinstance(answer, Position | NotFound)
    if isinstance(answer, Position):
        assert 0 < answer.score <= 1
        assert answer.firm == (not answer.firm_reason)


@given(st.text(max_size=80))
@example("n\u0301d D")
def test_normalising_twice_changes_nothing(text: str) -> None:
    assert normalise(normalise(text)) == normalise(text)
    assert fold(fold(text)) == fold(text)


@given(ADDRESS_LIKE)
def test_a_street_name_is_read_the_same_once_written_out(text: str) -> None:
    once = street_name(text)
    if once.type:
        assert street_name(" ".join((once.type, *once.words))) == once


@given(QUESTIONS)
def test_case_accents_spaces_and_apostrophes_do_not_matter(text: str) -> None:
    bare = "".join(letter for letter in unicodedata.normalize("NFD", text) if not unicodedata.combining(letter))
    answer = search(text)
    assert search(text.upper()) == answer
    assert search(bare.lower()) == answer
    assert search(text.replace(" ", "  ").replace("'", "’")) == answer


@cases(each_run=60, slow=200)
@given(QUESTIONS, st.randoms(use_true_random=False))
def test_the_order_of_the_list_does_not_matter(text: str, chance: random.Random) -> None:
    shuffled = list(LIST.addresses)
    chance.shuffle(shuffled)
    assert EmbeddedGeocoder(replace(LIST, addresses=tuple(shuffled))).search(text) == search(text)


@given(st.from_regex(r"[xz]{6,12}", fullmatch=True), st.sampled_from(["rue {}", "12 rue {}, Calais", "{}", "rue, {}"]))
def test_no_answer_repeats_what_was_typed(secret: str, question: str) -> None:
    answer = search(question.format(secret))
    assert isinstance(answer, NotFound)
    assert secret not in answer.reason


@given(st.sampled_from(ADDRESSES))
def test_every_address_finds_itself(address: Address) -> None:
    answer = search(f"{address.number} {address.street}, {address.postcode} {address.city}")
    assert isinstance(answer, Position)
    assert (answer.lon, answer.score, answer.firm) == (pytest.approx(address.lon), 1.0, True)
