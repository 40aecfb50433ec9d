"""`geoville perimeters describe`: figures of the perimeters of a file, with their intervals."""

from __future__ import annotations

import math
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from geoville import french
from geoville.cli.arguments import AsJson, TerritoryGrid, Vintage
from geoville.cli.incomes import IncomeOptions
from geoville.cli.printing import print_json, print_lines, print_table

if TYPE_CHECKING:
    from collections.abc import Callable

    from geoville.carroyage.uncertainty import Interval


def describe(
    perimeters: Annotated[Path, typer.Option("--perimeters", metavar="FICHIER", help="Périmètres à décrire.")],
    incomes: IncomeOptions,
    grid: TerritoryGrid = None,
    vintage: Vintage = None,
    as_json: AsJson = False,
) -> None:
    """Estimer population et revenus de périmètres.

    Quels qu'ils soient : habitants, part sous le seuil et revenu médian, avec leur intervalle à 90 %.
    """
    from geoville.workflows.describe import describe_perimeters

    request = incomes.request(vintage)
    found = describe_perimeters(perimeters, grid or request.territory_grid(), request)
    if as_json:
        print_json([{"code": item.code, "name": item.name, **asdict(figures)} for item, figures in found])
        return
    print_table(
        ("Périmètre", "Habitants", "Sous le seuil (90 %)", "Revenu médian estimé (90 %)"),
        [
            (
                f"{item.code} {item.name}",
                french.number(figures.population),
                _range(figures.share_below, french.percent),
                _range(figures.median_eur, french.euros),
            )
            for item, figures in found
        ],
    )
    print_lines(["Chiffres estimés d'après les carreaux, sans valeur réglementaire."])


def _range(interval: Interval, written: Callable[[float], str]) -> str:
    return "–" if math.isnan(interval.value) else f"{written(interval.low)} à {written(interval.high)}"
