"""An atlas of a territory: a page for each quarter, in a folder published whole."""

from __future__ import annotations

import hashlib
import json
import re
from dataclasses import dataclass, field, replace
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np

from geoville.carroyage.grid import cell_squares
from geoville.crs import GRID_CRS, WGS84, transform_points
from geoville.eligibility.rules import rules_at
from geoville.extras import need
from geoville.french import UNIT_SPACE
from geoville.model import Kind
from geoville.perimeters.comparison import compare_perimeters
from geoville.rendering import perimeter_map, perimeters_map, render_page, sector_map
from geoville.rendering.atlas import (
    INDEX,
    INDEX_HEADERS,
    INDEX_NOTE,
    INTERACTIVE,
    OVERVIEW,
    PRINTED,
    AtlasPrint,
    actions_table,
    changes_table,
    entry_page,
    evolution_table,
    figures_table,
    identity,
    index_page,
    index_row,
    no_changes,
    no_figures,
    picture_name,
    places_table,
    portrait_table,
    rules_table,
)
from geoville.rendering.map_spec import AtlasEntry, AtlasSpec
from geoville.sources.files import make_folder, replacing, sha256_of
from geoville.version import __version__
from geoville.workflows.action_tables import read_answered
from geoville.workflows.candidates import compute_candidates
from geoville.workflows.describe import TownFigures
from geoville.workflows.maps import MapLook, sector_headlines, sector_recipes, territory_scene
from geoville.workflows.portrait import TownPortraits
from geoville.workflows.search_inputs import CandidateRequest, prepare_figures

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from datetime import date
    from pathlib import Path

    from numpy.typing import NDArray

    from geoville.eligibility.actions.summary import CountedAction
    from geoville.model import Address, Perimeter
    from geoville.perimeters.comparison import Comparison
    from geoville.rendering import Scene, SectorRecipe
    from geoville.rendering.map_spec import Block
    from geoville.sources.pack import Pack
    from geoville.workflows.search_inputs import SearchInputs

    Progress = Callable[[int, int], None]


# --- What an atlas computes of each perimeter: figures, those of its town, changes, and the places around

PLACES_REACH_M = 500.0
_CHANGES = "Ce qui change d'une génération à l'autre"
_GRID_CHANGES = "Ce qui change d'une grille à l'autre"


@dataclass(frozen=True, eq=False, slots=True)
class _Step:
    """Two maps compared, and how a page presents them."""

    comparison: Comparison
    title: str
    note: str


@dataclass(eq=False)
class AtlasFigures:
    """Figures of the areas of a territory, computed when asked for.

    Parameters
    ----------
    towns : figures of its areas, and of the towns that they lie in; None without a grid.
    """

    towns: TownFigures | None
    perimeters: tuple[Perimeter, ...]
    steps: tuple[_Step, ...]
    portraits: TownPortraits | None = None

    @classmethod
    def of(cls, territory: Pack, perimeters: tuple[Perimeter, ...], on: date) -> AtlasFigures:
        """Read the territory's default grid, if it has one, and compare the generations of its perimeters."""
        if not territory.grids:
            return cls(None, perimeters, ())
        prepared = prepare_figures(territory.grid_path(), CandidateRequest(on=on, territory=territory))
        grid = prepared.start.grid
        squares = cell_squares(grid.easting, grid.northing, grid.epsg, GRID_CRS[grid.epsg])
        steps = tuple(_steps(territory, perimeters, prepared, squares, on))
        return cls(TownFigures(territory, prepared), perimeters, steps, TownPortraits.of(territory, perimeters))

    def who_lives_in(self, perimeter: Perimeter) -> tuple[Block, ...]:
        """Ages, households and dwellings of a perimeter beside its town, and how it moved from one grid to the next."""
        if self.towns is None or self.portraits is None:
            return ()
        code, (town, _) = self.towns.commune_of(perimeter), self.towns.town(perimeter)
        beside, vintage = self.portraits.beside(perimeter, code), self.portraits.vintage
        moved = evolution_table(self.portraits.moments[perimeter.kind, perimeter.code])
        return (
            portrait_table(beside, town, self.towns.territory.title, vintage),
            *((moved,) if moved else ()),
        )

    def changes(self, perimeter: Perimeter) -> tuple[Block, ...]:
        """What becomes of a perimeter from one generation, or grid, to the next."""
        tables = (changes_table(perimeter, step.comparison, step.title, step.note) for step in self.steps)
        return tuple(table for table in tables if table) or (no_changes(counted=self.towns is not None),)


def places_near(perimeter: Perimeter, places: Sequence[Address]) -> tuple[tuple[Address, float], ...]:
    """Places within `PLACES_REACH_M` of a perimeter, each with its distance in metres, the nearest first."""
    import shapely

    lon, lat = np.array([[place.lon, place.lat] for place in places], dtype=float).reshape(-1, 2).T
    points = shapely.points(*transform_points(lon, lat, WGS84, perimeter.epsg))
    metres = np.atleast_1d(shapely.distance(perimeter.geometry, points))
    near = [(place, away) for place, away in zip(places, metres.tolist(), strict=True) if away <= PLACES_REACH_M]
    return tuple(sorted(near, key=lambda item: (item[1], item[0].place)))


def _steps(
    territory: Pack,
    perimeters: tuple[Perimeter, ...],
    prepared: SearchInputs,
    squares: NDArray[np.object_],
    on: date,
) -> list[_Step]:
    """Compare successive generations of official QPV, then the candidates of one grid with those of the others."""
    people = prepared.start.grid.people
    counted = f"Habitants : carreaux de 200{UNIT_SPACE}m de {prepared.start.grid.vintage}."
    made = []
    official = [item for item in perimeters if item.kind is Kind.QPV and not item.estimated and item.generation]
    years = sorted({item.generation for item in official if item.generation})
    for older, newer in pairwise(years):
        old, new = ([item for item in official if item.generation == year] for year in (older, newer))
        made.append(_Step(compare_perimeters(old, new, squares, people), f"{_CHANGES} : {older} à {newer}", counted))
    candidates = [item for item in perimeters if item.kind is Kind.CANDIDAT]
    return [*made, *_grid_steps(territory, candidates, prepared, squares, on)]


def _grid_steps(
    territory: Pack,
    candidates: list[Perimeter],
    prepared: SearchInputs,
    squares: NDArray[np.object_],
    on: date,
) -> list[_Step]:
    """Compare the candidates with those of each other grid, the older ones first."""
    grid = prepared.start.grid
    made = []
    for year in sorted(territory.grids) if candidates and territory.income_reference else ():
        if year == grid.vintage:
            continue
        other = compute_candidates(territory.grid_path(year), CandidateRequest(on=on, territory=territory)).perimeters
        old, new = (other, candidates) if year < grid.vintage else (candidates, other)
        title = f"{_GRID_CHANGES} : {min(year, grid.vintage)} à {max(year, grid.vintage)}"
        note = f"Habitants : carreaux de 200{UNIT_SPACE}m de {grid.vintage}. Les deux contours sont estimés."
        made.append(_Step(compare_perimeters(old, new, squares, grid.people), title, note))
    return made


# --- The folder of an atlas: what is there already, made of the same inputs, is not made again

STATE = "atlas.json"


@dataclass(slots=True)
class AtlasFolder:
    """Files of an atlas, with the digest of its inputs and the checksum of each.

    Parameters
    ----------
    inputs : digest of everything that decides the content of the files.
    checksums : by name, of the files known to be made of those inputs.
    whole : whether a run that made all of them came to its end.
    written : names of the files written since the folder was opened.
    """

    path: Path
    inputs: str
    checksums: dict[str, str]
    whole: bool = False
    written: list[str] = field(default_factory=list)

    @classmethod
    def open(cls, path: Path, inputs: Iterable[str]) -> AtlasFolder:
        """Open a folder, created where it is missing.

        Raises
        ------
        InvalidInputError
            It cannot be created.
        """
        make_folder(path)
        digest = hashlib.sha256("\n".join(inputs).encode("utf-8")).hexdigest()
        try:
            state = json.loads((path / STATE).read_text(encoding="utf-8"))
            known, whole = dict(state["files"]), bool(state["whole"])
            same = state["inputs"] == digest
        except (OSError, ValueError, KeyError, TypeError):
            same = False  # no atlas, or one that cannot be trusted: everything is made again
        return cls(path, digest, known, whole) if same else cls(path, digest, {})

    def is_whole(self) -> bool:
        """Whether nothing is left to make."""
        return self.whole and all(self.keeps(name) for name in self.checksums)

    def keeps(self, name: str) -> bool:
        """Whether a file is there, as it was made."""
        path = self.path / name
        return name in self.checksums and path.is_file() and sha256_of(path) == self.checksums[name]

    def names(self) -> tuple[str, ...]:
        """Names of the files that are known."""
        return tuple(self.checksums)

    def write(self, name: str, content: Callable[[], bytes]) -> None:
        """Write a file, whole, unless it is there already, as it was made."""
        if self.keeps(name):
            return
        made = content()
        path = self.path / name
        make_folder(path.parent)
        with replacing(path) as beside:
            beside.write_bytes(made)
        self.checksums[name] = hashlib.sha256(made).hexdigest()
        self.written.append(name)
        self._save(whole=False)

    def finish(self) -> None:
        """Say that every file is there."""
        self._save(whole=True)

    def _save(self, *, whole: bool) -> None:
        state = {"inputs": self.inputs, "whole": whole, "files": self.checksums}
        with replacing(self.path / STATE) as beside:
            text = json.dumps(state, ensure_ascii=False, indent=1, sort_keys=True)
            beside.write_text(f"{text}\n", encoding="utf-8", newline="\n")


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


@dataclass(frozen=True, slots=True)
class AtlasActions:
    """A table of actions that was answered, for the pages of the quarters.

    Parameters
    ----------
    source : name of the table.
    """

    actions: tuple[CountedAction, ...]
    source: str

    @classmethod
    def read(cls, path: Path) -> AtlasActions:
        """Read a table that `geoville action check-file` wrote.

        Raises
        ------
        InvalidInputError
            It has not the columns that geoville writes.
        """
        return cls(read_answered(path), path.name)

    def of(self, perimeter: Perimeter) -> tuple[Block, ...]:
        """What a page says of them: nothing but on that of a quarter where actions may take place."""
        if perimeter.kind is not Kind.QPV or perimeter.estimated:
            return ()
        return (actions_table(perimeter, self.actions, self.source),)


def draw_atlas(
    territory: Pack,
    folder: Path,
    on: date,
    look: MapLook | None = None,
    *,
    actions: Path | None = None,
    progress: Progress | None = None,
) -> AtlasRun:
    """Draw the atlas of a territory as pages that open from a disk.

    Every file is written whole, one after the other: an atlas that was interrupted goes on where it stopped, and what
    is there already is kept as long as the data, the day, the look and geoville itself are the same.

    Parameters
    ----------
    folder : created where it is missing.
    actions : table that `geoville action check-file` wrote, told quarter by quarter.
    progress : told how many files are done, and of how many.

    Raises
    ------
    InvalidInputError
        The territory has no perimeter, the folder is not writable, or the table is not such a one.
    MissingExtraError
        Nothing draws on paper.
    """
    need("paper")
    look = look or MapLook()
    table = AtlasActions.read(actions) if actions else None
    out = AtlasFolder.open(folder, (*_inputs(territory, on, look), sha256_of(actions) if actions else ""))
    if out.is_whole():
        return AtlasRun(folder / INDEX, (), out.names())
    atlas = _atlas(territory, on, look, table)
    jobs = _jobs(atlas, AtlasPrint(atlas, bound=not out.keeps(PRINTED)))
    for done, (name, content) in enumerate(jobs.items()):
        out.write(name, content)
        if progress:
            progress(done + 1, len(jobs))
    out.finish()
    return AtlasRun(folder / INDEX, tuple(out.written), tuple(name for name in jobs if name not in out.written))


def _inputs(territory: Pack, on: date, look: MapLook) -> tuple[str, ...]:
    """Everything that decides the content of an atlas."""
    shipped = [f"{file.role} {file.source.sha256}" for file in territory.manifest.files]
    added = [f"{item.kind} {item.generation} {item.complete} {item.stored_sha256}" for item in territory.additions]
    recipes = [repr(recipe) for recipe in sector_recipes(territory)]
    return (__version__, territory.name, on.isoformat(), repr(look), *shipped, *added, *recipes)


def _jobs(atlas: AtlasSpec, sheets: AtlasPrint) -> dict[str, Callable[[], bytes]]:
    """What writes each file, by its name; the index comes last: a folder that has one is whole."""
    jobs: dict[str, Callable[[], bytes]] = {
        picture_name(key): lambda rank=rank: sheets.picture(rank).encode("utf-8")  # type: ignore[misc]
        for rank, key in enumerate((OVERVIEW, *(entry.key for entry in atlas.entries)))
    }
    for rank, entry in enumerate(atlas.entries):
        jobs[f"{entry.key}.html"] = lambda rank=rank: entry_page(atlas, rank).encode("utf-8")  # type: ignore[misc]
    jobs[INTERACTIVE] = lambda: render_page(atlas.overview).encode("utf-8")
    jobs[PRINTED] = sheets.pdf
    jobs[INDEX] = lambda: index_page(atlas).encode("utf-8")
    return jobs


def _atlas(territory: Pack, on: date, look: MapLook, actions: AtlasActions | None) -> AtlasSpec:
    scene = territory_scene(territory, on, look)
    title = f"Atlas : {territory.title}"
    overview = perimeters_map(title, scene)
    figures = AtlasFigures.of(territory, scene.perimeters, on)
    towns = figures.towns
    sectors = [_sector_entry(recipe, scene, towns) for recipe in sector_recipes(territory)] if towns else []
    entries = [*sectors, *(_entry(perimeter, scene, figures, actions) for perimeter in scene.perimeters)]
    return AtlasSpec(title, overview, INDEX_HEADERS, INDEX_NOTE, _keyed(entries))


def _sector_entry(recipe: SectorRecipe, scene: Scene, towns: TownFigures) -> AtlasEntry:
    spec = sector_map(recipe, scene, sector_headlines(recipe, scene, towns))
    return AtlasEntry(recipe.name, spec, spec.panel, _SECTOR_ROW)


def _entry(perimeter: Perimeter, scene: Scene, figures: AtlasFigures, actions: AtlasActions | None) -> AtlasEntry:
    towns = figures.towns
    own = towns.describe(perimeter.geometry) if towns else None
    named = [place for place in scene.places if place.place]
    blocks = (
        figures_table(own, towns.around(perimeter)) if towns and own else no_figures(),
        *figures.who_lives_in(perimeter),
        *figures.changes(perimeter),
        *(actions.of(perimeter) if actions else ()),
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
