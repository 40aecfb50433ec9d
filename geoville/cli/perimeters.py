"""`geoville perimeters`: compute candidates, score them, fit the bridge."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from geoville import french
from geoville.cli.arguments import AsJson, QpvGeneration, TerritoryGrid, Vintage
from geoville.cli.candidates import candidates
from geoville.cli.compare import compare
from geoville.cli.describe import describe
from geoville.cli.explain import explain
from geoville.cli.file_arguments import Destination
from geoville.cli.printing import print_json, print_lines
from geoville.cli.sensitivity import sensitivity
from geoville.cli.usage import command, group
from geoville.errors import InvalidInputError

app = group("Calculer des périmètres candidats, les comparer.")

command(app, "candidates")(candidates)


@command(app, "score")
def score(
    computed: Annotated[Path, typer.Option("--candidates", metavar="FICHIER", help="Périmètres candidats.")],
    official: Annotated[
        Path | None,
        typer.Option("--official", metavar="FICHIER", help="Contours officiels ; ceux de --territory sinon."),
    ] = None,
    grid: TerritoryGrid = None,
    territory: Annotated[
        str | None, typer.Option("--territory", metavar="NOM", help="Territoire qui donne contours et grille.")
    ] = None,
    vintage: Vintage = None,
    generation: QpvGeneration = None,
    as_json: AsJson = False,
) -> None:
    """Comparer des candidats aux contours officiels.

    Les parts sont pondérées par la population.
    """
    from geoville.workflows.score import score_files

    contours, cells = _compared_with(official, grid, territory, vintage, generation)
    found = score_files(computed, contours, cells, vintage=vintage, generation=generation)
    if as_json:
        print_json(asdict(found))
        return
    print_lines(
        [
            f"Précision : {french.percent(found.precision)} de la population des candidats est en QPV."
            if found.population_candidates
            else "Précision : sans objet, personne n'habite un candidat.",
            f"Rappel : {french.percent(found.recall)} de la population des QPV est dans un candidat.",
            f"F1 : {french.number(found.f1, 3)} ; rapport des surfaces (IoU) : {french.number(found.area_iou, 3)}.",
            f"Population : {french.number(found.population_official)} en QPV, "
            f"{french.number(found.population_candidates)} dans les candidats.",
        ]
    )


def _compared_with(
    official: Path | None, grid: Path | None, territory: str | None, vintage: int | None, generation: int | None
) -> tuple[Path, Path]:
    """Official contours and grid: those given, else those of a territory."""
    if official is not None and grid is not None:
        return official, grid
    if territory is None:
        raise InvalidInputError("Il manque de quoi comparer", advice="donner --official et --grid, ou --territory")
    from geoville.sources.territory import open_territory
    from geoville.workflows.score import official_contours

    pack = open_territory(territory)
    return official or official_contours(pack, generation), grid or pack.grid_path(vintage)


command(app, "compare")(compare)
command(app, "sensitivity")(sensitivity)
command(app, "explain")(explain)
command(app, "describe")(describe)


@command(app, "fit-bridge")
def fit_bridge(
    iris_incomes: Annotated[
        Path, typer.Option("--iris-incomes", metavar="FICHIER", help="Revenus déclarés par IRIS (CSV).")
    ],
    out: Annotated[Destination, typer.Option("--out", metavar="FICHIER", help="Coefficients (JSON).")],
    territory: Annotated[str, typer.Option("--territory", metavar="NOM", help="Territoire des carreaux.")] = "calais",
    year: Annotated[int, typer.Option("--year", metavar="ANNÉE", help="Année des revenus.")] = 2011,
    as_json: AsJson = False,
) -> None:
    """Ajuster le passage du revenu disponible au déclaré.

    Sur les IRIS d'un territoire.
    """
    from geoville.sources.territory import open_territory
    from geoville.workflows.bridge import fit_territory_bridge

    with out.writing() as path:
        bridge = fit_territory_bridge(open_territory(territory), iris_incomes, year, path)
    if as_json:
        print_json(asdict(bridge))
        return
    print_lines(
        [
            f"Médiane déclarée = {french.number(bridge.intercept, 3)} + {french.number(bridge.slope, 3)} × ln(moyenne)",
            f"(en parts des médianes nationales) ; erreur {french.number(bridge.rmse, 3)}, "
            f"corrélation {french.number(bridge.correlation, 3)}, {bridge.observations} observations.",
            f"Écrit : {out}",
        ]
    )
