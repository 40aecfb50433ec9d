"""Options that give the reference incomes of an urban unit, and the IRIS that its cells follow."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

ReferenceTerritory = Annotated[
    str | None, typer.Option("--territory", metavar="NOM", help="Territoire qui donne revenus, communes et IRIS.")
]
NationalIncome = Annotated[
    float | None, typer.Option("--rmuc-nat", metavar="EUR", help="Revenu médian national par UC.")
]
UnitIncome = Annotated[
    float | None, typer.Option("--rmuc-uu", metavar="EUR", help="Revenu médian par UC de l'unité urbaine.")
]
UnitPopulation = Annotated[
    int | None, typer.Option("--uu-population", metavar="N", help="Population de l'unité urbaine.")
]
IrisFile = Annotated[
    Path | None, typer.Option("--iris", metavar="FICHIER", help="IRIS, dont les revenus déclarés sont à suivre.")
]
IrisIncomes = Annotated[
    Path | None, typer.Option("--iris-incomes", metavar="TABLE", help="Revenus des IRIS, s'ils sont à part.")
]
