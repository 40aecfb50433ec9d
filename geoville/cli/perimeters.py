"""`geoville perimeters`: compute candidates, score them, fit the bridge."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from geoville import french
from geoville.cli.arguments import AsJson, AskedDay, day
from geoville.cli.compare import compare
from geoville.cli.printing import print_json, print_lines, print_table
from geoville.cli.usage import command, group
from geoville.errors import InvalidInputError

if TYPE_CHECKING:
    from geoville.law import IncomeReference
    from geoville.workflows.candidates import CandidateRun

app = group("Calculer des périmètres candidats, les comparer.")

Grid = Annotated[Path, typer.Option("--grid", metavar="FICHIER", help="Carreaux de 200 m (CSV, Parquet, GeoPackage).")]
Vintage = Annotated[
    int | None, typer.Option("--vintage", metavar="ANNÉE", help="Millésime de la grille, si rien d'autre ne le dit.")
]


@command(app, "candidates")
def candidates(
    grid: Grid,
    out: Annotated[Path, typer.Option("--out", metavar="FICHIER", help="Résultat : .gpkg, .geojson ou .parquet.")],
    vintage: Vintage = None,
    rmuc_nat: Annotated[
        float | None, typer.Option("--rmuc-nat", metavar="EUR", help="Revenu médian national par UC.")
    ] = None,
    rmuc_uu: Annotated[
        float | None, typer.Option("--rmuc-uu", metavar="EUR", help="Revenu médian par UC de l'unité urbaine.")
    ] = None,
    uu_population: Annotated[
        int | None, typer.Option("--uu-population", metavar="N", help="Population de l'unité urbaine.")
    ] = None,
    territory: Annotated[
        str | None, typer.Option("--territory", metavar="NOM", help="Territoire qui donne revenus, communes et IRIS.")
    ] = None,
    iris: Annotated[
        Path | None,
        typer.Option("--iris", metavar="FICHIER", help="IRIS, dont les revenus déclarés seront respectés."),
    ] = None,
    iris_incomes: Annotated[
        Path | None, typer.Option("--iris-incomes", metavar="TABLE", help="Revenus des IRIS, s'ils sont à part.")
    ] = None,
    iris_national: Annotated[
        float | None,
        typer.Option("--iris-national", metavar="EUR", help="Revenu médian national de la même année."),
    ] = None,
    iris_weight: Annotated[
        float | None,
        typer.Option(
            "--iris-weight", metavar="0…1", help="1 : respecter les revenus des IRIS ; 0,5 si l'année diffère."
        ),
    ] = None,
    on: AskedDay = None,
    as_json: AsJson = False,
) -> None:
    """Calculer les périmètres candidats d'une grille.

    Ils sont estimés, sans valeur réglementaire.
    """
    from geoville.sources.territory import open_territory
    from geoville.workflows.candidates import compute_candidates
    from geoville.workflows.estimation import IrisInput

    run = compute_candidates(
        grid,
        on=day(on),
        territory=open_territory(territory) if territory else None,
        reference=_reference(rmuc_nat, rmuc_uu, uu_population),
        vintage=vintage,
        iris=IrisInput(iris, iris_incomes, iris_national, iris_weight) if iris else None,
    )
    run.write(out)
    if as_json:
        print_json(run.document())
    else:
        print_candidates(run)
        print_lines([f"Écrit : {out}"])


@command(app, "score")
def score(
    candidates: Annotated[Path, typer.Option("--candidates", metavar="FICHIER", help="Périmètres candidats.")],
    official: Annotated[Path, typer.Option("--official", metavar="FICHIER", help="Contours officiels.")],
    grid: Grid,
    vintage: Vintage = None,
    as_json: AsJson = False,
) -> None:
    """Comparer des candidats aux contours officiels.

    Les parts sont pondérées par la population.
    """
    from geoville.workflows.score import score_files

    found = score_files(candidates, official, grid, vintage=vintage)
    if as_json:
        print_json(asdict(found))
        return
    print_lines(
        [
            f"Précision : {french.percent(found.precision)} de la population des candidats est en QPV.",
            f"Rappel : {french.percent(found.recall)} de la population des QPV est dans un candidat.",
            f"F1 : {french.number(found.f1, 3)} ; rapport des surfaces (IoU) : {french.number(found.area_iou, 3)}.",
            f"Population : {french.number(found.population_official)} en QPV, "
            f"{french.number(found.population_candidates)} dans les candidats.",
        ]
    )


command(app, "compare")(compare)


@command(app, "fit-bridge")
def fit_bridge(
    iris_incomes: Annotated[
        Path, typer.Option("--iris-incomes", metavar="FICHIER", help="Revenus déclarés par IRIS (CSV).")
    ],
    out: Annotated[Path, typer.Option("--out", metavar="FICHIER", help="Coefficients (JSON).")],
    territory: Annotated[str, typer.Option("--territory", metavar="NOM", help="Territoire des carreaux.")] = "calais",
    year: Annotated[int, typer.Option("--year", metavar="ANNÉE", help="Année des revenus.")] = 2011,
    as_json: AsJson = False,
) -> None:
    """Ajuster le passage du revenu disponible au déclaré.

    Sur les IRIS d'un territoire.
    """
    from geoville.sources.territory import open_territory
    from geoville.workflows.bridge import fit_territory_bridge

    bridge = fit_territory_bridge(open_territory(territory), iris_incomes, year, out)
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


def _reference(national: float | None, unit: float | None, population: int | None) -> IncomeReference | None:
    if national is None and unit is None and population is None:
        return None
    if national is None or unit is None or population is None:
        raise InvalidInputError(
            "Revenus de référence incomplets", advice="donner ensemble --rmuc-nat, --rmuc-uu et --uu-population"
        )
    from geoville.law import IncomeReference

    return IncomeReference(national, unit, population, verified=False, source="donnés en ligne de commande")


def print_candidates(run: CandidateRun) -> None:
    """Print the candidates of a run, what was rejected and what is not verified."""
    threshold = french.euros(run.threshold.eur)
    print_lines([f"Seuil : {threshold} par UC et par an. Périmètres estimés, sans valeur réglementaire."])
    print_table(
        ("Candidat", "Habitants", "Sous le seuil", "Revenu médian estimé"),
        [
            (
                item.name,
                french.number(float(item.attributes["population"] or 0)),
                french.percent(float(item.attributes["share_below_threshold"] or 0)),
                french.euros(float(item.attributes["median_eur"] or 0)),
            )
            for item in run.perimeters
        ],
    )
    rejected = sum(quarter.population for quarter in run.search.rejected)
    print_lines(
        [
            f"Écartés : {len(run.search.rejected)} groupes de carreaux ({french.number(rejected)} habitants), "
            "trop peu peuplés ou trop aisés.",
            *([f"À vérifier : {run.unverified}."] if run.unverified else []),
        ]
    )
