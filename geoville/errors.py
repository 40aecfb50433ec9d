"""Every error that geoville raises, and how each one is answered.

::

    GeovilleError                      exit 1, HTTP 500   geoville failed, the input is not at fault
    ├── DataUnavailableError           exit 1, HTTP 503   a file of the installation, or a remote service, fails
    │   └── UnreadableAnswerError                         a remote service answers what is no answer to this question
    └── InvalidInputError              exit 2, HTTP 400   the caller can mend it
        ├── GridError                                     a grid of cells cannot be read
        ├── ContourError                                  a file of perimeters cannot be read
        ├── AddressListError                              a list of addresses or places cannot be read
        ├── MissingExtraError      exit 2, HTTP 501   a command needs an extra that is not installed
        ├── TextTooLongError       exit 2, HTTP 413   an address longer than any is
        ├── LawError                                      no legal value at that date, or no rule for that place
        ├── UnknownTerritoryError      exit 2, HTTP 404   no pack of that name
        └── UnknownMapError            exit 2, HTTP 404   no sector or perimeter of that name

The message is one French sentence: what is wrong, where, what to do. It never holds an address typed by a user.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Location:
    """Where in the input a fault lies.

    Parameters
    ----------
    file : name of the file as the user gave it.
    line : 1-based line of a text file, header included; for a table without lines, 1-based row of data.
    column : name of the column.
    value : the value at fault, as read.
    """

    file: str | None = None
    line: int | None = None
    column: str | None = None
    value: str | None = None

    def __str__(self) -> str:
        """Return the location as a French phrase, empty where nothing is known.

        >>> str(Location("grille.csv", 12, "ind", "-3"))
        'fichier grille.csv, ligne 12, colonne ind, valeur « -3 »'
        """
        parts = [
            f"fichier {self.file}" if self.file else "",
            f"ligne {self.line}" if self.line is not None else "",
            f"colonne {self.column}" if self.column else "",
            f"valeur « {self.value} »" if self.value is not None else "",
        ]
        return ", ".join(part for part in parts if part)


class GeovilleError(Exception):
    """Base of all errors of geoville.

    Parameters
    ----------
    message : what is wrong, a French sentence without its final stop.
    where : place of the fault, if known.
    advice : what to do about it, a French clause.
    """

    def __init__(self, message: str, *, where: Location | None = None, advice: str | None = None) -> None:
        self.message = message
        self.where = where
        self.advice = advice
        super().__init__(self.sentence)

    @property
    def sentence(self) -> str:
        """The whole error as one French sentence.

        >>> InvalidInputError("Effectif négatif", where=Location(line=3), advice="corriger la grille").sentence
        'Effectif négatif (ligne 3) : corriger la grille.'
        """
        where = f" ({self.where})" if self.where and str(self.where) else ""
        advice = f" : {self.advice}" if self.advice else ""
        return f"{self.message}{where}{advice}."


class DataUnavailableError(GeovilleError):
    """What an answer needs is out of reach: a file missing or altered, a remote service that does not answer."""


class UnreadableAnswerError(DataUnavailableError):
    """A remote service answers what is no answer; it may answer other questions."""


class InvalidInputError(GeovilleError):
    """The caller gave something that cannot be used; the sentence says how to mend it."""


class GridError(InvalidInputError):
    """A grid of cells that cannot be read without guessing."""


class ContourError(InvalidInputError):
    """A file of perimeters that cannot be read without guessing."""


class AddressListError(InvalidInputError):
    """A list of addresses or places that cannot be read without guessing."""


class MissingExtraError(InvalidInputError):
    """What is asked needs packages of an extra that this installation lacks; the sentence says which to install."""


class TextTooLongError(InvalidInputError):
    """A text that is asked about is longer than any address; the sentence gives the bound."""


class LawError(InvalidInputError):
    """No legal value at the date asked, or no rule written for the place asked."""


class UnknownTerritoryError(InvalidInputError):
    """No territory pack has that name."""


class UnknownMapError(InvalidInputError):
    """No sector recipe and no perimeter has that name."""
