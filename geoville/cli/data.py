"""`geoville data`: what is embedded, what the user added, adding and removing a file; cells as images."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from geoville.cli import addresses, data_sources, territories
from geoville.cli.arguments import DEFAULT_TERRITORY, AsJson, AskedDay, QpvGeneration, TerritoryName, day
from geoville.cli.fetch import fetch
from geoville.cli.file_arguments import Destination
from geoville.cli.printing import print_json, print_lines
from geoville.cli.rasters import cells, raster
from geoville.cli.territories import info, print_files, print_heading
from geoville.cli.usage import command, group

if TYPE_CHECKING:
    from geoville.sources.additions import Addition

app = group("Lister les données, en ajouter, les convertir.")


@command(app, "list")
def list_files(as_json: AsJson = False) -> None:
    """Lister les territoires et leurs fichiers.

    Avec leurs sources, et les fichiers ajoutés.
    """
    from geoville.workflows.territories import list_data, territory_document, unreadable_packs

    territories = list_data()
    if as_json:
        print_json([territory_document(territory) for territory in territories])
        return
    for territory in territories:
        print_heading(territory)
        print_files(territory)
    print_lines(
        f"{name} : description illisible ; le retirer (« geoville data remove {name} ») et le refaire."
        for name in unreadable_packs()
    )


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
    designation: Annotated[
        str,
        typer.Argument(metavar="IDENTIFIANT|NOM[@VERSION]", help="Fichier ajouté, ou territoire que vous avez fait."),
    ],
    territory: TerritoryName = DEFAULT_TERRITORY,
) -> None:
    """Retirer un fichier ajouté, ou un territoire.

    D'un territoire que vous avez fait : une version, ou toutes. Les fichiers que vous y avez ajoutés sont gardés.
    """
    from geoville.workflows.territories import is_pack, remove_data, remove_territory

    if is_pack(designation):
        remove_territory(designation)
        print_lines([f"Retiré : territoire {designation}."])
        return
    addition = remove_data(designation, territory=territory)
    print_lines([f"Retiré : {addition.id} ({addition.file_name})."])


@command(app, "build")
def build(
    territory: Annotated[str, typer.Argument(metavar="TERRITOIRE", help="Territoire (« geoville data list »).")],
    out: Annotated[Destination, typer.Option("--out", metavar="DOSSIER", help="Dossier où écrire les couches.")],
    on: AskedDay = None,
    as_json: AsJson = False,
) -> None:
    """Calculer les couches d'un territoire.

    Candidats, quartiers de veille et quartiers vécus, estimés, sans valeur réglementaire. La description du territoire
    est écrite avec eux, à jour.
    """
    from geoville.workflows.pack import build_pack

    with out.writing() as folder:
        built = build_pack(territory, folder, day(on) if on else None)
    if as_json:
        print_json(built.document())
        return
    print_lines(
        f"Écrit : {out.shown_within(folder / name, folder)} (sha256 {sha256})"
        for name, sha256 in built.checksums.items()
    )


app.add_typer(addresses.app, name="addresses")
app.add_typer(territories.app, name="territory")
command(app, "info")(info)
command(app, "fetch")(fetch)
command(app, "raster")(raster)
command(app, "cells")(cells)
command(app, "sources")(data_sources.sources)
command(app, "check")(data_sources.check)


def _rows(addition: Addition) -> str:
    left_out = f", {addition.left_out} hors du territoire" if addition.left_out else ""
    plural = "s" if addition.rows > 1 else ""
    return f"{addition.rows} élément{plural}{left_out}"
