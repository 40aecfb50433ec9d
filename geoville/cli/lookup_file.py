"""`geoville lookup-file`: a verdict for every row of a file."""

from __future__ import annotations

import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from geoville import french
from geoville.cli.arguments import AsJson, AskedDay, day
from geoville.cli.desk_options import DeskOptions
from geoville.cli.printing import print_json, print_lines
from geoville.errors import GeovilleError, InvalidInputError

if TYPE_CHECKING:
    from geoville.workflows.lookup_file import FileJob
    from geoville.workflows.lookup_file_output import FileSummary

_STATUSES = {"ok": "Trouvées", "not-found": "introuvables", "skipped": "sans question", "error": "en erreur"}
_VERDICTS = {"inside": "Dedans", "outside": "dehors", "uncertain": "à vérifier", "not_found": "inconnu"}


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


def lookup_file(
    source: Annotated[Path, typer.Argument(metavar="ENTRÉE", help="Fichier CSV, XLSX ou Parquet.")],
    out: Annotated[Path, typer.Argument(metavar="SORTIE", help="Fichier à écrire, de même format.")],
    columns: ColumnOptions,
    desk: DeskOptions,
    on: AskedDay = None,
    resume: Annotated[bool, typer.Option("--resume", help="Reprendre un travail interrompu.")] = False,
    force: Annotated[bool, typer.Option("--force", help="Tout recommencer, et remplacer la sortie.")] = False,
    workers: Annotated[int, typer.Option("--workers", metavar="N", help="Nombre de processus.", min=1)] = 1,
    scheduler: Annotated[
        str | None,
        typer.Option("--scheduler", metavar="ADRESSE", help="Parquet : ordonnanceur dask à qui confier les parties."),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Répondre pour chaque ligne d'un fichier.

    Le fichier de sortie est celui d'entrée, avec les réponses dans des colonnes ajoutées.
    """
    job = _open(source, out, columns, desk, on)
    _say(_recognised(job))
    try:
        with _stopped_by_sigterm(), _progress_bar(job.rows.expected_rows) as progress:
            summary = _way_to_run(job, scheduler)(progress, resume=resume, force=force, workers=workers)
    except (GeovilleError, KeyboardInterrupt):
        if job.journal.exists():
            _say([f"Ce qui est fait est gardé dans « {job.journal} » : relancer la commande avec --resume."])
        raise
    if as_json:
        print_json(_document(job, summary))
    else:
        print_lines(_in_words(job, summary))


def _open(source: Path, out: Path, columns: ColumnOptions, desk: DeskOptions, on: str | None) -> FileJob:
    from geoville.workflows.lookup_file import open_file_job
    from geoville.workflows.lookup_file_desk import DeskChoice

    return open_file_job(
        source,
        out,
        DeskChoice(desk.territory, tuple(desk.perimeters or ()), desk.addresses, desk.geocoder, desk.generation),
        day(on),
        address=tuple(name.strip() for name in (columns.address_columns or "").split(",") if name.strip()),
        postcode=columns.postcode_column,
        citycode=columns.citycode_column,
        lon=columns.lon_column,
        lat=columns.lat_column,
        encoding=columns.encoding,
        separator=columns.separator,
        sheet=columns.sheet,
    )


def _way_to_run(job: FileJob, scheduler: str | None) -> Callable[..., FileSummary]:
    """Numbers of a Parquet file are answered part by part, wherever its workers are; all else, row by row."""
    from geoville.workflows.bulk_lookup import can_be_bulk, lookup_parquet

    if can_be_bulk(job):
        return partial(lookup_parquet, job, scheduler=scheduler)
    if scheduler:
        raise InvalidInputError(
            "Un ordonnanceur répartit les coordonnées d'un fichier Parquet",
            advice="ôter --scheduler, ou donner deux colonnes de nombres d'un fichier Parquet",
        )
    return job.run


def _recognised(job: FileJob) -> list[str]:
    lines = [f"Lecture : {job.rows.description} ; {job.asking.questions.description}."]
    if job.renamed:
        names = ", ".join(f"{usual} → {name}" for usual, name in job.renamed.items())
        lines.append(f"Colonnes déjà présentes, gardées ; celles de geoville sont renommées : {names}.")
    return lines


def _in_words(job: FileJob, summary: FileSummary) -> list[str]:
    return [
        f"Écrit : {job.out} ({_rows(summary.rows)}, au {french.long_date(job.asking.on)})",
        _counts(summary.statuses, _STATUSES),
        _counts(summary.verdicts, _VERDICTS),
    ]


def _rows(count: int) -> str:
    return f"{french.number(count)} ligne{'s' if count > 1 else ''}"


def _counts(counts: dict[str, int], names: dict[str, str]) -> str:
    return " ; ".join(f"{name} : {french.number(counts.get(key, 0))}" for key, name in names.items())


def _document(job: FileJob, summary: FileSummary) -> dict[str, Any]:
    return {
        "out": str(job.out),
        "on": job.asking.on.isoformat(),
        "rows": summary.rows,
        "statuses": summary.statuses,
        "verdicts": summary.verdicts,
    }


def _say(lines: list[str]) -> None:
    """Tell what is not the result: on the error stream, so that --json stays a document."""
    sys.stderr.writelines(f"{line}\n" for line in lines)


@contextmanager
def _progress_bar(expected_rows: int | None) -> Iterator[Callable[[int], None]]:
    """A bar on the terminal; nothing where the error stream is not one."""
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    console = Console(stderr=True)
    columns = (TextColumn("Lignes"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=console, disable=not console.is_terminal, transient=True) as bar:
        task = bar.add_task("", total=expected_rows)
        yield lambda rows: bar.update(task, completed=rows)


@contextmanager
def _stopped_by_sigterm() -> Iterator[None]:
    """Let a polite request to stop end the work as Ctrl-C does."""

    def stop(*_: object) -> None:
        raise KeyboardInterrupt

    before = signal.signal(signal.SIGTERM, stop)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)
