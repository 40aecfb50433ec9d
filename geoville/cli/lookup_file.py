"""`geoville lookup-file`: a verdict for every row of a file."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from geoville import french
from geoville.cli.arguments import AsJson, AskedDay, Workers, day
from geoville.cli.desk_options import DeskOptions
from geoville.cli.file_arguments import Destination
from geoville.cli.lookup_file_jobs import ColumnOptions, JobOptions, opened_job
from geoville.cli.printing import print_json, print_lines
from geoville.errors import GeovilleError, InvalidInputError

if TYPE_CHECKING:
    from geoville.workflows.bulk.job import BulkJob
    from geoville.workflows.lookup_file.job import FileJob
    from geoville.workflows.lookup_file.output import FileSummary

_STATUSES = {"ok": "Trouvées", "not-found": "introuvables", "skipped": "sans question", "error": "en erreur"}
_VERDICTS = {"inside": "Dedans", "outside": "dehors", "uncertain": "à vérifier", "not_found": "inconnu"}


def lookup_file(
    source: Annotated[str, typer.Argument(metavar="ENTRÉE", help="Fichier CSV, XLSX ou Parquet.")],
    out: Annotated[Destination, typer.Argument(metavar="SORTIE", help="Fichier à écrire, de même format.")],
    columns: ColumnOptions,
    desk: DeskOptions,
    on: AskedDay = None,
    resume: Annotated[bool, typer.Option("--resume", help="Reprendre un travail interrompu.")] = False,
    force: Annotated[bool, typer.Option("--force", help="Tout recommencer, et remplacer la sortie.")] = False,
    workers: Workers = 1,
    scheduler: Annotated[
        str | None,
        typer.Option("--scheduler", metavar="ADRESSE", help="Parquet : ordonnanceur dask à qui confier les parties."),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Répondre pour chaque ligne d'un fichier.

    Le fichier de sortie est celui d'entrée, avec les réponses dans des colonnes ajoutées.
    """
    with opened_job(source, out, JobOptions(columns, desk, day(on)), resume=resume, force=force) as job:
        _say(_recognised(job))
        try:
            with _progress_bar(job.rows.expected_rows) as progress:
                summary = _way_to_run(job, scheduler)(progress, resume=resume, force=force, workers=workers)
        except (GeovilleError, KeyboardInterrupt):
            if _is_kept(job, out):
                _say([f"Ce qui est fait est gardé dans « {job.journal} » : relancer la commande avec --resume."])
            raise
    if as_json:
        print_json(_document(job, out, summary))
    else:
        print_lines(_in_words(job, out, summary))


def _is_kept(job: FileJob | BulkJob, out: Destination) -> bool:
    """Whether what is done outlives the command: a file that was to be sent elsewhere goes with it."""
    in_place = not isinstance(job.out, Path) or job.out == out.path
    return in_place and job.journal.exists()


def _way_to_run(job: FileJob | BulkJob, scheduler: str | None) -> Callable[..., FileSummary]:
    """Numbers of a Parquet file are answered part by part, wherever its workers are; all else, row by row."""
    from geoville.workflows.bulk.job import BulkJob
    from geoville.workflows.bulk.lookup import can_be_bulk, lookup_parquet

    if isinstance(job, BulkJob) or can_be_bulk(job):
        return partial(lookup_parquet, job, scheduler=scheduler)
    if scheduler:
        raise InvalidInputError(
            "Un ordonnanceur répartit les coordonnées d'un fichier Parquet",
            advice="ôter --scheduler, ou donner deux colonnes de nombres d'un fichier Parquet",
        )
    return job.run


def _recognised(job: FileJob | BulkJob) -> list[str]:
    lines = [f"Lecture : {job.rows.description} ; {job.asking.questions.description}."]
    if job.renamed:
        names = ", ".join(f"{usual} → {name}" for usual, name in job.renamed.items())
        lines.append(f"Colonnes déjà présentes, gardées ; celles de geoville sont renommées : {names}.")
    return lines


def _in_words(job: FileJob | BulkJob, out: Destination, summary: FileSummary) -> list[str]:
    return [
        f"Écrit : {out} ({_rows(summary.rows)}, au {french.long_date(job.asking.on)})",
        _counts(summary.statuses, _STATUSES),
        _counts(summary.verdicts, _VERDICTS),
    ]


def _rows(count: int) -> str:
    return f"{french.number(count)} ligne{'s' if count > 1 else ''}"


def _counts(counts: dict[str, int], names: dict[str, str]) -> str:
    return " ; ".join(f"{name} : {french.number(counts.get(key, 0))}" for key, name in names.items())


def _document(job: FileJob | BulkJob, out: Destination, summary: FileSummary) -> dict[str, Any]:
    return {
        "out": str(out),
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
