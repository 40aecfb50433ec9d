"""`geoville perimeters describe`: figures of the perimeters of a file, with their intervals."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from geoville import french
from geoville.cli.arguments import AsJson, GridFile, Vintage
from geoville.cli.incomes import IncomeOptions
from geoville.cli.printing import print_json, print_lines, print_table


def describe(
    perimeters: Annotated[Path, typer.Option("--perimeters", metavar="FICHIER", help="Périmètres à décrire.")],
    grid: GridFile,
    incomes: IncomeOptions,
    vintage: Vintage = None,
    as_json: AsJson = False,
) -> None:
    """Estimer population et revenus de périmètres.

    Quels qu'ils soient : habitants, part sous le seuil et revenu médian, avec leur intervalle à 90 %.
    """
    from geoville.workflows.describe import describe_perimeters

    found = describe_perimeters(perimeters, grid, incomes.request(vintage))
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
