"""`geoville perimeters vecu`: what the inhabitants of a quarter use around it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from geoville import french
from geoville.cli.arguments import AsJson, AskedDay, day
from geoville.cli.printing import print_json, print_lines, print_table

if TYPE_CHECKING:
    from geoville.workflows.vecu import VecuRun


def vecu(
    qpv: Annotated[Path, typer.Option("--qpv", metavar="FICHIER", help="QPV, ou périmètres candidats.")],
    places: Annotated[
        list[Path],
        typer.Option("--places", metavar="FICHIER", help="Lieux, avec la part d'usagers des QPV (option à répéter)."),
    ],
    out: Annotated[Path, typer.Option("--out", metavar="FICHIER", help="Résultat : .gpkg, .geojson ou .parquet.")],
    streets: Annotated[
        Path | None,
        typer.Option("--streets", metavar="FICHIER", help="Rues (OSM, BD TOPO) ; sinon ligne droite × 1,3."),
    ] = None,
    minutes: Annotated[
        float, typer.Option("--minutes", metavar="MIN", min=0, help="Durée de marche jusqu'à un lieu.")
    ] = 10.0,
    speed_kmh: Annotated[float, typer.Option("--speed-kmh", metavar="KM/H", min=0, help="Vitesse de marche.")] = 4.5,
    grid: Annotated[
        Path | None, typer.Option("--grid", metavar="FICHIER", help="Carreaux de 200 m où sont les lieux et les gens.")
    ] = None,
    vintage: Annotated[
        int | None, typer.Option("--vintage", metavar="ANNÉE", help="Millésime de la grille, si son nom ne le dit pas.")
    ] = None,
    generation: Annotated[
        int | None, typer.Option("--generation", metavar="ANNÉE", help="Génération des QPV, si le code ne la dit pas.")
    ] = None,
    on: AskedDay = None,
    as_json: AsJson = False,
) -> None:
    """Dessiner les quartiers vécus : lieux utilisés autour des QPV, et chemins qui y mènent. Toujours estimés."""
    from geoville.perimeters.vecu import VecuRules
    from geoville.workflows.vecu import compute_vecu

    run = compute_vecu(
        qpv,
        places,
        on=day(on),
        rules=VecuRules(minutes, speed_kmh),
        streets=streets,
        grid=grid,
        vintage=vintage,
        generation=generation,
    )
    run.write(out)
    if as_json:
        print_json(run.document())
        return
    _print(run)
    print_lines([f"Écrit : {out}"])


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
