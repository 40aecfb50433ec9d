"""A Parquet file of coordinates, answered part by part by compiled loops, here or on several machines."""

from __future__ import annotations

from collections import Counter
from contextlib import nullcontext
from functools import cached_property
from typing import TYPE_CHECKING

from geoville.eligibility.index import PerimeterIndex
from geoville.errors import GeovilleError
from geoville.geocoding.embedded import EmbeddedGeocoder
from geoville.model import AddressList
from geoville.sources.provenance import provenance_text
from geoville.sources.stored_files import LocalFile
from geoville.workflows.bulk.columns import BulkAnswers, added_fields
from geoville.workflows.bulk.job import BulkJob, bulk_job_of, is_parquet
from geoville.workflows.bulk.parts import open_folder, parts_of
from geoville.workflows.cluster import results
from geoville.workflows.lookup import LookupDesk
from geoville.workflows.lookup_file.lock import alone_on
from geoville.workflows.lookup_file.output import FileSummary, changed_meanwhile, check_free
from geoville.workflows.lookup_file.results import ADDED_COLUMNS, columns_beside
from geoville.workflows.lookup_file.workers import Failure

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    import pyarrow as pa

    from geoville.workflows.bulk.parts import Part
    from geoville.workflows.lookup_file.job import FileJob
    from geoville.workflows.lookup_file.questions import Asking


def can_be_bulk(job: FileJob) -> bool:
    """Whether a job asks about the numbers of two columns of a Parquet file."""
    return is_parquet(job.source.name) and bulk_job_of(job).is_about_numbers


def lookup_parquet(
    job: FileJob | BulkJob,
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
    bulk = job if isinstance(job, BulkJob) else bulk_job_of(job)
    with alone_on(bulk.out.path) if isinstance(bulk.out, LocalFile) else nullcontext():
        check_free(bulk.out, bulk.journal, resume=resume, force=force)
        return _lookup(bulk, progress, resume=resume, workers=workers, scheduler=scheduler)


def _lookup(
    job: BulkJob, progress: Callable[[int], None], *, resume: bool, workers: int, scheduler: str | None
) -> FileSummary:
    desk = job.desk.open()
    input_sha256 = job.source.sha256()
    open_folder(job.journal, job.record.request(input_sha256), resume=resume)
    parts = parts_of(job.source.absolute(), job.journal.absolute())
    missing = [part for part in parts if not part.answers.exists()]
    answered = sum(part.rows for part in parts) - sum(part.rows for part in missing)
    progress(answered)
    for done in results(_Answering(desk.index, job.asking), missing, workers=workers, scheduler=scheduler):
        if isinstance(done, Failure):
            raise done.error()
        answered += done
        progress(answered)
    if job.source.sha256() != input_sha256:
        raise changed_meanwhile(job.source.name)
    summary = _put_together(parts, job)
    provenance = job.record.provenance(input_sha256, desk)
    job.out.beside(".provenance.json").write_text(provenance_text(provenance, str(job.out)))
    job.journal.remove()
    return summary


class _Answering:
    """Answers parts, by perimeters that it holds: a process that is given it makes its index of them once."""

    def __init__(self, index: PerimeterIndex, asking: Asking) -> None:
        self._perimeters, self._extent = index.perimeters, index.extent
        self._asking = asking

    def __call__(self, part: Part) -> int | Failure:
        """Answer a part, and say how many rows it has."""
        import pyarrow as pa

        try:
            part.write_answers(self._answers(part), pa.schema(added_fields(ADDED_COLUMNS)))
        except GeovilleError as error:
            return Failure(type(error), error.message, error.where, error.advice)
        return part.rows

    def _answers(self, part: Part) -> Iterator[pa.RecordBatch]:
        import pyarrow as pa

        lon, lat = self._asking.questions.columns
        line = part.first_line
        for batch in part.batches(list(dict.fromkeys((lon, lat)))):
            columns = self._bulk.columns(batch.column(lon), batch.column(lat), line)
            yield pa.RecordBatch.from_arrays(columns, schema=pa.schema(added_fields(ADDED_COLUMNS)))
            line += batch.num_rows

    @cached_property
    def _bulk(self) -> BulkAnswers:
        no_geocoder = EmbeddedGeocoder(AddressList((), complete=False, name=""))  # coordinates ask none
        return BulkAnswers(LookupDesk(no_geocoder, PerimeterIndex(self._perimeters, self._extent)), self._asking)


def _put_together(parts: Sequence[Part], job: BulkJob) -> FileSummary:
    """Write the output, the input with its answers, and count these."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    with job.source.parquet() as table:
        own = table.schema_arrow
    schema = pa.schema([*own, *added_fields(columns_beside(own.names))], metadata=own.metadata)
    statuses: Counter[str] = Counter()
    verdicts: Counter[str] = Counter()
    with job.out.writing() as whole, pq.ParquetWriter(whole, schema) as writer:
        for part in parts:
            for rows, answers in part.answered_batches():
                writer.write_batch(pa.RecordBatch.from_arrays([*rows.columns, *answers.columns], schema=schema))
                statuses.update(_counts(answers.column("result_status")))
                verdicts.update(_counts(answers.column("qpv_verdict")))
    return FileSummary(statuses.total(), dict(statuses), dict(verdicts))


def _counts(words: pa.Array) -> dict[str, int]:
    return {pair["values"]: pair["counts"] for pair in words.drop_null().value_counts().to_pylist()}
