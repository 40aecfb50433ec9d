"""From the files and columns of a command line to the job that `geoville lookup-file` runs."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated

import typer

from geoville.cli.desk_options import DeskOptions
from geoville.cli.file_arguments import Destination, brought
from geoville.cli.given_paths import here
from geoville.errors import InvalidInputError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date
    from pathlib import Path

    from geoville.workflows.bulk.job import BulkJob
    from geoville.workflows.lookup_file.desk import DeskChoice
    from geoville.workflows.lookup_file.job import FileJob


@dataclass(frozen=True, slots=True)
class ColumnOptions:
    """Where the questions are read in the file."""

    address_columns: Annotated[
        str | None,
        typer.Option("--address-columns", metavar="A,B,…", help="Colonnes de l'adresse, dans l'ordre."),
    ] = None
    postcode_column: Annotated[
        str | None, typer.Option("--postcode-column", metavar="COLONNE", help="Code postal qui limite la recherche.")
    ] = None
    citycode_column: Annotated[
        str | None, typer.Option("--citycode-column", metavar="COLONNE", help="Code INSEE qui limite la recherche.")
    ] = None
    lon_column: Annotated[
        str | None, typer.Option("--lon-column", metavar="COLONNE", help="Colonne de la longitude, en degrés.")
    ] = None
    lat_column: Annotated[
        str | None, typer.Option("--lat-column", metavar="COLONNE", help="Colonne de la latitude, en degrés.")
    ] = None
    encoding: Annotated[
        str | None, typer.Option("--encoding", metavar="NOM", help="CSV : utf-8, cp1252 ou latin-1 ; reconnu sinon.")
    ] = None
    separator: Annotated[
        str | None, typer.Option("--separator", metavar="S", help="CSV : « ; » « , » « | » ou tab ; reconnu sinon.")
    ] = None
    sheet: Annotated[
        str | None, typer.Option("--sheet", metavar="NOM", help="XLSX : feuille à lire ; la première sinon.")
    ] = None

    @property
    def are_coordinates(self) -> bool:
        """Whether nothing is said of addresses, nor of a layout that Parquet has not."""
        others = (self.address_columns, self.postcode_column, self.citycode_column)
        return not any((*others, self.encoding, self.separator, self.sheet))


@dataclass(frozen=True, slots=True)
class JobOptions:
    """Everything that is asked of a file.

    Parameters
    ----------
    on : day asked about.
    """

    columns: ColumnOptions
    desk: DeskOptions
    on: date

    @property
    def choice(self) -> DeskChoice:
        """The desk that answers."""
        from geoville.workflows.lookup_file.desk import DeskChoice

        desk = self.desk
        perimeters = tuple(desk.perimeters or ())
        return DeskChoice(desk.territory, perimeters, desk.addresses, desk.geocoder, desk.generation)

    def open(self, source: Path, out: Path) -> FileJob:
        """Open the job about a file of this machine."""
        from geoville.workflows.lookup_file.job import open_file_job

        columns = self.columns
        return open_file_job(
            source,
            out,
            self.choice,
            self.on,
            address=tuple(name.strip() for name in (columns.address_columns or "").split(",") if name.strip()),
            postcode=columns.postcode_column,
            citycode=columns.citycode_column,
            lon=columns.lon_column,
            lat=columns.lat_column,
            encoding=columns.encoding,
            separator=columns.separator,
            sheet=columns.sheet,
        )

    def open_in_place(self, source: str, out: Destination) -> BulkJob | None:
        """Open the job about a Parquet file at an address, if it asks about numbers: it is not brought here."""
        from geoville.workflows.bulk.job import is_parquet, open_bulk_job

        if not (is_parquet(source) and is_parquet(out.file_name.name) and self.columns.are_coordinates):
            return None
        columns = self.columns
        job = open_bulk_job(source, out.given, self.choice, self.on, lon=columns.lon_column, lat=columns.lat_column)
        return job if job.is_about_numbers else None


@contextmanager
def opened_job(
    source: str, out: Destination, options: JobOptions, *, resume: bool, force: bool
) -> Iterator[FileJob | BulkJob]:
    """Open the job about a file, wherever it is. A file that has to be brought here, or sent, is when the block ends.

    Raises
    ------
    InvalidInputError
        The file cannot be read or written, or a work that leaves nothing at its address would be resumed.
    """
    from geoville.sources.staging import local_path

    near, there = local_path(source), out.path
    if near is not None and there is not None:
        yield options.open(here(near), there)
    elif in_place := options.open_in_place(source, out):
        yield in_place
    else:
        if there is None:
            _check_free(out, resume=resume, force=force)
        with brought(source) as path, out.writing() as written:
            yield options.open(path, written)


def _check_free(out: Destination, *, resume: bool, force: bool) -> None:
    from geoville.sources.staging import exists

    if resume:
        raise InvalidInputError(
            "Seules les coordonnées d'un fichier Parquet se reprennent à une adresse",
            advice="ôter --resume, ou écrire sur cette machine",
        )
    if not force and exists(out.given):
        raise InvalidInputError(f"« {out} » existe déjà", advice="le remplacer avec --force, ou changer de nom")
