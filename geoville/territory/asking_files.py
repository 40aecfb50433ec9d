"""Questions by the thousand: a table, or a file."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from geoville.errors import InvalidInputError
from geoville.territory.opened import Opened

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import date

    import pandas as pd

    from geoville.territory.files import FilePath
    from geoville.workflows.lookup_file.output import FileSummary


class AskingFiles(Opened):
    """What can be asked about every row of a table or of a file: each has the answer that `decide` would give."""

    def decide_many(
        self,
        rows: pd.DataFrame | FilePath,
        *,
        on: date,
        address_columns: Sequence[str] = (),
        postcode_column: str | None = None,
        citycode_column: str | None = None,
        lon_column: str | None = None,
        lat_column: str | None = None,
    ) -> pd.DataFrame:
        """Answer every row of a table, or of a CSV, XLSX or Parquet file, in memory.

        Parameters
        ----------
        rows : a table, or a file whose cells are then all read as text.
        address_columns : columns that hold the address, in the order of an envelope; recognised unless given.
        postcode_column, citycode_column : columns that limit the search to a town.
        lon_column, lat_column : columns of coordinates in degrees, WGS84.

        Returns
        -------
        The rows with the columns of `lookup_file` after their own; null where an answer has none.

        Raises
        ------
        InvalidInputError
            A column is missing, or nothing tells which ones to read.
        """
        import pandas as pd

        from geoville.workflows.lookup_frame import answer_table

        return answer_table(
            rows if isinstance(rows, pd.DataFrame) else Path(rows),
            self.desk,
            on,
            address=address_columns,
            postcode=postcode_column,
            citycode=citycode_column,
            lon=lon_column,
            lat=lat_column,
        )

    def lookup_file(
        self,
        source: FilePath,
        out: FilePath,
        *,
        on: date,
        address_columns: Sequence[str] = (),
        postcode_column: str | None = None,
        citycode_column: str | None = None,
        lon_column: str | None = None,
        lat_column: str | None = None,
        encoding: str | None = None,
        separator: str | None = None,
        sheet: str | None = None,
        resume: bool = False,
        force: bool = False,
        workers: int = 1,
        scheduler: str | None = None,
        progress: Callable[[int], None] | None = None,
    ) -> FileSummary:
        """Copy a file with an answer in each row, in constant memory.

        Parameters
        ----------
        source, out : CSV, XLSX or Parquet, both of the same format.
        address_columns, postcode_column, citycode_column, lon_column, lat_column : as in `decide_many`.
        encoding, separator, sheet : of a CSV file or a workbook; recognised unless given.
        resume : go on with a work that was interrupted, where there is one.
        force : begin again, and replace the output.
        workers : number of processes.
        scheduler : address of a dask scheduler that shares out the coordinates of a Parquet file instead.
        progress : told how many rows are answered.

        Returns
        -------
        Numbers of rows, by status and by verdict.

        Raises
        ------
        InvalidInputError
            The file cannot be read, a column is missing, the output cannot be written there or is there already.
        """
        from geoville.workflows.bulk.lookup import can_be_bulk, lookup_parquet
        from geoville.workflows.lookup_file.job import open_file_job

        job = open_file_job(
            Path(source),
            Path(out),
            self.choice,
            on,
            address=address_columns,
            postcode=postcode_column,
            citycode=citycode_column,
            lon=lon_column,
            lat=lat_column,
            encoding=encoding,
            separator=separator,
            sheet=sheet,
        )
        told = progress or _nobody
        if can_be_bulk(job):
            return lookup_parquet(job, told, resume=resume, force=force, workers=workers, scheduler=scheduler)
        if scheduler:
            raise InvalidInputError(
                "Un ordonnanceur répartit les coordonnées d'un fichier Parquet", advice="ôter scheduler"
            )
        return job.run(told, resume=resume, force=force, workers=workers)


def _nobody(_: int) -> None:
    """Tell nobody how far the work is."""
