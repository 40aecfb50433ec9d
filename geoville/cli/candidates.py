"""`geoville perimeters candidates`: candidate perimeters of a grid, from the options of a command line."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from geoville import french
from geoville.carroyage.touching import Contiguity
from geoville.cli.arguments import AsJson, Scheduler, TerritoryGrid, Vintage, Workers
from geoville.cli.file_arguments import Destination
from geoville.cli.incomes import IncomeOptions
from geoville.cli.printing import deliver, print_lines, print_table
from geoville.perimeters.search_method import SearchMethod

if TYPE_CHECKING:
    from geoville.workflows.candidates import CandidateRun


def candidates(
    out: Annotated[
        Destination, typer.Option("--out", metavar="FICHIER", help="Résultat : .gpkg, .geojson ou .parquet.")
    ],
    incomes: IncomeOptions,
    grid: TerritoryGrid = None,
    vintage: Vintage = None,
    blocks: Annotated[Path | None, typer.Option("--blocks", metavar="FICHIER", help="Îlots à suivre.")] = None,
    streets: Annotated[Path | None, typer.Option("--streets", metavar="FICHIER", help="Rues à suivre.")] = None,
    smooth: Annotated[bool, typer.Option("--smooth/--cells", help="Sans îlots : lisser ou non.")] = True,
    method: Annotated[
        SearchMethod,
        typer.Option("--method", help="Indice du sol autour de chaque lieu (index) ; carreau par carreau (cells)."),
    ] = SearchMethod.INDEX,
    density_weight: Annotated[
        float | None,
        typer.Option("--density-weight", metavar="C", help="Méthode index : poids de la densité.", min=0),
    ] = None,
    contiguity: Annotated[
        Contiguity, typer.Option("--contiguity", help="Carreaux voisins par un coin (queen) ou un côté (rook).")
    ] = Contiguity.QUEEN,
    gap_m: Annotated[
        float, typer.Option("--gap-m", metavar="M", help="Méthode cells : vide le plus large à franchir.", min=0)
    ] = 200.0,
    workers: Workers = 1,
    scheduler: Scheduler = None,
    as_json: AsJson = False,
) -> None:
    """Calculer les périmètres candidats d'une grille.

    Ils sont estimés, sans valeur réglementaire.
    """
    from geoville.law.method import index_rules
    from geoville.perimeters.candidates import CandidateOptions
    from geoville.workflows.candidates import compute_candidates
    from geoville.workflows.outlines import OutlineInput

    request = incomes.request(vintage)
    run = compute_candidates(
        grid or request.territory_grid(),
        replace(
            request,
            outline=OutlineInput(blocks, streets, smooth),
            options=CandidateOptions(
                contiguity=contiguity, gap_m=gap_m, method=method, index=index_rules(density_weight)
            ),
        ),
        workers=workers,
        scheduler=scheduler,
    )
    deliver(run, out, as_json=as_json, in_words=lambda: print_candidates(run))


def print_candidates(run: CandidateRun) -> None:
    """Print the candidates of a run, what was rejected and what is not verified."""
    amounts = sorted({french.euros(threshold.eur) for threshold in run.found.start.thresholds.values()})
    seuil = amounts[0] if len(amounts) == 1 else f"{len(amounts)} unités urbaines, chacune le sien"
    print_lines([f"Seuil : {seuil} par UC et par an. Périmètres estimés, sans valeur réglementaire."])
    print_table(
        ("Candidat", "Habitants", "Sous le seuil", "Revenu médian estimé", "Intervalle à 90 %"),
        [(item.name, *_figures(item.attributes)) for item in run.perimeters],
    )
    rejected = sum(quarter.population for quarter in run.search.rejected)
    print_lines(
        [
            f"Écartés : {len(run.search.rejected)} groupes ({french.number(rejected)} habitants), "
            "trop peu peuplés ou trop aisés.",
            *([f"À vérifier : {run.found.unverified}."] if run.found.unverified else []),
        ]
    )


def _figures(attributes: dict[str, str | int | float | bool | None]) -> tuple[str, str, str, str]:
    def figure(key: str) -> float:
        return float(attributes[key] or 0)

    return (
        french.number(figure("population")),
        french.percent(figure("share_below_threshold")),
        french.euros(figure("median_eur")),
        f"{french.number(figure('median_low_eur'))} à {french.euros(figure('median_high_eur'))}",
    )
