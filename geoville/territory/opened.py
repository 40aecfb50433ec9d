"""A territory once opened: its pack, and the perimeters and addresses that answer."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from geoville.territory.files import reading

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from geoville.sources.additions import Addition
    from geoville.sources.territory import Territory as Pack
    from geoville.territory.files import FilePath
    from geoville.workflows.lookup import LookupDesk
    from geoville.workflows.lookup_file.desk import DeskChoice


@dataclass(frozen=True)
class Opened:
    """A territory pack, and what answers.

    Parameters
    ----------
    pack : the files of the territory.
    choice : the perimeters and the addresses that answer instead of the pack's, where the user chose some.
    """

    pack: Pack = field(repr=False)
    choice: DeskChoice
    _desks: dict[tuple[Addition, ...], LookupDesk] = field(default_factory=dict, init=False, repr=False, compare=False)

    @property
    def name(self) -> str:
        """Name as on the command line ("calais")."""
        return self.pack.name

    @property
    def title(self) -> str:
        """French name."""
        return self.pack.title

    @property
    def epsg(self) -> int:
        """EPSG code of the projected CRS in which the territory is measured."""
        return self.pack.epsg

    @property
    def vintages(self) -> tuple[int, ...]:
        """Years of the grids of the territory, the oldest first."""
        return tuple(sorted(self.pack.grids))

    @property
    def desk(self) -> LookupDesk:
        """What answers, loaded once; again when a file was added or removed, by whatever door."""
        held = self.pack.additions
        if held not in self._desks:
            self._desks.clear()
            self._desks[held] = self.choice.open()
        return self._desks[held]

    @contextmanager
    def _grid(self, grid: FilePath | None, vintage: int | None) -> Iterator[Path]:
        """The grid given, by path or by address, else the territory's own."""
        with reading(self.pack.grid_path(vintage) if grid is None else grid) as path:
            yield path
