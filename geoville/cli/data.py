"""`geoville data`: what is embedded, what the user added, adding and removing a file; cells as images."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from geoville.cli import addresses, data_sources
from geoville.cli.arguments import DEFAULT_TERRITORY, AsJson, QpvGeneration, TerritoryName
from geoville.cli.file_arguments import Destination
from geoville.cli.printing import print_json, print_lines, print_table
from geoville.cli.rasters import cells, raster
from geoville.cli.usage import command, group

if TYPE_CHECKING:
    from geoville.sources.additions import Addition
    from geoville.sources.territory import Territory

app = group("Lister les données, en ajouter, les convertir.")


@command(app, "list")
def list_files(as_json: AsJson = False) -> None:
    """Lister les territoires et leurs fichiers.

    Avec leurs sources, et les fichiers ajoutés.
    """
    from geoville.workflows.territories import list_data

    territories = list_data()
    if as_json:
        print_json([_document(territory) for territory in territories])
        return
    for territory in territories:
        print_lines([f"{territory.name} : {territory.title} (EPSG:{territory.epsg})"])
        rows = [(file.path.name, file.role, file.source.citation) for file in territory.manifest.files]
        rows += [(item.id, item.kind, item.source.citation) for item in territory.additions]
        print_table(("Fichier", "Rôle", "Source"), rows)


@command(app, "add")
def add(
    file: Annotated[Path, typer.Argument(metavar="FICHIER", help="Contours, lieux ou adresses de la ville.")],
    kind: Annotated[
        str,
        typer.Option("--kind", metavar="NATURE", help="qpv, veille, vecu, zus, cucs, npnru, zfu, places ou addresses."),
    ],
    territory: TerritoryName = DEFAULT_TERRITORY,
    generation: QpvGeneration = None,
    complete: Annotated[
        bool, typer.Option("--complete", help="Adresses : la liste est complète, une rue absente n'existe pas.")
    ] = False,
) -> None:
    """Ajouter un fichier à un territoire, pour de bon.

    Il est vérifié, converti et cité.
    """
    from geoville.workflows.territories import add_data

    addition = add_data(file, territory=territory, kind=kind, generation=generation, complete=complete)
    print_lines([f"Ajouté : {addition.id} ({_rows(addition)}), d'après {addition.file_name}."])
    print_lines(f"Contour réparé : {repair.code} ({repair.reason})." for repair in addition.repairs)


@command(app, "remove")
def remove(
    designation: Annotated[str, typer.Argument(metavar="IDENTIFIANT", help="Identifiant ou nom du fichier ajouté.")],
    territory: TerritoryName = DEFAULT_TERRITORY,
) -> None:
    """Retirer d'un territoire un fichier ajouté."""
    from geoville.workflows.territories import remove_data

    addition = remove_data(designation, territory=territory)
    print_lines([f"Retiré : {addition.id} ({addition.file_name})."])


@command(app, "build")
def build(
    territory: Annotated[str, typer.Argument(metavar="TERRITOIRE", help="Territoire (« geoville data list »).")],
    out: Annotated[Destination, typer.Option("--out", metavar="DOSSIER", help="Dossier où écrire les couches.")],
    as_json: AsJson = False,
) -> None:
    """Calculer les couches d'un territoire.

    Candidats, quartiers de veille et quartiers vécus, estimés, sans valeur réglementaire. La description du territoire
    est écrite avec eux, à jour.
    """
    from geoville.workflows.pack import build_pack

    with out.writing() as folder:
        built = build_pack(territory, folder)
    if as_json:
        print_json(built.document())
        return
    print_lines(
        f"Écrit : {out.shown_within(folder / name, folder)} (sha256 {sha256})"
        for name, sha256 in built.checksums.items()
    )


app.add_typer(addresses.app, name="addresses")
command(app, "raster")(raster)
command(app, "cells")(cells)
command(app, "sources")(data_sources.sources)
command(app, "check")(data_sources.check)


def _rows(addition: Addition) -> str:
    left_out = f", {addition.left_out} hors du territoire" if addition.left_out else ""
    plural = "s" if addition.rows > 1 else ""
    return f"{addition.rows} élément{plural}{left_out}"


def _document(territory: Territory) -> dict[str, Any]:
    return {
        "name": territory.name,
        "title": territory.title,
        "epsg": territory.epsg,
        "files": [
            {
                "path": file.path.name,
                "role": file.role,
                "citation": file.source.citation,
                "vintage": file.source.vintage,
                "licence": file.source.licence,
                "sha256": file.source.sha256,
            }
            for file in territory.manifest.files
        ],
        "additions": [
            {
                "id": item.id,
                "kind": item.kind,
                "file_name": item.file_name,
                "rows": item.rows,
                "sha256": item.sha256,
                "generation": item.generation,
                "complete": item.complete,
            }
            for item in territory.additions
        ],
    }
