"""Text fit for print: what a user or a file wrote, made harmless, cut to size, and set as French typography wants."""

from __future__ import annotations

import re
import unicodedata

from geoville.french import UNIT_SPACE

LONGEST = 240
"""Characters of one text: a statement holds on one page whatever the names in the files."""

_BEFORE_SIGN = re.compile(r" (?=[:;?!»])")
_AFTER_SIGN = re.compile(r"(?<=«) |(?<=\bn°) |(?<=\b\d) (?=m\b|km\b|%)")


def printed(text: str, longest: int = LONGEST) -> str:
    r"""One line of text for paper.

    Control characters become spaces and invisible ones are dropped: they could reorder what is read. Spaces that French
    typography holds to a sign do not break.

    >>> printed("Rue\u202e X\x00\nCalais : « ici »").replace(UNIT_SPACE, "_")
    'Rue X Calais_: «_ici_»'
    >>> printed("abcdef", 4)
    'abc…'
    """
    kept = "".join(_shown(character) for character in unicodedata.normalize("NFC", text))
    line = re.sub(r"[ \t]+", " ", kept).strip()
    cut = line if len(line) <= longest else f"{line[: longest - 1].rstrip()}…"
    return _AFTER_SIGN.sub(UNIT_SPACE, _BEFORE_SIGN.sub(UNIT_SPACE, cut))


def _shown(character: str) -> str:
    category = unicodedata.category(character)
    if category in {"Cc", "Zl", "Zp"}:
        return " "
    return "" if category in {"Cf", "Cs", "Co", "Cn"} else character
