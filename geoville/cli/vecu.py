"""`geoville perimeters vecu`: what the inhabitants of a quarter use around it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from geoville import french
from geoville.cli.arguments import AsJson, day
from geoville.cli.printing import deliver, print_lines, print_table
from geoville.cli.quarters import QuarterOptions

if TYPE_CHECKING:
    from geoville.workflows.vecu import VecuRun


def vecu(
    places: Annotated[
        list[Path],
        typer.Option("--places", metavar="FICHIER", help="Lieux, avec la part d'usagers des QPV (option à répéter)."),
    ],
    quarters: QuarterOptions,
    streets: Annotated[
        Path | None,
        typer.Option("--streets", metavar="FICHIER", help="Rues (OSM, BD TOPO) ; sinon ligne droite × 1,3."),
    ] = None,
    minutes: Annotated[
        float, typer.Option("--minutes", metavar="MIN", min=0, help="Durée de marche jusqu'à un lieu.")
    ] = 10.0,
    speed_kmh: Annotated[float, typer.Option("--speed-kmh", metavar="KM/H", min=0, help="Vitesse de marche.")] = 4.5,
    as_json: AsJson = False,
) -> None:
    """Dessiner les quartiers vécus, toujours estimés.

    Ce sont les lieux utilisés autour des QPV, et les chemins qui y mènent.
    """
    from geoville.perimeters.vecu import VecuRules
    from geoville.workflows.vecu import compute_vecu

    run = compute_vecu(
        quarters.qpv,
        places,
        on=day(quarters.on),
        rules=VecuRules(minutes, speed_kmh),
        streets=streets,
        grid=quarters.grid,
        vintage=quarters.vintage,
        generation=quarters.generation,
    )
    deliver(run, quarters.out, as_json=as_json, in_words=lambda: _print(run))


def _print(run: VecuRun) -> None:
    print_lines(
        [
            f"Quartiers vécus au {french.long_date(run.on)} : estimés, sans valeur réglementaire.",
            f"Distances : {run.measure}.",
        ]
    )
    print_table(
        ("Lieu retenu", "Quartier", "Pourquoi"),
        [(item.place.name, item.quarter.code, item.evidence) for item in run.vecu.kept],
    )
    if run.vecu.left:
        print_lines(["Lieux non retenus :"])
        print_table(("Lieu", "Pourquoi"), [(item.place.name, item.reason) for item in run.vecu.left])
