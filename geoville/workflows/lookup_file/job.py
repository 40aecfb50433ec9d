"""One job on a whole file: of rows, or of points in bulk."""

from __future__ import annotations

import json
import time
from collections import Counter
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import islice, zip_longest
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Any

import numpy as np

from geoville.crs import WGS84, accuracy_of_crs
from geoville.errors import GeovilleError, InvalidInputError
from geoville.geocoding.search import EmbeddedGeocoder
from geoville.model import AddressList
from geoville.sources.files import changed_meanwhile, sweep_beside
from geoville.sources.provenance import provenance_text, write_provenance
from geoville.sources.rows.parquet import ParquetRows
from geoville.sources.rows.row import out_of_step
from geoville.sources.stores import LocalFile, StoredFile, reading_parquet, stored
from geoville.workflows.cluster import check_workers, results
from geoville.workflows.lookup import LookupDesk
from geoville.workflows.lookup_file.bulk import BulkAnswers, added_fields
from geoville.workflows.lookup_file.desk import Effort, Failure, FileDesk, answer_rows, with_only_commune
from geoville.workflows.lookup_file.output import (
    IN_ERROR,
    FileSummary,
    JobRecord,
    Journal,
    Kinds,
    alone_on,
    check_free,
    check_output,
    merge,
    same_file,
)
from geoville.workflows.lookup_file.questions import (
    RECOGNISED,
    AddressQuestions,
    Asking,
    CoordinateQuestions,
    degrees_of,
)
from geoville.workflows.lookup_file.results import ADDED_COLUMNS, RowStatus, columns_beside, columns_renamed
from geoville.workflows.machine import more_that_fit, usable_cores

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
    from datetime import date
    from pathlib import Path

    import pyarrow as pa
    from numpy.typing import NDArray

    from geoville.sources.rows.files import RowFile
    from geoville.workflows.lookup import DeskChoice
    from geoville.workflows.lookup_file.questions import FileColumns


_JOURNAL = ".partiel"


@dataclass(frozen=True, slots=True)
class FileJob:
    """A file to answer, checked and ready: row by row on this machine, or part by part where it is.

    Parameters
    ----------
    source, out : each on this machine, or at an address where other machines find it too.
    rows : the input, open.
    asking : the columns that ask, and the day asked about.
    desk : how to open the desk that answers.
    """

    source: StoredFile
    out: StoredFile
    rows: RowFile
    asking: Asking
    desk: DeskChoice

    @property
    def journal(self) -> StoredFile:
        """Where answers are kept until the output is made: a file of rows, or a folder of parts."""
        return self.out.beside(_JOURNAL)

    @property
    def renamed(self) -> dict[str, str]:
        """Columns added under another name, since the input has one of that name."""
        return columns_renamed(self.rows.columns)

    @property
    def is_about_numbers(self) -> bool:
        """Whether the questions are the numbers of two columns of a Parquet file."""
        questions = self.asking.questions
        return (
            isinstance(self.rows, ParquetRows)
            and isinstance(questions, CoordinateQuestions)
            and not (questions.day or accuracy_of_crs(questions.epsg))
            and self.rows.are_numbers(questions.columns)
        )

    def run(
        self, progress: Callable[[int], None], *, resume: bool = False, force: bool = False, workers: int | None = 1
    ) -> FileSummary:
        """Answer every row of a file of this machine, then write the output in one stroke.

        Parameters
        ----------
        progress : told how many rows are answered.
        resume : go on with the answers of a run that was interrupted, where there are some.
        force : begin again, and replace the output.
        workers : number of processes; None for as many as the machine has room for and the rows are worth.

        Raises
        ------
        InvalidInputError
            The output or an interrupted work is there already, another process is at it, the work was another one, the
            input changed, or the Géoplateforme would be asked by several processes.
        GeovilleError
            A remote geocoder failed; what it had answered is kept.
        """
        self.desk.check_workers(workers)
        assert isinstance(self.out, LocalFile)  # rows that are elsewhere are brought here first
        with alone_on(self.out.path):
            sweep_beside(self.out.path)
            check_free(self.out, self.journal, resume=resume, force=force)
            return self._run(self.out, progress, resume=resume, workers=workers)

    def _run(
        self, out: LocalFile, progress: Callable[[int], None], *, resume: bool, workers: int | None
    ) -> FileSummary:
        begun_s = time.thread_time()
        desk = self.desk.open()
        opening_s = time.thread_time() - begun_s
        self.desk.check_addresses()
        input_sha256 = self.source.sha256()
        journal = Journal(out.beside(_JOURNAL).path, self.record.request(input_sha256))
        if resume and journal.path.exists():
            journal.resume()
        else:
            journal.start()
        effort = self._effort(journal.answered, opening_s) if workers is None else workers
        self._answer(journal, desk, progress, effort)

        with self.unchanged(input_sha256) as check:
            summary = merge(self.rows, self._places, journal.answers(), out.path, check)
        write_provenance(self.record.provenance(input_sha256, desk), out.path, is_copy=True)
        journal.remove()
        return summary

    @contextmanager
    def unchanged(self, input_sha256: str) -> Iterator[Callable[[], None]]:
        """See that the input has the bytes that it had, and that nothing has written to it, even to put them back.

        The value looks again: it is called once all is written, before anything is published.

        Raises
        ------
        InvalidInputError
            It has changed: said rather than what that did to the reading.
        """

        def check() -> None:
            if isinstance(self.rows, ParquetRows) and self.rows.watched:
                self.rows.watched.check()
            if self.source.sha256() != input_sha256:
                raise changed_meanwhile(self.source.name)

        check()
        try:
            yield check
        except InvalidInputError:
            check()
            raise

    @property
    def _places(self) -> list[int]:
        return [self.rows.columns.index(name) for name in self.asking.questions.columns]

    def _effort(self, answered: int, opening_s: float) -> Effort | int:
        """What tells how many processes the rows are worth; one where they ask a service, or what takes no time."""
        rows, questions = self.rows.expected_rows, self.asking.questions
        if rows is None or self.desk.geocoder or not isinstance(questions, AddressQuestions):
            return 1
        room, cores = more_that_fit(), usable_cores()
        return Effort(rows - answered, opening_s, cores if room is None else min(cores, room))

    def _answer(
        self, journal: Journal, desk: LookupDesk, progress: Callable[[int], None], workers: int | Effort
    ) -> None:
        progress(journal.answered)
        rows = islice(self.rows.rows(self._places), journal.answered, None)
        for chunk in answer_rows(rows, FileDesk(desk, self.asking), self.desk, workers):
            journal.append(chunk.answers)
            progress(journal.answered)
            if chunk.failure:
                raise chunk.failure.error()

    @property
    def record(self) -> JobRecord:
        """What the answers depend on."""
        return JobRecord(self.source.name, self.rows.description, self.asking, self.desk)


def open_file_job(
    source: str | Path, out: str | Path, desk: DeskChoice, on: date, columns: FileColumns = RECOGNISED
) -> FileJob:
    """Check a file and what is asked of it, before anything is written.

    Parameters
    ----------
    source, out : CSV, XLSX, ODS or Parquet, both of the same format; where one is an address, both are Parquet.
    on : day asked about.

    Raises
    ------
    InvalidInputError
        The input cannot be read, or is the output, the output cannot be written there, or a column is missing.
    """
    file, answered = stored(source), stored(out)
    if isinstance(file, LocalFile) and isinstance(answered, LocalFile):
        check_output(file.path, answered.path)
        rows = columns.open(file.path)
    else:
        if file == answered:
            raise same_file()
        rows = ParquetRows(file)
    rows.check_room(len(ADDED_COLUMNS))
    questions = with_only_commune(columns.asked_of(rows), desk)
    return FileJob(file, answered, rows, Asking(questions, on), desk)


def is_parquet(name: str) -> bool:
    """Whether a path or an address is that of a Parquet file, by its name."""
    return PurePosixPath(name).suffix.lower() in {".parquet", ".geoparquet"}


# --- The parts of a Parquet file: whole row groups, each answered into a file of its own, then put together

BATCH_ROWS = 65_536
PART_ROWS = 500_000
"""Rows of a part, at least, unless the file ends."""

_REQUEST = "demande.json"


@dataclass(frozen=True, slots=True)
class Part:
    """Some row groups of a file, and the file that keeps their answers.

    Parameters
    ----------
    first_line : 1-based rank of its first row.
    """

    source: StoredFile
    row_groups: tuple[int, ...]
    first_line: int
    rows: int
    answers: StoredFile

    def batches(self, columns: Sequence[str] | None = None) -> Iterator[pa.RecordBatch]:
        """Rows of the input, `BATCH_ROWS` at a time; every column, or those named."""
        with reading_parquet(self.source.name), self.source.parquet() as table:
            yield from table.iter_batches(BATCH_ROWS, row_groups=list(self.row_groups), columns=columns)

    def write_answers(self, batches: Iterable[pa.RecordBatch], schema: pa.Schema) -> None:
        """Write the answers of all its rows in one stroke, in batches as long as those read."""
        import pyarrow.parquet as pq

        with self.answers.writing() as whole, pq.ParquetWriter(whole, schema, write_page_checksum=True) as writer:
            for batch in batches:
                writer.write_batch(batch)

    def answered_batches(self, lon: str, lat: str) -> Iterator[tuple[pa.RecordBatch, pa.RecordBatch]]:
        """Rows of the input with their answers, each seen to be those of its point, at its rank.

        Raises
        ------
        InvalidInputError
            Some are not, or the file of answers is damaged.
        """
        line = self.first_line
        for rows, answers in zip_longest(self.batches(), self._kept_answers()):
            if rows is None or answers is None or rows.num_rows != answers.num_rows:
                raise out_of_step()
            if not np.array_equal(answers.column(SEAL).to_numpy(), seals(rows.column(lon), rows.column(lat), line)):
                raise out_of_step()
            yield rows, answers.select(answers.schema.names[:-1])
            line += rows.num_rows

    def _kept_answers(self) -> Iterator[pa.RecordBatch]:
        with reading_parquet(self.answers.name), self.answers.parquet() as answers:
            yield from answers.iter_batches(BATCH_ROWS)


SEAL = "sceau"


def seals(lon: pa.Array, lat: pa.Array, first_line: int) -> NDArray[np.uint64]:
    """(n,) hashes of points and of where they stand in their file: those of `InputRow.seal`, for numbers.

    Rounds of SplitMix64 (Steele, Lea and Flood, 2014); a point that is null has that of NaN.
    """
    import pyarrow as pa
    import pyarrow.compute as pc

    hashed = np.arange(first_line, first_line + len(lon), dtype=np.uint64)
    for values in (lon, lat):
        numbers = pc.cast(values, pa.float64(), safe=False).to_numpy(zero_copy_only=False)
        hashed = hashed ^ np.where(np.isnan(numbers), np.nan, numbers).view(np.uint64)
        hashed = hashed + np.uint64(0x9E3779B97F4A7C15)
        hashed = (hashed ^ (hashed >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
        hashed = (hashed ^ (hashed >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
        hashed = hashed ^ (hashed >> np.uint64(31))
    return hashed


def parts_of(source: StoredFile, folder: StoredFile) -> list[Part]:
    """Divide a Parquet file; answers go to a folder."""
    with source.parquet() as table:
        rows = [table.metadata.row_group(group).num_rows for group in range(table.metadata.num_row_groups)]
    parts: list[Part] = []
    groups: list[int] = []
    line = 1
    for group in range(len(rows)):
        groups.append(group)
        held = sum(rows[groups[0] : group + 1])
        if held >= PART_ROWS or group == len(rows) - 1:
            parts.append(Part(source, tuple(groups), line, held, folder.within(f"{len(parts):06}.parquet")))
            line, groups = line + held, []
    return parts


def open_folder(folder: StoredFile, request: Mapping[str, str], *, resume: bool) -> None:
    """Make the folder of the parts ready; to go on with an interrupted work, or to begin again.

    Parameters
    ----------
    request : everything that the answers depend on.

    Raises
    ------
    InvalidInputError
        The work that was interrupted was another one, or the folder cannot be written.
    """
    if resume and folder.exists():
        if _request_of(folder) != request:
            raise InvalidInputError(
                "Le travail interrompu ne peut pas être repris : la demande ou les données ont changé",
                advice="reprendre la commande d'origine, ou tout recommencer avec --force",
            )
        _remove_leftovers(folder)
        return
    folder.remove()
    folder.make_folder()
    folder.within(_REQUEST).write_text(json.dumps(request, ensure_ascii=False))


def _remove_leftovers(folder: StoredFile) -> None:
    """Remove what a process that was killed was writing; stores show nothing of it."""
    if isinstance(folder, LocalFile):
        for leftover in folder.path.glob(".geoville-*"):
            LocalFile(leftover).remove()


def _request_of(folder: StoredFile) -> Any:
    try:
        return json.loads(folder.within(_REQUEST).read_bytes())
    except (OSError, ValueError, InvalidInputError):
        return None


# --- A Parquet file of coordinates, answered part by part by compiled loops, here or on several machines


def lookup_parquet(
    job: FileJob,
    progress: Callable[[int], None],
    *,
    resume: bool = False,
    force: bool = False,
    workers: int = 1,
    scheduler: str | None = None,
) -> FileSummary:
    """Answer every row of a job about numbers: the same output as `FileJob.run`.

    Parameters
    ----------
    progress : told how many rows are answered.
    resume : go on with the parts of a run that was interrupted, where there are some.
    force : begin again, and replace the output.
    workers : processes of this machine.
    scheduler : address of a dask scheduler; then `workers` has no meaning. Its workers are given the perimeters, and
        read the file where it is: under the same path, or at its address.

    Raises
    ------
    InvalidInputError
        The output or an interrupted work is there already, another process is at it, the work was another one, the
        input changed, or no scheduler answers.
    """
    check_workers(workers, scheduler)
    with alone_on(job.out.path) if isinstance(job.out, LocalFile) else nullcontext():
        check_free(job.out, job.journal, resume=resume, force=force)
        return _lookup(job, progress, resume=resume, workers=workers, scheduler=scheduler)


def answer_file(
    job: FileJob,
    progress: Callable[[int], None],
    *,
    resume: bool = False,
    force: bool = False,
    workers: int | None = 1,
    scheduler: str | None = None,
    otherwise: str,
) -> FileSummary:
    """Answer a job: numbers of a Parquet file part by part, wherever its workers are; all else, row by row.

    Parameters
    ----------
    progress, resume, force, scheduler : as in `lookup_parquet`.
    workers : as in `FileJob.run`; numbers are answered by one process unless more are asked for.
    otherwise : what to do where there is nothing for a scheduler to share out.

    Raises
    ------
    InvalidInputError
        As `lookup_parquet` or `FileJob.run`, or a scheduler would share out nothing.
    """
    if job.is_about_numbers:
        return lookup_parquet(job, progress, resume=resume, force=force, workers=workers or 1, scheduler=scheduler)
    if scheduler:
        raise InvalidInputError("Un ordonnanceur répartit les coordonnées d'un fichier Parquet", advice=otherwise)
    return job.run(progress, resume=resume, force=force, workers=workers)


def _lookup(
    job: FileJob, progress: Callable[[int], None], *, resume: bool, workers: int, scheduler: str | None
) -> FileSummary:
    desk = job.desk.open()
    input_sha256 = job.source.sha256()
    open_folder(job.journal, job.record.request(input_sha256), resume=resume)
    parts = parts_of(job.source.absolute(), job.journal.absolute())
    missing = [part for part in parts if not part.answers.exists()]
    answered = sum(part.rows for part in parts) - sum(part.rows for part in missing)
    progress(answered)
    for done in results(
        _Answering(desk, job.asking, sum(part.rows for part in missing) // workers),
        missing,
        workers=workers,
        scheduler=scheduler,
    ):
        if isinstance(done, Failure):
            raise done.error()
        answered += done
        progress(answered)
    with job.unchanged(input_sha256) as check:
        summary = _put_together(parts, job, check)
    provenance = job.record.provenance(input_sha256, desk)
    job.out.beside(".provenance.json").write_text(provenance_text(provenance, str(job.out)))
    job.journal.remove()
    return summary


def _kept_schema() -> pa.Schema:
    """Columns of a file of answers: those that are added, then the seals of the rows."""
    import pyarrow as pa

    return pa.schema([*added_fields(ADDED_COLUMNS), pa.field(SEAL, pa.uint64())])


class _Answering:
    """Answers parts, by perimeters that it holds: a process that is given it makes its index of them once.

    Parameters
    ----------
    rows : about as many as it will answer.
    """

    def __init__(self, desk: LookupDesk, asking: Asking, rows: int) -> None:
        self._perimeters, self._index = desk.index.perimeters, desk.index.of(())  # what it is built of, not itself
        self._decide_at = desk.decide_at
        questions = asking.questions
        assert isinstance(questions, CoordinateQuestions)  # `FileJob.is_about_numbers` saw to it
        self._columns, self._epsg = (questions.lon, questions.lat), questions.epsg
        self._asking, self._rows = replace(asking, questions=replace(questions, epsg=WGS84)), rows

    def __call__(self, part: Part) -> int | Failure:
        """Answer a part, and say how many rows it has."""
        try:
            part.write_answers(self._answers(part), _kept_schema())
        except GeovilleError as error:
            return Failure(type(error), error.message, error.where, error.advice)
        return part.rows

    def _degrees(self, first: pa.Array, second: pa.Array) -> tuple[pa.Array, pa.Array]:
        import pyarrow as pa
        import pyarrow.compute as pc

        numbers = [pc.cast(values, pa.float64()).to_numpy(zero_copy_only=False) for values in (first, second)]
        lon, lat = degrees_of(numbers[0], numbers[1], self._epsg)
        return pa.array(lon), pa.array(lat)

    def _answers(self, part: Part) -> Iterator[pa.RecordBatch]:
        import pyarrow as pa

        lon, lat = self._columns
        line = part.first_line
        for batch in part.batches(list(dict.fromkeys((lon, lat)))):
            first, second = batch.column(lon), batch.column(lat)
            if self._epsg != WGS84:
                first, second = self._degrees(first, second)
            kept = pa.array(seals(batch.column(lon), batch.column(lat), line))
            yield pa.RecordBatch.from_arrays([*self._bulk.columns(first, second, line), kept], schema=_kept_schema())
            line += batch.num_rows

    @cached_property
    def _bulk(self) -> BulkAnswers:
        no_geocoder = EmbeddedGeocoder(AddressList((), complete=False, name=""))  # coordinates ask none
        desk = LookupDesk(no_geocoder, self._index.of(self._perimeters), self._decide_at)
        return BulkAnswers(desk, self._asking, self._rows)


def _put_together(parts: Sequence[Part], job: FileJob, check: Callable[[], None]) -> FileSummary:
    """Write the output, the input with its answers, and count these; nothing is published if the input has changed."""
    import pyarrow as pa
    import pyarrow.compute as pc
    import pyarrow.parquet as pq

    with job.source.parquet() as table:
        own = table.schema_arrow
    schema = pa.schema([*own, *added_fields(columns_beside(own.names))], metadata=own.metadata)
    statuses: Counter[str] = Counter()
    verdicts: Counter[str] = Counter()
    readings = Kinds()
    questions = job.asking.questions
    assert isinstance(questions, CoordinateQuestions)  # `FileJob.is_about_numbers` saw to it
    with job.out.writing() as whole, pq.ParquetWriter(whole, schema) as writer:
        for part in parts:
            line = part.first_line
            for rows, answers in part.answered_batches(questions.lon, questions.lat):
                writer.write_batch(pa.RecordBatch.from_arrays([*rows.columns, *answers.columns], schema=schema))
                statuses.update(_counts(answers.column("result_status")))
                verdicts.update(_counts(answers.column("qpv_verdict")))
                wrong = pc.equal(answers.column("result_status"), RowStatus.ERROR.value).to_numpy(zero_copy_only=False)
                readings.add(IN_ERROR, (line + wrong.nonzero()[0]).tolist())
                line += rows.num_rows
        writer.close()
        check()
    return FileSummary(statuses.total(), dict(statuses), dict(verdicts), readings.all())


def _counts(words: pa.Array) -> dict[str, int]:
    return {pair["values"]: pair["counts"] for pair in words.drop_null().value_counts().to_pylist()}
