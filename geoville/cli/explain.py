"""`geoville perimeters explain`: why a place is in a candidate, or not."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from geoville import french
from geoville.cli.arguments import AsJson, AskedDay, day
from geoville.cli.incomes import IrisIncomes, iris_input
from geoville.cli.printing import print_json, print_lines
from geoville.errors import InvalidInputError


def explain(
    computed: Annotated[Path, typer.Option("--candidates", metavar="FICHIER", help="Périmètres candidats.")],
    at: Annotated[str, typer.Option("--at", metavar="LON,LAT", help="Longitude et latitude, degrés décimaux.")],
    grid: Annotated[
        Path | None, typer.Option("--grid", metavar="FICHIER", help="Leur grille, si elle n'est pas d'un territoire.")
    ] = None,
    iris: Annotated[Path | None, typer.Option("--iris", metavar="FICHIER", help="Leurs IRIS, s'il y en a.")] = None,
    iris_incomes: IrisIncomes = None,
    on: AskedDay = None,
    as_json: AsJson = False,
) -> None:
    """Expliquer pourquoi un lieu est dans un candidat, ou non.

    Du carreau aux conditions du décret.
    """
    from geoville.workflows.explain import explain_place

    lon, lat = _coordinates(at)
    given = iris_input(iris, iris_incomes)
    document = explain_place(computed, lon, lat, on=day(on), grid=grid, iris=given).document()
    if as_json:
        print_json(document)
    else:
        print_lines(_in_words(document))


def _coordinates(text: str) -> tuple[float, float]:
    try:
        lon, lat = (float(part) for part in text.split(","))
    except ValueError:
        raise InvalidInputError("Coordonnées mal écrites", advice="donner --at LONGITUDE,LATITUDE") from None
    return lon, lat


def _in_words(document: dict[str, Any]) -> list[str]:
    cell, cluster = document["cell"], document["cluster"]
    if cell is None:
        return ["Personne n'habite ce carreau d'après la grille : il n'est pas examiné."]
    lines = [
        f"Carreau {cell['id']} : {french.people(cell['people'])}, niveau de vie moyen {french.euros(cell['mean_eur'])}"
        + (", valeurs imputées par l'Insee." if cell["imputed"] else ".")
    ]
    if cell["median_eur"] is None or cell["share_below_threshold"] is None:
        return [*lines, "Hors des unités urbaines examinées."]
    lines.append(
        f"Estimation : revenu déclaré médian {french.euros(cell['median_eur'])} "
        f"(erreur type {french.euros(cell['standard_error_eur'])}), "
        f"{french.percent(cell['share_below_threshold'])} des habitants sous le seuil."
    )
    if document["ground"] is not None:
        return [*lines, *_ground_in_words(document["ground"]), *_end(document)]
    touching = sum(item["selected"] for item in document["neighbours"])
    lines.append(f"Voisins : {len(document['neighbours'])} carreaux habités, dont {touching} retenus.")
    if cell["selected"]:
        lines.append("Carreau retenu : plus de la moitié de ses habitants sont sous le seuil.")
    elif cell["added_as_doubtful"]:
        lines.append("Carreau ajouté : l'estimation hésite, et il touche un carreau retenu.")
    elif cluster is None:
        return [*lines, "Carreau non retenu : la moitié de ses habitants au plus sont sous le seuil."]
    else:
        lines.append("Carreau peu peuplé, enclavé entre des carreaux retenus.")
    return [*lines, *_end(document)]


def _ground_in_words(ground: dict[str, Any]) -> list[str]:
    """The index of a place, its parts, and what would change the answer."""
    times = ground["people_per_cell"] / ground["typical_people_per_cell"]
    inside = ground["index"] > ground["cut"]
    needed = french.percent(min(max(ground["share_needed"], 0.0), 1.0))
    return [
        f"Autour du lieu (quelque 200 m) : {french.percent(ground['share_around'])} des habitants sous le seuil, "
        f"{french.number(ground['people_per_cell'])} habitants par carreau, soit {french.number(times, 2)} fois la "
        "densité où l'on vit d'ordinaire dans l'unité urbaine.",
        f"Indice : {french.number(ground['share_around'], 3)} (part) "
        f"{'+' if ground['density_part'] >= 0 else '−'} {french.number(abs(ground['density_part']), 3)} (densité) = "
        f"{french.number(ground['index'], 3)}, {'au-dessus' if inside else 'en dessous'} de "
        f"{french.number(ground['cut'], 3)}.",
        f"À cette densité, le sol {'sortirait si la part tombait à' if inside else 'entrerait si la part dépassait'} "
        f"{needed}.",
    ]


def _end(document: dict[str, Any]) -> list[str]:
    """The cluster and its tests, then the verdict; the place is in no cluster where its ground was not chosen."""
    cluster = document["cluster"]
    if cluster is None:
        return ["Résultat : sol non retenu."]
    return [*_cluster_in_words(cluster), _verdict(document["candidate"])]


def _cluster_in_words(cluster: dict[str, Any]) -> list[str]:
    low, high = cluster["median_interval_eur"]
    return [
        f"Groupe de {cluster['cells']} carreaux, médiane à 90 % entre {french.euros(low)} et {french.euros(high)}.",
        *(
            f"- {test['test']} : {french.number(test['value'])} pour une limite de {french.number(test['limit'])}, "
            + ("condition remplie." if test["passed"] else "condition non remplie.")
            for test in cluster["tests"]
        ),
    ]


def _verdict(code: str | None) -> str:
    return (
        f"Résultat : dans le candidat {code}, estimé, sans valeur réglementaire."
        if code
        else "Résultat : groupe écarté."
    )
