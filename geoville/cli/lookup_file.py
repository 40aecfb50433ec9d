"""`geoville lookup-file`: a verdict for every row of a file."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from geoville import french
from geoville.cli.files import Destination, brought, here
from geoville.cli.options import AsJson, AskedDay, DecideAt, DeskOptions, day
from geoville.cli.printing import print_json, print_lines
from geoville.errors import GeovilleError, InvalidInputError

if TYPE_CHECKING:
    from datetime import date

    from geoville.workflows.lookup_file.job import FileJob
    from geoville.workflows.lookup_file.output import FileSummary
    from geoville.workflows.lookup_file.questions import FileColumns
    from geoville.workflows.lookup_file.review import Reviewing


# --- From the files and columns of a command line to the job that `geoville lookup-file` runs


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
        str | None, typer.Option("--lon-column", metavar="COLONNE", help="Colonne de la longitude (ou de x).")
    ] = None
    lat_column: Annotated[
        str | None, typer.Option("--lat-column", metavar="COLONNE", help="Colonne de la latitude (ou de y).")
    ] = None
    encoding: Annotated[
        str | None,
        typer.Option("--encoding", metavar="NOM", help="CSV : utf-8, cp1252, latin-1 ou utf-16 ; reconnu sinon."),
    ] = None
    separator: Annotated[
        str | None, typer.Option("--separator", metavar="S", help="CSV : « ; » « , » « | » ou tab ; reconnu sinon.")
    ] = None
    sheet: Annotated[
        str | None,
        typer.Option("--sheet", metavar="NOM", help="XLSX, ODS : feuille à lire ; sinon la première qui convient."),
    ] = None
    date_column: Annotated[
        str | None,
        typer.Option("--date-column", metavar="COLONNE", help="Jour de la question, ligne par ligne ; --on si vide."),
    ] = None
    default_citycode: Annotated[
        str | None,
        typer.Option("--default-citycode", metavar="INSEE", help="Commune des lignes qui n'en disent pas (34172)."),
    ] = None
    crs: Annotated[
        str | None,
        typer.Option("--crs", metavar="EPSG", help="Système des coordonnées (2154 : Lambert-93) ; degrés WGS84 sinon."),
    ] = None

    @property
    def said(self) -> FileColumns:
        """What they say of the file."""
        from geoville.workflows.lookup_file.questions import FileColumns

        return FileColumns(
            tuple(name.strip() for name in (self.address_columns or "").split(",") if name.strip()),
            self.postcode_column,
            self.citycode_column,
            self.lon_column,
            self.lat_column,
            self.encoding,
            self.separator,
            self.sheet,
            date=self.date_column,
            default_citycode=self.default_citycode,
            crs=self.crs,
        )


@dataclass(frozen=True, slots=True)
class JobOptions:
    """Everything that is asked of a file.

    Parameters
    ----------
    on : day asked about.
    decide_at : probability from which what is to be checked is decided; None to leave it so.
    """

    columns: FileColumns
    desk: DeskOptions
    on: date
    decide_at: float | None = None

    def open(self, source: str | Path, out: str | Path) -> FileJob:
        """Open the job about a file where it is."""
        from geoville.workflows.lookup_file.job import open_file_job

        return open_file_job(source, out, self.desk.deciding(self.decide_at), self.on, self.columns)

    def open_in_place(self, source: str, out: Destination) -> FileJob | None:
        """Open the job about a Parquet file at an address, if it asks about numbers: it is not brought here."""
        from geoville.workflows.lookup_file.job import is_parquet

        if not (is_parquet(source) and is_parquet(out.file_name.name) and self.columns.may_be_numbers):
            return None
        job = self.open(source, out.given)
        return job if job.is_about_numbers else None


@contextmanager
def opened_job(source: str, out: Destination, options: JobOptions, *, resume: bool, force: bool) -> Iterator[FileJob]:
    """Open the job about a file, wherever it is. A file that has to be brought here, or sent, is when the block ends.

    Raises
    ------
    InvalidInputError
        The file cannot be read or written, or a work that leaves nothing at its address would be resumed.
    """
    from geoville.sources.stores import local_path

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
    from geoville.sources.stores import exists

    if resume:
        raise InvalidInputError(
            "Seules les coordonnées d'un fichier Parquet se reprennent à une adresse",
            advice="ôter --resume, ou écrire sur cette machine",
        )
    if not force and exists(out.given):
        raise InvalidInputError(f"« {out} » existe déjà", advice="le remplacer avec --force, ou changer de nom")


_STATUSES = {"ok": "Trouvées", "not-found": "introuvables", "skipped": "sans question", "error": "en erreur"}
_VERDICTS = {"inside": "Dedans", "outside": "dehors", "uncertain": "à vérifier", "not_found": "inconnu"}


def lookup_file(
    source: Annotated[str, typer.Argument(metavar="ENTRÉE", help="Fichier CSV, XLSX, ODS ou Parquet.")],
    out: Annotated[Destination, typer.Argument(metavar="SORTIE", help="Fichier à écrire, de même format.")],
    columns: ColumnOptions,
    desk: DeskOptions,
    on: AskedDay = None,
    decide_at: DecideAt = None,
    resume: Annotated[bool, typer.Option("--resume", help="Reprendre un travail interrompu.")] = False,
    force: Annotated[bool, typer.Option("--force", help="Tout recommencer, et remplacer la sortie.")] = False,
    workers: Annotated[
        int | None,
        typer.Option(
            "--workers",
            metavar="N",
            help="Nombre de processus ; sinon choisi, pour des adresses, d'après la machine et le fichier.",
            min=1,
        ),
    ] = None,
    scheduler: Annotated[
        str | None,
        typer.Option("--scheduler", metavar="ADRESSE", help="Parquet : ordonnanceur dask à qui confier les parties."),
    ] = None,
    review: Annotated[
        Destination | None,
        typer.Option("--review", metavar="PAGE", help="Page (.html) où décider ce qui reste à vérifier."),
    ] = None,
    decisions: Annotated[
        Path | None,
        typer.Option("--decisions", metavar="FICHIER", help="Décisions prises sur cette page, à reprendre."),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Répondre pour chaque ligne d'un fichier.

    Le fichier de sortie est celui d'entrée, avec les réponses dans des colonnes ajoutées.
    """
    from geoville.workflows.lookup_file.job import answer_file
    from geoville.workflows.lookup_file.review import Reviewing

    options = JobOptions(columns.said, desk, day(on, desk.territory), decide_at)
    with opened_job(source, out, options, resume=resume, force=force) as job:
        reviewing = Reviewing.checked(job, review.file_name.name if review else None, decisions)
        _say(_recognised(job))
        try:
            with _progress_bar(job.rows.expected_rows) as progress:
                summary = answer_file(
                    job,
                    progress,
                    resume=resume,
                    force=force,
                    workers=workers,
                    scheduler=scheduler,
                    otherwise="ôter --scheduler, ou donner deux colonnes de nombres d'un fichier Parquet",
                )
        except (GeovilleError, KeyboardInterrupt):
            if _is_kept(job, out):
                _say([f"Ce qui est fait est gardé dans « {job.journal} » : relancer la commande avec --resume."])
            raise
        reviewed = _reviewed(reviewing, job, options.columns, review) if reviewing else {}
    if as_json:
        print_json(_document(job, out, summary) | reviewed)
    else:
        print_lines([*_in_words(job, out, summary), *_reviewed_in_words(reviewed)])


def _reviewed(reviewing: Reviewing, job: FileJob, columns: FileColumns, page: Destination | None) -> dict[str, Any]:
    """Draw the page and take the decisions back; what is told of it."""
    writing: AbstractContextManager[Path | None] = page.writing() if page else nullcontext()
    with writing as path:
        asked, decided = reviewing.done(job, columns, path)
    told: dict[str, Any] = {"review": {"out": str(page), "rows": asked}} if page else {}
    return told | ({"decided": decided} if reviewing.given else {})


def _reviewed_in_words(told: dict[str, Any]) -> Iterator[str]:
    if "review" in told:
        rows = told["review"]["rows"]
        yield f"À relire : {told['review']['out']} ({_rows(rows)}). Cette page contient des adresses."
    if "decided" in told:
        yield f"Décisions reprises : {_rows(told['decided'])}"


def _is_kept(job: FileJob, out: Destination) -> bool:
    """Whether what is done outlives the command: a file that was to be sent elsewhere goes with it."""
    from geoville.sources.stores import stored

    return job.out == stored(out.given) and job.journal.exists()


def _recognised(job: FileJob) -> list[str]:
    lines = [f"Lecture : {job.rows.description} ; {job.asking.questions.description}."]
    if job.renamed:
        names = ", ".join(f"{usual} → {name}" for usual, name in job.renamed.items())
        lines.append(f"Colonnes déjà présentes, gardées ; celles de geoville sont renommées : {names}.")
    return lines


def _in_words(job: FileJob, out: Destination, summary: FileSummary) -> list[str]:
    return [
        f"Écrit : {out} ({_rows(summary.rows)}, au {french.long_date(job.asking.on)})",
        _counts(summary.statuses, _STATUSES),
        *_in_vain(job, summary),
        _counts(summary.verdicts, _VERDICTS),
        *(f"- {kind.sentence}." for kind in summary.readings),
    ]


def _in_vain(job: FileJob, summary: FileSummary) -> Iterator[str]:
    """What to change where every address was looked for in vain."""
    from geoville.workflows.lookup_file.results import none_found

    if said := none_found(summary.statuses, job.desk):
        yield (
            f"{said} : donner une autre liste (--addresses), un autre territoire (--territory) ou un géocodeur distant "
            "(--geocoder)."
        )


def _rows(count: int) -> str:
    return french.counted(count, "ligne")


def _counts(counts: dict[str, int], names: dict[str, str]) -> str:
    return " ; ".join(f"{name} : {french.number(counts.get(key, 0))}" for key, name in names.items())


def _document(job: FileJob, out: Destination, summary: FileSummary) -> dict[str, Any]:
    return {
        "out": str(out),
        "on": job.asking.on.isoformat(),
        "rows": summary.rows,
        "statuses": summary.statuses,
        "verdicts": summary.verdicts,
        "remarks": list(_in_vain(job, summary)),
        "readings": [{"what": kind.what, "rows": kind.rows, "lines": list(kind.lines)} for kind in summary.readings],
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


def warm() -> None:
    """Compiler d'avance ce qui répond aux très gros fichiers.

    À lancer une fois après une installation, ou dans une image : le premier fichier de quelques dizaines de milliers
    de coordonnées n'attendra pas. Les quartiers du pays sont indexés aussi, dans le dossier des caches.
    """
    from geoville.workflows.lookup_file.bulk import prepare

    before = prepare(DeskOptions().open().index, day(None))
    print_lines(["Déjà prêt." if before else "Prêt : le calcul des très gros fichiers est compilé."])
