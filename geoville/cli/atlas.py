"""`geoville atlas`: every perimeter of a territory, as pages to open from a disk and one PDF."""

from __future__ import annotations

from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from geoville import french
from geoville.cli.arguments import DEFAULT_TERRITORY, AskedDay, day
from geoville.cli.file_arguments import Destination
from geoville.cli.printing import print_lines

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator


def atlas(
    out: Annotated[Destination, typer.Option("--out", metavar="DOSSIER", help="Dossier où écrire l'atlas.")],
    territory: Annotated[
        str, typer.Argument(metavar="TERRITOIRE", help="Territoire (« geoville data list »).")
    ] = DEFAULT_TERRITORY,
    style: Annotated[
        Path | None, typer.Option("--style", metavar="FICHIER", help="Couleurs et noms des couches (TOML).")
    ] = None,
    on: AskedDay = None,
) -> None:
    """Écrire un atlas : une page par périmètre.

    S'ouvre sans réseau. Interrompu, il reprend où il s'est arrêté ; mêmes données, même jour : mêmes fichiers.
    """
    from geoville.sources.territory import open_territory
    from geoville.workflows.atlas import draw_atlas
    from geoville.workflows.file_maps import read_look

    with out.writing() as folder, _progress() as progress:
        run = draw_atlas(open_territory(territory), folder, day(on), read_look(style, None), progress=progress)
    written, kept = french.number(len(run.written)), french.number(len(run.kept))
    index = out.shown_within(run.index, folder)
    print_lines([f"Fichiers écrits : {written}. Déjà là, gardés : {kept}.", f"Atlas : {index}"])


@contextmanager
def _progress() -> Iterator[Callable[[int, int], None]]:
    """A bar of the files done, which vanishes at the end and which only a terminal shows."""
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    console = Console(stderr=True)
    columns = (TextColumn("Fichiers"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as bar:
        task = bar.add_task("", total=None)
        yield lambda done, total: bar.update(task, completed=done, total=total)
