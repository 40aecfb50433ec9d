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
from geoville.cli.incomes import IncomeOptions
from geoville.cli.printing import print_json, print_lines
from geoville.cli.sensitivity import sensitivity
from geoville.cli.usage import command, group
from geoville.errors import InvalidInputError
from geoville.perimeters.search_method import SearchMethod

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
    year: Annotated[int, typer.Option("--year", metavar="ANNÉE", help="Méthode cells : année des revenus.")] = 2011,
    method: Annotated[
        SearchMethod, typer.Option("--method", help="Pont à deux chiffres (index), ou droite (cells).")
    ] = SearchMethod.INDEX,
    grid: Annotated[
        list[Path] | None, typer.Option("--grid", metavar="FICHIER", help="Carreaux d'une autre ville.")
    ] = None,
    iris: Annotated[
        list[Path] | None, typer.Option("--iris", metavar="FICHIER", help="IRIS de cette ville, dans le même ordre.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Ajuster le passage du revenu disponible au déclaré.

    Sur les IRIS d'un territoire, et d'autres villes ; pour le pont à deux chiffres, la dernière année de la table.
    """
    if method is SearchMethod.CELLS:
        _fit_line(iris_incomes, out, territory, year, as_json=as_json)
    else:
        _fit_two_figures(iris_incomes, out, territory, grid or [], iris or [], as_json=as_json)


def _fit_line(incomes: Path, out: Destination, territory: str, year: int, *, as_json: bool) -> None:
    from geoville.sources.territory import open_territory
    from geoville.workflows.bridge import fit_territory_bridge

    with out.writing() as path:
        bridge = fit_territory_bridge(open_territory(territory), incomes, year, path)
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


def _fit_two_figures(
    incomes: Path, out: Destination, territory: str, grids: list[Path], iris: list[Path], *, as_json: bool
) -> None:
    from geoville.sources.territory import open_territory
    from geoville.workflows.probit_bridge import FitTown, fit_two_figures

    if len(grids) != len(iris):
        raise InvalidInputError(
            f"{len(grids)} grilles pour {len(iris)} couches d'IRIS", advice="donner un --iris par --grid"
        )
    towns = [FitTown(cells, polygons) for cells, polygons in zip(grids, iris, strict=True)]
    with out.writing() as path:
        bridge = fit_two_figures(open_territory(territory), towns, incomes, path)
    if as_json:
        print_json(asdict(bridge))
        return
    print_lines(
        [
            f"A = {_polynomial(bridge.slope)}",
            f"B = {_polynomial(bridge.intercept)}",
            "(z(t) = A ln t − B ; m : niveau de vie moyen, v : part de ménages pauvres, en parts des médianes "
            f"nationales), {bridge.observations} observations.",
            f"Écrit : {out}",
        ]
    )


def _polynomial(coefficients: tuple[float, ...]) -> str:
    return " ; ".join(
        f"{french.number(value, 3)}{term}" for value, term in zip(coefficients, ("", " m", " v", " v²"), strict=True)
    )


@command(app, "fit-density")
def fit_density(
    grid: Annotated[Path, typer.Option("--grid", metavar="FICHIER", help="Carreaux de 200 m de la ville.")],
    official: Annotated[Path, typer.Option("--official", metavar="FICHIER", help="Contours officiels en vigueur.")],
    incomes: IncomeOptions,
    out: Annotated[Destination, typer.Option("--out", metavar="FICHIER", help="Coefficients (JSON).")],
    vintage: Vintage = None,
    generation: QpvGeneration = None,
    as_json: AsJson = False,
) -> None:
    """Ajuster le poids de la densité sur des contours officiels.

    La note avant et après est celle de la ville même où le poids est ajusté : elle est optimiste.
    """
    from geoville.workflows.density_fit import fit_density_on

    with out.writing() as path:
        fit = fit_density_on(grid, official, incomes.request(vintage), path, generation=generation)
    if as_json:
        print_json(fit.document())
        return
    print_lines(
        [
            f"c = {french.number(fit.fitted.density_weight, 3)} (livré : {french.number(fit.shipped_weight, 3)}).",
            f"F1 avant : {french.number(fit.before.f1, 3)} ; après : {french.number(fit.after.f1, 3)} (même ville).",
            f"Probabilité d'être en QPV : logistique({french.number(fit.fitted.level, 2)} + "
            f"{french.number(fit.fitted.steepness, 1)} × (indice − 0,5)).",
            f"Pour s'en servir : perimeters candidates --density-weight {fit.fitted.density_weight:.3f}",
            f"Écrit : {out}",
        ]
    )
