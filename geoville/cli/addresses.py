"""`geoville data addresses`: make an index of addresses from lists of any size."""

from __future__ import annotations

from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from geoville import french
from geoville.cli.arguments import AsJson
from geoville.cli.file_arguments import Destination
from geoville.cli.printing import print_json, print_lines
from geoville.cli.usage import command, group

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from geoville.workflows.address_index import BuiltIndex

app = group("Faire un index d'adresses, de la ville à la France.")


@app.callback()
def _group() -> None:
    """Keep `build` a sub-command, though it is alone."""


@command(app, "build")
def build(
    files: Annotated[
        list[Path], typer.Argument(metavar="FICHIER", help="CSV de la BAN, CSV BAL ou lignes JSON d'addok (ou .gz).")
    ],
    out: Annotated[Destination, typer.Option("--out", metavar="FICHIER", help="Index à écrire (SQLite).")],
    complete: Annotated[
        bool,
        typer.Option(
            "--complete/--incomplete",
            help="Les communes y sont avec toutes leurs adresses, ou avec quelques-unes ; toutes sinon.",
            show_default=False,
        ),
    ] = True,
    as_json: AsJson = False,
) -> None:
    """Faire un index d'adresses, à donner à « --addresses ».

    Une ligne illisible n'arrête rien : elle est comptée. Le nombre d'adresses n'est pas limité par la mémoire. La même
    commande, relancée après une interruption, reprend où le travail en était.
    """
    from geoville.workflows.address_index import build_address_index

    with out.writing() as path, _progress(files) as progress:
        built = build_address_index(files, path, complete=complete, progress=progress)
    if as_json:
        print_json(_document(built, out))
    else:
        print_lines(_in_words(built, out))


@contextmanager
def _progress(files: Sequence[Path]) -> Iterator[Callable[[int], None]]:
    """A bar of the bytes read, which vanishes at the end and which only a terminal shows."""
    from rich.console import Console
    from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TimeRemainingColumn

    console = Console(stderr=True)
    columns = (TextColumn("Adresses"), BarColumn(), DownloadColumn(), TimeRemainingColumn())
    with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as bar:
        task = bar.add_task("", total=sum(path.stat().st_size for path in files if path.is_file()))
        yield lambda size: bar.advance(task, size)


def _in_words(built: BuiltIndex, out: Destination) -> list[str]:
    size, held = built.size, "complète" if built.complete else "incomplète"
    lines = [f"Lu : {file.name} ({file.layout}, {_count(file.addresses, 'adresse')})." for file in built.files]
    lines.append(
        f"Écrit : {out} ({_count(size.addresses, 'adresse')}, {_count(size.streets, 'voie')}, "
        f"{_count(size.towns, 'commune')} ; liste tenue pour {held})."
    )
    if built.resumed_after:
        lines.append(f"Repris après une interruption (adresses déjà lues : {french.number(built.resumed_after)}).")
    if built.repeated:
        lines.append(f"Répétées : {_count(built.repeated, 'adresse')}, gardées une fois.")
    if built.refused.count:
        lines.append(f"Refusées : {_count(built.refused.count, 'ligne')}.")
        lines += [f"- {_count(count, 'fois', '')} : {reason}." for reason, count in built.refused.reasons.most_common()]
        lines.append("Les premières :")
        lines += [f"- {error.sentence}" for error in built.refused.first]
    return lines


def _count(number: int, noun: str, plural: str = "s") -> str:
    return f"{french.number(number)} {noun}{plural if number > 1 else ''}"


def _document(built: BuiltIndex, out: Destination) -> dict[str, Any]:
    return {
        "path": str(out),
        "complete": built.complete,
        **built.size._asdict(),
        "repeated": built.repeated,
        "resumed_after": built.resumed_after,
        "files": [
            {"name": file.name, "sha256": file.sha256, "layout": file.layout, "addresses": file.addresses}
            for file in built.files
        ],
        "refused": built.refused.count,
        "refused_by_reason": dict(built.refused.reasons.most_common()),
        "first_refused": [error.sentence for error in built.refused.first],
    }
