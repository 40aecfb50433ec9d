"""`geoville data raster` and `geoville data cells`: indicators of cells to a GeoTIFF, and back."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from geoville import french
from geoville.carroyage.indicators import Indicator
from geoville.cli.arguments import GridFile, Vintage
from geoville.cli.file_arguments import Destination
from geoville.cli.incomes import IncomeOptions
from geoville.cli.printing import print_lines

_NAMES = ", ".join(Indicator)


def raster(
    grid: GridFile,
    indicator: Annotated[
        list[Indicator],
        typer.Option("--indicator", metavar="NOM", help=f"{_NAMES} ; à répéter pour avoir plusieurs bandes."),
    ],
    out: Annotated[Destination, typer.Option("--out", metavar="FICHIER", help="Image à écrire (.tif).")],
    incomes: IncomeOptions,
    vintage: Vintage = None,
) -> None:
    """Écrire des carreaux en GeoTIFF.

    Le revenu médian (median) et la part sous le seuil (share_below) sont estimés, et demandent un territoire ou des
    revenus de référence.
    """
    from geoville.workflows.rasters import write_indicators

    with out.writing() as path:
        written = write_indicators(grid, indicator, path, incomes.request(vintage))
    estimated = [item for item in indicator if item.is_estimated]
    print_lines([f"Écrit : {out} ({french.number(written)} carreaux)"])
    print_lines([f"Estimé, sans valeur réglementaire : {', '.join(estimated)}."] if estimated else [])


def cells(
    image: Annotated[Path, typer.Argument(metavar="IMAGE", help="GeoTIFF dont les pixels sont des carreaux de 200 m.")],
    out: Annotated[Destination, typer.Option("--out", metavar="FICHIER", help="Table à écrire : .csv ou .parquet.")],
) -> None:
    """Écrire un GeoTIFF en table de carreaux.

    Avec les identifiants de l'Insee, et une colonne par bande.
    """
    from geoville.workflows.rasters import write_cells_of_raster

    with out.writing() as path:
        written = write_cells_of_raster(image, path)
    print_lines([f"Écrit : {out} ({french.number(written)} carreaux)"])
