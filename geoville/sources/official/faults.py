"""Faults of an official table, all found before anything is refused."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

from geoville.errors import InvalidInputError, Location

_SHOWN_KINDS = 4
_SHOWN_CHARACTERS = 60


@dataclass(slots=True)
class Faults:
    """Faults of one file, in the order in which they are met; of each kind the first is shown, the others counted.

    Parameters
    ----------
    file : name of the file.
    """

    file: str
    _first: dict[str, tuple[Location, str]] = field(default_factory=dict)
    _counts: Counter[str] = field(default_factory=Counter)

    def add(self, message: str, advice: str, *, line: int, column: str, value: str) -> None:
        """Note a fault.

        Parameters
        ----------
        message : French sentence without its final stop; faults with the same one are of the same kind.
        line, column, value : its place; the value is the text as read.
        """
        self._first.setdefault(message, (Location(self.file, line, column, value[:_SHOWN_CHARACTERS]), advice))
        self._counts[message] += 1

    def refuse(self) -> None:
        """Raise one error for all faults, if there are any.

        Raises
        ------
        InvalidInputError
            Its place and advice are those of the first fault; the other kinds follow.
        """
        if not self._first:
            return
        (message, (where, advice)), *others = self._first.items()
        shown = [
            f"{self._counted(kind)} ({Location(line=place.line, column=place.column, value=place.value)})"
            for kind, (place, _) in others[:_SHOWN_KINDS]
        ]
        more = f", et {len(others) - _SHOWN_KINDS} autres sortes de fautes" if len(others) > _SHOWN_KINDS else ""
        also = f" ; autres fautes : {' ; '.join(shown)}{more}" if shown else ""
        raise InvalidInputError(self._counted(message), where=where, advice=f"{advice}{also}")

    def _counted(self, message: str) -> str:
        others = self._counts[message] - 1
        return f"{message}, et {others} autre{'s' if others > 1 else ''} de même" if others else message
