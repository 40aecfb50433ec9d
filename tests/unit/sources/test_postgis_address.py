"""Addresses of tables: what is read in them, what is refused, and what is never shown."""

from __future__ import annotations

from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from geoville.errors import InvalidInputError
from geoville.sources.postgis import LONGEST_NAME_BYTES, parse_postgis_address

NAMES = st.text(st.characters(exclude_categories=("C",)), min_size=1, max_size=15)


def test_every_part_is_read() -> None:
    address = parse_postgis_address("postgresql://ana:s%23e@sig.ville.fr:5433/base?sslmode=require#quartiers.candidats")
    assert (address.user, address.password, address.host, address.port) == ("ana", "s#e", "sig.ville.fr", 5433)
    assert (address.base, address.schema, address.table) == ("base", "quartiers", "candidats")
    assert address.options == (("sslmode", "require"),)


def test_what_is_not_said_is_left_to_the_usual_places() -> None:
    address = parse_postgis_address("postgresql:///ville#candidats")
    assert (address.user, address.password, address.host, address.port) == (None, None, None, None)
    assert (address.schema, address.server) == ("public", "local")


@given(NAMES, NAMES, NAMES, NAMES)
def test_any_name_comes_back(base: str, schema: str, table: str, password: str) -> None:
    def written(name: str) -> str:
        return quote(name, safe="").replace(".", "%2E")

    text = f"postgresql://u:{written(password)}@h/{written(base)}#{written(schema)}.{written(table)}"
    if "/" in base:
        with pytest.raises(InvalidInputError):
            parse_postgis_address(text)
        return
    address = parse_postgis_address(text)
    assert (address.base, address.schema, address.table, address.password) == (base, schema, table, password)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("mysql://u@h/b#t", "n'est pas celle d'une table"),
        ("postgres://u@h/b#t", "n'est pas celle d'une table"),
        ("postgresql+asyncpg://u@h/b#t", "n'est pas celle d'une table"),
        ("postgresql:b#t", "n'est pas celle d'une table"),
        ("postgresql://u@h/b", "ne nomme pas de table"),
        ("postgresql://u@h/b#", "ne nomme pas de table"),
        ("postgresql://u@h/b#schema.", "ne nomme pas de table"),
        ("postgresql://u@h/b#.table", "ne nomme pas de table"),
        ("postgresql://u@h/b#a.b.c", "plus qu'un schéma"),
        ("postgresql://u@h#t", "ne nomme pas une base"),
        ("postgresql://u@h/#t", "ne nomme pas une base"),
        ("postgresql://u@h/a/b#t", "ne nomme pas une base"),
        ("postgresql://u@h:port/b#t", "illisible"),
        ("postgresql://u@h:99999/b#t", "illisible"),
        ("postgresql://u@[h/b#t", "illisible"),
        ("postgresql://u@h/b?options=-c%20x#t", "Option de connexion inconnue : options"),
        ("postgresql://u@h/b?sslmode#t", "options de l'adresse"),
        ("postgresql://u@h/b#t\x00", "caractère interdit"),
        ("postgresql://u@h/b#t\n", "caractère interdit"),
        ("postgresql://u@h/b#t%00", "caractère de contrôle"),
        ("postgresql://u@h/b#100%", "caractère interdit"),
        (f"postgresql://u@h/b#{'é' * 32}", "trop long"),
    ],
)
def test_what_is_no_address_of_a_table_is_refused(text: str, message: str) -> None:
    with pytest.raises(InvalidInputError, match=message):
        parse_postgis_address(text)


def test_the_longest_name_is_accepted() -> None:
    name = "t" * LONGEST_NAME_BYTES
    assert parse_postgis_address(f"postgresql://u@h/b#{name}").table == name


def test_a_password_is_never_shown() -> None:
    address = parse_postgis_address("postgresql://ana:tresor@h:1/b?sslmode=require#t")
    assert "tresor" not in repr(address) + str(address) + address.server


@pytest.mark.parametrize(
    "text",
    [
        "postgresql://ana:tresor@h:port/b#t",
        "postgresql://ana:tresor@h/b?password=tresor#t",
        "postgresql://ana:tresor@h/b",
        "postgresql://ana:tresor%@h/b#t",
        "mysql://ana:tresor@h/b#t",
    ],
)
def test_a_refusal_does_not_repeat_the_password(text: str) -> None:
    with pytest.raises(InvalidInputError) as refusal:
        parse_postgis_address(text)
    assert "tresor" not in refusal.value.sentence
