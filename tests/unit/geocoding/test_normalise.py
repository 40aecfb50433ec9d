from __future__ import annotations

import pytest

from geoville.geocoding.parse import leading_type, street_name
from geoville.geocoding.words import content_words, fold, normalise, numbers_in_letters, sound


@pytest.mark.parametrize(
    ("text", "folded"),
    [
        ("Rue de l’Église", "rue de l eglise"),
        ("RUE D'ORLÉANSVILLE", "rue d orleansville"),
        ("Saint-Exupéry", "saint exupery"),
        ("Sacré‑Cœur\u00a0!", "sacre coeur"),
        ("  deux   espaces\tet\x00un nul ", "deux espaces et un nul"),
        ("😀", ""),
        ("ﬁ", "fi"),
        ("İstanbul", "istanbul"),
    ],
)
def test_fold(text: str, folded: str) -> None:
    assert fold(text) == folded


@pytest.mark.parametrize(
    ("text", "normalised"),
    [
        ("Ste-Anne", "sainte anne"),
        ("Gal Leclerc", "general leclerc"),
        ("Mal Foch", "marechal foch"),
        ("Dr. Calmette", "docteur calmette"),
        ("Pdt Wilson", "president wilson"),
        ("St Omer", "saint omer"),
    ],
)
def test_abbreviated_words_are_written_out(text: str, normalised: str) -> None:
    assert normalise(text) == normalised


def test_small_numbers_are_written_in_letters_and_years_are_not() -> None:
    assert numbers_in_letters(("11", "novembre", "1918")) == ("onze", "novembre", "1918")
    assert numbers_in_letters(("18", "juin")) == ("dix", "huit", "juin")
    assert numbers_in_letters(("1er", "mai")) == ("premier", "mai")


def test_a_name_made_of_particles_keeps_them() -> None:
    assert content_words(("de", "la", "paix")) == ("paix",)
    assert content_words(("de", "la")) == ("de", "la")


def test_sound_keeps_different_words_apart() -> None:
    assert sound("calmete") == sound("calmette")
    assert sound("chaux") != sound("caux")


@pytest.mark.parametrize(
    ("text", "kind", "words"),
    [
        ("av. de Calais", "avenue", "de calais"),
        ("Bld Léon Gambetta", "boulevard", "leon gambetta"),
        ("Gde Rue du Petit Courgain", "grande rue", "du petit courgain"),
        ("Rue des 4 Coins", "rue", "des quatre coins"),
        ("rpt de l'Europe", "rond point", "de l europe"),
        ("Rond-Point de l'Europe", "rond point", "de l europe"),
        ("Transmarck ZAC des Pins", "", "transmarck zac des pins"),
        ("Grand'Place", "grande place", ""),
        ("", "", ""),
    ],
)
def test_street_name(text: str, kind: str, words: str) -> None:
    name = street_name(text)
    assert (name.type, " ".join(name.words)) == (kind, words)


def test_only_a_name_without_article_or_with_a_title_may_lose_its_first_words() -> None:
    assert street_name("Avenue Georges Guynemer").names_a_person
    assert street_name("Rue du Pasteur Martin Luther King").names_a_person
    assert not street_name("Rue du Four à Chaux").names_a_person
    assert not street_name("Grande Rue").names_a_person


def test_a_type_is_read_at_the_head_only() -> None:
    assert leading_type(("le", "boulevard")) == ("", 0)
