"""A Parquet file of coordinates to answer, and its output: each on this machine, or at an address."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from geoville.errors import InvalidInputError
from geoville.sources.row_files.parquet import ParquetRows
from geoville.sources.stored_files import LocalFile, StoredFile, stored
from geoville.workflows.lookup_file.questions import Asking, CoordinateQuestions, choose_questions
from geoville.workflows.lookup_file.record import JobRecord
from geoville.workflows.lookup_file.results import columns_renamed

if TYPE_CHECKING:
    from datetime import date

    from geoville.sources.row_files import RowFile
    from geoville.workflows.lookup_file.desk import DeskChoice
    from geoville.workflows.lookup_file.job import FileJob


@dataclass(frozen=True, slots=True)
class BulkJob:
    """A Parquet file to answer part by part, which workers read where it is; they need no disk in common.

    Parameters
    ----------
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
        """Where the answers of parts are kept until the output is made."""
        return self.out.beside(".partiel")

    @property
    def renamed(self) -> dict[str, str]:
        """Columns added under another name, since the input has one of that name."""
        return columns_renamed(self.rows.columns)

    @property
    def record(self) -> JobRecord:
        """What the answers depend on."""
        return JobRecord(self.source.name, self.rows.description, self.asking, self.desk)

    @property
    def is_about_numbers(self) -> bool:
        """Whether the questions are the numbers of two columns."""
        import pyarrow as pa

        questions = self.asking.questions
        if not isinstance(questions, CoordinateQuestions):
            return False
        with self.source.parquet() as table:
            types = [table.schema_arrow.field(name).type for name in questions.columns]
        return all(pa.types.is_floating(kind) or pa.types.is_integer(kind) for kind in types)


def is_parquet(name: str) -> bool:
    """Whether a path or an address is that of a Parquet file, by its name."""
    return PurePosixPath(name).suffix.lower() in {".parquet", ".geoparquet"}


def bulk_job_of(job: FileJob) -> BulkJob:
    """A job about a Parquet file of this machine."""
    return BulkJob(LocalFile(job.source), LocalFile(job.out), job.rows, job.asking, job.desk)


def open_bulk_job(
    source: str, out: str, desk: DeskChoice, on: date, *, lon: str | None = None, lat: str | None = None
) -> BulkJob:
    """Check a Parquet file that is at an address, or whose output will be, before anything is written.

    Parameters
    ----------
    source, out : paths or addresses.
    on : day asked about.
    lon, lat : columns that hold the coordinates, WGS84 degrees; recognised by their names unless given.

    Raises
    ------
    InvalidInputError
        The input cannot be read, or is the output, or a column is missing.
    """
    if source == out:
        raise InvalidInputError("L'entrée et la sortie sont le même fichier", advice="donner un autre nom à la sortie")
    file = stored(source)
    rows = ParquetRows(file)
    return BulkJob(file, stored(out), rows, Asking(choose_questions(rows.columns, lon=lon, lat=lat), on), desk)
