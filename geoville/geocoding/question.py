"""What may be asked of a geocoder."""

from __future__ import annotations

from geoville.errors import InvalidInputError

LONGEST_TEXT = 200


def check_question(text: str) -> None:
    """Refuse a text that no geocoder can search.

    Raises
    ------
    InvalidInputError
        The text is empty, or longer than 200 characters. The sentence does not hold it: an address is personal data.
    """
    if not text.strip():
        raise InvalidInputError("Adresse vide", advice="saisir une adresse ou le nom d'un lieu")
    if len(text) > LONGEST_TEXT:
        raise InvalidInputError(f"Adresse de {len(text)} caractères", advice=f"se limiter à {LONGEST_TEXT} caractères")
