"""Bring the official data of a territory into a pack of the user: chosen, found, converted, published."""

from __future__ import annotations

import base64
import hashlib
import json
import math
import os
import shutil
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field, replace
from typing import TYPE_CHECKING, Any, Protocol

from geoville.carroyage.iris_share import iris_log_spread, pooled_median
from geoville.carroyage.method import method_rules
from geoville.crs import DEPARTEMENTS, commune_of, departement_of, projected_epsg
from geoville.errors import GeovilleError, GridError, InvalidInputError, LawError, Location
from geoville.extras import need
from geoville.french import refusal
from geoville.law import parameter
from geoville.model import Source
from geoville.sources.downloads import cache_folder, download
from geoville.sources.files import alone_if_free, replacing, sha256_of
from geoville.sources.manifest import COMMUNES, DEPARTEMENT, NATIONAL, Manifest, PackFile
from geoville.sources.official.area import Area, Converted, write_table
from geoville.sources.official.convert import convert
from geoville.sources.official.layers import commune_of_iris, read_outlines
from geoville.sources.official.recognise import DISPOSABLE, recognise, refusal_of
from geoville.sources.official.tables import (
    METROPOLITAN,
    UNIT_MEDIANS_FILE,
    IndexedAddresses,
    convert_grid,
    convert_iris_income,
    ground_of_cells,
    make_cells,
    people_by_commune,
    read_published_grid,
)
from geoville.sources.pack import UNIT_INCOMES, building_folder, current_version, open_pack, publish, read_unit_incomes
from geoville.sources.registry import KIND_NAMES, PER_COMMUNE, PER_DEPARTEMENT, UNKNOWN_EDITION, registry
from geoville.version import __version__
from geoville.workflows.address_index import build_address_index

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence
    from pathlib import Path

    import pandas as pd

    from geoville.law import IncomeReference
    from geoville.sources.official.area import Recognised
    from geoville.sources.official.layers import CommuneOutlines
    from geoville.sources.official.tables import PublishedGrid
    from geoville.sources.pack import Pack
    from geoville.sources.registry import DataSet

    Find = Callable[[], "Origin"]


# --- What a fetch is asked, what it tells while it works, and what came of it


class Progress(Protocol):
    """Who is told what goes on."""

    def step(self, data_set: DataSet, doing: str) -> None:
        """A step begins, in French words."""

    def came(self, done: int, total: int | None) -> None:
        """Bytes of the file that is being downloaded, of all if known."""


@dataclass(frozen=True, slots=True)
class FetchRequest:
    """What to fetch, and from where.

    Parameters
    ----------
    only : kinds or identifiers of data sets; none for all that a pack uses.
    from_dir : folder of files downloaded by hand; nothing is asked of the network then, unless of a mirror.
    mirror : address that has the files under their own names, asked in place of the publishers.
    accept : take a file that is not the one expected.
    vintage : year of the grids whose files do not tell theirs; None where nobody says it.
    """

    target: Target
    only: tuple[str, ...] = ()
    from_dir: Path | None = None
    mirror: str | None = None
    accept: bool = False
    vintage: int | None = None


@dataclass(frozen=True, slots=True)
class Brought:
    """What became of one data set.

    Parameters
    ----------
    where : whence its files came, in French words; empty where they did not come.
    names, checksums : of the files as they came, and their SHA-256.
    files : what was made of them; none where the territory has nothing of that kind.
    failure : French sentence; empty where nothing failed.
    changed : a file is not the one expected, and was accepted.
    set_aside : French sentence on why it was not read, though it could have been or because another one could;
        empty elsewhere.
    """

    data_set: DataSet
    where: str = ""
    names: tuple[str, ...] = ()
    checksums: tuple[str, ...] = ()
    files: tuple[Converted, ...] = ()
    failure: str = ""
    changed: bool = False
    set_aside: str = ""

    @property
    def is_absent(self) -> bool:
        """Whether the folder at hand does not have it, which is no failure."""
        return not (self.where or self.failure or self.set_aside)


@dataclass(frozen=True, slots=True)
class RefusedFile:
    """A file of the folder that could not be opened; `failure` is a French sentence that names it."""

    name: str
    failure: str


@dataclass(frozen=True, slots=True)
class FetchRun:
    """What was fetched.

    Parameters
    ----------
    territory : the new version of the pack; None where nothing came.
    refused : files of the folder that could not be opened; the others went on.
    unknown : names of those that are none of the data that geoville knows.
    notes : French sentences on the tables made of several data sets.
    """

    territory: Pack | None
    brought: tuple[Brought, ...]
    refused: tuple[RefusedFile, ...] = ()
    unknown: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()

    @property
    def has_failed(self) -> bool:
        """Whether something that was given or asked for could not be read."""
        return self.territory is None or bool(self.failures or self.refused)

    @property
    def failures(self) -> tuple[Brought, ...]:
        """Data sets that did not come."""
        return tuple(item for item in self.brought if item.failure)


# --- Which data sets are fetched: those that were named, else one of each kind that a pack uses

KINDS = (
    "commune_contours",
    "communes",
    "urban_units",
    "unit_income",
    "iris_contours",
    "grid",
    "iris_income",
    "qpv",
    "zfu",
    "zus",
    "quarter_population",
    "equipment",
    "schools",
    "addresses",
    "streets",
    "buildings",
    "parcels",
)
"""In the order in which they are read: outlines of communes cut what comes after them."""

CUT_BY_OUTLINES = frozenset({"grid", "qpv", "zfu", "zus", "streets", "buildings"})
_EVERY_VINTAGE = frozenset({"grid", "qpv"})
_WHEN_ASKED = frozenset({"streets", "unit_income", "zus", "quarter_population", "schools", "buildings", "parcels"})
"""Several hundred megabytes for a département, and few commands need them; or files whose address nobody knows."""

ONE_IS_READ = frozenset(
    {"commune_contours", "communes", "iris_contours", "equipment", "schools", "streets", "addresses", "buildings"}
)
"""Kinds of which a pack has one file: of several editions the newest that can be read is taken."""


def chosen_data_sets(only: Sequence[str], scope: str, *, has_outlines: bool) -> tuple[DataSet, ...]:
    """Data sets to fetch, in the order in which they are read.

    Parameters
    ----------
    only : kinds or identifiers; none for one of each kind that a pack uses, every vintage of grids and QPV.
    scope : of the pack.
    has_outlines : whether the pack has those of its communes; else they come with what they cut.

    Raises
    ------
    InvalidInputError
        A word of `only` is neither a kind nor an identifier.
    """
    known = registry()
    by_id = {data_set.id: data_set for data_set in known}
    for word in only:
        if word not in by_id and word not in KINDS:
            raise InvalidInputError(
                "Jeu de données inconnu",
                where=Location(value=word),
                advice=f"donner une nature ({', '.join(KINDS)}) ou un identifiant de « geoville data sources »",
            )
    kinds = [kind for kind in KINDS if kind in only or not (only or kind in _WHEN_ASKED)]
    chosen = [data_set for kind in kinds for data_set in _of_kind(known, kind, scope)]
    chosen += [by_id[word] for word in only if word in by_id]
    asked = {data_set.kind for data_set in chosen}
    if asked & CUT_BY_OUTLINES and not has_outlines and scope != NATIONAL and KINDS[0] not in asked:
        chosen += _of_kind(known, KINDS[0], scope)
    return tuple(sorted(dict.fromkeys(chosen), key=lambda data_set: KINDS.index(data_set.kind)))


def _of_kind(known: Iterable[DataSet], kind: str, scope: str) -> list[DataSet]:
    """Data sets of a kind: the first one of the registry for each vintage, or for the kind as a whole."""
    cut = "national" if scope == NATIONAL else PER_DEPARTEMENT
    of_kind = sorted((item for item in known if item.kind == kind), key=lambda item: item.scope != cut)
    firsts = {(item.vintage if kind in _EVERY_VINTAGE else "", item.generation): item for item in reversed(of_kind)}
    return [item for item in of_kind if item in firsts.values()]


# --- What the next version of a pack holds: files that came, files that stay, and the tables made of both

PROVENANCE, PROVENANCE_FILE = "provenance", "provenance.json"
_DERIVED = "geoville"
_TITLES = {
    "cells": "Commune et IRIS du centre de chaque carreau",
    "unit_incomes": "Revenus de référence des unités urbaines",
    PROVENANCE: "Origine de chaque fichier",
}


def take_over(current: Pack | None, folder: Path) -> None:
    """Put the files of the version that answers where the next one is made, but those that an interrupted run made.

    They are linked, not copied, where the disk allows: geoville never writes into a file, it puts another in its place.
    """
    for file in current.manifest.files if current else ():
        target = folder / file.path.name
        if target.exists() or not file.path.is_file():
            continue
        try:
            os.link(file.path, target)
        except OSError:
            shutil.copyfile(file.path, target)


def complete_tables(folder: Path, workshop: Workshop) -> tuple[Converted, ...]:
    """Make the tables that follow from several data sets: zones of cells, reference incomes of urban units."""
    grids = sorted(folder.glob("grid_*.parquet"))
    iris = folder / "iris.parquet"
    made = [make_cells(grids, workshop.ground, iris if iris.is_file() else None, folder)] if grids else []
    incomes = workshop.whole.write_unit_incomes(folder)
    return (*made, incomes) if incomes else tuple(made)


def draft_of(target: Target, folder: Path, brought: Sequence[Brought], tables: Sequence[Converted]) -> Manifest:
    """The manifest of the next version, and its provenance, which is written."""
    came = dict(_came(brought))
    came |= {table.path.name: _pack_file(table, _derived(table.role)) for table in tables}
    stayed = {file.path.name: file for file in (target.current.manifest.files if target.current else ())}
    files = {**stayed, **came}
    _write_provenance(folder, brought, stayed=sorted(set(stayed) - set(came) - {PROVENANCE_FILE}))
    files[PROVENANCE_FILE] = PackFile(folder / PROVENANCE_FILE, PROVENANCE, _derived(PROVENANCE))
    vintages = [file.grid_vintage for file in files.values() if file.grid_vintage is not None]
    start = target.current.manifest if target.current else Manifest(
        name=target.name, title=target.title, epsg=target.area.epsg, files=(), scope=target.scope
    )  # fmt: skip
    # The extent is measured anew: it follows the files.
    return replace(start, files=tuple(files.values()), default_vintage=max(vintages, default=None), extent=None)


def _came(brought: Iterable[Brought]) -> Iterator[tuple[str, PackFile]]:
    """Files made of what came, by name; one that several data sets share cites them all."""
    cited: dict[str, list[Source]] = {}
    for item in brought:
        for file in item.files:
            sources = cited.setdefault(file.path.name, [])
            sources.append(item.data_set.source)
            vintages = " et ".join(dict.fromkeys(source.vintage for source in sources))
            yield file.path.name, _pack_file(file, replace(sources[0], vintage=vintages))


def _pack_file(file: Converted, source: Source) -> PackFile:
    return PackFile(file.path, file.role, source, file.grid_vintage, complete=file.complete)


def _derived(role: str) -> Source:
    return Source(_TITLES[role], _DERIVED, __version__, "Licence Ouverte 2.0")


def _write_provenance(folder: Path, brought: Iterable[Brought], *, stayed: Sequence[str]) -> None:
    """Say where each file comes from, with what was left out; nothing here depends on the hour or the machine."""
    document = {
        "software": f"geoville {__version__}",
        "data_sets": [_entry(item) for item in brought if item.where],
        "kept_from_the_version_before": list(stayed),
    }
    with replacing(folder / PROVENANCE_FILE) as beside:
        beside.write_text(json.dumps(document, ensure_ascii=False, indent=1) + "\n", encoding="utf-8", newline="\n")


def _entry(item: Brought) -> dict[str, Any]:
    data_set = item.data_set
    return {
        "data_set": data_set.id,
        "citation": data_set.source.citation,
        "page": data_set.page,
        "url": data_set.url,
        "where": item.where,
        "files": [{"name": name, "sha256": sha256} for name, sha256 in zip(item.names, item.checksums, strict=True)],
        "not_the_file_expected": item.changed,
        "made": [
            {"file": file.path.name, "rows": file.rows, "left_out": file.left_out, "notes": list(file.notes)}
            for file in item.files
        ],
    }


# --- What an interrupted fetch had already made, so that the next one goes on from there

_NAME = "journal.json"


@dataclass(frozen=True, slots=True)
class FetchJournal:
    """Files made so far in a folder, by data set; those of other files, another area or another version are forgotten.

    Parameters
    ----------
    folder : where the files are.
    area : digest of what they were cut to.
    """

    folder: Path
    area: str
    made: dict[str, dict[str, Any]]

    def recall(self, data_set: str, checksums: Sequence[str]) -> tuple[Converted, ...] | None:
        """What was made of those very files; None where it is to be made, or where the journal is damaged."""
        entry = self.made.get(data_set)
        try:
            return None if entry is None or entry["checksums"] != list(checksums) else self._whole(entry)
        except (AttributeError, KeyError, OSError, TypeError, ValueError):
            return None

    def _whole(self, entry: dict[str, Any]) -> tuple[Converted, ...] | None:
        """Files of an entry, if they are all there as they were made."""
        files = entry["files"]
        whole = all(
            (path := self.folder / file["path"]).is_file() and sha256_of(path) == sha256
            for file, sha256 in zip(files, entry["sha256"], strict=True)
        )
        if not whole:
            return None
        return tuple(
            Converted(**{**file, "path": self.folder / file["path"], "notes": tuple(file["notes"])}) for file in files
        )

    def note(self, data_set: str, checksums: Sequence[str], files: Sequence[Converted]) -> None:
        """Remember what was made of files, on the disk."""
        self.made[data_set] = {
            "checksums": list(checksums),
            "files": [{**asdict(file), "path": file.path.name} for file in files],
            "sha256": [sha256_of(file.path) for file in files],
        }
        with replacing(self.folder / _NAME) as beside:
            beside.write_text(json.dumps({"area": self.area, "made": self.made}), encoding="utf-8")


def open_journal(folder: Path, area: Area) -> FetchJournal:
    """The journal of a folder; a new one where there is none, or where it is about something else or damaged."""
    digest = _digest(area)
    try:
        document = json.loads((folder / _NAME).read_text(encoding="utf-8"))
        if document["area"] == digest:
            return FetchJournal(folder, digest, dict(document["made"]))
    except (OSError, ValueError, KeyError, TypeError):
        pass
    return FetchJournal(folder, digest, {})


def _digest(area: Area) -> str:
    communes = None if area.communes is None else sorted(area.communes)
    text = json.dumps([__version__, area.epsg, area.departement, communes])
    return hashlib.sha256(text.encode()).hexdigest()


# --- Where the files of a data set come from: their publisher, a mirror, or a folder of files downloaded by hand

_UNPACKED = "unpacked"
_FOLDER = "dossier"


@dataclass(frozen=True, slots=True)
class Came:
    """A file as it came, before anything is unpacked.

    Parameters
    ----------
    changed : it is not the one expected, and was accepted.
    """

    path: Path
    sha256: str
    changed: bool = False


@dataclass(frozen=True, slots=True)
class Origin:
    """The files of one data set, as they came.

    Parameters
    ----------
    where : French words for the user: whence they came.
    held : what was already recognised in them; None where they are still to be unpacked.
    """

    data_set: DataSet
    came: tuple[Came, ...]
    where: str
    held: Recognised | None = None

    @property
    def checksums(self) -> list[str]:
        """SHA-256 of the files as they came."""
        return [file.sha256 for file in self.came]

    @property
    def changed(self) -> bool:
        """Whether one of them is not the one expected."""
        return any(file.changed for file in self.came)


def downloaded(
    data_set: DataSet,
    target: Target,
    *,
    mirror: str | None,
    accept: bool,
    progress: Callable[[int, int | None], None] | None = None,
) -> Origin:
    """Bring the files of a data set from their publisher, or from a mirror; what is already there is not asked again.

    Raises
    ------
    InvalidInputError
        Nobody knows the address, or the disk refuses the files.
    DataUnavailableError
        No server answers, or the file has changed and was not accepted.
    """
    parts = _parts(data_set, target)
    came = []
    for part in parts:
        address = data_set.address(part, mirror)
        found = download(
            address,
            cache_folder() / "downloads",
            sha256=data_set.sha256,
            size_bytes=data_set.size_bytes,
            accept=accept,
            progress=progress,
            by_hand=_by_hand(data_set, address, target),
        )
        came.append(Came(found.path, found.sha256, found.changed))
    return Origin(data_set, tuple(came), "miroir" if mirror else "téléchargé")


def _parts(data_set: DataSet, target: Target) -> tuple[str | None, ...]:
    """Codes of the parts of the country for which a data set has files of their own; None for one that is whole."""
    if data_set.scope == PER_DEPARTEMENT:
        return target.departements
    if data_set.scope != PER_COMMUNE:
        return (None,)
    if target.area.communes is None:
        raise InvalidInputError(
            f"« {data_set.title} » se télécharge commune par commune",
            advice="le récupérer pour un territoire fait de communes",
        )
    return tuple(sorted(target.area.communes))


def _by_hand(data_set: DataSet, address: str, target: Target) -> str:
    """What to do where a server refuses programs: the page, the name of the file to save, the command to go on."""
    name = data_set.file_name or address.partition("?")[0].rpartition("/")[2]
    of = {DEPARTEMENT: f"--departement {target.departements[0]}", NATIONAL: "--national"}.get(target.scope, target.name)
    return (
        f"ouvrir {data_set.page} dans un navigateur, y enregistrer « {name} » dans ~/Downloads, "
        f"puis continuer avec : geoville data fetch {of} --from-dir ~/Downloads"
    )


@dataclass(frozen=True, slots=True)
class FolderContent:
    """What a folder of files downloaded by hand holds.

    Parameters
    ----------
    origins : one for each publication; its files, in several archives or not, are together.
    refused : files that could not be opened.
    unknown : names of files that are none of the data that geoville knows.
    """

    origins: tuple[Origin, ...]
    refused: tuple[RefusedFile, ...]
    unknown: tuple[str, ...]


def found_in_folder(folder: Path, work: Path, vintage: int | None = None) -> FolderContent:
    """What a folder of files downloaded by hand holds, told by their content; one that cannot be opened stops no other.

    Parameters
    ----------
    folder : looked into with its own folders; what has a name that begins with a dot, or with "~$", is left out.
    work : where archives are unpacked.
    vintage : year of the grids whose files do not tell theirs, or tell two.

    Raises
    ------
    InvalidInputError
        The folder does not exist.
    """
    if not folder.is_dir():
        raise InvalidInputError(f"Le dossier « {folder} » n'existe pas", advice="donner celui des fichiers téléchargés")
    sorting = _Sorting(work)
    for path in sorted(_visible_files(folder)):
        sorting.look_at(path)
    sorting.look_at_loose_files()
    origins = _together(_origin_of(item, came, vintage) for item, came in sorting.found)
    refused = tuple(sorted(sorting.refused, key=lambda item: item.name))
    return FolderContent(origins, refused, tuple(sorted(sorting.unknown)))


@dataclass(slots=True)
class _Sorting:
    """Files of a folder being sorted: what they hold, those that cannot be opened, those that are something else.

    Parameters
    ----------
    work : where archives are unpacked.
    loose : files that are no archive, to be recognised together: a Shapefile is several.
    """

    work: Path
    found: list[tuple[Recognised, tuple[Came, ...]]] = field(default_factory=list)
    refused: list[RefusedFile] = field(default_factory=list)
    unknown: list[str] = field(default_factory=list)
    loose: dict[Path, str] = field(default_factory=dict)

    def look_at(self, path: Path) -> None:
        """Open one file; whatever befalls it is its own affair."""
        try:
            sha256 = sha256_of(path)
            if refusal_of(path, of_archives=True) or (inside := unpacked(path, sha256, self.work)) == (path,):
                self.loose[path] = sha256
                return
        except GeovilleError as error:
            self.refused.append(RefusedFile(path.name, error.sentence))
            return
        except OSError as error:
            self.refused.append(RefusedFile(path.name, f"« {path.name} » ne peut pas être lu ({refusal(error)})."))
            return
        held = recognise(inside, archive_folder(path, sha256, self.work))
        self.found += [(item, (Came(path, sha256),)) for item in held]
        if not held:
            self._without_data(path, next((why for file in inside if (why := refusal_of(file))), ""))

    def look_at_loose_files(self) -> None:
        """Recognise the files that are no archive."""
        held = recognise(list(self.loose))
        self.found += [(item, tuple(Came(path, self.loose[path]) for path in item.files)) for item in held]
        for path in set(self.loose).difference(*(item.files for item in held)):
            self._without_data(path, refusal_of(path))

    def _without_data(self, path: Path, why: str) -> None:
        if why:
            self.refused.append(RefusedFile(path.name, why))
        else:
            self.unknown.append(path.name)


def _origin_of(found: Recognised, came: tuple[Came, ...], vintage: int | None) -> Origin:
    if found.kind == "grid" and not found.vintage and vintage is not None:
        found = replace(found, vintage=str(vintage), doubt="")
    return Origin(_data_set_of(found, came), came, _FOLDER, found)


def _together(origins: Iterable[Origin]) -> tuple[Origin, ...]:
    """Origins, those of one data set made one: a list of addresses for each département, a file given twice."""
    merged: dict[str, Origin] = {}
    for origin in origins:
        before = merged.get(origin.data_set.id)
        if before is None or before.held is None or origin.held is None:
            merged[origin.data_set.id] = origin
            continue
        known = {file.sha256 for file in before.came}
        if not known.issuperset(origin.checksums):
            held = replace(before.held, files=(*before.held.files, *origin.held.files))
            merged[origin.data_set.id] = replace(before, came=(*before.came, *origin.came), held=held)
    return tuple(merged.values())


def recognised(origin: Origin, work: Path) -> Recognised:
    """The files of a data set, unpacked and told apart from what else their archives hold.

    Raises
    ------
    InvalidInputError
        They do not hold that data set.
    """
    if origin.held is not None:
        return origin.held
    data_set = origin.data_set
    found = [
        item
        for file in origin.came
        for item in recognise(unpacked(file.path, file.sha256, work), archive_folder(file.path, file.sha256, work))
        if item.kind == data_set.kind and data_set.family in ("", item.family)
    ]
    found = [item for item in found if item.vintage in ("", data_set.vintage)] or found[:1]
    if not found:
        raise InvalidInputError(
            f"Le fichier reçu n'est pas « {data_set.title} » ({data_set.vintage})",
            where=Location(origin.came[0].path.name),
            advice="vérifier l'adresse avec « geoville data check », ou donner le bon fichier avec --from-dir",
        )
    return replace(found[0], files=tuple(path for item in found for path in item.files))


def unpacked(path: Path, sha256: str, work: Path) -> tuple[Path, ...]:
    """Files that an archive holds, unpacked once; a file that is no archive is itself.

    Parameters
    ----------
    sha256 : of the file, which tells its folder from that of another of the same name.

    Raises
    ------
    InvalidInputError
        The archive is damaged, or holds more than a data set can.
    """
    folder = archive_folder(path, sha256, work)
    if folder.is_dir():
        return tuple(sorted(_visible_files(folder)))
    from geoville.sources.archives import unpack

    return unpack(path, folder)


def archive_folder(path: Path, sha256: str, work: Path) -> Path:
    """Folder that an archive is unpacked to: of its own name, which often says the year that its files do not."""
    # Base 32 has no 0 nor 1: no year.
    digest = base64.b32encode(bytes.fromhex(sha256)[:10]).decode("ascii")
    return work / _UNPACKED / digest / path.name.partition(".")[0]


def _visible_files(folder: Path) -> Iterable[Path]:
    for path in folder.rglob("*"):
        if path.is_file() and not any(part.startswith((".", "~$")) for part in path.relative_to(folder).parts):
            yield path


def _data_set_of(found: Recognised, came: Sequence[Came]) -> DataSet:
    """What to cite for a publication that was given: what its content says that it is, not what it is called.

    Notes
    -----
    Its edition is that of the registry where the content, or the name that its producer gave, tells its vintage; else
    it is said to be unknown, with the producer and the licence that the content tells. Where the content does not tell
    a producer from another, neither is cited. Where the checksum of an edition is known, no other file is that edition,
    whatever its name; a name that several editions have tells none: some producers give each year's file the same one.
    """
    names, checksums = {file.path.name for file in came}, {file.sha256 for file in came}
    of_kind = [item for item in registry() if item.kind == found.kind]
    known = [item for item in of_kind if item.family == found.family]
    alike = [item for item in known if item.published_name in names and found.vintage in ("", item.vintage[:4])]
    same = [item for item in alike if item.sha256 in checksums]
    named = next(iter(same or [item for item in alike if item.sha256 is None and len(alike) == 1]), None)
    edition = named or next((item for item in known if found.vintage and item.vintage == found.vintage), None)
    if edition is not None:
        # Another deposit, or a file saved under another name, is not known to be the one at that address.
        return edition if named else replace(edition, url="", sha256=None, size_bytes=None)
    base = known[0] if known else of_kind[0]
    title = base.series if known else f"{KIND_NAMES[found.kind].capitalize()}, fichier donné ({found.files[0].name})"
    if not known:
        base = replace(base, producer="", licence="", page="")
    return replace(
        base,
        id="-".join(filter(None, (found.kind, found.family, found.vintage or "sans-date"))),
        title=title or KIND_NAMES[found.kind].capitalize(),
        url="",
        vintage=found.vintage or UNKNOWN_EDITION,
        size_bytes=None,
        sha256=None,
        file_name="",
        grid_vintage=int(found.vintage) if found.kind == "grid" and found.vintage else None,
        generation=int(found.vintage) if found.kind == "qpv" and found.vintage else None,
    )


# --- Reference incomes of the urban units of a pack: those that INSEE publishes, else estimated from its IRIS

FILE = "unit_incomes.parquet"
_SHOWN_UNITS = 5
_A_COUNTRY = 12_000
"""IRIS in a table beyond which they stand for the country: France has about 49 000, a région 5 000."""

_SOURCE = "médiane des IRIS réunis (revenus déclarés de {year}) et habitants des carreaux, calculés par geoville"
_COUNTED = " ; habitants des carreaux, comptés par geoville"
_HOW = (
    "les donner avec --from-dir : classeurs des revenus déclarés des unités urbaines et de la France métropolitaine, "
    "voir « geoville data sources --kind unit_income »"
)


@dataclass(frozen=True, slots=True)
class UnitIncome:
    """Reference income of one urban unit, of metropolitan France, and where both come from."""

    national_eur: float
    rmuc_eur: float
    year: int
    source: str
    verified: bool
    people: float = math.nan

    @classmethod
    def of_reference(cls, reference: IncomeReference) -> UnitIncome:
        """That of the version before."""
        return cls(
            reference.national_eur,
            reference.urban_unit_eur,
            reference.year or 0,
            reference.source.removesuffix(_COUNTED),
            verified=reference.verified,
        )


def published_incomes(folder: Path, zoning: int) -> dict[str, UnitIncome]:
    """Published declared medians of the urban units of a zoning, of the latest year that has metropolitan France's too.

    Parameters
    ----------
    folder : of the pack, with its `unit_medians.parquet`, if it has one.
    zoning : of the codes of the units: those of another one may name other towns.
    """
    import pandas as pd

    path = folder / UNIT_MEDIANS_FILE
    if not path.is_file():
        return {}
    frame = pd.read_parquet(path)
    is_country = frame["code"] == METROPOLITAN
    country = dict(zip(frame["year"][is_country], frame["median_declared_eur"][is_country], strict=True))
    of_zoning = frame[(frame["zoning"] == zoning) & ~is_country & frame["year"].isin(country)]
    latest = of_zoning[of_zoning["year"] == of_zoning["year"].max()]
    columns = (latest[name].tolist() for name in ("code", "median_declared_eur", "year", "source", "people"))
    return {
        code: UnitIncome(float(country[year]), median, year, source, verified=True, people=people)
        for code, median, year, source, people in zip(*columns, strict=True)
    }


@dataclass(slots=True)
class WholePublications:
    """What publications say beyond the territory that they are cut to.

    Parameters
    ----------
    medians : of every IRIS: columns code, year, median_declared_eur, range_declared_eur; None until incomes have come.
    people : by commune, in the latest grid that says the communes of its cells; `vintage` is its year.
    """

    medians: pd.DataFrame | None = None
    people: dict[str, float] = field(default_factory=dict)
    vintage: int = 0

    def look_at_incomes(self, found: Recognised, epsg: int, scratch: Path) -> None:
        """Keep the medians of all IRIS, those of the latest year; `scratch` is a folder to write in on the way."""
        import pandas as pd

        scratch.mkdir(exist_ok=True)
        try:
            whole = convert_iris_income(found, Area(epsg, None), scratch)
        except InvalidInputError:  # a fault far from the territory is not a reason to refuse the file
            return
        frame = pd.read_parquet(whole.path).dropna(subset=["median_declared_eur"])
        self.medians = frame[frame["year"] == frame["year"].max()]

    def look_at_grid(self, published: PublishedGrid) -> None:
        """Keep the people of all communes, where no later grid has said them."""
        vintage = published.grid.vintage
        if vintage > self.vintage and (people := people_by_commune(published)):
            self.people, self.vintage = people, vintage

    def write_unit_incomes(self, folder: Path) -> Converted | None:
        """Write the reference incomes of each urban unit whose people and incomes are known.

        Parameters
        ----------
        folder : of the pack, with its `urban_units_<year>.parquet`.

        Returns
        -------
        None where nothing is published nor can be estimated. A unit whose people are known neither by a grid that says
        the communes of its cells, nor by the version before, nor by the workbook, is left out.
        """
        import pandas as pd

        tables = sorted(folder.glob("urban_units_*.parquet"))
        if not tables:
            return None
        units = pd.read_parquet(tables[-1])
        codes = sorted(set(units["uu"]))
        before = read_unit_incomes(folder / FILE) if (folder / FILE).is_file() else {}
        kept = {code: UnitIncome.of_reference(reference) for code, reference in before.items()}
        incomes = kept | self._estimated(units) | published_incomes(folder, int(units["zoning"].iloc[0]))
        counted = units["commune"].map(self.people).groupby(units["uu"]).sum().to_dict()
        people = {code: counted.get(code) or _people_before(before, incomes, code) for code in codes}
        known = [code for code in codes if code in incomes and people[code] > 0]
        if not known:
            return None
        _write_unit_incomes({code: incomes[code] for code in known}, people, folder / FILE)
        missing = len(codes) - len(known)
        notes = [f"Unités urbaines dont le revenu ou les habitants ne sont pas connus : {missing}."] if missing else []
        guessed = [code for code in known if not incomes[code].verified]
        if guessed:
            notes.append(
                f"Revenus de référence estimés d'après les IRIS ({', '.join(guessed[:_SHOWN_UNITS])}"
                f"{', …' if len(guessed) > _SHOWN_UNITS else ''}), faute de revenus publiés : {_HOW}."
            )
        return Converted(folder / FILE, UNIT_INCOMES, len(known), missing, tuple(notes))

    def _estimated(self, units: pd.DataFrame) -> dict[str, UnitIncome]:
        """Pooled median of the IRIS of each unit, unverified."""
        national = self._national_eur()
        if national is None or self.medians is None:
            return {}
        year = int(self.medians["year"].iloc[0])
        unit_of = dict(zip(units["commune"], units["uu"], strict=True))
        communes = self.medians["code"].map(commune_of_iris).map(commune_of)
        of_unit = self.medians.groupby(communes.map(unit_of))
        return {
            str(unit): UnitIncome(
                national, _pooled_median_eur(iris, national), year, _SOURCE.format(year=year), verified=False
            )
            for unit, iris in of_unit
        }

    def _national_eur(self) -> float | None:
        """National median: the law's figure of that very year, else of the IRIS where they are the country's."""
        if self.medians is None or self.medians.empty:
            return None
        try:
            return parameter("median_declared_income_eur").of_year(int(self.medians["year"].iloc[0])).value
        except LawError:
            whole = len(self.medians) >= _A_COUNTRY
            return (
                _pooled_median_eur(self.medians, float(self.medians["median_declared_eur"].mean())) if whole else None
            )


def _pooled_median_eur(iris: pd.DataFrame, national_eur: float) -> float:
    """Median declared income per UC of the people of several IRIS, euros."""
    median = iris["median_declared_eur"].to_numpy(dtype=float)
    spread = iris["range_declared_eur"].to_numpy(dtype=float)
    relative = median / national_eur
    return national_eur * pooled_median(relative, iris_log_spread(relative, spread / national_eur, method_rules()))


def _people_before(before: dict[str, IncomeReference], incomes: dict[str, UnitIncome], code: str) -> float:
    """People of a unit where no grid came: those of the version before, else of the workbook; 0 where neither knows."""
    if code in before:
        return before[code].urban_unit_population
    people = incomes[code].people if code in incomes else math.nan
    return 0.0 if math.isnan(people) else people


def _write_unit_incomes(incomes: dict[str, UnitIncome], people: dict[str, float], path: Path) -> None:
    import pyarrow as pa

    items = list(incomes.values())
    columns = {
        "uu": list(incomes),
        "national_eur": [item.national_eur for item in items],
        "rmuc_eur": [item.rmuc_eur for item in items],
        "population": [round(people[code]) for code in incomes],
        "year": [item.year for item in items],
        "source": [item.source + _COUNTED if item.verified else item.source for item in items],
        "verified": [item.verified for item in items],
    }
    write_table(pa.table(columns), path)


# --- From files as they came to files of a pack, once: what an interrupted run had made is taken as it is

_SCRATCH = "scratch"
_READ_WHOLE = frozenset({"grid", "iris_income"})
"""Kinds from which the figures of whole urban units are estimated, in and out of the territory."""


_CUT_BY_CELLS = "Découpé par les carreaux habités du territoire : les contours de ses communes manquent."


@dataclass(frozen=True, slots=True)
class Workshop:
    """The folder where a version of a pack is made.

    Parameters
    ----------
    whole : what the publications say beyond the territory.
    """

    folder: Path
    area: Area
    journal: FetchJournal
    whole: WholePublications = field(default_factory=WholePublications)

    @property
    def outlines(self) -> CommuneOutlines | None:
        """Outlines of the communes, once they have come."""
        communes = self.folder / "communes.parquet"
        return read_outlines(communes) if communes.is_file() else None

    @property
    def ground(self) -> CommuneOutlines | None:
        """What cuts layers: the outlines, else the cells of the area, which a grid cuts by the communes it writes."""
        return self.outlines or ground_of_cells(sorted(self.folder.glob("grid_*.parquet")), self.area)

    def make(self, origin: Origin) -> tuple[Converted, ...]:
        """Convert the files of a data set.

        Raises
        ------
        InvalidInputError
            They are not that data set, are at fault, or have nothing of the area.
        """
        data_set = origin.data_set
        known = self.journal.recall(data_set.id, origin.checksums)
        if known is not None and data_set.kind not in _READ_WHOLE:
            return known
        found = recognised(origin, self.folder)
        if data_set.kind == "grid" and (data_set.grid_vintage is None or found.doubt):
            raise GridError(
                "Rien ne dit de quelle année sont les revenus de cette grille"
                if not found.doubt
                else f"Deux indices de l'année de cette grille se contredisent : {found.doubt}",
                where=Location(origin.came[0].path.name),
                advice="la dire avec `--vintage ANNÉE`, ou donner le fichier sous le nom que l'Insee lui donne",
            )
        if data_set.kind == "iris_income":
            self.whole.look_at_incomes(found, self.area.epsg, self.folder / _SCRATCH)
        grid = self._grid(found, data_set, made=known is not None)
        if known is not None:
            return known
        if grid is None:
            ground = self.ground if data_set.kind in CUT_BY_OUTLINES else None
            made = convert(found, data_set, self.area, self.folder, ground, index_addresses=_index_addresses)
            if ground is not None and self.outlines is None:
                made = tuple(replace(file, notes=(*file.notes, _CUT_BY_CELLS)) for file in made)
        else:
            made = (convert_grid(grid, self.area, self.folder, self.outlines),)
        self.journal.note(data_set.id, origin.checksums, made)
        return made

    def _grid(self, found: Recognised, data_set: DataSet, *, made: bool) -> PublishedGrid | None:
        """A grid read once: for the people of whole urban units, and for what is cut of it; None where neither is."""
        if data_set.kind != "grid" or data_set.grid_vintage is None:
            return None
        if made and data_set.grid_vintage <= self.whole.vintage:
            return None
        published = read_published_grid(found, self.area.epsg, data_set.grid_vintage)
        self.whole.look_at_grid(published)
        return published


def _index_addresses(paths: Sequence[Path], out: Path, *, complete: bool) -> IndexedAddresses:
    built = build_address_index(paths, out, complete=complete)
    return IndexedAddresses(built.size.addresses, built.refused.count)


# --- Fetch the official data of a territory and publish them as the next version of its pack


def fetch_pack(request: FetchRequest, progress: Progress) -> FetchRun:
    """Fetch data, cut them to the territory, and publish them with what its pack already has.

    A data set that fails does not stop the others. Interrupted anywhere, the next run goes on: what was downloaded,
    unpacked or converted is not done again.

    Raises
    ------
    MissingExtraError
        What opens the archives of IGN and the workbooks of INSEE is not installed.
    InvalidInputError
        A data set is not known, the folder does not exist, or another fetch for the same pack is running.
    """
    need("fetch")
    target = request.target
    folder = building_folder(target.name)
    with _alone(folder):
        take_over(target.current, folder)
        workshop = Workshop(folder, target.area, open_journal(folder, target.area))
        chosen = chosen_data_sets(request.only, target.scope, has_outlines=workshop.outlines is not None)
        content = found_in_folder(request.from_dir, folder, request.vintage) if request.from_dir else None
        turns = _turns(request, chosen, content, progress)
        brought = tuple(item for turn in turns for item in _bring_one(turn, workshop, progress))
        refused, unknown = (content.refused, content.unknown) if content else ((), ())
        if not any(item.files for item in brought):
            return FetchRun(None, brought, refused, unknown)
        tables = complete_tables(folder, workshop)
        made = publish(draft_of(target, folder, brought, tables), folder)
        return FetchRun(made, brought, refused, unknown, tuple(note for table in tables for note in table.notes))


Turn = list[tuple["DataSet", "Find | None"]]
"""Data sets of which one is read, the first that can be; what finds the files of each when its turn comes."""


def _turns(
    request: FetchRequest, chosen: tuple[DataSet, ...], content: FolderContent | None, progress: Progress
) -> list[Turn]:
    """Data sets in the order in which they are read; where outlines of communes fail, others stand behind them.

    A folder gives the kinds that it has, in whatever vintage; a mirror gives the others; what neither has is absent.
    """

    def from_network(data_set: DataSet) -> Find:
        return lambda: downloaded(
            data_set, request.target, mirror=request.mirror, accept=request.accept, progress=progress.came
        )

    if content is None:
        turns: list[Turn] = [[(one, from_network(one)) for one in _and_others(item, request.only)] for item in chosen]
        return turns
    at_hand = [origin for origin in content.origins if _is_asked(origin.data_set, request.only, chosen)]
    kinds = {origin.data_set.kind for origin in at_hand}
    declared_first = sorted(at_hand, key=lambda origin: origin.data_set.family == DISPOSABLE)
    turns = [
        [(origin.data_set, _given(origin)) for origin in editions]
        for kind in KINDS
        for editions in _editions([origin for origin in declared_first if origin.data_set.kind == kind])
    ]
    missing = [data_set for data_set in chosen if data_set.kind not in kinds]
    turns += [[(data_set, from_network(data_set) if request.mirror else None)] for data_set in missing]
    return sorted(turns, key=lambda turn: KINDS.index(turn[0][0].kind))


def _and_others(data_set: DataSet, only: tuple[str, ...]) -> list[DataSet]:
    """A data set, and those to ask for where it cannot be read: outlines, without which nothing is cut."""
    if data_set.kind != KINDS[0] or data_set.id in only:
        return [data_set]
    others = [item for item in registry() if item.kind == data_set.kind and item != data_set and item.url]
    return [data_set, *others]


def _editions(origins: list[Origin]) -> list[list[Origin]]:
    """Origins of one kind, grouped where only one of them is read: the newest edition, then the others."""
    if not origins or origins[0].data_set.kind not in ONE_IS_READ:
        return [[origin] for origin in origins]
    return [sorted(origins, key=_edition, reverse=True)]


def _edition(origin: Origin) -> str:
    """Vintage in the order of time; an unknown one comes before all others."""
    vintage = origin.data_set.vintage
    return vintage if vintage[:1].isdigit() else ""


def _is_asked(data_set: DataSet, only: tuple[str, ...], chosen: tuple[DataSet, ...]) -> bool:
    """Whether a data set of the folder is wanted: named, of a kind or vintage that is, or outlines that they need."""
    if not only or data_set.kind in only or data_set.id in only:
        return True
    if data_set.kind == KINDS[0]:
        return any(item.kind == KINDS[0] for item in chosen)
    same = [item for item in chosen if (item.kind, item.family) == (data_set.kind, data_set.family)]
    return any(data_set.vintage in (item.vintage, UNKNOWN_EDITION) for item in same)


_DISPOSABLE = "Revenus disponibles, laissés de côté : les revenus déclarés, dont parle le décret, sont aussi là."


def _bring_one(turn: Turn, workshop: Workshop, progress: Progress) -> list[Brought]:
    """Bring the first data set of a turn that can be read; those before say what they lacked, those after are left."""
    tried: list[Brought] = []
    for place, (data_set, find) in enumerate(turn):
        item = _bring(data_set, find, workshop, progress)
        if item.failure and place < len(turn) - 1:
            tried.append(item)
            continue
        if item.failure:
            return [*tried, item]
        replaced = [
            replace(one, failure="", set_aside=f"{one.failure} Remplacé par {data_set.title} ({data_set.vintage}).")
            for one in tried
        ]
        others = [
            Brought(other, set_aside=f"Édition laissée de côté : « {data_set.title} » ({data_set.vintage}) est lue.")
            for other, given in turn[place + 1 :]
            if given is not None and item.where == _FOLDER
        ]
        return [*replaced, item, *others]
    return tried


def _given(origin: Origin) -> Find:
    return lambda: origin


def _bring(data_set: DataSet, find: Find | None, workshop: Workshop, progress: Progress) -> Brought:
    """Bring one data set; what fails is told, and the pack goes without."""
    if find is None:
        return Brought(data_set)
    if data_set.family == DISPOSABLE and workshop.whole.medians is not None:
        return Brought(data_set, set_aside=_DISPOSABLE)
    progress.step(data_set, "recherche")
    try:
        origin = find()
        progress.step(data_set, "lecture")
        files = workshop.make(origin)
    except GeovilleError as error:
        return Brought(data_set, failure=error.sentence)
    names = tuple(file.path.name for file in origin.came)
    return Brought(origin.data_set, origin.where, names, tuple(origin.checksums), files, changed=origin.changed)


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """Hold the pack for one fetch at a time."""
    with alone_if_free(folder.with_name("fetch")) as is_alone:
        if not is_alone:
            raise InvalidInputError(
                "Une autre récupération est en cours pour ce territoire", advice="attendre qu'elle soit finie"
            )
        yield


# --- What data are fetched for: a pack of the user, a département or the whole country

FRANCE = "france"
_METROPOLITAN_EPSG = 2154


@dataclass(frozen=True, slots=True)
class Target:
    """A territory to fetch data for.

    Parameters
    ----------
    name : of the pack, on the command line.
    departements : codes of the départements that it touches.
    current : the version of the pack that answers today; None for the first one.
    """

    name: str
    title: str
    scope: str
    area: Area
    departements: tuple[str, ...]
    current: Pack | None = None


def target_of_pack(name: str) -> Target:
    """A pack of the user, by name.

    Raises
    ------
    InvalidInputError
        The pack is embedded, an old version, or is of no commune.
    UnknownTerritoryError
        There is no such pack.
    """
    pack = open_pack(name)
    if pack.version is None or pack.designation == name:
        raise InvalidInputError(
            "Les données d'un territoire livré, ou d'une version passée, ne changent pas",
            where=Location(value=name),
            advice="faire le sien avec « geoville data territory new NOM --communes … »",
        )
    if pack.manifest.scope == DEPARTEMENT:
        return target_of_departement(name.rpartition("-")[2])
    if pack.manifest.scope == NATIONAL:
        return target_of_country()
    communes = pack.manifest.communes
    return Target(
        name=pack.name,
        title=pack.title,
        scope=COMMUNES,
        area=Area(pack.epsg, frozenset(communes)),
        departements=tuple(sorted({departement_of(code) for code in communes})),
        current=pack,
    )


def target_of_departement(code: str) -> Target:
    """A département, by its code.

    Raises
    ------
    InvalidInputError
        It is not one.
    """
    departement = code.strip().upper()
    if departement not in DEPARTEMENTS:
        raise InvalidInputError(
            f"« {code} » n'est pas un département", advice="donner son code : 01 à 95, 2A, 2B ou 971 à 976"
        )
    name = f"departement-{departement.lower()}"
    area = Area(projected_epsg(departement.ljust(5, "0")), None, departement)
    return Target(name, f"Département {departement}", DEPARTEMENT, area, (departement,), _current(name))


def target_of_country() -> Target:
    """Metropolitan France: overseas départements are measured in other projections, and are packs of their own."""
    metropolitan = tuple(code for code in DEPARTEMENTS if not code.startswith("97"))
    return Target(
        FRANCE, "France métropolitaine", NATIONAL, Area(_METROPOLITAN_EPSG, None), metropolitan, _current(FRANCE)
    )


def _current(name: str) -> Pack | None:
    return open_pack(name) if current_version(name) else None
