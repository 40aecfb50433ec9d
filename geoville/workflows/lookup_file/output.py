"""The output of a job: its lock, its journal, its record, published whole."""

from __future__ import annotations

import json
import os
import time
from collections import Counter
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from hashlib import blake2b
from importlib.metadata import version
from itertools import zip_longest
from typing import TYPE_CHECKING, Any

from geoville.errors import InvalidInputError
from geoville.french import counted, refusal
from geoville.sources.files import alone_if_free, replacing, sha256_of
from geoville.sources.provenance import InputFile, Provenance
from geoville.sources.rows.csv import PACKED
from geoville.sources.rows.files import row_file_format
from geoville.sources.rows.row import AddedCells, out_of_step
from geoville.workflows.lookup_file.results import (
    REMARKS_PLACE,
    STATUS_PLACE,
    VERDICT_PLACE,
    RowStatus,
    columns_beside,
    kinds_of_remarks,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
    from pathlib import Path

    from geoville.sources.rows.files import RowFile
    from geoville.sources.rows.row import Cell, InputRow
    from geoville.sources.stores import StoredFile
    from geoville.workflows.lookup import DeskChoice, LookupDesk
    from geoville.workflows.lookup_file.questions import Asking


IN_ERROR = "En erreur"
FIRST_LINES = 10
"""Of a kind, how many lines a summary names."""


@dataclass(frozen=True, slots=True)
class LinesOfAKind:
    """Rows of which the same is to be said.

    Parameters
    ----------
    what : French phrase.
    rows : how many.
    lines : the first ones.
    """

    what: str
    rows: int
    lines: tuple[int, ...]

    @property
    def sentence(self) -> str:
        """The same in words.

        >>> LinesOfAKind("Zéro de tête rendu", 2, (3, 5)).sentence
        'Zéro de tête rendu : 2 lignes (3, 5)'
        """
        more = ", …" if self.rows > len(self.lines) else ""
        return f"{self.what} : {counted(self.rows, 'ligne')} ({', '.join(map(str, self.lines))}{more})"


class Kinds:
    """Rows counted by what is to be said of them, in the order in which it is first said."""

    def __init__(self) -> None:
        self._lines: dict[str, list[int]] = {}
        self._rows: Counter[str] = Counter()

    def add(self, what: str, lines: Sequence[int]) -> None:
        """Count rows."""
        if lines:
            self._rows[what] += len(lines)
            first = self._lines.setdefault(what, [])
            first += lines[: FIRST_LINES - len(first)]

    def all(self) -> tuple[LinesOfAKind, ...]:
        """What was counted."""
        return tuple(LinesOfAKind(what, self._rows[what], tuple(lines)) for what, lines in self._lines.items())


@dataclass(frozen=True, slots=True)
class FileSummary:
    """What the rows of a file were answered.

    Parameters
    ----------
    statuses : number of rows by `result_status`.
    verdicts : number of rows by `qpv_verdict`; rows that ask nothing have none.
    readings : rows that are not read as they are written, by what was done, and those that cannot be.
    """

    rows: int
    statuses: dict[str, int]
    verdicts: dict[str, int]
    readings: tuple[LinesOfAKind, ...] = ()


_LONGEST_NAME = 255
"""Bytes that the disks of every system take."""
_LONGEST_ENDING = b".provenance.json"


def check_output(source: Path, out: Path) -> None:
    """Refuse an output that cannot be one.

    Raises
    ------
    InvalidInputError
        It is the input itself, is of another format, is a folder, its folder does not exist, or its name is too long.
    """
    if out.suffix.lower() == PACKED:
        raise InvalidInputError("La sortie n'est pas compressée", advice=f"la nommer « {out.name[: -len(PACKED)]} »")
    if row_file_format(out) != row_file_format(source):
        raise InvalidInputError(
            f"« {out.name} » n'a pas le format de « {source.name} »",
            advice="donner à la sortie l'extension de l'entrée",
        )
    if out.is_dir():
        raise InvalidInputError(f"« {out} » est un dossier", advice="donner un nom de fichier")
    longest = _LONGEST_NAME - len(_LONGEST_ENDING)
    if len(os.fsencode(out.name)) > longest:
        raise InvalidInputError(
            f"« {out.name} » a plus de {longest} octets, et d'autres fichiers s'appellent comme lui, en plus long",
            advice="donner un nom plus court",
        )
    if not out.parent.is_dir():
        raise InvalidInputError(
            f"Le dossier « {out.parent} » n'existe pas", advice="le créer ou choisir un autre dossier de sortie"
        )
    if out.exists() and source.exists() and out.samefile(source):
        raise same_file()


def same_file() -> InvalidInputError:
    """The error of an output that is the input."""
    return InvalidInputError("L'entrée et la sortie sont le même fichier", advice="donner un autre nom à la sortie")


def check_free(out: StoredFile, journal: StoredFile, *, resume: bool, force: bool) -> None:
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


def merge(
    rows: RowFile, places: Sequence[int], answers: Iterable[AddedCells], out: Path, check: Callable[[], None]
) -> FileSummary:
    """Write the output: the input with its answers, counted on the way.

    Parameters
    ----------
    places : columns that asked, of which each answer bears the seal.
    check : called when all is written and nothing published; raises where the input is no longer what was read.

    Raises
    ------
    InvalidInputError
        An answer is missing, or is not that of its row.
    """
    statuses: Counter[str] = Counter()
    verdicts: Counter[str] = Counter()
    readings = Kinds()

    def counted() -> Iterator[AddedCells]:
        for answer in _of_their_rows(rows.rows(places), answers):
            status = _word(answer.cells[STATUS_PLACE])
            statuses[status] += 1
            verdicts[_word(answer.cells[VERDICT_PLACE])] += 1
            for remark in kinds_of_remarks(answer.cells[REMARKS_PLACE]):
                readings.add(remark, [answer.line])
            if status == RowStatus.ERROR:
                readings.add(IN_ERROR, [answer.line])
            yield answer

    with replacing(out, personal=True) as beside:
        rows.write(beside, columns_beside(rows.columns), counted())
        check()
    del verdicts[""]
    return FileSummary(statuses.total(), dict(statuses), dict(verdicts), readings.all())


def _of_their_rows(rows: Iterable[InputRow], answers: Iterable[AddedCells]) -> Iterator[AddedCells]:
    """Answers, each seen to be that of the row of its rank: by its line and by what was read of it."""
    for row, answer in zip_longest(rows, answers):
        if row is None or answer is None or (row.line, row.seal) != (answer.line, answer.seal):
            raise out_of_step()
        yield answer


def _word(cell: Cell) -> str:
    return "" if cell is None else str(cell)


# --- Answers already obtained for a file, kept beside the output until it is made

_OWNER_ONLY = 0o600

_LABELS = {
    "input": "le fichier d'entrée",
    "layout": "sa lecture (encodage, séparateur ou feuille)",
    "questions": "les colonnes lues",
    "on": "le jour de la question",
    "data": "les données du territoire",
    "perimeters": "les périmètres",
    "decide_at": "le seuil de décision",
    "geocoder": "le géocodeur ou sa liste d'adresses",
    "version": "la version de geoville",
}


class Journal:
    """A journal of answers, a line each: a checksum, the line of the row, its seal, and the cells of the answer.

    The checksum of a line is made of that of the one before: what follows a line that is missing, doubled, moved or
    altered is not taken for answers, and its rows are asked again.

    Parameters
    ----------
    path : of the journal.
    request : everything that the answers depend on; a journal of another request is not gone on with.
    """

    def __init__(self, path: Path, request: Mapping[str, str]) -> None:
        self.path = path
        self.answered = 0
        self._request = dict(request)
        self._last = ""
        self._synced_s = -_ON_DISK_EVERY_S

    def start(self) -> None:
        """Begin a journal, in place of one that may be there.

        Raises
        ------
        InvalidInputError
            The folder is not writable.
        """
        with self._writing():
            self.path.unlink(missing_ok=True)
            created = os.open(self.path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, _OWNER_ONLY)
            with os.fdopen(created, "wb") as stream:
                stream.write(_line(self._request))
        self.answered, self._last = 0, _chained("", _line(self._request))

    def resume(self) -> None:
        """Go on with a journal that was interrupted; one that holds nothing yet is begun.

        Raises
        ------
        InvalidInputError
            The journal is that of another request; the sentence says what differs.
        """
        with self._writing(), self.path.open("r+b") as stream:
            first = stream.readline()
            if not first.endswith(b"\n"):
                self.start()
                return
            self._check(_document(first))
            whole, self._last = stream.tell(), _chained("", first)
            for line in stream:
                checksum = _checked(line, self._last)
                if checksum is None:
                    break  # cut by whatever stopped the work, or damaged since: what follows is asked again
                self._last = checksum
                self.answered += 1
                whole += len(line)
            stream.truncate(whole)

    def append(self, answers: Iterable[AddedCells]) -> None:
        """Write answers down: on return, no kill can lose them; nor, a second later at most, can a power cut.

        Raises
        ------
        InvalidInputError
            The disk is full.
        """
        with self._writing(), self.path.open("ab") as stream:
            for answer in answers:
                text = _line([answer.line, answer.seal, *answer.cells])
                self._last = _chained(self._last, text)
                stream.write(f"{self._last} ".encode() + text)
                self.answered += 1
            stream.flush()
            if time.monotonic() - self._synced_s >= _ON_DISK_EVERY_S:
                os.fsync(stream.fileno())
                self._synced_s = time.monotonic()

    def answers(self) -> Iterator[AddedCells]:
        """Every answer written down, in the order of the rows.

        Raises
        ------
        InvalidInputError
            The journal was altered since.
        """
        with self.path.open("rb") as stream:
            last, count = _chained("", stream.readline()), 0
            for text in stream:
                checksum = _checked(text, last)
                if checksum is None:
                    raise self._altered()
                last, count = checksum, count + 1
                line, seal, *cells = json.loads(text[_CHECKSUM_LENGTH + 1 :])
                yield AddedCells(line, tuple(cells), seal)
        if (last, count) != (self._last, self.answered):
            raise self._altered()

    def _altered(self) -> InvalidInputError:
        return InvalidInputError(
            f"« {self.path.name} » a été modifié pendant le travail", advice="reprendre la commande avec --resume"
        )

    def remove(self) -> None:
        """Remove the journal: its answers are in the output."""
        self.path.unlink(missing_ok=True)

    @contextmanager
    def _writing(self) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            raise InvalidInputError(
                f"Impossible d'écrire « {self.path} » ({refusal(error)})",
                advice="vérifier les droits d'accès du dossier et la place sur le disque",
            ) from error

    def _check(self, found: Any) -> None:
        if not isinstance(found, dict):
            raise InvalidInputError(
                f"« {self.path.name} » n'est pas un travail de geoville", advice="le déplacer, ou --force l'effacera"
            )
        differing = [label for key, label in _LABELS.items() if found.get(key) != self._request[key]]
        if differing:
            raise InvalidInputError(
                f"Le travail interrompu (au {found.get('on')}) répond à une autre demande ; ce qui diffère : "
                f"{', '.join(differing)}",
                advice="reprendre la commande d'origine (avec son --on), ou tout recommencer avec --force",
            )


_ON_DISK_EVERY_S = 1.0
_CHECKSUM_LENGTH = 16


def _line(value: Any) -> bytes:
    return (json.dumps(value, ensure_ascii=False, separators=(",", ":")) + "\n").encode("utf-8", "surrogatepass")


def _chained(last: str, text: bytes) -> str:
    """Checksum of a line that follows one of a given checksum."""
    return blake2b(last.encode() + text, digest_size=_CHECKSUM_LENGTH // 2).hexdigest()


def _checked(line: bytes, last: str) -> str | None:
    """Checksum of a line of answers; None where it is not whole, or does not follow the one before."""
    checksum, _, text = line.partition(b" ")
    expected = _chained(last, text)
    return expected if line.endswith(b"\n") and checksum == expected.encode() else None


def _document(line: bytes) -> Any:
    try:
        return json.loads(line.decode("utf-8"))
    except (RecursionError, ValueError):
        return None


# --- One work at a time on an output: a second one is refused, whatever became of the first


@contextmanager
def alone_on(out: Path) -> Iterator[None]:
    """Hold an output while a work makes it. The system lets go of it when the process ends, even killed.

    Raises
    ------
    InvalidInputError
        Another work holds it, or its folder is not writable.
    """
    with ExitStack() as held:
        try:
            is_alone = held.enter_context(alone_if_free(out))
        except OSError as error:
            raise InvalidInputError(
                f"Impossible d'écrire dans « {out.parent} » ({refusal(error)})",
                advice="vérifier les droits d'accès du dossier",
            ) from error
        if not is_alone:
            raise InvalidInputError(
                f"Un autre travail est en train d'écrire « {out.name} »",
                advice="attendre sa fin, ou changer de nom de sortie",
            )
        yield


# --- What the answers of a file depend on: compared before an interrupted work goes on, and written beside the output


@dataclass(frozen=True, slots=True)
class JobRecord:
    """A file and what is asked of it.

    Parameters
    ----------
    name : of the input.
    layout : what was recognised of it.
    """

    name: str
    layout: str
    asking: Asking
    desk: DeskChoice

    def request(self, input_sha256: str) -> dict[str, str]:
        """Everything that the answers depend on."""
        return {
            "input": input_sha256,
            "layout": self.layout,
            "questions": self.asking.questions.description,
            "on": self.asking.on.isoformat(),
            **self.desk.identity(),
            "version": version("geoville"),
        }

    def provenance(self, input_sha256: str, desk: LookupDesk) -> Provenance:
        """What the output was made of, answered by an open desk."""
        given = [("perimeters", path) for path in self.desk.perimeters]
        given += [("addresses", self.desk.addresses)] if self.desk.addresses else []
        files = [InputFile(role, path.name, sha256_of(path)) for role, path in given]
        sources = dict.fromkeys(perimeter.source for perimeter in desk.index.perimeters if perimeter.source)
        return Provenance(
            command="lookup-file",
            inputs=(InputFile("rows", self.name, input_sha256), *files),
            law=(),
            parameters={
                "on": self.asking.on.isoformat(),
                "columns": list(self.asking.questions.columns),
                "questions": self.asking.questions.description,
                "layout": self.layout,
                "territory": self.desk.territory,
                "geocoder": self.desk.geocoder,
                "decide_at": self.desk.decide_at,
            },
            sources=tuple(sources),
        )
