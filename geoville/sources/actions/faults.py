"""Errors about the entries of an action: they name the file and the key, never a value that may be somebody's home."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from geoville.errors import InvalidInputError, Location

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

_KEY = re.compile(r"[A-Za-z]\w{0,30}", re.ASCII)


def fault(message: str, file: str, key: str, advice: str) -> InvalidInputError:
    """Error about one entry."""
    return InvalidInputError(message, where=Location(file, column=key), advice=advice)


def refuse_unknown(entries: Mapping[str, object], known: Sequence[str], file: str, prefix: str = "") -> None:
    """Refuse a key that means nothing: a mistyped one must not be ignored.

    Parameters
    ----------
    prefix : of the keys of an inner table ("public.").
    """
    unknown = sorted(set(entries) - set(known))
    if unknown:
        named = unknown[0] if _KEY.fullmatch(unknown[0]) else "…"
        raise fault("Entrée inconnue", file, f"{prefix}{named}", f"entrées possibles : {', '.join(known)}")
