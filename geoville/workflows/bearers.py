"""Lists of associations: where a bearer has its seat, found by SIRET, by RNA or by its exact name."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

from geoville.errors import InvalidInputError, Location
from geoville.french import counted, fold
from geoville.sources.action_tables import NAMES, Meaning
from geoville.sources.rows.files import open_row_file
from geoville.workflows.lookup_file.questions import RECOGNISED

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from geoville.workflows.lookup_file.questions import Questions

_OWN_NAMES = ("nomasso", "nom asso", "nom", "denomination", "titre", "nom usuel", "libelle")
"""What the column of names may be called in a list of associations, beside what a table of actions calls a bearer."""

JOINED_BY = {Meaning.SIRET: "le SIRET", Meaning.RNA: "le numéro RNA", Meaning.BEARER: "le nom exact"}
"""How a seat was found, in French, the surest way first."""


@dataclass(frozen=True, slots=True)
class Seat:
    """Where a list says that a bearer has its seat.

    Parameters
    ----------
    cells : those that ask where it is, as the list's questions want them.
    joined_by : what the action and the list have in common.
    """

    cells: tuple[str, ...]
    joined_by: Meaning


class BearerList:
    """Seats of a list of associations.

    Parameters
    ----------
    questions : how a seat is asked for.
    seats : cells of the seats, by what identifies a bearer and by its value, folded.
    """

    def __init__(self, questions: Questions, seats: Mapping[Meaning, Mapping[str, set[tuple[str, ...]]]]) -> None:
        self.questions = questions
        self._seats = seats

    def seat(self, said: Mapping[Meaning, str]) -> Seat | str:
        """Seat of the bearer of an action; why not, as a French sentence, where none is sure.

        Parameters
        ----------
        said : texts of the action by what they say.
        """
        if not any(key in said for key in JOINED_BY):
            return "Aucun porteur n'est nommé."
        for key in JOINED_BY:
            found = self._seats[key].get(_identity(key, said[key]), set()) if key in said else set()
            if len(found) == 1:
                return Seat(next(iter(found)), key)
            if found:
                return f"La liste donne {counted(len(found), 'adresse')} à ce porteur : aucune n'est prise."
        return "Le porteur n'est pas dans la liste."


def read_bearers(path: Path) -> BearerList:
    """Read a list of associations (CSV, XLSX, Parquet), with columns of addresses as `lookup-file` recognises them.

    Raises
    ------
    InvalidInputError
        The list cannot be read, or has no column of names, SIRET or RNA, or none of addresses.
    """
    rows = open_row_file(path)
    questions = RECOGNISED.questions(rows.columns)
    keys = _identifying(rows.columns, path.name)
    seats: dict[Meaning, dict[str, set[tuple[str, ...]]]] = {key: defaultdict(set) for key in JOINED_BY}
    asked = [rows.columns.index(name) for name in questions.columns]
    for row in rows.rows([*keys.values(), *asked]):
        if row.fault:
            continue
        cells = row.cells[len(keys) :]
        for key, text in zip(keys, row.cells, strict=False):
            if _identity(key, text) and "".join(cells).strip():
                seats[key][_identity(key, text)].add(cells)
    return BearerList(questions, seats)


def _identifying(columns: Sequence[str], file: str) -> dict[Meaning, int]:
    folded = [fold(name) for name in columns]
    keys = {
        key: next((folded.index(name) for name in (*NAMES[key], *own) if name in folded), None)
        for key, own in ((Meaning.SIRET, ()), (Meaning.RNA, ()), (Meaning.BEARER, _OWN_NAMES))
    }
    found = {key: place for key, place in keys.items() if place is not None}
    if not found:
        raise InvalidInputError(
            "Aucune colonne de la liste ne dit de quelle association il s'agit",
            where=Location(file, 1),
            advice="nommer une colonne « nom », « siret » ou « rna »",
        )
    return found


def _identity(key: Meaning, text: str) -> str:
    """What two writings of one bearer have in common."""
    return fold(text) if key is Meaning.BEARER else "".join(fold(text).split())
