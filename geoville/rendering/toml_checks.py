"""Entries of a TOML file that a user may write: each is checked, and a fault names the file and the entry."""

from __future__ import annotations

import tomllib
from typing import Any, NoReturn

from geoville.errors import InvalidInputError, Location


class TomlEntries:
    """One table of a TOML file.

    Parameters
    ----------
    entries : of the table.
    where : name of the file, for errors.
    what : French noun phrase for the file ("la recette de carte").
    """

    def __init__(self, entries: dict[str, Any], where: str, what: str) -> None:
        self.entries = entries
        self._where = where
        self._what = what

    @classmethod
    def parse(cls, text: str, where: str, what: str) -> TomlEntries:
        """Read a text; InvalidInputError where it is not TOML."""
        try:
            return cls(tomllib.loads(text), where, what)
        except tomllib.TOMLDecodeError as error:
            raise InvalidInputError(f"Illisible : {what} n'est pas du TOML ({error})", where=Location(where)) from error

    def __contains__(self, key: str) -> bool:
        return key in self.entries

    def only(self, *known: str) -> None:
        """Refuse an entry that is not one of those known."""
        unknown = sorted(self.entries.keys() - set(known))
        if unknown:
            raise InvalidInputError(
                f"Entrée inconnue dans {self._what}",
                where=Location(self._where, column=unknown[0]),
                advice=f"entrées possibles : {', '.join(sorted(known))}",
            )

    def text(self, key: str) -> str:
        """Text that is not blank."""
        value = self.entries.get(key)
        if not isinstance(value, str) or not value.strip():
            self.fault(key, "un texte")
        return value

    def texts(self, key: str) -> tuple[str, ...]:
        """List of texts."""
        values = self.entries.get(key)
        if not isinstance(values, list) or not all(isinstance(value, str) for value in values):
            self.fault(key, "une liste de textes")
        return tuple(values)

    def flag(self, key: str) -> bool:
        """True or false; false where the entry is absent."""
        value = self.entries.get(key, False)
        if not isinstance(value, bool):
            self.fault(key, "true ou false")
        return value

    def positive(self, key: str, unit: str) -> float:
        """Positive number; `unit` is French ("mètres")."""
        value = self.entries.get(key)
        if isinstance(value, bool) or not isinstance(value, int | float) or not 0 < value < float("inf"):
            self.fault(key, f"un nombre de {unit} positif")
        return float(value)

    def table(self, key: str) -> TomlEntries:
        """Sub-table; empty where the entry is absent."""
        value = self.entries.get(key, {})
        if not isinstance(value, dict):
            self.fault(key, f"une table [{key}]")
        return TomlEntries(value, self._where, self._what)

    def tables(self, key: str) -> tuple[TomlEntries, ...]:
        """List of sub-tables; empty where the entry is absent."""
        values = self.entries.get(key, [])
        if not isinstance(values, list) or not all(isinstance(value, dict) for value in values):
            self.fault(key, f"des tables [[{key}]]")
        return tuple(TomlEntries(value, self._where, self._what) for value in values)

    def fault(self, key: str, expected: str) -> NoReturn:
        """Refuse an entry; `expected` says in French what it should be."""
        raise InvalidInputError(
            f"Entrée absente ou mal écrite dans {self._what}",
            where=Location(self._where, column=key),
            advice=f"donner {expected}",
        )
