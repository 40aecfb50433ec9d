"""`geoville data fetch`: the official data of a territory, from their publishers or from a folder, into its pack."""

from __future__ import annotations

from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from geoville import french
from geoville.cli.arguments import AsJson
from geoville.cli.printing import print_json, print_lines, print_table
from geoville.errors import InvalidInputError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rich.progress import Progress as Bar
    from rich.progress import TaskID

    from geoville.sources.registry import DataSet
    from geoville.workflows.fetch import Brought, FetchRun, Target


def fetch(
    territory: Annotated[
        str | None, typer.Argument(metavar="[TERRITOIRE]", help="Territoire fait par « geoville data territory new ».")
    ] = None,
    departement: Annotated[
        str | None, typer.Option("--departement", metavar="CODE", help="Tout un département : 62, 2A, 974…")
    ] = None,
    national: Annotated[bool, typer.Option("--national", help="Toute la France métropolitaine.")] = False,
    only: Annotated[
        list[str] | None,
        typer.Option("--only", metavar="NOM", help="Nature ou identifiant de donnée ; peut être répété."),
    ] = None,
    from_dir: Annotated[
        Path | None,
        typer.Option("--from-dir", metavar="DOSSIER", help="Fichiers téléchargés à la main, reconnus à leur contenu."),
    ] = None,
    mirror: Annotated[
        str | None,
        typer.Option("--mirror", metavar="URL", help="Serveur qui a les mêmes fichiers, interrogé à la place."),
    ] = None,
    accept: Annotated[
        bool, typer.Option("--accept", help="Prendre un fichier qui a changé depuis la dernière fois.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Récupérer les données officielles d'un territoire.

    Elles sont vérifiées, découpées, converties et citées, dans une nouvelle version du territoire. Interrompue, la
    récupération reprend où elle en était.
    """
    from geoville.workflows.fetch import FetchRequest, fetch_pack

    target = _target(territory, departement, national=national)
    request = FetchRequest(target, tuple(only or ()), from_dir, mirror, accept)
    with _progress() as progress:
        run = fetch_pack(request, progress)
    if as_json:
        print_json(_document(run))
    else:
        _print(run)
    if run.territory is None or run.failures:
        raise typer.Exit(1)


def _target(territory: str | None, departement: str | None, *, national: bool) -> Target:
    from geoville.workflows.fetch import target_of_country, target_of_departement, target_of_pack

    if sum((territory is not None, departement is not None, national)) != 1:
        raise InvalidInputError(
            "Rien ne dit quelles données récupérer, ou plusieurs choses le disent",
            advice="donner un territoire, ou --departement, ou --national",
        )
    if territory is not None:
        return target_of_pack(territory)
    return target_of_country() if departement is None else target_of_departement(departement)


def _print(run: FetchRun) -> None:
    came = [item for item in run.brought if item.where]
    if came:
        print_table(("Donnée", "Origine", "Écrit", "Lignes", "Hors du territoire"), [_row(item) for item in came])
    print_lines(f"{item.data_set.title} : {note}" for item in came for file in item.files for note in file.notes)
    print_lines(
        f"Accepté, bien que ce ne soit pas le fichier attendu : {_name(item.data_set)}."
        for item in came
        if item.changed
    )
    print_lines(f"Pas dans le dossier : {_name(item.data_set)}." for item in run.brought if item.is_absent)
    print_lines(f"Échec, {_name(item.data_set)} : {item.failure}" for item in run.failures)
    if run.territory is None:
        print_lines(["Rien n'a été récupéré : le territoire n'a pas changé."])
        return
    made = run.territory
    print_lines(
        [
            f"Territoire {made.name}, version {made.version} : {made.folder}",
            f"Ensuite : geoville data info {made.name}, ou toute commande avec --territory {made.name}",
        ]
    )


def _row(item: Brought) -> tuple[str, str, str, str, str]:
    files = ", ".join(file.path.name for file in item.files) or "rien dans ce territoire"
    rows, left_out = (sum(getattr(file, name) for file in item.files) for name in ("rows", "left_out"))
    return _name(item.data_set), item.where, files, french.number(rows), french.number(left_out)


def _name(data_set: DataSet) -> str:
    from geoville.sources.registry import KIND_NAMES

    return f"{KIND_NAMES[data_set.kind]} {data_set.vintage}"


def _document(run: FetchRun) -> dict[str, Any]:
    made = run.territory
    return {
        "territory": made.designation if made else None,
        "folder": str(made.folder) if made else None,
        "data_sets": [
            {
                "id": item.data_set.id,
                "kind": item.data_set.kind,
                "vintage": item.data_set.vintage,
                "where": item.where or None,
                "failure": item.failure or None,
                "changed": item.changed,
                "files": [
                    {"path": file.path.name, "rows": file.rows, "left_out": file.left_out, "notes": list(file.notes)}
                    for file in item.files
                ],
            }
            for item in run.brought
        ],
    }


@contextmanager
def _progress() -> Iterator[_OnBar]:
    """A bar that says what goes on, which vanishes at the end and which only a terminal shows."""
    from rich.console import Console
    from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TimeRemainingColumn

    console = Console(stderr=True)
    columns = (TextColumn("{task.description}"), BarColumn(), DownloadColumn(), TimeRemainingColumn())
    with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as bar:
        yield _OnBar(bar, bar.add_task("", total=None))


class _OnBar:
    """Tells a bar what a fetch does."""

    def __init__(self, bar: Bar, task: TaskID) -> None:
        self._bar, self._task = bar, task

    def step(self, data_set: DataSet, doing: str) -> None:
        """Name what begins."""
        description = f"{_name(data_set)} : {doing}"
        self._bar.reset(self._task, total=None, description=description)

    def came(self, done: int, total: int | None) -> None:
        """Show the bytes of a download."""
        self._bar.update(self._task, completed=done, total=total)
