"""`geoville map`: sectors, perimeters, files and comparisons as pages that open with no network."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from geoville.cli.arguments import DEFAULT_TERRITORY, AskedDay, QpvGeneration, TerritoryName, Vintage, day
from geoville.cli.file_arguments import Destination
from geoville.cli.printing import print_lines
from geoville.errors import InvalidInputError
from geoville.model import Kind

if TYPE_CHECKING:
    from collections.abc import Iterable

    from geoville.workflows.maps import MapLook

COMPARISON_PAGE = "comparaison.html"
_PRINTED = (".pdf", ".png")


def draw(
    out: Annotated[Destination, typer.Option("--out", metavar="DOSSIER", help="Dossier où écrire les cartes.")],
    name: Annotated[
        str | None, typer.Argument(metavar="SECTEUR|PÉRIMÈTRE", help="Nom d'un secteur ou code d'un périmètre.")
    ] = None,
    everything: Annotated[bool, typer.Option("--all", help="Dessiner tous les secteurs et périmètres.")] = False,
    file: Annotated[
        Path | None, typer.Option("--from", metavar="FICHIER", help="Dessiner les périmètres d'un fichier.")
    ] = None,
    compared: Annotated[
        tuple[Path, Path] | None,
        typer.Option("--compare", metavar="AVANT APRÈS", help="Dessiner deux fichiers de périmètres côte à côte."),
    ] = None,
    style: Annotated[
        Path | None, typer.Option("--style", metavar="FICHIER", help="Couleurs et noms des couches (TOML).")
    ] = None,
    tiles: Annotated[
        str | None, typer.Option("--tiles", metavar="FOND", help="Fond de carte en ligne : ign. Aucun sinon.")
    ] = None,
    grid: Annotated[
        Path | None,
        typer.Option("--grid", metavar="FICHIER", help="Carreaux sous les périmètres de --from ou --compare."),
    ] = None,
    vintage: Vintage = None,
    kind: Annotated[
        Kind | None,
        typer.Option("--kind", metavar="NATURE", help=f"Si rien d'autre ne dit la nature : {', '.join(Kind)}."),
    ] = None,
    generation: QpvGeneration = None,
    on: AskedDay = None,
    territory: TerritoryName = DEFAULT_TERRITORY,
) -> None:
    """Dessiner un secteur, un périmètre, un fichier.

    Une page HTML qui s'ouvre sans réseau ; pour une planche à imprimer : « geoville sheet ».
    """
    _one_subject(name, file, compared, everything=everything)
    if out.file_name.suffix.lower() in _PRINTED:
        raise InvalidInputError(
            "Une carte interactive s'écrit dans un dossier", advice="pour une planche : « geoville sheet »"
        )
    from geoville.sources.territory import open_territory
    from geoville.workflows.file_maps import PerimeterFile, draw_file, read_look
    from geoville.workflows.maps import draw_maps

    look = read_look(style, tiles)
    with out.writing() as folder:
        if compared is not None:
            _refuse_idle(("--tiles", tiles))
            used_grid = grid or open_territory(territory).grid_path()
            drawn: Iterable[Path] = [_comparison(compared, used_grid, folder, look, vintage, kind, generation)]
        elif file is not None:
            drawn = [draw_file(PerimeterFile(file, kind, generation, grid, vintage), folder, day(on), look)]
        else:
            _refuse_idle(("--grid", grid), ("--vintage", vintage), ("--kind", kind), ("--generation", generation))
            drawn = draw_maps(open_territory(territory), name, folder, day(on), look)
    print_lines(f"Carte : {out.shown_within(path, folder)}" for path in drawn)


def _comparison(
    compared: tuple[Path, Path],
    grid: Path,
    folder: Path,
    look: MapLook,
    vintage: int | None,
    kind: Kind | None,
    generation: int | None,
) -> Path:
    from geoville.workflows.compare import compare_files

    run = compare_files(*compared, grid, vintage=vintage, kind=kind, generation=generation)
    folder.mkdir(parents=True, exist_ok=True)
    run.draw(folder / COMPARISON_PAGE, look.style)
    return folder / COMPARISON_PAGE


def _one_subject(name: str | None, file: Path | None, compared: tuple[Path, Path] | None, *, everything: bool) -> None:
    if sum([name is not None, file is not None, compared is not None, everything]) != 1:
        advice = "donner un nom, ou bien --all, --from ou --compare"
        raise InvalidInputError("Rien de précis à dessiner", advice=advice)


def _refuse_idle(*options: tuple[str, object]) -> None:
    """Refuse options that would change nothing to what is drawn."""
    idle = [option for option, value in options if value is not None]
    if idle:
        raise InvalidInputError(f"Sans effet sur cette carte : {', '.join(idle)}", advice="retirer ces options")
