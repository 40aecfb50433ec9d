"""Spelling made equal: case, accents, apostrophes, hyphens, abbreviations, numbers in letters. Pure functions."""

from __future__ import annotations

import re
import unicodedata

from geoville.geocoding.vocabulary import NUMBER_WORDS, PARTICLES, WORD_ABBREVIATIONS

_LIGATURES = str.maketrans({"œ": "oe", "æ": "ae", "ß": "ss"})
_NOT_A_WORD = re.compile(r"[^a-z0-9]+")
_DOUBLED = re.compile(r"([a-z])\1+")
_SILENT_H = re.compile(r"(?<!c)h")


def fold(text: str) -> str:
    """Lower case ASCII letters and digits, words parted by one space; whatever else there was parts words.

    >>> fold("  Rue de l’Œuvre -- Étaples")
    'rue de l oeuvre etaples'
    """
    decomposed = unicodedata.normalize("NFKD", text.lower().translate(_LIGATURES))
    without_accents = "".join(letter for letter in decomposed if not unicodedata.combining(letter))
    return _NOT_A_WORD.sub(" ", without_accents.lower()).strip()


def normalise(text: str) -> str:
    """Fold a name and write its abbreviated words out; normalising again changes nothing.

    >>> normalise("Rue du Gal de Gaulle"), normalise("ST-OMER")
    ('rue du general de gaulle', 'saint omer')
    """
    return " ".join(WORD_ABBREVIATIONS.get(word, word) for word in fold(text).split())


def numbers_in_letters(words: tuple[str, ...]) -> tuple[str, ...]:
    """Write the small numbers of a street's name in letters; the house number must be out already.

    >>> numbers_in_letters(("8", "mai", "1945"))
    ('huit', 'mai', '1945')
    """
    return tuple(part for word in words for part in NUMBER_WORDS.get(word, word).split())


def content_words(words: tuple[str, ...]) -> tuple[str, ...]:
    """Words that tell names apart, in order: all but articles and prepositions, unless there are no others."""
    return tuple(word for word in words if word not in PARTICLES) or words


def sound(word: str) -> str:
    """Key that two spellings of one name share: doubled letters, silent h, ph and y are made plain.

    >>> sound("rheims") == sound("reims"), sound("salenggro"), sound("philippe")
    (True, 'salengro', 'filipe')
    """
    return _DOUBLED.sub(r"\1", _SILENT_H.sub("", word.replace("ph", "f")).replace("y", "i"))
