"""`geoville perimeters sensitivity`: which cells are candidates whatever the choices, and which depend on one."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, TypeVar

import typer

from geoville import french
from geoville.carroyage.touching import Contiguity
from geoville.cli.arguments import AsJson
from geoville.cli.file_arguments import Destination
from geoville.cli.incomes import IncomeOptions
from geoville.cli.printing import print_json, print_lines, print_table
from geoville.errors import InvalidInputError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from geoville.perimeters.scenarios import Choices, Scenario
    from geoville.perimeters.sensitivity import Outcome, Sensitivity
    from geoville.workflows.sensitivity import SensitivityRun

Value = TypeVar("Value")

_COLUMNS = ("Choix", "Scénarios", "Candidats", "Carreaux", "Habitants")


def sensitivity(
    grid: Annotated[
        list[Path], typer.Option("--grid", metavar="FICHIER", help="Carreaux d'un millésime ; à répéter pour d'autres.")
    ],
    out: Annotated[
        Destination, typer.Option("--out", metavar="FICHIER", help="Part des scénarios, par carreau (.tif).")
    ],
    incomes: IncomeOptions,
    layer: Annotated[
        Destination | None,
        typer.Option("--layer", metavar="FICHIER", help="Carreaux retenus : .gpkg, .geojson ou .parquet."),
    ] = None,
    vintage: Annotated[
        list[int] | None,
        typer.Option("--vintage", metavar="ANNÉE", help="Millésime de chaque grille, si rien d'autre ne le dit."),
    ] = None,
    thresholds: Annotated[
        str, typer.Option("--thresholds", metavar="LISTE", help="Facteurs du seuil du décret.")
    ] = "0.9,1,1.1",
    contiguities: Annotated[
        str, typer.Option("--contiguities", metavar="LISTE", help="Voisins par un coin (queen), un côté (rook).")
    ] = "queen,rook",
    gaps: Annotated[
        str, typer.Option("--gaps", metavar="LISTE", help="Vides les plus larges à franchir, en mètres.")
    ] = "0,200,400",
    as_json: AsJson = False,
) -> None:
    """Mesurer ce que les candidats doivent aux choix.

    La recherche est refaite pour chaque combinaison du seuil, de la contiguïté, du vide franchi et du millésime.
    """
    from geoville.workflows.sensitivity import sweep_files

    run = sweep_files(
        grid,
        incomes.request(),
        _choices(thresholds, contiguities, gaps),
        vintages=vintage or (),
        track=_shown_on_stderr,
    )
    with out.writing() as path:
        run.write(path)
    if layer is not None:
        with layer.writing() as path:
            run.write_cells(path)
    if as_json:
        print_json(run.document())
        return
    print_sensitivity(run)
    print_lines([f"Écrit : {made}" for made in (out, layer) if made])


def print_sensitivity(run: SensitivityRun) -> None:
    """Print what each value of each choice keeps, then the core and the fringe."""
    result = run.result
    outcomes = result.outcomes
    print_table(_COLUMNS, [_row(label, chosen) for label, chosen in _by_choice(result)])
    print_lines(
        [
            f"Noyau : {_extent(result, core=True)}, retenus dans les {len(outcomes)} scénarios.",
            f"Frange : {_extent(result, core=False)}, dont le sort dépend d'un choix.",
            f"Habitants du noyau et de la frange : millésime {result.own.vintage}. "
            "Périmètres estimés, sans valeur réglementaire.",
            *([f"À vérifier : {run.unverified}."] if run.unverified else []),
        ]
    )


def _by_choice(result: Sensitivity) -> list[tuple[str, list[Outcome]]]:
    """Scenarios that share each value of each choice, the decree's own first."""
    groups = {f"Seuil du décret, choix de la méthode ({result.own.vintage})": [result.own_outcome]}
    labels: tuple[Callable[[Scenario], str], ...] = (
        lambda item: f"Millésime {item.vintage}",
        lambda item: f"Seuil du décret × {french.number(item.threshold_factor, 3)}",
        lambda item: f"Contiguïté {item.contiguity}",
        lambda item: f"Vide franchi : {french.quantity(item.gap_m, 'm')}",
    )
    for label in labels:
        for scenario, outcome in result.outcomes.items():
            groups.setdefault(label(scenario), []).append(outcome)
    return list(groups.items())


def _row(label: str, outcomes: Sequence[Outcome]) -> tuple[str, ...]:
    return (
        label,
        french.number(len(outcomes)),
        _range([item.candidates for item in outcomes]),
        _range([item.cells for item in outcomes]),
        _range([item.people for item in outcomes]),
    )


def _range(values: Sequence[float]) -> str:
    low, high = french.number(min(values)), french.number(max(values))
    return low if low == high else f"{low} à {high}"


def _extent(result: Sensitivity, *, core: bool) -> str:
    chosen = result.core if core else result.fringe
    people = french.number(float(result.grid.people[chosen].sum()))
    return f"{french.number(int(chosen.sum()))} carreaux et {people} habitants"


def _choices(thresholds: str, contiguities: str, gaps: str) -> Choices:
    from geoville.perimeters.scenarios import Choices

    known = ", ".join(Contiguity)
    return Choices(
        _values(thresholds, float, "--thresholds", "des nombres séparés par des virgules, par exemple 0.9,1,1.1"),
        _values(contiguities, Contiguity, "--contiguities", f"des noms parmi : {known}"),
        _values(gaps, float, "--gaps", "des mètres séparés par des virgules, par exemple 0,200"),
    )


def _values(text: str, convert: Callable[[str], Value], option: str, expected: str) -> tuple[Value, ...]:
    try:
        return tuple(convert(part.strip()) for part in text.split(","))
    except ValueError:
        raise InvalidInputError(f"Liste refusée pour {option} (« {text} »)", advice=f"donner {expected}") from None


def _shown_on_stderr(scenarios: Sequence[Scenario]) -> Iterable[Scenario]:
    """Go through the scenarios with a bar that vanishes at the end, and that only a terminal shows."""
    from rich.console import Console
    from rich.progress import track

    console = Console(stderr=True)
    return track(scenarios, description="Scénarios", console=console, transient=True, disable=not console.is_terminal)
