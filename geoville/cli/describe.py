"""`geoville perimeters describe`: figures of the perimeters of a file, with their intervals."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from geoville import french
from geoville.cli.arguments import AsJson, AskedDay, GridFile, Vintage, day
from geoville.cli.candidates import income_reference
from geoville.cli.incomes import (
    IrisFile,
    IrisIncomes,
    NationalIncome,
    ReferenceTerritory,
    UnitIncome,
    UnitPopulation,
)
from geoville.cli.printing import print_json, print_lines, print_table


def describe(
    perimeters: Annotated[Path, typer.Option("--perimeters", metavar="FICHIER", help="Périmètres à décrire.")],
    grid: GridFile,
    vintage: Vintage = None,
    territory: ReferenceTerritory = None,
    rmuc_nat: NationalIncome = None,
    rmuc_uu: UnitIncome = None,
    uu_population: UnitPopulation = None,
    iris: IrisFile = None,
    iris_incomes: IrisIncomes = None,
    on: AskedDay = None,
    as_json: AsJson = False,
) -> None:
    """Estimer population et revenus de périmètres.

    Quels qu'ils soient : habitants, part sous le seuil et revenu médian, avec leur intervalle à 90 %.
    """
    from geoville.sources.territory import open_territory
    from geoville.workflows.candidates import CandidateRequest
    from geoville.workflows.describe import describe_perimeters
    from geoville.workflows.estimation import IrisInput

    request = CandidateRequest(
        on=day(on),
        territory=open_territory(territory) if territory else None,
        reference=income_reference(rmuc_nat, rmuc_uu, uu_population),
        vintage=vintage,
        iris=IrisInput(iris, iris_incomes) if iris else None,
    )
    found = describe_perimeters(perimeters, grid, request)
    if as_json:
        print_json([{"code": item.code, "name": item.name, **asdict(figures)} for item, figures in found])
        return
    print_table(
        ("Périmètre", "Habitants", "Sous le seuil (90 %)", "Revenu médian estimé (90 %)"),
        [
            (
                f"{item.code} {item.name}",
                french.number(figures.population),
                f"{french.percent(figures.share_below.low)} à {french.percent(figures.share_below.high)}",
                f"{french.euros(figures.median_eur.low)} à {french.euros(figures.median_eur.high)}",
            )
            for item, figures in found
        ],
    )
    print_lines(["Chiffres estimés d'après les carreaux, sans valeur réglementaire."])
