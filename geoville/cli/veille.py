"""`geoville perimeters veille`: former perimeters minus the priority quarters."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from geoville import french
from geoville.cli.arguments import AsJson, day
from geoville.cli.printing import deliver, print_lines, print_table
from geoville.cli.quarters import QuarterOptions

if TYPE_CHECKING:
    from collections.abc import Sequence

    from geoville.perimeters.veille import DroppedPiece
    from geoville.workflows.veille import VeilleRun


def veille(
    former: Annotated[
        list[Path],
        typer.Option("--former", metavar="FICHIER", help="Anciens périmètres, ZUS ou CUCS (option à répéter)."),
    ],
    quarters: QuarterOptions,
    min_area_m2: Annotated[
        float, typer.Option("--min-area-m2", metavar="M²", min=0, help="Surface du plus petit morceau gardé.")
    ] = 5_000.0,
    min_width_m: Annotated[
        float, typer.Option("--min-width-m", metavar="M", min=0, help="Ce qui est moins large est écarté.")
    ] = 20.0,
    min_population: Annotated[
        float, typer.Option("--min-population", metavar="N", min=0, help="Habitants du plus petit morceau gardé.")
    ] = 0.0,
    as_json: AsJson = False,
) -> None:
    """Calculer les quartiers de veille.

    Ce sont les anciennes ZUS et CUCS, moins les QPV en vigueur.
    """
    from geoville.perimeters.veille import VeilleRules
    from geoville.workflows.veille import compute_veille

    run = compute_veille(
        former,
        quarters.qpv,
        on=day(quarters.on),
        rules=VeilleRules(min_width_m, min_area_m2, min_population),
        grid=quarters.grid,
        vintage=quarters.vintage,
        generation=quarters.generation,
    )
    deliver(run, quarters.out, as_json=as_json, in_words=lambda: _print(run))


def _print(run: VeilleRun) -> None:
    status = "estimés, sans valeur réglementaire" if run.estimated else "d'après des contours officiels"
    print_lines([f"Quartiers de veille au {french.long_date(run.on)} ({status})."])
    print_table(
        ("Quartier", "Origine", "Surface", "Habitants"),
        [
            (item.name, str(item.attributes["origin"]), _hectares(item.geometry.area), _people(item.attributes))
            for item in run.veille.quarters
        ],
    )
    if run.veille.dropped:
        print_lines(["Écartés :"])
        print_table(("Origine", "Surface", "Pourquoi"), _dropped(run.veille.dropped))


def _dropped(pieces: Sequence[DroppedPiece]) -> list[tuple[str, str, str]]:
    return [
        (";".join(item.code for item in piece.origins), _hectares(piece.geometry.area), piece.reason)
        for piece in pieces
    ]


def _people(attributes: dict[str, str | int | float | bool | None]) -> str:
    population = attributes["population"]
    return "non compté" if population is None else french.number(float(population))


def _hectares(area_m2: float) -> str:
    return french.quantity(area_m2 / 10_000, "ha", 2)
