"""The atlas of a territory: a page per sector and per perimeter, an index, a map, and one PDF of the whole."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from geoville import __version__
from geoville.eligibility.rules import rules_at
from geoville.rendering import perimeter_map, perimeters_map, render_page, sector_map
from geoville.rendering.atlas.blocks import (
    INDEX_HEADERS,
    INDEX_NOTE,
    figures_table,
    identity,
    index_row,
    places_table,
    rules_table,
)
from geoville.rendering.atlas.html import INDEX, INTERACTIVE, OVERVIEW, PRINTED, entry_page, index_page, picture_name
from geoville.rendering.atlas.pdf import atlas_pdf, sheet_svg
from geoville.rendering.atlas.spec import AtlasEntry, AtlasSpec
from geoville.workflows.atlas.figures import PLACES_REACH_M, AtlasFigures, places_near
from geoville.workflows.atlas.folder import AtlasFolder
from geoville.workflows.maps import MapLook, sector_recipes, territory_scene

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import date
    from pathlib import Path

    from geoville.model import Perimeter
    from geoville.rendering import Scene, SectorRecipe
    from geoville.sources.territory import Territory

    Progress = Callable[[int, int], None]

_NOT_A_KEY = re.compile(r"[^A-Za-z0-9_-]+")
_SECTOR_ROW = ("Secteur NPNRU", "voir la page", "–", "–", "–")


@dataclass(frozen=True, slots=True)
class AtlasRun:
    """What was done.

    Parameters
    ----------
    written, kept : names of files, from the folder of the atlas; those kept were there, made of the same inputs.
    """

    index: Path
    written: tuple[str, ...]
    kept: tuple[str, ...]


def draw_atlas(
    territory: Territory, folder: Path, on: date, look: MapLook | None = None, *, progress: Progress | None = None
) -> AtlasRun:
    """Draw the atlas of a territory as pages that open from a disk.

    Every file is written whole, one after the other: an atlas that was interrupted goes on where it stopped, and what
    is there already is kept as long as the data, the day, the look and geoville itself are the same.

    Parameters
    ----------
    folder : created where it is missing.
    progress : told how many files are done, and of how many.

    Raises
    ------
    InvalidInputError
        The territory has no perimeter, or the folder is not writable.
    """
    look = look or MapLook()
    out = AtlasFolder.open(folder, _inputs(territory, on, look))
    if out.is_whole():
        return AtlasRun(folder / INDEX, (), out.names())
    atlas = _atlas(territory, on, look)
    jobs = _jobs(atlas)
    for done, (name, content) in enumerate(jobs.items()):
        out.write(name, content)
        if progress:
            progress(done + 1, len(jobs))
    out.finish()
    return AtlasRun(folder / INDEX, tuple(out.written), tuple(name for name in jobs if name not in out.written))


def _inputs(territory: Territory, on: date, look: MapLook) -> tuple[str, ...]:
    """Everything that decides the content of an atlas."""
    shipped = [f"{file.role} {file.source.sha256}" for file in territory.manifest.files]
    added = [f"{item.kind} {item.generation} {item.complete} {item.stored_sha256}" for item in territory.additions]
    recipes = [repr(recipe) for recipe in sector_recipes(territory)]
    return (__version__, territory.name, on.isoformat(), repr(look), *shipped, *added, *recipes)


def _jobs(atlas: AtlasSpec) -> dict[str, Callable[[], bytes]]:
    """What writes each file, by its name; the index comes last: a folder that has one is whole."""
    specs = {OVERVIEW: atlas.overview} | {entry.key: entry.spec for entry in atlas.entries}
    jobs: dict[str, Callable[[], bytes]] = {
        picture_name(key): lambda spec=spec: sheet_svg(spec).encode("utf-8")  # type: ignore[misc]
        for key, spec in specs.items()
    }
    for rank, entry in enumerate(atlas.entries):
        jobs[f"{entry.key}.html"] = lambda rank=rank: entry_page(atlas, rank).encode("utf-8")  # type: ignore[misc]
    jobs[INTERACTIVE] = lambda: render_page(atlas.overview).encode("utf-8")
    jobs[PRINTED] = lambda: atlas_pdf(atlas)
    jobs[INDEX] = lambda: index_page(atlas).encode("utf-8")
    return jobs


def _atlas(territory: Territory, on: date, look: MapLook) -> AtlasSpec:
    scene = territory_scene(territory, on, look)
    title = f"Atlas : {territory.title}"
    overview = perimeters_map(title, scene)
    figures = AtlasFigures.of(territory, scene.perimeters, on)
    sectors = [_sector_entry(recipe, scene) for recipe in sector_recipes(territory)]
    entries = [*sectors, *(_entry(perimeter, scene, figures) for perimeter in scene.perimeters)]
    return AtlasSpec(title, overview, INDEX_HEADERS, INDEX_NOTE, _keyed(entries))


def _sector_entry(recipe: SectorRecipe, scene: Scene) -> AtlasEntry:
    spec = sector_map(recipe, scene)
    return AtlasEntry(recipe.name, spec, spec.panel, _SECTOR_ROW)


def _entry(perimeter: Perimeter, scene: Scene, figures: AtlasFigures) -> AtlasEntry:
    own = figures.describe(perimeter.geometry)
    named = [place for place in scene.places if place.place]
    blocks = (
        figures_table(own, figures.around(perimeter)),
        *figures.changes(perimeter),
        places_table(places_near(perimeter, named), PLACES_REACH_M),
        rules_table(perimeter, rules_at(scene.on)),
        identity(perimeter),
    )
    return AtlasEntry(perimeter.code, perimeter_map(perimeter, scene), blocks, index_row(perimeter, own))


def _keyed(entries: list[AtlasEntry]) -> tuple[AtlasEntry, ...]:
    """Entries under names that every file system takes, each its own; none is that of another file of the folder."""
    taken = {OVERVIEW, INDEX.removesuffix(".html"), INTERACTIVE.removesuffix(".html")}
    keyed = []
    for entry in entries:
        key = stem = _NOT_A_KEY.sub("-", entry.key).strip("-").lower() or "perimetre"
        count = 1
        while key in taken:
            count += 1
            key = f"{stem}-{count}"
        taken.add(key)
        keyed.append(replace(entry, key=key))
    return tuple(keyed)
