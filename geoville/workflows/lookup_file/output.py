"""The file that answers are merged into: where it may be written, and how it is made in one stroke."""

from __future__ import annotations

import shutil
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

from geoville.errors import InvalidInputError
from geoville.sources.files import replacing
from geoville.sources.row_files import row_file_format
from geoville.workflows.lookup_file.results import STATUS_PLACE, VERDICT_PLACE, columns_beside

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from geoville.sources.row_files import AddedCells, Cell, RowFile
    from geoville.sources.stored_files import StoredFile


@dataclass(frozen=True, slots=True)
class FileSummary:
    """What the rows of a file were answered.

    Parameters
    ----------
    statuses : number of rows by `result_status`.
    verdicts : number of rows by `qpv_verdict`; rows that ask nothing have none.
    """

    rows: int
    statuses: dict[str, int]
    verdicts: dict[str, int]


def check_output(source: Path, out: Path) -> None:
    """Refuse an output that cannot be one.

    Raises
    ------
    InvalidInputError
        It is the input itself, is of another format, or its folder does not exist.
    """
    if row_file_format(out) != row_file_format(source):
        raise InvalidInputError(
            f"« {out.name} » n'a pas le format de « {source.name} »",
            advice="donner à la sortie l'extension de l'entrée",
        )
    if not out.parent.is_dir():
        raise InvalidInputError(
            f"Le dossier « {out.parent} » n'existe pas", advice="le créer ou choisir un autre dossier de sortie"
        )
    if out.exists() and source.exists() and out.samefile(source):
        raise InvalidInputError("L'entrée et la sortie sont le même fichier", advice="donner un autre nom à la sortie")


def changed_meanwhile(name: str) -> InvalidInputError:
    """The error of an input that is no longer what it was when the work began."""
    return InvalidInputError(f"« {name} » a changé pendant le travail", advice="tout recommencer avec --force")


def check_free(out: Path | StoredFile, journal: Path | StoredFile, *, resume: bool, force: bool) -> None:
    """Refuse to write over a result, or over an interrupted work, unless the user said so.

    Raises
    ------
    InvalidInputError
        One of them is there; the sentence says which option to give.
    """
    if resume and force:
        raise InvalidInputError(
            "--resume et --force se contredisent", advice="reprendre (--resume), ou tout recommencer (--force)"
        )
    if force or (resume and journal.exists()):
        return
    if journal.exists():
        raise InvalidInputError(
            f"Un travail interrompu attend dans « {journal.name} »",
            advice="le reprendre avec --resume, ou tout recommencer avec --force",
        )
    if out.exists():
        raise InvalidInputError(f"« {out.name} » existe déjà", advice="le remplacer avec --force, ou changer de nom")


def merge(rows: RowFile, answers: Iterable[AddedCells], out: Path) -> FileSummary:
    """Write the output: the input with its answers, counted on the way."""
    _remove_leftovers(out)
    statuses: Counter[str] = Counter()
    verdicts: Counter[str] = Counter()

    def counted() -> Iterator[AddedCells]:
        for answer in answers:
            statuses[_word(answer.cells[STATUS_PLACE])] += 1
            verdicts[_word(answer.cells[VERDICT_PLACE])] += 1
            yield answer

    with replacing(out) as beside:
        rows.write(beside, columns_beside(rows.columns), counted())
    del verdicts[""]
    return FileSummary(statuses.total(), dict(statuses), dict(verdicts))


def _word(cell: Cell) -> str:
    return "" if cell is None else str(cell)


def _remove_leftovers(out: Path) -> None:
    """Remove what a merge that was killed left beside the output: it holds the rows of the input."""
    for folder in out.parent.glob(".geoville-*"):
        if (folder / out.name).exists():
            shutil.rmtree(folder)
