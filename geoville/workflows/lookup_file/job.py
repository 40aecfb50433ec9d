"""A whole file of addresses or coordinates, answered row by row as `lookup` answers one."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING

from geoville.sources.files import sha256_of
from geoville.sources.provenance import write_provenance
from geoville.sources.row_files import open_row_file
from geoville.workflows.lookup_file.desk import FileDesk
from geoville.workflows.lookup_file.journal import Journal
from geoville.workflows.lookup_file.lock import alone_on
from geoville.workflows.lookup_file.output import changed_meanwhile, check_free, check_output, merge
from geoville.workflows.lookup_file.questions import Asking, choose_questions
from geoville.workflows.lookup_file.record import JobRecord
from geoville.workflows.lookup_file.results import columns_renamed
from geoville.workflows.lookup_file.workers import answer_rows

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import date
    from pathlib import Path

    from geoville.sources.row_files import RowFile
    from geoville.workflows.lookup import LookupDesk
    from geoville.workflows.lookup_file.desk import DeskChoice
from geoville.workflows.lookup_file.output import FileSummary


@dataclass(frozen=True, slots=True)
class FileJob:
    """A file to answer, checked and ready.

    Parameters
    ----------
    rows : the input, open.
    asking : the columns that ask, and the day asked about.
    desk : how to open the desk that answers.
    """

    source: Path
    out: Path
    rows: RowFile
    asking: Asking
    desk: DeskChoice

    @property
    def journal(self) -> Path:
        """Where answers are kept until the output is made."""
        return self.out.with_name(f"{self.out.name}.partiel")

    @property
    def renamed(self) -> dict[str, str]:
        """Columns added under another name, since the input has one of that name."""
        return columns_renamed(self.rows.columns)

    def run(
        self, progress: Callable[[int], None], *, resume: bool = False, force: bool = False, workers: int = 1
    ) -> FileSummary:
        """Answer every row, then write the output in one stroke.

        Parameters
        ----------
        progress : told how many rows are answered.
        resume : go on with the answers of a run that was interrupted, where there are some.
        force : begin again, and replace the output.
        workers : number of processes.

        Raises
        ------
        InvalidInputError
            The output or an interrupted work is there already, another process is at it, the work was another one, the
            input changed, or the Géoplateforme would be asked by several processes.
        GeovilleError
            A remote geocoder failed; what it had answered is kept.
        """
        self.desk.check_workers(workers)
        with alone_on(self.out):
            check_free(self.out, self.journal, resume=resume, force=force)
            return self._run(progress, resume=resume, workers=workers)

    def _run(self, progress: Callable[[int], None], *, resume: bool, workers: int) -> FileSummary:
        desk = self.desk.open()
        input_sha256 = sha256_of(self.source)
        journal = Journal(self.journal, self.record.request(input_sha256))
        if resume and journal.path.exists():
            journal.resume()
        else:
            journal.start()
        self._answer(journal, desk, progress, workers)
        if sha256_of(self.source) != input_sha256:
            raise changed_meanwhile(self.source.name)
        summary = merge(self.rows, journal.answers(), self.out)
        write_provenance(self.record.provenance(input_sha256, desk), self.out)
        journal.remove()
        return summary

    def _answer(self, journal: Journal, desk: LookupDesk, progress: Callable[[int], None], workers: int) -> None:
        progress(journal.answered)
        places = [self.rows.columns.index(name) for name in self.asking.questions.columns]
        rows = islice(self.rows.rows(places), journal.answered, None)
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
    source: Path,
    out: Path,
    desk: DeskChoice,
    on: date,
    *,
    address: Sequence[str] = (),
    postcode: str | None = None,
    citycode: str | None = None,
    lon: str | None = None,
    lat: str | None = None,
    encoding: str | None = None,
    separator: str | None = None,
    sheet: str | None = None,
) -> FileJob:
    """Check a file and what is asked of it, before anything is written.

    Parameters
    ----------
    source, out : CSV, XLSX or Parquet, both of the same format.
    on : day asked about.
    address : columns that hold the address, in the order of an envelope.
    postcode, citycode : columns that limit the search to a town.
    lon, lat : columns that hold the coordinates, WGS84 degrees.
    encoding, separator, sheet : recognised unless given.

    Raises
    ------
    InvalidInputError
        The input cannot be read, the output cannot be written there, or a column is missing.
    """
    check_output(source, out)
    rows = open_row_file(source, encoding=encoding, separator=separator, sheet=sheet)
    questions = choose_questions(rows.columns, address=address, postcode=postcode, citycode=citycode, lon=lon, lat=lat)
    return FileJob(source, out, rows, Asking(questions, on), desk)
