"""What the next version of a pack holds: files that came, files that stay, and the tables made of both."""

from __future__ import annotations

import json
import os
import shutil
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from geoville import __version__
from geoville.model import Source
from geoville.sources.files import replacing
from geoville.sources.official import Converted, make_cells
from geoville.sources.territory.manifest import Manifest
from geoville.sources.territory.pack_file import PackFile

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from pathlib import Path

    from geoville.sources.territory import Territory
    from geoville.workflows.fetch.request import Brought
    from geoville.workflows.fetch.target import Target
    from geoville.workflows.fetch.workshop import Workshop

PROVENANCE, PROVENANCE_FILE = "provenance", "provenance.json"
_DERIVED = "geoville"
_TITLES = {
    "cells": "Commune et IRIS du centre de chaque carreau",
    "unit_incomes": "Revenus de référence des unités urbaines, estimés",
    PROVENANCE: "Origine de chaque fichier",
}


def take_over(current: Territory | None, folder: Path) -> None:
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
    made = [make_cells(grids, workshop.outlines, iris if iris.is_file() else None, folder)] if grids else []
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
