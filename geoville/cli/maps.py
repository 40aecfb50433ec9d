"""`geoville map`, `sheet` and `atlas`."""

from __future__ import annotations

from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from geoville import french
from geoville.cli.files import Destination
from geoville.cli.options import (
    DEFAULT_TERRITORY,
    AskedDay,
    ContourColumns,
    QpvGeneration,
    TerritoryGrid,
    TerritoryName,
    Vintage,
    day,
)
from geoville.cli.printing import print_lines
from geoville.errors import InvalidInputError
from geoville.model import Kind

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from geoville.sources.contours import OwnColumns
    from geoville.workflows.maps import MapLook


COMPARISON_PAGE = "comparaison.html"
_PRINTED = (".pdf", ".png")


def draw(
    out: Annotated[Destination, typer.Option("--out", metavar="DOSSIER", help="Dossier où écrire les cartes.")],
    columns: ContourColumns,
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
        str | None,
        typer.Option("--tiles", metavar="FOND", help="Plan IGN d'emblée : ign ; jamais : aucun. Proposé sinon."),
    ] = None,
    ground: Annotated[
        list[Path] | None,
        typer.Option("--ground", metavar="FICHIER", help="Rues, voies ferrées ou eau, dessous ; répétable."),
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
    columns.refuse_without("--from ou --compare", given=file is not None or compared is not None)
    if out.file_name.suffix.lower() in _PRINTED:
        raise InvalidInputError(
            "Une carte interactive s'écrit dans un dossier", advice="pour une planche : « geoville sheet »"
        )
    from geoville.sources.pack import open_pack
    from geoville.workflows.maps import PerimeterFile, draw_file, draw_maps, read_look

    look = read_look(style, tiles, ground or ())
    with out.writing() as folder:
        if compared is not None:
            used_grid = grid or open_pack(territory).grid_path()
            drawn: Iterable[Path] = [
                _comparison(compared, used_grid, folder, look, vintage, kind, generation, columns.own)
            ]
        elif file is not None:
            drawn = [
                draw_file(PerimeterFile(file, kind, generation, grid, vintage, columns.own), folder, day(on), look)
            ]
        else:
            _refuse_idle(("--grid", grid), ("--vintage", vintage), ("--kind", kind), ("--generation", generation))
            drawn = draw_maps(open_pack(territory), name, folder, day(on), look)
    print_lines(f"Carte : {out.shown_within(path, folder)}" for path in drawn)


def _comparison(
    compared: tuple[Path, Path],
    grid: Path,
    folder: Path,
    look: MapLook,
    vintage: int | None,
    kind: Kind | None,
    generation: int | None,
    own: OwnColumns,
) -> Path:
    from geoville.workflows.compare import compare_files

    run = compare_files(*compared, grid, vintage=vintage, kind=kind, generation=generation, own=own)
    folder.mkdir(parents=True, exist_ok=True)
    run.draw(folder / COMPARISON_PAGE, look)
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


# --- `geoville atlas`: every perimeter of a territory, as pages to open from a disk and one PDF


def atlas(
    out: Annotated[Destination, typer.Option("--out", metavar="DOSSIER", help="Dossier où écrire l'atlas.")],
    named: Annotated[
        str | None, typer.Argument(metavar="TERRITOIRE", help="Territoire (« geoville data list »).")
    ] = None,
    territory: Annotated[
        str | None, typer.Option("--territory", metavar="NOM", help="Le même, comme aux autres commandes.")
    ] = None,
    style: Annotated[
        Path | None, typer.Option("--style", metavar="FICHIER", help="Couleurs et noms des couches (TOML).")
    ] = None,
    actions: Annotated[
        Path | None,
        typer.Option("--actions", metavar="TABLEAU", help="Tableau écrit par action check-file : les actions par QPV."),
    ] = None,
    on: AskedDay = None,
) -> None:
    """Écrire un atlas : une page par périmètre.

    S'ouvre sans réseau. Interrompu, il reprend où il s'est arrêté ; mêmes données, même jour : mêmes fichiers.
    """
    from geoville.sources.pack import open_pack
    from geoville.workflows.atlas import draw_atlas
    from geoville.workflows.maps import read_look

    if named and territory and named != territory:
        raise InvalidInputError(f"Deux territoires, {named} et {territory}", advice="n'en garder qu'un")
    with out.writing() as folder, _progress() as progress:
        look = read_look(style, None)
        run = draw_atlas(
            open_pack(named or territory or DEFAULT_TERRITORY),
            folder,
            day(on),
            look,
            actions=actions,
            progress=progress,
        )
    written, kept = french.number(len(run.written)), french.number(len(run.kept))
    index = out.shown_within(run.index, folder)
    print_lines([f"Fichiers écrits : {written}. Déjà là, gardés : {kept}.", f"Atlas : {index}"])


@contextmanager
def _progress() -> Iterator[Callable[[int, int], None]]:
    """A bar of the files done, which vanishes at the end and which only a terminal shows."""
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    console = Console(stderr=True)
    columns = (TextColumn("Fichiers"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as bar:
        task = bar.add_task("", total=None)
        yield lambda done, total: bar.update(task, completed=done, total=total)


# --- `geoville sheet`: a map printed on one sheet, for a file


def sheet(
    out: Annotated[Destination, typer.Option("--out", metavar="FICHIER", help="Planche à écrire : .pdf ou .png.")],
    columns: ContourColumns,
    name: Annotated[
        str | None, typer.Argument(metavar="SECTEUR|PÉRIMÈTRE", help="Nom d'un secteur ou code d'un périmètre.")
    ] = None,
    file: Annotated[
        Path | None, typer.Option("--from", metavar="FICHIER", help="Imprimer les périmètres d'un fichier.")
    ] = None,
    kind: Annotated[
        Kind | None,
        typer.Option("--kind", metavar="NATURE", help=f"Nature des périmètres de --from : {', '.join(Kind)}."),
    ] = None,
    paper: Annotated[str, typer.Option("--format", metavar="PAPIER", help="Papier, en paysage : a4 ou a3.")] = "a4",
    theme: Annotated[
        str, typer.Option("--theme", metavar="THÈME", help="Thème des carreaux : median, share_below, people…")
    ] = "",
    graticule: Annotated[bool, typer.Option("--graticule", help="Tracer méridiens et parallèles.")] = False,
    style: Annotated[
        Path | None, typer.Option("--style", metavar="FICHIER", help="Couleurs et noms des couches (TOML).")
    ] = None,
    ground: Annotated[
        list[Path] | None,
        typer.Option("--ground", metavar="FICHIER", help="Rues, voies ferrées ou eau, dessous ; répétable."),
    ] = None,
    on: AskedDay = None,
    territory: TerritoryName = DEFAULT_TERRITORY,
) -> None:
    """Imprimer une carte sur une planche, à joindre à un dossier.

    PDF vectoriel (la carte, puis ce qu'elle veut dire) ou PNG à 300 points par pouce. Lisible en noir et blanc.
    """
    if (name is None) == (file is None):
        raise InvalidInputError("Rien de précis à imprimer", advice="donner un nom, ou bien --from")
    if kind is not None and file is None:
        raise InvalidInputError("Sans effet sur cette carte : --kind", advice="retirer cette option")
    columns.refuse_without("--from", given=file is not None)
    from geoville.rendering.sheet.page import paper_format
    from geoville.rendering.sheet.sheet import SheetOptions
    from geoville.sources.pack import open_pack
    from geoville.workflows.maps import PerimeterFile, check_suffix, file_map, map_specs, read_look, write_sheet

    check_suffix(out.file_name)
    options = SheetOptions(paper_format(paper), theme, graticule)
    look = read_look(style, None, ground or ())
    if file is not None:
        spec = file_map(PerimeterFile(file, kind, own=columns.own), day(on), look)
    else:
        (spec,) = map_specs(open_pack(territory), name, day(on), look).values()
    with out.writing() as path:
        write_sheet(spec, path, options)
    print_lines([f"Planche : {out}"])


# --- `geoville qgis`: a territory as a project


def qgis(
    territory: Annotated[str, typer.Argument(metavar="TERRITOIRE", help="Nom du territoire.")],
    out: Annotated[Destination, typer.Option("--out", metavar="FICHIER", help="Projet à écrire (.qgz).")],
    perimeters: Annotated[
        list[Path] | None,
        typer.Option("--perimeters", metavar="FICHIER", help="Périmètres à montrer aussi ; répétable."),
    ] = None,
    grid: TerritoryGrid = None,
    ground: Annotated[
        list[Path] | None,
        typer.Option("--ground", metavar="FICHIER", help="Rues, voies ferrées ou eau, dessous ; répétable."),
    ] = None,
    service: Annotated[
        str | None,
        typer.Option("--service", metavar="URL", help="Ajouter les couches d'un service geoville (OGC API)."),
    ] = None,
    on: AskedDay = None,
) -> None:
    """Écrire un territoire en projet QGIS.

    Couches, styles, groupes et mise en page, avec les données dans un GeoPackage de même nom, à côté.
    """
    from geoville.sources.pack import open_pack
    from geoville.workflows.qgis import write_qgis_project

    if out.path is None:
        raise InvalidInputError("Un projet QGIS et ses données s'écrivent dans un dossier", advice="donner un chemin")
    run = write_qgis_project(
        open_pack(territory),
        out.path,
        day(on, territory),
        grid=grid,
        perimeters=perimeters or (),
        ground=ground or (),
        service=service,
    )
    print_lines(f"{group} : {name}" for group, name in run.layers)
    print_lines([f"Écrit : {run.project} et {run.data}"])
