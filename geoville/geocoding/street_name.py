"""The name of a street cut into its type and its body, the same way for a list and for a question."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from geoville.geocoding.normalise import content_words, normalise, numbers_in_letters
from geoville.geocoding.vocabulary import PARTICLES, STREET_TYPES, TITLES, TWO_WORD_TYPES, TYPE_ABBREVIATIONS


@dataclass(frozen=True)
class StreetName:
    """A street's name, normalised.

    Parameters
    ----------
    type : "rue", "avenue", "grande rue"…, empty where the name has none ("Transmarck").
    words : body of the name with its articles, abbreviations written out, small numbers in letters.
    """

    type: str
    words: tuple[str, ...]

    @cached_property
    def content(self) -> tuple[str, ...]:
        """Words of the body that tell streets apart."""
        return content_words(self.words)

    @cached_property
    def names_a_person(self) -> bool:
        """Whether it starts with no article ("Georges Guynemer") or with a title ("du Général Leclerc")."""
        if not self.words:
            return False
        return self.words[0] not in PARTICLES or self.content[0] in TITLES


def street_name(text: str) -> StreetName:
    """Cut the name of a street into type and body.

    >>> street_name("Bd du 8 Mai")
    StreetName(type='boulevard', words=('du', 'huit', 'mai'))
    >>> street_name("Grande Rue du Petit Courgain").type
    'grande rue'
    """
    words = tuple(normalise(text).split())
    kind, length = leading_type(words)
    return StreetName(kind, numbers_in_letters(words[length:]))


def leading_type(words: tuple[str, ...]) -> tuple[str, int]:
    """Type of street at the head of folded words, written out, and how many words it takes (0: none).

    >>> leading_type(("gr", "rue", "du", "port")), leading_type(("mollien",))
    (('grande rue', 2), ('', 0))
    """
    if words[:2] in TWO_WORD_TYPES:
        return TWO_WORD_TYPES[words[:2]], 2
    if not words:
        return "", 0
    kind = TYPE_ABBREVIATIONS.get(words[0], words[0])
    known = kind in STREET_TYPES or kind in TWO_WORD_TYPES.values()
    return (kind, 1) if known else ("", 0)
