"""`geoville perimeters compare`: what changes from one map of perimeters to the next."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from geoville.cli.arguments import AsJson, QpvGeneration, Vintage
from geoville.cli.file_arguments import Destination
from geoville.cli.printing import print_json, print_lines, print_table
from geoville.model import Kind

if TYPE_CHECKING:
    from collections.abc import Sequence

    from geoville.perimeters.compare import Comparison
    from geoville.rendering.compare.text import TableRow

_COLUMNS = ("Avant", "Après", "Devenir", "Sortent", "Restent", "Entrent")


def compare(
    old: Annotated[Path, typer.Argument(metavar="AVANT", help="Périmètres d'avant : candidats ou contours officiels.")],
    new: Annotated[Path, typer.Argument(metavar="APRÈS", help="Périmètres d'après.")],
    grid: Annotated[
        Path, typer.Option("--grid", metavar="FICHIER", help="Carreaux dont les habitants sont comptés des deux côtés.")
    ],
    vintage: Vintage = None,
    kind: Annotated[
        Kind | None,
        typer.Option("--kind", metavar="NATURE", help=f"Si rien d'autre ne dit la nature : {', '.join(Kind)}."),
    ] = None,
    generation: QpvGeneration = None,
    map_file: Annotated[
        Destination | None, typer.Option("--map", metavar="FICHIER", help="Deux cartes côte à côte, en une page HTML.")
    ] = None,
    out: Annotated[
        Destination | None,
        typer.Option("--out", metavar="FICHIER", help="Ce qui entre, sort et reste : .gpkg, .geojson ou .parquet."),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Comparer deux cartes de périmètres.

    Qui entre, qui sort, ce que devient chaque quartier.
    """
    from geoville.workflows.compare import compare_files
    from geoville.workflows.compare_document import comparison_document

    run = compare_files(old, new, grid, vintage=vintage, kind=kind, generation=generation)
    if out is not None:
        with out.writing() as path:
            run.write(path)
    if map_file is not None:
        with map_file.writing() as path:
            run.draw(path)
    if as_json:
        print_json(comparison_document(run.comparison, run.grid.vintage))
        return
    print_comparison(run.comparison)
    print_lines([f"Écrit : {out}"] if out else [])
    print_lines([f"Carte : {map_file}"] if map_file else [])


def print_comparison(comparison: Comparison) -> None:
    """Print what became of each perimeter, then the two maps as wholes."""
    from geoville.rendering.compare.text import rules_sentence, summary, table_rows, total_row
    from geoville.rendering.perimeter_layer import ESTIMATED

    rows = [(_names(row.old), _names(row.new), row.fate, *_flow(row)) for row in table_rows(comparison)]
    print_table(_COLUMNS, [*rows, ("Ensemble", "", "", *_flow(total_row(comparison)))])
    print_lines(summary(comparison))
    print_lines([f"Comparaison qui repose sur un contour {ESTIMATED}."] if comparison.estimated else [])
    print_lines([rules_sentence(comparison)])


def _names(members: Sequence[tuple[str, str]]) -> str:
    mark = "• " if len(members) > 1 else ""
    return "\n".join(f"{mark}{name}" for name, _ in members) or "–"


def _flow(row: TableRow) -> tuple[str, ...]:
    """People who leave, stay and enter; those before and after would not fit the terminal."""
    return row.people[1:4]
