"""A Parquet file of coordinates, answered part by part by compiled loops, here or on several machines."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

from geoville.errors import GeovilleError
from geoville.sources.files import replacing, sha256_of
from geoville.sources.row_files import row_file_format
from geoville.workflows.bulk_columns import BulkAnswers, added_fields
from geoville.workflows.bulk_parts import Part, open_folder, parts_of, remove
from geoville.workflows.cluster import results
from geoville.workflows.lookup_file_lock import alone_on
from geoville.workflows.lookup_file_output import FileSummary, check_free
from geoville.workflows.lookup_file_questions import CoordinateQuestions
from geoville.workflows.lookup_file_results import ADDED_COLUMNS, columns_beside
from geoville.workflows.lookup_file_workers import Failure

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    import pyarrow as pa

    from geoville.workflows.lookup_file import FileJob
    from geoville.workflows.lookup_file_desk import DeskChoice
    from geoville.workflows.lookup_file_questions import Asking


@dataclass(frozen=True, slots=True)
class _Work:
    """A part to answer, with all that another process needs."""

    part: Part
    asking: Asking
    desk: DeskChoice


def can_be_bulk(job: FileJob) -> bool:
    """Whether a job asks about the numbers of two columns of a Parquet file."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    questions = job.asking.questions
    if not isinstance(questions, CoordinateQuestions) or row_file_format(job.source) != "parquet":
        return False
    schema = pq.read_schema(job.source)
    types = [schema.field(name).type for name in questions.columns]
    return all(pa.types.is_floating(kind) or pa.types.is_integer(kind) for kind in types)


def lookup_parquet(
    job: FileJob,
    progress: Callable[[int], None],
    *,
    resume: bool = False,
    force: bool = False,
    workers: int = 1,
    scheduler: str | None = None,
) -> FileSummary:
    """Answer every row of a job that `can_be_bulk`: the same output as `job.run`.

    Parameters
    ----------
    progress : told how many rows are answered.
    resume : go on with the parts of a run that was interrupted, where there are some.
    force : begin again, and replace the output.
    workers : processes of this machine.
    scheduler : address of a dask scheduler whose workers see the same files under the same paths; then `workers` has no
        meaning.

    Raises
    ------
    InvalidInputError
        The output or an interrupted work is there already, another process is at it, the work was another one, the
        input changed, or no scheduler answers.
    """
    with alone_on(job.out):
        check_free(job.out, job.journal, resume=resume, force=force)
        return _lookup(job, progress, resume=resume, workers=workers, scheduler=scheduler)


def _lookup(
    job: FileJob, progress: Callable[[int], None], *, resume: bool, workers: int, scheduler: str | None
) -> FileSummary:
    input_sha256 = sha256_of(job.source)
    open_folder(job.journal, job.request(input_sha256), resume=resume)
    parts = parts_of(job.source.resolve(), job.journal.resolve())
    missing = [part for part in parts if not part.answers.exists()]
    answered = sum(part.rows for part in parts) - sum(part.rows for part in missing)
    progress(answered)
    for done in results(
        _answer, [_Work(part, job.asking, job.desk) for part in missing], workers=workers, scheduler=scheduler
    ):
        if isinstance(done, Failure):
            raise done.error()
        answered += done
        progress(answered)
    job.check_unchanged(input_sha256)
    summary = _put_together(parts, job)
    job.write_provenance(input_sha256, job.desk.open())
    remove(job.journal)
    return summary


def _answer(work: _Work) -> int | Failure:
    """Answer a part, and say how many rows it has."""
    import pyarrow as pa

    try:
        work.part.write_answers(_answers(work), pa.schema(added_fields(ADDED_COLUMNS)))
    except GeovilleError as error:
        return Failure(type(error), error.message, error.where, error.advice)
    return work.part.rows


def _answers(work: _Work) -> Iterator[pa.RecordBatch]:
    import pyarrow as pa

    lon, lat = work.asking.questions.columns
    line = work.part.first_line
    for batch in work.part.batches(list(dict.fromkeys((lon, lat)))):
        columns = _bulk_answers(work.desk, work.asking).columns(batch.column(lon), batch.column(lat), line)
        yield pa.RecordBatch.from_arrays(columns, schema=pa.schema(added_fields(ADDED_COLUMNS)))
        line += batch.num_rows


@cache
def _bulk_answers(desk: DeskChoice, asking: Asking) -> BulkAnswers:
    """What a process answers with, made once."""
    return BulkAnswers(desk.open(), asking)


def _put_together(parts: Sequence[Part], job: FileJob) -> FileSummary:
    """Write the output, the input with its answers, and count these."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    own = pq.read_schema(job.source)
    schema = pa.schema([*own, *added_fields(columns_beside(own.names))], metadata=own.metadata)
    statuses: Counter[str] = Counter()
    verdicts: Counter[str] = Counter()
    with replacing(job.out) as beside, pq.ParquetWriter(beside, schema) as writer:
        for part in parts:
            for rows, answers in part.answered_batches():
                writer.write_batch(pa.RecordBatch.from_arrays([*rows.columns, *answers.columns], schema=schema))
                statuses.update(_counts(answers.column("result_status")))
                verdicts.update(_counts(answers.column("qpv_verdict")))
    return FileSummary(statuses.total(), dict(statuses), dict(verdicts))


def _counts(words: pa.Array) -> dict[str, int]:
    return {pair["values"]: pair["counts"] for pair in words.drop_null().value_counts().to_pylist()}
