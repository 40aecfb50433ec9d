"""`geoville perimeters candidates`: candidate perimeters of a grid, from the options of a command line."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from geoville import french
from geoville.carroyage.touching import Contiguity
from geoville.cli.arguments import AsJson, AskedDay, GridFile, Vintage, day
from geoville.cli.incomes import (
    IrisFile,
    IrisIncomes,
    NationalIncome,
    ReferenceTerritory,
    UnitIncome,
    UnitPopulation,
)
from geoville.cli.printing import print_json, print_lines, print_table
from geoville.errors import InvalidInputError

if TYPE_CHECKING:
    from geoville.law import IncomeReference
    from geoville.workflows.candidates import CandidateRun
    from geoville.workflows.zoning import UnitTables


def candidates(
    grid: GridFile,
    out: Annotated[Path, typer.Option("--out", metavar="FICHIER", help="Résultat : .gpkg, .geojson ou .parquet.")],
    vintage: Vintage = None,
    territory: ReferenceTerritory = None,
    rmuc_nat: NationalIncome = None,
    rmuc_uu: UnitIncome = None,
    uu_population: UnitPopulation = None,
    uu_small_since: Annotated[
        str | None,
        typer.Option(
            "--uu-small-since", metavar="AAAA-MM-JJ", help="Jour où l'unité est devenue trop petite (délai de 6 ans)."
        ),
    ] = None,
    communes: Annotated[
        Path | None,
        typer.Option("--communes", metavar="FICHIER", help="Communes, pour plusieurs unités urbaines."),
    ] = None,
    urban_units: Annotated[
        Path | None, typer.Option("--urban-units", metavar="TABLE", help="Unité urbaine de chaque commune (CSV).")
    ] = None,
    rmuc: Annotated[
        Path | None, typer.Option("--rmuc", metavar="TABLE", help="Colonnes uu, rmuc_eur et population (CSV).")
    ] = None,
    iris: IrisFile = None,
    iris_incomes: IrisIncomes = None,
    iris_national: Annotated[
        float | None, typer.Option("--iris-national", metavar="EUR", help="Revenu médian national de la même année.")
    ] = None,
    iris_weight: Annotated[
        float | None,
        typer.Option("--iris-weight", metavar="0…1", help="1 : respecter les IRIS ; sinon 0,5 si l'année diffère."),
    ] = None,
    blocks: Annotated[Path | None, typer.Option("--blocks", metavar="FICHIER", help="Îlots à suivre.")] = None,
    streets: Annotated[Path | None, typer.Option("--streets", metavar="FICHIER", help="Rues à suivre.")] = None,
    smooth: Annotated[bool, typer.Option("--smooth/--cells", help="Sans îlots : lisser ou non.")] = True,
    contiguity: Annotated[
        Contiguity, typer.Option("--contiguity", help="Carreaux voisins par un coin (queen) ou un côté (rook).")
    ] = Contiguity.QUEEN,
    gap_m: Annotated[
        float, typer.Option("--gap-m", metavar="M", help="Vide le plus large à franchir entre deux groupes.", min=0)
    ] = 200.0,
    on: AskedDay = None,
    as_json: AsJson = False,
) -> None:
    """Calculer les périmètres candidats d'une grille.

    Ils sont estimés, sans valeur réglementaire.
    """
    from geoville.perimeters.candidates import CandidateOptions
    from geoville.sources.territory import open_territory
    from geoville.workflows.candidates import CandidateRequest, compute_candidates
    from geoville.workflows.estimation import IrisInput
    from geoville.workflows.outlines import OutlineInput

    units = _tables(communes, urban_units, rmuc, rmuc_nat)
    run = compute_candidates(
        grid,
        CandidateRequest(
            on=day(on),
            territory=open_territory(territory) if territory else None,
            reference=None if units else income_reference(rmuc_nat, rmuc_uu, uu_population, uu_small_since),
            units=units,
            vintage=vintage,
            iris=IrisInput(iris, iris_incomes, iris_national, iris_weight) if iris else None,
            outline=OutlineInput(blocks, streets, smooth),
            options=CandidateOptions(contiguity=contiguity, gap_m=gap_m),
        ),
    )
    run.write(out)
    if as_json:
        print_json(run.document())
    else:
        print_candidates(run)
        print_lines([f"Écrit : {out}"])


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
            f"Écartés : {len(run.search.rejected)} groupes de carreaux ({french.number(rejected)} habitants), "
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


def income_reference(
    national: float | None, unit: float | None, population: int | None, small_since: str | None = None
) -> IncomeReference | None:
    """Reference incomes as a user gives them: all three figures or none."""
    if national is None and unit is None and population is None:
        return None
    if national is None or unit is None or population is None:
        raise InvalidInputError(
            "Revenus de référence incomplets", advice="donner ensemble --rmuc-nat, --rmuc-uu et --uu-population"
        )
    from geoville.law import IncomeReference

    return IncomeReference(
        national,
        unit,
        population,
        verified=False,
        source="donnés en ligne de commande",
        too_small_since=day(small_since) if small_since else None,
    )


def _tables(
    communes: Path | None, urban_units: Path | None, rmuc: Path | None, national: float | None
) -> UnitTables | None:
    if communes is None and urban_units is None and rmuc is None:
        return None
    if communes is None or urban_units is None or rmuc is None or national is None:
        raise InvalidInputError(
            "Tables des unités urbaines incomplètes",
            advice="donner ensemble --communes, --urban-units, --rmuc et --rmuc-nat",
        )
    from geoville.workflows.zoning import UnitTables

    return UnitTables(communes, urban_units, rmuc, national)
